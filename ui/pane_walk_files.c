/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Walk-throughs and files: how far one came is kept for each directory, and what the fields name is
 * looked at in a job, as the verbs would.
 */
#include "config.h"

#include "app/recipient.h"
#include "core/clock.h"
#include "core/file.h"
#include "core/i18n.h"
#include "ui/pane_walk_private.h"

#include <string.h>

static uint64_t last_generation;

/* ---- keeping ---- */

typedef struct SaveTask {
    char *directory;
    char *text;
    uint64_t number;
} SaveTask;

static GMutex save_mutex;
static uint64_t save_number, saved_number;

static char *state_file(const char *directory)
{
    g_autofree char *sum = g_compute_checksum_for_string(G_CHECKSUM_SHA256, directory, -1);
    g_autofree char *name = g_strdup_printf("walk-%.32s.json", sum);

    return console_state_path(name);
}

/* An older one that comes late does not go over a newer. */
static void write_state(const SaveTask *task)
{
    g_autofree char *path = state_file(task->directory);

    g_mutex_lock(&save_mutex);
    if (path != NULL && task->number > saved_number &&
        file_write(path, span_of(task->text, strlen(task->text)), 0600, NULL))
        saved_number = task->number;
    g_mutex_unlock(&save_mutex);
}

static SaveTask *save_task(const WalkPane *self)
{
    json_t *kept = walk_keep(self->walk, self->directory);
    char *text = kept == NULL ? NULL : json_dumps(kept, JSON_INDENT(2));
    SaveTask *task = g_new(SaveTask, 1);

    *task = (SaveTask){.directory = g_strdup(self->directory),
                       .text = g_strdup(text == NULL ? "" : text),
                       .number = ++save_number};
    free(text);
    json_decref(kept);
    return task;
}

static void save_free(void *data)
{
    SaveTask *task = data;

    g_free(task->directory);
    g_free(task->text);
    g_free(task);
}

static void save_job(UiJob *job, void *data)
{
    (void)job;
    write_state(data);
}

void walk_state_save(const WalkPane *self, Console *console)
{
    jobs_start(console_model(console)->jobs, "walk", JOB_QUIET | JOB_URGENT, save_job,
               save_task(self), save_free);
}

void walk_state_write(const WalkPane *self)
{
    SaveTask *task = save_task(self);

    write_state(task);
    save_free(task);
}

static void kept_free(void *kept)
{
    json_decref(kept);
}

static void read_job(UiJob *job, void *data)
{
    const SaveTask *task = data;
    g_autofree char *path = state_file(task->directory);
    g_autoptr(GBytes) bytes =
        path == NULL ? NULL : file_read(path, LIMIT_SETTINGS, job->cancel, NULL);
    json_t *kept = NULL;

    /* One that is not ours or is broken is as good as none. */
    if (bytes != NULL)
        kept = json_loadb(g_bytes_get_data(bytes, NULL), g_bytes_get_size(bytes), 0, NULL);
    mailbox_post(job->mailbox, (Message){.kind = MESSAGE_WALK_KEPT,
                                         .generation = task->number,
                                         .data = kept,
                                         .free_data = kept_free});
}

void walk_state_read(WalkPane *self, Console *console)
{
    SaveTask *task = g_new0(SaveTask, 1);

    self->kept = ++last_generation;
    task->directory = g_strdup(self->directory);
    task->number = self->kept;
    self->reading = ui_job_ref(jobs_start(console_model(console)->jobs, "walk",
                                          JOB_QUIET | JOB_URGENT, read_job, task, save_free));
}

/* ---- checking what needs files ---- */

typedef struct CheckTask {
    uint64_t generation;
    unsigned n;
    ArgumentKind kinds[WALK_FIELDS];
    char *paths[WALK_FIELDS]; /* NULL: nothing to look at */
    bool certificate[WALK_FIELDS];
} CheckTask;

static void check_free(void *data)
{
    CheckTask *task = data;

    for (unsigned i = 0; i < task->n; i++)
        g_free(task->paths[i]);
    g_free(task);
}

/* The same as home seal says, before it is run. */
static char *certificate_problem(const char *path, Cancel *cancel)
{
    g_auto(Recipient) recipient = {0};
    g_autoptr(Journal) journal = journal_new(NULL);
    g_autoptr(GError) error = NULL;

    if (!recipient_of_certificate(path, clock_now(), &recipient, cancel, &error))
        return g_strdup(error->message);
    recipient_recall(&recipient, journal, NULL);
    if (recipient_was_trusted(&recipient))
        return NULL;
    return g_strdup(_("it was never verified as trusted on this machine: do the step before, or "
                      "switch “unverified” on"));
}

static char *file_problem(const CheckTask *task, unsigned i, Cancel *cancel)
{
    const char *path = task->paths[i];

    if (path == NULL)
        return NULL;
    if (!g_file_test(path, G_FILE_TEST_EXISTS))
        return g_strdup(_("there is no such file; Tab shows what there is"));
    if (task->kinds[i] == ARGUMENT_DIRECTORY && !g_file_test(path, G_FILE_TEST_IS_DIR))
        return g_strdup(_("it is no directory"));
    if (task->kinds[i] == ARGUMENT_FILE && g_file_test(path, G_FILE_TEST_IS_DIR))
        return g_strdup(_("it is a directory; a file is wanted"));
    return task->certificate[i] ? certificate_problem(path, cancel) : NULL;
}

static void check_job(UiJob *job, void *data)
{
    const CheckTask *task = data;
    GPtrArray *problems = g_ptr_array_new_with_free_func(g_free);

    for (unsigned i = 0; i < task->n; i++)
        g_ptr_array_add(problems, file_problem(task, i, job->cancel));
    mailbox_post(job->mailbox, (Message){.kind = MESSAGE_WALK_CHECKED,
                                         .generation = task->generation,
                                         .data = problems,
                                         .free_data = (GDestroyNotify)g_ptr_array_unref});
}

bool walk_reads_path(ArgumentKind kind)
{
    return kind == ARGUMENT_FILE || kind == ARGUMENT_DIRECTORY;
}

static bool is_makes_directory(unsigned step, unsigned field)
{
    return g_str_equal(walk_steps[step].fields[field].option, "output");
}

static CheckTask *check_task(const WalkPane *self)
{
    const Walk *walk = self->walk;
    unsigned step = walk->step;
    CheckTask *task = g_new0(CheckTask, 1);

    task->n = walk_n_fields(step);
    task->generation = self->generation;
    for (unsigned i = 0; i < task->n; i++) {
        const char *value = walk->values[step][i];
        task->kinds[i] = walk_kind(step, i);
        if (*value == '\0' || !walk_reads_path(task->kinds[i]) || is_makes_directory(step, i))
            continue;
        task->paths[i] = walk_path(value);
        task->certificate[i] = walk_steps[step].fields[i].role == WALK_CERTIFICATE &&
                               *walk_value(walk, step, "unverified") == '\0';
    }
    return task;
}

void walk_check(WalkPane *self, Console *console)
{
    Jobs *jobs = console_model(console)->jobs;

    self->generation = ++last_generation;
    self->checking = true;
    if (self->check != NULL)
        jobs_cancel(jobs, self->check);
    g_clear_pointer(&self->check, ui_job_unref);
    self->check = ui_job_ref(
        jobs_start(jobs, "check", JOB_QUIET | JOB_URGENT, check_job, check_task(self), check_free));
}

char *walk_pane_problem(const WalkPane *self, unsigned field)
{
    char *problem = walk_problem(self->walk, self->walk->step, field);

    return problem != NULL ? problem : g_strdup(self->file_problems[field]);
}
