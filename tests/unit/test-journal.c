/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The journal: its chain, torn and broken lines, several writers at once, what is no journal.
 */
#include "config.h"

#include "core/hex.h"
#include "core/journal.h"
#include "core/limits.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <signal.h>
#include <sodium.h>
#include <sys/file.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

typedef struct Fixture {
    char *directory;
    char *path;
    Journal *journal;
} Fixture;

static void set_up(Fixture *fixture, gconstpointer data)
{
    (void)data;
    fixture->directory = g_dir_make_tmp("journal.XXXXXX", NULL);
    fixture->path = g_build_filename(fixture->directory, "journal.jsonl", NULL);
    fixture->journal = journal_new(fixture->path);
}

static void tear_down(Fixture *fixture, gconstpointer data)
{
    (void)data;
    journal_free(fixture->journal);
    g_remove(fixture->path);
    g_assert_cmpint(g_rmdir(fixture->directory), ==, 0);
    g_free(fixture->directory);
    g_free(fixture->path);
}

static void append(Journal *journal, const char *word)
{
    json_t *fields = json_pack("{s:s, s:i}", "input", word, "size", 4);
    g_autoptr(GError) error = NULL;
    g_assert_true(journal_append(journal, 1700000000, "verdict", fields, &error));
    g_assert_no_error(error);
    json_decref(fields);
}

/* What a reading saw, a letter a line: o(k), b(roken), t(orn); capital when it is no object. */
static bool note(uint64_t number, JournalLineState state, const json_t *line, Span raw, void *data)
{
    GString *seen = data;
    (void)raw;
    g_assert_cmpuint(number, ==, seen->len + 1);
    char letter = "obt"[state];
    g_string_append_c(seen, line == NULL ? g_ascii_toupper(letter) : letter);
    return true;
}

static void assert_lines(const Fixture *fixture, const char *expected)
{
    g_autoptr(GString) seen = g_string_new(NULL);
    g_autoptr(GError) error = NULL;
    g_assert_true(journal_read(fixture->journal, note, seen, &error));
    g_assert_no_error(error);
    g_assert_cmpstr(seen->str, ==, expected);
}

static char *content(const Fixture *fixture)
{
    char *text = NULL;
    g_assert_true(g_file_get_contents(fixture->path, &text, NULL, NULL));
    return text;
}

static void put(const Fixture *fixture, const char *text)
{
    g_assert_true(g_file_set_contents(fixture->path, text, -1, NULL));
}

static void add_raw(const Fixture *fixture, const char *text)
{
    int descriptor = open(fixture->path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600);
    g_assert_cmpint(write(descriptor, text, strlen(text)), ==, (ssize_t)strlen(text));
    close(descriptor);
}

static void test_missing(Fixture *fixture, gconstpointer data)
{
    (void)data;
    assert_lines(fixture, "");
    g_assert_cmpstr(journal_path(fixture->journal), ==, fixture->path);
    put(fixture, "");
    assert_lines(fixture, "");
}

static void test_lines(Fixture *fixture, gconstpointer data)
{
    (void)data;
    append(fixture->journal, "one");
    append(fixture->journal, "t\xc3\xa9\x1b");
    g_autofree char *text = content(fixture);
    g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
    g_assert_cmpuint(g_strv_length(lines), ==, 3);
    g_assert_cmpstr(lines[0], ==,
                    "{\"time\":\"2023-11-14T22:13:20Z\",\"kind\":\"verdict\",\"input\":\"one\","
                    "\"size\":4,\"previous\":\"00000000000000000000000000000000"
                    "00000000000000000000000000000000\"}");
    uint8_t hash[crypto_hash_sha256_BYTES];
    crypto_hash_sha256(hash, (const uint8_t *)lines[0], strlen(lines[0]));
    g_autofree char *previous = hex_encode(span_of(hash, sizeof hash));
    g_autofree char *expected =
        g_strdup_printf("{\"time\":\"2023-11-14T22:13:20Z\",\"kind\":\"verdict\","
                        "\"input\":\"t\\u00E9\\u001B\",\"size\":4,\"previous\":\"%s\"}",
                        previous);
    g_assert_cmpstr(lines[1], ==, expected);
    assert_lines(fixture, "oo");
    struct stat status;
    g_assert_cmpint(stat(fixture->path, &status), ==, 0);
    g_assert_cmpint(status.st_mode & 07777, ==, 0600);
}

static void test_no_fields(Fixture *fixture, gconstpointer data)
{
    (void)data;
    g_assert_true(journal_append(fixture->journal, 0, "start", NULL, NULL));
    assert_lines(fixture, "o");
}

static void test_changed(Fixture *fixture, gconstpointer data)
{
    (void)data;
    for (int i = 0; i < 4; i++)
        append(fixture->journal, "word");
    g_autofree char *text = content(fixture);
    strstr(strchr(text, '\n'), "word")[0] = 'W'; /* in the second line */
    put(fixture, text);
    assert_lines(fixture, "oobo");
}

static void test_line_removed(Fixture *fixture, gconstpointer data)
{
    (void)data;
    for (int i = 0; i < 3; i++)
        append(fixture->journal, "word");
    g_autofree char *text = content(fixture);
    put(fixture, strchr(text, '\n') + 1);
    assert_lines(fixture, "bo");
}

static void test_torn(Fixture *fixture, gconstpointer data)
{
    (void)data;
    append(fixture->journal, "one");
    append(fixture->journal, "two");
    g_autofree char *text = content(fixture);
    const size_t size = strlen(text);
    const size_t first = (size_t)(strchr(text, '\n') - text) + 1;
    for (size_t cut = first + 1; cut < size; cut++) {
        g_autofree char *part = g_strndup(text, cut);
        put(fixture, part);
        /* Without its line feed alone the line is whole JSON, but nobody knows that it ended. */
        assert_lines(fixture, cut == size - 1 ? "ot" : "oT");
        append(fixture->journal, "three");
        assert_lines(fixture, cut == size - 1 ? "ooo" : "oBo");
    }
}

static void test_noise(Fixture *fixture, gconstpointer data)
{
    (void)data;
    put(fixture, "\n\nnoise\n[1]\n{\"a\":1,\"a\":2}\n{\"previous\":7}\n");
    assert_lines(fixture, "BBBBBb");
    append(fixture->journal, "one");
    assert_lines(fixture, "BBBBBbo");
}

/* Lines beyond the limit are not held, yet the chain goes on after them. */
static void test_overlong(Fixture *fixture, gconstpointer data)
{
    (void)data;
    const size_t limit = limit_bytes(LIMIT_JOURNAL_LINE);
    append(fixture->journal, "one");
    g_autofree char *noise = g_strnfill(3 * limit + 17, 'n');
    add_raw(fixture, noise);
    assert_lines(fixture, "oT");
    append(fixture->journal, "two");
    assert_lines(fixture, "oBo");
    g_autofree char *before = content(fixture);
    noise[limit] = '\0';
    json_t *fields = json_pack("{s:s}", "word", noise);
    g_autoptr(GError) error = NULL;
    g_assert_false(journal_append(fixture->journal, 0, "kind", fields, &error));
    g_assert_error(error, JOURNAL_ERROR, JOURNAL_ERROR_WRITE);
    json_decref(fields);
    g_autofree char *after = content(fixture);
    g_assert_cmpstr(before, ==, after);
}

static void test_reserved(Fixture *fixture, gconstpointer data)
{
    (void)data;
    json_t *fields = json_pack("{s:s}", "previous", "x");
    g_autoptr(GError) error = NULL;
    g_assert_false(journal_append(fixture->journal, 0, "kind", fields, &error));
    g_assert_error(error, JOURNAL_ERROR, JOURNAL_ERROR_WRITE);
    json_decref(fields);
}

static bool stop_at_two(uint64_t number, JournalLineState state, const json_t *line, Span raw,
                        void *data)
{
    (void)state, (void)line, (void)raw;
    *(uint64_t *)data = number;
    return number < 2;
}

static void test_stop(Fixture *fixture, gconstpointer data)
{
    (void)data;
    for (int i = 0; i < 5; i++)
        append(fixture->journal, "word");
    uint64_t last = 0;
    g_assert_true(journal_read(fixture->journal, stop_at_two, &last, NULL));
    g_assert_cmpuint(last, ==, 2);
}

#define WRITERS 4
#define LINES   100

static gpointer write_lines(gpointer data)
{
    for (int i = 0; i < LINES; i++)
        append(data, "from a thread");
    return NULL;
}

/* Half of the threads share a journal, half have their own on the same file. */
static void test_threads(Fixture *fixture, gconstpointer data)
{
    (void)data;
    GThread *threads[WRITERS];
    g_autoptr(Journal) other = journal_new(fixture->path);
    for (int i = 0; i < WRITERS; i++)
        threads[i] = g_thread_new("writer", write_lines, i % 2 ? other : fixture->journal);
    for (int i = 0; i < WRITERS; i++)
        g_thread_join(threads[i]);
    g_autofree char *expected = g_strnfill(WRITERS * LINES, 'o');
    assert_lines(fixture, expected);
}

static void test_processes(Fixture *fixture, gconstpointer data)
{
    (void)data;
    pid_t children[WRITERS];
    for (int i = 0; i < WRITERS; i++) {
        children[i] = fork();
        g_assert_cmpint(children[i], >=, 0);
        if (children[i] == 0) {
            write_lines(fixture->journal);
            _exit(0);
        }
    }
    for (int i = 0; i < WRITERS; i++) {
        int status;
        g_assert_cmpint(waitpid(children[i], &status, 0), ==, children[i]);
        g_assert_cmpint(status, ==, 0);
    }
    g_autofree char *expected = g_strnfill(WRITERS * LINES, 'o');
    assert_lines(fixture, expected);
}

static void assert_refused(const Fixture *fixture, const char *says)
{
    g_autoptr(GError) error = NULL;
    g_assert_false(journal_append(fixture->journal, 0, "kind", NULL, &error));
    g_assert_error(error, JOURNAL_ERROR, JOURNAL_ERROR_OPEN);
    if (strstr(error->message, says) == NULL)
        g_error("\"%s\" does not say \"%s\"", error->message, says);
}

static void assert_unreadable(const Fixture *fixture, const char *says)
{
    g_autoptr(GString) seen = g_string_new(NULL);
    g_autoptr(GError) error = NULL;
    g_assert_false(journal_read(fixture->journal, note, seen, &error));
    g_assert_error(error, JOURNAL_ERROR, JOURNAL_ERROR_READ);
    if (strstr(error->message, says) == NULL)
        g_error("\"%s\" does not say \"%s\"", error->message, says);
}

static void test_kinds(Fixture *fixture, gconstpointer data)
{
    (void)data;
    g_assert_cmpint(symlink("/dev/null", fixture->path), ==, 0);
    assert_refused(fixture, "a symbolic link");
    assert_unreadable(fixture, "a symbolic link");
    g_remove(fixture->path);
    g_assert_cmpint(g_mkdir(fixture->path, 0700), ==, 0);
    assert_refused(fixture, "Is a directory");
    assert_unreadable(fixture, "a directory");
    g_rmdir(fixture->path);
    g_assert_cmpint(mkfifo(fixture->path, 0600), ==, 0);
    assert_refused(fixture, "a FIFO");
    assert_unreadable(fixture, "a FIFO");
}

static void test_foreign(Fixture *fixture, gconstpointer data)
{
    (void)data;
    if (geteuid() != 0) {
        g_test_skip("only root can give a file away");
        return;
    }
    put(fixture, "");
    g_assert_cmpint(chown(fixture->path, 65534, 65534), ==, 0);
    assert_refused(fixture, "another user");
    assert_unreadable(fixture, "another user");
}

static void test_locked(Fixture *fixture, gconstpointer data)
{
    (void)data;
    append(fixture->journal, "one");
    int descriptor = open(fixture->path, O_RDONLY | O_CLOEXEC);
    g_assert_cmpint(flock(descriptor, LOCK_EX), ==, 0);
    assert_refused(fixture, "another process");
    close(descriptor);
    append(fixture->journal, "two");
    assert_lines(fixture, "oo");
}

static void test_below_a_file(Fixture *fixture, gconstpointer data)
{
    (void)data;
    put(fixture, "");
    g_autofree char *below = g_build_filename(fixture->path, "deep", "journal.jsonl", NULL);
    g_autoptr(Journal) journal = journal_new(below);
    g_autoptr(GError) error = NULL;
    g_assert_false(journal_append(journal, 0, "kind", NULL, &error));
    g_assert_error(error, JOURNAL_ERROR, JOURNAL_ERROR_OPEN);
}

/* A write that is cut short leaves the file as it was. */
static void test_full(Fixture *fixture, gconstpointer data)
{
    (void)data;
    append(fixture->journal, "one");
    g_autofree char *before = content(fixture);
    signal(SIGXFSZ, SIG_IGN);
    struct rlimit limit, small;
    g_assert_cmpint(getrlimit(RLIMIT_FSIZE, &limit), ==, 0);
    small = (struct rlimit){.rlim_cur = strlen(before) + 10, .rlim_max = limit.rlim_max};
    g_autoptr(GError) error = NULL;
    g_assert_cmpint(setrlimit(RLIMIT_FSIZE, &small), ==, 0);
    bool done = journal_append(fixture->journal, 0, "kind", NULL, &error);
    g_assert_cmpint(setrlimit(RLIMIT_FSIZE, &limit), ==, 0);
    g_assert_false(done);
    g_assert_error(error, JOURNAL_ERROR, JOURNAL_ERROR_WRITE);
    g_autofree char *after = content(fixture);
    g_assert_cmpstr(before, ==, after);
}

static void test_default_place(void)
{
    g_autofree char *state = g_dir_make_tmp("state.XXXXXX", NULL);
    g_setenv("XDG_STATE_HOME", state, TRUE);
    g_autoptr(Journal) journal = journal_new(NULL);
    g_autofree char *directory = g_build_filename(state, "mse-console", NULL);
    g_autofree char *expected = g_build_filename(directory, "journal.jsonl", NULL);
    g_assert_cmpstr(journal_path(journal), ==, expected);
    append(journal, "one");
    struct stat status;
    g_assert_cmpint(stat(directory, &status), ==, 0);
    g_assert_cmpint(status.st_mode & 07777, ==, 0700);
    g_remove(expected);
    g_rmdir(directory);
    g_rmdir(state);
    g_unsetenv("XDG_STATE_HOME");
}

static void test_no_home(void)
{
    g_autofree char *home = g_strdup(g_getenv("HOME"));
    g_unsetenv("HOME");
    g_autoptr(Journal) journal = journal_new(NULL);
    if (home != NULL)
        g_setenv("HOME", home, TRUE);
    g_assert_null(journal_path(journal));
    g_autoptr(GError) error = NULL;
    g_assert_false(journal_append(journal, 0, "kind", NULL, &error));
    g_assert_error(error, JOURNAL_ERROR, JOURNAL_ERROR_OPEN);
    g_assert_nonnull(strstr(error->message, "HOME"));
    g_clear_error(&error);
    g_assert_false(journal_read(journal, note, NULL, &error));
    g_assert_error(error, JOURNAL_ERROR, JOURNAL_ERROR_READ);
}

#define ADD(path, function) g_test_add(path, Fixture, NULL, set_up, function, tear_down)

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    ADD("/journal/missing", test_missing);
    ADD("/journal/lines", test_lines);
    ADD("/journal/no-fields", test_no_fields);
    ADD("/journal/changed", test_changed);
    ADD("/journal/line-removed", test_line_removed);
    ADD("/journal/torn", test_torn);
    ADD("/journal/noise", test_noise);
    ADD("/journal/overlong", test_overlong);
    ADD("/journal/reserved", test_reserved);
    ADD("/journal/stop", test_stop);
    ADD("/journal/threads", test_threads);
    ADD("/journal/processes", test_processes);
    ADD("/journal/kinds", test_kinds);
    ADD("/journal/foreign", test_foreign);
    ADD("/journal/locked", test_locked);
    ADD("/journal/below-a-file", test_below_a_file);
    ADD("/journal/full", test_full);
    g_test_add_func("/journal/default-place", test_default_place);
    g_test_add_func("/journal/no-home", test_no_home);
    return g_test_run();
}
