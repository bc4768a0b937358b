/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Hostile text: what a container that means harm would put into its name, its labels and its log.
 */
#ifndef MSE_SIM_ENGINE_HOSTILE_H
#define MSE_SIM_ENGINE_HOSTILE_H

#include "core/reader.h"
#include "sim/engine_spec.h"

/* A row of the table. */
struct Hostility {
    const char *what;
    const char *name;    /* put before the container's own */
    const char *label;   /* a label's value */
    Span line;           /* of its log: raw, maybe no UTF-8 */
    unsigned labels;     /* so many more */
    unsigned filler;     /* so many bytes more in its name */
    uint64_t long_line;  /* the bytes of a line of its log; 0: none */
    unsigned long_every; /* lines from one such to the next */
};

/* Makes the container what its row says: row `number` of the table, over and over. */
void hostility_apply(ContainerSpec *spec, unsigned number);

#endif
