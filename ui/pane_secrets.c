/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Secrets: the secrets files of the selected application, and what became of each: never what is in
 * them. They are looked for and hashed in a job, as they are at that moment.
 */
#include "config.h"

#include "app/secret_files.h"
#include "attest/signature.h"
#include "core/clock.h"
#include "core/hex.h"
#include "core/i18n.h"
#include "core/sanitize.h"
#include "core/units.h"
#include "ui/console.h"
#include "ui/list.h"
#include "ui/measurement.h"
#include "ui/text.h"

#include <string.h>

enum { COLUMN_FILE, COLUMN_SIZE, COLUMN_STATE, COLUMN_TO, COLUMN_WHEN, COLUMN_HASH, N_COLUMNS };

/* Scrolling through applications asks for none of them. */
enum { SETTLE_MICROSECONDS = 150000, DETAIL_ROWS = 4, LABEL_WIDTH = 9 };

/* What the list shows; the list's model. */
typedef struct Found {
    GPtrArray *files;  /* SecretFile*; NULL: not known yet */
    GPtrArray *names;  /* char*: safe, without the directory that all share */
    char *measurement; /* of the application now: hex, or NULL */
    unsigned name_width;
    int64_t now;
} Found;

typedef struct SecretsPane {
    Pane pane;
    List list;
    Found found;
    char *problem;
    unsigned number;
    uint64_t evidence; /* version of the evidence that it was asked with */
    int64_t ask_at;    /* monotonic; 0: not */
    int64_t moved_at;
    uint64_t generation;
    UiJob *job;
} SecretsPane;

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

static char *measurement_of(const AppRow *row)
{
    const VerificationResult *result = row->evidence.result;
    Span bytes;

    if (result == NULL || result->verdict == NULL ||
        (!measurement_bytes(result->verdict, MEASUREMENT_MRENCLAVE, &bytes) &&
         !measurement_bytes(result->verdict, MEASUREMENT_MRTD, &bytes)))
        return NULL;
    return hex_encode(bytes);
}

static char *certificate_of(const AppRow *row)
{
    const VerificationResult *result = row->evidence.result;
    GBytes *certificate = row->app->certificate;
    uint8_t digest[SHA256_SIZE];
    const void *data;
    size_t size;

    if (certificate == NULL && result != NULL && result->verdict != NULL)
        certificate = result->verdict->certificate;
    if (certificate == NULL)
        return NULL;
    data = g_bytes_get_data(certificate, &size);
    sha256(span_of(data, size), digest);
    return hex_encode(span_of(digest, sizeof digest));
}

static char **named_for(const Settings *settings, const char *application)
{
    for (unsigned i = 0; settings != NULL && i < settings->files->len; i++) {
        const SettingFiles *files = settings->files->pdata[i];
        if (g_str_equal(files->name, application))
            return g_strdupv(files->paths);
    }
    return NULL;
}

static void forget(SecretsPane *self, Jobs *jobs)
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
    const Journal *journal = model->defaults == NULL ? NULL : model->defaults->journal;
    Task *task = g_new0(Task, 1);

    forget(self, model->jobs);
    g_free(self->found.measurement);
    self->found.measurement = measurement_of(row);
    self->evidence = row->evidence.version;
    task->name = g_strdup(row->app->name);
    task->id = g_strdup(row->app->id);
    task->uuid = g_strdup(row->app->uuid);
    task->measurement = g_strdup(self->found.measurement);
    task->certificate = certificate_of(row);
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

static void make_names(Found *found)
{
    g_autofree char *shared = shared_directory(found->files);

    g_clear_pointer(&found->names, g_ptr_array_unref);
    found->names = g_ptr_array_new_with_free_func(g_free);
    found->name_width = 0;
    for (unsigned i = 0; i < found->files->len; i++) {
        const SecretFile *file = found->files->pdata[i];
        char *name = sanitize_string(file->path + strlen(shared));
        g_ptr_array_add(found->names, name);
        found->name_width = MAX(found->name_width, text_width(name));
    }
}

static Redo take_answer(SecretsPane *self, Console *console, const Message *message)
{
    Answer *answer = message->data;

    if (message->generation != self->generation)
        return REDO_NOTHING;
    g_clear_pointer(&self->job, ui_job_unref);
    g_clear_pointer(&self->found.files, g_ptr_array_unref);
    g_free(self->problem);
    self->problem = g_steal_pointer(&answer->problem);
    self->found.files = answer->files == NULL ? g_ptr_array_new() : g_steal_pointer(&answer->files);
    make_names(&self->found);
    list_refresh(&self->list, &self->found, console_model(console)->jobs);
    return REDO_DRAW;
}

static Redo update(Pane *pane, Console *console, const Message *message)
{
    SecretsPane *self = (SecretsPane *)pane;
    const UiJob *ended = message->kind == MESSAGE_JOB_ENDED ? message->data : NULL;

    if (message->kind == MESSAGE_SECRETS)
        return take_answer(self, console, message);
    if (ended != NULL && !(ended->flags & JOB_QUIET)) /* it may have sealed or sent something */
        self->ask_at = clock_monotonic();
    return list_take_matches(&self->list, &self->found, console_model(console)->jobs, message)
               ? REDO_DRAW
               : REDO_NOTHING;
}

/* ---- the list ---- */

static const ListColumn columns[N_COLUMNS] = {
    [COLUMN_FILE] = {"file", N_("FILE"), 10, 16, 60, 0},
    [COLUMN_SIZE] = {"size", N_("SIZE"), 7, 8, 10, 2},
    [COLUMN_STATE] = {"state", N_("STATE"), 10, 16, 26, 0},
    [COLUMN_TO] = {"to", N_("TO"), 9, 9, 11, 3},
    [COLUMN_WHEN] = {"when", N_("WHEN"), 11, 11, 16, 4},
    [COLUMN_HASH] = {"sha256", N_("SHA-256"), 9, 9, 64, 1},
};

static const struct {
    const char *words;         /* N_() */
    const char *words_changed; /* N_(): and the file is another by now */
    const char *mark;
    Role role;
} states[N_SECRET_FILE_STATES] = {
    [SECRET_FILE_NOT_SENT] = {N_("not sent"), N_("not sent"), "·", ROLE_DIM},
    [SECRET_FILE_SEALED] = {N_("sealed"), N_("sealed, changed since"), "•", ROLE_TEXT},
    [SECRET_FILE_SENT_SEALED] = {N_("sent sealed"), N_("sent sealed, changed since"), "✔",
                                 ROLE_TRUSTED},
    [SECRET_FILE_SENT] = {N_("sent"), N_("sent, changed since"), "✔", ROLE_TRUSTED},
};

static const SecretFile *file_of(const Found *found, unsigned row)
{
    return found->files->pdata[row];
}

static unsigned count(const void *model)
{
    const Found *found = model;

    return found->files == NULL ? 0 : found->files->len;
}

/* Cells are drawn one by one. */
static char cell_text[128];

static void say_cell(ListCell *out, Role role, const char *text)
{
    g_strlcpy(cell_text, text, sizeof cell_text);
    out->text = cell_text;
    out->role = role;
}

static void state_cell(const SecretFile *file, ListCell *out)
{
    if (!file->present) {
        out->mark = "✖";
        out->text = file->state == SECRET_FILE_NOT_SENT ? _("missing")
                    : file->state == SECRET_FILE_SEALED ? _("sealed, missing now")
                                                        : _("sent, missing now");
        out->role = file->state == SECRET_FILE_NOT_SENT ? ROLE_REJECTED : ROLE_DIM;
        return;
    }
    out->mark = file->changed ? "!" : states[file->state].mark;
    out->role = file->changed ? ROLE_WARNING : states[file->state].role;
    out->text = file->changed ? _(states[file->state].words_changed) : _(states[file->state].words);
    if (file->sealed_copy && file->state == SECRET_FILE_SEALED && !file->changed)
        out->text = _("sealed, to send");
}

/* "12:02" today, else the day. g_free. */
static char *when_text(int64_t at, int64_t now)
{
    g_autoptr(GDateTime) then = g_date_time_new_from_unix_local(at);
    g_autoptr(GDateTime) today = g_date_time_new_from_unix_local(now);

    if (then == NULL || today == NULL)
        return NULL;
    if (g_date_time_get_day_of_year(then) == g_date_time_get_day_of_year(today) &&
        g_date_time_get_year(then) == g_date_time_get_year(today))
        return g_date_time_format(then, "%H:%M");
    return g_date_time_format(then, "%Y-%m-%d");
}

static char *short_hex(const char *hex)
{
    return strlen(hex) <= 9 ? g_strdup(hex)
                            : g_strdup_printf("%.4s…%s", hex, hex + strlen(hex) - 4);
}

static void to_cell(const Found *found, const SecretFile *file, ListCell *out)
{
    g_autofree char *brief = file->measurement == NULL ? NULL : short_hex(file->measurement);
    bool same = found->measurement == NULL || file->measurement == NULL ||
                g_ascii_strcasecmp(found->measurement, file->measurement) == 0;

    if (brief != NULL)
        say_cell(out, same ? ROLE_DIM : ROLE_WARNING, brief);
}

static void cell(const void *model, unsigned row, unsigned column, unsigned width, ListCell *out)
{
    const Found *found = model;
    const SecretFile *file = file_of(found, row);
    g_autofree char *text = NULL;

    switch (column) {
    case COLUMN_FILE:
        out->text = found->names->pdata[row];
        out->cut_middle = true;
        return;
    case COLUMN_SIZE:
        text = file->present ? units_size(file->size) : NULL;
        break;
    case COLUMN_STATE:
        state_cell(file, out);
        return;
    case COLUMN_TO:
        to_cell(found, file, out);
        return;
    case COLUMN_WHEN:
        text = file->at == 0 ? NULL : when_text(file->at, found->now);
        break;
    default:
        if (file->present)
            text = width < 64 ? short_hex(file->sha256) : g_strdup(file->sha256);
    }
    if (text != NULL)
        say_cell(out, ROLE_DIM, text);
}

static int compare_numbers(int64_t a, int64_t b)
{
    return a < b ? -1 : a > b;
}

static int compare(const void *model, unsigned a, unsigned b, unsigned column)
{
    const Found *found = model;
    const SecretFile *left = file_of(found, a), *right = file_of(found, b);

    switch (column) {
    case COLUMN_SIZE:
        return compare_numbers((int64_t)left->size, (int64_t)right->size);
    case COLUMN_STATE:
        return (int)left->state - (int)right->state;
    case COLUMN_TO:
        return g_strcmp0(left->measurement, right->measurement);
    case COLUMN_WHEN:
        return compare_numbers(left->at, right->at);
    case COLUMN_HASH:
        return g_strcmp0(left->sha256, right->sha256);
    default:
        return strcmp(found->names->pdata[a], found->names->pdata[b]);
    }
}

static void match_text(const void *model, unsigned row, GString *out)
{
    const Found *found = model;
    ListCell state = {0};

    state_cell(file_of(found, row), &state);
    g_string_append_printf(out, "%s %s", (const char *)found->names->pdata[row], state.text);
}

static unsigned natural_width(const void *model, unsigned column)
{
    if (column == COLUMN_FILE)
        return ((const Found *)model)->name_width;
    return column == COLUMN_STATE ? columns[column].most : columns[column].likes;
}

static const ListSource source = {
    .columns = columns,
    .n_columns = N_COLUMNS,
    .count = count,
    .cell = cell,
    .compare = compare,
    .match_text = match_text,
    .natural_width = natural_width,
};

/* ---- the pane ---- */

static void secrets_free(Pane *pane)
{
    SecretsPane *self = (SecretsPane *)pane;

    forget(self, NULL);
    clear_found(self);
    list_clear(&self->list);
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

static bool has_details(const SecretsPane *self, int height)
{
    return height - 1 - (int)self->list.order->len >= DETAIL_ROWS;
}

static void fit(Pane *pane, const Model *model, int width, int height)
{
    SecretsPane *self = (SecretsPane *)pane;
    const AppRow *row = apps_row(model->apps, self->number);

    (void)width;
    self->found.now = model->now;
    /* Evidence that came meanwhile says which certificate and measurement it has. */
    if (row != NULL && self->evidence != row->evidence.version && self->ask_at == 0 &&
        self->job == NULL)
        self->ask_at = clock_monotonic();
    list_fit(&self->list, (unsigned)MAX(height - 1, 1));
}

static void draw_detail(const Canvas *canvas, int y, const char *label, const char *text)
{
    canvas_cut(canvas, 2, y, LABEL_WIDTH, ROLE_DIM, label);
    if (text != NULL) {
        g_autofree char *cut =
            text_cut_middle(text, (unsigned)MAX(canvas->width - LABEL_WIDTH - 3, 1));
        canvas_text(canvas, 2 + LABEL_WIDTH, y, ROLE_TEXT, cut);
    }
}

/* The selected one in full, at the bottom. */
static void draw_details(const SecretsPane *self, const Canvas *canvas)
{
    const SecretFile *file;
    g_autofree char *path = NULL;
    unsigned row;
    int y = canvas->height - DETAIL_ROWS + 1;

    if (!has_details(self, canvas->height) || !list_selected(&self->list, &row))
        return;
    file = file_of(&self->found, row);
    path = sanitize_string(file->path);
    draw_detail(canvas, y++, _("path"), path);
    draw_detail(canvas, y++, file->present ? "sha256" : _("why"),
                file->present ? file->sha256 : file->why);
    if (file->measurement != NULL)
        draw_detail(canvas, y, _("for"), file->measurement);
}

static void draw_paragraph(const Canvas *canvas, int y, Role role, const char *text)
{
    const char *rest = text;

    while (rest != NULL && y < canvas->height) {
        const char *from = rest;
        size_t bytes = text_break(from, (unsigned)MAX(canvas->width - 3, 8), &rest);
        g_autofree char *line = g_strndup(from, bytes);
        canvas_text(canvas, 1, y++, role, line);
    }
}

static void draw(const Pane *pane, const Model *model, const Canvas *canvas, bool focused)
{
    const SecretsPane *self = (const SecretsPane *)pane;

    if (self->problem != NULL) {
        draw_paragraph(canvas, 0, ROLE_WARNING, self->problem);
        return;
    }
    if (apps_row(model->apps, self->number) == NULL)
        return;
    if (self->found.files == NULL) {
        canvas_text(canvas, 1, 0, ROLE_DIM, "…");
        return;
    }
    if (self->found.files->len == 0) {
        draw_paragraph(canvas, 0, ROLE_DIM,
                       _("Nothing was sealed for it or sent to it from here. Files can be named "
                         "in the settings: [secrets], its name = [\"FILE\"]."));
        return;
    }
    list_draw(&self->list, &self->found, canvas, focused);
    draw_details(self, canvas);
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
    return list_command(&self->list, &self->found, console_model(console)->jobs, id);
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
    const List *list = &((const SecretsPane *)pane)->list;

    (void)model;
    if (list_filter_problem(list) != NULL)
        return g_strdup(list_filter_problem(list));
    return g_strdup_printf(_("%u of %u"), list->order->len,
                           count(&((const SecretsPane *)pane)->found));
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
};

Pane *secrets_pane_new(void)
{
    SecretsPane *self = g_new0(SecretsPane, 1);

    self->pane.class = &secrets_class;
    self->number = UINT32_MAX;
    list_init(&self->list, &source);
    return &self->pane;
}

const char *secrets_pane_file(const Pane *pane)
{
    const SecretsPane *self = (const SecretsPane *)pane;
    unsigned row;

    return self->found.files != NULL && list_selected(&self->list, &row)
               ? file_of(&self->found, row)->path
               : NULL;
}
