/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "command/suggest.h"

#include "app/nearest.h"

#include <string.h>

const char *suggest_nearest(const char *word, const GPtrArray *candidates)
{
    for (guint i = 0; strlen(word) >= 2 && i < candidates->len; i++) {
        if (g_str_has_prefix(g_ptr_array_index(candidates, i), word))
            return g_ptr_array_index(candidates, i);
    }
    return nearest_word(word, (const char *const *)candidates->pdata, candidates->len);
}
