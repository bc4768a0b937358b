/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "life/undo.h"

#include "core/i18n.h"
#include "core/sanitize.h"
#include "docker/image.h"
#include "docker/stream.h"

#define UNDO_DEADLINE 30000 /* milliseconds */

static Cancel *soon(void)
{
    Cancel *cancel = cancel_new();
    cancel_set_deadline(cancel, UNDO_DEADLINE);
    return cancel;
}

static void warn(const LifeListener *listener, const char *what, const GError *error)
{
    g_autofree char *safe = sanitize_string(what);
    life_warn(listener, _("%s could not be removed: %s"), safe, error->message);
}

void life_remove_container(DockerEngine *engine, const char *id, const LifeListener *listener)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(Cancel) cancel = soon();
    if (id == NULL || docker_engine_act(engine, DOCKER_REMOVE_RUNNING, id, cancel, &error) ||
        g_error_matches(error, DOCKER_ERROR, DOCKER_ERROR_NOT_FOUND))
        return;
    warn(listener, id, error);
}

void life_remove_image(DockerEngine *engine, const char *name, const LifeListener *listener)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(Cancel) cancel = soon();
    if (name == NULL || docker_image_remove(engine, name, cancel, &error) ||
        g_error_matches(error, DOCKER_ERROR, DOCKER_ERROR_NOT_FOUND) ||
        g_error_matches(error, DOCKER_ERROR, DOCKER_ERROR_CONFLICT))
        return;
    warn(listener, name, error);
}

static void tell_lines(const DockerLog *log, const LifeListener *listener)
{
    const char *text = g_bytes_get_data(log->text, NULL);
    for (size_t i = 0; i < log->n_lines; i++) {
        g_autofree char *line = g_strndup(text + log->lines[i].offset, log->lines[i].size);
        life_output(listener, line);
    }
}

void life_tell_log(DockerEngine *engine, const char *id, unsigned lines,
                   const LifeListener *listener)
{
    g_autoptr(Cancel) cancel = soon();
    const DockerLogsRequest request = {.tail = lines};
    g_autoptr(DockerStream) stream = docker_engine_logs(engine, id, &request, NULL);
    for (bool ended = false; !ended;) {
        g_autoptr(DockerMessage) message = docker_stream_wait(stream, cancel, NULL);
        ended = message == NULL || message->kind == DOCKER_MESSAGE_END;
        if (message != NULL && message->log != NULL)
            tell_lines(message->log, listener);
    }
}
