/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "core/units.h"

#include "core/i18n.h"

#include <glib.h>

char *units_size(uint64_t bytes)
{
    static const char *const names[] = {N_("KiB"), N_("MiB"), N_("GiB"), N_("TiB"), N_("PiB")};
    if (bytes < 1024)
        return g_strdup_printf(P_("%d byte", "%d bytes", bytes), (int)bytes);
    size_t unit = 0;
    uint64_t one = 1024;
    while (bytes / one >= 1024 && unit + 1 < G_N_ELEMENTS(names)) {
        one *= 1024;
        unit++;
    }
    if (bytes % one == 0)
        return g_strdup_printf("%" G_GUINT64_FORMAT " %s", bytes / one, _(names[unit]));
    return g_strdup_printf("%.1f %s", (double)bytes / (double)one, _(names[unit]));
}
