/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * home run: secrets to an application that waits for them, after its evidence was verified again.
 */
#include "config.h"

#include "command/home.h"
#include "command/verify_text.h"

#include "app/configuration.h"
#include "app/deed.h"
#include "core/clock.h"
#include "core/hex.h"
#include "core/i18n.h"
#include "core/sanitize.h"
#include "core/units.h"
#include "life/delivery.h"
#include "life/judge.h"

#include <stdlib.h>
#include <string.h>

#define DEFAULT_TIMEOUT 24 /* minutes, as the Python CLI waits */

typedef struct Run {
    Job *job;
    const Arguments *arguments;
    HomeApp found;
    Configuration configuration;
    Secret *body;  /* of it all */
    json_t *items; /* of the journal: what is sent */
    Settings *settings;
    Journal *journal;
    VerificationResult *evidence, *certificate; /* what was judged; NULL: was not */
    char *measurement;
} Run;

static void run_clear(Run *run)
{
    home_app_clear(&run->found);
    configuration_clear(&run->configuration);
    secret_free(run->body);
    json_decref(run->items);
    settings_free(run->settings);
    journal_free(run->journal);
    verification_result_unref(run->evidence);
    verification_result_unref(run->certificate);
    g_free(run->measurement);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Run, run_clear)

/* ---- what is sent ---- */

static void add_item(Run *run, const char *role, const char *path, size_t size)
{
    json_array_append_new(run->items, deed_item(role, path, size, NULL));
}

static bool read_secrets(Run *run, const char *path, GError **error)
{
    if (!configuration_read_secrets(&run->configuration, path, job_cancel(run->job), error))
        return false;
    g_autofree char *safe = sanitize_string(path);
    if (run->configuration.secrets)
        add_item(run, "secrets", path, secret_size(run->configuration.secrets));
    else
        job_warn(run->job, _("%s is empty: no secrets are sent from it"), safe);
    return true;
}

static bool read_sealed(Run *run, const char *path, GError **error)
{
    if (!configuration_read_sealed(&run->configuration, path, job_cancel(run->job), error))
        return false;
    size_t size = g_bytes_get_size(run->configuration.sealed);
    g_autofree char *hash =
        g_compute_checksum_for_bytes(G_CHECKSUM_SHA256, run->configuration.sealed);
    json_array_append_new(run->items, deed_item("sealed_secrets", path, size, hash));
    return true;
}

static bool read_key(Run *run, const char *path, GError **error)
{
    if (!configuration_read_key(&run->configuration, path, job_cancel(run->job), error))
        return false;
    add_item(run, "code_key", path, secret_size(run->configuration.key));
    return true;
}

static bool read_files(Run *run, GError **error)
{
    static const struct {
        const char *option;
        bool (*read)(Run *run, const char *path, GError **error);
    } files[] = {
        {"secrets", read_secrets},
        {"sealed-secrets", read_sealed},
        {"key", read_key},
    };
    run->items = json_array();
    for (size_t i = 0; i < G_N_ELEMENTS(files); i++) {
        const char *path = arguments_value(run->arguments, files[i].option);
        if (path && !files[i].read(run, path, error))
            return false;
    }
    return true;
}

/* ---- to whom ---- */

static int refuse(const Run *run, const VerificationResult *result)
{
    g_autofree char *name = sanitize_string(run->found.app->name);
    if (!job_json(run->job))
        verify_text_report(run->job, result, false);
    if (result->error)
        return job_fail(run->job, result->error);
    int status = verification_exit_status(result, false);
    job_warn(run->job, _("nothing was sent to %s: its evidence is not trusted"), name);
    return status;
}

static void warn_of_journal(const Run *run, const VerificationResult *result)
{
    if (result->journal_error)
        job_warn(run->job, _("the journal does not have this: %s"), result->journal_error->message);
}

/* EXIT_OK: it was judged, and is trusted. */
static int check(const Run *run, const VerificationResult *result)
{
    warn_of_journal(run, result);
    bool trusted = !result->error && verification_exit_status(result, false) == EXIT_OK;
    return trusted ? EXIT_OK : refuse(run, result);
}

/* --cert: the certificate that somebody else verified, judged with what the evidence brings, where
 * that can be had. */
static int judge_certificate(Run *run, const char *path)
{
    g_autoptr(GError) error = NULL;
    if (run->evidence && check(run, run->evidence) != EXIT_OK)
        return EXIT_REJECTED;
    run->certificate = life_judge(run->settings, run->journal, run->found.app, INPUT_CERTIFICATE,
                                  path, run->evidence, job_cancel(run->job), &error);
    return run->certificate ? check(run, run->certificate) : job_fail(run->job, error);
}

static int judge_target(Run *run)
{
    g_autoptr(GError) error = NULL;
    const char *path = arguments_value(run->arguments, "cert");
    run->journal = journal_new(NULL);
    run->settings = settings_load(&error);
    if (!run->settings)
        return job_fail(run->job, error);
    run->evidence = life_judge_evidence(run->settings, run->journal, run->found.source,
                                        run->found.app, job_cancel(run->job), &error);
    if (path && !cancel_is_set(job_cancel(run->job), NULL))
        return judge_certificate(run, path);
    return run->evidence ? check(run, run->evidence) : job_fail(run->job, error);
}

static const Verdict *verdict_of(const Run *run)
{
    return (run->certificate ? run->certificate : run->evidence)->verdict;
}

/* --mrenclave: trusted evidence of another enclave than the one that is meant is none. */
static int check_measurement(Run *run)
{
    const char *meant = arguments_value(run->arguments, "mrenclave");
    run->measurement = life_measurement(verdict_of(run));
    if (!meant || (run->measurement && g_ascii_strcasecmp(meant, run->measurement) == 0))
        return EXIT_OK;
    g_autofree char *name = sanitize_string(run->found.app->name);
    job_warn(run->job,
             _("nothing was sent to %s: its evidence is of the enclave %s, and %s was meant; if it "
               "was spawned again, verify the new one first"),
             name, run->measurement ? run->measurement : "–", meant);
    return EXIT_REJECTED;
}

/* ---- doing it ---- */

static void say_target(Run *run)
{
    const VerificationResult *result = run->certificate ? run->certificate : run->evidence;
    if (job_json(run->job))
        return;
    verify_text_line(run->job, result);
    g_autofree char *name = sanitize_string(run->found.app->name);
    job_text(run->job, _("To %s, the enclave with measurement %s:"), name, run->measurement);
    if (json_array_size(run->items) == 0)
        job_text(run->job, "%s", _("  no secrets: it starts without"));
    size_t i;
    const json_t *item;
    json_array_foreach(run->items, i, item)
    {
        g_autofree char *size =
            units_size((uint64_t)json_integer_value(json_object_get(item, "size")));
        job_text(run->job, "  %-14s  %s (%s)", json_string_value(json_object_get(item, "role")),
                 json_string_value(json_object_get(item, "path")), size);
    }
}

static void remember(const Run *run)
{
    g_autoptr(GError) error = NULL;
    const Deed deed = {
        .kind = DEED_SEND,
        .application = run->found.app->name,
        .engine = fleet_source_name(run->found.source),
        .id = run->found.app->id,
        .measurement = run->measurement,
        .what = run->items,
    };
    if (!deed_record(run->journal, clock_now(), &deed, &error))
        job_warn(run->job, _("the journal does not have this: %s"), error->message);
}

static void on_progress(FleetHealth health, unsigned seconds, void *data)
{
    const Run *run = data;
    const char *what = health == FLEET_HEALTH_WAITING ? _("the secrets are taken in")
                                                      : _("waiting for the application");
    job_progress(run->job, &(Progress){.what = what, .done = seconds, .unit = PROGRESS_SECONDS});
}

static int64_t deadline_of(const Arguments *arguments)
{
    const char *text = arguments_value(arguments, "timeout");
    int64_t minutes = text ? (int64_t)strtoul(text, NULL, 10) : DEFAULT_TIMEOUT;
    return clock_monotonic() + minutes * 60 * G_USEC_PER_SEC;
}

/* How it was left when waiting was given up. */
static int fail_after_sending(const Run *run, const GError *error)
{
    g_autofree char *name = sanitize_string(run->found.app->name);
    int status = job_fail(run->job, error);
    if (status == EXIT_CANCELLED)
        job_warn(run->job,
                 _("the secrets were sent, and %s goes on starting; \"mse-console home status "
                   "%s\" tells how it is"),
                 name, name);
    return status;
}

static int say_ready(const Run *run, FleetHealth health)
{
    const FleetApp *app = run->found.app;
    g_autofree char *name = sanitize_string(app->name);
    g_autofree char *url = fleet_app_url(run->found.source, app, "/");
    if (health == FLEET_HEALTH_ON_ERROR)
        job_warn(run->job,
                 _("%s runs, but its health path answers with an error (500); \"mse-console home "
                   "logs %s\" may tell why"),
                 name, name);
    if (!job_json(run->job)) {
        job_text(run->job, _("%s is ready: %s"), name, url);
        return EXIT_OK;
    }
    job_emit(run->job,
             json_pack("{s:s, s:s, s:o, s:s?, s:s, s:b, s:O, s:s, s:s}", "name", app->name, "id",
                       app->id, "engine", home_engine(run->found.source), "measurement",
                       run->measurement, "verdict", verdict_kind_name(verdict_of(run)->kind),
                       "simulated", verdict_of(run)->simulated, "sent", run->items, "health",
                       fleet_health_name(health), "url", url));
    return EXIT_OK;
}

/* What was sent is wiped before the long wait. */
static void forget(Run *run)
{
    g_clear_pointer(&run->body, secret_free);
    configuration_clear(&run->configuration);
}

static int deliver(Run *run, const Delivery *delivery)
{
    g_autoptr(GError) error = NULL;
    Cancel *cancel = job_cancel(run->job);
    if (!delivery_await_server(delivery, cancel, &error))
        return job_fail(run->job, error);
    say_target(run);
    DeliveryOutcome outcome = delivery_send(delivery, run->body, cancel, &error);
    forget(run);
    if (outcome != DELIVERY_NOT_SENT)
        remember(run);
    if (outcome == DELIVERY_NOT_SENT || outcome == DELIVERY_REFUSED)
        return job_fail(run->job, error);
    if (error && cancel_is_set(cancel, NULL))
        return fail_after_sending(run, error);
    if (error)
        job_warn(run->job, "%s", error->message);
    g_clear_error(&error);
    FleetHealth health = delivery_await_ready(delivery, outcome, cancel, &error);
    return error ? fail_after_sending(run, error) : say_ready(run, health);
}

static int run_found(Run *run)
{
    g_autoptr(GError) error = NULL;
    run->body = configuration_body(&run->configuration, run->found.app->uuid, &error);
    if (!run->body)
        return job_fail(run->job, error);
    int status = judge_target(run);
    if (status == EXIT_OK)
        status = check_measurement(run);
    if (status != EXIT_OK)
        return status;
    const Delivery delivery = {
        .source = run->found.source,
        .app = run->found.app,
        .certificate = verdict_of(run)->certificate,
        .until = deadline_of(run->arguments),
        .progress = on_progress,
        .data = run,
    };
    return deliver(run, &delivery);
}

static int run_run(Job *job, const Arguments *arguments)
{
    g_autoptr(GError) error = NULL;
    g_auto(Run) run = {.job = job, .arguments = arguments};
    const char *name = g_ptr_array_index(arguments_operands(arguments), 0);
    if (!read_files(&run, &error) || !home_find(job, arguments, name, &run.found, &error))
        return job_fail(job, error);
    return run_found(&run);
}

static const VerbOption options[] = {
    {.name = "secrets",
     .kind = ARGUMENT_FILE,
     .metavar = "FILE",
     .help = N_("secrets for the application, JSON; whoever runs this can read them")},
    {.name = "sealed-secrets",
     .kind = ARGUMENT_FILE,
     .metavar = "FILE",
     .help = N_("secrets that \"home seal\" sealed for this enclave")},
    {.name = "key",
     .kind = ARGUMENT_FILE,
     .metavar = "FILE",
     .help = N_("the key that the code was encrypted with, 32 bytes")},
    {.name = "timeout",
     .kind = ARGUMENT_NUMBER,
     .most = 100000,
     .metavar = "MINUTES",
     .help = N_("wait so long until the application is ready (default 24)")},
    {.name = "cert",
     .kind = ARGUMENT_FILE,
     .metavar = "FILE",
     .help = N_("send to the enclave with this RA-TLS certificate, instead of the evidence's")},
    {.name = "mrenclave",
     .kind = ARGUMENT_HEX,
     .size = 32,
     .metavar = "HEX",
     .help = N_("send to no enclave but the one with this measurement: exit status 3 when the "
                "evidence is of another")},
    HOME_ENGINE_OPTION,
    {0},
};

static const VerbColumn columns[] = {
    {"name", N_("name"), COLUMN_TEXT, NULL, false},
    {"id", N_("id"), COLUMN_TEXT, NULL, false},
    {"engine", N_("engine"), COLUMN_TEXT, NULL, false},
    {"measurement", N_("measurement"), COLUMN_TEXT, NULL, false},
    {"verdict", N_("verdict"), COLUMN_TEXT, NULL, false},
    {"simulated", N_("simulated"), COLUMN_BOOLEAN, NULL, false},
    {"sent", N_("sent"), COLUMN_TEXT, NULL, true},
    {"health", N_("health"), COLUMN_TEXT, NULL, false},
    {"url", N_("URL"), COLUMN_TEXT, NULL, false},
    {0},
};

const Verb verb_home_run = {
    .words = "home run",
    .operands = "NAME",
    .min_operands = 1,
    .max_operands = 1,
    .operand_kind = ARGUMENT_TEXT,
    .help = N_("send an application its secrets, and wait until it is ready"),
    .description =
        N_("The evidence in the application's directory is verified first, as the settings say: "
           "exit status 3 when it is not trusted, and nothing is sent. The secrets go to the one "
           "server that shows the certificate of that evidence; any other is refused within the "
           "handshake. They are sent once. The journal keeps which files went to which "
           "measurement, and nothing of what is in them. Secrets that are empty are left out."),
    .options = options,
    .columns = columns,
    .flags = VERB_STREAM | VERB_APPLICATION,
    .run = run_run,
};
