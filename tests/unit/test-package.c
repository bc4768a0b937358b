/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Packages written, read and unpacked; those that other programs made; what is left when writing
 * fails: nothing.
 */
#include "config.h"

#include "app/package.h"

#include "core/file.h"
#include "core/secret.h"
#include "package_support.h"
#include "seal/box.h"

#include <errno.h>
#include <glib/gstdio.h>
#include <signal.h>
#include <sodium.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

/* ---- Writing ---- */

typedef struct Given {
    GByteArray *image;
    GError *failure; /* instead of an end */
    Cancel *cancel;  /* set in the middle */
    unsigned calls;
    uint64_t last[N_PACKAGE_MEMBERS];
    unsigned most; /* RssAnon, in kB */
} Given;

static bool give_image(PackageSink *sink, void *data, GError **error)
{
    Given *given = data;
    size_t half = given->image->len / 2;
    if (!package_sink_put(sink, span_of(given->image->data, half), error))
        return false;
    if (given->cancel != NULL)
        cancel_set(given->cancel);
    if (given->failure != NULL) {
        g_propagate_error(error, g_error_copy(given->failure));
        return false;
    }
    return package_sink_put(sink, span_of(given->image->data + half, given->image->len - half),
                            error);
}

static void note_progress(PackageMember member, uint64_t bytes, void *data)
{
    Given *given = data;
    g_assert_cmpuint(bytes, >=, given->last[member]);
    given->last[member] = bytes;
    given->calls++;
    given->most = MAX(given->most, support_anonymous());
}

typedef struct Fixture {
    char *directory, *output;
    Project *project;
    ProjectConfig *config;
    Given given;
    PackageRequest request;
} Fixture;

static void setup(Fixture *fixture)
{
    *fixture = (Fixture){0};
    fixture->directory = g_dir_make_tmp("mse-package-XXXXXX", NULL);
    support_project(fixture->directory);
    fixture->output = g_build_filename(fixture->directory, "out", NULL);
    GError *error = NULL;
    fixture->project = project_open(fixture->directory, &error);
    g_assert_no_error(error);
    fixture->config = project_config_read(fixture->project->config, NULL, &error);
    g_assert_no_error(error);
    fixture->given.image = support_image(NULL, NULL, NULL);
    fixture->request = (PackageRequest){.project = fixture->project,
                                        .config = fixture->config,
                                        .output = fixture->output,
                                        .nanoseconds = SUPPORT_NS,
                                        .image = give_image,
                                        .progress = note_progress};
}

static void teardown(Fixture *fixture)
{
    g_free(fixture->directory);
    g_free(fixture->output);
    project_free(fixture->project);
    project_config_free(fixture->config);
    g_byte_array_unref(fixture->given.image);
    g_clear_error(&fixture->given.failure);
}

static PackageMade *write_good(Fixture *fixture)
{
    GError *error = NULL;
    fixture->request.data = &fixture->given;
    PackageMade *made = package_write(&fixture->request, &error);
    g_assert_no_error(error);
    return made;
}

typedef struct Memory {
    const uint8_t *data;
    size_t size, at;
} Memory;

static bool memory_read(void *data, uint8_t *out, size_t size, size_t *got, GError **error)
{
    (void)error;
    Memory *memory = data;
    *got = MIN(size, memory->size - memory->at);
    memcpy(out, memory->data + memory->at, *got);
    memory->at += *got;
    return true;
}

static GByteArray *stream_bytes(Package *package, PackageMember member)
{
    g_autoptr(PackageStream) stream = package_stream_new(package, member);
    GByteArray *bytes = g_byte_array_new();
    g_byte_array_set_size(bytes, (guint)package_stream_size(stream));
    size_t got, at = 0;
    do { /* pieces that fit nothing */
        g_assert_true(
            package_stream_read(stream, bytes->data + at, MIN(777, bytes->len - at), &got, NULL));
        at += got;
    } while (got > 0);
    g_assert_cmpuint(at, ==, bytes->len);
    return bytes;
}

/* "NAME=CONTENT;" of a tar; what is encrypted is decrypted with `key`. */
static char *tree_text(Package *package, PackageMember member, const uint8_t *key)
{
    g_autoptr(GByteArray) bytes = stream_bytes(package, member);
    Memory memory = {bytes->data, bytes->len, 0};
    TarSource source = {.read = memory_read, .data = &memory};
    g_autoptr(TarReader) reader = tar_reader_new(&source);
    g_autoptr(GString) text = g_string_new(NULL);
    const TarEntry *entry;
    while (tar_reader_next(reader, &entry, NULL) && entry != NULL) {
        uint8_t piece[32768];
        size_t got;
        g_assert_true(tar_reader_read(reader, piece, sizeof piece, &got, NULL));
        g_string_append_printf(text, "%s=", entry->name);
        if (key != NULL && g_str_has_suffix(entry->name, ".enc")) {
            g_autofree uint8_t *box = g_memdup2(piece, got);
            g_assert_cmpint(crypto_secretbox_open_easy(piece, box + 24, got - 24, box, key), ==, 0);
            got -= BOX_OVERHEAD;
        }
        g_autofree char *sum = g_compute_checksum_for_data(G_CHECKSUM_SHA256, piece, got);
        if (got < 100)
            g_string_append_len(text, (char *)piece, (gssize)got);
        else
            g_string_append(text, sum);
        g_string_append_c(text, ';');
    }
    return g_string_free(g_steal_pointer(&text), FALSE);
}

static void test_plain(void)
{
    Fixture fixture;
    setup(&fixture);
    g_autoptr(PackageMade) made = write_good(&fixture);
    g_assert_true(g_str_has_suffix(made->path, "/package_shop_1795233545527244479.tar"));
    g_assert_null(made->key_path);
    g_assert_cmpuint(made->n_code, ==, 7);
    g_assert_cmpuint(made->n_tests, ==, 1);
    g_assert_cmpuint(made->warnings->len, ==, 0);
    g_assert_cmpuint(fixture.given.calls, >=, 4);
    GStatBuf status;
    g_assert_cmpint(g_stat(made->path, &status), ==, 0);
    g_assert_cmpuint((uint64_t)status.st_size, ==, made->size);

    GError *error = NULL;
    g_autoptr(Package) package = package_open(made->path, NULL, &error);
    g_assert_no_error(error);
    g_assert_false(package_is_encrypted(package));
    g_assert_cmpstr(package_config(package)->name, ==, "shop");
    g_assert_true(package_config(package)->dialect == &dialect_mse);
    g_assert_cmpstr(package_image(package).tag, ==, SUPPORT_TAG);
    g_autofree char *digest = g_compute_checksum_for_string(G_CHECKSUM_SHA256, SUPPORT_CONFIG, -1);
    g_assert_true(g_str_has_prefix(package_image(package).id, "sha256:"));
    g_assert_cmpstr(package_image(package).id + 7, ==, digest);
    g_autofree char *code = tree_text(package, PACKAGE_APP, NULL);
    g_assert_cmpstr(code, ==,
                    "a/b.py=b\n;a/requirements.txt=x\n;a-b.py=\n;app.py=app = 1\n;old.enc=enc\n;"
                    "requirements.txt=flask\n;été.txt=é\n;");
    g_autofree char *tests = tree_text(package, PACKAGE_TESTS, NULL);
    g_assert_cmpstr(tests, ==, "test_app.py=t\n;");
    g_autoptr(GByteArray) image = stream_bytes(package, PACKAGE_IMAGE);
    g_assert_cmpmem(image->data, image->len, fixture.given.image->data, fixture.given.image->len);

    /* The same once more: never over what is there. */
    g_autoptr(GError) again = NULL;
    g_assert_null(package_write(&fixture.request, &again));
    g_assert_error(again, FILE_ERROR, FILE_ERROR_EXISTS);
    teardown(&fixture);
}

static void test_encrypted(void)
{
    Fixture fixture;
    setup(&fixture);
    fixture.request.encrypt = true;
    g_autoptr(PackageMade) made = write_good(&fixture);
    GStatBuf status;
    g_assert_cmpint(g_stat(made->key_path, &status), ==, 0);
    g_assert_cmpuint(status.st_mode & 07777, ==, 0600);
    g_autofree char *key = NULL;
    gsize size;
    g_assert_true(g_file_get_contents(made->key_path, &key, &size, NULL));
    g_assert_cmpuint(size, ==, 32);
    GError *error = NULL;
    g_autoptr(Package) package = package_open(made->path, NULL, &error);
    g_assert_no_error(error);
    g_assert_true(package_is_encrypted(package));
    g_autofree char *code = tree_text(package, PACKAGE_APP, (uint8_t *)key);
    g_assert_cmpstr(code, ==,
                    "a/b.py.enc=b\n;a/requirements.txt=x\n;a-b.py.enc=\n;app.py.enc=app = 1\n;"
                    "old.enc.enc=enc\n;requirements.txt=flask\n;été.txt.enc=é\n;");
    g_autofree char *tests = tree_text(package, PACKAGE_TESTS, NULL);
    g_assert_cmpstr(tests, ==, "test_app.py=t\n;");

    g_autoptr(GError) again = NULL;
    g_assert_null(package_write(&fixture.request, &again));
    g_assert_error(again, FILE_ERROR, FILE_ERROR_EXISTS);
    g_autofree char *same = NULL;
    g_assert_true(g_file_get_contents(made->key_path, &same, NULL, NULL));
    g_assert_cmpmem(same, 32, key, 32);
    teardown(&fixture);
}

static void link_to(const char *directory, const char *name, const char *target)
{
    g_autofree char *path = g_build_filename(directory, "mse_src", name, NULL);
    g_assert_cmpint(symlink(target, path), ==, 0);
}

/* Links, and what is no file. */
static void test_links(void)
{
    Fixture fixture;
    setup(&fixture);
    const char *directory = fixture.directory;
    link_to(directory, "in.py", "a/b.py");
    link_to(directory, "out.py", "../mse.toml");
    link_to(directory, "absolute.py", "/etc/passwd");
    link_to(directory, "nowhere.py", "nothing");
    link_to(directory, "directory", "a");
    link_to(directory, "loop", ".");
    link_to(directory, "env", ".env");
    link_to(directory, "hidden", ".hidden/file");
    link_to(directory, "ignored", "secrets.json");
    g_autofree char *fifo = g_build_filename(directory, "mse_src", "fifo", NULL);
    g_assert_cmpint(mkfifo(fifo, 0600), ==, 0);
    g_autoptr(PackageMade) made = write_good(&fixture);
    g_autoptr(Package) package = package_open(made->path, NULL, NULL);
    g_autofree char *code = tree_text(package, PACKAGE_APP, NULL);
    g_assert_nonnull(strstr(code, ";in.py=b\n;"));
    g_assert_cmpuint(made->n_code, ==, 8);
    g_ptr_array_add(made->warnings, NULL);
    g_autofree char *warnings = g_strjoinv("\n", (char **)made->warnings->pdata);
    g_test_message("%s", warnings);
    static const char *const wanted[] = {"out.py: a link that leads out",
                                         "absolute.py: a link that leads out",
                                         "nowhere.py: a link to something that is not there",
                                         "directory: a link to a directory",
                                         "loop: a link to a directory",
                                         "env: a link to a file that is left out",
                                         "hidden: a link to a file that is left out",
                                         "ignored: a link to a file that is left out",
                                         "fifo: a FIFO"};
    for (size_t i = 0; i < G_N_ELEMENTS(wanted); i++)
        g_assert_nonnull(strstr(warnings, wanted[i]));
    teardown(&fixture);
}

static void check_nothing_left(const Fixture *fixture)
{
    g_autofree char *left = support_listing(fixture->output);
    g_assert_cmpstr(left, ==, "");
}

static void test_failures(void)
{
    Fixture fixture;
    setup(&fixture);
    fixture.request.encrypt = true;
    fixture.request.data = &fixture.given;
    fixture.given.failure = g_error_new_literal(FILE_ERROR, FILE_ERROR_READ, "the engine went");
    g_autoptr(GError) error = NULL;
    g_assert_null(package_write(&fixture.request, &error));
    g_assert_error(error, FILE_ERROR, FILE_ERROR_READ);
    check_nothing_left(&fixture);

    g_clear_error(&fixture.given.failure);
    g_autoptr(Cancel) cancel = cancel_new();
    fixture.given.cancel = fixture.request.cancel = cancel;
    g_autoptr(GError) cancelled = NULL;
    g_assert_null(package_write(&fixture.request, &cancelled));
    g_assert_error(cancelled, CANCEL_ERROR, CANCEL_ERROR_CANCELLED);
    check_nothing_left(&fixture);
    fixture.given.cancel = fixture.request.cancel = NULL;

    /* A file may not grow further: as a disk that is full. */
    struct rlimit old, small = {20000, RLIM_INFINITY};
    g_assert_cmpint(getrlimit(RLIMIT_FSIZE, &old), ==, 0);
    small.rlim_max = old.rlim_max;
    signal(SIGXFSZ, SIG_IGN);
    g_assert_cmpint(setrlimit(RLIMIT_FSIZE, &small), ==, 0);
    g_autoptr(GError) full = NULL;
    PackageMade *made = package_write(&fixture.request, &full);
    g_assert_cmpint(setrlimit(RLIMIT_FSIZE, &old), ==, 0);
    g_assert_null(made);
    g_assert_error(full, FILE_ERROR, FILE_ERROR_WRITE);
    check_nothing_left(&fixture);

    g_autofree char *name = g_strdup(fixture.config->name);
    g_free(fixture.config->name);
    fixture.config->name = g_strdup("Not For Docker");
    g_autoptr(GError) bad_name = NULL;
    g_assert_null(package_write(&fixture.request, &bad_name));
    g_assert_error(bad_name, PROJECT_ERROR, PROJECT_ERROR_NAME);
    g_free(fixture.config->name);
    fixture.config->name = g_steal_pointer(&name);

    support_file(fixture.directory, "mse_src/.mseignore", "*\n");
    g_autoptr(GError) empty = NULL;
    g_assert_null(package_write(&fixture.request, &empty));
    g_assert_error(empty, PACKAGE_ERROR, PACKAGE_ERROR_SOURCE);
    check_nothing_left(&fixture);

    fixture.request.output = fixture.project->config;
    g_autoptr(GError) output = NULL;
    g_assert_null(package_write(&fixture.request, &output));
    g_assert_error(output, PACKAGE_ERROR, PACKAGE_ERROR_OUTPUT);
    teardown(&fixture);
}

/* A disk that is full, where one can be made. */
static void test_full(void)
{
    g_autofree char *mounted = g_dir_make_tmp("mse-full-XXXXXX", NULL);
    if (mount("tmpfs", mounted, "tmpfs", 0, "size=24k") != 0) {
        g_test_skip("a small file system cannot be mounted here");
        return;
    }
    Fixture fixture;
    setup(&fixture);
    fixture.request.encrypt = true;
    fixture.request.output = mounted;
    g_autofree char *large = g_strnfill(65536, 'x');
    support_file(fixture.directory, "mse_src/large.py", large);
    fixture.request.data = &fixture.given;
    g_autoptr(GError) error = NULL;
    PackageMade *made = package_write(&fixture.request, &error);
    g_autofree char *left = support_listing(mounted);
    g_autoptr(GError) unpacked = NULL;
    fixture.request.output = fixture.output;
    g_autoptr(PackageMade) elsewhere = write_good(&fixture);
    g_autoptr(Package) package = package_open(elsewhere->path, NULL, NULL);
    support_file(mounted, "mse.toml", "of before");
    PackageExtraction extraction = {.directory = mounted};
    bool extracted = package_extract(package, &extraction, &unpacked);
    g_autofree char *still = support_listing(mounted);
    g_assert_cmpint(umount2(mounted, MNT_DETACH), ==, 0);
    g_assert_null(made);
    g_assert_error(error, FILE_ERROR, FILE_ERROR_WRITE);
    g_assert_cmpstr(left, ==, "");
    g_assert_false(extracted);
    g_assert_error(unpacked, FILE_ERROR, FILE_ERROR_WRITE);
    g_assert_cmpstr(still, ==, "mse.toml");
    teardown(&fixture);
}

/* ---- Unpacking ---- */

static char *content_of(const char *directory, const char *name)
{
    g_autofree char *path = g_build_filename(directory, name, NULL);
    char *text = NULL;
    g_file_get_contents(path, &text, NULL, NULL);
    return text;
}

static void test_extract(void)
{
    Fixture fixture;
    setup(&fixture);
    g_autofree char *script = g_build_filename(fixture.directory, "tests", "run.sh", NULL);
    support_file(fixture.directory, "tests/run.sh", "x");
    support_file(fixture.directory, "tests/deep/er/t.py", "d");
    g_assert_cmpint(g_chmod(script, 0755), ==, 0);
    g_autoptr(PackageMade) made = write_good(&fixture);
    g_autoptr(Package) package = package_open(made->path, NULL, NULL);
    g_autofree char *target = g_build_filename(fixture.directory, "host", "workspace", NULL);
    PackageExtraction extraction = {
        .directory = target, .progress = note_progress, .data = &fixture.given};
    memset(fixture.given.last, 0, sizeof fixture.given.last);
    for (int round = 0; round < 2; round++) { /* the second replaces the first */
        GError *error = NULL;
        g_assert_true(package_extract(package, &extraction, &error));
        g_assert_no_error(error);
        g_autofree char *listing = support_listing(target);
        g_assert_cmpstr(listing, ==, "app.tar mse.toml tests");
        g_autofree char *deep = content_of(target, "tests/deep/er/t.py");
        g_assert_cmpstr(deep, ==, "d");
        g_autofree char *tests = g_build_filename(target, "tests", NULL);
        g_autofree char *inside = support_listing(tests);
        g_assert_cmpstr(inside, ==, "deep run.sh test_app.py");
        g_autofree char *path = g_build_filename(tests, "run.sh", NULL);
        GStatBuf status;
        g_assert_cmpint(g_stat(path, &status), ==, 0);
        g_assert_cmpuint(status.st_mode & 07777, ==, 0755);
        g_autofree char *app = content_of(target, "app.tar");
        g_autoptr(GByteArray) bytes = stream_bytes(package, PACKAGE_APP);
        g_assert_cmpmem(app, bytes->len, bytes->data, bytes->len);
        support_file(target, "tests/of_before.py", "x");
    }
    /* A link in the way: not followed, and nothing else changed. */
    g_autofree char *app = g_build_filename(target, "app.tar", NULL);
    g_autofree char *victim = g_build_filename(fixture.directory, "victim", NULL);
    support_file(fixture.directory, "victim", "precious");
    g_assert_cmpint(g_unlink(app), ==, 0);
    g_assert_cmpint(symlink(victim, app), ==, 0);
    g_autoptr(GError) error = NULL;
    g_assert_false(package_extract(package, &extraction, &error));
    g_assert_error(error, PACKAGE_ERROR, PACKAGE_ERROR_OUTPUT);
    g_autofree char *precious = content_of(fixture.directory, "victim");
    g_assert_cmpstr(precious, ==, "precious");
    g_autofree char *before = content_of(target, "tests/of_before.py");
    g_assert_cmpstr(before, ==, "x");
    g_autofree char *listing = support_listing(target);
    g_assert_cmpstr(listing, ==, "app.tar mse.toml tests");

    g_autoptr(Cancel) cancel = cancel_new();
    cancel_set(cancel);
    g_assert_cmpint(g_unlink(app), ==, 0);
    extraction.cancel = cancel;
    g_autoptr(GError) cancelled = NULL;
    g_assert_false(package_extract(package, &extraction, &cancelled));
    g_assert_error(cancelled, CANCEL_ERROR, CANCEL_ERROR_CANCELLED);
    g_autofree char *left = support_listing(target);
    g_assert_cmpstr(left, ==, "mse.toml tests");
    teardown(&fixture);
}

/* ---- Other programs' packages, and other programs ---- */

static char *interop(const char *name)
{
    const char *source = g_getenv("MSE_TEST_SOURCE");
    return g_build_filename(source != NULL ? source : "..", "..", "shared", "data", "interop",
                            "packages", name, NULL);
}

static void test_interop(void)
{
    g_autofree char *plain = interop("fix_plain.tar"), *encrypted = interop("fix_encrypted.tar");
    g_autofree char *key_path = interop("fix_encrypted.key"), *key = NULL;
    if (!g_file_test(plain, G_FILE_TEST_EXISTS)) {
        g_test_skip("the packages are not beside the tree");
        return;
    }
    GError *error = NULL;
    g_autoptr(Package) first = package_open(plain, NULL, &error);
    g_assert_no_error(error);
    g_autoptr(Package) second = package_open(encrypted, NULL, &error);
    g_assert_no_error(error);
    g_assert_true(g_file_get_contents(key_path, &key, NULL, &error));
    g_assert_cmpstr(package_config(first)->name, ==, "fix");
    g_assert_cmpstr(package_image(first).tag, ==, "fix:1795233545527244479");
    g_assert_cmpstr(package_image(first).id, ==,
                    "sha256:17b3d091b5bc0630d952aac0998191a0df1a5a3f4482804164ec2dba42ac1f80");
    g_assert_true(package_is_encrypted(second));
    g_autofree char *text = tree_text(first, PACKAGE_APP, NULL);
    g_autofree char *decrypted = tree_text(second, PACKAGE_APP, (uint8_t *)key);
    g_auto(GStrv) parts = g_strsplit(decrypted, ".enc=", -1);
    g_autofree char *renamed = g_strjoinv("=", parts);
    g_assert_cmpstr(renamed, ==, text);
    g_autofree char *target = g_dir_make_tmp("mse-interop-XXXXXX", NULL);
    PackageExtraction extraction = {.directory = target};
    g_assert_true(package_extract(second, &extraction, &error));
    g_assert_no_error(error);
    g_autofree char *listing = support_listing(target);
    g_assert_cmpstr(listing, ==, "app.tar mse.toml tests");

    g_autofree char *malicious = interop("malicious_traversal.tar");
    g_autoptr(GError) refused = NULL;
    g_assert_null(package_open(malicious, NULL, &refused));
    g_test_message("%s", refused->message);
    g_assert_error(refused, PACKAGE_ERROR, PACKAGE_ERROR_HOSTILE);
}

static bool shell(const char *directory, const char *line)
{
    const char *argv[] = {"sh", "-c", line, NULL};
    int status = -1;
    return g_spawn_sync(directory, (char **)argv, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL, NULL, NULL,
                        &status, NULL) &&
           status == 0;
}

/* What is written here is unpacked by GNU tar and by Python, decrypted there too when it can be. */
static void test_by_theirs(void)
{
    Fixture fixture;
    setup(&fixture);
    g_autoptr(PackageMade) made = write_good(&fixture);
    g_autofree char *command =
        g_strdup_printf("mkdir a b && cd a && tar -xf %s && mkdir code && tar -xf app.tar -C code "
                        "&& cmp code/a/b.py ../mse_src/a/b.py && cmp mse.toml ../mse.toml",
                        made->path);
    g_assert_true(shell(fixture.directory, command));
    if (shell(fixture.directory, "python3 -c 'import tarfile'")) {
        g_autofree char *python = g_strdup_printf(
            "cd b && python3 -c \"import tarfile as t; t.open('%s').extractall('.'); "
            "t.open('app.tar').extractall('code')\" && diff -r . ../a",
            made->path);
        g_assert_true(shell(fixture.directory, python));
    }
    teardown(&fixture);
}

/* ---- Memory ---- */

static bool give_large(PackageSink *sink, void *data, GError **error)
{
    Given *given = data;
    g_autofree uint8_t *zeros = g_malloc0(65536);
    Draft draft = draft_new();
    draft_raw(&draft, '0', "l/layer.tar", "", (uint64_t)96 << 20);
    bool done = package_sink_put(sink, span_of(draft.bytes->data, draft.bytes->len), error);
    for (int i = 0; done && i < 16 * 96; i++)
        done = package_sink_put(sink, span_of(zeros, 65536), error);
    tar_writer_free(draft.writer);
    g_byte_array_unref(draft.bytes);
    return done && package_sink_put(sink, span_of(given->image->data, given->image->len), error);
}

/* 20,000 files and an image of 96 MiB, written, opened and unpacked. */
static void test_memory(void)
{
#if defined __SANITIZE_ADDRESS__
    g_test_skip("memory under a sanitizer is its own");
    return;
#endif
    Fixture fixture;
    setup(&fixture);
    for (int i = 0; i < 20000; i++) {
        g_autofree char *name = g_strdup_printf("mse_src/many/d%d/file_%d.py", i % 100, i);
        support_file(fixture.directory, name, "x = 1\n");
    }
    Draft draft = draft_new();
    g_autofree char *digest = g_compute_checksum_for_string(G_CHECKSUM_SHA256, SUPPORT_CONFIG, -1);
    g_autofree char *manifest =
        g_strdup_printf("[{\"Config\":\"%s.json\",\"RepoTags\":null}]", digest);
    g_autofree char *config = g_strconcat(digest, ".json", NULL);
    draft_text(&draft, config, SUPPORT_CONFIG);
    draft_text(&draft, "manifest.json", manifest);
    g_byte_array_unref(fixture.given.image);
    fixture.given.image = draft_finish(&draft);
    fixture.request.image = give_large;
    fixture.request.encrypt = true;
    g_autoptr(PackageMade) made = write_good(&fixture);
    g_assert_cmpuint(made->n_code, ==, 20007);
    GError *error = NULL;
    g_autoptr(Package) package = package_open(made->path, NULL, &error);
    g_assert_no_error(error);
    g_assert_null(package_image(package).tag);
    fixture.given.most = MAX(fixture.given.most, support_anonymous());
    PackageExtraction extraction = {.directory = fixture.output, .data = &fixture.given};
    extraction.progress = note_progress;
    memset(fixture.given.last, 0, sizeof fixture.given.last);
    g_assert_true(package_extract(package, &extraction, &error));
    g_test_message("%u kB", fixture.given.most);
    g_assert_cmpuint(fixture.given.most, <, 16 * 1024);
    g_assert_true(shell(fixture.directory, "rm -rf mse_src out"));
    teardown(&fixture);
}

int main(int argc, char **argv)
{
    secret_init();
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/package/plain", test_plain);
    g_test_add_func("/package/encrypted", test_encrypted);
    g_test_add_func("/package/links", test_links);
    g_test_add_func("/package/failures", test_failures);
    g_test_add_func("/package/full", test_full);
    g_test_add_func("/package/extract", test_extract);
    g_test_add_func("/package/interop", test_interop);
    g_test_add_func("/package/by-theirs", test_by_theirs);
    g_test_add_func("/package/memory", test_memory);
    return g_test_run();
}
