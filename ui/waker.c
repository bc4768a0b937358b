/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "ui/waker.h"

struct Waker {
    gint references;
    GMutex mutex;
    Mailbox *mailbox; /* NULL: nobody listens any more */
    MessageKind kind;
    unsigned number;
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
        mailbox_post(waker->mailbox, (Message){.kind = waker->kind, .number = waker->number});
    g_mutex_unlock(&waker->mutex);
}

Waker *waker_new(Mailbox *mailbox, MessageKind kind, unsigned number, DockerWatcher *watcher)
{
    Waker *waker = g_new0(Waker, 1);

    waker->references = 2;
    waker->mailbox = mailbox;
    waker->kind = kind;
    waker->number = number;
    g_mutex_init(&waker->mutex);
    *watcher = (DockerWatcher){.notify = wake, .data = waker, .free_data = waker_unref};
    return waker;
}

void waker_release(Waker *waker)
{
    if (waker == NULL)
        return;
    g_mutex_lock(&waker->mutex);
    waker->mailbox = NULL;
    g_mutex_unlock(&waker->mutex);
    waker_unref(waker);
}
