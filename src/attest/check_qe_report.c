/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Check `qe-report`: does the platform vouch for the quoting enclave, and it for the key?
 */
#include "config.h"

#include "attest/judgement.h"

#include "core/i18n.h"

/* SHA-256(attestation key ‖ QE authentication data), which the QE put into its own report. */
static void key_hash(const Quote *quote, uint8_t out[SHA256_SIZE])
{
    uint8_t bytes[P256_RAW_KEY_SIZE + QE_AUTH_DATA_SIZE];
    memcpy(bytes, quote->attestation_key.data, P256_RAW_KEY_SIZE);
    memcpy(bytes + P256_RAW_KEY_SIZE, quote->qe_auth_data.data, QE_AUTH_DATA_SIZE);
    sha256(span_of(bytes, sizeof bytes), out);
}

void check_qe_report(Judgement *judgement, CheckOutcome *outcome)
{
    const Quote *quote = &judgement->quote;
    uint8_t hash[SHA256_SIZE];
    key_hash(quote, hash);
    if (memcmp(quote->qe_report.report_data, hash, sizeof hash) != 0) {
        g_autofree char *found = short_hex(span_of(quote->qe_report.report_data, sizeof hash));
        g_autofree char *expected = short_hex(span_of(hash, sizeof hash));
        outcome_fail(outcome, g_strdup_printf(_("The quoting enclave vouches for the key %s; the "
                                                "quote was signed with %s."),
                                              found, expected));
        return;
    }
    if (!judgement_qe_report_signature(judgement)) {
        outcome_fail(outcome, g_strdup(_("The signature of the quoting enclave's report is not by "
                                         "the platform's PCK key.")));
        return;
    }
    g_autofree char *found = short_hex(span_of(hash, sizeof hash));
    outcome_ok(outcome, g_strdup_printf(_("The PCK key signed the quoting enclave's report, and "
                                          "it names the attestation key (%s)."),
                                        found));
}
