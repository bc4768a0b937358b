/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The verbs that change an application: each one act of its engine. */
#include "config.h"

#include "command/home.h"

#include "core/i18n.h"

static bool find_operand(Job *job, const Arguments *arguments, HomeApp *found, GError **error)
{
    return home_find(job, arguments, g_ptr_array_index(arguments_operands(arguments), 0), found,
                     error);
}

/* `stop --remove` is the seeds' spelling: it never asks. */
static int run_stop(Job *job, const Arguments *arguments)
{
    g_autoptr(GError) error = NULL;
    g_auto(HomeApp) found = {0};
    if (!find_operand(job, arguments, &found, &error))
        return job_fail(job, error);
    int status = home_act(job, &found, DOCKER_STOP, N_("stopped"));
    if (status != EXIT_OK || !arguments_flag(arguments, "remove"))
        return status;
    return home_act(job, &found, DOCKER_REMOVE, N_("removed"));
}

static int run_restart(Job *job, const Arguments *arguments)
{
    g_autoptr(GError) error = NULL;
    g_auto(HomeApp) found = {0};
    if (!find_operand(job, arguments, &found, &error))
        return job_fail(job, error);
    return home_act(job, &found, DOCKER_RESTART, N_("restarted"));
}

static int run_remove(Job *job, const Arguments *arguments)
{
    g_autoptr(GError) error = NULL;
    g_auto(HomeApp) found = {0};
    if (!find_operand(job, arguments, &found, &error))
        return job_fail(job, error);
    int status = home_confirm(job, arguments, &found, _("remove"),
                              _("Its log and all that it wrote inside are lost."));
    if (status != EXIT_OK)
        return status;
    return home_act(job, &found, DOCKER_REMOVE_RUNNING, N_("removed"));
}

static int run_kill(Job *job, const Arguments *arguments)
{
    g_autoptr(GError) error = NULL;
    g_auto(HomeApp) found = {0};
    if (!find_operand(job, arguments, &found, &error))
        return job_fail(job, error);
    int status =
        home_confirm(job, arguments, &found, _("kill"), _("It ends at once and saves nothing."));
    if (status != EXIT_OK)
        return status;
    return home_act(job, &found, DOCKER_KILL, N_("killed"));
}

static const VerbOption stop_options[] = {
    {.name = "remove",
     .kind = ARGUMENT_NONE,
     .help = N_("remove it once it has stopped, without asking")},
    HOME_ALL_OPTION,
    HOME_ENGINE_OPTION,
    {0},
};
static const VerbOption plain_options[] = {HOME_ALL_OPTION, HOME_ENGINE_OPTION, {0}};
static const VerbOption asking_options[] = {
    HOME_YES_OPTION, HOME_ALL_OPTION, HOME_ENGINE_OPTION, {0}};

const Verb verb_home_stop = {
    .words = "home stop",
    .operands = "NAME",
    .min_operands = 1,
    .max_operands = 1,
    .operand_kind = ARGUMENT_TEXT,
    .help = N_("stop an application, with one second of grace"),
    .description = N_("One that was stopped and not removed can be restarted. One that is stopped "
                      "already stays so."),
    .options = stop_options,
    .columns = home_act_columns,
    .flags = VERB_STREAM | VERB_APPLICATION,
    .run = run_stop,
};

const Verb verb_home_restart = {
    .words = "home restart",
    .operands = "NAME",
    .min_operands = 1,
    .max_operands = 1,
    .operand_kind = ARGUMENT_TEXT,
    .help = N_("start an application again, whether it runs or was stopped"),
    .description = N_("It keeps its key, its certificate and its code: no secrets are sent again."),
    .options = plain_options,
    .columns = home_act_columns,
    .flags = VERB_STREAM | VERB_APPLICATION,
    .run = run_restart,
};

const Verb verb_home_remove = {
    .words = "home remove",
    .operands = "NAME",
    .min_operands = 1,
    .max_operands = 1,
    .operand_kind = ARGUMENT_TEXT,
    .help = N_("remove an application, running or not"),
    .description = N_("Asks on a terminal. Elsewhere it wants --yes."),
    .options = asking_options,
    .columns = home_act_columns,
    .flags = VERB_STREAM | VERB_APPLICATION,
    .run = run_remove,
};

const Verb verb_home_kill = {
    .words = "home kill",
    .operands = "NAME",
    .min_operands = 1,
    .max_operands = 1,
    .operand_kind = ARGUMENT_TEXT,
    .help = N_("end an application at once"),
    .description = N_("Asks on a terminal. Elsewhere it wants --yes."),
    .options = asking_options,
    .columns = home_act_columns,
    .flags = VERB_STREAM | VERB_APPLICATION,
    .run = run_kill,
};
