/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Streams of an engine: events, logs, figures. Opening one returns at once; a stream is read by
 * taking messages, whenever `notify` says that there are some. No thread belongs to a stream: it
 * is fed by the wire thread, and what it brings is decoded by whoever takes it. Back-pressure is
 * the wire's (wire/stream.h): who does not take makes the engine wait, and loses nothing.
 *
 * A stream that ended is not opened again here: whoever follows it knows from where to go on.
 */
#ifndef MSE_DOCKER_STREAM_H
#define MSE_DOCKER_STREAM_H

#include "docker/engine.h"

typedef struct DockerStream DockerStream;

/* There is something to take after there was nothing. Called by the wire thread: it must not wait
 * for anything. May take right there. */
typedef void (*DockerNotify)(DockerStream *stream, void *data);

/* Whom to call; `free_data` (may be NULL) is called exactly once, when `notify` (may be NULL) will
 * not be called again, by whichever thread. */
typedef struct DockerWatcher {
    DockerNotify notify;
    void *data;
    GDestroyNotify free_data;
} DockerWatcher;

/* Something happened to a container. */
typedef struct DockerEvent {
    int64_t time; /* the engine's */
    char *action; /* "create", "start", "die", "destroy", "rename", "health_status: healthy", … */
    char *id;     /* of the container */
    char *name;   /* "" when not said */
    char *image;
    DockerPair *attributes; /* all of them (labels, exitCode, oldName …), sorted by key */
    size_t n_attributes;
} DockerEvent;

typedef enum { DOCKER_OUTPUT = 1, DOCKER_ERRORS = 2 } DockerChannel;

typedef struct DockerLine {
    int64_t time;    /* when the engine got it; 0 unless timestamps were asked for */
    uint32_t offset; /* in the block's text */
    uint32_t size;   /* bytes, without the line feed (or carriage return and line feed) */
    uint8_t channel; /* DockerChannel; a terminal's is all DOCKER_OUTPUT */
    bool continued;  /* longer than LIMIT_LOG_LINE: the next one of this channel goes on with it */
    bool continues;  /* goes on with the last one of this channel */
} DockerLine;

/* Lines in the order in which they ended, at least one. The text is raw: foreign bytes, maybe not
 * UTF-8. */
typedef struct DockerLog {
    GBytes *text;
    DockerLine *lines;
    size_t n_lines;
} DockerLog;

/* Figures of one container at one moment, as `docker stats` counts them. What is unknown is NAN or
 * UINT64_MAX. */
typedef struct DockerStats {
    int64_t time;         /* the engine's */
    double cpu;           /* per cent of one processor, since the sample before; NAN: none yet */
    uint64_t cpu_used;    /* nanoseconds, of all its processes, ever */
    uint64_t system_used; /* nanoseconds, of all processors of the host, ever */
    unsigned processors;
    uint64_t memory;         /* bytes, without what the cache could give back */
    uint64_t memory_limit;   /* bytes */
    uint64_t received, sent; /* bytes, all networks */
    uint64_t read, written;  /* bytes, block devices */
    uint64_t processes;
} DockerStats;

/* The per cent between two samples of one container, for samples that were asked one by one; NAN
 * when that cannot be said. */
double docker_stats_cpu(const DockerStats *before, const DockerStats *now);

typedef enum {
    DOCKER_MESSAGE_OPEN, /* the engine accepted: from now on nothing is missed. Once, the first */
    DOCKER_MESSAGE_EVENT,
    DOCKER_MESSAGE_LOG,
    DOCKER_MESSAGE_STATS,
    DOCKER_MESSAGE_END, /* once, the last */
} DockerMessageKind;

typedef struct DockerMessage {
    DockerMessageKind kind;
    DockerEvent *event;
    DockerLog *log;
    DockerStats *stats;
    GError *error; /* of END: NULL when the engine ended it in good order (a log without follow, a
                      container that stopped) */
} DockerMessage;
void docker_message_free(DockerMessage *message);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(DockerMessage, docker_message_free)

/* Events of containers from `since` on (the engine's time, nanoseconds; 0: from now on). First come
 * those that the engine remembers (about 256), then what happens. */
DockerStream *docker_engine_events(DockerEngine *engine, int64_t since,
                                   const DockerWatcher *watcher);

/* The starts and ends of one container that the engine remembers from `since` to `until` (its
 * time), in order; then the stream ends. Where the engine's clock is behind `until` it waits for
 * that time: whoever asks has a deadline. */
DockerStream *docker_engine_past_events(DockerEngine *engine, const char *id, int64_t since,
                                        int64_t until, const DockerWatcher *watcher);

typedef enum {
    DOCKER_FRAMING_GUESS, /* from the head of the answer and its first bytes */
    DOCKER_FRAMING_FRAMES,
    DOCKER_FRAMING_TTY, /* DockerInspect.tty */
} DockerFraming;

typedef struct DockerLogsRequest {
    int64_t tail;  /* lines; 0: none of the past, negative: all */
    int64_t since; /* the engine's time; 0: from the beginning */
    int64_t until; /* 0: no end */
    bool follow;
    bool timestamps;
    DockerFraming framing;
} DockerLogsRequest;

/* Standard output and standard error. */
DockerStream *docker_engine_logs(DockerEngine *engine, const char *id,
                                 const DockerLogsRequest *request, const DockerWatcher *watcher);

/* A sample about every second. The first has no cpu. */
DockerStream *docker_engine_stats(DockerEngine *engine, const char *id,
                                  const DockerWatcher *watcher);

/* One sample, at once and cheap for the engine (API 1.41; before, it takes the engine a second or
 * two): its cpu is NAN where it was at once. For the threads of jobs. */
bool docker_engine_stats_once(DockerEngine *engine, const char *id, DockerStats *out,
                              Cancel *cancel, GError **error);

/* The next message, or NULL when there is none now (none ever, once END was taken). One thread at a
 * time takes. Caller owns. */
DockerMessage *docker_stream_take(DockerStream *stream);

/* As docker_stream_take, waiting for it: NULL with `error` set when cancelled, or after END. */
DockerMessage *docker_stream_wait(DockerStream *stream, Cancel *cancel, GError **error);

/* Ends it wherever it is, and gives up the handle. Returns at once. NULL is fine. */
void docker_stream_close(DockerStream *stream);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(DockerStream, docker_stream_close)

#endif
