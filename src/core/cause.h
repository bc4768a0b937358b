/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Causes: what lies under an error's sentence. A sentence says what a person can use; for who looks
 * for a fault, the places that make or wrap errors leave a record here of where that was, and of
 * what the system, a server or a library said. Records are found by the error's message, so that
 * errors may be copied and change threads. Nothing is kept until causes_keep() is called, and then
 * the latest 256 records. Never hand over what is secret: records are shown.
 */
#ifndef MSE_CORE_CAUSE_H
#define MSE_CORE_CAUSE_H

#include <glib.h>
#include <stdbool.h>

/* Where the caller is, as two arguments. */
#define CAUSE_HERE __FILE__, __func__

/* From now on. Once, before there are threads. */
void causes_keep(void);
bool causes_are_kept(void);

/* All of these take an error that may not be asked for: `error` NULL does nothing. */

/* g_prefix_error, with a record of it. */
void cause_prefix(GError **error, const char *file, const char *function, const char *format, ...)
    G_GNUC_PRINTF(4, 5);
/* The sentence stays; "fetching collateral" is what was being done. */
void cause_step(GError **error, const char *file, const char *function, const char *step);
/* The last of a chain: "errno 2: No such file or directory". */
void cause_end(const GError *error, const char *file, const char *function, const char *format, ...)
    G_GNUC_PRINTF(4, 5);
void cause_end_errno(GError *const *error, const char *file, const char *function, int number);
/* `ours` says instead of `under` what happened. */
void cause_instead(const GError *ours, const char *file, const char *function, const GError *under);

/* What is known of an error with this message, from the outermost inwards, each "room/file,
 * function: text"; empty when nothing is. Free with g_strfreev. */
char **cause_chain(const char *message);

#endif
