/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Files: every kind of thing that a name can be, limits, cancel, and writing whole or not at all.
 */
#include "config.h"

#include "core/file.h"

#include "tests/unit/bytes.h"
#include "tests/unit/nameless.h"

#include <fcntl.h>
#include <glib/gstdio.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

typedef struct Fixture {
    char *directory;
    char *path;
} Fixture;

/* `data` not NULL: on a file system without nameless temporaries. */
static void set_up(Fixture *fixture, gconstpointer data)
{
    nameless_refused = data != NULL;
    fixture->directory = g_dir_make_tmp("file.XXXXXX", NULL);
    g_assert_nonnull(fixture->directory);
    fixture->path = g_build_filename(fixture->directory, "name", NULL);
}

static void tear_down(Fixture *fixture, gconstpointer data)
{
    (void)data;
    nameless_refused = false;
    g_chmod(fixture->directory, 0700);
    g_autoptr(GDir) all = g_dir_open(fixture->directory, 0, NULL);
    const char *name;
    while ((name = g_dir_read_name(all)) != NULL) {
        g_autofree char *path = g_build_filename(fixture->directory, name, NULL);
        g_remove(path);
    }
    g_rmdir(fixture->directory);
    g_free(fixture->directory);
    g_free(fixture->path);
}

static unsigned count_entries(const Fixture *fixture)
{
    g_autoptr(GDir) all = g_dir_open(fixture->directory, 0, NULL);
    unsigned n = 0;
    while (g_dir_read_name(all) != NULL)
        n++;
    return n;
}

static void put(const char *path, size_t size)
{
    g_autofree char *bytes = g_malloc(size + 1);
    for (size_t i = 0; i < size; i++)
        bytes[i] = (char)('a' + i % 26);
    g_assert_true(g_file_set_contents(path, bytes, (gssize)size, NULL));
}

static void assert_read_fails(const char *path, LimitId limit, int code, const char *says)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GBytes) got = file_read(path, limit, NULL, &error);
    g_assert_null(got);
    g_assert_error(error, FILE_ERROR, code);
    g_assert_nonnull(strstr(error->message, says));
}

static void test_read_sizes(Fixture *fixture, gconstpointer data)
{
    (void)data;
    size_t limit = limit_bytes(LIMIT_KEY);
    const size_t sizes[] = {0, 1, 4095, 4096, 4097, limit - 1, limit};
    for (size_t i = 0; i < G_N_ELEMENTS(sizes); i++) {
        put(fixture->path, sizes[i]);
        g_autoptr(GError) error = NULL;
        g_autoptr(GBytes) got = file_read(fixture->path, LIMIT_KEY, NULL, &error);
        g_assert_no_error(error);
        g_autofree char *expected = NULL;
        g_assert_true(g_file_get_contents(fixture->path, &expected, NULL, NULL));
        assert_bytes(got, expected, sizes[i]);
    }
    put(fixture->path, limit + 1);
    assert_read_fails(fixture->path, LIMIT_KEY, FILE_ERROR_TOO_LARGE, "64 KiB");
}

/* Refused by its size, without reading or allocating it. */
static void test_read_huge(Fixture *fixture, gconstpointer data)
{
    (void)data;
    put(fixture->path, 0);
    g_assert_cmpint(truncate(fixture->path, (off_t)1 << 40), ==, 0);
    assert_read_fails(fixture->path, LIMIT_INPUT, FILE_ERROR_TOO_LARGE, "1 TiB");
}

static void test_read_kinds(Fixture *fixture, gconstpointer data)
{
    (void)data;
    assert_read_fails(fixture->path, LIMIT_KEY, FILE_ERROR_OPEN, "No such file");
    assert_read_fails(fixture->directory, LIMIT_KEY, FILE_ERROR_KIND, "a directory");
    assert_read_fails("/dev/zero", LIMIT_KEY, FILE_ERROR_KIND, "a device");
    assert_read_fails("", LIMIT_KEY, FILE_ERROR_OPEN, "No such file");
    g_assert_cmpint(symlink("name", fixture->path), ==, 0);
    assert_read_fails(fixture->path, LIMIT_KEY, FILE_ERROR_OPEN, "symbolic links");
    g_autofree char *odd = g_build_filename(fixture->directory, "a\x1b]0;b\n", NULL);
    assert_read_fails(odd, LIMIT_KEY, FILE_ERROR_OPEN, "a\\x1b]0;b\\x0a");
}

/* Files of /proc say that they have no bytes. */
static void test_read_proc(void)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GBytes) got = file_read("/proc/self/status", LIMIT_KEY, NULL, &error);
    g_assert_no_error(error);
    g_assert_cmpuint(g_bytes_get_size(got), >, 100);
}

static void test_read_denied(Fixture *fixture, gconstpointer data)
{
    (void)data;
    if (geteuid() == 0) {
        g_test_skip("root may read everything");
        return;
    }
    put(fixture->path, 3);
    g_chmod(fixture->path, 0);
    assert_read_fails(fixture->path, LIMIT_KEY, FILE_ERROR_OPEN, "Permission denied");
}

static void test_read_fifo_alone(Fixture *fixture, gconstpointer data)
{
    (void)data;
    g_assert_cmpint(mkfifo(fixture->path, 0600), ==, 0);
    g_autoptr(Cancel) cancel = cancel_new();
    cancel_set_deadline(cancel, 20);
    g_autoptr(GError) error = NULL;
    g_assert_null(file_read(fixture->path, LIMIT_KEY, cancel, &error));
    g_assert_error(error, CANCEL_ERROR, CANCEL_ERROR_DEADLINE);
}

typedef struct Feed {
    const char *path;
    size_t size;
} Feed;

/* Writes in pieces, so that the reader has to wait in between. */
static gpointer feed(gpointer data)
{
    const Feed *job = data;
    int descriptor = open(job->path, O_WRONLY | O_CLOEXEC);
    g_assert_cmpint(descriptor, >=, 0);
    for (size_t done = 0; done < job->size;) {
        size_t piece = MIN((size_t)1000, job->size - done);
        g_autofree char *bytes = g_strnfill(piece, 'f');
        if (write(descriptor, bytes, piece) != (ssize_t)piece)
            break; /* the reader had enough */
        done += piece;
        g_thread_yield();
    }
    close(descriptor);
    return NULL;
}

static void test_read_fifo(Fixture *fixture, gconstpointer data)
{
    (void)data;
    signal(SIGPIPE, SIG_IGN);
    g_assert_cmpint(mkfifo(fixture->path, 0600), ==, 0);
    const size_t limit = limit_bytes(LIMIT_KEY);
    const size_t sizes[] = {0, 1, 5000, 40000, limit, limit + 1, 4 * limit};
    for (size_t i = 0; i < G_N_ELEMENTS(sizes); i++) {
        Feed job = {fixture->path, sizes[i]};
        GThread *thread = g_thread_new("feed", feed, &job);
        g_autoptr(GError) error = NULL;
        g_autoptr(GBytes) got = file_read(fixture->path, LIMIT_KEY, NULL, &error);
        g_thread_join(thread);
        if (sizes[i] > limit) {
            g_assert_error(error, FILE_ERROR, FILE_ERROR_TOO_LARGE);
            continue;
        }
        g_assert_no_error(error);
        g_assert_cmpuint(g_bytes_get_size(got), ==, sizes[i]);
    }
}

static void with_stdin(int descriptor, const char *expected)
{
    int before = fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 3);
    g_assert_cmpint(dup2(descriptor, STDIN_FILENO), ==, STDIN_FILENO);
    close(descriptor);
    g_autoptr(GError) error = NULL;
    g_autoptr(GBytes) got = file_read("/dev/stdin", LIMIT_KEY, NULL, &error);
    int flags = fcntl(STDIN_FILENO, F_GETFL);
    if (before >= 0) {
        dup2(before, STDIN_FILENO);
        close(before);
    }
    g_assert_no_error(error);
    g_assert_cmpint(flags & O_NONBLOCK, ==, 0);
    assert_bytes(got, expected, strlen(expected));
}

static void test_read_stdin(Fixture *fixture, gconstpointer data)
{
    (void)data;
    int ends[2];
    g_assert_cmpint(pipe2(ends, O_CLOEXEC), ==, 0);
    g_assert_cmpint(write(ends[1], "piped", 5), ==, 5);
    close(ends[1]);
    with_stdin(ends[0], "piped");
    g_assert_cmpint(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends), ==, 0);
    g_assert_cmpint(write(ends[1], "socket", 6), ==, 6);
    close(ends[1]);
    with_stdin(ends[0], "socket");
    put(fixture->path, 4);
    with_stdin(open(fixture->path, O_RDONLY | O_CLOEXEC), "abcd");
}

static void test_read_cancelled(Fixture *fixture, gconstpointer data)
{
    (void)data;
    put(fixture->path, 10);
    g_autoptr(Cancel) cancel = cancel_new();
    cancel_set(cancel);
    g_autoptr(GError) error = NULL;
    g_assert_null(file_read(fixture->path, LIMIT_KEY, cancel, &error));
    g_assert_error(error, CANCEL_ERROR, CANCEL_ERROR_CANCELLED);
}

static void assert_write_fails(const char *path, int code, const char *says)
{
    g_autoptr(GError) error = NULL;
    g_assert_false(file_write(path, span_of("new", 3), 0600, &error));
    g_assert_error(error, FILE_ERROR, code);
    if (strstr(error->message, says) == NULL)
        g_error("\"%s\" does not say \"%s\"", error->message, says);
}

static void test_write(Fixture *fixture, gconstpointer data)
{
    (void)data;
    static const int modes[] = {0600, 0644, 0666, 0400};
    mode_t mask = umask(077);
    for (size_t i = 0; i < G_N_ELEMENTS(modes); i++) {
        g_autofree char *content = g_strdup_printf("content %zu", i);
        g_autoptr(GError) error = NULL;
        g_assert_true(
            file_write(fixture->path, span_of(content, strlen(content)), modes[i], &error));
        g_assert_no_error(error);
        g_autofree char *got = NULL;
        g_assert_true(g_file_get_contents(fixture->path, &got, NULL, NULL));
        g_assert_cmpstr(got, ==, content);
        struct stat status;
        g_assert_cmpint(stat(fixture->path, &status), ==, 0);
        g_assert_cmpint(status.st_mode & 07777, ==, modes[i]);
        g_assert_cmpuint(count_entries(fixture), ==, 1);
    }
    umask(mask);
    g_assert_true(file_write(fixture->path, span_of(NULL, 0), 0600, NULL));
    struct stat status;
    g_assert_cmpint(stat(fixture->path, &status), ==, 0);
    g_assert_cmpint(status.st_size, ==, 0);
}

/* A name as long as names may be leaves room for the temporary. */
static void test_write_long_name(Fixture *fixture, gconstpointer data)
{
    (void)data;
    g_autofree char *name = g_strnfill(255, 'n');
    g_autofree char *path = g_build_filename(fixture->directory, name, NULL);
    g_autoptr(GError) error = NULL;
    g_assert_true(file_write(path, span_of("x", 1), 0600, &error));
    g_assert_no_error(error);
}

static void test_write_kinds(Fixture *fixture, gconstpointer data)
{
    (void)data;
    assert_write_fails(fixture->directory, FILE_ERROR_KIND, "a directory");
    assert_write_fails("", FILE_ERROR_WRITE, "No such file");
    assert_write_fails("/dev/null", FILE_ERROR_KIND, "a device");
    g_autofree char *slash = g_strconcat(fixture->path, "/", NULL);
    assert_write_fails(slash, FILE_ERROR_WRITE, "Is a directory");
    g_autofree char *deep = g_build_filename(fixture->path, "below", NULL);
    assert_write_fails(deep, FILE_ERROR_WRITE, "the directory must exist");
    g_assert_cmpint(mkfifo(fixture->path, 0600), ==, 0);
    assert_write_fails(fixture->path, FILE_ERROR_KIND, "a FIFO");
    assert_write_fails(deep, FILE_ERROR_WRITE, "the directory must exist");
    g_assert_cmpuint(count_entries(fixture), ==, 1);
}

static void test_write_symlink(Fixture *fixture, gconstpointer data)
{
    (void)data;
    put(fixture->path, 3);
    g_autofree char *link = g_build_filename(fixture->directory, "link", NULL);
    g_assert_cmpint(symlink("name", link), ==, 0);
    assert_write_fails(link, FILE_ERROR_KIND, "a symbolic link");
    g_autofree char *got = NULL;
    g_assert_true(g_file_get_contents(fixture->path, &got, NULL, NULL));
    g_assert_cmpstr(got, ==, "abc");
}

static void test_write_denied(Fixture *fixture, gconstpointer data)
{
    (void)data;
    if (geteuid() == 0) {
        g_test_skip("root may write everywhere");
        return;
    }
    g_chmod(fixture->directory, 0500);
    assert_write_fails(fixture->path, FILE_ERROR_WRITE, "that you may write to");
    g_assert_cmpuint(count_entries(fixture), ==, 0);
}

/* A write that is cut short, as on a full disk: the old file stands, no temporary is left. */
static void test_write_full(Fixture *fixture, gconstpointer data)
{
    (void)data;
    put(fixture->path, 3);
    signal(SIGXFSZ, SIG_IGN);
    struct rlimit before, small;
    g_assert_cmpint(getrlimit(RLIMIT_FSIZE, &before), ==, 0);
    small = (struct rlimit){.rlim_cur = 1000, .rlim_max = before.rlim_max};
    g_autofree char *content = g_strnfill(5000, 'x');
    g_autoptr(GError) error = NULL;
    g_assert_cmpint(setrlimit(RLIMIT_FSIZE, &small), ==, 0);
    bool done = file_write(fixture->path, span_of(content, 5000), 0600, &error);
    g_assert_cmpint(setrlimit(RLIMIT_FSIZE, &before), ==, 0);
    g_assert_false(done);
    g_assert_error(error, FILE_ERROR, FILE_ERROR_WRITE);
    g_autofree char *got = NULL;
    g_assert_true(g_file_get_contents(fixture->path, &got, NULL, NULL));
    g_assert_cmpstr(got, ==, "abc");
    g_assert_cmpuint(count_entries(fixture), ==, 1);
}

static void test_make_directory(Fixture *fixture, gconstpointer data)
{
    (void)data;
    g_autofree char *deep = g_build_filename(fixture->path, "a", "b", NULL);
    g_autofree char *parent = g_path_get_dirname(deep);
    g_autoptr(GError) error = NULL;
    g_assert_true(file_make_directory(deep, &error));
    g_assert_true(file_make_directory(deep, &error));
    struct stat status;
    g_assert_cmpint(stat(parent, &status), ==, 0);
    g_assert_cmpint(status.st_mode & 07777, ==, 0700);
    g_autofree char *file = g_build_filename(deep, "file", NULL);
    put(file, 1);
    g_assert_false(file_make_directory(file, &error));
    g_assert_error(error, FILE_ERROR, FILE_ERROR_WRITE);
    g_remove(file);
    g_rmdir(deep);
    g_rmdir(parent);
}

static void test_xdg(void)
{
    g_autofree char *home = g_strdup(g_getenv("HOME"));
    g_setenv("HOME", "/home/somebody", TRUE);
    g_setenv("XDG_CONFIG_HOME", "/elsewhere", TRUE);
    g_setenv("XDG_STATE_HOME", "relative", TRUE);
    g_autofree char *config = file_config_directory(NULL);
    g_autofree char *state = file_state_directory(NULL);
    g_autofree char *cache = file_cache_directory(NULL);
    g_assert_cmpstr(config, ==, "/elsewhere/mse-console");
    g_assert_cmpstr(state, ==, "/home/somebody/.local/state/mse-console");
    g_assert_cmpstr(cache, ==, "/home/somebody/.cache/mse-console");
    g_unsetenv("HOME");
    g_autoptr(GError) error = NULL;
    g_assert_null(file_state_directory(&error));
    g_assert_error(error, FILE_ERROR, FILE_ERROR_OPEN);
    g_unsetenv("XDG_CONFIG_HOME");
    g_unsetenv("XDG_STATE_HOME");
    if (home != NULL)
        g_setenv("HOME", home, TRUE);
}

#define ADD(path, function)       g_test_add(path, Fixture, NULL, set_up, function, tear_down)
#define ADD_NAMED(path, function) g_test_add(path, Fixture, "", set_up, function, tear_down)

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    ADD("/file/read/sizes", test_read_sizes);
    ADD("/file/read/huge", test_read_huge);
    ADD("/file/read/kinds", test_read_kinds);
    g_test_add_func("/file/read/proc", test_read_proc);
    ADD("/file/read/denied", test_read_denied);
    ADD("/file/read/fifo-alone", test_read_fifo_alone);
    ADD("/file/read/fifo", test_read_fifo);
    ADD("/file/read/stdin", test_read_stdin);
    ADD("/file/read/cancelled", test_read_cancelled);
    ADD("/file/write/content-and-mode", test_write);
    ADD("/file/write/long-name", test_write_long_name);
    ADD("/file/write/kinds", test_write_kinds);
    ADD("/file/write/symlink", test_write_symlink);
    ADD("/file/write/denied", test_write_denied);
    ADD("/file/write/full", test_write_full);
    ADD_NAMED("/file/write/named/content-and-mode", test_write);
    ADD_NAMED("/file/write/named/long-name", test_write_long_name);
    ADD_NAMED("/file/write/named/denied", test_write_denied);
    ADD_NAMED("/file/write/named/full", test_write_full);
    ADD("/file/make-directory", test_make_directory);
    g_test_add_func("/file/xdg", test_xdg);
    return g_test_run();
}
