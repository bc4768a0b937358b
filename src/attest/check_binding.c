/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Check `binding`: does the certificate's key belong to the enclave that was quoted?
 */
#include "config.h"

#include "attest/judgement.h"

#include "core/i18n.h"
#include "format/date.h"

static void judge_certificate_dates(const Judgement *judgement, CheckOutcome *outcome)
{
    const Certificate *certificate = &judgement->certificate;
    if (judgement->at >= certificate->not_before && judgement->at <= certificate->not_after)
        return;
    g_autofree char *from = date_format(certificate->not_before);
    g_autofree char *until = date_format(certificate->not_after);
    outcome_warn(outcome, g_strdup_printf(_("The key is bound to the quote; the certificate's own "
                                            "dates are %s to %s, and a TLS client may refuse it."),
                                          from, until));
}

void check_binding(Judgement *judgement, CheckOutcome *outcome)
{
    const Certificate *certificate = &judgement->certificate;
    uint8_t hash[SHA256_SIZE];
    if (!judgement->from_certificate) {
        outcome_skip(outcome);
        return;
    }
    if (certificate->key_kind == KEY_OTHER) {
        outcome_fail(outcome, g_strdup(_("The certificate's key is not of a kind that can be bound "
                                         "here; expected: a P-256 or P-384 key.")));
        return;
    }
    sha256(certificate->point, hash);
    if (memcmp(quote_report_data(&judgement->quote), hash, sizeof hash) != 0) {
        g_autofree char *found = short_hex(span_of(quote_report_data(&judgement->quote), 32));
        g_autofree char *expected = short_hex(span_of(hash, sizeof hash));
        outcome_fail(outcome, g_strdup_printf(_("The quote vouches for the key with SHA-256 %s; "
                                                "the certificate holds %s."),
                                              found, expected));
        return;
    }
    if (!judgement_self_signature(judgement)) {
        outcome_fail(outcome, g_strdup(_("The certificate is not signed with the key it holds.")));
        return;
    }
    judge_certificate_dates(judgement, outcome);
    g_autofree char *found = short_hex(span_of(hash, sizeof hash));
    outcome_ok(outcome, g_strdup_printf(_("The quote vouches for this certificate's key (SHA-256 "
                                          "%s), which signed the certificate."),
                                        found));
}
