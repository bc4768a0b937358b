/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Preloaded into the console by a test: memory that nobody points to, of a size that no other has.
 */
#include "config.h"

#include <stdlib.h>
#include <string.h>

enum { LOST = 54321 };

__attribute__((constructor)) static void lose(void)
{
    char *volatile lost = malloc(LOST);

    if (lost != NULL)
        memset(lost, 1, LOST);
    lost = NULL;
}
