/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "bad_file.h"

#include "process.h"

#include <errno.h>
#include <glib/gstdio.h>
#include <stdint.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const char *some_quote, *some_evidence;

void bad_file_prepare(const char *quote, const char *evidence)
{
    some_quote = quote;
    some_evidence = evidence;
}

bool bad_file_is(const BadFile *file, const char *name)
{
    return strcmp(file->name, name) == 0;
}

static char *missing(void)
{
    return process_path("nothing-there");
}

static char *missing_with_controls(void)
{
    return process_path("nothing\x1b[2J\x07\n\xc2\x9b\xe2\x80\xae\xff there");
}

/* With nothing in it: one with evidence is an input of verify. */
static char *directory(void)
{
    char *path = process_path("a-directory");
    g_mkdir_with_parents(path, 0700);
    return path;
}

static char *empty(void)
{
    char *path = process_path("empty");
    g_assert_true(g_file_set_contents(path, "", 0, NULL));
    return path;
}

static char *unreadable(void)
{
    char *path = process_path("unreadable");
    g_assert_true(g_file_set_contents(path, "secret", -1, NULL));
    g_assert_cmpint(g_chmod(path, 0), ==, 0);
    if (access(path, R_OK) != 0)
        return path;
    g_free(path);
    return NULL;
}

/* Below a file: no right to read it is of any use, not even root's. */
static char *below_a_file(void)
{
    return g_build_filename(some_quote, "inside", NULL);
}

static char *link_to_itself(void)
{
    char *path = process_path("loop");
    if (symlink(path, path) != 0)
        g_assert_cmpint(errno, ==, EEXIST);
    return path;
}

/* 1 GiB, of which the start is noise and the rest costs no disk. */
static char *noise(void)
{
    char *path = process_path("noise");
    uint8_t start[4096];
    for (size_t i = 0; i < sizeof start; i++)
        start[i] = (uint8_t)g_test_rand_int_range(0, 256);
    g_assert_true(g_file_set_contents(path, (const char *)start, sizeof start, NULL));
    g_assert_cmpint(truncate(path, (off_t)1 << 30), ==, 0);
    return path;
}

static char *small_noise(void)
{
    char *path = process_path("small-noise");
    uint8_t bytes[2000];
    for (size_t i = 0; i < sizeof bytes; i++)
        bytes[i] = (uint8_t)g_test_rand_int_range(6, 256);
    bytes[0] = 0xff;
    g_assert_true(g_file_set_contents(path, (const char *)bytes, sizeof bytes, NULL));
    return path;
}

static char *other_kind(void)
{
    char *path = process_path("other-kind");
    g_assert_true(g_file_set_contents(path, "%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj\n", -1, NULL));
    return path;
}

/* JSON as some editors save it: UTF-16 with a mark of byte order. */
static char *wrong_encoding(void)
{
    char *path = process_path("utf-16");
    g_autofree char *text = NULL;
    gsize size, converted_size;
    g_assert_true(g_file_get_contents(some_evidence, &text, &size, NULL));
    g_autofree char *converted =
        g_convert(text, (gssize)size, "UTF-16", "UTF-8", NULL, &converted_size, NULL);
    g_assert_true(g_file_set_contents(path, converted, (gssize)converted_size, NULL));
    return path;
}

static char *controls_inside(void)
{
    char *path = process_path("controls");
    static const char text[] = "{\"ratls_certificate\": \"\x1b]0;owned\x07\", \"\\u001b[2J\": 1}";
    g_assert_true(g_file_set_contents(path, text, sizeof text - 1, NULL));
    return path;
}

const BadFile bad_files[N_BAD_FILES] = {
    {"missing", missing, true},
    {"missing-with-control-characters", missing_with_controls, true},
    {"a-directory", directory, true},
    {"unreadable", unreadable, true},
    {"below-a-file", below_a_file, true},
    {"a-link-to-itself", link_to_itself, true},
    {"a-gigabyte", noise, true},
    {"empty", empty, false},
    {"noise", small_noise, false},
    {"another-kind", other_kind, false},
    {"wrong-encoding", wrong_encoding, false},
    {"control-characters-inside", controls_inside, false},
};
