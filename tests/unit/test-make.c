/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Containers whose making fails in between: the answer is lost, or late, or no sense, or whoever
 * asked for it goes. What was made all the same is removed, and nothing else is.
 */
#include "config.h"

#include "life/make.h"

#include "tests/unit/fake_engine.h"

#include <string.h>
#include <unistd.h>

/* ---- an engine that makes one container, sooner or later ---- */

static struct {
    GMutex mutex;
    GString *made;   /* the body that it was asked with; "": not asked yet */
    unsigned looks;  /* lists that were asked for */
    unsigned absent; /* lists that do not have it yet */
    unsigned broken; /* lists that are no list */
    bool never;      /* it is not made at all */
    Cancel *cancel;  /* set once it is asked for; or NULL */
    GString *told;   /* what was warned of */
} state;

/* Another of the same name, and one that somebody else's spawn made. */
static const char strangers[] =
    "{\"Id\":\"a1\",\"Names\":[\"/one\"],\"State\":\"created\",\"Labels\":{}},"
    "{\"Id\":\"a2\",\"Names\":[\"/two\"],\"State\":\"created\",\"Labels\":{\"mse-console-made\":"
    "\"another\",\"mse-console-spawn\":\"2@elsewhere x\"}}";

static void answer(FakeConnection *connection, const char *status, const char *body)
{
    g_autofree char *text =
        g_strdup_printf("HTTP/1.1 %s\r\nApi-Version: 1.41\r\nContent-Length: %zu\r\n\r\n%s", status,
                        strlen(body), body);
    fake_write(connection, text, strlen(text));
}

static void take_request(FakeConnection *connection)
{
    g_autoptr(GByteArray) body = fake_read_body(connection);
    g_mutex_lock(&state.mutex);
    if (body != NULL)
        g_string_append_len(state.made, (const char *)body->data, (gssize)body->len);
    g_mutex_unlock(&state.mutex);
    if (state.cancel != NULL)
        cancel_set(state.cancel);
}

static void serve_failure(FakeConnection *connection)
{
    take_request(connection);
    answer(connection, "500 Internal Server Error", "{\"message\":\"no room\"}");
}

static void serve_conflict(FakeConnection *connection)
{
    take_request(connection);
    answer(connection, "409 Conflict", "{\"message\":\"the name is in use\"}");
}

static void serve_rubbish(FakeConnection *connection)
{
    take_request(connection);
    answer(connection, "201 Created", "{\"Id\":");
}

static void serve_good(FakeConnection *connection)
{
    take_request(connection);
    answer(connection, "201 Created", "{\"Id\":\"c0\"}");
}

/* The labels that it was asked with, as they were written. g_free. */
static char *labels(void)
{
    const char *begin = strstr(state.made->str, "\"Labels\":");
    const char *end = begin == NULL ? NULL : strchr(begin, '}');
    return end == NULL ? NULL : g_strndup(begin, (gsize)(end + 1 - begin));
}

static void serve_list(FakeConnection *connection)
{
    g_mutex_lock(&state.mutex);
    unsigned look = state.looks++;
    g_autofree char *own = look < state.absent || state.never ? NULL : labels();
    bool broken = look < state.broken;
    g_mutex_unlock(&state.mutex);
    g_autofree char *body =
        own == NULL ? g_strdup_printf("[%s]", strangers)
                    : g_strdup_printf("[%s,{\"Id\":\"c0\",\"Names\":[\"/one\"],\"State\":"
                                      "\"created\",%s}]",
                                      strangers, own);
    if (broken)
        body[strlen(body) / 2] = '\0';
    answer(connection, "200 OK", body);
}

#define LIST_AND_REMOVE                                                                       \
    {.match = "GET /v1.41/containers/json", .serve = serve_list},                             \
    {                                                                                         \
        .match = "DELETE /v1.41/containers/c0?v=1&force=1",                                   \
        .answer = "HTTP/1.1 204 No Content\r\nApi-Version: 1.41\r\nContent-Length: 0\r\n\r\n" \
    }

#define CREATE "POST /v1.41/containers/create?name=one "

static const FakeRoute good[] = {{.match = CREATE, .serve = serve_good}, LIST_AND_REMOVE, {0}};
static const FakeRoute lost[] = {
    {.match = CREATE, .serve = take_request, .then = FAKE_RESET}, LIST_AND_REMOVE, {0}};
static const FakeRoute held[] = {
    {.match = CREATE, .serve = take_request, .then = FAKE_HOLD}, LIST_AND_REMOVE, {0}};
static const FakeRoute fails[] = {{.match = CREATE, .serve = serve_failure}, LIST_AND_REMOVE, {0}};
static const FakeRoute taken[] = {{.match = CREATE, .serve = serve_conflict}, LIST_AND_REMOVE, {0}};
static const FakeRoute rubbish[] = {
    {.match = CREATE, .serve = serve_rubbish}, LIST_AND_REMOVE, {0}};

static void on_warn(const char *sentence, void *data)
{
    (void)data;
    g_string_append(state.told, sentence);
}

static const LifeListener listener = {.warn = on_warn};

/* ---- what is done about it ---- */

static const struct {
    const char *name;
    const FakeRoute *routes;
    bool cancels, never;
    unsigned absent, broken;
    int code;         /* of DOCKER_ERROR; -1: cancelled */
    unsigned removed; /* of the one that was made */
    unsigned looks;   /* at least; 0: none at all */
    const char *told; /* NULL: nothing */
} cases[] = {
    {"lost", lost, false, false, 0, 0, DOCKER_ERROR_AWAY, 1, 1, NULL},
    {"lost-late", lost, false, false, 3, 0, DOCKER_ERROR_AWAY, 1, 4, NULL},
    {"lost-twice", lost, false, false, 0, 2, DOCKER_ERROR_AWAY, 1, 3, NULL},
    {"lost-before", lost, false, true, 0, 0, DOCKER_ERROR_AWAY, 0, 5, "mse-console-made="},
    {"cancelled", held, true, false, 2, 0, -1, 1, 3, NULL},
    {"cancelled-before", held, true, true, 0, 0, -1, 0, 5, "docker rm -f"},
    {"rubbish", rubbish, false, false, 0, 0, DOCKER_ERROR_RUBBISH, 1, 1, NULL},
    {"fails", fails, false, true, 0, 0, DOCKER_ERROR_ENGINE, 0, 1, NULL},
    {"fails-and-makes", fails, false, false, 0, 0, DOCKER_ERROR_ENGINE, 1, 1, NULL},
    {"taken", taken, false, false, 0, 0, DOCKER_ERROR_CONFLICT, 0, 0, NULL},
};

static DockerEngine *engine_at(const FakeEngine *fake)
{
    GError *error = NULL;
    const DockerEnvironment environment = {.host = fake_engine_address(fake),
                                           .home = g_get_tmp_dir()};
    g_autoptr(DockerEndpoint) endpoint = docker_endpoint_find(&environment, NULL, &error);
    g_assert_no_error(error);
    return docker_engine_new(endpoint);
}

static void state_set(unsigned absent, unsigned broken, bool never, Cancel *cancel)
{
    g_string_truncate(state.made, 0);
    g_string_truncate(state.told, 0);
    state.looks = 0;
    state.absent = absent;
    state.broken = broken;
    state.never = never;
    state.cancel = cancel;
}

static unsigned count(const char *text, const char *word)
{
    unsigned n = 0;
    for (const char *at = text; (at = strstr(at, word)) != NULL; at += strlen(word))
        n++;
    return n;
}

static char *make(DockerEngine *engine, Cancel *cancel, GError **error)
{
    static DockerPair own[] = {{(char *)"mse-home", (char *)"1"}};
    const DockerSpec spec = {.name = "one", .image = "x", .labels = own, .n_labels = 1};
    return life_make_container(engine, &spec, LIFE_FOR_SPAWN, cancel, &listener, error);
}

static void assert_told(const char *expected)
{
    if (expected == NULL)
        g_assert_cmpstr(state.told->str, ==, "");
    else
        g_assert_nonnull(strstr(state.told->str, expected));
}

static void test_case(gconstpointer data)
{
    size_t row = GPOINTER_TO_SIZE(data);
    g_autoptr(Cancel) cancel = cancel_new();
    state_set(cases[row].absent, cases[row].broken, cases[row].never,
              cases[row].cancels ? cancel : NULL);
    g_autoptr(FakeEngine) fake = fake_engine_start(cases[row].routes, NULL);
    g_autoptr(DockerEngine) engine = engine_at(fake);
    g_autoptr(GError) error = NULL;
    g_assert_null(make(engine, cancel, &error));
    if (cases[row].code < 0)
        g_assert_error(error, CANCEL_ERROR, CANCEL_ERROR_CANCELLED);
    else
        g_assert_error(error, DOCKER_ERROR, cases[row].code);
    g_autofree char *asked = fake_engine_requests(fake);
    g_assert_cmpuint(count(asked, "DELETE /v1.41/containers/c0?"), ==, cases[row].removed);
    g_assert_cmpuint(count(asked, "DELETE "), ==, cases[row].removed);
    g_assert_cmpuint(count(asked, "/create"), ==, 1);
    if (cases[row].looks == 0)
        g_assert_cmpuint(state.looks, ==, 0);
    else
        g_assert_cmpuint(state.looks, >=, cases[row].looks);
    assert_told(cases[row].told);
}

static void test_made(void)
{
    state_set(0, 0, false, NULL);
    g_autoptr(FakeEngine) fake = fake_engine_start(good, NULL);
    g_autoptr(DockerEngine) engine = engine_at(fake);
    g_autoptr(GError) error = NULL;
    g_autofree char *id = make(engine, NULL, &error);
    g_assert_no_error(error);
    g_assert_cmpstr(id, ==, "c0");
    g_assert_nonnull(strstr(state.made->str, "\"mse-home\":\"1\""));
    g_assert_nonnull(strstr(state.made->str, "\"mse-console-spawn\":\""));
    g_assert_cmpuint(state.looks, ==, 0);
    g_autoptr(Cancel) cancel = cancel_new();
    cancel_set(cancel);
    g_assert_null(make(engine, cancel, &error));
    g_assert_error(error, CANCEL_ERROR, CANCEL_ERROR_CANCELLED);
    g_autofree char *asked = fake_engine_requests(fake);
    g_assert_cmpuint(count(asked, "/create"), ==, 1);
}

/* Of a process that is no more, on this machine, among the same processes. */
static void test_leftover(void)
{
    char namespace[64] = "";
    g_assert_cmpint(readlink("/proc/self/ns/pid", namespace, sizeof namespace - 1), >, 0);
    const char *host = g_get_host_name();
    const struct {
        long pid;
        const char *host, *namespace;
        bool is_leftover;
    } owners[] = {
        {4194301, host, namespace, true},
        {getpid(), host, namespace, false},
        {4194301, "another", namespace, false},
        {4194301, host, "pid:[1]", false},
        {1, host, namespace, false},
        {0, host, namespace, false},
        {4194301, "", "", false},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(owners); i++) {
        g_autofree char *value =
            g_strdup_printf("%ld@%s %s", owners[i].pid, owners[i].host, owners[i].namespace);
        const DockerPair label = {(char *)LIFE_FOR_SPAWN, value};
        g_assert_true(life_is_leftover(&label, 1, LIFE_FOR_SPAWN) == owners[i].is_leftover);
        g_assert_false(life_is_leftover(&label, 1, LIFE_FOR_MEASURE));
        /* An application whose image says that it is a dry run's is none's. */
        const DockerPair both[] = {{(char *)LIFE_FOR_MEASURE, value}, label};
        g_assert_false(life_is_leftover(both, 2, LIFE_FOR_MEASURE));
        g_assert_false(life_is_leftover(both, 2, LIFE_FOR_SPAWN));
    }
    g_assert_false(life_is_leftover(NULL, 0, LIFE_FOR_SPAWN));
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    state.made = g_string_new(NULL);
    state.told = g_string_new(NULL);
    g_test_add_func("/make/made", test_made);
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *path = g_strconcat("/make/", cases[i].name, NULL);
        g_test_add_data_func(path, GSIZE_TO_POINTER(i), test_case);
    }
    g_test_add_func("/make/leftover", test_leftover);
    int failed = g_test_run();
    g_string_free(state.made, TRUE);
    g_string_free(state.told, TRUE);
    return failed;
}
