/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Files cut at every length, judged and never trusted: in this process, where it is fast.
 */
#include "config.h"

#include "app/verification.h"
#include "process.h"

#include <string.h>
#include <unistd.h>

static char *platform, *root;

static char *make(const char *name, const char *collateral, const char *option)
{
    char *path = process_path(name);
    sim_run("quote", platform, "--output", path, "--collateral-output", collateral, option, NULL);
    return path;
}

static Verification *verification_with(VerificationRequest *request, const char *collateral)
{
    g_autoptr(GError) error = NULL;
    request->root_path = root;
    request->collateral_path = collateral;
    Verification *verification = verification_new(request, NULL, &error);
    g_assert_no_error(error);
    return verification;
}

static void judge_every_length(const char *name, const char *option, InputKind kind)
{
    g_autofree char *collateral = process_path("collateral.json");
    g_autofree char *path = make(name, collateral, option);
    g_autofree char *text = NULL;
    gsize size;
    g_assert_true(g_file_get_contents(path, &text, &size, NULL));
    g_autoptr(Policy) policy = policy_new();
    VerificationRequest request = {.policy = policy};
    g_autoptr(Verification) verification = verification_with(&request, collateral);
    VerificationInput input = {.kind = kind, .name = path};
    g_autoptr(VerificationResult) whole = verification_judge(verification, &input, 0, NULL);
    g_assert_cmpstr(verification_verdict_name(whole), ==, "trusted");
    while (size > 0 && g_ascii_isspace(text[size - 1]))
        size--;
    /* From the end, so that the file need only shrink. */
    while (size-- > 0) {
        g_assert_cmpint(truncate(path, (off_t)size), ==, 0);
        g_autoptr(VerificationResult) cut = verification_judge(verification, &input, 0, NULL);
        int status = verification_exit_status(cut, false);
        if (status != 3 && !(kind == INPUT_PLAIN && status == 1))
            g_error("%s cut at %zu: %s", name, size, verification_verdict_name(cut));
    }
}

static void test_quote(void)
{
    judge_every_length("quote.bin", NULL, INPUT_QUOTE);
}

static void test_td_quote(void)
{
    judge_every_length("td.bin", "--tee=tdx", INPUT_QUOTE);
}

static void test_plain_quote(void)
{
    judge_every_length("plain.bin", NULL, INPUT_PLAIN);
}

static void test_certificate(void)
{
    judge_every_length("ratls.pem", "--certificate", INPUT_CERTIFICATE);
}

static void test_evidence(void)
{
    judge_every_length("evidence.json", "--evidence", INPUT_PLAIN);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    platform = process_path("platform");
    sim_run("platform", platform, NULL);
    root = g_build_filename(platform, "root.pem", NULL);
    g_test_add_func("/cut/quote", test_quote);
    g_test_add_func("/cut/td-quote", test_td_quote);
    g_test_add_func("/cut/plain-quote", test_plain_quote);
    g_test_add_func("/cut/certificate", test_certificate);
    g_test_add_func("/cut/evidence", test_evidence);
    return g_test_run();
}
