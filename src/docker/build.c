/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "core/i18n.h"
#include "core/sanitize.h"
#include "docker/private.h"

/* Milliseconds without a word: a step may be silent for as long as it compiles. */
#define SILENCE (60 * 60 * 1000)

static const char *const tar_headers[] = {"Content-Type: application/x-tar", NULL};

static char *path_of(const DockerBuild *build)
{
    g_autofree char *file =
        docker_escape(build->dockerfile != NULL ? build->dockerfile : "Dockerfile");
    g_autofree char *tag = docker_escape(build->tag != NULL ? build->tag : "");
    return g_strdup_printf("/build?version=1&rm=1&forcerm=1&dockerfile=%s%s%s", file,
                           *tag != '\0' ? "&t=" : "", tag);
}

char *docker_image_build(DockerEngine *engine, const DockerBuild *build, Cancel *cancel,
                         GError **error)
{
    g_autofree char *shown = sanitize_string(build->tag != NULL ? build->tag : "");
    g_auto(DockerCall) call = {
        .method = "POST",
        .path = path_of(build),
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
