/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The one file of an archive that an engine made: what is taken, and what is refused, and why.
 */
#include "config.h"

#include "format/tar_file.h"

#include <string.h>

enum { BLOCK = 512 };

static void set_sum(char *head)
{
    unsigned sum = 0;
    memset(head + 148, ' ', 8);
    for (unsigned i = 0; i < BLOCK; i++)
        sum += (unsigned char)head[i];
    g_snprintf(head + 148, 8, "%06o", sum);
}

static void put_member(GString *tar, const char *name, char type, const char *data, size_t size,
                       size_t said)
{
    char head[BLOCK] = {0};
    static const char zeros[BLOCK];
    g_strlcpy(head, name, 100);
    g_snprintf(head + 124, 12, "%011zo", said);
    g_snprintf(head + 136, 12, "%011o", 1u);
    head[156] = type;
    memcpy(head + 257, "ustar\00000", 8);
    set_sum(head);
    g_string_append_len(tar, head, BLOCK);
    g_string_append_len(tar, data, (gssize)size);
    g_string_append_len(tar, zeros, (gssize)((BLOCK - size % BLOCK) % BLOCK));
}

typedef struct Hostile {
    const char *what;
    const char *says; /* NULL: it is taken */
    void (*make)(GString *tar, const char *text, size_t size);
} Hostile;

static void good(GString *tar, const char *text, size_t size)
{
    put_member(tar, "evidence.json", '0', text, size, size);
}

static void with_pax(GString *tar, const char *text, size_t size)
{
    static const char records[] = "30 mtime=1685577600.123456789\n28 path=input/evidence.json\n";
    put_member(tar, "PaxHeaders.0/evidence.json", 'x', records, strlen(records), strlen(records));
    put_member(tar, "cut", '0', text, size, size);
}

static void a_link(GString *tar, const char *text, size_t size)
{
    (void)text;
    (void)size;
    put_member(tar, "evidence.json", '2', "", 0, 0);
}

static void a_directory(GString *tar, const char *text, size_t size)
{
    (void)text;
    (void)size;
    put_member(tar, "evidence.json/", '5', "", 0, 0);
}

static void a_device(GString *tar, const char *text, size_t size)
{
    (void)text;
    (void)size;
    put_member(tar, "evidence.json", '3', "", 0, 0);
}

static void two_files(GString *tar, const char *text, size_t size)
{
    good(tar, text, size);
    good(tar, text, size);
}

static void lying_size(GString *tar, const char *text, size_t size)
{
    put_member(tar, "evidence.json", '0', text, size, (size_t)1 << 32);
}

static void another_file(GString *tar, const char *text, size_t size)
{
    put_member(tar, "passwd", '0', text, size, size);
}

static void wrong_sum(GString *tar, const char *text, size_t size)
{
    good(tar, text, size);
    tar->str[150] ^= 1;
}

static void broken_pax(GString *tar, const char *text, size_t size)
{
    put_member(tar, "x", 'x', "99 path=a\n", 10, 10);
    good(tar, text, size);
}

static void many_headers(GString *tar, const char *text, size_t size)
{
    for (unsigned i = 0; i < 100; i++)
        put_member(tar, "x", 'x', "", 0, 0);
    good(tar, text, size);
}

static void nothing(GString *tar, const char *text, size_t size)
{
    (void)tar;
    (void)text;
    (void)size;
}

static const Hostile archives[] = {
    {"a file", NULL, good},
    {"with pax headers", NULL, with_pax},
    {"a link", "link", a_link},
    {"a directory", "directory", a_directory},
    {"a device", "no regular file", a_device},
    {"two files", "more than one", two_files},
    {"a size that lies", "cut short", lying_size},
    {"another file", "another file", another_file},
    {"a wrong sum", "no archive", wrong_sum},
    {"a broken header", "broken header", broken_pax},
    {"many headers", "too many headers", many_headers},
    {"nothing", "cut short", nothing},
};

static void test_archive(gconstpointer data)
{
    static const char text[] = "{\"evidence\": true}";
    const Hostile *row = data;
    GString *tar = g_string_new(NULL);
    g_autoptr(GError) error = NULL;
    int64_t written = 0;
    row->make(tar, text, strlen(text));
    g_autoptr(GBytes) whole = g_string_free_to_bytes(tar);
    g_autoptr(GBytes) content = tar_file_only(whole, "evidence.json", &written, &error);
    if (row->says != NULL) {
        g_assert_null(content);
        g_assert_nonnull(error);
        g_assert_nonnull(strstr(error->message, row->says));
        return;
    }
    g_assert_no_error(error);
    g_autoptr(GBytes) expected = g_bytes_new_static(text, strlen(text));
    g_assert_true(g_bytes_equal(content, expected));
    g_assert_cmpint(written, ==, 1);
}

/* Cut anywhere, it is refused, or it is the whole file. */
static void test_cuts(void)
{
    static const char text[] = "{\"evidence\": true}";
    g_autoptr(GString) tar = g_string_new(NULL);
    with_pax(tar, text, strlen(text));
    for (size_t size = 0; size < tar->len; size++) {
        g_autofree char *copy = g_memdup2(tar->str, size);
        g_autoptr(GBytes) whole = g_bytes_new(copy, size);
        g_autoptr(GBytes) content = tar_file_only(whole, "evidence.json", NULL, NULL);
        g_assert_null(content);
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    for (size_t i = 0; i < G_N_ELEMENTS(archives); i++) {
        g_autofree char *path = g_strdup_printf("/tar-file/%s", archives[i].what);
        g_strdelimit(path, " ", '-');
        g_test_add_data_func(path, &archives[i], test_archive);
    }
    g_test_add_func("/tar-file/cuts", test_cuts);
    return g_test_run();
}
