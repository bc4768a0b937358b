/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "ui/console.h"

#include "core/clock.h"
#include "core/file.h"
#include "core/i18n.h"
#include "core/sanitize.h"
#include "ui/console_private.h"
#include "ui/line.h"

#include <jansson.h>
#include <stdarg.h>
#include <string.h>
#include <unistd.h>

static void free_pane(void *pane)
{
    pane_free(pane);
}

/* ---- life ---- */

static void say_problems(Console *console, const GPtrArray *problems)
{
    if (problems->len > 0)
        console_say(console, ROLE_WARNING, "%s", (const char *)problems->pdata[0]);
}

static void open_on_apps(Console *console)
{
    DockerEnvironment environment = docker_environment();

    console->may_turn = (environment.host == NULL || *environment.host == '\0') &&
                        (environment.context == NULL || *environment.context == '\0') &&
                        !settings_is_set(console->model.settings, SETTING_SOURCES_DOCKER);
    console_show_apps(console);
}

Console *console_new(const UiOptions *options, bool ascii)
{
    Console *console = g_new0(Console, 1);
    g_autoptr(GPtrArray) problems = g_ptr_array_new_with_free_func(g_free);

    console_places_init(console);
    model_init(&console->model, options->basis);
    key_table_make(&console->keys, console->model.settings, problems);
    console->left = console->lists[LIST_FILES] = inputs_pane_new(&console->model);
    console->lower_place = PLACE_LOGS;
    console->words_due = INT64_MAX;
    console->model.read_only = options->read_only;
    console->right = g_ptr_array_new_with_free_func(free_pane);
    g_ptr_array_add(console->right, evidence_pane_new());
    console->ascii = ascii;
    console->clock_minute = -1;
    console->grid = grid_new(80, 24, ascii);
    console->changed = true;
    edit_init(&console->edit, "");
    for (unsigned i = 0; i < options->n_inputs; i++)
        model_add_input(&console->model, options->inputs[i].kind, options->inputs[i].name);
    if (options->tour)
        console->tour = tour_new(options->tour_names);
    if (options->n_inputs > 0)
        model_verify(&console->model, NULL);
    else if (options->fleet)
        open_on_apps(console);
    else
        model_scan(&console->model);
    say_problems(console, problems);
    return console;
}

void console_free(Console *console)
{
    if (console == NULL)
        return;
    for (unsigned i = 0; i < N_LISTS; i++)
        pane_free(console->lists[i]);
    console_places_clear(console);
    tour_free(console->tour);
    json_decref(console->apps_state);
    console_drop_question(console);
    program_request_free(console->program);
    ui_job_unref(console->program_job);
    g_ptr_array_unref(console->right);
    edit_clear(&console->edit);
    g_free(console->old_pattern);
    g_free(console->said);
    g_free(console->copy);
    g_free(console->copy_shown);
    g_free(console->scheme);
    g_free(console->clock);
    grid_free(console->grid);
    model_clear(&console->model);
    g_free(console);
}

char *console_state_path(const char *name)
{
    g_autofree char *directory = file_state_directory(NULL);

    if (directory == NULL || !file_make_directory(directory, NULL))
        return NULL;
    return g_build_filename(directory, name, NULL);
}

void console_restore_state(Console *console)
{
    g_autofree char *path = console_state_path("console.json");
    g_autoptr(GBytes) bytes = path == NULL ? NULL : file_read(path, LIMIT_SETTINGS, NULL, NULL);
    const char *sort = "", *selected = "", *scheme = "";
    int descending = 0, zoomed = 0;
    json_t *state;

    if (bytes == NULL)
        return;
    state = json_loadb(g_bytes_get_data(bytes, NULL), g_bytes_get_size(bytes), 0, NULL);
    /* A file that is not ours or is broken is as good as none. */
    if (json_unpack(state, "{s?s, s?b, s?s, s?b, s?s}", "sort", &sort, "descending", &descending,
                    "selected", &selected, "zoomed", &zoomed, "scheme", &scheme) == 0) {
        console->zoomed = zoomed;
        inputs_pane_restore(console->lists[LIST_FILES], &console->model, sort, descending,
                            selected);
        if (*scheme != '\0')
            console->scheme = g_strdup(scheme);
        console->apps_state = json_incref(json_object_get(state, "apps"));
        console_restore_apps(console);
    }
    json_decref(state);
}

void console_save_state(Console *console)
{
    g_autofree char *path = console_state_path("console.json");
    const char *sort, *selected;
    bool descending;
    json_t *state;
    char *text;

    for (unsigned i = 0; i < console->right->len; i++)
        walk_pane_save(console->right->pdata[i]);
    if (path == NULL)
        return;
    inputs_pane_state(console->lists[LIST_FILES], &console->model, &sort, &descending, &selected);
    state = json_pack("{s:s, s:b, s:b}", "sort", sort, "descending", (int)descending, "zoomed",
                      (int)console->zoomed);
    /* A name that is no UTF-8 cannot be kept in JSON; another will be selected. */
    if (g_utf8_validate(selected, -1, NULL))
        json_object_set_new(state, "selected", json_string(selected));
    if (console->scheme != NULL)
        json_object_set_new(state, "scheme", json_string(console->scheme));
    console_keep_apps(console);
    if (console->apps_state != NULL)
        json_object_set(state, "apps", console->apps_state);
    text = json_dumps(state, JSON_INDENT(2));
    if (text != NULL)
        file_write(path, span_of(text, strlen(text)), 0600, NULL);
    free(text);
    json_decref(state);
}

/* ---- for panes ---- */

Model *console_model(Console *console)
{
    return &console->model;
}

bool console_selected(const Console *console, unsigned *number)
{
    if (!console->on_apps)
        return inputs_pane_selected(console->left, number);
    if (!apps_pane_selected(console->left, number))
        return false;
    *number |= APP_NUMBER_FIRST;
    return true;
}

void console_say(Console *console, Role role, const char *format, ...)
{
    va_list arguments;

    g_free(console->said);
    va_start(arguments, format);
    console->said = g_strdup_vprintf(format, arguments);
    va_end(arguments);
    console->said_role = role;
    console->changed = true;
}

void console_copy(Console *console, const char *what, const char *text)
{
    g_autofree char *first = g_strndup(text, strcspn(text, "\n"));

    g_free(console->copy);
    g_free(console->copy_shown);
    console->copy = g_strdup(text);
    console->copy_shown = what == NULL ? g_strdup(first) : g_strdup_printf("%s %s", what, first);
    console->wishes |= WISH_COPY;
}

void console_touch(Console *console)
{
    console->changed = true;
}

/* ---- keys ---- */

static void mouse_key(Console *console, const KeyEvent *event)
{
    for (unsigned place = 0; place < console_n_places(console); place++) {
        const Rectangle *r = &console->inner[place];
        Pane *pane = console_pane(console, place);
        if (event->x < r->x || event->x >= r->x + r->width || event->y < r->y ||
            event->y >= r->y + r->height)
            continue;
        if (event->key == KEYCODE_CLICK) {
            console_focus(console, place);
            if (pane->class->click != NULL)
                pane->class->click(pane, console, event->x - r->x, event->y - r->y);
            return;
        }
        for (unsigned i = 0; i < 3; i++)
            pane->class->command(pane, console,
                                 event->key == KEYCODE_WHEEL_UP ? COMMAND_UP : COMMAND_DOWN);
    }
}

static bool is_mouse(Key key)
{
    return key == KEYCODE_CLICK || key == KEYCODE_WHEEL_UP || key == KEYCODE_WHEEL_DOWN;
}

static void say_unbound(Console *console, Key key)
{
    g_autofree char *name = key_text(key);
    g_autofree char *help = key_table_keys(&console->keys, COMMAND_HELP);

    console_say(console, ROLE_DIM, _("%s does nothing here; %s shows the keys"), name, help);
}

/* Two keys are one command when the second follows at once: who went to the top and looked around
 * wants to search what is held. */
static CommandId pair_command(const Console *console, Key key, unsigned kind)
{
    enum { TOGETHER_MICROSECONDS = 1000000 };

    if (clock_monotonic() - console->key_before_at > TOGETHER_MICROSECONDS)
        return COMMAND_NONE;
    return key_table_pair(&console->keys, console->key_before, key, kind);
}

void console_key(Console *console, const KeyEvent *event)
{
    Pane *pane = console_focused(console);
    const SettingCommand *own;
    CommandId command;

    console->changed = true;
    console->may_turn = false;
    if (is_mouse(event->key)) {
        mouse_key(console, event);
        return;
    }
    g_clear_pointer(&console->said, g_free);
    if (console->prompt != PROMPT_NONE) {
        console->key_before = 0;
        console_prompt_key(console, event->key);
        return;
    }
    if (pane->class->key != NULL && pane->class->key(pane, console, event->key) != REDO_NOTHING)
        return;
    if (console->tour != NULL && tour_key(console->tour, console, event->key)) {
        if (tour_is_over(console->tour))
            g_clear_pointer(&console->tour, tour_free);
        return;
    }
    own = key_table_own(&console->keys, event->key, pane->class->kind);
    if (own != NULL) {
        console_run_own(console, own);
        return;
    }
    command = pair_command(console, event->key, pane->class->kind);
    if (command == COMMAND_NONE)
        command = key_table_find(&console->keys, event->key, pane->class->kind);
    console->key_before = event->key;
    console->key_before_at = clock_monotonic();
    if (command == COMMAND_NONE)
        say_unbound(console, event->key);
    else
        console_command(console, command);
}

void console_command(Console *console, CommandId command)
{
    Pane *pane = console_focused(console);

    console->changed = true;
    if (pane->class->command(pane, console, command) == REDO_NOTHING)
        console_run_command(console, command);
}

/* ---- messages ---- */

static void job_ended(Console *console, UiJob *job)
{
    jobs_ended(console->model.jobs, job);
    if (console->prompt == PROMPT_QUIT && jobs_running(console->model.jobs) == 0) {
        console->prompt = PROMPT_NONE; /* what was asked about is no more */
        console->wishes |= WISH_QUIT;
    }
    if (job->cancelled && !(job->flags & JOB_QUIET))
        console_say(console, ROLE_DIM, _("cancelled: %s"), job->title);
}

static bool tell_pane(Pane *pane, Console *console, const Message *message)
{
    return pane != NULL && pane->class->update != NULL &&
           pane->class->update(pane, console, message) != REDO_NOTHING;
}

static bool tell_panes(Console *console, const Message *message)
{
    Pane *others[] = {console->lists[LIST_FILES], console->lists[LIST_APPS], console->lower[0]};
    bool redo = false;

    for (unsigned i = 0; i < G_N_ELEMENTS(others); i++)
        redo |= tell_pane(others[i], console, message);
    for (unsigned i = 0; i < N_MORE; i++)
        redo |= tell_pane(console->more[i], console, message);

    /* From the top: a pane may close itself. */
    for (unsigned i = console->right->len; i-- > 0;)
        redo |= tell_pane(console->right->pdata[i], console, message);
    return redo;
}

void console_message(Console *console, Message *message)
{
    bool changed = model_update(&console->model, message);

    switch (message->kind) {
    case MESSAGE_JOB_ENDED:
        job_ended(console, message->data);
        changed = true;
        break;
    case MESSAGE_FIGURES:
        if (console->model.figures != NULL)
            changed |= figures_take(console->model.figures, console->model.apps, message);
        break;
    case MESSAGE_JOB_TEXT:
        jobs_take(console->model.jobs, message);
        break;
    case MESSAGE_JOB_PROGRESS:
        changed |= jobs_take(console->model.jobs, message);
        break;
    case MESSAGE_RUN_FAILED:
        console_say(console, ROLE_REJECTED, "%s", (const char *)message->data);
        break;
    case MESSAGE_DIRECTORY:
        if (console->prompt == PROMPT_LINE)
            line_take_directory(message->data);
        changed = true;
        break;
    case MESSAGE_SAID:
        console_say(console, (Role)message->number, "%s", (const char *)message->data);
        break;
    default:
        break;
    }
    /* Settings are others before anybody else sees the message. */
    changed |= console_take_settings(console, message);
    if (console->model.bell)
        console->wishes |= WISH_BELL;
    console->model.bell = false;
    changed |= console_take_program(console, message) | tell_panes(console, message);
    console->changed |= changed;
    console_turn_to_files(console);
    message_free(message);
}

void console_resize(Console *console, unsigned width, unsigned height)
{
    if (console->grid->width == width && console->grid->height == height)
        return;
    grid_free(console->grid);
    console->grid = grid_new(width, height, console->ascii);
    console->changed = true;
}

const Grid *console_draw(Console *console, int64_t now, int *cursor_x, int *cursor_y)
{
    console->model.now = now;
    if (console->model.apps != NULL && console->clock_minute != now / 60)
        judge_time(console->model.apps->judge, now);
    if (console->changed || console->clock_minute != now / 60)
        console_draw_all(console, now);
    console->changed = false;
    *cursor_x = console->cursor_x;
    *cursor_y = console->cursor_y;
    return console->grid;
}

/* ---- wishes ---- */

unsigned console_take_wishes(Console *console)
{
    unsigned wishes = console->wishes;

    console->wishes = WISH_NONE;
    return wishes;
}

const char *console_copy_text(const Console *console)
{
    return console->copy;
}

const char *console_copy_shown(const Console *console)
{
    return console->copy_shown;
}

const char *console_scheme(const Console *console)
{
    return console->scheme;
}

bool console_mouse(const Console *console)
{
    return console->mouse;
}

/* ---- scripts ---- */

static void write_out(int descriptor, const GString *text)
{
    size_t done = 0;

    while (done < text->len) {
        ssize_t n = write(descriptor, text->str + done, text->len - done);
        if (n <= 0)
            return;
        done += (size_t)n;
    }
}

int console_drain_output(Console *console)
{
    g_autoptr(GString) text = g_string_new(NULL);
    g_autoptr(GString) errors = g_string_new(NULL);
    int status = 0;

    while (console->right->len > 1) {
        const Pane *pane = console_pane(console, PLACE_RIGHT);
        output_pane_copy_to(pane, text, errors);
        status = MAX(status, output_pane_status(pane));
        console_pop(console);
    }
    if (console->said != NULL &&
        (console->said_role == ROLE_WARNING || console->said_role == ROLE_REJECTED)) {
        g_string_append_printf(errors, "%s\n", console->said);
        status = MAX(status, 1);
    }
    g_clear_pointer(&console->said, g_free);
    write_out(STDOUT_FILENO, text);
    write_out(STDERR_FILENO, errors);
    return status;
}
