/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The trust anchor: one certificate, compared byte by byte, and its key, decoded once.
 */
#ifndef MSE_ATTEST_ANCHOR_H
#define MSE_ATTEST_ANCHOR_H

#include "attest/certificate.h"

enum { INTEL_ROOT_SIZE = 659 };
extern const uint8_t intel_root_der[INTEL_ROOT_SIZE];

typedef struct Anchor {
    GBytes *der;
    Certificate certificate; /* of `der` */
    EVP_PKEY *key;
    uint8_t sha256[SHA256_SIZE];
    bool is_intel;
    char *name;    /* its common name, safe for a terminal */
    char *problem; /* why nothing may be certified with it, or NULL */
} Anchor;

/* `root` empty: Intel's. Else one certificate, PEM or DER, with a P-256 key. */
bool anchor_init(Anchor *anchor, Span root, GError **error);
void anchor_clear(Anchor *anchor);

/* The one certificate in PEM (text around it is passed over) or DER; NULL with an error when there
 * is none or more than one. */
GBytes *single_certificate(Span text, GError **error);

#endif
