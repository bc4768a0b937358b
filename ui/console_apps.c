/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The console on the fleet: opening it, its header, what it asks before something is lost.
 */
#include "config.h"

#include "core/clock.h"
#include "core/file.h"
#include "core/i18n.h"
#include "core/sanitize.h"
#include "fleet/usual.h"
#include "ui/app_verbs.h"
#include "ui/console_private.h"
#include "ui/source_words.h"
#include "ui/text.h"

#include <string.h>

/* ---- opening ---- */

void console_open_fleet(Console *console)
{
    g_autoptr(GPtrArray) sources = NULL;

    if (console->model.apps != NULL)
        return;
    sources = fleet_sources_usual(console->model.settings, true, NULL);
    console->model.apps =
        apps_new(fleet_new((FleetSource *const *)sources->pdata, sources->len, false),
                 model_judge_new(&console->model));
    console->lists[LIST_APPS] = apps_pane_new(&console->model);
    console->lower[0] = logs_pane_new(&console->model);
    console->model.figures = figures_new(console->model.mailbox);
    console->more[MORE_SECRETS] = secrets_pane_new();
    console->more[MORE_METRICS] = metrics_pane_new();
    console->more[MORE_DESCRIBE] = describe_pane_new();
    console->more[MORE_HISTORY] = history_pane_new();
    console->more[MORE_JOBS] = jobs_pane_new();
    console->more[MORE_SOURCES] = sources_pane_new();
    console_restore_apps(console);
}

/* The panes of the lower right, by their names in the state file. */
static const char *const more_names[N_MORE] = {
    [MORE_SECRETS] = "secrets", [MORE_METRICS] = "metrics", [MORE_DESCRIBE] = "describe",
    [MORE_HISTORY] = "history", [MORE_JOBS] = "jobs",       [MORE_SOURCES] = "sources",
};

/* Which pane stood in the lower right, which below the list, and which source alone was shown. */
static void restore_layout(Console *console)
{
    const char *more = "", *only = "";
    int below = PLACE_LOGS, cpu = console->model.cpu;

    if (json_unpack(console->apps_state, "{s?s, s?s, s?i, s?b}", "more", &more, "only", &only,
                    "below", &below, "cpu", &cpu) != 0)
        return;
    console->model.cpu = cpu;
    for (unsigned i = 0; i < N_MORE; i++)
        if (g_str_equal(more_names[i], more))
            console->more_shown = i;
    if (below > PLACE_LEFT && below < N_PLACES)
        console->lower_place = (unsigned)below;
    for (unsigned i = 0; i < fleet_n_sources(console->model.apps->fleet); i++)
        if (g_str_equal(fleet_source_name(fleet_source(console->model.apps->fleet, i)), only) &&
            fleet_n_sources(console->model.apps->fleet) > 1)
            apps_show_only(console->model.apps, (int)i);
}

static void keep_layout(const Console *console, json_t *state)
{
    const Apps *apps = console->model.apps;

    json_object_set_new(state, "cpu", json_boolean(console->model.cpu));
    json_object_set_new(state, "more", json_string(more_names[console->more_shown]));
    json_object_set_new(state, "below", json_integer(console->lower_place));
    if (apps->only >= 0)
        json_object_set_new(
            state, "only",
            json_string(fleet_source_name(fleet_source(apps->fleet, (unsigned)apps->only))));
}

void console_restore_apps(Console *console)
{
    const char *sort = "", *selected = "";
    int descending = 0, wrap = 0, timestamps = 0;

    if (console->model.apps == NULL || console->apps_state == NULL ||
        json_unpack(console->apps_state, "{s?s, s?b, s?s, s?b, s?b}", "sort", &sort, "descending",
                    &descending, "selected", &selected, "wrap", &wrap, "timestamps",
                    &timestamps) != 0)
        return;
    apps_pane_restore(console->lists[LIST_APPS], &console->model, sort, descending, selected);
    logs_pane_restore(console->lower[0], wrap, timestamps);
    restore_layout(console);
}

void console_keep_apps(Console *console)
{
    const char *sort, *selected;
    bool descending, wrap, timestamps;

    if (console->model.apps == NULL)
        return;
    apps_pane_state(console->lists[LIST_APPS], &console->model, &sort, &descending, &selected);
    logs_pane_state(console->lower[0], &wrap, &timestamps);
    json_decref(console->apps_state);
    console->apps_state =
        json_pack("{s:s, s:b, s:s, s:b, s:b}", "sort", sort, "descending", (int)descending,
                  "selected", selected, "wrap", (int)wrap, "timestamps", (int)timestamps);
    keep_layout(console, console->apps_state);
}

static void show_list(Console *console, unsigned list)
{
    console->left = console->lists[list];
    console->on_apps = list == LIST_APPS;
    console_focus(console, PLACE_LEFT);
    console_forget_way(console);
}

void console_show_apps(Console *console)
{
    console_open_fleet(console);
    show_list(console, LIST_APPS);
}

void console_show_files(Console *console)
{
    if (console->model.inputs->len == 0 && !console->model.from_directory)
        model_scan(&console->model);
    show_list(console, LIST_FILES);
}

/* ---- turns ---- */

int console_descriptor(const Console *console)
{
    return console->model.apps == NULL ? -1 : fleet_descriptor(console->model.apps->fleet);
}

void console_take_deltas(Console *console, int64_t until)
{
    if (console->model.apps != NULL && apps_take(console->model.apps, until))
        console->changed = true;
    console_turn_to_files(console);
}

void console_turn_to_files(Console *console)
{
    const FleetSourceStatus *status;

    if (!console->may_turn || !console->on_apps)
        return;
    status = apps_status(console->model.apps, 0);
    if (console->model.apps->n > 0)
        console->may_turn = false;
    else if (status == NULL || !status->listed)
        return;
    else if (!console->model.from_directory)
        model_scan(&console->model);
    else if (console->model.inputs->len > 0) {
        console->may_turn = false;
        console_show_files(console);
    }
}

static int64_t pane_due(const Pane *pane)
{
    return pane == NULL || pane->class->due == NULL ? INT64_MAX : pane->class->due(pane);
}

int64_t console_due(const Console *console, int64_t now)
{
    int64_t due;

    if (console->model.apps == NULL)
        return INT64_MAX;
    due = MIN(console->words_due, apps_due(console->model.apps, now));
    due = MIN(due, figures_due(console->model.figures));
    due = MIN(due, pane_due(console->left));
    due = MIN(due, pane_due(console->lower[0]));
    return MIN(due, pane_due(console->more[console->more_shown]));
}

void console_tick(Console *console, int64_t now)
{
    Pane *panes[] = {console->left, console->lower[0], console->more[console->more_shown]};

    for (unsigned i = 0; i < G_N_ELEMENTS(panes); i++)
        if (pane_due(panes[i]) <= now &&
            panes[i]->class->tick(panes[i], console, now) != REDO_NOTHING)
            console->changed = true;
    if (console->model.figures != NULL)
        figures_tick(console->model.figures, console->model.apps, now);
    if (console->model.apps != NULL && console->words_due <= now)
        console->changed = true;
}

/* Of which figures are asked for: the selected one first, when they are shown somewhere. */
static void look_at_figures(Console *console, const GArray *in_sight)
{
    g_autoptr(GArray) wanted = g_array_new(FALSE, FALSE, sizeof(unsigned));
    bool cpu =
        apps_pane_wants_cpu(console->left, &console->model) && console->inner[PLACE_LEFT].width > 0;
    unsigned selected;

    if (apps_pane_selected(console->left, &selected) &&
        (cpu || (console->more_shown == MORE_METRICS && console->inner[PLACE_MORE].width > 0)))
        g_array_append_val(wanted, selected);
    if (cpu)
        g_array_append_vals(wanted, in_sight->data, in_sight->len);
    figures_want(console->model.figures, console->model.apps, wanted);
}

/* What is in sight is asked about, and its evidence judged first. */
void console_look_at_apps(Console *console)
{
    g_autoptr(GArray) numbers = NULL;
    unsigned selected;

    if (!console->on_apps)
        return;
    numbers = apps_pane_in_sight(console->left);
    look_at_figures(console, numbers);
    if (apps_pane_selected(console->left, &selected))
        g_array_append_val(numbers, selected);
    apps_set_interest(console->model.apps, numbers);
}

/* ---- the bar ---- */

static char *count_text(AppsCount count, unsigned n)
{
    switch (count) {
    case APPS_RUNNING:
        return g_strdup_printf(_("%u running"), n);
    case APPS_WAITING:
        return g_strdup_printf(P_("%u waits for secrets", "%u wait for secrets", n), n);
    case APPS_INITIALIZING:
        return g_strdup_printf(_("%u starting"), n);
    case APPS_ON_ERROR:
        return g_strdup_printf(_("%u on error"), n);
    default:
        return g_strdup_printf(_("%u stopped"), n);
    }
}

static const Role count_roles[N_APPS_COUNTS] = {
    [APPS_RUNNING] = ROLE_TEXT,         [APPS_WAITING] = ROLE_WARNING,
    [APPS_INITIALIZING] = ROLE_WARNING, [APPS_ON_ERROR] = ROLE_REJECTED,
    [APPS_STOPPED] = ROLE_DIM,
};

typedef struct Segment {
    char *text;
    char *brief; /* where there is no room for the words; or NULL */
    Role role;
} Segment;

static void clear_segment(void *segment)
{
    g_free(((Segment *)segment)->text);
    g_free(((Segment *)segment)->brief);
}

static void add_segment(GArray *segments, Role role, char *text, char *brief)
{
    Segment segment = {.text = text, .brief = brief, .role = role};

    g_array_append_val(segments, segment);
}

static void add_outcome(GArray *segments, Outcome outcome, unsigned n)
{
    const OutcomeRow *row = &outcome_table[outcome];

    add_segment(segments, row->role, g_strdup_printf("%u %s", n, _(row->word)),
                g_strdup_printf("%s %u", row->mark, n));
}

static const AppRow *alarmed(const Apps *apps)
{
    for (unsigned i = 0; i < apps->rows->len; i++) {
        const AppRow *row = apps->rows->pdata[i];
        if (row->alarm != NULL)
            return row;
    }
    return NULL;
}

/* One is named; of several, how many: the list has their marks. */
static char *alarm_segment(const Apps *apps)
{
    const AppRow *row = apps->alarms == 1 ? alarmed(apps) : NULL;

    if (row == NULL)
        return g_strdup_printf(P_(" %u ALARM ", " %u ALARMS ", apps->alarms), apps->alarms);
    return g_strdup_printf(_(" ALARM: %s "), row->name);
}

/* The last is what must be seen first: where there is no room, the first ones go. */
static GArray *bar_segments(const Model *model)
{
    Apps *apps = model->apps;
    unsigned ending = apps_ending(apps, model->now, model_expiry_days(model));
    static const AppsCount order[] = {APPS_STOPPED, APPS_RUNNING, APPS_INITIALIZING, APPS_WAITING,
                                      APPS_ON_ERROR};
    static const Outcome bad[] = {OUTCOME_WARNINGS, OUTCOME_EXPIRED, OUTCOME_REJECTED};
    GArray *segments = g_array_new(FALSE, FALSE, sizeof(Segment));

    g_array_set_clear_func(segments, clear_segment);
    for (size_t i = 0; i < G_N_ELEMENTS(order); i++)
        if (apps->counts[order[i]] > 0)
            add_segment(segments, count_roles[order[i]],
                        count_text(order[i], apps->counts[order[i]]), NULL);
    if (ending > 0)
        add_segment(segments, ROLE_WARNING,
                    g_strdup_printf(P_("%u ends soon", "%u end soon", ending), ending), NULL);
    for (size_t i = 0; i < G_N_ELEMENTS(bad); i++)
        if (apps->trust[bad[i]] > 0)
            add_outcome(segments, bad[i], apps->trust[bad[i]]);
    if (apps->alarms > 0)
        add_segment(segments, ROLE_ALARM, alarm_segment(apps),
                    g_strdup_printf(" ▲ %u ", apps->alarms));
    return segments;
}

/* What is said of a source: nothing but its name when all is well. `brief`: the mark alone. g_free.
 */
static char *source_text(const Apps *apps, unsigned source, int64_t now, bool brief)
{
    const FleetSourceStatus *status = apps_status(apps, source);
    g_autofree char *name = apps_source_name(apps, source);
    g_autofree char *words = source_words(status, now);

    if (source_is_well(status, now))
        return g_strdup_printf("%s ▾", name);
    return brief ? g_strdup_printf("%s %s", name, source_mark(status, now))
                 : g_strdup_printf("%s %s %s", name, source_mark(status, now), words);
}

static int sources_width(const Apps *apps, int64_t now)
{
    int width = 0;

    for (unsigned i = 0; i < fleet_n_sources(apps->fleet); i++) {
        g_autofree char *text = apps_has_source(apps, i) ? source_text(apps, i, now, false) : NULL;
        if (text == NULL)
            continue;
        width += (int)text_width(text) + 2;
    }
    return width;
}

static Role source_bar_role(const Apps *apps, unsigned source, int64_t now)
{
    const FleetSourceStatus *status = apps_status(apps, source);

    if (!source_is_well(status, now))
        return source_role(status);
    return apps->only < 0 || apps->only == (int)source ? ROLE_TEXT : ROLE_DIM;
}

static int draw_sources(Console *console, const Canvas *canvas, int x, int end)
{
    const Apps *apps = console->model.apps;
    int64_t now = clock_monotonic();
    bool brief = apps_n_sources(apps) > 1 && sources_width(apps, now) > end - x;

    console->words_due = apps_due(apps, now);
    for (unsigned i = 0; i < fleet_n_sources(apps->fleet) && x + 3 < end; i++) {
        g_autofree char *text = apps_has_source(apps, i) ? source_text(apps, i, now, brief) : NULL;
        if (text == NULL)
            continue;
        x = canvas_cut(canvas, x, 0, end - x, source_bar_role(apps, i, now), text) + 2;
    }
    return x;
}

void console_draw_apps_bar(Console *console, const Canvas *canvas, int x, int end)
{
    g_autoptr(GArray) segments = bar_segments(&console->model);
    bool any = false;

    x = draw_sources(console, canvas, x, end) + 1;
    for (unsigned i = segments->len; i-- > 0;) {
        const Segment *segment = &g_array_index(segments, Segment, i);
        const char *text = segment->text;
        int room = end - x - (any ? 3 : 0);
        if ((int)text_width(text) > room)
            text = segment->brief;
        if (text == NULL || (int)text_width(text) > room)
            return;
        if (any)
            end = canvas_right(canvas, x, end, 0, ROLE_DIM, " · ");
        end = canvas_right(canvas, x, end, 0, segment->role, text);
        any = true;
    }
}

/* ---- alarms and evidence ---- */

static void go_to_alarm(Console *console)
{
    unsigned number = 0, next;

    apps_pane_selected(console->left, &number);
    if (!apps_next_alarm(console->model.apps, number, &next)) {
        console_say(console, ROLE_DIM, "%s", _("there is no alarm"));
        return;
    }
    apps_pane_select_number(console->left, next);
    {
        const AppRow *row = apps_row(console->model.apps, next);
        g_autofree char *text = alarm_text(row->alarm);
        console_say(console, ROLE_ALARM, _("ALARM: %s: %s"), row->name, text);
    }
}

void console_acknowledge(Console *console, bool all)
{
    g_autoptr(GArray) numbers = NULL;
    unsigned n;

    if (!console->on_apps) {
        console_say(console, ROLE_DIM, "%s", _(":apps shows the applications first"));
        return;
    }
    numbers = all ? NULL : apps_pane_chosen(console->left);
    n = model_acknowledge(&console->model, numbers);
    if (n > 0)
        console_say(console, ROLE_TEXT, P_("%u alarm was seen", "%u alarms were seen", n), n);
    else
        go_to_alarm(console);
}

/* The application of that name, else the selected one. */
static bool named_app(const Console *console, const char *name, unsigned *number)
{
    const Apps *apps = console->model.apps;

    for (unsigned i = 0; name != NULL && i < apps->rows->len; i++) {
        const AppRow *row = apps_row(apps, i);
        if (row == NULL || !g_str_equal(row->app->name, name))
            continue;
        *number = i;
        return true;
    }
    return name == NULL && apps_pane_selected(console->left, number);
}

/* verify NAME, verify NAME FILE, verify --evidence FILE */
bool console_verify_app(Console *console, char *const *words, int n)
{
    bool given = n == 3 && g_str_equal(words[1], "--evidence");
    const char *file = n == 3 ? words[2] : NULL;
    g_autoptr(GArray) numbers = NULL;
    unsigned number;

    if (!console->on_apps || n < 2 || n > 3 ||
        !named_app(console, given ? NULL : words[1], &number))
        return false;
    if (file != NULL) {
        model_give_evidence(&console->model, number, file);
        return true;
    }
    numbers = g_array_new(FALSE, FALSE, sizeof(unsigned));
    g_array_append_val(numbers, number);
    model_judge_apps(&console->model, numbers);
    return true;
}

/* ---- four panes ---- */

static void draw_quarter(Console *console, const Canvas *canvas, unsigned place, Rectangle r)
{
    Role role = console->focus == place ? ROLE_FOCUS : ROLE_BORDER;
    int indent = place == PLACE_LEFT ? 1 : 2; /* a list has a gutter of its own */

    canvas_frame(canvas, r.x, r.y, r.width, r.height, role);
    console_draw_title(console, canvas, place, r.x + 1, r.y, r.width - 3);
    console_draw_pane(console, canvas, place,
                      (Rectangle){r.x + indent, r.y + 1,
                                  r.width - 2 * indent + (indent == 1 ? 0 : 1) - 0, r.height - 2});
}

static void draw_joint(const Canvas *canvas, int x, int y, gunichar character, Role role)
{
    canvas_fill(canvas, x, y, 1, role, character);
}

void console_draw_four(Console *console, const Canvas *canvas, Rectangle area)
{
    int middle = area.x + MAX(area.width * 45 / 100, 36);
    int across = area.y + area.height * 55 / 100;
    int right = area.x + area.width - 1, bottom = area.y + area.height - 1;
    Rectangle quarters[N_PLACES] = {
        [PLACE_LEFT] = {area.x, area.y, middle - area.x + 1, across - area.y + 1},
        [PLACE_RIGHT] = {middle, area.y, right - middle + 1, across - area.y + 1},
        [PLACE_LOGS] = {area.x, across, middle - area.x + 1, bottom - across + 1},
        [PLACE_MORE] = {middle, across, right - middle + 1, bottom - across + 1},
    };

    for (unsigned place = 0; place < N_PLACES; place++)
        if (place != console->focus)
            draw_quarter(console, canvas, place, quarters[place]);
    draw_quarter(console, canvas, console->focus, quarters[console->focus]);
    draw_joint(canvas, middle, area.y, 0x252c,
               console->focus <= PLACE_RIGHT ? ROLE_FOCUS : ROLE_BORDER);
    draw_joint(canvas, middle, bottom, 0x2534,
               console->focus >= PLACE_LOGS ? ROLE_FOCUS : ROLE_BORDER);
    draw_joint(canvas, area.x, across, 0x251c,
               console->focus % 2 == PLACE_LEFT ? ROLE_FOCUS : ROLE_BORDER);
    draw_joint(canvas, right, across, 0x2524,
               console->focus % 2 == PLACE_RIGHT ? ROLE_FOCUS : ROLE_BORDER);
    draw_joint(canvas, middle, across, 0x253c, ROLE_FOCUS);
    /* A joint overwrites nothing of a title: they begin two columns after it. */
    for (unsigned place = PLACE_LOGS; place < N_PLACES; place++)
        console_draw_title(console, canvas, place, quarters[place].x + 1, quarters[place].y,
                           quarters[place].width - 3);
}

/* One above the other: a log wants width. */
void console_draw_stacked(Console *console, const Canvas *canvas, Rectangle area)
{
    int across = area.y + area.height * 42 / 100;
    unsigned lower;

    if (console->focus != PLACE_LEFT)
        console->lower_place = console->focus;
    lower = console->lower_place;
    {
        Rectangle up = {area.x, area.y, area.width, across - area.y + 1};
        Rectangle down = {area.x, across, area.width, area.y + area.height - across};
        bool on_list = console->focus == PLACE_LEFT;
        draw_quarter(console, canvas, on_list ? lower : (unsigned)PLACE_LEFT, on_list ? down : up);
        draw_quarter(console, canvas, on_list ? (unsigned)PLACE_LEFT : lower, on_list ? up : down);
        draw_joint(canvas, area.x, across, 0x251c, ROLE_FOCUS);
        draw_joint(canvas, area.x + area.width - 1, across, 0x2524, ROLE_FOCUS);
        console_draw_title(console, canvas, lower, down.x + 1, down.y, down.width - 3);
    }
}

/* ---- what is asked before something is lost ---- */

/* Started, it is the model's. */
typedef struct AskedAct {
    AppAct *act;
} AskedAct;

static void free_act(void *data)
{
    AskedAct *asked = data;

    app_act_free(asked->act);
    g_free(asked);
}

static void answer_act(Console *console, bool yes, void *data)
{
    AskedAct *asked = data;

    if (yes)
        app_act_start(g_steal_pointer(&asked->act), &console->model);
}

bool console_ask_act(Console *console, CommandId command)
{
    g_autoptr(GArray) numbers = NULL;
    Question *question = NULL;
    AskedAct *asked;
    AppAct *act;

    if (command < COMMAND_STOP || command > COMMAND_KILL)
        return false;
    if (console->model.read_only) {
        console_say(console, ROLE_WARNING, "%s", _("read-only: applications are left as they are"));
        return true;
    }
    if (!console->on_apps)
        return true;
    numbers = apps_pane_chosen(console->left);
    act = app_act_new(&console->model, command, numbers, &question);
    if (act == NULL) {
        console_say(console, ROLE_DIM, "%s", _("no application is selected"));
        return true;
    }
    asked = g_new(AskedAct, 1);
    asked->act = act;
    console_ask(console, question, answer_act, asked, free_act);
    return true;
}

/* ---- questions ---- */

void console_ask(Console *console, Question *question, ConsoleAnswer answer, void *data,
                 GDestroyNotify free_data)
{
    console_drop_question(console);
    console->question = question;
    console->answer = answer;
    console->answer_data = data;
    console->free_answer_data = free_data;
    console->prompt = PROMPT_QUESTION;
    console->changed = true;
}

void console_drop_question(Console *console)
{
    if (console->answer_data != NULL && console->free_answer_data != NULL)
        console->free_answer_data(console->answer_data);
    console->answer_data = NULL;
    g_clear_pointer(&console->question, question_free);
}

void console_question_key(Console *console, Key key)
{
    QuestionState state = question_key(console->question, key);

    if (state == QUESTION_OPEN)
        return;
    console->prompt = PROMPT_NONE;
    if (state == QUESTION_NO)
        console_say(console, ROLE_DIM, "%s", _("nothing was done"));
    console->answer(console, state == QUESTION_YES, console->answer_data);
    if (console->prompt != PROMPT_QUESTION)
        console_drop_question(console);
}

void console_show_log_of(Console *console, const char *name)
{
    const char *sort, *selected;
    bool descending;

    console_show_apps(console);
    apps_pane_state(console->left, &console->model, &sort, &descending, &selected);
    apps_pane_restore(console->left, &console->model, sort, descending, name);
    console_focus(console, PLACE_LOGS);
}

/* ---- their names, for the `:` line ---- */

void console_offer_names(const char *text, GPtrArray *out, void *console)
{
    const Apps *apps = ((const Console *)console)->model.apps;
    g_autoptr(GHashTable) seen = g_hash_table_new(g_str_hash, g_str_equal);

    for (unsigned i = 0; apps != NULL && i < apps->rows->len; i++) {
        const AppRow *row = apps->rows->pdata[i];
        const char *name = row->present ? row->app->name : NULL;
        if (name == NULL || !g_str_has_prefix(name, text) ||
            strspn(name, G_CSET_a_2_z G_CSET_A_2_Z G_CSET_DIGITS "_.-") != strlen(name) ||
            !g_hash_table_add(seen, row->app->name))
            continue;
        g_ptr_array_add(out, g_strdup(name));
    }
}
