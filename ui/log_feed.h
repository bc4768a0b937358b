/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * LogFeed: an engine's log stream on its way to the console. The wire thread posts one message when
 * there is something after there was nothing; the console takes as long as its turn lasts, and what
 * it does not take waits at the engine.
 */
#ifndef MSE_UI_LOG_FEED_H
#define MSE_UI_LOG_FEED_H

#include "docker/stream.h"
#include "ui/message.h"

typedef struct LogFeed LogFeed;

/* MESSAGE_LOGS comes with `number`. The mailbox must outlive log_feed_close only. */
LogFeed *log_feed_open(DockerEngine *engine, const char *id, const DockerLogsRequest *request,
                       Mailbox *mailbox, unsigned number);
void log_feed_close(LogFeed *feed);

/* The next message; NULL when there is none now: MESSAGE_LOGS comes with the next. The END is the
 * last. Caller owns. */
DockerMessage *log_feed_take(LogFeed *feed);

#endif
