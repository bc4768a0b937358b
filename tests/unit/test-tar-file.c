/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The one file of an archive that an engine made: what is taken, and what is refused, and why. How
 * archives are read is tests/unit/test-tar.c.
 */
#include "config.h"

#include "format/tar_file.h"

#include "core/reader.h"

#include <string.h>

static const char text[] = "{\"evidence\": true}";

enum { BLOCK = 512 };

static void put_member(GString *tar, const char *name, char type, size_t said)
{
    char head[BLOCK] = {0};
    unsigned sum = 0;
    size_t size = type == '0' ? strlen(text) : 0;
    g_strlcpy(head, name, 100);
    g_snprintf(head + 100, 8, "%07o", 0644u);
    g_snprintf(head + 108, 8, "%07o", 0u);
    g_snprintf(head + 116, 8, "%07o", 0u);
    g_snprintf(head + 124, 12, "%011zo", said);
    g_snprintf(head + 136, 12, "%011o", 1u);
    head[156] = type;
    if (type == '2')
        g_strlcpy(head + 157, "/etc/passwd", 100);
    memcpy(head + 257, "ustar\00000", 8);
    memset(head + 148, ' ', 8);
    for (unsigned i = 0; i < BLOCK; i++)
        sum += (unsigned char)head[i];
    g_snprintf(head + 148, 8, "%06o", sum);
    g_string_append_len(tar, head, BLOCK);
    g_string_append_len(tar, text, (gssize)size);
    for (size_t i = size; i % BLOCK != 0; i++)
        g_string_append_c(tar, '\0');
}

static GBytes *ended(GString *tar)
{
    for (unsigned i = 0; i < 2 * BLOCK; i++)
        g_string_append_c(tar, '\0');
    return g_string_free_to_bytes(tar);
}

typedef struct Member {
    const char *name;
    char type;
    size_t size;
} Member;

typedef struct Row {
    const char *what;
    const char *says; /* NULL: it is taken */
    Member members[3];
} Row;

#define TEXT_SIZE (sizeof text - 1)

static const Row rows[] = {
    {"a-file", NULL, {{"evidence.json", '0', TEXT_SIZE}}},
    {"in-a-directory", NULL, {{"input/evidence.json", '0', TEXT_SIZE}}},
    {"a-link", "link", {{"evidence.json", '2', 0}}},
    {"a-directory", "directory", {{"evidence.json/", '5', 0}}},
    {"a-device", "device", {{"evidence.json", '3', 0}}},
    {"two-files",
     "more than one",
     {{"evidence.json", '0', TEXT_SIZE}, {"evidence.json", '0', TEXT_SIZE}}},
    {"another-file", "another file", {{"passwd", '0', TEXT_SIZE}}},
    {"nothing", "empty", {{NULL, 0, 0}}},
    {"a-size-that-lies", "", {{"evidence.json", '0', (size_t)1 << 32}}},
};

static void test_row(gconstpointer data)
{
    const Row *row = data;
    GString *tar = g_string_new(NULL);
    g_autoptr(GError) error = NULL;
    int64_t written = 0;
    for (const Member *member = row->members; member->name != NULL; member++)
        put_member(tar, member->name, member->type, member->size);
    g_autoptr(GBytes) whole = ended(tar);
    g_autoptr(GBytes) content = tar_file_only(whole, "evidence.json", &written, &error);
    if (row->says != NULL) {
        g_assert_null(content);
        g_assert_nonnull(error);
        g_test_message("%s", error->message);
        g_assert_nonnull(strstr(error->message, row->says));
        return;
    }
    g_assert_no_error(error);
    g_autoptr(GBytes) expected = g_bytes_new_static(text, TEXT_SIZE);
    g_assert_true(g_bytes_equal(content, expected));
    g_assert_cmpint(written, ==, 1);
}

/* Cut anywhere before its end, it is refused. */
static void test_cuts(void)
{
    GString *tar = g_string_new(NULL);
    put_member(tar, "evidence.json", '0', TEXT_SIZE);
    g_autoptr(GBytes) whole = ended(tar);
    for (size_t size = 0; size < 2 * BLOCK; size++) {
        g_autoptr(GBytes) part = g_bytes_new_from_bytes(whole, 0, size);
        g_autoptr(GBytes) content = tar_file_only(part, "evidence.json", NULL, NULL);
        g_assert_null(content);
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autofree char *path = g_strdup_printf("/tar-file/%s", rows[i].what);
        g_test_add_data_func(path, &rows[i], test_row);
    }
    g_test_add_func("/tar-file/cuts", test_cuts);
    return g_test_run();
}
