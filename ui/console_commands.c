/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What commands do that are not a pane's own: keys that work everywhere, the prompts at the bottom,
 * the `:` line.
 */
#include "config.h"

#include "core/file.h"
#include "core/i18n.h"
#include "core/sanitize.h"
#include "ui/console_private.h"
#include "ui/line.h"

#include <string.h>

/* ---- leaving, panes ---- */

static void quit(Console *console)
{
    if (jobs_running(console->model.jobs) > 0)
        console->prompt = PROMPT_QUIT;
    else
        console->wishes |= WISH_QUIT;
}

static void help(Console *console)
{
    unsigned kind = console_focused(console)->class->kind;

    console_push(console, help_pane_new(&console->keys, kind));
}

static void focus_number(Console *console, unsigned number)
{
    if (number < MIN(console_n_places(console), (unsigned)PLACE_MORE))
        console_focus(console, number);
    else if (console->on_apps && number - PLACE_MORE < N_MORE)
        console_show_more(console, (MoreId)(number - PLACE_MORE));
    else
        console_say(console, ROLE_DIM, _("there is no pane %u"), number + 1);
}

static void cancel_job(Console *console)
{
    const Pane *pane = console_focused(console);
    const GPtrArray *jobs = jobs_list(console->model.jobs);
    UiJob *job = pane->class->job == NULL ? NULL : pane->class->job(pane, &console->model);

    for (unsigned i = jobs->len; job == NULL && i-- > 0;)
        if (((UiJob *)jobs->pdata[i])->state != JOB_ENDED)
            job = jobs->pdata[i];
    if (job == NULL) {
        g_autofree char *keys = key_table_keys(&console->keys, COMMAND_QUIT);
        console_say(console, ROLE_DIM, _("nothing is running; %s leaves"), keys);
        return;
    }
    jobs_cancel(console->model.jobs, job);
    console_say(console, ROLE_DIM, _("cancelling: %s"), job->title);
}

static void copy_command(Console *console)
{
    if (console->model.done == NULL) {
        console_say(console, ROLE_DIM, "%s", _("nothing was done yet"));
        return;
    }
    console_copy(console, NULL, console->model.done);
}

static void toggle_mouse(Console *console)
{
    console->mouse = !console->mouse;
    console->wishes |= WISH_MOUSE;
    console_say(console, ROLE_TEXT, "%s",
                console->mouse ? _("the mouse selects and scrolls here")
                               : _("the mouse is the terminal's again"));
}

/* ---- inputs ---- */

/* What a command is about: marked or selected in the list; the shown one in other panes. */
static GArray *chosen(Console *console)
{
    GArray *numbers;
    unsigned number;

    if (console->on_apps)
        return apps_pane_chosen(console->left);
    if (console->focus == PLACE_LEFT)
        return inputs_pane_chosen(console->left);
    numbers = g_array_new(FALSE, FALSE, sizeof(unsigned));
    if (inputs_pane_selected(console->left, &number))
        g_array_append_val(numbers, number);
    return numbers;
}

static void verify(Console *console)
{
    g_autoptr(GArray) numbers = chosen(console);

    if (numbers->len == 0) {
        console_say(console, ROLE_DIM, "%s", _("there is nothing to verify"));
        return;
    }
    if (console->on_apps) {
        model_judge_apps(&console->model, numbers);
        console_say(
            console, ROLE_TEXT,
            P_("verifying %u application again", "verifying %u applications again", numbers->len),
            numbers->len);
        return;
    }
    model_verify(&console->model, numbers);
    console_say(console, ROLE_TEXT,
                P_("verifying %u input again", "verifying %u inputs again", numbers->len),
                numbers->len);
}

static void expect(Console *console)
{
    console_push(console, form_pane_new(&console->model));
}

/* One at a time: whoever is in it already goes back to it. */
static void walk_through(Console *console)
{
    for (unsigned i = 0; i < console->right->len; i++)
        if (((const Pane *)console->right->pdata[i])->class->kind == PANE_WALK) {
            while (console->right->len > i + 1)
                console_pop(console);
            console_focus(console, PLACE_RIGHT);
            return;
        }
    console_push(console, walk_pane_new(console));
}

/* ---- exporting ---- */

typedef struct ExportTask {
    VerificationResult *result;
    char *path;
} ExportTask;

static void export_free(void *data)
{
    ExportTask *task = data;

    verification_result_unref(task->result);
    g_free(task->path);
    g_free(task);
}

static void export_job(UiJob *job, void *data)
{
    const ExportTask *task = data;
    g_autofree char *shown = sanitize_string(task->path);
    g_autoptr(GError) error = NULL;

    if (g_file_test(task->path, G_FILE_TEST_EXISTS)) {
        job->status = 1;
        ui_job_say(job, ROLE_REJECTED,
                   g_strdup_printf(_("%s is there already; give another name"), shown));
        return;
    }
    if (!verification_export(task->result, task->path, &error)) {
        job->status = 1;
        ui_job_say(job, ROLE_REJECTED, g_strdup(error->message));
        return;
    }
    ui_job_say(job, ROLE_TRUSTED, g_strdup_printf(_("written: %s"), shown));
}

void console_start_export(Console *console, unsigned number)
{
    const Input *input = model_input(&console->model, number);
    g_autofree char *base = NULL;
    g_autofree char *proposal = NULL;

    if (input == NULL || input->result == NULL || input->result->verdict == NULL) {
        console_say(console, ROLE_DIM, "%s", _("there is no verdict to export"));
        return;
    }
    base = g_path_get_basename(input->name);
    proposal = g_strdup_printf("%s.judged.json", base);
    console->export_number = number;
    console->prompt = PROMPT_PATH;
    edit_set(&console->edit, proposal);
}

static void export_to(Console *console, const char *path)
{
    const Input *input = model_input(&console->model, console->export_number);
    g_autofree char *shown = sanitize_string(path);
    g_autofree char *title = g_strdup_printf(_("export to %s"), shown);
    ExportTask *task;

    if (*path == '\0' || input == NULL || input->result == NULL)
        return;
    task = g_new(ExportTask, 1);
    *task = (ExportTask){.result = verification_result_ref(input->result), .path = g_strdup(path)};
    jobs_start(console->model.jobs, title, 0, export_job, task, export_free);
}

static void export_selected(Console *console)
{
    unsigned number;

    console_start_export(console, console_selected(console, &number) ? number : UINT32_MAX);
}

/* ---- `/` ---- */

static void begin_pattern(Console *console)
{
    Pane *pane = console_focused(console);
    const char *old;

    if (pane->class->pattern == NULL)
        return;
    old = pane->class->pattern(pane);
    g_free(console->old_pattern);
    console->old_pattern = g_strdup(old != NULL ? old : "");
    edit_set(&console->edit, pane->class->kind & PANE_LISTS ? console->old_pattern : "");
    console->prompt = PROMPT_PATTERN;
}

static void pattern_key(Console *console, Key key)
{
    Pane *pane = console_focused(console);
    bool changed = false;

    if (key == KEYCODE_ENTER) {
        console->prompt = PROMPT_NONE;
        return;
    }
    if (key == KEYCODE_ESCAPE || key == ('c' | KEY_CONTROL) ||
        (key == KEYCODE_BACKSPACE && console->edit.text->len == 0)) {
        console->prompt = PROMPT_NONE;
        pane->class->set_pattern(pane, console, "");
        return;
    }
    if (key == KEYCODE_UP || key == KEYCODE_DOWN) {
        pane->class->command(pane, console, key == KEYCODE_UP ? COMMAND_UP : COMMAND_DOWN);
        return;
    }
    edit_key(&console->edit, key, &changed);
    if (changed)
        pane->class->set_pattern(pane, console, console->edit.text->str);
}

/* ---- the other prompts ---- */

static void complete_path(Console *console)
{
    g_autofree char *directory = line_wanted_directory();

    if (directory != NULL)
        paths_start(console->model.jobs, directory);
}

static void line_prompt_key(Console *console, Key key)
{
    switch (line_key(key)) {
    case LINE_GOES_ON:
        complete_path(console);
        return;
    case LINE_LEFT:
        console->prompt = PROMPT_NONE;
        return;
    case LINE_ENTERED:
        console->prompt = PROMPT_NONE;
        console_run_line(console, line_taken());
    }
}

static void path_key(Console *console, Key key)
{
    PromptKind prompt = console->prompt;

    if (key == KEYCODE_ESCAPE || key == ('c' | KEY_CONTROL)) {
        console->prompt = PROMPT_NONE;
    } else if (key == KEYCODE_ENTER) {
        console->prompt = PROMPT_NONE;
        if (prompt == PROMPT_SAVE)
            console_save_to(console, console->edit.text->str);
        else if (prompt == PROMPT_SWEEP)
            console_sweep(console, console->edit.text->str);
        else
            export_to(console, console->edit.text->str);
    } else {
        edit_key(&console->edit, key, NULL);
    }
}

void console_prompt_key(Console *console, Key key)
{
    switch (console->prompt) {
    case PROMPT_PATTERN:
        pattern_key(console, key);
        return;
    case PROMPT_LINE:
        line_prompt_key(console, key);
        return;
    case PROMPT_PATH:
    case PROMPT_SAVE:
    case PROMPT_SWEEP:
        path_key(console, key);
        return;
    case PROMPT_QUESTION:
        console_question_key(console, key);
        return;
    case PROMPT_QUIT:
        console->prompt = PROMPT_NONE;
        if (key == 'y')
            console->wishes |= WISH_QUIT;
        return;
    case PROMPT_NONE:
        return;
    }
}

/* Commands that lead to a pane of the applications. */
static const struct {
    CommandId command;
    MoreId more;
} leads_to[] = {
    {COMMAND_SECRETS, MORE_SECRETS},   {COMMAND_METRICS, MORE_METRICS},
    {COMMAND_DESCRIBE, MORE_DESCRIBE}, {COMMAND_HISTORY, MORE_HISTORY},
    {COMMAND_SOURCES, MORE_SOURCES},
};

static bool is_of_apps(CommandId command)
{
    for (unsigned i = 0; i < G_N_ELEMENTS(leads_to); i++)
        if (leads_to[i].command == command)
            return true;
    return command == COMMAND_LOGS || command == COMMAND_NEXT_SOURCE;
}

static void next_source(Console *console)
{
    Apps *apps = console->model.apps;
    unsigned n = (unsigned)fleet_n_sources(apps->fleet), next = (unsigned)(apps->only + 1);

    while (next < n && !apps_has_source(apps, next))
        next++;
    apps_show_only(apps, apps_n_sources(apps) == 1 || next == n ? -1 : (int)next);
}

/* False when the command leads to none of them. */
static bool go_to_pane(Console *console, CommandId command)
{
    if (!is_of_apps(command))
        return false;
    if (!console->on_apps) {
        console_say(console, ROLE_DIM, "%s", _(":apps shows the applications first"));
        return true;
    }
    if (command == COMMAND_LOGS)
        console_focus(console, PLACE_LOGS);
    if (command == COMMAND_NEXT_SOURCE)
        next_source(console);
    for (unsigned i = 0; i < G_N_ELEMENTS(leads_to); i++)
        if (leads_to[i].command == command)
            console_show_more(console, leads_to[i].more);
    return true;
}

static void show_jobs(Console *console)
{
    if (console->on_apps)
        console_show_more(console, MORE_JOBS);
    else
        console_push(console, jobs_pane_new());
}

/* After `:` from another pane: to the secrets of the application, and on what is selected there. */
static void secrets_command(Console *console, CommandId command)
{
    if (!go_to_pane(console, COMMAND_SECRETS) || !console->on_apps)
        return;
    console_focused(console)->class->command(console_focused(console), console, command);
}

static void open_line(Console *console)
{
    console->prompt = PROMPT_LINE;
    line_set_names(console_offer_names, console);
    line_begin("");
}

static void next_pane(Console *console)
{
    console_focus(console, (console->focus + 1) % console_n_places(console));
}

static void previous_pane(Console *console)
{
    unsigned n = console_n_places(console);

    console_focus(console, (console->focus + n - 1) % n);
}

static void zoom(Console *console)
{
    console->zoomed = !console->zoomed;
}

static void nothing_to_copy(Console *console)
{
    console_say(console, ROLE_DIM, "%s", _("there is nothing to copy here"));
}

static void repaint(Console *console)
{
    console->wishes |= WISH_REPAINT;
}

static void suspend(Console *console)
{
    console->wishes |= WISH_SUSPEND;
}

static void begin_sweep(Console *console)
{
    console->prompt = PROMPT_SWEEP;
    edit_set(&console->edit, "");
}

static void acknowledge(Console *console)
{
    console_acknowledge(console, false);
}

static void acknowledge_all(Console *console)
{
    console_acknowledge(console, true);
}

/* What the console does by itself, when the pane that has the keys does not. */
static void (*const doings[N_COMMANDS])(Console *console) = {
    [COMMAND_QUIT] = quit,
    [COMMAND_HELP] = help,
    [COMMAND_LINE] = open_line,
    [COMMAND_NEXT_PANE] = next_pane,
    [COMMAND_PREVIOUS_PANE] = previous_pane,
    [COMMAND_ZOOM] = zoom,
    [COMMAND_BACK] = console_go_back,
    [COMMAND_JOBS] = show_jobs,
    [COMMAND_CANCEL] = cancel_job,
    [COMMAND_COPY] = nothing_to_copy,
    [COMMAND_COPY_COMMAND] = copy_command,
    [COMMAND_MOUSE] = toggle_mouse,
    [COMMAND_REPAINT] = repaint,
    [COMMAND_SUSPEND] = suspend,
    [COMMAND_FILTER] = begin_pattern,
    [COMMAND_SEARCH] = begin_pattern,
    [COMMAND_FILTER_LINES] = begin_pattern,
    [COMMAND_SEARCH_ALL] = begin_sweep,
    [COMMAND_MERGE] = console_toggle_merge,
    [COMMAND_VERIFY] = verify,
    [COMMAND_ACKNOWLEDGE] = acknowledge,
    [COMMAND_ACKNOWLEDGE_ALL] = acknowledge_all,
    [COMMAND_EXPECT] = expect,
    [COMMAND_WALK] = walk_through,
    [COMMAND_EXPORT] = export_selected,
};

void console_run_command(Console *console, CommandId command)
{
    if (console_ask_act(console, command) || go_to_pane(console, command))
        return;
    if (command == COMMAND_SEND || command == COMMAND_SEAL || command == COMMAND_FORGET)
        secrets_command(console, command);
    else if (command >= COMMAND_FOCUS_1 && command <= COMMAND_FOCUS_9)
        focus_number(console, (unsigned)(command - COMMAND_FOCUS_1));
    else if (doings[command] != NULL)
        doings[command](console);
}

/* ---- the `:` line ---- */

typedef void (*LineFunction)(Console *console, char *const *words, int n);

static void line_quit(Console *console, char *const *words, int n)
{
    (void)words;
    (void)n;
    quit(console);
}

static void line_open(Console *console, char *const *words, int n)
{
    g_autoptr(GArray) numbers = g_array_new(FALSE, FALSE, sizeof(unsigned));

    if (n < 2) {
        console_say(console, ROLE_WARNING, "%s", _("which file? :open FILE…"));
        return;
    }
    for (int i = 1; i < n; i++) {
        unsigned number = console->model.inputs->len;
        model_add_input(&console->model, INPUT_PLAIN, words[i]);
        g_array_append_val(numbers, number);
    }
    model_verify(&console->model, numbers);
    if (console->on_apps)
        console_show_files(console);
}

static void line_select(Console *console, char *const *words, int n)
{
    if (n != 2) {
        console_say(console, ROLE_WARNING, "%s", _("select what? :select NAME"));
        return;
    }
    if (!console->on_apps || !apps_pane_select(console->left, &console->model, words[1]))
        console_say(console, ROLE_WARNING, _("%s is not in the list"), words[1]);
}

static void line_apps(Console *console, char *const *words, int n)
{
    (void)words;
    (void)n;
    console_show_apps(console);
}

static void line_files(Console *console, char *const *words, int n)
{
    (void)words;
    (void)n;
    console_show_files(console);
}

typedef struct SaveTask {
    char *path;
    char *text;
} SaveTask;

static void save_free(void *data)
{
    SaveTask *task = data;

    g_free(task->path);
    g_free(task->text);
    g_free(task);
}

/* Whoever looks at a screen may see what is nobody else's: logs, names. */
static void save_job(UiJob *job, void *data)
{
    const SaveTask *task = data;
    g_autoptr(GError) error = NULL;
    g_autoptr(FileWriter) writer = file_writer_new(task->path, &error);
    bool written = writer != NULL &&
                   file_writer_put(writer, span_of(task->text, strlen(task->text)), &error) &&
                   file_writer_commit(writer, 0600, FILE_ONLY_NEW, &error);

    job->status = written ? 0 : 1;
    console_say_written(job, task->path, error);
}

/* The screen without the line that asked for it. */
static void line_save_display(Console *console, char *const *words, int n)
{
    SaveTask *task;

    if (n != 2) {
        console_say(console, ROLE_WARNING, "%s", _("to which file? :save-display FILE"));
        return;
    }
    console_draw_all(console, console->model.now);
    task = g_new(SaveTask, 1);
    *task = (SaveTask){.path = g_strdup(words[1]), .text = grid_text(console->grid)};
    jobs_start(console->model.jobs, "save-display", JOB_QUIET, save_job, task, save_free);
}

static void set_scheme(Console *console, const char *value)
{
    for (unsigned i = 0; theme_schemes[i] != NULL; i++)
        if (g_str_equal(theme_schemes[i], value)) {
            g_free(console->scheme);
            console->scheme = g_strdup(value);
            console->wishes |= WISH_THEME;
            return;
        }
    console_say(console, ROLE_WARNING, "%s", _("scheme is one of terminal, dark, light, mono"));
}

static void set_sort(Console *console, const char *value)
{
    bool descending = *value == '-';

    if (console->on_apps)
        apps_pane_restore(console->left, &console->model, value + descending, descending, "");
    else
        inputs_pane_restore(console->left, &console->model, value + descending, descending, "");
}

static void set_filter(Console *console, const char *value)
{
    console->left->class->set_pattern(console->left, console, value);
}

static void set_mouse(Console *console, const char *value)
{
    if (g_str_equal(value, "on") != console->mouse)
        toggle_mouse(console);
}

static const struct {
    const char *name;
    void (*set)(Console *console, const char *value);
} variables[] = {
    {"scheme", set_scheme},
    {"sort", set_sort},
    {"filter", set_filter},
    {"mouse", set_mouse},
};

static void line_set(Console *console, char *const *words, int n)
{
    const char *equals = n == 2 ? strchr(words[1], '=') : NULL;

    for (unsigned i = 0; equals != NULL && i < G_N_ELEMENTS(variables); i++) {
        size_t length = strlen(variables[i].name);
        if ((size_t)(equals - words[1]) != length ||
            strncmp(words[1], variables[i].name, length) != 0)
            continue;
        variables[i].set(console, equals + 1);
        return;
    }
    console_say(console, ROLE_WARNING, "%s",
                _("set what? scheme=NAME, sort=COLUMN, filter=REGEX, mouse=on|off"));
}

static const struct {
    const char *name;
    LineFunction run;
} lines[] = {
    {"quit", line_quit},   {"open", line_open},        {"apps", line_apps},
    {"files", line_files}, {"select", line_select},    {"save-display", line_save_display},
    {"set", line_set},     {"source", console_source},
};

/* Commands of the key table by their names: without words after them, and not where a verb of the
 * shell has the name. */
static bool run_key_command(Console *console, char *const *words, int n)
{
    CommandId command = n == 1 ? command_by_name(words[0]) : COMMAND_NONE;

    if (command == COMMAND_NONE || command == COMMAND_VERIFY || command == COMMAND_HELP)
        return false;
    console_command(console, command);
    return true;
}

static void run_verb(Console *console, const char *line)
{
    g_autofree char *command = g_strdup_printf("mse-console %s", line);

    model_set_done(&console->model, command);
    console_push(console, output_pane_new(console, line));
}

void console_run_line(Console *console, const char *line)
{
    g_auto(GStrv) words = NULL;
    g_autoptr(GError) error = NULL;
    int n;

    console->changed = true;
    line += strspn(line, " :");
    if (*line == '\0')
        return;
    if (!g_shell_parse_argv(line, &n, &words, &error)) {
        console_say(console, ROLE_WARNING, "%s", error->message);
        return;
    }
    for (unsigned i = 0; i < G_N_ELEMENTS(lines); i++)
        if (g_str_equal(lines[i].name, words[0])) {
            lines[i].run(console, words, n);
            return;
        }
    if (g_str_equal(words[0], "verify") && console_verify_app(console, words, n))
        return;
    if (!run_key_command(console, words, n))
        run_verb(console, line);
}
