/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Other ways into the console: lines run and left (-e), recorded, plain for screen readers and
 * serial lines, and commands of the user's own.
 */
#include "config.h"

#include "engine.h"

#include <glib/gstdio.h>
#include <jansson.h>
#include <locale.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>

#define ENTER "\r"
#define TAB   "\t"

static const TerminalOptions usual = {.columns = 100, .rows = 30};

static Terminal *start(const Engine *engine, const char *const *words, const char *const *more)
{
    g_autofree char *host = g_strdup_printf("DOCKER_HOST=unix://%s", engine->socket);
    g_autofree char *program = g_build_filename(g_getenv("MSE_TEST_BUILD"), "mse-console", NULL);
    g_autoptr(GPtrArray) environment = g_ptr_array_new();
    g_autoptr(GPtrArray) argv = g_ptr_array_new();
    TerminalOptions options = usual;

    g_ptr_array_add(environment, host);
    for (; more != NULL && *more != NULL; more++)
        g_ptr_array_add(environment, (void *)*more);
    g_ptr_array_add(environment, NULL);
    options.environment = (const char *const *)environment->pdata;
    g_ptr_array_add(argv, program);
    for (; words != NULL && *words != NULL; words++)
        g_ptr_array_add(argv, (void *)*words);
    g_ptr_array_add(argv, NULL);
    return terminal_start((const char *const *)argv->pdata, &options);
}

/* Through pipes and files: what came out, and the exit status. */
static int run(const Engine *engine, const char *const *words, const char *input, char **out,
               char **errors)
{
    g_autofree char *host = g_strdup_printf("unix://%s", engine->socket);
    g_autofree char *program = g_build_filename(g_getenv("MSE_TEST_BUILD"), "mse-console", NULL);
    g_autofree char *path = g_build_filename(g_get_home_dir(), "input", NULL);
    g_auto(GStrv) environment = g_environ_setenv(g_get_environ(), "DOCKER_HOST", host, TRUE);
    g_autoptr(GPtrArray) argv = g_ptr_array_new();
    int status;

    environment = g_environ_setenv(environment, "INPUT", path, TRUE);
    g_assert_true(g_file_set_contents(path, input == NULL ? "" : input, -1, NULL));
    g_ptr_array_add(argv, (void *)"/bin/sh");
    g_ptr_array_add(argv, (void *)"-c");
    g_ptr_array_add(argv, (void *)"exec \"$0\" \"$@\" < \"$INPUT\"");
    g_ptr_array_add(argv, program);
    for (; *words != NULL; words++)
        g_ptr_array_add(argv, (void *)*words);
    g_ptr_array_add(argv, NULL);
    g_assert_true(g_spawn_sync(NULL, (char **)argv->pdata, environment, 0, NULL, NULL, out, errors,
                               &status, NULL));
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

/* ---- -e ---- */

static void test_execute(void)
{
    const char *options[] = {"--apps", "3", "--seed", "2", NULL};
    const char *good[] = {"-e", "home list; home status genome-eu-0", NULL};
    const char *bad[] = {"-e", "home list; home status nobody; home list", NULL};
    const char *unknown[] = {"-e", "no such verb", NULL};
    Engine engine;
    char *out, *errors;

    engine_start(&engine, options);
    g_assert_cmpint(run(&engine, good, NULL, &out, &errors), ==, 0);
    g_assert_nonnull(strstr(out, "genome-eu-0"));
    g_assert_cmpstr(errors, ==, "");
    g_free(out);
    g_free(errors);
    g_assert_cmpint(run(&engine, bad, NULL, &out, &errors), ==, 1);
    g_assert_nonnull(strstr(errors, "nobody"));
    g_free(out);
    g_free(errors);
    g_assert_cmpint(run(&engine, unknown, NULL, &out, &errors), ==, 2);
    g_free(out);
    g_free(errors);
    engine_clear(&engine);
}

/* --json is what the shell prints: arrays, streams and documents alike; a table only without it. */
static void test_execute_json(void)
{
    const char *options[] = {"--apps", "3", "--seed", "2", NULL};
    static const struct {
        const char *line;
        const char *words[5];
    } lines[] = {
        {"home list --json", {"home", "list", "--json"}},
        {"home status genome-eu-0 --json", {"home", "status", "genome-eu-0", "--json"}},
        {"journal list --json", {"journal", "list", "--json"}},
        {"doctor --json", {"doctor", "--json"}},
        {"journal verify --json", {"journal", "verify", "--json"}},
        {"home list", {"home", "list"}},
    };
    Engine engine;

    engine_start(&engine, options);
    for (size_t i = 0; i < G_N_ELEMENTS(lines); i++) {
        const char *words[] = {"-e", lines[i].line, NULL};
        g_autofree char *out = NULL, *errors = NULL, *shell = NULL, *shell_errors = NULL;
        bool json = g_str_has_suffix(lines[i].line, "--json");
        json_t *read;
        g_assert_cmpint(run(&engine, words, NULL, &out, &errors), ==,
                        run(&engine, lines[i].words, NULL, &shell, &shell_errors));
        read = json_loads(out, 0, NULL);
        g_assert_cmpint(read != NULL, ==, json);
        json_decref(read);
        if (json && !g_str_equal(lines[i].words[0], "doctor")) /* the clock goes on */
            g_assert_cmpstr(out, ==, shell);
    }
    engine_clear(&engine);
}

/* In the pane of a verb too. */
static void test_json_in_pane(void)
{
    const char *options[] = {"--apps", "3", "--seed", "2", NULL};
    Engine engine;
    g_autoptr(Terminal) terminal = NULL;

    engine_start(&engine, options);
    terminal = start(&engine, NULL, NULL);
    terminal_wait_text(terminal, "Apps ── 3");
    terminal_type(terminal, ":home status genome-eu-0 --json" ENTER);
    terminal_wait_text(terminal, "{\"name\":\"genome-eu-0\"");
    engine_quit(terminal);
    engine_clear(&engine);
}

/* A line that would never end ends by a signal, and we with it. */
static void test_execute_is_ended(void)
{
    const char *options[] = {"--apps", "1", "--seed", "2", "--rate", "10", NULL};
    const char *words[] = {"-e", "home logs -f genome-eu-0", NULL};
    Engine engine;
    g_autoptr(Terminal) terminal = NULL;
    int status;

    engine_start(&engine, options);
    terminal = start(&engine, words, NULL);
    g_assert_true(terminal_is_silent(terminal, 1000)); /* it runs */
    terminal_type(terminal, "\003");
    status = terminal_wait_end(terminal);
    g_assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGINT);
    engine_clear(&engine);
}

/* ---- --record ---- */

/* All of a screen, without the blanks at the ends of its rows. */
static char *screen_text(VTermScreen *screen, int width, int height)
{
    GString *out = g_string_new(NULL);

    for (int y = 0; y < height; y++) {
        char row[4096];
        size_t n =
            vterm_screen_get_text(screen, row, sizeof row - 1, (VTermRect){y, y + 1, 0, width});
        row[n] = '\0';
        g_string_append(out, g_strchomp(row));
        g_string_append_c(out, '\n');
    }
    return g_string_free(out, FALSE);
}

/* What a recording shows when it is played to its end. */
static char *play(const char *text, int *resizes)
{
    g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
    json_t *head = json_loads(lines[0], 0, NULL);
    int width = (int)json_integer_value(json_object_get(head, "width"));
    int height = (int)json_integer_value(json_object_get(head, "height"));
    VTerm *vterm = vterm_new(height, width);
    VTermScreen *screen = vterm_obtain_screen(vterm);
    char *out;
    double last = 0;

    g_assert_cmpint(json_integer_value(json_object_get(head, "version")), ==, 2);
    vterm_set_utf8(vterm, 1);
    vterm_screen_reset(screen, 1);
    *resizes = 0;
    for (unsigned i = 1; lines[i] != NULL && *lines[i] != '\0'; i++) {
        json_t *event = json_loads(lines[i], 0, NULL);
        const char *kind = json_string_value(json_array_get(event, 1));
        const char *data = json_string_value(json_array_get(event, 2));
        double time = json_number_value(json_array_get(event, 0));
        g_assert_nonnull(event);
        g_assert_cmpfloat(time, >=, last);
        last = time;
        if (g_str_equal(kind, "r")) {
            g_assert_cmpint(sscanf(data, "%dx%d", &width, &height), ==, 2);
            vterm_set_size(vterm, height, width);
            ++*resizes;
        } else {
            g_assert_cmpstr(kind, ==, "o");
            vterm_input_write(vterm, data, strlen(data));
        }
        json_decref(event);
    }
    out = screen_text(screen, width, height);
    json_decref(head);
    vterm_free(vterm);
    return out;
}

/* What the terminal showed at last, before it was given back: figures change until then. */
static char *shown_at_the_end(const Terminal *terminal, const TerminalOptions *first,
                              size_t resized_at, int width, int height)
{
    VTerm *vterm = vterm_new(first->rows, first->columns);
    VTermScreen *screen = vterm_obtain_screen(vterm);
    const char *bytes = (const char *)terminal->written->data;
    const char *end = g_strstr_len(bytes, (gssize)terminal->written->len, "\033[?1049l");
    char *out;

    g_assert_nonnull(end);
    vterm_set_utf8(vterm, 1);
    vterm_screen_reset(screen, 1);
    vterm_input_write(vterm, bytes, resized_at);
    vterm_set_size(vterm, height, width);
    vterm_input_write(vterm, bytes + resized_at, (size_t)(end - bytes) - resized_at);
    out = screen_text(screen, width, height);
    vterm_free(vterm);
    return out;
}

static void test_record(void)
{
    const char *options[] = {"--apps", "3", "--seed", "2", "--rate", "0", NULL};
    g_autofree char *path = g_build_filename(g_get_home_dir(), "session.cast", NULL);
    const char *words[] = {"--record", path, NULL};
    g_autofree char *shown = NULL;
    g_autofree char *text = NULL;
    g_autofree char *played = NULL;
    Engine engine;
    g_autoptr(Terminal) terminal = NULL;
    g_autoptr(Terminal) again = NULL;
    size_t resized_at;
    int resizes, status;

    g_unlink(path);
    engine_start(&engine, options);
    terminal = start(&engine, words, NULL);
    terminal_wait_text(terminal, "Apps ── 3");
    terminal_type(terminal, "jd");
    terminal_wait_text(terminal, "dialect");
    resized_at = terminal->written->len;
    terminal_resize(terminal, 120, 36);
    terminal_wait_text(terminal, "┌ Apps ── 3");
    terminal_type(terminal, "?");
    terminal_wait_text(terminal, "IN THIS PANE");
    terminal_wait_answer(terminal);
    terminal_type(terminal, "q");
    status = terminal_wait_end(terminal);
    g_assert_cmpint(WEXITSTATUS(status), ==, 0);
    shown = shown_at_the_end(terminal, &usual, resized_at, 120, 36);
    g_assert_nonnull(strstr(shown, "IN THIS PANE"));
    g_assert_true(g_file_get_contents(path, &text, NULL, NULL));
    played = play(text, &resizes);
    g_assert_cmpint(resizes, ==, 1);
    g_assert_cmpstr(played, ==, shown);
    /* What is there already stays. */
    again = start(&engine, words, NULL);
    terminal_wait_text(again, "cannot record to ");
    status = terminal_wait_end(again);
    g_assert_cmpint(WEXITSTATUS(status), ==, 1);
    engine_clear(&engine);
}

static void test_record_full_disk(void)
{
    const char *options[] = {"--apps", "1", "--seed", "2", NULL};
    g_autofree char *path = g_build_filename(g_get_home_dir(), "full.cast", NULL);
    g_autofree char *program = g_build_filename(g_getenv("MSE_TEST_BUILD"), "mse-console", NULL);
    g_autofree char *line = g_strdup_printf("ulimit -f 1; exec '%s' --record '%s'", program, path);
    const char *argv[] = {"/bin/sh", "-c", line, NULL};
    g_autofree char *host = NULL;
    Engine engine;
    g_autoptr(Terminal) terminal = NULL;
    TerminalOptions terminal_options = {.columns = 120, .rows = 36};

    g_unlink(path);
    engine_start(&engine, options);
    host = g_strdup_printf("DOCKER_HOST=unix://%s", engine.socket);
    terminal_options.environment = (const char *const[]){host, NULL};
    terminal = terminal_start(argv, &terminal_options);
    terminal_wait_text(terminal, "recording to ");
    terminal_type(terminal, "?");
    terminal_wait_text(terminal, "IN THIS PANE"); /* and the console lives */
    engine_quit(terminal);
    engine_clear(&engine);
}

/* ---- --plain ---- */

static void test_plain_pipe(void)
{
    const char *options[] = {"--apps", "3", "--seed", "2", NULL};
    const char *words[] = {"--plain", NULL};
    Engine engine;
    char *out, *errors;

    engine_start(&engine, options);
    g_assert_cmpint(run(&engine, words, "home list\n:home status genome-eu-0\nhelp\nquit\nnever\n",
                        &out, &errors),
                    ==, 0);
    g_assert_nonnull(strstr(out, "genome-eu-0"));
    g_assert_nonnull(strstr(out, "watch off"));
    g_assert_null(strchr(out, '\033'));
    g_assert_null(strstr(out, "mse> "));
    g_assert_cmpstr(errors, ==, "");
    g_free(out);
    g_free(errors);
    g_assert_cmpint(run(&engine, words, "home status nobody\nhome list", &out, &errors), ==, 1);
    g_assert_nonnull(strstr(errors, "nobody"));
    g_assert_nonnull(strstr(out, "genome-eu-0")); /* the line without an end too */
    g_free(out);
    g_free(errors);
    engine_clear(&engine);
}

static void assert_plain_bytes(const Terminal *terminal)
{
    for (unsigned i = 0; i < terminal->written->len; i++) {
        guint8 byte = terminal->written->data[i];
        g_assert_true(byte >= 0x20 || byte == '\n' || byte == '\r' || byte == '\b' || byte == '\t');
    }
}

/* The last row with anything in it. */
static bool is_at_prompt(Terminal *terminal, const void *data)
{
    g_autofree char *text = g_strchomp(terminal_text(terminal));

    (void)data;
    return g_str_has_suffix(text, "mse>");
}

static void test_plain_terminal(void)
{
    const char *options[] = {"--apps", "1", "--seed", "2", "--rate", "5", NULL};
    const char *words[] = {"--plain", NULL};
    const char *dumb[] = {"TERM=dumb", NULL};
    Engine engine;
    g_autoptr(Terminal) terminal = NULL;
    int status;

    engine_start(&engine, options);
    terminal = start(&engine, words, dumb);
    terminal_wait_text(terminal, "mse>");
    terminal_type(terminal, "watch\n");
    terminal_wait_text(terminal, "watching 1 application");
    terminal_type(terminal, "home stop genome-eu-0\n");
    terminal_wait_text(terminal, "genome-eu-0: exited");
    terminal_type(terminal, "home restart genome-eu-0\n");
    terminal_wait_text(terminal, "genome-eu-0: restarted");
    terminal_type(terminal, "watch off\n");
    terminal_type(terminal, "home logs -f genome-eu-0\n");
    terminal_wait_text(terminal, "172.17.");
    terminal_type(terminal, "\003"); /* the verb, not the console */
    terminal_wait(terminal, is_at_prompt, NULL, "the prompt after Ctrl-C");
    terminal_type(terminal, "home list\n");
    terminal_wait_text(terminal, "NAME");
    terminal_wait(terminal, is_at_prompt, NULL, "the prompt after a list");
    terminal_type(terminal, "\004");
    status = terminal_wait_end(terminal);
    g_assert_true(WIFEXITED(status));
    assert_plain_bytes(terminal);
    engine_clear(&engine);
}

/* Settings are taken up here too: for the verbs that follow, and for who watches; a file with
 * something wrong in it is said, and is none. */
static void test_plain_source(void)
{
    const char *options[] = {"--apps", "3", "--seed", "2", NULL};
    const char *plain[] = {"--plain", NULL};
    g_autofree char *good = g_build_filename(g_get_home_dir(), "good.toml", NULL);
    g_autofree char *bad = g_build_filename(g_get_home_dir(), "bad.toml", NULL);
    g_autofree char *right = g_strdup_printf("source %s\nhome list\nsource\n", good);
    g_autofree char *wrong = g_strdup_printf("source %s\nhome list\nsource /no/file\n", bad);
    g_autofree char *out = NULL, *errors = NULL;
    Engine engine;

    engine_start(&engine, options);
    g_assert_true(g_file_set_contents(good, "[alarm]\nexpiry_days = 3000\n", -1, NULL));
    g_assert_true(g_file_set_contents(bad, "[alarm]\n\nexpiry_days = \"x\"\n", -1, NULL));
    g_assert_cmpint(run(&engine, plain, right, &out, &errors), ==, 0);
    g_assert_nonnull(strstr(out, "good.toml now"));
    g_assert_nonnull(strstr(out, "genome-eu-0"));
    g_assert_nonnull(strstr(errors, "trust in 3 applications ends soon")); /* as the file has it */
    g_free(g_steal_pointer(&out));
    g_free(g_steal_pointer(&errors));
    g_assert_cmpint(run(&engine, plain, wrong, &out, &errors), ==, 1);
    g_assert_nonnull(strstr(errors, "bad.toml was not taken: line 3, column 15"));
    g_assert_nonnull(strstr(errors, "cannot read /no/file"));
    g_assert_null(strstr(errors, "ends soon"));
    g_assert_null(strstr(out, " now"));
    engine_clear(&engine);
}

/* ---- commands of the user's own ---- */

static const char own_settings[] =
    "[commands.names]\nkey = \"X\"\nrun = \"echo THE NAME IS {name}, ON {engine}; echo oops >&2; "
    "exit 3\"\nread_only = true\n"
    "[commands.take]\nkey = \"C-t\"\nrun = \"echo ON THE TERMINAL OF {id}; exit 4\"\ntakes = "
    "\"terminal\"\nasks = true\n"
    "[commands.missing]\nkey = \"C-n\"\nrun = \"exec /no/such/program {id}\"\n";

static char *write_settings(void)
{
    g_autofree char *path = g_build_filename(g_get_home_dir(), "own.toml", NULL);

    g_assert_true(g_file_set_contents(path, own_settings, -1, NULL));
    return g_strdup_printf("MSE_CONSOLE_CONFIG=%s", path);
}

static void test_own(void)
{
    const char *options[] = {"--apps", "2", "--seed", "2", "--hostile", NULL};
    g_autofree char *settings = write_settings();
    const char *more[] = {settings, NULL};
    Engine engine;
    g_autoptr(Terminal) terminal = NULL;

    engine_start(&engine, options);
    terminal = start(&engine, NULL, more);
    terminal_wait_text(terminal, "Apps ── 2");
    terminal_type(terminal, "?");
    terminal_resize(terminal, 100, 120); /* all of the help */
    terminal_wait_text(terminal, "YOUR OWN COMMANDS");
    terminal_wait_text(terminal, "echo THE NAME IS {name}");
    terminal_resize(terminal, 100, 30);
    terminal_escape(terminal);
    terminal_type(terminal, "X");
    terminal_wait_text(terminal, "THE NAME IS ");
    terminal_wait_text(terminal, "oops");
    terminal_wait_text(terminal, "exit status 3");
    terminal_escape(terminal);
    terminal_type(terminal, "\024");
    terminal_wait_text(terminal, "[ Cancel ]");
    terminal_type(terminal, ENTER);
    terminal_wait_text(terminal, "nothing was done");
    terminal_type(terminal, "\024" TAB ENTER);
    terminal_wait_text(terminal, "ON THE TERMINAL OF ");
    terminal_wait_text(terminal, "exit status 4; Enter goes back");
    g_assert_false(terminal->alternate);
    terminal_type(terminal, "\n");
    terminal_wait_text(terminal, "it ended with status 4");
    terminal_type(terminal, "\016");
    terminal_wait_text(terminal, "exit status 127");
    engine_quit(terminal);
    engine_clear(&engine);
}

static void test_own_read_only(void)
{
    const char *options[] = {"--apps", "2", "--seed", "2", NULL};
    g_autofree char *settings = write_settings();
    const char *more[] = {settings, "MSE_CONSOLE_READ_ONLY=1", NULL};
    Engine engine;
    g_autoptr(Terminal) terminal = NULL;

    engine_start(&engine, options);
    terminal = start(&engine, NULL, more);
    terminal_wait_text(terminal, "Apps ── 2");
    terminal_type(terminal, "\024");
    terminal_wait_text(terminal, "read-only: ");
    terminal_type(terminal, "X");
    terminal_wait_text(terminal, "THE NAME IS genome-eu-0, ON unix://");
    engine_quit(terminal);
    engine_clear(&engine);
}

int main(int argc, char **argv)
{
    setlocale(LC_ALL, "");
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/ways/execute", test_execute);
    g_test_add_func("/ways/execute-json", test_execute_json);
    g_test_add_func("/ways/json-in-pane", test_json_in_pane);
    g_test_add_func("/ways/execute-is-ended", test_execute_is_ended);
    g_test_add_func("/ways/record", test_record);
    g_test_add_func("/ways/record-full-disk", test_record_full_disk);
    g_test_add_func("/ways/plain-pipe", test_plain_pipe);
    g_test_add_func("/ways/plain-terminal", test_plain_terminal);
    g_test_add_func("/ways/plain-source", test_plain_source);
    g_test_add_func("/ways/own", test_own);
    g_test_add_func("/ways/own-read-only", test_own_read_only);
    return g_test_run();
}
