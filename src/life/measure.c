/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "life/measure.h"

#include "core/clock.h"
#include "core/hex.h"
#include "core/i18n.h"
#include "docker/stream.h"
#include "format/tar.h"
#include "life/make.h"
#include "life/spawn_private.h"
#include "life/undo.h"

#include <string.h>

#define RUN_DEADLINE (10 * 60 * 1000)                   /* milliseconds */
#define MEMORY       (UINT64_C(2) * 1024 * 1024 * 1024) /* bytes */
#define PROCESSES    256
#define LOG_MAXIMUM  (1024 * 1024) /* bytes that are looked at */
#define LOG_LINES    20
#define PIECE        65536

bool life_measurement_in(const char *log, uint8_t mrenclave[32])
{
    static const char word[] = "Measurement:";
    for (const char *at = log; (at = strstr(at, word)) != NULL;) {
        at += strlen(word);
        const char *digits = at + strspn(at, " \r");
        if (*digits != '\n')
            continue;
        digits += 1 + strspn(digits + 1, " ");
        if (strspn(digits, "0123456789abcdef") == 64 &&
            hex_decode_exact(span_of(digits, 64), mrenclave, 32))
            return true;
    }
    return false;
}

static bool to_upload(void *data, Span bytes, GError **error)
{
    return docker_upload_put(data, bytes, error);
}

static bool put_code(TarWriter *writer, Package *package, GError **error)
{
    g_autoptr(PackageStream) stream = package_stream_new(package, PACKAGE_APP);
    uint8_t piece[PIECE];
    const TarEntry entry = {.type = TAR_FILE,
                            .name = "opt/input/app.tar",
                            .size = package_stream_size(stream),
                            .mode = 0644};
    if (!tar_writer_open(writer, &entry, error))
        return false;
    for (size_t got = sizeof piece; got == sizeof piece;)
        if (!package_stream_read(stream, piece, sizeof piece, &got, error) ||
            !tar_writer_put(writer, span_of(piece, got), error))
            return false;
    return tar_writer_close(writer, error);
}

static bool put_certificate(TarWriter *writer, GBytes *certificate, GError **error)
{
    size_t size;
    const void *data = g_bytes_get_data(certificate, &size);
    const TarEntry entry = {
        .type = TAR_FILE, .name = "opt/input/fullchain.pem", .size = size, .mode = 0644};
    return tar_writer_open(writer, &entry, error) &&
           tar_writer_put(writer, span_of(data, size), error) && tar_writer_close(writer, error);
}

static bool produce_files(DockerUpload *upload, void *data, GError **error)
{
    const LifeMeasure *measure = data;
    const TarSink sink = {.write = to_upload, .data = upload};
    const TarEntry directories[] = {{.type = TAR_DIRECTORY, .name = "opt", .mode = 0755},
                                    {.type = TAR_DIRECTORY, .name = "opt/input", .mode = 0755}};
    g_autoptr(TarWriter) writer = tar_writer_new(&sink);
    for (size_t i = 0; i < G_N_ELEMENTS(directories); i++)
        if (!tar_writer_open(writer, &directories[i], error) || !tar_writer_close(writer, error))
            return false;
    if (measure->arguments.expires == 0 && measure->certificate != NULL &&
        !put_certificate(writer, measure->certificate, error))
        return false;
    return put_code(writer, measure->package, error) && tar_writer_finish(writer, error);
}

static char *create(const LifeMeasure *measure, const char *image, GError **error)
{
    const LifeArguments *with = &measure->arguments;
    const ProjectConfig *config = package_config(measure->package);
    const char *const entrypoint[] = {config->dialect->run_entrypoint, NULL};
    g_auto(GStrv) words = life_spawn_arguments(
        (unsigned)with->size, with->subject != NULL ? with->subject : "",
        with->san != NULL ? with->san : "", with->uuid != NULL ? with->uuid : "",
        with->application != NULL ? with->application : "", with->expires);
    g_autoptr(GPtrArray) command = g_ptr_array_new();
    for (char **word = words; *word != NULL; word++)
        g_ptr_array_add(command, *word);
    g_ptr_array_add(command, (void *)"--dry-run");
    g_ptr_array_add(command, NULL);
    const DockerSpec spec = {.image = image,
                             .entrypoint = entrypoint,
                             .command = (const char *const *)command->pdata,
                             .network = "none",
                             .no_capabilities = true,
                             .memory = MEMORY,
                             .processes = PROCESSES};
    return life_make_container(measure->engine, &spec, LIFE_FOR_MEASURE, measure->cancel,
                               measure->listener, error);
}

static bool add_log(const DockerMessage *message, GString *text)
{
    for (size_t i = 0; message->log != NULL && i < message->log->n_lines; i++) {
        const char *bytes = g_bytes_get_data(message->log->text, NULL);
        const DockerLine *line = &message->log->lines[i];
        g_string_append_len(text, bytes + line->offset, (gssize)line->size);
        g_string_append_c(text, '\n');
    }
    return message->kind != DOCKER_MESSAGE_END && text->len < LOG_MAXIMUM;
}

static char *log_of(const LifeMeasure *measure, const char *id, GError **error)
{
    const DockerLogsRequest request = {.tail = -1};
    g_autoptr(GString) text = g_string_new(NULL);
    g_autoptr(DockerStream) stream = docker_engine_logs(measure->engine, id, &request, NULL);
    for (bool goes_on = true; goes_on;) {
        g_autoptr(DockerMessage) message = docker_stream_wait(stream, measure->cancel, error);
        if (message == NULL)
            return NULL;
        if (message->error != NULL) {
            g_propagate_error(error, g_steal_pointer(&message->error));
            return NULL;
        }
        goes_on = add_log(message, text);
    }
    return g_string_free(g_steal_pointer(&text), FALSE);
}

static bool judge(const LifeMeasure *measure, const char *id, int status, uint8_t mrenclave[32],
                  GError **error)
{
    g_autofree char *log = log_of(measure, id, error);
    if (log == NULL)
        return false;
    if (status == 0 && life_measurement_in(log, mrenclave))
        return true;
    life_tell_log(measure->engine, id, LOG_LINES, measure->listener);
    g_set_error(error, LIFE_ERROR, LIFE_ERROR_IMAGE,
                status == 0 ? _("the dry run of the package's image printed no measurement (exit "
                                "status %d); the end of its log is above")
                            : _("the dry run of the package's image failed with exit status %d; "
                                "the end of its log is above"),
                status);
    return false;
}

static bool run(const LifeMeasure *measure, const char *id, uint8_t mrenclave[32], GError **error)
{
    int status = -1;
    life_progress(measure->listener, _("measuring"));
    return docker_container_put(measure->engine, id, "/", produce_files, (void *)measure,
                                measure->cancel, error) &&
           docker_engine_act(measure->engine, DOCKER_START, id, measure->cancel, error) &&
           docker_container_wait(measure->engine, id, RUN_DEADLINE, &status, measure->cancel,
                                 error) &&
           judge(measure, id, status, mrenclave, error);
}

static bool add_leftover(const DockerContainer *container, void *data)
{
    if (life_is_leftover(container->labels, container->n_labels, LIFE_FOR_MEASURE)) {
        g_ptr_array_add(data, g_strdup(container->id));
        g_ptr_array_add(data, g_strdup(container->name));
    }
    return true;
}

/* Nobody else can name those of runs that were killed. */
static bool remove_leftovers(const LifeMeasure *measure, GError **error)
{
    g_autoptr(GPtrArray) leftovers = g_ptr_array_new_with_free_func(g_free);
    if (!docker_engine_list(measure->engine, add_leftover, leftovers, measure->cancel, error))
        return false;
    for (guint i = 0; i + 1 < leftovers->len; i += 2)
        if (!life_remove_leftover(measure->engine, g_ptr_array_index(leftovers, i),
                                  g_ptr_array_index(leftovers, i + 1), measure->cancel,
                                  measure->listener, error))
            return false;
    return true;
}

bool life_measure(const LifeMeasure *measure, uint8_t mrenclave[32], GError **error)
{
    if (!remove_leftovers(measure, error))
        return false;
    g_auto(LifeImage) image = {0};
    bool loaded = life_load_image(measure->engine, measure->package, &image, measure->cancel,
                                  measure->listener, error);
    g_autofree char *id = loaded ? create(measure, image.id, error) : NULL;
    bool done = id != NULL && run(measure, id, mrenclave, error);
    int64_t now = clock_monotonic();
    life_remove_container(measure->engine, id, NULL, now, measure->listener);
    life_unload_image(measure->engine, &image, now, measure->listener);
    return done;
}
