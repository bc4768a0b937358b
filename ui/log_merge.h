/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Putting the lines of several logs in the order of their times, within a bound: a line waits for
 * what others may still bring before it, but not longer than that. With one log nothing waits.
 * Between the lines stand rules: where an application ended, or was started again.
 */
#ifndef MSE_UI_LOG_MERGE_H
#define MSE_UI_LOG_MERGE_H

#include "ui/log_ring.h"
#include "ui/log_tap.h"

/* How long a line waits for others at most, microseconds. */
enum { LOG_MERGE_WAITS = 400000, LOG_TAPS_MOST = 16 };

typedef struct LogMerged {
    bool more;      /* the turn is over, and there is more: come again at once */
    int64_t due;    /* monotonic: when a line has waited long enough; INT64_MAX: none waits */
    bool any;       /* something was appended, or a stream ended */
    LogTap *broken; /* whose stream ended with `error`; NULL: none. Come again for the next */
    GError *error;
} LogMerged;

/* Appends to the ring what may be appended, until the monotonic time `until`. Taps: LogTap*. */
void log_merge(const GPtrArray *taps, LogRing *ring, int64_t until, LogMerged *out);

/* What stands where it was started or ended: "ended with status 1, 12:04:31". g_free. */
char *log_mark_text(const LogMark *mark);

#endif
