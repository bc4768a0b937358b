/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Following an engine from the shell: events and logs that go on after the engine was away, with
 * nothing missed and nothing told twice. Blocking.
 */
#ifndef MSE_FLEET_FOLLOW_H
#define MSE_FLEET_FOLLOW_H

#include "docker/stream.h"

/* The connection was lost, and is tried again: a sentence, safe for a terminal; NULL: it is back.
 */
typedef void (*FleetTrouble)(const char *sentence, void *data);

/* NULL: some may be missing here. An engine remembers its latest 256 events, and none once it was
 * restarted; when it does not begin with the last one that was told, it forgot what came after. */
typedef void (*FleetEachEvent)(const DockerEvent *event, void *data);

/* Events from `since` on (Unix nanoseconds; 0: from now on). Ends when cancelled, or when the
 * engine could not be reached at the first try: always with `error`. */
void fleet_follow_events(DockerEngine *engine, int64_t since, FleetEachEvent each,
                         FleetTrouble trouble, void *data, Cancel *cancel, GError **error);

typedef struct FleetLogRequest {
    int64_t tail;  /* lines of the past; negative: all */
    int64_t since; /* Unix nanoseconds; 0: from the beginning */
    bool follow;
    bool timestamps; /* wanted: DockerLine.time */
} FleetLogRequest;

/* Borrowed for the call: lines `from` to the end of the block. */
typedef void (*FleetEachLines)(const DockerLog *log, size_t from, void *data);

/* The log of a container. With `follow`, until it has stopped and is not started again at once;
 * true when it ended so, or as asked. */
bool fleet_follow_log(DockerEngine *engine, const char *id, const FleetLogRequest *request,
                      FleetEachLines each, FleetTrouble trouble, void *data, Cancel *cancel,
                      GError **error);

#endif
