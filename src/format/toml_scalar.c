/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Booleans, numbers, dates and times: a token is cut out, then what it looks like is read whole.
 */
#include "config.h"

#include "format/toml_parser.h"

#include "core/i18n.h"
#include "core/sanitize.h"
#include "format/date.h"

#include <math.h>

static bool is_digit(uint8_t byte)
{
    return byte >= '0' && byte <= '9';
}

static bool is_token(uint8_t byte)
{
    return g_ascii_isalnum((char)byte) || (byte != '\0' && strchr("+-._:", byte) != NULL);
}

static size_t token_end(const TomlParser *parser, size_t from)
{
    while (is_token(toml_peek(parser, from)))
        from++;
    return from;
}

static bool is_time(Span token)
{
    return token.size > 2 && is_digit(token.data[0]) && is_digit(token.data[1]) &&
           token.data[2] == ':';
}

static bool is_date(Span token)
{
    return token.size > 4 && is_digit(token.data[0]) && is_digit(token.data[1]) &&
           is_digit(token.data[2]) && is_digit(token.data[3]) && token.data[4] == '-';
}

/* The token at `at`; a date takes the time after one space with it. */
static Span cut_token(const TomlParser *parser)
{
    Span token = span_of(parser->at, token_end(parser, 0));
    if (!is_date(token) || token.size != 10 || toml_peek(parser, 10) != ' ' ||
        !is_digit(toml_peek(parser, 11)))
        return token;
    return span_of(parser->at, token_end(parser, 11));
}

static bool take_digits(Reader *reader, size_t count, int *out)
{
    Span digits;
    if (!reader_take(reader, count, &digits))
        return false;
    *out = 0;
    for (size_t i = 0; i < count; i++) {
        if (!is_digit(digits.data[i]))
            return false;
        *out = *out * 10 + (digits.data[i] - '0');
    }
    return true;
}

static bool take_byte(Reader *reader, const char *any_of)
{
    if (reader_left(reader) == 0 || *reader->at == '\0' || strchr(any_of, *reader->at) == NULL)
        return false;
    reader->at++;
    return true;
}

static bool take_date(Reader *reader, TomlDate *date)
{
    return take_digits(reader, 4, &date->year) && take_byte(reader, "-") &&
           take_digits(reader, 2, &date->month) && take_byte(reader, "-") &&
           take_digits(reader, 2, &date->day) && date->day >= 1 &&
           date->day <= date_days_in_month(date->year, date->month);
}

/* Nanoseconds are kept, finer digits dropped, as TOML says. */
static bool take_fraction(Reader *reader, TomlDate *date)
{
    int scale = 100000000;
    if (!take_byte(reader, "."))
        return true;
    if (reader_left(reader) == 0 || !is_digit(*reader->at))
        return false;
    for (; reader_left(reader) > 0 && is_digit(*reader->at); reader->at++) {
        date->nanosecond += (*reader->at - '0') * scale;
        scale /= 10;
    }
    return true;
}

/* Second 60 is there for leap seconds, RFC 3339 5.6. */
static bool take_time(Reader *reader, TomlDate *date)
{
    return take_digits(reader, 2, &date->hour) && date->hour <= 23 && take_byte(reader, ":") &&
           take_digits(reader, 2, &date->minute) && date->minute <= 59 && take_byte(reader, ":") &&
           take_digits(reader, 2, &date->second) && date->second <= 60 &&
           take_fraction(reader, date);
}

static bool take_offset(Reader *reader, TomlDate *date)
{
    int hours, minutes;
    if (take_byte(reader, "Zz"))
        return true;
    bool west = reader_left(reader) > 0 && *reader->at == '-';
    if (!take_byte(reader, "+-") || !take_digits(reader, 2, &hours) || hours > 23 ||
        !take_byte(reader, ":") || !take_digits(reader, 2, &minutes) || minutes > 59)
        return false;
    date->offset_minutes = (hours * 60 + minutes) * (west ? -1 : 1);
    return true;
}

static bool read_time(Span token, TomlValue *value)
{
    Reader reader = reader_on(token);
    value->type = TOML_LOCAL_TIME;
    return take_time(&reader, &value->as.date) && reader_left(&reader) == 0;
}

static bool read_date(Span token, TomlValue *value)
{
    Reader reader = reader_on(token);
    TomlDate *date = &value->as.date;
    value->type = TOML_LOCAL_DATE;
    if (!take_date(&reader, date))
        return false;
    if (reader_left(&reader) == 0)
        return true;
    value->type = TOML_LOCAL_DATETIME;
    if (!take_byte(&reader, "Tt ") || !take_time(&reader, date))
        return false;
    if (reader_left(&reader) == 0)
        return true;
    value->type = TOML_OFFSET_DATETIME;
    return take_offset(&reader, date) && reader_left(&reader) == 0;
}

/* Digits of a base with single underscores between them, appended without. */
static bool take_digit_groups(Reader *reader, unsigned base, GString *out)
{
    bool after_digit = false;
    for (; reader_left(reader) > 0; reader->at++) {
        int digit = g_ascii_xdigit_value((char)*reader->at);
        if (digit >= 0 && (unsigned)digit < base) {
            g_string_append_c(out, (char)*reader->at);
            after_digit = true;
        } else if (*reader->at == '_' && after_digit) {
            after_digit = false;
        } else {
            break;
        }
    }
    return after_digit;
}

typedef enum { NUMBER_WRONG, NUMBER_READ, NUMBER_TOO_LARGE } NumberResult;

static NumberResult read_based_integer(Span token, unsigned base, TomlValue *value)
{
    g_autoptr(GString) digits = g_string_new(NULL);
    Reader reader = reader_on(token);
    guint64 number;
    if (!reader_skip(&reader, 2) || !take_digit_groups(&reader, base, digits) ||
        reader_left(&reader) > 0)
        return NUMBER_WRONG;
    value->type = TOML_INTEGER;
    if (!g_ascii_string_to_unsigned(digits->str, base, 0, G_MAXINT64, &number, NULL))
        return NUMBER_TOO_LARGE;
    value->as.integer = (int64_t)number;
    return NUMBER_READ;
}

static NumberResult read_integer(const char *text, TomlValue *value)
{
    gint64 number;
    value->type = TOML_INTEGER;
    if (!g_ascii_string_to_signed(text, 10, G_MININT64, G_MAXINT64, &number, NULL))
        return NUMBER_TOO_LARGE;
    value->as.integer = number;
    return NUMBER_READ;
}

/* After the sign; `text` has what was read, with the sign. */
static bool take_decimal(Reader *reader, GString *text, bool *is_float)
{
    gsize before = text->len;
    if (!take_digit_groups(reader, 10, text) ||
        (text->str[before] == '0' && text->len > before + 1))
        return false;
    if (take_byte(reader, ".")) {
        *is_float = true;
        g_string_append_c(text, '.');
        if (!take_digit_groups(reader, 10, text))
            return false;
    }
    if (!take_byte(reader, "eE"))
        return true;
    *is_float = true;
    g_string_append_c(text, 'e');
    if (reader_left(reader) > 0 && (*reader->at == '+' || *reader->at == '-'))
        g_string_append_c(text, (char)*reader->at++);
    return take_digit_groups(reader, 10, text);
}

static bool read_special_float(Span token, bool negative, TomlValue *value)
{
    value->type = TOML_FLOAT;
    if (span_equal(token, span_of("inf", 3)))
        value->as.real = negative ? -INFINITY : INFINITY;
    else if (span_equal(token, span_of("nan", 3)))
        value->as.real = negative ? -(double)NAN : (double)NAN;
    else
        return false;
    return true;
}

static NumberResult read_number(Span token, TomlValue *value)
{
    g_autoptr(GString) text = g_string_new(NULL);
    Reader reader = reader_on(token);
    bool is_float = false;
    if (token.size > 2 && token.data[0] == '0' && strchr("xob", token.data[1]) != NULL)
        return read_based_integer(token,
                                  token.data[1] == 'x'   ? 16
                                  : token.data[1] == 'o' ? 8
                                                         : 2,
                                  value);
    if (token.size > 0 && (*token.data == '+' || *token.data == '-'))
        g_string_append_c(text, (char)*reader.at++);
    bool negative = text->len > 0 && text->str[0] == '-';
    if (read_special_float(span_of(reader.at, reader_left(&reader)), negative, value))
        return NUMBER_READ;
    if (!take_decimal(&reader, text, &is_float) || reader_left(&reader) > 0)
        return NUMBER_WRONG;
    if (!is_float)
        return read_integer(text->str, value);
    value->type = TOML_FLOAT;
    value->as.real = g_ascii_strtod(text->str, NULL);
    return NUMBER_READ;
}

static bool read_boolean(Span token, TomlValue *value)
{
    value->type = TOML_BOOLEAN;
    value->as.boolean = token.size == 4;
    return span_equal(token, span_of("true", 4)) || span_equal(token, span_of("false", 5));
}

static char *shown_token(Span token)
{
    enum { SHOWN = 40 };
    return sanitize(span_of(token.data, MIN(token.size, (size_t)SHOWN)), SANITIZE_LINE);
}

static bool refuse_token(TomlParser *parser, Span token, const char *expected)
{
    g_autofree char *shown = shown_token(token);
    return toml_fail(parser, toml_here(parser), _("found \"%s\", expected %s"), shown, expected);
}

static bool read_numeric(TomlParser *parser, Span token, TomlValue *value)
{
    switch (read_number(token, value)) {
    case NUMBER_READ:
        return true;
    case NUMBER_TOO_LARGE:
        return refuse_token(parser, token,
                            _("an integer from -9223372036854775808 to 9223372036854775807"));
    case NUMBER_WRONG:
        break;
    }
    return refuse_token(
        parser, token,
        _("a number: no leading zero, digits on both sides of point and underscore"));
}

static bool read_token(TomlParser *parser, Span token, TomlValue *value)
{
    if (token.size == 0)
        return toml_unexpected(
            parser, _("a value: string, number, date, true, false, array or inline table"));
    if (is_date(token))
        return read_date(token, value) ||
               refuse_token(parser, token,
                            _("a date that exists, as 2023-06-01 or 2023-06-01T12:00:00Z"));
    if (is_time(token))
        return read_time(token, value) || refuse_token(parser, token, _("a time as 12:00:00"));
    if (read_boolean(token, value))
        return true;
    if (is_digit(*token.data) || strchr("+-.", *token.data) != NULL ||
        read_special_float(token, false, value))
        return read_numeric(parser, token, value);
    return refuse_token(parser, token,
                        _("a value; text is written in quotes, true and false small"));
}

TomlValue *toml_take_scalar(TomlParser *parser)
{
    TomlValue *value = toml_new_boolean(false);
    Span token = cut_token(parser);
    value->as.date = (TomlDate){0};
    if (!read_token(parser, token, value)) {
        g_free(value); /* a scalar owns nothing, whatever type was tried */
        return NULL;
    }
    parser->at += token.size;
    return value;
}
