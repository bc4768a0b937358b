/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "command/completion_shell.h"

#include "core/i18n.h"

#include <string.h>

static char *fish_quoted(const char *text)
{
    GString *out = g_string_new("'");
    for (; *text; text++) {
        if (*text == '\'' || *text == '\\')
            g_string_append_c(out, '\\');
        g_string_append_c(out, *text);
    }
    g_string_append_c(out, '\'');
    return g_string_free(out, FALSE);
}

/* The condition is the same for all options of a verb: it is put in front afterwards. */
static void fish_option(const VerbOption *option, GString *out)
{
    g_autofree char *help = fish_quoted(_(option->help));
    g_autofree char *choices = completion_choices(option);
    g_string_append_printf(out, "@ -l %s", option->name);
    if (option->letter)
        g_string_append_printf(out, " -s %c", option->letter);
    if (option->kind == ARGUMENT_FILE || option->kind == ARGUMENT_OUTPUT)
        g_string_append(out, " -r -F");
    else if (option->kind == ARGUMENT_DIRECTORY)
        g_string_append(out, " -x -a '(__fish_complete_directories)'");
    else if (choices)
        g_string_append_printf(out, " -x -a '%s'", choices);
    else if (option->kind != ARGUMENT_NONE)
        g_string_append(out, " -x");
    g_string_append_printf(out, " -d %s\n", help);
}

static void fish_operands(const Verb *verb, GString *out)
{
    if (strchr(verb->operands, '|')) {
        g_auto(GStrv) words = g_strsplit(verb->operands, "|", -1);
        g_autofree char *all = g_strjoinv(" ", words);
        g_string_append_printf(out, "@ -f -a '%s'\n", all);
    } else if (verb->max_operands == 0 || verb->operand_kind != ARGUMENT_FILE) {
        g_string_append(out, "@ -f\n");
    }
}

static void fish_verb(const Verb *verb, GString *out)
{
    g_autoptr(GString) lines = g_string_new(NULL);
    completion_each_option(verb, fish_option, lines);
    fish_operands(verb, lines);
    g_auto(GStrv) each = g_strsplit(lines->str, "\n", -1);
    for (char **line = each; *line && **line; line++)
        g_string_append_printf(out, "complete -c mse-console -n '__mse_console_verb %s'%s\n",
                               verb->words, *line + 1);
}

static void fish_word(const Verb *verb, GHashTable *seen, GString *out)
{
    g_autofree char *help = fish_quoted(_(verb->help));
    const char *space = strchr(verb->words, ' ');
    g_autofree char *first =
        g_strndup(verb->words, space ? (gsize)(space - verb->words) : strlen(verb->words));
    if (space)
        g_string_append_printf(out,
                               "complete -c mse-console -n '__mse_console_words %s' -f -a %s "
                               "-d %s\n",
                               first, space + 1, help);
    if (g_hash_table_add(seen, g_strdup(first)))
        g_string_append_printf(
            out, "complete -c mse-console -n '__mse_console_words' -a %s -d %s\n", first, help);
}

char *completion_fish(void)
{
    GString *out = g_string_new(
        "# fish completion for mse-console, from its table of verbs\n"
        "\n"
        "# True when the words typed so far begin with these.\n"
        "function __mse_console_verb\n"
        "    set -l words (commandline -opc)\n"
        "    for i in (seq (count $argv))\n"
        "        set -l at (math $i + 1)\n"
        "        test \"$words[$at]\" = \"$argv[$i]\"; or return 1\n"
        "    end\n"
        "end\n"
        "\n"
        "# True when they are exactly these.\n"
        "function __mse_console_words\n"
        "    test (count (commandline -opc)) -eq (math (count $argv) + 1); or return 1\n"
        "    test (count $argv) -eq 0; or __mse_console_verb $argv\n"
        "end\n"
        "\n"
        "complete -c mse-console -n '__mse_console_words' -l version -s V\n"
        "complete -c mse-console -n '__mse_console_words' -l help -s h\n");
    g_autoptr(GHashTable) seen = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    for (const Verb *const *verb = verb_table; *verb; verb++) {
        if (!((*verb)->flags & VERB_HIDDEN))
            fish_word(*verb, seen, out);
    }
    for (const Verb *const *verb = verb_table; *verb; verb++)
        fish_verb(*verb, out);
    return g_string_free(out, FALSE);
}
