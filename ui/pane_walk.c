/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Walk-throughs: the steps of an actor beside the form of one. Fields are checked as they are
 * typed, what needs a file in a job; a step runs as the line of the shell that stands below it. How
 * far one came is kept for each directory.
 */
#include "config.h"

#include "app/recipient.h"
#include "core/clock.h"
#include "core/file.h"
#include "core/i18n.h"
#include "core/sanitize.h"
#include "ui/console.h"
#include "ui/edit.h"
#include "ui/paths.h"
#include "ui/text.h"
#include "ui/verb_job.h"
#include "ui/walk.h"

#include <string.h>

enum {
    LABEL = 17,
    LIST_WIDE = 24,
    LIST_NARROW = 17,
    WIDE = 76,
    LINE_ROWS = 3,  /* of the command line */
    FIELD_ROWS = 3, /* a field, and two rows for what is said of it */
    FIELD_ROWS_LOW = 2,
};

typedef struct WalkPane {
    Pane pane;
    Walk *walk;
    char *directory; /* whose walk-throughs these are */
    unsigned field;
    Edit edit; /* of that field */
    char *file_problems[WALK_FIELDS];
    uint64_t generation; /* of the check that runs, or ran last */
    bool checking, run_when_checked;
    UiJob *check;
    UiJob *job; /* that does a step, or NULL */
    unsigned doing;
    bool completing;
    int cursor_x, cursor_y;
} WalkPane;

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

static void save(const WalkPane *self, Console *console)
{
    jobs_start(console_model(console)->jobs, "walk", JOB_QUIET | JOB_URGENT, save_job,
               save_task(self), save_free);
}

static void resume(WalkPane *self)
{
    g_autofree char *path = state_file(self->directory);
    g_autoptr(GBytes) bytes = path == NULL ? NULL : file_read(path, LIMIT_SETTINGS, NULL, NULL);
    json_t *kept;

    if (bytes == NULL)
        return;
    kept = json_loadb(g_bytes_get_data(bytes, NULL), g_bytes_get_size(bytes), 0, NULL);
    walk_resume(self->walk, kept, self->directory);
    json_decref(kept);
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

static bool reads_path(ArgumentKind kind)
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
        if (*value == '\0' || !reads_path(task->kinds[i]) || is_makes_directory(step, i))
            continue;
        task->paths[i] = walk_path(value);
        task->certificate[i] = walk_steps[step].fields[i].role == WALK_CERTIFICATE &&
                               *walk_value(walk, step, "unverified") == '\0';
    }
    return task;
}

static void check(WalkPane *self, Console *console)
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

/* g_free. */
static char *problem_of(const WalkPane *self, unsigned field)
{
    char *problem = walk_problem(self->walk, self->walk->step, field);

    return problem != NULL ? problem : g_strdup(self->file_problems[field]);
}

/* ---- which field, which step ---- */

static void clear_file_problems(WalkPane *self)
{
    for (unsigned i = 0; i < WALK_FIELDS; i++)
        g_clear_pointer(&self->file_problems[i], g_free);
}

static void enter_field(WalkPane *self, unsigned field)
{
    self->field = field;
    self->completing = false;
    edit_set(&self->edit, self->walk->values[self->walk->step][field]);
}

/* The first that must be filled in, else the first. */
static void enter_step(WalkPane *self, Console *console)
{
    unsigned n = walk_n_fields(self->walk->step), first = 0;

    clear_file_problems(self);
    self->run_when_checked = false;
    for (unsigned i = n; i-- > 0;) {
        g_autofree char *problem = walk_problem(self->walk, self->walk->step, i);
        if (problem != NULL)
            first = i;
    }
    enter_field(self, first);
    check(self, console);
}

static void go(WalkPane *self, Console *console, int by)
{
    walk_go(self->walk, by);
    enter_step(self, console);
}

static void choose(WalkPane *self, Console *console, WalkActor actor)
{
    walk_choose(self->walk, actor);
    enter_step(self, console);
    save(self, console);
}

static void next_field(WalkPane *self, int by)
{
    int n = (int)walk_n_fields(self->walk->step);

    enter_field(self, (unsigned)(((int)self->field + by + n) % n));
}

static void set_value(WalkPane *self, Console *console, const char *text)
{
    walk_set(self->walk, self->walk->step, self->field, text);
    self->run_when_checked = false;
    check(self, console);
}

/* ---- doing a step ---- */

static bool say_problem(WalkPane *self, Console *console)
{
    for (unsigned i = 0; i < walk_n_fields(self->walk->step); i++) {
        g_autofree char *problem = problem_of(self, i);
        if (problem == NULL)
            continue;
        enter_field(self, i);
        console_say(console, ROLE_REJECTED, "%s", problem);
        return true;
    }
    return false;
}

static bool is_refused(const Model *model, unsigned step)
{
    const Verb *verb = walk_verb(step);

    return verb_is_refused(verb) || (model->read_only && !(verb->flags & VERB_READ_ONLY));
}

static void start(WalkPane *self, Console *console, const char *line)
{
    g_autofree char *command = g_strdup_printf("mse-console %s", line);
    Pane *output = output_pane_new(console, line);

    model_set_done(console_model(console), command);
    walk_began(self->walk, self->walk->step);
    self->doing = self->walk->step;
    self->job = ui_job_ref(output_pane_detach(output));
    save(self, console);
    console_push(console, output);
}

static void open_log(WalkPane *self, Console *console)
{
    g_autofree char *name = g_strdup(walk_value(self->walk, self->walk->step, ""));

    walk_began(self->walk, self->walk->step);
    walk_ended(self->walk, self->walk->step, true);
    save(self, console);
    console_show_log_of(console, name);
}

static void run_step(WalkPane *self, Console *console)
{
    g_autofree char *line = walk_line(self->walk, self->walk->step);

    if (self->job != NULL) {
        console_say(console, ROLE_WARNING, _("still running: %s; Ctrl-C cancels it"),
                    self->job->title);
        return;
    }
    if (is_refused(console_model(console), self->walk->step)) {
        console_say(console, ROLE_WARNING, "%s",
                    _("this step changes things, and the console was started read-only"));
        return;
    }
    if (say_problem(self, console))
        return;
    if (self->checking)
        self->run_when_checked = true;
    else if (walk_steps[self->walk->step].opens_log)
        open_log(self, console);
    else
        start(self, console, line);
}

static void ended(WalkPane *self, Console *console)
{
    bool cancelled = self->job->cancelled;
    bool well = self->job->status == 0;

    g_clear_pointer(&self->job, ui_job_unref);
    if (!cancelled || well)
        walk_ended(self->walk, self->doing, well);
    enter_step(self, console);
    save(self, console);
}

/* ---- messages ---- */

static void take_problems(WalkPane *self, Console *console, const GPtrArray *problems)
{
    self->checking = false;
    for (unsigned i = 0; i < WALK_FIELDS; i++) {
        g_free(self->file_problems[i]);
        self->file_problems[i] = i < problems->len ? g_strdup(problems->pdata[i]) : NULL;
    }
    if (!self->run_when_checked)
        return;
    self->run_when_checked = false;
    run_step(self, console);
}

/* As far as all that fit agree. */
static char *common(const GPtrArray *words)
{
    char *start = g_strdup(words->pdata[0]);

    for (unsigned i = 1; i < words->len; i++) {
        const char *word = words->pdata[i];
        size_t n = 0;
        while (start[n] != '\0' && start[n] == word[n])
            n++;
        while (n > 0 && (start[n] & 0xc0) == 0x80)
            n--;
        start[n] = '\0';
    }
    return start;
}

static void say_candidates(Console *console, const GPtrArray *words)
{
    g_autoptr(GString) all = g_string_new(NULL);

    for (unsigned i = 0; i < words->len; i++) {
        g_autofree char *safe = sanitize_string(words->pdata[i]);
        g_string_append_printf(all, "%s%s", i > 0 ? "  " : "", safe);
    }
    console_say(console, ROLE_TEXT, "%s", all->str);
}

static void take_directory(WalkPane *self, Console *console, const PathsRead *read)
{
    const char *typed = self->edit.text->str;
    g_autofree char *directory = paths_directory(typed);
    g_autoptr(GPtrArray) words = NULL;
    g_autofree char *start = NULL;

    if (!g_str_equal(directory, read->directory))
        return;
    self->completing = false;
    words = paths_offer(typed, true, read);
    if (words->len == 0) {
        console_say(console, ROLE_DIM, "%s", _("nothing begins like that"));
        return;
    }
    start = common(words);
    if (words->len > 1 && g_str_equal(start, typed)) {
        say_candidates(console, words);
        return;
    }
    edit_set(&self->edit, start);
    set_value(self, console, start);
}

static Redo update(Pane *pane, Console *console, const Message *message)
{
    WalkPane *self = (WalkPane *)pane;
    const JobMade *made = message->data;

    switch (message->kind) {
    case MESSAGE_WALK_CHECKED:
        if (message->generation != self->generation)
            return REDO_NOTHING;
        take_problems(self, console, message->data);
        return REDO_DRAW;
    case MESSAGE_DIRECTORY:
        if (!self->completing)
            return REDO_NOTHING;
        take_directory(self, console, message->data);
        return REDO_DRAW;
    case MESSAGE_JOB_MADE:
        if (self->job == NULL || message->number != self->job->id)
            return REDO_NOTHING;
        walk_made(self->walk, made->what, made->path);
        return REDO_DRAW;
    case MESSAGE_JOB_ENDED:
        if (message->data != self->job)
            return REDO_NOTHING;
        ended(self, console);
        return REDO_DRAW;
    default:
        return REDO_NOTHING;
    }
}

/* ---- keys ---- */

static ArgumentKind kind_here(const WalkPane *self)
{
    return walk_kind(self->walk->step, self->field);
}

static bool is_path_here(const WalkPane *self)
{
    ArgumentKind kind = kind_here(self);

    return reads_path(kind) || kind == ARGUMENT_OUTPUT;
}

static void complete(WalkPane *self, Console *console)
{
    g_autofree char *directory = NULL;

    if (!is_path_here(self)) {
        next_field(self, 1);
        return;
    }
    directory = paths_directory(self->edit.text->str);
    self->completing = true;
    paths_start(console_model(console)->jobs, directory);
}

static Redo choosing_key(WalkPane *self, Console *console, Key k)
{
    if (k != '1' && k != '2')
        return REDO_NOTHING;
    choose(self, console, (WalkActor)(k - '1'));
    return REDO_DRAW;
}

static Redo flag_key(WalkPane *self, Console *console, Key k)
{
    const char *now = self->walk->values[self->walk->step][self->field];

    if (k != ' ')
        return REDO_NOTHING;
    edit_set(&self->edit, *now == '\0' ? "yes" : "");
    set_value(self, console, self->edit.text->str);
    return REDO_DRAW;
}

static Redo key(Pane *pane, Console *console, Key k)
{
    WalkPane *self = (WalkPane *)pane;
    bool changed = false;

    if (!self->walk->chosen)
        return choosing_key(self, console, k);
    if (k == KEYCODE_DOWN || k == KEYCODE_UP) {
        next_field(self, k == KEYCODE_DOWN ? 1 : -1);
        return REDO_DRAW;
    }
    if (k == (KEYCODE_TAB | KEY_SHIFT)) {
        next_field(self, -1);
        return REDO_DRAW;
    }
    if (kind_here(self) == ARGUMENT_NONE)
        return flag_key(self, console, k);
    if (!edit_key(&self->edit, k, &changed))
        return REDO_NOTHING;
    self->completing = false;
    if (changed)
        set_value(self, console, self->edit.text->str);
    return REDO_DRAW;
}

/* With a step that runs the pane stays, to see how it ends; the key of walk-throughs leads back. */
static Redo leave(const WalkPane *self, Console *console)
{
    save(self, console);
    if (self->job == NULL)
        return REDO_NOTHING; /* the console goes back */
    console_focus(console, PLACE_LEFT);
    console_say(console, ROLE_DIM, _("still running: %s"), self->job->title);
    return REDO_DRAW;
}

static Redo command(Pane *pane, Console *console, CommandId id)
{
    WalkPane *self = (WalkPane *)pane;

    if (id == COMMAND_BACK)
        return leave(self, console);
    if (!self->walk->chosen)
        return REDO_NOTHING;
    switch (id) {
    case COMMAND_STEP_RUN:
        run_step(self, console);
        return REDO_DRAW;
    case COMMAND_STEP_COMPLETE:
        complete(self, console);
        return REDO_DRAW;
    case COMMAND_STEP_NEXT:
        go(self, console, 1);
        return REDO_DRAW;
    case COMMAND_STEP_PREVIOUS:
        go(self, console, -1);
        return REDO_DRAW;
    case COMMAND_STEP_ACTOR:
        choose(self, console,
               self->walk->actor == WALK_OPERATOR ? WALK_CODE_PROVIDER : WALK_OPERATOR);
        return REDO_DRAW;
    default:
        return REDO_NOTHING;
    }
}

/* ---- drawing ---- */

static const struct {
    const char *mark;
    const char *word; /* N_() */
    Role role;
} marks[N_WALK_STATES] = {
    [WALK_NOT_YET] = {"–", N_("not yet"), ROLE_DIM},
    [WALK_DONE] = {"✔", N_("done"), ROLE_TRUSTED},
    [WALK_FAILED] = {"✖", N_("failed"), ROLE_REJECTED},
};

static bool is_running(const WalkPane *self, unsigned step)
{
    return self->job != NULL && self->doing == step;
}

static void draw_mark(const WalkPane *self, const Canvas *canvas, int x, int y, unsigned step)
{
    WalkState state = self->walk->states[step];

    if (is_running(self, step))
        canvas_text(canvas, x, y, ROLE_WARNING, "…");
    else
        canvas_text(canvas, x, y, marks[state].role, marks[state].mark);
}

static void draw_steps(const WalkPane *self, const Canvas *canvas)
{
    int y = 0;

    for (unsigned i = 0; walk_steps[i].id != NULL; i++) {
        bool here = i == self->walk->step;
        if (walk_steps[i].actor != self->walk->actor)
            continue;
        canvas_text(canvas, 0, y, ROLE_FOCUS, here ? "▸" : " ");
        draw_mark(self, canvas, 2, y, i);
        canvas_cut(canvas, 4, y, canvas->width - 4, here ? ROLE_STRONG : ROLE_TEXT,
                   _(walk_steps[i].title));
        y++;
    }
}

/* Returns the row below. */
static int draw_wrapped(const Canvas *canvas, int x, int y, int rows, Role role, const char *text)
{
    int columns = MAX(canvas->width - x, 1);
    const char *next = text;

    for (int i = 0; next != NULL && i < rows; i++, y++) {
        const char *from = next;
        size_t bytes = text_break(from, (unsigned)columns, &next);
        g_autofree char *line = g_strndup(from, bytes);
        if (next != NULL && i == rows - 1)
            canvas_cut(canvas, x, y, columns, role, from);
        else
            canvas_text(canvas, x, y, role, line);
    }
    return y;
}

static const char *label_of(unsigned step, unsigned field)
{
    const VerbOption *option = walk_option(step, field);

    return option != NULL ? option->name : walk_verb(step)->operands;
}

static const char *hint_of(unsigned step, unsigned field)
{
    const VerbOption *option = walk_option(step, field);

    return option != NULL ? _(option->help) : _("what it is about");
}

static void draw_remark(const WalkPane *self, const Canvas *canvas, unsigned field, int y, int rows)
{
    unsigned step = self->walk->step;
    g_autofree char *problem = problem_of(self, field);
    bool empty = *self->walk->values[step][field] == '\0';

    if (problem != NULL && !(empty && field != self->field))
        draw_wrapped(canvas, LABEL, y, rows, ROLE_REJECTED, problem);
    else if (problem != NULL)
        canvas_cut(canvas, LABEL, y, canvas->width - LABEL, ROLE_REJECTED, problem);
    else if (empty || walk_kind(step, field) == ARGUMENT_NONE)
        draw_wrapped(canvas, LABEL, y, rows, ROLE_DIM, hint_of(step, field));
    else
        canvas_text(canvas, LABEL, y, self->checking ? ROLE_DIM : ROLE_TRUSTED,
                    self->checking ? "…" : "✔");
}

static void draw_value(WalkPane *self, const Canvas *canvas, unsigned field, int y)
{
    const char *value = self->walk->values[self->walk->step][field];
    int columns = MAX(canvas->width - LABEL, 1);
    int cursor = LABEL + 1;

    if (walk_kind(self->walk->step, field) == ARGUMENT_NONE) {
        canvas_text(canvas, LABEL, y, ROLE_TEXT, *value == '\0' ? "[ ]" : "[x]");
    } else {
        canvas_fill(canvas, LABEL, y, columns, ROLE_DIM, '_');
        if (field == self->field)
            cursor = edit_draw(&self->edit, canvas, LABEL, y, columns, ROLE_TEXT);
        else
            canvas_cut(canvas, LABEL, y, columns, ROLE_TEXT, value);
    }
    if (field != self->field)
        return;
    self->cursor_x = canvas->x + cursor;
    self->cursor_y = canvas->y + y;
}

static void draw_fields(WalkPane *self, const Canvas *canvas)
{
    unsigned n = walk_n_fields(self->walk->step);
    int rows = (int)n * FIELD_ROWS <= canvas->height ? FIELD_ROWS : FIELD_ROWS_LOW;
    int fitting = MAX(canvas->height / rows, 1);
    unsigned first = (unsigned)MAX((int)self->field - fitting + 1, 0);
    int y = 0;

    for (unsigned i = first; i < n && y < canvas->height; i++, y += rows) {
        bool here = i == self->field;
        canvas_text(canvas, 0, y, ROLE_FOCUS, here ? "▸" : " ");
        canvas_cut(canvas, 2, y, LABEL - 3, here ? ROLE_STRONG : ROLE_TEXT,
                   label_of(self->walk->step, i));
        draw_value(self, canvas, i, y);
        draw_remark(self, canvas, i, y + 1, rows - 1);
    }
}

static void draw_form(WalkPane *self, const Canvas *canvas)
{
    unsigned step = self->walk->step;
    WalkState state = self->walk->states[step];
    bool running = is_running(self, step);
    Canvas fields;
    int y;

    y = canvas_cut(canvas, 0, 0, canvas->width, ROLE_STRONG, _(walk_steps[step].title));
    canvas_printf(canvas, y, 0, running ? ROLE_WARNING : marks[state].role, " · %s",
                  running ? _("running") : _(marks[state].word));
    y = draw_wrapped(canvas, 0, 1, canvas->height >= 14 ? 3 : 1, ROLE_DIM,
                     _(walk_steps[step].what));
    y += canvas->height >= 14;
    fields = canvas_part(canvas, 0, y, canvas->width, canvas->height - y);
    draw_fields(self, &fields);
}

static void draw_line(const WalkPane *self, const Canvas *canvas, int y)
{
    g_autofree char *line = walk_line(self->walk, self->walk->step);
    g_autofree char *text = g_strdup_printf("$ mse-console %s", line);
    g_autofree char *safe = sanitize_string(text);

    canvas_fill(canvas, 0, y, canvas->width, ROLE_BORDER, 0x2500);
    draw_wrapped(canvas, 0, y + 1, LINE_ROWS - 1, ROLE_KEY, safe);
}

static void draw_choice(const Canvas *canvas)
{
    static const char *const what[N_WALK_ACTORS] = {
        N_("has the code: makes the package, verifies the enclave, seals the secrets, decrypts "
           "the results"),
        N_("has the machine: starts the package in an enclave, hands out its evidence, sends it "
           "the secrets, tests and monitors it"),
    };
    int y = 2;

    canvas_cut(canvas, 1, 0, canvas->width - 1, ROLE_STRONG, _("Who are you? Press the number."));
    for (unsigned i = 0; i < N_WALK_ACTORS; i++) {
        g_autofree char *number = g_strdup_printf("%u", i + 1);
        canvas_text(canvas, 2, y, ROLE_KEY, number);
        canvas_cut(canvas, 5, y, canvas->width - 5, ROLE_STRONG, _(walk_actor_names[i]));
        y = draw_wrapped(canvas, 5, y + 1, 3, ROLE_DIM, _(what[i])) + 1;
    }
}

static void draw(const Pane *pane, const Model *model, const Canvas *canvas, bool focused)
{
    WalkPane *self = (WalkPane *)pane; /* where the cursor is, for the console to ask */
    int list = canvas->width >= WIDE ? LIST_WIDE : LIST_NARROW;
    int height = MAX(canvas->height - LINE_ROWS, 1);
    Canvas steps = canvas_part(canvas, 0, 0, list - 1, height);
    Canvas form = canvas_part(canvas, list, 0, canvas->width - list, height);

    (void)model;
    (void)focused;
    if (!self->walk->chosen) {
        draw_choice(canvas);
        return;
    }
    draw_steps(self, &steps);
    draw_form(self, &form);
    draw_line(self, canvas, height);
    self->cursor_x -= canvas->x;
    self->cursor_y -= canvas->y;
}

static bool cursor(const Pane *pane, int *x, int *y)
{
    const WalkPane *self = (const WalkPane *)pane;

    *x = self->cursor_x;
    *y = self->cursor_y;
    return self->walk->chosen;
}

static char *title(const Pane *pane, const Model *model)
{
    const WalkPane *self = (const WalkPane *)pane;
    g_autofree char *base = g_path_get_basename(self->directory);
    g_autofree char *safe = sanitize_string(base);

    (void)model;
    if (!self->walk->chosen)
        return g_strdup(_("Walk-throughs"));
    return g_strdup_printf("%s ── %s", _(walk_actor_names[self->walk->actor]), safe);
}

static const char *hints(const Pane *pane)
{
    const WalkPane *self = (const WalkPane *)pane;

    if (!self->walk->chosen)
        return _("1 code provider   2 operator   Esc leaves");
    return _("Enter does it   Tab completes   PgUp PgDn step   F1 help   Esc leaves");
}

static void fit(Pane *pane, const Model *model, int width, int height)
{
    (void)pane;
    (void)model;
    (void)width;
    (void)height;
}

static UiJob *job_of(const Pane *pane, const Model *model)
{
    (void)model;
    return ((const WalkPane *)pane)->job;
}

static void pane_walk_free(Pane *pane)
{
    WalkPane *self = (WalkPane *)pane;

    if (self->check != NULL)
        cancel_set(self->check->cancel);
    g_clear_pointer(&self->check, ui_job_unref);
    g_clear_pointer(&self->job, ui_job_unref);
    clear_file_problems(self);
    edit_clear(&self->edit);
    walk_free(self->walk);
    g_free(self->directory);
    g_free(self);
}

static const PaneClass walk_class = {
    .kind = PANE_WALK,
    .free = pane_walk_free,
    .title = title,
    .update = update,
    .fit = fit,
    .draw = draw,
    .command = command,
    .key = key,
    .cursor = cursor,
    .job = job_of,
    .hints = hints,
};

Pane *walk_pane_new(Console *console)
{
    WalkPane *self = g_new0(WalkPane, 1);

    self->pane.class = &walk_class;
    self->directory = g_get_current_dir();
    self->walk = walk_new();
    edit_init(&self->edit, "");
    resume(self);
    if (self->walk->chosen)
        enter_step(self, console);
    return &self->pane;
}

void walk_pane_save(const Pane *pane)
{
    SaveTask *task;

    if (pane->class != &walk_class)
        return;
    task = save_task((const WalkPane *)pane);
    write_state(task);
    save_free(task);
}
