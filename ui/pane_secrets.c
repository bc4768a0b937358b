/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Secrets: the secrets files of the selected application, and what became of each: never what is in
 * them. They are looked for and hashed in a job, as they are at that moment.
 */
#include "config.h"

#include "core/clock.h"
#include "core/hex.h"
#include "core/i18n.h"
#include "core/sanitize.h"
#include "ui/pane_secrets_private.h"
#include "ui/text.h"

#include <string.h>

/* Scrolling through applications asks for none of them. */
enum { SETTLE_MICROSECONDS = 150000 };

static uint64_t last_generation;

/* ---- asking ---- */

typedef struct Task {
    char *name, *id, *uuid, *measurement, *certificate;
    char **named;
    char *journal;
    uint64_t generation;
} Task;

typedef struct Answer {
    GPtrArray *files;
    char *problem;
} Answer;

static void task_free(void *data)
{
    Task *task = data;

    g_free(task->name);
    g_free(task->id);
    g_free(task->uuid);
    g_free(task->measurement);
    g_free(task->certificate);
    g_strfreev(task->named);
    g_free(task->journal);
    g_free(task);
}

static void answer_free(void *data)
{
    Answer *answer = data;

    g_clear_pointer(&answer->files, g_ptr_array_unref);
    g_free(answer->problem);
    g_free(answer);
}

static void run(UiJob *job, void *data)
{
    const Task *task = data;
    Answer *answer = g_new0(Answer, 1);
    g_autoptr(Journal) journal = journal_new(task->journal);
    g_autoptr(GError) error = NULL;
    const SecretFilesOf of = {.name = task->name,
                              .id = task->id,
                              .uuid = task->uuid,
                              .measurement = task->measurement,
                              .certificate_sha256 = task->certificate,
                              .named = (const char *const *)task->named};

    answer->files = secret_files_find(&of, journal, job->cancel, &error);
    if (answer->files == NULL)
        answer->problem = sanitize_string(error->message);
    mailbox_post(job->mailbox, (Message){.kind = MESSAGE_SECRETS,
                                         .generation = task->generation,
                                         .data = answer,
                                         .free_data = answer_free});
}

char *secrets_measurement_of(const AppRow *row)
{
    const Trust *trust = &row->trust;

    return trust->measurement_size == 0
               ? NULL
               : hex_encode(span_of(trust->measurement, trust->measurement_size));
}

char *secrets_certificate_of(const AppRow *row)
{
    uint8_t digest[TRUST_HASH];

    if (row->app->certificate == NULL)
        return row->trust.has_certificate
                   ? hex_encode(span_of(row->trust.certificate, sizeof row->trust.certificate))
                   : NULL;
    trust_hash(row->app->certificate, digest);
    return hex_encode(span_of(digest, sizeof digest));
}

static char **named_for(const Settings *settings, const char *application)
{
    for (unsigned i = 0; i < settings->files->len; i++) {
        const SettingFiles *files = settings->files->pdata[i];
        if (g_str_equal(files->name, application))
            return g_strdupv(files->paths);
    }
    return NULL;
}

static void forget_question(SecretsPane *self, Jobs *jobs)
{
    if (self->job != NULL && jobs != NULL)
        jobs_cancel(jobs, self->job);
    else if (self->job != NULL)
        cancel_set(self->job->cancel);
    g_clear_pointer(&self->job, ui_job_unref);
    self->generation = ++last_generation;
}

static void ask(SecretsPane *self, Model *model, const AppRow *row)
{
    const Journal *journal = model->defaults->journal;
    Task *task = g_new0(Task, 1);

    forget_question(self, model->jobs);
    g_free(self->found.measurement);
    self->found.measurement = secrets_measurement_of(row);
    self->evidence = row->evidence.version;
    task->name = g_strdup(row->app->name);
    task->id = g_strdup(row->app->id);
    task->uuid = g_strdup(row->app->uuid);
    task->measurement = g_strdup(self->found.measurement);
    task->certificate = secrets_certificate_of(row);
    task->named = named_for(model->settings, row->app->name);
    task->journal = journal == NULL ? NULL : g_strdup(journal_path(journal));
    task->generation = self->generation;
    self->job = ui_job_ref(
        jobs_start(model->jobs, "secrets", JOB_QUIET | JOB_URGENT, run, task, task_free));
}

static Redo tick(Pane *pane, Console *console, int64_t now)
{
    SecretsPane *self = (SecretsPane *)pane;
    Model *model = console_model(console);
    const AppRow *row = apps_row(model->apps, self->number);

    if (self->ask_at == 0 || now < self->ask_at)
        return REDO_NOTHING;
    self->ask_at = 0;
    if (row != NULL)
        ask(self, model, row);
    return REDO_DRAW;
}

static int64_t due(const Pane *pane)
{
    const SecretsPane *self = (const SecretsPane *)pane;

    return self->ask_at == 0 ? INT64_MAX : self->ask_at;
}

static void clear_found(SecretsPane *self)
{
    g_clear_pointer(&self->found.files, g_ptr_array_unref);
    g_clear_pointer(&self->found.names, g_ptr_array_unref);
    g_clear_pointer(&self->found.measurement, g_free);
    g_clear_pointer(&self->problem, g_free);
}

static void show(Pane *pane, unsigned number)
{
    SecretsPane *self = (SecretsPane *)pane;
    int64_t now = clock_monotonic();

    if (self->number == number)
        return;
    self->number = number;
    g_clear_pointer(&self->id, g_free);
    clear_found(self);
    list_clear_marks(&self->list);
    list_refresh(&self->list, &self->found, NULL);
    self->ask_at = now - self->moved_at > SETTLE_MICROSECONDS ? now : now + SETTLE_MICROSECONDS;
    self->moved_at = now;
}

/* ---- the answer ---- */

/* The directory that all files are in, with its slash. g_free. */
static char *shared_directory(const GPtrArray *files)
{
    g_autofree char *shared = NULL;

    for (unsigned i = 0; i < files->len; i++) {
        const SecretFile *file = files->pdata[i];
        const char *slash = strrchr(file->path, '/');
        size_t size = slash == NULL ? 0 : (size_t)(slash - file->path) + 1;
        if (shared == NULL)
            shared = g_strndup(file->path, size);
        else if (strlen(shared) != size || strncmp(shared, file->path, size) != 0)
            return g_strdup("");
    }
    return shared == NULL ? g_strdup("") : g_steal_pointer(&shared);
}

static void make_names(SecretsFound *found)
{
    g_autofree char *shared = shared_directory(found->files);

    g_clear_pointer(&found->names, g_ptr_array_unref);
    found->names = g_ptr_array_new_with_free_func(g_free);
    found->name_width = found->state_width = 0;
    for (unsigned i = 0; i < found->files->len; i++) {
        const SecretFile *file = found->files->pdata[i];
        char *name = sanitize_string(file->path + strlen(shared));
        g_ptr_array_add(found->names, name);
        found->name_width = MAX(found->name_width, text_width(name));
        found->state_width = MAX(found->state_width, secrets_state_width(file));
    }
}

/* Rows are other files now: the selection stays on its file, marks are of rows that are no more. */
static void take_files(SecretsPane *self, GPtrArray *files, Jobs *jobs)
{
    g_autofree char *selected = g_strdup(secrets_pane_file(&self->pane));
    const GPtrArray *old = self->found.files;
    bool same = old != NULL && old->len == files->len;

    for (unsigned i = 0; same && i < files->len; i++)
        same = g_str_equal(((const SecretFile *)old->pdata[i])->path,
                           ((const SecretFile *)files->pdata[i])->path);
    if (!same)
        list_clear_marks(&self->list);
    g_clear_pointer(&self->found.files, g_ptr_array_unref);
    self->found.files = files;
    make_names(&self->found);
    list_refresh(&self->list, &self->found, jobs);
    for (unsigned i = 0; !same && selected != NULL && i < files->len; i++)
        if (g_str_equal(((const SecretFile *)files->pdata[i])->path, selected))
            list_select_row(&self->list, i);
}

static Redo take_answer(SecretsPane *self, Console *console, const Message *message)
{
    Answer *answer = message->data;

    if (message->generation != self->generation)
        return REDO_NOTHING;
    g_clear_pointer(&self->job, ui_job_unref);
    g_free(self->problem);
    self->problem = g_steal_pointer(&answer->problem);
    take_files(self, answer->files == NULL ? g_ptr_array_new() : g_steal_pointer(&answer->files),
               console_model(console)->jobs);
    return REDO_DRAW;
}

static Redo update(Pane *pane, Console *console, const Message *message)
{
    SecretsPane *self = (SecretsPane *)pane;
    const UiJob *ended = message->kind == MESSAGE_JOB_ENDED ? message->data : NULL;
    const SecretsWork *work = secrets_work_of(self);

    if (message->kind == MESSAGE_SECRETS)
        return take_answer(self, console, message);
    /* A verb may have sealed or sent something; settings may name other files. */
    if ((ended != NULL && !(ended->flags & JOB_QUIET)) || message->kind == MESSAGE_SETTINGS)
        self->ask_at = clock_monotonic();
    if (ended != NULL && secrets_work_ended(self, ended))
        return REDO_DRAW;
    if (message->kind == MESSAGE_JOB_PROGRESS && work != NULL && work->job != NULL &&
        work->job->id == message->number)
        return REDO_DRAW;
    return list_take_matches(&self->list, &self->found, console_model(console)->jobs, message)
               ? REDO_DRAW
               : REDO_NOTHING;
}

/* ---- the pane ---- */

static void secrets_free(Pane *pane)
{
    SecretsPane *self = (SecretsPane *)pane;

    forget_question(self, NULL);
    clear_found(self);
    list_clear(&self->list);
    g_ptr_array_unref(self->works);
    g_free(self->id);
    g_free(self);
}

static char *title(const Pane *pane, const Model *model)
{
    const SecretsPane *self = (const SecretsPane *)pane;
    const AppRow *row = apps_row(model->apps, self->number);
    GString *out = g_string_new(_("Secrets"));

    if (row != NULL)
        g_string_append_printf(out, " ── %s", row->name);
    if (*self->list.filter != '\0')
        g_string_append_printf(out, " ── /%s", self->list.filter);
    if (self->list.n_marked > 0)
        g_string_append_printf(out, P_(" ── %u marked", " ── %u marked", self->list.n_marked),
                               self->list.n_marked);
    return g_string_free(out, FALSE);
}

/* Numbers are used again: another application may have this one by now. */
static void follow(SecretsPane *self, const AppRow *row)
{
    if (g_strcmp0(self->id, row->app->id) == 0)
        return;
    if (self->id != NULL) {
        clear_found(self);
        list_clear_marks(&self->list);
        list_refresh(&self->list, &self->found, NULL);
        self->ask_at = clock_monotonic();
    }
    g_free(self->id);
    self->id = g_strdup(row->app->id);
}

static void fit(Pane *pane, const Model *model, int width, int height)
{
    SecretsPane *self = (SecretsPane *)pane;
    const AppRow *row = apps_row(model->apps, self->number);

    self->found.now = model->now;
    if (row != NULL)
        follow(self, row);
    /* Evidence that came meanwhile says which certificate and measurement it has. */
    if (row != NULL && self->evidence != row->evidence.version && self->ask_at == 0 &&
        self->job == NULL)
        self->ask_at = clock_monotonic();
    list_fit(&self->list, (unsigned)MAX(height - 1 - secrets_status_rows(self, width, height), 1));
}

static void draw(const Pane *pane, const Model *model, const Canvas *canvas, bool focused)
{
    secrets_draw((const SecretsPane *)pane, model, canvas, focused);
}

static Redo command(Pane *pane, Console *console, CommandId id)
{
    SecretsPane *self = (SecretsPane *)pane;

    if (id == COMMAND_RETRY) {
        self->ask_at = clock_monotonic();
        return REDO_DRAW;
    }
    if (id == COMMAND_COPY && secrets_pane_file(pane) != NULL) {
        console_copy(console, NULL, secrets_pane_file(pane));
        return REDO_DRAW;
    }
    if (id == COMMAND_SEND || id == COMMAND_SEAL || id == COMMAND_FORGET) {
        secrets_do(self, console, id);
        return REDO_DRAW;
    }
    return list_command(&self->list, &self->found, console_model(console)->jobs, id);
}

/* What is done for the application that is shown. */
static UiJob *job_of(const Pane *pane, const Model *model)
{
    const SecretsWork *work = secrets_work_of((const SecretsPane *)pane);

    (void)model;
    return work == NULL ? NULL : work->job;
}

static const char *pattern(const Pane *pane)
{
    return ((const SecretsPane *)pane)->list.filter;
}

static void set_pattern(Pane *pane, Console *console, const char *text)
{
    SecretsPane *self = (SecretsPane *)pane;

    list_set_filter(&self->list, &self->found, console_model(console)->jobs, text);
}

static char *pattern_state(const Pane *pane, const Model *model)
{
    const SecretsPane *self = (const SecretsPane *)pane;
    const List *list = &self->list;
    unsigned n_files = self->found.files == NULL ? 0 : self->found.files->len;

    (void)model;
    if (list_filter_problem(list) != NULL)
        return g_strdup(list_filter_problem(list));
    return g_strdup_printf(_("%u of %u"), list->order->len, n_files);
}

static Redo click(Pane *pane, Console *console, int x, int y)
{
    List *list = &((SecretsPane *)pane)->list;

    (void)console;
    (void)x;
    if (y < 1 || list->top + (unsigned)y - 1 >= list->order->len)
        return REDO_NOTHING;
    list_move_to(list, list->top + (unsigned)y - 1);
    return REDO_DRAW;
}

static const PaneClass secrets_class = {
    .kind = PANE_SECRETS,
    .free = secrets_free,
    .title = title,
    .update = update,
    .fit = fit,
    .draw = draw,
    .command = command,
    .pattern = pattern,
    .set_pattern = set_pattern,
    .pattern_state = pattern_state,
    .click = click,
    .show = show,
    .due = due,
    .tick = tick,
    .job = job_of,
};

Pane *secrets_pane_new(void)
{
    SecretsPane *self = g_new0(SecretsPane, 1);

    self->pane.class = &secrets_class;
    self->number = UINT32_MAX;
    list_init(&self->list, &secrets_list_source);
    self->works = g_ptr_array_new_with_free_func(secrets_work_free);
    return &self->pane;
}

const char *secrets_pane_file(const Pane *pane)
{
    const SecretsPane *self = (const SecretsPane *)pane;
    unsigned row;

    return self->found.files != NULL && list_selected(&self->list, &row)
               ? secrets_file(&self->found, row)->path
               : NULL;
}
