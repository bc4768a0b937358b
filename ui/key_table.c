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

#define SINCE(n, key, help)   \
    [COMMAND_SINCE_0 + n] = { \
        "since-" key, key, PANE_LOGS, NULL, help, "mse-console home logs NAME --since TIME", true}

const CommandRow command_table[N_COMMANDS] = {
    [COMMAND_NONE] = {"", "", 0, NULL, "", NULL, true},

    [COMMAND_OPEN] =
        {"open", "Enter", PANE_INPUTS | PANE_EVIDENCE | PANE_APPS | PANE_SOURCES | PANE_JOBS,
         N_("open"),
         N_("open what is selected: its evidence, the explanation of a check; the applications "
            "of a source alone, or of all again; what a job says"),
         "mse-console verify --explain CHECK", true},
    [COMMAND_VERIFY] = {"verify", "v", PANE_INPUTS | PANE_EVIDENCE | PANE_APPS, N_("verify"),
                        N_("verify again what is marked, else what is selected"),
                        "mse-console verify FILE", true},
    [COMMAND_ACKNOWLEDGE] =
        {"acknowledge", "a", PANE_APPS | PANE_EVIDENCE | PANE_LOGS | PANE_READING, N_("seen"),
         N_("say that the alarm of what is marked, else of what is selected, was seen; when it has "
            "none, go to the next that has"),
         NULL, true},
    [COMMAND_ACKNOWLEDGE_ALL] = {"acknowledge-all", "A", PANE_APPS, NULL,
                                 N_("say that all alarms were seen"), NULL, true},
    [COMMAND_EXPECT] = {"expect", "e", PANE_INPUTS | PANE_EVIDENCE, N_("expect"),
                        N_("set what is expected (MRENCLAVE, MRSIGNER, policy, time) and judge all "
                           "again"),
                        "mse-console verify --mrenclave HEX FILE", true},
    [COMMAND_EXPORT] = {"export", "x", PANE_INPUTS | PANE_EVIDENCE | PANE_APPS, N_("export"),
                        N_("write what was judged (certificate, quote, collateral, verdict) to one "
                           "file that verify reads"),
                        NULL, true},
    [COMMAND_CHAIN] = {"chain", "t", PANE_EVIDENCE, N_("chain"),
                       N_("to the chain of trust, and back to the verdict"), NULL, true},
    [COMMAND_FILTER] = {"filter", "/", PANE_INPUTS | PANE_APPS | PANE_SECRETS, N_("filter"),
                        N_("show the rows that a regular expression matches, as it is typed; ! "
                           "before it inverts, nothing shows all"),
                        NULL, true},
    [COMMAND_SEARCH] = {"search", "/", PANE_EVIDENCE | PANE_READING | PANE_LOGS, N_("search"),
                        N_("search for a regular expression"), NULL, true},
    [COMMAND_NEXT_MATCH] = {"next-match", "n", PANE_EVIDENCE | PANE_READING | PANE_LOGS, NULL,
                            N_("go to the next match"), NULL, true},
    [COMMAND_PREVIOUS_MATCH] = {"previous-match", "N", PANE_EVIDENCE | PANE_READING | PANE_LOGS,
                                NULL, N_("go to the match before"), NULL, true},
    [COMMAND_SORT_LEFT] = {"sort-left", "<", PANE_INPUTS | PANE_APPS | PANE_SECRETS, NULL,
                           N_("sort by the column to the left"), NULL, true},
    [COMMAND_SORT_RIGHT] = {"sort-right", ">", PANE_INPUTS | PANE_APPS | PANE_SECRETS, N_("sort"),
                            N_("sort by the column to the right"), NULL, true},
    [COMMAND_SORT_REVERSE] = {"sort-reverse", "=", PANE_INPUTS | PANE_APPS | PANE_SECRETS, NULL,
                              N_("reverse the order"), NULL, true},
    [COMMAND_MARK] = {"mark", "Space", PANE_INPUTS | PANE_APPS | PANE_SECRETS, N_("mark"),
                      N_("mark the row, or take its mark away, and go to the next"), NULL, true},
    [COMMAND_UNMARK_ALL] = {"unmark-all", "u", PANE_INPUTS | PANE_APPS | PANE_SECRETS, NULL,
                            N_("take all marks away"), NULL, true},

    [COMMAND_LOGS] = {"logs", "L", PANE_APPS | PANE_EVIDENCE | PANE_READING, N_("logs"),
                      N_("go to the log of the selected application"),
                      "mse-console home logs -f NAME", true},
    [COMMAND_FOLLOW] = {"follow", "F", PANE_LOGS, N_("follow"),
                        N_("go to the end of the log and stay there as it grows"), NULL, true},
    [COMMAND_PAUSE] = {"pause", "p", PANE_LOGS, N_("pause"),
                       N_("take no more of the log until pressed again; nothing is lost"), NULL,
                       true},
    [COMMAND_FILTER_LINES] = {"filter-lines", "&", PANE_LOGS, N_("filter"),
                              N_("show the lines that a regular expression matches; ! before it "
                                 "inverts, nothing shows all"),
                              NULL, true},
    [COMMAND_SEARCH_ALL] = {"search-all", "", PANE_LOGS, NULL,
                            N_("search the whole log, as far back as the engine keeps it, without "
                               "holding it: what matches is shown as it is found"),
                            "mse-console home logs NAME | grep REGEX", true},
    [COMMAND_MERGE] = {"merge", "M", PANE_APPS | PANE_LOGS, N_("merge"),
                       N_("show the logs of all marked applications together, in the order of "
                          "their times; again: the selected one's alone"),
                       NULL, true},
    [COMMAND_PAGER] = {"pager", "|", PANE_LOGS, N_("pager"),
                       N_("hand the lines that are held and pass the filter to $PAGER"),
                       "mse-console home logs NAME | less", true},
    [COMMAND_NEXT_ERROR] = {"next-error", "e", PANE_LOGS, N_("error"), N_("go to the next error"),
                            NULL, true},
    [COMMAND_PREVIOUS_ERROR] = {"previous-error", "E", PANE_LOGS, NULL,
                                N_("go to the error before"), NULL, true},
    [COMMAND_WRAP] = {"wrap", "W", PANE_LOGS, N_("wrap"), N_("show long lines whole, or cut"), NULL,
                      true},
    [COMMAND_TIMESTAMPS] = {"timestamps", "T", PANE_LOGS, N_("times"),
                            N_("show when the engine got each line, or do not"), NULL, true},
    SINCE(0, "0", N_("show the whole log, as much as is held")),
    SINCE(1, "1", N_("show the last thousand lines and what follows")),
    SINCE(2, "2", N_("show the log since one minute ago")),
    SINCE(3, "3", N_("show the log since five minutes ago")),
    SINCE(4, "4", N_("show the log since a quarter of an hour ago")),
    SINCE(5, "5", N_("show the log since an hour ago")),
    SINCE(6, "6", N_("show the log since a day ago")),
    [COMMAND_SAVE] = {"save", "s", PANE_LOGS, N_("save"),
                      N_("write the lines that are held and pass the filter to a file"), NULL,
                      true},
    [COMMAND_SEND] = {"send", "Enter", PANE_SECRETS, N_("send"),
                      N_("send what is marked, else the selected file, to the application, which "
                         "waits for secrets; what was sealed for it is sent sealed; asks, with the "
                         "MRENCLAVE that will receive it"),
                      "mse-console home run --secrets FILE NAME", false},
    [COMMAND_SEAL] = {"seal", "s", PANE_SECRETS, N_("seal"),
                      N_("seal the selected file so that the application's verified enclave alone "
                         "can open it"),
                      "mse-console home seal --input FILE --receiver-enclave CERT --output FILE",
                      false},
    [COMMAND_FORGET] = {"forget", "D Delete", PANE_SECRETS, N_("forget"),
                        N_("list what is marked, else the selected file, no more; the file stays "
                           "where it is; asks"),
                        NULL, true},
    [COMMAND_STOP] = {"stop", "S", PANE_APPS, N_("stop"),
                      N_("stop what is marked, else what is selected; asks"),
                      "mse-console home stop NAME", false},
    [COMMAND_RESTART] = {"restart", "R", PANE_APPS, N_("restart"),
                         N_("restart what is marked, else what is selected; asks"),
                         "mse-console home restart NAME", false},
    [COMMAND_REMOVE] = {"remove", "D Delete", PANE_APPS, NULL,
                        N_("remove the selected application from its engine; asks"),
                        "mse-console home remove NAME", false},
    [COMMAND_KILL] = {"kill", "K", PANE_APPS, NULL,
                      N_("kill the selected application without grace; asks"),
                      "mse-console home kill NAME", false},
    [COMMAND_SECRETS] = {"secrets", "$", PANE_FLEET, N_("secrets"),
                         N_("go to the secrets files of the selected application: what was sealed "
                            "or sent to which measurement and when; never what is in them"),
                         NULL, true},
    [COMMAND_METRICS] = {"metrics", "C", PANE_FLEET, N_("metrics"),
                         N_("go to what the selected application uses: CPU, memory, network, "
                            "block devices"),
                         "mse-console home top NAME", true},
    [COMMAND_CPU] = {"cpu", "c", PANE_APPS, NULL,
                     N_("switch the CPU column on or off: it asks the engine for figures of what "
                        "is in sight"),
                     "mse-console home top", true},
    [COMMAND_DESCRIBE] = {"describe", "d", PANE_FLEET, N_("describe"),
                          N_("go to what the selected application is: arguments, ports, mounts, "
                             "labels; secrets are masked"),
                          "mse-console home status NAME", true},
    [COMMAND_HISTORY] = {"history", "H", PANE_FLEET, N_("history"),
                         N_("go to what happened to the selected application"),
                         "mse-console home events", true},
    [COMMAND_SOURCES] = {"sources", "o", PANE_FLEET, N_("sources"),
                         N_("go to the engines that are asked: how each is, since when and why"),
                         NULL, true},
    [COMMAND_NEXT_SOURCE] = {"next-source", "O", PANE_FLEET, NULL,
                             N_("show the applications of the next source alone, and after the "
                                "last of all again"),
                             "mse-console home list --engine NAME", true},
    [COMMAND_RETRY] = {"retry", "r", PANE_SOURCES | PANE_SECRETS, N_("retry"),
                       N_("try the source again at once; look at the secrets files again"), NULL,
                       true},

    [COMMAND_WALK] = {"walk", "w", PANE_ANY & ~(unsigned)(PANE_FORM | PANE_WALK), N_("walk"),
                      N_("walk through the steps of the code provider or of the operator, as far "
                         "as they were done in this directory"),
                      NULL, true},
    [COMMAND_STEP_RUN] = {"run-step", "Enter", PANE_WALK, NULL,
                          N_("do the step, or do it again; what is wrong stands beside the field"),
                          NULL, true},
    [COMMAND_STEP_COMPLETE] = {"complete", "Tab", PANE_WALK, NULL,
                               N_("complete the path that is typed; else the next field"), NULL,
                               true},
    [COMMAND_STEP_NEXT] = {"next-step", "PageDown C-n", PANE_WALK, NULL, N_("the next step"), NULL,
                           true},
    [COMMAND_STEP_PREVIOUS] = {"previous-step", "PageUp C-p", PANE_WALK, NULL,
                               N_("the step before"), NULL, true},
    [COMMAND_STEP_ACTOR] = {"other-actor", "F2", PANE_WALK, NULL,
                            N_("the steps of the other actor"), NULL, true},

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
    [COMMAND_BACK] = {"back", "Esc Backspace", PANE_ANY & ~(unsigned)PANE_FORM, N_("back"),
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

static void own_problem(GPtrArray *problems, const SettingCommand *command, const char *what)
{
    g_autofree char *name = sanitize_string(command->name);

    if (problems != NULL)
        g_ptr_array_add(problems, g_strdup_printf(_("[commands.%s] line %u, column %u: %s"), name,
                                                  command->line, command->column, what));
}

static void add_own(KeyTable *table, const SettingCommand *command, GPtrArray *problems)
{
    Key key = key_parse(command->key);

    if (key == 0)
        own_problem(problems, command, _("there is no such key"));
    else if (key_table_own(table, key, PANE_OWN) != NULL)
        own_problem(problems, command, _("its key is another command's too"));
    else if (table->n_own == OWN_KEYS_MAX)
        own_problem(problems, command, _("there are too many commands"));
    else
        table->own[table->n_own++] = (OwnKey){.key = key, .command = command};
}

const SettingCommand *key_table_own(const KeyTable *table, Key key, unsigned pane)
{
    for (unsigned i = 0; pane & PANE_OWN && i < table->n_own; i++)
        if (table->own[i].key == key)
            return table->own[i].command;
    return NULL;
}

void key_table_make(KeyTable *table, const Settings *settings, GPtrArray *problems)
{
    bool replaced[N_COMMANDS] = {false};

    memset(table, 0, sizeof *table);
    add_defaults(table);
    for (unsigned i = 0; settings != NULL && i < settings->keys->len; i++)
        apply_key(table, settings->keys->pdata[i], replaced, problems);
    for (unsigned i = 0; settings != NULL && i < settings->commands->len; i++)
        add_own(table, settings->commands->pdata[i], problems);
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

/* Rows of pairs: keys of the first two commands are the third. */
static const struct {
    CommandId first, second, pair;
} pairs[] = {{COMMAND_TOP, COMMAND_SEARCH, COMMAND_SEARCH_ALL}};

CommandId key_table_pair(const KeyTable *table, Key before, Key key, unsigned pane)
{
    /* Only the key that is named first: whoever presses Home and then / wants to search. */
    for (size_t i = 0; before != 0 && i < G_N_ELEMENTS(pairs); i++)
        if (command_table[pairs[i].pair].panes & pane && table->keys[pairs[i].first][0] == before &&
            key_table_find(table, key, pane) == pairs[i].second)
            return pairs[i].pair;
    return COMMAND_NONE;
}

static void append_pair(const KeyTable *table, CommandId command, GString *out)
{
    for (size_t i = 0; i < G_N_ELEMENTS(pairs); i++) {
        g_autofree char *first = key_text(table->keys[pairs[i].first][0]);
        g_autofree char *second = key_text(table->keys[pairs[i].second][0]);
        if (pairs[i].pair == command && table->keys[pairs[i].first][0] != 0 &&
            table->keys[pairs[i].second][0] != 0)
            g_string_append_printf(out, "%s%s", first, second);
    }
}

char *key_table_keys(const KeyTable *table, CommandId command)
{
    GString *out = g_string_new(NULL);

    append_pair(table, command, out);
    for (unsigned i = 0; i < COMMAND_KEYS_MAX && table->keys[command][i] != 0; i++) {
        g_autofree char *name = key_text(table->keys[command][i]);
        g_string_append_printf(out, "%s%s", out->len > 0 ? ", " : "", name);
    }
    return g_string_free(out, FALSE);
}
