/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Marks for sentences that a person reads. _("…") translates, N_("…") marks a table's text (the
 * reader of the table calls _() on it). Machine output is never marked.
 */
#ifndef MSE_CORE_I18N_H
#define MSE_CORE_I18N_H

#include <libintl.h>

#define _(text)          dgettext("mse-console", text)
#define N_(text)         text
#define P_(one, many, n) dngettext("mse-console", one, many, (unsigned long)(n))

#endif
