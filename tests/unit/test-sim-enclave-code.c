/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Code that anybody may have made, as the simulated enclave unpacks, measures and decrypts it.
 */
#include "config.h"

#include "core/hex.h"
#include "sim/crypto.h"
#include "sim/enclave.h"
#include "sim/enclave_code.h"
#include "sim/enclave_measure.h"
#include "sim/tar.h"
#include "tests/unit/enclave-support.h"

#include <glib/gstdio.h>
#include <sodium.h>

/* A tar in a file of that name. Path: g_free. */
static char *write_tar(const char *name, const TarMember *members, unsigned n)
{
    g_autoptr(GByteArray) tar = g_byte_array_new();
    for (unsigned i = 0; i < n; i++)
        tar_put(tar, &members[i]);
    tar_end(tar);
    char *path = enclave_place(name);
    g_assert_true(g_file_set_contents(path, (const char *)tar->data, tar->len, NULL));
    return path;
}

#define MEMBER(member_name, text)                                                                \
    {                                                                                            \
        .name = (member_name), .mode = 0644, .content = {(const uint8_t *)(text), strlen(text) } \
    }

static void test_code(void)
{
    static const char app[] = "app = 1\n", other[] = "";
    const TarMember members[] = {
        {.name = "./", .mode = 0755},         MEMBER("./pkg/b.py", other),
        {.name = "pkg/", .mode = 0755},       MEMBER("app.py", app),
        MEMBER("\xc3\xa9t\xc3\xa9.txt", app), MEMBER("a-b", other),
    };
    g_autofree char *path = write_tar("good.tar", members, G_N_ELEMENTS(members));
    g_autofree char *into = enclave_place("good");
    g_assert_cmpint(g_mkdir(into, 0700), ==, 0);
    g_autoptr(GError) error = NULL;
    g_autoptr(GPtrArray) files = code_read(path, into, &error);
    g_assert_no_error(error);
    static const char *const names[] = {"a-b", "app.py", "pkg/b.py", "\xc3\xa9t\xc3\xa9.txt"};
    g_assert_cmpuint(files->len, ==, G_N_ELEMENTS(names));
    uint8_t digest[32];
    digest_sha256(span_of(app, strlen(app)), digest);
    for (unsigned i = 0; i < files->len; i++) {
        const CodeFile *file = files->pdata[i];
        g_assert_cmpstr(file->path, ==, names[i]);
        g_autofree char *unpacked = g_build_filename(into, file->path, NULL), *text = NULL;
        g_assert_true(g_file_get_contents(unpacked, &text, NULL, NULL));
        g_assert_cmpstr(text, ==, i == 1 || i == 3 ? app : other);
        if (i == 1)
            g_assert_cmpmem(file->digest, 32, digest, 32);
    }
    g_assert_true(code_remove(into));
    g_assert_false(g_file_test(into, G_FILE_TEST_EXISTS));
    g_assert_true(code_remove(into));
}

static void refuse_tar(const char *path, const char *says)
{
    g_autofree char *into = enclave_place("hostile");
    g_autofree char *outside = enclave_place("out.py");
    g_assert_cmpint(g_mkdir(into, 0700), ==, 0);
    g_autoptr(GError) error = NULL;
    g_autoptr(GPtrArray) files = code_read(path, into, &error);
    g_assert_null(files);
    g_assert_error(error, SIM_ERROR, SIM_ERROR_CODE);
    if (strstr(error->message, says) == NULL)
        g_error("%s instead of %s", error->message, says);
    g_assert_false(g_file_test(outside, G_FILE_TEST_EXISTS));
    code_remove(into);
}

static void test_hostile_code(void)
{
    g_autofree char *absolute = enclave_place("out.py");
    g_autofree char *long_name = g_strconcat("a/", absolute, NULL);
    const struct {
        TarMember members[2];
        unsigned n;
        const char *says;
    } cases[] = {
        {{MEMBER("../out.py", "x")}, 1, "leads out"},
        {{MEMBER("a/../../out.py", "x")}, 1, "leads out"},
        {{MEMBER(absolute, "x")}, 1, "leads out"},
        {{MEMBER("a//b", "x")}, 1, "leads out"},
        {{MEMBER("a/./b", "x")}, 1, "leads out"},
        {{{.name = "../", .mode = 0755}}, 1, "leads out"},
        {{{.name = "l", .mode = 0777, .link = ".."}, MEMBER("l/out.py", "x")}, 2, "a link"},
        {{MEMBER("a", "x"), MEMBER("a", "y")}, 2, "twice"},
        {{MEMBER("a", "x"), MEMBER("./a", "y")}, 2, "twice"},
        {{MEMBER("a", "x"), MEMBER("a/b", "y")}, 2, "cannot be unpacked"},
    };
    for (unsigned i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_test_message("%u: %s", i, cases[i].members[0].name);
        g_autofree char *path = write_tar("hostile.tar", cases[i].members, cases[i].n);
        refuse_tar(path, cases[i].says);
    }
}

/* A sound tar with one file of 1,000 bytes; what `change` makes of it is refused. */
static void spoil_tar(size_t keep, size_t at, char with, const char *says)
{
    g_autofree char *content = g_strnfill(1000, 'x');
    const TarMember members[] = {MEMBER("app.py", content)};
    g_autofree char *path = write_tar("spoiled.tar", members, 1), *bytes = NULL;
    gsize size;
    g_assert_true(g_file_get_contents(path, &bytes, &size, NULL));
    bytes[at] = with;
    g_assert_true(g_file_set_contents(path, bytes, (gssize)MIN(keep, size), NULL));
    refuse_tar(path, says);
}

static void test_spoiled_code(void)
{
    spoil_tar(0, 0, 'a', "no tar");
    spoil_tar(100, 0, 'a', "no tar");
    spoil_tar(1024, 0, 'a', "app.py");    /* content cut */
    spoil_tar(10000, 0, 'b', "no tar");   /* the sum is wrong */
    spoil_tar(10000, 156, '1', "no tar"); /* a hard link, with the wrong sum */
    g_autofree char *missing = enclave_place("missing.tar"), *directory = enclave_place("");
    refuse_tar(missing, "cannot be read");
    refuse_tar(directory, "no regular file");
}

/* As enclave_measure.h says, made here by other means. */
static void put(GChecksum *sum, const void *data, size_t size)
{
    uint8_t length[8];
    for (unsigned i = 0; i < 8; i++)
        length[i] = (uint8_t)(size >> (8 * i));
    g_checksum_update(sum, length, 8);
    g_checksum_update(sum, data, (gssize)size);
}

static char *expected_measurement(const EnclaveArguments *a, const uint8_t program[32],
                                  const GPtrArray *files)
{
    g_autoptr(GChecksum) sum = g_checksum_new(G_CHECKSUM_SHA256);
    const char *const named[][2] = {
        {"size", a->size}, {"subject", a->subject},         {"san", a->san},
        {"id", a->id},     {"application", a->application}, {"expiration", a->expiration}};
    put(sum, "SIMULATED enclave", 17);
    put(sum, program, 32);
    for (unsigned i = 0; i < G_N_ELEMENTS(named); i++) {
        put(sum, named[i][0], strlen(named[i][0]));
        put(sum, named[i][1], strlen(named[i][1]));
    }
    put(sum, "", 0);
    for (unsigned i = 0; i < files->len; i++) {
        const CodeFile *file = files->pdata[i];
        put(sum, file->path, strlen(file->path));
        put(sum, file->digest, 32);
    }
    return g_strdup(g_checksum_get_string(sum));
}

static char *measured(const char *line, const TarMember *members, unsigned n, uint8_t program_byte,
                      const uint8_t *fullchain)
{
    g_autoptr(GError) error = NULL;
    EnclaveArguments arguments;
    uint8_t program[32], out[32];
    memset(program, program_byte, sizeof program);
    g_autofree char *path = write_tar("measured.tar", members, n);
    g_autoptr(GPtrArray) files = code_read(path, NULL, &error);
    g_assert_no_error(error);
    g_assert_true(enclave_parse(ENCLAVE_RUN, line, &arguments, &error));
    enclave_measure(&arguments, files, program, fullchain, out);
    char *hex = hex_encode(span_of(out, sizeof out));
    if (arguments.expiration != NULL && fullchain == NULL) {
        g_autofree char *expected = expected_measurement(&arguments, program, files);
        g_assert_cmpstr(hex, ==, expected);
    }
    enclave_arguments_clear(&arguments);
    return hex;
}

/* Whatever is changed, the measurement is another one; the order of the tar changes nothing. */
static void test_measurement(void)
{
    static const uint8_t chain[32] = {0};
    const TarMember one[] = {MEMBER("a", "x"), MEMBER("b", "y")};
    const TarMember turned[] = {MEMBER("b", "y"), MEMBER("./a", "x")};
    const TarMember renamed[] = {MEMBER("a", "x"), MEMBER("c", "y")};
    const TarMember changed[] = {MEMBER("a", "x"), MEMBER("b", "z")};
#define ALL ENCLAVE_GOOD "|--expiration|1719740790"
    g_autofree char *first = measured(ALL, one, 2, 0, NULL);
    g_autofree char *same = measured(ALL "|--debug", turned, 2, 0, NULL);
    g_assert_cmpstr(first, ==, same);
    const struct {
        const char *line;
        const TarMember *members;
        uint8_t program;
        const uint8_t *fullchain;
    } others[] = {
        {ALL, renamed, 0, NULL},
        {ALL, changed, 0, NULL},
        {ALL, one, 1, NULL},
        {ALL, one, 0, chain},
        {ENCLAVE_GOOD, one, 0, NULL},
        {"--size|2048M|--subject|CN=a|--san|b|--id|" ENCLAVE_ID "|--application|a:b", one, 0, NULL},
        {"--size|2048M|--subject|CN=a|--san|c|--id|" ENCLAVE_ID "|--application|a:b", one, 0, NULL},
    };
    g_autoptr(GHashTable) seen = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    g_hash_table_add(seen, g_strdup(first));
    for (unsigned i = 0; i < G_N_ELEMENTS(others); i++)
        g_assert_true(g_hash_table_add(seen, measured(others[i].line, others[i].members, 2,
                                                      others[i].program, others[i].fullchain)));
}

/* The code of a package that the Python CLI made, unpacked below the directory `name`. g_free. */
static char *unpack_package(const char *package, const char *name)
{
    g_autofree char *tar = enclave_interop("packages", package);
    if (tar == NULL)
        return NULL;
    g_autofree char *outer = enclave_place(package);
    g_autofree char *app = g_build_filename(outer, "app.tar", NULL);
    char *code = enclave_place(name);
    g_assert_cmpint(g_mkdir(outer, 0700), ==, 0);
    g_assert_cmpint(g_mkdir(code, 0700), ==, 0);
    g_autoptr(GError) error = NULL;
    g_autoptr(GPtrArray) members = code_read(tar, outer, &error);
    g_assert_no_error(error);
    g_autoptr(GPtrArray) files = code_read(app, code, &error);
    g_assert_no_error(error);
    g_assert_cmpuint(files->len, ==, 14);
    return code;
}

static void assert_same_file(const char *first, const char *second, const char *name)
{
    g_autofree char *a = g_build_filename(first, name, NULL);
    g_autofree char *b = g_build_filename(second, name, NULL);
    g_autofree char *one = NULL, *other = NULL;
    gsize size_one, size_other;
    g_assert_true(g_file_get_contents(a, &one, &size_one, NULL));
    g_assert_true(g_file_get_contents(b, &other, &size_other, NULL));
    g_assert_cmpmem(one, (int)size_one, other, (int)size_other);
}

static void test_decrypted_code(void)
{
    g_autofree char *plain = unpack_package("fix_plain.tar", "plain-code");
    g_autofree char *closed =
        plain != NULL ? unpack_package("fix_encrypted.tar", "closed-code") : NULL;
    g_autofree char *key_path = enclave_interop("packages", "fix_encrypted.key");
    if (closed == NULL || key_path == NULL)
        return;
    g_autofree char *key = NULL, *opened = enclave_place("opened-code"),
                    *wrong = enclave_place("wrong-code");
    gsize size;
    g_assert_true(g_file_get_contents(key_path, &key, &size, NULL));
    g_assert_cmpuint(size, ==, ENCLAVE_KEY_SIZE);
    g_autoptr(GError) error = NULL;
    unsigned as_they_were, decrypted;
    g_assert_true(
        code_install(closed, opened, (const uint8_t *)key, &as_they_were, &decrypted, &error));
    g_assert_cmpuint(as_they_were, ==, 2);
    g_assert_cmpuint(decrypted, ==, 12);
    static const char *const names[] = {"app.py",           "already.enc",
                                        "pkg/__init__.py",  "pkg/deep/data.bin",
                                        "requirements.txt", "été.txt"};
    for (unsigned i = 0; i < G_N_ELEMENTS(names); i++)
        assert_same_file(plain, opened, names[i]);
    key[31] ^= 1;
    g_assert_false(
        code_install(closed, wrong, (const uint8_t *)key, &as_they_were, &decrypted, &error));
    g_assert_nonnull(strstr(error->message, "not encrypted with this code key"));
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_assert_cmpint(sodium_init(), >=, 0);
    g_test_add_func("/sim-enclave/code", test_code);
    g_test_add_func("/sim-enclave/hostile-code", test_hostile_code);
    g_test_add_func("/sim-enclave/spoiled-code", test_spoiled_code);
    g_test_add_func("/sim-enclave/decrypted-code", test_decrypted_code);
    g_test_add_func("/sim-enclave/measurement", test_measurement);
    return g_test_run();
}
