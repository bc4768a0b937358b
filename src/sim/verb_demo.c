/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * mse-sim demo DIR: everything that a console needs to be shown, in one process and its children:
 * platform, PCCS, quoting services, an engine whose containers are enclave processes; or containers
 * of a real engine.
 */
#include "config.h"

#include "core/clock.h"
#include "core/file.h"
#include "core/i18n.h"
#include "sim/crypto.h"
#include "sim/demo_apps.h"
#include "sim/demo_docker.h"
#include "sim/engine.h"
#include "sim/listen.h"
#include "sim/options.h"
#include "sim/pccs.h"
#include "sim/platform_files.h"
#include "sim/quoting.h"
#include "sim/quoting_service.h"
#include "sim/tls_identity.h"

#include <errno.h>
#include <jansson.h>
#include <openssl/rand.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

enum {
    CHANGE_AFTER = 25, /* seconds */
    PATIENCE = 30,     /* seconds for an application to answer */
    STEP = 20,         /* milliseconds between two looks */
    SEALED_KEY_SIZE = 32,
};

/* What the engine is called. */
#define CONTEXT "demo"

typedef struct QuotingThread {
    const Platform *platform;
    QuotingOptions options;
    char *path;
    GThread *thread;
} QuotingThread;

typedef struct Demo {
    const char *directory, *names;
    Platform *platform, *outdated;
    Pccs *pccs;
    unsigned pccs_port;
    QuotingThread quoting[2];
    DemoApps apps;
    Engine *engine;    /* NULL: a real one, `docker` */
    DemoDocker docker; /* its engine is NULL: there is none */
    int stop, change;  /* eventfd: everything ends; an application changes */
    int change_after;  /* seconds */
    GThread *play;
    GError *error; /* why it could not be prepared */
} Demo;

static bool is_docker(const Demo *demo)
{
    return demo->docker.engine != NULL;
}

static char *place(const Demo *demo, const char *name)
{
    return g_build_filename(demo->directory, name, NULL);
}

static bool write_file(const Demo *demo, const char *name, int mode, const char *text,
                       GError **error)
{
    g_autofree char *path = place(demo, name);
    return file_write(path, span_of(text, strlen(text)), mode, error);
}

/* --- the platform --------------------------------------------------------------------------------
 */

static bool make_platforms(Demo *demo, GError **error)
{
    PlatformSpec spec;
    platform_spec_init(&spec, clock_now());
    demo->platform = platform_new(&spec);
    spec.tcb_status = sim_status_find(sim_tcb_statuses, "OutOfDate");
    demo->outdated = platform_variant(demo->platform, &spec);
    g_autofree char *path = place(demo, "platform");
    return platform_write(demo->platform, path, false, error);
}

static bool start_pccs(Demo *demo, GError **error)
{
    g_autofree char *path = place(demo, "platform");
    g_autofree char *certificate = NULL, *key = NULL;
    if (!tls_identity(path, &certificate, &key, error))
        return false;
    const int descriptor = listen_tcp("127.0.0.1:0", &demo->pccs_port, error);
    if (descriptor < 0)
        return false;
    const PccsOptions options = {.socket = descriptor, .certificate = certificate, .key = key};
    demo->pccs = pccs_start(demo->platform, &options, error);
    return demo->pccs != NULL;
}

static gpointer serve_quotes(gpointer data)
{
    const QuotingThread *quoting = data;
    quoting_serve(quoting->platform, &quoting->options);
    return NULL;
}

static bool start_quoting(Demo *demo, GError **error)
{
    /* A container is given the directory of its socket, and nothing else of ours is in it. */
    static const char *const names[][2] = {
        {"quoting.sock", "outdated.sock"},
        {"quoting/" QUOTING_SOCKET, "outdated/" QUOTING_SOCKET},
    };
    const Platform *platforms[] = {demo->platform, demo->outdated};
    for (unsigned i = 0; i < G_N_ELEMENTS(demo->quoting); i++) {
        QuotingThread *quoting = &demo->quoting[i];
        quoting->path = place(demo, names[is_docker(demo)][i]);
        g_autofree char *parent = g_path_get_dirname(quoting->path);
        if (!file_make_directory(parent, error))
            return false;
        quoting->platform = platforms[i];
        quoting->options =
            (QuotingOptions){.socket = listen_unix(quoting->path, error), .stop = demo->stop};
        if (quoting->options.socket < 0)
            return false;
        quoting->thread = g_thread_new("quoting", serve_quotes, quoting);
    }
    return true;
}

/* --- what the applications say -------------------------------------------------------------------
 */

static const Platform *platform_of(const Demo *demo, const DemoApp *app)
{
    return demo_app_fate(app) == DEMO_OUTDATED ? demo->outdated : demo->platform;
}

/* False when it is over. */
static bool pause_until(const Demo *demo, int64_t until)
{
    struct pollfd wait = {.fd = demo->stop, .events = POLLIN};
    return clock_monotonic() < until && poll(&wait, 1, STEP) == 0;
}

/* Its certificate, once it has one that is not `before` (NULL: any). */
static GBytes *await_certificate(const Demo *demo, const DemoApp *app, GBytes *before,
                                 GError **error)
{
    const int64_t until = clock_monotonic() + PATIENCE * G_USEC_PER_SEC;
    do {
        g_autoptr(GBytes) certificate = demo_app_certificate(app);
        if (certificate != NULL && (before == NULL || !g_bytes_equal(certificate, before)))
            return g_steal_pointer(&certificate);
    } while (pause_until(demo, until));
    g_set_error(error, SIM_ERROR, SIM_ERROR_NETWORK, _("%s has no certificate after %d seconds"),
                demo_app_name(app), PATIENCE);
    return NULL;
}

static bool await_configured(const Demo *demo, const DemoApp *app, GError **error)
{
    const int64_t until = clock_monotonic() + PATIENCE * G_USEC_PER_SEC;
    do {
        if (demo_app_configure(app))
            return true;
    } while (pause_until(demo, until));
    g_set_error(error, SIM_ERROR, SIM_ERROR_NETWORK, _("%s takes no secrets after %d seconds"),
                demo_app_name(app), PATIENCE);
    return false;
}

/* A container that has ended did run: it was given its secrets, and failed. */
static bool await_end(const Demo *demo, const DemoApp *app, GError **error)
{
    if (!is_docker(demo))
        return true;
    if (!await_configured(demo, app, error))
        return false;
    const int64_t until = clock_monotonic() + PATIENCE * G_USEC_PER_SEC;
    do {
        if (demo_docker_has_ended(&demo->docker, app))
            return true;
    } while (pause_until(demo, until));
    g_set_error(error, SIM_ERROR, SIM_ERROR_NETWORK, _("%s has not ended after %d seconds"),
                demo_app_name(app), PATIENCE);
    return false;
}

/* Evidence as the operator collected it, secrets as the operator sent them. */
static bool prepare_app(const Demo *demo, const DemoApp *app, GString *measurements, GError **error)
{
    if (demo_app_fate(app) == DEMO_ENDED)
        return await_end(demo, app, error);
    g_autoptr(GBytes) certificate = await_certificate(demo, app, NULL, error);
    if (certificate == NULL || !demo_app_collect(app, certificate, platform_of(demo, app), error) ||
        (demo_app_fate(app) != DEMO_WAITING && !await_configured(demo, app, error)))
        return false;
    g_autofree char *measurement = demo_app_measurement(certificate);
    g_string_append_printf(measurements, "    \"%s\", # %s\n", measurement, demo_app_name(app));
    return true;
}

static bool write_settings(const Demo *demo, const char *measurements, GError **error)
{
    g_autofree char *text = g_strdup_printf("# SIMULATED: what the demo's console trusts\n"
                                            "[trust]\n"
                                            "root = \"platform/root.pem\"\n"
                                            "\n"
                                            "[pccs]\n"
                                            "url = \"https://localhost:%u\"\n"
                                            "ca = \"platform/pccs.pem\"\n"
                                            "\n"
                                            "[policy]\n"
                                            "mrenclave = [\n%s]\n"
                                            "\n"
                                            "[secrets]\n"
                                            "billing = [\"work/secrets_to_seal.json\"]\n",
                                            demo->pccs_port, measurements);
    return write_file(demo, "config.toml", 0600, text, error);
}

/* What a code provider and an operator have at hand: secrets, a key, and where to keep results. */
static bool write_work(const Demo *demo, GError **error)
{
    uint8_t key[SEALED_KEY_SIZE];
    crypto_must(RAND_bytes(key, sizeof key) == 1, "RAND_bytes");
    g_autofree char *base64 = g_base64_encode(key, sizeof key);
    g_strdelimit(base64, "+", '-');
    g_strdelimit(base64, "/", '_');
    g_autofree char *line = g_strconcat(base64, "\n", NULL);
    g_autofree char *sealed = g_strdup_printf("{\"result_sk\": \"%s\"}\n", base64);
    g_autofree char *work = place(demo, "work");
    return file_make_directory(work, error) &&
           write_file(demo, "work/key.txt", 0600, line, error) &&
           write_file(demo, "work/secrets_to_seal.json", 0600, sealed, error) &&
           write_file(demo, "work/secrets.json", 0600,
                      "{\"login\": \"demo\", \"password\": \"SIMULATED\", \"salt\": "
                      "\"SIMULATED\"}\n",
                      error);
}

/* A context of Docker's, so that the engine has a name; of a real one, what bears our label is
 * shown and nothing else. */
static bool write_context(const Demo *demo, GError **error)
{
    g_autofree char *hash = g_compute_checksum_for_string(G_CHECKSUM_SHA256, CONTEXT, -1);
    g_autofree char *meta = g_strconcat("docker/contexts/meta/", hash, NULL);
    g_autofree char *file = g_strconcat(meta, "/meta.json", NULL);
    g_autofree char *directory = place(demo, meta);
    g_autofree char *socket = place(demo, "engine.sock");
    g_autofree char *own = g_strconcat("unix://", socket, NULL);
    const char *host = is_docker(demo) ? demo->docker.engine : own;
    json_t *metadata = json_object();
    if (is_docker(demo))
        json_object_set_new(metadata, DEMO_LABEL, json_string(demo->directory));
    json_t *content = json_pack("{s:s, s:o, s:{s:{s:s, s:b}}}", "Name", CONTEXT, "Metadata",
                                metadata, "Endpoints", "docker", "Host", host, "SkipTLSVerify", 0);
    char *text = json_dumps(content, JSON_COMPACT);
    const bool done =
        file_make_directory(directory, error) && write_file(demo, file, 0600, text, error);
    json_decref(content);
    free(text);
    return done;
}

static bool prepare(Demo *demo, GError **error)
{
    g_autoptr(GString) measurements = g_string_new(NULL);
    for (unsigned i = 0; i < demo->apps.n; i++)
        if (!prepare_app(demo, &demo->apps.all[i], measurements, error))
            return false;
    return write_settings(demo, measurements->str, error) && write_work(demo, error) &&
           write_context(demo, error);
}

/* --- what happens while somebody watches ---------------------------------------------------------
 */

/* True after so many milliseconds (-1: never); false when whoever started us is gone, or it is
 * over. */
static bool go_on_for(const Demo *demo, int milliseconds)
{
    struct pollfd waits[] = {{.fd = STDIN_FILENO, .events = POLLIN},
                             {.fd = demo->stop, .events = POLLIN}};
    char byte;
    for (;;) {
        const int n = poll(waits, G_N_ELEMENTS(waits), milliseconds);
        if (n == 0)
            return true;
        if (n < 0 && errno == EINTR)
            continue;
        if (waits[1].revents != 0 || read(STDIN_FILENO, &byte, 1) <= 0)
            return false;
    }
}

static const DemoApp *app_that_changes(const Demo *demo)
{
    for (unsigned i = 0; i < demo->apps.n; i++)
        if (demo_app_fate(&demo->apps.all[i]) == DEMO_CHANGES)
            return &demo->apps.all[i];
    return NULL;
}

/* Somebody starts it again with other code, and its evidence is collected again. */
static void change(Demo *demo)
{
    const DemoApp *app = app_that_changes(demo);
    g_autoptr(GBytes) before = demo_app_certificate(app);
    if (!is_docker(demo))
        eventfd_write(demo->change, 1);
    else if (!demo_docker_restart(&demo->docker, app, NULL))
        return; /* somebody removed it */
    g_autoptr(GBytes) now = await_certificate(demo, app, before, NULL);
    if (now != NULL)
        demo_app_collect(app, now, platform_of(demo, app), NULL);
}

static gpointer play(gpointer data)
{
    Demo *demo = data;
    if (prepare(demo, &demo->error)) {
        printf("ready\n");
        fflush(stdout);
        if (go_on_for(demo, demo->change_after * 1000)) {
            change(demo);
            go_on_for(demo, -1);
        }
    }
    kill(getpid(), SIGTERM);
    return NULL;
}

static void on_change(void *data, int descriptor)
{
    Demo *demo = data;
    eventfd_t value;
    eventfd_read(descriptor, &value);
    engine_restart(demo->engine, demo_app_name(app_that_changes(demo)));
}

/* --- all of it
 * ------------------------------------------------------------------------------------ */

static bool start_containers(Demo *demo, GError **error)
{
    return demo_docker_sweep(&demo->docker, error) &&
           demo_docker_make(&demo->docker, &demo->apps, error);
}

static bool start_engine(Demo *demo, GError **error)
{
    const int64_t now = g_get_real_time() * 1000;
    const EngineOptions options = {
        .fleet = {.given = &demo->apps.specs, .start = now},
        .identity = {.api_min = "1.24", .api_max = "1.43", .start = now},
        .processes = demo->apps.processes,
        .n_processes = demo->apps.n,
    };
    g_autofree char *path = place(demo, "engine.sock");
    const int descriptor = listen_unix(path, error);
    if (descriptor < 0)
        return false;
    demo->engine = engine_new(&options);
    http_server_listen(engine_server(demo->engine), descriptor);
    http_server_watch(engine_server(demo->engine), demo->change, on_change, demo);
    return true;
}

static bool start(Demo *demo, const char *program, GError **error)
{
    demo->stop = eventfd(0, EFD_CLOEXEC);
    demo->change = eventfd(0, EFD_CLOEXEC);
    if (!make_platforms(demo, error) || !start_pccs(demo, error) || !start_quoting(demo, error))
        return false;
    g_autofree char *suffix =
        demo->names != NULL ? g_strconcat("-", demo->names, NULL) : g_strdup("");
    const DemoMaking making = {.directory = demo->directory,
                               .program = program,
                               .suffix = suffix,
                               .platform = demo->platform,
                               .socket = demo->quoting[0].path,
                               .outdated_socket = demo->quoting[1].path};
    return demo_apps_make(&demo->apps, &making, error) &&
           (is_docker(demo) ? start_containers(demo, error) : start_engine(demo, error));
}

static void wait_for(int stop)
{
    struct pollfd wait = {.fd = stop, .events = POLLIN};
    while (poll(&wait, 1, -1) < 0 && errno == EINTR)
        continue;
}

/* False with an error when something of it may still be on the engine. */
static bool finish(Demo *demo, GError **error)
{
    eventfd_write(demo->stop, 1);
    if (demo->play != NULL)
        g_thread_join(demo->play);
    const bool removed = !is_docker(demo) || demo_docker_remove(&demo->docker, error);
    for (unsigned i = 0; i < G_N_ELEMENTS(demo->quoting); i++) {
        if (demo->quoting[i].thread != NULL)
            g_thread_join(demo->quoting[i].thread);
        g_free(demo->quoting[i].path);
    }
    if (demo->pccs != NULL)
        pccs_stop(demo->pccs);
    engine_free(demo->engine);
    demo_apps_clear(&demo->apps);
    platform_free(demo->platform);
    platform_free(demo->outdated);
    close(demo->stop);
    close(demo->change);
    return removed;
}

/* The enclave program: beside this one, or where it is installed. */
static char *enclave_program(GError **error)
{
    g_autofree char *self = g_file_read_link("/proc/self/exe", NULL);
    g_autofree char *directory = g_path_get_dirname(self != NULL ? self : "/");
    const char *const places[] = {directory, PKGLIBEXECDIR};
    for (unsigned i = 0; i < G_N_ELEMENTS(places); i++) {
        g_autofree char *path = g_build_filename(places[i], "mse-sim-enclave", NULL);
        if (access(path, X_OK) == 0)
            return g_steal_pointer(&path);
    }
    g_set_error(error, SIM_ERROR, SIM_ERROR_PLATFORM,
                _("mse-sim-enclave is neither in %s nor in %s: it is installed with mse-sim"),
                directory, PKGLIBEXECDIR);
    return NULL;
}

static bool run(const SimArguments *arguments, GError **error)
{
    Demo demo = {
        .directory = sim_operand(arguments),
        .names = sim_value(arguments, "names"),
        .docker = {.engine = sim_value(arguments, "engine"), .directory = sim_operand(arguments)},
        .change_after = (int)sim_number(arguments, "change", CHANGE_AFTER)};
    if (demo.directory == NULL || !g_path_is_absolute(demo.directory)) {
        g_set_error(error, SIM_ERROR, SIM_ERROR_USAGE, "%s",
                    _("no directory: mse-sim demo DIR, an absolute path"));
        return false;
    }
    signal(SIGPIPE, SIG_IGN);
    const int stop = demo.docker.stop = stop_descriptor();
    g_autofree char *program = enclave_program(error);
    const bool started = program != NULL && start(&demo, program, error);
    if (started) {
        demo.play = g_thread_new("play", play, &demo);
        if (demo.engine != NULL)
            http_server_run(engine_server(demo.engine), stop);
        else
            wait_for(stop);
    }
    g_autoptr(GError) left = NULL;
    const bool removed = finish(&demo, &left), prepared = demo.error == NULL;
    if (started && !prepared)
        g_propagate_error(error, demo.error);
    else if (started && !removed)
        g_propagate_error(error, g_steal_pointer(&left));
    close(stop);
    return started && prepared && removed;
}

static const SimOption options[] = {
    {.name = "engine",
     .kind = SIM_OPTION_TEXT,
     .metavar = "HOST",
     .help = N_("containers of a real engine of this machine, unix://PATH, instead of processes")},
    {.name = "names",
     .kind = SIM_OPTION_TEXT,
     .metavar = "TEXT",
     .help = N_("what the containers' names end in, so that they are nobody else's")},
    {.name = "change",
     .kind = SIM_OPTION_NUMBER,
     .most = 86400,
     .metavar = "SECONDS",
     .help = N_("when an application changes its measurement (default 25)")},
    {.name = NULL},
};

const SimVerb sim_verb_demo = {
    .name = "demo",
    .operand = "DIR",
    .help = N_("be everything that \"mse-console demo\" shows"),
    .description = N_(
        "A SIMULATED platform with its PCCS and quoting services, and an engine (DIR/engine.sock)\n"
        "whose containers are processes of mse-sim-enclave. DIR/config.toml is for the console.\n"
        "With --engine they are containers of that engine, which bear the label mse-console-demo\n"
        "and go with it; what demos left there that were killed is removed first.\n"
        "Says \"ready\" when all is there; ends with its standard input, or on TERM or INT."),
    .options = options,
    .run = run,
};
