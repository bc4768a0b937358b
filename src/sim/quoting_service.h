/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The quoting service itself: one thread, any client, none of whom can keep it from the others.
 */
#ifndef MSE_SIM_QUOTING_SERVICE_H
#define MSE_SIM_QUOTING_SERVICE_H

#include "sim/fault.h"
#include "sim/platform.h"

extern const FaultService quoting_faults;

typedef struct QuotingOptions {
    int socket; /* listening, not blocking; the caller's */
    int stop;   /* serves until this descriptor can be read */
    const Fault *faults;
    unsigned n_faults;
} QuotingOptions;

void quoting_serve(const Platform *platform, const QuotingOptions *options);

#endif
