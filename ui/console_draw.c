/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Where everything stands: the bar at the top, panes in their frames, the line at the bottom.
 */
#include "config.h"

#include "core/i18n.h"
#include "ui/console_private.h"
#include "ui/line.h"
#include "ui/text.h"

#include <string.h>

enum {
    FOUR_PANES = 120, /* applications, evidence, logs, describe */
    FOUR_HEIGHT = 20,
    STACKED_HEIGHT = 16,
    TWO_PANES = 80,   /* columns from which two panes stand side by side */
    LEAST_WIDTH = 60, /* what can still be read; below that a message */
    LEAST_HEIGHT = 15,
    CANDIDATE_ROWS = 6,
};

/* ---- the bar ---- */

static void make_clock(Console *console, int64_t now)
{
    g_autoptr(GDateTime) time = NULL;

    if (console->clock_minute == now / 60)
        return;
    console->clock_minute = now / 60;
    time = g_date_time_new_from_unix_local(now);
    g_free(console->clock);
    console->clock = time == NULL ? g_strdup("") : g_date_time_format(time, "%H:%M");
}

/* The order in which a person wants to know. */
static const Outcome counted[] = {OUTCOME_TRUSTED,   OUTCOME_WARNINGS,   OUTCOME_EXPIRED,
                                  OUTCOME_REJECTED,  OUTCOME_UNREADABLE, OUTCOME_WAITING,
                                  OUTCOME_COLLATERAL};

static char *count_text(const Console *console, Outcome outcome, bool narrow)
{
    const OutcomeRow *row = &outcome_table[outcome];
    unsigned n = console->model.counts[outcome];

    if (narrow)
        return g_strdup_printf("%s %u", row->mark, n);
    return g_strdup_printf("%u %s", n,
                           outcome == OUTCOME_WAITING ? _(row->short_word) : _(row->word));
}

static int counts_width(const Console *console, bool narrow)
{
    int width = 0;

    for (unsigned i = 0; i < G_N_ELEMENTS(counted); i++)
        if (console->model.counts[counted[i]] > 0) {
            g_autofree char *text = count_text(console, counted[i], narrow);
            width += (width > 0 ? 3 : 0) + (int)text_width(text);
        }
    return width;
}

static void draw_counts(const Console *console, const Canvas *canvas, int x, int end)
{
    bool narrow = counts_width(console, false) > end - x;
    int start = x;

    for (unsigned i = 0; i < G_N_ELEMENTS(counted); i++) {
        g_autofree char *text = NULL;
        if (console->model.counts[counted[i]] == 0)
            continue;
        text = count_text(console, counted[i], narrow);
        if (x + (x > start ? 3 : 0) + (int)text_width(text) > end)
            return;
        if (x > start)
            x = canvas_text(canvas, x, 0, ROLE_DIM, " · ");
        x = canvas_text(canvas, x, 0, outcome_table[counted[i]].role, text);
    }
}

static void draw_bar(Console *console, const Canvas *canvas, const char *title)
{
    int end = canvas->width - 1;
    int x = canvas_cut(canvas, 1, 0, canvas->width - 2, ROLE_BAR, title) + 3;

    if (canvas->width >= 30)
        end = canvas_right(canvas, 0, end, 0, ROLE_DIM, console->clock) - 3;
    if (console->model.simulated > 0 ||
        (console->model.apps != NULL && console->model.apps->simulated > 0))
        end = canvas_right(canvas, 0, end, 0, ROLE_ALARM, _(" SIMULATED ")) - 3;
    if (jobs_running(console->model.jobs) > 0 && canvas->width >= 100) {
        unsigned n = jobs_running(console->model.jobs);
        g_autofree char *text = g_strdup_printf(P_("%u job", "%u jobs", n), n);
        end = canvas_right(canvas, 0, end, 0, ROLE_DIM, text) - 3;
    }
    if (console->on_apps)
        console_draw_apps_bar(console, canvas, x, end);
    else
        draw_counts(console, canvas, x, end);
}

/* ---- the bottom line ---- */

static int hint_width(const Console *console, CommandId command)
{
    g_autofree char *key = NULL;

    if (command_table[command].hint == NULL || console->keys.keys[command][0] == 0)
        return 0;
    key = key_text(console->keys.keys[command][0]);
    return (int)(text_width(key) + 1 + text_width(_(command_table[command].hint)));
}

static int draw_hint(const Console *console, const Canvas *canvas, int x, CommandId command)
{
    g_autofree char *key = key_text(console->keys.keys[command][0]);

    x = canvas_text(canvas, x, 0, ROLE_KEY, key);
    return canvas_text(canvas, x + 1, 0, ROLE_DIM, _(command_table[command].hint)) + 2;
}

/* Panes that came over others, which a person wants to leave again. */
static bool came_over(unsigned kind)
{
    return (kind & (PANE_READING | PANE_JOBS | PANE_SOURCES)) != 0;
}

/* Help and quitting, the way back out of what came over the others, and walk-throughs where one
 * begins: whoever is new looks there. */
static bool is_always_said(unsigned kind, CommandId command)
{
    if (command == COMMAND_BACK)
        return came_over(kind);
    return command != COMMAND_WALK || (kind & (PANE_APPS | PANE_INPUTS)) != 0;
}

/* They are about an application. */
static bool wants_application(CommandId command)
{
    static const CommandId commands[] = {COMMAND_LOGS,     COMMAND_SECRETS, COMMAND_METRICS,
                                         COMMAND_DESCRIBE, COMMAND_HISTORY, COMMAND_SOURCES};

    for (unsigned i = 0; i < G_N_ELEMENTS(commands); i++)
        if (commands[i] == command)
            return true;
    return false;
}

/* What would answer "there is none", or is refused, is not offered. */
static bool is_offered(const Console *console, unsigned kind, CommandId command)
{
    const Model *model = &console->model;

    if ((command == COMMAND_METRICS && kind == PANE_METRICS) ||
        (command == COMMAND_SECRETS && kind == PANE_SECRETS) ||
        (command == COMMAND_SOURCES && kind == PANE_SOURCES)) /* one is there */
        return false;
    if (!(command_table[command].panes & kind) ||
        (!console->on_apps && wants_application(command)) ||
        (model->read_only && !command_table[command].read_only))
        return false;
    return command != COMMAND_ACKNOWLEDGE || (model->apps != NULL && model->apps->alarms > 0);
}

/* A pane's own words, in parts that three spaces keep apart: those that fit, and always the last,
 * which is the way out. */
static void draw_own_hints(const Canvas *canvas, const char *hints)
{
    g_auto(GStrv) parts = g_strsplit(hints, "   ", -1);
    unsigned last = MAX(g_strv_length(parts), 1) - 1;
    int end = canvas->width - 1, x = 1;

    for (unsigned i = 0; parts[i] != NULL; i++) {
        int reserved = i == last ? 0 : 3 + (int)text_width(parts[last]);
        if (i == last)
            canvas_cut(canvas, x, 0, end - x, ROLE_DIM, parts[i]);
        else if (x + (int)text_width(parts[i]) + reserved <= end)
            x = canvas_text(canvas, x, 0, ROLE_DIM, parts[i]) + 3;
    }
}

/* The rest as far as there is room, in the table's order. */
static void draw_hints(const Console *console, const Canvas *canvas)
{
    static const CommandId last[] = {COMMAND_BACK, COMMAND_WALK, COMMAND_LINE, COMMAND_HELP,
                                     COMMAND_QUIT};
    const Pane *pane = console_focused(console);
    unsigned kind = pane->class->kind;
    bool said[N_COMMANDS] = {false}; /* at the end */
    int reserved = 0, x = 1;

    if (pane->class->hints != NULL) {
        draw_own_hints(canvas, pane->class->hints(pane));
        return;
    }
    for (unsigned i = 0; i < G_N_ELEMENTS(last); i++) {
        said[last[i]] = hint_width(console, last[i]) > 0 && is_always_said(kind, last[i]);
        reserved += said[last[i]] ? hint_width(console, last[i]) + 2 : 0;
    }
    for (unsigned i = 1; i < N_COMMANDS; i++) {
        int width = hint_width(console, (CommandId)i);
        if (width == 0 || said[i] || i == COMMAND_BACK || !is_offered(console, kind, (CommandId)i))
            continue;
        if (x + width + 2 + reserved > canvas->width)
            continue;
        x = draw_hint(console, canvas, x, (CommandId)i);
    }
    for (unsigned i = 0; i < G_N_ELEMENTS(last); i++)
        if (said[last[i]])
            x = draw_hint(console, canvas, x, last[i]);
}

static void draw_candidates(const Canvas *canvas, int bottom)
{
    const char *const *candidates = line_candidates();
    unsigned widest = 0, n = 0, per_row, rows;

    for (; candidates != NULL && candidates[n] != NULL; n++)
        widest = MAX(widest, text_width(candidates[n]));
    if (n == 0 || bottom < 2)
        return;
    per_row = MAX((unsigned)canvas->width / (widest + 2), 1);
    rows = MIN((n + per_row - 1) / per_row, MIN((unsigned)CANDIDATE_ROWS, (unsigned)bottom - 1));
    for (unsigned row = 0; row < rows; row++) {
        int y = bottom - (int)rows + (int)row;
        canvas_fill(canvas, 0, y, canvas->width, ROLE_TEXT, ' ');
        for (unsigned i = 0; i < per_row && row * per_row + i < n; i++)
            canvas_cut(canvas, 1 + (int)(i * (widest + 2)), y, (int)widest, ROLE_KEY,
                       candidates[row * per_row + i]);
    }
}

static void draw_line_prompt(Console *console, const Canvas *canvas)
{
    size_t at;
    Edit shown;
    g_autofree char *text = line_text(&at);

    edit_init(&shown, text);
    shown.at = at;
    canvas_text(canvas, 0, 0, ROLE_KEY, ":");
    console->cursor_x = edit_draw(&shown, canvas, 1, 0, canvas->width - 1, ROLE_TEXT);
    edit_clear(&shown);
}

static void draw_pattern_prompt(Console *console, const Canvas *canvas)
{
    const Pane *pane = console_focused(console);
    g_autofree char *state = pane->class->pattern_state(pane, &console->model);
    int end = canvas_right(canvas, canvas->width / 2, canvas->width - 1, 0, ROLE_DIM, state);

    canvas_text(canvas, 0, 0, ROLE_KEY, "/");
    console->cursor_x = edit_draw(&console->edit, canvas, 1, 0, end - 2, ROLE_TEXT);
}

static void draw_path_prompt(Console *console, const Canvas *canvas)
{
    const char *words = console->prompt == PROMPT_SAVE    ? _("save to: ")
                        : console->prompt == PROMPT_SWEEP ? _("search the whole log: g/")
                                                          : _("export to: ");
    int x = canvas_cut(canvas, 0, 0, canvas->width / 2, ROLE_KEY, words);

    console->cursor_x =
        edit_draw(&console->edit, canvas, x, 0, MAX(canvas->width - x, 1), ROLE_TEXT);
}

static void draw_quit_question(const Console *console, const Canvas *canvas)
{
    const GPtrArray *jobs = jobs_list(console->model.jobs);
    g_autoptr(GString) names = g_string_new(NULL);
    unsigned n = jobs_running(console->model.jobs);

    for (unsigned i = 0; i < jobs->len; i++) {
        const UiJob *job = jobs->pdata[i];
        if (job->state != JOB_ENDED)
            g_string_append_printf(names, "%s%s", names->len > 0 ? ", " : "", job->title);
    }
    g_string_prepend(names, n == 1 ? _("still running: ") : _("still running: "));
    g_string_append(names, _(". Cancel and leave? y leaves, any other key stays"));
    canvas_cut(canvas, 1, 0, canvas->width - 1, ROLE_WARNING, names->str);
}

static void draw_bottom(Console *console, const Canvas *canvas)
{
    Canvas line = canvas_part(canvas, 0, canvas->height - 1, canvas->width, 1);

    switch (console->prompt) {
    case PROMPT_PATTERN:
        draw_pattern_prompt(console, &line);
        break;
    case PROMPT_LINE:
        draw_line_prompt(console, &line);
        draw_candidates(canvas, canvas->height - 1);
        break;
    case PROMPT_PATH:
    case PROMPT_SAVE:
    case PROMPT_SWEEP:
        draw_path_prompt(console, &line);
        break;
    case PROMPT_QUIT:
        draw_quit_question(console, &line);
        return;
    case PROMPT_QUESTION:
        canvas_cut(&line, 1, 0, line.width - 1, ROLE_DIM,
                   question_wants_name(console->question)
                       ? _("Enter does it once its name is typed   Esc cancels")
                       : _("Tab chooses   Enter does what is chosen   Esc cancels"));
        return;
    case PROMPT_NONE:
        if (console->said != NULL)
            canvas_cut(&line, 1, 0, line.width - 1, console->said_role, console->said);
        else
            draw_hints(console, &line);
        return;
    }
    console->cursor_y = canvas->height - 1;
}

/* ---- the panes ---- */

/* A pane that shows one application, and there is none: else it is empty, and nobody knows why. */
static bool lacks_application(const Console *console, const Pane *pane)
{
    unsigned number;

    if (!console->on_apps || apps_pane_selected(console->left, &number))
        return false;
    return pane == console->right->pdata[0] || pane == console->lower[0] ||
           pane == console->more[MORE_SECRETS] || pane == console->more[MORE_METRICS] ||
           pane == console->more[MORE_DESCRIBE] || pane == console->more[MORE_HISTORY];
}

void console_draw_pane(Console *console, const Canvas *canvas, unsigned place, Rectangle r)
{
    Pane *pane = console_pane(console, place);
    Canvas part = canvas_part(canvas, r.x, r.y, r.width, r.height);
    bool focused = place == console->focus;
    int x, y;

    console->inner[place] = r;
    if (part.width == 0 || part.height == 0)
        return;
    pane->class->fit(pane, &console->model, part.width, part.height);
    if (lacks_application(console, pane))
        canvas_cut(&part, 1, 0, part.width - 1, ROLE_DIM, _("No application is selected."));
    else
        pane->class->draw(pane, &console->model, &part, focused);
    if (!focused || pane->class->cursor == NULL || console->prompt != PROMPT_NONE ||
        !pane->class->cursor(pane, &x, &y))
        return;
    if (x >= part.width || y >= part.height)
        return;
    console->cursor_x = part.x + x;
    console->cursor_y = part.y + y;
}

void console_draw_title(const Console *console, const Canvas *canvas, unsigned place, int x, int y,
                        int columns)
{
    const Pane *pane = console_pane(console, place);
    g_autofree char *title = pane->class->title(pane, &console->model);
    g_autofree char *cut = text_cut(title, (unsigned)MAX(columns - 2, 0));
    bool focused = place == console->focus;

    if (columns < 4)
        return;
    canvas_text(canvas, x, y, ROLE_BORDER, " ");
    x = canvas_text(canvas, x + 1, y, focused ? ROLE_TITLE_FOCUS : ROLE_TITLE, cut);
    canvas_text(canvas, x, y, ROLE_BORDER, " ");
}

static void draw_framed_pair(Console *console, const Canvas *canvas, Rectangle area)
{
    int middle = area.x + MAX(area.width * 45 / 100, 36);
    int right_end = area.x + area.width - 1;
    Role left = console->focus == PLACE_LEFT ? ROLE_FOCUS : ROLE_BORDER;
    Role right = console->focus == PLACE_RIGHT ? ROLE_FOCUS : ROLE_BORDER;
    int bottom = area.y + area.height - 1;

    canvas_frame(canvas, area.x, area.y, middle - area.x + 1, area.height, left);
    canvas_frame(canvas, middle, area.y, right_end - middle + 1, area.height, right);
    if (console->focus == PLACE_LEFT) /* the line between them is the focused one's */
        canvas_role(canvas, middle, area.y, 1, left);
    for (int y = area.y; y <= bottom; y++)
        canvas_role(canvas, middle, y, 1, ROLE_FOCUS);
    canvas_fill(canvas, middle, area.y, 1, ROLE_FOCUS, 0x252c);
    canvas_fill(canvas, middle, bottom, 1, ROLE_FOCUS, 0x2534);
    console_draw_title(console, canvas, PLACE_LEFT, area.x + 1, area.y, middle - area.x - 2);
    console_draw_title(console, canvas, PLACE_RIGHT, middle + 1, area.y, right_end - middle - 2);
    console_draw_pane(console, canvas, PLACE_LEFT,
                      (Rectangle){area.x + 1, area.y + 1, middle - area.x - 1, area.height - 2});
    console_draw_pane(console, canvas, PLACE_RIGHT,
                      (Rectangle){middle + 2, area.y + 1, right_end - middle - 3, area.height - 2});
}

static void draw_framed_one(Console *console, const Canvas *canvas, Rectangle area)
{
    canvas_frame(canvas, area.x, area.y, area.width, area.height, ROLE_FOCUS);
    console_draw_title(console, canvas, console->focus, area.x + 1, area.y, area.width - 3);
    console_draw_pane(console, canvas, console->focus,
                      (Rectangle){area.x + 1, area.y + 1, area.width - 2, area.height - 2});
}

/* Panes that show one input follow the selection of the list. */
static void follow_selection(Console *console)
{
    unsigned number;

    /* The list first: its selection may move when rows come and go. */
    console->left->class->fit(console->left, &console->model, console->inner[PLACE_LEFT].width,
                              MAX(console->inner[PLACE_LEFT].height, 1));
    if (!console_selected(console, &number))
        number = UINT32_MAX;
    model_want(&console->model, number);
    for (unsigned i = 0; i < console->right->len; i++) {
        Pane *pane = console->right->pdata[i];
        if (pane->class->show != NULL)
            pane->class->show(pane, number);
    }
    for (unsigned place = PLACE_LOGS; place < console_n_places(console); place++) {
        Pane *pane = console_pane(console, place);
        if (pane->class->show != NULL)
            pane->class->show(pane, number);
    }
}

static void draw_too_small(const Console *console, const Canvas *canvas)
{
    const char *rest = _("too small: the console wants 60 columns and 15 rows at least");
    int y = 0;

    (void)console;
    while (rest != NULL && y < canvas->height) {
        const char *text = rest;
        size_t bytes = text_break(text, (unsigned)MAX(canvas->width, 1), &rest);
        g_autofree char *line = g_strndup(text, bytes);
        canvas_text(canvas, 0, y++, ROLE_STRONG, line);
    }
}

/* A walk-through and what its steps say have all the room. */
static bool on_walk(const Console *console)
{
    for (unsigned i = 0; console->focus == PLACE_RIGHT && i < console->right->len; i++)
        if (((const Pane *)console->right->pdata[i])->class->kind == PANE_WALK)
            return true;
    return false;
}

void console_draw_all(Console *console, int64_t now)
{
    Canvas canvas = grid_canvas(console->grid);
    bool framed = !console->zoomed;
    const int tour = console->tour != NULL ? tour_height(console->tour, canvas.width) : 0;
    Rectangle area = {0, 1, canvas.width, MAX(canvas.height - 2 - tour, 0)};
    const Pane *focused = console_focused(console);
    g_autofree char *title = NULL;

    grid_clear(console->grid);
    make_clock(console, now);
    console->cursor_x = console->cursor_y = -1;
    follow_selection(console);
    memset(console->inner, 0, sizeof console->inner);
    if (canvas.width < LEAST_WIDTH || canvas.height < LEAST_HEIGHT) {
        draw_too_small(console, &canvas);
        return;
    }
    if (framed && on_walk(console))
        draw_framed_one(console, &canvas, area);
    else if (framed && console->on_apps && canvas.width >= FOUR_PANES &&
             area.height >= FOUR_HEIGHT - 2)
        console_draw_four(console, &canvas, area);
    else if (framed && console->on_apps && canvas.width >= TWO_PANES &&
             area.height >= STACKED_HEIGHT - 2)
        console_draw_stacked(console, &canvas, area);
    else if (framed && canvas.width >= TWO_PANES && !console->on_apps)
        draw_framed_pair(console, &canvas, area);
    else if (framed)
        draw_framed_one(console, &canvas, area);
    else
        console_draw_pane(console, &canvas, console->focus, area);
    if (console->tour != NULL) {
        Canvas part = canvas_part(&canvas, 0, area.y + area.height, canvas.width, tour);
        tour_draw(console->tour, console_model(console), &part);
    }
    title = framed ? g_strdup("mse-console") : focused->class->title(focused, &console->model);
    draw_bar(console, &canvas, title);
    draw_bottom(console, &canvas);
    if (console->prompt == PROMPT_QUESTION)
        question_draw(console->question, &canvas, &console->cursor_x, &console->cursor_y);
    console_look_at_apps(console);
}
