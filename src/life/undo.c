/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "life/undo.h"

#include "core/clock.h"
#include "core/i18n.h"
#include "core/sanitize.h"
#include "docker/image.h"
#include "docker/stream.h"

#include <poll.h>

#define UNDO_DEADLINE 30000 /* milliseconds */
#define MOMENT        100
#define MOMENTS       8 /* that an image which may be there yet is given */
#define SHORT_ID      12

static Cancel *soon(void)
{
    Cancel *cancel = cancel_new();
    cancel_set_deadline(cancel, UNDO_DEADLINE);
    return cancel;
}

bool life_pause(Cancel *cancel)
{
    struct pollfd wait = {.fd = cancel_descriptor(cancel), .events = POLLIN};
    poll(&wait, 1, cancel_poll_timeout(cancel, MOMENT));
    return !cancel_is_set(cancel, NULL);
}

static bool is_docker(const GError *error, DockerError code)
{
    return g_error_matches(error, DOCKER_ERROR, (int)code);
}

/* Whether what failed is worth being tried again: the engine broke off, is being restarted, or is
 * at it already. */
static bool may_pass(const GError *error, int64_t since)
{
    static const DockerError passing[] = {DOCKER_ERROR_AWAY, DOCKER_ERROR_FROZEN,
                                          DOCKER_ERROR_RUBBISH, DOCKER_ERROR_ENGINE};
    for (size_t i = 0; i < G_N_ELEMENTS(passing); i++)
        if (is_docker(error, passing[i]))
            return clock_monotonic() - since < LIFE_PATIENCE * G_GINT64_CONSTANT(1000);
    return false;
}

/* What is removed with force is refused for one reason: somebody is removing it. */
static bool is_being_removed(const GError *error, int64_t since)
{
    return is_docker(error, DOCKER_ERROR_CONFLICT) &&
           clock_monotonic() - since < UNDO_DEADLINE * G_GINT64_CONSTANT(1000);
}

bool life_container_gone(DockerEngine *engine, const char *id, int64_t since, Cancel *cancel,
                         GError **error)
{
    g_autoptr(GError) failure = NULL;
    do
        g_clear_error(&failure);
    while (!docker_engine_act(engine, DOCKER_REMOVE_RUNNING, id, cancel, &failure) &&
           (may_pass(failure, since) || is_being_removed(failure, since)) && life_pause(cancel));
    if (failure == NULL || is_docker(failure, DOCKER_ERROR_NOT_FOUND))
        return true;
    g_propagate_error(error, g_steal_pointer(&failure));
    return false;
}

void life_remove_container(DockerEngine *engine, const char *id, const char *name, int64_t since,
                           const LifeListener *listener)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(Cancel) cancel = soon();
    if (id == NULL || life_container_gone(engine, id, since, cancel, &error))
        return;
    g_autofree char *short_id = g_strndup(id, SHORT_ID);
    g_autofree char *safe = sanitize_string(short_id);
    life_warn(listener, _("the container %s is left: %s; \"docker rm -f %s\" removes it"),
              name != NULL ? name : safe, error->message, safe);
}

void life_remove_image(DockerEngine *engine, const char *name, bool known, int64_t since,
                       const LifeListener *listener)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(Cancel) cancel = soon();
    unsigned left = known ? 0 : MOMENTS;
    if (name == NULL)
        return;
    do
        g_clear_error(&error);
    while (!docker_image_remove(engine, name, cancel, &error) &&
           (may_pass(error, since) || (is_docker(error, DOCKER_ERROR_NOT_FOUND) && left-- > 0)) &&
           life_pause(cancel));
    if (error == NULL || is_docker(error, DOCKER_ERROR_NOT_FOUND) ||
        is_docker(error, DOCKER_ERROR_CONFLICT))
        return;
    g_autofree char *safe = sanitize_string(name);
    life_warn(listener, _("the image %s is left: %s; \"docker rmi %s\" removes it"), safe,
              error->message, safe);
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
