/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Files piece by piece: what is read once more, what is committed, what is left when it is not.
 */
#include "config.h"

#include "core/file.h"

#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

static char *directory;

static char *path_of(const char *name)
{
    return g_build_filename(directory, name, NULL);
}

static unsigned count_entries(void)
{
    g_autoptr(GDir) open = g_dir_open(directory, 0, NULL);
    unsigned n = 0;
    while (g_dir_read_name(open))
        n++;
    return n;
}

static void assert_text(const char *path, const char *expected)
{
    g_autofree char *text = NULL;
    g_assert_true(g_file_get_contents(path, &text, NULL, NULL));
    g_assert_cmpstr(text, ==, expected);
}

static void put(FileWriter *writer, const char *text)
{
    g_autoptr(GError) error = NULL;
    file_writer_put(writer, span_of(text, strlen(text)), &error);
    g_assert_no_error(error);
}

static void test_writer(void)
{
    g_autofree char *path = path_of("written");
    g_autoptr(GError) error = NULL;
    g_autoptr(FileWriter) writer = file_writer_new(path, &error);
    g_assert_no_error(error);
    put(writer, "....");
    put(writer, "rest");
    g_assert_true(file_writer_put_at(writer, 1, span_of("ab", 2), &error));
    put(writer, "!");
    g_assert_false(g_file_test(path, G_FILE_TEST_EXISTS));
    g_assert_true(file_writer_commit(writer, 0600, FILE_ONLY_NEW, &error));
    assert_text(path, ".ab.rest!");
    struct stat status;
    g_assert_cmpint(g_stat(path, &status), ==, 0);
    g_assert_cmpint(status.st_mode & 07777, ==, 0600);
    g_unlink(path);
}

static void test_only_new(void)
{
    g_autofree char *path = path_of("there");
    g_autoptr(GError) error = NULL;
    g_autoptr(FileWriter) writer = file_writer_new(path, &error);
    put(writer, "new");
    /* Somebody makes it between the opening and the commit. */
    g_assert_true(g_file_set_contents(path, "old", -1, NULL));
    g_assert_false(file_writer_commit(writer, 0600, FILE_ONLY_NEW, &error));
    g_assert_error(error, FILE_ERROR, FILE_ERROR_EXISTS);
    assert_text(path, "old");
    g_clear_error(&error);
    g_assert_true(file_writer_commit(writer, 0644, FILE_REPLACE, &error));
    assert_text(path, "new");
    g_unlink(path);
}

static void test_not_committed(void)
{
    g_autofree char *path = path_of("kept");
    g_assert_true(g_file_set_contents(path, "kept", -1, NULL));
    g_autoptr(GError) error = NULL;
    FileWriter *writer = file_writer_new(path, &error);
    put(writer, "lost");
    file_writer_free(writer);
    assert_text(path, "kept");
    g_assert_cmpuint(count_entries(), ==, 1);
    g_unlink(path);
}

static void test_reader(void)
{
    g_autofree char *path = path_of("read"), *other = path_of("other");
    g_assert_true(g_file_set_contents(path, "0123456789", -1, NULL));
    g_assert_true(g_file_set_contents(other, "", -1, NULL));
    g_autoptr(GError) error = NULL;
    g_autoptr(FileReader) reader = file_reader_open(path, LIMIT_KEY, NULL, &error);
    g_assert_no_error(error);
    g_assert_cmpuint(file_reader_size(reader), ==, 10);
    g_assert_true(file_reader_rewinds(reader));
    g_assert_true(file_reader_is(reader, path));
    g_assert_false(file_reader_is(reader, other));
    for (unsigned pass = 0; pass < 2; pass++) {
        uint8_t piece[8];
        size_t got;
        g_assert_true(file_reader_get(reader, piece, sizeof piece, &got, &error));
        g_assert_cmpuint(got, ==, 8);
        g_assert_true(file_reader_get(reader, piece, sizeof piece, &got, &error));
        g_assert_cmpuint(got, ==, 2);
        g_assert_cmpint(memcmp(piece, "89", 2), ==, 0);
        g_assert_true(file_reader_get(reader, piece, sizeof piece, &got, &error));
        g_assert_cmpuint(got, ==, 0);
        g_assert_true(file_reader_rewind(reader, &error));
    }
    g_unlink(path);
    g_unlink(other);
}

/* A file that grows while it is read is still held to its limit. */
static void test_reader_limit(void)
{
    g_autofree char *path = path_of("grows");
    g_autofree uint8_t *bytes = g_malloc0(2 * limit_bytes(LIMIT_KEY));
    g_assert_true(g_file_set_contents(path, "x", 1, NULL));
    g_autoptr(GError) error = NULL;
    g_autoptr(FileReader) reader = file_reader_open(path, LIMIT_KEY, NULL, &error);
    g_assert_cmpint(truncate(path, (off_t)(2 * limit_bytes(LIMIT_KEY))), ==, 0);
    size_t got;
    g_assert_false(file_reader_get(reader, bytes, 2 * limit_bytes(LIMIT_KEY), &got, &error));
    g_assert_error(error, FILE_ERROR, FILE_ERROR_TOO_LARGE);
    g_unlink(path);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    directory = g_dir_make_tmp("mse-stream-XXXXXX", NULL);
    g_test_add_func("/file-stream/writer", test_writer);
    g_test_add_func("/file-stream/only-new", test_only_new);
    g_test_add_func("/file-stream/not-committed", test_not_committed);
    g_test_add_func("/file-stream/reader", test_reader);
    g_test_add_func("/file-stream/reader-limit", test_reader_limit);
    int status = g_test_run();
    g_rmdir(directory);
    g_free(directory);
    return status;
}
