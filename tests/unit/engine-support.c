/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "tests/unit/engine-support.h"

#include "tests/unit/sim-support.h"

#include <glib/gstdio.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

static char *first_line(int descriptor)
{
    g_autoptr(GString) line = g_string_new(NULL);
    char byte;
    while (read(descriptor, &byte, 1) == 1 && byte != '\n')
        g_string_append_c(line, byte);
    return g_strdup(line->str);
}

/* A test that fails takes its engines with it. */
static void die_with_test(gpointer data)
{
    (void)data;
    prctl(PR_SET_PDEATHSIG, SIGKILL);
}

SimEngine sim_engine_start(const char *options)
{
    static unsigned started;
    g_autofree char *program = sim_program();
    g_autofree char *name = g_strdup_printf("e%u", started++);
    SimEngine engine = {.socket = g_build_filename(g_getenv("HOME"), name, NULL)};
    g_autofree char *line =
        g_strdup_printf("mse-sim engine --socket %s %s", engine.socket, options);
    g_auto(GStrv) argv = g_strsplit(g_strchomp(line), " ", -1);
    g_free(argv[0]); /* the path of the program may have spaces */
    argv[0] = g_steal_pointer(&program);
    g_autoptr(GError) error = NULL;
    int output;
    if (!g_spawn_async_with_pipes(NULL, argv, NULL, G_SPAWN_DO_NOT_REAP_CHILD, die_with_test, NULL,
                                  &engine.child, NULL, &output, NULL, &error))
        g_error("%s", error->message);
    engine.said = first_line(output);
    close(output);
    if (!g_str_has_prefix(engine.said, "SIMULATED engine at unix:///"))
        g_error("engine said: %s", engine.said);
    return engine;
}

void sim_engine_stop(SimEngine *engine)
{
    int status;
    g_assert_cmpint(kill(engine->child, SIGTERM), ==, 0);
    g_assert_cmpint(waitpid(engine->child, &status, 0), ==, engine->child);
    g_assert_true(WIFEXITED(status));
    g_assert_cmpint(WEXITSTATUS(status), ==, 0);
    g_assert_false(g_file_test(engine->socket, G_FILE_TEST_EXISTS));
    g_spawn_close_pid(engine->child);
    g_clear_pointer(&engine->socket, g_free);
    g_clear_pointer(&engine->said, g_free);
}

unsigned long sim_engine_memory(const SimEngine *engine)
{
    g_autofree char *path = g_strdup_printf("/proc/%d/status", (int)engine->child);
    g_autofree char *text = NULL;
    g_assert_true(g_file_get_contents(path, &text, NULL, NULL));
    const char *line = strstr(text, "RssAnon:");
    g_assert_nonnull(line);
    return strtoul(line + strlen("RssAnon:"), NULL, 10);
}

void reply_clear(Reply *reply)
{
    if (reply->body != NULL)
        g_string_free(reply->body, TRUE);
    reply->body = NULL;
    g_clear_pointer(&reply->headers, g_hash_table_unref);
}

typedef struct Taking {
    Reply *reply;
    Enough enough;
    const void *data;
} Taking;

static size_t on_body(char *data, size_t size, size_t n, void *user)
{
    const Taking *taking = user;
    g_string_append_len(taking->reply->body, data, (gssize)(size * n));
    const bool over = taking->enough != NULL && taking->enough(taking->reply->body, taking->data);
    return over ? 0 : size * n;
}

static size_t on_header(char *data, size_t size, size_t n, void *user)
{
    g_autofree char *line = g_strndup(data, size * n);
    char *colon = strchr(line, ':');
    if (colon != NULL) {
        *colon = '\0';
        g_hash_table_insert(user, g_ascii_strdown(line, -1), g_strdup(g_strstrip(colon + 1)));
    }
    return size * n;
}

static Reply perform(const SimEngine *engine, const char *method, const char *path, long timeout,
                     Enough enough, const void *data)
{
    Reply reply = {.body = g_string_new(NULL),
                   .headers = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free)};
    Taking taking = {&reply, enough, data};
    g_autofree char *url = g_strconcat("http://engine", path, NULL);
    CURL *curl = curl_easy_init();
    curl_easy_setopt(curl, CURLOPT_URL, url);
    curl_easy_setopt(curl, CURLOPT_UNIX_SOCKET_PATH, engine->socket);
    curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(curl, CURLOPT_PROXY, "");
    curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, timeout);
    curl_easy_setopt(curl, CURLOPT_NOBODY, strcmp(method, "HEAD") == 0 ? 1L : 0L);
    curl_easy_setopt(curl, CURLOPT_CUSTOMREQUEST, method);
    curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, on_body);
    curl_easy_setopt(curl, CURLOPT_WRITEDATA, &taking);
    curl_easy_setopt(curl, CURLOPT_HEADERFUNCTION, on_header);
    curl_easy_setopt(curl, CURLOPT_HEADERDATA, reply.headers);
    reply.code = curl_easy_perform(curl);
    curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &reply.status);
    curl_easy_cleanup(curl);
    return reply;
}

/* Long enough for any machine; what hangs is asked with less. */
enum { TIMEOUT = 60000 };

Reply ask(const SimEngine *engine, const char *method, const char *path)
{
    return perform(engine, method, path, TIMEOUT, NULL, NULL);
}

Reply ask_for(const SimEngine *engine, const char *path, long timeout)
{
    return perform(engine, "GET", path, timeout, NULL, NULL);
}

Reply ask_until(const SimEngine *engine, const char *path, Enough enough, const void *data)
{
    return perform(engine, "GET", path, TIMEOUT, enough, data);
}

bool enough_lines(const GString *body, const void *count)
{
    unsigned n = 0;
    for (gsize i = 0; i < body->len; i++)
        n += body->str[i] == '\n';
    return n >= *(const unsigned *)count;
}

json_t *ask_json(const SimEngine *engine, const char *path)
{
    g_auto(Reply) reply = ask(engine, "GET", path);
    json_error_t error;
    g_assert_cmpint(reply.code, ==, CURLE_OK);
    if (reply.status != 200)
        g_error("%s: %ld: %s", path, reply.status, reply.body->str);
    g_assert_cmpstr(g_hash_table_lookup(reply.headers, "content-type"), ==, "application/json");
    json_t *document = json_loadb(reply.body->str, reply.body->len, 0, &error);
    if (document == NULL)
        g_error("%s: %s at %d", path, error.text, error.position);
    return document;
}

void assert_answer(const SimEngine *engine, const char *method, const char *path, long status,
                   const char *message)
{
    g_auto(Reply) reply = ask(engine, method, path);
    g_assert_cmpint(reply.code, ==, CURLE_OK);
    if (reply.status != status)
        g_error("%s %s: %ld: %s", method, path, reply.status, reply.body->str);
    if (message == NULL)
        return;
    json_t *problem = json_loadb(reply.body->str, reply.body->len, 0, NULL);
    g_assert_cmpstr(text_of(problem, "message"), ==, message);
    json_decref(problem);
}

const char *text_of(const json_t *object, const char *key)
{
    const char *text = json_string_value(json_object_get(object, key));
    if (text == NULL)
        g_error("no text %s", key);
    return text;
}

const json_t *container_in(const json_t *list, const char *state, const char *label)
{
    size_t i;
    json_t *container;
    json_array_foreach(list, i, container)
    {
        const json_t *labels = json_object_get(container, "Labels");
        if (strcmp(text_of(container, "State"), state) == 0 &&
            (label == NULL || json_object_get(labels, label) != NULL))
            return container;
    }
    g_error("no container in state %s with label %s", state, label ? label : "-");
}
