/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Hexadecimal and base64, strict: what is not exactly that is refused.
 */
#ifndef MSE_CORE_HEX_H
#define MSE_CORE_HEX_H

#include "core/reader.h"

#include <glib.h>

/* Lower-case hex of the bytes. Free with g_free. */
char *hex_encode(Span bytes);

/* Decodes exactly 2 × `size` hex digits of either case from `text` (not NUL-terminated) into `out`.
 * False when the length or a digit is wrong; `out` is then unspecified. */
bool hex_decode_exact(Span text, uint8_t *out, size_t size);

/* Decodes any even number of digits. NULL when something else is in it. Caller owns the result. */
GBytes *hex_decode(Span text);

/* Standard base64 with padding, white space between groups allowed. NULL when anything else is in
 * it, or the padding is wrong. Caller owns the result. */
GBytes *base64_decode_strict(Span text);

#endif
