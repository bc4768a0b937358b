/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "docker/stream.h"

#include "core/i18n.h"
#include "core/limits.h"
#include "core/sanitize.h"
#include "docker/private.h"

#include <errno.h>
#include <jansson.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

/* What a stream's bytes are turned into. False, with `why`, when they are not what was asked. */
typedef bool (*Decode)(DockerStream *stream, Span bytes, const char **why);

/* Shared by whoever opened it and the streams of the wire that feed it: first, when no version was
 * agreed upon, one that asks for it. */
struct DockerStream {
    gatomicrefcount references;
    DockerEngine *engine;
    DockerWatcher watcher;
    DockerCall call;
    Decode decode;
    gint closed;  /* atomic */
    gint opening; /* atomic: the thread that takes is opening the next one, and will look itself */

    GMutex mutex; /* of all below: taking and closing */
    WireStream *wire;
    bool pinging; /* `wire` asks for the version */
    bool over;    /* END is in `messages`, or was taken */
    unsigned status;
    char *offered;    /* the version, by the head of the ping */
    GByteArray *body; /* of a refusal, or of the ping */
    GQueue messages;
    JsonSplit split;
    LogDecoder *log; /* NULL: JSON */
    int ready;       /* an eventfd for docker_stream_wait, or -1 */
};

void docker_message_free(DockerMessage *message)
{
    if (message == NULL)
        return;
    docker_event_free(message->event);
    docker_log_free(message->log);
    g_free(message->stats);
    g_clear_error(&message->error);
    g_free(message);
}

static DockerMessage *add_message(DockerStream *stream, DockerMessageKind kind)
{
    DockerMessage *message = g_new0(DockerMessage, 1);
    message->kind = kind;
    g_queue_push_tail(&stream->messages, message);
    return message;
}

static void stream_unref(gpointer data)
{
    DockerStream *stream = data;
    if (!g_atomic_ref_count_dec(&stream->references))
        return;
    if (stream->watcher.free_data != NULL)
        stream->watcher.free_data(stream->watcher.data);
    for (DockerMessage *message; (message = g_queue_pop_head(&stream->messages)) != NULL;)
        docker_message_free(message);
    if (stream->ready >= 0)
        close(stream->ready);
    json_split_clear(&stream->split);
    log_decoder_free(stream->log);
    g_byte_array_unref(stream->body);
    g_free(stream->offered);
    docker_call_clear(&stream->call);
    docker_engine_unref(stream->engine);
    g_mutex_clear(&stream->mutex);
    g_free(stream);
}

static void on_wire(WireStream *wire, void *data)
{
    DockerStream *stream = data;
    (void)wire;
    if (g_atomic_int_get(&stream->closed) || g_atomic_int_get(&stream->opening))
        return;
    g_mutex_lock(&stream->mutex);
    if (stream->ready >= 0) {
        uint64_t one = 1;
        ssize_t ignored = write(stream->ready, &one, sizeof one);
        (void)ignored;
    }
    g_mutex_unlock(&stream->mutex);
    if (stream->watcher.notify != NULL)
        stream->watcher.notify(stream, stream->watcher.data);
}

/* The rest is with the mutex held, by the thread that takes, but for what opens. */

static void open_wire(DockerStream *stream, const DockerCall *call)
{
    g_atomic_ref_count_inc(&stream->references);
    g_atomic_int_set(&stream->opening, 1);
    stream->wire = docker_open(stream->engine, call, on_wire, stream, stream_unref);
    g_atomic_int_set(&stream->opening, 0);
}

static void open_next(DockerStream *stream)
{
    stream->pinging = !docker_has_version(stream->engine);
    stream->status = 0;
    g_byte_array_set_size(stream->body, 0);
    if (!stream->pinging) {
        open_wire(stream, &stream->call);
        return;
    }
    g_auto(DockerCall) ping = docker_ping_call();
    open_wire(stream, &ping);
}

/* Takes the error, which may be NULL. */
static void end(DockerStream *stream, GError *error)
{
    add_message(stream, DOCKER_MESSAGE_END)->error = error;
    stream->over = true;
    g_clear_pointer(&stream->wire, wire_stream_close);
}

static void take_head(DockerStream *stream, const WireAnswer *answer)
{
    stream->status = wire_answer_status(answer);
    if (stream->pinging) {
        g_free(stream->offered);
        stream->offered = g_strdup(wire_answer_header(answer, "Api-Version"));
        return;
    }
    if (stream->log != NULL)
        log_decoder_head(stream->log, wire_answer_header(answer, "Content-Type"));
    if (stream->status == 200)
        add_message(stream, DOCKER_MESSAGE_OPEN);
}

static void take_block(DockerStream *stream, GBytes *bytes)
{
    size_t size;
    const uint8_t *data = g_bytes_get_data(bytes, &size);
    if (stream->pinging || stream->status != 200) {
        if (stream->body->len + size <= limit_bytes(LIMIT_DOCKER_ANSWER))
            g_byte_array_append(stream->body, data, (guint)size);
        return;
    }
    const char *why = NULL;
    if (!stream->decode(stream, span_of(data, size), &why))
        end(stream, docker_rubbish(stream->engine, stream->call.what, why));
}

/* An engine that is too old to say it in the head is asked by hello, in a job's thread. */
static void end_ping(DockerStream *stream)
{
    GError *error = NULL;
    if (docker_take_version(stream->engine, stream->offered != NULL ? stream->offered : "",
                            &error)) {
        g_clear_pointer(&stream->wire, wire_stream_close);
        open_next(stream);
        return;
    }
    end(stream, error);
}

/* The bytes came to their end in good order: did what they say? */
static GError *check_whole(DockerStream *stream)
{
    if (stream->log == NULL)
        return json_split_complete(&stream->split)
                   ? NULL
                   : docker_rubbish(stream->engine, stream->call.what, _("it is cut short"));
    DockerLog *log = NULL;
    bool whole = log_decoder_finish(stream->log, &log);
    if (log != NULL)
        add_message(stream, DOCKER_MESSAGE_LOG)->log = log;
    return whole ? NULL
                 : docker_rubbish(stream->engine, stream->call.what, _("a frame is cut short"));
}

/* Takes the wire's error. */
static void take_end(DockerStream *stream, GError *wire)
{
    if (wire == NULL && stream->pinging && stream->status == 200) {
        end_ping(stream);
        return;
    }
    if (wire == NULL && stream->status == 200) {
        GError *broken = check_whole(stream);
        end(stream, broken);
        return;
    }
    if (wire != NULL) {
        /* What was written before the engine went is worth seeing. */
        g_clear_error(&(GError *){stream->log != NULL ? check_whole(stream) : NULL});
        end(stream, docker_wire_error(stream->engine, stream->call.what, wire));
        return;
    }
    g_autoptr(GBytes) body = g_bytes_new(stream->body->data, stream->body->len);
    end(stream, docker_status_error(stream->engine, stream->call.what, stream->status, body));
}

static void take_piece(DockerStream *stream, WirePiece *piece)
{
    switch (piece->kind) {
    case WIRE_PIECE_HEAD:
        take_head(stream, piece->answer);
        break;
    case WIRE_PIECE_BLOCK:
        take_block(stream, piece->bytes);
        break;
    case WIRE_PIECE_END:
        take_end(stream, g_steal_pointer(&piece->error));
        break;
    }
}

DockerMessage *docker_stream_take(DockerStream *stream)
{
    g_mutex_lock(&stream->mutex);
    while (g_queue_is_empty(&stream->messages) && stream->wire != NULL) {
        g_autoptr(WirePiece) piece = wire_stream_take(stream->wire);
        if (piece == NULL)
            break;
        take_piece(stream, piece);
    }
    DockerMessage *message = g_queue_pop_head(&stream->messages);
    g_mutex_unlock(&stream->mutex);
    return message;
}

static int watch(DockerStream *stream, bool *over)
{
    g_mutex_lock(&stream->mutex);
    if (stream->ready < 0)
        stream->ready = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    int ready = stream->ready;
    *over = stream->over && g_queue_is_empty(&stream->messages);
    g_mutex_unlock(&stream->mutex);
    uint64_t ignored;
    ssize_t n = ready < 0 ? 0 : read(ready, &ignored, sizeof ignored);
    (void)n; /* nothing there is fine too */
    return ready;
}

DockerMessage *docker_stream_wait(DockerStream *stream, Cancel *cancel, GError **error)
{
    for (;;) {
        bool over;
        int ready = watch(stream, &over);
        DockerMessage *message = docker_stream_take(stream);
        if (message != NULL)
            return message;
        if (over || ready < 0) {
            g_set_error(error, DOCKER_ERROR, DOCKER_ERROR_AWAY, "%s: %s", stream->call.what,
                        over ? _("it has ended") : g_strerror(EMFILE));
            return NULL;
        }
        if (!cancel_wait(cancel, ready, POLLIN, error))
            return NULL;
    }
}

void docker_stream_close(DockerStream *stream)
{
    if (stream == NULL)
        return;
    g_atomic_int_set(&stream->closed, 1);
    g_mutex_lock(&stream->mutex);
    g_clear_pointer(&stream->wire, wire_stream_close);
    g_mutex_unlock(&stream->mutex);
    stream_unref(stream);
}

static DockerStream *stream_new(DockerEngine *engine, Decode decode, LogDecoder *log,
                                const DockerWatcher *watcher)
{
    DockerStream *stream = g_new0(DockerStream, 1);
    g_atomic_ref_count_init(&stream->references);
    g_mutex_init(&stream->mutex);
    stream->engine = docker_engine_ref(engine);
    stream->decode = decode;
    stream->log = log;
    stream->ready = -1;
    stream->body = g_byte_array_new();
    json_split_init(&stream->split, false, limit_bytes(LIMIT_DOCKER_ITEM));
    if (watcher != NULL)
        stream->watcher = *watcher;
    return stream;
}

/* Opens it. What was there before anybody could be told is told now. */
static DockerStream *start(DockerStream *stream)
{
    g_mutex_lock(&stream->mutex);
    open_next(stream);
    g_mutex_unlock(&stream->mutex);
    if (stream->watcher.notify != NULL)
        stream->watcher.notify(stream, stream->watcher.data);
    return stream;
}

static bool take_event(Span value, void *data)
{
    bool rubbish;
    DockerEvent *event = docker_event_read(value, &rubbish);
    if (event != NULL)
        add_message(data, DOCKER_MESSAGE_EVENT)->event = event;
    return !rubbish;
}

static bool decode_events(DockerStream *stream, Span bytes, const char **why)
{
    *why = _("it is no event");
    return json_split_feed(&stream->split, bytes, take_event, stream);
}

DockerStream *docker_engine_events(DockerEngine *engine, int64_t since,
                                   const DockerWatcher *watcher)
{
    DockerStream *stream = stream_new(engine, decode_events, NULL, watcher);
    g_autofree char *from = since > 0 ? docker_seconds(since) : NULL;
    g_autofree char *filters = docker_filters(engine, json_pack("{s:[s]}", "type", "container"));
    stream->call = (DockerCall){
        .path = g_strconcat("/events?", filters, from != NULL ? "&since=" : NULL, from, NULL),
        .what = g_strdup(_("cannot follow the events")),
    };
    return start(stream);
}

DockerStream *docker_engine_past_events(DockerEngine *engine, const char *id, int64_t since,
                                        int64_t until, const DockerWatcher *watcher)
{
    DockerStream *stream = stream_new(engine, decode_events, NULL, watcher);
    g_autofree char *from = docker_seconds(MAX(since, 1));
    g_autofree char *to = docker_seconds(until);
    json_t *wanted = json_pack("{s:[s], s:[s], s:[s, s]}", "type", "container", "container", id,
                               "event", "start", "die");
    g_autofree char *filters = docker_filters(engine, wanted);
    stream->call = (DockerCall){
        .path = g_strconcat("/events?", filters, "&since=", from, "&until=", to, NULL),
        .what = g_strdup(_("cannot read what happened")),
    };
    return start(stream);
}

static bool decode_log(DockerStream *stream, Span bytes, const char **why)
{
    DockerLog *log = NULL;
    bool good = log_decoder_feed(stream->log, bytes, &log);
    if (log != NULL)
        add_message(stream, DOCKER_MESSAGE_LOG)->log = log;
    *why = _("the frames of the log are broken");
    return good;
}

static char *logs_path(const char *id, const DockerLogsRequest *request)
{
    g_autofree char *escaped = docker_escape(id);
    GString *path = g_string_new(NULL);
    g_string_printf(path, "/containers/%s/logs?stdout=1&stderr=1&follow=%d&timestamps=%d", escaped,
                    request->follow, request->timestamps);
    if (request->tail >= 0)
        g_string_append_printf(path, "&tail=%" G_GINT64_FORMAT, request->tail);
    if (request->since > 0) {
        g_autofree char *since = docker_seconds(request->since);
        g_string_append_printf(path, "&since=%s", since);
    }
    if (request->until > 0) {
        g_autofree char *until = docker_seconds(request->until);
        g_string_append_printf(path, "&until=%s", until);
    }
    return g_string_free(path, FALSE);
}

DockerStream *docker_engine_logs(DockerEngine *engine, const char *id,
                                 const DockerLogsRequest *request, const DockerWatcher *watcher)
{
    LogDecoder *log = log_decoder_new(request->framing, request->timestamps);
    DockerStream *stream = stream_new(engine, decode_log, log, watcher);
    g_autofree char *shown = docker_shown(id);
    stream->call = (DockerCall){
        .path = logs_path(id, request),
        .what = g_strdup_printf(_("cannot read the log of %s"), shown),
    };
    return start(stream);
}

static bool take_sample(Span value, void *data)
{
    DockerStats stats;
    if (!docker_stats_read(value, &stats))
        return false;
    add_message(data, DOCKER_MESSAGE_STATS)->stats = g_memdup2(&stats, sizeof stats);
    return true;
}

static bool decode_stats(DockerStream *stream, Span bytes, const char **why)
{
    *why = _("there are no figures in it");
    return json_split_feed(&stream->split, bytes, take_sample, stream);
}

DockerStream *docker_engine_stats(DockerEngine *engine, const char *id,
                                  const DockerWatcher *watcher)
{
    DockerStream *stream = stream_new(engine, decode_stats, NULL, watcher);
    g_autofree char *escaped = docker_escape(id);
    g_autofree char *shown = docker_shown(id);
    stream->call = (DockerCall){
        .path = g_strconcat("/containers/", escaped, "/stats?stream=1", NULL),
        .what = g_strdup_printf(_("cannot follow the figures of %s"), shown),
    };
    return start(stream);
}
