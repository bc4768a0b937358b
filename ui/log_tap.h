/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * LogTap: the log of one application on its way to the console: the stream, opened again after the
 * last line when it broke, and when the application was started and ended before, so that a line
 * can stand where it was. What arrived waits here, in bounds, until it is put in order with others
 * (ui/log_merge.h); what is not taken waits at the engine. The console thread's.
 */
#ifndef MSE_UI_LOG_TAP_H
#define MSE_UI_LOG_TAP_H

#include "core/reader.h"
#include "docker/stream.h"
#include "ui/jobs.h"

typedef struct LogMark {
    int64_t time; /* the engine's, nanoseconds */
    bool start;   /* else it ended */
    int status;   /* exit status; -1 unknown */
} LogMark;

typedef struct LogTap {
    DockerEngine *engine;
    char *id;
    char *name;      /* safe */
    unsigned source; /* of the fleet */
    /* the stream */
    struct LogFeed *feed; /* NULL: none */
    unsigned number;      /* MESSAGE_LOGS carries it */
    bool open, ended;     /* the engine accepted; it ended in good order */
    char *problem;        /* why there is no stream, or NULL */
    bool lost;            /* the engine has no such container any more */
    int64_t newest;       /* time of the last line that was appended */
    int64_t open_at;      /* monotonic: when to open it (again); 0: no wish */
    /* what arrived */
    GQueue waiting;      /* LogArrival* */
    size_t waiting_size; /* bytes */
    unsigned at;         /* of the first: the line that is next */
    bool dry;            /* nothing more has arrived for now */
    bool continued;      /* the last line that was appended goes on in the next */
    /* when it was started and ended */
    GArray *marks; /* LogMark, in order */
    unsigned next_mark;
    int64_t last_mark; /* time of the newest that was learned */
    int64_t started;   /* of the application, when last seen; Unix seconds */
    bool marks_known;
    int64_t marks_until;   /* monotonic: no longer are they waited for */
    bool told_end;         /* a rule says that it ended, and none yet that it was started again */
    UiJob *marks_job;      /* or NULL */
    uint64_t marks_serial; /* MESSAGE_LOG_MARKS carries it */
} LogTap;

typedef struct LogArrival {
    DockerMessage *message; /* a DockerLog, or the END */
    int64_t at;             /* monotonic: when it was taken in */
} LogArrival;

/* Opens nothing yet. The name is safe. */
LogTap *log_tap_new(DockerEngine *engine, unsigned source, const char *id, const char *name);
void log_tap_free(LogTap *tap);

/* Opens the stream: after the last line when there is one, else as `fresh` asks. */
void log_tap_open(LogTap *tap, const DockerLogsRequest *fresh, Jobs *jobs, Mailbox *mailbox);
void log_tap_close(LogTap *tap);

/* Takes in what has arrived until the monotonic time `until`; false when there is more. */
bool log_tap_take_in(LogTap *tap, int64_t until);

/* The next line; false when none has arrived. `*end`: the stream's end comes instead. */
bool log_tap_peek(const LogTap *tap, const DockerLine **line, Span *text, bool *end);
void log_tap_next(LogTap *tap);

/* The application was started again (Unix seconds) while the stream goes on: asks what happened;
 * lines wait for it. */
void log_tap_restarted(LogTap *tap, int64_t started, Jobs *jobs);

/* A MESSAGE_LOG_MARKS; true when it was about this one. */
bool log_tap_take_marks(LogTap *tap, const Message *message);

#endif
