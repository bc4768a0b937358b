/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * How wide text is on a terminal, and how it is cut and broken to fit. Text here is valid UTF-8 and
 * already safe (core/sanitize). Widths are in columns, as the C library's wcwidth says, which is
 * what curses goes by; before setlocale() everything beyond ASCII counts as not printable.
 */
#ifndef MSE_UI_TEXT_H
#define MSE_UI_TEXT_H

#include <glib.h>
#include <stdbool.h>

/* Columns of one character: 0 (combining), 1 or 2; what cannot be printed counts 1 (shown as ?). */
unsigned text_character_width(gunichar character);

unsigned text_width(const char *text);
unsigned text_width_n(const char *text, size_t bytes);

/* Bytes of the longest prefix at most `columns` wide, with the combining characters that follow;
 * `used`, when not NULL, gets its width. */
size_t text_prefix(const char *text, unsigned columns, unsigned *used);

/* The text itself, or its beginning (text_cut) or both its ends (text_cut_middle; twice as
 * much of the beginning) with an ellipsis,
 * at most `columns` wide. Free with g_free. */
char *text_cut(const char *text, unsigned columns);
char *text_cut_middle(const char *text, unsigned columns);
/* Cut where a clause or at least a word ends, when half of the room is used that way. */
char *text_cut_clause(const char *text, unsigned columns);

/* The next line of `text` broken at white space to at most `columns` (at least 1): returns its
 * bytes, without trailing space; `*next` is where the following line begins, NULL after the last. A
 * word that is too long is broken inside. Line feeds break too. */
size_t text_break(const char *text, unsigned columns, const char **next);

#endif
