/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What the verbs of "home" share: which engines, which application, and acts on it.
 */
#ifndef MSE_COMMAND_HOME_H
#define MSE_COMMAND_HOME_H

#include "command/verbs.h"
#include "fleet/fleet.h"
#include "life/ending.h"

/* Rows of the option tables. */
#define HOME_ENGINE_OPTION                                                                  \
    {                                                                                       \
        .name = "engine", .kind = ARGUMENT_TEXT, .metavar = "ENGINE", .repeatable = true,   \
        .help = N_("a Docker context or address (unix://, tcp://, ssh://), instead of the " \
                   "settings' and the environment's"),                                      \
    }
#define HOME_ALL_OPTION                                                      \
    {                                                                        \
        .name = "all-containers", .kind = ARGUMENT_NONE,                     \
        .help = N_("also containers that are no confidential applications"), \
    }
#define HOME_YES_OPTION                                                                \
    {                                                                                  \
        .name = "yes", .letter = 'y', .kind = ARGUMENT_NONE, .help = N_("do not ask"), \
    }

/* The engines that a line is about: those of --engine, else of the settings, else the one of the
 * environment. FleetSource*, at least one; NULL with `error`. */
GPtrArray *home_sources(Job *job, const Arguments *arguments, GError **error);

typedef struct HomeApp {
    FleetSource *source; /* a reference */
    FleetApp *app;       /* a reference */
} HomeApp;
void home_app_clear(HomeApp *found);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(HomeApp, home_app_clear)

/* The application of that name, or of an id that begins so, on whichever engine it is. Containers
 * that are none are found only with --all-containers. False with `error`. */
bool home_find(Job *job, const Arguments *arguments, const char *name, HomeApp *found,
               GError **error);

/* Does it and says so: `done` is N_("stopped"). The exit status. */
int home_act(Job *job, const HomeApp *found, DockerAct act, const char *done);

/* The verb's question, unless --yes. EXIT_OK: do it; else the status to end with. */
int home_confirm(Job *job, const Arguments *arguments, const HomeApp *found, const char *verb,
                 const char *lost);

/* Members of rows. Steal nothing; NULL and 0 are null. */
json_t *home_text(const char *text);
json_t *home_time(int64_t seconds);
json_t *home_bytes(uint64_t bytes);
/* "local", for people and --json. */
json_t *home_engine(const FleetSource *source);
/* Whole days from `now` to then, negative when it is past. */
int64_t home_days_left(int64_t expires, int64_t now);

/* "trusted", "REJECTED", "unknown": for people, translated. */
const char *home_verdict_word(const Trust *trust);

/* When trust ends (life/ending.h), as members of a row; and their columns. `days`: before the end
 * from which it ends soon. In a table "12 d, TCB info" stands for all of them. */
void home_add_ending(const Job *job, json_t *row, const LifeEnding *ending, int64_t now,
                     unsigned days);
#define HOME_ENDING_COLUMNS                                                       \
    {"trust_ends", N_("trust ends"), COLUMN_TIME, NULL, false},                   \
        {"trust_days_left", N_("days of trust left"), COLUMN_NUMBER, NULL, true}, \
        {"trust_ends_by", N_("what ends first"), COLUMN_TEXT, NULL, true},        \
    {                                                                             \
        "trust_ending", N_("how near its end is"), COLUMN_TEXT, NULL, true        \
    }
/* "certificate", "TCB info": what ends, for people, translated; NULL when nothing does. */
const char *home_ending_part(const LifeEnding *ending);

/* The columns of what an act did. */
extern const VerbColumn home_act_columns[];

#endif
