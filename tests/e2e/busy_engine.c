/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "busy_engine.h"

#include "process.h"

#include <signal.h>
#include <string.h>

static struct {
    Process process;
    json_t *apps;
    size_t next;
} engine;

void busy_engine_start(void)
{
    g_autofree char *program = process_program("mse-sim");
    g_autofree char *socket = process_path("engine.sock");
    g_autofree char *host = g_strconcat("unix://", socket, NULL);
    const char *const argv[] = {program, "engine",  "--socket", socket, "--apps",
                                "400",   "--churn", "20",       NULL};
    g_setenv("DOCKER_HOST", host, TRUE);
    engine.process = process_start(argv, NULL);
    process_wait_until_listens(&engine.process, socket);
    Outcome list = console_run(NULL, "home", "list", "--json", NULL);
    engine.apps = outcome_json(&list);
    outcome_clear(&list);
}

void busy_engine_end(void)
{
    kill(engine.process.pid, SIGTERM);
    Outcome ended = process_finish(&engine.process);
    outcome_clear(&ended);
    json_decref(engine.apps);
}

static const char *text_of(const json_t *object, const char *name)
{
    return json_string_value(json_object_get(object, name));
}

void busy_engine_add_application(GPtrArray *line, const json_t *verb)
{
    const json_t *app, *option;
    do
        app = json_array_get(engine.apps, engine.next++);
    while (app && strcmp(text_of(app, "state"), "running") != 0);
    g_assert_nonnull(app);
    g_ptr_array_add(line, g_strdup(text_of(app, "id")));
    size_t i;
    json_array_foreach(json_object_get(verb, "options"), i, option)
    {
        if (strcmp(text_of(option, "name"), "yes") == 0)
            g_ptr_array_add(line, g_strdup("--yes"));
    }
}
