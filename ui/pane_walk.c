/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Walk-throughs: the steps of an actor beside the form of one. Fields are checked as they are
 * typed, what needs a file in a job; a step runs as the line of the shell that stands below it. How
 * far one came is kept for each directory.
 */
#include "config.h"

#include "core/i18n.h"
#include "core/sanitize.h"
#include "ui/pane_walk_private.h"
#include "ui/paths.h"
#include "ui/verb_job.h"

#include <string.h>

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
    walk_check(self, console);
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
    walk_state_save(self, console);
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
    walk_check(self, console);
}

/* ---- doing a step ---- */

static bool say_problem(WalkPane *self, Console *console)
{
    for (unsigned i = 0; i < walk_n_fields(self->walk->step); i++) {
        g_autofree char *problem = walk_pane_problem(self, i);
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
    walk_state_save(self, console);
    console_push(console, output);
}

static void open_log(WalkPane *self, Console *console)
{
    g_autofree char *name = g_strdup(walk_value(self->walk, self->walk->step, ""));

    walk_began(self->walk, self->walk->step);
    walk_ended(self->walk, self->walk->step);
    walk_state_save(self, console);
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
        console_say(
            console, ROLE_WARNING, "%s",
            _("this step makes or changes something, and the console was started read-only"));
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
    g_autoptr(UiJob) job = g_steal_pointer(&self->job);

    if (job->status == 0)
        walk_ended(self->walk, self->doing);
    else if (!job->cancelled)
        walk_failed(self->walk, self->doing, job->why);
    enter_step(self, console);
    walk_state_save(self, console);
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

/* What was typed meanwhile is done now. The last of it may close the pane, or wait once more. */
static void type_held(WalkPane *self, Console *console)
{
    g_autoptr(GArray) held = self->held;

    self->held = g_array_new(FALSE, FALSE, sizeof(KeyEvent));
    for (unsigned i = 0; i < held->len; i++)
        console_key(console, &g_array_index(held, KeyEvent, i));
}

static void take_directory(WalkPane *self, Console *console, const PathsRead *read)
{
    const char *typed = self->edit.text->str;
    g_autofree char *directory = paths_directory(typed, PATHS_AS_IS);
    g_autoptr(GPtrArray) words = NULL;
    g_autofree char *start = NULL;

    if (!g_str_equal(directory, read->directory))
        return;
    self->completing = false;
    words = paths_offer(typed, PATHS_AS_IS, read);
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

static void take_kept(WalkPane *self, Console *console, const json_t *kept)
{
    self->kept = 0;
    g_clear_pointer(&self->reading, ui_job_unref);
    if (kept != NULL)
        walk_resume(self->walk, kept, self->directory);
    if (self->walk->chosen)
        enter_step(self, console);
    type_held(self, console);
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
    case MESSAGE_WALK_KEPT:
        if (message->generation != self->kept)
            return REDO_NOTHING;
        take_kept(self, console, message->data);
        return REDO_DRAW;
    case MESSAGE_DIRECTORY:
        if (self->completing)
            take_directory(self, console, message->data);
        if (!self->completing && self->kept == 0 && self->held->len > 0)
            type_held(self, console);
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

    return walk_reads_path(kind) || kind == ARGUMENT_OUTPUT;
}

static void complete(WalkPane *self, Console *console)
{
    g_autofree char *directory = NULL;

    if (!is_path_here(self)) {
        next_field(self, 1);
        return;
    }
    directory = paths_directory(self->edit.text->str, PATHS_AS_IS);
    self->completing = true;
    paths_start(console_model(console)->jobs, directory);
}

/* The number of an actor; the rest are commands (choosing_command). */
static Redo choosing_key(WalkPane *self, Console *console, Key k)
{
    if (k < '1' || k >= '1' + N_WALK_ACTORS)
        return REDO_NOTHING;
    choose(self, console, (WalkActor)(k - '1'));
    return REDO_DRAW;
}

static Redo choosing_command(WalkPane *self, Console *console, CommandId id)
{
    switch (id) {
    case COMMAND_STEP_RUN:
        choose(self, console, self->offered);
        return REDO_DRAW;
    case COMMAND_DOWN:
    case COMMAND_BOTTOM:
        self->offered = N_WALK_ACTORS - 1;
        return REDO_DRAW;
    case COMMAND_UP:
    case COMMAND_TOP:
        self->offered = 0;
        return REDO_DRAW;
    default:
        return REDO_NOTHING;
    }
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

/* While what was kept is read, or a directory to complete from. Whoever does not want to wait can
 * leave. */
static Redo hold_key(WalkPane *self, Key k)
{
    enum { HELD_MOST = 256 };
    KeyEvent event = {.key = k};

    if (k == KEYCODE_ESCAPE || k == ('c' | KEY_CONTROL))
        return REDO_NOTHING;
    if (self->held->len < HELD_MOST)
        g_array_append_val(self->held, event);
    return REDO_DRAW;
}

static Redo key(Pane *pane, Console *console, Key k)
{
    WalkPane *self = (WalkPane *)pane;
    bool changed = false;

    if (self->kept != 0 || self->completing)
        return hold_key(self, k);
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
static Redo leave(WalkPane *self, Console *console)
{
    self->completing = false;
    g_array_set_size(self->held, 0);
    if (self->kept == 0)
        walk_state_save(self, console);
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
    if (self->kept != 0)
        return REDO_NOTHING;
    if (!self->walk->chosen)
        return choosing_command(self, console, id);
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
        return _("Enter chooses   1 code provider   2 operator   ? help   Esc leaves");
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
    if (self->reading != NULL)
        cancel_set(self->reading->cancel);
    g_clear_pointer(&self->check, ui_job_unref);
    g_clear_pointer(&self->reading, ui_job_unref);
    g_clear_pointer(&self->job, ui_job_unref);
    g_clear_pointer(&self->held, g_array_unref);
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
    .draw = walk_pane_draw,
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
    self->held = g_array_new(FALSE, FALSE, sizeof(KeyEvent));
    walk_state_read(self, console);
    return &self->pane;
}

void walk_pane_save(const Pane *pane)
{
    if (pane->class == &walk_class && ((const WalkPane *)pane)->kept == 0)
        walk_state_write((const WalkPane *)pane);
}
