/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "fleet/arguments.h"

#include <string.h>

static void set_text(char **to, const char *value)
{
    g_free(*to);
    *to = g_strdup(value);
}

static void set_subject(FleetApp *app, const char *value)
{
    set_text(&app->subject, value);
}

static void set_san(FleetApp *app, const char *value)
{
    set_text(&app->san, value);
}

static void set_uuid(FleetApp *app, const char *value)
{
    set_text(&app->uuid, value);
}

static void set_application(FleetApp *app, const char *value)
{
    set_text(&app->application, value);
}

/* "4096M": the number loses its last letter, and counts MiB. */
static void set_size(FleetApp *app, const char *value)
{
    size_t size = strlen(value);
    if (size < 2 || g_ascii_isdigit(value[size - 1]))
        return;
    g_autofree char *digits = g_strndup(value, size - 1);
    guint64 mebibytes;
    if (g_ascii_string_to_unsigned(digits, 10, 1, G_MAXUINT64 >> 20, &mebibytes, NULL))
        app->size = mebibytes << 20;
}

static void set_expires(FleetApp *app, const char *value)
{
    gint64 seconds;
    if (g_ascii_string_to_signed(value, 10, 1, G_MAXINT64, &seconds, NULL))
        app->expires = seconds;
}

static const struct {
    const char *option;
    void (*set)(FleetApp *app, const char *value);
} argument_table[] = {
    {"--size", set_size}, {"--subject", set_subject},         {"--san", set_san},
    {"--id", set_uuid},   {"--application", set_application}, {"--expiration", set_expires},
};

static void read_one(FleetApp *app, const char *option, const char *value)
{
    for (size_t i = 0; i < G_N_ELEMENTS(argument_table); i++) {
        if (strcmp(argument_table[i].option, option) == 0)
            argument_table[i].set(app, value);
    }
}

void fleet_arguments_read(FleetApp *app, const char *const *words)
{
    for (; *words; words++) {
        bool has_value = words[1] && !g_str_has_prefix(words[1], "--");
        if (!g_str_has_prefix(*words, "--") || !has_value)
            continue;
        read_one(app, words[0], words[1]);
        words++;
    }
}

/* Where a word that begins here ends. Quotes end a word only before a space or the end. */
static const char *word_end(const char *at)
{
    if (*at != '\'')
        return at + strcspn(at, " ");
    for (const char *end = strchr(at + 1, '\''); end; end = strchr(end + 1, '\'')) {
        if (end[1] == ' ' || end[1] == '\0')
            return end + 1;
    }
    return at + strcspn(at, " ");
}

static char *unquoted(const char *at, const char *end)
{
    bool quoted = end - at >= 2 && *at == '\'' && end[-1] == '\'';
    return quoted ? g_strndup(at + 1, (size_t)(end - at) - 2) : g_strndup(at, (size_t)(end - at));
}

void fleet_arguments_read_line(FleetApp *app, const char *line)
{
    g_autoptr(GPtrArray) words = g_ptr_array_new_with_free_func(g_free);
    for (const char *at = line; *at;) {
        const char *end = word_end(at);
        if (end > at)
            g_ptr_array_add(words, unquoted(at, end));
        at = *end ? end + 1 : end;
    }
    g_ptr_array_add(words, NULL);
    fleet_arguments_read(app, (const char *const *)words->pdata);
}
