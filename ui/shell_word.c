/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "ui/shell_word.h"

#include <stdbool.h>
#include <string.h>

static bool is_plain(const char *text)
{
    static const char plain[] =
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-./:,+@%=";

    return *text != '\0' && text[strspn(text, plain)] == '\0';
}

void shell_append_word(GString *line, const char *word)
{
    g_autofree char *quoted = is_plain(word) ? g_strdup(word) : g_shell_quote(word);

    g_string_append_printf(line, " %s", quoted);
}
