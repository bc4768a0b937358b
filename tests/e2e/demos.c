/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "demos.h"

#include <poll.h>
#include <string.h>

ProcessSetting demos_setting(void)
{
    static char *runtime;
    static const char *environment[2];
    if (runtime == NULL)
        runtime = g_strconcat("XDG_RUNTIME_DIR=", process_directory(), NULL);
    environment[0] = runtime;
    return (ProcessSetting){.environment = environment};
}

Process demos_start(const char *option, const char *lines)
{
    const ProcessSetting here = demos_setting();
    g_autofree char *program = process_program("mse-console");
    const char *all[] = {program, "demo", "-e", lines, option, NULL};
    return process_start(all, &here);
}

Outcome demos_run(const char *option, const char *lines)
{
    Process process = demos_start(option, lines);
    return process_finish(&process);
}

char *demos_directory(const char *than)
{
    g_autoptr(GDir) dir = g_dir_open(process_directory(), 0, NULL);
    for (const char *name; (name = g_dir_read_name(dir)) != NULL;) {
        g_autofree char *path = process_path(name);
        if (g_str_has_prefix(name, DEMO_NAME ".") && g_strcmp0(path, than) != 0)
            return g_steal_pointer(&path);
    }
    return NULL;
}

/* The words of a process with spaces between; NULL: it has none. g_free. */
static char *command_line(const char *process)
{
    g_autofree char *path = g_build_filename("/proc", process, "cmdline", NULL);
    g_autofree char *content = NULL;
    gsize size;
    if (!g_ascii_isdigit(process[0]) || !g_file_get_contents(path, &content, &size, NULL))
        return NULL;
    for (gsize i = 0; i < size; i++)
        if (content[i] == '\0')
            content[i] = ' ';
    return g_steal_pointer(&content);
}

unsigned demos_processes(const char *text, const char *other, pid_t *one)
{
    g_autoptr(GDir) dir = g_dir_open("/proc", 0, NULL);
    unsigned n = 0;
    for (const char *name; (name = g_dir_read_name(dir)) != NULL;) {
        g_autofree char *line = command_line(name);
        if (line == NULL || strstr(line, text) == NULL ||
            (other != NULL && strstr(line, other) == NULL))
            continue;
        if (one != NULL)
            *one = (pid_t)g_ascii_strtoll(name, NULL, 10);
        n++;
    }
    return n;
}

unsigned demos_alive(void)
{
    g_autoptr(GDir) dir = g_dir_open("/proc", 0, NULL);
    const ProcessSetting here = demos_setting();
    unsigned n = 0;
    for (const char *name; (name = g_dir_read_name(dir)) != NULL;) {
        g_autofree char *path = g_build_filename("/proc", name, "environ", NULL);
        g_autofree char *content = NULL;
        gsize size;
        if (g_ascii_isdigit(name[0]) && g_file_get_contents(path, &content, &size, NULL))
            n +=
                memmem(content, size, here.environment[0], strlen(here.environment[0]) + 1) != NULL;
    }
    return n;
}

void demos_await(bool (*holds)(void *data), void *data)
{
    const gint64 until = g_get_monotonic_time() + PROCESS_DEADLINE * G_GINT64_CONSTANT(1000);
    while (!holds(data)) {
        g_assert_cmpint(g_get_monotonic_time(), <, until);
        poll(NULL, 0, 20);
    }
}
