/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "ui/app_verbs.h"

#include "core/i18n.h"
#include "core/sanitize.h"

#include <string.h>

typedef struct ActRow {
    CommandId command;
    DockerAct act;
    const char *shell;  /* the shell's verb */
    const char *button; /* N_() */
    const char *title;  /* N_() with the name */
    const char *many;   /* N_() with how many */
    const char *lost;   /* N_(): what is lost */
    const char *done;   /* N_() with the name */
} ActRow;

static const ActRow acts[] = {
    {COMMAND_STOP, DOCKER_STOP, "home stop", N_("Stop"), N_("Stop %s?"),
     N_("Stop %s applications?"),
     N_("It answers no more until it is started again. What its enclave holds in memory is lost; "
        "it keeps its key, its certificate and its code."),
     N_("stopped: %s")},
    {COMMAND_RESTART, DOCKER_RESTART, "home restart", N_("Restart"), N_("Restart %s?"),
     N_("Restart %s applications?"),
     N_("It is away for some seconds. What its enclave holds in memory is lost; it keeps its key, "
        "its certificate and its code, and wants no secrets again."),
     N_("restarted: %s")},
    {COMMAND_KILL, DOCKER_KILL, "home kill --yes", N_("Kill"), N_("Kill %s?"),
     N_("Kill %s applications?"),
     N_("It ends at once, without a second to finish what it does. What its enclave holds in "
        "memory is lost."),
     N_("killed: %s")},
    {COMMAND_REMOVE, DOCKER_REMOVE_RUNNING, "home remove --yes", N_("Remove"), N_("Remove %s?"),
     N_("Remove %s applications?"),
     N_("Its container is deleted with its log and all that it wrote in itself: the enclave's key "
        "and certificate are gone for good, and what was sealed to them cannot be read again. The "
        "directory bound at /opt/input stays."),
     N_("removed: %s")},
};

typedef struct Target {
    DockerEngine *engine;
    char *id, *name, *quoted;
} Target;

struct AppAct {
    const ActRow *row;
    GArray *targets;
};

static void clear_target(void *data)
{
    Target *target = data;

    docker_engine_unref(target->engine);
    g_free(target->id);
    g_free(target->name);
    g_free(target->quoted);
}

void app_act_free(AppAct *act)
{
    if (act == NULL)
        return;
    g_array_unref(act->targets);
    g_free(act);
}

/* Where the pattern has %s. */
static char *fill(const char *pattern, const char *text)
{
    g_auto(GStrv) parts = g_strsplit(pattern, "%s", 2);

    return g_strjoinv(text, parts);
}

static const ActRow *row_of(CommandId command)
{
    for (size_t i = 0; i < G_N_ELEMENTS(acts); i++)
        if (acts[i].command == command)
            return &acts[i];
    return NULL;
}

static void add_target(AppAct *act, const Model *model, const AppRow *row)
{
    DockerEngine *engine = fleet_source_engine(apps_source_of(model->apps, row));
    Target target;

    if (engine == NULL)
        return;
    target = (Target){.engine = docker_engine_ref(engine),
                      .id = g_strdup(row->app->id),
                      .name = g_strdup(row->name),
                      .quoted = g_shell_quote(row->app->name)};
    g_array_append_val(act->targets, target);
}

/* ---- asking ---- */

static char *where(const Model *model, const AppRow *row)
{
    const FleetSource *source = apps_source_of(model->apps, row);
    g_autofree char *name = apps_source_name(model->apps, row->app->source);
    g_autofree char *address = sanitize_string(fleet_source_address(source));

    return g_strdup_printf(_("On %s (%s). It is %s."), name, address, row->state);
}

static char *names_of(const AppAct *act)
{
    GString *out = g_string_new(NULL);

    for (unsigned i = 0; i < act->targets->len; i++) {
        const Target *target = &g_array_index(act->targets, Target, i);
        if (i == 12 && act->targets->len > 13) {
            g_string_append_printf(out, _(" and %u more"), act->targets->len - i);
            break;
        }
        g_string_append_printf(out, "%s%s", i > 0 ? ", " : "", target->name);
    }
    return g_string_free(out, FALSE);
}

static Question *ask_one(const AppAct *act, const Model *model, const AppRow *row)
{
    g_autofree char *title = fill(_(act->row->title), row->name);
    g_autofree char *place = where(model, row);
    bool running = row->app->state == FLEET_STATE_RUNNING;
    const char *paragraphs[] = {place, _(act->row->lost), NULL};

    return question_new(title, paragraphs, _(act->row->button),
                        act->row->command == COMMAND_REMOVE && running ? row->name : NULL);
}

static Question *ask_many(const AppAct *act, bool any_running)
{
    g_autofree char *count = g_strdup_printf("%u", act->targets->len);
    g_autofree char *title = fill(_(act->row->many), count);
    g_autofree char *names = names_of(act);
    g_autofree char *how = g_strdup_printf(
        _("Some of them run: type how many they are, %s, instead of a name."), count);
    bool typed = act->row->command == COMMAND_REMOVE && any_running;
    const char *paragraphs[] = {names, _(act->row->lost), typed ? how : NULL, NULL};

    return question_new(title, paragraphs, _(act->row->button), typed ? count : NULL);
}

AppAct *app_act_new(const Model *model, CommandId command, const GArray *numbers,
                    Question **question)
{
    const ActRow *row = row_of(command);
    const AppRow *last = NULL;
    bool any_running = false;
    AppAct *act;

    if (row == NULL || model->apps == NULL)
        return NULL;
    act = g_new0(AppAct, 1);
    act->row = row;
    act->targets = g_array_new(FALSE, FALSE, sizeof(Target));
    g_array_set_clear_func(act->targets, clear_target);
    for (unsigned i = 0; i < numbers->len; i++) {
        const AppRow *app = apps_row(model->apps, g_array_index(numbers, unsigned, i));
        if (app == NULL)
            continue;
        add_target(act, model, app);
        any_running |= app->app->state == FLEET_STATE_RUNNING;
        last = app;
    }
    if (act->targets->len == 0) {
        app_act_free(act);
        return NULL;
    }
    *question = act->targets->len == 1 ? ask_one(act, model, last) : ask_many(act, any_running);
    return act;
}

/* ---- doing ---- */

typedef struct ActTask {
    const ActRow *row;
    Target target;
} ActTask;

static void task_free(void *data)
{
    ActTask *task = data;

    clear_target(&task->target);
    g_free(task);
}

static void run(UiJob *job, void *data)
{
    const ActTask *task = data;
    g_autoptr(GError) error = NULL;

    if (docker_engine_act(task->target.engine, task->row->act, task->target.id, job->cancel,
                          &error)) {
        ui_job_say(job, ROLE_TRUSTED, fill(_(task->row->done), task->target.name));
        return;
    }
    job->status = 1;
    if (!job->cancelled)
        ui_job_say(job, ROLE_REJECTED, sanitize_string(error->message));
}

void app_act_start(AppAct *act, Model *model)
{
    GString *shell = g_string_new(NULL);

    for (unsigned i = 0; i < act->targets->len; i++) {
        Target *target = &g_array_index(act->targets, Target, i);
        g_autofree char *title = g_strdup_printf("%s %s", act->row->shell, target->name);
        ActTask *task = g_new(ActTask, 1);
        g_string_append_printf(shell, "%smse-console %s %s", i > 0 ? " && " : "", act->row->shell,
                               target->quoted);
        *task = (ActTask){.row = act->row,
                          .target = {.engine = docker_engine_ref(target->engine),
                                     .id = g_strdup(target->id),
                                     .name = g_strdup(target->name)}};
        jobs_start(model->jobs, title, 0, run, task, task_free);
    }
    model_set_done(model, shell->str);
    g_string_free(shell, TRUE);
    app_act_free(act);
}
