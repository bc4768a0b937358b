/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * To whom secrets are sealed: the enclave that a certificate vouches for, or a bare key; and the
 * journal's memory of both: was this certificate ever trusted here, what was sealed for whom.
 */
#ifndef MSE_APP_RECIPIENT_H
#define MSE_APP_RECIPIENT_H

#include "core/cancel.h"
#include "core/journal.h"

#include <stdbool.h>

#define RECIPIENT_ERROR (recipient_error_quark())
typedef enum {
    RECIPIENT_ERROR_KIND,    /* no certificate with a quote */
    RECIPIENT_ERROR_BINDING, /* the quote does not vouch for the certificate's key */
    RECIPIENT_ERROR_NO_KEY,  /* this enclave takes no sealed secrets */
} RecipientError;
GQuark recipient_error_quark(void);

typedef struct Recipient {
    uint8_t key[32];          /* X25519 */
    char *certificate_sha256; /* hex, of its DER; NULL: a bare key */
    char *measurement;        /* hex: MRENCLAVE or MRTD; NULL: a bare key */
    char *warning;            /* of the binding check: the certificate's dates; or NULL */
    char *last_verdict;       /* "trusted", … as the journal has it; NULL: never judged here */
    bool simulated;           /* and that verdict rested on a root that is not Intel's */
} Recipient;

void recipient_clear(Recipient *recipient);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Recipient, recipient_clear)

/* The key in report_data[32:64] of the quote in an RA-TLS certificate (PEM or DER), once the check
 * `binding` is ok: the quote vouches for the certificate's key. Whether the quote itself is to be
 * trusted is verify's to say, and the journal's to remember. `now` in Unix seconds. */
bool recipient_of_certificate(const char *path, int64_t now, Recipient *out, Cancel *cancel,
                              GError **error);
/* A file with an X25519 public key, or a pair of keygen. */
bool recipient_of_key(const char *path, Recipient *out, Cancel *cancel, GError **error);

/* Looks the certificate up in the journal: last_verdict and simulated. */
bool recipient_recall(Recipient *recipient, const Journal *journal, GError **error);
/* True when the last verdict on its certificate was one of trust. */
bool recipient_was_trusted(const Recipient *recipient);

/* A line of kind "seal": what was sealed, for whom. The sealed file's hash is in it; that of the
 * secrets is not: short secrets can be guessed from it. */
bool recipient_record(const Recipient *recipient, Journal *journal, int64_t now, const char *input,
                      const char *output, GError **error);

#endif
