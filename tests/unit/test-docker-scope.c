/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A context with a scope: what is asked for, and what is made, is of that label only.
 */
#include "config.h"

#include "docker/create.h"
#include "docker/image.h"
#include "docker/private.h"

#include "tests/unit/fake_engine.h"

#include <glib/gstdio.h>
#include <string.h>

#define SCOPE   "/tmp/mse-console-demo.Ab12Cd"
#define FILTER  "%22label%22%3A%5B%22mse-console-demo%3D%2Ftmp%2Fmse-console-demo.Ab12Cd%22%5D"
#define LABELED "%7B%22mse-console-demo%22%3A%22%2Ftmp%2Fmse-console-demo.Ab12Cd%22%7D"

static GByteArray *taken; /* what the engine got as a body */

static void serve_create(FakeConnection *connection)
{
    taken = fake_read_body(connection);
    static const char answer[] = FAKE_HEAD "Content-Length: 11\r\n\r\n{\"Id\":\"c0\"}";
    fake_write(connection, answer, sizeof answer - 1);
}

static void serve_build(FakeConnection *connection)
{
    g_byte_array_unref(fake_read_body(connection));
    static const char answer[] = FAKE_HEAD "Content-Length: 34\r\n\r\n"
                                           "{\"aux\":{\"ID\":\"sha256:0000000000\"}}";
    fake_write(connection, answer, sizeof answer - 1);
}

static const FakeRoute routes[] = {
    {.match = "GET /v1.41/containers/json?all=1&filters=%7B" FILTER "%7D ",
     .answer = FAKE_HEAD "Content-Length: 2\r\n\r\n[]"},
    {.match = "GET /v1.41/events?filters=%7B%22type%22%3A%5B%22container%22%5D%2C" FILTER "%7D ",
     .answer = FAKE_CHUNKED,
     .then = FAKE_HOLD},
    {.match = "POST /v1.41/containers/create?name=mine ", .serve = serve_create},
    {.match = "&labels=" LABELED " ", .serve = serve_build},
    {.match = "GET /v1.41/containers/own/json ",
     .answer =
         FAKE_HEAD "Content-Length: 61\r\n\r\n"
                   "{\"Id\":\"aa\",\"Config\":{\"Labels\":{\"mse-console-demo\":\"/tmp/x\"}}}",
     .then = FAKE_CLOSE},
    {.match = NULL},
};

/* The engine by a context whose Metadata is this. */
static DockerEngine *engine_at(const FakeEngine *fake, const char *metadata)
{
    g_autofree char *directory = g_dir_make_tmp("mse-scope-XXXXXX", NULL);
    g_autofree char *sum = g_compute_checksum_for_string(G_CHECKSUM_SHA256, "scoped", -1);
    g_autofree char *parent = g_build_filename(directory, "contexts", "meta", sum, NULL);
    g_autofree char *path = g_build_filename(parent, "meta.json", NULL);
    g_autofree char *text =
        g_strdup_printf("{\"Name\":\"scoped\",\"Metadata\":%s,\"Endpoints\":{\"docker\":{\"Host\":"
                        "\"%s\"}}}",
                        metadata, fake_engine_address(fake));
    g_assert_cmpint(g_mkdir_with_parents(parent, 0700), ==, 0);
    g_assert_true(g_file_set_contents(path, text, -1, NULL));
    const DockerEnvironment environment = {.context = "scoped", .config = directory};
    g_autoptr(GError) error = NULL;
    g_autoptr(DockerEndpoint) endpoint = docker_endpoint_find(&environment, NULL, &error);
    g_assert_no_error(error);
    return docker_engine_new(endpoint);
}

static bool none(const DockerContainer *container, void *data)
{
    (void)container;
    (void)data;
    g_assert_not_reached();
}

static bool nothing(DockerUpload *upload, void *data, GError **error)
{
    (void)upload;
    (void)data;
    (void)error;
    return true;
}

static void test_scope(void)
{
    g_autoptr(FakeEngine) fake = fake_engine_start(routes, NULL);
    g_autoptr(DockerEngine) engine = engine_at(fake, "{\"mse-console-demo\":\"" SCOPE "\"}");
    g_autoptr(GError) error = NULL;
    docker_engine_list(engine, none, NULL, NULL, &error);
    g_assert_no_error(error);

    g_autoptr(DockerStream) stream = docker_engine_events(engine, 0, NULL);
    g_autoptr(DockerMessage) open = docker_stream_wait(stream, NULL, &error);
    g_assert_no_error(error);
    g_assert_cmpint(open->kind, ==, DOCKER_MESSAGE_OPEN);

    const DockerSpec spec = {.name = "mine", .image = "x"};
    g_autofree char *id = docker_container_create(engine, &spec, NULL, &error);
    g_assert_no_error(error);
    g_assert_cmpstr(id, ==, "c0");
    g_assert_nonnull(g_strstr_len((const char *)taken->data, (gssize)taken->len,
                                  "\"Labels\":{\"mse-console-demo\":\"" SCOPE "\"}"));
    g_byte_array_unref(taken);

    const DockerBuild build = {.tag = "mine:1", .context = nothing};
    g_autofree char *image = docker_image_build(engine, &build, NULL, &error);
    g_assert_no_error(error);
    g_assert_cmpstr(image, ==, "sha256:0000000000");
}

/* By its name too. */
static void test_others(void)
{
    g_autoptr(FakeEngine) fake = fake_engine_start(routes, NULL);
    g_autoptr(DockerEngine) engine = engine_at(fake, "{\"mse-console-demo\":\"" SCOPE "\"}");
    g_autoptr(GError) error = NULL;
    g_assert_null(docker_engine_inspect(engine, "own", NULL, &error));
    g_assert_error(error, DOCKER_ERROR, DOCKER_ERROR_NOT_FOUND);
    g_clear_error(&error);
    g_autoptr(DockerEngine) wide = engine_at(fake, "{}");
    g_autoptr(DockerInspect) inspect = docker_engine_inspect(wide, "own", NULL, &error);
    g_assert_no_error(error);
}

/* Others' Metadata is no scope, and without one nothing is narrowed. */
static void test_no_scope(void)
{
    static const FakeRoute plain[] = {{.match = "GET /v1.41/containers/json?all=1 ",
                                       .answer = FAKE_HEAD "Content-Length: 2\r\n\r\n[]"},
                                      {.match = NULL}};
    g_autoptr(FakeEngine) fake = fake_engine_start(plain, NULL);
    g_autoptr(DockerEngine) engine = engine_at(fake, "{\"Description\":\"mine\"}");
    g_autoptr(GError) error = NULL;
    docker_engine_list(engine, none, NULL, NULL, &error);
    g_assert_no_error(error);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/docker-scope/scope", test_scope);
    g_test_add_func("/docker-scope/others", test_others);
    g_test_add_func("/docker-scope/none", test_no_scope);
    return g_test_run();
}
