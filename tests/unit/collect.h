/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A job whose sink keeps what it is told.
 */
#ifndef MSE_TESTS_UNIT_COLLECT_H
#define MSE_TESTS_UNIT_COLLECT_H

#include "command/verb.h"

typedef struct Collected {
    GString *text, *errors;
    json_t *rows;
    const Verb *verb;
} Collected;

static inline void collect_begin(const Verb *verb, void *data)
{
    ((Collected *)data)->verb = verb;
}

static inline void collect_row(const json_t *row, void *data)
{
    json_array_append(((Collected *)data)->rows, (json_t *)row);
}

static inline void collect_text(const char *line, void *data)
{
    g_string_append_printf(((Collected *)data)->text, "%s\n", line);
}

static inline void collect_error(const char *sentence, void *data)
{
    g_string_append_printf(((Collected *)data)->errors, "%s\n", sentence);
}

static inline Collected collected_new(void)
{
    return (Collected){g_string_new(NULL), g_string_new(NULL), json_array(), NULL};
}

static inline void collected_clear(Collected *collected)
{
    g_string_free(collected->text, TRUE);
    g_string_free(collected->errors, TRUE);
    json_decref(collected->rows);
}

static const JobSink collect_sink = {
    .begin = collect_begin,
    .row = collect_row,
    .text = collect_text,
    .error = collect_error,
};

#endif
