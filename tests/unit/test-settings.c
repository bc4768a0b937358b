/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * config.toml: every key of the option table, and what is said of wrong ones.
 */
#include "config.h"

#include "app/nearest.h"
#include "app/settings.h"
#include "core/limits.h"

#include <glib/gstdio.h>
#include <string.h>

#define HEX64 "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

static Settings *parse(const char *text, GError **error)
{
    return settings_parse(span_of(text, strlen(text)), "/etc/somewhere/config.toml", error);
}

static Settings *parse_good(const char *text)
{
    GError *error = NULL;
    Settings *settings = parse(text, &error);
    g_assert_no_error(error);
    g_assert_nonnull(settings);
    return settings;
}

static void assert_refused(const char *text, const char *const *fragments)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(Settings) settings = parse(text, &error);
    g_assert_null(settings);
    g_assert_error(error, SETTINGS_ERROR, SETTINGS_ERROR_VALUE);
    for (; *fragments != NULL; fragments++) {
        if (strstr(error->message, *fragments) == NULL)
            g_test_message("of: %s\nmessage: %s\nlacks: %s", text, error->message, *fragments);
        g_assert_nonnull(strstr(error->message, *fragments));
    }
}
#define assert_refused_with(text, ...) \
    assert_refused(text, (const char *const[]){__VA_ARGS__, NULL})

static void test_defaults(void)
{
    g_autoptr(Settings) settings = parse_good("");
    g_assert_cmpuint(settings->warnings->len, ==, 0);
    g_assert_cmpuint(settings->keys->len, ==, 0);
    for (int i = 0; i < N_SETTINGS; i++) {
        g_assert_false(settings_is_set(settings, (SettingId)i));
        g_autofree char *text = settings_value_text(settings, (SettingId)i);
        g_assert_cmpstr(text, ==, settings_table[i].default_text);
    }
    g_assert_cmpstr(settings_text(settings, SETTING_COLOURS_SCHEME), ==, "terminal");
    g_assert_null(settings_text(settings, SETTING_PCCS_URL));
    g_assert_null(settings_text(settings, SETTING_TRUST_ROOT));
    g_autoptr(Policy) policy = policy_new();
    g_assert_cmpuint(settings->policy->accept, ==, policy->accept);
}

/* The table is what manual and doctor print: each row says what it is. */
static void test_table(void)
{
    for (int i = 0; i < N_SETTINGS; i++) {
        const SettingRow *row = &settings_table[i];
        g_assert_nonnull(row->section);
        g_assert_nonnull(row->key);
        g_assert_nonnull(row->help);
        g_assert_nonnull(setting_type_name(row->type));
        bool chooses = row->type == SETTING_CHOICE || row->type == SETTING_CHOICES;
        g_assert_true(chooses == (row->choices != NULL));
        g_assert_true(row->type != SETTING_NUMBER || row->least < row->most);
        for (int j = 0; j < i; j++)
            g_assert_false(g_str_equal(row->section, settings_table[j].section) &&
                           g_str_equal(row->key, settings_table[j].key));
    }
    const char *const *statuses = settings_table[SETTING_POLICY_ACCEPT].choices;
    for (int i = 0; i < N_TCB_STATUSES; i++)
        g_assert_cmpstr(statuses[i], ==, tcb_status_name((TcbStatus)i));
    g_assert_null(statuses[N_TCB_STATUSES]);
}

static void test_policy(void)
{
    g_autoptr(Settings) settings = parse_good("[policy]\n"
                                              "accept = [\"UpToDate\", \"OutOfDate\"]\n"
                                              "grace_days = 3\n"
                                              "allow_debug = true\n"
                                              "min_isv_svn = 65535\n"
                                              "min_tcb_evaluation = 17\n"
                                              "mrenclave = [\"" HEX64 "\"]\n"
                                              "mrsigner = [\"" HEX64 "\", \"" HEX64 "\"]\n");
    const Policy *policy = settings->policy;
    g_assert_cmpuint(policy->accept, ==, 1u << TCB_UP_TO_DATE | 1u << TCB_OUT_OF_DATE);
    g_assert_cmpuint(policy->grace_days, ==, 3);
    g_assert_true(policy->allow_debug);
    g_assert_true(policy->has_min_isv_svn);
    g_assert_cmpuint(policy->min_isv_svn, ==, 65535);
    g_assert_cmpuint(policy->min_tcb_evaluation, ==, 17);
    g_assert_cmpuint(policy->mrenclave->len, ==, 1);
    g_assert_cmpuint(policy->mrsigner->len, ==, 2);
    g_assert_cmphex(g_array_index(policy->mrenclave, Measurement, 0).bytes[1], ==, 0x23);
    for (int i = SETTING_POLICY_ACCEPT; i <= SETTING_POLICY_MRSIGNER; i++)
        g_assert_true(settings_is_set(settings, (SettingId)i));
    g_autofree char *accept = settings_value_text(settings, SETTING_POLICY_ACCEPT);
    g_assert_cmpstr(accept, ==, "[\"UpToDate\", \"OutOfDate\"]");
}

static void test_paths_and_urls(void)
{
    g_autoptr(Settings) settings = parse_good("[trust]\nroot = \"../root.pem\"\n"
                                              "[pccs]\nurl = \"https://localhost:8081/\"\n"
                                              "ca = \"~/ca.pem\"\n");
    g_autofree char *ca = g_build_filename(g_getenv("HOME"), "ca.pem", NULL);
    g_assert_cmpstr(settings_text(settings, SETTING_TRUST_ROOT), ==, "/etc/root.pem");
    g_assert_cmpstr(settings_text(settings, SETTING_PCCS_URL), ==, "https://localhost:8081/");
    g_assert_cmpstr(settings_text(settings, SETTING_PCCS_CA), ==, ca);

    g_autoptr(Settings) absolute = parse_good("[trust]\nroot = \"/r.pem\"\n");
    g_assert_cmpstr(settings_text(absolute, SETTING_TRUST_ROOT), ==, "/r.pem");
}

static void test_colours(void)
{
    g_autoptr(Settings) settings = parse_good("[colours]\nscheme = \"dark\"\n"
                                              "trusted = \"green\"\nwarning = 214\n"
                                              "rejected = \"#ff8000\"\ntitle = \"bright-white\"\n"
                                              "border = \"default\"\nkey = \"12\"\n");
    SettingColour colour;
    g_assert_cmpstr(settings_text(settings, SETTING_COLOURS_SCHEME), ==, "dark");
    g_assert_true(settings_colour(settings, SETTING_COLOURS_TRUSTED, &colour));
    g_assert_cmpint(colour.kind, ==, SETTING_COLOUR_PALETTE);
    g_assert_cmpuint(colour.index, ==, 2);
    g_assert_true(settings_colour(settings, SETTING_COLOURS_WARNING, &colour));
    g_assert_cmpuint(colour.index, ==, 214);
    g_assert_true(settings_colour(settings, SETTING_COLOURS_REJECTED, &colour));
    g_assert_cmpint(colour.kind, ==, SETTING_COLOUR_RGB);
    g_assert_cmphex(colour.red, ==, 0xff);
    g_assert_cmphex(colour.green, ==, 0x80);
    g_assert_cmphex(colour.blue, ==, 0);
    g_assert_true(settings_colour(settings, SETTING_COLOURS_TITLE, &colour));
    g_assert_cmpuint(colour.index, ==, 15);
    g_assert_true(settings_colour(settings, SETTING_COLOURS_BORDER, &colour));
    g_assert_cmpint(colour.kind, ==, SETTING_COLOUR_DEFAULT);
    g_assert_true(settings_colour(settings, SETTING_COLOURS_KEY, &colour));
    g_assert_cmpuint(colour.index, ==, 12);
    g_assert_false(settings_colour(settings, SETTING_COLOURS_DIM, &colour));
}

static void test_keys(void)
{
    g_autoptr(Settings) settings = parse_good("[keys]\nquit = \"Q\"\n"
                                              "explain = [\"e\", \"Enter\"]\nverify = \"\"\n");
    g_assert_cmpuint(settings->keys->len, ==, 4);
    const SettingKey *first = g_ptr_array_index(settings->keys, 0);
    const SettingKey *third = g_ptr_array_index(settings->keys, 2);
    const SettingKey *last = g_ptr_array_index(settings->keys, 3);
    g_assert_cmpstr(first->command, ==, "quit");
    g_assert_cmpstr(first->key, ==, "Q");
    g_assert_cmpuint(first->line, ==, 2);
    g_assert_cmpstr(third->command, ==, "explain");
    g_assert_cmpstr(third->key, ==, "Enter");
    g_assert_cmpuint(third->line, ==, 3);
    g_assert_cmpuint(third->column, ==, 17);
    g_assert_cmpstr(last->key, ==, "");
    assert_refused_with("[keys]\nquit = 5\n", "line 2, column 8", "quit in [keys] is 5",
                        "expected a key");
}

/* A wrong value of every key: named, with its place and what is expected. */
static void test_wrong_values(void)
{
    static const struct {
        const char *section, *assignment, *expected;
    } cases[] = {
        {"policy", "accept = [\"Fine\"]", "one of UpToDate, SWHardeningNeeded"},
        {"policy", "accept = \"UpToDate\"", "an array of strings"},
        {"policy", "grace_days = -1", "a number from 0 to 36500"},
        {"policy", "grace_days = 36501", "a number from 0 to 36500"},
        {"policy", "allow_debug = 1", "true or false"},
        {"policy", "min_isv_svn = 65536", "a number from 0 to 65535"},
        {"policy", "min_tcb_evaluation = 1.5", "a number from 0 to 4294967295"},
        {"policy", "mrenclave = [\"00\"]", "64 hex digits"},
        {"policy", "mrsigner = \"" HEX64 "\"", "an array of strings of 64 hex digits"},
        {"trust", "root = 1", "the path of a file"},
        {"trust", "root = \"\"", "the path of a file"},
        {"trust", "root = \"~ann/x\"", "only \"~/\" is understood"},
        {"trust", "root = \"a\\u0000b\"", "the path of a file"},
        {"pccs", "url = \"localhost:8081\"", "https:// or http://"},
        {"pccs", "url = \"ftp://localhost\"", "https:// or http://"},
        {"pccs", "url = \"https://\"", "https:// or http://"},
        {"pccs", "ca = []", "the path of a file"},
        {"colours", "scheme = \"pink\"", "one of terminal, light, dark, mono"},
        {"colours", "trusted = 256", "a number from 0 to 255"},
        {"colours", "warning = \"#ff80\"", "\"#rrggbb\""},
        {"colours", "rejected = \"bright-default\"", "default, black, red"},
        {"colours", "unknown = -1", "default, black, red"},
        {"colours", "title = true", "default, black, red"},
        {"colours", "border = \"\"", "default, black, red"},
        {"colours", "focus = \"256\"", "default, black, red"},
        {"colours", "selection = 1.0", "default, black, red"},
        {"colours", "match = []", "default, black, red"},
        {"colours", "key = \"#gggggg\"", "default, black, red"},
        {"colours", "dim = \"Red\"", "default, black, red"},
        {"colours", "alarm = \"12x\"", "default, black, red"},
        {"keys", "quit = true", "an array of keys"},
    };
    for (unsigned i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *text =
            g_strdup_printf("# first\n[%s]\n%s\n", cases[i].section, cases[i].assignment);
        g_autofree char *key = g_strndup(cases[i].assignment, strcspn(cases[i].assignment, " "));
        g_autofree char *subject = g_strdup_printf("%s in [%s] is ", key, cases[i].section);
        assert_refused_with(text, "/etc/somewhere/config.toml: line 3, column ", subject,
                            cases[i].expected);
    }
}

/* What a running console goes by: good values of each form, … */
static void test_console_sections(void)
{
    g_autoptr(Settings) settings =
        parse_good("[alarm]\nbell = false\non_alarm = [\"notify\", \"a b\"]\nexpiry_days = 0\n"
                   "[columns]\napps = [\"trust\", \"name\"]\nfiles = [\"tcb\"]\ncpu = false\n"
                   "[secrets]\nhelloworld = [\"secrets.json\", \"/other.json\"]\n"
                   "\"with space\" = \"one.json\"\n"
                   "[commands.ssh]\nkey = \"Ctrl-s\"\nrun = \"ssh {name}\"\n"
                   "takes = \"terminal\"\nasks = true\nread_only = true\n"
                   "[commands.note]\nkey = \"N\"\nrun = \"note\"\n");
    const char *const *words = settings_texts(settings, SETTING_ALARM_ON_ALARM);
    g_assert_false(settings_flag(settings, SETTING_ALARM_BELL));
    g_assert_cmpuint(settings_number(settings, SETTING_ALARM_EXPIRY_DAYS), ==, 0);
    g_assert_cmpstr(words[1], ==, "a b");
    g_assert_null(words[2]);
    g_assert_cmpstr(settings_texts(settings, SETTING_COLUMNS_APPS)[1], ==, "name");
    g_assert_cmpstr(settings_texts(settings, SETTING_COLUMNS_FILES)[0], ==, "tcb");
    g_assert_false(settings_flag(settings, SETTING_COLUMNS_CPU));
    g_assert_cmpuint(settings->files->len, ==, 2);
    const SettingFiles *files = settings->files->pdata[0];
    g_assert_cmpstr(files->name, ==, "helloworld");
    g_assert_cmpstr(files->paths[0], ==, "/etc/somewhere/secrets.json");
    g_assert_cmpstr(files->paths[1], ==, "/other.json");
    files = settings->files->pdata[1];
    g_assert_cmpstr(files->name, ==, "with space");
    g_assert_cmpuint(settings->commands->len, ==, 2);
    const SettingCommand *command = settings->commands->pdata[0];
    g_assert_cmpstr(command->run, ==, "ssh {name}");
    g_assert_true(command->terminal && command->asks && command->read_only);
    command = settings->commands->pdata[1];
    g_assert_false(command->terminal || command->asks || command->read_only);
    g_assert_cmpuint(settings->warnings->len, ==, 0);
    g_autoptr(Settings) words_too = parse_good("[alarm]\non_alarm = \"notify 'a b' c\"\n");
    g_assert_cmpstr(settings_texts(words_too, SETTING_ALARM_ON_ALARM)[1], ==, "a b");
}

/* … and what is said of wrong ones, with the place of what is wrong. */
static void test_console_sections_wrong(void)
{
    static const struct {
        const char *text, *place, *sentence;
    } cases[] = {
        {"[alarm]\non_alarm = []\n", "line 2, column 12",
         "on_alarm in [alarm] names no program; leave the key out when none is to be run"},
        {"[alarm]\non_alarm = \"  \"\n", "line 2, column 12", "names no program"},
        {"[alarm]\non_alarm = \"a 'b\"\n", "line 2, column 12", "a quote in it is not closed"},
        {"[alarm]\non_alarm = [\"a\", 1]\n", "line 2, column 18", "on_alarm in [alarm] is 1"},
        {"[alarm]\non_alarm = 3\n", "line 2, column 12", "expected a command"},
        {"[alarm]\nbell = \"no\"\n", "line 2, column 8", "expected true or false"},
        {"[limits]\npackage_code = 0\n", "line 2, column 16", "a number from 1 to 1048576"},
        {"[limits]\ninputs = \"many\"\n", "line 2, column 10", "a number from 1 to 10000000"},
        {"[alarm]\nexpiry_days = -1\n", "line 2, column 15", "a number from 0 to 3650"},
        {"[alarm]\nexpiry_days = 3651\n", "line 2, column 15", "a number from 0 to 3650"},
        {"[alarm]\nexpiry_days = \"soon\"\n", "line 2, column 15", "a number from 0 to 3650"},
        {"alarm = 1\n", "line 1, column 9", "expected a table: [alarm]"},
        {"[columns]\napps = [\"name\", \"nane\"]\n", "line 2, column 17", "one of name, state"},
        {"[columns]\napps = \"name\"\n", "line 2, column 8", "an array of strings"},
        {"[columns]\nfiles = [\"cpu\"]\n", "line 2, column 10", "one of name, verdict"},
        {"[columns]\nfiles = [[]]\n", "line 2, column 10", "files in [columns] is"},
        {"[columns]\ncpu = 1\n", "line 2, column 7", "expected true or false"},
        {"[secrets]\nx = 1\n", "line 2, column 5", "the path of a file"},
        {"[secrets]\nx = [\"a\", \"\"]\n", "line 2, column 11", "the path of a file"},
        {"[secrets]\nx = [\"~other/a\"]\n", "line 2, column 6", "only \"~/\" is understood"},
        {"[commands]\nx = 1\n", "line 2, column 5", "expected [commands.x]"},
        {"[commands.x]\nrun = \"a\"\n", "line 1, column ", "[commands.x] wants key and run"},
        {"[commands.x]\nkey = \"a\"\n", "line 1, column ", "[commands.x] wants key and run"},
        {"[commands.x]\nkey = \"a\"\nrun = \"a\"\ntakes = \"all\"\n", "line 4, column 9",
         "takes in [commands.x]: expected"},
        {"[commands.x]\nkey = \"a\"\nrun = \"a\"\nasks = 1\n", "line 4, column 8",
         "asks in [commands.x]: expected"},
        {"[commands.x]\nkey = \"a\"\nrun = \"\"\n", "line 3, column 7",
         "run in [commands.x]: expected"},
        {"[commands.x]\nkey = \"a\"\nrun = \"a\"\nruns = \"b\"\n", "line 4, column 8",
         "runs in [commands.x]: expected"},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++)
        assert_refused_with(cases[i].text, cases[i].place, cases[i].sentence);
}

/* Whether a section is set alike: also when the same words mean another file. */
static void test_same(void)
{
    const char *text = "[trust]\nroot = \"root.pem\"\n[policy]\ngrace_days = 3\n";
    g_autoptr(Settings) one = parse_good(text), other = parse_good(text);
    g_autoptr(Settings) elsewhere = settings_parse(span_of(text, strlen(text)), "/b.toml", NULL);
    g_autoptr(Settings) none = settings_new();
    g_assert_true(settings_same(one, other, "trust"));
    g_assert_true(settings_same(one, other, "policy"));
    g_assert_false(settings_same(one, elsewhere, "trust"));
    g_assert_true(settings_same(one, elsewhere, "policy"));
    g_assert_false(settings_same(one, none, "policy"));
    g_assert_true(settings_same(one, none, "pccs"));
}

static void test_all_at_once(void)
{
    const char *text = "[policy]\ngrace_days = \"x\"\nallow_debug = 3\nmin_isv_snv = 2\n"
                       "[pccs]\nurl = 1\n[colours]\ntrusted = \"\\u001b[31m\"\n"
                       "[trust]\nroot = []\n";
    assert_refused_with(text, "line 2, column 14", "line 3, column 15",
                        "unknown key min_isv_snv in [policy]: did you mean min_isv_svn?",
                        "url in [pccs] is 1", "\\x1b[31m", "root in [trust]");
    g_autoptr(GError) error = NULL;
    g_assert_null(parse(text, &error));
    g_auto(GStrv) lines = g_strsplit(error->message, "\n", -1);
    g_assert_cmpuint(g_strv_length(lines), ==, 6);
}

static void test_unknown(void)
{
    g_autoptr(Settings) settings = parse_good("colour = 1\n[colours]\ntrustd = 1\n"
                                              "[pcs]\nurl = \"https://x\"\n[zzzz]\nb = 2\n");
    g_assert_cmpuint(settings->warnings->len, ==, 4);
    g_assert_nonnull(strstr(g_ptr_array_index(settings->warnings, 0),
                            "line 1, column 10: unknown key colour: did you mean colours?"));
    g_assert_nonnull(strstr(g_ptr_array_index(settings->warnings, 1),
                            "line 3, column 10: unknown key trustd in [colours]: did you mean "
                            "trusted?"));
    g_assert_nonnull(strstr(g_ptr_array_index(settings->warnings, 2),
                            "unknown section [pcs]: did you mean pccs?"));
    g_assert_nonnull(
        strstr(g_ptr_array_index(settings->warnings, 3), "unknown section [zzzz]: it is not used"));
}

static void test_syntax(void)
{
    assert_refused_with("[pccs]\nurl = \n", "line 2", "/etc/somewhere/config.toml");
    assert_refused_with("policy = 3\n", "expected a table: [policy]");
}

static void write_file(const char *path, const char *text)
{
    g_autofree char *directory = g_path_get_dirname(path);
    g_assert_cmpint(g_mkdir_with_parents(directory, 0700), ==, 0);
    g_assert_true(g_file_set_contents(path, text, -1, NULL));
}

static void test_load(void)
{
    g_unsetenv("MSE_CONSOLE_CONFIG");
    g_autofree char *config = g_build_filename(g_getenv("HOME"), "xdg", NULL);
    g_setenv("XDG_CONFIG_HOME", config, true);
    g_autoptr(GError) error = NULL;
    g_autoptr(Settings) none = settings_load(&error);
    g_assert_no_error(error);
    g_assert_null(none->path);

    g_autofree char *path = g_build_filename(config, "mse-console", "config.toml", NULL);
    write_file(path, "[trust]\nroot = \"r.pem\"\n");
    g_autoptr(Settings) standard = settings_load(&error);
    g_assert_no_error(error);
    g_assert_cmpstr(standard->path, ==, path);
    g_autofree char *root = g_build_filename(config, "mse-console", "r.pem", NULL);
    g_assert_cmpstr(settings_text(standard, SETTING_TRUST_ROOT), ==, root);

    g_autofree char *other = g_build_filename(g_getenv("HOME"), "other.toml", NULL);
    g_setenv("MSE_CONSOLE_CONFIG", other, true);
    g_autoptr(Settings) missing = settings_load(&error);
    g_assert_null(missing);
    g_assert_error(error, SETTINGS_ERROR, SETTINGS_ERROR_OPEN);
    g_assert_nonnull(strstr(error->message, "other.toml"));

    write_file(other, "[colours]\nscheme = \"mono\"\n");
    g_autoptr(Settings) named = settings_load(NULL);
    g_assert_cmpstr(settings_text(named, SETTING_COLOURS_SCHEME), ==, "mono");
    g_unsetenv("MSE_CONSOLE_CONFIG");
}

static void test_nearest(void)
{
    static const char *const words[] = {"verify", "inspect", NULL, "doctor"};
    g_assert_cmpstr(nearest_word("verfy", words, 4), ==, "verify");
    g_assert_cmpstr(nearest_word("VERIFY", words, 4), ==, "verify");
    g_assert_cmpstr(nearest_word("evrify", words, 4), ==, "verify");
    g_assert_cmpstr(nearest_word("docter", words, 4), ==, "doctor");
    g_assert_null(nearest_word("x", words, 4));
    g_assert_null(nearest_word("", words, 4));
    g_assert_null(nearest_word("something else", words, 4));
}

/* Another file, another limit; what is not named is the table's. */
static void test_limits(void)
{
    g_autofree char *path = g_build_filename(g_get_home_dir(), "limits.toml", NULL);
    g_autoptr(GError) error = NULL;
    g_autoptr(Settings) settings = NULL;

    g_assert_true(g_file_set_contents(path, "[limits]\npackage_code = 3\ninputs = 7\n", -1, NULL));
    settings = settings_load_file(path, &error);
    g_assert_no_error(error);
    g_assert_cmpuint(limit_bytes(LIMIT_PACKAGE_CODE), ==, 3 * 1024 * 1024);
    g_assert_cmpuint(limit_bytes(LIMIT_INPUTS), ==, 7);
    g_assert_cmpuint(limit_bytes(LIMIT_PACKAGE_TESTS), ==, limit_row(LIMIT_PACKAGE_TESTS)->maximum);
    g_clear_pointer(&settings, settings_free);
    g_assert_true(g_file_set_contents(path, "[limits]\ninputs = 0\n", -1, NULL));
    g_assert_null(settings_load_file(path, &error)); /* a bad file changes nothing */
    g_clear_error(&error);
    g_assert_cmpuint(limit_bytes(LIMIT_INPUTS), ==, 7);
    g_assert_true(g_file_set_contents(path, "", -1, NULL));
    settings = settings_load_file(path, &error);
    g_assert_no_error(error);
    g_assert_cmpuint(limit_bytes(LIMIT_INPUTS), ==, limit_row(LIMIT_INPUTS)->maximum);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/settings/defaults", test_defaults);
    g_test_add_func("/settings/limits", test_limits);
    g_test_add_func("/settings/table", test_table);
    g_test_add_func("/settings/policy", test_policy);
    g_test_add_func("/settings/paths-and-urls", test_paths_and_urls);
    g_test_add_func("/settings/colours", test_colours);
    g_test_add_func("/settings/keys", test_keys);
    g_test_add_func("/settings/wrong-values", test_wrong_values);
    g_test_add_func("/settings/console-sections", test_console_sections);
    g_test_add_func("/settings/console-sections-wrong", test_console_sections_wrong);
    g_test_add_func("/settings/same", test_same);
    g_test_add_func("/settings/all-at-once", test_all_at_once);
    g_test_add_func("/settings/unknown", test_unknown);
    g_test_add_func("/settings/syntax", test_syntax);
    g_test_add_func("/settings/load", test_load);
    g_test_add_func("/settings/nearest", test_nearest);
    return g_test_run();
}
