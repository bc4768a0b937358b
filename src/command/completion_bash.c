/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "command/completion_shell.h"

#include "attest/checks.h"

#include <string.h>

void completion_each_option(const Verb *verb, void (*visit)(const VerbOption *, GString *),
                            GString *out)
{
    for (const VerbOption *option = verb->options; option && option->name; option++)
        visit(option, out);
    for (const VerbOption *option = verb_common_options; option->name; option++) {
        if (verb_takes_common(verb, option))
            visit(option, out);
    }
}

char *completion_choices(const VerbOption *option)
{
    if (option->kind == ARGUMENT_CHOICE)
        return g_strjoinv(" ", (char **)option->choices);
    if (option->kind != ARGUMENT_CHECK)
        return NULL;
    GString *names = g_string_new(NULL);
    for (int i = 0; i < N_CHECKS; i++)
        g_string_append_printf(names, "%s%s", i ? " " : "", check_table[i].id);
    return g_string_free(names, FALSE);
}

/* bash splits words at "=" and ":" before the function sees them. */
static const char bash_head[] =
    "# bash completion for mse-console, from its table of verbs\n"
    "\n"
    "_mse_console()\n"
    "{\n"
    "    local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD-1]}\n"
    "    local line=\"${COMP_WORDS[*]:1:COMP_CWORD-1} \" verb= words= kind=\n"
    "    COMPREPLY=()\n"
    "    if [[ $cur == = ]]; then\n"
    "        cur=\n"
    "    elif [[ $prev == = ]]; then\n"
    "        prev=${COMP_WORDS[COMP_CWORD-2]}\n"
    "    fi\n";

static const char bash_tail[] =
    "    if [[ -z $kind && $cur == -* ]]; then\n"
    "        kind=words\n"
    "    elif [[ -z $kind ]]; then\n"
    "        kind=$operands words=$operand_words\n"
    "    fi\n"
    "    case $kind in\n"
    "    words) mapfile -t COMPREPLY < <(compgen -W \"$words\" -- \"$cur\") ;;\n"
    "    file)\n"
    "        compopt -o filenames\n"
    "        mapfile -t COMPREPLY < <(compgen -f -- \"$cur\")\n"
    "        ;;\n"
    "    directory)\n"
    "        compopt -o filenames\n"
    "        mapfile -t COMPREPLY < <(compgen -d -- \"$cur\")\n"
    "        ;;\n"
    "    first)\n"
    "        compopt -o filenames\n"
    "        mapfile -t COMPREPLY < <(compgen -W \"$words\" -- \"$cur\"; compgen -f -- \"$cur\")\n"
    "        ;;\n"
    "    esac\n"
    "}\n"
    "complete -F _mse_console mse-console\n";

static const char *bash_kind(ArgumentKind kind)
{
    if (kind == ARGUMENT_FILE || kind == ARGUMENT_OUTPUT)
        return "file";
    return kind == ARGUMENT_DIRECTORY ? "directory" : "none";
}

static void bash_name(const VerbOption *option, GString *out)
{
    g_string_append_printf(out, " --%s", option->name);
}

static void bash_value(const VerbOption *option, GString *out)
{
    if (option->kind == ARGUMENT_NONE)
        return;
    g_autofree char *choices = completion_choices(option);
    g_string_append_printf(out, "        --%s", option->name);
    if (option->letter)
        g_string_append_printf(out, " | -%c", option->letter);
    if (choices)
        g_string_append_printf(out, ") kind=words words='%s' ;;\n", choices);
    else
        g_string_append_printf(out, ") kind=%s ;;\n", bash_kind(option->kind));
}

/* Which verb the line begins with; longer ones first, so that a group's verbs win. */
static void bash_find_verb(GString *out)
{
    g_string_append(out, "    case $line in\n");
    for (int spaces = 1; spaces >= 0; spaces--) {
        for (const Verb *const *verb = verb_table; *verb; verb++) {
            if ((strchr((*verb)->words, ' ') != NULL) == (spaces == 1))
                g_string_append_printf(out, "    '%s '*) verb='%s' ;;\n", (*verb)->words,
                                       (*verb)->words);
        }
    }
    g_string_append(out, "    *) verb=${line%% *} ;;\n    esac\n");
}

static void bash_verb(const Verb *verb, GString *out)
{
    g_string_append_printf(out, "    '%s')\n        words='", verb->words);
    completion_each_option(verb, bash_name, out);
    const char *operands = bash_kind(verb->operand_kind);
    if (strchr(verb->operands, '|')) {
        g_auto(GStrv) words = g_strsplit(verb->operands, "|", -1);
        g_autofree char *all = g_strjoinv(" ", words);
        g_string_append_printf(out, "'\n        operands=words operand_words='%s'\n", all);
    } else {
        g_string_append_printf(out, "'\n        operands=%s operand_words=\n",
                               verb->max_operands ? operands : "none");
    }
    g_string_append(out, "        case $prev in\n");
    completion_each_option(verb, bash_value, out);
    g_string_append(out, "        esac\n        ;;\n");
}

/* The first word: verbs, groups and files. After a group: its verbs. */
static void bash_words_at(const char *group, GString *out)
{
    g_autoptr(GHashTable) seen = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    size_t skip = group ? strlen(group) + 1 : 0;
    for (const Verb *const *verb = verb_table; *verb; verb++) {
        const char *name = (*verb)->words;
        bool inside = !group || (g_str_has_prefix(name, group) && name[strlen(group)] == ' ');
        if (!inside || ((*verb)->flags & VERB_HIDDEN))
            continue;
        char *word = g_strndup(name + skip, strcspn(name + skip, " "));
        if (g_hash_table_add(seen, word))
            g_string_append_printf(out, "%s ", word);
    }
}

static void bash_groups(GString *out)
{
    g_autoptr(GHashTable) seen = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    for (const Verb *const *verb = verb_table; *verb; verb++) {
        size_t size = strcspn((*verb)->words, " ");
        char *group = g_strndup((*verb)->words, size);
        if ((*verb)->words[size] == '\0') {
            g_free(group);
        } else if (g_hash_table_add(seen, group)) {
            g_string_append_printf(out, "    '%s')\n        kind=words words='--help ", group);
            bash_words_at(group, out);
            g_string_append(out, "'\n        ;;\n");
        }
    }
}

char *completion_bash(void)
{
    GString *out = g_string_new(bash_head);
    g_string_append(out, "    local operands=none operand_words=\n");
    bash_find_verb(out);
    g_string_append(out, "    case $verb in\n    '')\n        kind=first words='--help --version ");
    bash_words_at(NULL, out);
    g_string_append(out, "'\n        ;;\n");
    for (const Verb *const *verb = verb_table; *verb; verb++)
        bash_verb(*verb, out);
    bash_groups(out);
    g_string_append(out, "    *) operands=file ;;\n    esac\n");
    g_string_append(out, bash_tail);
    return g_string_free(out, FALSE);
}
