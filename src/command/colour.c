/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "command/colour.h"

#include <glib.h>
#include <string.h>

#define RESET "\033[0m"
#define ALARM "\033[1;33m"

/* The terminal's own eight colours: readable on light and dark as its owner chose them. */
static const struct {
    const char *mark, *start;
} looks[] = {
    {"✔ ", "\033[32m"},   {"+ ", "\033[32m"},   {"! ", "\033[33m"}, {"✖ ", "\033[1;31m"},
    {"x ", "\033[1;31m"}, {"? ", "\033[1;31m"}, {"· ", "\033[2m"},  {". ", "\033[2m"},
    {"– ", "\033[2m"},    {"- ", "\033[2m"},
};

bool colour_is_wanted(void)
{
    const char *none = g_getenv("NO_COLOR");
    const char *term = g_getenv("TERM");

    return (none == NULL || *none == '\0') && term != NULL && *term != '\0' &&
           !g_str_equal(term, "dumb");
}

static const char *look_of(const char *text)
{
    for (size_t i = 0; i < G_N_ELEMENTS(looks); i++)
        if (g_str_has_prefix(text, looks[i].mark))
            return looks[i].start;
    return NULL;
}

/* The mark and what it says: up to a colon or two spaces. */
static size_t length_of_word(const char *text)
{
    const char *colon = strchr(text, ':'), *gap = strstr(text, "  ");
    const char *end = text + strlen(text);

    if (colon != NULL)
        end = colon;
    if (gap != NULL && gap < end)
        end = gap;
    return (size_t)(end - text);
}

char *colour_verdict(const char *line)
{
    size_t indent = strspn(line, " ");
    const char *start = indent <= 2 ? look_of(line + indent) : NULL;
    size_t size = start == NULL ? 0 : length_of_word(line + indent);
    const char *rest = line + indent + size;
    const char *simulated = strstr(rest, "SIMULATED");
    GString *out = g_string_new_len(line, (gssize)indent);

    if (start != NULL)
        g_string_append_printf(out, "%s%.*s" RESET, start, (int)size, line + indent);
    else
        rest = line + indent;
    if (simulated != NULL) {
        g_string_append_len(out, rest, simulated - rest);
        g_string_append(out, ALARM "SIMULATED" RESET);
        rest = simulated + strlen("SIMULATED");
    }
    g_string_append(out, rest);
    return g_string_free(out, FALSE);
}
