/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Packages: 200 MB of code in 20,000 files written plain and encrypted, beside `tar && sync -f` of
 * the same directory and XSalsa20-Poly1305 alone on as many bytes; an image of 2 GiB streamed into
 * a package, beside the same bytes into a file; memory of all that. What is compared takes turns.
 */
#include "config.h"

#include "tests/bench/bench.h"

#include "app/package.h"
#include "core/secret.h"

#include <fcntl.h>
#include <glib/gstdio.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum {
    FILES = 20000,
    FILE_SIZE = 10000,
    DIRECTORIES = 200,
    TURNS = 5,
    PIECE = 65536,
    IMAGE_PIECES = 32768, /* 2 GiB */
};

typedef struct Bench {
    const char *directory;
    Project *project;
    ProjectConfig *config;
    uint8_t *bytes; /* PIECE of random ones */
    unsigned pieces;
    unsigned most;    /* RssAnon, in kB */
    uint64_t written; /* packages, for their names */
} Bench;

static void fail(const char *what)
{
    fprintf(stderr, "bench-package: %s\n", what);
    exit(EXIT_FAILURE);
}

static void write_file(const char *path, const void *bytes, size_t size)
{
    int descriptor = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0644);
    if (descriptor < 0 || write(descriptor, bytes, size) != (ssize_t)size || close(descriptor) != 0)
        fail(path);
}

static void make_file(const Bench *bench, const char *name, const char *text)
{
    g_autofree char *path = g_build_filename(bench->directory, name, NULL);
    g_autofree char *parent = g_path_get_dirname(path);
    g_mkdir_with_parents(parent, 0755);
    write_file(path, text, strlen(text));
}

/* No two files alike. */
static void make_code(Bench *bench)
{
    for (int i = 0; i < FILES; i++) {
        g_autofree char *name = g_strdup_printf("mse_src/d%03d/module_%05d.py", i % DIRECTORIES, i);
        g_autofree char *path = g_build_filename(bench->directory, name, NULL);
        g_autofree char *parent = g_path_get_dirname(path);
        g_mkdir_with_parents(parent, 0755);
        memcpy(bench->bytes, &i, sizeof i);
        write_file(path, bench->bytes, FILE_SIZE);
    }
}

static void make_project(Bench *bench)
{
    GError *error = NULL;
    make_file(bench, "mse.toml",
              "name = \"bench\"\npython_application = \"app:app\"\nhealthcheck_endpoint = \"/\"\n"
              "tests_cmd = \"pytest\"\ntests_requirements = []\n");
    make_file(bench, "Dockerfile", "FROM scratch\n");
    make_file(bench, "mse_src/app.py", "app = 1\n");
    make_file(bench, "tests/test_app.py", "\n");
    make_code(bench);
    bench->project = project_open(bench->directory, &error);
    if (bench->project == NULL)
        fail(error->message);
    bench->config = project_config_read(bench->project->config, NULL, &error);
    if (bench->config == NULL)
        fail(error->message);
}

static void note_memory(PackageMember member, uint64_t bytes, void *data)
{
    (void)member;
    (void)bytes;
    Bench *bench = data;
    g_autofree char *text = NULL;
    unsigned kilobytes = 0;
    if (!g_file_get_contents("/proc/self/status", &text, NULL, NULL) ||
        sscanf(strstr(text, "RssAnon:"), "RssAnon: %u", &kilobytes) != 1)
        fail("no RssAnon in /proc/self/status");
    bench->most = MAX(bench->most, kilobytes);
}

static bool give_image(PackageSink *sink, void *data, GError **error)
{
    const Bench *bench = data;
    for (unsigned i = 0; i < bench->pieces; i++)
        if (!package_sink_put(sink, span_of(bench->bytes, PIECE), error))
            return false;
    return true;
}

/* Milliseconds of one package, which is removed. */
static double package(Bench *bench, bool encrypt, unsigned pieces)
{
    g_autofree char *output = g_build_filename(bench->directory, "out", NULL);
    bench->pieces = pieces;
    PackageRequest request = {.project = bench->project,
                              .config = bench->config,
                              .output = output,
                              .nanoseconds = ++bench->written,
                              .encrypt = encrypt,
                              .image = give_image,
                              .progress = note_memory,
                              .data = bench};
    GError *error = NULL;
    uint64_t start = bench_now();
    g_autoptr(PackageMade) made = package_write(&request, &error);
    double took = (double)(bench_now() - start) / 1e6;
    if (made == NULL)
        fail(error->message);
    g_unlink(made->path);
    if (made->key_path != NULL)
        g_unlink(made->key_path);
    return took;
}

static double tar(Bench *bench)
{
    g_autofree char *line =
        g_strdup_printf("cd '%s' && tar -cf plain.tar --format=posix mse_src tests && "
                        "sync -f plain.tar",
                        bench->directory);
    const char *words[] = {"sh", "-c", line, NULL};
    double took = (double)bench_spawn(words, NULL, 0) / 1e6;
    g_autofree char *path = g_build_filename(bench->directory, "plain.tar", NULL);
    g_unlink(path);
    return took;
}

/* The cipher alone, on as many files of as many bytes, in memory. */
static double cipher(const Bench *bench)
{
    uint8_t key[crypto_secretbox_KEYBYTES] = {1}, nonce[crypto_secretbox_NONCEBYTES] = {0};
    g_autofree uint8_t *box = g_malloc(FILE_SIZE + crypto_secretbox_MACBYTES);
    uint64_t start = bench_now();
    for (int i = 0; i < FILES; i++) {
        memcpy(nonce, &i, sizeof i);
        crypto_secretbox_easy(box, bench->bytes, FILE_SIZE, nonce, key);
    }
    return (double)(bench_now() - start) / 1e6;
}

/* As many bytes as the image has, into a file, as `docker save -o` writes them. */
static double file(const Bench *bench)
{
    g_autofree char *path = g_build_filename(bench->directory, "image", NULL);
    uint64_t start = bench_now();
    int descriptor = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0644);
    for (int i = 0; i < IMAGE_PIECES; i++)
        if (write(descriptor, bench->bytes, PIECE) != PIECE)
            fail("no room for an image of 2 GiB");
    fsync(descriptor);
    close(descriptor);
    double took = (double)(bench_now() - start) / 1e6;
    g_unlink(path);
    return took;
}

static double median(double *samples)
{
    GArray *array = g_array_new(FALSE, FALSE, sizeof(double));
    g_array_append_vals(array, samples, TURNS);
    double middle = bench_quantile(array, 0.5);
    g_array_unref(array);
    return middle;
}

static void bench_code(Bench *bench)
{
    double theirs[TURNS], plain[TURNS], encrypted[TURNS], alone[TURNS];
    tar(bench); /* pages in */
    for (int i = 0; i < TURNS; i++) {
        theirs[i] = tar(bench);
        plain[i] = package(bench, false, 0);
        alone[i] = cipher(bench);
        encrypted[i] = package(bench, true, 0);
    }
    double base = median(theirs), sum = base + median(alone);
    bench_title("Package of 200 MB in 20,000 files");
    bench_row("tar && sync -f", base, "ms", AIM_NONE, 0);
    bench_row("XSalsa20-Poly1305 alone", median(alone), "ms", AIM_NONE, 0);
    bench_row("package, plain", median(plain), "ms", AIM_NONE, 0);
    bench_row("  beside tar && sync -f", median(plain) / base, "x", AIM_AT_MOST, 1.3);
    bench_row("package, encrypted", median(encrypted), "ms", AIM_NONE, 0);
    bench_row("  beside tar and the cipher", median(encrypted) / sum, "x", AIM_AT_MOST, 1.5);
    bench_row("most memory (RssAnon)", bench->most / 1024.0, "MiB", AIM_AT_MOST, 16);
}

/* The code is in the package too: what it took alone is taken off. */
static void bench_image(Bench *bench)
{
    double theirs[TURNS], ours[TURNS];
    bench->most = 0;
    for (int i = 0; i < TURNS; i++) {
        theirs[i] = file(bench);
        ours[i] = package(bench, false, IMAGE_PIECES) - package(bench, false, 0);
    }
    bench_title("Package with an image of 2 GiB");
    bench_row("2 GiB into a file, synced", median(theirs), "ms", AIM_NONE, 0);
    bench_row("the image's part of the package", median(ours), "ms", AIM_NONE, 0);
    bench_row("  beside the file", median(ours) / median(theirs), "x", AIM_AT_MOST, 1.1);
    bench_row("most memory (RssAnon)", bench->most / 1024.0, "MiB", AIM_AT_MOST, 16);
}

int main(void)
{
    secret_init();
    g_autofree char *directory = bench_directory();
    Bench bench = {.directory = directory, .bytes = g_malloc(PIECE)};
    randombytes_buf(bench.bytes, PIECE);
    make_project(&bench);
    bench_code(&bench);
    bench_image(&bench);
    project_free(bench.project);
    project_config_free(bench.config);
    g_free(bench.bytes);
    bench_directory_remove(directory);
    return EXIT_SUCCESS;
}
