/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A PCCS that refuses, hangs, lies, redirects or ends in the middle: each run ends in a sentence
 * with the right status.
 */
#include "config.h"

#include "process.h"

#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static struct {
    char *platform, *root, *quote, *settings;
} made;

static void make_all(void)
{
    made.platform = process_path("platform");
    sim_run("platform", made.platform, NULL);
    made.root = g_build_filename(made.platform, "root.pem", NULL);
    made.quote = process_path("quote.bin");
    sim_run("quote", made.platform, "--output", made.quote, NULL);
    made.settings = process_path("config.toml");
    g_autofree char *text = g_strdup_printf(
        "[pccs]\nca = \"%s/pccs.pem\"\n[trust]\nroot = \"%s\"\n", made.platform, made.root);
    g_assert_true(g_file_set_contents(made.settings, text, -1, NULL));
}

typedef struct Pccs {
    Process process;
    char *url;
} Pccs;

static Pccs pccs_start(const char *fault)
{
    static unsigned count;
    g_autofree char *name = g_strdup_printf("port-%u", count++);
    g_autofree char *port_file = process_path(name);
    g_autofree char *program = process_program("mse-sim");
    const char *argv[] = {program,       "pccs",    made.platform,
                          "--port-file", port_file, fault ? "--fault" : NULL,
                          fault,         NULL};
    Pccs pccs = {.process = process_start(argv, NULL)};
    g_autofree char *port = NULL;
    gint64 deadline = g_get_monotonic_time() + PROCESS_DEADLINE * 1000;
    while (!port || !strchr(port, '\n')) {
        struct pollfd watched = {.fd = pccs.process.pidfd, .events = POLLIN};
        g_assert_cmpint(g_get_monotonic_time(), <, deadline);
        g_assert_cmpint(poll(&watched, 1, 5), ==, 0);
        g_clear_pointer(&port, g_free);
        g_file_get_contents(port_file, &port, NULL, NULL);
    }
    pccs.url = g_strdup_printf("https://localhost:%s", g_strstrip(port));
    return pccs;
}

static void pccs_stop(Pccs *pccs)
{
    kill(pccs->process.pid, SIGTERM);
    Outcome outcome = process_finish(&pccs->process);
    outcome_clear(&outcome);
    g_free(pccs->url);
}

/* Each run has a cache of its own: what an honest PCCS said must not help a lying one. */
static ProcessSetting pccs_setting(char ***environment)
{
    static unsigned count;
    g_autofree char *name = g_strdup_printf("cache-%u", count++);
    g_autofree char *cache = process_path(name);
    char **list = g_new0(char *, 3);
    list[0] = g_strconcat("MSE_CONSOLE_CONFIG=", made.settings, NULL);
    list[1] = g_strconcat("XDG_CACHE_HOME=", cache, NULL);
    *environment = list;
    return (ProcessSetting){.environment = (const char *const *)list};
}

static void test_pccs_works(void)
{
    g_auto(GStrv) environment = NULL;
    ProcessSetting setting = pccs_setting(&environment);
    Pccs pccs = pccs_start(NULL);
    Outcome got = console_run(&setting, "verify", made.quote, "--pccs", pccs.url, NULL);
    if (got.status != 0)
        g_error("status %d: %s%s", got.status, got.out, got.err);
    outcome_clear(&got);
    /* Gone, it is not missed: what it said is kept. */
    g_autofree char *url = g_strdup(pccs.url);
    pccs_stop(&pccs);
    Outcome again = console_run(&setting, "verify", made.quote, "--pccs", url, NULL);
    g_assert_cmpint(again.status, ==, 0);
    outcome_clear(&again);
}

static void test_pccs_fault(gconstpointer fault)
{
    g_auto(GStrv) environment = NULL;
    ProcessSetting setting = pccs_setting(&environment);
    Pccs pccs = pccs_start(fault);
    Outcome got = console_run(&setting, "verify", made.quote, "--pccs", pccs.url, NULL);
    if (got.status != 3)
        g_error("%s: status %d: %s%s", (const char *)fault, got.status, got.out, got.err);
    assert_sentences(&got);
    g_assert_nonnull(strstr(got.out, "✖ "));
    outcome_clear(&got);
    pccs_stop(&pccs);
}

static void test_pccs_refuses(void)
{
    g_auto(GStrv) environment = NULL;
    ProcessSetting setting = pccs_setting(&environment);
    Outcome got =
        console_run(&setting, "verify", made.quote, "--pccs", "https://localhost:1", NULL);
    g_assert_cmpint(got.status, ==, 3);
    assert_sentences(&got);
    outcome_clear(&got);
}

static void test_pccs_nobody_knows(void)
{
    Pccs pccs = pccs_start(NULL);
    Outcome got =
        console_run(NULL, "verify", made.quote, "--root", made.root, "--pccs", pccs.url, NULL);
    g_assert_cmpint(got.status, ==, 3);
    assert_sentences(&got);
    outcome_clear(&got);
    pccs_stop(&pccs);
}

/* Both ends are up: the program waits for an answer. What it has open is hidden from all but root;
 * the table of connections is not. */
static bool has_connection(const char *url)
{
    const char *port = strrchr(url, ':') + 1;
    g_autofree char *row = g_strdup_printf(":%04X 01 ", (unsigned)strtoul(port, NULL, 10));
    static const char *const tables[] = {"/proc/net/tcp", "/proc/net/tcp6"};
    for (size_t i = 0; i < G_N_ELEMENTS(tables); i++) {
        g_autofree char *text = NULL;
        if (g_file_get_contents(tables[i], &text, NULL, NULL) && strstr(text, row))
            return true;
    }
    return false;
}

static void test_pccs_hangs(void)
{
    static const int signals[] = {SIGINT, SIGTERM};
    Pccs pccs = pccs_start("hang@*");
    for (size_t i = 0; i < G_N_ELEMENTS(signals); i++) {
        g_auto(GStrv) environment = NULL;
        ProcessSetting setting = pccs_setting(&environment);
        g_autofree char *program = process_program("mse-console");
        const char *argv[] = {program, "verify", made.quote, "--pccs", pccs.url, NULL};
        Process process = process_start(argv, &setting);
        gint64 deadline = g_get_monotonic_time() + PROCESS_DEADLINE * 1000;
        while (!has_connection(pccs.url)) {
            struct pollfd watched = {.fd = process.pidfd, .events = POLLIN};
            g_assert_cmpint(g_get_monotonic_time(), <, deadline);
            g_assert_cmpint(poll(&watched, 1, 5), ==, 0);
        }
        kill(process.pid, signals[i]);
        Outcome got = process_finish(&process);
        g_assert_cmpint(got.status, ==, 128 + signals[i]);
        g_assert_cmpstr(got.out, ==, "");
        assert_sentences(&got);
        outcome_clear(&got);
    }
    pccs_stop(&pccs);
}

static void add_pccs_faults(void)
{
    static const char *const faults[] = {"reset@*",   "status=503@*", "truncate@*",
                                         "garbage@*", "redirect@*",   "lie@*"};
    for (size_t i = 0; i < G_N_ELEMENTS(faults); i++) {
        g_autofree char *name = g_strndup(faults[i], strcspn(faults[i], "=@"));
        g_autofree char *path = g_strconcat("/pccs/", name, NULL);
        g_test_add_data_func(path, faults[i], test_pccs_fault);
    }
}

/* ---- the chain of causes ---- */

static Outcome ask_nobody(const char *variable, const char *program, bool file_is_there)
{
    g_autofree char *whole = g_strconcat("MSE_CONSOLE_CONFIG=", made.settings, NULL);
    const char *const environment[] = {whole, "LANG=C.UTF-8", "LC_ALL=C.UTF-8", variable, NULL};
    const ProcessSetting setting = {.environment = environment};
    const char *const argv[] = {program,
                                "verify",
                                file_is_there ? made.quote : "/nowhere/quote",
                                "--pccs",
                                "https://localhost:1",
                                NULL};
    return process_run(argv, &setting);
}

static void assert_causes(Outcome got, const char *last)
{
    assert_sentences(&got);
    if (last == NULL) {
        g_assert_null(strstr(got.err, "cause 1"));
    } else if (strstr(got.err, "cause 2: ") == NULL || strstr(got.err, last) == NULL) {
        g_error("\"%s\" has no two causes, or not \"%s\"", got.err, last);
    }
    outcome_clear(&got);
}

static void test_pccs_causes(void)
{
    g_autofree char *program = process_program("mse-console"), *link = process_path("cenclave");
    g_assert_cmpint(symlink(program, link), ==, 0);
    static const char refused[] = "errno 111: Connection refused", absent[] = "errno 2: ";
    assert_causes(ask_nobody("MSE_BACKTRACE=full", program, true), refused);
    assert_causes(ask_nobody("MSE_BACKTRACE=full", program, false), absent);
    assert_causes(ask_nobody("BACKTRACE=full", link, true), refused);
    assert_causes(ask_nobody("BACKTRACE=full", program, true), NULL);
    assert_causes(ask_nobody("MSE_BACKTRACE=some", program, false), NULL);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    make_all();
    g_test_add_func("/pccs/works", test_pccs_works);
    g_test_add_func("/pccs/refuses", test_pccs_refuses);
    g_test_add_func("/pccs/unknown-authority", test_pccs_nobody_knows);
    g_test_add_func("/pccs/hangs", test_pccs_hangs);
    g_test_add_func("/pccs/causes", test_pccs_causes);
    add_pccs_faults();
    return g_test_run();
}
