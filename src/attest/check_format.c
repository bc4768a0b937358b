/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Check `format`: is this a quote that can be verified here at all?
 */
#include "config.h"

#include "attest/judgement.h"

#include "core/i18n.h"

static const uint8_t intel_vendor_id[16] = {0x93, 0x9a, 0x72, 0x33, 0xf7, 0x9c, 0x4c, 0xa9,
                                            0x94, 0x0a, 0x0d, 0xb3, 0x95, 0x7f, 0x06, 0x07};

enum { CERTIFICATION_CHAIN = 5 };

static char *problem(Judgement *judgement)
{
    const Quote *quote = &judgement->quote;
    if (judgement->form_problem)
        return g_strdup(judgement->form_problem);
    if (memcmp(quote->qe_vendor_id, intel_vendor_id, sizeof intel_vendor_id) != 0) {
        g_autofree char *found = short_hex(span_of(quote->qe_vendor_id, 16));
        return g_strdup_printf(_("The quoting enclave's vendor is %s; expected: Intel, "
                                 "939a7233…0607."),
                               found);
    }
    if (quote->certification_type != CERTIFICATION_CHAIN)
        return g_strdup_printf(_("The quote brings certification data of type %u, which cannot be "
                                 "verified offline; expected: 5, a PCK certificate chain."),
                               quote->certification_type);
    const PckChain *chain = judgement_chain(judgement);
    if (chain->form_problem)
        return g_strdup_printf(_("The quote's certification data: %s."), chain->form_problem);
    return NULL;
}

static bool all_zero(Span bytes)
{
    for (size_t i = 0; i < bytes.size; i++)
        if (bytes.data[i] != 0)
            return false;
    return true;
}

static char *unsigned_bytes(Judgement *judgement)
{
    const Quote *quote = &judgement->quote;
    size_t n = quote->trailing_bytes + quote->unsigned_slack;
    gsize size;
    const uint8_t *bytes = g_bytes_get_data(judgement->quote_bytes, &size);
    if (n == 0)
        return g_strdup(".");
    if (quote->unsigned_slack == 0 && all_zero(span_of(bytes + quote->size, size - quote->size)))
        return g_strdup_printf(_(", padded with %zu zero bytes."), n);
    return g_strdup_printf(_("; %zu more bytes in it are signed by nobody and were ignored."), n);
}

void check_format(Judgement *judgement, CheckOutcome *outcome)
{
    const Quote *quote = &judgement->quote;
    char *why = problem(judgement);
    if (why) {
        outcome_fail(outcome, why);
        return;
    }
    g_autofree char *rest = unsigned_bytes(judgement);
    outcome_ok(outcome, g_strdup_printf(_("A version %u quote of %s, %zu bytes%s"), quote->version,
                                        quote->tee == TEE_SGX ? _("an SGX enclave") : _("a TDX TD"),
                                        quote->size, rest));
}
