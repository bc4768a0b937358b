/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The console with ten thousand files, as the person in front of it feels it: how long until there
 * is a screen, how long from a key to the frame that shows what it did, while the files are being
 * verified; then what it costs when nothing happens.
 * With one argument the same on the applications of the engine of DOCKER_HOST, while logs flood.
 * Arguments: the console, and a directory with evidence: f00000.json …
 */
#include "config.h"

#include "tests/bench/bench.h"
#include "tests/screen/terminal.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { FILES = 10000, KEYS = 300, ROWS = 36, COLUMNS = 120, IDLE_SECONDS = 10, FLOOD_SECONDS = 90 };

#define ALL_JUDGED "10000 trusted"

static const char title[] = "Evidence ── ";

/* What the evidence pane says it shows: the part of its title after the dashes. */
static char *selected(Terminal *terminal)
{
    g_autofree char *text = terminal_text(terminal);
    const char *at = strstr(text, title);
    if (!at)
        return g_strdup("");
    at += strlen(title);
    return g_strndup(at, strcspn(at, " \n"));
}

static bool selected_another(Terminal *terminal, const void *data)
{
    g_autofree char *now = selected(terminal);
    return *now && strcmp(now, data) != 0;
}

static double key(Terminal *terminal, const char *bytes)
{
    g_autofree char *before = selected(terminal);
    uint64_t start = bench_now();
    terminal_type(terminal, bytes);
    terminal_wait(terminal, selected_another, before, "another selection");
    return (double)(bench_now() - start) / 1e6;
}

static void measure_keys(Terminal *terminal)
{
    g_autoptr(GArray) samples = g_array_new(FALSE, FALSE, sizeof(double));
    for (int i = 0; i < KEYS; i++) {
        double took = key(terminal, i % 10 == 9 ? "k" : "j");
        g_array_append_val(samples, took);
    }
    bench_row("key to frame meanwhile, p50", bench_quantile(samples, 0.5), "ms", AIM_NONE, 0);
    bench_row("key to frame meanwhile, p99", bench_quantile(samples, 0.99), "ms", AIM_AT_MOST, 8);
    bench_row("key to frame meanwhile, most", bench_quantile(samples, 1), "ms", AIM_AT_MOST, 50);
}

/* A figure in KiB of /proc/PID/status. */
static double status_kib(pid_t child, const char *name)
{
    g_autofree char *path = g_strdup_printf("/proc/%d/status", child);
    g_autofree char *text = NULL;
    if (!g_file_get_contents(path, &text, NULL, NULL))
        return -1;
    const char *at = strstr(text, name);
    return at ? g_ascii_strtod(at + strlen(name), NULL) : -1;
}

/* Milliseconds of processor time so far, user and system: fields 14 and 15, after the name. */
static double processor_ms(pid_t child)
{
    g_autofree char *path = g_strdup_printf("/proc/%d/stat", child);
    g_autofree char *text = NULL;
    if (!g_file_get_contents(path, &text, NULL, NULL))
        return -1;
    g_auto(GStrv) fields = g_strsplit(strrchr(text, ')') + 2, " ", 0);
    double ticks = g_ascii_strtod(fields[11], NULL) + g_ascii_strtod(fields[12], NULL);
    return ticks * 1000 / (double)sysconf(_SC_CLK_TCK);
}

static void measure_idle(Terminal *terminal)
{
    while (!terminal_shows(terminal, ALL_JUDGED))
        terminal_is_silent(terminal, 100);
    while (!terminal_is_silent(terminal, 2000))
        ;
    bench_row("memory of its own, all judged (RssAnon)",
              status_kib(terminal->child, "RssAnon:") / 1024, "MiB", AIM_AT_MOST, 64);
    terminal_forget(terminal);
    double before = processor_ms(terminal->child);
    bool silent = terminal_is_silent(terminal, IDLE_SECONDS * 1000);
    bench_row("idle for 10 s: processor time", processor_ms(terminal->child) - before, "ms",
              AIM_AT_MOST, 0);
    /* The clock's minute may fall into it. */
    bench_row(silent ? "idle for 10 s: bytes written" : "idle for 10 s: bytes written (the clock)",
              terminal->written->len, "bytes", AIM_AT_MOST, silent ? 0 : 64);
}

/* ---- a flood ---- */

/* Lines that the log's ring has dropped and counted, as its title says; 0: none yet. */
static double dropped(Terminal *terminal)
{
    g_autofree char *text = terminal_text(terminal);
    const char *at = strstr(text, " older lines dropped");

    while (at != NULL && at > text && g_ascii_isdigit(at[-1]))
        at--;
    return at == NULL ? 0 : g_ascii_strtod(at, NULL);
}

static void take_in_for(Terminal *terminal, double seconds)
{
    uint64_t until = bench_now() + (uint64_t)(seconds * 1e9);

    while (bench_now() < until)
        terminal_is_silent(terminal, 50);
}

/* To one that runs: its log floods, and the screen with it. */
static void select_running(Terminal *terminal)
{
    enum { FLOODED = 5000 };

    for (int i = 0; i < KEYS; i++) {
        terminal_forget(terminal);
        take_in_for(terminal, 1);
        if (terminal->written->len > FLOODED)
            return;
        terminal_type(terminal, "j");
    }
}

/* Once the ring is full, what is dropped is what is taken in. */
static void measure_flood(Terminal *terminal)
{
    uint64_t until = bench_now() + FLOOD_SECONDS * UINT64_C(1000000000), start;
    double before, own;

    terminal_type(terminal, "Lz"); /* the whole width: the title is not cut */
    while (dropped(terminal) <= 0 && bench_now() < until)
        terminal_is_silent(terminal, 100);
    before = dropped(terminal);
    own = processor_ms(terminal->child);
    start = bench_now();
    take_in_for(terminal, IDLE_SECONDS);
    double seconds = (double)(bench_now() - start) / 1e9;
    bench_row("log lines taken in", (dropped(terminal) - before) / seconds, "/s", AIM_NONE, 0);
    bench_row("log lines dropped, and counted", dropped(terminal), "", AIM_NONE, 0);
    bench_row("processor meanwhile", (processor_ms(terminal->child) - own) / seconds / 10, "%",
              AIM_NONE, 0);
    bench_row("memory of its own, the ring with it (RssAnon)",
              status_kib(terminal->child, "RssAnon:") / 1024, "MiB", AIM_AT_MOST, 64 + 64);
}

/* The log paused: nothing is left to do but the clock. */
static void measure_paused(Terminal *terminal)
{
    terminal_type(terminal, "p");
    take_in_for(terminal, IDLE_SECONDS);
    terminal_forget(terminal);
    double before = processor_ms(terminal->child);
    take_in_for(terminal, IDLE_SECONDS);
    bench_row("paused for 10 s: processor",
              (processor_ms(terminal->child) - before) / IDLE_SECONDS / 10, "%", AIM_AT_MOST, 0.3);
    bench_row("paused for 10 s: bytes written (the clock's minute)", terminal->written->len,
              "bytes", AIM_AT_MOST, 64);
}

/* Ten thousand applications, each with a log that floods: on the engine of DOCKER_HOST. */
static int bench_engine(const char *console)
{
    g_autofree char *path = g_canonicalize_filename(console, NULL);
    const char *const words[] = {path, NULL};
    const char *const environment[] = {"TERM=xterm-256color", NULL};
    TerminalOptions options = {.columns = COLUMNS, .rows = ROWS, .environment = environment};

    bench_title("Console, 10,000 applications, logs of 45,000 lines/s");
    uint64_t start = bench_now();
    g_autoptr(Terminal) terminal = terminal_start(words, &options);
    terminal_wait_text(terminal, "Apps ── ");
    bench_row("first content", (double)(bench_now() - start) / 1e6, "ms", AIM_NONE, 0);
    terminal_wait_text(terminal, "Apps ── 10000");
    bench_row("all listed", (double)(bench_now() - start) / 1e6, "ms", AIM_NONE, 0);
    bench_row("memory of its own, all listed (RssAnon)",
              status_kib(terminal->child, "RssAnon:") / 1024, "MiB", AIM_AT_MOST, 64);
    measure_keys(terminal);
    select_running(terminal);
    measure_flood(terminal);
    measure_paused(terminal);
    terminal_type(terminal, "q");
    terminal_wait_end(terminal);
    return EXIT_SUCCESS;
}

int main(int argc, char **argv)
{
    if (argc == 2)
        return bench_engine(argv[1]);
    if (argc != 3) {
        fprintf(stderr, "usage: bench-console CONSOLE [DIRECTORY]\n");
        return EXIT_FAILURE;
    }
    g_autoptr(GPtrArray) words = g_ptr_array_new_with_free_func(g_free);
    g_ptr_array_add(words, g_canonicalize_filename(argv[1], NULL));
    for (int i = 0; i < FILES; i++)
        g_ptr_array_add(words, g_strdup_printf("f%05d.json", i));
    g_ptr_array_add(words, NULL);
    const char *const environment[] = {"TERM=xterm-256color", NULL};
    TerminalOptions options = {
        .columns = COLUMNS, .rows = ROWS, .directory = argv[2], .environment = environment};

    bench_title("Console, 10,000 files, all cores verifying");
    uint64_t start = bench_now();
    g_autoptr(Terminal) terminal = terminal_start((const char *const *)words->pdata, &options);
    terminal_wait_text(terminal, title);
    bench_row("first screen", (double)(bench_now() - start) / 1e6, "ms", AIM_AT_MOST, 100);
    measure_keys(terminal);
    measure_idle(terminal);
    terminal_type(terminal, "q");
    terminal_wait_end(terminal);
    return EXIT_SUCCESS;
}
