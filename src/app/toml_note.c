/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "app/toml_note.h"

#include "core/i18n.h"
#include "core/sanitize.h"

void toml_note_at(GPtrArray *list, const char *path, unsigned line, unsigned column,
                  const char *sentence)
{
    g_autofree char *shown = sanitize_string(path);
    g_ptr_array_add(
        list, g_strdup_printf(_("%s: line %u, column %u: %s"), shown, line, column, sentence));
}

void toml_note(GPtrArray *list, const char *path, const TomlValue *at, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    g_autofree char *sentence = g_strdup_vprintf(format, arguments);
    va_end(arguments);
    toml_note_at(list, path, at->line, at->column, sentence);
}

char *toml_value_for_people(const TomlValue *value)
{
    enum { LONGEST = 60 };
    switch (value->type) {
    case TOML_STRING: {
        g_autofree char *safe =
            sanitize(span_of(value->as.string.text, value->as.string.size), SANITIZE_LINE);
        if (g_utf8_strlen(safe, -1) <= LONGEST)
            return g_strdup_printf("\"%s\"", safe);
        g_autofree char *start = g_utf8_substring(safe, 0, LONGEST);
        return g_strdup_printf("\"%s…\"", start);
    }
    case TOML_INTEGER:
        return g_strdup_printf("%" G_GINT64_FORMAT, value->as.integer);
    case TOML_BOOLEAN:
        return g_strdup(value->as.boolean ? "true" : "false");
    default:
        return g_strdup_printf(_("of type %s"), toml_type_name(value->type));
    }
}

const char *toml_plain_text(const TomlValue *value)
{
    if (value->type != TOML_STRING || strlen(value->as.string.text) != value->as.string.size)
        return NULL;
    return value->as.string.text;
}

char *toml_stripped(const char *text)
{
    while (*text != '\0' && g_unichar_isspace(g_utf8_get_char(text)))
        text = g_utf8_next_char(text);
    const char *end = text + strlen(text);
    while (end > text) {
        const char *last = g_utf8_find_prev_char(text, end);
        if (last == NULL || !g_unichar_isspace(g_utf8_get_char(last)))
            break;
        end = last;
    }
    return g_strndup(text, (gsize)(end - text));
}
