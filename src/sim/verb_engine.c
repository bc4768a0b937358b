/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * mse-sim engine: a simulated container engine, until TERM or INT.
 */
#include "config.h"

#include "core/i18n.h"
#include "core/sanitize.h"
#include "sim/crypto.h"
#include "sim/engine.h"
#include "sim/listen.h"
#include "sim/options.h"
#include "sim/platform_files.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <unistd.h>

enum { APPLICATIONS_MOST = 1000000, RATE_MOST = 10000000, HISTORY_DEFAULT = 1000 };

static const char API_MIN[] = "1.24", API_MAX[] = "1.50";
static const char *const cgroups[] = {"1", "2", NULL};

static const SimOption options[] = {
    {.name = "socket",
     .kind = SIM_OPTION_FILE,
     .metavar = "PATH",
     .help = N_("the unix socket at which it listens")},
    {.name = "listen",
     .kind = SIM_OPTION_TEXT,
     .metavar = "HOST:PORT",
     .help = N_("where else, without TLS (port 0: any that is free)")},
    {.name = "apps",
     .kind = SIM_OPTION_NUMBER,
     .most = APPLICATIONS_MOST,
     .metavar = "N",
     .help = N_("confidential applications (default 20); an eighth of it more are none")},
    {.name = "rate",
     .kind = SIM_OPTION_NUMBER,
     .most = RATE_MOST,
     .metavar = "LINES/S",
     .help = N_("how fast each log grows (default 1)")},
    {.name = "history",
     .kind = SIM_OPTION_NUMBER,
     .most = 1000000000,
     .metavar = "LINES",
     .help = N_("what is in each log at the start (default 1000)")},
    {.name = "churn",
     .kind = SIM_OPTION_NUMBER,
     .most = RATE_MOST,
     .metavar = "EVENTS/S",
     .help = N_("how much happens by itself (default 0)")},
    {.name = "hostile", .help = N_("names, labels and logs that attack terminals")},
    {.name = "fault",
     .kind = SIM_OPTION_TEXT,
     .metavar = "KIND@CALL",
     .repeatable = true,
     .help = N_("what goes wrong, at ping, version, info, list, inspect, events, logs, … or *")},
    {.name = "platform",
     .kind = SIM_OPTION_FILE,
     .metavar = "DIR",
     .help = N_("a platform made by mse-sim platform: its applications have evidence there")},
    {.name = "calls",
     .kind = SIM_OPTION_FILE,
     .metavar = "FILE",
     .help = N_("where each call's method and path are appended, a line each; END and the path "
                "when a stream ends")},
    {.name = "outputs",
     .kind = SIM_OPTION_FILE,
     .metavar = "DIR",
     .help = N_("output directories are DIR/NAME: what is put there is the applications'")},
    {.name = "api-min",
     .kind = SIM_OPTION_TEXT,
     .metavar = "VERSION",
     .help = N_("the oldest API version that it speaks (default 1.24)")},
    {.name = "api-max",
     .kind = SIM_OPTION_TEXT,
     .metavar = "VERSION",
     .help = N_("the newest API version that it speaks (default 1.50)")},
    {.name = "cgroup",
     .kind = SIM_OPTION_CHOICE,
     .metavar = "N",
     .choices = cgroups,
     .help = N_("which version of control groups its figures look like (default 2)")},
    {.name = "seed",
     .kind = SIM_OPTION_NUMBER,
     .most = UINT64_MAX,
     .metavar = "N",
     .help = N_("another seed, other applications")},
    {.name = "at",
     .kind = SIM_OPTION_TIME,
     .metavar = "TIME",
     .help = N_("what its clock says when it starts (default: the time)")},
    {.name = NULL},
};

G_GNUC_PRINTF(3, 4)
static bool fail(GError **error, SimError code, const char *format, ...)
{
    va_list list;
    va_start(list, format);
    g_autofree char *text = g_strdup_vprintf(format, list);
    va_end(list);
    g_autofree char *shown = sanitize_string(text);
    g_set_error(error, SIM_ERROR, code, "%s", shown);
    return false;
}

static bool read_versions(const SimArguments *arguments, EngineIdentity *identity, GError **error)
{
    const char *min = sim_value(arguments, "api-min"), *max = sim_value(arguments, "api-max");
    identity->api_min = min ? min : API_MIN;
    identity->api_max = max ? max : API_MAX;
    if (api_number(identity->api_min) == 0 || api_number(identity->api_max) == 0 ||
        api_number(identity->api_min) > api_number(identity->api_max))
        return fail(error, SIM_ERROR_USAGE,
                    _("--api-min %s --api-max %s: two versions like 1.24 and 1.50 are expected"),
                    identity->api_min, identity->api_max);
    return true;
}

static bool read_options(const SimArguments *arguments, EngineOptions *out, GError **error)
{
    const int64_t at = sim_time(arguments, "at", 0);
    const int64_t start = at ? at * NS_PER_SECOND : g_get_real_time() * 1000;
    *out = (EngineOptions){
        .fleet = {.applications = (unsigned)sim_number(arguments, "apps", 20),
                  .seed = sim_number(arguments, "seed", 0),
                  .hostile = sim_flag(arguments, "hostile"),
                  .outputs = sim_value(arguments, "outputs"),
                  .start = start},
        .identity = {.start = start,
                     .cgroup_v1 = g_strcmp0(sim_value(arguments, "cgroup"), "1") == 0},
        .log_rate = sim_number(arguments, "rate", 1),
        .log_history = sim_number(arguments, "history", HISTORY_DEFAULT),
        .churn = sim_number(arguments, "churn", 0),
    };
    return read_versions(arguments, &out->identity, error);
}

/* As many connections as the system lets us have. */
static void raise_descriptors(void)
{
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0)
        return;
    limit.rlim_cur = limit.rlim_max;
    (void)setrlimit(RLIMIT_NOFILE, &limit);
}

static bool listen_everywhere(const SimArguments *arguments, Engine *engine, GError **error)
{
    const char *path = sim_value(arguments, "socket"), *address = sim_value(arguments, "listen");
    unsigned port;
    const int unix_socket = path ? listen_unix(path, error) : -1;
    if (path != NULL && unix_socket < 0)
        return false;
    if (path != NULL)
        http_server_listen(engine_server(engine), unix_socket);
    const int tcp_socket = address ? listen_tcp(address, &port, error) : -1;
    if (address != NULL && tcp_socket < 0)
        return false;
    if (address != NULL)
        http_server_listen(engine_server(engine), tcp_socket);
    g_autofree char *shown = path ? sanitize_string(path) : NULL;
    if (path != NULL)
        printf(_("SIMULATED engine at unix://%s\n"), shown);
    if (address != NULL)
        printf(_("SIMULATED engine at tcp://localhost:%u\n"), port);
    fflush(stdout);
    return true;
}

static bool serve(const SimArguments *arguments, const EngineOptions *wanted, GError **error)
{
    const char *path = sim_value(arguments, "socket");
    const int stop = stop_descriptor();
    g_autoptr(Engine) engine = engine_new(wanted);
    const bool listens = listen_everywhere(arguments, engine, error);
    if (listens) {
        http_server_run(engine_server(engine), stop);
        if (path != NULL)
            unlink(path);
    }
    close(stop);
    return listens;
}

static bool run(const SimArguments *arguments, GError **error)
{
    EngineOptions wanted;
    Fault faults[FAULTS_MOST];
    const char *directory = sim_value(arguments, "platform");
    if (sim_value(arguments, "socket") == NULL && sim_value(arguments, "listen") == NULL)
        return fail(error, SIM_ERROR_USAGE, "%s",
                    _("nowhere to listen: mse-sim engine --socket PATH, --listen HOST:PORT"));
    if (!read_options(arguments, &wanted, error) ||
        !faults_parse(sim_values(arguments, "fault"), &engine_faults, faults, &wanted.n_faults,
                      error))
        return false;
    wanted.faults = faults;
    g_autoptr(Platform) platform = NULL;
    if (directory != NULL && (platform = platform_read(directory, error)) == NULL)
        return false;
    wanted.platform = platform;
    const char *calls = sim_value(arguments, "calls");
    wanted.calls = calls ? fopen(calls, "ae") : NULL;
    if (calls != NULL && wanted.calls == NULL)
        return fail(error, SIM_ERROR_OUTPUT, "%s: %s", calls, g_strerror(errno));
    raise_descriptors();
    const bool served = serve(arguments, &wanted, error);
    if (wanted.calls != NULL)
        fclose(wanted.calls);
    return served;
}

const SimVerb sim_verb_engine = {
    .name = "engine",
    .help = N_("be a SIMULATED container engine with many applications"),
    .description = N_(
        "Answers the calls of the Docker Engine API that a console uses, until TERM or INT: "
        "lists,\n"
        "inspect, events, logs, stats, start, stop, restart, kill, pause, remove, archive. Its\n"
        "containers do not exist; which there are follows from --seed. With --platform, one\n"
        "application in eight has evidence that is to be rejected. Faults: hang, reset, slow=MS,\n"
        "status=N, truncate, garbage, freeze=SECONDS (the first time), huge-frame (logs), "
        "bad-chunk,\n"
        "half-json, huge-json, bad-text; the first that applies to a call is used."),
    .options = options,
    .run = run,
};
