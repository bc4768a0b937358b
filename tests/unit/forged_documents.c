/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "forged_documents.h"

const uint8_t forged_platform_svn[16] = {5, 5, 2, 2, 3, 1, 0, 3};
const uint8_t forged_td_svn[16] = {4, 1, 2};
const uint8_t forged_td_svn_now[16] = {6, 1, 3};

static char *rfc3339(int64_t seconds)
{
    g_autoptr(GDateTime) time = g_date_time_new_from_unix_utc(seconds);
    return g_date_time_format(time, "%Y-%m-%dT%H:%M:%SZ");
}

static void append_components(GString *json, const char *name, const uint8_t *svn)
{
    g_string_append_printf(json, "\"%s\":[", name);
    for (unsigned i = 0; i < 16; i++)
        g_string_append_printf(json, "%s{\"svn\":%u}", i ? "," : "", svn[i]);
    g_string_append(json, "]");
}

static void append_level(GString *json, const uint8_t *sgx, const uint8_t *tdx, const char *status)
{
    g_string_append(json, "{\"tcb\":{");
    append_components(json, "sgxtcbcomponents", sgx);
    g_string_append_printf(json, ",\"pcesvn\":%d", FORGED_PCESVN);
    if (tdx) {
        g_string_append_c(json, ',');
        append_components(json, "tdxtcbcomponents", tdx);
    }
    g_string_append_printf(json,
                           "},\"tcbDate\":\"2023-01-01T00:00:00Z\",\"tcbStatus\":\"%s\","
                           "\"advisoryIDs\":[\"INTEL-SA-00002\",\"INTEL-SA-00001\"]}",
                           status);
}

/* The first of each; what is not there is an error of the test's. */
static char *edited(const char *text, const TextEdit edits[MAX_EDITS])
{
    char *out = g_strdup(text);
    for (unsigned i = 0; i < MAX_EDITS && edits[i].find; i++) {
        g_autofree char *before = out;
        const char *at = strstr(before, edits[i].find);
        if (!at)
            g_error("not there to be edited: %s", edits[i].find);
        out = g_strdup_printf("%.*s%s%s", (int)(at - before), before, edits[i].put,
                              at + strlen(edits[i].find));
    }
    return out;
}

bool forged_is_tdx(const Forgery *forgery)
{
    return forgery->version > 3 && !forgery->sgx;
}

static const char *or_up_to_date(const char *status)
{
    return status ? status : "UpToDate";
}

static void append_modules(GString *json, const Forgery *forgery)
{
    static const char zeros[] = "000000000000000000000000000000000000000000000000"
                                "000000000000000000000000000000000000000000000000";
    g_autofree char *signer = g_strdup(zeros);
    if (forgery->flaw == FLAW_MODULE_SIGNER)
        signer[0] = '1';
    g_string_append_printf(json,
                           "\"tdxModule\":{\"mrsigner\":\"%s\",\"attributes\":\"0000000000000000\","
                           "\"attributesMask\":\"FFFFFFFFFFFFFFFF\"},\"tdxModuleIdentities\":[{"
                           "\"id\":\"%s\",\"mrsigner\":\"%s\",\"attributes\":\"0000000000000000\","
                           "\"attributesMask\":\"FFFFFFFFFFFFFFFF\",\"tcbLevels\":["
                           "{\"tcb\":{\"isvsvn\":2},\"tcbDate\":\"2022-01-01T00:00:00Z\","
                           "\"tcbStatus\":\"OutOfDate\"},"
                           "{\"tcb\":{\"isvsvn\":4},\"tcbDate\":\"2023-01-01T00:00:00Z\","
                           "\"tcbStatus\":\"%s\",\"advisoryIDs\":[\"INTEL-SA-00003\"]},"
                           "{\"tcb\":{\"isvsvn\":6},\"tcbDate\":\"2023-01-01T00:00:00Z\","
                           "\"tcbStatus\":\"UpToDate\"}]}],",
                           signer, forgery->flaw == FLAW_MODULE_UNKNOWN ? "TDX_07" : "tdx_01",
                           signer, or_up_to_date(forgery->module_status));
}

char *forged_tcb_info(const Forgery *forgery)
{
    GString *json = g_string_new("{");
    uint8_t level[16];
    bool tdx = forged_is_tdx(forgery);
    g_autofree char *from = rfc3339(FORGED_NOW - 5 * FORGED_DAY);
    g_autofree char *until = rfc3339(FORGED_NOW + 25 * FORGED_DAY);
    g_string_append_printf(json,
                           "\"id\":\"%s\",\"version\":3,\"issueDate\":\"%s\",\"nextUpdate\":\"%s\","
                           "\"fmspc\":\"%s\",\"pceId\":\"0000\",\"tcbType\":0,"
                           "\"tcbEvaluationDataNumber\":15,",
                           tdx ? "TDX" : "SGX", from, until,
                           forgery->flaw == FLAW_TCB_OTHER_FMSPC ? "00606A000000" : "30606A000000");
    if (tdx)
        append_modules(json, forgery);
    memcpy(level, forged_platform_svn, sizeof level);
    if (forgery->flaw == FLAW_TCB_LEVEL_ABOVE)
        level[15]++;
    g_string_append(json, "\"tcbLevels\":[");
    /* Out of order on purpose: levels are sorted by the verifier. */
    append_level(json, level, tdx ? forged_td_svn : NULL, or_up_to_date(forgery->status));
    if (forgery->newest_status) {
        g_string_append_c(json, ',');
        append_level(json, forged_platform_svn, forged_td_svn_now, forgery->newest_status);
    }
    if (forgery->flaw == FLAW_TCB_LEVEL_TWICE) {
        g_string_append_c(json, ',');
        append_level(json, level, tdx ? forged_td_svn : NULL, "Revoked");
    }
    g_string_append(json, "]}");
    g_autofree char *text = g_string_free(json, FALSE);
    return edited(text, forgery->info);
}

char *forged_qe_identity(const Forgery *forgery)
{
    const char *id = forged_is_tdx(forgery) ? "TD_QE" : "QE";
    int64_t begins = forgery->identity_from ? forgery->identity_from : FORGED_FROM;
    g_autofree char *from = rfc3339(begins);
    g_autofree char *until = rfc3339(begins + 30 * FORGED_DAY);
    g_autofree char *signer = g_strnfill(64, '0');
    signer[0] = '8';
    signer[1] = 'C';
    g_autofree char *text = g_strdup_printf(
        "{\"id\":\"%s\",\"version\":2,\"issueDate\":\"%s\",\"nextUpdate\":\"%s\","
        "\"tcbEvaluationDataNumber\":16,\"miscselect\":\"00000000\","
        "\"miscselectMask\":\"FFFFFFFF\",\"attributes\":\"11000000000000000000000000000000\","
        "\"attributesMask\":\"FBFFFFFFFFFFFFFF0000000000000000\",\"mrsigner\":\"%s\","
        "\"isvprodid\":1,\"tcbLevels\":[{\"tcb\":{\"isvsvn\":%d},"
        "\"tcbDate\":\"2023-01-01T00:00:00Z\",\"tcbStatus\":\"%s\","
        "\"advisoryIDs\":[\"INTEL-SA-00002\"]}]}",
        forgery->flaw == FLAW_IDENTITY_ID ? "QVE" : id, from, until, signer,
        forgery->flaw == FLAW_QE_TOO_OLD ? FORGED_QE_SVN + 1 : FORGED_QE_SVN,
        or_up_to_date(forgery->qe_status));
    return edited(text, forgery->identity);
}
