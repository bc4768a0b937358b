/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The verbs and options of mse-sim as tables, and what reads a command line by them.
 */
#ifndef MSE_SIM_OPTIONS_H
#define MSE_SIM_OPTIONS_H

#include "core/cancel.h"

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

typedef enum {
    SIM_OPTION_FLAG,
    SIM_OPTION_TEXT,
    SIM_OPTION_FILE,
    SIM_OPTION_HEX,    /* exactly `size` bytes; at most, when `shorter` */
    SIM_OPTION_NUMBER, /* 0..most */
    SIM_OPTION_TIME,   /* date_parse_user */
    SIM_OPTION_CHOICE, /* one of `choices` */
    SIM_OPTION_RTMR,   /* N=HEX */
} SimOptionKind;

typedef struct SimOption {
    const char *name; /* without its dashes */
    SimOptionKind kind;
    const char *metavar; /* "FILE"; NULL for a flag */
    const char *help;    /* N_() */
    size_t size;
    bool shorter;
    uint64_t most;
    const char *const *choices; /* ends with NULL */
    bool repeatable;
} SimOption;

typedef struct SimArguments SimArguments;

typedef struct SimVerb {
    const char *name;
    const char *operand;      /* its one operand: "DIR"; NULL: it takes none */
    const char *help;         /* N_(): a line */
    const char *description;  /* N_(): a paragraph */
    const SimOption *options; /* ends with a zero row; --help is everybody's */
    /* Prints what it made. False with an error: SIM_ERROR_USAGE is exit status 2, others 1. */
    bool (*run)(const SimArguments *arguments, GError **error);
} SimVerb;

extern const SimVerb sim_verb_platform;
extern const SimVerb sim_verb_quote;
extern const SimVerb sim_verb_pccs;
extern const SimVerb sim_verb_samples;
extern const SimVerb sim_verb_engine;
extern const SimVerb sim_verb_demo;
extern const SimVerb sim_verb_quoting;
extern const SimVerb sim_verb_image;

/* Ends with NULL. */
extern const SimVerb *const sim_verbs[];
const SimVerb *sim_verb_find(const char *name); /* or NULL */

/* What follows the verb. NULL with SIM_ERROR_USAGE. `help` gets whether --help was there: then
 * nothing else is asked for. */
SimArguments *sim_arguments_parse(const SimVerb *verb, char *const *words, int n, bool *help,
                                  GError **error);
void sim_arguments_free(SimArguments *arguments);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(SimArguments, sim_arguments_free)

const char *sim_operand(const SimArguments *arguments);
bool sim_flag(const SimArguments *arguments, const char *option);
const char *sim_value(const SimArguments *arguments, const char *option); /* the last, or NULL */
/* All values, in order; NULL when there is none. Elements borrowed char*. */
const GPtrArray *sim_values(const SimArguments *arguments, const char *option);
/* True when it was given; `out` gets its bytes, `size` (may be NULL) how many. */
bool sim_hex(const SimArguments *arguments, const char *option, uint8_t *out, size_t most,
             size_t *size);
uint64_t sim_number(const SimArguments *arguments, const char *option, uint64_t otherwise);
int64_t sim_time(const SimArguments *arguments, const char *option, int64_t otherwise);
/* Takes an N=HEX apart that was checked before. */
unsigned sim_rtmr(const char *value, uint8_t out[48]);

void sim_print_help(void);
void sim_print_verb_help(const SimVerb *verb);

#endif
