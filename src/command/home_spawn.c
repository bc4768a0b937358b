/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "command/home_life.h"

#include "core/clock.h"
#include "core/i18n.h"
#include "core/sanitize.h"
#include "life/collect.h"
#include "life/spawn.h"

#include <arpa/inet.h>
#include <stdlib.h>
#include <sys/stat.h>

#define DEFAULT_SUBJECT "CN=cosmian.com,O=Cosmian Tech,C=FR,L=Paris,ST=Ile-de-France"
#define DEFAULT_DAYS    365
#define DEFAULT_PORT    443
#define DEFAULT_TIMEOUT 24 /* minutes */
#define A_DAY           86400

typedef struct Spawn {
    Job *job;
    const Arguments *arguments;
    const char *name;
    Settings *settings;
    FleetSource *source;
    Package *package;
    char *pccs;
    char *signer_key; /* path */
    char *public_key; /* PEM */
    LifeListener listener;
    LifeSpawn request;
} Spawn;

static void spawn_clear(Spawn *spawn)
{
    settings_free(spawn->settings);
    g_clear_pointer(&spawn->source, fleet_source_unref);
    package_free(spawn->package);
    g_free(spawn->pccs);
    g_free(spawn->signer_key);
    g_free(spawn->public_key);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Spawn, spawn_clear)

static unsigned number(const Arguments *arguments, const char *option, unsigned otherwise)
{
    const char *text = arguments_value(arguments, option);
    return text ? (unsigned)strtoul(text, NULL, 10) : otherwise;
}

static bool is_address(const char *text)
{
    struct in6_addr ignored;
    return inet_pton(AF_INET, text, &ignored) == 1 || inet_pton(AF_INET6, text, &ignored) == 1;
}

/* A --host that is no address is the certificate's name, as older command lines have it. */
static bool read_names(Spawn *spawn, GError **error)
{
    const char *host = arguments_value(spawn->arguments, "host");
    const char *san = arguments_value(spawn->arguments, "san");
    bool address = host && is_address(host);
    spawn->request.address = address ? host : "0.0.0.0";
    if (san && host && !address) {
        g_autofree char *safe = sanitize_string(host);
        g_set_error(error, VERB_ERROR, VERB_ERROR_USAGE,
                    _("home spawn: --host \"%s\" is no IP address; with --san it is the address to "
                      "be bound"),
                    safe);
        return false;
    }
    spawn->request.san = san ? san : (address ? NULL : host);
    if (spawn->request.san)
        return true;
    g_set_error_literal(error, VERB_ERROR, VERB_ERROR_USAGE,
                        _("home spawn: --san NAME says for which host name the certificate is"));
    return false;
}

static bool read_required(Spawn *spawn, GError **error)
{
    static const char *const required[] = {"package", "size", "output"};
    for (size_t i = 0; i < G_N_ELEMENTS(required); i++) {
        if (arguments_value(spawn->arguments, required[i]))
            continue;
        g_set_error(error, VERB_ERROR, VERB_ERROR_USAGE, _("home spawn: --%s is missing"),
                    required[i]);
        return false;
    }
    if (number(spawn->arguments, "port", DEFAULT_PORT) != 0)
        return true;
    g_set_error_literal(error, VERB_ERROR, VERB_ERROR_USAGE,
                        _("home spawn: --port 0 is none; expected 1 to 65535"));
    return false;
}

static char *key_path(const Arguments *arguments)
{
    const char *named = arguments_value(arguments, "signer-key");
    return named
               ? g_strdup(named)
               : g_build_filename(g_get_home_dir(), ".config", "gramine", "enclave-key.pem", NULL);
}

static void fill(Spawn *spawn)
{
    const Arguments *arguments = spawn->arguments;
    const char *subject = arguments_value(arguments, "subject");
    LifeSpawn *request = &spawn->request;
    request->engine = fleet_source_engine(spawn->source);
    request->package = spawn->package;
    request->name = spawn->name;
    request->port = number(arguments, "port", DEFAULT_PORT);
    request->subject = subject ? subject : DEFAULT_SUBJECT;
    request->expires = clock_now() + (int64_t)number(arguments, "days", DEFAULT_DAYS) * A_DAY;
    request->size = number(arguments, "size", 0);
    request->signer_key = spawn->signer_key;
    request->output = arguments_value(arguments, "output");
    request->devices = settings_texts(spawn->settings, SETTING_SPAWN_DEVICES);
    request->binds = settings_texts(spawn->settings, SETTING_SPAWN_BINDS);
    request->timeout = number(arguments, "timeout", DEFAULT_TIMEOUT) * 60;
    request->cancel = job_cancel(spawn->job);
    spawn->listener = home_listener(spawn->job);
    request->listener = &spawn->listener;
}

static bool prepare(Spawn *spawn, GError **error)
{
    Cancel *cancel = job_cancel(spawn->job);
    const Arguments *arguments = spawn->arguments;
    if (!read_required(spawn, error) || !read_names(spawn, error))
        return false;
    spawn->settings = home_settings(spawn->job, error);
    if (!spawn->settings)
        return false;
    spawn->pccs = home_pccs(arguments, spawn->settings, error);
    if (!spawn->pccs)
        return false;
    spawn->signer_key = key_path(arguments);
    spawn->public_key = life_signer_public(spawn->signer_key, cancel, error);
    if (!spawn->public_key)
        return false;
    spawn->package = package_open(arguments_value(arguments, "package"), cancel, error);
    if (!spawn->package)
        return false;
    spawn->source = home_one_source(spawn->job, arguments, error);
    if (!spawn->source)
        return false;
    fill(spawn);
    return true;
}

/* What runs is told, and how to go on or back, whatever ended the waiting. */
static void say_how_to_go_on(const Spawn *spawn, bool ready)
{
    job_warn(spawn->job,
             ready ? _("%s runs and waits for its secrets, but its evidence was not collected: "
                       "\"mse-console home evidence %s\" does it; \"mse-console home stop --remove "
                       "%s\" removes it")
                   : _("%s still starts: once it is ready, \"mse-console home evidence %s\" "
                       "collects its evidence; \"mse-console home stop --remove %s\" removes it"),
             spawn->name, spawn->name, spawn->name);
}

static uint64_t size_of(const char *path)
{
    struct stat about;
    return stat(path, &about) == 0 ? (uint64_t)about.st_size : 0;
}

static void remember(const Spawn *spawn, const LifeSpawned *spawned, const char *measurement)
{
    const char *path = package_path(spawn->package);
    g_autofree char *whole = g_canonicalize_filename(path, NULL);
    json_t *what = json_array();
    json_array_append_new(what, deed_item("package", whole, size_of(whole), NULL));
    const Deed deed = {.kind = DEED_SPAWN,
                       .application = spawn->name,
                       .engine = fleet_source_name(spawn->source),
                       .id = spawned->id,
                       .measurement = measurement,
                       .what = what};
    home_remember(spawn->job, &deed);
    json_decref(what);
}

static VerificationResult *collect(const Spawn *spawn, const LifeSpawned *spawned, GError **error)
{
    g_autoptr(Journal) journal = journal_new(NULL);
    const LifeSpawn *asked = &spawn->request;
    const LifeCollect request = {
        .host_port = spawned->host_port,
        .name = spawn->name,
        .arguments = {.subject = asked->subject,
                      .san = asked->san,
                      .uuid = spawned->uuid,
                      .application = package_config(spawn->package)->python_application,
                      .expires = asked->expires,
                      .size = asked->size},
        .signer_key = spawn->public_key,
        .pccs_url = spawn->pccs,
        .pccs_ca = settings_text(spawn->settings, SETTING_PCCS_CA),
        .root = settings_text(spawn->settings, SETTING_TRUST_ROOT),
        .policy = spawn->settings->policy,
        .journal = journal,
        .directory = asked->output,
        .cancel = asked->cancel,
        .listener = asked->listener,
    };
    return life_collect(&request, error);
}

static void say(const Spawn *spawn, const LifeSpawned *spawned, const VerificationResult *result,
                const char *measurement)
{
    Job *job = spawn->job;
    home_say_verdict(job, result, spawn->request.output);
    if (job_json(job)) {
        g_autofree char *evidence = g_build_filename(spawn->request.output, "evidence.json", NULL);
        job_emit(job,
                 json_pack("{s:s, s:s, s:o, s:s, s:i, s:s, s:s?, s:s}", "name", spawn->name, "id",
                           spawned->id, "engine", home_engine(spawn->source), "uuid", spawned->uuid,
                           "port", (int)spawn->request.port, "evidence", evidence, "measurement",
                           measurement, "verdict", verification_verdict_name(result)));
        return;
    }
    job_text(job, _("%s runs on %s and waits for its secrets"), spawn->name, spawned->host_port);
    if (measurement)
        job_text(job, _("  Measurement: %s"), measurement);
    job_text(job,
             _("  Next: its evidence.json is for whoever verifies it; then \"mse-console home "
               "run %s\""),
             spawn->name);
}

static int run_to_the_end(Spawn *spawn)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(LifeSpawned) spawned = life_spawn(&spawn->request, &error);
    if (!spawned)
        return job_fail(spawn->job, error);
    g_autoptr(VerificationResult) result = spawned->ready ? collect(spawn, spawned, &error) : NULL;
    g_autofree char *measurement = result ? home_measurement(result) : NULL;
    remember(spawn, spawned, measurement);
    if (!result) {
        int status = job_fail(spawn->job, error);
        say_how_to_go_on(spawn, spawned->ready);
        return status;
    }
    say(spawn, spawned, result, measurement);
    return EXIT_OK;
}

static int run_spawn(Job *job, const Arguments *arguments)
{
    g_autoptr(GError) error = NULL;
    g_auto(Spawn) spawn = {.job = job,
                           .arguments = arguments,
                           .name = g_ptr_array_index(arguments_operands(arguments), 0)};
    return prepare(&spawn, &error) ? run_to_the_end(&spawn) : job_fail(job, error);
}

static const VerbOption options[] = {
    {.name = "package",
     .kind = ARGUMENT_FILE,
     .metavar = "FILE",
     .help = N_("the package, as \"home package\" makes it")},
    {.name = "host",
     .kind = ARGUMENT_TEXT,
     .metavar = "ADDRESS",
     .help = N_("the address of this host to be bound, default 0.0.0.0; a name instead is what "
                "--san is")},
    {.name = "port",
     .kind = ARGUMENT_NUMBER,
     .most = 65535,
     .metavar = "N",
     .help = N_("the port of this host, default 443")},
    {.name = "subject",
     .kind = ARGUMENT_TEXT,
     .metavar = "NAME",
     .help = N_("the subject of the certificate (RFC 4514), default CN=cosmian.com,…")},
    {.name = "san",
     .kind = ARGUMENT_TEXT,
     .metavar = "NAME",
     .help = N_("the host name that the certificate is for")},
    {.name = "days",
     .kind = ARGUMENT_NUMBER,
     .most = 36500,
     .metavar = "N",
     .help = N_("how long the certificate is valid, default 365")},
    {.name = "size",
     .kind = ARGUMENT_NUMBER,
     .most = 16 * 1024 * 1024,
     .metavar = "MIB",
     .help = N_("the enclave's size in MiB: a power of two, at least 1024")},
    {.name = "signer-key",
     .kind = ARGUMENT_FILE,
     .metavar = "PEM",
     .help = N_("the enclave's signing key: RSA, 3072 bits, exponent 3; default "
                "~/.config/gramine/enclave-key.pem")},
    HOME_PCCS_OPTION,
    {.name = "timeout",
     .kind = ARGUMENT_NUMBER,
     .most = 1440,
     .metavar = "MINUTES",
     .help = N_("how long to wait until it is ready, default 24")},
    {.name = "output",
     .letter = 'o',
     .kind = ARGUMENT_OUTPUT,
     .metavar = "DIR",
     .help = N_("the application's directory: its code, its tests, its evidence")},
    HOME_ONE_ENGINE_OPTION,
    {0},
};

static const VerbColumn columns[] = {
    {"name", N_("name"), COLUMN_TEXT, NULL, false},
    {"id", N_("id"), COLUMN_TEXT, NULL, false},
    {"engine", N_("engine"), COLUMN_TEXT, NULL, false},
    {"uuid", "UUID", COLUMN_TEXT, NULL, false},
    {"port", N_("port"), COLUMN_NUMBER, NULL, false},
    {"evidence", N_("evidence"), COLUMN_TEXT, NULL, false},
    {"measurement", N_("measurement"), COLUMN_TEXT, NULL, false},
    {"verdict", N_("verdict"), COLUMN_TEXT, NULL, false},
    {0},
};

const Verb verb_home_spawn = {
    .words = "home spawn",
    .operands = "NAME",
    .min_operands = 1,
    .max_operands = 1,
    .operand_kind = ARGUMENT_TEXT,
    .help = N_("start a package's application, up to where it waits for its secrets"),
    .description = N_(
        "Streams the image from the package into the engine, creates the container and starts "
        "it by the image's id, waits until its configuration server answers, collects its "
        "evidence and judges it at once. What cannot be is refused before anything is made: a "
        "name or port that is taken, a key that is none, a host without SGX, an engine on "
        "another machine, a directory with another application's evidence. When it fails "
        "before the application runs, nothing is left; when it ends while it runs, that is said, "
        "and how to go on. What an engine that does not answer any more keeps is named, with the "
        "command that removes it; a container that a killed spawn left and never started gives "
        "way to the next. Exit status 0 also when the evidence is not trusted: that is said."),
    .options = options,
    .columns = columns,
    .flags = VERB_STREAM,
    .run = run_spawn,
};
