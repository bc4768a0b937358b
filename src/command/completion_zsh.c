/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "command/completion_shell.h"

#include "core/i18n.h"

#include <string.h>

/* Inside single quotes of zsh, and of _arguments' own brackets and colons. */
static void append_quoted(GString *out, const char *text, const char *special)
{
    for (; *text; text++) {
        if (*text == '\'') {
            g_string_append(out, "'\\''");
            continue;
        }
        if (strchr(special, *text))
            g_string_append_c(out, '\\');
        g_string_append_c(out, *text);
    }
}

static char *zsh_action(const VerbOption *option)
{
    g_autofree char *choices = completion_choices(option);
    if (choices)
        return g_strdup_printf("(%s)", choices);
    if (option->kind == ARGUMENT_FILE || option->kind == ARGUMENT_OUTPUT)
        return g_strdup("_files");
    return g_strdup(option->kind == ARGUMENT_DIRECTORY ? "_files -/" : " ");
}

static void zsh_spec(const VerbOption *option, const char *dashed, bool separate, GString *out)
{
    bool valued = option->kind != ARGUMENT_NONE;
    g_string_append_printf(out, " \\\n            '%s%s%s[", option->repeatable ? "*" : "", dashed,
                           !valued    ? ""
                           : separate ? "+"
                                      : "=");
    append_quoted(out, _(option->help), "[]:\\");
    g_string_append_c(out, ']');
    if (valued) {
        g_autofree char *action = zsh_action(option);
        g_string_append_c(out, ':');
        append_quoted(out, option->metavar, ":\\");
        g_string_append_printf(out, ":%s", action);
    }
    g_string_append_c(out, '\'');
}

static void zsh_option(const VerbOption *option, GString *out)
{
    g_autofree char *name = g_strconcat("--", option->name, NULL);
    zsh_spec(option, name, false, out);
    if (option->letter) {
        char letter[] = {'-', option->letter, '\0'};
        zsh_spec(option, letter, true, out);
    }
}

static void zsh_operands(const Verb *verb, GString *out)
{
    if (verb->max_operands == 0)
        return;
    if (strchr(verb->operands, '|')) {
        g_auto(GStrv) words = g_strsplit(verb->operands, "|", -1);
        g_autofree char *all = g_strjoinv(" ", words);
        g_string_append_printf(out, " \\\n            '1: :(%s)'", all);
    } else if (verb->operand_kind == ARGUMENT_FILE) {
        g_string_append(out, " \\\n            '*:FILE:_files'");
    }
}

static void zsh_verb(const Verb *verb, GString *out)
{
    bool two = strchr(verb->words, ' ') != NULL;
    g_string_append_printf(out, "    ('%s'%s)\n", verb->words, two ? "" : "*");
    g_string_append_printf(out, "        shift %d words\n        (( CURRENT -= %d ))\n",
                           two ? 2 : 1, two ? 2 : 1);
    g_string_append(out, "        _arguments -s");
    completion_each_option(verb, zsh_option, out);
    zsh_operands(verb, out);
    g_string_append(out, "\n        ;;\n");
}

static void zsh_described(const char *word, const char *help, GString *out)
{
    g_string_append(out, "        '");
    append_quoted(out, word, ":\\");
    g_string_append_c(out, ':');
    append_quoted(out, help, "\\");
    g_string_append(out, "'\n");
}

/* The words at one place with their help, as an array `verbs`. A group has its first verb's. */
static void zsh_words_at(const char *group, GString *out)
{
    g_autoptr(GHashTable) seen = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    size_t skip = group ? strlen(group) + 1 : 0;
    g_string_append(out, "    verbs=(\n");
    for (const Verb *const *verb = verb_table; *verb; verb++) {
        const char *name = (*verb)->words;
        bool inside = !group || (g_str_has_prefix(name, group) && name[strlen(group)] == ' ');
        if (!inside || ((*verb)->flags & VERB_HIDDEN))
            continue;
        char *word = g_strndup(name + skip, strcspn(name + skip, " "));
        if (g_hash_table_add(seen, word))
            zsh_described(word, _((*verb)->help), out);
    }
    g_string_append(out, "    )\n");
}

static void zsh_groups(GString *out)
{
    g_autoptr(GHashTable) seen = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    for (const Verb *const *verb = verb_table; *verb; verb++) {
        size_t size = strcspn((*verb)->words, " ");
        char *group = g_strndup((*verb)->words, size);
        if ((*verb)->words[size] == '\0') {
            g_free(group);
        } else if (g_hash_table_add(seen, group)) {
            g_string_append_printf(out, "    ('%s'*)\n", group);
            zsh_words_at(group, out);
            g_string_append(out, "        (( CURRENT == 3 )) && _describe -t verbs verb verbs\n"
                                 "        ;;\n");
        }
    }
}

char *completion_zsh(void)
{
    GString *out = g_string_new("#compdef mse-console\n"
                                "# zsh completion for mse-console, from its table of verbs\n"
                                "\n"
                                "_mse_console() {\n"
                                "    local -a verbs\n"
                                "    if (( CURRENT == 2 )); then\n");
    zsh_words_at(NULL, out);
    g_string_append(out, "        _describe -t verbs verb verbs\n"
                         "        _files\n"
                         "        return\n"
                         "    fi\n"
                         "    local line=\"$words[2]\"\n"
                         "    (( CURRENT > 3 )) && line+=\" $words[3]\"\n"
                         "    case $line in\n");
    for (int spaces = 1; spaces >= 0; spaces--) {
        for (const Verb *const *verb = verb_table; *verb; verb++) {
            if ((strchr((*verb)->words, ' ') != NULL) == (spaces == 1))
                zsh_verb(*verb, out);
        }
    }
    zsh_groups(out);
    g_string_append(out, "    (*) _files ;;\n"
                         "    esac\n"
                         "}\n"
                         "\n"
                         "_mse_console \"$@\"\n");
    return g_string_free(out, FALSE);
}
