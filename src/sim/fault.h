/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Faults on demand: what a simulated service does wrong, at which of its calls.
 */
#ifndef MSE_SIM_FAULT_H
#define MSE_SIM_FAULT_H

#include <glib.h>
#include <stdbool.h>

typedef enum {
    FAULT_NONE,
    FAULT_HANG,     /* takes the request and never answers */
    FAULT_RESET,    /* resets the connection */
    FAULT_SLOW,     /* answers after `value` milliseconds */
    FAULT_STATUS,   /* answers with HTTP status `value` */
    FAULT_TRUNCATE, /* half of the body, then the end */
    FAULT_GARBAGE,  /* noise as body, nonsense as chains */
    FAULT_REDIRECT, /* sends elsewhere, where the answer is right */
    FAULT_LIE,      /* a forger's documents, well-formed */
} FaultKind;

typedef struct Fault {
    FaultKind kind;
    unsigned value;
    int call; /* index in the service's call names; -1: every call */
} Fault;

/* Parses KIND[=VALUE]@CALL. `calls` ends with NULL. False with SIM_ERROR_USAGE. */
bool fault_parse(const char *text, const char *const *calls, Fault *out, GError **error);

/* The first of `faults` that applies to the call; FAULT_NONE when none does. */
Fault fault_at(const Fault *faults, unsigned n, int call);

#endif
