/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * home watch on a simulated engine: what it tells, how it ends, what it runs; an engine that is
 * started again.
 */
#include "config.h"

#include "tests/e2e/process.h"

#include <glib/gstdio.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define PATIENCE (PROCESS_DEADLINE * G_GINT64_CONSTANT(1000))

/* One application on an engine, with an output directory and a home of its own. */
typedef struct World {
    Process engine;
    char *home, *platform, *root, *outputs, *socket, *directory, *name;
    const char *at; /* what the engine's clock says; NULL: the time */
    char *host, *environment_home;
    const char *environment[6];
    ProcessSetting setting;
} World;

static char *below(const World *world, const char *name)
{
    return g_build_filename(world->home, name, NULL);
}

static void engine_start(World *world)
{
    g_autofree char *program = process_program("mse-sim");
    const char *argv[] = {program,
                          "engine",
                          "--socket",
                          world->socket,
                          "--apps",
                          "1",
                          "--seed",
                          "2",
                          "--outputs",
                          world->outputs,
                          world->at == NULL ? NULL : "--at",
                          world->at,
                          NULL};
    world->engine = process_start(argv, NULL);
    process_wait_until_listens(&world->engine, world->socket);
}

static void engine_stop(World *world)
{
    kill(world->engine.pid, SIGTERM);
    Outcome outcome = process_finish(&world->engine);
    outcome_clear(&outcome);
    g_unlink(world->socket);
}

static void put_evidence(const World *world, char digit, const char *platform)
{
    g_autofree char *measurement = g_strnfill(64, digit), *made = below(world, "made.json");
    g_autofree char *path = g_build_filename(world->directory, "evidence.json", NULL);
    g_unlink(made);
    sim_run("quote", platform ? platform : world->platform, "--evidence", "--mrenclave",
            measurement, "--output", made, NULL);
    g_assert_cmpint(g_rename(made, path), ==, 0);
}

static void world_start_at(World *world, const char *at)
{
    static unsigned n;
    g_autofree char *name = g_strdup_printf("world-%u", n++);
    memset(world, 0, sizeof *world);
    world->at = at;
    world->home = process_path(name);
    g_assert_cmpint(g_mkdir_with_parents(world->home, 0700), ==, 0);
    world->platform = below(world, "platform");
    world->root = g_build_filename(world->platform, "root.pem", NULL);
    world->outputs = below(world, "outputs");
    world->socket = below(world, "engine.sock");
    world->host = g_strdup_printf("DOCKER_HOST=unix://%s", world->socket);
    world->environment_home = g_strdup_printf("HOME=%s", world->home);
    world->environment[0] = world->host;
    world->environment[1] = world->environment_home;
    world->environment[2] = "XDG_STATE_HOME";
    world->environment[3] = "XDG_CONFIG_HOME";
    world->setting.environment = world->environment;
    sim_run("platform", world->platform, NULL);
    engine_start(world);
    Outcome list = console_run(&world->setting, "home", "list", "--json", NULL);
    json_t *rows = outcome_json(&list);
    world->name = g_strdup(json_string_value(json_object_get(json_array_get(rows, 0), "name")));
    g_assert_nonnull(world->name);
    json_decref(rows);
    outcome_clear(&list);
    world->directory = g_build_filename(world->outputs, world->name, NULL);
    g_assert_cmpint(g_mkdir_with_parents(world->directory, 0700), ==, 0);
}

static void world_start(World *world)
{
    world_start_at(world, "2026-01-01T00:00:00Z");
}

static void world_end(World *world)
{
    engine_stop(world);
    g_free(world->home);
    g_free(world->platform);
    g_free(world->root);
    g_free(world->outputs);
    g_free(world->socket);
    g_free(world->directory);
    g_free(world->name);
    g_free(world->host);
    g_free(world->environment_home);
}

/* Runs it once; the only row, new reference. */
static json_t *once(const World *world, int status)
{
    Outcome got = console_run(&world->setting, "home", "watch", "--once", "--json", "--root",
                              world->root, NULL);
    if (got.status != status)
        g_test_message("%s%s", got.out, got.err);
    g_assert_cmpint(got.status, ==, status);
    g_assert_cmpstr(strchr(got.out, '\n'), ==, "\n");
    json_t *row = json_loads(got.out, 0, NULL);
    g_assert_nonnull(row);
    outcome_clear(&got);
    return row;
}

static void assert_row(json_t *row, const char *verdict, const char *change, bool alarm)
{
    g_assert_cmpstr(json_string_value(json_object_get(row, "verdict")), ==, verdict);
    g_assert_cmpstr(json_string_value(json_object_get(row, "change")), ==, change);
    g_assert_cmpint(json_is_true(json_object_get(row, "alarm")), ==, alarm);
    json_decref(row);
}

static char *journal_of(const World *world)
{
    g_autofree char *path =
        g_build_filename(world->home, ".local", "state", "mse-console", "journal.jsonl", NULL);
    char *text = NULL;
    g_file_get_contents(path, &text, NULL, NULL);
    return text;
}

/* As cron runs it: what changed since the last run, and the exit status. */
static void test_once(void)
{
    World world;
    world_start(&world);
    g_autofree char *other = below(&world, "other");
    assert_row(once(&world, 0), "unknown", "first", false);
    put_evidence(&world, '1', NULL);
    assert_row(once(&world, 0), "trusted", "first", false);
    assert_row(once(&world, 0), "trusted", "first", false);
    put_evidence(&world, '2', NULL);
    assert_row(once(&world, 0), "trusted", "measurement", true);
    assert_row(once(&world, 0), "trusted", "first", false); /* once is enough */
    sim_run("platform", other, NULL);
    put_evidence(&world, '2', other); /* of a platform that nobody trusts */
    assert_row(once(&world, 3), "rejected", "verdict", true);
    assert_row(once(&world, 3), "rejected", "first", false);
    g_autofree char *journal = journal_of(&world);
    g_assert_nonnull(strstr(journal, "\"kind\":\"alarm\""));
    g_assert_nonnull(strstr(journal, "\"reason\":\"verdict\""));
    Outcome text =
        console_run(&world.setting, "home", "watch", "--once", "--root", world.root, NULL);
    g_assert_cmpint(text.status, ==, 3);
    g_assert_nonnull(strstr(text.out, "REJECTED SIMULATED"));
    assert_sentences(&text);
    outcome_clear(&text);
    world_end(&world);
}

static void test_names(void)
{
    World world;
    world_start(&world);
    Outcome missing = console_run(&world.setting, "home", "watch", "--once", "nobody", NULL);
    g_assert_cmpint(missing.status, ==, 1);
    g_assert_cmpstr(missing.out, ==, "");
    g_assert_nonnull(strstr(missing.err, "no application \"nobody\" is there"));
    outcome_clear(&missing);
    Outcome named =
        console_run(&world.setting, "home", "watch", "--once", "--json", world.name, NULL);
    g_assert_cmpint(named.status, ==, 0);
    g_assert_nonnull(strstr(named.out, world.name));
    outcome_clear(&named);
    Outcome zero = console_run(&world.setting, "home", "watch", "--interval", "0", NULL);
    g_assert_cmpint(zero.status, ==, 2);
    outcome_clear(&zero);
    Outcome root =
        console_run(&world.setting, "home", "watch", "--root", "/no/such/root.pem", NULL);
    g_assert_cmpint(root.status, ==, 1); /* at once: not over and over */
    g_assert_cmpstr(root.out, ==, "");
    g_assert_nonnull(strstr(root.err, "/no/such/root.pem"));
    outcome_clear(&root);
    world_end(&world);
}

/* An engine without an application: a sentence, and nothing for programs. */
static void test_nothing(void)
{
    g_autofree char *socket = process_path("empty.sock");
    g_autofree char *program = process_program("mse-sim");
    g_autofree char *host = g_strdup_printf("DOCKER_HOST=unix://%s", socket);
    const char *argv[] = {program, "engine", "--socket", socket, "--apps", "0", NULL};
    const char *environment[] = {host, NULL};
    const ProcessSetting setting = {.environment = environment};
    gint64 until = g_get_monotonic_time() + PATIENCE;
    Process engine = process_start(argv, NULL);
    while (!g_file_test(socket, G_FILE_TEST_EXISTS)) {
        struct pollfd ended = {.fd = engine.pidfd, .events = POLLIN};
        g_assert_cmpint(poll(&ended, 1, 10), ==, 0);
        g_assert_cmpint(g_get_monotonic_time(), <, until);
    }
    Outcome text = console_run(&setting, "home", "watch", "--once", NULL);
    g_assert_cmpint(text.status, ==, 0);
    g_assert_cmpstr(text.out, ==, "There are no applications to judge.\n");
    outcome_clear(&text);
    Outcome json = console_run(&setting, "home", "watch", "--once", "--json", NULL);
    g_assert_cmpint(json.status, ==, 0);
    g_assert_cmpstr(json.out, ==, "");
    outcome_clear(&json);
    kill(engine.pid, SIGTERM);
    Outcome ended = process_finish(&engine);
    outcome_clear(&ended);
}

static void test_no_engine(void)
{
    g_autofree char *nobody = process_path("nobody.sock");
    g_autofree char *host = g_strdup_printf("DOCKER_HOST=unix://%s", nobody);
    const char *environment[] = {host, NULL};
    ProcessSetting setting = {.environment = environment};
    Outcome once_only = console_run(&setting, "home", "watch", "--once", NULL);
    g_assert_cmpint(once_only.status, ==, 1);
    g_assert_nonnull(strstr(once_only.err, "nobody.sock"));
    outcome_clear(&once_only);
    Outcome again = console_run(&setting, "home", "watch", NULL);
    g_assert_cmpint(again.status, ==, 1);
    outcome_clear(&again);
}

/* ---- as a service ---- */

/* Until the file has the text. */
static void wait_for(const char *path, const char *text)
{
    gint64 until = g_get_monotonic_time() + PATIENCE;
    for (;;) {
        g_autofree char *got = NULL;
        if (g_file_get_contents(path, &got, NULL, NULL) && strstr(got, text))
            return;
        if (g_get_monotonic_time() > until)
            g_error("%s never had \"%s\", but: %s", path, text, got);
        poll(NULL, 0, 10);
    }
}

static void write_settings(const World *world, const char *told)
{
    g_autofree char *directory = g_build_filename(world->home, ".config", "mse-console", NULL);
    g_autofree char *path = g_build_filename(directory, "config.toml", NULL);
    g_autofree char *text = g_strdup_printf(
        "[trust]\nroot = \"%s\"\n[alarm]\non_alarm = [\"sh\", \"-c\", \"cat >>'%s'\"]\n",
        world->root, told);
    g_assert_cmpint(g_mkdir_with_parents(directory, 0700), ==, 0);
    g_assert_true(g_file_set_contents(path, text, -1, NULL));
}

/* The engine goes away and comes back, evidence changes meanwhile: a row, and the command is run.
 */
static void test_service(void)
{
    World world;
    world_start(&world);
    g_autofree char *told = below(&world, "told");
    write_settings(&world, told);
    put_evidence(&world, '1', NULL);
    g_autofree char *program = process_program("mse-console");
    const char *argv[] = {program, "home", "watch", "--json", "--interval", "1", NULL};
    Process watch = process_start(argv, &world.setting);
    wait_for(watch.out_path, "\"change\":\"first\"");
    engine_stop(&world);
    wait_for(watch.err_path, "trying again until it is back");
    put_evidence(&world, '2', NULL);
    engine_start(&world);
    wait_for(watch.err_path, "the engine is back");
    wait_for(watch.out_path, "\"change\":\"measurement\"");
    wait_for(told, "\"reason\": \"measurement\"");
    wait_for(told, world.name);
    kill(watch.pid, SIGTERM);
    Outcome ended = process_finish(&watch);
    g_assert_cmpint(ended.status, ==, 143);
    outcome_clear(&ended);
    world_end(&world);
}

/* The journal's list says which application a line is about. */
static void test_journal_names_it(void)
{
    World world;
    world_start(&world);
    put_evidence(&world, '1', NULL);
    json_decref(once(&world, 0));
    Outcome plain = console_run(&world.setting, "verify", "--root", world.root, "--evidence",
                                "/no/such/file", NULL);
    outcome_clear(&plain);
    Outcome json = console_run(&world.setting, "journal", "list", "--json", NULL);
    json_t *rows = outcome_json(&json);
    g_assert_cmpuint(json_array_size(rows), ==, 1);
    json_t *row = json_array_get(rows, 0);
    g_assert_cmpstr(json_string_value(json_object_get(row, "application")), ==, world.name);
    g_assert_cmpstr(json_string_value(json_object_get(row, "kind")), ==, "verdict");
    json_decref(rows);
    outcome_clear(&json);
    Outcome table = console_run(&world.setting, "journal", "list", NULL);
    g_assert_nonnull(strstr(table.out, "  APPLICATION  "));
    g_assert_nonnull(strstr(table.out, world.name));
    outcome_clear(&table);
    g_autofree char *evidence = g_build_filename(world.directory, "evidence.json", NULL);
    Outcome file = console_run(&world.setting, "verify", "--root", world.root, evidence, NULL);
    g_assert_cmpint(file.status, ==, 0);
    outcome_clear(&file);
    Outcome both = console_run(&world.setting, "journal", "list", "--json", "--tail", "1", NULL);
    rows = outcome_json(&both); /* a file is nobody's: null, and there all the same */
    g_assert_true(json_is_null(json_object_get(json_array_get(rows, 0), "application")));
    json_decref(rows);
    outcome_clear(&both);
    world_end(&world);
}

/* ---- when trust ends ---- */

static void put_settings(const World *world, const char *text)
{
    g_autofree char *directory = below(world, ".config/mse-console");
    g_autofree char *path = g_build_filename(directory, "config.toml", NULL);
    g_assert_cmpint(g_mkdir_with_parents(directory, 0700), ==, 0);
    g_assert_true(g_file_set_contents(path, text, -1, NULL));
}

/* `home list` (its only row) or `home status` as JSON; new reference. `err` gets what was warned.
 */
static json_t *row_of(const World *world, bool list, char **err)
{
    Outcome got = list
                      ? console_run(&world->setting, "home", "list", "--json", NULL)
                      : console_run(&world->setting, "home", "status", world->name, "--json", NULL);
    json_t *whole = outcome_json(&got);
    json_t *row = list ? json_incref(json_array_get(whole, 0)) : json_incref(whole);
    g_assert_cmpint(got.status, ==, 0);
    *err = g_strdup(got.err);
    json_decref(whole);
    outcome_clear(&got);
    return row;
}

static const char *member(const json_t *row, const char *name)
{
    return json_string_value(json_object_get(row, name));
}

/* 30 days are left in the second in which the evidence was made. */
static bool says_days(const char *text, const char *format)
{
    for (unsigned days = 29; days <= 30; days++) {
        g_autofree char *number = g_strdup_printf("%u", days);
        g_auto(GStrv) parts = g_strsplit(format, "#", 2);
        g_autofree char *wanted = g_strjoinv(number, parts);
        if (strstr(text, wanted) != NULL)
            return true;
    }
    return false;
}

/* With the certificate that it was started with, as long as there is no evidence; then with the
 * collateral of that, which ends sooner; and warned about in so many days as the settings say. */
static void test_ends(void)
{
    World world;
    world_start_at(&world, NULL);
    for (unsigned list = 0; list < 2; list++) {
        g_autofree char *trusting = g_strdup_printf("[trust]\nroot = \"%s\"\n", world.root);
        g_autofree char *soon = g_strdup_printf("%s[alarm]\nexpiry_days = 3650\n", trusting);
        g_autofree char *evidence = g_build_filename(world.directory, "evidence.json", NULL);
        g_autofree char *err = NULL, *certificate_end = NULL;
        g_unlink(evidence);
        put_settings(&world, trusting);
        json_t *row = row_of(&world, list, &err);
        g_assert_cmpstr(member(row, "trust_ends_by"), ==, "certificate");
        g_assert_cmpstr(member(row, "trust_ends"), ==, member(row, "expires"));
        json_decref(row);
        g_clear_pointer(&err, g_free);

        put_evidence(&world, '1', NULL);
        row = row_of(&world, list, &err);
        certificate_end = g_strdup(member(row, "expires"));
        g_assert_cmpstr(member(row, "trust_ends_by"), ==, "collateral");
        g_assert_cmpstr(member(row, "trust_ends"), <, certificate_end);
        json_int_t days = json_integer_value(json_object_get(row, "trust_days_left"));
        g_assert_true(days == 29 || days == 30);
        g_assert_cmpstr(member(row, "trust_ending"), ==, "lasts");
        g_assert_cmpstr(err, ==, "");
        if (!list)
            g_assert_cmpstr(member(row, "verdict"), ==, "trusted");
        json_decref(row);
        g_clear_pointer(&err, g_free);

        put_settings(&world, soon);
        row = row_of(&world, list, &err);
        g_assert_cmpstr(member(row, "trust_ending"), ==, "soon");
        g_assert_nonnull(strstr(err, world.name));
        g_assert_true(says_days(err, "# d"));
        json_decref(row);
        g_clear_pointer(&err, g_free);

        put_settings(&world, ""); /* what is not trusted has no trust that ends */
        row = row_of(&world, list, &err);
        g_assert_true(json_is_null(json_object_get(row, "trust_ends")));
        g_assert_true(json_is_null(json_object_get(row, "trust_ends_by")));
        json_decref(row);
    }
    world_end(&world);
}

/* As people read it: one column in the table, two lines of the status, what ends by its name. */
static void test_ends_in_tables(void)
{
    World world;
    world_start_at(&world, NULL);
    g_autofree char *trusting = g_strdup_printf("[trust]\nroot = \"%s\"\n", world.root);
    put_settings(&world, trusting);
    put_evidence(&world, '1', NULL);
    Outcome list = console_run(&world.setting, "home", "list", NULL);
    g_assert_nonnull(strstr(list.out, "TRUST ENDS"));
    g_assert_true(says_days(list.out, "  # d, "));
    outcome_clear(&list);
    Outcome status = console_run(&world.setting, "home", "status", world.name, NULL);
    g_assert_nonnull(strstr(status.out, "Trust:        trusted SIMULATED\n"));
    g_assert_true(says_days(status.out, ": # days left ("));
    outcome_clear(&status);
    put_settings(&world, "");
    Outcome rejected = console_run(&world.setting, "home", "status", world.name, NULL);
    g_assert_nonnull(strstr(rejected.out, "Trust:        REJECTED: root failed\n"));
    g_assert_nonnull(strstr(rejected.out, "Trust ends:   –\n"));
    outcome_clear(&rejected);
    g_autofree char *evidence = g_build_filename(world.directory, "evidence.json", NULL);
    g_assert_true(g_file_set_contents(evidence, "{", -1, NULL)); /* and what is none */
    Outcome broken = console_run(&world.setting, "home", "status", world.name, NULL);
    g_assert_cmpint(broken.status, ==, 0);
    g_assert_nonnull(strstr(broken.out, "Trust:        unknown: "));
    outcome_clear(&broken);
    world_end(&world);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/watch/once", test_once);
    g_test_add_func("/watch/names", test_names);
    g_test_add_func("/watch/nothing", test_nothing);
    g_test_add_func("/watch/no-engine", test_no_engine);
    g_test_add_func("/watch/service", test_service);
    g_test_add_func("/watch/journal-names-it", test_journal_names_it);
    g_test_add_func("/watch/ends", test_ends);
    g_test_add_func("/watch/ends-in-tables", test_ends_in_tables);
    return g_test_run();
}
