/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "ui/key_table.h"

#include "core/i18n.h"
#include "core/sanitize.h"

#include <string.h>

#define FOCUS(n, key)                                                 \
    [COMMAND_FOCUS_1 + n - 1] = {"focus-" key,                        \
                                 key,                                 \
                                 PANE_ANY & ~(unsigned)PANE_FORM,     \
                                 NULL,                                \
                                 N_("go to the pane of that number"), \
                                 NULL,                                \
                                 true}

const CommandRow command_table[N_COMMANDS] = {
    [COMMAND_NONE] = {"", "", 0, NULL, "", NULL, true},

    [COMMAND_OPEN] = {"open", "Enter", PANE_INPUTS | PANE_EVIDENCE, N_("open"),
                      N_("open what is selected: the evidence of an input, the explanation of a "
                         "check"),
                      "mse-console --explain CHECK", true},
    [COMMAND_VERIFY] = {"verify", "v", PANE_INPUTS | PANE_EVIDENCE, N_("verify"),
                        N_("verify again what is marked, else what is selected"),
                        "mse-console verify FILE", true},
    [COMMAND_EXPECT] = {"expect", "e", PANE_INPUTS | PANE_EVIDENCE, N_("expect"),
                        N_("set what is expected (MRENCLAVE, MRSIGNER, policy, time) and judge all "
                           "again"),
                        "mse-console verify --mrenclave HEX FILE", true},
    [COMMAND_EXPORT] = {"export", "x", PANE_INPUTS | PANE_EVIDENCE, N_("export"),
                        N_("write what was judged (certificate, quote, collateral, verdict) to one "
                           "file that verify reads"),
                        NULL, false},
    [COMMAND_CHAIN] = {"chain", "t", PANE_EVIDENCE, N_("chain"),
                       N_("to the chain of trust, and back to the verdict"), NULL, true},
    [COMMAND_FILTER] = {"filter", "/", PANE_INPUTS, N_("filter"),
                        N_("show the rows that a regular expression matches, as it is typed; ! "
                           "before it inverts, nothing shows all"),
                        NULL, true},
    [COMMAND_SEARCH] = {"search", "/", PANE_EVIDENCE | PANE_READING, N_("search"),
                        N_("search for a regular expression"), NULL, true},
    [COMMAND_NEXT_MATCH] = {"next-match", "n", PANE_EVIDENCE | PANE_READING, NULL,
                            N_("go to the next match"), NULL, true},
    [COMMAND_PREVIOUS_MATCH] = {"previous-match", "N", PANE_EVIDENCE | PANE_READING, NULL,
                                N_("go to the match before"), NULL, true},
    [COMMAND_SORT_LEFT] = {"sort-left", "<", PANE_INPUTS, NULL,
                           N_("sort by the column to the left"), NULL, true},
    [COMMAND_SORT_RIGHT] = {"sort-right", ">", PANE_INPUTS, N_("sort"),
                            N_("sort by the column to the right"), NULL, true},
    [COMMAND_SORT_REVERSE] = {"sort-reverse", "=", PANE_INPUTS, NULL, N_("reverse the order"), NULL,
                              true},
    [COMMAND_MARK] = {"mark", "Space", PANE_INPUTS, N_("mark"),
                      N_("mark the row, or take its mark away, and go to the next"), NULL, true},
    [COMMAND_UNMARK_ALL] = {"unmark-all", "u", PANE_INPUTS, NULL, N_("take all marks away"), NULL,
                            true},

    [COMMAND_DOWN] = {"down", "j Down", PANE_ANY & ~(unsigned)PANE_FORM, NULL, N_("a line down"),
                      NULL, true},
    [COMMAND_UP] = {"up", "k Up", PANE_ANY & ~(unsigned)PANE_FORM, NULL, N_("a line up"), NULL,
                    true},
    [COMMAND_PAGE_DOWN] = {"page-down", "f PageDown", PANE_ANY & ~(unsigned)PANE_FORM, NULL,
                           N_("a page down"), NULL, true},
    [COMMAND_PAGE_UP] = {"page-up", "b PageUp", PANE_ANY & ~(unsigned)PANE_FORM, NULL,
                         N_("a page up"), NULL, true},
    [COMMAND_HALF_DOWN] = {"half-down", "C-d", PANE_ANY & ~(unsigned)PANE_FORM, NULL,
                           N_("half a page down"), NULL, true},
    [COMMAND_HALF_UP] = {"half-up", "C-u", PANE_ANY & ~(unsigned)PANE_FORM, NULL,
                         N_("half a page up"), NULL, true},
    [COMMAND_TOP] = {"top", "g Home", PANE_ANY & ~(unsigned)PANE_FORM, NULL,
                     N_("to the first line"), NULL, true},
    [COMMAND_BOTTOM] = {"bottom", "G End", PANE_ANY & ~(unsigned)PANE_FORM, NULL,
                        N_("to the last line"), NULL, true},

    [COMMAND_NEXT_PANE] = {"next-pane", "Tab", PANE_ANY & ~(unsigned)PANE_FORM, N_("pane"),
                           N_("go to the next pane"), NULL, true},
    [COMMAND_PREVIOUS_PANE] = {"previous-pane", "S-Tab", PANE_ANY & ~(unsigned)PANE_FORM, NULL,
                               N_("go to the pane before"), NULL, true},
    FOCUS(1, "1"),
    FOCUS(2, "2"),
    FOCUS(3, "3"),
    FOCUS(4, "4"),
    FOCUS(5, "5"),
    FOCUS(6, "6"),
    FOCUS(7, "7"),
    FOCUS(8, "8"),
    FOCUS(9, "9"),
    [COMMAND_BACK] = {"back", "Esc Backspace", PANE_ANY & ~(unsigned)PANE_FORM, NULL,
                      N_("go back the way you came; never quits"), NULL, true},
    [COMMAND_ZOOM] = {"zoom", "z", PANE_ANY & ~(unsigned)PANE_FORM, N_("zoom"),
                      N_("give the pane the whole screen, without borders, or take it back"), NULL,
                      true},
    [COMMAND_JOBS] = {"jobs", "J", PANE_ANY & ~(unsigned)PANE_FORM, NULL,
                      N_("show what runs and what ran"), NULL, true},
    [COMMAND_CANCEL] = {"cancel", "C-c", PANE_ANY, NULL,
                        N_("cancel the job in the pane, else the one started last; never quits"),
                        NULL, true},
    [COMMAND_LINE] = {"command-line", ":", PANE_ANY & ~(unsigned)PANE_FORM, N_("command"),
                      N_("type a command as in the shell, with completion and history"), NULL,
                      true},
    [COMMAND_COPY] = {"copy", "y", PANE_ANY & ~(unsigned)PANE_FORM, NULL,
                      N_("copy what is selected, whole: a measurement, a check, a file's name"),
                      NULL, true},
    [COMMAND_COPY_COMMAND] = {"copy-command", "Y", PANE_ANY & ~(unsigned)PANE_FORM, NULL,
                              N_("copy the shell's command line for what was just done"), NULL,
                              true},
    [COMMAND_MOUSE] = {"mouse", "m", PANE_ANY & ~(unsigned)PANE_FORM, NULL,
                       N_("let the mouse select and scroll, or leave it to the terminal"), NULL,
                       true},
    [COMMAND_REPAINT] = {"repaint", "C-l", PANE_ANY, NULL, N_("draw the whole screen again"), NULL,
                         true},
    [COMMAND_SUSPEND] = {"suspend", "C-z", PANE_ANY, NULL,
                         N_("stop the console; fg in the shell brings it back"), NULL, true},
    [COMMAND_HELP] = {"help", "? F1", PANE_ANY & ~(unsigned)PANE_FORM, N_("help"),
                      N_("show the keys of the pane"), NULL, true},
    [COMMAND_QUIT] = {"quit", "q", PANE_ANY & ~(unsigned)PANE_FORM, N_("quit"),
                      N_("leave the console; asks when jobs are running"), NULL, true},
};

CommandId command_by_name(const char *name)
{
    for (unsigned i = 1; i < N_COMMANDS; i++)
        if (command_table[i].name != NULL && g_str_equal(command_table[i].name, name))
            return (CommandId)i;
    return COMMAND_NONE;
}

static bool add_key(KeyTable *table, CommandId command, Key key)
{
    for (unsigned i = 0; i < COMMAND_KEYS_MAX; i++) {
        if (table->keys[command][i] == key)
            return true;
        if (table->keys[command][i] == 0) {
            table->keys[command][i] = key;
            return true;
        }
    }
    return false;
}

/* A key that the settings give to a command is taken from those that apply in the same panes. */
static void take_key(KeyTable *table, CommandId from, Key key)
{
    Key kept[COMMAND_KEYS_MAX] = {0};
    unsigned n = 0;

    for (unsigned i = 0; i < COMMAND_KEYS_MAX; i++)
        if (table->keys[from][i] != 0 && table->keys[from][i] != key)
            kept[n++] = table->keys[from][i];
    memcpy(table->keys[from], kept, sizeof kept);
}

static void add_defaults(KeyTable *table)
{
    for (unsigned command = 1; command < N_COMMANDS; command++) {
        g_auto(GStrv) keys = g_strsplit(command_table[command].keys, " ", -1);
        for (unsigned i = 0; keys[i] != NULL; i++)
            if (*keys[i] != '\0')
                add_key(table, (CommandId)command, key_parse(keys[i]));
    }
}

static void problem(GPtrArray *problems, const SettingKey *row, const char *what, const char *name)
{
    g_autofree char *shown = sanitize_string(name);

    if (problems != NULL)
        g_ptr_array_add(problems, g_strdup_printf(_("[keys] line %u, column %u: %s “%s”"),
                                                  row->line, row->column, what, shown));
}

static void apply_key(KeyTable *table, const SettingKey *row, bool *replaced, GPtrArray *problems)
{
    CommandId command = command_by_name(row->command);
    Key key = *row->key == '\0' ? 0 : key_parse(row->key);

    if (command == COMMAND_NONE) {
        problem(problems, row, _("no command of the console is called"), row->command);
        return;
    }
    if (*row->key != '\0' && key == 0) {
        problem(problems, row, _("there is no key"), row->key);
        return;
    }
    if (!replaced[command])
        memset(table->keys[command], 0, sizeof table->keys[command]);
    replaced[command] = true;
    if (key == 0)
        return;
    for (unsigned other = 1; other < N_COMMANDS; other++)
        if (other != command && command_table[other].panes & command_table[command].panes)
            take_key(table, (CommandId)other, key);
    if (!add_key(table, command, key))
        problem(problems, row, _("more than four keys for"), row->command);
}

void key_table_make(KeyTable *table, const Settings *settings, GPtrArray *problems)
{
    bool replaced[N_COMMANDS] = {false};

    memset(table, 0, sizeof *table);
    add_defaults(table);
    for (unsigned i = 0; settings != NULL && i < settings->keys->len; i++)
        apply_key(table, settings->keys->pdata[i], replaced, problems);
}

CommandId key_table_find(const KeyTable *table, Key key, unsigned pane)
{
    CommandId everywhere = COMMAND_NONE;

    for (unsigned command = 1; command < N_COMMANDS; command++) {
        const CommandRow *row = &command_table[command];
        if (!(row->panes & pane))
            continue;
        for (unsigned i = 0; i < COMMAND_KEYS_MAX; i++) {
            if (table->keys[command][i] != key)
                continue;
            if ((row->panes & ~(unsigned)PANE_FORM) != (PANE_ANY & ~(unsigned)PANE_FORM))
                return (CommandId)command;
            everywhere = (CommandId)command;
        }
    }
    return everywhere;
}

char *key_table_keys(const KeyTable *table, CommandId command)
{
    GString *out = g_string_new(NULL);

    for (unsigned i = 0; i < COMMAND_KEYS_MAX && table->keys[command][i] != 0; i++) {
        g_autofree char *name = key_text(table->keys[command][i]);
        g_string_append_printf(out, "%s%s", i > 0 ? ", " : "", name);
    }
    return g_string_free(out, FALSE);
}
