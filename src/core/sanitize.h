/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The one sanitizer for untrusted text on its way to a terminal or into a sentence: C0 (tab and
 * line feed too, unless kept), DEL, C1 raw and in UTF-8, bidi controls, zero-width characters and
 * invalid UTF-8 come out as visible escapes: \x1b, \u202e. What is printable stays as it is.
 */
#ifndef MSE_CORE_SANITIZE_H
#define MSE_CORE_SANITIZE_H

#include "core/reader.h"

#include <glib.h>

typedef enum {
    SANITIZE_LINE = 0, /* nothing but printable characters comes out */
    SANITIZE_KEEP_NEWLINES = 1 << 0,
    SANITIZE_KEEP_TABS = 1 << 1,
} SanitizeFlags;

/* Valid, harmless UTF-8. Free with g_free. */
char *sanitize(Span text, SanitizeFlags flags);
char *sanitize_string(const char *text); /* SANITIZE_LINE; NULL gives "" */

#endif
