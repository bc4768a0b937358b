/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * `:source`: settings that change while the console runs: colours, keys, columns, logs, engines,
 * trust and alarms, commands of one's own; and files that are not taken.
 */
#include "config.h"

#include "engine.h"

#include <fcntl.h>
#include <glib/gstdio.h>
#include <locale.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define ENTER "\r"
#define TAB   "\t"

/* ---- settings ---- */

static void put(const char *path, const char *text)
{
    g_assert_true(g_file_set_contents(path, text, -1, NULL));
}

static char *new_path(void)
{
    static unsigned n;

    return g_strdup_printf("%s/settings-%u.toml", g_get_home_dir(), ++n);
}

static Terminal *open_with(const char *settings, const char *host, const char *const *files)
{
    g_autofree char *config = g_strdup_printf("MSE_CONSOLE_CONFIG=%s", settings);
    const char *environment[] = {config, host, "MSE_DEFAULT_ENV", NULL};
    TerminalOptions options = {
        .columns = 140, .rows = 36, .environment = environment, .directory = g_get_home_dir()};

    return terminal_start_console(files, &options);
}

static Terminal *open_on(const Engine *engine, const char *settings)
{
    g_autofree char *host = g_strdup_printf("DOCKER_HOST=unix://%s", engine->socket);

    return open_with(settings, host, NULL);
}

/* On an engine of so many applications, with these settings; in sight are the applications. */
static Terminal *open_apps(Engine *engine, const char *path, unsigned apps, const char *text)
{
    g_autofree char *number = g_strdup_printf("%u", apps);
    g_autofree char *title = g_strdup_printf("Apps ── %u ─", apps);
    const char *options[] = {"--apps", number, "--seed", "1", NULL};
    Terminal *terminal;

    put(path, text);
    engine_start(engine, options);
    terminal = open_on(engine, path);
    terminal_wait_text(terminal, title);
    return terminal;
}

static void close_apps(Engine *engine, Terminal *terminal)
{
    engine_quit(terminal);
    engine_clear(engine);
}

/* What is in the file in use is another now. */
static void source(Terminal *terminal, const char *path, const char *text)
{
    put(path, text);
    terminal_type(terminal, "k"); /* what was said before is gone */
    terminal_wait_gone(terminal, "settings are those of ");
    terminal_type(terminal, ":source" ENTER);
    terminal_wait_text(terminal, "settings are those of ");
}

/* ---- colours, keys, columns, figures ---- */

enum { GREEN = 2, MAGENTA = 5 };

typedef struct Painted {
    const char *text;
    int colour;
} Painted;

static bool is_painted(Terminal *terminal, const void *data)
{
    const Painted *painted = data;
    VTermScreenCell cell;
    VTermPos at;

    return terminal_find(terminal, painted->text, &cell, &at) && VTERM_COLOR_IS_INDEXED(&cell.fg) &&
           cell.fg.indexed.idx == painted->colour;
}

static void wait_for_colour(Terminal *terminal, const char *corner, int colour)
{
    const Painted painted = {corner, colour};
    g_autofree char *what = g_strdup_printf("a border of colour %d", colour);

    terminal_wait(terminal, is_painted, &painted, what);
}

static void test_colours(void)
{
    g_autofree char *path = new_path();
    Engine engine;
    g_autoptr(Terminal) terminal = NULL;

    terminal = open_apps(&engine, path, 3, "[colours]\nborder = \"green\"\n");
    wait_for_colour(terminal, "┘", GREEN);
    source(terminal, path, "[colours]\nborder = \"magenta\"\n");
    wait_for_colour(terminal, "┘", MAGENTA);
    terminal_type(terminal, ":set scheme=mono" ENTER); /* by hand: it stands … */
    source(terminal, path, "[colours]\nborder = \"green\"\n");
    terminal_wait_answer(terminal);
    g_assert_false(is_painted(terminal, &(Painted){"┘", GREEN}));
    source(terminal, path, "[colours]\nscheme = \"dark\"\nborder = \"green\"\n"); /* … until here */
    wait_for_colour(terminal, "┘", GREEN);
    close_apps(&engine, terminal);
}

static void test_keys(void)
{
    g_autofree char *path = new_path();
    Engine engine;
    g_autoptr(Terminal) terminal = NULL;

    terminal = open_apps(&engine, path, 3, "");
    terminal_type(terminal, "X");
    terminal_wait_text(terminal, "X does nothing here");
    terminal_type(terminal, "?"); /* the help that is open shows the keys as they are now */
    terminal_wait_text(terminal, "IN THIS PANE");
    source(terminal, path,
           "[keys]\nsources = \"X\"\n"
           "[commands.hello]\nkey = \"C-n\"\nrun = \"echo HELLO {name}\"\n");
    terminal_type(terminal, "z");
    terminal_resize(terminal, 140, 150);
    terminal_wait_text(terminal, "YOUR OWN COMMANDS");
    terminal_wait_text(terminal, ":source [FILE]");
    terminal_resize(terminal, 140, 36);
    terminal_type(terminal, "z");
    terminal_escape(terminal);
    terminal_type(terminal, "X");
    terminal_wait_text(terminal, "Sources ── 1");
    terminal_type(terminal, "1\016");
    terminal_wait_text(terminal, "HELLO ");
    /* A key that is none is said, and the rest is taken all the same. */
    put(path, "[keys]\nsources = \"no such key\"\nmetrics = \"X\"\n");
    terminal_type(terminal, ":source" ENTER);
    terminal_wait_text(terminal, "line 2, column 11");
    terminal_type(terminal, "1X");
    terminal_wait_text(terminal, "┼ Metrics ── ");
    close_apps(&engine, terminal);
}

/* Into a pipe that somebody reads, or soon will. */
static void write_to(const char *fifo, const char *text)
{
    int writer = open(fifo, O_WRONLY | O_CLOEXEC);

    g_assert_cmpint(write(writer, text, strlen(text)), ==, (ssize_t)strlen(text));
    close(writer);
}

/* A question that waits for its answer is still about the command that asked it. */
static void test_own_waits(void)
{
    g_autofree char *path = new_path();
    Engine engine;
    g_autoptr(Terminal) terminal = NULL;

    terminal =
        open_apps(&engine, path, 1,
                  "[commands.hello]\nkey = \"C-n\"\nrun = \"echo OLD {name}\"\nasks = true\n");
    /* The question is there before the settings are: those come through a pipe. */
    g_unlink(path);
    g_assert_cmpint(mkfifo(path, 0600), ==, 0);
    terminal_type(terminal, ":source" ENTER "\016");
    terminal_wait_text(terminal, "[ Cancel ]");
    write_to(path, "[commands.hello]\nkey = \"C-n\"\nrun = \"echo NEW {name}\"\nasks = true\n"
                   "[colours]\nborder = \"magenta\"\n");
    wait_for_colour(terminal, "┐", MAGENTA);
    terminal_type(terminal, TAB ENTER);
    terminal_wait_text(terminal, "OLD ");
    terminal_escape(terminal);
    terminal_type(terminal, "1\016" TAB ENTER);
    terminal_wait_text(terminal, "NEW ");
    close_apps(&engine, terminal);
}

static bool port_is_first(Terminal *terminal, const void *data)
{
    VTermPos port = {0}, name = {0};
    VTermScreenCell cell;

    (void)data;
    return terminal_find(terminal, "PORT", &cell, &port) &&
           terminal_find(terminal, "NAME", &cell, &name) && port.col < name.col;
}

static void test_columns(void)
{
    g_autofree char *path = new_path();
    Engine engine;
    g_autoptr(Terminal) terminal = NULL;

    terminal = open_apps(&engine, path, 3, "");
    terminal_wait_text(terminal, "STATE");
    source(terminal, path, "[columns]\napps = [\"port\", \"name\"]\n");
    terminal_wait_gone(terminal, "STATE");
    terminal_wait_text(terminal, "PORT");
    terminal_wait(terminal, port_is_first, NULL, "the port before the name");
    source(terminal, path, "[columns]\ncpu = false\n");
    terminal_wait_text(terminal, "STATE");
    terminal_wait_gone(terminal, "CPU");
    source(terminal, path, "[columns]\ncpu = true\n");
    terminal_wait_text(terminal, "CPU");
    close_apps(&engine, terminal);
}

static void test_files(void)
{
    g_autofree char *path = new_path();
    g_autofree char *sample = terminal_sample("trusted-enclave-evidence.json");
    g_autofree char *root = terminal_sample("platform/root.pem");
    g_autofree char *trusting = g_strdup_printf("[trust]\nroot = \"%s\"\n"
                                                "[columns]\nfiles = [\"verdict\", \"name\"]\n",
                                                root);
    const char *files[] = {sample, NULL};
    g_autoptr(Terminal) terminal = NULL;

    put(path, "");
    terminal = open_with(path, NULL, files);
    terminal_wait_text(terminal, "REJECTED");
    source(terminal, path, trusting); /* by another root it is judged again */
    terminal_wait_text(terminal, "SIMULATED");
    terminal_wait_gone(terminal, "REJECTED");
    terminal_wait_gone(terminal, "VALID UNTIL");
    engine_quit(terminal);
}

/* ---- logs ---- */

static void test_log_memory_under_flood(void)
{
    const char *options[] = {"--apps", "1", "--rate", "45000", "--history", "200000", NULL};
    g_autofree char *path = new_path();
    Engine engine;
    g_autoptr(Terminal) terminal = NULL;

    put(path, "[logs]\nmemory = 512\n");
    engine_start(&engine, options);
    terminal = open_on(&engine, path);
    terminal_wait_text(terminal, "Apps ── 1 ─");
    terminal_type(terminal, "Lz0");
    terminal_wait_text(terminal, "── follow");
    terminal_wait_text(terminal, "172.17.");
    terminal_type(terminal, "k"); /* what is in sight goes with the oldest */
    terminal_wait_text(terminal, "held here");
    g_assert_false(terminal_shows(terminal, "older lines dropped"));
    for (unsigned i = 0; i < 20; i++) { /* more and less, other keys and colours, as lines come */
        g_autofree char *text = g_strdup_printf(
            "[logs]\nmemory = %u\n[keys]\nsources = \"%c\"\n[colours]\nborder = %u\n"
            "[commands.c%u]\nkey = \"C-n\"\nrun = \"echo %u\"\n",
            i % 2 == 0 ? 2 : 64, 'X' + (char)(i % 3), i % 8, i, i);
        source(terminal, path, text);
        terminal_type(terminal, i % 3 == 0 ? "/172" ENTER : i % 3 == 1 ? "/" ENTER : "T");
    }
    terminal_wait_text(terminal, "older lines dropped");
    engine_quit(terminal);
    engine_clear(&engine);
}

/* ---- engines ---- */

/* Streams of events that an engine has open, by the calls that it noted. */
static unsigned events_open(const char *calls)
{
    g_autofree char *text = NULL;
    g_auto(GStrv) lines = NULL;
    unsigned n = 0;

    g_assert_true(g_file_get_contents(calls, &text, NULL, NULL));
    lines = g_strsplit(text, "\n", -1);
    for (char **line = lines; *line != NULL; line++)
        if (g_str_has_suffix(*line, "/events"))
            n += g_str_has_prefix(*line, "END ") ? -1u : 1;
    return n;
}

static bool is_left_alone(Terminal *terminal, const void *calls)
{
    (void)terminal;
    return events_open(calls) == 0;
}

static bool is_followed_once(Terminal *terminal, const void *calls)
{
    (void)terminal;
    return events_open(calls) == 1;
}

static void test_sources(void)
{
    g_autofree char *one_calls = g_build_filename(g_get_home_dir(), "one.calls", NULL);
    g_autofree char *other_calls = g_build_filename(g_get_home_dir(), "other.calls", NULL);
    const char *few[] = {"--apps", "3", "--seed", "1", "--calls", one_calls, NULL};
    const char *more[] = {"--apps", "5", "--seed", "1", "--calls", other_calls, NULL};
    g_autofree char *path = new_path(), *first = NULL, *both = NULL, *second = NULL, *wrong = NULL;
    Engine one, other;
    g_autoptr(Terminal) terminal = NULL;

    engine_start(&one, few);
    engine_start(&other, more);
    first = g_strdup_printf("[sources]\ndocker = [\"unix://%s\"]\n", one.socket);
    both = g_strdup_printf("[sources]\ndocker = [\"unix://%s\", \"unix://%s\"]\n", other.socket,
                           one.socket);
    second = g_strdup_printf("[sources]\ndocker = [\"unix://%s\"]\n", other.socket);
    wrong =
        g_strdup_printf("[sources]\ndocker = [\"no-such-context\", \"unix://%s\"]\n", other.socket);
    put(path, first);
    terminal = open_with(path, "DOCKER_HOST", NULL);
    terminal_wait_text(terminal, "┌ Apps ── 3 ─");
    terminal_wait_gone(terminal, "ENGINE");
    source(terminal, path, both);
    terminal_wait_text(terminal, "┌ Apps ── 8 ─");
    terminal_wait_text(terminal, "@engine-"); /* the same name twice */
    terminal_type(terminal, "z");             /* where there is room for it */
    terminal_wait_text(terminal, "ENGINE");
    terminal_type(terminal, "zo");
    terminal_wait_text(terminal, "Sources ── 2");
    terminal_type(terminal, "O"); /* the first alone … */
    terminal_wait_text(terminal, "── 3 ─");
    source(terminal, path, second);
    terminal_wait_text(terminal, "Sources ── 1"); /* … which is closed now */
    terminal_wait_text(terminal, "┌ Apps ── 5 ─");
    terminal_wait_gone(terminal, "@engine-");
    terminal_wait(terminal, is_followed_once, other_calls, "one stream of events");
    terminal_wait(terminal, is_left_alone, one_calls, "the engine being left alone");
    source(terminal, path, wrong);
    terminal_wait_text(terminal, "misconfigured");
    terminal_type(terminal, "O");
    terminal_wait_text(terminal, "── 5 ─");
    terminal_type(terminal, "O");
    source(terminal, path, first);
    terminal_wait_text(terminal, "┌ Apps ── 3 ─");
    terminal_wait_text(terminal, "✔ live");
    terminal_wait(terminal, is_left_alone, other_calls, "the engine being left alone");
    engine_quit(terminal);
    engine_clear(&one);
    engine_clear(&other);
}

/* Engines that come and go, with thousands of applications, and one that never answers. */
static void test_sources_often(void)
{
    const char *many[] = {"--apps", "2000", "--seed", "1", "--churn", "200", NULL};
    const char *silent[] = {"--apps", "2", "--fault", "hang@list", NULL};
    g_autofree char *path = new_path();
    Engine one, other;
    g_autoptr(Terminal) terminal = NULL;

    engine_start(&one, many);
    engine_start(&other, silent);
    put(path, "[sources]\ndocker = [\"unix:///nowhere/none.sock\"]\n");
    terminal = open_with(path, "DOCKER_HOST", NULL);
    for (unsigned i = 0; i < 12; i++) {
        g_autofree char *text = g_strdup_printf(
            "[sources]\ndocker = [\"unix://%s\"]\n",
            i % 3 == 2 ? "/nowhere/none.sock" : (i % 3 == 0 ? one.socket : other.socket));
        source(terminal, path, text);
        terminal_type(terminal, i % 2 == 0 ? "j v" : "O");
    }
    {
        g_autofree char *text =
            g_strdup_printf("[sources]\ndocker = [\"unix://%s\"]\n", one.socket);
        source(terminal, path, text);
    }
    terminal_wait_text(terminal, "running");
    engine_quit(terminal);
    engine_clear(&one);
    engine_clear(&other);
}

/* ---- trust, alarms, secrets ---- */

static bool file_is_there(Terminal *terminal, const void *path)
{
    (void)terminal;
    return g_file_test(path, G_FILE_TEST_EXISTS);
}

/* The root decides what is trusted, and the days what ends soon. */
static void test_trust(void)
{
    g_autofree char *platform = g_build_filename(g_get_home_dir(), "platform", NULL);
    g_autofree char *root = g_build_filename(platform, "root.pem", NULL);
    const char *options[] = {"--apps", "1", "--seed", "2", "--platform", platform, NULL};
    g_autofree char *path = new_path();
    g_autofree char *trusting = g_strdup_printf("[trust]\nroot = \"%s\"\n", root);
    g_autofree char *soon = g_strdup_printf("%s[alarm]\nexpiry_days = 3650\n", trusting);
    Engine engine;
    g_autoptr(Terminal) terminal = NULL;

    engine_run_sim("platform", platform, NULL);
    put(path, "");
    engine_start(&engine, options);
    terminal = open_on(&engine, path);
    terminal_wait_text(terminal, "✖ REJECTED");
    source(terminal, path, trusting);
    terminal_wait_text(terminal, "✔ trusted");
    terminal_wait_text(terminal, "SIMULATED");
    source(terminal, path, soon);
    terminal_wait_text(terminal, "1 ends soon");
    source(terminal, path, "");
    terminal_wait_text(terminal, "✖ REJECTED");
    terminal_wait_gone(terminal, "1 ends soon");
    engine_quit(terminal);
    engine_clear(&engine);
}

/* The name of the only application: its pane of secrets has it. */
static char *name_of_app(Terminal *terminal)
{
    g_autofree char *screen = NULL;
    const char *at;

    terminal_wait_text(terminal, "Secrets ── ");
    screen = terminal_text(terminal);
    at = strstr(screen, "Secrets ── ") + strlen("Secrets ── ");
    return g_strndup(at, strcspn(at, " "));
}

static unsigned bells(const Terminal *terminal)
{
    unsigned n = 0;

    for (unsigned i = 0; i < terminal->written->len; i++)
        n += terminal->written->data[i] == '\a';
    return n;
}

/* A first command and a bell; then another command, and none. */
static void test_alarm(void)
{
    g_autofree char *platform = g_build_filename(g_get_home_dir(), "alarming", NULL);
    g_autofree char *root = g_build_filename(platform, "root.pem", NULL);
    g_autofree char *outputs = g_build_filename(g_get_home_dir(), "outputs", NULL);
    g_autofree char *first = g_build_filename(g_get_home_dir(), "first", NULL);
    g_autofree char *second = g_build_filename(g_get_home_dir(), "second", NULL);
    const char *options[] = {"--apps", "1", "--seed", "2", "--outputs", outputs, NULL};
    g_autofree char *path = new_path(), *name = NULL, *directory = NULL;
    g_autofree char *one = g_strdup_printf(
        "[trust]\nroot = \"%s\"\n[alarm]\non_alarm = [\"touch\", \"%s\"]\n", root, first);
    g_autofree char *other = g_strdup_printf(
        "[trust]\nroot = \"%s\"\n[alarm]\nbell = false\non_alarm = [\"touch\", \"%s\"]\n", root,
        second);
    Engine engine;
    g_autoptr(Terminal) terminal = NULL;

    engine_run_sim("platform", platform, NULL);
    put(path, one);
    engine_start(&engine, options);
    terminal = open_on(&engine, path);
    name = name_of_app(terminal);
    directory = g_build_filename(outputs, name, NULL);
    engine_put_evidence(platform, directory, '1');
    terminal_type(terminal, "v");
    terminal_wait_text(terminal, "✔ trusted");
    engine_put_evidence(platform, directory, '2');
    terminal_type(terminal, "v");
    terminal_wait_text(terminal, "from 1111…1111 to 2222…2222");
    terminal_wait(terminal, file_is_there, first, "the first command");
    g_assert_cmpuint(bells(terminal), ==, 1);
    source(terminal, path, other);
    engine_put_evidence(platform, directory, '3');
    terminal_type(terminal, "v");
    terminal_wait_text(terminal, "to 3333…3333");
    terminal_wait(terminal, file_is_there, second, "the second command");
    g_assert_cmpuint(bells(terminal), ==, 1);
    engine_quit(terminal);
    engine_clear(&engine);
}

static void test_secrets(void)
{
    g_autofree char *path = new_path(), *text = NULL, *name = NULL;
    Engine engine;
    g_autoptr(Terminal) terminal = NULL;

    terminal = open_apps(&engine, path, 1, "");
    name = name_of_app(terminal);
    text = g_strdup_printf("[secrets]\n%s = [\"no-such-secrets.json\"]\n", name);
    source(terminal, path, text);
    terminal_wait_text(terminal, "no-such-secrets.json");
    close_apps(&engine, terminal);
}

/* ---- files that are not taken, and others ---- */

static void test_not_taken(void)
{
    g_autofree char *path = new_path(), *missing = new_path();
    g_autofree char *line = g_strdup_printf(":source %s" ENTER, missing);
    Engine engine;
    g_autoptr(Terminal) terminal = NULL;

    terminal =
        open_apps(&engine, path, 3, "[colours]\nborder = \"green\"\n[keys]\nsources = \"X\"\n");
    wait_for_colour(terminal, "┘", GREEN);
    put(path, "[colours]\nborder = \"mauve\"\n[alarm]\nexpiry_days = -1\n[keys]\n");
    terminal_type(terminal, ":source" ENTER);
    terminal_wait_text(terminal, ".toml was not taken: line 2, column 10: border in [colours]");
    wait_for_colour(terminal, "┘", GREEN);
    put(path, "[colours]\nborder = \n");
    terminal_type(terminal, "k:source" ENTER);
    terminal_wait_text(terminal, ".toml was not taken: line 2, column 10: found the end");
    terminal_type(terminal, "k");
    terminal_type(terminal, line);
    terminal_wait_text(terminal, "reading the settings: ");
    terminal_wait_text(terminal, "No such file");
    g_unlink(path); /* the one in use too */
    terminal_type(terminal, "k:source" ENTER);
    terminal_wait_text(terminal, "No such file");
    terminal_type(terminal, "k:source a b" ENTER);
    terminal_wait_text(terminal, "which settings? :source [FILE]");
    terminal_type(terminal, "X");
    terminal_wait_text(terminal, "Sources ── 1");
    wait_for_colour(terminal, "┐", GREEN);
    close_apps(&engine, terminal);
}

/* A file that is named is the one in use from then on, for verbs and for what Y copies too. */
static void test_another_file(void)
{
    g_autofree char *path = new_path();
    g_autofree char *other = g_build_filename(g_get_home_dir(), "another one.toml", NULL);
    Engine engine;
    g_autoptr(Terminal) terminal = NULL;

    put(other, "[keys]\nsources = \"X\"\n[policy]\ngrace_days = 77\nno_such_key = 1\n");
    terminal = open_apps(&engine, path, 3, "");
    terminal_type(terminal, ":source ~/anoth" TAB);
    terminal_wait_text(terminal, "another\\ one.toml");
    terminal_type(terminal, ENTER);
    terminal_wait_text(terminal, "another one.toml was not taken: line 5, column 15: ");
    put(other, "[keys]\nsources = \"X\"\n[policy]\ngrace_days = 77\n[no-such-section]\na = 1\n");
    terminal_type(terminal, ":source \"");
    terminal_type(terminal, other);
    terminal_type(terminal, "\"" ENTER);
    terminal_wait_text(terminal, "unknown section [no-such-section]");
    terminal_type(terminal, "Y");
    terminal_wait_text(terminal, "another one.toml' mse-console");
    terminal_type(terminal, "X");
    terminal_wait_text(terminal, "Sources ── 1");
    terminal_type(terminal, ":doctor" ENTER); /* a verb reads it too */
    terminal_wait_text(terminal, "warning: settings, unknown: ");
    terminal_type(terminal, "Y");
    terminal_wait_text(terminal, "another one.toml' mse-console doctor");
    terminal_escape(terminal);
    put(other, "[keys]\nsources = \"J\"\n");
    terminal_type(terminal, ":source" ENTER);
    terminal_wait_text(terminal, "settings are those of ");
    terminal_type(terminal, "1J");
    terminal_wait_text(terminal, "Sources ── 1");
    close_apps(&engine, terminal);
}

int main(int argc, char **argv)
{
    setlocale(LC_ALL, "");
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/source/colours", test_colours);
    g_test_add_func("/source/keys", test_keys);
    g_test_add_func("/source/own-waits", test_own_waits);
    g_test_add_func("/source/columns", test_columns);
    g_test_add_func("/source/files", test_files);
    g_test_add_func("/source/log-memory-under-flood", test_log_memory_under_flood);
    g_test_add_func("/source/sources", test_sources);
    g_test_add_func("/source/sources-often", test_sources_often);
    g_test_add_func("/source/trust", test_trust);
    g_test_add_func("/source/alarm", test_alarm);
    g_test_add_func("/source/secrets", test_secrets);
    g_test_add_func("/source/not-taken", test_not_taken);
    g_test_add_func("/source/another-file", test_another_file);
    return g_test_run();
}
