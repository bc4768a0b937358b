/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * mse-sim engine over its socket: what it says, what is done to its containers.
 */
#include "config.h"

#include "tests/unit/engine-support.h"
#include "tests/unit/sim-support.h"

#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>

static void test_self(void)
{
    SimEngine engine = sim_engine_start("");
    g_auto(Reply) ping = ask(&engine, "GET", "/_ping");
    g_assert_cmpstr(ping.body->str, ==, "OK");
    g_assert_cmpstr(g_hash_table_lookup(ping.headers, "api-version"), ==, "1.50");
    g_assert_cmpstr(g_hash_table_lookup(ping.headers, "ostype"), ==, "linux");
    g_auto(Reply) head = ask(&engine, "HEAD", "/_ping");
    g_assert_cmpint(head.status, ==, 200);
    g_assert_cmpuint(head.body->len, ==, 0);

    json_t *version = ask_json(&engine, "/v1.41/version"), *info = ask_json(&engine, "/info");
    const json_t *platform = json_object_get(version, "Platform");
    g_assert_cmpstr(text_of(platform, "Name"), ==, "SIMULATED engine (mse-sim)");
    g_assert_cmpstr(text_of(version, "ApiVersion"), ==, "1.50");
    g_assert_cmpstr(text_of(version, "MinAPIVersion"), ==, "1.24");
    g_assert_cmpstr(text_of(info, "OperatingSystem"), ==, "SIMULATED engine (mse-sim)");
    g_assert_cmpint(json_integer_value(json_object_get(info, "Containers")), ==, 23);
    json_decref(version);
    json_decref(info);
    assert_answer(&engine, "GET", "/nothing", 404, "page not found");
    assert_answer(&engine, "PUT", "/containers/json", 404, "page not found");
    sim_engine_stop(&engine);
}

static void test_versions(void)
{
    SimEngine engine = sim_engine_start("--api-min 1.30 --api-max 1.41");
    assert_answer(&engine, "GET", "/v1.30/version", 200, NULL);
    assert_answer(&engine, "GET", "/v1.41/version", 200, NULL);
    assert_answer(&engine, "GET", "/v1.42/version", 400,
                  "client version 1.42 is too new. Maximum supported API version is 1.41");
    assert_answer(&engine, "GET", "/v1.29/version", 400,
                  "client version 1.29 is too old. Minimum supported API version is 1.30, please "
                  "upgrade your client to a newer version");
    g_auto(Reply) ancient = ask(&engine, "GET", "/v1.9/version");
    g_assert_cmpint(ancient.status, ==, 400);
    g_assert_true(g_str_has_prefix(ancient.body->str, "client version 1.9 is too old. "));
    sim_engine_stop(&engine);
    g_auto(Ran) swapped = run_sim("engine --socket x --api-min 1.41 --api-max 1.24");
    g_assert_cmpint(swapped.status, ==, 2);
}

static void assert_container(const json_t *container)
{
    const char *id = text_of(container, "Id");
    g_assert_cmpuint(strlen(id), ==, 64);
    g_assert_cmpuint(strspn(id, "0123456789abcdef"), ==, 64);
    const json_t *names = json_object_get(container, "Names");
    g_assert_cmpuint(json_array_size(names), ==, 1);
    g_assert_true(g_str_has_prefix(json_string_value(json_array_get(names, 0)), "/"));
    g_assert_true(json_is_integer(json_object_get(container, "Created")));
    g_assert_true(json_is_array(json_object_get(container, "Mounts")));
    const bool runs = strcmp(text_of(container, "State"), "running") == 0;
    g_assert_true(!runs || g_str_has_prefix(text_of(container, "Status"), "Up "));
    g_assert_true(!runs || json_array_size(json_object_get(container, "Ports")) > 0);
}

static void test_list(void)
{
    static const char *const states[] = {"created",    "running", "paused", "exited",
                                         "restarting", "dead",    NULL};
    SimEngine engine = sim_engine_start("--apps 40");
    json_t *all = ask_json(&engine, "/containers/json?all=1");
    json_t *running = ask_json(&engine, "/containers/json");
    g_assert_cmpuint(json_array_size(all), ==, 46);
    g_assert_cmpuint(json_array_size(running), <, 46);
    size_t i;
    json_t *container;
    gint64 before = G_MAXINT64;
    json_array_foreach(all, i, container)
    {
        assert_container(container);
        const gint64 created = json_integer_value(json_object_get(container, "Created"));
        g_assert_cmpint(created, <=, before);
        before = created;
    }
    json_array_foreach(running, i, container) g_assert_true(
        g_strv_contains((const char *const[]){"running", "paused", "restarting", NULL},
                        text_of(container, "State")));
    for (unsigned n = 0; states[n] != NULL; n++)
        container_in(all, states[n], NULL);
    container_in(all, "running", "mse-home");
    container_in(all, "running", "cenclave");
    container_in(all, "running", "com.example.team");
    json_decref(all);
    json_decref(running);
    sim_engine_stop(&engine);
}

static void test_filters(void)
{
    static const struct {
        const char *query;
        size_t least, most;
    } rows[] = {
        {"all=1&filters=%7B%22label%22%3A%5B%22mse-home%22%5D%7D", 20, 30},
        {"all=1&filters=%7B%22label%22%3A%7B%22mse-home%3D1%22%3Atrue%7D%7D", 20, 30},
        {"all=1&filters=%7B%22label%22%3A%5B%22mse-home%3D2%22%5D%7D", 0, 0},
        {"all=1&filters=%7B%22label%22%3A%5B%22mse-home%22%2C%22cenclave%22%5D%7D", 0, 0},
        {"filters=%7B%22status%22%3A%5B%22dead%22%5D%7D", 1, 3},
        {"filters=%7B%22status%22%3A%5B%22dead%22%2C%22created%22%5D%7D", 2, 6},
        {"all=1&limit=5", 5, 5},
        {"all=1&filters=%7B%7D", 46, 46},
    };
    SimEngine engine = sim_engine_start("--apps 40");
    for (unsigned i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autofree char *path = g_strconcat("/containers/json?", rows[i].query, NULL);
        json_t *list = ask_json(&engine, path);
        g_assert_cmpuint(json_array_size(list), >=, rows[i].least);
        g_assert_cmpuint(json_array_size(list), <=, rows[i].most);
        json_decref(list);
    }
    assert_answer(&engine, "GET", "/containers/json?filters=zzz", 500,
                  "invalid character 'z' looking for beginning of value");
    assert_answer(&engine, "GET", "/containers/json?filters=%7B%22foo%22%3A%5B%5D%7D", 400,
                  "Invalid filter 'foo'");
    assert_answer(&engine, "GET", "/containers/json?limit=x", 500,
                  "strconv.Atoi: parsing \"x\": invalid syntax");
    sim_engine_stop(&engine);
}

static void test_inspect(void)
{
    SimEngine engine = sim_engine_start("");
    json_t *list = ask_json(&engine, "/containers/json?all=1");
    size_t i;
    json_t *container;
    json_array_foreach(list, i, container)
    {
        const char *id = text_of(container, "Id");
        const char *name =
            json_string_value(json_array_get(json_object_get(container, "Names"), 0));
        g_autofree char *by_id = g_strdup_printf("/containers/%s/json", id);
        g_autofree char *by_name = g_strdup_printf("/v1.41/containers/%s/json", name + 1);
        g_autofree char *by_beginning = g_strdup_printf("/containers/%.12s/json", id);
        json_t *first = ask_json(&engine, by_id), *second = ask_json(&engine, by_name);
        json_t *third = ask_json(&engine, by_beginning);
        g_assert_true(json_equal(first, second) && json_equal(first, third));
        g_assert_cmpstr(text_of(first, "Id"), ==, id);
        g_assert_cmpstr(text_of(first, "Name"), ==, name);
        const json_t *config = json_object_get(first, "Config");
        g_assert_true(
            json_equal(json_object_get(config, "Labels"), json_object_get(container, "Labels")));
        g_assert_true(json_equal(json_object_get(config, "Cmd"), json_object_get(first, "Args")));
        g_assert_cmpstr(text_of(json_object_get(first, "State"), "Status"), ==,
                        text_of(container, "State"));
        json_decref(first);
        json_decref(second);
        json_decref(third);
    }
    json_decref(list);
    assert_answer(&engine, "GET", "/containers/nope/json", 404, "No such container: nope");
    sim_engine_stop(&engine);
}

/* Members whose names are the container's own. */
static bool is_map(const char *key)
{
    static const char *const maps[] = {"Labels",   "Data",         "Config",
                                       "Networks", "Ports",        "PortBindings",
                                       "Volumes",  "ExposedPorts", NULL};
    return g_strv_contains(maps, key);
}

/* Whatever a real engine said is said here too, as the same kind of value. */
static void assert_shape(const json_t *real, const json_t *ours, const char *where)
{
    const char *key;
    json_t *value;
    if (json_typeof(real) != json_typeof(ours) && !json_is_null(real) && !json_is_null(ours) &&
        !(json_is_boolean(real) && json_is_boolean(ours)))
        g_error("%s: another kind of value", where);
    json_object_foreach((json_t *)real, key, value)
    {
        const json_t *same = json_object_get(ours, key);
        g_autofree char *inside = g_strdup_printf("%s.%s", where, key);
        if (same == NULL)
            g_error("%s is missing", inside);
        if (!is_map(key) || strcmp(inside, ".Config") == 0)
            assert_shape(value, same, inside);
    }
    if (json_array_size(real) > 0 && json_array_size(ours) > 0)
        assert_shape(json_array_get(real, 0), json_array_get(ours, 0), where);
}

static json_t *real_answer(const char *name)
{
    g_autofree char *path = g_build_filename(g_getenv("MSE_TEST_SOURCE"), "..", "shared", "data",
                                             "interop", "docker", name, NULL);
    return json_load_file(path, 0, NULL);
}

static void test_shapes(void)
{
    json_t *real_list = real_answer("list.json"), *real_version = real_answer("version.json");
    json_t *real_inspect = real_answer("inspect-app1-running.json");
    if (real_list == NULL || real_version == NULL || real_inspect == NULL) {
        g_test_skip("the real engine's answers are not there");
        return;
    }
    SimEngine engine = sim_engine_start("");
    json_t *list = ask_json(&engine, "/containers/json"), *version = ask_json(&engine, "/version");
    const json_t *container = container_in(list, "running", "mse-home");
    g_autofree char *path = g_strdup_printf("/containers/%s/json", text_of(container, "Id"));
    json_t *inspected = ask_json(&engine, path);
    assert_shape(json_array_get(real_list, 0), container, "");
    assert_shape(json_array_get(real_inspect, 0), inspected, "");
    assert_shape(real_version, version, "");
    json_t *const all[] = {real_list, real_version, real_inspect, list, version, inspected};
    for (unsigned i = 0; i < G_N_ELEMENTS(all); i++)
        json_decref(all[i]);
    sim_engine_stop(&engine);
}

static json_t *inspect(const SimEngine *engine, const char *id)
{
    g_autofree char *path = g_strdup_printf("/containers/%s/json", id);
    return ask_json(engine, path);
}

static void assert_state(const SimEngine *engine, const char *id, const char *status, int exit_code)
{
    json_t *container = inspect(engine, id);
    const json_t *state = json_object_get(container, "State");
    g_assert_cmpstr(text_of(state, "Status"), ==, status);
    g_assert_cmpint(json_integer_value(json_object_get(state, "ExitCode")), ==, exit_code);
    json_decref(container);
}

static void act(const SimEngine *engine, const char *method, const char *id, const char *what,
                long status)
{
    g_autofree char *path = g_strdup_printf("/containers/%s%s", id, what);
    assert_answer(engine, method, path, status, NULL);
}

static void test_acts(void)
{
    SimEngine engine = sim_engine_start("");
    json_t *list = ask_json(&engine, "/containers/json?all=1");
    const char *id = text_of(container_in(list, "running", "mse-home"), "Id");
    act(&engine, "POST", id, "/start", 304);
    act(&engine, "DELETE", id, "", 409);
    act(&engine, "POST", id, "/pause", 204);
    assert_state(&engine, id, "paused", 0);
    act(&engine, "POST", id, "/start", 409);
    act(&engine, "POST", id, "/pause", 409);
    act(&engine, "POST", id, "/unpause", 204);
    act(&engine, "POST", id, "/unpause", 500);
    act(&engine, "POST", id, "/kill?signal=FOO", 400);
    act(&engine, "POST", id, "/kill?signal=SIGHUP", 204);
    assert_state(&engine, id, "running", 0);
    act(&engine, "POST", id, "/kill", 204);
    assert_state(&engine, id, "exited", 137);
    act(&engine, "POST", id, "/kill", 409);
    act(&engine, "POST", id, "/stop", 304);
    act(&engine, "POST", id, "/restart?t=0", 204);
    assert_state(&engine, id, "running", 0);
    const gint64 start = g_get_monotonic_time();
    act(&engine, "POST", id, "/stop?t=1", 204);
    g_assert_cmpint(g_get_monotonic_time() - start, >=, G_USEC_PER_SEC);
    assert_state(&engine, id, "exited", 137); /* it hears no signal, but that one */
    act(&engine, "POST", id, "/start", 204);
    act(&engine, "POST", id, "/stop?t=x", 500);
    act(&engine, "DELETE", id, "?force=1", 204);
    act(&engine, "GET", id, "/json", 404);
    act(&engine, "DELETE", id, "", 404);
    const char *other = text_of(container_in(list, "running", "com.example.team"), "Id");
    act(&engine, "POST", other, "/stop", 204);
    assert_state(&engine, other, "exited", 0);
    const char *dead = text_of(container_in(list, "dead", NULL), "Id");
    act(&engine, "POST", dead, "/start", 409);
    json_decref(list);
    sim_engine_stop(&engine);
}

/* Whoever asked does not wait for the end: it comes all the same. */
static void test_stop_and_leave(void)
{
    SimEngine engine = sim_engine_start("");
    json_t *list = ask_json(&engine, "/containers/json?all=1");
    const char *id = text_of(container_in(list, "running", "mse-home"), "Id");
    g_autofree char *path = g_strdup_printf("/containers/%s/stop?t=3600", id);
    CURL *curl = curl_easy_init();
    g_autofree char *url = g_strconcat("http://engine", path, NULL);
    curl_easy_setopt(curl, CURLOPT_URL, url);
    curl_easy_setopt(curl, CURLOPT_UNIX_SOCKET_PATH, engine.socket);
    curl_easy_setopt(curl, CURLOPT_CUSTOMREQUEST, "POST");
    curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, 3000L);
    g_assert_cmpint(curl_easy_perform(curl), ==, CURLE_OPERATION_TIMEDOUT);
    curl_easy_cleanup(curl);
    g_autofree char *wait = g_strdup_printf("/containers/%s/logs?stdout=1&follow=1&tail=0", id);
    g_auto(Reply) log = ask(&engine, "GET", wait); /* ends with the container */
    g_assert_cmpint(log.code, ==, CURLE_OK);
    assert_state(&engine, id, "exited", 137);
    json_decref(list);
    sim_engine_stop(&engine);
}

static void assert_tar(const Reply *tar, const char *name, const char *content)
{
    g_assert_cmpint(tar->status, ==, 200);
    g_assert_cmpstr(g_hash_table_lookup(tar->headers, "content-type"), ==, "application/x-tar");
    g_assert_cmpuint(tar->body->len % 512, ==, 0);
    g_assert_cmpstr(tar->body->str, ==, name);
    g_assert_nonnull(strstr(tar->body->str + 512, content));
}

static void test_archive(void)
{
    g_autofree char *options = g_strdup_printf("--platform %s", plain());
    SimEngine engine = sim_engine_start(options);
    json_t *list = ask_json(&engine, "/containers/json?all=1");
    const char *id = text_of(container_in(list, "running", "mse-home"), "Id");
    const char *created = text_of(container_in(list, "created", NULL), "Id");
    g_autofree char *path =
        g_strdup_printf("/containers/%s/archive?path=/opt/input/evidence.json", id);
    g_auto(Reply) first = ask(&engine, "GET", path), again = ask(&engine, "GET", path);
    assert_tar(&first, "evidence.json", "\"ratls_certificate\"");
    g_assert_true(g_string_equal(first.body, again.body)); /* the same certificate */
    json_t *evidence = json_loads(first.body->str + 512, JSON_DISABLE_EOF_CHECK, NULL);
    const json_t *arguments = json_object_get(evidence, "input_args");
    json_t *inspected = inspect(&engine, id);
    const json_t *command = json_object_get(json_object_get(inspected, "Config"), "Cmd");
    g_assert_cmpstr(text_of(arguments, "app_id"), ==,
                    json_string_value(json_array_get(command, 7)));
    g_autofree char *pem = g_strdup_printf("/containers/%s/archive?path=/opt/input/ratls.pem", id);
    g_auto(Reply) certificate = ask(&engine, "GET", pem);
    assert_tar(&certificate, "ratls.pem", "BEGIN CERTIFICATE");
    g_auto(Reply) head = ask(&engine, "HEAD", path);
    g_assert_nonnull(g_hash_table_lookup(head.headers, "x-docker-container-path-stat"));
    act(&engine, "GET", id, "/archive", 400);
    act(&engine, "GET", id, "/archive?path=/etc/passwd", 404);
    act(&engine, "GET", created, "/archive?path=/opt/input/evidence.json", 404);
    json_decref(evidence);
    json_decref(inspected);
    json_decref(list);
    sim_engine_stop(&engine);
}

static gint compare_texts(gconstpointer a, gconstpointer b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

/* The names and ids of all, sorted. */
static char *identities(const char *options)
{
    SimEngine engine = sim_engine_start(options);
    json_t *list = ask_json(&engine, "/containers/json?all=1");
    g_autoptr(GPtrArray) texts = g_ptr_array_new_with_free_func(g_free);
    size_t i;
    json_t *container;
    json_array_foreach(list, i, container) g_ptr_array_add(
        texts, g_strdup_printf("%s %s %s", text_of(container, "Id"), text_of(container, "Image"),
                               text_of(container, "State")));
    g_ptr_array_sort(texts, compare_texts);
    g_ptr_array_add(texts, NULL);
    char *all = g_strjoinv("\n", (char **)texts->pdata);
    json_decref(list);
    sim_engine_stop(&engine);
    return all;
}

static void test_seed(void)
{
    g_autofree char *first = identities("--seed 7 --at 2026-01-01T00:00:00Z");
    g_autofree char *second = identities("--seed 7 --at 2026-01-01T00:00:00Z");
    g_autofree char *other = identities("--seed 8 --at 2026-01-01T00:00:00Z");
    g_assert_cmpstr(first, ==, second);
    g_assert_cmpstr(first, !=, other);
}

static void test_sockets(void)
{
    SimEngine engine = sim_engine_start("--listen 127.0.0.1:0");
    GStatBuf status;
    g_assert_cmpint(g_stat(engine.socket, &status), ==, 0);
    g_assert_cmpuint(status.st_mode & 07777, ==, 0600);
    g_auto(Ran) taken = run_sim("engine --socket %s", engine.socket);
    g_assert_cmpint(taken.status, ==, 1);
    assert_answer(&engine, "GET", "/_ping", 200, NULL); /* the first is not disturbed */
    sim_engine_stop(&engine);

    g_autofree char *file = place("file");
    g_assert_true(g_file_set_contents(file, "mine", -1, NULL));
    g_auto(Ran) no_socket = run_sim("engine --socket %s", file);
    g_assert_cmpint(no_socket.status, ==, 1);
    g_assert_true(g_file_test(file, G_FILE_TEST_IS_REGULAR));
    g_auto(Ran) nowhere = run_sim("engine");
    g_assert_cmpint(nowhere.status, ==, 2);
    g_auto(Ran) operand = run_sim("engine here");
    g_assert_cmpint(operand.status, ==, 2);
    g_auto(Ran) fault = run_sim("engine --socket x --fault lie@list");
    g_assert_cmpint(fault.status, ==, 2);
    g_assert_nonnull(strstr(fault.err, "freeze=1…3600"));
}

/* Everything hostile is JSON all the same. */
static void test_hostile(void)
{
    SimEngine engine = sim_engine_start("--hostile --apps 28");
    json_t *list = ask_json(&engine, "/containers/json?all=1");
    size_t i, longest = 0, most = 0;
    json_t *container;
    bool escape = false;
    json_array_foreach(list, i, container)
    {
        const char *name =
            json_string_value(json_array_get(json_object_get(container, "Names"), 0));
        longest = MAX(longest, strlen(name));
        most = MAX(most, json_object_size(json_object_get(container, "Labels")));
        escape = escape || strchr(name, '\033') != NULL;
        g_autofree char *escaped = g_uri_escape_string(name + 1, NULL, FALSE);
        g_autofree char *path = g_strdup_printf("/containers/%s/json", escaped);
        json_t *inspected = ask_json(&engine, path);
        g_assert_cmpstr(text_of(inspected, "Name"), ==, name);
        json_decref(inspected);
    }
    g_assert_cmpuint(longest, >=, 4000);
    g_assert_cmpuint(most, >=, 1000);
    g_assert_true(escape);
    json_decref(list);
    sim_engine_stop(&engine);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    curl_global_init(CURL_GLOBAL_DEFAULT);
    g_test_add_func("/sim-engine/self", test_self);
    g_test_add_func("/sim-engine/versions", test_versions);
    g_test_add_func("/sim-engine/list", test_list);
    g_test_add_func("/sim-engine/filters", test_filters);
    g_test_add_func("/sim-engine/inspect", test_inspect);
    g_test_add_func("/sim-engine/shapes", test_shapes);
    g_test_add_func("/sim-engine/acts", test_acts);
    g_test_add_func("/sim-engine/stop-and-leave", test_stop_and_leave);
    g_test_add_func("/sim-engine/archive", test_archive);
    g_test_add_func("/sim-engine/seed", test_seed);
    g_test_add_func("/sim-engine/sockets", test_sockets);
    g_test_add_func("/sim-engine/hostile", test_hostile);
    const int status = g_test_run();
    curl_global_cleanup();
    return status;
}
