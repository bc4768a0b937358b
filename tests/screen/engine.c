/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "engine.h"

#include <glib/gstdio.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

enum { PATIENCE = 120 };

void engine_run_sim(const char *first, ...)
{
    g_autofree char *sim = g_build_filename(g_getenv("MSE_TEST_BUILD"), "mse-sim", NULL);
    g_autoptr(GPtrArray) argv = g_ptr_array_new();
    g_autoptr(GError) error = NULL;
    va_list words;
    int status;

    g_ptr_array_add(argv, sim);
    va_start(words, first);
    for (const char *word = first; word != NULL; word = va_arg(words, const char *))
        g_ptr_array_add(argv, (void *)word);
    va_end(words);
    g_ptr_array_add(argv, NULL);
    g_spawn_sync(NULL, (char **)argv->pdata, NULL, G_SPAWN_STDOUT_TO_DEV_NULL, NULL, NULL, NULL,
                 NULL, &status, &error);
    g_assert_no_error(error);
    g_assert_cmpint(status, ==, 0);
}

void engine_put_evidence(const char *platform, const char *directory, char digit)
{
    g_autofree char *measurement = g_strnfill(64, digit);
    g_autofree char *path = g_build_filename(directory, "evidence.json", NULL);
    g_autofree char *made = g_strconcat(path, ".made", NULL);

    g_assert_cmpint(g_mkdir_with_parents(directory, 0700), ==, 0);
    g_unlink(made);
    engine_run_sim("quote", platform, "--evidence", "--mrenclave", measurement, "--output", made,
                   NULL);
    g_assert_cmpint(g_rename(made, path), ==, 0);
}

char *engine_socket_path(void)
{
    static unsigned n;

    return g_strdup_printf("%s/engine-%u.sock", g_get_home_dir(), ++n);
}

/* A socket is there a moment before anybody listens at it. */
static bool is_listened_at(const char *path)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    int descriptor = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    bool connected;

    g_assert_cmpuint(g_strlcpy(address.sun_path, path, sizeof address.sun_path), <,
                     sizeof address.sun_path);
    connected = connect(descriptor, (struct sockaddr *)&address, sizeof address) == 0;
    close(descriptor);
    return connected;
}

void engine_start_at(Engine *engine, const char *path, const char *const *options)
{
    g_autofree char *sim = g_build_filename(g_getenv("MSE_TEST_BUILD"), "mse-sim", NULL);
    g_autoptr(GPtrArray) argv = g_ptr_array_new();
    g_autoptr(GError) error = NULL;
    gint64 deadline = g_get_monotonic_time() + PATIENCE * G_USEC_PER_SEC;

    g_ptr_array_add(argv, sim);
    g_ptr_array_add(argv, (void *)"engine");
    g_ptr_array_add(argv, (void *)"--socket");
    g_ptr_array_add(argv, (void *)path);
    for (; options != NULL && *options != NULL; options++)
        g_ptr_array_add(argv, (void *)*options);
    g_ptr_array_add(argv, NULL);
    if (!g_spawn_async(NULL, (char **)argv->pdata, NULL,
                       G_SPAWN_STDOUT_TO_DEV_NULL | G_SPAWN_DO_NOT_REAP_CHILD, NULL, NULL,
                       &engine->pid, &error))
        g_error("mse-sim engine: %s", error->message);
    while (!is_listened_at(path)) {
        g_assert_cmpint(g_get_monotonic_time(), <, deadline);
        g_assert_cmpint(waitpid(engine->pid, NULL, WNOHANG), ==, 0);
        poll(NULL, 0, 2);
    }
}

/* Each test starts as on a first day: without what the one before left. */
static void forget_state(void)
{
    g_autofree char *state =
        g_build_filename(g_get_home_dir(), ".local", "state", "mse-console", "console.json", NULL);

    g_unlink(state);
}

void engine_start(Engine *engine, const char *const *options)
{
    forget_state();
    engine->socket = engine_socket_path();
    engine_start_at(engine, engine->socket, options);
}

void engine_stop(Engine *engine)
{
    if (engine->pid != 0) {
        kill(engine->pid, SIGKILL);
        waitpid(engine->pid, NULL, 0);
    }
    engine->pid = 0;
    g_unlink(engine->socket);
}

void engine_clear(Engine *engine)
{
    engine_stop(engine);
    g_clear_pointer(&engine->socket, g_free);
}

/* The first text of that member in what was printed. */
static char *member_of(const char *json, const char *name)
{
    g_autofree char *before = g_strdup_printf("\"%s\":\"", name);
    const char *at = strstr(json, before);

    g_assert_nonnull(at);
    at += strlen(before);
    return g_strndup(at, strcspn(at, "\""));
}

void engine_first(const Engine *engine, char **name, char **id)
{
    g_autofree char *console = g_build_filename(g_getenv("MSE_TEST_BUILD"), "mse-console", NULL);
    g_autofree char *address = g_strdup_printf("unix://%s", engine->socket);
    const char *argv[] = {console, "home", "list", "--engine", address, "--json", NULL};
    g_autofree char *out = NULL;
    g_autoptr(GError) error = NULL;

    g_spawn_sync(NULL, (char **)argv, NULL, G_SPAWN_DEFAULT, NULL, NULL, &out, NULL, NULL, &error);
    g_assert_no_error(error);
    *name = member_of(out, "name");
    *id = member_of(out, "id");
}

Terminal *engine_open_console(const Engine *engine, int columns, int rows, bool read_only)
{
    g_autofree char *host = g_strdup_printf("DOCKER_HOST=unix://%s", engine->socket);
    const char *environment[] = {host, read_only ? "MSE_CONSOLE_READ_ONLY=1" : NULL, NULL};
    TerminalOptions options = {.columns = columns, .rows = rows, .environment = environment};

    return terminal_start_console(NULL, &options);
}

void engine_quit(Terminal *terminal)
{
    int status;

    terminal_type(terminal, "q");
    status = terminal_wait_end(terminal);
    g_assert_true(WIFEXITED(status));
    g_assert_cmpint(WEXITSTATUS(status), ==, 0);
}
