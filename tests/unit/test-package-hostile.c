/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Packages made by somebody who means harm: each has one thing wrong, and is refused for it.
 */
#include "config.h"

#include "app/package.h"

#include "core/secret.h"
#include "package_support.h"

#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

static char *package_file; /* each case writes it anew */

static void check_file(int code, const char *fragment)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(Package) package = package_open(package_file, NULL, &error);
    if (package != NULL)
        g_error("taken, not refused: %s", fragment);
    g_test_message("%s", error->message);
    g_assert_error(error, PACKAGE_ERROR, code);
    g_assert_true(g_utf8_validate(error->message, -1, NULL));
    g_assert_null(strpbrk(error->message, "\n\r\033"));
    if (strstr(error->message, fragment) == NULL)
        g_error("\"%s\" lacks \"%s\"", error->message, fragment);
}

static void check_parts(const Parts *parts, int code, const char *fragment)
{
    support_package(package_file, parts);
    check_file(code, fragment);
}

static void test_right(void)
{
    static const char *const tags = "\"RepoTags\":[\"" SUPPORT_TAG "\"]";
    g_autofree char *layout = g_strdup_printf(
        "{\"schemaVersion\":2,\"manifests\":[{\"mediaType\":\"x\",\"digest\":\"sha256:0\","
        "\"annotations\":{\"io.containerd.image.name\":\"%s" SUPPORT_TAG "\","
        "\"org.opencontainers.image.ref.name\":\"1795233545527244001\",\"other\":\"A\"}}]}",
        "docker.io/library/");
    g_autofree char *manifest = g_strdup_printf("[{\"Config\":\"CONFIG\",%s}]", tags);
    g_autoptr(GByteArray) image =
        support_image(manifest, "{\"shop\":{\"1795233545527244001\":\"l\"}}", layout);
    Parts parts = {.image = image, .config_name = "config.toml"};
    support_package(package_file, &parts);
    GError *error = NULL;
    g_autoptr(Package) package = package_open(package_file, NULL, &error);
    g_assert_no_error(error);
    g_assert_true(package_config(package)->dialect == &dialect_cenclave);
    g_assert_cmpstr(package_image(package).tag, ==, SUPPORT_TAG);
}

/* ---- Entries of app.tar and of tests.tar ---- */

/* `tree` as app.tar, then as tests.tar. */
static void check_tree(Draft *draft, int code, const char *fragment)
{
    g_autoptr(GByteArray) tree = draft_finish(draft);
    Parts as_app = {.app = tree}, as_tests = {.tests = tree};
    check_parts(&as_app, code, fragment);
    check_parts(&as_tests, code, fragment);
}

static void test_entries(void)
{
    static const struct {
        char type;
        const char *name, *link;
        int code;
        const char *fragment;
    } cases[] = {
        {'0', "/etc/passwd", "", PACKAGE_ERROR_HOSTILE, "is absolute"},
        {'0', "../out", "", PACKAGE_ERROR_HOSTILE, "leads out"},
        {'0', "a/../../out", "", PACKAGE_ERROR_HOSTILE, "leads out"},
        {'5', "..", "", PACKAGE_ERROR_HOSTILE, "leads out"},
        {'2', "link", "/etc/passwd", PACKAGE_ERROR_HOSTILE, "symbolic link"},
        {'2', "link", "app.py", PACKAGE_ERROR_HOSTILE, "symbolic link"},
        {'1', "link", "app.py", PACKAGE_ERROR_HOSTILE, "hard link"},
        {'3', "null", "", PACKAGE_ERROR_HOSTILE, "device"},
        {'4', "disk", "", PACKAGE_ERROR_HOSTILE, "device"},
        {'6', "fifo", "", PACKAGE_ERROR_HOSTILE, "FIFO"},
        {'S', "sparse", "", PACKAGE_ERROR_FORM, "type that is not read"},
        {'0', "a\033[2Jb/..", "", PACKAGE_ERROR_HOSTILE, "\\x1b"},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        Draft draft = draft_new();
        draft_text(&draft, "app.py", "x");
        draft_raw(&draft, cases[i].type, cases[i].name, cases[i].link, 0);
        check_tree(&draft, cases[i].code, cases[i].fragment);
    }
}

static void test_twice(void)
{
    static const char *const pairs[][2] = {
        {"a", "a"}, {"a", "./a"}, {"a/b", "a//b"}, {"a", "a/b"}, {"a/b", "a"}};
    for (size_t i = 0; i < G_N_ELEMENTS(pairs); i++) {
        Draft draft = draft_new();
        draft_text(&draft, pairs[i][0], "x");
        draft_text(&draft, pairs[i][1], "y");
        check_tree(&draft, PACKAGE_ERROR_FORM, "twice, or below a file");
    }
}

/* Content that goes past the end of the archive that it is in. */
static void test_sizes(void)
{
    Draft draft = draft_new();
    draft_raw(&draft, '0', "app.py", "", 1 << 20);
    check_tree(&draft, PACKAGE_ERROR_FORM, "cut");
    draft = draft_new();
    draft_raw(&draft, '0', "app.py", "", TAR_BLOCK);
    g_autoptr(GByteArray) bytes = draft_finish(&draft);
    g_byte_array_set_size(bytes, TAR_BLOCK);
    Parts parts = {.app = bytes};
    check_parts(&parts, PACKAGE_ERROR_FORM, "cut");

    /* The package's own members. */
    static const struct {
        const char *name;
        uint64_t size;
        int code;
        const char *fragment;
    } cases[] = {
        {"app.tar", 1 << 20, PACKAGE_ERROR_FORM, "cut"},
        {"image.tar", (uint64_t)1 << 32, PACKAGE_ERROR_FORM, "cut"},
        {"tests.tar", (uint64_t)2 << 30, PACKAGE_ERROR_LIMIT, "tests of a package"},
        {"mse.toml", (uint64_t)2 << 20, PACKAGE_ERROR_LIMIT, "configuration of a project"},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        Draft package = draft_new();
        draft_raw(&package, '0', cases[i].name, "", cases[i].size);
        g_autoptr(GByteArray) all = draft_finish(&package);
        g_assert_true(g_file_set_contents(package_file, (char *)all->data, all->len, NULL));
        check_file(cases[i].code, cases[i].fragment);
    }
}

static void test_records(void)
{
    static const char *const records[] = {"99 path=x\n", "8 path=x\n", "9 size=9\n"};
    for (size_t i = 0; i < G_N_ELEMENTS(records); i++) {
        Draft draft = draft_new();
        size_t size = strlen(records[i]);
        char block[TAR_BLOCK] = "";
        memcpy(block, records[i], size);
        draft_raw(&draft, 'x', "h", "", size);
        g_assert_true(tar_writer_put(draft.writer, span_of(block, sizeof block), NULL));
        draft_raw(&draft, '0', "app.py", "", 0);
        check_tree(&draft, PACKAGE_ERROR_FORM, "the header at byte");
    }
}

static void test_long_names(void)
{
    g_autofree char *name = g_strnfill(65536, 'n');
    Draft draft = draft_new();
    draft_text(&draft, name, "x");
    check_tree(&draft, PACKAGE_ERROR_LIMIT, "65536 bytes; at most 4096");
    memset(name + 300, 0, 1);
    draft = draft_new();
    draft_text(&draft, name, "x");
    check_tree(&draft, PACKAGE_ERROR_LIMIT, "300 bytes; at most 255");
}

/* More entries than are taken: the limit is named. */
static void test_bomb(void)
{
    Draft draft = draft_new();
    for (int i = 0; i < 100001; i++) {
        g_autofree char *name = g_strdup_printf("%d", i);
        draft_raw(&draft, '0', name, "", 0);
    }
    g_autoptr(GByteArray) tree = draft_finish(&draft);
    Parts parts = {.app = tree};
    check_parts(&parts, PACKAGE_ERROR_LIMIT, "100000 entries (files of a package)");
    Parts image = {.image = tree};
    check_parts(&image, PACKAGE_ERROR_LIMIT, "100000 entries (files of a package)");
}

/* ---- The package itself ---- */

static void test_members(void)
{
    g_autoptr(GByteArray) none = g_byte_array_new();
    Parts without[] = {{.app = none}, {.image = none}, {.tests = none}, {.config = ""}};
    static const char *const missing[] = {"app.tar is not", "image.tar is not", "tests.tar is not",
                                          "neither mse.toml nor config.toml"};
    for (size_t i = 0; i < G_N_ELEMENTS(without); i++)
        check_parts(&without[i], PACKAGE_ERROR_FORM, missing[i]);

    static const char *const more[] = {"app.tar", "mse.toml",    "config.toml",
                                       "extra",   "sub/app.tar", "../app.tar"};
    static const int codes[] = {PACKAGE_ERROR_FORM, PACKAGE_ERROR_FORM, PACKAGE_ERROR_FORM,
                                PACKAGE_ERROR_FORM, PACKAGE_ERROR_FORM, PACKAGE_ERROR_HOSTILE};
    for (size_t i = 0; i < G_N_ELEMENTS(more); i++) {
        Parts parts = {0};
        support_package(package_file, &parts);
        g_autofree char *bytes = NULL;
        gsize size;
        g_assert_true(g_file_get_contents(package_file, &bytes, &size, NULL));
        while (size > 0 && bytes[size - 1] == 0)
            size--;
        Draft draft = draft_new();
        size = (size + TAR_BLOCK - 1) / TAR_BLOCK * TAR_BLOCK;
        g_assert_true(tar_writer_put(draft.writer, span_of(bytes, size), NULL));
        draft_text(&draft, more[i], "x");
        g_autoptr(GByteArray) all = draft_finish(&draft);
        g_assert_true(g_file_set_contents(package_file, (char *)all->data, all->len, NULL));
        check_file(codes[i], i < 3 ? "twice" : i < 5 ? "does not belong" : "leads out");
    }
    Draft draft = draft_new();
    draft_raw(&draft, '2', "app.tar", "/etc/passwd", 0);
    g_autoptr(GByteArray) link = draft_finish(&draft);
    g_assert_true(g_file_set_contents(package_file, (char *)link->data, link->len, NULL));
    check_file(PACKAGE_ERROR_HOSTILE, "symbolic link");
}

static void test_not_a_package(void)
{
    g_autoptr(GError) error = NULL;
    g_assert_null(package_open("/nonexistent", NULL, &error));
    g_autoptr(GError) directory = NULL;
    g_assert_null(package_open("/", NULL, &directory));
    g_assert_error(directory, PACKAGE_ERROR, PACKAGE_ERROR_FORM);
    g_assert_true(g_file_set_contents(package_file, "", 0, NULL));
    check_file(PACKAGE_ERROR_FORM, "cut");
    g_autofree char *junk = g_strnfill(4096, 'j');
    g_assert_true(g_file_set_contents(package_file, junk, 4096, NULL));
    check_file(PACKAGE_ERROR_FORM, "none of a tar");
    Parts parts = {.config = "name = 3\n"};
    support_package(package_file, &parts);
    g_autoptr(GError) config = NULL;
    g_assert_null(package_open(package_file, NULL, &config));
    g_assert_error(config, PROJECT_ERROR, PROJECT_ERROR_CONFIG);
    g_assert_nonnull(strstr(config->message, "mse.toml: line 1, column 8: name is 3"));
}

/* Every length of a small package. */
static void test_cut(void)
{
    Parts parts = {0};
    support_package(package_file, &parts);
    GStatBuf status;
    g_assert_cmpint(g_stat(package_file, &status), ==, 0);
    g_autofree char *bytes = NULL;
    gsize size;
    g_assert_true(g_file_get_contents(package_file, &bytes, &size, NULL));
    gsize end = size;
    while (bytes[end - 1] == 0)
        end--;
    end = (end / TAR_BLOCK + 3) * TAR_BLOCK;
    for (gsize cut = 0; cut < end; cut += cut % TAR_BLOCK == 511 ? 1 : 73) {
        g_assert_true(g_file_set_contents(package_file, bytes, (gssize)cut, NULL));
        g_autoptr(GError) error = NULL;
        g_autoptr(Package) package = package_open(package_file, NULL, &error);
        g_assert_null(package);
    }
}

/* ---- The image ---- */

static void check_image(const char *manifest, const char *repositories, const char *index,
                        const char *fragment)
{
    g_autoptr(GByteArray) image = support_image(manifest, repositories, index);
    Parts parts = {.image = image};
    check_parts(&parts, PACKAGE_ERROR_IMAGE, fragment);
}

#define OWN "[\"" SUPPORT_TAG "\"]"

static void test_manifests(void)
{
    static const struct {
        const char *manifest, *fragment;
    } cases[] = {
        {"", "it is not there"},
        {"{", "line 1"},
        {"[]", "one image"},
        {"{}", "one image"},
        {"[{\"Config\":\"CONFIG\"},{\"Config\":\"CONFIG\"}]", "one image"},
        {"[3]", "several ways"},
        {"[{\"RepoTags\":" OWN "}]", "Config is no text"},
        {"[{\"Config\":\"missing.json\",\"RepoTags\":" OWN "}]", "it is not there"},
        {"[{\"Config\":\"CONFIG\",\"RepoTags\":[\"postgres:15\"]}]", "tags an image \"postgres:15"},
        {"[{\"Config\":\"CONFIG\",\"RepoTags\":[\"shop:latest\"]}]", "shop:latest"},
        {"[{\"Config\":\"CONFIG\",\"RepoTags\":[\"shop:15\"]}]", "shop:15"},
        {"[{\"Config\":\"CONFIG\",\"RepoTags\":[\"shop:17952335455272440011\"]}]", "tags an image"},
        {"[{\"Config\":\"CONFIG\",\"RepoTags\":[\"evil/" SUPPORT_TAG "\"]}]", "evil/shop"},
        {"[{\"Config\":\"CONFIG\",\"RepoTags\":[\"" SUPPORT_TAG
         "\",\"shop:1795233545527244002\"]}]",
         "shop:1795233545527244002"},
        {"[{\"Config\":\"CONFIG\",\"RepoTags\":\"x\"}]", "no array"},
        {"[{\"Config\":\"CONFIG\",\"RepoTags\":[3]}]", "no text"},
        {"[{\"Config\":\"CONFIG\",\"RepoTags\":" OWN ",\"repotags\":[\"a:b\"]}]", "several ways"},
        {"[{\"Config\":\"CONFIG\",\"RepoTag\\u017f\":[\"a:b\"]}]", "several ways"},
        {"[{\"Config\":\"CONFIG\",\"RepoTags\":" OWN ",\"RepoTags\":[\"a:b\"]}]", "line 1"},
        {"[{\"Config\":\"CONFIG\",\"RepoTags\":" OWN "}] []", "line 1"},
        {"[{\"Config\":\"CONFIG\",\"RepoTags\":[\"a\\u001b[2J:b\"]}]", "\\x1b"},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++)
        check_image(cases[i].manifest, NULL, NULL, cases[i].fragment);
}

static void test_other_documents(void)
{
    static const struct {
        const char *repositories, *index, *fragment;
    } cases[] = {
        {"{\"postgres\":{\"15\":\"l\"}}", NULL, "repositories tags an image \"postgres:15"},
        {"{\"shop\":{\"latest\":\"l\"}}", NULL, "shop:latest"},
        {"{\"shop\":{\"1795233545527244009\":\"l\"}}", NULL, "shop:1795233545527244009"},
        {"[]", NULL, "should be an object"},
        {"{\"shop\":3}", NULL, "should be an object"},
        {"{\"shop\":{},\"shop\":{}}", NULL, "line 1"},
        {NULL, "[]", "several ways"},
        {NULL, "{\"manifests\":{}}", "several ways"},
        {NULL, "{\"manifests\":[],\"Manifests\":[]}", "several ways"},
        {NULL, "{\"manifests\":[{\"Annotations\":{}}]}", "several ways"},
        {NULL, "{\"manifests\":[{\"annotations\":3}]}", "no object"},
        {NULL, "{\"manifests\":[{\"annotations\":{\"io.containerd.image.name\":\"postgres:15\"}}]}",
         "postgres:15"},
        {NULL, "{\"manifests\":[{\"annotations\":{\"org.opencontainers.image.ref.name\":\"15\"}}]}",
         "shop:15"},
        {NULL, "{\"manifests\":[{\"annotations\":{\"io.containerd.image.name\":3}}]}", "no text"},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++)
        check_image(NULL, cases[i].repositories, cases[i].index, cases[i].fragment);
}

/* Links and doubles in the image: what an engine unpacks must be what was read. */
static void test_image_entries(void)
{
    static const struct {
        char type;
        const char *name, *link;
        int code;
        const char *fragment;
    } cases[] = {
        {'0', "./manifest.json", "", PACKAGE_ERROR_FORM, "twice"},
        {'2', "manifest.json", "l", PACKAGE_ERROR_FORM, "twice"},
        {'0', "x/../manifest.json", "", PACKAGE_ERROR_HOSTILE, "leads out"},
        {'0', "/manifest.json", "", PACKAGE_ERROR_HOSTILE, "is absolute"},
        {'2', "repositories", "elsewhere", PACKAGE_ERROR_IMAGE, "it is a link"},
        {'1', "index.json", "l/layer.tar", PACKAGE_ERROR_IMAGE, "it is a link"},
        {'3', "device", "", PACKAGE_ERROR_HOSTILE, "device"},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(GByteArray) right = support_image(NULL, NULL, NULL);
        size_t size = right->len;
        while (right->data[size - 1] == 0)
            size--;
        size = (size + TAR_BLOCK - 1) / TAR_BLOCK * TAR_BLOCK;
        Draft draft = draft_new();
        g_assert_true(tar_writer_put(draft.writer, span_of(right->data, size), NULL));
        draft_raw(&draft, cases[i].type, cases[i].name, cases[i].link, 0);
        g_autoptr(GByteArray) image = draft_finish(&draft);
        Parts parts = {.image = image};
        check_parts(&parts, cases[i].code, cases[i].fragment);
    }
}

/* A configuration that is not what its name says. */
static void test_config_digest(void)
{
    g_autofree char *name = g_strnfill(64, 'a');
    g_autofree char *manifest = g_strdup_printf("[{\"Config\":\"%s.json\"}]", name);
    g_autofree char *path = g_strconcat(name, ".json", NULL);
    Draft draft = draft_new();
    draft_text(&draft, path, SUPPORT_CONFIG);
    draft_text(&draft, "manifest.json", manifest);
    g_autoptr(GByteArray) image = draft_finish(&draft);
    Parts parts = {.image = image};
    check_parts(&parts, PACKAGE_ERROR_IMAGE, "not what its name says");
    g_autofree char *large = g_strnfill(5 << 20, ' ');
    g_autoptr(GByteArray) too_large = support_image(large, NULL, NULL);
    Parts large_parts = {.image = too_large};
    check_parts(&large_parts, PACKAGE_ERROR_LIMIT, "manifest.json has more than 4194304 bytes");
}

int main(int argc, char **argv)
{
    secret_init();
    g_test_init(&argc, &argv, NULL);
    g_autofree char *directory = g_dir_make_tmp("mse-hostile-XXXXXX", NULL);
    package_file = g_build_filename(directory, "package.tar", NULL);
    g_test_add_func("/package-hostile/right", test_right);
    g_test_add_func("/package-hostile/entries", test_entries);
    g_test_add_func("/package-hostile/twice", test_twice);
    g_test_add_func("/package-hostile/sizes", test_sizes);
    g_test_add_func("/package-hostile/records", test_records);
    g_test_add_func("/package-hostile/long-names", test_long_names);
    g_test_add_func("/package-hostile/bomb", test_bomb);
    g_test_add_func("/package-hostile/members", test_members);
    g_test_add_func("/package-hostile/not-a-package", test_not_a_package);
    g_test_add_func("/package-hostile/cut", test_cut);
    g_test_add_func("/package-hostile/manifests", test_manifests);
    g_test_add_func("/package-hostile/other-documents", test_other_documents);
    g_test_add_func("/package-hostile/image-entries", test_image_entries);
    g_test_add_func("/package-hostile/config-digest", test_config_digest);
    int status = g_test_run();
    g_unlink(package_file);
    g_free(package_file);
    return status;
}
