/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Sparklines: figures as a row of blocks, the newest at the right. Where there is no UTF-8 the
 * canvas has characters of ASCII for them.
 */
#ifndef MSE_UI_SPARK_H
#define MSE_UI_SPARK_H

#include <glib.h>

/* The last `columns` of the values, one column each, between 0 and the largest of them, which
 * counts as `least` at least; what is not known (NAN) or not there is blank. g_free. */
char *spark_text(const float *values, unsigned n, unsigned columns, float least);

#endif
