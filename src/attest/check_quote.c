/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Check `quote`: is the report in the quote what the quoting enclave signed?
 */
#include "config.h"

#include "attest/judgement.h"

#include "core/i18n.h"

void check_quote(Judgement *judgement, CheckOutcome *outcome)
{
    if (judgement_quote_signature(judgement))
        outcome_ok(outcome, g_strdup_printf(_("The attestation key signed all %zu bytes of header "
                                              "and report."),
                                            judgement->quote.signed_part.size));
    else
        outcome_fail(outcome, g_strdup(_("The signature of the quote is not by the attestation "
                                         "key: header or report were altered.")));
}
