/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Describe: what the selected application is: how it was started, where it listens, what it sees of
 * its host. Values that look like secrets are masked.
 */
#include "config.h"

#include "core/clock.h"
#include "core/i18n.h"
#include "core/sanitize.h"
#include "ui/console.h"
#include "ui/mask.h"
#include "ui/pane_reading.h"
#include "ui/text.h"

#include <inttypes.h>
#include <string.h>

enum { LABEL_WIDTH = 14, SETTLE_MICROSECONDS = 120000 };

typedef struct DescribePane {
    ReadingPane reading;
    unsigned number;
    int64_t ask_at; /* monotonic; 0: not */
    int64_t moved_at;
    uint64_t generation; /* of the question that is open or answered */
    UiJob *job;
    FleetApp *asked; /* what the answer is about */
    DockerInspect *inspect;
    char *problem;
    const FleetApp *made_of;
} DescribePane;

typedef struct DescribeTask {
    DockerEngine *engine;
    char *id;
    uint64_t generation;
} DescribeTask;

typedef struct Description {
    DockerInspect *inspect; /* or NULL */
    char *problem;
} Description;

static uint64_t last_generation;

/* ---- asking ---- */

static void task_free(void *data)
{
    DescribeTask *task = data;

    docker_engine_unref(task->engine);
    g_free(task->id);
    g_free(task);
}

static void description_free(void *data)
{
    Description *description = data;

    g_clear_pointer(&description->inspect, docker_inspect_free);
    g_free(description->problem);
    g_free(description);
}

static void run(UiJob *job, void *data)
{
    const DescribeTask *task = data;
    Description *description = g_new0(Description, 1);
    g_autoptr(GError) error = NULL;

    description->inspect = docker_engine_inspect(task->engine, task->id, job->cancel, &error);
    if (description->inspect == NULL)
        description->problem = sanitize_string(error->message);
    mailbox_post(job->mailbox, (Message){.kind = MESSAGE_DESCRIBED,
                                         .generation = task->generation,
                                         .data = description,
                                         .free_data = description_free});
}

static void forget(DescribePane *self, Jobs *jobs)
{
    if (self->job != NULL && jobs != NULL)
        jobs_cancel(jobs, self->job);
    g_clear_pointer(&self->job, ui_job_unref);
    g_clear_pointer(&self->inspect, docker_inspect_free);
    g_clear_pointer(&self->problem, g_free);
    self->generation = ++last_generation;
    self->reading.stale = true;
}

static Redo tick(Pane *pane, Console *console, int64_t now)
{
    DescribePane *self = (DescribePane *)pane;
    Model *model = console_model(console);
    const AppRow *row = apps_row(model->apps, self->number);
    DockerEngine *engine;
    DescribeTask *task;

    if (self->ask_at == 0 || now < self->ask_at)
        return REDO_NOTHING;
    self->ask_at = 0;
    forget(self, model->jobs);
    g_clear_pointer(&self->asked, fleet_app_unref);
    engine = row == NULL ? NULL : fleet_source_engine(apps_source_of(model->apps, row));
    if (engine == NULL)
        return REDO_DRAW;
    self->asked = fleet_app_ref(row->app);
    task = g_new(DescribeTask, 1);
    *task = (DescribeTask){.engine = docker_engine_ref(engine),
                           .id = g_strdup(row->app->id),
                           .generation = self->generation};
    self->job = ui_job_ref(
        jobs_start(model->jobs, "describe", JOB_QUIET | JOB_URGENT, run, task, task_free));
    return REDO_DRAW;
}

static int64_t due(const Pane *pane)
{
    const DescribePane *self = (const DescribePane *)pane;

    return self->ask_at == 0 ? INT64_MAX : self->ask_at;
}

static void show(Pane *pane, unsigned number)
{
    DescribePane *self = (DescribePane *)pane;
    int64_t now = clock_monotonic();

    if (self->number == number)
        return;
    self->number = number;
    self->reading.stale = true;
    self->reading.view.top = 0;
    self->ask_at = now - self->moved_at > SETTLE_MICROSECONDS ? now : now + SETTLE_MICROSECONDS;
    self->moved_at = now;
}

static Redo update(Pane *pane, Console *console, const Message *message)
{
    DescribePane *self = (DescribePane *)pane;
    Description *description = message->data;

    if (message->kind != MESSAGE_DESCRIBED)
        return reading_update(pane, console, message);
    if (message->generation != self->generation)
        return REDO_NOTHING;
    g_clear_pointer(&self->job, ui_job_unref);
    self->inspect = g_steal_pointer(&description->inspect);
    self->problem = g_steal_pointer(&description->problem);
    self->reading.stale = true;
    return REDO_DRAW;
}

/* ---- the document ---- */

static void add_field(Document *document, int width, const char *label, Role role, const char *text)
{
    document_line(document, DOCUMENT_PLAIN);
    document_add_at(document, 1, ROLE_DIM, label);
    document_wrap(document, 1 + LABEL_WIDTH, width - 1, role, text);
}

static void add_foreign(Document *document, int width, const char *label, const char *text)
{
    g_autofree char *safe = sanitize_string(text);

    if (text != NULL && *text != '\0')
        add_field(document, width, label, ROLE_TEXT, safe);
}

static void add_moment(Document *document, int width, const char *label, int64_t nanoseconds,
                       const char *more)
{
    g_autoptr(GDateTime) time =
        nanoseconds <= 0
            ? NULL
            : g_date_time_new_from_unix_local(nanoseconds / G_GINT64_CONSTANT(1000000000));
    g_autofree char *text = time == NULL ? NULL : g_date_time_format(time, "%Y-%m-%d %H:%M:%S");
    g_autofree char *whole = text == NULL ? NULL : g_strconcat(text, more, NULL);

    if (whole != NULL)
        add_field(document, width, label, ROLE_TEXT, whole);
}

static void add_state(Document *document, int width, const DockerInspect *inspect,
                      const FleetApp *app)
{
    g_autofree char *state = fleet_app_state_text(app);
    g_autofree char *again =
        inspect->restarts == 0
            ? g_strdup("")
            : g_strdup_printf(P_("  restarted %u time", "  restarted %u times", inspect->restarts),
                              inspect->restarts);

    add_field(document, width, _("state"), app_state_role(app), state);
    if (inspect->out_of_memory)
        add_field(document, width, "", ROLE_REJECTED, _("it ran out of memory"));
    add_foreign(document, width, _("error"), inspect->error);
    add_moment(document, width, _("created"), inspect->created, "");
    add_moment(document, width, _("started"), inspect->started, again);
    if (inspect->finished > inspect->started)
        add_moment(document, width, _("ended"), inspect->finished, "");
    if (app->health_at != 0 && fleet_health_name(app->health) != NULL)
        add_moment(document, width, _("health asked"),
                   app->health_at * G_GINT64_CONSTANT(1000000000), "");
}

static void add_identity(Document *document, int width, const DockerInspect *inspect,
                         const AppRow *row, const Apps *apps)
{
    g_autofree char *source = apps_source_name(apps, row->app->source);
    const char *dialect = fleet_dialect_name(row->app->dialect);

    add_field(document, width, _("name"), ROLE_STRONG, row->name);
    add_field(document, width, _("engine"), ROLE_TEXT, source);
    if (dialect != NULL)
        add_field(document, width, _("dialect"), ROLE_TEXT, dialect);
    add_foreign(document, width, _("image"), inspect->image);
    add_foreign(document, width, _("id"), inspect->id);
}

static void add_arguments(Document *document, int width, const char *heading, char *const *words)
{
    g_auto(GStrv) masked = mask_arguments(words);

    if (words == NULL || *words == NULL)
        return;
    document_heading(document, heading);
    for (unsigned i = 0; masked[i] != NULL; i++) {
        g_autofree char *safe = sanitize_string(masked[i]);
        bool value = i > 0 && masked[i - 1][0] == '-' && masked[i][0] != '-';
        if (!value)
            document_line(document, DOCUMENT_PLAIN);
        if (value)
            document_wrap(document, 1 + LABEL_WIDTH + 4, width - 1, ROLE_TEXT, safe);
        else
            document_add_at(document, 1, masked[i][0] == '-' ? ROLE_DIM : ROLE_TEXT, safe);
    }
}

static void add_environment(Document *document, int width, char *const *environment)
{
    if (environment == NULL || *environment == NULL)
        return;
    document_heading(document, _("ENVIRONMENT"));
    for (; *environment != NULL; environment++) {
        g_autofree char *masked = mask_assignment(*environment);
        g_autofree char *safe = sanitize_string(masked);
        document_line(document, DOCUMENT_PLAIN);
        document_wrap(document, 1, width - 1, ROLE_TEXT, safe);
    }
}

static void add_ports(Document *document, const DockerInspect *inspect)
{
    if (inspect->n_ports > 0)
        document_heading(document, _("PORTS"));
    for (size_t i = 0; i < inspect->n_ports; i++) {
        const DockerPort *port = &inspect->ports[i];
        g_autofree char *address = sanitize_string(port->address);
        g_autofree char *protocol = sanitize_string(port->protocol);
        document_line(document, DOCUMENT_PLAIN);
        if (port->host == 0)
            document_printf(document, ROLE_TEXT, _(" %u/%s, not published"), port->inside,
                            protocol);
        else
            document_printf(document, ROLE_TEXT, " %s:%u → %u/%s", address, port->host,
                            port->inside, protocol);
    }
}

static void add_mounts(Document *document, int width, const DockerInspect *inspect)
{
    if (inspect->n_mounts > 0)
        document_heading(document, _("MOUNTS"));
    for (size_t i = 0; i < inspect->n_mounts; i++) {
        const DockerMount *mount = &inspect->mounts[i];
        g_autofree char *source = sanitize_string(mount->source);
        g_autofree char *destination = sanitize_string(mount->destination);
        g_autofree char *text =
            g_strdup_printf("%s → %s  %s", source, destination, mount->writable ? "rw" : "ro");
        document_line(document, DOCUMENT_PLAIN);
        document_wrap(document, 1, width - 1, ROLE_TEXT, text);
    }
}

static void add_labels(Document *document, int width, const DockerInspect *inspect)
{
    if (inspect->n_labels > 0)
        document_heading(document, _("LABELS"));
    for (size_t i = 0; i < inspect->n_labels; i++) {
        g_autofree char *whole =
            g_strdup_printf("%s=%s", inspect->labels[i].key, inspect->labels[i].value);
        g_autofree char *masked = mask_assignment(whole);
        g_autofree char *safe = sanitize_string(masked);
        document_line(document, DOCUMENT_PLAIN);
        document_wrap(document, 1, width - 1, ROLE_TEXT, safe);
    }
}

static bool is_about(const DescribePane *self, const AppRow *row)
{
    return row != NULL && self->asked != NULL && self->asked->source == row->app->source &&
           g_str_equal(self->asked->id, row->app->id);
}

static Document *make(const DescribePane *self, const Model *model, int width)
{
    const AppRow *row = apps_row(model->apps, self->number);
    const DockerInspect *inspect = self->inspect;
    Document *document = document_new();

    if (!is_about(self, row))
        return document;
    if (self->problem != NULL) {
        document_line(document, DOCUMENT_PLAIN);
        document_wrap(document, 1, width - 1, ROLE_WARNING, self->problem);
    }
    if (inspect == NULL)
        return document;
    add_identity(document, width, inspect, row, model->apps);
    add_state(document, width, inspect, row->app);
    add_ports(document, inspect);
    add_arguments(document, width, _("ARGUMENTS"), inspect->command);
    add_arguments(document, width, _("ENTRYPOINT"), inspect->entrypoint);
    add_mounts(document, width, inspect);
    add_labels(document, width, inspect);
    add_environment(document, width, inspect->environment);
    return document;
}

static void fit(Pane *pane, const Model *model, int width, int height)
{
    DescribePane *self = (DescribePane *)pane;
    const AppRow *row = apps_row(model->apps, self->number);
    Document *made = NULL;

    /* Another state: everything is asked again. */
    if (is_about(self, row) && self->asked->state != row->app->state && self->ask_at == 0)
        self->ask_at = clock_monotonic();
    if (row != NULL && self->made_of != row->app)
        self->reading.stale = true;
    self->made_of = row == NULL ? NULL : row->app;
    if (reading_must_make(&self->reading, width))
        made = make(self, model, width);
    reading_fit(&self->reading, made, width, height);
}

static char *title(const Pane *pane, const Model *model)
{
    const AppRow *row = apps_row(model->apps, ((const DescribePane *)pane)->number);

    return row == NULL ? g_strdup(_("Describe")) : g_strdup_printf(_("Describe ── %s"), row->name);
}

static void describe_free(Pane *pane)
{
    DescribePane *self = (DescribePane *)pane;

    if (self->job != NULL)
        cancel_set(self->job->cancel);
    forget(self, NULL);
    g_clear_pointer(&self->asked, fleet_app_unref);
    reading_clear(&self->reading);
    g_free(self);
}

static const PaneClass describe_class = {
    .kind = PANE_READING,
    .free = describe_free,
    .title = title,
    .update = update,
    .fit = fit,
    .draw = reading_draw,
    .command = reading_command,
    .pattern = reading_pattern,
    .set_pattern = reading_set_pattern,
    .pattern_state = reading_pattern_state,
    .click = reading_click,
    .show = show,
    .due = due,
    .tick = tick,
};

Pane *describe_pane_new(void)
{
    DescribePane *self = g_new0(DescribePane, 1);

    reading_init(&self->reading, &describe_class);
    self->number = UINT32_MAX;
    return &self->reading.pane;
}
