/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Waker: what the wire thread holds of the console when it watches a stream: it posts one message
 * when there is something to take, and may do so once more after the stream was closed.
 */
#ifndef MSE_UI_WAKER_H
#define MSE_UI_WAKER_H

#include "docker/stream.h"
#include "ui/message.h"

typedef struct Waker Waker;

/* A message of `kind` with `number`. The watcher has a reference of its own. */
Waker *waker_new(Mailbox *mailbox, MessageKind kind, unsigned number, DockerWatcher *watcher);
/* Nobody listens any more; gives up the reference. */
void waker_release(Waker *waker);

#endif
