/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A package's image into an engine.
 */
#include "config.h"

#include "life/spawn_private.h"

#include "core/i18n.h"
#include "docker/image.h"
#include "life/undo.h"

#define PIECE 65536

typedef struct Loading {
    PackageStream *stream;
    uint64_t done;
    const LifeListener *listener;
} Loading;

static bool send_image(DockerUpload *upload, void *data, GError **error)
{
    Loading *loading = data;
    uint8_t piece[PIECE];
    uint64_t total = package_stream_size(loading->stream);
    for (size_t got = sizeof piece; got == sizeof piece;) {
        if (!package_stream_read(loading->stream, piece, sizeof piece, &got, error) ||
            !docker_upload_put(upload, span_of(piece, got), error))
            return false;
        loading->done += got;
        life_progress_bytes(loading->listener, _("loading the image"), loading->done, total);
    }
    return true;
}

/* By its id; an engine that numbers images otherwise (by their manifest) has it under its own name,
 * which was checked. */
static char *id_of(DockerEngine *engine, const PackageImage *image, char **loaded, Cancel *cancel,
                   GError **error)
{
    const char *names[] = {image->id, image->tag, loaded[0]};
    for (size_t i = 0; i < G_N_ELEMENTS(names); i++) {
        g_autoptr(GError) failure = NULL;
        g_autoptr(DockerImage) found =
            names[i] == NULL ? NULL : docker_image_inspect(engine, names[i], cancel, &failure);
        if (found != NULL)
            return g_strdup(found->id);
        if (failure != NULL && !g_error_matches(failure, DOCKER_ERROR, DOCKER_ERROR_NOT_FOUND)) {
            g_propagate_error(error, g_steal_pointer(&failure));
            return NULL;
        }
    }
    g_set_error_literal(error, LIFE_ERROR, LIFE_ERROR_IMAGE,
                        _("the engine loaded the package's image, but does not have it"));
    return NULL;
}

void life_image_clear(LifeImage *image)
{
    g_clear_pointer(&image->id, g_free);
    g_clear_pointer(&image->made, g_free);
}

static bool look(DockerEngine *engine, const char *id, bool *is_there, Cancel *cancel,
                 GError **error)
{
    g_autoptr(GError) failure = NULL;
    g_autoptr(DockerImage) found = docker_image_inspect(engine, id, cancel, &failure);
    *is_there = found != NULL;
    if (found != NULL || g_error_matches(failure, DOCKER_ERROR, DOCKER_ERROR_NOT_FOUND))
        return true;
    g_propagate_error(error, g_steal_pointer(&failure));
    return false;
}

/* One that was there before under its name is never ours to remove: without knowing that, nothing
 * is loaded. Under other names, it is theirs alone. */
bool life_load_image(DockerEngine *engine, Package *package, LifeImage *out, Cancel *cancel,
                     const LifeListener *listener, GError **error)
{
    const PackageImage image = package_image(package);
    const char *name = image.tag != NULL ? image.tag : image.id;
    bool was_there = false;
    if (!look(engine, name, &was_there, cancel, error))
        return false;
    if (!was_there)
        out->made = g_strdup(name);
    g_autoptr(PackageStream) stream = package_stream_new(package, PACKAGE_IMAGE);
    Loading loading = {.stream = stream, .listener = listener};
    g_auto(GStrv) loaded = docker_image_load(engine, send_image, &loading, cancel, error);
    out->loaded = loaded != NULL;
    out->id = loaded == NULL ? NULL : id_of(engine, &image, loaded, cancel, error);
    return out->id != NULL;
}

void life_unload_image(DockerEngine *engine, const LifeImage *image, int64_t since,
                       const LifeListener *listener)
{
    life_remove_image(engine, image->made, image->loaded, since, listener);
}
