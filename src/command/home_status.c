/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "command/home.h"

#include "app/evidence.h"
#include "command/layout.h"
#include "core/clock.h"
#include "core/file.h"
#include "core/i18n.h"
#include "core/limits.h"
#include "core/sanitize.h"
#include "core/units.h"
#include "format/date.h"
#include "format/pem.h"

#include <inttypes.h>

/* The certificate that the evidence of the application's directory names; NULL when that cannot be
 * read here. */
static GBytes *known_certificate(const FleetApp *app, Cancel *cancel)
{
    if (!app->directory)
        return NULL;
    g_autofree char *path = g_build_filename(app->directory, "evidence.json", NULL);
    g_autoptr(GBytes) bytes = file_read(path, LIMIT_EVIDENCE, cancel, NULL);
    if (!bytes)
        return NULL;
    size_t size;
    const void *data = g_bytes_get_data(bytes, &size);
    g_autoptr(Evidence) evidence = evidence_parse(span_of(data, size), path, NULL);
    if (!evidence)
        return NULL;
    data = g_bytes_get_data(evidence->certificate, &size);
    g_autoptr(GPtrArray) blocks = pem_decode(span_of(data, size), PEM_TEXT_BETWEEN, 16, NULL);
    return blocks ? g_bytes_ref(((PemBlock *)g_ptr_array_index(blocks, 0))->der) : NULL;
}

typedef enum { CERTIFICATE_UNKNOWN, CERTIFICATE_SAME, CERTIFICATE_DIFFERS } CertificateCheck;

static CertificateCheck check_certificate(const FleetApp *app, Cancel *cancel)
{
    if (!app->certificate)
        return CERTIFICATE_UNKNOWN;
    g_autoptr(GBytes) known = known_certificate(app, cancel);
    if (!known)
        return CERTIFICATE_UNKNOWN;
    return g_bytes_equal(known, app->certificate) ? CERTIFICATE_SAME : CERTIFICATE_DIFFERS;
}

static char *days_text(int64_t expires, int64_t now)
{
    int64_t days = home_days_left(expires, now);
    g_autofree char *date = date_format(expires);
    if (days < 0)
        return g_strdup_printf(_("%s: expired"), date);
    return g_strdup_printf(g_dngettext(NULL, "%s: %d day left", "%s: %d days left", (gulong)days),
                           date, (int)MIN(days, G_MAXINT));
}

static char *time_text(int64_t time)
{
    return time ? date_format(time) : NULL;
}

static char *port_text(const FleetApp *app)
{
    if (app->port == 0)
        return NULL;
    return g_strdup_printf("%s:%u", app->address ? app->address : "", app->port);
}

static const char *const certificate_words[] = {
    [CERTIFICATE_SAME] = N_("the one of its evidence"),
    [CERTIFICATE_DIFFERS] = N_("NOT the one of its evidence"),
};

static void say(Job *job, const char *title, char *value)
{
    size_t width = layout_width(title);
    g_autofree char *safe = value ? sanitize_string(value) : g_strdup("–");
    job_text(job, "%s%*s%s", title, (int)(width < 14 ? 14 - width : 1), "", safe);
    g_free(value);
}

static void say_all(Job *job, const HomeApp *found, CertificateCheck check, int64_t now)
{
    const FleetApp *app = found->app;
    say(job, _("Name:"), g_strdup(app->name));
    say(job, _("Engine:"), g_strdup(fleet_source_name(found->source)));
    say(job, _("Size:"), app->size ? units_size(app->size) : NULL);
    say(job, _("Common name:"), fleet_app_common_name(app));
    say(job, _("Port:"), port_text(app));
    say(job, _("Healthcheck:"), g_strdup(app->healthcheck));
    say(job, _("State:"), fleet_app_state_text(app));
    say(job, _("Started:"), time_text(app->started));
    say(job, _("Expires:"), app->expires ? days_text(app->expires, now) : NULL);
    if (check != CERTIFICATE_UNKNOWN)
        say(job, _("Certificate:"), g_strdup(_(certificate_words[check])));
}

static void emit(Job *job, const HomeApp *found, CertificateCheck check, int64_t now)
{
    const FleetApp *app = found->app;
    g_autofree char *name = fleet_app_common_name(app);
    json_t *row = json_object();
    json_object_set_new(row, "name", json_string(app->name));
    json_object_set_new(row, "id", json_string(app->id));
    json_object_set_new(row, "engine", home_engine(found->source));
    json_object_set_new(row, "dialect", home_text(fleet_dialect_name(app->dialect)));
    json_object_set_new(row, "size", home_bytes(app->size));
    json_object_set_new(row, "common_name", home_text(name));
    if (app->port)
        json_object_set_new(row, "port", json_integer(app->port));
    json_object_set_new(row, "address", home_text(app->address));
    json_object_set_new(row, "healthcheck", home_text(app->healthcheck));
    json_object_set_new(row, "state", json_string(fleet_app_state_word(app)));
    if (app->has_exit_code)
        json_object_set_new(row, "exit_code", json_integer(app->exit_code));
    json_object_set_new(row, "started", home_time(app->started));
    json_object_set_new(row, "expires", home_time(app->expires));
    if (app->expires)
        json_object_set_new(row, "days_left", json_integer(home_days_left(app->expires, now)));
    json_object_set_new(row, "subject", home_text(app->subject));
    json_object_set_new(row, "san", home_text(app->san));
    json_object_set_new(row, "uuid", home_text(app->uuid));
    json_object_set_new(row, "application", home_text(app->application));
    json_object_set_new(row, "image", home_text(app->image));
    json_object_set_new(row, "directory", home_text(app->directory));
    if (check != CERTIFICATE_UNKNOWN)
        json_object_set_new(row, "certificate_known", json_boolean(check == CERTIFICATE_SAME));
    job_emit(job, row);
}

static int run_status(Job *job, const Arguments *arguments)
{
    g_autoptr(GError) error = NULL;
    g_auto(HomeApp) found = {0};
    const char *name = g_ptr_array_index(arguments_operands(arguments), 0);
    if (!home_find(job, arguments, name, &found, &error))
        return job_fail(job, error);
    int64_t now = clock_now();
    if (found.app->dialect != FLEET_DIALECT_NONE) {
        FleetApp *asked = fleet_app_ask_health(found.source, found.app, now, job_cancel(job));
        fleet_app_unref(found.app);
        found.app = asked;
    }
    if (cancel_is_set(job_cancel(job), &error))
        return job_fail(job, error);
    CertificateCheck check = check_certificate(found.app, job_cancel(job));
    if (job_json(job))
        emit(job, &found, check, now);
    else
        say_all(job, &found, check, now);
    if (check != CERTIFICATE_DIFFERS)
        return EXIT_OK;
    g_autofree char *safe = sanitize_string(found.app->name);
    job_warn(job,
             _("%s shows another certificate than that of its evidence: send it nothing, and "
               "verify it again"),
             safe);
    return EXIT_REJECTED;
}

static const VerbOption options[] = {HOME_ALL_OPTION, HOME_ENGINE_OPTION, {0}};

static const VerbColumn columns[] = {
    {"name", N_("name"), COLUMN_TEXT, NULL, false},
    {"id", N_("id"), COLUMN_TEXT, NULL, false},
    {"engine", N_("engine"), COLUMN_TEXT, NULL, false},
    {"dialect", N_("dialect"), COLUMN_TEXT, NULL, false},
    {"size", N_("size"), COLUMN_BYTES, NULL, false},
    {"common_name", N_("common name"), COLUMN_TEXT, NULL, false},
    {"port", N_("port"), COLUMN_NUMBER, NULL, false},
    {"address", N_("address"), COLUMN_TEXT, NULL, false},
    {"healthcheck", N_("healthcheck"), COLUMN_TEXT, NULL, false},
    {"state", N_("state"), COLUMN_TEXT, NULL, false},
    {"exit_code", N_("exit status"), COLUMN_NUMBER, NULL, false},
    {"started", N_("started"), COLUMN_TIME, NULL, false},
    {"expires", N_("expires"), COLUMN_TIME, NULL, false},
    {"days_left", N_("days left"), COLUMN_NUMBER, NULL, false},
    {"subject", N_("subject"), COLUMN_TEXT, NULL, false},
    {"san", N_("alternative name"), COLUMN_TEXT, NULL, false},
    {"uuid", N_("uuid"), COLUMN_TEXT, NULL, false},
    {"application", N_("application"), COLUMN_TEXT, NULL, false},
    {"image", N_("image"), COLUMN_TEXT, NULL, false},
    {"directory", N_("directory"), COLUMN_TEXT, NULL, false},
    {"certificate_known", N_("certificate known"), COLUMN_BOOLEAN, NULL, false},
    {0},
};

const Verb verb_home_status = {
    .words = "home status",
    .operands = "NAME",
    .min_operands = 1,
    .max_operands = 1,
    .operand_kind = ARGUMENT_TEXT,
    .help = N_("show an application: its arguments, its state, until when"),
    .description =
        N_("The state of one that runs is asked of itself, on its health path, with a request that "
           "carries nothing. The certificate that it shows then is compared with the one of the "
           "evidence in its directory, where that can be read: exit status 3 when they differ."),
    .options = options,
    .columns = columns,
    .flags = VERB_READ_ONLY | VERB_STREAM,
    .run = run_status,
};
