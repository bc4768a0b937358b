/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "docker/engine.h"

#include "core/i18n.h"
#include "core/limits.h"
#include "core/sanitize.h"
#include "docker/private.h"

#include <stdlib.h>
#include <string.h>

/* Milliseconds. A connection over ssh is made before the first byte, within the head's deadline. */
#define CONNECT_DEADLINE 5000
#define PING_DEADLINE    5000
#define HEAD_DEADLINE    10000
#define IDLE_DEADLINE    10000
#define TOTAL_DEADLINE   60000
#define SSH_EXTRA        10000

#define ID_DIGITS 64
#define ID_SHOWN  12

DockerEngine *docker_engine_new(const DockerEndpoint *endpoint)
{
    DockerEngine *engine = g_new0(DockerEngine, 1);
    g_atomic_ref_count_init(&engine->references);
    g_mutex_init(&engine->mutex);
    engine->endpoint = docker_endpoint_copy(endpoint);
    engine->shown = sanitize_string(endpoint->address);
    engine->tls.certificate_file = engine->endpoint->cert_file;
    engine->tls.key_file = engine->endpoint->key_file;
    return engine;
}

DockerEngine *docker_engine_ref(DockerEngine *engine)
{
    g_atomic_ref_count_inc(&engine->references);
    return engine;
}

void docker_engine_unref(DockerEngine *engine)
{
    if (engine == NULL || !g_atomic_ref_count_dec(&engine->references))
        return;
    docker_endpoint_free(engine->endpoint);
    g_free(engine->shown);
    g_mutex_clear(&engine->mutex);
    g_free(engine);
}

const DockerEndpoint *docker_engine_endpoint(const DockerEngine *engine)
{
    return engine->endpoint;
}

void docker_call_clear(DockerCall *call)
{
    g_clear_pointer(&call->path, g_free);
    g_clear_pointer(&call->what, g_free);
    g_clear_pointer(&call->body, g_bytes_unref);
}

char *docker_escape(const char *text)
{
    return g_uri_escape_string(text, NULL, FALSE);
}

char *docker_shown(const char *text)
{
    size_t kind = g_str_has_prefix(text, "sha256:") ? strlen("sha256:") : 0;
    bool whole =
        strspn(text + kind, "0123456789abcdef") == ID_DIGITS && text[kind + ID_DIGITS] == '\0';
    g_autofree char *part = whole ? g_strndup(text, kind + ID_SHOWN) : g_strdup(text);
    return sanitize_string(part);
}

char *docker_filters(const DockerEngine *engine, json_t *filters)
{
    if (engine->endpoint->scope != NULL) {
        g_autofree char *label = g_strconcat(DOCKER_SCOPE "=", engine->endpoint->scope, NULL);
        json_object_set_new(filters, "label", json_pack("[s]", label));
    }
    char *text = json_dumps(filters, JSON_COMPACT);
    g_autofree char *escaped = docker_escape(text);
    free(text);
    json_decref(filters);
    return g_strconcat("filters=", escaped, NULL);
}

char *docker_seconds(int64_t nanoseconds)
{
    return g_strdup_printf("%" G_GINT64_FORMAT ".%09" G_GINT64_FORMAT, nanoseconds / 1000000000,
                           nanoseconds % 1000000000);
}

static char *url_of(DockerEngine *engine, const DockerCall *call)
{
    if (call->unversioned)
        return g_strconcat(engine->endpoint->url, call->path, NULL);
    g_mutex_lock(&engine->mutex);
    char *url = g_strconcat(engine->endpoint->url, "/v", engine->api, call->path, NULL);
    g_mutex_unlock(&engine->mutex);
    return url;
}

static unsigned or_usual(unsigned deadline, unsigned usual)
{
    return deadline != 0 ? deadline : usual;
}

static WireRequest request_for(const DockerEngine *engine, const DockerCall *call, const char *url)
{
    const DockerEndpoint *endpoint = engine->endpoint;
    static const char *const json[] = {"Content-Type: application/json", NULL};
    unsigned extra = endpoint->transport == DOCKER_TRANSPORT_SSH ? SSH_EXTRA : 0;
    return (WireRequest){
        .url = url,
        .method = call->method,
        .body = call->body,
        .headers = call->headers == NULL && call->body != NULL ? json : call->headers,
        .socket_path = endpoint->socket,
        .command = (const char *const *)endpoint->command,
        .authority_file = endpoint->ca_file,
        .tls = endpoint->cert_file != NULL ? &engine->tls : NULL,
        .connect_deadline = CONNECT_DEADLINE + extra,
        .head_deadline = or_usual(call->head_deadline, HEAD_DEADLINE) + extra,
    };
}

WireStream *docker_open(DockerEngine *engine, const DockerCall *call, WireNotify notify, void *data,
                        GDestroyNotify free_data)
{
    g_autofree char *url = url_of(engine, call);
    WireRequest request = request_for(engine, call, url);
    request.idle_deadline = call->idle_deadline;
    request.total_deadline = call->total_deadline;
    return wire_stream_open(&request, notify, data, free_data);
}

WireStream *docker_open_upload(DockerEngine *engine, const DockerCall *call, bool uploads)
{
    g_autofree char *url = url_of(engine, call);
    WireRequest request = request_for(engine, call, url);
    request.uploads = uploads;
    request.idle_deadline = or_usual(call->idle_deadline, IDLE_DEADLINE);
    return wire_stream_open(&request, NULL, NULL, NULL);
}

static WireAnswer *ask(DockerEngine *engine, const DockerCall *call, Cancel *cancel, GError **error)
{
    g_autofree char *url = url_of(engine, call);
    WireRequest request = request_for(engine, call, url);
    request.idle_deadline = or_usual(call->idle_deadline, IDLE_DEADLINE);
    request.total_deadline =
        or_usual(call->total_deadline, MAX(TOTAL_DEADLINE, request.head_deadline));
    request.body_maximum =
        call->body_maximum != 0 ? call->body_maximum : limit_bytes(LIMIT_DOCKER_ANSWER);
    GError *wire = NULL;
    g_autoptr(WireAnswer) answer = wire_call(&request, cancel, &wire);
    if (answer == NULL) {
        g_propagate_error(error, docker_wire_error(engine, call->what, wire));
        return NULL;
    }
    unsigned status = wire_answer_status(answer);
    if (status / 100 == 2 || status == 304)
        return g_steal_pointer(&answer);
    g_propagate_error(error,
                      docker_status_error(engine, call->what, status, wire_answer_body(answer)));
    return NULL;
}

WireAnswer *docker_ask(DockerEngine *engine, const DockerCall *call, Cancel *cancel, GError **error)
{
    if (!call->unversioned && !docker_ensure_version(engine, cancel, error))
        return NULL;
    return ask(engine, call, cancel, error);
}

json_t *docker_ask_json(DockerEngine *engine, DockerCall *call, const json_t *body, Cancel *cancel,
                        GError **error)
{
    char *text = body == NULL ? NULL : json_dumps(body, JSON_COMPACT);
    if (text != NULL)
        call->body = g_bytes_new_with_free_func(text, strlen(text), free, text);
    g_autoptr(WireAnswer) answer = docker_ask(engine, call, cancel, error);
    if (answer == NULL)
        return NULL;
    size_t size;
    const void *data = g_bytes_get_data(wire_answer_body(answer), &size);
    json_t *root = json_parse(span_of(data, size));
    if (root == NULL)
        g_propagate_error(error, docker_rubbish(engine, call->what, _("it is no JSON")));
    return root;
}

/* What an action is, how it is asked for and how its error begins. */
static const struct {
    const char *method;
    const char *path; /* after /containers/ID */
    const char *what;
    unsigned deadline; /* milliseconds: the engine answers when it is done */
} acts[] = {
    [DOCKER_START] = {"POST", "/start", N_("cannot start %s"), 60000},
    [DOCKER_STOP] = {"POST", "/stop?t=1", N_("cannot stop %s"), 30000},
    [DOCKER_RESTART] = {"POST", "/restart?t=1", N_("cannot restart %s"), 60000},
    [DOCKER_REMOVE] = {"DELETE", "?v=1", N_("cannot remove %s"), 60000},
    [DOCKER_REMOVE_RUNNING] = {"DELETE", "?v=1&force=1", N_("cannot remove %s"), 60000},
    [DOCKER_KILL] = {"POST", "/kill", N_("cannot kill %s"), 30000},
};

bool docker_engine_act(DockerEngine *engine, DockerAct act, const char *id, Cancel *cancel,
                       GError **error)
{
    g_autofree char *escaped = docker_escape(id);
    g_autofree char *shown = docker_shown(id);
    g_auto(DockerCall) call = {
        .method = acts[act].method,
        .path = g_strconcat("/containers/", escaped, acts[act].path, NULL),
        .head_deadline = acts[act].deadline,
    };
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
    call.what = g_strdup_printf(_(acts[act].what), shown);
#pragma GCC diagnostic pop
    g_autoptr(WireAnswer) answer = docker_ask(engine, &call, cancel, error);
    return answer != NULL;
}

GBytes *docker_engine_archive(DockerEngine *engine, const char *id, const char *path,
                              size_t maximum, Cancel *cancel, GError **error)
{
    g_autofree char *escaped = docker_escape(id);
    g_autofree char *escaped_path = docker_escape(path);
    g_autofree char *shown = docker_shown(id);
    g_autofree char *shown_path = sanitize_string(path);
    g_auto(DockerCall) call = {
        .path = g_strconcat("/containers/", escaped, "/archive?path=", escaped_path, NULL),
        .what = g_strdup_printf(_("cannot get %s of %s"), shown_path, shown),
        .body_maximum = maximum,
    };
    g_autoptr(WireAnswer) answer = docker_ask(engine, &call, cancel, error);
    return answer == NULL ? NULL : g_bytes_ref(wire_answer_body(answer));
}
