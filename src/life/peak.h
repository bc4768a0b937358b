/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Peak: the most memory that a container was seen to use, looked at twice a second.
 */
#ifndef MSE_LIFE_PEAK_H
#define MSE_LIFE_PEAK_H

#include "docker/engine.h"

typedef struct Peak Peak;

/* Begins looking, in a thread of its own. */
Peak *peak_start(DockerEngine *engine, const char *id);
/* Ends it. Bytes; 0: it was never seen. */
uint64_t peak_stop(Peak *peak);

#endif
