/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The verb table: one row a verb, one file a verb. Shell, `:` line and its completion, keys,
 * --help, completion files, manual and the generated bad-input tests come from it.
 */
#ifndef MSE_COMMAND_VERB_H
#define MSE_COMMAND_VERB_H

#include "command/job.h"

#include <glib.h>

typedef enum {
    ARGUMENT_NONE, /* a flag */
    ARGUMENT_FILE,
    ARGUMENT_DIRECTORY,
    ARGUMENT_OUTPUT, /* a file to write, or a directory to write into */
    ARGUMENT_HOST_PORT,
    ARGUMENT_URL,
    ARGUMENT_TIME,   /* date_parse_user */
    ARGUMENT_HEX,    /* exactly `size` bytes */
    ARGUMENT_RTMR,   /* N=HEX */
    ARGUMENT_NUMBER, /* 0..most */
    ARGUMENT_CHECK,  /* an id of the check table */
    ARGUMENT_CHOICE, /* one of `choices` */
    ARGUMENT_TEXT,
} ArgumentKind;

typedef struct VerbOption {
    const char *name; /* without its dashes */
    char letter;      /* 0: none */
    ArgumentKind kind;
    unsigned size;              /* ARGUMENT_HEX: bytes */
    bool half;                  /* ARGUMENT_HEX: half as many are taken too */
    uint64_t most;              /* ARGUMENT_NUMBER */
    const char *const *choices; /* ARGUMENT_CHOICE: NULL-terminated */
    bool repeatable;
    const char *metavar; /* "FILE" */
    const char *help;    /* N_() */
} VerbOption;

typedef enum { COLUMN_TEXT, COLUMN_NUMBER, COLUMN_BYTES, COLUMN_TIME, COLUMN_BOOLEAN } ColumnType;

typedef struct VerbColumn {
    const char *name;  /* snake_case member of the row */
    const char *title; /* N_() */
    ColumnType type;
    const char *unit; /* or NULL */
    bool json_only;   /* a table has no room for it */
} VerbColumn;

typedef enum {
    VERB_READ_ONLY = 1 << 0, /* looks and judges; writes the journal and what --output names */
    VERB_STREAM = 1 << 1,    /* --json: an object a line; else one array */
    VERB_HIDDEN = 1 << 2,
    VERB_SHELL_ONLY = 1 << 3,  /* not offered in the console */
    VERB_NO_JSON = 1 << 4,     /* prints a text that is itself for programs: no --json */
    VERB_APPLICATION = 1 << 5, /* its operands are names of applications that are there */
} VerbFlags;

/* What was parsed: by option name. Borrowed strings. */
typedef struct Arguments Arguments;
bool arguments_flag(const Arguments *arguments, const char *option);
const char *arguments_value(const Arguments *arguments, const char *option); /* last one, or NULL */
/* All of them in order (char*), maybe none. Borrowed arrays. */
const GPtrArray *arguments_values(const Arguments *arguments, const char *option);
const GPtrArray *arguments_operands(const Arguments *arguments);

/* Everything in the order it was given. */
typedef struct Argument {
    const char *option; /* NULL: an operand */
    const char *value;  /* NULL: a flag */
} Argument;
const GArray *arguments_in_order(const Arguments *arguments); /* of Argument; borrowed */

typedef struct Verb {
    const char *words;    /* "verify", "journal list" */
    const char *operands; /* "[FILE…]", for the synopsis; "" takes none */
    unsigned min_operands, max_operands;
    ArgumentKind operand_kind;
    const char *help;          /* N_(): a line */
    const char *description;   /* N_(): a paragraph for --help and the manual */
    const VerbOption *options; /* ends with a zero row; --json and --help are everybody's */
    const VerbColumn *columns; /* ends with a zero row, or NULL */
    VerbFlags flags;
    /* The exit status. Text and rows go through the job; errors through job_fail. */
    int (*run)(Job *job, const Arguments *arguments);
} Verb;

/* NULL-terminated, in the order --help shows. */
extern const Verb *const verb_table[];

/* What every verb takes: --json, -h --help. Ends with a zero row. */
extern const VerbOption verb_common_options[];
/* False for --json of a VERB_NO_JSON. */
bool verb_takes_common(const Verb *verb, const VerbOption *option);

#define VERB_ERROR (verb_error_quark())
typedef enum { VERB_ERROR_USAGE } VerbError;
GQuark verb_error_quark(void);

/* The verb whose words begin argv; `n_words` gets how many it took. NULL: none. */
const Verb *verb_find(char *const *words, int n, int *n_words);

/* From now on only verbs that are VERB_READ_ONLY run. Before any thread runs one. */
void verb_set_read_only(void);
bool verb_is_read_only(void);
bool verb_is_refused(const Verb *verb);
/* Words of this group ("home") are found without it too. NULL: of none. Borrowed. */
void verb_set_default_group(const char *group);

/* Parses what follows the verb's words. NULL with an error (usage: exit status 2). Free with
 * arguments_free. */
Arguments *arguments_parse(const Verb *verb, char *const *words, int n, GError **error);
void arguments_free(Arguments *arguments);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Arguments, arguments_free)

/* Parses what follows the verb's words and runs it as this job; --help shows the verb's help
 * instead. Returns the exit status. */
int verb_run(Job *job, const Verb *verb, char *const *words, int n);

/* The same for words that begin with the verb's. */
int verb_run_words(Job *job, char *const *words, int n);

/* Why these words are no verb, with the nearest that are (VERB_ERROR_USAGE). Caller owns. */
GError *verb_unknown(char *const *words, int n);
/* True when `word` begins the words of several verbs ("journal"). */
bool verb_is_group(const char *word);

/* Runs a line of the shell's grammar (split as a shell would, no expansion) as this job: what the
 * `:` line does. Returns the exit status. */
int verb_run_line(Job *job, const char *line);

enum {
    EXIT_OK = 0,
    EXIT_ERROR = 1,
    EXIT_USAGE = 2,
    EXIT_REJECTED = 3,
    EXIT_CANCELLED = 130,
};

#endif
