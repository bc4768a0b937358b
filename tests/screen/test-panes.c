/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The panes beside the list of applications, as a person sees them: secrets, metrics, describe,
 * history, jobs, sources; several engines at once, and each way in which one is not as it should
 * be.
 */
#include "config.h"

#include "engine.h"
#include "ui/key_table.h"

#include <glib/gstdio.h>
#include <locale.h>
#include <signal.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define ENTER "\r"

/* ---- opening ---- */

/* Settings of one test. */
static char *write_settings(const char *text)
{
    static unsigned n;
    char *path = g_strdup_printf("%s/settings-%u.toml", g_get_home_dir(), ++n);

    g_assert_true(g_file_set_contents(path, text, -1, NULL));
    return path;
}

static Terminal *open_at(const Engine *engine, int columns, const char *settings, const char *more)
{
    g_autofree char *host = engine == NULL
                                ? g_strdup("DOCKER_HOST")
                                : g_strdup_printf("DOCKER_HOST=unix://%s", engine->socket);
    g_autofree char *config = settings == NULL ? g_strdup("MSE_CONSOLE_CONFIG")
                                               : g_strdup_printf("MSE_CONSOLE_CONFIG=%s", settings);
    const char *environment[] = {host, config, more, NULL};
    TerminalOptions options = {
        .columns = columns, .rows = 36, .environment = environment, .directory = g_get_home_dir()};

    return terminal_start_console(NULL, &options);
}

/* ---- places ---- */

static void test_numbers_and_back(void)
{
    static const char *const titles[] = {"┼ Secrets ── ", "┼ Metrics ── ", "┼ Describe ── ",
                                         "┼ History ── ", "┼ Jobs",        "┼ Sources ── 1"};
    const char *options[] = {"--apps", "3", "--seed", "1", NULL};
    Engine engine;
    g_autoptr(Terminal) terminal = NULL;

    engine_start(&engine, options);
    terminal = open_at(&engine, 120, NULL, NULL);
    terminal_wait_text(terminal, "┌ Apps ── 3 ─");
    terminal_wait_text(terminal, titles[0]); /* what one begins with */
    for (unsigned i = 0; i < G_N_ELEMENTS(titles); i++) {
        char key[] = {(char)('4' + i), '\0'};
        terminal_type(terminal, key);
        terminal_wait_text(terminal, titles[i]);
    }
    for (unsigned i = G_N_ELEMENTS(titles) - 1; i-- > 0;) {
        terminal_escape(terminal);
        terminal_wait_text(terminal, titles[i]);
    }
    terminal_escape(terminal); /* the list; and no further */
    terminal_escape(terminal);
    terminal_type(terminal, "j");
    terminal_type(terminal, "LC?"); /* help lies over the evidence, and Esc leads back to metrics */
    terminal_wait_text(terminal, "IN THIS PANE");
    terminal_wait_text(terminal, "Esc back"); /* said where something lies over the panes */
    terminal_escape(terminal);
    terminal_wait_gone(terminal, "IN THIS PANE");
    terminal_type(terminal, "z");
    terminal_wait_gone(terminal, "┌");
    terminal_wait_text(terminal, "Metrics ── ");
    terminal_type(terminal, "z");
    terminal_wait_text(terminal, "┼ Metrics ── ");
    engine_quit(terminal);
    terminal_free(terminal);
    terminal = open_at(&engine, 120, NULL, NULL);
    terminal_wait_text(terminal, "┼ Metrics ── "); /* as it was left */
    terminal_resize(terminal, 59, 15);
    terminal_wait_text(terminal, "too small");
    terminal_resize(terminal, 60, 15);
    terminal_wait_text(terminal, "┌ Apps ── 3 ─");
    engine_quit(terminal);
    engine_clear(&engine);
}

/* ---- secrets ---- */

static void write_journal(const char *name, const char *id, const char *directory)
{
    g_autofree char *state =
        g_build_filename(g_get_home_dir(), ".local", "state", "mse-console", NULL);
    g_autofree char *path = g_build_filename(state, "journal.jsonl", NULL);
    g_autofree char *zeros = g_strnfill(64, '0');
    g_autofree char *line = g_strdup_printf(
        "{\"time\":\"2038-01-01T00:00:00Z\",\"kind\":\"send\",\"application\":\"%s\",\"engine\":"
        "\"x\",\"id\":\"%s\",\"measurement\":\"1f0c%.56s9ab2\",\"directory\":\"%s\",\"what\":[{"
        "\"role\":\"secrets\",\"path\":\"sent.json\",\"size\":15},{\"role\":\"key\",\"path\":"
        "\"other-size.key\",\"size\":99}],\"previous\":\"%s\"}\n",
        name, id, zeros, directory, zeros);

    g_mkdir_with_parents(state, 0700);
    g_assert_true(g_file_set_contents(path, line, -1, NULL));
}

static void put(const char *directory, const char *name, const char *text)
{
    g_autofree char *path = g_build_filename(directory, name, NULL);

    g_assert_true(g_file_set_contents(path, text, -1, NULL));
}

static void test_secrets(void)
{
    const char *options[] = {"--apps", "1", "--seed", "1", NULL};
    g_autofree char *directory = g_build_filename(g_get_home_dir(), "provider", NULL);
    g_autofree char *name = NULL, *id = NULL, *text = NULL, *settings = NULL;
    g_autoptr(Terminal) terminal = NULL;
    Engine engine;

    engine_start(&engine, options);
    engine_first(&engine, &name, &id);
    g_mkdir_with_parents(directory, 0700);
    put(directory, "sent.json", "{\"hush\": \"OPEN\"}" + 1); /* 15 bytes */
    put(directory, "other-size.key", "k");
    put(directory, "unsent.json", "{}");
    write_journal(name, id, directory);
    text = g_strdup_printf("[secrets]\n\"%s\" = [\"%s/unsent.json\", \"%s/gone.json\"]\n", name,
                           directory, directory);
    settings = write_settings(text);
    terminal = open_at(&engine, 160, settings, NULL);
    terminal_wait_text(terminal, "Secrets ── ");
    terminal_wait_text(terminal, "✔ sent ");
    terminal_wait_text(terminal, "1f0c…9ab2");
    terminal_wait_text(terminal, "! sent, changed since");
    terminal_wait_text(terminal, "· not sent");
    terminal_wait_text(terminal, "✖ missing");
    terminal_wait_text(terminal, "15 bytes");
    terminal_wait_text(terminal, "44136fa355b3678a"); /* of {}: the selected one in full */
    terminal_type(terminal, "$/gone" ENTER);
    terminal_wait_gone(terminal, "unsent.json");
    terminal_wait_text(terminal, "cannot read");
    terminal_escape(terminal);
    put(directory, "gone.json", "[]");
    terminal_type(terminal, "r");
    terminal_wait_gone(terminal, "✖ missing");
    g_assert_false(terminal_shows(terminal, "OPEN")); /* never what is in them */
    engine_quit(terminal);
    engine_clear(&engine);
}

/* ---- figures ---- */

static void test_metrics(void)
{
    const char *options[] = {"--apps", "20", "--seed", "3", NULL};
    Engine engine;
    g_autoptr(Terminal) terminal = NULL;

    engine_start(&engine, options);
    terminal = open_at(&engine, 160, NULL, NULL);
    terminal_wait_text(terminal, "┌ Apps ── 20 ─");
    terminal_wait_text(terminal, " CPU ");
    terminal_type(terminal, "/initializing|running" ENTER "C");
    terminal_wait_text(terminal, "┼ Metrics ── ");
    terminal_wait_text(terminal, " of 62.5 GiB"); /* the simulated engine's memory */
    terminal_wait_text(terminal, "KiB/s");
    terminal_wait_text(terminal, "█");
    terminal_wait_text(terminal, "≤ ");
    terminal_type(terminal, "1c");
    terminal_wait_text(terminal, "not asked for any more");
    terminal_wait_gone(terminal, "TRUST        CPU");
    engine_quit(terminal);
    engine_clear(&engine);
}

/* At most eight are asked at once; the others in their turn. */
static void test_eight_at_once(void)
{
    Engine engine;
    g_autoptr(Terminal) terminal = NULL;
    g_autofree char *calls = g_build_filename(g_get_home_dir(), "figures.calls", NULL);
    const char *with_calls[] = {"--apps", "40", "--seed", "3", "--calls", calls, NULL};
    gint64 deadline = g_get_monotonic_time() + 60 * G_USEC_PER_SEC;
    unsigned different = 0;

    engine_start(&engine, with_calls);
    terminal = open_at(&engine, 160, NULL, NULL);
    terminal_wait_text(terminal, "┌ Apps ── 40 ─");
    terminal_type(terminal, "/initializing|running" ENTER);
    while (different <= 8) { /* they go round */
        g_autoptr(GHashTable) seen = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
        g_autofree char *text = NULL;
        g_auto(GStrv) lines = NULL;
        terminal_is_silent(terminal, 100);
        g_assert_true(g_file_get_contents(calls, &text, NULL, NULL));
        lines = g_strsplit(text, "\n", -1);
        for (char **line = lines; *line != NULL; line++)
            if (strstr(*line, "/stats") != NULL)
                g_hash_table_add(seen, g_strdup(*line));
        different = g_hash_table_size(seen);
        g_assert_cmpint(g_get_monotonic_time(), <, deadline);
    }
    engine_quit(terminal);
    engine_clear(&engine);
}

/* ---- several engines ---- */

static void test_several(void)
{
    const char *options[] = {"--apps", "3", "--seed", "1", NULL};
    Engine one, other;
    g_autofree char *text = NULL, *settings = NULL;
    g_autoptr(Terminal) terminal = NULL;

    engine_start(&one, options);
    engine_start(&other, options);
    text = g_strdup_printf("[sources]\ndocker = [\"unix://%s\", \"unix://%s\", \"unix:///nowhere/"
                           "none.sock\", \"no-such-context\"]\n",
                           one.socket, other.socket);
    settings = write_settings(text);
    terminal = open_at(NULL, 160, settings, NULL);
    terminal_wait_text(terminal, "┌ Apps ── 6 ─");
    terminal_wait_text(terminal, "docker:none.sock ✖");
    terminal_wait_text(terminal, "docker:no-such-context #");
    terminal_wait_text(terminal, "@engine-"); /* two of each name */
    terminal_type(terminal, "o");
    terminal_wait_text(terminal, "Sources ── 4");
    terminal_wait_text(terminal, "• all of them");
    terminal_wait_text(terminal, "✔ live");
    terminal_wait_text(terminal, "there is no such socket");
    terminal_type(terminal, "j" ENTER);
    terminal_wait_text(terminal, "alone are shown");
    terminal_wait_text(terminal, "── 3 ─");
    terminal_type(terminal, "O");
    terminal_wait_text(terminal, "── 3 ─");
    terminal_type(terminal, "OO");
    terminal_wait_text(terminal, "misconfigured");
    terminal_type(terminal, "O");
    terminal_wait_text(terminal, "┌ Apps ── 6 ─");
    engine_quit(terminal);
    engine_clear(&one);
    engine_clear(&other);
}

/* ---- engines that are not as they should be ---- */

static void test_frozen(void)
{
    const char *options[] = {"--apps", "3", NULL};
    Engine engine;
    g_autoptr(Terminal) terminal = NULL;

    engine_start(&engine, options);
    terminal = open_at(&engine, 120, NULL, NULL);
    terminal_wait_text(terminal, "┌ Apps ── 3 ─");
    kill(engine.pid, SIGSTOP);
    terminal_wait_text(terminal, "◷ frozen: ");
    terminal_type(terminal, "j");       /* no key waits for it */
    terminal_wait_text(terminal, "? "); /* what it said last is marked as old */
    kill(engine.pid, SIGCONT);
    terminal_wait_text(terminal, "↻ back since ");
    engine_quit(terminal);
    engine_clear(&engine);
}

static void test_quits_while_frozen(void)
{
    const char *options[] = {"--apps", "3", NULL};
    Engine engine;
    g_autoptr(Terminal) terminal = NULL;

    engine_start(&engine, options);
    terminal = open_at(&engine, 120, NULL, NULL);
    terminal_wait_text(terminal, "┌ Apps ── 3 ─");
    kill(engine.pid, SIGSTOP);
    engine_quit(terminal);
    engine_clear(&engine);
}

static void wait_for_words(const char *const *options, const char *words)
{
    Engine engine;
    g_autoptr(Terminal) terminal = NULL;

    engine_start(&engine, options);
    terminal = open_at(&engine, 120, NULL, NULL);
    terminal_wait_text(terminal, words);
    engine_quit(terminal);
    engine_clear(&engine);
}

static void test_version_refused(void)
{
    const char *options[] = {"--apps", "3", "--api-min", "1.99", "--api-max", "1.99", NULL};

    wait_for_words(options, "≠ refuses our version");
}

static void test_rubbish(void)
{
    const char *options[] = {"--apps", "3", "--fault", "garbage@list", NULL};

    wait_for_words(options, "? answers rubbish");
}

static void test_slow(void)
{
    const char *options[] = {"--apps", "3", "--fault", "slow=1200@version", NULL};

    wait_for_words(options, "~ slow: answers in ");
}

static void test_never_answers(void)
{
    const char *options[] = {"--apps", "3", "--fault", "hang@list", NULL};

    wait_for_words(options, "~ slow: no answer for ");
}

/* Root may everything: the console runs as somebody else. */
static void test_permission(void)
{
    const char *options[] = {"--apps", "3", NULL};
    g_autofree char *program = g_build_filename(g_getenv("MSE_TEST_BUILD"), "mse-console", NULL);
    const char *as_nobody[] = {"setpriv",        "--reuid=65534", "--regid=65534",
                               "--clear-groups", program,         NULL};
    g_autofree char *setpriv = g_find_program_in_path("setpriv");
    g_autofree char *copy = NULL, *bytes = NULL;
    size_t size;
    g_autofree char *host = NULL, *directory = g_strdup("/tmp/mse-panes-XXXXXX");
    Engine engine = {0};
    g_autoptr(Terminal) terminal = NULL;

    if (geteuid() == 0 && setpriv == NULL) {
        g_test_skip("root without setpriv may use every socket");
        return;
    }
    g_assert_nonnull(g_mkdtemp_full(directory, 0755));
    copy = g_build_filename(directory, "mse-console", NULL); /* where anybody may run it */
    g_assert_true(g_file_get_contents(program, &bytes, &size, NULL));
    g_assert_true(
        g_file_set_contents_full(copy, bytes, (gssize)size, G_FILE_SET_CONTENTS_NONE, 0755, NULL));
    as_nobody[0] = setpriv;
    as_nobody[4] = copy;
    engine.socket = g_build_filename(directory, "engine.sock", NULL);
    engine_start_at(&engine, engine.socket, options);
    g_assert_cmpint(g_chmod(engine.socket, 0), ==, 0);
    host = g_strdup_printf("DOCKER_HOST=unix://%s", engine.socket);
    {
        const char *environment[] = {host, "HOME=/nonexistent", "MSE_CONSOLE_CONFIG", NULL};
        TerminalOptions where = {
            .columns = 120, .rows = 36, .environment = environment, .directory = "/"};
        terminal = terminal_start(geteuid() == 0 ? as_nobody : as_nobody + 4, &where);
    }
    terminal_wait_text(terminal, "⊘ no permission");
    engine_quit(terminal);
    engine_clear(&engine);
    g_unlink(copy);
    g_rmdir(directory);
}

/* ---- read-only ---- */

/* Every key of the table in every pane: the engine is asked, and nothing is done to it. */
static void test_every_key_read_only(void)
{
    g_autofree char *calls = g_build_filename(g_get_home_dir(), "read-only.calls", NULL);
    const char *options[] = {"--apps", "3", "--seed", "2", "--calls", calls, NULL};
    static const char *const panes[] = {"1", "2", "1L", "4", "5", "6", "7", "8", "9"};
    g_autofree char *text = NULL;
    g_auto(GStrv) lines = NULL;
    Engine engine;
    g_autoptr(Terminal) terminal = NULL;
    KeyTable table;

    key_table_make(&table, NULL, NULL);
    engine_start(&engine, options);
    terminal = open_at(&engine, 120, NULL, "MSE_CONSOLE_READ_ONLY=1");
    terminal_wait_text(terminal, "┌ Apps ── 3 ─");
    for (unsigned pane = 0; pane < G_N_ELEMENTS(panes); pane++)
        for (unsigned command = 1; command < N_COMMANDS; command++)
            for (unsigned i = 0; i < COMMAND_KEYS_MAX && table.keys[command][i] != 0; i++) {
                char bytes[KEY_SEQUENCE_MAX + 1] = {0};
                bool everywhere = (command_table[command].panes & PANE_FLEET) == PANE_FLEET;
                if (command == COMMAND_QUIT || command == COMMAND_SUSPEND ||
                    (everywhere && pane > 0))
                    continue;
                key_bytes(table.keys[command][i], bytes);
                terminal_type(terminal, "1");
                terminal_type(terminal, panes[pane]);
                terminal_type(terminal, bytes);
                terminal_type(terminal, "\t" ENTER); /* whatever asks is answered with yes */
                terminal_escape(terminal);
            }
    terminal_type(terminal, "1g");
    terminal_wait_text(terminal, "Apps ── ");
    terminal_type(terminal, ":quit" ENTER);
    terminal_wait_end(terminal);
    g_assert_true(g_file_get_contents(calls, &text, NULL, NULL));
    lines = g_strsplit(text, "\n", -1);
    g_assert_cmpuint(g_strv_length(lines), >, 10);
    for (char **line = lines; *line != NULL && **line != '\0'; line++)
        if (!g_str_has_prefix(*line, "GET ") && !g_str_has_prefix(*line, "HEAD ") &&
            !g_str_has_prefix(*line, "END ")) /* of a stream */
            g_error("read-only, and yet: %s", *line);
    engine_clear(&engine);
}

int main(int argc, char **argv)
{
    setlocale(LC_ALL, "");
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/panes/numbers-and-back", test_numbers_and_back);
    g_test_add_func("/panes/secrets", test_secrets);
    g_test_add_func("/panes/metrics", test_metrics);
    g_test_add_func("/panes/eight-at-once", test_eight_at_once);
    g_test_add_func("/panes/several", test_several);
    g_test_add_func("/panes/frozen", test_frozen);
    g_test_add_func("/panes/quits-while-frozen", test_quits_while_frozen);
    g_test_add_func("/panes/version-refused", test_version_refused);
    g_test_add_func("/panes/rubbish", test_rubbish);
    g_test_add_func("/panes/slow", test_slow);
    g_test_add_func("/panes/never-answers", test_never_answers);
    g_test_add_func("/panes/permission", test_permission);
    g_test_add_func("/panes/every-key-read-only", test_every_key_read_only);
    return g_test_run();
}
