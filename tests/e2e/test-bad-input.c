/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Every verb that takes a file × every kind of bad file, made from the table that the program
 * prints (help --json); then what else goes wrong around a program. Each run ends by itself, in a
 * sentence, with the right status, without a byte that a terminal acts upon, and leaves nothing
 * half-written.
 */
#include "config.h"

#include "bad_file.h"
#include "busy_engine.h"
#include "company.h"
#include "process.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

static struct {
    char *platform, *root, *collateral;
    char *quote, *certificate, *evidence;
    json_t *verbs;
} made;

static const char *text_of(const json_t *object, const char *name)
{
    return json_string_value(json_object_get(object, name));
}

/* Words, of which those that begin with % are files of this test. */
static void add_template(GPtrArray *line, const char *template)
{
    g_auto(GStrv) words = g_strsplit(template, " ", -1);
    for (char **word = words; *word; word++)
        g_ptr_array_add(line, **word == '%' ? process_path(*word + 1) : g_strdup(*word));
}

static void make_quote(char **path, const char *name, const char *option)
{
    *path = process_path(name);
    sim_run("quote", made.platform, "--output", *path, option, NULL);
}

/* Keys, and what was made with them. */
static void make_boxes(void)
{
    static const char *const lines[] = {
        "home keygen --fernet --output %fernet.key",
        "home keygen --asymmetric --output %pair.key",
        "home encrypt --key %fernet.key --output %token %quote.bin",
        "home seal --input %evidence.json --receiver-public-key %pair.key --output %sealed",
    };
    for (size_t i = 0; i < G_N_ELEMENTS(lines); i++) {
        g_autoptr(GPtrArray) line = g_ptr_array_new_with_free_func(g_free);
        add_template(line, lines[i]);
        Outcome got = console_run_words(NULL, line);
        if (got.status != 0)
            g_error("%s: %s", lines[i], got.err);
        outcome_clear(&got);
    }
}

static void make_all(void)
{
    busy_engine_start();
    made.platform = process_path("platform");
    sim_run("platform", made.platform, NULL);
    made.root = g_build_filename(made.platform, "root.pem", NULL);
    made.collateral = g_build_filename(made.platform, "collateral.json", NULL);
    make_quote(&made.quote, "quote.bin", NULL);
    make_quote(&made.certificate, "ratls.pem", "--certificate");
    make_quote(&made.evidence, "evidence.json", "--evidence");
    make_boxes();
    bad_file_prepare(made.quote, made.evidence);
    Outcome table = console_run(NULL, "help", "--json", NULL);
    made.verbs = outcome_json(&table);
    outcome_clear(&table);
}

/* ---- the matrix ---- */

typedef struct Case {
    const json_t *verb;
    const char *option; /* NULL: an operand */
    const BadFile *file;
} Case;

static void add_words(GPtrArray *line, const json_t *verb)
{
    g_auto(GStrv) words = g_strsplit(text_of(verb, "verb"), " ", -1);
    for (char **word = words; *word; word++)
        g_ptr_array_add(line, g_strdup(*word));
}

static bool is_judged(const char *option)
{
    static const char *const judged[] = {"evidence", "quote", "cert", "collateral", NULL};
    return option && g_strv_contains(judged, option);
}

/* What was named as something to judge and opens is a failed check; else it cannot be done. */
static bool status_is_right(const Case *c, int status)
{
    const Company *company = company_of(text_of(c->verb, "verb"), c->option);
    if (company)
        return status == (company->takes_anything && !c->file->unopenable ? 0 : 1);
    /* An empty policy is one: all defaults. */
    if (g_strcmp0(c->option, "policy") == 0 && bad_file_is(c->file, "empty"))
        return status == 3;
    if (is_judged(c->option))
        return status == (c->file->unopenable ? 1 : 3);
    if (!c->option && !c->file->unopenable && strcmp(text_of(c->verb, "verb"), "inspect") != 0)
        return status == 1 || status == 3;
    return status == 1;
}

static void add_file(GPtrArray *line, const Case *c, char *path)
{
    if (c->option)
        g_ptr_array_add(line, g_strconcat("--", c->option, NULL));
    g_ptr_array_add(line, path);
    const Company *company = company_of(text_of(c->verb, "verb"), c->option);
    if (company) {
        add_template(line, company->with);
        return;
    }
    /* A file that goes with others needs something to go with. */
    if (c->option && !g_str_equal(c->option, "evidence") && !g_str_equal(c->option, "quote") &&
        !g_str_equal(c->option, "cert"))
        g_ptr_array_add(line, g_strdup(made.evidence));
}

static void test_case(gconstpointer data)
{
    const Case *c = data;
    char *path = c->file->make();
    if (!path) {
        g_test_skip("this user can read everything");
        return;
    }
    g_autoptr(GPtrArray) line = g_ptr_array_new_with_free_func(g_free);
    add_words(line, c->verb);
    add_file(line, c, path);
    Outcome got = console_run_words(NULL, line);
    if (!status_is_right(c, got.status))
        g_error("%s: status %d: %s%s", g_test_get_path(), got.status, got.out, got.err);
    assert_sentences(&got);
    outcome_clear(&got);
    g_ptr_array_add(line, g_strdup("--json"));
    if (json_is_true(json_object_get(c->verb, "json"))) {
        Outcome json = console_run_words(NULL, line);
        g_assert_true(status_is_right(c, json.status));
        if (json.out_size > 0)
            json_decref(outcome_json(&json));
        assert_sentences(&json);
        outcome_clear(&json);
    }
}

static void add_case(const json_t *verb, const char *option, const BadFile *file)
{
    /* A gigabyte is no more than much work for what reads piece by piece. */
    if (bad_file_is(file, "a-gigabyte") && strcmp(text_of(verb, "verb"), "home encrypt") == 0 &&
        g_strcmp0(option, "key") != 0)
        return;
    Case *c = g_new(Case, 1);
    *c = (Case){verb, option, file};
    g_autofree char *words = g_strdelimit(g_strdup(text_of(verb, "verb")), " ", '-');
    g_autofree char *path =
        g_strdup_printf("/bad-input/%s/%s/%s", words, option ? option : "operand", file->name);
    g_test_add_data_func_full(path, c, test_case, g_free);
}

static bool takes_files(const json_t *verb)
{
    return strcmp(text_of(verb, "operand_kind"), "file") == 0 &&
           json_integer_value(json_object_get(verb, "max_operands")) > 0;
}

static void add_cases(const json_t *verb)
{
    size_t i;
    const json_t *option;
    for (size_t f = 0; takes_files(verb) && f < G_N_ELEMENTS(bad_files); f++)
        add_case(verb, NULL, &bad_files[f]);
    json_array_foreach(json_object_get(verb, "options"), i, option)
    {
        for (size_t f = 0; f < G_N_ELEMENTS(bad_files); f++) {
            if (strcmp(text_of(option, "kind"), "file") == 0)
                add_case(verb, text_of(option, "name"), &bad_files[f]);
        }
    }
}

/* ---- every verb: wrong words, full and closed output, signals ---- */

/* Words with which the verb has something to do. */
static void add_something_to_do(GPtrArray *line, const json_t *verb)
{
    add_words(line, verb);
    const Company *company = company_of(text_of(verb, "verb"), "");
    if (company) {
        add_template(line, company->with);
        return;
    }
    if (takes_files(verb))
        g_ptr_array_add(line, g_strdup(made.evidence));
    if (g_str_has_prefix(text_of(verb, "verb"), "home ") &&
        json_integer_value(json_object_get(verb, "max_operands")) > 0)
        busy_engine_add_application(line, verb);
    if (strcmp(text_of(verb, "verb"), "completion") == 0)
        g_ptr_array_add(line, g_strdup("bash"));
    if (strcmp(text_of(verb, "verb"), "manual") == 0)
        g_ptr_array_add(line, g_strdup("checks"));
}

static void test_unknown_option(gconstpointer verb)
{
    g_autoptr(GPtrArray) line = g_ptr_array_new_with_free_func(g_free);
    add_something_to_do(line, verb);
    g_ptr_array_add(line, g_strdup("--no-such-\x1b[2Joption"));
    Outcome got = console_run_words(NULL, line);
    g_assert_cmpint(got.status, ==, 2);
    g_assert_cmpstr(got.out, ==, "");
    assert_sentences(&got);
    outcome_clear(&got);
}

static void test_full_output(gconstpointer verb)
{
    const Company *company = company_of(text_of(verb, "verb"), "");
    if (company && company->says_nothing) {
        g_test_skip("it prints nothing without what is not here");
        return;
    }
    ProcessSetting setting = {.stdout_path = "/dev/full", .directory = g_get_home_dir()};
    g_autoptr(GPtrArray) line = g_ptr_array_new_with_free_func(g_free);
    add_something_to_do(line, verb);
    if (strcmp(text_of(verb, "verb"), "journal export") == 0) {
        /* It prints nothing when there is nothing. */
        Outcome first = console_run(NULL, "verify", made.evidence, NULL);
        outcome_clear(&first);
    }
    Outcome got = console_run_words(&setting, line);
    g_assert_cmpint(got.status, ==, 1);
    g_assert_nonnull(strstr(got.err, "No space left on device"));
    assert_sentences(&got);
    outcome_clear(&got);
}

static void test_no_home(gconstpointer verb)
{
    /* What follows an engine would never end. */
    static const char nobody[] = "DOCKER_HOST=unix:///nonexistent/engine.sock";
    static const char *const without[] = {
        "HOME", "XDG_CONFIG_HOME", "XDG_STATE_HOME", "XDG_CACHE_HOME", nobody, NULL};
    static const char *const relative[] = {"HOME=not/absolute", "XDG_STATE_HOME=state", nobody,
                                           NULL};
    static const char *const unwritable[] = {"HOME=/dev/null", nobody, NULL};
    static const char *const *const homes[] = {without, relative, unwritable};
    for (size_t i = 0; i < G_N_ELEMENTS(homes); i++) {
        ProcessSetting setting = {.environment = homes[i], .directory = g_get_home_dir()};
        g_autoptr(GPtrArray) line = g_ptr_array_new_with_free_func(g_free);
        add_something_to_do(line, verb);
        Outcome got = console_run_words(&setting, line);
        g_assert_cmpint(got.status, <=, 3);
        assert_harmless(got.out, got.out_size);
        assert_harmless(got.err, got.err_size);
        outcome_clear(&got);
    }
}

/* At the very start: before the program can have prepared for it, or after. */
static void test_signal_at_start(gconstpointer verb)
{
    static const int signals[] = {SIGINT, SIGTERM};
    for (size_t i = 0; i < G_N_ELEMENTS(signals); i++) {
        g_autoptr(GPtrArray) line = g_ptr_array_new_with_free_func(g_free);
        g_ptr_array_add(line, process_program("mse-console"));
        add_something_to_do(line, verb);
        g_ptr_array_add(line, NULL);
        ProcessSetting setting = {.directory = g_get_home_dir()}; /* scaffold makes something */
        Process process = process_start((const char *const *)line->pdata, &setting);
        kill(process.pid, signals[i]);
        Outcome got = process_finish(&process);
        bool ended = got.status == 256 + signals[i] || got.status == 128 + signals[i];
        g_assert_true(ended || got.status <= 3);
        outcome_clear(&got);
    }
}

/* In the middle of reading: a pipe that nobody writes to. */
static void test_signal_while_reading(gconstpointer verb)
{
    static const int signals[] = {SIGINT, SIGTERM};
    g_autofree char *fifo = process_path("fifo");
    if (mkfifo(fifo, 0600) != 0)
        g_assert_cmpint(errno, ==, EEXIST);
    for (size_t i = 0; i < G_N_ELEMENTS(signals); i++) {
        g_autoptr(GPtrArray) line = g_ptr_array_new_with_free_func(g_free);
        g_ptr_array_add(line, process_program("mse-console"));
        add_words(line, verb);
        g_ptr_array_add(line, g_strdup(fifo));
        if (company_of(text_of(verb, "verb"), NULL))
            add_template(line, company_of(text_of(verb, "verb"), NULL)->with);
        g_ptr_array_add(line, NULL);
        Process process = process_start((const char *const *)line->pdata, NULL);
        int writer = process_wait_until_read(&process, fifo);
        kill(process.pid, signals[i]);
        Outcome got = process_finish(&process);
        close(writer);
        g_assert_cmpint(got.status, ==, 128 + signals[i]);
        g_assert_cmpstr(got.out, ==, "");
        g_assert_nonnull(strstr(got.err, "cancelled\n"));
        assert_sentences(&got);
        outcome_clear(&got);
    }
}

/* ---- cut at every length, the file shrinking in place ---- */

static void test_cut(gconstpointer data)
{
    const char *original = *(char *const *)data;
    g_autofree char *text = NULL;
    gsize size;
    g_assert_true(g_file_get_contents(original, &text, &size, NULL));
    g_autofree char *path = process_path("cut");
    /* The last line feed may be missing. */
    for (unsigned i = 0; i < 24; i++) {
        gsize length = i < 4 ? i : (gsize)g_test_rand_int_range(0, (gint32)size - 2);
        g_assert_true(g_file_set_contents(path, text, (gssize)length, NULL));
        Outcome verified = console_run(NULL, "verify", path, "--root", made.root, "--collateral",
                                       made.collateral, NULL);
        /* What can still be told to be collateral is alone, and there is nothing to judge. */
        int alone = original == made.collateral ? 2 : 3;
        if (verified.status != 1 && verified.status != alone)
            g_error("%zu bytes: status %d: %s%s", length, verified.status, verified.out,
                    verified.err);
        assert_sentences(&verified);
        outcome_clear(&verified);
        Outcome inspected = console_run(NULL, "inspect", "--json", path, NULL);
        g_assert_cmpint(inspected.status, ==, 1);
        json_decref(outcome_json(&inspected));
        assert_sentences(&inspected);
        outcome_clear(&inspected);
    }
}

/* ---- --output ---- */

static Outcome verify_into(const char *directory)
{
    return console_run(NULL, "verify", made.certificate, "--collateral", made.collateral, "--root",
                       made.root, "--output", directory, NULL);
}

static void test_output_is_no_directory(void)
{
    Outcome got = verify_into(made.quote);
    g_assert_cmpint(got.status, ==, 1);
    assert_sentences(&got);
    outcome_clear(&got);
}

static unsigned count_files(const char *directory)
{
    GDir *dir = g_dir_open(directory, 0, NULL);
    unsigned n = 0;
    while (dir && g_dir_read_name(dir))
        n++;
    if (dir)
        g_dir_close(dir);
    return n;
}

/* A file system of a page, and that is taken. */
static void test_output_on_a_full_disk(void)
{
    g_autofree char *directory = process_path("full");
    g_autofree char *filler = g_build_filename(directory, "filler", NULL);
    g_assert_cmpint(g_mkdir(directory, 0700), ==, 0);
    if (mount("tmpfs", directory, "tmpfs", 0, "size=4k") != 0) {
        g_test_skip("only root can mount a file system to fill");
        return;
    }
    static const char page[4096] = {1};
    g_assert_true(
        g_file_set_contents_full(filler, page, sizeof page, G_FILE_SET_CONTENTS_NONE, 0600, NULL));
    Outcome got = verify_into(directory);
    unsigned n = count_files(directory);
    g_assert_cmpint(umount(directory), ==, 0);
    g_assert_cmpint(got.status, ==, 1);
    g_assert_nonnull(strstr(got.err, "No space left on device"));
    g_assert_cmpuint(n, ==, 1);
    assert_sentences(&got);
    outcome_clear(&got);
}

/* ---- a reader that goes away ---- */

static void test_closed_pipe_is_quiet(void)
{
    int ends[2];
    g_assert_cmpint(pipe(ends), ==, 0);
    close(ends[0]);
    g_autofree char *path = g_strdup_printf("/proc/%d/fd/%d", (int)getpid(), ends[1]);
    ProcessSetting setting = {.stdout_path = path};
    Outcome got = console_run(&setting, "inspect", made.evidence, NULL);
    close(ends[1]);
    g_assert_cmpint(got.status, ==, 128 + SIGPIPE);
    g_assert_cmpstr(got.err, ==, "");
    outcome_clear(&got);
}

static void add_for_verb(const char *kind, const json_t *verb, GTestDataFunc function)
{
    g_autofree char *words = g_strdelimit(g_strdup(text_of(verb, "verb")), " ", '-');
    g_autofree char *path = g_strdup_printf("/%s/%s", kind, words);
    g_test_add_data_func(path, verb, function);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    make_all();
    size_t i;
    const json_t *verb;
    json_array_foreach(made.verbs, i, verb)
    {
        add_cases(verb);
        add_for_verb("unknown-option", verb, test_unknown_option);
        add_for_verb("full-output", verb, test_full_output);
        add_for_verb("no-home", verb, test_no_home);
        add_for_verb("signal-at-start", verb, test_signal_at_start);
        if (takes_files(verb))
            add_for_verb("signal-while-reading", verb, test_signal_while_reading);
    }
    g_test_add_data_func("/cut/quote", &made.quote, test_cut);
    g_test_add_data_func("/cut/certificate", &made.certificate, test_cut);
    g_test_add_data_func("/cut/evidence", &made.evidence, test_cut);
    g_test_add_data_func("/cut/collateral", &made.collateral, test_cut);
    g_test_add_func("/output/no-directory", test_output_is_no_directory);
    g_test_add_func("/output/full-disk", test_output_on_a_full_disk);
    g_test_add_func("/output/closed-pipe", test_closed_pipe_is_quiet);
    int status = g_test_run();
    json_decref(made.verbs);
    busy_engine_end();
    return status;
}
