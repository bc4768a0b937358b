/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Trust on the screen: evidence judged for all applications, alarms until they are acknowledged,
 * what ends soon, another day.
 */
#include "config.h"

#include "engine.h"

#include <glib/gstdio.h>
#include <locale.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <fcntl.h>
#include <unistd.h>

#define ENTER "\r"

/* ---- what is simulated ---- */

static char *build_file(const char *name)
{
    return g_build_filename(g_getenv("MSE_TEST_BUILD"), name, NULL);
}

/* One simulated world: a platform, an engine, output directories, a home of its own. */
typedef struct World {
    char *home, *platform, *root, *outputs, *host, *environment_home;
    Engine engine;
} World;

static void world_start(World *world, const char *const *options)
{
    static unsigned n;
    g_autoptr(GPtrArray) words = g_ptr_array_new();

    world->home = g_strdup_printf("%s/world-%u", g_get_home_dir(), n++);
    g_assert_cmpint(g_mkdir_with_parents(world->home, 0700), ==, 0);
    world->platform = g_build_filename(world->home, "platform", NULL);
    world->root = g_build_filename(world->platform, "root.pem", NULL);
    world->outputs = g_build_filename(world->home, "outputs", NULL);
    world->engine.socket = g_build_filename(world->home, "engine.sock", NULL);
    world->host = g_strdup_printf("DOCKER_HOST=unix://%s", world->engine.socket);
    world->environment_home = g_strdup_printf("HOME=%s", world->home);
    engine_run_sim("platform", world->platform, NULL);
    g_ptr_array_add(words, (void *)"--outputs");
    g_ptr_array_add(words, world->outputs);
    for (; *options != NULL; options++)
        g_ptr_array_add(words,
                        g_str_equal(*options, "PLATFORM") ? world->platform : (void *)*options);
    g_ptr_array_add(words, NULL);
    engine_start_at(&world->engine, world->engine.socket, (const char *const *)words->pdata);
}

static void world_end(World *world)
{
    engine_clear(&world->engine);
    g_free(world->home);
    g_free(world->platform);
    g_free(world->root);
    g_free(world->outputs);
    g_free(world->host);
    g_free(world->environment_home);
}

static void settings(const World *world, const char *text)
{
    g_autofree char *directory = g_build_filename(world->home, ".config", "mse-console", NULL);
    g_autofree char *path = g_build_filename(directory, "config.toml", NULL);
    g_autofree char *whole = g_strdup_printf("[trust]\nroot = \"%s\"\n%s", world->root, text);

    g_assert_cmpint(g_mkdir_with_parents(directory, 0700), ==, 0);
    g_assert_true(g_file_set_contents(path, whole, -1, NULL));
}

/* The output directory of the engine's only application. */
static char *output_of(const World *world)
{
    g_autofree char *name = NULL, *id = NULL;
    char *directory;

    engine_first(&world->engine, &name, &id);
    directory = g_build_filename(world->outputs, name, NULL);
    g_assert_cmpint(g_mkdir_with_parents(directory, 0700), ==, 0);
    return directory;
}

static Terminal *open_console(const World *world, const char *const *more)
{
    const char *environment[8] = {world->host, world->environment_home, "MSE_CONSOLE_CONFIG"};
    g_autofree char *console = build_file("mse-console");
    const char *argv[] = {g_getenv("MSE_TEST_CONSOLE") ? g_getenv("MSE_TEST_CONSOLE") : console,
                          NULL};
    TerminalOptions options = {.columns = 140, .rows = 36, .environment = environment};

    for (unsigned i = 3; more != NULL && *more != NULL; more++)
        environment[i++] = *more;
    return terminal_start(argv, &options);
}

static unsigned bells(const Terminal *terminal)
{
    unsigned n = 0;

    for (unsigned i = 0; i < terminal->written->len; i++)
        n += terminal->written->data[i] == '\a';
    return n;
}

/* ---- the tests ---- */

/* Sixty applications are judged though thirty are in sight: the header counts all of them. */
static void test_all_are_judged(void)
{
    static const char *const options[] = {"--apps", "64", "--platform", "PLATFORM", NULL};
    World world;
    g_autoptr(Terminal) terminal = NULL;

    world_start(&world, options);
    settings(&world, "");
    terminal = open_console(&world, NULL);
    terminal_wait_text(terminal, "┌ Apps ── 64 ─");
    terminal_wait_text(terminal, "8 REJECTED"); /* one in eight, by the simulator's rule */
    terminal_resize(terminal, 64, 15);
    terminal_wait_text(terminal, "✖ 8 "); /* the bar has no room for the word */
    terminal_resize(terminal, 140, 36);
    terminal_wait_text(terminal, "8 REJECTED");
    terminal_wait_text(terminal, "✔ trusted");
    terminal_wait_text(terminal, "SIMULATED");
    terminal_type(terminal, "/REJECTED" ENTER);
    terminal_wait_text(terminal, "8 of 64");
    terminal_wait_text(terminal, "✖ REJECTED");
    terminal_type(terminal, "2G"); /* the end of the evidence says where it came from */
    terminal_wait_text(terminal, "/opt/input/evidence.json, out of its container");
    engine_quit(terminal);
    world_end(&world);
}

static bool file_is_there(Terminal *terminal, const void *path)
{
    (void)terminal;
    return g_file_test(path, G_FILE_TEST_EXISTS);
}

/* Another measurement: header, bell, command, journal; until `a`, and not again after that. */
static void test_alarm(void)
{
    static const char *const options[] = {"--apps", "1", "--seed", "2", NULL};
    g_autofree char *directory = NULL, *told = NULL, *text = NULL, *journal = NULL;
    g_autofree char *more = NULL;
    static const char header[] = " ALARM: genome";
    World world;
    unsigned before;
    g_autoptr(Terminal) terminal = NULL;
    g_autoptr(Terminal) second = NULL;

    world_start(&world, options);
    told = g_build_filename(world.home, "told", NULL);
    more = g_strdup_printf("[alarm]\non_alarm = \"sh -c 'cat >%s.part; mv %s.part %s'\"\n", told,
                           told, told);
    settings(&world, more);
    directory = output_of(&world);
    engine_put_evidence(world.platform, directory, '1');
    terminal = open_console(&world, NULL);
    terminal_wait_text(terminal, "✔ trusted");
    terminal_wait_gone(terminal, "ALARM");
    before = bells(terminal);
    engine_put_evidence(world.platform, directory, '2');
    terminal_type(terminal, "v");
    terminal_wait_text(terminal, header);
    terminal_wait_text(terminal, "its measurement changed from 1111…1111 to 2222…2222");
    g_assert_cmpuint(bells(terminal), ==, before + 1);
    terminal_wait(terminal, file_is_there, told, "the command");
    g_assert_true(g_file_get_contents(told, &text, NULL, NULL));
    g_assert_nonnull(strstr(text, "\"reason\": \"measurement\""));
    g_assert_nonnull(strstr(text, "\"to\": \"2222"));
    terminal_type(terminal, "v"); /* no news: no bell */
    terminal_wait_text(terminal, "verifying 1 application again");
    terminal_wait_rest(terminal);
    terminal_wait_text(terminal, header);
    engine_quit(terminal);
    g_assert_cmpuint(bells(terminal), ==, before + 1);

    second = open_console(&world, NULL);
    terminal_wait_text(second, header); /* nobody has seen it */
    terminal_type(second, "H");
    terminal_wait_text(second, "ALARM: its measurement changed");
    terminal_wait_text(second, "judged: ✔ trusted");
    terminal_type(second, "1");
    terminal_wait_text(second, "a seen");
    terminal_type(second, "a");
    terminal_wait_gone(second, header);
    terminal_type(second, "a");
    terminal_wait_text(second, "there is no alarm");
    terminal_type(second, "1"); /* the hints again */
    terminal_wait_text(second, "w walk");
    g_assert_false(terminal_shows(second, "a seen"));
    engine_quit(second);
    journal = g_build_filename(world.home, ".local", "state", "mse-console", "journal.jsonl", NULL);
    g_free(text);
    g_assert_true(g_file_get_contents(journal, &text, NULL, NULL));
    g_assert_nonnull(strstr(text, "\"kind\":\"alarm\""));
    g_assert_nonnull(strstr(text, "\"kind\":\"acknowledged\""));
    world_end(&world);
}

static void test_bell_off_and_command_fails(void)
{
    static const char *const options[] = {"--apps", "1", "--seed", "2", NULL};
    g_autofree char *directory = NULL;
    World world;
    unsigned before;
    g_autoptr(Terminal) terminal = NULL;

    world_start(&world, options);
    settings(&world, "[alarm]\nbell = false\non_alarm = [\"/no/such/program\"]\n");
    directory = output_of(&world);
    engine_put_evidence(world.platform, directory, '1');
    terminal = open_console(&world, NULL);
    terminal_wait_text(terminal, "✔ trusted");
    before = bells(terminal);
    engine_put_evidence(world.platform, directory, '2');
    terminal_type(terminal, "v");
    terminal_wait_text(terminal, "on_alarm: /no/such/program cannot be started");
    g_assert_cmpuint(bells(terminal), ==, before);
    engine_quit(terminal);
    world_end(&world);
}

/* Evidence that a person names. */
static void test_given(void)
{
    static const char *const options[] = {"--apps", "1", "--seed", "2", NULL};
    g_autofree char *other = NULL, *line = NULL;
    World world;
    g_autoptr(Terminal) terminal = NULL;

    world_start(&world, options);
    settings(&world, "");
    other = g_build_filename(world.home, "elsewhere", NULL);
    g_assert_cmpint(g_mkdir_with_parents(other, 0700), ==, 0);
    engine_put_evidence(world.platform, other, '3');
    terminal = open_console(&world, NULL);
    terminal_wait_text(terminal, "? unknown");
    terminal_wait_text(terminal, "? UNKNOWN");       /* as the list says */
    terminal_wait_text(terminal, "has no evidence"); /* and the pane says why */
    line = g_strdup_printf(":verify --evidence %s/evidence.json" ENTER, other);
    terminal_type(terminal, line);
    terminal_wait_text(terminal, "✔ trusted");
    terminal_type(terminal, ":verify --evidence /no/such/file" ENTER);
    terminal_wait_text(terminal, "cannot read /no/such/file"); /* and all is as before */
    g_assert_false(terminal_shows(terminal, "ALARM"));
    engine_put_evidence(world.platform, other,
                        '4'); /* the file before it is still what is judged */
    terminal_type(terminal, "v");
    terminal_wait_text(terminal, "its measurement changed from 3333…3333 to 4444…4444");
    engine_quit(terminal);
    world_end(&world);
}

/* ---- time ---- */

typedef struct Shift {
    char *path, *file, *preload;
    volatile int64_t *seconds;
} Shift;

static void shift_init(Shift *shift, const World *world)
{
    int descriptor;

    shift->path = g_build_filename(world->home, "clock", NULL);
    g_assert_true(g_file_set_contents(shift->path, "\0\0\0\0\0\0\0\0", 8, NULL));
    descriptor = open(shift->path, O_RDWR | O_CLOEXEC);
    shift->seconds = mmap(NULL, 8, PROT_READ | PROT_WRITE, MAP_SHARED, descriptor, 0);
    g_assert_true((void *)shift->seconds != MAP_FAILED);
    close(descriptor);
    shift->file = g_strdup_printf("MSE_TEST_CLOCK=%s", shift->path);
    {
        g_autofree char *object = build_file("tests/screen/shifted_clock.so");
        shift->preload = g_strdup_printf("LD_PRELOAD=%s", object);
    }
}

static void shift_clear(Shift *shift)
{
    munmap((void *)(uintptr_t)shift->seconds, 8);
    g_free(shift->path);
    g_free(shift->file);
    g_free(shift->preload);
}

/* Days pass: it ends soon, then it has ended, which is an alarm. */
static void test_days(void)
{
    static const char *const options[] = {"--apps", "1", "--seed", "2", NULL};
    g_autofree char *directory = NULL;
    World world;
    Shift shift;
    g_autoptr(Terminal) terminal = NULL;

    world_start(&world, options);
    settings(&world, "[alarm]\nexpiry_days = 7\n");
    directory = output_of(&world);
    engine_put_evidence(world.platform, directory, '1');
    shift_init(&shift, &world);
    {
        const char *more[] = {shift.file, shift.preload, NULL};
        terminal = open_console(&world, more);
    }
    terminal_wait_text(terminal, "✔ trusted");
    terminal_wait_text(terminal, "29 d");
    g_assert_false(terminal_shows(terminal, "soon"));
    *shift.seconds = INT64_C(25) * 24 * 60 * 60;
    terminal_type(terminal, "j");
    terminal_wait_text(terminal, "4 d");
    terminal_wait_text(terminal, "1 ends soon");
    *shift.seconds = INT64_C(31) * 24 * 60 * 60;
    terminal_type(terminal, "j");
    terminal_wait_text(terminal, "expired");
    terminal_wait_text(terminal, " ALARM: ");
    terminal_wait_text(terminal, "its verdict became worse: from trusted to expired");
    terminal_type(terminal, "a");
    terminal_wait_gone(terminal, " ALARM: ");
    *shift.seconds = INT64_C(33) * 24 * 60 * 60;
    terminal_type(terminal, "j");
    terminal_wait_rest(terminal);
    terminal_wait_text(terminal, "expired");
    g_assert_false(terminal_shows(terminal, " ALARM: "));
    engine_quit(terminal);
    shift_clear(&shift);
    world_end(&world);
}

int main(int argc, char **argv)
{
    setlocale(LC_ALL, "");
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/trust/all-are-judged", test_all_are_judged);
    g_test_add_func("/trust/alarm", test_alarm);
    g_test_add_func("/trust/bell-off-and-command-fails", test_bell_off_and_command_fails);
    g_test_add_func("/trust/given", test_given);
    g_test_add_func("/trust/days", test_days);
    return g_test_run();
}
