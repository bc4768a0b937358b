/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "life/localtest.h"

#include "core/cause.h"
#include "core/clock.h"
#include "core/i18n.h"
#include "core/sanitize.h"
#include "fleet/follow.h"
#include "life/context.h"
#include "life/make.h"
#include "life/peak.h"
#include "life/undo.h"
#include "life/venv.h"
#include "wire/wire.h"

#include <arpa/inet.h>
#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum {
    HEALTHY_WITHIN = 60000, /* milliseconds */
    HEALTH_DEADLINE = 5000,
    FIRST_PAUSE = 50,
    LONGEST_PAUSE = 1000,
    CLEANUP_DEADLINE = 30000,
    LOG_LINES = 1000, /* of what is shown on failure */
};

typedef struct Localtest {
    const LocaltestRequest *request;
    char *name;    /* of the container and the image */
    bool building; /* or built */
    char *image;   /* id; NULL: not built */
    char *id;      /* of the container; NULL: none */
} Localtest;

/* ---- before anything is made ---- */

static bool check_engine(const Localtest *test, GError **error)
{
    const DockerEndpoint *endpoint = docker_engine_endpoint(test->request->engine);
    if (endpoint->transport == DOCKER_TRANSPORT_UNIX)
        return true;
    g_autofree char *safe = sanitize_string(endpoint->address);
    g_set_error(error, LIFE_ERROR, LIFE_ERROR_ENGINE,
                _("the engine at %s is on another machine, and cannot be given directories of this "
                  "one; run this there"),
                safe);
    return false;
}

static bool fail_taken(GError **error)
{
    g_set_error(
        error, LIFE_ERROR, LIFE_ERROR_TAKEN,
        _("port %d of 127.0.0.1 is taken, and the tests expect the application there: by "
          "another \"home localtest\", here or of another user? Wait until it has ended, or "
          "end what listens there (ss -ltnp says what)"),
        LOCALTEST_PORT);
    return false;
}

/* The engine finds out too, but only after the image was built. */
static bool check_port(GError **error)
{
    const int one = 1;
    struct sockaddr_in address = {.sin_family = AF_INET,
                                  .sin_port = htons(LOCALTEST_PORT),
                                  .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int descriptor = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
    int failed = bind(descriptor, (struct sockaddr *)&address, sizeof address) == 0 ? 0 : errno;
    if (descriptor >= 0)
        close(descriptor);
    return failed == EADDRINUSE ? fail_taken(error) : true;
}

static bool check_name(const Localtest *test, Cancel *cancel, GError **error)
{
    DockerEngine *engine = test->request->engine;
    g_autoptr(GError) failure = NULL;
    g_autoptr(DockerInspect) there = docker_engine_inspect(engine, test->name, cancel, &failure);
    if (there == NULL && g_error_matches(failure, DOCKER_ERROR, DOCKER_ERROR_NOT_FOUND))
        return true;
    if (there == NULL) {
        g_propagate_error(error, g_steal_pointer(&failure));
        return false;
    }
    if (life_is_leftover(there->labels, there->n_labels, LIFE_FOR_LOCALTEST))
        return life_remove_leftover(engine, there->id, test->name, cancel, test->request->listener,
                                    error);
    g_set_error(error, LIFE_ERROR, LIFE_ERROR_TAKEN,
                _("there is a container %s: is this project tested elsewhere now? If not: docker "
                  "rm -f %s"),
                test->name, test->name);
    return false;
}

/* ---- making it ---- */

static bool build(Localtest *test, Cancel *cancel, GError **error)
{
    const LifeListener *listener = test->request->listener;
    g_autoptr(LifeContext) context = life_context_new(test->request->project, cancel, error);
    if (context == NULL)
        return false;
    life_progress(listener, _("building the image"));
    test->building = true;
    test->image = life_build(test->request->engine, context, test->name, listener, cancel, error);
    return test->image != NULL;
}

/* "SOURCE:TARGET" with the source absolute. NULL when the engine would misread it. g_free. */
static char *bind_of(const char *path, const char *target, bool writable, GError **error)
{
    g_autofree char *source = g_canonicalize_filename(path, NULL);
    if (strchr(source, ':') == NULL)
        return g_strdup_printf("%s:%s%s", source, target, writable ? "" : ":ro");
    g_autofree char *safe = sanitize_string(source);
    g_set_error(error, LIFE_ERROR, LIFE_ERROR_OPTION,
                _("%s: engines cannot mount a path with a colon; move the project"), safe);
    return NULL;
}

static GPtrArray *binds_of(const Project *project, GError **error)
{
    const struct {
        const char *path, *target;
        bool writable;
    } mounts[] = {
        {project->code, project->dialect->code_mount, true},
        {project->secrets, project->dialect->secrets_mount, false},
        {project->sealed_secrets, project->dialect->sealed_secrets_mount, false},
    };
    g_autoptr(GPtrArray) binds = g_ptr_array_new_with_free_func(g_free);
    for (size_t i = 0; i < G_N_ELEMENTS(mounts); i++) {
        if (mounts[i].path == NULL)
            continue;
        char *bind = bind_of(mounts[i].path, mounts[i].target, mounts[i].writable, error);
        if (bind == NULL)
            return NULL;
        g_ptr_array_add(binds, bind);
    }
    g_ptr_array_add(binds, NULL);
    return g_steal_pointer(&binds);
}

static bool create(Localtest *test, Cancel *cancel, GError **error)
{
    const Project *project = test->request->project;
    g_autoptr(GPtrArray) binds = binds_of(project, error);
    if (binds == NULL)
        return false;
    const char *entrypoint[] = {project->dialect->test_entrypoint, NULL};
    const char *command[] = {"--application", test->request->config->python_application, "--debug",
                             NULL};
    /* The code is the user's own directory: Python shall leave nothing there. */
    const char *environment[] = {"PYTHONDONTWRITEBYTECODE=1", NULL};
    const DockerPublish port = {
        .address = "127.0.0.1", .host = LOCALTEST_PORT, .inside = LOCALTEST_PORT};
    const DockerSpec spec = {
        .name = test->name,
        .image = test->image,
        .entrypoint = entrypoint,
        .command = command,
        .environment = environment,
        .binds = (const char *const *)binds->pdata,
        .ports = &port,
        .n_ports = 1,
    };
    test->id = life_make_container(test->request->engine, &spec, LIFE_FOR_LOCALTEST, cancel,
                                   test->request->listener, error);
    return test->id != NULL;
}

/* The port may have been taken while the image was built. */
static bool start(const Localtest *test, Cancel *cancel, GError **error)
{
    g_autoptr(GError) failure = NULL;
    if (life_start_container(test->request->engine, test->id, test->name, cancel, &failure))
        return true;
    if (!life_port_is_taken(failure)) {
        g_propagate_error(error, g_steal_pointer(&failure));
        return false;
    }
    fail_taken(error);
    if (error != NULL)
        cause_instead(*error, CAUSE_HERE, failure);
    return false;
}

/* ---- while it runs ---- */

static bool still_runs(const Localtest *test, Cancel *cancel, GError **error)
{
    g_autoptr(DockerInspect) now =
        docker_engine_inspect(test->request->engine, test->id, cancel, error);
    if (now == NULL)
        return false;
    if (strcmp(now->state, "running") == 0)
        return true;
    g_set_error(error, LIFE_ERROR, LIFE_ERROR_ENDED,
                _("the application ended by itself (exit status %d)%s"), now->exit_code,
                now->out_of_memory ? _(": it ran out of memory") : "");
    return false;
}

/* The status its health path answers with; 0: it does not answer. */
static unsigned ask_health(const Localtest *test, Cancel *cancel)
{
    g_autofree char *url = g_strdup_printf("http://127.0.0.1:%d%s", LOCALTEST_PORT,
                                           test->request->config->healthcheck_endpoint);
    const WireRequest request = {
        .url = url, .connect_deadline = HEALTH_DEADLINE, .total_deadline = HEALTH_DEADLINE};
    g_autoptr(GError) failure = NULL;
    g_autoptr(WireAnswer) answer = wire_call(&request, cancel, &failure);
    if (answer != NULL)
        return wire_answer_status(answer);
    return g_error_matches(failure, WIRE_ERROR, WIRE_ERROR_REDIRECT) ? 302 : 0;
}

static bool fail_unhealthy(const Localtest *test, unsigned status, GError **error)
{
    g_autofree char *path = sanitize_string(test->request->config->healthcheck_endpoint);
    g_autofree char *how = status == 0 ? g_strdup(_("it does not answer"))
                                       : g_strdup_printf(_("it answers %u"), status);
    g_set_error(error, LIFE_ERROR, LIFE_ERROR_LATE,
                _("the application is not healthy after %d seconds: asked for %s "
                  "(healthcheck_endpoint), %s"),
                HEALTHY_WITHIN / 1000, path, how);
    return false;
}

static bool await_health(const Localtest *test, Cancel *cancel, GError **error)
{
    int64_t began = clock_monotonic();
    for (int pause = FIRST_PAUSE;; pause = MIN(2 * pause, LONGEST_PAUSE)) {
        int64_t waited = (clock_monotonic() - began) / 1000;
        unsigned status = ask_health(test, cancel);
        if (status >= 200 && status < 400)
            return true;
        life_progress_seconds(test->request->listener,
                              _("waiting until the application is healthy"),
                              (uint64_t)waited / 1000, HEALTHY_WITHIN / 1000);
        if (cancel_is_set(cancel, error) || !still_runs(test, cancel, error))
            return false;
        if (waited >= HEALTHY_WITHIN)
            return fail_unhealthy(test, status, error);
        struct pollfd wait = {.fd = cancel_descriptor(cancel), .events = POLLIN};
        poll(&wait, 1, cancel_poll_timeout(cancel, pause));
    }
}

static void each_lines(const DockerLog *log, size_t from, void *data)
{
    const Localtest *test = data;
    const char *text = g_bytes_get_data(log->text, NULL);
    for (size_t i = from; i < log->n_lines; i++) {
        g_autofree char *line = g_strndup(text + log->lines[i].offset, log->lines[i].size);
        life_output(test->request->listener, line);
    }
}

static void on_trouble(const char *sentence, void *data)
{
    const Localtest *test = data;
    if (sentence != NULL)
        life_warn(test->request->listener, "%s", sentence);
}

static bool show_log(const Localtest *test, bool follow, Cancel *cancel, GError **error)
{
    const FleetLogRequest request = {.tail = follow ? -1 : LOG_LINES, .follow = follow};
    return fleet_follow_log(test->request->engine, test->id, &request, each_lines, on_trouble,
                            (void *)test, cancel, error);
}

/* "NAME=/absolute/path", or NULL. g_free. */
static char *variable(const char *name, const char *path)
{
    if (path == NULL)
        return NULL;
    g_autofree char *whole = g_canonicalize_filename(path, NULL);
    return g_strdup_printf("%s=%s", name, whole);
}

static int run_tests(const Localtest *test, Venv *venv, Cancel *cancel, GError **error)
{
    const Project *project = test->request->project;
    g_autofree char *secrets = variable("TEST_SECRET_JSON", project->secrets);
    g_autofree char *sealed = variable("TEST_SEALED_SECRET_JSON", project->sealed_secrets);
    const char *changes[] = {
        "TEST_REMOTE_URL",
        secrets != NULL ? secrets : "TEST_SECRET_JSON",
        sealed != NULL ? sealed : "TEST_SEALED_SECRET_JSON",
        NULL,
    };
    return venv_run_module(venv, test->request->config->tests_cmd, project->tests, changes,
                           test->request->listener, cancel, error);
}

/* Its tests, or its log until somebody has seen enough. */
static bool use(Localtest *test, Venv *venv, LocaltestOutcome *outcome, Cancel *cancel,
                GError **error)
{
    Peak *peak = peak_start(test->request->engine, test->id);
    bool done;
    if (venv == NULL) {
        life_say(test->request->listener,
                 _("The application is at http://127.0.0.1:%d; Ctrl-C ends and removes it."),
                 LOCALTEST_PORT);
        done = show_log(test, true, cancel, error) && still_runs(test, cancel, error);
    } else {
        outcome->status = run_tests(test, venv, cancel, error);
        done = outcome->status >= 0;
    }
    outcome->peak_memory = peak_stop(peak);
    return done;
}

/* ---- afterwards ---- */

static void show_log_of_failure(const Localtest *test)
{
    g_autoptr(Cancel) cancel = cancel_new();
    cancel_set_deadline(cancel, CLEANUP_DEADLINE);
    life_say(test->request->listener, _("The log of the application:"));
    g_autoptr(GError) ignored = NULL;
    show_log(test, false, cancel, &ignored);
}

/* Whatever was cancelled: this is not. */
static void clean_up(Localtest *test)
{
    const LocaltestRequest *request = test->request;
    int64_t now = clock_monotonic();
    life_remove_container(request->engine, test->id, test->name, now, request->listener);
    if (test->building)
        life_remove_image(request->engine, test->name, test->image != NULL, now, request->listener);
    g_free(test->image);
    g_free(test->id);
    g_free(test->name);
}

static bool go(Localtest *test, LocaltestOutcome *outcome, Cancel *cancel, GError **error)
{
    const LocaltestRequest *request = test->request;
    g_autoptr(Venv) venv = NULL;
    /* The name first: what was left behind under it may have the port. */
    if (!check_engine(test, error) || !project_check_image_name(request->config->name, error) ||
        !check_name(test, cancel, error) || !check_port(error))
        return false;
    if (!request->no_tests) {
        venv = venv_new((const char *const *)request->config->tests_requirements, request->listener,
                        cancel, error);
        if (venv == NULL)
            return false;
    }
    return build(test, cancel, error) && create(test, cancel, error) &&
           start(test, cancel, error) && await_health(test, cancel, error) &&
           use(test, venv, outcome, cancel, error);
}

bool localtest_run(const LocaltestRequest *request, LocaltestOutcome *outcome, Cancel *cancel,
                   GError **error)
{
    Localtest test = {.request = request};
    *outcome = (LocaltestOutcome){0};
    test.name = g_strdup_printf("%s_test", request->config->name);
    bool done = go(&test, outcome, cancel, error);
    bool failed = !done || outcome->status != 0;
    if (failed && test.id != NULL && !request->no_tests && !cancel_is_set(cancel, NULL))
        show_log_of_failure(&test);
    clean_up(&test);
    return done;
}
