/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "tests/e2e/spawn_stage.h"

#include "tests/e2e/own.h"

#include <glib/gstdio.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

SpawnStage spawn_stage;

/* ---- small things ---- */

static Outcome run_shell(const char *format, va_list list)
{
    g_autofree char *line = g_strdup_vprintf(format, list);
    const char *const argv[] = {"/bin/sh", "-c", line, NULL};
    Outcome got = process_run(argv, NULL);
    if (got.status != 0)
        g_test_message("%s: %s", line, got.err);
    return got;
}

bool shell_succeeds(const char *format, ...)
{
    va_list list;
    va_start(list, format);
    Outcome got = run_shell(format, list);
    va_end(list);
    bool good = got.status == 0;
    outcome_clear(&got);
    return good;
}

char *shell_says(const char *format, ...)
{
    va_list list;
    va_start(list, format);
    Outcome got = run_shell(format, list);
    va_end(list);
    char *said = got.status == 0 ? g_strchomp(g_strdup(got.out)) : NULL;
    outcome_clear(&got);
    return said;
}

char *stage_file(const char *file, const char *text)
{
    char *path = process_path(file);
    g_autofree char *directory = g_path_get_dirname(path);
    g_assert_cmpint(g_mkdir_with_parents(directory, 0700), ==, 0);
    g_assert_true(g_file_set_contents(path, text, -1, NULL));
    return path;
}

void assert_says(const char *text, const char *part)
{
    if (strstr(text, part) == NULL)
        g_error("\"%s\" does not say \"%s\"", text, part);
}

char *stage_made_by(int pid, const char *purpose)
{
    return shell_says("docker ps -aq --filter \"label=%s=%d@$(hostname) "
                      "$(readlink /proc/self/ns/pid)\"",
                      purpose, pid);
}

/* ---- the platform ---- */

static char *await_file(const char *file)
{
    g_autofree char *path = process_path(file);
    char *text = NULL;
    int64_t until = g_get_monotonic_time() + PROCESS_DEADLINE * G_GINT64_CONSTANT(1000);
    while (!g_file_get_contents(path, &text, NULL, NULL) || *text == '\0') {
        g_clear_pointer(&text, g_free);
        g_assert_cmpint(g_get_monotonic_time(), <, until);
        g_usleep(20000);
    }
    return g_strchomp(text);
}

char *spawn_stage_settings(const char *name, const char *pccs)
{
    g_autofree char *text = g_strdup_printf(
        "[trust]\nroot = \"platform/root.pem\"\n[pccs]\nurl = \"%s\"\nca = \"platform/pccs.pem\"\n"
        "[spawn]\ndevices = []\nbinds = [\"%s:/var/run/aesmd\"]\n",
        pccs, spawn_stage.sockets);
    g_autofree char *path = stage_file(name, text);
    return g_strconcat("MSE_CONSOLE_CONFIG=", path, NULL);
}

static void start_platform(SpawnStage *stage)
{
    g_autofree char *sim = process_program("mse-sim"), *port_file = process_path("port");
    stage->platform = process_path("platform");
    stage->sockets = process_path("aesmd");
    sim_run("platform", stage->platform, NULL);
    g_assert_cmpint(g_mkdir(stage->sockets, 0755), ==, 0);
    const char *const quoting[] = {sim,        "quoting",      stage->platform,
                                   "--socket", stage->sockets, NULL};
    const char *const pccs[] = {sim, "pccs", stage->platform, "--port-file", port_file, NULL};
    stage->quoting = process_start(quoting, NULL);
    stage->pccs_process = process_start(pccs, NULL);
    g_autofree char *port = await_file("port");
    stage->pccs = g_strconcat("https://localhost:", port, NULL);
    stage->environment[0] = spawn_stage_settings("config.toml", stage->pccs);
    stage->environment[1] = g_strconcat("XDG_STATE_HOME=", process_directory(), NULL);
    stage->environment[2] = g_strconcat("XDG_CACHE_HOME=", process_directory(), NULL);
    stage->setting.environment = stage->environment;
}

/* ---- the project ---- */

static void make_project(const char *project, const char *lines)
{
    g_autofree char *dockerfile =
        g_strdup_printf("FROM %s\n%sRUN pip3 install flask\n", spawn_stage.base, lines);
    g_autofree char *config = g_strdup_printf(
        "name = \"%s\"\npython_application = \"app:app\"\nhealthcheck_endpoint = \"/health\"\n"
        "tests_cmd = \"pytest\"\ntests_requirements = []\n",
        spawn_stage.application);
    const struct {
        const char *file, *text;
    } files[] = {
        {"Dockerfile", dockerfile},
        {"mse.toml", config},
        {"mse_src/app.py", "app = 1\n"},
        {"tests/test_app.py", "pass\n"},
        {"secrets.json", "{\"needle\": \"in the context\"}\n"},
        {"code.key", "secret\n"},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(files); i++) {
        g_autofree char *file = g_build_filename(project, files[i].file, NULL);
        g_free(stage_file(file, files[i].text));
    }
}

char *spawn_stage_package(const char *name, const char *lines)
{
    g_autofree char *output = process_path("packages"), *project = process_path(name);
    make_project(name, lines);
    Outcome got = console_run(&spawn_stage.setting, "home", "package", "--project", project,
                              "--output", output, "--json", NULL);
    g_assert_cmpstr(got.err, ==, "");
    g_assert_cmpint(got.status, ==, 0);
    json_t *row = outcome_json(&got);
    char *package = g_strdup(json_string_value(json_object_get(row, "package")));
    json_decref(row);
    outcome_clear(&got);
    return package;
}

char *spawn_stage_tag(const char *package)
{
    char *tag = shell_says("tar -xOf '%s' image.tar | tar -xOf - manifest.json | "
                           "sed 's/.*\"RepoTags\":\\[\"\\([^\"]*\\)\".*/\\1/'",
                           package);
    g_assert_true(tag != NULL && g_str_has_prefix(tag, spawn_stage.application));
    return tag;
}

/* ---- all of it ---- */

/* With sanitizers it is one only when an ordinary build's was put there. */
static bool is_static(const char *program)
{
    return !shell_succeeds("ldd '%s' 2>/dev/null | grep -q libc.so", program);
}

void spawn_stage_begin(void)
{
    SpawnStage *stage = &spawn_stage;
    g_autofree char *program = process_program("mse-sim-enclave");
    if (!shell_succeeds("docker version") || !is_static(program))
        return;
    static const char *const all[] = {"spawn", "app", "base"};
    for (size_t i = 0; i < G_N_ELEMENTS(all); i++)
        own_sweep(all[i]);
    g_autofree char *base = own_name("base");
    stage->name = own_name("spawn");
    stage->application = own_name("app");
    stage->base = g_strconcat(base, ":1", NULL);
    stage->project = process_path("project");
    stage->key = process_path("key.pem");
    start_platform(stage);
    sim_run("image", stage->base, "--program", program, NULL);
    g_assert_true(shell_succeeds("openssl genrsa -3 -out '%s' 3072", stage->key));
    make_project("project", "");
}

bool spawn_stage_ready(void)
{
    if (spawn_stage.name != NULL)
        return true;
    g_test_skip(
        "no engine answers, no docker to ask it with, or with sanitizers the enclave program "
        "is not static");
    return false;
}

static void end(Process *process)
{
    kill(process->pid, SIGTERM);
    Outcome got = process_finish(process);
    outcome_clear(&got);
}

void spawn_stage_end(void)
{
    SpawnStage *stage = &spawn_stage;
    if (stage->name == NULL)
        return;
    end(&stage->quoting);
    end(&stage->pccs_process);
    shell_succeeds("docker ps -aq --filter name='^%s' --filter name='^%s' | xargs -r docker rm -f",
                   stage->name, stage->application);
    shell_succeeds("docker images -q --no-trunc --filter reference='%s:*' | xargs -r docker rmi -f",
                   stage->application);
    shell_succeeds("docker rmi -f '%s'", stage->base);
}

/* ---- spawning ---- */

Process spawn_start(const char *package, const char *container, unsigned port, const char *output)
{
    g_autofree char *program = process_program("mse-console");
    g_autofree char *number = g_strdup_printf("%u", port);
    const char *const argv[] = {program,   "home",     "spawn",  "--san",        "x.org",
                                "--port",  number,     "--size", "1024",         "--package",
                                package,   "--output", output,   "--signer-key", spawn_stage.key,
                                container, NULL};
    return process_start(argv, &spawn_stage.setting);
}

Outcome spawn_run(const char *package, const char *container, unsigned port, const char *output)
{
    Process process = spawn_start(package, container, port, output);
    return process_finish(&process);
}
