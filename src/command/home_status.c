/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "command/home.h"

#include "app/settings.h"
#include "command/layout.h"
#include "core/clock.h"
#include "core/i18n.h"
#include "core/sanitize.h"
#include "core/units.h"
#include "format/date.h"

#include <inttypes.h>

typedef enum { CERTIFICATE_UNKNOWN, CERTIFICATE_SAME, CERTIFICATE_DIFFERS } CertificateCheck;

/* What it shows now against what its evidence has. */
static CertificateCheck check_certificate(const FleetApp *app, const LifeEnding *ending)
{
    if (!app->certificate || !ending->certificate)
        return CERTIFICATE_UNKNOWN;
    return g_bytes_equal(ending->certificate, app->certificate) ? CERTIFICATE_SAME
                                                                : CERTIFICATE_DIFFERS;
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

/* The verdict, or why there is none. */
static char *trust_text(const LifeEnding *ending)
{
    const Trust *trust = &ending->trust;
    const char *word = home_verdict_word(trust), *mark = trust->simulated ? " SIMULATED" : "";
    if (!trust->judged)
        return ending->why ? g_strdup_printf("%s: %s", word, ending->why) : g_strdup(word);
    if (trust->failed < 0)
        return g_strdup_printf("%s%s", word, mark);
    g_autofree char *failed = g_strdup_printf(_("%s failed"), check_table[trust->failed].id);
    return g_strdup_printf("%s%s: %s", word, mark, failed);
}

static char *end_text(const LifeEnding *ending, int64_t now)
{
    if (ending->end == 0)
        return NULL;
    g_autofree char *days = days_text(ending->end, now);
    return g_strdup_printf("%s (%s)", days, home_ending_part(ending));
}

static void say_all(Job *job, const HomeApp *found, const LifeEnding *ending,
                    CertificateCheck check, int64_t now)
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
    say(job, _("Trust:"), trust_text(ending));
    say(job, _("Trust ends:"), end_text(ending, now));
    if (check != CERTIFICATE_UNKNOWN)
        say(job, _("Certificate:"), g_strdup(_(certificate_words[check])));
}

static void emit(Job *job, const HomeApp *found, const LifeEnding *ending, CertificateCheck check,
                 int64_t now, unsigned days)
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
    if (ending->trust.judged) {
        json_object_set_new(row, "verdict", json_string(verdict_kind_name(ending->trust.verdict)));
        json_object_set_new(row, "simulated", json_boolean(ending->trust.simulated));
    }
    json_object_set_new(row, "evidence", home_text(fleet_evidence_origin_name(ending->origin)));
    home_add_ending(job, row, ending, now, days);
    if (check != CERTIFICATE_UNKNOWN)
        json_object_set_new(row, "certificate_known", json_boolean(check == CERTIFICATE_SAME));
    job_emit(job, row);
}

static void find_ending(const Settings *settings, const HomeApp *found, LifeEnding *out,
                        Cancel *cancel)
{
    g_autoptr(LifeEndings) endings = life_endings_new(settings);
    life_ending_find(endings, found->source, found->app, true, out, cancel);
}

static void warn_of_end(Job *job, const HomeApp *found, const LifeEnding *ending, int64_t now,
                        unsigned days)
{
    TrustEnding near = trust_ending(ending->end, now, days);
    if (near == TRUST_LASTS)
        return;
    g_autofree char *name = sanitize_string(found->app->name);
    g_autofree char *left = trust_ending_text(ending->end, now);
    const char *part = home_ending_part(ending);
    if (near == TRUST_ENDED)
        job_warn(job, _("trust in %s has ended: %s"), name, part);
    else
        job_warn(job, _("trust in %s ends in %s: %s"), name, left, part);
}

static int run_status(Job *job, const Arguments *arguments)
{
    g_autoptr(GError) error = NULL;
    g_auto(HomeApp) found = {0};
    const char *name = g_ptr_array_index(arguments_operands(arguments), 0);
    if (!home_find(job, arguments, name, &found, &error))
        return job_fail(job, error);
    g_autoptr(Settings) settings = settings_load(&error);
    if (!settings)
        return job_fail(job, error);
    int64_t now = clock_now();
    if (found.app->dialect != FLEET_DIALECT_NONE) {
        FleetApp *asked = fleet_app_ask_health(found.source, found.app, now, job_cancel(job));
        fleet_app_unref(found.app);
        found.app = asked;
    }
    if (cancel_is_set(job_cancel(job), &error))
        return job_fail(job, error);
    g_auto(LifeEnding) ending = {0};
    if (found.app->dialect != FLEET_DIALECT_NONE)
        find_ending(settings, &found, &ending, job_cancel(job));
    if (cancel_is_set(job_cancel(job), &error))
        return job_fail(job, error);
    CertificateCheck check = check_certificate(found.app, &ending);
    unsigned days = (unsigned)settings_number(settings, SETTING_ALARM_EXPIRY_DAYS);
    if (job_json(job))
        emit(job, &found, &ending, check, now, days);
    else
        say_all(job, &found, &ending, check, now);
    warn_of_end(job, &found, &ending, now, days);
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
    {"verdict", N_("verdict"), COLUMN_TEXT, NULL, false},
    {"simulated", N_("simulated"), COLUMN_BOOLEAN, NULL, false},
    {"evidence", N_("evidence"), COLUMN_TEXT, NULL, false},
    HOME_ENDING_COLUMNS,
    {0},
};

const Verb verb_home_status = {
    .words = "home status",
    .operands = "NAME",
    .min_operands = 1,
    .max_operands = 1,
    .operand_kind = ARGUMENT_TEXT,
    .help = N_("show an application: its arguments, its state, until when"),
    .description = N_(
        "The state of one that runs is asked of itself, on its health path, with a request that "
        "carries nothing. Its evidence, in its directory or else out of its container, is judged "
        "as the settings say with the collateral that it brings: whether it is trusted, and "
        "until when, by the certificate or the collateral, whichever ends first; an end within "
        "the days of the settings ([alarm] expiry_days) is warned about. The certificate that "
        "it shows now is compared with the one of its evidence: exit status 3 when they "
        "differ."),
    .options = options,
    .columns = columns,
    .flags = VERB_READ_ONLY | VERB_STREAM | VERB_APPLICATION,
    .run = run_status,
};
