/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Walk-throughs: the tables agree with the verbs, no value becomes more than a value, values go on
 * to later steps, and a state file that is broken or another's does no harm.
 */
#include "config.h"

#include "command/verb.h"
#include "ui/walk.h"

#include <locale.h>
#include <string.h>

static unsigned field_of(unsigned step, const char *option)
{
    for (unsigned i = 0; i < walk_n_fields(step); i++)
        if (g_str_equal(walk_steps[step].fields[i].option, option))
            return i;
    g_error("step %s has no field \"%s\"", walk_steps[step].id, option);
}

static void type(Walk *walk, const char *id, const char *option, const char *text)
{
    unsigned step = walk_step_by_id(id);

    walk_set(walk, step, field_of(step, option), text);
}

static void test_tables(void)
{
    unsigned n = 0;

    for (; walk_steps[n].id != NULL; n++) {
        g_assert_nonnull(walk_verb(n));
        g_assert_cmpuint(walk_step_by_id(walk_steps[n].id), ==, n);
        g_assert_cmpuint(walk_n_fields(n), >, 0);
        g_assert_false(walk_verb(n)->flags & VERB_SHELL_ONLY);
        for (unsigned i = 0; i < walk_n_fields(n); i++) {
            const char *option = walk_steps[n].fields[i].option;
            if (*option != '\0')
                g_assert_nonnull(walk_option(n, i));
            else
                g_assert_cmpuint(walk_verb(n)->max_operands, >, 0);
        }
    }
    g_assert_cmpuint(n, <, WALK_STEPS);
    g_assert_cmpuint(walk_step_by_id("nothing"), ==, WALK_STEPS);
}

/* What a shell makes of the line is what was typed, whatever it is. */
static void test_hostile_values(void)
{
    static const char *const values[] = {
        "plain", "two words", "$(touch PWNED)", "`id`",        "'; touch PWNED; '", "\"", "\\",
        "-n",    "*",         "--json",         "caf\xc3\xa9", "a#b;c|d&e",         "!",  "~root",
        "'",
    };
    unsigned step = walk_step_by_id("run");
    const Verb *verb = walk_verb(step);

    for (size_t i = 0; i < G_N_ELEMENTS(values); i++) {
        g_autoptr(Walk) walk = walk_new();
        g_autofree char *line = NULL;
        g_auto(GStrv) words = NULL;
        g_autoptr(Arguments) arguments = NULL;
        int n, n_words;
        type(walk, "run", "", values[i]);
        type(walk, "run", "sealed-secrets", values[i]);
        line = walk_line(walk, step);
        g_assert_true(g_shell_parse_argv(line, &n, &words, NULL));
        g_assert_true(verb_find(words, n, &n_words) == verb);
        arguments = arguments_parse(verb, words + n_words, n - n_words, NULL);
        g_assert_nonnull(arguments);
        g_assert_cmpuint(arguments_operands(arguments)->len, ==, 1);
        g_assert_cmpstr(arguments_operands(arguments)->pdata[0], ==, values[i]);
        g_assert_cmpstr(arguments_value(arguments, "sealed-secrets"), ==, values[i]);
        g_assert_false(arguments_flag(arguments, "json"));
    }
}

static void test_lines(void)
{
    g_autoptr(Walk) walk = walk_new();
    g_autofree char *seal = NULL, *monitor = NULL, *home = NULL, *expected = NULL;

    type(walk, "seal", "secrets", "my secrets.json");
    type(walk, "seal", "cert", "ratls.pem");
    type(walk, "seal", "unverified", "yes");
    type(walk, "monitor", "", "billing");
    type(walk, "package", "project", "~/app");
    seal = walk_line(walk, walk_step_by_id("seal"));
    monitor = walk_line(walk, walk_step_by_id("monitor"));
    home = walk_line(walk, walk_step_by_id("package"));
    expected = g_strdup_printf("home package --project %s/app --output .", g_get_home_dir());
    g_assert_cmpstr(
        seal, ==, "home seal --secrets 'my secrets.json' --cert ratls.pem --output . --unverified");
    g_assert_cmpstr(monitor, ==, "home logs -f billing");
    g_assert_cmpstr(home, ==, expected);
}

static void test_flow(void)
{
    g_autoptr(Walk) walk = walk_new();
    unsigned package = walk_step_by_id("package"), verify = walk_step_by_id("verify");
    unsigned seal = walk_step_by_id("seal"), run = walk_step_by_id("run");

    walk_choose(walk, WALK_CODE_PROVIDER);
    type(walk, "package", "project", "app");
    walk_began(walk, package);
    walk_made(walk, "package", "./package_app_1.tar");
    walk_made(walk, "key", "./package_app_1.key");
    walk_made(walk, "nonsense", "x");
    walk_ended(walk, package);
    g_assert_cmpstr(walk_value(walk, verify, "package"), ==, "./package_app_1.tar");
    g_assert_cmpstr(walk_value(walk, walk_step_by_id("spawn"), "package"), ==,
                    "./package_app_1.tar");
    g_assert_cmpstr(walk_value(walk, run, "key"), ==, "./package_app_1.key");
    g_assert_cmpstr(walk_value(walk, walk_step_by_id("localtest"), "project"), ==, "app");

    walk->step = verify;
    walk_failed(walk, verify, "rejected"); /* rejected: nothing goes on */
    g_assert_cmpint(walk->states[verify], ==, WALK_FAILED);
    g_assert_cmpuint(walk->step, ==, verify);
    g_assert_cmpstr(walk_value(walk, seal, "cert"), ==, "");
    type(walk, "verify", "output", "out");
    walk_ended(walk, verify); /* trusted: sealing, with its certificate */
    g_assert_cmpuint(walk->step, ==, seal);
    g_assert_cmpstr(walk_value(walk, seal, "cert"), ==, "out/ratls.pem");

    type(walk, "seal", "secrets", "data/secrets.json");
    type(walk, "seal", "output", "out");
    walk_ended(walk, seal);
    g_assert_cmpstr(walk_value(walk, run, "sealed-secrets"), ==, "out/secrets.json.sealed");

    type(walk, "test", "", "mine");
    type(walk, "spawn", "", "billing");
    walk_began(walk, walk_step_by_id("spawn"));
    g_assert_cmpstr(walk_value(walk, run, ""), ==, "billing");
    g_assert_cmpstr(walk_value(walk, walk_step_by_id("test"), ""), ==, "mine"); /* typed: stays */
    type(walk, "spawn", "output", "deployed");
    walk_ended(walk, walk_step_by_id("spawn"));
    g_assert_cmpstr(walk_value(walk, verify, "evidence"), ==, "deployed/evidence.json");
}

static void check_problem(const Walk *walk, const char *id, const char *option, const char *says)
{
    unsigned step = walk_step_by_id(id);
    g_autofree char *problem = walk_problem(walk, step, field_of(step, option));

    if (says == NULL)
        g_assert_cmpstr(problem, ==, NULL);
    else
        g_assert_true(problem != NULL && strstr(problem, says) != NULL);
}

static void test_problems(void)
{
    g_autoptr(Walk) walk = walk_new();

    check_problem(walk, "verify", "evidence", "needed");
    check_problem(walk, "verify", "mrenclave", "package instead");
    type(walk, "verify", "package", "x.tar");
    check_problem(walk, "verify", "mrenclave", NULL);
    type(walk, "verify", "mrenclave", "12");
    check_problem(walk, "verify", "mrenclave", "64 hex digits");
    type(walk, "verify", "pccs", "nowhere");
    check_problem(walk, "verify", "pccs", "URL");
    type(walk, "spawn", "port", "70000");
    check_problem(walk, "spawn", "port", "65535");
    type(walk, "run", "timeout", "");
    check_problem(walk, "run", "timeout", NULL);
    check_problem(walk, "run", "", "needed");
}

static void test_going(void)
{
    g_autoptr(Walk) walk = walk_new();
    unsigned first;

    walk_choose(walk, WALK_OPERATOR);
    g_assert_cmpstr(walk_steps[walk->step].id, ==, "spawn");
    walk_go(walk, -1); /* not into the other actor's */
    g_assert_cmpstr(walk_steps[walk->step].id, ==, "spawn");
    for (unsigned i = 0; i < 20; i++)
        walk_go(walk, 1);
    g_assert_cmpstr(walk_steps[walk->step].id, ==, "monitor");
    walk_choose(walk, WALK_CODE_PROVIDER);
    first = walk->step;
    g_assert_cmpuint(first, ==, 0);
    walk_go(walk, -1);
    g_assert_cmpuint(walk->step, ==, 0);
    walk->states[0] = WALK_DONE;
    walk_choose(walk, WALK_CODE_PROVIDER);
    g_assert_cmpuint(walk->step, ==, 1);
}

static void test_resume(void)
{
    g_autoptr(Walk) walk = walk_new();
    g_autoptr(Walk) again = walk_new();
    json_t *kept;

    walk_choose(walk, WALK_CODE_PROVIDER);
    type(walk, "verify", "evidence", "ev \"x\".json");
    walk_failed(walk, walk_step_by_id("verify"), "was wrong");
    walk_ended(walk, walk_step_by_id("verify"));
    walk_failed(walk, walk_step_by_id("decrypt"), "no key");
    walk_failed(walk, walk_step_by_id("run"), NULL);
    kept = walk_keep(walk, "/here");
    g_assert_nonnull(kept);
    g_assert_false(walk_resume(again, kept, "/elsewhere"));
    g_assert_false(again->chosen);
    g_assert_true(walk_resume(again, kept, "/here"));
    g_assert_true(again->chosen);
    g_assert_cmpstr(walk_steps[again->step].id, ==, "seal");
    g_assert_cmpint(again->states[walk_step_by_id("verify")], ==, WALK_DONE);
    g_assert_null(again->why[walk_step_by_id("verify")]);
    g_assert_cmpint(again->states[walk_step_by_id("decrypt")], ==, WALK_FAILED);
    g_assert_cmpstr(again->why[walk_step_by_id("decrypt")], ==, "no key");
    g_assert_cmpint(again->states[walk_step_by_id("run")], ==, WALK_FAILED);
    g_assert_null(again->why[walk_step_by_id("run")]);
    g_assert_cmpstr(walk_value(again, walk_step_by_id("verify"), "evidence"), ==, "ev \"x\".json");
    g_assert_cmpstr(walk_value(again, walk_step_by_id("seal"), "cert"), ==, "ratls.pem");
    json_decref(kept);
}

static void test_bad_state(void)
{
    static const char *const bad[] = {
        "[]",
        "{}",
        "7",
        "{\"version\":2,\"directory\":\"/here\"}",
        "{\"version\":1,\"directory\":7}",
        "{\"version\":1,\"directory\":\"/here\",\"actor\":\"nobody\",\"step\":\"nothing\"}",
        "{\"version\":1,\"directory\":\"/here\",\"actor\":\"operator\",\"step\":\"seal\"}",
        "{\"version\":1,\"directory\":\"/here\",\"actor\":[],\"step\":{},\"steps\":[]}",
        "{\"version\":1,\"directory\":\"/here\",\"steps\":{\"seal\":7,\"run\":{\"state\":\"x\","
        "\"typed\":{\"operand\":7,\"key\":\"a\\u001b[2Jb\",\"timeout\":\"\\n\",\"no\":\"x\"}}}}",
    };

    for (size_t i = 0; i < G_N_ELEMENTS(bad); i++) {
        g_autoptr(Walk) walk = walk_new();
        g_autoptr(Walk) fresh = walk_new();
        json_t *kept = json_loads(bad[i], JSON_DECODE_ANY, NULL);
        g_assert_nonnull(kept);
        walk_resume(walk, kept, "/here");
        json_decref(kept);
        g_assert_cmpint(walk_steps[walk->step].actor, ==, walk->actor);
        for (unsigned step = 0; walk_steps[step].id != NULL; step++)
            for (unsigned k = 0; k < walk_n_fields(step); k++)
                g_assert_cmpstr(walk->values[step][k], ==, fresh->values[step][k]);
    }
    {
        g_autoptr(Walk) walk = walk_new();
        g_autofree char *longest = g_strnfill(5000, 'a');
        json_t *kept = json_pack("{s:i, s:s, s:{s:{s:{s:s}}}}", "version", 1, "directory", "/here",
                                 "steps", "run", "typed", "key", longest);
        g_assert_false(walk_resume(walk, NULL, "/here"));
        g_assert_true(walk_resume(walk, kept, "/here"));
        g_assert_cmpstr(walk_value(walk, walk_step_by_id("run"), "key"), ==, "");
        json_decref(kept);
    }
}

/* What was kept of a failure is shown, whatever it is, as text. */
static void test_hostile_why(void)
{
    g_autoptr(Walk) walk = walk_new();
    json_t *kept = json_pack("{s:i, s:s, s:{s:{s:s, s:s}, s:{s:s, s:s}}}", "version", 1,
                             "directory", "/here", "steps", "run", "state", "failed", "why",
                             "a\033[2Jb", "seal", "state", "done", "why", "left over");

    g_assert_true(walk_resume(walk, kept, "/here"));
    g_assert_cmpstr(walk->why[walk_step_by_id("run")], ==, "a\\x1b[2Jb");
    g_assert_null(walk->why[walk_step_by_id("seal")]);
    json_decref(kept);
}

int main(int argc, char **argv)
{
    setlocale(LC_ALL, "C.UTF-8");
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/walk/tables", test_tables);
    g_test_add_func("/walk/hostile-values", test_hostile_values);
    g_test_add_func("/walk/lines", test_lines);
    g_test_add_func("/walk/flow", test_flow);
    g_test_add_func("/walk/problems", test_problems);
    g_test_add_func("/walk/going", test_going);
    g_test_add_func("/walk/resume", test_resume);
    g_test_add_func("/walk/bad-state", test_bad_state);
    g_test_add_func("/walk/hostile-why", test_hostile_why);
    return g_test_run();
}
