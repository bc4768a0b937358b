/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Names in certificates of simulated applications.
 */
#ifndef MSE_SIM_NAME_H
#define MSE_SIM_NAME_H

#include <openssl/x509.h>
#include <stdbool.h>

/* A distinguished name as RFC 4514 writes it: "CN=cosmian.com,O=Cosmian Tech,C=FR". The string's
 * last part comes first in the certificate. NULL when it is none: a type that OpenSSL does not
 * know, a value too long for its type, an escape that is none. Caller owns. */
X509_NAME *name_of_rfc4514(const char *text);
bool name_is_rfc4514(const char *text);

/* Something that can stand in subjectAltName and nothing else: an address, a DNS name of at most
 * 253 bytes, or one behind "*.". */
bool name_is_san(const char *text);

#endif
