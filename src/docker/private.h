/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What the files of this room share: requests to an engine and what their failures mean.
 */
#ifndef MSE_DOCKER_PRIVATE_H
#define MSE_DOCKER_PRIVATE_H

#include "docker/exchange.h"
#include "docker/image.h"
#include "docker/json.h"
#include "docker/stream.h"
#include "wire/stream.h"

#define DOCKER_OLDEST "1.24"
#define DOCKER_NEWEST "1.50"

struct DockerEngine {
    gatomicrefcount references;
    DockerEndpoint *endpoint;
    char *shown; /* its address, sanitized */
    WireTls tls;
    GMutex mutex;
    char api[16]; /* under the mutex; "": not agreed upon */
};

/* One question. `what` is how its errors begin ("cannot stop billing"), the engine is added. */
typedef struct DockerCall {
    const char *method; /* NULL: GET */
    char *path;         /* "/containers/json?all=1"; the version is put before it */
    char *what;
    bool unversioned;
    GBytes *body;               /* JSON that is sent, or NULL */
    const char *const *headers; /* "Name: value" each, NULL-terminated; or NULL: of the body */
    unsigned head_deadline;     /* milliseconds until the answer begins; 0: the usual */
    unsigned idle_deadline;     /* milliseconds without a byte; 0: the usual, of a stream none */
    unsigned total_deadline;    /* milliseconds; 0: the usual, of a stream none */
    size_t body_maximum;        /* bytes; 0: LIMIT_DOCKER_ANSWER */
} DockerCall;
void docker_call_clear(DockerCall *call);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(DockerCall, docker_call_clear)

/* Asks and waits; an answer is 2xx or 304, everything else is the error. Agrees on a version first
 * when that was not done. */
WireAnswer *docker_ask(DockerEngine *engine, const DockerCall *call, Cancel *cancel,
                       GError **error);

/* Opens what is asked as a stream of the wire. A version has to be agreed upon. */
WireStream *docker_open(DockerEngine *engine, const DockerCall *call, WireNotify notify, void *data,
                        GDestroyNotify free_data);

/* The same, its body by wire_stream_send when it `uploads`. */
WireStream *docker_open_upload(DockerEngine *engine, const DockerCall *call, bool uploads);

/* One exchange. */
typedef struct DockerExchange {
    const DockerCall *call;
    DockerProduce produce; /* NULL: nothing is sent */
    void *produce_data;
    DockerConsume consume; /* NULL: the answer does not matter. Of a success alone */
    void *consume_data;
} DockerExchange;
/* Sends and takes, to the end of the answer; a success is a 2xx. Agrees on a version first. */
bool docker_exchange(DockerEngine *engine, const DockerExchange *exchange, Cancel *cancel,
                     GError **error);

/* What a build or a load tells while it is done: a JSON document after the other. */
typedef struct DockerTold {
    DockerEngine *engine;
    const char *what; /* how errors begin */
    DockerSay say;    /* or NULL */
    void *data;       /* of it */
    JsonSplit split;
    GString *line;     /* of text that has not ended */
    char *id;          /* the image's, when it was said */
    GPtrArray *loaded; /* char*: names or ids of what was loaded */
    GError *failure;   /* what the engine said that went wrong */
} DockerTold;
void docker_told_init(DockerTold *told, DockerEngine *engine, const char *what);
void docker_told_clear(DockerTold *told);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(DockerTold, docker_told_clear)
bool docker_told_consume(Span bytes, void *told, GError **error); /* a DockerConsume */
/* After the end: false with `error` when the engine told of a failure, or was cut short. */
bool docker_told_finish(DockerTold *told, GError **error);

/* Asks with a document as body and takes the document that is answered; NULL with `error` set. The
 * body is borrowed, and may be NULL. */
json_t *docker_ask_json(DockerEngine *engine, DockerCall *call, const json_t *body, Cancel *cancel,
                        GError **error);

/* Agrees on a version, unless that was done. */
bool docker_ensure_version(DockerEngine *engine, Cancel *cancel, GError **error);
bool docker_has_version(DockerEngine *engine);
/* Takes the answer of /_ping. False with `error` set when we have no version in common, or it does
 * not say which it speaks (`silent`). */
bool docker_take_version(DockerEngine *engine, const char *offered, GError **error);
DockerCall docker_ping_call(void);
/* The engine refused our version: the next call agrees anew. */
void docker_forget_version(DockerEngine *engine);

/* The version of two that a comparison of their numbers says is the older: < 0, 0, > 0. */
int docker_compare_versions(const char *a, const char *b);
/* Whether it is "1.41" or the like. */
bool docker_is_version(const char *text);

/* The error of the wire, in words about this engine. Takes `error`. */
GError *docker_wire_error(DockerEngine *engine, const char *what, GError *error);
/* The error that a status is, with the message in the body. */
GError *docker_status_error(DockerEngine *engine, const char *what, unsigned status, GBytes *body);
/* It is there, but not for us: DOCKER_ERROR_NOT_FOUND. */
GError *docker_out_of_scope(DockerEngine *engine, const char *what);
/* "… the answer cannot be understood". */
GError *docker_rubbish(DockerEngine *engine, const char *what, const char *why);

/* "filters=…" for a list or for events: takes the conditions, adds the endpoint's scope. g_free. */
char *docker_filters(const DockerEngine *engine, json_t *filters);

/* An id or name as it may stand in a path. Free with g_free. */
char *docker_escape(const char *text);
/* The same as it may stand in a sentence; of a whole id, as many digits as docker itself shows.
 * Free with g_free. */
char *docker_shown(const char *text);
/* Seconds with nine decimals, as since= and until= take them. Free with g_free. */
char *docker_seconds(int64_t nanoseconds);

/* A container out of the answer to inspect; NULL when it is none. */
DockerInspect *docker_inspect_read(Span text);
/* Figures out of one document. */
bool docker_stats_read(Span text, DockerStats *out);
/* An event out of one document; NULL when it is none, or not of a container. */
DockerEvent *docker_event_read(Span text, bool *rubbish);
void docker_event_free(DockerEvent *event);

/* The log's framing and lines: what arrives in, blocks of lines out. */
typedef struct LogDecoder LogDecoder;
LogDecoder *log_decoder_new(DockerFraming framing, bool timestamps);
void log_decoder_free(LogDecoder *decoder);
/* Says what the answer's head says of the framing. */
void log_decoder_head(LogDecoder *decoder, const char *content_type);
/* False when the framing is broken. `out` gets the lines that ended within, NULL when none did. */
bool log_decoder_feed(LogDecoder *decoder, Span bytes, DockerLog **out);
/* What was left without a line feed; false when a frame was cut short. */
bool log_decoder_finish(LogDecoder *decoder, DockerLog **out);
void docker_log_free(DockerLog *log);

#endif
