/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Collateral: the file, the signed bodies, TCB info and QE identity. Levels come out sorted and
 * distinct; what is split off a body stands in it, byte for byte.
 */
#include "config.h"

#include "attest/collateral.h"
#include "attest/qe_identity.h"
#include "attest/tcb_evaluation.h"

static int compare(const TcbLevel *a, const TcbLevel *b)
{
    int order = memcmp(a->sgx, b->sgx, sizeof a->sgx);
    if (order == 0)
        order = (int)a->pce_svn - (int)b->pce_svn;
    return order != 0 ? order : memcmp(a->tdx, b->tdx, sizeof a->tdx);
}

static void check_info(const TcbInfo *info)
{
    for (unsigned i = 1; i < info->n_levels; i++)
        g_assert_cmpint(compare(&info->levels[i - 1], &info->levels[i]), >, 0);
    for (unsigned i = 0; i < info->n_levels; i++)
        g_assert_cmpint(info->levels[i].status, <=, TCB_REVOKED);
    g_assert_true(info->tee == TEE_TDX || (!info->has_module && info->n_identities == 0));
}

/* A platform that has everything reaches the newest level, if there is one. */
static void check_evaluation(const TcbInfo *info)
{
    PckExtension pck;
    Quote quote = {.tee = info->tee, .body_type = info->tee == TEE_SGX ? BODY_SGX : BODY_TD_1_5};
    IsvLevel qe = {.status = TCB_UP_TO_DATE};
    TcbEvaluation evaluation;
    g_autofree char *why = NULL;
    memset(&pck, 0xff, sizeof pck);
    if (tcb_evaluate(info, &pck, &quote, &qe, &evaluation, &why)) {
        g_assert_nonnull(evaluation.level);
        g_assert_true(info->tee == TEE_TDX || evaluation.level == &info->levels[0]);
    } else {
        g_assert_nonnull(why);
    }
}

static void check_split(Span body, const char *key)
{
    g_autoptr(GBytes) document = NULL, signature = NULL;
    if (!collateral_split_signed(body, key, &document, &signature, NULL))
        return;
    gsize size;
    const void *bytes = g_bytes_get_data(document, &size);
    g_assert_cmpuint(g_bytes_get_size(signature), ==, 64);
    g_assert_nonnull(memmem(body.data, body.size, bytes, size));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    TcbInfo info;
    QeIdentity identity;
    Span bytes = span_of(size > 0 ? (const void *)data : "", size);
    if (tcb_info_parse(bytes, &info, NULL)) {
        check_info(&info);
        check_evaluation(&info);
        tcb_info_clear(&info);
    }
    if (qe_identity_parse(bytes, &identity, NULL))
        qe_identity_clear(&identity);
    check_split(bytes, "tcbInfo");
    check_split(bytes, "enclaveIdentity");
    g_autoptr(Collateral) collateral = collateral_parse(bytes, "fuzz", NULL);
    g_assert_true(collateral || !collateral_recognise(bytes));
    return 0;
}
