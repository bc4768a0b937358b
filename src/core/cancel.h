/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Cancel: a flag, a descriptor that becomes readable, and an optional deadline. Whatever waits or
 * loops takes one and returns within 100 ms of its being set. Thread-safe; NULL never cancels.
 */
#ifndef MSE_CORE_CANCEL_H
#define MSE_CORE_CANCEL_H

#include <glib.h>
#include <stdbool.h>

typedef struct Cancel Cancel;

#define CANCEL_ERROR (cancel_error_quark())
typedef enum { CANCEL_ERROR_CANCELLED, CANCEL_ERROR_DEADLINE } CancelError;
GQuark cancel_error_quark(void);

Cancel *cancel_new(void);
Cancel *cancel_ref(Cancel *cancel);
void cancel_unref(Cancel *cancel);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Cancel, cancel_unref)

/* Sets it. Async-signal-safe: a handler may call it. */
void cancel_set(Cancel *cancel);

/* Sets it by itself `milliseconds` from now, on the monotonic clock. Before the waiting begins: a
 * wait under way keeps to the deadline that it found. */
void cancel_set_deadline(Cancel *cancel, unsigned milliseconds);

/* True, with `error` set (domain CANCEL_ERROR), when it is set or its deadline has passed. */
bool cancel_is_set(Cancel *cancel, GError **error);

/* A descriptor that polls readable once cancel_set was called (not at the deadline). -1 for NULL.
 */
int cancel_descriptor(const Cancel *cancel);

/* Milliseconds until the deadline: -1 when there is none, 0 when passed. For poll. */
int cancel_milliseconds_left(const Cancel *cancel);

/* The timeout for a poll that has the descriptor in its set: `milliseconds` (-1: no limit of its
 * own) or less when the deadline comes first. */
int cancel_poll_timeout(const Cancel *cancel, int milliseconds);

/* Waits until `descriptor` has one of the poll `events` (or an error or hang-up: the next call on
 * it tells). False, with `error` set, when cancelled or past the deadline first. */
bool cancel_wait(Cancel *cancel, int descriptor, short events, GError **error);

#endif
