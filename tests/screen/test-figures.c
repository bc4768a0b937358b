/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Figures held against others': the metrics pane against `docker stats` on a real engine, and how
 * many of them are asked for, as the simulated engine counts.
 */
#include "config.h"

#include "engine.h"
#include "tests/e2e/own.h"

#include <glib/gstdio.h>
#include <locale.h>
#include <math.h>
#include <poll.h>
#include <string.h>

#define ENTER "\r"

enum { PATIENCE = 300, AT_ONCE = 8 };

/* ---- how many ---- */

/* Subscriptions that are open now, and the most that ever were at once. */
static unsigned subscriptions(const char *calls, unsigned *most)
{
    g_autofree char *text = NULL;
    g_auto(GStrv) lines = NULL;
    unsigned n = 0;

    *most = 0;
    g_assert_true(g_file_get_contents(calls, &text, NULL, NULL));
    lines = g_strsplit(text, "\n", -1);
    for (char **line = lines; *line != NULL; line++) {
        if (!g_str_has_suffix(*line, "/stats"))
            continue;
        n += g_str_has_prefix(*line, "END ") ? -1u : 1;
        *most = MAX(*most, n);
    }
    return n;
}

typedef struct Expected {
    const char *calls;
    unsigned n;
} Expected;

static bool so_many_are_open(Terminal *terminal, const void *data)
{
    const Expected *expected = data;
    unsigned most;

    (void)terminal;
    return subscriptions(expected->calls, &most) == expected->n;
}

static void wait_for(Terminal *terminal, const char *calls, unsigned n)
{
    Expected expected = {.calls = calls, .n = n};
    g_autofree char *what = g_strdup_printf("%u subscriptions", n);

    terminal_wait(terminal, so_many_are_open, &expected, what);
}

/* Once the console has ended: the engine sees that a little later. */
static void wait_at_engine(const char *calls, unsigned n)
{
    const gint64 until = g_get_monotonic_time() + G_TIME_SPAN_MINUTE;
    unsigned most;

    while (subscriptions(calls, &most) != n) {
        g_assert_cmpint(g_get_monotonic_time(), <, until);
        poll(NULL, 0, 20);
    }
}

/* Different applications that were asked about so far. */
static unsigned different(const char *calls)
{
    g_autoptr(GHashTable) seen = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    g_autofree char *text = NULL;
    g_auto(GStrv) lines = NULL;

    g_assert_true(g_file_get_contents(calls, &text, NULL, NULL));
    lines = g_strsplit(text, "\n", -1);
    for (char **line = lines; *line != NULL; line++)
        if (g_str_has_prefix(*line, "GET ") && g_str_has_suffix(*line, "/stats"))
            g_hash_table_add(seen, g_strdup(*line));
    return g_hash_table_size(seen);
}

static bool more_were_asked(Terminal *terminal, const void *calls)
{
    (void)terminal;
    return different(calls) > 2 * AT_ONCE;
}

/* Eight and never more, however long they go round; none for what does not run, is out of sight, or
 * when nobody looks at figures. */
static void test_subscriptions(void)
{
    g_autofree char *calls = g_build_filename(g_get_home_dir(), "figures.calls", NULL);
    const char *options[] = {"--apps", "60", "--seed", "3", "--calls", calls, NULL};
    Engine engine;
    unsigned most;
    g_autoptr(Terminal) terminal = NULL;

    engine_start(&engine, options);
    terminal = engine_open_console(&engine, 160, 50, false);
    terminal_wait_text(terminal, "Apps ── 60 ─");
    terminal_type(terminal, "/initializing|running" ENTER);
    terminal_wait(terminal, more_were_asked, calls, "more than two rounds of them");
    subscriptions(calls, &most);
    g_assert_cmpuint(most, ==, AT_ONCE);
    terminal_type(terminal, "/\025paused" ENTER); /* there are some, and none of them has figures */
    terminal_wait_text(terminal, "paused");
    wait_for(terminal, calls, 0);
    terminal_type(terminal, "/\025exited" ENTER);
    wait_for(terminal, calls, 0);
    terminal_type(terminal, "/\025initializing|running" ENTER);
    wait_for(terminal, calls, AT_ONCE);
    terminal_type(terminal, "c"); /* no column: nobody looks */
    wait_for(terminal, calls, 0);
    terminal_type(terminal, "C"); /* the pane: of the selected one alone */
    wait_for(terminal, calls, 1);
    terminal_type(terminal, "$"); /* another pane instead */
    wait_for(terminal, calls, 0);
    terminal_type(terminal, "1c");
    wait_for(terminal, calls, AT_ONCE);
    subscriptions(calls, &most);
    g_assert_cmpuint(most, ==, AT_ONCE);
    engine_quit(terminal);
    wait_at_engine(calls, 0);
    engine_clear(&engine);
}

/* ---- beside docker stats ---- */

static char *image, *name;

static const char program_text[] =
    "#include <string.h>\n#include <stdlib.h>\n#include <time.h>\n"
    "static double now(void) { struct timespec t; clock_gettime(CLOCK_MONOTONIC, &t);\n"
    "    return (double)t.tv_sec + (double)t.tv_nsec / 1e9; }\n"
    "int main(void) {\n"
    "    size_t size = 48 << 20; char *held = malloc(size); memset(held, 7, size);\n"
    "    for (double end = now() + 600; now() < end;) {\n"
    "        for (double until = now() + 0.06; now() < until;) held[size / 2]++;\n"
    "        nanosleep(&(struct timespec){0, 140000000}, NULL); } }\n";

/* What a shell line prints; NULL when it fails. g_free. */
static char *shell(const char *format, ...) G_GNUC_PRINTF(1, 2);
static char *shell(const char *format, ...)
{
    g_autofree char *line = NULL;
    char *out = NULL;
    va_list values;
    int status;

    va_start(values, format);
    line = g_strdup_vprintf(format, values);
    va_end(values);
    {
        const char *argv[] = {"/bin/sh", "-c", line, NULL};
        g_assert_true(g_spawn_sync(NULL, (char **)argv, NULL, G_SPAWN_STDERR_TO_DEV_NULL, NULL,
                                   NULL, &out, NULL, &status, NULL));
    }
    if (status != 0)
        g_clear_pointer(&out, g_free);
    return out;
}

static bool succeeds(const char *line)
{
    g_autofree char *out = shell("%s", line);

    return out != NULL;
}

/* Why there is nothing to compare with; NULL: the container runs. */
static const char *start_container(void)
{
    g_autofree char *source = g_build_filename(g_get_home_dir(), "work.c", NULL);
    g_autofree char *compiled = NULL, *loaded = NULL, *started = NULL;

    if (!succeeds("docker version"))
        return "no Docker engine answers here";
    own_sweep("figures");
    g_assert_true(g_file_set_contents(source, program_text, -1, NULL));
    compiled = shell("cd '%s' && cc -O1 -static -o work work.c", g_get_home_dir());
    if (compiled == NULL)
        return "no static program can be compiled here";
    loaded = shell("tar -C '%s' -c work | docker import - %s", g_get_home_dir(), image);
    if (loaded == NULL)
        return "the engine takes no image";
    started = shell("docker run -d --network none --name %s --label mse-home=1 --entrypoint /work "
                    "%s",
                    name, image);
    return started == NULL ? "the engine starts no container" : NULL;
}

static void clean_up(void)
{
    g_autofree char *container = shell("docker rm -f %s", name);
    g_autofree char *removed = shell("docker rmi -f %s", image);
}

typedef struct Figures {
    double cpu;    /* % */
    double memory; /* MiB */
    double processes;
} Figures;

/* "65.2MiB", "65.2 MiB": in MiB. */
static double mebibytes(const char *text)
{
    static const struct {
        const char *unit;
        double times;
    } units[] = {{"KiB", 1 / 1024.0}, {"MiB", 1}, {"GiB", 1024}};
    char *end;
    double value = g_ascii_strtod(text, &end);

    end += strspn(end, " ");
    for (size_t i = 0; i < G_N_ELEMENTS(units); i++)
        if (g_str_has_prefix(end, units[i].unit))
            return value * units[i].times;
    return NAN;
}

static bool theirs(Figures *out)
{
    g_autofree char *text =
        shell("docker stats --no-stream --format '{{.CPUPerc}} {{.MemUsage}} {{.PIDs}}' %s", name);
    const char *at = text;
    char *end;

    if (text == NULL)
        return false;
    out->cpu = g_ascii_strtod(at, &end);
    at = strchr(end, ' ');
    g_assert_nonnull(at);
    out->memory = mebibytes(at + 1);
    at = strrchr(g_strchomp(text), ' ');
    out->processes = g_ascii_strtod(at + 1, NULL);
    return true;
}

/* What stands after a label of the pane; NULL: not there yet. g_free. */
static char *labelled(Terminal *terminal, const char *label)
{
    g_autofree char *before = g_strdup_printf("│  %s ", label);
    g_autofree char *screen = terminal_text(terminal);
    const char *at = strstr(screen, before);

    if (at == NULL)
        return NULL;
    at += strlen(before);
    at += strspn(at, " ");
    return g_ascii_isdigit(*at) ? g_strndup(at, strcspn(at, "│\n")) : NULL;
}

static bool ours(Terminal *terminal, Figures *out)
{
    g_autofree char *cpu = labelled(terminal, "CPU");
    g_autofree char *memory = labelled(terminal, "memory");
    g_autofree char *processes = labelled(terminal, "processes");

    if (cpu == NULL || memory == NULL || processes == NULL)
        return false;
    out->cpu = g_ascii_strtod(cpu, NULL);
    out->memory = mebibytes(memory);
    out->processes = g_ascii_strtod(processes, NULL);
    return true;
}

/* Both look at one second, and not at the same one. */
static bool agree(const Figures *a, const Figures *b)
{
    return a->cpu > 1 && fabs(a->cpu - b->cpu) <= MAX(0.3 * a->cpu, 5) &&
           fabs(a->memory - b->memory) <= 1 && a->processes == b->processes;
}

/* The same container, the same figures. */
static void test_as_docker_stats(void)
{
    enum { TIMES = 3 };
    g_autofree char *filter = g_strdup_printf("/%s" ENTER "C", name);
    g_autofree char *title = g_strdup_printf("┼ Metrics ── %s", name);
    const char *environment[] = {"DOCKER_HOST", "DOCKER_CONTEXT", "MSE_CONSOLE_CONFIG", NULL};
    TerminalOptions options = {.columns = 160, .rows = 40, .environment = environment};
    gint64 deadline = g_get_monotonic_time() + PATIENCE * G_USEC_PER_SEC;
    const char *why = start_container();
    g_autoptr(Terminal) terminal = NULL;
    unsigned times = 0;

    if (why != NULL) {
        g_test_skip(why);
        return;
    }
    terminal = terminal_start_console(NULL, &options);
    terminal_wait_text(terminal, name);
    terminal_type(terminal, filter);
    terminal_wait_text(terminal, title);
    while (times < TIMES) {
        Figures a, b;
        if (g_get_monotonic_time() > deadline) {
            g_autofree char *screen = terminal_text(terminal);
            clean_up();
            g_error("figures that do not agree:\n%s", screen);
        }
        terminal_is_silent(terminal, 50); /* takes in what was drawn meanwhile */
        if (!theirs(&a) || !ours(terminal, &b))
            continue;
        g_test_message("docker stats: %.1f %% %.1f MiB %.0f; ours: %.1f %% %.1f MiB %.0f", a.cpu,
                       a.memory, a.processes, b.cpu, b.memory, b.processes);
        times += agree(&a, &b);
    }
    engine_quit(terminal);
}

int main(int argc, char **argv)
{
    int status;

    setlocale(LC_ALL, "");
    g_test_init(&argc, &argv, NULL);
    name = own_name("figures");
    image = g_strconcat(name, ":1", NULL);
    g_test_add_func("/figures/subscriptions", test_subscriptions);
    g_test_add_func("/figures/as-docker-stats", test_as_docker_stats);
    status = g_test_run();
    clean_up();
    return status;
}
