/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "core/i18n.h"
#include "core/sanitize.h"
#include "docker/private.h"

#include <stdlib.h>

/* Milliseconds without a word: a step may be silent for as long as it compiles. */
#define SILENCE (60 * 60 * 1000)

static const char *const tar_headers[] = {"Content-Type: application/x-tar", NULL};

/* "&labels=…"; "" without a scope. g_free. */
static char *labels_of(const DockerEngine *engine)
{
    if (engine->endpoint->scope == NULL)
        return g_strdup("");
    json_t *labels = json_pack("{s:s}", DOCKER_SCOPE, engine->endpoint->scope);
    char *text = json_dumps(labels, JSON_COMPACT);
    g_autofree char *escaped = docker_escape(text);
    free(text);
    json_decref(labels);
    return g_strconcat("&labels=", escaped, NULL);
}

static char *path_of(const DockerEngine *engine, const DockerBuild *build)
{
    g_autofree char *file =
        docker_escape(build->dockerfile != NULL ? build->dockerfile : "Dockerfile");
    g_autofree char *tag = docker_escape(build->tag != NULL ? build->tag : "");
    g_autofree char *labels = labels_of(engine);
    return g_strdup_printf("/build?version=1&rm=1&forcerm=1&dockerfile=%s%s%s%s", file,
                           *tag != '\0' ? "&t=" : "", tag, labels);
}

char *docker_image_build(DockerEngine *engine, const DockerBuild *build, Cancel *cancel,
                         GError **error)
{
    g_autofree char *shown = sanitize_string(build->tag != NULL ? build->tag : "");
    g_auto(DockerCall) call = {
        .method = "POST",
        .path = path_of(engine, build),
        .what = g_strdup_printf(_("cannot build the image %s"), shown),
        .headers = tar_headers,
        .head_deadline = SILENCE,
        .idle_deadline = SILENCE,
    };
    g_auto(DockerTold) told;
    docker_told_init(&told, engine, call.what);
    told.say = build->say;
    told.data = build->say_data;
    const DockerExchange exchange = {.call = &call,
                                     .produce = build->context,
                                     .produce_data = build->context_data,
                                     .consume = docker_told_consume,
                                     .consume_data = &told};
    if (!docker_exchange(engine, &exchange, cancel, error) || !docker_told_finish(&told, error))
        return NULL;
    if (told.id != NULL)
        return g_steal_pointer(&told.id);
    g_propagate_error(error, docker_rubbish(engine, call.what, _("it names no image")));
    return NULL;
}
