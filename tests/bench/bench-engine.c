/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * On a real engine, beside the engine's own client in the same run: how long until there is
 * content, what the console keeps in memory, what it costs itself and the engine when nothing
 * happens, and how it takes a log of a million lines that goes on.
 * Arguments: the console, the empty program, and how many containers there are (each prints a line
 * a second); or the console, "flood" and the name of the container that floods.
 */
#include "config.h"

#include "tests/bench/bench.h"
#include "tests/screen/terminal.h"

#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { TURNS = 15, STARTS = 5, KEYS = 60, ROWS = 36, COLUMNS = 120, IDLE_SECONDS = 20 };

static const char *const environment[] = {"TERM=xterm-256color", NULL};

/* ---- processes ---- */

typedef struct Line {
    const char *what;
    const char *const *words;
    double median;
} Line;

/* They take turns, so that whatever else the machine does falls on all. */
static void measure_lines(Line *lines, size_t n, int turns)
{
    GArray *samples[8];

    g_assert_cmpuint(n, <=, G_N_ELEMENTS(samples));
    for (size_t i = 0; i < n; i++)
        samples[i] = g_array_new(FALSE, FALSE, sizeof(double));
    for (int turn = 0; turn < turns; turn++)
        for (size_t i = 0; i < n; i++) {
            double took = (double)bench_spawn(lines[i].words, NULL, 0) / 1e6;
            g_array_append_val(samples[i], took);
        }
    for (size_t i = 0; i < n; i++) {
        lines[i].median = bench_quantile(samples[i], 0.5);
        bench_row(lines[i].what, lines[i].median, "ms", AIM_NONE, 0);
        g_array_unref(samples[i]);
    }
}

static char *found(const char *name)
{
    char *path = g_find_program_in_path(name);

    return path != NULL ? path : g_strdup(name);
}

/* ---- what the kernel says of a process ---- */

static double status_kib(pid_t process, const char *name)
{
    g_autofree char *path = g_strdup_printf("/proc/%d/status", (int)process);
    g_autofree char *text = NULL;
    const char *at;

    if (!g_file_get_contents(path, &text, NULL, NULL))
        return -1;
    at = strstr(text, name);
    return at != NULL ? g_ascii_strtod(at + strlen(name), NULL) : -1;
}

/* Milliseconds of processor time so far: fields 14 and 15, after the name. */
static double processor_ms(pid_t process)
{
    g_autofree char *path = g_strdup_printf("/proc/%d/stat", (int)process);
    g_autofree char *text = NULL;
    g_auto(GStrv) fields = NULL;
    double ticks;

    if (!g_file_get_contents(path, &text, NULL, NULL))
        return 0;
    fields = g_strsplit(strrchr(text, ')') + 2, " ", 0);
    ticks = g_ascii_strtod(fields[11], NULL) + g_ascii_strtod(fields[12], NULL);
    return ticks * 1000 / (double)sysconf(_SC_CLK_TCK);
}

/* Of the engine: every process of these names. */
static double engine_ms(void)
{
    static const char *const names[] = {"dockerd\n", "containerd\n"};
    g_autoptr(GDir) directory = g_dir_open("/proc", 0, NULL);
    const char *entry;
    double sum = 0;

    while (directory != NULL && (entry = g_dir_read_name(directory)) != NULL) {
        g_autofree char *path = g_strdup_printf("/proc/%s/comm", entry);
        g_autofree char *comm = NULL;
        if (!g_ascii_isdigit(entry[0]) || !g_file_get_contents(path, &comm, NULL, NULL))
            continue;
        for (size_t i = 0; i < G_N_ELEMENTS(names); i++)
            if (strcmp(comm, names[i]) == 0)
                sum += processor_ms((pid_t)g_ascii_strtoll(entry, NULL, 10));
    }
    return sum;
}

/* ---- the console ---- */

static Terminal *open_console(const char *console)
{
    const char *words[] = {console, NULL};
    TerminalOptions options = {.columns = COLUMNS, .rows = ROWS, .environment = environment};

    return terminal_start(words, &options);
}

static void quit(Terminal *terminal)
{
    terminal_type(terminal, "q");
    terminal_wait_end(terminal);
    terminal_free(terminal);
}

static double first_content(const char *console, const char *title)
{
    g_autoptr(GArray) samples = g_array_new(FALSE, FALSE, sizeof(double));

    for (int i = 0; i < STARTS; i++) {
        uint64_t start = bench_now();
        Terminal *terminal = open_console(console);
        double took;
        terminal_wait_text(terminal, title);
        took = (double)(bench_now() - start) / 1e6;
        g_array_append_val(samples, took);
        quit(terminal);
    }
    return bench_quantile(samples, 0.5);
}

/* Takes in what is written for so long, and forgets it before. */
static void watch_for(Terminal *terminal, unsigned seconds)
{
    uint64_t until = bench_now() + seconds * UINT64_C(1000000000);

    terminal_forget(terminal);
    while (bench_now() < until)
        terminal_is_silent(terminal, 100);
}

static void measure_idle(const char *console, const char *title)
{
    double engine_alone = engine_ms(), engine_with, own;
    Terminal *terminal;

    g_usleep(IDLE_SECONDS * G_USEC_PER_SEC);
    engine_alone = engine_ms() - engine_alone;
    terminal = open_console(console);
    terminal_wait_text(terminal, title);
    terminal_type(terminal, "Lp"); /* the log, paused */
    terminal_wait_text(terminal, "paused");
    watch_for(terminal, IDLE_SECONDS); /* until it is idle */
    bench_row("memory of its own (RssAnon)", status_kib(terminal->child, "RssAnon:") / 1024, "MiB",
              AIM_AT_MOST, 8);
    engine_with = engine_ms();
    own = processor_ms(terminal->child);
    watch_for(terminal, IDLE_SECONDS);
    own = processor_ms(terminal->child) - own;
    engine_with = engine_ms() - engine_with;
    bench_row("idle: processor", own / (IDLE_SECONDS * 10.0), "%", AIM_AT_MOST, 0.3);
    bench_row("idle: the engine without us", engine_alone / (IDLE_SECONDS * 10.0), "%", AIM_NONE,
              0);
    bench_row("idle: caused in the engine", (engine_with - engine_alone) / (IDLE_SECONDS * 10.0),
              "%", AIM_AT_MOST, 2);
    /* The clock's minute may fall into it. */
    bench_row("idle: written to the terminal", terminal->written->len, "bytes", AIM_AT_MOST, 64);
    quit(terminal);
}

static void bench_many(const char *console, const char *empty, const char *count, const char *name)
{
    g_autofree char *docker = found("docker");
    g_autofree char *title = g_strdup_printf("Apps ── %s", count);
    const char *const nothing[] = {empty, NULL};
    const char *const docker_ps[] = {docker, "ps", NULL};
    const char *const list[] = {console, "home", "list", NULL};
    const char *const docker_logs[] = {docker, "logs", "--tail", "100", name, NULL};
    const char *const logs[] = {console, "home", "logs", name, "--tail", "100", NULL};
    const char *const docker_stats[] = {docker, "stats", "--no-stream", name, NULL};
    const char *const top[] = {console, "home", "top", name, NULL};
    Line quick[] = {{"an empty program on our link line", nothing, 0},
                    {"docker ps", docker_ps, 0},
                    {"home list", list, 0},
                    {"docker logs --tail 100", docker_logs, 0},
                    {"home logs --tail 100", logs, 0}};
    Line slow[] = {{"docker stats --no-stream, one", docker_stats, 0}, {"home top, one", top, 0}};
    g_autofree char *heading =
        g_strdup_printf("Real engine, %s containers that print a line a second", count);

    bench_title(heading);
    measure_lines(quick, G_N_ELEMENTS(quick), TURNS);
    bench_row("  home list / docker ps", quick[2].median / quick[1].median, "x", AIM_AT_MOST, 0.7);
    measure_lines(slow, G_N_ELEMENTS(slow), 3);
    bench_row("first content of the console", first_content(console, title), "ms", AIM_AT_MOST,
              quick[1].median + 20);
    measure_idle(console, title);
}

/* ---- a flood ---- */

static double key_ms(Terminal *terminal, const char *keys, const char *shown)
{
    uint64_t start = bench_now();

    terminal_type(terminal, keys);
    terminal_wait_text(terminal, shown);
    return (double)(bench_now() - start) / 1e6;
}

static void measure_keys(Terminal *terminal)
{
    g_autoptr(GArray) samples = g_array_new(FALSE, FALSE, sizeof(double));

    for (int i = 0; i < KEYS; i++) {
        double took = key_ms(terminal, "?", "IN THIS PANE");
        g_array_append_val(samples, took);
        terminal_type(terminal, "\033"); /* it is never silent here */
        terminal_wait_gone(terminal, "IN THIS PANE");
    }
    bench_row("while it floods, a key: p50", bench_quantile(samples, 0.5), "ms", AIM_NONE, 0);
    bench_row("while it floods, a key: most", bench_quantile(samples, 1), "ms", AIM_AT_MOST, 50);
}

static void bench_flood(const char *console, const char *name)
{
    g_autofree char *filter = g_strconcat("/", name, NULL);
    Terminal *terminal = open_console(console);

    bench_title("Real engine, a log of a million lines that goes on at 20,000 lines/s");
    terminal_wait_text(terminal, "Apps ── ");
    terminal_type(terminal, filter);
    terminal_wait_text(terminal, name);
    bench_row("selected, until its log's tail is shown", key_ms(terminal, "\r", "line 1"), "ms",
              AIM_AT_MOST, 100);
    measure_keys(terminal);
    watch_for(terminal, IDLE_SECONDS);
    bench_row("memory of its own (RssAnon; the ring may have 64 MiB)",
              status_kib(terminal->child, "RssAnon:") / 1024, "MiB", AIM_AT_MOST, 72);
    terminal_type(terminal, "L");
    bench_row("g/ until line 500 is found",
              key_ms(terminal, "g/line 0000500\r", "line 0000500 of a"), "ms", AIM_NONE, 0);
    quit(terminal);
}

int main(int argc, char **argv)
{
    setlocale(LC_ALL, "");
    if (argc == 4 && strcmp(argv[2], "flood") == 0)
        bench_flood(argv[1], argv[3]);
    else if (argc == 5)
        bench_many(argv[1], argv[2], argv[3], argv[4]);
    else {
        fprintf(stderr, "usage: bench-engine CONSOLE EMPTY COUNT NAME | CONSOLE flood NAME\n");
        return EXIT_FAILURE;
    }
    return EXIT_SUCCESS;
}
