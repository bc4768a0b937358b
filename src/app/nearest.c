/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "app/nearest.h"

#include <glib.h>

/* Longer words are no slips of the finger, and the distance is quadratic. */
enum { LONGEST = 64 };

static size_t least(size_t a, size_t b, size_t c)
{
    return MIN(MIN(a, b), c);
}

/* Optimal string alignment distance, by rows: the two before the current one are kept. */
static size_t distance(const char *a, size_t a_size, const char *b, size_t b_size)
{
    size_t rows[3][LONGEST + 1];
    size_t *before = rows[0], *previous = rows[1], *current = rows[2];
    for (size_t j = 0; j <= b_size; j++)
        previous[j] = j;
    for (size_t i = 1; i <= a_size; i++) {
        current[0] = i;
        for (size_t j = 1; j <= b_size; j++) {
            char x = g_ascii_tolower(a[i - 1]), y = g_ascii_tolower(b[j - 1]);
            current[j] = least(previous[j] + 1, current[j - 1] + 1, previous[j - 1] + (x != y));
            if (i > 1 && j > 1 && x == g_ascii_tolower(b[j - 2]) && g_ascii_tolower(a[i - 2]) == y)
                current[j] = MIN(current[j], before[j - 2] + 1);
        }
        size_t *free_row = before;
        before = previous;
        previous = current;
        current = free_row;
    }
    return previous[b_size];
}

const char *nearest_word(const char *word, const char *const *candidates, size_t n)
{
    size_t size = strlen(word);
    if (size == 0 || size > LONGEST)
        return NULL;
    const char *nearest = NULL;
    size_t best = MAX(size / 3, 1) + 1;
    for (size_t i = 0; i < n; i++) {
        if (candidates[i] == NULL)
            continue;
        size_t candidate_size = strlen(candidates[i]);
        if (candidate_size > LONGEST)
            continue;
        size_t d = distance(word, size, candidates[i], candidate_size);
        if (d < best) {
            best = d;
            nearest = candidates[i];
        }
    }
    return nearest;
}
