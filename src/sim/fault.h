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
    FAULT_HANG,       /* takes the request and never answers */
    FAULT_RESET,      /* resets the connection */
    FAULT_SLOW,       /* answers after `value` milliseconds */
    FAULT_STATUS,     /* answers with HTTP status `value` */
    FAULT_TRUNCATE,   /* half of the body, then the end */
    FAULT_GARBAGE,    /* noise as body, nonsense as chains */
    FAULT_REDIRECT,   /* sends elsewhere, where the answer is right */
    FAULT_LIE,        /* a forger's documents, well-formed */
    FAULT_FREEZE,     /* answers after `value` seconds, the first time */
    FAULT_HUGE_FRAME, /* a log frame that announces 4 GiB */
    FAULT_BAD_CHUNK,  /* a chunk's size that is not its size */
    FAULT_HALF_JSON,  /* half of a document, sent as if it were the whole */
    FAULT_HUGE_JSON,  /* a document of 50 MB */
    FAULT_BAD_TEXT,   /* JSON whose strings are no text: lone surrogates, bytes that are no UTF-8 */
    N_FAULTS
} FaultKind;

/* What a service can do wrong, and where. */
typedef struct FaultService {
    const char *const *calls; /* ends with NULL */
    unsigned kinds;           /* 1 << FaultKind each */
} FaultService;

typedef struct Fault {
    FaultKind kind;
    unsigned value;
    int call; /* index in the service's calls; -1: every call */
} Fault;

/* Parses KIND[=VALUE]@CALL. False with SIM_ERROR_USAGE. */
bool fault_parse(const char *text, const FaultService *service, Fault *out, GError **error);

enum { FAULTS_MOST = 16 };

/* As fault_parse, all `values` (char*; NULL: none) of an option. */
bool faults_parse(const GPtrArray *values, const FaultService *service, Fault out[FAULTS_MOST],
                  unsigned *n, GError **error);

/* The first of `faults` that applies to the call; FAULT_NONE when none does. */
Fault fault_at(const Fault *faults, unsigned n, int call);

#endif
