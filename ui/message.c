/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "ui/message.h"

#include <sys/eventfd.h>
#include <unistd.h>

enum { PACED_MOST = 8 << 20, LOOK = 20 * 1000 /* microseconds between looks at a cancel */ };

struct Mailbox {
    GMutex mutex;
    GCond taken;
    uint64_t paced; /* bytes of what was posted paced and is not taken */
    GQueue queue;
    int descriptor;
    bool woken;
};

Mailbox *mailbox_new(void)
{
    Mailbox *mailbox = g_new0(Mailbox, 1);

    g_mutex_init(&mailbox->mutex);
    g_cond_init(&mailbox->taken);
    g_queue_init(&mailbox->queue);
    mailbox->descriptor = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    return mailbox;
}

void message_free(Message *message)
{
    if (message == NULL)
        return;
    if (message->free_data != NULL && message->data != NULL)
        message->free_data(message->data);
    g_free(message);
}

void mailbox_free(Mailbox *mailbox)
{
    Message *message;

    if (mailbox == NULL)
        return;
    while ((message = g_queue_pop_head(&mailbox->queue)) != NULL)
        message_free(message);
    close(mailbox->descriptor);
    g_cond_clear(&mailbox->taken);
    g_mutex_clear(&mailbox->mutex);
    g_free(mailbox);
}

static void wake(int descriptor)
{
    uint64_t one = 1;
    ssize_t written = write(descriptor, &one, sizeof one);

    (void)written; /* full means that it is readable already */
}

/* Under the mutex. */
static void post(Mailbox *mailbox, Message *posted)
{
    mailbox->paced += posted->paced;
    g_queue_push_tail(&mailbox->queue, posted);
    if (!mailbox->woken)
        wake(mailbox->descriptor);
    mailbox->woken = true;
}

void mailbox_post(Mailbox *mailbox, Message message)
{
    Message *posted = g_memdup2(&message, sizeof message);

    posted->paced = 0;
    g_mutex_lock(&mailbox->mutex);
    post(mailbox, posted);
    g_mutex_unlock(&mailbox->mutex);
}

void mailbox_post_paced(Mailbox *mailbox, Message message, size_t bytes, Cancel *cancel)
{
    Message *posted = g_memdup2(&message, sizeof message);

    posted->paced = bytes;
    g_mutex_lock(&mailbox->mutex);
    while (mailbox->paced > PACED_MOST && !cancel_is_set(cancel, NULL))
        g_cond_wait_until(&mailbox->taken, &mailbox->mutex, g_get_monotonic_time() + LOOK);
    post(mailbox, posted);
    g_mutex_unlock(&mailbox->mutex);
}

Message *mailbox_take(Mailbox *mailbox)
{
    Message *message;
    uint64_t count;

    g_mutex_lock(&mailbox->mutex);
    message = g_queue_pop_head(&mailbox->queue);
    if (message != NULL && message->paced > 0) {
        mailbox->paced -= message->paced;
        g_cond_broadcast(&mailbox->taken);
    }
    if (g_queue_is_empty(&mailbox->queue) && mailbox->woken) {
        ssize_t n = read(mailbox->descriptor, &count, sizeof count);
        (void)n;
        mailbox->woken = false;
    }
    g_mutex_unlock(&mailbox->mutex);
    return message;
}

int mailbox_descriptor(const Mailbox *mailbox)
{
    return mailbox->descriptor;
}
