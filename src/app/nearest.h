/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * "Did you mean": the known word nearest to one that is not known.
 */
#ifndef MSE_APP_NEAREST_H
#define MSE_APP_NEAREST_H

#include <stddef.h>

/* The candidate with the smallest edit distance (a swap of neighbours counts as one), when that is
 * at most a third of the word's length, or one; else NULL. Case does not count. Candidates may be
 * NULL and are then passed over. Borrowed. */
const char *nearest_word(const char *word, const char *const *candidates, size_t n);

#endif
