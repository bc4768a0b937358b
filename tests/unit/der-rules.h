/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Why strictness refuses a certificate that d2i_X509 takes: the whole list, each rule seen through
 * OpenSSL alone.
 */
#ifndef MSE_TEST_DER_RULES_H
#define MSE_TEST_DER_RULES_H

#include "core/reader.h"

#include <openssl/x509.h>

size_t n_der_rules(void);
const char *der_rule_name(size_t rule);
bool der_rule_explains(size_t rule, const X509 *x509, Span der);

#endif
