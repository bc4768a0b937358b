/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * JSON as verbs print it, in the shell and in the console alike.
 */
#ifndef MSE_COMMAND_ROWS_JSON_H
#define MSE_COMMAND_ROWS_JSON_H

#include <jansson.h>
#include <stdbool.h>

/* ASCII alone, and nothing that a terminal acts upon; on one line, or indented. g_free. */
char *rows_json_text(const json_t *value, bool indented);

/* Rows of a verb that lists, as one array with a row a line: called for each of its lines. */
void rows_json_lines(const json_t *rows, void (*line)(const char *text, void *data), void *data);

#endif
