/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "wire/thread.h"

#include "core/clock.h"
#include "core/i18n.h"

#include <pthread.h>
#include <signal.h>
#include <stdlib.h>

#define STACK_SIZE (256 * 1024)
/* libcurl wants the longest wait to be finite: an hour, in milliseconds. */
#define LONG_WAIT 3600000
/* How long a program that was the connection may take to say why it failed. */
#define LINGER    (300 * 1000) /* microseconds */
#define STOP_WAIT 500000000    /* nanoseconds that the end of the program waits for the thread */
#define KEPT      32           /* idle connections */

/* No macro: what is compared is also done, once. */
static int64_t earlier(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

typedef enum { ORDER_ADD, ORDER_ABORT, ORDER_RESUME } OrderKind;

typedef struct Order {
    OrderKind kind;
    Transfer *transfer; /* a reference */
} Order;

static struct {
    GMutex mutex; /* of the four below, and of `multi` until there is a thread */
    GQueue orders;
    bool running;
    bool stopping;
    pthread_t thread;

    CURLM *multi;
    GPtrArray *transfers; /* of the thread: references to all that have not ended */
    GArray *waits;        /* of the thread: scratch */
} wire;

static unsigned count_running(const char *command_key, bool streams_only)
{
    unsigned n = 0;
    for (guint i = 0; i < wire.transfers->len; i++) {
        const Transfer *transfer = g_ptr_array_index(wire.transfers, i);
        n += transfer->state == TRANSFER_RUNS && (transfer->is_stream || !streams_only) &&
             g_strcmp0(transfer->command_key, command_key) == 0;
    }
    return n;
}

/* Whether one more may start: streams, which stay, leave room for calls, which do not. */
static bool may_start(const Transfer *transfer)
{
    if (transfer->command_key == NULL)
        return true;
    if (transfer->is_stream && count_running(transfer->command_key, true) >= COMMAND_STREAMS)
        return false;
    return count_running(transfer->command_key, false) < COMMAND_TRANSFERS;
}

static void end(Transfer *transfer, GError *error)
{
    if (transfer->state == TRANSFER_RUNS)
        curl_multi_remove_handle(wire.multi, transfer->curl);
    transfer->state = TRANSFER_ENDED;
    /* What was sent is wiped before anybody hears of the end. */
    g_clear_pointer(&transfer->curl, curl_easy_cleanup);
    g_clear_pointer(&transfer->secret, secret_free);
    transfer->kind->end(transfer, transfer->owner, error);
    transfer->owner = NULL;
    g_ptr_array_remove(wire.transfers, transfer); /* maybe the last reference */
}

static void start(Transfer *transfer)
{
    if (!may_start(transfer)) {
        transfer->state = TRANSFER_WAITS;
        return;
    }
    if (curl_multi_add_handle(wire.multi, transfer->curl) == CURLM_OK)
        transfer->state = TRANSFER_RUNS;
    else
        end(transfer, transfer_error(transfer, CURLE_OUT_OF_MEMORY));
}

/* First come, first served. */
static void start_waiting(void)
{
    for (guint i = 0; i < wire.transfers->len; i++) {
        Transfer *transfer = g_ptr_array_index(wire.transfers, i);
        if (transfer->state == TRANSFER_WAITS && may_start(transfer))
            start(transfer);
    }
}

/* libcurl is done with it. What a failed program said may still be on its way. */
static void done(Transfer *transfer, CURLcode code, int64_t now)
{
    bool may_say_why = code != CURLE_OK && transfer->child != NULL &&
                       child_may_speak(transfer->child) && !transfer->head_ended;
    if (!may_say_why) {
        end(transfer, transfer_error(transfer, code));
        return;
    }
    curl_multi_remove_handle(wire.multi, transfer->curl);
    transfer->state = TRANSFER_LINGERS;
    transfer->end_code = code;
    transfer->linger_until = now + LINGER;
}

static void take_ends(int64_t now)
{
    int left;
    for (CURLMsg *message; (message = curl_multi_info_read(wire.multi, &left)) != NULL;) {
        Transfer *transfer = NULL;
        if (message->msg != CURLMSG_DONE)
            continue;
        CURLcode code = message->data.result; /* gone once the handle is removed */
        curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &transfer);
        done(transfer, code, now);
    }
}

static void obey(const Order *order)
{
    Transfer *transfer = order->transfer;
    switch (order->kind) {
    case ORDER_ADD:
        g_ptr_array_add(wire.transfers, transfer_ref(transfer));
        start(transfer);
        break;
    case ORDER_ABORT:
        if (transfer->state != TRANSFER_ENDED)
            end(transfer,
                g_error_new_literal(CANCEL_ERROR, CANCEL_ERROR_CANCELLED, _("cancelled")));
        break;
    case ORDER_RESUME:
        if (transfer->state != TRANSFER_RUNS)
            break;
        transfer->paused = transfer->starved = false;
        transfer->last_byte = transfer->last_sent = clock_monotonic();
        curl_easy_pause(transfer->curl, CURLPAUSE_CONT);
        break;
    }
}

static bool take_orders(void)
{
    for (;;) {
        g_mutex_lock(&wire.mutex);
        Order *order = wire.stopping ? NULL : g_queue_pop_head(&wire.orders);
        bool stopping = wire.stopping;
        g_mutex_unlock(&wire.mutex);
        if (order == NULL)
            return !stopping;
        obey(order);
        transfer_unref(order->transfer);
        g_free(order);
    }
}

static int64_t due_of(const Transfer *transfer)
{
    int64_t due = INT64_MAX;
    if (transfer->state == TRANSFER_LINGERS)
        return child_may_speak(transfer->child) ? transfer->linger_until : 0;
    if (transfer->total_deadline != 0)
        due = transfer->began + (int64_t)transfer->total_deadline * 1000;
    due = earlier(due, transfer_head_due(transfer));
    if (transfer->head_ended && transfer->idle_deadline != 0 && !transfer->paused &&
        !transfer->starved)
        due = earlier(due, transfer->last_byte + (int64_t)transfer->idle_deadline * 1000);
    return due;
}

/* What time brings to one transfer; when to come again. INT64_MAX when it ended. */
static int64_t attend(Transfer *transfer, int64_t now)
{
    int64_t due = due_of(transfer);
    if (due <= now && transfer->state == TRANSFER_LINGERS) {
        end(transfer, transfer_error(transfer, transfer->end_code));
        return INT64_MAX;
    }
    GError *late = due <= now ? transfer_late(transfer, now) : NULL;
    if (late != NULL) {
        end(transfer, late);
        return INT64_MAX;
    }
    if (transfer->kind->flush == NULL)
        return due;
    return earlier(due, transfer->kind->flush(transfer, transfer->owner, now));
}

static int64_t attend_all(int64_t now)
{
    int64_t due = INT64_MAX;
    for (guint i = wire.transfers->len; i-- > 0;) /* an end moves the last one here */
        due = earlier(due, attend(g_ptr_array_index(wire.transfers, i), now));
    return due;
}

static int milliseconds_until(int64_t due, int64_t now)
{
    if (due == INT64_MAX)
        return LONG_WAIT;
    return (int)CLAMP((due - now + 999) / 1000, 0, LONG_WAIT);
}

static void turn(void)
{
    int running;
    curl_multi_perform(wire.multi, &running);
    int64_t now = clock_monotonic();
    take_ends(now);
    children_attend(now);
    int64_t due = attend_all(now);
    start_waiting();
    g_array_set_size(wire.waits, 0);
    due = earlier(due, children_poll(wire.waits));
    curl_multi_poll(wire.multi, (struct curl_waitfd *)(void *)wire.waits->data, wire.waits->len,
                    milliseconds_until(due, now), NULL);
}

static void *run(void *data)
{
    (void)data;
    pthread_setname_np(pthread_self(), "wire");
    wire.transfers = g_ptr_array_new_with_free_func((GDestroyNotify)transfer_unref);
    wire.waits = g_array_new(FALSE, FALSE, sizeof(struct curl_waitfd));
    while (take_orders())
        turn();
    while (wire.transfers->len > 0)
        end(g_ptr_array_index(wire.transfers, 0),
            g_error_new_literal(CANCEL_ERROR, CANCEL_ERROR_CANCELLED, _("cancelled")));
    g_ptr_array_unref(wire.transfers);
    g_array_unref(wire.waits);
    curl_multi_cleanup(wire.multi);
    children_end();
    return NULL;
}

/* At exit: OpenSSL takes down what the thread may be using. Joined, and not only told of its end:
 * what libraries keep for a thread is given back by its last breath. */
static void stop(void)
{
    struct timespec until;
    g_mutex_lock(&wire.mutex);
    wire.stopping = true;
    curl_multi_wakeup(wire.multi);
    g_mutex_unlock(&wire.mutex);
    clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_nsec += STOP_WAIT;
    until.tv_sec += until.tv_nsec / 1000000000;
    until.tv_nsec %= 1000000000;
    if (pthread_clockjoin_np(wire.thread, NULL, CLOCK_MONOTONIC, &until) != 0)
        return;
    for (Order *order; (order = g_queue_pop_head(&wire.orders)) != NULL;) {
        transfer_unref(order->transfer);
        g_free(order);
    }
}

/* Signals are the console's: all are blocked in this thread, SIGPIPE too. */
static int start_thread(void)
{
    pthread_attr_t attributes;
    sigset_t all, before;
    sigfillset(&all);
    pthread_attr_init(&attributes);
    pthread_attr_setstacksize(&attributes, STACK_SIZE);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    int failed = pthread_create(&wire.thread, &attributes, run, NULL);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    pthread_attr_destroy(&attributes);
    return failed;
}

/* With the mutex held. */
static bool ensure_thread(GError **error)
{
    if (wire.running && !wire.stopping)
        return true;
    int failed = wire.stopping ? ECANCELED : 0;
    if (failed == 0 && wire.multi == NULL) {
        wire.multi = curl_multi_init();
        failed = wire.multi == NULL ? ENOMEM : 0;
    }
    if (failed == 0) {
        curl_multi_setopt(wire.multi, CURLMOPT_MAXCONNECTS, (long)KEPT);
        curl_multi_setopt(wire.multi, CURLMOPT_PIPELINING, (long)CURLPIPE_NOTHING);
        failed = start_thread();
    }
    if (failed == 0) {
        wire.running = true;
        atexit(stop);
        return true;
    }
    g_set_error(error, WIRE_ERROR, WIRE_ERROR_SETUP, _("the network's thread cannot start: %s"),
                g_strerror(failed));
    return false;
}

/* With the mutex held; the order has a reference of its own. */
static void give(OrderKind kind, Transfer *transfer)
{
    Order *order = g_new(Order, 1);
    *order = (Order){.kind = kind, .transfer = transfer_ref(transfer)};
    g_queue_push_tail(&wire.orders, order);
    curl_multi_wakeup(wire.multi);
}

bool wire_thread_add(Transfer *transfer, GError **error)
{
    transfer->began = clock_monotonic();
    transfer->last_byte = transfer->last_sent = transfer->began;
    g_mutex_lock(&wire.mutex);
    bool there = ensure_thread(error);
    if (there)
        give(ORDER_ADD, transfer);
    g_mutex_unlock(&wire.mutex);
    return there;
}

static void order(OrderKind kind, Transfer *transfer)
{
    g_mutex_lock(&wire.mutex);
    if (wire.running && !wire.stopping)
        give(kind, transfer);
    g_mutex_unlock(&wire.mutex);
}

void wire_thread_abort(Transfer *transfer)
{
    order(ORDER_ABORT, transfer);
}

void wire_thread_resume(Transfer *transfer)
{
    order(ORDER_RESUME, transfer);
}
