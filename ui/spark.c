/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "ui/spark.h"

#include <math.h>

enum { LEVELS = 8 };

static const gunichar blocks[LEVELS] = {0x2581, 0x2582, 0x2583, 0x2584,
                                        0x2585, 0x2586, 0x2587, 0x2588};

static float largest(const float *values, unsigned n, float least)
{
    float top = least;

    for (unsigned i = 0; i < n; i++)
        if (isfinite(values[i]) && values[i] > top)
            top = values[i];
    return top;
}

static gunichar block_of(float value, float top)
{
    int level;

    if (!isfinite(value))
        return ' ';
    level = (int)(value / top * LEVELS);
    return blocks[CLAMP(level, 0, LEVELS - 1)];
}

char *spark_text(const float *values, unsigned n, unsigned columns, float least)
{
    GString *out = g_string_new(NULL);
    unsigned shown = MIN(n, columns);
    float top = largest(values + (n - shown), shown, least);

    for (unsigned i = shown; i < columns; i++)
        g_string_append_c(out, ' ');
    for (unsigned i = 0; i < shown; i++)
        g_string_append_unichar(out, block_of(values[n - shown + i], top));
    return g_string_free(out, FALSE);
}
