/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "demo.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

char *demo_program(const char *name)
{
    const char *build = g_getenv("MSE_TEST_BUILD");

    return g_build_filename(build != NULL ? build : ".", name, NULL);
}

Terminal *demo_open(const DemoOptions *options)
{
    static const DemoOptions usual;
    const DemoOptions *asked = options != NULL ? options : &usual;
    g_autofree char *console = demo_program("mse-console");
    g_autofree char *runtime = g_strconcat("XDG_RUNTIME_DIR=", g_get_home_dir(), NULL);
    g_autoptr(GPtrArray) environment = g_ptr_array_new();
    const char *argv[] = {console, "demo", NULL};
    TerminalOptions terminal = {.columns = asked->columns, .rows = asked->rows};
    Terminal *opened;

    g_ptr_array_add(environment, runtime);
    for (unsigned i = 0; asked->environment != NULL && asked->environment[i] != NULL; i++)
        g_ptr_array_add(environment, (void *)asked->environment[i]);
    g_ptr_array_add(environment, NULL);
    terminal.environment = (const char *const *)environment->pdata;
    opened = terminal_start(argv, &terminal);
    terminal_wait_text(opened, " SIMULATED ");
    terminal_wait_text(opened, "billing");
    return opened;
}

Terminal *demo_open_read_only(void)
{
    static const char *const environment[] = {"MSE_CONSOLE_READ_ONLY=1", NULL};

    return demo_open(&(DemoOptions){.environment = environment});
}

Terminal *demo_open_french(void)
{
    g_auto(GStrv) french = demo_french();

    if (french == NULL)
        return NULL;
    return demo_open(&(DemoOptions){.environment = (const char *const *)french});
}

void demo_quit(Terminal *terminal)
{
    terminal_type(terminal, "q");
    g_assert_cmpint(terminal_wait_end(terminal), ==, 0);
}

char *demo_directory(void)
{
    g_autoptr(GDir) dir = g_dir_open(g_get_home_dir(), 0, NULL);
    const char *name;

    while ((name = g_dir_read_name(dir)) != NULL)
        if (g_str_has_prefix(name, "mse-console-demo."))
            return g_build_filename(g_get_home_dir(), name, NULL);
    g_error("the demo has no directory");
}

char *demo_path(const char *name)
{
    g_autofree char *directory = demo_directory();

    return g_build_filename(directory, name, NULL);
}

static char *evidence_of(const char *application)
{
    g_autofree char *name =
        g_build_filename("apps", application, "opt", "input", "evidence.json", NULL);

    return demo_path(name);
}

char *demo_mrenclave(const char *application)
{
    g_autofree char *evidence = evidence_of(application);
    g_autofree char *console = demo_program("mse-console");
    const char *argv[] = {console, "verify", "--json", evidence, NULL};
    g_autofree char *out = NULL;
    const char *at;

    g_assert_true(g_spawn_sync(NULL, (char **)argv, NULL, G_SPAWN_STDERR_TO_DEV_NULL, NULL, NULL,
                               &out, NULL, NULL, NULL));
    at = strstr(out, "\"mr_enclave\":\"");
    g_assert_nonnull(at);
    return g_strndup(at + strlen("\"mr_enclave\":\""), 64);
}

/* Its --id tells it from the enclaves of other demos. */
pid_t demo_enclave(const char *application)
{
    g_autofree char *evidence = evidence_of(application);
    json_t *document = json_load_file(evidence, 0, NULL);
    const char *id = NULL, *name;
    g_autoptr(GDir) dir = g_dir_open("/proc", 0, NULL);
    pid_t found = 0;

    g_assert_cmpint(json_unpack(document, "{s:{s:s}}", "input_args", "app_id", &id), ==, 0);
    while (found == 0 && (name = g_dir_read_name(dir)) != NULL) {
        g_autofree char *path = g_build_filename("/proc", name, "cmdline", NULL);
        g_autofree char *words = NULL;
        size_t size;
        if (!g_ascii_isdigit(*name) || !g_file_get_contents(path, &words, &size, NULL))
            continue;
        for (size_t i = 0; i + 1 < size; i++)
            if (words[i] == '\0')
                words[i] = ' ';
        if (strstr(words, id) != NULL)
            found = (pid_t)strtol(name, NULL, 10);
    }
    json_decref(document);
    g_assert_cmpint(found, !=, 0);
    return found;
}

char *demo_journal(void)
{
    g_autofree char *path = demo_path("state/mse-console/journal.jsonl");
    char *text = NULL;

    g_assert_true(g_file_get_contents(path, &text, NULL, NULL));
    return text;
}

char **demo_french(void)
{
    const char *home = g_get_home_dir();
    g_autofree char *target = g_build_filename(home, "fr_FR.UTF-8", NULL);
    g_autofree char *catalogues = demo_program("po");
    char *argv[] = {
        (char *)"localedef", (char *)"-i", (char *)"fr_FR", (char *)"-f", (char *)"UTF-8",
        (char *)target,      NULL};
    char **environment;
    int status;

    if (!g_spawn_sync(NULL, argv, NULL,
                      G_SPAWN_SEARCH_PATH | G_SPAWN_STDOUT_TO_DEV_NULL | G_SPAWN_STDERR_TO_DEV_NULL,
                      NULL, NULL, NULL, NULL, &status, NULL) ||
        status != 0) {
        g_test_skip("localedef cannot make a French locale here");
        return NULL;
    }
    environment = g_new0(char *, 5);
    environment[0] = g_strconcat("LOCPATH=", home, NULL);
    environment[1] = g_strconcat("TEXTDOMAINDIR=", catalogues, NULL);
    environment[2] = g_strdup("LC_ALL=fr_FR.UTF-8");
    environment[3] = g_strdup("LANGUAGE=fr");
    return environment;
}
