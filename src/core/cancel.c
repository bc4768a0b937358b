/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "core/cancel.h"

#include "core/clock.h"
#include "core/i18n.h"

#include <errno.h>
#include <poll.h>
#include <stdatomic.h>
#include <stdint.h>
#include <sys/eventfd.h>
#include <unistd.h>

/* How long one poll may last when there is no descriptor to wake it, in milliseconds. */
#define BLIND_SLICE 50

/* Never set back: once set, it stays set. The atomics are lock-free, so that a handler may use
 * them. */
struct Cancel {
    atomic_int references;
    atomic_bool set;
    _Atomic int64_t deadline; /* monotonic microseconds, INT64_MAX: none */
    int descriptor;           /* an eventfd; -1 when the process had no descriptor left */
};

_Static_assert(ATOMIC_BOOL_LOCK_FREE == 2, "cancel_set is called from signal handlers");

GQuark cancel_error_quark(void)
{
    return g_quark_from_static_string("mse-cancel-error");
}

Cancel *cancel_new(void)
{
    Cancel *cancel = g_new0(Cancel, 1);
    atomic_init(&cancel->references, 1);
    atomic_init(&cancel->set, false);
    atomic_init(&cancel->deadline, INT64_MAX);
    cancel->descriptor = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    return cancel;
}

Cancel *cancel_ref(Cancel *cancel)
{
    if (cancel != NULL)
        atomic_fetch_add(&cancel->references, 1);
    return cancel;
}

void cancel_unref(Cancel *cancel)
{
    if (cancel == NULL || atomic_fetch_sub(&cancel->references, 1) != 1)
        return;
    if (cancel->descriptor >= 0)
        close(cancel->descriptor);
    g_free(cancel);
}

void cancel_set(Cancel *cancel)
{
    if (cancel == NULL)
        return;
    int saved = errno;
    atomic_store(&cancel->set, true);
    uint64_t one = 1;
    /* It can only fail when the counter is full: then it is readable already. */
    ssize_t ignored = write(cancel->descriptor, &one, sizeof one);
    (void)ignored;
    errno = saved;
}

void cancel_set_deadline(Cancel *cancel, unsigned milliseconds)
{
    if (cancel != NULL)
        atomic_store(&cancel->deadline, clock_monotonic() + (int64_t)milliseconds * 1000);
}

bool cancel_is_set(Cancel *cancel, GError **error)
{
    if (cancel == NULL)
        return false;
    if (atomic_load(&cancel->set)) {
        g_set_error_literal(error, CANCEL_ERROR, CANCEL_ERROR_CANCELLED, _("cancelled"));
        return true;
    }
    if (cancel_milliseconds_left(cancel) == 0) {
        g_set_error_literal(error, CANCEL_ERROR, CANCEL_ERROR_DEADLINE,
                            _("it took too long: the time allowed for it is over"));
        return true;
    }
    return false;
}

int cancel_descriptor(const Cancel *cancel)
{
    return cancel == NULL ? -1 : cancel->descriptor;
}

int cancel_milliseconds_left(const Cancel *cancel)
{
    if (cancel == NULL)
        return -1;
    int64_t deadline = atomic_load(&cancel->deadline);
    if (deadline == INT64_MAX)
        return -1;
    int64_t left = deadline - clock_monotonic();
    if (left <= 0)
        return 0;
    /* Rounded up: a poll that returns for the deadline finds it passed. */
    int64_t milliseconds = (left + 999) / 1000;
    return milliseconds > INT32_MAX ? INT32_MAX : (int)milliseconds;
}

int cancel_poll_timeout(const Cancel *cancel, int milliseconds)
{
    int left = cancel_milliseconds_left(cancel);
    if (left >= 0 && (milliseconds < 0 || left < milliseconds))
        milliseconds = left;
    if (cancel != NULL && cancel->descriptor < 0 &&
        (milliseconds < 0 || milliseconds > BLIND_SLICE))
        milliseconds = BLIND_SLICE;
    return milliseconds;
}

bool cancel_wait(Cancel *cancel, int descriptor, short events, GError **error)
{
    for (;;) {
        if (cancel_is_set(cancel, error))
            return false;
        struct pollfd waits[] = {
            {.fd = descriptor, .events = events},
            {.fd = cancel_descriptor(cancel), .events = POLLIN},
        };
        int ready = poll(waits, G_N_ELEMENTS(waits), cancel_poll_timeout(cancel, -1));
        /* When poll itself fails, the caller's next call on the descriptor says why. */
        if (waits[0].revents != 0 || (ready < 0 && errno != EINTR))
            return !cancel_is_set(cancel, error);
    }
}
