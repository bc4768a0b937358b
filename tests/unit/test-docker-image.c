/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Images and containers that are made, against engines that behave, refuse in the middle, break
 * off, and take their time: what is sent and taken goes at the pace of the slower side, in little
 * memory.
 */
#include "config.h"

#include "core/clock.h"
#include "docker/create.h"
#include "docker/image.h"
#include "docker/private.h"

#include "tests/unit/fake_engine.h"

#include <string.h>

#define MEBIBYTE      ((size_t)1024 * 1024)
#define BLOCK         65536
#define HELD_MAXIMUM  (8 * MEBIBYTE) /* on its way in this process and in the sockets */
#define SIGNIFICANTLY (64 * MEBIBYTE)
#define PATIENCE      (120 * G_USEC_PER_SEC)

static DockerEngine *engine_at(const FakeEngine *fake)
{
    GError *error = NULL;
    const DockerEnvironment environment = {.host = fake_engine_address(fake),
                                           .home = g_get_tmp_dir()};
    g_autoptr(DockerEndpoint) endpoint = docker_endpoint_find(&environment, NULL, &error);
    g_assert_no_error(error);
    return docker_engine_new(endpoint);
}

static void assert_says(const GError *error, const char *words)
{
    if (strstr(error->message, words) == NULL)
        g_error("\"%s\" does not say \"%s\"", error->message, words);
    g_assert_null(strchr(error->message, '\x1b'));
}

static void assert_bytes(const void *got, size_t n_got, const void *expected, size_t n_expected)
{
    g_assert_cmpuint(n_got, ==, n_expected);
    g_assert_true(n_got == 0 || memcmp(got, expected, n_got) == 0);
}

static gsize made;        /* atomic: bytes that `produce` got rid of */
static GByteArray *taken; /* what the engine got as a body */

typedef struct Producing {
    size_t size;    /* bytes to make */
    size_t fail_at; /* 0: never */
    Cancel *cancel; /* set at half of it; or NULL */
} Producing;

/* Bytes that differ from place to place. */
static void fill(uint8_t *block, size_t at, size_t size)
{
    for (size_t i = 0; i < size; i++)
        block[i] = (uint8_t)((at + i) * 2654435761u >> 13);
}

static bool produce(DockerUpload *upload, void *data, GError **error)
{
    const Producing *what = data;
    uint8_t block[BLOCK];
    for (size_t at = 0; at < what->size; at += BLOCK) {
        size_t n = MIN(BLOCK, what->size - at);
        fill(block, at, n);
        if (what->fail_at != 0 && at >= what->fail_at) {
            g_set_error_literal(error, G_FILE_ERROR, G_FILE_ERROR_IO, "the disk broke");
            return false;
        }
        if (what->cancel != NULL && at >= what->size / 2)
            cancel_set(what->cancel);
        if (!docker_upload_put(upload, span_of(block, n), error))
            return false;
        g_atomic_pointer_add(&made, (gssize)n);
    }
    return true;
}

static void take_body(FakeConnection *connection)
{
    g_clear_pointer(&taken, g_byte_array_unref);
    taken = fake_read_body(connection);
}

static void answer(FakeConnection *connection, const char *body)
{
    g_autofree char *text =
        g_strdup_printf(FAKE_HEAD "Content-Length: %zu\r\n\r\n%s", strlen(body), body);
    fake_write(connection, text, strlen(text));
}

static void serve_load(FakeConnection *connection)
{
    take_body(connection);
    answer(connection, "{\"stream\":\"Loaded image: one:1\\nLoaded im\"}\r\n"
                       "{\"stream\":\"age ID: sha256:22\\n\"}\r\n");
}

static void test_load(void)
{
    static const FakeRoute routes[] = {{.match = "POST /v1.41/images/load?", .serve = serve_load},
                                       {.match = NULL}};
    static const size_t sizes[] = {0, 1, BLOCK, 3 * MEBIBYTE + 17};
    g_autoptr(FakeEngine) fake = fake_engine_start(routes, NULL);
    g_autoptr(DockerEngine) engine = engine_at(fake);
    for (size_t i = 0; i < G_N_ELEMENTS(sizes); i++) {
        g_autoptr(GError) error = NULL;
        Producing what = {.size = sizes[i]};
        g_auto(GStrv) loaded = docker_image_load(engine, produce, &what, NULL, &error);
        g_assert_no_error(error);
        g_assert_cmpuint(g_strv_length(loaded), ==, 2);
        g_assert_cmpstr(loaded[0], ==, "one:1");
        g_assert_cmpstr(loaded[1], ==, "sha256:22");
        g_autofree uint8_t *expected = g_malloc(sizes[i] + 1);
        fill(expected, 0, sizes[i]);
        assert_bytes(taken->data, taken->len, expected, sizes[i]);
    }
}

/* Takes nothing for a while: what is made meanwhile is bounded. */
static void serve_slowly(FakeConnection *connection)
{
    const int64_t until = clock_monotonic() + PATIENCE;
    while (g_atomic_pointer_get(&made) == 0 && clock_monotonic() < until)
        g_usleep(1000);
    gsize before = 0, now = (gsize)g_atomic_pointer_get(&made);
    for (int quiet = 0; quiet < 5; quiet = now == before ? quiet + 1 : 0) {
        g_usleep(20000);
        before = now;
        now = (gsize)g_atomic_pointer_get(&made);
    }
    g_assert_cmpuint(now, >, 0);
    g_assert_cmpuint(now, <, HELD_MAXIMUM);
    serve_load(connection);
}

static void test_slow_engine(void)
{
    static const FakeRoute routes[] = {{.match = "/images/load?", .serve = serve_slowly},
                                       {.match = NULL}};
    g_autoptr(FakeEngine) fake = fake_engine_start(routes, NULL);
    g_autoptr(DockerEngine) engine = engine_at(fake);
    g_autoptr(GError) error = NULL;
    Producing what = {.size = SIGNIFICANTLY};
    g_atomic_pointer_set(&made, 0);
    g_auto(GStrv) loaded = docker_image_load(engine, produce, &what, NULL, &error);
    g_assert_no_error(error);
    g_assert_cmpuint(taken->len, ==, SIGNIFICANTLY);
}

static void serve_refusal(FakeConnection *connection)
{
    g_autofree char *some = g_malloc(MEBIBYTE);
    static const char refusal[] = "HTTP/1.1 500 Internal Server Error\r\nContent-Length: 44\r\n"
                                  "Connection: close\r\n\r\n"
                                  "{\"message\":\"no space \\u001b[2J left on device\"}";
    for (size_t got = 0; got < MEBIBYTE;) {
        ssize_t n = fake_read(connection, some, MEBIBYTE - got);
        if (n <= 0)
            return;
        got += (size_t)n;
    }
    fake_write(connection, refusal, strlen(refusal));
    while (fake_read(connection, some, MEBIBYTE) > 0)
        continue;
}

/* In the middle of what is sent: the rest is not made. */
static void test_refused_early(void)
{
    static const FakeRoute routes[] = {
        {.match = "/images/load?", .serve = serve_refusal, .then = FAKE_CLOSE}, {.match = NULL}};
    g_autoptr(FakeEngine) fake = fake_engine_start(routes, NULL);
    g_autoptr(DockerEngine) engine = engine_at(fake);
    g_autoptr(GError) error = NULL;
    Producing what = {.size = 1024 * MEBIBYTE};
    g_atomic_pointer_set(&made, 0);
    g_auto(GStrv) loaded = docker_image_load(engine, produce, &what, NULL, &error);
    g_assert_null(loaded);
    g_assert_error(error, DOCKER_ERROR, DOCKER_ERROR_ENGINE);
    assert_says(error, "cannot load the image");
    assert_says(error, "no space");
    g_assert_cmpuint((gsize)g_atomic_pointer_get(&made), <, 512 * MEBIBYTE);
}

static void serve_cut(FakeConnection *connection)
{
    char some[BLOCK];
    for (int i = 0; i < 8 && fake_read(connection, some, sizeof some) > 0; i++)
        continue;
}

static void test_cut(void)
{
    static const FakeThen ways[] = {FAKE_CLOSE, FAKE_RESET};
    for (size_t i = 0; i < G_N_ELEMENTS(ways); i++) {
        const FakeRoute routes[] = {{.match = "/images/load?", .serve = serve_cut, .then = ways[i]},
                                    {.match = NULL}};
        g_autoptr(FakeEngine) fake = fake_engine_start(routes, NULL);
        g_autoptr(DockerEngine) engine = engine_at(fake);
        g_autoptr(GError) error = NULL;
        Producing what = {.size = SIGNIFICANTLY};
        g_auto(GStrv) loaded = docker_image_load(engine, produce, &what, NULL, &error);
        g_assert_null(loaded);
        g_assert_error(error, DOCKER_ERROR, DOCKER_ERROR_AWAY);
    }
}

/* What is wrong on our side ends the call, and the engine sees its body cut short. */
static void test_producer_fails(void)
{
    static const FakeRoute routes[] = {{.match = "/images/load?", .serve = serve_load},
                                       {.match = NULL}};
    g_autoptr(FakeEngine) fake = fake_engine_start(routes, NULL);
    g_autoptr(DockerEngine) engine = engine_at(fake);
    g_autoptr(GError) error = NULL;
    Producing what = {.size = SIGNIFICANTLY, .fail_at = MEBIBYTE};
    g_auto(GStrv) loaded = docker_image_load(engine, produce, &what, NULL, &error);
    g_assert_null(loaded);
    g_assert_error(error, G_FILE_ERROR, G_FILE_ERROR_IO);
    g_clear_pointer(&fake, fake_engine_stop);
    g_assert_null(taken);
}

static void serve_nothing(FakeConnection *connection)
{
    (void)connection;
}

static void test_cancelled(void)
{
    static const FakeRoute routes[] = {
        {.match = "/images/load?", .serve = serve_nothing, .then = FAKE_HOLD},
        {.match = "/images/one/get", .answer = FAKE_CHUNKED "5\r\nhello\r\n", .then = FAKE_HOLD},
        {.match = NULL}};
    g_autoptr(FakeEngine) fake = fake_engine_start(routes, NULL);
    g_autoptr(DockerEngine) engine = engine_at(fake);
    g_autoptr(Cancel) cancel = cancel_new();
    g_autoptr(GError) error = NULL;
    Producing what = {.size = SIGNIFICANTLY, .cancel = cancel};
    g_auto(GStrv) loaded = docker_image_load(engine, produce, &what, cancel, &error);
    g_assert_null(loaded);
    g_assert_error(error, CANCEL_ERROR, CANCEL_ERROR_CANCELLED);
    g_clear_error(&error);
    g_autoptr(Cancel) late = cancel_new();
    cancel_set_deadline(late, 200);
    int64_t began = clock_monotonic();
    g_assert_false(docker_image_save(engine, "one", NULL, NULL, late, &error));
    g_assert_error(error, CANCEL_ERROR, CANCEL_ERROR_DEADLINE);
    g_assert_cmpint(clock_monotonic() - began, <, PATIENCE);
}

static gsize given; /* atomic: bytes that the engine got rid of */

static void serve_image(FakeConnection *connection)
{
    uint8_t block[BLOCK];
    g_atomic_pointer_set(&given, 0);
    for (size_t at = 0; at < SIGNIFICANTLY; at += BLOCK) {
        fill(block, at, BLOCK);
        if (!fake_write(connection, "10000\r\n", 7) || !fake_write(connection, block, BLOCK) ||
            !fake_write(connection, "\r\n", 2))
            return;
        g_atomic_pointer_add(&given, BLOCK);
    }
    fake_write(connection, "0\r\n\r\n", 5);
}

static const FakeRoute image_routes[] = {
    {.match = "GET /v1.41/images/one%3A1/get ", .answer = FAKE_CHUNKED, .serve = serve_image},
    {.match = "GET /v1.41/images/cut/get ",
     .answer = FAKE_CHUNKED "5\r\nhello\r\n",
     .then = FAKE_CLOSE},
    {.match = "GET /v1.41/images/one%3A1/json ",
     .then = FAKE_CLOSE,
     .answer = FAKE_HEAD "\r\n"
                         "{\"Id\":\"sha256:aa\",\"RepoTags\":[\"one:1\",\"one:2\"],\"Size\":12,"
                         "\"Os\":\"linux\",\"Architecture\":\"amd64\",\"Config\":{\"Entrypoint\":"
                         "[\"/run\"],\"Cmd\":null}}"},
    {.match = "DELETE /v1.41/images/one%3A1 ", .answer = FAKE_HEAD "Content-Length: 2\r\n\r\n[]"},
    {.match = "DELETE /v1.41/images/used ",
     .then = FAKE_CLOSE,
     .answer = "HTTP/1.1 409 Conflict\r\n\r\n{\"message\":\"is used\"}"},
    {.match = NULL}};

typedef struct Consuming {
    size_t got;
    size_t fail_at; /* 0: never */
    bool slowly;    /* at first nothing is taken until the engine gets rid of no more */
} Consuming;

static void wait_for_quiet(void)
{
    gsize before = 0, now = (gsize)g_atomic_pointer_get(&given);
    for (int quiet = 0; quiet < 5; quiet = now == before ? quiet + 1 : 0) {
        g_usleep(20000);
        before = now;
        now = (gsize)g_atomic_pointer_get(&given);
    }
    g_assert_cmpuint(now, <, 2 * HELD_MAXIMUM);
}

static bool consume(Span bytes, void *data, GError **error)
{
    Consuming *consuming = data;
    uint8_t expected[BLOCK];
    if (consuming->slowly && consuming->got == 0)
        wait_for_quiet();
    fill(expected, consuming->got, bytes.size);
    assert_bytes(bytes.data, bytes.size, expected, bytes.size);
    consuming->got += bytes.size;
    if (consuming->fail_at == 0 || consuming->got < consuming->fail_at)
        return true;
    g_set_error_literal(error, G_FILE_ERROR, G_FILE_ERROR_NOSPC, "the disk is full");
    return false;
}

static void test_save(void)
{
    g_autoptr(FakeEngine) fake = fake_engine_start(image_routes, NULL);
    g_autoptr(DockerEngine) engine = engine_at(fake);
    g_autoptr(GError) error = NULL;
    Consuming all = {.slowly = true};
    g_assert_true(docker_image_save(engine, "one:1", consume, &all, NULL, &error));
    g_assert_no_error(error);
    g_assert_cmpuint(all.got, ==, SIGNIFICANTLY);
    Consuming full = {.fail_at = MEBIBYTE};
    g_assert_false(docker_image_save(engine, "one:1", consume, &full, NULL, &error));
    g_assert_error(error, G_FILE_ERROR, G_FILE_ERROR_NOSPC);
    g_assert_cmpuint(full.got, <, 2 * MEBIBYTE);
    g_clear_error(&error);
    g_assert_false(docker_image_save(engine, "cut", NULL, NULL, NULL, &error));
    g_assert_error(error, DOCKER_ERROR, DOCKER_ERROR_AWAY);
    g_clear_error(&error);
    g_assert_false(docker_image_save(engine, "none", NULL, NULL, NULL, &error));
    g_assert_error(error, DOCKER_ERROR, DOCKER_ERROR_NOT_FOUND);
}

static void test_look_and_remove(void)
{
    g_autoptr(FakeEngine) fake = fake_engine_start(image_routes, NULL);
    g_autoptr(DockerEngine) engine = engine_at(fake);
    g_autoptr(GError) error = NULL;
    g_autoptr(DockerImage) image = docker_image_inspect(engine, "one:1", NULL, &error);
    g_assert_no_error(error);
    g_assert_cmpstr(image->id, ==, "sha256:aa");
    g_assert_cmpstr(image->names[1], ==, "one:2");
    g_assert_null(image->names[2]);
    g_assert_cmpuint(image->size, ==, 12);
    g_assert_cmpstr(image->entrypoint[0], ==, "/run");
    g_assert_null(image->command[0]);
    g_assert_null(docker_image_inspect(engine, "none", NULL, &error));
    g_assert_error(error, DOCKER_ERROR, DOCKER_ERROR_NOT_FOUND);
    g_clear_error(&error);
    g_assert_true(docker_image_remove(engine, "one:1", NULL, &error));
    g_assert_no_error(error);
    g_assert_false(docker_image_remove(engine, "used", NULL, &error));
    g_assert_error(error, DOCKER_ERROR, DOCKER_ERROR_CONFLICT);
    assert_says(error, "is used");
}

/* What a build of "POST /build" tells, by its tag, which picks the row. */
static const struct {
    const char *tag, *told, *lines;
    int code;         /* of DOCKER_ERROR; -1: it succeeds */
    const char *says; /* of the error */
} builds[] = {
    {"good",
     "{\"stream\":\"Step 1/2 : FROM x\"}\r\n{\"stream\":\"\\n\"}\r\n{\"status\":\"Pulling\","
     "\"id\":\"ab\"}\r\n{\"aux\":{\"ID\":\"sha256:aa\"}}\r\n{\"stream\":\"a\\nb\\nlast\"}",
     "Step 1/2 : FROM x|ab: Pulling|a|b|last|", -1, NULL},
    {"step",
     "{\"stream\":\"Step 2/2 : RUN false\\n\"}{\"errorDetail\":{\"code\":1,\"message\":\"x\"},"
     "\"error\":\"The command \\u001b[2J returned 1\"}",
     "Step 2/2 : RUN false|", DOCKER_ERROR_FAILED, "returned 1"},
    {"half", "{\"aux\":{\"ID\":\"sha256:aa\"}}{\"stream\":\"Ste", "", DOCKER_ERROR_RUBBISH,
     "cut short"},
    {"none", "{\"stream\":\"done\\n\"}", "done|", DOCKER_ERROR_RUBBISH, "no image"},
    {"rubbish", "<html>", "", DOCKER_ERROR_RUBBISH, "JSON"},
};
static size_t build_row; /* which of them is asked */

static void serve_build(FakeConnection *connection)
{
    take_body(connection);
    answer(connection, builds[build_row].told);
}

static void note_line(const char *line, void *data)
{
    g_string_append_printf(data, "%s|", line);
}

static void test_build(void)
{
    static const FakeRoute routes[] = {
        {.match = "POST /v1.41/build?version=1&rm=1&forcerm=1&dockerfile=My%20file&t=",
         .serve = serve_build},
        {.match = NULL}};
    g_autoptr(FakeEngine) fake = fake_engine_start(routes, NULL);
    g_autoptr(DockerEngine) engine = engine_at(fake);
    for (build_row = 0; build_row < G_N_ELEMENTS(builds); build_row++) {
        g_autoptr(GString) lines = g_string_new(NULL);
        g_autoptr(GError) error = NULL;
        Producing context = {.size = 3 * BLOCK};
        const DockerBuild build = {.tag = builds[build_row].tag,
                                   .dockerfile = "My file",
                                   .context = produce,
                                   .context_data = &context,
                                   .say = note_line,
                                   .say_data = lines};
        g_autofree char *id = docker_image_build(engine, &build, NULL, &error);
        g_assert_cmpstr(lines->str, ==, builds[build_row].lines);
        g_assert_cmpuint(taken->len, ==, 3 * BLOCK);
        if (builds[build_row].code < 0) {
            g_assert_no_error(error);
            g_assert_cmpstr(id, ==, "sha256:aa");
            continue;
        }
        g_assert_null(id);
        g_assert_error(error, DOCKER_ERROR, builds[build_row].code);
        assert_says(error, builds[build_row].says);
    }
}

static void serve_create(FakeConnection *connection)
{
    take_body(connection);
    static const char created[] = "HTTP/1.1 201 Created\r\nContent-Length: 27\r\n\r\n"
                                  "{\"Id\":\"c0\",\"Warnings\":null}";
    fake_write(connection, created, strlen(created));
}

static void serve_taken(FakeConnection *connection)
{
    static const char refusal[] =
        "HTTP/1.1 409 Conflict\r\n\r\n{\"message\":\"the name is in use\"}";
    take_body(connection);
    fake_write(connection, refusal, strlen(refusal));
}

static void serve_put(FakeConnection *connection)
{
    take_body(connection);
    answer(connection, "");
}

static const FakeRoute create_routes[] = {
    {.match = "POST /v1.41/containers/create?name=taken ",
     .serve = serve_taken,
     .then = FAKE_CLOSE},
    {.match = "POST /v1.41/containers/create?name=a%2Fb ", .serve = serve_create},
    {.match = "POST /v1.41/containers/create ", .serve = serve_create},
    {.match = "PUT /v1.41/containers/c0/archive?path=%2F ", .serve = serve_put},
    {.match = "POST /v1.41/containers/c0/wait ",
     .answer = FAKE_HEAD "\r\n{\"Error\":null,\"StatusCode\":7}",
     .then = FAKE_CLOSE},
    {.match = "POST /v1.41/containers/mad/wait ",
     .answer = FAKE_HEAD "Content-Length: 2\r\n\r\n{}"},
    {.match = "POST /v1.41/containers/busy/wait ", .answer = FAKE_CHUNKED, .then = FAKE_HOLD},
    {.match = NULL}};

static void test_create(void)
{
    static const char *const entrypoint[] = {"mse-run", NULL}, *const none[] = {NULL},
                             *const command[] = {"--san", "a b", NULL},
                             *const binds[] = {"/x:/y:ro", NULL},
                             *const devices[] = {"/dev/sgx_enclave", NULL};
    DockerPair labels[] = {{(char *)"mse-home", (char *)"1"}};
    const DockerPublish ports[] = {{.address = "127.0.0.1", .host = 7777, .inside = 443}};
    const DockerSpec spec = {.name = "a/b",
                             .image = "sha256:aa",
                             .entrypoint = entrypoint,
                             .command = command,
                             .environment = none,
                             .binds = binds,
                             .devices = devices,
                             .labels = labels,
                             .n_labels = 1,
                             .ports = ports,
                             .n_ports = 1,
                             .network = "none",
                             .no_capabilities = true,
                             .memory = 1 << 30,
                             .processes = 64};
    static const char expected[] =
        "{\"Image\":\"sha256:aa\",\"Tty\":false,\"Entrypoint\":[\"mse-run\"],\"Cmd\":[\"--san\","
        "\"a b\"],\"Env\":[],\"Labels\":{\"mse-home\":\"1\"},\"ExposedPorts\":{\"443/tcp\":{}},"
        "\"HostConfig\":{\"Binds\":[\"/x:/y:ro\"],\"Devices\":[{\"PathOnHost\":\"/dev/"
        "sgx_enclave\","
        "\"PathInContainer\":\"/dev/sgx_enclave\",\"CgroupPermissions\":\"rwm\"}],\"PortBindings\":"
        "{\"443/tcp\":[{\"HostIp\":\"127.0.0.1\",\"HostPort\":\"7777\"}]},\"NetworkMode\":\"none\","
        "\"CapDrop\":[\"ALL\"],\"SecurityOpt\":[\"no-new-privileges\"],\"Memory\":1073741824,"
        "\"MemorySwap\":1073741824,\"PidsLimit\":64}}";
    g_autoptr(FakeEngine) fake = fake_engine_start(create_routes, NULL);
    g_autoptr(DockerEngine) engine = engine_at(fake);
    g_autoptr(GError) error = NULL;
    g_autofree char *id = docker_container_create(engine, &spec, NULL, &error);
    g_assert_no_error(error);
    g_assert_cmpstr(id, ==, "c0");
    assert_bytes(taken->data, taken->len, expected, strlen(expected));
    const DockerSpec plain = {.image = "x"};
    g_autofree char *other = docker_container_create(engine, &plain, NULL, &error);
    g_assert_no_error(error);
    static const char little[] =
        "{\"Image\":\"x\",\"Tty\":false,\"Labels\":{},\"ExposedPorts\":{},\"HostConfig\":{"
        "\"Devices\":[],\"PortBindings\":{}}}";
    assert_bytes(taken->data, taken->len, little, strlen(little));
    const DockerSpec twice = {.name = "taken", .image = "x"};
    g_assert_null(docker_container_create(engine, &twice, NULL, &error));
    g_assert_error(error, DOCKER_ERROR, DOCKER_ERROR_CONFLICT);
    assert_says(error, "the name is in use");
}

static void test_put_and_wait(void)
{
    g_autoptr(FakeEngine) fake = fake_engine_start(create_routes, NULL);
    g_autoptr(DockerEngine) engine = engine_at(fake);
    g_autoptr(GError) error = NULL;
    Producing what = {.size = MEBIBYTE};
    g_assert_true(docker_container_put(engine, "c0", "/", produce, &what, NULL, &error));
    g_assert_no_error(error);
    g_assert_cmpuint(taken->len, ==, MEBIBYTE);
    g_assert_false(docker_container_put(engine, "none", "/", produce, &what, NULL, &error));
    g_assert_error(error, DOCKER_ERROR, DOCKER_ERROR_NOT_FOUND);
    g_clear_error(&error);
    int status = 0;
    g_assert_true(docker_container_wait(engine, "c0", 0, &status, NULL, &error));
    g_assert_no_error(error);
    g_assert_cmpint(status, ==, 7);
    g_assert_false(docker_container_wait(engine, "mad", 0, &status, NULL, &error));
    g_assert_error(error, DOCKER_ERROR, DOCKER_ERROR_RUBBISH);
    g_clear_error(&error);
    g_assert_false(docker_container_wait(engine, "busy", 200, &status, NULL, &error));
    g_assert_error(error, DOCKER_ERROR, DOCKER_ERROR_FROZEN);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/image/load", test_load);
    g_test_add_func("/image/slow-engine", test_slow_engine);
    g_test_add_func("/image/refused-early", test_refused_early);
    g_test_add_func("/image/cut", test_cut);
    g_test_add_func("/image/producer-fails", test_producer_fails);
    g_test_add_func("/image/cancelled", test_cancelled);
    g_test_add_func("/image/save", test_save);
    g_test_add_func("/image/look-and-remove", test_look_and_remove);
    g_test_add_func("/image/build", test_build);
    g_test_add_func("/container/create", test_create);
    g_test_add_func("/container/put-and-wait", test_put_and_wait);
    int failed = g_test_run();
    g_clear_pointer(&taken, g_byte_array_unref);
    return failed;
}
