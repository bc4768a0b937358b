/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Apps: the applications of all engines, each with its state and the verdict on its evidence.
 */
#include "config.h"

#include "core/clock.h"
#include "core/i18n.h"
#include "ui/console.h"
#include "ui/list.h"
#include "ui/spark.h"
#include "ui/text.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

enum {
    COLUMN_NAME,
    COLUMN_STATE,
    COLUMN_TRUST,
    COLUMN_CPU,
    COLUMN_PORT,
    COLUMN_SIZE,
    COLUMN_EXPIRES,
    COLUMN_CREATED,
    COLUMN_ENGINE,
    N_COLUMNS
};

/* Columns from which a CPU is said in words too; how often figures may change an order, and how
 * often states and verdicts one that is filtered or sorted by them. */
enum { CPU_IN_WORDS = 11, ORDER_MICROSECONDS = 2000000, REFRESH_MICROSECONDS = 300000 };

typedef struct AppsPane {
    Pane pane;
    List list;
    uint64_t version, order_version; /* of the apps when the list was last refreshed */
    bool touched;                    /* a key was pressed: the selection stays where it is */
    char *wanted;                    /* an application to select when it is there, or NULL */
    int64_t ordered_at;              /* monotonic: by figures */
    int64_t refreshed_at;            /* monotonic */
    bool refresh_waits;
} AppsPane;

static const ListColumn columns[N_COLUMNS] = {
    [COLUMN_NAME] = {"name", N_("NAME"), 10, 22, 60, 0},
    [COLUMN_STATE] = {"state", N_("STATE"), 12, 16, 17, 0},
    [COLUMN_TRUST] = {"trust", N_("TRUST"), 10, 11, 24, 0},
    [COLUMN_CPU] = {"cpu", N_("CPU"), 5, 5, 13, 1},
    [COLUMN_PORT] = {"port", N_("PORT"), 5, 5, 6, 3},
    [COLUMN_SIZE] = {"size", N_("SIZE"), 6, 7, 8, 5},
    [COLUMN_EXPIRES] = {"expires", N_("EXPIRES"), 7, 7, 8, 2},
    [COLUMN_CREATED] = {"created", N_("CREATED"), 8, 8, 9, 4},
    [COLUMN_ENGINE] = {"engine", N_("ENGINE"), 8, 12, 24, 2},
};

static const AppRow *row_at(const void *model, unsigned row)
{
    return apps_row(((const Model *)model)->apps, row);
}

static unsigned count(const void *model)
{
    return ((const Model *)model)->apps->rows->len;
}

static bool present(const void *model, unsigned row)
{
    const Apps *apps = ((const Model *)model)->apps;
    const AppRow *at = row_at(model, row);

    return at != NULL && (apps->only < 0 || at->app->source == (unsigned)apps->only);
}

/* The certificate of the application, or what it was judged with: whichever ends first. */
static int64_t ends_at(const AppRow *row)
{
    return trust_end(&row->trust, row->app);
}

static void trust_cell(const AppRow *row, unsigned width, ListCell *out)
{
    const OutcomeRow *outcome = &outcome_table[row->evidence.outcome];

    if (row->other_certificate) {
        out->mark = "✖";
        out->text = _("OTHER KEY");
        out->role = ROLE_ALARM;
        return;
    }
    if (!row->known)
        return;
    if (row->alarm != NULL) {
        out->mark = "▲";
        out->text = row->trust.judged ? _(outcome->short_word) : _("ALARM");
        out->role = ROLE_ALARM;
        return;
    }
    if (row->evidence.outcome == OUTCOME_UNREADABLE) {
        out->mark = "?";
        out->text = _("unknown");
        out->role = ROLE_UNKNOWN;
        return;
    }
    out->mark = outcome->mark;
    out->role = outcome->role;
    out->text = _(outcome->word);
    if (text_width(out->text) + 2 > width)
        out->text = _(outcome->short_word);
}

/* Cells are drawn one by one: one text at a time is enough. */
static char cell_text[128];

static void expires_cell(const Model *model, const AppRow *row, ListCell *out)
{
    static const Role roles[] = {
        [TRUST_LASTS] = ROLE_DIM, [TRUST_ENDS_SOON] = ROLE_WARNING, [TRUST_ENDED] = ROLE_EXPIRED};
    int64_t end = ends_at(row);
    g_autofree char *text = trust_ending_text(end, model->now);

    if (text == NULL)
        return;
    g_strlcpy(cell_text, text, sizeof cell_text);
    out->text = cell_text;
    out->role = roles[trust_ending(end, model->now, model_expiry_days(model))];
}

static void created_cell(const Model *model, const AppRow *row, ListCell *out)
{
    g_autofree char *age = NULL;

    if (row->app->created == 0)
        return;
    age = apps_age(model->now - row->app->created);
    g_strlcpy(cell_text, age, sizeof cell_text);
    out->text = cell_text;
    out->role = ROLE_DIM;
}

static void number_cell(uint64_t number, const char *unit, ListCell *out)
{
    if (number == 0)
        return;
    g_snprintf(cell_text, sizeof cell_text, "%" PRIu64 "%s", number, unit);
    out->text = cell_text;
    out->role = ROLE_DIM;
}

static void size_cell(uint64_t size, ListCell *out)
{
    const uint64_t mebi = 1024 * 1024;

    if (size >= mebi * 1024 && size % (mebi * 1024) == 0)
        number_cell(size / (mebi * 1024), " GiB", out);
    else
        number_cell(size / mebi, " MiB", out);
}

/* How it went, then what it is now; what is old says how old instead. */
static void cpu_cell(const AppRow *row, unsigned width, ListCell *out)
{
    const Series *series = row->series;
    float now = series_newest(series, FIGURE_CPU);
    g_autofree char *age = series_age(series, clock_monotonic());
    g_autofree char *words = NULL, *spark = NULL;

    if (!isfinite(now) || row->app->state != FLEET_STATE_RUNNING)
        return;
    if (age != NULL)
        words = g_strdup(age);
    else if (width >= CPU_IN_WORDS)
        words = now < 9.95F ? g_strdup_printf("%.1f %%", (double)now)
                            : g_strdup_printf("%.0f %%", (double)now);
    if (words == NULL || text_width(words) + 2 <= width)
        spark = spark_text(series->values[FIGURE_CPU], series->n,
                           MIN(words == NULL ? width : width - text_width(words) - 1, 5), 10);
    g_snprintf(cell_text, sizeof cell_text, "%s%s%s", spark == NULL ? "" : spark,
               spark != NULL && words != NULL ? " " : "", words == NULL ? "" : words);
    out->text = cell_text;
    out->role = age != NULL ? ROLE_DIM : ROLE_TEXT;
}

static void engine_cell(const Model *model, const AppRow *row, ListCell *out)
{
    g_autofree char *name = apps_source_name(model->apps, row->app->source);
    g_autofree char *cut = text_cut_middle(name, 24);

    g_strlcpy(cell_text, cut, sizeof cell_text);
    out->text = cell_text;
    out->role = ROLE_DIM;
    out->cut_middle = true;
}

/* What a lost engine said last is shown as what it was. */
static void state_cell(const Model *model, const AppRow *row, ListCell *out)
{
    out->text = row->state;
    out->role = app_state_role(row->app);
    if (!apps_is_old(model->apps, row))
        return;
    out->mark = "?";
    out->role = ROLE_DIM;
}

static void cell(const void *data, unsigned number, unsigned column, unsigned width, ListCell *out)
{
    const Model *model = data;
    const AppRow *row = row_at(model, number);

    switch (column) {
    case COLUMN_NAME:
        out->text = row->name;
        out->cut_middle = true;
        return;
    case COLUMN_STATE:
        state_cell(model, row, out);
        return;
    case COLUMN_TRUST:
        trust_cell(row, width, out);
        return;
    case COLUMN_PORT:
        number_cell(row->app->port, "", out);
        return;
    case COLUMN_SIZE:
        size_cell(row->app->size, out);
        return;
    case COLUMN_EXPIRES:
        expires_cell(model, row, out);
        return;
    case COLUMN_CPU:
        cpu_cell(row, width, out);
        return;
    case COLUMN_ENGINE:
        engine_cell(model, row, out);
        return;
    default:
        created_cell(model, row, out);
    }
}

static int compare_numbers(int64_t a, int64_t b)
{
    return a < b ? -1 : a > b;
}

/* What is not known comes last. */
static int64_t or_last(int64_t value)
{
    return value == 0 ? INT64_MAX : value;
}

/* What is not known comes last: it is less than all, and they are asked the other way round. */
static int compare_figures(float a, float b)
{
    if (!isfinite(a) || !isfinite(b))
        return isfinite(a) - isfinite(b);
    return a < b ? -1 : a > b;
}

static int trust_order(const AppRow *row)
{
    if (row->other_certificate)
        return -1;
    return !row->known ? N_OUTCOMES : (int)row->evidence.outcome;
}

static int compare(const void *model, unsigned a, unsigned b, unsigned column)
{
    const AppRow *left = row_at(model, a), *right = row_at(model, b);
    int answer = 0;

    switch (column) {
    case COLUMN_NAME:
        break;
    case COLUMN_STATE:
        answer = strcmp(left->state, right->state);
        break;
    case COLUMN_TRUST:
        answer = trust_order(left) - trust_order(right);
        break;
    case COLUMN_PORT:
        answer = compare_numbers(or_last(left->app->port), or_last(right->app->port));
        break;
    case COLUMN_SIZE:
        answer = compare_numbers((int64_t)left->app->size, (int64_t)right->app->size);
        break;
    case COLUMN_EXPIRES:
        answer = compare_numbers(or_last(ends_at(left)), or_last(ends_at(right)));
        break;
    case COLUMN_CPU: /* the busiest first */
        answer = compare_figures(series_newest(right->series, FIGURE_CPU),
                                 series_newest(left->series, FIGURE_CPU));
        break;
    case COLUMN_ENGINE:
        answer = compare_numbers(left->app->source, right->app->source);
        break;
    default: /* the youngest first, as ages go */
        answer = compare_numbers(right->app->created, left->app->created);
    }
    return answer != 0 ? answer : strcmp(left->sort_name, right->sort_name);
}

static void match_text(const void *model, unsigned number, GString *out)
{
    const AppRow *row = row_at(model, number);
    ListCell trust = {0};

    if (row == NULL)
        return;
    trust_cell(row, 100, &trust);
    g_string_append_printf(out, "%s %s %s", row->name, row->state, trust.text ? trust.text : "–");
}

static unsigned natural_width(const void *model, unsigned column)
{
    return column == COLUMN_NAME ? ((const Model *)model)->apps->name_width : columns[column].likes;
}

static const ListSource source = {
    .columns = columns,
    .n_columns = N_COLUMNS,
    .count = count,
    .present = present,
    .cell = cell,
    .compare = compare,
    .match_text = match_text,
    .natural_width = natural_width,
};

static void apps_pane_free(Pane *pane)
{
    AppsPane *self = (AppsPane *)pane;

    list_clear(&self->list);
    g_free(self->wanted);
    g_free(self);
}

static char *title(const Pane *pane, const Model *model)
{
    const List *list = &((const AppsPane *)pane)->list;
    GString *out = g_string_new(_("Apps"));
    unsigned n = apps_n_shown(model->apps);

    if (model->apps->only >= 0) {
        g_autofree char *name = apps_source_name(model->apps, (unsigned)model->apps->only);
        g_string_append_printf(out, " ── %s", name);
    }
    if (*list->filter != '\0')
        g_string_append_printf(out, _(" ── %u of %u ── /%s"), list->order->len, n, list->filter);
    else
        g_string_append_printf(out, " ── %u", n);
    if (list->n_marked > 0)
        g_string_append_printf(out, P_(" ── %u marked", " ── %u marked", list->n_marked),
                               list->n_marked);
    return g_string_free(out, FALSE);
}

static void select_wanted(AppsPane *self, const Model *model)
{
    for (unsigned i = 0; self->wanted != NULL && i < model->apps->rows->len; i++) {
        const AppRow *row = row_at(model, i);
        if (row == NULL || !g_str_equal(row->name, self->wanted))
            continue;
        list_select_row(&self->list, i);
        g_clear_pointer(&self->wanted, g_free);
        self->touched = true;
    }
}

/* Figures come all the time: an order by them changes now and then. */
static bool may_order_by_figures(AppsPane *self)
{
    int64_t now = clock_monotonic();

    if (self->list.sort_column != COLUMN_CPU || now - self->ordered_at < ORDER_MICROSECONDS)
        return false;
    self->ordered_at = now;
    return true;
}

bool apps_pane_select(Pane *pane, const Model *model, const char *name)
{
    AppsPane *self = (AppsPane *)pane;

    g_free(self->wanted);
    self->wanted = g_strdup(name);
    select_wanted(self, model);
    return self->wanted == NULL;
}

/* Ten thousand rows are not matched and sorted for each state that changes; rows that come and go
 * are there at once. */
static bool waits(AppsPane *self, const Apps *apps, bool by_name)
{
    int64_t now = clock_monotonic();

    self->refresh_waits = !by_name && self->order_version == apps->order_version &&
                          now - self->refreshed_at < REFRESH_MICROSECONDS;
    if (!self->refresh_waits)
        self->refreshed_at = now;
    return self->refresh_waits;
}

static int64_t due(const Pane *pane)
{
    const AppsPane *self = (const AppsPane *)pane;

    return self->refresh_waits ? self->refreshed_at + REFRESH_MICROSECONDS : INT64_MAX;
}

/* What waits is done by the frame that this asks for. */
static Redo tick(Pane *pane, Console *console, int64_t now)
{
    ((AppsPane *)pane)->refresh_waits = false;
    (void)console;
    (void)now;
    return REDO_DRAW;
}

/* Changes of a state alone do not change an order by name: nothing is sorted for them. */
static void refresh(AppsPane *self, const Model *model, Jobs *jobs)
{
    const Apps *apps = model->apps;
    bool by_name = self->list.sort_column <= COLUMN_NAME && *self->list.filter == '\0';

    if (self->version == apps->version && !may_order_by_figures(self))
        return;
    if (waits(self, apps, by_name))
        return;
    if (self->order_version != apps->order_version || !by_name)
        list_refresh(&self->list, model, jobs);
    self->version = apps->version;
    self->order_version = apps->order_version;
    if (!self->touched)
        list_move_to(&self->list, 0);
    select_wanted(self, model);
}

/* As the settings say; without them all, the engine only when there are several. */
static void choose_columns(AppsPane *self, const Model *model)
{
    list_all_columns(&self->list);
    if (apps_n_sources(model->apps) == 1)
        list_show_column(&self->list, COLUMN_ENGINE, 0, false);
    list_choose_columns(&self->list, settings_texts(model->settings, SETTING_COLUMNS_APPS));
}

static Redo update(Pane *pane, Console *console, const Message *message)
{
    Model *model = console_model(console);

    if (message->kind == MESSAGE_SETTINGS) {
        choose_columns((AppsPane *)pane, model);
        return REDO_DRAW;
    }
    return list_take_matches(&((AppsPane *)pane)->list, model, model->jobs, message) ? REDO_DRAW
                                                                                     : REDO_NOTHING;
}

static void fit(Pane *pane, const Model *model, int width, int height)
{
    AppsPane *self = (AppsPane *)pane;

    (void)width;
    if (!model->cpu)
        list_show_column(&self->list, COLUMN_CPU, COLUMN_PORT, false);
    refresh(self, model, model->jobs);
    list_fit(&self->list, (unsigned)MAX(height - 1, 1));
}

static bool is_shown(const Apps *apps, unsigned number)
{
    return apps_has_source(apps, number) && (apps->only < 0 || (unsigned)apps->only == number);
}

static bool is_listing(const Apps *apps)
{
    for (unsigned i = 0; i < fleet_n_sources(apps->fleet); i++)
        if (is_shown(apps, i) && apps_is_listing(apps, i))
            return true;
    return false;
}

/* Why there is nothing, of the first source that has a reason. */
static void draw_nothing(const Model *model, const Canvas *canvas)
{
    const Apps *apps = model->apps;
    int y = 1;

    if (is_listing(apps)) {
        canvas_cut(canvas, 2, y, canvas->width - 3, ROLE_DIM, _("asking the engine…"));
        return;
    }
    for (unsigned i = 0; i < fleet_n_sources(apps->fleet); i++) {
        const FleetSourceStatus *status = apps_status(apps, i);
        const char *rest = status == NULL ? NULL : status->why;
        g_autofree char *name = apps_source_name(apps, i);
        if (!is_shown(apps, i))
            continue;
        canvas_cut(canvas, 2, y++, canvas->width - 3, ROLE_STRONG, name);
        while (rest != NULL && y < canvas->height) {
            const char *text = rest;
            size_t bytes = text_break(text, (unsigned)MAX(canvas->width - 5, 8), &rest);
            g_autofree char *line = g_strndup(text, bytes);
            canvas_text(canvas, 4, y++, ROLE_WARNING, line);
        }
        if (status == NULL || status->why == NULL)
            canvas_cut(canvas, 4, y++, canvas->width - 5, ROLE_TEXT,
                       _("has no confidential application"));
    }
    y++;
    canvas_cut(canvas, 2, y++, canvas->width - 3, ROLE_DIM, _(":files        evidence files here"));
    canvas_cut(canvas, 2, y++, canvas->width - 3, ROLE_DIM, _(":open FILE    judge a file"));
}

static void draw(const Pane *pane, const Model *model, const Canvas *canvas, bool focused)
{
    const AppsPane *self = (const AppsPane *)pane;

    if (apps_n_shown(model->apps) == 0) {
        draw_nothing(model, canvas);
        return;
    }
    list_draw(&self->list, model, canvas, focused);
    if (self->list.order->len == 0)
        canvas_cut(canvas, 2, 1, canvas->width - 3, ROLE_DIM, _("no row matches the filter"));
}

static void copy_name(const AppsPane *self, Console *console)
{
    unsigned number;
    const AppRow *row =
        list_selected(&self->list, &number) ? row_at(console_model(console), number) : NULL;

    if (row != NULL)
        console_copy(console, NULL, row->name);
}

static void switch_cpu(AppsPane *self, Console *console, Model *model)
{
    model->cpu = !model->cpu;
    list_show_column(&self->list, COLUMN_CPU, COLUMN_PORT, model->cpu);
    console_say(console, ROLE_TEXT, "%s",
                model->cpu ? _("the CPU of what is in sight is asked for")
                           : _("the CPU is not asked for any more"));
}

static Redo command(Pane *pane, Console *console, CommandId id)
{
    AppsPane *self = (AppsPane *)pane;
    Model *model = console_model(console);

    self->touched = true;
    if (id == COMMAND_CPU) {
        switch_cpu(self, console, model);
        return REDO_DRAW;
    }
    if (id == COMMAND_COPY) {
        copy_name(self, console);
        return REDO_DRAW;
    }
    if (id == COMMAND_OPEN) {
        console_focus(console, PLACE_RIGHT);
        return REDO_DRAW;
    }
    return list_command(&self->list, model, model->jobs, id);
}

static const char *pattern(const Pane *pane)
{
    return ((const AppsPane *)pane)->list.filter;
}

static void set_pattern(Pane *pane, Console *console, const char *text)
{
    Model *model = console_model(console);

    ((AppsPane *)pane)->touched = true;
    list_set_filter(&((AppsPane *)pane)->list, model, model->jobs, text);
}

static char *pattern_state(const Pane *pane, const Model *model)
{
    const List *list = &((const AppsPane *)pane)->list;

    if (list_filter_problem(list) != NULL)
        return g_strdup(list_filter_problem(list));
    return g_strdup_printf(_("%u of %u"), list->order->len, apps_n_shown(model->apps));
}

static Redo click(Pane *pane, Console *console, int x, int y)
{
    List *list = &((AppsPane *)pane)->list;

    (void)console;
    (void)x;
    if (y < 1 || list->top + (unsigned)y - 1 >= list->order->len)
        return REDO_NOTHING;
    ((AppsPane *)pane)->touched = true;
    list_move_to(list, list->top + (unsigned)y - 1);
    return REDO_DRAW;
}

static const PaneClass apps_class = {
    .kind = PANE_APPS,
    .free = apps_pane_free,
    .title = title,
    .update = update,
    .fit = fit,
    .draw = draw,
    .command = command,
    .pattern = pattern,
    .set_pattern = set_pattern,
    .pattern_state = pattern_state,
    .click = click,
    .due = due,
    .tick = tick,
};

Pane *apps_pane_new(const Model *model)
{
    AppsPane *self = g_new0(AppsPane, 1);

    self->pane.class = &apps_class;
    list_init(&self->list, &source);
    self->list.sort_column = COLUMN_NAME;
    choose_columns(self, model);
    return &self->pane;
}

bool apps_pane_selected(const Pane *pane, unsigned *number)
{
    return list_selected(&((const AppsPane *)pane)->list, number);
}

void apps_pane_select_number(Pane *pane, unsigned number)
{
    ((AppsPane *)pane)->touched = true;
    list_select_row(&((AppsPane *)pane)->list, number);
}

GArray *apps_pane_chosen(const Pane *pane)
{
    return list_chosen(&((const AppsPane *)pane)->list);
}

bool apps_pane_wants_cpu(const Pane *pane, const Model *model)
{
    return model->cpu && list_shows_column(&((const AppsPane *)pane)->list, COLUMN_CPU);
}

GArray *apps_pane_in_sight(const Pane *pane)
{
    const List *list = &((const AppsPane *)pane)->list;
    GArray *numbers = g_array_new(FALSE, FALSE, sizeof(unsigned));

    for (unsigned i = 0; i < list->height && list->top + i < list->order->len; i++) {
        unsigned number = g_array_index(list->order, uint32_t, list->top + i);
        g_array_append_val(numbers, number);
    }
    return numbers;
}

void apps_pane_state(const Pane *pane, const Model *model, const char **sort, bool *descending,
                     const char **selected)
{
    const List *list = &((const AppsPane *)pane)->list;
    const AppRow *row;
    unsigned number;

    *sort = list->sort_column == LIST_UNSORTED ? "" : columns[list->sort_column].id;
    *descending = list->descending;
    row = list_selected(list, &number) ? apps_row(model->apps, number) : NULL;
    *selected = row == NULL ? "" : row->name;
}

void apps_pane_restore(Pane *pane, const Model *model, const char *sort, bool descending,
                       const char *selected)
{
    AppsPane *self = (AppsPane *)pane;

    for (int i = 0; i < N_COLUMNS; i++)
        if (g_str_equal(columns[i].id, sort))
            list_sort_by(&self->list, model, i, descending);
    g_free(self->wanted);
    self->wanted = *selected == '\0' ? NULL : g_strdup(selected);
}
