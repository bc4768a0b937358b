/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Check `root`: does the quote's chain end in the certificate that is trusted here?
 */
#include "config.h"

#include "attest/judgement.h"

#include "core/i18n.h"

static char *trusted_root(const Anchor *anchor)
{
    g_autofree char *hash = short_hex(span_of(anchor->sha256, sizeof anchor->sha256));
    if (anchor->is_intel)
        return g_strdup_printf(_("The chain ends in the pinned Intel SGX Root CA (SHA-256 %s)."),
                               hash);
    return g_strdup_printf(_("The chain ends in \"%s\" (SHA-256 %s), which was given as trust "
                             "anchor. It is not Intel's: this says nothing about real hardware."),
                           anchor->name, hash);
}

void check_root(Judgement *judgement, CheckOutcome *outcome)
{
    const PckChain *chain = judgement_chain(judgement);
    const Anchor *anchor = judgement->anchor;
    gsize size;
    uint8_t found[SHA256_SIZE];
    if (chain->root_is_anchor) {
        outcome_ok(outcome, trusted_root(anchor));
        return;
    }
    const void *root = g_bytes_get_data(chain->der[CHAIN_ROOT], &size);
    sha256(span_of(root, size), found);
    g_autofree char *found_hex = short_hex(span_of(found, sizeof found));
    g_autofree char *expected = short_hex(span_of(anchor->sha256, sizeof anchor->sha256));
    outcome_fail(outcome, g_strdup_printf(_("The chain ends in a certificate with SHA-256 %s; "
                                            "trusted is \"%s\" with %s."),
                                          found_hex, anchor->name, expected));
}
