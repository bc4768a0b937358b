/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Input: something that is judged: a file, a server, the evidence of an application.
 */
#ifndef MSE_UI_INPUT_H
#define MSE_UI_INPUT_H

#include "ui/outcome.h"

/* One row of the inputs. Texts are safe for a terminal. Ten thousand whole results would be 160 MB:
 * what the list shows is kept of each, the whole of a few; the others are judged again, with what
 * they were judged with, when they are looked at (model_want). */
typedef struct Input {
    char *given;    /* as given, or the path that was found */
    InputKind kind; /* as given */
    char *name;
    Outcome outcome;
    VerificationResult *result; /* NULL: not judged yet, or let go */
    uint64_t version;           /* of the model when the result came or went */
    uint64_t generation;        /* of the run that its next result belongs to */
    const char *tcb;            /* of the list; NULL: unknown */
    char *kind_text, *valid_until;
    bool simulated;
    int failed;    /* the first check that failed, or -1 */
    char *problem; /* of an application: why there is nothing to judge, or NULL */
    /* what its verdict is repeated with */
    Collateral *collateral;
    char *why_no_collateral; /* GRefString */
    int64_t time;
    uint8_t sha256[32];
} Input;

/* Frees what it owns and zeroes it. */
void input_clear(Input *input);

#endif
