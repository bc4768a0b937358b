/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The option table of config.toml.
 */
#include "config.h"

#include "app/settings.h"
#include "core/i18n.h"

#include <stdint.h>

/* Intel's spelling; held to tcb_status_name by a test. */
static const char *const tcb_statuses[] = {
    "UpToDate",
    "SWHardeningNeeded",
    "ConfigurationNeeded",
    "ConfigurationAndSWHardeningNeeded",
    "OutOfDate",
    "OutOfDateConfigurationNeeded",
    "Revoked",
    "TDRelaunchAdvised",
    "TDRelaunchAdvisedConfigurationNeeded",
    NULL,
};

/* Held to the lists of the console by a test. */
static const char *const app_columns[] = {"name", "state",   "trust",   "cpu",    "port",
                                          "size", "expires", "created", "engine", NULL};
static const char *const file_columns[] = {"name", "verdict", "tcb", "kind", "valid-until", NULL};

static const char *const schemes[] = {"terminal", "light", "dark", "mono", NULL};

#define COLOUR(id, name, text) \
    [SETTING_COLOURS_##        \
        id] = {.section = "colours", .key = name, .type = SETTING_COLOUR, .help = text}

const SettingRow settings_table[N_SETTINGS] = {
    [SETTING_POLICY_ACCEPT] =
        {
            .section = "policy",
            .key = "accept",
            .type = SETTING_CHOICES,
            .default_text = "[\"UpToDate\", \"SWHardeningNeeded\"]",
            .choices = tcb_statuses,
            .help = N_("TCB statuses that are trusted; every one but UpToDate is trusted with a "
                       "warning."),
        },
    [SETTING_POLICY_GRACE_DAYS] =
        {
            .section = "policy",
            .key = "grace_days",
            .type = SETTING_NUMBER,
            .default_text = "0",
            .most = 36500,
            .help = N_("Days for which expired collateral is still taken, with a warning."),
        },
    [SETTING_POLICY_ALLOW_DEBUG] =
        {
            .section = "policy",
            .key = "allow_debug",
            .type = SETTING_BOOLEAN,
            .default_text = "false",
            .help = N_("Accept enclaves that can be debugged: their memory is open to whoever runs "
                       "them. For development only."),
        },
    [SETTING_POLICY_MIN_ISV_SVN] =
        {
            .section = "policy",
            .key = "min_isv_svn",
            .type = SETTING_NUMBER,
            .most = UINT16_MAX,
            .help = N_("The lowest security version (ISVSVN) of an enclave that is accepted."),
        },
    [SETTING_POLICY_MIN_TCB_EVALUATION] =
        {
            .section = "policy",
            .key = "min_tcb_evaluation",
            .type = SETTING_NUMBER,
            .default_text = "0",
            .most = UINT32_MAX,
            .help = N_("The lowest tcbEvaluationDataNumber of TCB info and QE identity that is "
                       "accepted: refuses collateral that is valid but older than a known flaw."),
        },
    [SETTING_POLICY_MRENCLAVE] =
        {
            .section = "policy",
            .key = "mrenclave",
            .type = SETTING_MEASUREMENTS,
            .help = N_("Enclave measurements (MRENCLAVE) that are accepted; any one of them."),
        },
    [SETTING_POLICY_MRSIGNER] =
        {
            .section = "policy",
            .key = "mrsigner",
            .type = SETTING_MEASUREMENTS,
            .help = N_("Enclave signers (MRSIGNER) that are accepted; any one of them."),
        },
    [SETTING_TRUST_ROOT] =
        {
            .section = "trust",
            .key = "root",
            .type = SETTING_PATH,
            .help = N_("A certificate (PEM) that is trusted instead of Intel's SGX Root CA. "
                       "Everything judged with it is marked SIMULATED."),
        },
    [SETTING_PCCS_URL] =
        {
            .section = "pccs",
            .key = "url",
            .type = SETTING_URL,
            .help = N_("Where collateral is fetched when neither the command line nor the evidence "
                       "brings it: a PCCS, or Intel's PCS. Not set: nothing is fetched."),
        },
    [SETTING_PCCS_CA] =
        {
            .section = "pccs",
            .key = "ca",
            .type = SETTING_PATH,
            .help = N_("Certificates (PEM) that the PCCS's own TLS certificate is checked against, "
                       "instead of the system's."),
        },
    [SETTING_SOURCES_DOCKER] =
        {
            .section = "sources",
            .key = "docker",
            .type = SETTING_TEXTS,
            .help = N_("Docker engines: names of contexts, or addresses (unix://, tcp://, ssh://). "
                       "DOCKER_HOST and DOCKER_CONTEXT win over it. Not set: the engine that "
                       "Docker's own command line uses."),
        },
    [SETTING_COLOURS_SCHEME] =
        {
            .section = "colours",
            .key = "scheme",
            .type = SETTING_CHOICE,
            .default_text = "\"terminal\"",
            .choices = schemes,
            .help = N_("The colours to start from: the terminal's own, or made for a light or a "
                       "dark background, or none."),
        },
    COLOUR(TRUSTED, "trusted", N_("The mark and word of what is trusted.")),
    COLOUR(WARNING, "warning", N_("Warnings, and what is trusted with them.")),
    COLOUR(REJECTED, "rejected", N_("What is rejected, expired or unreadable; failed checks.")),
    COLOUR(UNKNOWN, "unknown", N_("What is not judged yet, skipped or not reached.")),
    COLOUR(TITLE, "title", N_("Titles of panes and the header line.")),
    COLOUR(BORDER, "border", N_("Borders of panes.")),
    COLOUR(FOCUS, "focus", N_("The border and title of the pane that has the focus.")),
    COLOUR(SELECTION, "selection", N_("The background of the selected line.")),
    COLOUR(MATCH, "match", N_("What a search or filter found.")),
    COLOUR(KEY, "key", N_("Keys in the hint line and the help.")),
    COLOUR(DIM, "dim", N_("What matters less: hex, column titles.")),
    COLOUR(ALARM, "alarm", N_("Alarms and the word SIMULATED in the header.")),
    [SETTING_SPAWN_DEVICES] =
        {
            .section = "spawn",
            .key = "devices",
            .type = SETTING_TEXTS,
            .help = N_("Devices that a spawned container gets, paths of the host. Not set: those "
                       "of SGX that the host has; without any, spawn is refused. An empty array is "
                       "for a simulated platform, which needs none."),
        },
    [SETTING_SPAWN_BINDS] =
        {
            .section = "spawn",
            .key = "binds",
            .type = SETTING_TEXTS,
            .help = N_("What a spawned container finds of the host beside its own files, as "
                       "\"HOST:INSIDE\" or \"HOST:INSIDE:ro\". Not set: /var/run/aesmd, where the "
                       "host's quoting service listens."),
        },
    [SETTING_COLUMNS_APPS] =
        {
            .section = "columns",
            .key = "apps",
            .type = SETTING_CHOICES,
            .choices = app_columns,
            .help = N_("The columns of the console's list of applications, in their order. Not "
                       "set: all, the engine only when there are several."),
        },
    [SETTING_COLUMNS_FILES] =
        {
            .section = "columns",
            .key = "files",
            .type = SETTING_CHOICES,
            .choices = file_columns,
            .help = N_("The columns of the console's list of files, in their order."),
        },
    [SETTING_COLUMNS_CPU] =
        {
            .section = "columns",
            .key = "cpu",
            .type = SETTING_BOOLEAN,
            .default_text = "true",
            .help = N_("Whether the CPU column begins switched on: it asks the engine for figures "
                       "of what is in sight, once a second."),
        },
    [SETTING_SECRETS_NAME] =
        {
            .section = "secrets",
            .key = "NAME",
            .type = SETTING_FILES,
            .help = N_("The secrets files of the application of that name, for the console's "
                       "secrets pane: an array of paths. They are hashed, never shown."),
        },
    [SETTING_LOGS_MEMORY] =
        {
            .section = "logs",
            .key = "memory",
            .type = SETTING_NUMBER,
            .default_text = "64",
            .least = 1,
            .most = 65536,
            .help = N_("How much of logs the console holds, in MiB: the oldest lines go when it is "
                       "full, and are counted."),
        },
    [SETTING_LIMITS_PACKAGE_CODE] =
        {
            .section = "limits",
            .key = "package_code",
            .type = SETTING_NUMBER,
            .default_text = "10240",
            .least = 1,
            .most = 1048576,
            .help = N_("The most code that a package may have, in MiB."),
        },
    [SETTING_LIMITS_PACKAGE_TESTS] =
        {
            .section = "limits",
            .key = "package_tests",
            .type = SETTING_NUMBER,
            .default_text = "1024",
            .least = 1,
            .most = 1048576,
            .help = N_("The most tests that a package may have, in MiB."),
        },
    [SETTING_LIMITS_PACKAGE_IMAGE] =
        {
            .section = "limits",
            .key = "package_image",
            .type = SETTING_NUMBER,
            .default_text = "262144",
            .least = 1,
            .most = 1048576,
            .help = N_("The largest image that a package may have, in MiB."),
        },
    [SETTING_LIMITS_PACKAGE_FILES] =
        {
            .section = "limits",
            .key = "package_files",
            .type = SETTING_NUMBER,
            .default_text = "100000",
            .least = 1,
            .most = 10000000,
            .help = N_("The most files that a package may have."),
        },
    [SETTING_LIMITS_INPUTS] =
        {
            .section = "limits",
            .key = "inputs",
            .type = SETTING_NUMBER,
            .default_text = "100000",
            .least = 1,
            .most = 10000000,
            .help = N_("The most files that one call judges."),
        },
    [SETTING_COMMANDS_NAME] =
        {
            .section = "commands",
            .key = "NAME",
            .type = SETTING_COMMANDS,
            .help =
                N_("A command of your own for the console's applications: a table [commands.NAME] "
                   "with key, run (for the shell; {name}, {id}, {state}, {source}, {engine}, "
                   "{image}, {address}, {port}, {uuid}, {directory} and {evidence} stand for what "
                   "is selected, whatever it is called), takes (\"background\" or "
                   "\"terminal\"), asks and read_only (true or false)."),
        },
    [SETTING_ALARM_BELL] =
        {
            .section = "alarm",
            .key = "bell",
            .type = SETTING_BOOLEAN,
            .default_text = "true",
            .help = N_("Ring the terminal's bell, once, when the console raises an alarm."),
        },
    [SETTING_ALARM_ON_ALARM] =
        {
            .section = "alarm",
            .key = "on_alarm",
            .type = SETTING_COMMAND,
            .help = N_("A command that is run for each alarm, without a shell, for 30 seconds at "
                       "most. It gets one JSON object on standard input: application, engine, id, "
                       "reason, from, to, time, verdict."),
        },
    [SETTING_ALARM_EXPIRY_DAYS] =
        {
            .section = "alarm",
            .key = "expiry_days",
            .type = SETTING_NUMBER,
            .default_text = "14",
            .most = 3650,
            .help = N_("Days before certificate or collateral of an application ends from which "
                       "the end is warned about; 0: never."),
        },
    [SETTING_KEYS_COMMAND] =
        {
            .section = "keys",
            .key = "COMMAND",
            .type = SETTING_KEYS,
            .help = N_("The key, or an array of keys, of a command of the console, in place of its "
                       "own; \"\" leaves it without. The console's help (?) names commands and "
                       "keys."),
        },
};

const char *setting_type_name(SettingType type)
{
    static const char *const names[] = {
        [SETTING_PATH] = N_("path"),
        [SETTING_URL] = N_("URL (http or https)"),
        [SETTING_CHOICE] = N_("one of"),
        [SETTING_CHOICES] = N_("array of"),
        [SETTING_NUMBER] = N_("number"),
        [SETTING_BOOLEAN] = N_("true or false"),
        [SETTING_TEXTS] = N_("array of strings"),
        [SETTING_COMMAND] = N_("command: an array of strings, or one string of words"),
        [SETTING_MEASUREMENTS] = N_("array of 64 hex digits each"),
        [SETTING_COLOUR] = N_("colour: default, a name, 0..255 or \"#rrggbb\""),
        [SETTING_KEYS] = N_("key, or array of keys"),
        [SETTING_FILES] = N_("array of paths"),
        [SETTING_COMMANDS] = N_("table"),
    };
    return names[type];
}
