/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The TOML writer: plain values first, then sub-tables under headers of their own.
 */
#include "config.h"

#include "format/toml.h"

#include <math.h>
#include <stdlib.h>

static void write_character(GString *out, uint8_t byte)
{
    static const char special[] = "\b\t\n\f\r\"\\", letters[] = "btnfr\"\\";
    const char *found = byte != '\0' ? strchr(special, byte) : NULL;
    if (found != NULL)
        g_string_append_printf(out, "\\%c", letters[found - special]);
    else if (byte < 0x20 || byte == 0x7f)
        g_string_append_printf(out, "\\u%04X", (unsigned)byte);
    else
        g_string_append_c(out, (char)byte);
}

static void write_quoted(GString *out, Span text)
{
    g_string_append_c(out, '"');
    for (size_t i = 0; i < text.size; i++)
        write_character(out, text.data[i]);
    g_string_append_c(out, '"');
}

static bool is_bare(const char *key)
{
    for (const char *at = key; *at != '\0'; at++) {
        if (!g_ascii_isalnum(*at) && *at != '_' && *at != '-')
            return false;
    }
    return *key != '\0';
}

/* C0 80 in a key is U+0000; see toml.h. */
static void write_key(GString *out, const char *key)
{
    if (is_bare(key)) {
        g_string_append(out, key);
        return;
    }
    g_auto(GStrv) parts = g_strsplit(key, "\xc0\x80", -1);
    g_string_append_c(out, '"');
    for (size_t i = 0; parts[i] != NULL; i++) {
        if (i > 0)
            g_string_append(out, "\\u0000");
        for (const char *at = parts[i]; *at != '\0'; at++)
            write_character(out, (uint8_t)*at);
    }
    g_string_append_c(out, '"');
}

/* As few digits as read back to the same value, and the mark of a float. */
static void write_float(GString *out, double real)
{
    char text[G_ASCII_DTOSTR_BUF_SIZE];
    if (isnan(real) || isinf(real)) {
        g_string_append(out, signbit(real) ? "-" : "");
        g_string_append(out, isnan(real) ? "nan" : "inf");
        return;
    }
    g_ascii_formatd(text, sizeof text, "%.15g", real);
    double again = g_ascii_strtod(text, NULL);
    if (memcmp(&again, &real, sizeof real) != 0)
        g_ascii_formatd(text, sizeof text, "%.17g", real);
    g_string_append(out, text);
    if (strpbrk(text, ".e") == NULL)
        g_string_append(out, ".0");
}

static void write_day(GString *out, const TomlDate *date)
{
    g_string_append_printf(out, "%04d-%02d-%02d", date->year, date->month, date->day);
}

static void write_time(GString *out, const TomlDate *date)
{
    g_string_append_printf(out, "%02d:%02d:%02d", date->hour, date->minute, date->second);
    if (date->nanosecond == 0)
        return;
    g_string_append_printf(out, ".%09d", date->nanosecond);
    while (out->str[out->len - 1] == '0')
        g_string_truncate(out, out->len - 1);
}

static void write_offset(GString *out, int minutes)
{
    if (minutes == 0)
        g_string_append_c(out, 'Z');
    else
        g_string_append_printf(out, "%c%02d:%02d", minutes < 0 ? '-' : '+', abs(minutes) / 60,
                               abs(minutes) % 60);
}

static void write_date(GString *out, const TomlValue *value)
{
    const TomlDate *date = &value->as.date;
    if (value->type != TOML_LOCAL_TIME)
        write_day(out, date);
    if (value->type == TOML_LOCAL_DATE)
        return;
    if (value->type != TOML_LOCAL_TIME)
        g_string_append_c(out, 'T');
    write_time(out, date);
    if (value->type == TOML_OFFSET_DATETIME)
        write_offset(out, date->offset_minutes);
}

static void write_value(GString *out, const TomlValue *value);

static void write_array(GString *out, const TomlValue *array)
{
    g_string_append_c(out, '[');
    for (guint i = 0; i < array->as.array->len; i++) {
        g_string_append(out, i > 0 ? ", " : "");
        write_value(out, g_ptr_array_index(array->as.array, i));
    }
    g_string_append_c(out, ']');
}

static void write_inline_table(GString *out, const TomlValue *table)
{
    const GPtrArray *keys = table->as.table.keys;
    g_string_append(out, keys->len > 0 ? "{ " : "{");
    for (guint i = 0; i < keys->len; i++) {
        const char *key = g_ptr_array_index(keys, i);
        g_string_append(out, i > 0 ? ", " : "");
        write_key(out, key);
        g_string_append(out, " = ");
        write_value(out, toml_get(table, key));
    }
    g_string_append(out, keys->len > 0 ? " }" : "}");
}

static void write_value(GString *out, const TomlValue *value)
{
    switch (value->type) {
    case TOML_STRING:
        write_quoted(out, span_of(value->as.string.text, value->as.string.size));
        return;
    case TOML_INTEGER:
        g_string_append_printf(out, "%" G_GINT64_FORMAT, value->as.integer);
        return;
    case TOML_FLOAT:
        write_float(out, value->as.real);
        return;
    case TOML_BOOLEAN:
        g_string_append(out, value->as.boolean ? "true" : "false");
        return;
    case TOML_ARRAY:
        write_array(out, value);
        return;
    case TOML_TABLE:
        write_inline_table(out, value);
        return;
    default:
        write_date(out, value);
    }
}

/* An array that [[headers]] can say: tables and nothing else. */
static bool is_array_of_tables(const TomlValue *value)
{
    if (value->type != TOML_ARRAY || value->as.array->len == 0)
        return false;
    for (guint i = 0; i < value->as.array->len; i++) {
        const TomlValue *element = g_ptr_array_index(value->as.array, i);
        if (element->type != TOML_TABLE)
            return false;
    }
    return true;
}

static bool has_header(const TomlValue *value)
{
    return value->type == TOML_TABLE || is_array_of_tables(value);
}

static void write_table(GString *out, GString *path, const TomlValue *table);

static void write_header(GString *out, const GString *path, bool is_array)
{
    g_string_append(out, out->len > 0 ? "\n" : "");
    g_string_append_printf(out, is_array ? "[[%s]]\n" : "[%s]\n", path->str);
}

/* A table that holds nothing but tables is there by their headers alone. */
static bool needs_header(const TomlValue *table)
{
    const GPtrArray *keys = table->as.table.keys;
    for (guint i = 0; i < keys->len; i++) {
        if (!has_header(toml_get(table, g_ptr_array_index(keys, i))))
            return true;
    }
    return keys->len == 0;
}

static void write_under_header(GString *out, GString *path, const char *key, const TomlValue *value)
{
    gsize before = path->len;
    if (path->len > 0)
        g_string_append_c(path, '.');
    write_key(path, key);
    if (value->type == TOML_TABLE) {
        if (needs_header(value))
            write_header(out, path, false);
        write_table(out, path, value);
    } else {
        for (guint i = 0; i < value->as.array->len; i++) {
            write_header(out, path, true);
            write_table(out, path, g_ptr_array_index(value->as.array, i));
        }
    }
    g_string_truncate(path, before);
}

static void write_table(GString *out, GString *path, const TomlValue *table)
{
    const GPtrArray *keys = table->as.table.keys;
    for (guint i = 0; i < keys->len; i++) {
        const char *key = g_ptr_array_index(keys, i);
        const TomlValue *value = toml_get(table, key);
        if (has_header(value))
            continue;
        write_key(out, key);
        g_string_append(out, " = ");
        write_value(out, value);
        g_string_append_c(out, '\n');
    }
    for (guint i = 0; i < keys->len; i++) {
        const char *key = g_ptr_array_index(keys, i);
        const TomlValue *value = toml_get(table, key);
        if (has_header(value))
            write_under_header(out, path, key, value);
    }
}

char *toml_write(const TomlValue *table)
{
    GString *out = g_string_new(NULL);
    g_autoptr(GString) path = g_string_new(NULL);
    g_return_val_if_fail(table->type == TOML_TABLE, g_string_free(out, FALSE));
    write_table(out, path, table);
    return g_string_free(out, FALSE);
}
