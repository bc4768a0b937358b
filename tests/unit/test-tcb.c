/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * TCB statuses, merges, TCB info and QE identity: read strictly, sorted, refused when malformed.
 */
#include "config.h"

#include "attest/qe_identity.h"
#include "attest/tcb_evaluation.h"

#include "core/i18n.h"

static void test_names(void)
{
    for (unsigned i = 0; i < N_TCB_STATUSES; i++) {
        const char *name = tcb_status_name((TcbStatus)i);
        g_assert_cmpint(tcb_status_parse(span_of(name, strlen(name))), ==, i);
        g_assert_cmpuint(strlen(tcb_status_meaning((TcbStatus)i)), >, 20);
    }
    g_assert_null(tcb_status_name(TCB_UNKNOWN));
    g_assert_nonnull(tcb_status_meaning(TCB_UNKNOWN));
    g_assert_cmpint(tcb_status_parse(span_of("uptodate", 8)), ==, TCB_UNKNOWN);
    g_assert_cmpint(tcb_status_parse(span_of("UpToDat", 7)), ==, TCB_UNKNOWN);
}

static void test_merge(void)
{
    static const struct {
        TcbStatus status, out_of_date;
    } rows[] = {
        {TCB_UP_TO_DATE, TCB_OUT_OF_DATE},
        {TCB_SW_HARDENING_NEEDED, TCB_OUT_OF_DATE},
        {TCB_CONFIGURATION_NEEDED, TCB_OUT_OF_DATE_CONFIGURATION_NEEDED},
        {TCB_CONFIGURATION_AND_SW_HARDENING_NEEDED, TCB_OUT_OF_DATE_CONFIGURATION_NEEDED},
        {TCB_OUT_OF_DATE, TCB_OUT_OF_DATE},
        {TCB_OUT_OF_DATE_CONFIGURATION_NEEDED, TCB_OUT_OF_DATE_CONFIGURATION_NEEDED},
        {TCB_REVOKED, TCB_REVOKED},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_assert_cmpint(tcb_merge(rows[i].status, TCB_UP_TO_DATE), ==, rows[i].status);
        g_assert_cmpint(tcb_merge(rows[i].status, TCB_UNKNOWN), ==, rows[i].status);
        g_assert_cmpint(tcb_merge(rows[i].status, TCB_OUT_OF_DATE), ==, rows[i].out_of_date);
        g_assert_cmpint(tcb_merge(rows[i].status, TCB_REVOKED), ==, TCB_REVOKED);
    }
}

#define COMPONENTS_OF(first)                                                               \
    "[{\"svn\":" first "},{\"svn\":0},{\"svn\":0},{\"svn\":0},{\"svn\":0},{\"svn\":0},"    \
    "{\"svn\":0},{\"svn\":0},{\"svn\":0},{\"svn\":0},{\"svn\":0},{\"svn\":0},{\"svn\":0}," \
    "{\"svn\":0},{\"svn\":0},{\"svn\":0}]"
#define LEVEL_OF(components, pcesvn, rest)                             \
    "{\"tcb\":{\"sgxtcbcomponents\":" components ",\"pcesvn\":" pcesvn \
    "},\"tcbDate\":\"2023-02-15T00:00:00Z\"," rest "}"
#define LEVEL(first, pcesvn, status) \
    LEVEL_OF(COMPONENTS_OF(first), pcesvn, "\"tcbStatus\":\"" status "\"")
#define INFO_OF(id, rest, levels)                                                            \
    "{\"id\":\"" id "\",\"version\":3,\"issueDate\":\"2023-05-30T00:45:00Z\","               \
    "\"nextUpdate\":\"2023-06-29T00:45:00Z\",\"fmspc\":\"30606A000000\",\"pceId\":\"0001\"," \
    "\"tcbType\":0,\"tcbEvaluationDataNumber\":15," rest "\"tcbLevels\":[" levels "]}"
#define INFO(levels) INFO_OF("SGX", "", levels)

static bool parses(const char *text)
{
    TcbInfo info;
    g_autoptr(GError) error = NULL;
    bool ok = tcb_info_parse(span_of(text, strlen(text)), &info, &error);
    if (ok)
        tcb_info_clear(&info);
    else
        g_assert_error(error, TCB_INFO_ERROR, TCB_INFO_ERROR_FORM);
    return ok;
}

static void test_info_is_sorted(void)
{
    static const char text[] = INFO(LEVEL("1", "13", "OutOfDate") "," LEVEL(
        "9", "5", "Revoked") "," LEVEL("9", "13", "UpToDate"));
    TcbInfo info;
    g_assert_true(tcb_info_parse(span_of(text, strlen(text)), &info, NULL));
    g_assert_cmpuint(info.n_levels, ==, 3);
    g_assert_cmpint(info.levels[0].status, ==, TCB_UP_TO_DATE);
    g_assert_cmpint(info.levels[1].status, ==, TCB_REVOKED);
    g_assert_cmpint(info.levels[2].status, ==, TCB_OUT_OF_DATE);
    g_assert_cmpuint(info.fmspc[0], ==, 0x30);
    g_assert_cmpuint(info.pce_id[1], ==, 1);
    g_assert_cmpint(info.issue_date, ==, 1685407500);
    g_assert_cmpuint(info.evaluation, ==, 15);
    tcb_info_clear(&info);
}

static void test_malformed_info_refused(void)
{
    g_assert_true(parses(INFO(LEVEL("1", "13", "UpToDate"))));
    g_assert_true(parses(INFO(LEVEL("255", "65535", "UpToDate"))));
    g_assert_true(parses(INFO(
        LEVEL_OF(COMPONENTS_OF("1"), "1", "\"tcbStatus\":\"UpToDate\",\"advisoryIDs\":[\"A\"]"))));
    static const char *const refused[] = {
        "",
        "{}",
        "[]",
        " " INFO(""),
        INFO("") "\n",
        INFO(LEVEL("256", "13", "UpToDate")),
        INFO(LEVEL("-1", "13", "UpToDate")),
        INFO(LEVEL("1.0", "13", "UpToDate")),
        INFO(LEVEL("1e0", "13", "UpToDate")),
        INFO(LEVEL("\"1\"", "13", "UpToDate")),
        INFO(LEVEL("1", "65536", "UpToDate")),
        INFO(LEVEL("1", "13", "Unknown")),
        INFO(LEVEL("1", "13", "TDRelaunchAdvised")),
        INFO(LEVEL("1", "13", "UpToDate") "," LEVEL("1", "13", "Revoked")),
        INFO(LEVEL_OF("[{\"svn\":1}]", "13", "\"tcbStatus\":\"UpToDate\"")),
        INFO(LEVEL_OF(COMPONENTS_OF("1"), "1", "\"tcbStatus\":\"UpToDate\",\"advisoryIDs\":[1]")),
        INFO(LEVEL_OF(COMPONENTS_OF("1"), "1",
                      "\"tcbStatus\":\"UpToDate\",\"tcbStatus\":\"UpToDate\"")),
        INFO_OF("SGX", "\"id\":\"SGX\",", ""),
        INFO_OF("SGX", "\"\\u0069x\":1,", ""),
        INFO_OF("SGX",
                "\"tdxModule\":{\"mrsigner\":\"\",\"attributes\":\"\",\"attributesMask\":\"\"},",
                ""),
        INFO_OF("SGX", "\"tdxModuleIdentities\":[],", ""),
        INFO_OF("QE", "", ""),
        INFO_OF("TDX", "", LEVEL("1", "13", "UpToDate")), /* no TDX components */
    };
    for (size_t i = 0; i < G_N_ELEMENTS(refused); i++)
        if (parses(refused[i]))
            g_error("taken for a TCB info: %s", refused[i]);
}

static void test_each_member_is_required(void)
{
    static const char *const members[] = {
        "\"id\"",        "\"version\"", "\"issueDate\"", "\"nextUpdate\"",
        "\"fmspc\"",     "\"pceId\"",   "\"tcbType\"",   "\"tcbEvaluationDataNumber\"",
        "\"tcbLevels\"", "\"pcesvn\"",  "\"tcbDate\"",   "\"tcbStatus\"",
    };
    for (size_t i = 0; i < G_N_ELEMENTS(members); i++) {
        g_autofree char *text = g_strdup(INFO(LEVEL("1", "13", "UpToDate")));
        char *member = strstr(text, members[i]);
        g_assert_nonnull(member);
        member[1] = '#';
        g_assert_false(parses(text));
    }
}

#define MODULE_OF(id, svn, status)                                                          \
    "{\"id\":\"" id "\",\"mrsigner\":\"" ZEROS_96 "\",\"attributes\":\"0000000000000000\"," \
    "\"attributesMask\":\"FFFFFFFFFFFFFFFF\",\"tcbLevels\":[{\"tcb\":{\"isvsvn\":" svn      \
    "},\"tcbDate\":\"2023-02-15T00:00:00Z\",\"tcbStatus\":\"" status "\"}]}"
#define ZEROS_96                                       \
    "000000000000000000000000000000000000000000000000" \
    "000000000000000000000000000000000000000000000000"

static void test_module_identities(void)
{
    static const char text[] =
        INFO_OF("TDX",
                "\"tdxModuleIdentities\":[" MODULE_OF("TDX_01", "4", "UpToDate") "," MODULE_OF(
                    "tdx_0a", "65535", "OutOfDate") "],",
                "");
    TcbInfo info;
    g_assert_true(tcb_info_parse(span_of(text, strlen(text)), &info, NULL));
    g_assert_nonnull(tcb_info_module_identity(&info, 1));
    g_assert_nonnull(tcb_info_module_identity(&info, 10));
    g_assert_null(tcb_info_module_identity(&info, 2));
    tcb_info_clear(&info);
    g_assert_false(parses(INFO_OF(
        "TDX", "\"tdxModuleIdentities\":[" MODULE_OF("TDX_01", "4", "SWHardeningNeeded") "],",
        "")));
    g_assert_false(
        parses(INFO_OF("TDX",
                       "\"tdxModuleIdentities\":[" MODULE_OF(
                           "TDX_01", "4", "UpToDate") "," MODULE_OF("TDX_01", "5", "UpToDate") "],",
                       "")));
    g_assert_false(parses(INFO_OF(
        "TDX", "\"tdxModuleIdentities\":[" MODULE_OF("TDX_01", "65536", "UpToDate") "],", "")));
}

/* Identities in document order: the first that is reached, not the best. */
static void test_isv_levels(void)
{
    IsvLevel items[] = {{.isv_svn = 8, .status = TCB_UP_TO_DATE},
                        {.isv_svn = 6, .status = TCB_OUT_OF_DATE},
                        {.isv_svn = 2, .status = TCB_REVOKED}};
    const IsvLevels levels = {items, G_N_ELEMENTS(items)};
    g_assert_true(isv_level_of(&levels, 9) == &items[0]);
    g_assert_true(isv_level_of(&levels, 8) == &items[0]);
    g_assert_true(isv_level_of(&levels, 7) == &items[1]);
    g_assert_true(isv_level_of(&levels, 5) == &items[2]);
    g_assert_null(isv_level_of(&levels, 1));
}

#define IDENTITY_OF(version, mrsigner)                                                 \
    "{\"id\":\"QE\",\"version\":" version ",\"issueDate\":\"2023-05-15T14:48:40Z\","   \
    "\"nextUpdate\":\"2023-06-14T14:48:40Z\",\"tcbEvaluationDataNumber\":15,"          \
    "\"miscselect\":\"00000001\",\"miscselectMask\":\"ffffFFFF\","                     \
    "\"attributes\":\"11000000000000000000000000000000\","                             \
    "\"attributesMask\":\"FBFFFFFFFFFFFFFF0000000000000000\",\"mrsigner\":\"" mrsigner \
    "\",\"isvprodid\":1,\"tcbLevels\":[]}"
#define SIGNER_62 "8C4F5775D796503E96137F77C68A829A0056AC8DED70140B081B094490C57B"

static void test_identity(void)
{
    static const char good[] = IDENTITY_OF("2", SIGNER_62 "FF");
    static const char *const refused[] = {
        "{}",
        IDENTITY_OF("2", SIGNER_62),
        IDENTITY_OF("2", SIGNER_62 "FFFF"),
        IDENTITY_OF("2", SIGNER_62 "FG"),
        IDENTITY_OF("\"2\"", SIGNER_62 "FF"),
        IDENTITY_OF("99999", SIGNER_62 "FF"),
        IDENTITY_OF("2", SIGNER_62 "FF") " ",
    };
    QeIdentity identity;
    g_assert_true(qe_identity_parse(span_of(good, strlen(good)), &identity, NULL));
    g_assert_cmpuint(identity.version, ==, 2);
    g_assert_cmpuint(identity.misc_select[3], ==, 1);
    g_assert_cmpuint(identity.mr_signer[31], ==, 0xff);
    qe_identity_clear(&identity);
    for (size_t i = 0; i < G_N_ELEMENTS(refused); i++) {
        g_autoptr(GError) error = NULL;
        g_assert_false(
            qe_identity_parse(span_of(refused[i], strlen(refused[i])), &identity, &error));
        g_assert_error(error, QE_IDENTITY_ERROR, QE_IDENTITY_ERROR_FORM);
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/tcb/names", test_names);
    g_test_add_func("/tcb/merge", test_merge);
    g_test_add_func("/tcb/info/sorted", test_info_is_sorted);
    g_test_add_func("/tcb/info/malformed", test_malformed_info_refused);
    g_test_add_func("/tcb/info/members", test_each_member_is_required);
    g_test_add_func("/tcb/info/modules", test_module_identities);
    g_test_add_func("/tcb/isv-levels", test_isv_levels);
    g_test_add_func("/tcb/identity", test_identity);
    return g_test_run();
}
