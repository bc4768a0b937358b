/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The key table: one row a command of the console: its name, its keys, where it applies, what it
 * does, the shell's equivalent. Keys, `?`, the hints at the bottom, the `:` line and the manual
 * come from it; [keys] of the settings lies over it. A command can be typed after `:` by its name.
 */
#ifndef MSE_UI_KEY_TABLE_H
#define MSE_UI_KEY_TABLE_H

#include "app/settings.h"
#include "ui/keys.h"

/* Where a command applies: a bit for each kind of pane. */
enum {
    PANE_INPUTS = 1 << 0,
    PANE_EVIDENCE = 1 << 1,
    PANE_READING = 1 << 2, /* explanations, help, what verbs said */
    PANE_JOBS = 1 << 3,
    PANE_FORM = 1 << 4,
    PANE_APPS = 1 << 5,
    PANE_LOGS = 1 << 6,
    PANE_SOURCES = 1 << 7,
    PANE_SECRETS = 1 << 8,
    PANE_METRICS = 1 << 9,
    PANE_WALK = 1 << 10,
    PANE_ANY = (1 << 11) - 1,
    PANE_FLEET = PANE_APPS | PANE_EVIDENCE | PANE_READING | PANE_LOGS | PANE_JOBS | PANE_SOURCES |
                 PANE_SECRETS | PANE_METRICS,
    PANE_LISTS = PANE_INPUTS | PANE_JOBS | PANE_APPS | PANE_SECRETS,
};

/* In the order of the hints and of the help. */
typedef enum {
    COMMAND_NONE,
    COMMAND_OPEN,
    COMMAND_VERIFY,
    COMMAND_ACKNOWLEDGE,
    COMMAND_ACKNOWLEDGE_ALL,
    COMMAND_LOGS,
    COMMAND_EXPECT,
    COMMAND_EXPORT,
    COMMAND_CHAIN,
    COMMAND_FOLLOW,
    COMMAND_PAUSE,
    COMMAND_FILTER,
    COMMAND_SEARCH,
    COMMAND_FILTER_LINES,
    COMMAND_SEARCH_ALL,
    COMMAND_MERGE,
    COMMAND_PAGER,
    COMMAND_NEXT_ERROR,
    COMMAND_PREVIOUS_ERROR,
    COMMAND_WRAP,
    COMMAND_TIMESTAMPS,
    COMMAND_SINCE_0,
    COMMAND_SINCE_6 = COMMAND_SINCE_0 + 6,
    COMMAND_SAVE,
    COMMAND_SEND,
    COMMAND_SEAL,
    COMMAND_FORGET,
    COMMAND_STOP,
    COMMAND_RESTART,
    COMMAND_REMOVE,
    COMMAND_KILL,
    COMMAND_SECRETS,
    COMMAND_METRICS,
    COMMAND_CPU,
    COMMAND_DESCRIBE,
    COMMAND_HISTORY,
    COMMAND_SOURCES,
    COMMAND_NEXT_SOURCE,
    COMMAND_RETRY,
    COMMAND_WALK,
    COMMAND_STEP_RUN,
    COMMAND_STEP_COMPLETE,
    COMMAND_STEP_NEXT,
    COMMAND_STEP_PREVIOUS,
    COMMAND_STEP_ACTOR,
    COMMAND_NEXT_MATCH,
    COMMAND_PREVIOUS_MATCH,
    COMMAND_SORT_LEFT,
    COMMAND_SORT_RIGHT,
    COMMAND_SORT_REVERSE,
    COMMAND_MARK,
    COMMAND_UNMARK_ALL,
    COMMAND_DOWN,
    COMMAND_UP,
    COMMAND_PAGE_DOWN,
    COMMAND_PAGE_UP,
    COMMAND_HALF_DOWN,
    COMMAND_HALF_UP,
    COMMAND_TOP,
    COMMAND_BOTTOM,
    COMMAND_NEXT_PANE,
    COMMAND_PREVIOUS_PANE,
    COMMAND_FOCUS_1,
    COMMAND_FOCUS_9 = COMMAND_FOCUS_1 + 8,
    COMMAND_BACK,
    COMMAND_ZOOM,
    COMMAND_LINE,
    COMMAND_JOBS,
    COMMAND_CANCEL,
    COMMAND_COPY,
    COMMAND_COPY_COMMAND,
    COMMAND_MOUSE,
    COMMAND_REPAINT,
    COMMAND_SUSPEND,
    COMMAND_HELP,
    COMMAND_QUIT,
    N_COMMANDS
} CommandId;

enum { COMMAND_KEYS_MAX = 4 };

typedef struct CommandRow {
    const char *name; /* "verify": in [keys] and after `:` */
    const char *keys; /* default, separated by spaces; "" none */
    unsigned panes;
    const char *hint;  /* N_(): a word for the bottom line, or NULL */
    const char *help;  /* N_(): a sentence without its full stop */
    const char *shell; /* the shell's equivalent, or NULL */
    bool read_only;    /* changes nothing outside of the console */
} CommandRow;

extern const CommandRow command_table[N_COMMANDS];

/* COMMAND_NONE: there is none of that name. */
CommandId command_by_name(const char *name);

/* A key of a command of the user's own, and that command: borrowed from the settings. */
typedef struct OwnKey {
    Key key;
    const SettingCommand *command;
} OwnKey;

enum { OWN_KEYS_MAX = 64 };

/* What keys do: the table with the settings over it. */
typedef struct KeyTable {
    Key keys[N_COMMANDS][COMMAND_KEYS_MAX];
    OwnKey own[OWN_KEYS_MAX];
    unsigned n_own;
} KeyTable;

/* Where commands of the user's own apply. */
enum { PANE_OWN = PANE_APPS | PANE_LOGS };

/* `problems`, when not NULL, gets a sentence (char*) for each row of [keys] that cannot be used. */
void key_table_make(KeyTable *table, const Settings *settings, GPtrArray *problems);

/* The command of a key in a pane of that kind. A command of that very kind comes before one that
 * applies everywhere. */
CommandId key_table_find(const KeyTable *table, Key key, unsigned pane);

/* The command of the user's own that a key is in a pane of that kind; it comes before all others.
 * NULL: none. */
const SettingCommand *key_table_own(const KeyTable *table, Key key, unsigned pane);

/* Two keys that are one command, the second pressed right after the first: "g/". The first has done
 * what it does. COMMAND_NONE: they are not. */
CommandId key_table_pair(const KeyTable *table, Key before, Key key, unsigned pane);

/* "Enter, o": the keys of a command; "" when it has none. g_free. */
char *key_table_keys(const KeyTable *table, CommandId command);

#endif
