/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Settings: config.toml, read through one table of options. The table is the only place that knows
 * a key: its type, default, choices and help; mse-console-config(5) and `doctor` print it. Values
 * that are wrong are refused, all at once; unknown keys are named and passed over, but in [policy],
 * where a misspelt demand would make the verdict milder than its author wants.
 */
#ifndef MSE_APP_SETTINGS_H
#define MSE_APP_SETTINGS_H

#include "attest/policy.h"

typedef enum {
    SETTING_PATH,    /* relative to the file's directory; "~/" is the home directory */
    SETTING_URL,     /* http or https */
    SETTING_CHOICE,  /* one of `choices` */
    SETTING_CHOICES, /* an array of them */
    SETTING_NUMBER,  /* least..most */
    SETTING_BOOLEAN,
    SETTING_MEASUREMENTS, /* an array of 64 hex digits each */
    SETTING_TEXTS,        /* an array of strings */
    SETTING_COMMAND,      /* a program and its arguments: an array, or a string of shell words */
    SETTING_COLOUR,       /* see SettingColour */
    SETTING_KEYS,         /* any key: a command of the console = a key or an array of keys */
    SETTING_FILES,        /* any key: the name of an application = an array of paths */
    SETTING_COMMANDS,     /* any key: a command's name = a table, see SettingCommand */
} SettingType;

/* In the order of the manual page. */
typedef enum {
    SETTING_POLICY_ACCEPT,
    SETTING_POLICY_GRACE_DAYS,
    SETTING_POLICY_ALLOW_DEBUG,
    SETTING_POLICY_MIN_ISV_SVN,
    SETTING_POLICY_MIN_TCB_EVALUATION,
    SETTING_POLICY_MRENCLAVE,
    SETTING_POLICY_MRSIGNER,
    SETTING_TRUST_ROOT,
    SETTING_PCCS_URL,
    SETTING_PCCS_CA,
    SETTING_SOURCES_DOCKER,
    SETTING_COLOURS_SCHEME,
    SETTING_COLOURS_TRUSTED,
    SETTING_COLOURS_WARNING,
    SETTING_COLOURS_REJECTED,
    SETTING_COLOURS_UNKNOWN,
    SETTING_COLOURS_TITLE,
    SETTING_COLOURS_BORDER,
    SETTING_COLOURS_FOCUS,
    SETTING_COLOURS_SELECTION,
    SETTING_COLOURS_MATCH,
    SETTING_COLOURS_KEY,
    SETTING_COLOURS_DIM,
    SETTING_COLOURS_ALARM,
    SETTING_SPAWN_DEVICES,
    SETTING_SPAWN_BINDS,
    SETTING_COLUMNS_APPS,
    SETTING_COLUMNS_FILES,
    SETTING_COLUMNS_CPU,
    SETTING_SECRETS_NAME,
    SETTING_LOGS_MEMORY,
    SETTING_LIMITS_PACKAGE_CODE,
    SETTING_LIMITS_PACKAGE_TESTS,
    SETTING_LIMITS_PACKAGE_IMAGE,
    SETTING_LIMITS_PACKAGE_FILES,
    SETTING_LIMITS_INPUTS,
    SETTING_COMMANDS_NAME,
    SETTING_ALARM_BELL,
    SETTING_ALARM_ON_ALARM,
    SETTING_ALARM_EXPIRY_DAYS,
    SETTING_KEYS_COMMAND,
    N_SETTINGS
} SettingId;

typedef struct SettingRow {
    const char *section;
    const char *key; /* SETTING_KEYS, SETTING_FILES: "COMMAND", "NAME", which stand for any */
    SettingType type;
    const char *default_text;   /* as it would be written in the file; NULL: not set */
    const char *const *choices; /* NULL-terminated, or NULL */
    uint64_t least, most;       /* SETTING_NUMBER */
    const char *help;           /* N_(): a sentence */
} SettingRow;

extern const SettingRow settings_table[N_SETTINGS];

/* "path", "URL", "one of", …: the type's name in the manual. N_(). */
const char *setting_type_name(SettingType type);

/* "default", a name ("red", "bright-blue"), 0..255 of the terminal's palette, or "#rrggbb". */
typedef struct SettingColour {
    enum { SETTING_COLOUR_DEFAULT, SETTING_COLOUR_PALETTE, SETTING_COLOUR_RGB } kind;
    uint8_t index;            /* SETTING_COLOUR_PALETTE; 0..7 are the eight names */
    uint8_t red, green, blue; /* SETTING_COLOUR_RGB */
} SettingColour;

/* A row of [keys], for the console to check: it alone knows commands and keys. */
typedef struct SettingKey {
    char *command;
    char *key;             /* "" unbinds the command's keys */
    unsigned line, column; /* of the key */
    unsigned command_line, command_column;
} SettingKey;

/* A row of [secrets]: the files of an application. */
typedef struct SettingFiles {
    char *name;   /* of the application */
    char **paths; /* absolute, NULL-terminated */
} SettingFiles;

/* A row of [commands]: a command of the user's own for the console. */
typedef struct SettingCommand {
    char *name;
    char *key;      /* as written: the console checks it */
    char *run;      /* for the shell, with {name}, {id}, … */
    bool terminal;  /* it takes the terminal; else it runs in the background */
    bool asks;      /* before it runs */
    bool read_only; /* it changes nothing: --read-only leaves it */
    unsigned line, column;
} SettingCommand;

/* What was read. Immutable; borrowed strings live as long as it. */
typedef struct Settings {
    char *path;                  /* the file that was read, or NULL: there is none, all defaults */
    Policy *policy;              /* [policy] over policy_new() */
    GPtrArray *keys;             /* SettingKey*, in the order of the file */
    GPtrArray *files;            /* SettingFiles*, in the order of the file */
    GPtrArray *commands;         /* SettingCommand*, in the order of the file */
    GPtrArray *warnings;         /* char*: unknown keys and the like; safe for a terminal */
    struct SettingValue *values; /* N_SETTINGS; private */
} Settings;

void settings_free(Settings *settings);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Settings, settings_free)

#define SETTINGS_ERROR (settings_error_quark())
typedef enum {
    SETTINGS_ERROR_OPEN,  /* MSE_CONSOLE_CONFIG names a file that cannot be read */
    SETTINGS_ERROR_VALUE, /* syntax or values */
} SettingsError;
GQuark settings_error_quark(void);

/* The file of settings_use, else that which MSE_CONSOLE_CONFIG names (either must be there), else
 * $XDG_CONFIG_HOME/mse-console/config.toml (which need not). NULL with an error that holds every
 * problem, a line each: "PATH: line L, column C: …". */
Settings *settings_load(GError **error);

/* The same from this file, which must be there. */
Settings *settings_load_file(const char *path, GError **error);

/* From now on settings_load reads this file, in every thread. */
void settings_use(const char *path);
/* That file, absolute; NULL: none was named. g_free. */
char *settings_used(void);

/* The same from bytes. `path` names the document and is what relative paths start from. */
Settings *settings_parse(Span text, const char *path, GError **error);

/* All defaults. */
Settings *settings_new(void);

/* True when the file sets it. */
bool settings_is_set(const Settings *settings, SettingId id);
/* SETTING_PATH (absolute), SETTING_URL, SETTING_CHOICE: the value or its default; NULL: not set. */
const char *settings_text(const Settings *settings, SettingId id);
/* SETTING_TEXTS, SETTING_CHOICES: NULL-terminated; NULL: not set. */
const char *const *settings_texts(const Settings *settings, SettingId id);
/* SETTING_BOOLEAN: the value or its default. */
bool settings_flag(const Settings *settings, SettingId id);
/* SETTING_NUMBER outside of [policy]: the value or its default. */
uint64_t settings_number(const Settings *settings, SettingId id);
/* SETTING_COLOUR: false when it is not set: the scheme decides. */
bool settings_colour(const Settings *settings, SettingId id, SettingColour *out);

/* Whether all of a section is set alike. Not for those with keys of one's own ([keys], [secrets],
 * [commands]). */
bool settings_same(const Settings *a, const Settings *b, const char *section);

/* What is in effect, as it would be written in the file, for `doctor`; NULL: not set. g_free. */
char *settings_value_text(const Settings *settings, SettingId id);

#endif
