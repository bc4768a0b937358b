/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Rows as a table of text: what a verb with columns shows to a person.
 */
#ifndef MSE_COMMAND_TABLE_H
#define MSE_COMMAND_TABLE_H

#include "command/verb.h"

/* What a person sees of one cell: "–" for unknown, "4.0 MiB" for bytes. Safe for a terminal. Free
 * with g_free. */
char *table_cell(const VerbColumn *column, const json_t *row);

/* The lines (char*) of a table of `rows` (an array of objects), titles first; at most `width`
 * cells wide, the widest columns of text being cut; 0: whole. No rows: no lines. Caller owns. */
GPtrArray *table_render(const VerbColumn *columns, const json_t *rows, size_t width);

#endif
