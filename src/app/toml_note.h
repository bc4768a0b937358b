/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What is said of a TOML document's values: where they stand and what was found, in harmless words.
 */
#ifndef MSE_APP_TOML_NOTE_H
#define MSE_APP_TOML_NOTE_H

#include "format/toml.h"

/* Adds "PATH: line L, column C: …" to a list of sentences (char*). */
void toml_note(GPtrArray *list, const char *path, const TomlValue *at, const char *format, ...)
    G_GNUC_PRINTF(4, 5);
/* The same for a place that is not a value's. */
void toml_note_at(GPtrArray *list, const char *path, unsigned line, unsigned column,
                  const char *sentence);

/* What the document says there, for a sentence: short and harmless. Free with g_free. */
char *toml_value_for_people(const TomlValue *value);

/* A string without U+0000, or NULL. Borrowed. */
const char *toml_plain_text(const TomlValue *value);

/* Without white space at both ends, as Unicode has it. Free with g_free. */
char *toml_stripped(const char *text);

#endif
