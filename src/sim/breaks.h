/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The break table: each row turns one thing wrong in an otherwise sound scenario and names the
 * check that must fail because of it. A break changes recipes before anything is made, so that
 * what is made is consistent but for that one thing.
 */
#ifndef MSE_SIM_BREAKS_H
#define MSE_SIM_BREAKS_H

#include "sim/evidence.h"

typedef struct Scenario {
    PlatformRecipe *platform;
    EVP_PKEY *const *keys; /* of the platform, by KeyId */
    QuoteRecipe quote;
    ApplicationRecipe application;
} Scenario;

/* Where the break lies. */
typedef enum {
    BREAK_QUOTE,       /* in the quote */
    BREAK_APPLICATION, /* in the certificate around it: --certificate or --evidence */
    BREAK_CHAIN,       /* in the certificates that the quote brings */
    BREAK_COLLATERAL,  /* in the collateral: --evidence or --collateral-output */
} BreakPart;

/* What it applies to. */
typedef enum {
    BREAK_ANY,
    BREAK_SGX,
    BREAK_TDX,
    BREAK_V3,     /* quotes v3 */
    BREAK_TD_1_5, /* TD reports 1.5 */
} BreakKind;

typedef struct Break {
    const char *name;
    const char *check; /* id in the verifier's check table */
    BreakPart part;
    BreakKind kind;
    const char *help; /* N_() */
    void (*apply)(Scenario *scenario);
} Break;

/* Ends with a row without a name. */
extern const Break break_table[];
const Break *break_find(const char *name); /* or NULL */
const char *break_part_name(BreakPart part);
const char *break_kind_name(BreakKind kind);
bool break_applies(const Break *row, SimTee tee, unsigned version, bool td_1_5);

#endif
