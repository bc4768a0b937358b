/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "docker/image.h"

#include "core/i18n.h"
#include "core/sanitize.h"
#include "docker/private.h"

/* Milliseconds. Layers are unpacked while the rest waits, and a slow disk takes its time. */
#define LOAD_DEADLINE   (10 * 60 * 1000)
#define REMOVE_DEADLINE (5 * 60 * 1000)

static const char *const tar_headers[] = {"Content-Type: application/x-tar", NULL};

char **docker_image_load(DockerEngine *engine, DockerProduce tar, void *data, Cancel *cancel,
                         GError **error)
{
    g_auto(DockerCall) call = {
        .method = "POST",
        .path = g_strdup("/images/load?quiet=1"),
        .what = g_strdup(_("cannot load the image")),
        .headers = tar_headers,
        .head_deadline = LOAD_DEADLINE,
        .idle_deadline = LOAD_DEADLINE,
    };
    g_auto(DockerTold) told;
    docker_told_init(&told, engine, call.what);
    const DockerExchange exchange = {.call = &call,
                                     .produce = tar,
                                     .produce_data = data,
                                     .consume = docker_told_consume,
                                     .consume_data = &told};
    if (!docker_exchange(engine, &exchange, cancel, error) || !docker_told_finish(&told, error))
        return NULL;
    g_ptr_array_add(told.loaded, NULL);
    return g_strdupv((char **)told.loaded->pdata);
}

bool docker_image_save(DockerEngine *engine, const char *name, DockerConsume consume, void *data,
                       Cancel *cancel, GError **error)
{
    g_autofree char *escaped = docker_escape(name);
    g_autofree char *shown = docker_shown(name);
    g_auto(DockerCall) call = {
        .path = g_strdup_printf("/images/%s/get", escaped),
        .what = g_strdup_printf(_("cannot save the image %s"), shown),
        .head_deadline = LOAD_DEADLINE, /* all of it is collected before the first byte */
        .idle_deadline = LOAD_DEADLINE,
    };
    const DockerExchange exchange = {.call = &call, .consume = consume, .consume_data = data};
    return docker_exchange(engine, &exchange, cancel, error);
}

void docker_image_free(DockerImage *image)
{
    if (image == NULL)
        return;
    g_free(image->id);
    g_strfreev(image->names);
    g_free(image->os);
    g_free(image->machine);
    g_strfreev(image->entrypoint);
    g_strfreev(image->command);
    g_free(image);
}

static DockerImage *image_of(const json_t *root)
{
    const char *id = json_text(root, "Id");
    if (id == NULL || *id == '\0')
        return NULL;
    const json_t *config = json_object_get(root, "Config");
    uint64_t size = json_count(json_object_get(root, "Size"));
    DockerImage *image = g_new0(DockerImage, 1);
    image->id = g_strdup(id);
    image->names = json_take_texts(json_object_get(root, "RepoTags"));
    image->size = size == UINT64_MAX ? 0 : size;
    image->os = json_take_text(root, "Os");
    image->machine = json_take_text(root, "Architecture");
    image->entrypoint = json_take_texts(json_object_get(config, "Entrypoint"));
    image->command = json_take_texts(json_object_get(config, "Cmd"));
    return image;
}

DockerImage *docker_image_inspect(DockerEngine *engine, const char *name, Cancel *cancel,
                                  GError **error)
{
    g_autofree char *escaped = docker_escape(name);
    g_autofree char *shown = docker_shown(name);
    g_auto(DockerCall) call = {
        .path = g_strdup_printf("/images/%s/json", escaped),
        .what = g_strdup_printf(_("cannot inspect the image %s"), shown),
    };
    json_t *root = docker_ask_json(engine, &call, NULL, cancel, error);
    if (root == NULL)
        return NULL;
    DockerImage *image = image_of(root);
    json_decref(root);
    if (image == NULL)
        g_propagate_error(error, docker_rubbish(engine, call.what, _("it is no image")));
    return image;
}

bool docker_image_remove(DockerEngine *engine, const char *name, Cancel *cancel, GError **error)
{
    g_autofree char *escaped = docker_escape(name);
    g_autofree char *shown = docker_shown(name);
    g_auto(DockerCall) call = {
        .method = "DELETE",
        .path = g_strdup_printf("/images/%s", escaped),
        .what = g_strdup_printf(_("cannot remove the image %s"), shown),
        .head_deadline = REMOVE_DEADLINE,
    };
    g_autoptr(WireAnswer) answer = docker_ask(engine, &call, cancel, error);
    return answer != NULL;
}
