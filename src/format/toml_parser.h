/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Inside the TOML reader: the state that toml_parse.c (structure) shares with toml_string.c and
 * toml_scalar.c. Nobody else includes this.
 */
#ifndef MSE_FORMAT_TOML_PARSER_H
#define MSE_FORMAT_TOML_PARSER_H

#include "format/toml.h"

typedef struct TomlPosition {
    unsigned line, column; /* from 1; columns in characters */
} TomlPosition;

/* The text is valid UTF-8, checked before anything is read. */
typedef struct TomlParser {
    const uint8_t *at;
    const uint8_t *end;
    const uint8_t *line_start;
    const uint8_t *counted; /* up to here `column` is known: never counted twice */
    TomlPosition here;      /* of `counted` */
    const char *name;
    GError **error;
    GHashTable *states; /* TomlValue* → how it came to be; see toml_parse.c */
    unsigned section, n_sections;
    size_t deepest;
} TomlParser;

/* Where `at` is. */
TomlPosition toml_here(TomlParser *parser);

/* Sets the error, once; always false. */
bool toml_fail(TomlParser *parser, TomlPosition position, const char *format, ...)
    G_GNUC_PRINTF(3, 4);
/* The same for what stands at `at`: "found X, expected …". `expected` is translated already. */
bool toml_unexpected(TomlParser *parser, const char *expected);

/* Peeking past the end gives NUL, which no valid document holds. */
static inline uint8_t toml_peek(const TomlParser *parser, size_t ahead)
{
    return ahead < (size_t)(parser->end - parser->at) ? parser->at[ahead] : '\0';
}

/* True for the length of a line break at `at`: LF or CRLF; 0 when there is none. */
static inline size_t toml_line_break(const TomlParser *parser)
{
    if (toml_peek(parser, 0) == '\n')
        return 1;
    return toml_peek(parser, 0) == '\r' && toml_peek(parser, 1) == '\n' ? 2 : 0;
}

/* Takes the line break at `at`, if there is one. */
bool toml_take_line_break(TomlParser *parser);

/* A control character that neither comments nor strings may hold as it is. */
static inline bool toml_is_control(uint8_t byte)
{
    return (byte < 0x20 && byte != '\t') || byte == 0x7f;
}

/* A quoted string, `at` on its quote, appended decoded. `multiline` permits the triple quotes. */
bool toml_take_string(TomlParser *parser, bool multiline, GString *out);

/* A boolean, number, date or time; NULL when it is none. */
TomlValue *toml_take_scalar(TomlParser *parser);

#endif
