/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * base64url, RFC 4648 section 5.
 */
#ifndef MSE_SIM_BASE64URL_H
#define MSE_SIM_BASE64URL_H

#include <glib.h>
#include <stdint.h>

/* With its padding or without. NULL when it is none. Free with g_free. */
uint8_t *base64url_decode(const char *text, size_t *size);
/* With padding. Free with g_free. */
char *base64url_encode(const void *data, size_t size);

#endif
