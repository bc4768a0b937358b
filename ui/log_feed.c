/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "ui/log_feed.h"

/* What the wire thread holds of us: it may call once more after the stream was closed. */
typedef struct Waker {
    gint references;
    GMutex mutex;
    Mailbox *mailbox; /* NULL: nobody listens any more */
    unsigned number;
} Waker;

struct LogFeed {
    DockerStream *stream;
    Waker *waker;
};

static void waker_unref(void *data)
{
    Waker *waker = data;

    if (!g_atomic_int_dec_and_test(&waker->references))
        return;
    g_mutex_clear(&waker->mutex);
    g_free(waker);
}

static void wake(DockerStream *stream, void *data)
{
    Waker *waker = data;

    (void)stream;
    g_mutex_lock(&waker->mutex);
    if (waker->mailbox != NULL)
        mailbox_post(waker->mailbox, (Message){.kind = MESSAGE_LOGS, .number = waker->number});
    g_mutex_unlock(&waker->mutex);
}

LogFeed *log_feed_open(DockerEngine *engine, const char *id, const DockerLogsRequest *request,
                       Mailbox *mailbox, unsigned number)
{
    LogFeed *feed = g_new0(LogFeed, 1);
    DockerWatcher watcher = {.notify = wake, .free_data = waker_unref};

    feed->waker = g_new0(Waker, 1);
    feed->waker->references = 2;
    feed->waker->mailbox = mailbox;
    feed->waker->number = number;
    g_mutex_init(&feed->waker->mutex);
    watcher.data = feed->waker;
    feed->stream = docker_engine_logs(engine, id, request, &watcher);
    return feed;
}

void log_feed_close(LogFeed *feed)
{
    if (feed == NULL)
        return;
    g_mutex_lock(&feed->waker->mutex);
    feed->waker->mailbox = NULL;
    g_mutex_unlock(&feed->waker->mutex);
    docker_stream_close(feed->stream);
    waker_unref(feed->waker);
    g_free(feed);
}

DockerMessage *log_feed_take(LogFeed *feed)
{
    return docker_stream_take(feed->stream);
}
