/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What is done with secrets files from the secrets pane: sent, sealed, forgotten. Each is a line of
 * the shell that runs as a job; what came of it, and why something is refused, stands in the pane.
 */
#include "config.h"

#include "core/clock.h"
#include "core/file.h"
#include "core/i18n.h"
#include "core/sanitize.h"
#include "core/units.h"
#include "format/pem.h"
#include "ui/outcome.h"
#include "ui/pane_secrets_private.h"
#include "ui/shell_word.h"
#include "ui/verb_job.h"

#include <string.h>

enum { TABLE_WIDTH = 100, MRENCLAVE_SIZE = 32 };

/* ---- what came of it ---- */

void secrets_work_free(void *data)
{
    SecretsWork *work = data;

    ui_job_unref(work->job);
    g_free(work->id);
    g_free(work->what);
    g_free(work->said);
    g_free(work);
}

SecretsWork *secrets_work_of(const SecretsPane *self)
{
    for (unsigned i = 0; self->id != NULL && i < self->works->len; i++) {
        SecretsWork *work = self->works->pdata[i];
        if (g_str_equal(work->id, self->id))
            return work;
    }
    return NULL;
}

static SecretsWork *work_for(SecretsPane *self, const AppRow *row, SecretsDoing doing, char *what)
{
    SecretsWork *work = NULL;

    for (unsigned i = 0; i < self->works->len; i++)
        if (g_str_equal(((SecretsWork *)self->works->pdata[i])->id, row->app->id))
            work = self->works->pdata[i];
    if (work == NULL) {
        work = g_new0(SecretsWork, 1);
        work->id = g_strdup(row->app->id);
        g_ptr_array_add(self->works, work);
    }
    work->doing = doing;
    g_free(work->what);
    work->what = what;
    g_clear_pointer(&work->said, g_free);
    return work;
}

static void refuse(SecretsPane *self, const AppRow *row, char *why)
{
    SecretsWork *work = work_for(self, row, SECRETS_SEND, NULL);

    work->role = ROLE_REJECTED;
    work->said = why;
}

/* Of its log: an error, or none. */
static const char *last_line(const UiJob *job, bool error)
{
    for (unsigned i = job->log->len; i-- > 0;) {
        const JobLine *line = job->log->pdata[i];
        if (line->error == error && *line->text != '\0')
            return line->text;
    }
    return NULL;
}

static char *sealed_text(const SecretsWork *work)
{
    return g_strdup_printf(_("sealed: %s; this application's enclave alone can open %s.sealed"),
                           work->what, work->what);
}

/* What is sent ends with how the application is. */
static void take_outcome(SecretsWork *work)
{
    const UiJob *job = work->job;
    bool well = job->status == 0;
    const char *line = last_line(job, !well);

    g_free(work->said);
    if (!well && line == NULL)
        work->said = job->cancelled ? g_strdup(_("cancelled"))
                                    : g_strdup_printf(_("exit status %d"), job->status);
    else if (well && work->doing == SECRETS_SEAL)
        work->said = sealed_text(work);
    else
        work->said = g_strdup(line);
    work->role = well ? ROLE_TRUSTED : job->cancelled ? ROLE_WARNING : ROLE_REJECTED;
}

bool secrets_work_ended(SecretsPane *self, const UiJob *job)
{
    for (unsigned i = 0; i < self->works->len; i++) {
        SecretsWork *work = self->works->pdata[i];
        if (work->job != job)
            continue;
        take_outcome(work);
        g_clear_pointer(&work->job, ui_job_unref);
        return true;
    }
    return false;
}

static void start(SecretsPane *self, Model *model, const AppRow *row, SecretsDoing doing,
                  const char *what, UiJob *job, const char *line)
{
    g_autofree char *command = g_strdup_printf("mse-console %s", line);
    SecretsWork *work = work_for(self, row, doing, g_strdup(what));

    model_set_done(model, command);
    work->job = ui_job_ref(job);
}

/* ---- to whom ---- */

/* Why nothing is sent to it or sealed for it, or NULL. g_free. */
static char *why_not_trusted(const AppRow *row)
{
    Outcome outcome = outcome_of_verdict(row->trust.verdict);

    if (!row->known)
        return g_strdup_printf(_("%s: its evidence is not judged yet; :verify %s judges it"),
                               row->name, row->name);
    if (!row->trust.judged)
        return g_strdup_printf(_("%s was not verified on this machine: %s"), row->name,
                               row->evidence.problem != NULL ? row->evidence.problem
                                                             : _("it has no evidence"));
    if (outcome != OUTCOME_TRUSTED && outcome != OUTCOME_WARNINGS)
        return g_strdup_printf(_("%s: its evidence is judged “%s”, so nothing is sent to it or "
                                 "sealed for it; its evidence pane tells why"),
                               row->name, _(outcome_table[outcome].word));
    if (row->other_certificate)
        return g_strdup_printf(_("%s shows another certificate than the one that was verified: "
                                 "collect its evidence again (home evidence), then verify it"),
                               row->name);
    return NULL;
}

static char *why_it_takes_none(const AppRow *row)
{
    if (row->app->state != FLEET_STATE_RUNNING)
        return g_strdup_printf(_("%s does not run: %s"), row->name, row->state);
    if (row->app->health == FLEET_HEALTH_RUNNING || row->app->health == FLEET_HEALTH_ON_ERROR)
        return g_strdup_printf(_("%s has its secrets already: it takes them once, when it is "
                                 "spawned"),
                               row->name);
    return why_not_trusted(row);
}

/* ---- sending ---- */

typedef struct Sending {
    SecretsPane *self;
    unsigned number;
    char *id;
    char *line;
    char *what;
} Sending;

static void sending_free(void *data)
{
    Sending *sending = data;

    g_free(sending->id);
    g_free(sending->line);
    g_free(sending->what);
    g_free(sending);
}

static const SecretFile *file_at(const SecretsFound *found, const char *path)
{
    for (unsigned i = 0; i < found->files->len; i++)
        if (g_str_equal(secrets_file(found, i)->path, path))
            return secrets_file(found, i);
    return NULL;
}

static char *name_of(const SecretFile *file)
{
    g_autofree char *base = g_path_get_basename(file->path);

    return sanitize_string(base);
}

/* What goes when this one is chosen: itself, or what was sealed from it. NULL: `why` says. */
static const SecretFile *to_send(const SecretsFound *found, const SecretFile *file, char **why)
{
    g_autofree char *name = name_of(file);
    const SecretFile *sealed = file->sealed_to == NULL ? NULL : file_at(found, file->sealed_to);

    if (!file->present && sealed == NULL)
        *why = g_strdup(file->why);
    else if (file->sealed_to != NULL && (sealed == NULL || !sealed->present))
        *why = g_strdup_printf(_("%s was sealed, and its sealed copy is missing: seal it again"),
                               name);
    else if (file->sealed_to != NULL && file->present && file->changed)
        *why = g_strdup_printf(_("%s changed since it was sealed: seal it again"), name);
    else if (file->other_key)
        *why = g_strdup_printf(_("%s was sealed for another certificate than the application has "
                                 "now, and could not be opened: seal it again"),
                               name);
    else if ((sealed != NULL && sealed->changed) || (file->sealed_copy && file->changed))
        *why = g_strdup_printf(_("%s: the sealed file is not what was sealed here: seal it again"),
                               name);
    return *why != NULL ? NULL : sealed != NULL ? sealed : file;
}

/* One of each role at most. NULL: `why` says. */
static char *sort_out(const SecretsFound *found, const GPtrArray *chosen,
                      const SecretFile *out[N_SECRET_FILE_ROLES])
{
    char *why = NULL;

    for (unsigned i = 0; i < chosen->len; i++) {
        const SecretFile *file = to_send(found, chosen->pdata[i], &why);
        if (file == NULL)
            return why;
        if (out[file->role] != NULL && out[file->role] != file)
            return g_strdup_printf(
                _("one file for --%s can be sent, and not two: take a mark away"),
                secret_file_option(file->role));
        out[file->role] = file;
    }
    return NULL;
}

/* By its name, where that is one application's alone. */
static void append_application(GString *line, const Apps *apps, const AppRow *row)
{
    const GArray *same =
        apps->namesakes == NULL ? NULL : g_hash_table_lookup(apps->namesakes, row->app->name);

    shell_append_word(line, same != NULL && same->len > 1 ? row->app->id : row->app->name);
}

static char *send_line(const Apps *apps, const AppRow *row, const SecretFile *const *files)
{
    GString *line = g_string_new("home run");
    g_autofree char *measurement = secrets_measurement_of(row);

    for (unsigned role = 0; role < N_SECRET_FILE_ROLES; role++)
        if (files[role] != NULL) {
            g_string_append_printf(line, " --%s", secret_file_option((SecretFileRole)role));
            shell_append_word(line, files[role]->path);
        }
    if (row->trust.measurement_size == MRENCLAVE_SIZE)
        g_string_append_printf(line, " --mrenclave %s", measurement);
    append_application(line, apps, row);
    return g_string_free(line, FALSE);
}

static char *what_of(const SecretFile *const *files, bool whole)
{
    static const char *const who[N_SECRET_FILE_ROLES] = {
        [SECRET_FILE_SECRETS] = N_("%s, %s: whoever runs the application can read it"),
        [SECRET_FILE_SEALED_SECRETS] = N_("%s, %s: sealed, its enclave alone can read it"),
        [SECRET_FILE_CODE_KEY] = N_("%s, %s: the key of its code"),
    };
    GString *out = g_string_new(NULL);

    for (unsigned role = 0; role < N_SECRET_FILE_ROLES; role++) {
        g_autofree char *name = files[role] == NULL ? NULL : name_of(files[role]);
        g_autofree char *size = files[role] == NULL ? NULL : units_size(files[role]->size);
        g_auto(GStrv) parts = g_strsplit(_(who[role]), "%s", 3);
        if (name == NULL)
            continue;
        if (out->len > 0)
            g_string_append(out, whole ? "\n" : ", ");
        if (whole)
            g_string_append_printf(out, "%s%s%s%s%s", parts[0], name, parts[1], size, parts[2]);
        else
            g_string_append(out, name);
    }
    return g_string_free(out, FALSE);
}

static void answer_send(Console *console, bool yes, void *data)
{
    const Sending *sending = data;
    Model *model = console_model(console);
    const AppRow *row = apps_row(model->apps, sending->number);

    if (!yes)
        return;
    if (row == NULL || !g_str_equal(row->app->id, sending->id)) {
        console_say(console, ROLE_WARNING, "%s", _("the application is gone"));
        return;
    }
    start(sending->self, model, row, SECRETS_SEND, sending->what,
          verb_job_start(model->jobs, sending->line, TABLE_WIDTH), sending->line);
}

static Question *ask_send(const AppRow *row, const SecretFile *const *files)
{
    g_autofree char *measurement = secrets_measurement_of(row);
    g_autofree char *title = g_strdup_printf(_("Send secrets to %s?"), row->name);
    g_autofree char *what = what_of(files, true);
    g_autofree char *to =
        g_strdup_printf(row->trust.measurement_size == MRENCLAVE_SIZE
                            ? _("The enclave that receives them has the MRENCLAVE\n%s")
                            : _("The trust domain that receives them has the MRTD\n%s"),
                        measurement == NULL ? "–" : measurement);
    const char *paragraphs[] = {
        to, what,
        _("Its evidence is verified again first; another enclave is sent nothing. What was sent "
          "cannot be taken back."),
        row->trust.simulated ? _("SIMULATED: this enclave is trusted under a root that is not "
                                 "Intel's.")
                             : NULL,
        NULL};

    return question_new(title, paragraphs, _("Send"), NULL);
}

static void send(SecretsPane *self, Console *console, const AppRow *row, const GPtrArray *chosen)
{
    const SecretFile *files[N_SECRET_FILE_ROLES] = {NULL};
    char *why = why_it_takes_none(row);
    Sending *sending;

    if (why == NULL)
        why = sort_out(&self->found, chosen, files);
    if (why != NULL) {
        refuse(self, row, why);
        return;
    }
    sending = g_new(Sending, 1);
    *sending = (Sending){.self = self,
                         .number = self->number,
                         .id = g_strdup(row->app->id),
                         .line = send_line(console_model(console)->apps, row, files),
                         .what = what_of(files, false)};
    console_ask(console, ask_send(row, files), answer_send, sending, sending_free);
}

/* ---- sealing ---- */

/* What must be there before: the certificate as a file, nothing of somebody else's in the way. */
typedef struct Sealing {
    GBytes *certificate; /* DER */
    char *path;          /* of its file */
    char *output;
    bool known; /* the journal has it as what was sealed from this file */
} Sealing;

static void sealing_free(void *data)
{
    Sealing *sealing = data;

    g_bytes_unref(sealing->certificate);
    g_free(sealing->path);
    g_free(sealing->output);
    g_free(sealing);
}

static bool prepare_seal(void *data, Cancel *cancel, GError **error)
{
    const Sealing *sealing = data;
    g_autofree char *directory = g_path_get_dirname(sealing->path);
    g_autofree char *output = sanitize_string(sealing->output);
    gsize size;
    const void *der = g_bytes_get_data(sealing->certificate, &size);
    g_autofree char *pem = pem_encode("CERTIFICATE", span_of(der, size));

    (void)cancel;
    if (!sealing->known && g_file_test(sealing->output, G_FILE_TEST_EXISTS)) {
        g_set_error(error, FILE_ERROR, FILE_ERROR_EXISTS,
                    _("%s is there already, and the journal does not know it as what was sealed "
                      "from this file: move it away"),
                    output);
        return false;
    }
    return file_make_directory(directory, error) &&
           file_write(sealing->path, span_of(pem, strlen(pem)), 0600, error);
}

static char *why_not_sealed(const AppRow *row, const SecretFile *file)
{
    g_autofree char *name = name_of(file);

    if (!file->present)
        return g_strdup(file->why);
    if (file->role == SECRET_FILE_SEALED_SECRETS)
        return g_strdup_printf(_("%s is sealed already"), name);
    return why_not_trusted(row);
}

static GBytes *verified_certificate(const AppRow *row)
{
    const VerificationResult *result = row->evidence.result;

    return result == NULL || result->verdict == NULL ? NULL : result->verdict->certificate;
}

/* Where the certificate of the verdict is kept, so that the line can be run again. */
static char *certificate_path(const AppRow *row)
{
    g_autofree char *state = file_state_directory(NULL);
    g_autofree char *hash = secrets_certificate_of(row);
    g_autofree char *name = g_strdup_printf("%s.pem", hash == NULL ? "" : hash);

    return state == NULL || hash == NULL ? NULL
                                         : g_build_filename(state, "certificates", name, NULL);
}

static void seal(SecretsPane *self, Console *console, const AppRow *row, const SecretFile *file)
{
    Model *model = console_model(console);
    GBytes *certificate = verified_certificate(row);
    g_autofree char *path = certificate_path(row), *name = name_of(file);
    g_autofree char *output = g_strconcat(file->path, ".sealed", NULL);
    char *why = why_not_sealed(row, file);
    const SecretFile *there = file_at(&self->found, output);
    g_autoptr(GString) line = g_string_new("home seal --input");
    Sealing *sealing;

    if (why == NULL && (certificate == NULL || path == NULL))
        why = g_strdup_printf(_("%s: its certificate is not at hand: verify its evidence again "
                                "(:verify %s)"),
                              row->name, row->name);
    if (why != NULL) {
        refuse(self, row, why);
        return;
    }
    shell_append_word(line, file->path);
    g_string_append(line, " --receiver-enclave");
    shell_append_word(line, path);
    g_string_append(line, " --output");
    shell_append_word(line, output);
    sealing = g_new(Sealing, 1);
    *sealing = (Sealing){.certificate = g_bytes_ref(certificate),
                         .path = g_strdup(path),
                         .output = g_strdup(output),
                         .known = there != NULL && there->sealed_copy};
    start(self, model, row, SECRETS_SEAL, name,
          verb_job_start_prepared(model->jobs, line->str, TABLE_WIDTH, prepare_seal, sealing,
                                  sealing_free),
          line->str);
}

/* ---- forgetting ---- */

typedef struct Forgetting {
    char *name, *id, *measurement, *engine, *journal, *title;
    GPtrArray *paths; /* ends with NULL */
} Forgetting;

static void forgetting_free(void *data)
{
    Forgetting *task = data;

    g_free(task->name);
    g_free(task->id);
    g_free(task->measurement);
    g_free(task->engine);
    g_free(task->journal);
    g_free(task->title);
    g_ptr_array_unref(task->paths);
    g_free(task);
}

static void run_forget(UiJob *job, void *data)
{
    const Forgetting *task = data;
    g_autoptr(Journal) journal = journal_new(task->journal);
    g_autoptr(GError) error = NULL;
    const SecretFilesOf of = {.name = task->name, .id = task->id, .measurement = task->measurement};

    if (secret_files_forget(&of, task->engine, (const char *const *)task->paths->pdata, journal,
                            clock_now(), &error)) {
        ui_job_say(job, ROLE_TEXT, g_strdup(_("no longer listed; the file stays where it is")));
        return;
    }
    job->status = 1;
    ui_job_say(job, ROLE_REJECTED, g_strdup(error->message));
}

/* Its task is the job's then. */
typedef struct AskedForget {
    Forgetting *task;
} AskedForget;

static void asked_forget_free(void *data)
{
    AskedForget *asked = data;

    if (asked->task != NULL)
        forgetting_free(asked->task);
    g_free(asked);
}

static void answer_forget(Console *console, bool yes, void *data)
{
    AskedForget *asked = data;
    Forgetting *task = asked->task;

    if (!yes)
        return;
    asked->task = NULL;
    jobs_start(console_model(console)->jobs, task->title, 0, run_forget, task, forgetting_free);
}

static Forgetting *forgetting_new(const Model *model, const AppRow *row, const GPtrArray *chosen)
{
    const Journal *journal = model->defaults == NULL ? NULL : model->defaults->journal;
    Forgetting *task = g_new0(Forgetting, 1);

    task->name = g_strdup(row->app->name);
    task->id = g_strdup(row->app->id);
    task->measurement = secrets_measurement_of(row);
    task->engine = g_strdup(fleet_source_name(apps_source_of(model->apps, row)));
    task->journal = journal == NULL ? NULL : g_strdup(journal_path(journal));
    task->paths = g_ptr_array_new_with_free_func(g_free);
    for (unsigned i = 0; i < chosen->len; i++)
        g_ptr_array_add(task->paths, g_strdup(((const SecretFile *)chosen->pdata[i])->path));
    g_ptr_array_add(task->paths, NULL);
    return task;
}

static char *names_of(const GPtrArray *files)
{
    GString *out = g_string_new(NULL);

    for (unsigned i = 0; i < files->len; i++) {
        g_autofree char *name = name_of(files->pdata[i]);
        g_string_append_printf(out, "%s%s", i > 0 ? ", " : "", name);
    }
    return g_string_free(out, FALSE);
}

static void forget(SecretsPane *self, Console *console, const AppRow *row, const GPtrArray *chosen)
{
    g_autofree char *names = names_of(chosen);
    g_autofree char *title = g_strdup_printf(_("Forget %s?"), names);
    g_autofree char *whose = g_strdup_printf(
        _("It is no longer listed for %s until it is sealed or sent again."), row->name);
    const char *paragraphs[] = {
        whose, _("The file itself stays where it is, and what the journal has of it, too."), NULL};
    AskedForget *asked;

    for (unsigned i = 0; i < chosen->len; i++) {
        const SecretFile *file = chosen->pdata[i];
        g_autofree char *name = name_of(file);
        if (!file->named)
            continue;
        refuse(
            self, row,
            g_strdup_printf(_("%s is named in the settings, [secrets]: take it out there"), name));
        return;
    }
    asked = g_new(AskedForget, 1);
    asked->task = forgetting_new(console_model(console), row, chosen);
    asked->task->title = g_strdup_printf(_("forget %s"), names);
    console_ask(console, question_new(title, paragraphs, _("Forget"), NULL), answer_forget, asked,
                asked_forget_free);
}

/* ---- which ---- */

static GPtrArray *chosen_files(const SecretsPane *self)
{
    g_autoptr(GArray) rows = NULL;
    GPtrArray *files = g_ptr_array_new();

    if (self->found.files == NULL)
        return files;
    rows = list_chosen(&self->list);
    for (unsigned i = 0; i < rows->len; i++)
        g_ptr_array_add(files,
                        (void *)secrets_file(&self->found, g_array_index(rows, unsigned, i)));
    return files;
}

static bool is_busy(const SecretsPane *self, Console *console)
{
    const SecretsWork *work = secrets_work_of(self);

    if (work == NULL || work->job == NULL)
        return false;
    console_say(console, ROLE_WARNING, _("still running: %s; Ctrl-C cancels it"), work->job->title);
    return true;
}

void secrets_do(SecretsPane *self, Console *console, CommandId command)
{
    const Model *model = console_model(console);
    const AppRow *row = apps_row(model->apps, self->number);
    g_autoptr(GPtrArray) chosen = chosen_files(self);

    if (model->read_only && !command_table[command].read_only)
        console_say(console, ROLE_WARNING, "%s",
                    _("read-only: nothing is sent or sealed from here"));
    else if (row == NULL || chosen->len == 0)
        console_say(console, ROLE_DIM, "%s", _("no file is selected"));
    else if (is_busy(self, console))
        return;
    else if (command == COMMAND_SEND)
        send(self, console, row, chosen);
    else if (command == COMMAND_FORGET)
        forget(self, console, row, chosen);
    else if (chosen->len > 1)
        console_say(console, ROLE_WARNING, "%s", _("files are sealed one at a time"));
    else
        seal(self, console, row, chosen->pdata[0]);
}
