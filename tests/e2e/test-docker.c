/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Against the engine of this machine, when one answers: its containers are named mse-test-…, and
 * removed at the end. Over its socket, through TLS, and through a real sshd.
 */
#include "config.h"

#include "core/clock.h"
#include "docker/create.h"
#include "docker/image.h"
#include "docker/stream.h"

#include "tests/e2e/own.h"
#include "tests/unit/fake_engine.h"
#include "tests/unit/tls_server.h"

#include <glib/gstdio.h>
#include <math.h>
#include <openssl/pem.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define SOCKET   "/var/run/docker.sock"
#define PATIENCE (120 * G_USEC_PER_SEC)

static char *image, *name, *terminal; /* of this run: NULL without an engine */

static bool run(const char *const *argv, char **out)
{
    int status = -1;
    g_autofree char *ignored = NULL;
    g_autofree char *complaints = NULL;
    bool good = g_spawn_sync(NULL, (char **)argv, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL,
                             out != NULL ? out : &ignored, &complaints, &status, NULL) &&
                g_spawn_check_wait_status(status, NULL);
    if (!good)
        g_test_message("%s: %s", argv[0], complaints != NULL ? complaints : "?");
    return good;
}

static bool shell(const char *line, const char *argument)
{
    const char *const argv[] = {"sh", "-c", line, "sh", argument, image, NULL};
    return run(argv, NULL);
}

static DockerEngine *engine_of(const DockerEnvironment *environment)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(DockerEndpoint) endpoint = docker_endpoint_find(environment, NULL, &error);
    g_assert_no_error(error);
    return docker_engine_new(endpoint);
}

static DockerEngine *local(void)
{
    return engine_of(&(DockerEnvironment){.host = "unix://" SOCKET, .home = g_get_tmp_dir()});
}

static bool engine_there(void)
{
    if (image != NULL)
        return true;
    g_test_skip("no engine answers at " SOCKET ", or no docker to load an image with");
    return false;
}

static DockerMessage *next(DockerStream *stream)
{
    g_autoptr(Cancel) cancel = cancel_new();
    g_autoptr(GError) error = NULL;
    cancel_set_deadline(cancel, PATIENCE / 1000);
    DockerMessage *message = docker_stream_wait(stream, cancel, &error);
    g_assert_no_error(error);
    return message;
}

typedef struct Found {
    bool there;
    char state[32];
    bool labelled;
} Found;

static bool look(const DockerContainer *container, void *data)
{
    Found *found = data;
    if (!g_str_equal(container->name, name))
        return true;
    found->there = true;
    g_strlcpy(found->state, container->state, sizeof found->state);
    const char *label = docker_label(container->labels, container->n_labels, "mse-home");
    found->labelled = g_strcmp0(label, "1") == 0;
    return true;
}

static Found find(DockerEngine *engine)
{
    Found found = {.there = false};
    g_autoptr(GError) error = NULL;
    g_assert_true(docker_engine_list(engine, look, &found, NULL, &error));
    g_assert_no_error(error);
    return found;
}

static void test_list(void)
{
    if (!engine_there())
        return;
    g_autoptr(DockerEngine) engine = local();
    g_autoptr(GError) error = NULL;
    g_autoptr(DockerHello) hello = docker_engine_hello(engine, NULL, &error);
    g_assert_no_error(error);
    g_assert_cmpint(ABS(hello->time / 1000000000 - clock_now()), <, 60);
    Found found = find(engine);
    g_assert_true(found.there && found.labelled);
    g_assert_cmpstr(found.state, ==, "running");
    g_autoptr(DockerInspect) inspect = docker_engine_inspect(engine, name, NULL, &error);
    g_assert_no_error(error);
    g_assert_cmpstr(inspect->name, ==, name);
    g_assert_cmpstr(inspect->entrypoint[0], ==, "/chatter");
    g_assert_cmpstr(inspect->command[0], ==, "5000");
    g_assert_cmpuint(inspect->pid, >, 0);
    g_assert_cmpint(inspect->started, >=, inspect->created);
    g_autoptr(DockerInspect) none = docker_engine_inspect(engine, "mse-test-none", NULL, &error);
    g_assert_error(error, DOCKER_ERROR, DOCKER_ERROR_NOT_FOUND);
}

/* The lines from the first on, and how many of each channel. */
static size_t read_log(DockerEngine *engine, const char *container, int64_t tail, bool timestamps,
                       size_t first, size_t channels[3])
{
    const DockerLogsRequest request = {.tail = tail, .timestamps = timestamps};
    g_autoptr(DockerStream) stream = docker_engine_logs(engine, container, &request, NULL);
    size_t lines = 0;
    for (;;) {
        g_autoptr(DockerMessage) message = next(stream);
        if (message->kind == DOCKER_MESSAGE_END) {
            g_assert_no_error(message->error);
            return lines;
        }
        for (size_t i = 0; message->log != NULL && i < message->log->n_lines; i++) {
            const DockerLine *line = &message->log->lines[i];
            g_autofree char *expected = g_strdup_printf("line %zu", first + lines);
            const char *text = g_bytes_get_data(message->log->text, NULL);
            /* The two channels are two pipes: their order is the engine's. */
            if (channels[2] == 0 && channels[1] == lines)
                g_assert_cmpuint(line->size, >, 5);
            g_assert_cmpint(strncmp(text + line->offset, expected, 5), ==, 0);
            g_assert_true((line->time > 0) == timestamps);
            channels[line->channel]++;
            lines++;
        }
    }
}

static void test_logs(void)
{
    if (!engine_there())
        return;
    g_autoptr(DockerEngine) engine = local();
    size_t all[3] = {0}, stamped[3] = {0}, tail[3] = {0}, tty[3] = {0};
    g_assert_cmpuint(read_log(engine, name, -1, false, 0, all), ==, 5000);
    g_assert_cmpuint(all[DOCKER_ERRORS], ==, 500);
    g_assert_cmpuint(read_log(engine, name, -1, true, 0, stamped), ==, 5000);
    g_assert_cmpuint(read_log(engine, name, 100, false, 4900, tail), ==, 100);
    g_assert_cmpuint(read_log(engine, terminal, -1, true, 0, tty), ==, 20);
    g_assert_cmpuint(tty[DOCKER_ERRORS], ==, 0);
}

static void test_stats(void)
{
    if (!engine_there())
        return;
    g_autoptr(DockerEngine) engine = local();
    g_autoptr(GError) error = NULL;
    DockerStats stats;
    g_assert_true(docker_engine_stats_once(engine, name, &stats, NULL, &error));
    g_assert_no_error(error);
    g_assert_cmpuint(stats.memory_limit, >, 0);
    g_assert_cmpuint(stats.processors, >, 0);
    g_autoptr(DockerStream) stream = docker_engine_stats(engine, name, NULL);
    for (unsigned samples = 0; samples < 2;) {
        g_autoptr(DockerMessage) message = next(stream);
        g_assert_cmpint(message->kind, !=, DOCKER_MESSAGE_END);
        if (message->kind == DOCKER_MESSAGE_STATS && ++samples == 2)
            g_assert_false(isnan(message->stats->cpu));
    }
}

static void test_archive(void)
{
    if (!engine_there())
        return;
    g_autoptr(DockerEngine) engine = local();
    g_autoptr(GError) error = NULL;
    g_autoptr(GBytes) tar = docker_engine_archive(engine, name, "/chatter", 16 << 20, NULL, &error);
    g_assert_no_error(error);
    g_assert_cmpuint(g_bytes_get_size(tar) % 512, ==, 0);
    g_assert_cmpint(memcmp(g_bytes_get_data(tar, NULL), "chatter", 8), ==, 0);
    g_assert_null(docker_engine_archive(engine, name, "/none", 1 << 20, NULL, &error));
    g_assert_error(error, DOCKER_ERROR, DOCKER_ERROR_NOT_FOUND);
    g_clear_error(&error);
    g_assert_null(docker_engine_archive(engine, name, "/chatter", 1024, NULL, &error));
    g_assert_error(error, DOCKER_ERROR, DOCKER_ERROR_TOO_LARGE);
}

/* The events of our container until one of these actions. */
static void await_event(DockerStream *events, const char *action)
{
    for (;;) {
        g_autoptr(DockerMessage) message = next(events);
        g_assert_cmpint(message->kind, !=, DOCKER_MESSAGE_END);
        if (message->kind == DOCKER_MESSAGE_EVENT && g_str_equal(message->event->name, name) &&
            g_str_equal(message->event->action, action))
            return;
    }
}

static void test_acts(void)
{
    if (!engine_there())
        return;
    g_autoptr(DockerEngine) engine = local();
    g_autoptr(GError) error = NULL;
    g_autoptr(DockerHello) hello = docker_engine_hello(engine, NULL, &error);
    g_assert_no_error(error);
    g_autoptr(DockerStream) events = docker_engine_events(engine, hello->time, NULL);
    static const struct {
        DockerAct act;
        const char *event, *state;
    } steps[] = {
        {DOCKER_STOP, "stop", "exited"},        {DOCKER_STOP, NULL, "exited"},
        {DOCKER_START, "start", "running"},     {DOCKER_START, NULL, "running"},
        {DOCKER_RESTART, "restart", "running"}, {DOCKER_KILL, "die", "exited"},
        {DOCKER_START, "start", "running"},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(steps); i++) {
        g_assert_true(docker_engine_act(engine, steps[i].act, name, NULL, &error));
        g_assert_no_error(error);
        if (steps[i].event != NULL)
            await_event(events, steps[i].event);
        g_assert_cmpstr(find(engine).state, ==, steps[i].state);
    }
    g_assert_false(docker_engine_act(engine, DOCKER_REMOVE, name, NULL, &error));
    g_assert_error(error, DOCKER_ERROR, DOCKER_ERROR_CONFLICT);
    g_clear_error(&error);
    g_assert_true(docker_engine_act(engine, DOCKER_REMOVE_RUNNING, name, NULL, &error));
    await_event(events, "destroy");
    g_assert_false(find(engine).there);
    g_assert_false(docker_engine_act(engine, DOCKER_KILL, name, NULL, &error));
    g_assert_error(error, DOCKER_ERROR, DOCKER_ERROR_NOT_FOUND);
}

static void save_key(const Identity *identity, const char *path)
{
    BIO *file = BIO_new_file(path, "w");
    g_assert_nonnull(file);
    g_assert_cmpint(PEM_write_bio_PrivateKey(file, identity->key, NULL, NULL, 0, NULL, NULL), ==,
                    1);
    BIO_free(file);
}

static void assert_tls_fails(const char *host, const char *directory)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(DockerEngine) engine =
        engine_of(&(DockerEnvironment){.host = host, .tls_verify = "1", .cert_path = directory});
    g_assert_null(docker_engine_hello(engine, NULL, &error));
    g_assert_error(error, DOCKER_ERROR, DOCKER_ERROR_TLS);
}

/* A directory as DOCKER_CERT_PATH wants it; `shown` may be NULL. Free with g_free. */
static char *cert_path(const char *called, const Identity *trusted, const Identity *shown)
{
    char *directory = g_build_filename(g_get_tmp_dir(), called, NULL);
    g_autofree char *ca = g_build_filename(directory, "ca.pem", NULL);
    g_autofree char *cert = g_build_filename(directory, "cert.pem", NULL);
    g_autofree char *key = g_build_filename(directory, "key.pem", NULL);
    g_assert_cmpint(g_mkdir(directory, 0700), ==, 0);
    identity_save(trusted, ca);
    if (shown != NULL) {
        identity_save(shown, cert);
        save_key(shown, key);
    }
    return directory;
}

/* Through a TLS front that wants to see a certificate, as dockerd --tlsverify does. */
static void test_tls(void)
{
    if (!engine_there())
        return;
    g_autoptr(Identity) server = identity_new("IP:127.0.0.1", 1, 0);
    g_autoptr(Identity) client = identity_new("DNS:client.test", 1, 0);
    g_autoptr(Identity) stranger = identity_new("IP:127.0.0.1", 1, 0);
    g_autofree char *good = cert_path("tls", server, client);
    g_autofree char *front_path = cert_path("tls-front", client, server);
    g_autofree char *shown = g_build_filename(front_path, "cert.pem", NULL);
    g_autofree char *key = g_build_filename(front_path, "key.pem", NULL);
    g_autofree char *authority = g_build_filename(front_path, "ca.pem", NULL);
    const FakeOptions options = {
        .certificate = shown, .key = key, .client_authority = authority, .forward = SOCKET};
    g_autoptr(FakeEngine) front = fake_engine_start(NULL, &options);
    const char *host = fake_engine_address(front);
    g_autoptr(GError) error = NULL;
    g_autoptr(DockerEngine) engine =
        engine_of(&(DockerEnvironment){.host = host, .tls_verify = "1", .cert_path = good});
    g_autoptr(DockerHello) hello = docker_engine_hello(engine, NULL, &error);
    g_assert_no_error(error);
    size_t channels[3] = {0};
    g_assert_cmpuint(read_log(engine, terminal, -1, false, 0, channels), ==, 20);
    g_autofree char *nothing_shown = cert_path("tls-nothing", server, NULL);
    g_autofree char *not_trusted = cert_path("tls-stranger", server, stranger);
    g_autofree char *not_trusting = cert_path("tls-untrusting", stranger, client);
    assert_tls_fails(host, nothing_shown);
    assert_tls_fails(host, not_trusted);
    assert_tls_fails(host, not_trusting);
}

/* A private sshd on a free port of the loopback; its pid, 0 when there can be none here. */
static GPid start_sshd(unsigned port)
{
    g_autofree char *docker = g_find_program_in_path("docker");
    g_autofree char *path = g_path_get_dirname(docker);
    g_autofree char *lines = g_strdup_printf(
        "set -e; cd \"$HOME\"; mkdir -p ssh bin; cd ssh\n"
        "ssh-keygen -q -t ed25519 -N '' -f host; ssh-keygen -q -t ed25519 -N '' -f user\n"
        "cp user.pub authorized\n"
        "cat >sshd_config <<END\nPort %u\nListenAddress 127.0.0.1\nHostKey $PWD/host\n"
        "AuthorizedKeysFile $PWD/authorized\nStrictModes no\nUsePAM no\nPidFile none\n"
        "PermitRootLogin yes\nPasswordAuthentication no\nSetEnv PATH=%s:/usr/bin:/bin\nEND\n"
        "printf '[127.0.0.1]:%u ' >known; cut -d' ' -f1,2 host.pub >>known\n"
        "cat >config <<END\nIdentityFile $PWD/user\nIdentitiesOnly yes\n"
        "UserKnownHostsFile $PWD/known\nEND\n"
        "printf '#!/bin/sh\\nexec %%s -F %%s \"$@\"\\n' \"$(command -v ssh)\" \"$PWD/config\" "
        ">../bin/ssh; chmod +x ../bin/ssh\n"
        "[ \"$(id -u)\" -ne 0 ] || mkdir -p -m 755 /run/sshd\n",
        port, path, port);
    if (!shell(lines, NULL))
        return 0;
    g_autofree char *config = g_build_filename(g_get_home_dir(), "ssh", "sshd_config", NULL);
    g_autofree char *log = g_build_filename(g_get_home_dir(), "ssh", "log", NULL);
    const char *const argv[] = {"/usr/sbin/sshd", "-D", "-f", config, "-E", log, NULL};
    GPid pid = 0;
    g_spawn_async(NULL, (char **)argv, NULL, G_SPAWN_DO_NOT_REAP_CHILD, NULL, NULL, &pid, NULL);
    return pid;
}

static void test_ssh(void)
{
    if (!engine_there())
        return;
    if (!g_file_test("/usr/sbin/sshd", G_FILE_TEST_IS_EXECUTABLE)) {
        g_test_skip("no sshd here");
        return;
    }
    unsigned port = own_free_port();
    GPid sshd = start_sshd(port);
    if (sshd == 0) {
        g_test_skip("no sshd can be started here");
        return;
    }
    g_autofree char *path = g_strdup_printf("%s/bin:%s", g_get_home_dir(), g_getenv("PATH"));
    g_setenv("PATH", path, TRUE);
    g_autofree char *host = g_strdup_printf("ssh://%s@127.0.0.1:%u", g_get_user_name(), port);
    g_autoptr(DockerEngine) engine = engine_of(&(DockerEnvironment){.host = host});
    g_autoptr(DockerHello) hello = NULL;
    g_autoptr(GError) error = NULL;
    for (int64_t until = clock_monotonic() + PATIENCE;
         hello == NULL && clock_monotonic() < until;) { /* until it listens */
        g_clear_error(&error);
        hello = docker_engine_hello(engine, NULL, &error);
        if (hello == NULL && strstr(error->message, "onnection refused") == NULL)
            break;
    }
    g_assert_no_error(error);
    size_t channels[3] = {0};
    g_assert_cmpuint(read_log(engine, terminal, -1, false, 0, channels), ==, 20);
    g_autoptr(DockerStream) events = docker_engine_events(engine, 0, NULL);
    g_autoptr(DockerMessage) opened = next(events);
    g_assert_cmpint(opened->kind, ==, DOCKER_MESSAGE_OPEN);
    /* The key is taken away: the sentence is ssh's own. */
    g_autofree char *authorized = g_build_filename(g_get_home_dir(), "ssh", "authorized", NULL);
    g_assert_true(g_file_set_contents(authorized, "", 0, NULL));
    g_autofree char *wrong = g_strdup_printf("ssh://nobody@127.0.0.1:%u", port);
    g_autoptr(DockerEngine) refused = engine_of(&(DockerEnvironment){.host = wrong});
    g_assert_null(docker_engine_hello(refused, NULL, &error));
    g_assert_error(error, DOCKER_ERROR, DOCKER_ERROR_PERMISSION);
    g_assert_nonnull(strstr(error->message, "Permission denied"));
    kill(sshd, SIGTERM);
    waitpid(sshd, NULL, 0);
}

/* Until the log of the container has so many lines. */
static bool has_said(const char *container, const char *lines)
{
    g_autofree char *line =
        g_strdup_printf("test $(docker logs \"$1\" 2>&1 | wc -l) -ge %s", lines);
    for (int64_t until = clock_monotonic() + PATIENCE; clock_monotonic() < until; g_usleep(20000))
        if (shell(line, container))
            return true;
    return false;
}

static void set_up(void)
{
    g_autoptr(DockerEngine) engine = local();
    g_autoptr(DockerHello) hello = docker_engine_hello(engine, NULL, NULL);
    g_autofree char *docker = g_find_program_in_path("docker");
    if (hello == NULL || docker == NULL)
        return;
    own_sweep("docker");
    name = own_name("docker");
    image = g_strconcat(name, ":chatter", NULL);
    terminal = g_strconcat(name, "-tty", NULL);
    g_setenv("DOCKER_HOST", "unix://" SOCKET, TRUE);
    if (shell("tar -C tests/e2e -c chatter | docker import --change 'ENTRYPOINT [\"/chatter\"]' - "
              "\"$2\"",
              name) &&
        shell("docker run -d --network none --name \"$1\" --label mse-home=1 \"$2\" 5000", name) &&
        shell("docker run -dt --network none --name \"$1\" \"$2\" 20", terminal) &&
        has_said(name, "5000") && has_said(terminal, "20"))
        return;
    g_clear_pointer(&image, g_free);
}

static void tear_down(void)
{
    if (name == NULL)
        return;
    g_autofree char *tag = g_strconcat(name, ":chatter", NULL);
    const char *const remove[] = {"docker", "rm", "-f", name, terminal, NULL};
    const char *const forget[] = {"docker", "rmi", "-f", tag, NULL};
    run(remove, NULL);
    run(forget, NULL);
    g_clear_pointer(&name, g_free);
    g_clear_pointer(&terminal, g_free);
    g_clear_pointer(&image, g_free);
}

static bool add_piece(Span bytes, void *data, GError **error)
{
    (void)error;
    g_byte_array_append(data, bytes.data, (guint)bytes.size);
    return true;
}

static bool put_pieces(DockerUpload *upload, void *data, GError **error)
{
    const GByteArray *tar = data;
    for (size_t at = 0; at < tar->len; at += 10000)
        if (!docker_upload_put(upload, span_of(tar->data + at, MIN(10000, tar->len - at)), error))
            return false;
    return true;
}

/* What a shell's line prints, which is a tar. */
static GByteArray *tar_of(const char *line)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *bytes = NULL;
    gsize size;
    g_autofree char *file = g_build_filename(g_get_tmp_dir(), "made.tar", NULL);
    g_assert_true(shell(line, file));
    g_assert_true(g_file_get_contents(file, &bytes, &size, &error));
    GByteArray *tar = g_byte_array_new();
    return g_byte_array_append(tar, (const guint8 *)bytes, (guint)size);
}

/* Built, saved, removed, loaded again as the same. */
static void test_images(void)
{
    if (!engine_there())
        return;
    g_autoptr(DockerEngine) engine = local();
    g_autoptr(GError) error = NULL;
    g_autofree char *tag = g_strconcat(name, "-built:1", NULL);
    g_autoptr(GByteArray) context =
        tar_of("d=$(mktemp -d) && printf 'FROM scratch\\nCOPY file /there\\n"
               "ENTRYPOINT [\"/none\"]\\n' >$d/Dockerfile && echo hello >$d/file && "
               "tar -C $d -cf $1 . && rm -r $d");
    const DockerBuild build = {.tag = tag, .context = put_pieces, .context_data = context};
    g_autofree char *id = docker_image_build(engine, &build, NULL, &error);
    g_assert_no_error(error);
    g_autoptr(GByteArray) saved = g_byte_array_new();
    g_assert_true(docker_image_save(engine, tag, add_piece, saved, NULL, &error));
    g_assert_no_error(error);
    g_assert_true(docker_image_remove(engine, tag, NULL, &error));
    g_assert_null(docker_image_inspect(engine, tag, NULL, &error));
    g_assert_error(error, DOCKER_ERROR, DOCKER_ERROR_NOT_FOUND);
    g_clear_error(&error);
    g_auto(GStrv) loaded = docker_image_load(engine, put_pieces, saved, NULL, &error);
    g_assert_no_error(error);
    g_assert_cmpstr(loaded[0], ==, tag);
    g_autoptr(DockerImage) again = docker_image_inspect(engine, id, NULL, &error);
    g_assert_no_error(error);
    g_assert_cmpstr(again->id, ==, id);
    g_assert_cmpstr(again->entrypoint[0], ==, "/none");
    g_assert_true(docker_image_remove(engine, id, NULL, &error));
    g_assert_no_error(error);
    g_byte_array_set_size(saved, saved->len / 2);
    g_assert_null(docker_image_load(engine, put_pieces, saved, NULL, &error));
    g_assert_error(error, DOCKER_ERROR, DOCKER_ERROR_FAILED);
    g_clear_error(&error);
    g_autoptr(GByteArray) wrong =
        tar_of("d=$(mktemp -d) && printf 'FROM scratch\\nCOPY none /there\\n' >$d/Dockerfile && "
               "tar -C $d -cf $1 . && rm -r $d");
    const DockerBuild broken = {.tag = tag, .context = put_pieces, .context_data = wrong};
    g_assert_null(docker_image_build(engine, &broken, NULL, &error));
    g_assert_error(error, DOCKER_ERROR, DOCKER_ERROR_FAILED);
}

/* Created without a network, given a file, run to its end, removed. */
static void test_create(void)
{
    static const char *const command[] = {"3", NULL};
    if (!engine_there())
        return;
    g_autoptr(DockerEngine) engine = local();
    g_autoptr(GError) error = NULL;
    g_autofree char *made = g_strconcat(name, "-made", NULL);
    const DockerSpec spec = {.name = made,
                             .image = image,
                             .command = command,
                             .network = "none",
                             .no_capabilities = true,
                             .memory = 64 * 1024 * 1024,
                             .processes = 16};
    g_autofree char *id = docker_container_create(engine, &spec, NULL, &error);
    g_assert_no_error(error);
    g_assert_null(docker_container_create(engine, &spec, NULL, &error));
    g_assert_error(error, DOCKER_ERROR, DOCKER_ERROR_CONFLICT);
    g_clear_error(&error);
    g_autoptr(GByteArray) files =
        tar_of("d=$(mktemp -d) && mkdir -p $d/opt/input && echo hello >$d/opt/input/file && "
               "tar -C $d -cf $1 opt && rm -r $d");
    g_assert_true(docker_container_put(engine, id, "/", put_pieces, files, NULL, &error));
    g_assert_no_error(error);
    g_autoptr(GBytes) back =
        docker_engine_archive(engine, id, "/opt/input/file", 100000, NULL, &error);
    g_assert_no_error(error);
    g_assert_true(docker_engine_act(engine, DOCKER_START, id, NULL, &error));
    int status = -1;
    g_assert_true(docker_engine_act(engine, DOCKER_KILL, id, NULL, &error));
    g_assert_true(docker_container_wait(engine, id, 60000, &status, NULL, &error));
    g_assert_no_error(error);
    g_assert_cmpint(status, ==, 137);
    g_assert_true(docker_engine_act(engine, DOCKER_REMOVE, id, NULL, &error));
    g_assert_no_error(error);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    set_up();
    g_test_add_func("/docker/real/list", test_list);
    g_test_add_func("/docker/real/logs", test_logs);
    g_test_add_func("/docker/real/stats", test_stats);
    g_test_add_func("/docker/real/archive", test_archive);
    g_test_add_func("/docker/real/images", test_images);
    g_test_add_func("/docker/real/create", test_create);
    g_test_add_func("/docker/real/tls", test_tls);
    g_test_add_func("/docker/real/ssh", test_ssh);
    g_test_add_func("/docker/real/zz-acts", test_acts);
    int status = g_test_run();
    tear_down();
    return status;
}
