/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "core/progress.h"

#include "core/i18n.h"
#include "core/units.h"

#include <glib.h>
#include <inttypes.h>

static char *amount(uint64_t n, ProgressUnit unit)
{
    switch (unit) {
    case PROGRESS_BYTES:
        return units_size(n);
    case PROGRESS_SECONDS:
        return g_strdup_printf("%" PRIu64 " s", n);
    default:
        return g_strdup_printf("%" PRIu64, n);
    }
}

char *progress_text(const Progress *progress)
{
    if (progress->done == 0 && progress->total == 0)
        return g_strdup(progress->what);
    g_autofree char *done = amount(progress->done, progress->unit);
    if (progress->total == 0)
        return g_strdup_printf("%s: %s", progress->what, done);
    g_autofree char *total = amount(progress->total, progress->unit);
    if (progress->unit == PROGRESS_SECONDS)
        return g_strdup_printf(_("%s: %s, at most %s"), progress->what, done, total);
    double part = (double)progress->done / (double)progress->total;
    return g_strdup_printf(_("%s: %s of %s (%d %%)"), progress->what, done, total,
                           (int)(CLAMP(part, 0, 1) * 100));
}
