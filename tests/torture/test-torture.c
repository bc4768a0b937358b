/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A short session of each kind, again and again, while its n-th connect, read, write, poll, rename,
 * fsync or open fails: it ends by itself, says what is true, leaves files whole and nothing over,
 * and gives the terminal back. MSE_TEST_TORTURE=all tries every n and every way of failing.
 */
#include "config.h"

#include "../e2e/process.h"
#include "../screen/terminal.h"
#include "torture.h"

#include <glib/gstdio.h>
#include <jansson.h>
#include <locale.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum { MOST_OF_A_VERB = 28, MOST_OF_THE_CONSOLE = 42, CONSOLE_SECONDS = 120 };

static struct {
    Process engine;
    char *socket, *work, *platform;
} made;

/* ---- directories ---- */

static char *work_path(const char *name)
{
    return g_build_filename(made.work, name, NULL);
}

static void remove_tree(const char *path)
{
    g_autoptr(GDir) directory = g_dir_open(path, 0, NULL);
    const char *name;

    while (directory != NULL && (name = g_dir_read_name(directory)) != NULL) {
        g_autofree char *below = g_build_filename(path, name, NULL);
        remove_tree(below);
    }
    if (directory != NULL)
        g_rmdir(path);
    else
        g_unlink(path);
}

/* Temporaries of ours have this prefix; none may be left. */
static void assert_no_leftover(const char *path)
{
    g_autoptr(GDir) directory = g_dir_open(path, 0, NULL);
    const char *name;

    while (directory != NULL && (name = g_dir_read_name(directory)) != NULL) {
        g_autofree char *below = g_build_filename(path, name, NULL);
        if (g_str_has_prefix(name, ".mse-"))
            g_error("%s is left over", below);
        assert_no_leftover(below);
    }
}

static void copy_into(const char *from, const char *to)
{
    g_autofree char *text = NULL, *parent = g_path_get_dirname(to);
    gsize size;

    g_assert_cmpint(g_mkdir_with_parents(parent, 0700), ==, 0);
    g_assert_true(g_file_get_contents(from, &text, &size, NULL));
    g_assert_true(g_file_set_contents(to, text, (gssize)size, NULL));
}

/* ---- the engine and what the sessions work on ---- */

static void put(const char *name, const char *bytes, gssize size)
{
    g_autofree char *path = work_path(name);

    g_assert_true(g_file_set_contents(path, bytes, size, NULL));
}

static void start_engine(void)
{
    g_autofree char *program = process_program("mse-sim");
    const char *argv[] = {program,  "engine", "--socket",   made.socket,   "--apps", "3",
                          "--seed", "1",      "--platform", made.platform, NULL};

    made.engine = process_start(argv, NULL);
    process_wait_until_listens(&made.engine, made.socket);
}

static void end_engine(void)
{
    Outcome ended;

    kill(made.engine.pid, SIGTERM);
    ended = process_finish(&made.engine);
    outcome_clear(&ended);
}

static void make_all(void)
{
    made.work = process_path("work");
    made.socket = process_path("engine.sock");
    made.platform = g_build_filename(terminal_samples(), "platform", NULL);
    g_assert_cmpint(g_mkdir(made.work, 0700), ==, 0);
    put("secrets.json", "{\"login\": \"u\"}\n", -1);
    put("fernet.key", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n", -1);
    put("x.pub", "\t\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0", 32);
    start_engine();
}

/* ---- verbs ---- */

typedef struct Verb {
    const char *name;
    const char *line;     /* @S the samples, @W the working directory */
    const char *output;   /* in the working directory: what it writes; NULL: nothing */
    bool random;          /* of the output only the size is known beforehand */
    const char *prepares; /* a line that is run once, before */
} Verb;

static const Verb verbs[] = {
    {"verify", "verify @S/trusted-enclave-evidence.json --output @W/out", "out/ratls.pem", false,
     NULL},
    {"seal", "home seal --input @W/secrets.json --receiver-public-key @W/x.pub --output @W/out/s",
     "out/s", true, NULL},
    {"encrypt", "home encrypt --input @W/secrets.json --key @W/fernet.key --output @W/out/f",
     "out/f", true, NULL},
    {"decrypt", "home decrypt --input @W/f --key @W/fernet.key --output @W/out/d", "out/d", false,
     "home encrypt --input @W/secrets.json --key @W/fernet.key --output @W/f"},
    {"list", "home list", NULL, false, NULL},
    {"journal-list", "journal list", NULL, false, NULL},
    {"journal-verify", "journal verify", NULL, false, NULL},
};

static char *replace(const char *text, const char *from, const char *to)
{
    g_auto(GStrv) parts = g_strsplit(text, from, -1);

    return g_strjoinv(to, parts);
}

static GPtrArray *words_of(const char *line)
{
    g_autofree char *half = replace(line, "@S", terminal_samples());
    g_autofree char *whole = replace(half, "@W", made.work);
    g_auto(GStrv) parts = g_strsplit(whole, " ", -1);
    GPtrArray *words = g_ptr_array_new_with_free_func(g_free);

    for (char **part = parts; *part != NULL; part++)
        g_ptr_array_add(words, g_strdup(*part));
    return words;
}

static GPtrArray *environment_of(const TortureFault *fault, bool tortured)
{
    GPtrArray *environment = g_ptr_array_new_with_free_func(g_free);

    g_ptr_array_add(environment, g_strconcat("XDG_STATE_HOME=", made.work, "/state", NULL));
    g_ptr_array_add(environment, g_strconcat("MSE_CONSOLE_CONFIG=", terminal_samples(),
                                             "/settings/config.toml", NULL));
    g_ptr_array_add(environment, g_strconcat("DOCKER_HOST=unix://", made.socket, NULL));
    if (tortured)
        torture_environment(environment, fault);
    g_ptr_array_add(environment, NULL);
    return environment;
}

static Outcome run_line(const char *line, const TortureFault *fault, bool tortured)
{
    g_autoptr(GPtrArray) words = words_of(line), environment = environment_of(fault, tortured);
    ProcessSetting setting = {.environment = (const char *const *)environment->pdata};

    return console_run_words(&setting, words);
}

static void run_untouched(const char *line)
{
    Outcome got = run_line(line, NULL, false);

    if (got.status != 0)
        g_error("%s: status %d: %s", line, got.status, got.err);
    outcome_clear(&got);
}

/* As before each run: a journal of one line, no output. */
static void renew(void)
{
    g_autofree char *state = work_path("state"), *out = work_path("out");
    g_autofree char *kept = work_path("journal"), *journal = NULL;

    remove_tree(state);
    remove_tree(out);
    g_assert_cmpint(g_mkdir(out, 0700), ==, 0);
    journal = g_build_filename(state, "mse-console", "journal.jsonl", NULL);
    if (g_file_test(kept, G_FILE_TEST_EXISTS)) {
        copy_into(kept, journal);
        return;
    }
    run_untouched("verify @S/trusted-enclave-evidence.json");
    copy_into(journal, kept);
}

/* Lines of the journal: all whole, the first as it was. */
static unsigned assert_journal_whole(void)
{
    g_autofree char *path =
        g_build_filename(made.work, "state", "mse-console", "journal.jsonl", NULL);
    g_autofree char *kept = work_path("journal"), *text = NULL, *before = NULL;
    g_auto(GStrv) lines = NULL;
    unsigned n = 0;

    g_assert_true(g_file_get_contents(kept, &before, NULL, NULL));
    g_assert_true(g_file_get_contents(path, &text, NULL, NULL));
    g_assert_true(g_str_has_prefix(text, before));
    g_assert_true(g_str_has_suffix(text, "\n"));
    lines = g_strsplit(text, "\n", -1);
    for (; *lines[n] != '\0'; n++) {
        json_t *line = json_loads(lines[n], 0, NULL);
        g_assert_true(json_is_object(line));
        json_decref(line);
    }
    return n;
}

typedef struct Reference {
    unsigned printed; /* lines */
    unsigned journal;
    GBytes *output;
} Reference;

static unsigned count_lines(const char *text)
{
    unsigned n = 0;

    for (; *text != '\0'; text++)
        n += *text == '\n';
    return n;
}

static GBytes *output_of(const Verb *verb)
{
    g_autofree char *path = verb->output == NULL ? NULL : work_path(verb->output);
    char *text;
    gsize size;

    if (path == NULL || !g_file_get_contents(path, &text, &size, NULL))
        return NULL;
    return g_bytes_new_take(text, size);
}

/* Nothing, or all of it. */
static bool assert_output(const Verb *verb, const Reference *whole)
{
    g_autoptr(GBytes) output = output_of(verb);

    if (output == NULL)
        return false;
    if (verb->random)
        g_assert_cmpuint(g_bytes_get_size(output), ==, g_bytes_get_size(whole->output));
    else
        g_assert_true(g_bytes_equal(output, whole->output));
    return true;
}

static void judge(const Verb *verb, const Reference *whole, const Outcome *got,
                  const TortureFault *fault)
{
    bool written, says_all = strcmp(fault->kind, "write") != 0;
    unsigned journal;

    g_assert_cmpint(got->status, <, 256);
    assert_harmless(got->err, got->err_size);
    written = assert_output(verb, whole);
    journal = assert_journal_whole();
    assert_no_leftover(made.work);
    if (got->status != 0) {
        g_assert_true(got->err_size > 0 || got->out_size > 0 || !says_all);
        return;
    }
    g_assert_true(written || verb->output == NULL);
    g_assert_cmpuint(count_lines(got->out), ==, whole->printed);
    /* What should be in the journal and is not has been said. */
    g_assert_true(journal == whole->journal || got->err_size > 0 || !says_all);
}

static void try_fault(const Verb *verb, const Reference *whole, const TortureFault *fault)
{
    g_autofree char *described = torture_describe(fault);
    Outcome got;

    renew();
    torture_reset();
    got = run_line(verb->line, fault, true);
    g_test_message("%s: %s: status %d%s: %s", verb->name, described, got.status,
                   torture_has_failed() ? "" : " (not met)", got.err);
    judge(verb, whole, &got, fault);
    outcome_clear(&got);
}

static void test_verb(gconstpointer data)
{
    const Verb *verb = data;
    g_autoptr(GArray) faults = NULL;
    Reference whole;
    Outcome got;

    if (!torture_is_possible())
        return;
    if (verb->prepares != NULL)
        run_untouched(verb->prepares);
    renew();
    torture_reset();
    got = run_line(verb->line, NULL, true);
    g_assert_cmpint(got.status, ==, 0);
    g_assert_cmpuint(torture_count(TORTURE_OPENAT), >, 0);
    whole = (Reference){count_lines(got.out), assert_journal_whole(), output_of(verb)};
    outcome_clear(&got);
    faults = torture_faults(MOST_OF_A_VERB);
    for (unsigned i = 0; i < faults->len; i++)
        try_fault(verb, &whole, &g_array_index(faults, TortureFault, i));
    g_clear_pointer(&whole.output, g_bytes_unref);
}

/* ---- the console ---- */

typedef struct Step {
    const char *keys;
    const char *shown; /* then; NULL: nothing is waited for */
} Step;

static const Step session[] = {
    {"", "Apps ── 3"},     {"j", NULL},
    {"v", "Evidence ── "}, {":save-display @W/out/screen.txt\r", "written: "},
    {"q", NULL},
};

typedef struct Wait {
    const char *text;
    gint64 until;
} Wait;

/* What the fault took from the screen is not waited for in vain. */
static bool is_over(Terminal *terminal, const void *data)
{
    const Wait *wait = data;

    if (!terminal->ended && waitpid(terminal->child, &terminal->status, WNOHANG) > 0)
        terminal->ended = true;
    return terminal->ended || terminal_shows(terminal, wait->text) ||
           g_get_monotonic_time() > wait->until;
}

static void take_step(Terminal *terminal, const Step *step, bool patient)
{
    g_autofree char *keys = replace(step->keys, "@W", made.work);
    Wait wait = {step->shown,
                 g_get_monotonic_time() + (patient ? CONSOLE_SECONDS : 2) * G_USEC_PER_SEC};

    if (terminal->ended)
        return;
    terminal_type(terminal, keys);
    if (step->shown != NULL)
        terminal_wait(terminal, is_over, &wait, step->shown);
}

/* What the session began may still run on a slow machine: then leaving is asked about. */
static int wait_end(Terminal *terminal)
{
    const Wait wait = {"still running", G_MAXINT64};

    terminal_wait(terminal, is_over, &wait, "the end, or a question");
    if (!terminal->ended)
        terminal_type(terminal, "y");
    return terminal_wait_end(terminal);
}

static void assert_restored(Terminal *terminal, bool written_to)
{
    struct termios now;

    g_assert_cmpint(tcgetattr(terminal->master, &now), ==, 0);
    g_assert_cmpint(now.c_lflag & (ICANON | ECHO | ISIG), ==,
                    terminal->before.c_lflag & (ICANON | ECHO | ISIG));
    g_assert_cmpint(now.c_iflag & (ICRNL | IXON), ==, terminal->before.c_iflag & (ICRNL | IXON));
    if (!written_to) /* the bytes that restore it may be those that could not be written */
        return;
    g_assert_false(terminal->alternate);
    g_assert_true(terminal->cursor_visible);
}

static void assert_state_whole(void)
{
    g_autofree char *path =
        g_build_filename(made.work, "state", "mse-console", "console.json", NULL);
    g_autofree char *screen = work_path("out/screen.txt"), *text = NULL;
    json_t *state;

    if (g_file_test(path, G_FILE_TEST_EXISTS)) {
        state = json_load_file(path, 0, NULL);
        g_assert_true(json_is_object(state));
        json_decref(state);
    }
    if (g_file_get_contents(screen, &text, NULL, NULL))
        g_assert_cmpuint(count_lines(text), ==, 36);
    assert_journal_whole();
    assert_no_leftover(made.work);
}

/* The status as of waitpid. */
static int run_console(const TortureFault *fault)
{
    g_autoptr(GPtrArray) environment = environment_of(fault, true);
    TerminalOptions options = {.environment = (const char *const *)environment->pdata};
    g_autoptr(Terminal) terminal = NULL;
    bool writes = fault != NULL && strcmp(fault->kind, "write") == 0;
    int status;

    renew();
    torture_reset();
    terminal = terminal_start_console(NULL, &options);
    for (size_t i = 0; i < G_N_ELEMENTS(session); i++)
        take_step(terminal, &session[i], fault == NULL);
    status = wait_end(terminal);
    assert_restored(terminal, !writes);
    assert_state_whole();
    return status;
}

static void test_console(void)
{
    g_autoptr(GArray) faults = NULL;

    if (!torture_is_possible())
        return;
    g_assert_cmpint(run_console(NULL), ==, 0);
    faults = torture_faults(MOST_OF_THE_CONSOLE);
    for (unsigned i = 0; i < faults->len; i++) {
        const TortureFault *fault = &g_array_index(faults, TortureFault, i);
        g_autofree char *described = torture_describe(fault);
        int status = run_console(fault);
        g_test_message("console: %s: status %#x%s", described, (unsigned)status,
                       torture_has_failed() ? "" : " (not met)");
        g_assert_true(WIFEXITED(status));
    }
}

int main(int argc, char **argv)
{
    int status;

    setlocale(LC_ALL, "");
    g_test_init(&argc, &argv, NULL);
    for (size_t i = 0; i < G_N_ELEMENTS(verbs); i++) {
        g_autofree char *name = g_strconcat("/torture/", verbs[i].name, NULL);
        g_test_add_data_func(name, &verbs[i], test_verb);
    }
    g_test_add_func("/torture/console", test_console);
    make_all();
    status = g_test_run();
    end_engine();
    return status;
}
