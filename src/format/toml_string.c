/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "format/toml_parser.h"

#include "core/i18n.h"

/* "\uXXXX" or "\UXXXXXXXX", `at` on the letter: a Unicode scalar value. */
static bool take_unicode_escape(TomlParser *parser, GString *out)
{
    unsigned digits = toml_peek(parser, 0) == 'u' ? 4 : 8;
    TomlPosition position = toml_here(parser);
    uint32_t scalar = 0;
    parser->at++;
    for (unsigned i = 0; i < digits; i++) {
        int digit = g_ascii_xdigit_value((char)toml_peek(parser, 0));
        if (digit < 0)
            return toml_unexpected(parser, digits == 4 ? _("four hexadecimal digits")
                                                       : _("eight hexadecimal digits"));
        scalar = scalar << 4 | (uint32_t)digit;
        parser->at++;
    }
    if (scalar > 0x10ffff || (scalar >= 0xd800 && scalar <= 0xdfff))
        return toml_fail(parser, position, _("found U+%04X, expected a Unicode character"), scalar);
    g_string_append_unichar(out, scalar);
    return true;
}

static bool take_blank(TomlParser *parser)
{
    if (toml_peek(parser, 0) != ' ' && toml_peek(parser, 0) != '\t')
        return false;
    parser->at++;
    return true;
}

/* After a backslash at a line's end: all white space up to the next character is dropped. */
static void skip_folded(TomlParser *parser)
{
    while (take_blank(parser) || toml_take_line_break(parser))
        continue;
}

/* Only white space between the backslash before `at` and the end of the line. */
static bool ends_line(const TomlParser *parser)
{
    TomlParser ahead = *parser;
    while (take_blank(&ahead))
        continue;
    return toml_line_break(&ahead) > 0;
}

/* `at` on the backslash. */
static bool take_escape(TomlParser *parser, bool multiline, GString *out)
{
    static const char letters[] = "btnfr\"\\", meanings[] = "\b\t\n\f\r\"\\";
    parser->at++;
    uint8_t letter = toml_peek(parser, 0);
    if (letter == 'u' || letter == 'U')
        return take_unicode_escape(parser, out);
    const char *found = letter != '\0' ? strchr(letters, letter) : NULL;
    if (found != NULL) {
        g_string_append_c(out, meanings[found - letters]);
        parser->at++;
        return true;
    }
    if (multiline && ends_line(parser)) {
        skip_folded(parser);
        return true;
    }
    return toml_unexpected(parser,
                           _("an escape: \\b \\t \\n \\f \\r \\\" \\\\ \\uXXXX \\UXXXXXXXX"));
}

/* Characters that mean themselves. */
static void take_plain(TomlParser *parser, uint8_t quote, GString *out)
{
    const uint8_t *from = parser->at;
    while (parser->at < parser->end && *parser->at != quote && !toml_is_control(*parser->at) &&
           (*parser->at != '\\' || quote == '\''))
        parser->at++;
    g_string_append_len(out, (const char *)from, parser->at - from);
}

static bool take_one_line(TomlParser *parser, uint8_t quote, GString *out)
{
    parser->at++;
    for (;;) {
        take_plain(parser, quote, out);
        uint8_t next = toml_peek(parser, 0);
        if (next == quote)
            break;
        if (next != '\\')
            return toml_unexpected(parser, quote == '"' ? _("the closing quote \"")
                                                        : _("the closing quote '"));
        if (!take_escape(parser, false, out))
            return false;
    }
    parser->at++;
    return true;
}

/* A run of quotes inside: three close the string, and up to two before them belong to it. */
static bool take_quotes(TomlParser *parser, uint8_t quote, GString *out)
{
    size_t run = 0;
    while (run < 5 && toml_peek(parser, run) == quote)
        run++;
    parser->at += run;
    for (size_t i = 0; i < (run >= 3 ? run - 3 : run); i++)
        g_string_append_c(out, (char)quote);
    return run >= 3;
}

static bool take_lines(TomlParser *parser, uint8_t quote, GString *out)
{
    TomlPosition opening = toml_here(parser);
    parser->at += 3;
    toml_take_line_break(parser);
    for (;;) {
        take_plain(parser, quote, out);
        if (parser->at >= parser->end)
            return toml_fail(parser, opening,
                             _("found the end of the document, expected the end of this string"));
        uint8_t next = toml_peek(parser, 0);
        const uint8_t *from = parser->at;
        if (next == quote) {
            if (take_quotes(parser, quote, out))
                return true;
        } else if (next == '\\') {
            if (!take_escape(parser, true, out))
                return false;
        } else if (toml_take_line_break(parser)) {
            g_string_append_len(out, (const char *)from, parser->at - from);
        } else {
            return toml_unexpected(parser, _("a character that a string may hold"));
        }
    }
}

bool toml_take_string(TomlParser *parser, bool multiline, GString *out)
{
    uint8_t quote = toml_peek(parser, 0);
    bool triple = toml_peek(parser, 1) == quote && toml_peek(parser, 2) == quote;
    if (triple && multiline)
        return take_lines(parser, quote, out);
    return take_one_line(parser, quote, out);
}
