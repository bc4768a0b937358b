/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * bench-image PROJECT TAG: an image of 2 GiB between the engine of this machine and packages,
 * beside `docker save` and `docker load` of a file; memory of all that. What is compared takes
 * turns, and each turn begins with nothing unwritten. tests/bench/run-bench-image makes image and
 * project, and removes both.
 */
#include "config.h"

#include "tests/bench/bench.h"

#include "core/secret.h"
#include "docker/image.h"
#include "life/spawn_private.h"

#include <glib/gstdio.h>
#include <stdio.h>
#include <stdlib.h>

enum { TURNS = 3 };

typedef struct Bench {
    const char *tag;
    Project *project;
    ProjectConfig *config;
    DockerEngine *engine;
    char *output, *file; /* where packages come to be; what docker saves */
    PackageMade *made;   /* the last package */
    uint64_t written;    /* packages, for their names */
    unsigned most;       /* RssAnon, in kB */
} Bench;

static void fail(const char *what)
{
    fprintf(stderr, "bench-image: %s\n", what);
    exit(EXIT_FAILURE);
}

static void note_memory(Bench *bench)
{
    g_autofree char *text = NULL;
    unsigned kilobytes = 0;
    if (!g_file_get_contents("/proc/self/status", &text, NULL, NULL) ||
        sscanf(strstr(text, "RssAnon:"), "RssAnon: %u", &kilobytes) != 1)
        fail("no RssAnon in /proc/self/status");
    bench->most = MAX(bench->most, kilobytes);
}

/* Milliseconds of a line of the shell. */
static double shell(const char *line)
{
    const char *words[] = {"sh", "-c", line, NULL};
    return (double)bench_spawn(words, NULL, 0) / 1e6;
}

static void settle(const Bench *bench)
{
    g_autofree char *line = g_strdup_printf("sync -f '%s'; sync", bench->output);
    shell(line);
}

static void remove_image(const Bench *bench)
{
    g_autofree char *line = g_strdup_printf("docker rmi -f '%s'", bench->tag);
    shell(line);
}

static double median(double *samples)
{
    GArray *array = g_array_new(FALSE, FALSE, sizeof(double));
    g_array_append_vals(array, samples, TURNS);
    const double middle = bench_quantile(array, 0.5);
    g_array_unref(array);
    return middle;
}

/* --- out of the engine
 * ---------------------------------------------------------------------------- */

static double docker_save(const Bench *bench)
{
    g_autofree char *line = g_strdup_printf("docker save -o '%s' '%s' && sync -f '%s'", bench->file,
                                            bench->tag, bench->file);
    g_unlink(bench->file);
    settle(bench);
    return shell(line);
}

typedef struct Saving {
    Bench *bench;
    PackageSink *sink;
} Saving;

static bool to_package(Span bytes, void *data, GError **error)
{
    const Saving *saving = data;
    note_memory(saving->bench);
    return package_sink_put(saving->sink, bytes, error);
}

static bool give_image(PackageSink *sink, void *data, GError **error)
{
    Bench *bench = data;
    Saving saving = {bench, sink};
    return docker_image_save(bench->engine, bench->tag, to_package, &saving, NULL, error);
}

/* What `home package` does once the image is built. */
static double package_save(Bench *bench)
{
    if (bench->made != NULL)
        g_unlink(bench->made->path);
    g_clear_pointer(&bench->made, package_made_free);
    const PackageRequest request = {.project = bench->project,
                                    .config = bench->config,
                                    .output = bench->output,
                                    .nanoseconds = ++bench->written,
                                    .image = give_image,
                                    .data = bench};
    GError *error = NULL;
    settle(bench);
    const uint64_t start = bench_now();
    bench->made = package_write(&request, &error);
    if (bench->made == NULL)
        fail(error->message);
    return (double)(bench_now() - start) / 1e6;
}

static void bench_save(Bench *bench)
{
    double theirs[TURNS], ours[TURNS];
    bench->most = 0;
    for (int i = 0; i < TURNS; i++) {
        theirs[i] = docker_save(bench);
        ours[i] = package_save(bench);
    }
    bench_title("An image of 2 GiB out of the engine");
    bench_row("docker save -o && sync -f", median(theirs), "ms", AIM_NONE, 0);
    bench_row("the engine's image into a package", median(ours), "ms", AIM_NONE, 0);
    bench_row("  beside docker save", median(ours) / median(theirs), "x", AIM_AT_MOST, 1.1);
    bench_row("most memory (RssAnon)", bench->most / 1024.0, "MiB", AIM_AT_MOST, 16);
}

/* --- into the engine
 * ------------------------------------------------------------------------------ */

static double docker_load(const Bench *bench)
{
    g_autofree char *line = g_strdup_printf("docker load -i '%s'", bench->file);
    remove_image(bench);
    settle(bench);
    return shell(line);
}

static void on_progress(const char *what, uint64_t done, uint64_t total, void *data)
{
    (void)what;
    (void)done;
    (void)total;
    note_memory(data);
}

/* What `home spawn` does with the package first: it is opened, checked, and its image loaded. */
static double package_load(Bench *bench)
{
    const LifeListener listener = {.progress = on_progress, .data = bench};
    g_auto(LifeImage) image = {.id = NULL};
    GError *error = NULL;
    remove_image(bench);
    settle(bench);
    const uint64_t start = bench_now();
    g_autoptr(Package) package = package_open(bench->made->path, NULL, &error);
    if (package == NULL ||
        !life_load_image(bench->engine, package, &image, NULL, &listener, &error))
        fail(error->message);
    return (double)(bench_now() - start) / 1e6;
}

static void bench_load(Bench *bench)
{
    double theirs[TURNS], ours[TURNS];
    bench->most = 0;
    for (int i = 0; i < TURNS; i++) {
        theirs[i] = docker_load(bench);
        ours[i] = package_load(bench);
    }
    bench_title("An image of 2 GiB into the engine");
    bench_row("docker load -i", median(theirs), "ms", AIM_NONE, 0);
    bench_row("a package's image, checked and loaded", median(ours), "ms", AIM_NONE, 0);
    bench_row("  beside docker load", median(ours) / median(theirs), "x", AIM_AT_MOST, 1.1);
    bench_row("most memory (RssAnon)", bench->most / 1024.0, "MiB", AIM_AT_MOST, 16);
}

static DockerEngine *open_engine(GError **error)
{
    const DockerEnvironment environment = docker_environment();
    g_autoptr(DockerEndpoint) endpoint = docker_endpoint_find(&environment, NULL, error);
    return endpoint != NULL ? docker_engine_new(endpoint) : NULL;
}

int main(int argc, char **argv)
{
    GError *error = NULL;
    secret_init();
    if (argc != 3)
        fail("bench-image PROJECT TAG is expected");
    Bench bench = {.tag = argv[2], .project = project_open(argv[1], &error)};
    if (bench.project != NULL)
        bench.config = project_config_read(bench.project->config, NULL, &error);
    if (bench.config != NULL)
        bench.engine = open_engine(&error);
    if (bench.engine == NULL)
        fail(error->message);
    bench.output = g_build_filename(argv[1], "out", NULL);
    bench.file = g_build_filename(argv[1], "image.tar", NULL);
    g_mkdir(bench.output, 0700);
    bench_save(&bench);
    bench_load(&bench);
    g_clear_pointer(&bench.made, package_made_free);
    docker_engine_unref(bench.engine);
    project_config_free(bench.config);
    project_free(bench.project);
    g_free(bench.output);
    g_free(bench.file);
    return EXIT_SUCCESS;
}
