/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The built program on a simulated platform: statuses, what it prints, what it writes.
 */
#include "config.h"

#include "process.h"

#include <glib/gstdio.h>
#include <signal.h>
#include <string.h>
#include <sys/stat.h>

#define MRENCLAVE "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff"

/* Made once for all tests. */
static struct {
    char *platform, *root, *collateral;
    char *quote, *certificate, *evidence, *broken, *hardening_evidence, *hardening_root;
} made;

static char *make_platform(const char *name, const char *tcb)
{
    char *directory = process_path(name);
    sim_run("platform", directory, "--tcb", tcb, NULL);
    return directory;
}

static char *make_quote(const char *platform, const char *name, const char *option)
{
    char *path = process_path(name);
    sim_run("quote", platform, "--mrenclave", MRENCLAVE, "--output", path, option, NULL);
    return path;
}

static void make_all(void)
{
    made.platform = make_platform("platform", "UpToDate");
    made.root = g_build_filename(made.platform, "root.pem", NULL);
    made.collateral = g_build_filename(made.platform, "collateral.json", NULL);
    made.quote = make_quote(made.platform, "quote.bin", NULL);
    made.certificate = make_quote(made.platform, "ratls.pem", "--certificate");
    made.evidence = make_quote(made.platform, "evidence.json", "--evidence");
    made.broken = process_path("broken.bin");
    sim_run("quote", made.platform, "--break", "qe-report-signature", "--output", made.broken,
            NULL);
    g_autofree char *hardening = make_platform("hardening", "SWHardeningNeeded");
    made.hardening_root = g_build_filename(hardening, "root.pem", NULL);
    made.hardening_evidence = make_quote(hardening, "hardening.json", "--evidence");
}

static const json_t *check_of(const json_t *object, const char *id)
{
    size_t i;
    const json_t *check;
    json_array_foreach(json_object_get(object, "checks"), i, check)
    {
        if (strcmp(json_string_value(json_object_get(check, "id")), id) == 0)
            return check;
    }
    g_error("no check %s", id);
}

static const char *text_of(const json_t *object, const char *name)
{
    return json_string_value(json_object_get(object, name));
}

static void assert_printed(const Outcome *outcome, const char *text)
{
    if (!strstr(outcome->out, text))
        g_error("\"%s\" is not in: %s", text, outcome->out);
}

static void assert_said(const Outcome *outcome, const char *text)
{
    if (!strstr(outcome->err, text))
        g_error("\"%s\" is not in: %s", text, outcome->err);
}

static void test_trusted(void)
{
    Outcome got = console_run(NULL, "verify", made.evidence, "--root", made.root, NULL);
    g_assert_cmpint(got.status, ==, 0);
    g_assert_cmpstr(got.err, ==, "");
    g_assert_true(g_str_has_prefix(got.out, "✔ TRUSTED  "));
    assert_printed(&got, "SIMULATED");
    assert_printed(&got, MRENCLAVE);
    assert_harmless(got.out, got.out_size);
    outcome_clear(&got);
}

static void test_rejected_without_the_root(void)
{
    Outcome got = console_run(NULL, "verify", made.evidence, NULL);
    g_assert_cmpint(got.status, ==, 3);
    g_assert_true(g_str_has_prefix(got.out, "✖ REJECTED  "));
    assert_printed(&got, "✖ root: ");
    assert_printed(&got, "What it means: ");
    assert_printed(&got, "What to do: ");
    g_assert_null(strstr(got.out, "SIMULATED\n"));
    outcome_clear(&got);
}

static void test_broken_for_the_named_reason(void)
{
    Outcome got = console_run(NULL, "verify", "--json", "--quote", made.broken, "--collateral",
                              made.collateral, "--root", made.root, NULL);
    g_assert_cmpint(got.status, ==, 3);
    json_t *object = outcome_json(&got);
    g_assert_cmpstr(text_of(object, "verdict"), ==, "rejected");
    g_assert_cmpstr(text_of(check_of(object, "qe-report"), "result"), ==, "failed");
    g_assert_true(json_is_null(json_object_get(object, "tcb_status")));
    json_decref(object);
    outcome_clear(&got);
}

static void test_plain_files_with_collateral(void)
{
    Outcome got = console_run(NULL, "verify", "--json", made.collateral, made.quote, "--root",
                              made.root, "--mrenclave", MRENCLAVE, NULL);
    g_assert_cmpint(got.status, ==, 0);
    json_t *object = outcome_json(&got);
    g_assert_cmpstr(text_of(object, "input"), ==, made.quote);
    g_assert_cmpstr(text_of(object, "verdict"), ==, "trusted");
    g_assert_cmpstr(text_of(object, "tcb_status"), ==, "UpToDate");
    g_assert_cmpstr(text_of(check_of(object, "mrenclave"), "result"), ==, "ok");
    json_decref(object);
    outcome_clear(&got);
}

static void test_collateral_alone(void)
{
    Outcome got = console_run(NULL, "verify", made.collateral, "--root", made.root, NULL);
    g_assert_cmpint(got.status, ==, 2);
    g_assert_cmpstr(got.out, ==, "");
    assert_said(&got, "nothing to judge");
    outcome_clear(&got);
}

static void test_expectations(void)
{
    g_autofree char *other = g_strnfill(64, '0');
    Outcome got =
        console_run(NULL, "verify", "--json", made.certificate, "--collateral", made.collateral,
                    "--root", made.root, "--mrenclave", other, "--min-isv-svn", "65535", NULL);
    g_assert_cmpint(got.status, ==, 3);
    json_t *object = outcome_json(&got);
    g_assert_cmpstr(text_of(check_of(object, "mrenclave"), "result"), ==, "failed");
    g_assert_cmpstr(text_of(check_of(object, "isv-svn"), "result"), ==, "failed");
    g_assert_cmpstr(text_of(check_of(object, "mrsigner"), "result"), ==, "skipped");
    json_decref(object);
    outcome_clear(&got);
}

static void test_warnings_and_strict(void)
{
    Outcome mild =
        console_run(NULL, "verify", made.hardening_evidence, "--root", made.hardening_root, NULL);
    g_assert_cmpint(mild.status, ==, 0);
    g_assert_true(g_str_has_prefix(mild.out, "! TRUSTED, with warnings  "));
    assert_printed(&mild, "SWHardeningNeeded");
    outcome_clear(&mild);
    Outcome strict = console_run(NULL, "verify", made.hardening_evidence, "--root",
                                 made.hardening_root, "--strict", NULL);
    g_assert_cmpint(strict.status, ==, 3);
    assert_printed(&strict, "--strict");
    outcome_clear(&strict);
}

static void test_expired(void)
{
    Outcome got = console_run(NULL, "verify", "--json", made.evidence, "--root", made.root, "--at",
                              "2099-01-01", NULL);
    g_assert_cmpint(got.status, ==, 3);
    json_t *object = outcome_json(&got);
    g_assert_cmpstr(text_of(object, "verdict"), ==, "expired");
    g_assert_true(json_is_string(json_object_get(object, "valid_until")));
    json_decref(object);
    outcome_clear(&got);
}

static void test_several(void)
{
    Outcome got = console_run(NULL, "verify", made.evidence, "missing.json", "--quote", made.broken,
                              "--root", made.root, NULL);
    g_assert_cmpint(got.status, ==, 3);
    assert_printed(&got, "3 inputs: 1 trusted, 1 rejected, 1 unreadable\n");
    assert_printed(&got, "? UNREADABLE  missing.json\n");
    assert_said(&got, "missing.json");
    outcome_clear(&got);
    Outcome unreadable =
        console_run(NULL, "verify", made.evidence, "missing.json", "--root", made.root, NULL);
    g_assert_cmpint(unreadable.status, ==, 1);
    outcome_clear(&unreadable);
}

static void test_several_in_json_keep_their_order(void)
{
    Outcome got = console_run(NULL, "verify", "--json", "--quote", made.broken, made.evidence,
                              "missing.json", "--root", made.root, NULL);
    g_assert_cmpint(got.status, ==, 3);
    json_t *all = outcome_json(&got);
    g_assert_cmpuint(json_array_size(all), ==, 3);
    g_assert_cmpstr(text_of(json_array_get(all, 0), "input"), ==, made.broken);
    g_assert_cmpstr(text_of(json_array_get(all, 1), "input"), ==, made.evidence);
    g_assert_cmpstr(text_of(json_array_get(all, 2), "verdict"), ==, "unreadable");
    g_assert_true(json_is_string(json_object_get(json_array_get(all, 2), "error")));
    g_assert_cmpuint(json_array_size(json_object_get(json_array_get(all, 2), "checks")), ==, 0);
    json_decref(all);
    outcome_clear(&got);
}

static void test_output_of_a_trusted_certificate(void)
{
    g_autofree char *directory = process_path("written/there");
    g_autofree char *path = g_build_filename(directory, "ratls.pem", NULL);
    Outcome got = console_run(NULL, "verify", made.certificate, "--collateral", made.collateral,
                              "--root", made.root, "--output", directory, NULL);
    g_assert_cmpint(got.status, ==, 0);
    g_autofree char *written = NULL;
    g_autofree char *original = NULL;
    g_assert_true(g_file_get_contents(path, &written, NULL, NULL));
    g_assert_true(g_file_get_contents(made.certificate, &original, NULL, NULL));
    g_assert_cmpstr(written, ==, original);
    struct stat status;
    g_assert_cmpint(stat(path, &status), ==, 0);
    g_assert_cmpuint(status.st_mode & 07777, ==, 0644);
    outcome_clear(&got);
}

static void test_nothing_is_written_of_a_rejected_one(void)
{
    g_autofree char *directory = process_path("not-written");
    Outcome got = console_run(NULL, "verify", made.certificate, "--collateral", made.collateral,
                              "--output", directory, NULL);
    g_assert_cmpint(got.status, ==, 3);
    g_assert_false(g_file_test(directory, G_FILE_TEST_EXISTS));
    assert_said(&got, "nothing was written");
    outcome_clear(&got);
}

static void test_explain(void)
{
    Outcome got = console_run(NULL, "verify", "--explain", "tcb-level", NULL);
    g_assert_cmpint(got.status, ==, 0);
    g_assert_true(g_str_has_prefix(got.out, "tcb-level: "));
    assert_printed(&got, "What it proves: ");
    assert_printed(&got, "Source: ");
    outcome_clear(&got);
    Outcome json = console_run(NULL, "verify", "--json", "--explain", "tcb-level", NULL);
    json_t *object = outcome_json(&json);
    g_assert_cmpstr(text_of(object, "id"), ==, "tcb-level");
    json_decref(object);
    outcome_clear(&json);
}

static void test_policy_file(void)
{
    g_autofree char *path = process_path("policy.toml");
    g_assert_true(g_file_set_contents(path, "accept = [\"UpToDate\"]\n", -1, NULL));
    Outcome got = console_run(NULL, "verify", made.hardening_evidence, "--root",
                              made.hardening_root, "--policy", path, NULL);
    g_assert_cmpint(got.status, ==, 3);
    assert_printed(&got, "✖ policy: ");
    outcome_clear(&got);
    g_assert_true(g_file_set_contents(path, "accpet = []\n", -1, NULL));
    Outcome wrong = console_run(NULL, "verify", made.hardening_evidence, "--policy", path, NULL);
    g_assert_cmpint(wrong.status, ==, 1);
    assert_said(&wrong, "line 1, column 1");
    g_assert_cmpstr(wrong.out, ==, "");
    outcome_clear(&wrong);
}

static void test_settings_are_the_default(void)
{
    g_autofree char *path = process_path("config.toml");
    g_autofree char *text = g_strdup_printf("[trust]\nroot = \"%s\"\n", made.root);
    g_assert_true(g_file_set_contents(path, text, -1, NULL));
    g_autofree char *variable = g_strconcat("MSE_CONSOLE_CONFIG=", path, NULL);
    const char *const environment[] = {variable, NULL};
    ProcessSetting setting = {.environment = environment};
    Outcome got = console_run(&setting, "verify", made.evidence, NULL);
    g_assert_cmpint(got.status, ==, 0);
    assert_printed(&got, "SIMULATED");
    outcome_clear(&got);
}

static void test_signer_key(void)
{
    g_autofree char *key = g_build_filename(made.platform, "enclave-signer.key", NULL);
    Outcome got = console_run(NULL, "verify", "--json", made.evidence, "--root", made.root,
                              "--signer-key", key, NULL);
    g_assert_cmpint(got.status, ==, 0);
    json_t *object = outcome_json(&got);
    g_assert_cmpstr(text_of(check_of(object, "mrsigner"), "result"), ==, "ok");
    json_decref(object);
    outcome_clear(&got);
}

static void test_without_a_terminal(void)
{
    Outcome got = console_run(NULL, made.evidence, "--root", made.root, NULL);
    g_assert_cmpint(got.status, ==, 0);
    g_assert_true(g_str_has_prefix(got.out, "✔ TRUSTED  "));
    assert_said(&got, "mse-console verify");
    outcome_clear(&got);
    Outcome none = console_run(NULL, NULL);
    g_assert_cmpint(none.status, ==, 2);
    g_assert_cmpstr(none.out, ==, "");
    assert_said(&none, "mse-console verify FILE…");
    outcome_clear(&none);
    Outcome wrong = console_run(NULL, "verfy", made.evidence, NULL);
    g_assert_cmpint(wrong.status, ==, 2);
    assert_said(&wrong, "did you mean \"verify\"?");
    outcome_clear(&wrong);
}

/* An output directory stands for the evidence in it. */
static void test_directory(void)
{
    g_autofree char *with = process_path("with"), *without = process_path("without");
    g_autofree char *within = g_build_filename(with, "evidence.json", NULL);
    g_assert_cmpint(g_mkdir(with, 0700), ==, 0);
    g_assert_cmpint(g_mkdir(without, 0700), ==, 0);
    g_assert_cmpint(symlink(made.evidence, within), ==, 0);
    Outcome got = console_run(NULL, "verify", with, "--root", made.root, NULL);
    g_assert_cmpint(got.status, ==, 0);
    assert_printed(&got, within);
    outcome_clear(&got);
    got = console_run(NULL, "verify", without, "--root", made.root, NULL);
    g_assert_cmpint(got.status, ==, 1);
    g_assert_nonnull(strstr(got.err, "it is a directory; give a file in it"));
    outcome_clear(&got);
}

static void test_journal(void)
{
    g_autofree char *home = process_path("journal-home");
    g_assert_cmpint(g_mkdir(home, 0700), ==, 0);
    g_autofree char *variable = g_strconcat("HOME=", home, NULL);
    const char *const environment[] = {variable, NULL};
    ProcessSetting setting = {.environment = environment};
    Outcome none = console_run(&setting, "journal", "list", NULL);
    assert_printed(&none, "The journal has nothing in it yet.");
    outcome_clear(&none);
    none = console_run(&setting, "journal", "list", "--json", NULL);
    g_assert_cmpstr(none.out, ==, "[]\n");
    outcome_clear(&none);
    for (int i = 0; i < 3; i++) {
        Outcome got = console_run(&setting, "verify", made.evidence, "--root", made.root, NULL);
        g_assert_cmpint(got.status, ==, 0);
        outcome_clear(&got);
    }
    Outcome list = console_run(&setting, "journal", "list", "--json", "--tail", "2", NULL);
    json_t *rows = outcome_json(&list);
    g_assert_cmpuint(json_array_size(rows), ==, 2);
    const json_t *last = json_array_get(rows, 1);
    g_assert_cmpint(json_integer_value(json_object_get(last, "line")), ==, 3);
    g_assert_cmpstr(text_of(last, "verdict"), ==, "trusted");
    g_assert_cmpstr(text_of(last, "measurement"), ==, MRENCLAVE);
    g_assert_cmpstr(text_of(last, "state"), ==, "ok");
    json_decref(rows);
    outcome_clear(&list);
    none = console_run(&setting, "journal", "list", "--since", "2999-01-01", NULL);
    assert_printed(&none, "nothing of that time or later");
    outcome_clear(&none);
    Outcome well = console_run(&setting, "journal", "verify", NULL);
    g_assert_cmpint(well.status, ==, 0);
    assert_printed(&well, "3 lines");
    outcome_clear(&well);
    g_autofree char *path = g_build_filename(home, ".local/state/mse-console/journal.jsonl", NULL);
    g_autofree char *before = NULL;
    g_assert_true(g_file_get_contents(path, &before, NULL, NULL));
    Outcome exported = console_run(&setting, "journal", "export", NULL);
    g_assert_cmpstr(exported.out, ==, before);
    outcome_clear(&exported);
    /* Somebody makes the second verdict milder. */
    char *second = strchr(before, '\n') + 1;
    char *word = strstr(second, "\"trusted\"");
    memcpy(word, "\"TRUSTED\"", 9);
    g_assert_true(g_file_set_contents(path, before, -1, NULL));
    Outcome changed = console_run(&setting, "journal", "verify", NULL);
    g_assert_cmpint(changed.status, ==, 1);
    assert_said(&changed, "line 3 of the journal is broken");
    outcome_clear(&changed);
    Outcome json = console_run(&setting, "journal", "verify", "--json", NULL);
    g_assert_cmpint(json.status, ==, 1);
    json_t *report = outcome_json(&json);
    g_assert_cmpint(json_integer_value(json_object_get(report, "first_broken_line")), ==, 3);
    json_decref(report);
    outcome_clear(&json);
}

static void test_inspect(void)
{
    const char *const paths[] = {made.quote, made.certificate, made.evidence, made.collateral};
    const char *const kinds[] = {"quote", "certificate", "evidence", "collateral"};
    for (size_t i = 0; i < G_N_ELEMENTS(paths); i++) {
        Outcome text = console_run(NULL, "inspect", paths[i], NULL);
        g_assert_cmpint(text.status, ==, 0);
        g_assert_cmpstr(text.err, ==, "");
        assert_harmless(text.out, text.out_size);
        outcome_clear(&text);
        Outcome json = console_run(NULL, "inspect", "--json", paths[i], NULL);
        json_t *object = outcome_json(&json);
        g_assert_cmpstr(text_of(object, "kind"), ==, kinds[i]);
        g_assert_cmpuint(json_array_size(json_object_get(object, "tree")), >, 0);
        g_assert_true(json_is_null(json_object_get(object, "error")));
        json_decref(object);
        outcome_clear(&json);
    }
    Outcome quote = console_run(NULL, "inspect", made.quote, NULL);
    assert_printed(&quote, "     112      32      mr_enclave  " MRENCLAVE);
    assert_printed(&quote, "Intel SGX PCK Certificate");
    outcome_clear(&quote);
}

static void test_every_verb_helps(void)
{
    Outcome table = console_run(NULL, "help", "--json", NULL);
    json_t *verbs = outcome_json(&table);
    size_t i;
    const json_t *verb;
    g_assert_cmpuint(json_array_size(verbs), >, 8);
    json_array_foreach(verbs, i, verb)
    {
        g_auto(GStrv) words = g_strsplit(text_of(verb, "verb"), " ", -1);
        g_autoptr(GPtrArray) line = g_ptr_array_new();
        for (char **word = words; *word; word++)
            g_ptr_array_add(line, *word);
        g_ptr_array_add(line, (char *)"--help");
        Outcome help = console_run_words(NULL, line);
        g_assert_cmpint(help.status, ==, 0);
        g_assert_true(g_str_has_prefix(help.out, "Usage: mse-console "));
        outcome_clear(&help);
    }
    json_decref(verbs);
    outcome_clear(&table);
}

static void test_doctor(void)
{
    Outcome got = console_run(NULL, "doctor", "--json", NULL);
    g_assert_cmpint(got.status, ==, 0);
    json_t *rows = outcome_json(&got);
    unsigned limits = 0;
    size_t i;
    const json_t *row;
    json_array_foreach(rows, i, row) limits += strcmp(text_of(row, "area"), "limits") == 0;
    g_assert_cmpuint(limits, >, 10);
    json_decref(rows);
    outcome_clear(&got);
    g_autofree char *path = process_path("wrong.toml");
    g_assert_true(g_file_set_contents(path, "[trust]\nroot = 7\n", -1, NULL));
    g_autofree char *variable = g_strconcat("MSE_CONSOLE_CONFIG=", path, NULL);
    const char *const environment[] = {variable, NULL};
    ProcessSetting setting = {.environment = environment};
    Outcome wrong = console_run(&setting, "doctor", NULL);
    g_assert_cmpint(wrong.status, ==, 1);
    assert_said(&wrong, "line 2, column");
    outcome_clear(&wrong);
}

static void test_ascii_terminal(void)
{
    const char *const environment[] = {"LC_ALL=C", NULL};
    ProcessSetting setting = {.environment = environment};
    Outcome got = console_run(&setting, "verify", made.evidence, "--root", made.root, NULL);
    g_assert_cmpint(got.status, ==, 0);
    g_assert_true(g_str_is_ascii(got.out));
    g_assert_true(g_str_has_prefix(got.out, "+ TRUSTED  "));
    outcome_clear(&got);
}

/* A French locale made for this run alone, from the C library's own sources. */
static char *make_french(void)
{
    g_autofree char *program = g_find_program_in_path("localedef");
    char *directory = process_path("locales");
    g_autofree char *target = g_build_filename(directory, "fr_FR.UTF-8", NULL);
    const char *argv[] = {program, "-i", "fr_FR", "-f", "UTF-8", target, NULL};
    g_mkdir_with_parents(directory, 0700);
    if (program) {
        Outcome made_it = process_run(argv, NULL);
        outcome_clear(&made_it);
    }
    g_autofree char *file = g_build_filename(target, "LC_CTYPE", NULL);
    if (g_file_test(file, G_FILE_TEST_EXISTS))
        return directory;
    g_free(directory);
    return NULL;
}

static void test_french(void)
{
    g_autofree char *locales = make_french();
    if (!locales) {
        g_test_skip("localedef cannot make a French locale here");
        return;
    }
    g_autofree char *path = g_strconcat("LOCPATH=", locales, NULL);
    g_autofree char *domain =
        g_strconcat("TEXTDOMAINDIR=", g_getenv("MSE_TEST_BUILD"), "/po", NULL);
    const char *const environment[] = {path, domain, "LC_ALL=fr_FR.UTF-8", NULL};
    ProcessSetting setting = {.environment = environment};
    Outcome got = console_run(&setting, "verify", "missing.json", NULL);
    g_assert_cmpint(got.status, ==, 1);
    assert_said(&got, "impossible de lire missing.json");
    assert_harmless(got.err, got.err_size);
    outcome_clear(&got);
    /* Machine output stays as it is. */
    Outcome json =
        console_run(&setting, "verify", "--json", made.evidence, "--root", made.root, NULL);
    json_t *object = outcome_json(&json);
    g_assert_cmpstr(text_of(object, "verdict"), ==, "trusted");
    g_assert_cmpstr(text_of(check_of(object, "format"), "result"), ==, "ok");
    json_decref(object);
    outcome_clear(&json);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    make_all();
    g_test_add_func("/verify/trusted", test_trusted);
    g_test_add_func("/verify/rejected-without-the-root", test_rejected_without_the_root);
    g_test_add_func("/verify/broken", test_broken_for_the_named_reason);
    g_test_add_func("/verify/plain-files", test_plain_files_with_collateral);
    g_test_add_func("/verify/collateral-alone", test_collateral_alone);
    g_test_add_func("/verify/expectations", test_expectations);
    g_test_add_func("/verify/strict", test_warnings_and_strict);
    g_test_add_func("/verify/expired", test_expired);
    g_test_add_func("/verify/several", test_several);
    g_test_add_func("/verify/several-json", test_several_in_json_keep_their_order);
    g_test_add_func("/verify/output", test_output_of_a_trusted_certificate);
    g_test_add_func("/verify/no-output", test_nothing_is_written_of_a_rejected_one);
    g_test_add_func("/verify/explain", test_explain);
    g_test_add_func("/verify/policy", test_policy_file);
    g_test_add_func("/verify/settings", test_settings_are_the_default);
    g_test_add_func("/verify/signer-key", test_signer_key);
    g_test_add_func("/verify/no-terminal", test_without_a_terminal);
    g_test_add_func("/verify/directory", test_directory);
    g_test_add_func("/journal", test_journal);
    g_test_add_func("/inspect", test_inspect);
    g_test_add_func("/help", test_every_verb_helps);
    g_test_add_func("/doctor", test_doctor);
    g_test_add_func("/locale/ascii", test_ascii_terminal);
    g_test_add_func("/locale/french", test_french);
    return g_test_run();
}
