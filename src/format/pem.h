/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * PEM (RFC 7468), strict: LF or CRLF, base64 as it should be, labels that match.
 */
#ifndef MSE_FORMAT_PEM_H
#define MSE_FORMAT_PEM_H

#include "core/reader.h"

#include <glib.h>

typedef struct PemBlock {
    char *label; /* "CERTIFICATE" */
    GBytes *der;
    size_t offset; /* of its BEGIN line in the text */
    size_t size;   /* to the end of its END line, without the line break */
} PemBlock;

void pem_block_free(PemBlock *block);

typedef enum {
    PEM_NOTHING_BETWEEN, /* blocks, white space between them, and perhaps one NUL at the end */
    PEM_TEXT_BETWEEN,    /* text outside blocks is skipped, as openssl prints it */
} PemMode;

/* A line inside a block is at most this long, in bytes without its line break. */
enum { PEM_LINE_MOST = 4096 };

/* All blocks in order, at most `most`. NULL when malformed, more than `most`, or none at all;
 * `where` (may be NULL) then gets the offset of what is wrong. Elements PemBlock*, its own. */
GPtrArray *pem_decode(Span text, PemMode mode, unsigned most, size_t *where);

/* One block, 64 columns, LF. Free with g_free. */
char *pem_encode(const char *label, Span der);

#endif
