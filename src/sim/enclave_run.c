/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The two servers of a simulated enclave, one after the other on one port.
 */
#include "config.h"

#include "sim/enclave.h"

#include "core/file.h"
#include "format/toml.h"
#include "sim/crypto.h"
#include "sim/enclave_say.h"
#include "sim/enclave_server.h"
#include "sim/listen.h"

#include <poll.h>
#include <stdio.h>

/* Exit statuses. */
enum { STATUS_OK = 0, STATUS_ERROR = 1, STATUS_TERMINATED = 143 };

enum {
    APPLICATION_CONNECTIONS = 32,
    SECRETS_MOST = 4 * 1024 * 1024, /* bytes of a body: secrets, sealed ones in base64, a PEM */
    APPLICATION_BODY_MOST = 1024 * 1024,
    WAITING_EVERY = 30000, /* milliseconds between lines while nothing comes */
};

#define HTML  "Content-Type: text/html; charset=utf-8\r\n"
#define PLAIN "Content-Type: text/plain; charset=utf-8\r\n"

static void set_text(EnclaveReply *reply, unsigned status, const char *headers, const char *text)
{
    reply->status = status;
    reply->headers = headers;
    reply->body = g_bytes_new(text, strlen(text));
}

static int fail(const GError *error)
{
    SAY_ERROR("%s", error->message);
    return STATUS_ERROR;
}

/* Waits so long; false when `stop` can be read meanwhile. Negative: for ever. */
static bool pause_for(int milliseconds, int stop)
{
    struct pollfd poller = {.fd = stop, .events = POLLIN};
    return poll(&poller, 1, milliseconds) == 0;
}

static void refuse_secrets(EnclaveReply *reply, const char *why)
{
    SAY_WARNING("secrets refused: %s", why);
    *reply = (EnclaveReply){.status = 401, .bare = true};
}

static void take_secrets(Enclave *enclave, const EnclaveRequest *request, EnclaveReply *reply)
{
    g_autoptr(GError) error = NULL;
    if (enclave_fails(enclave, ENCLAVE_FAULT_HANG_SECRETS))
        reply->act = ENCLAVE_HANG;
    else if (enclave_fails(enclave, ENCLAVE_FAULT_RESET_SECRETS))
        reply->act = ENCLAVE_RESET;
    else if (enclave_fails(enclave, ENCLAVE_FAULT_REFUSE_SECRETS))
        refuse_secrets(reply, "a fault that was asked for");
    else if (!enclave_accept_secrets(enclave, request->body.data, request->body.size, &error))
        refuse_secrets(reply, error->message);
    else
        *reply = (EnclaveReply){.status = 200, .bare = true, .stop = true};
}

static void handle_configuration(void *data, const EnclaveRequest *request, EnclaveReply *reply)
{
    if (strcmp(request->method, "GET") == 0)
        set_text(reply, 200, "Mse-Status: Waiting\r\n" PLAIN,
                 "SIMULATED enclave: waiting for secrets\n");
    else if (strcmp(request->method, "POST") == 0)
        take_secrets(data, request, reply);
    else
        set_text(reply, 405, PLAIN, "SIMULATED enclave: GET or POST is expected\n");
}

static int tick_configuration(void *data)
{
    const Enclave *enclave = data;
    SAY_INFO("waiting for the secrets of %s", enclave->arguments.id);
    return WAITING_EVERY;
}

static void answer_result(Enclave *enclave, bool sealed, EnclaveReply *reply)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *token = enclave_result(enclave, sealed, &error);
    if (token != NULL) {
        set_text(reply, 200, HTML, token);
        return;
    }
    SAY_ERROR("%s", error->message);
    set_text(reply, 404, PLAIN, "SIMULATED application: its secrets are not there, see the log\n");
}

static void answer_index(Enclave *enclave, EnclaveReply *reply)
{
    (void)enclave;
    set_text(reply, 200, HTML, "Hello world");
}

static void answer_health(Enclave *enclave, EnclaveReply *reply)
{
    (void)enclave;
    set_text(reply, 200, HTML, "OK");
}

static void answer_secrets(Enclave *enclave, EnclaveReply *reply)
{
    answer_result(enclave, false, reply);
}

static void answer_sealed_secrets(Enclave *enclave, EnclaveReply *reply)
{
    answer_result(enclave, true, reply);
}

static const struct {
    const char *path;
    void (*answer)(Enclave *enclave, EnclaveReply *reply);
} routes[] = {
    {"/", answer_index},
    {"/health", answer_health},
    {"/result/secrets", answer_secrets},
    {"/result/sealed_secrets", answer_sealed_secrets},
};

static void answer_path(Enclave *enclave, const char *path, EnclaveReply *reply)
{
    for (unsigned i = 0; i < G_N_ELEMENTS(routes); i++)
        if (strcmp(path, routes[i].path) == 0) {
            routes[i].answer(enclave, reply);
            return;
        }
    if (enclave->health != NULL && strcmp(path, enclave->health) == 0)
        answer_health(enclave, reply);
    else
        set_text(reply, 404, PLAIN, "SIMULATED application: nothing is there\n");
}

static void handle_application(void *data, const EnclaveRequest *request, EnclaveReply *reply)
{
    Enclave *enclave = data;
    enclave->requests++;
    if (enclave_fails(enclave, ENCLAVE_FAULT_APPLICATION_503))
        set_text(reply, 503, PLAIN, "SIMULATED application: not ready\n");
    else if (enclave_fails(enclave, ENCLAVE_FAULT_APPLICATION_500))
        set_text(reply, 500, PLAIN, "SIMULATED application: out of order\n");
    else if (strcmp(request->method, "GET") != 0 && strcmp(request->method, "HEAD") != 0)
        set_text(reply, 405, PLAIN, "SIMULATED application: GET is expected\n");
    else
        answer_path(enclave, request->path, reply);
}

static unsigned seconds_up(const Enclave *enclave)
{
    return (unsigned)((g_get_monotonic_time() - enclave->since) / G_USEC_PER_SEC);
}

/* Resident memory in MiB; 0 when it is not known. */
static unsigned long resident(void)
{
    g_autofree char *text = NULL;
    unsigned long pages = 0;
    if (g_file_get_contents("/proc/self/statm", &text, NULL, NULL))
        pages = strtoul(text + strcspn(text, " "), NULL, 10);
    return pages / 256;
}

static int tick_application(void *data)
{
    const Enclave *enclave = data;
    SAY_INFO("%s: up %u s, %u requests, %lu MiB in use", enclave->arguments.application,
             seconds_up(enclave), enclave->requests, resident());
    return (int)enclave->setting.pace;
}

/* The endpoint that the configuration beside the code names. */
static char *read_health(const Enclave *enclave)
{
    g_autofree char *inside =
        g_build_filename("/opt/input", enclave->arguments.dialect->config, NULL);
    g_autofree char *path = enclave_path(enclave, inside);
    g_autoptr(GBytes) bytes = file_read(path, LIMIT_SETTINGS, NULL, NULL);
    if (bytes == NULL)
        return NULL;
    size_t size;
    const void *data = g_bytes_get_data(bytes, &size);
    g_autoptr(TomlValue) root = toml_parse(span_of(data, size), NULL, NULL);
    const TomlValue *endpoint = root != NULL ? toml_get(root, "healthcheck_endpoint") : NULL;
    return endpoint != NULL && endpoint->type == TOML_STRING
               ? g_strstrip(g_strdup(endpoint->as.string.text))
               : NULL;
}

/* A listening socket, or -1; what is listened on goes to the log. */
static int start_listening(Enclave *enclave, const char *what, GError **error)
{
    const bool test = enclave->arguments.role == ENCLAVE_TEST;
    const char *wanted = enclave->setting.listen;
    if (wanted == NULL)
        wanted = test ? "0.0.0.0:5000" : "0.0.0.0:443";
    if (enclave->listen == NULL)
        enclave->listen = g_strdup(wanted);
    unsigned port;
    const int listener = listen_tcp(enclave->listen, &port, error);
    if (listener < 0)
        return -1;
    /* One that was any that is free is the same for the next server. */
    const char *colon = strrchr(enclave->listen, ':');
    const int host = colon != NULL ? (int)(colon - enclave->listen) : 0;
    char *where = colon != NULL ? g_strdup_printf("%.*s:%u", host, enclave->listen, port)
                                : g_strdup_printf("%u", port);
    g_free(enclave->listen);
    enclave->listen = where;
    SAY_INFO("%s: listening on port %u with %s", what, port, test ? "HTTP" : "HTTPS");
    return listener;
}

static void set_handshake(const Enclave *enclave, EnclaveService *service)
{
    service->hang_handshake = enclave_fails(enclave, ENCLAVE_FAULT_HANG_HANDSHAKE);
    service->reset_handshake = enclave_fails(enclave, ENCLAVE_FAULT_RESET_HANDSHAKE);
    service->garbage_handshake = enclave_fails(enclave, ENCLAVE_FAULT_GARBAGE_HANDSHAKE);
}

static int ended(EnclaveEnd end)
{
    if (end == ENCLAVE_STOPPED)
        return STATUS_OK;
    if (end == ENCLAVE_SIGNALLED) {
        SAY_INFO("stopped by a signal");
        return STATUS_TERMINATED;
    }
    SAY_ERROR("ends, as a fault asks for");
    return STATUS_ERROR;
}

/* Until the secrets are there: STATUS_OK. */
static int configure(Enclave *enclave, int stop)
{
    g_autoptr(GError) error = NULL;
    SSL_CTX *tls = enclave_tls(enclave, &error);
    if (tls == NULL)
        return fail(error);
    EnclaveService service = {
        .tls = tls,
        .connections = 1, /* as the real one: one after the other */
        .body_most = SECRETS_MOST,
        .handle = handle_configuration,
        .tick = tick_configuration,
        .data = enclave,
    };
    set_handshake(enclave, &service);
    const int listener = start_listening(enclave, "configuration server", &error);
    const int status = listener >= 0 ? ended(enclave_serve(&service, listener, stop)) : fail(error);
    SSL_CTX_free(tls);
    return status;
}

static int serve_application(Enclave *enclave, int stop)
{
    g_autoptr(GError) error = NULL;
    const bool test = enclave->arguments.role == ENCLAVE_TEST;
    SSL_CTX *tls = test ? NULL : enclave_application_tls(enclave, &error);
    if (!test && tls == NULL)
        return fail(error);
    EnclaveService service = {
        .tls = tls,
        .connections = APPLICATION_CONNECTIONS,
        .body_most = APPLICATION_BODY_MOST,
        .handle = handle_application,
        .tick = tick_application,
        .data = enclave,
        .seconds = enclave->setting.faults.value[ENCLAVE_FAULT_EXIT_AFTER],
    };
    set_handshake(enclave, &service);
    enclave->since = g_get_monotonic_time();
    enclave->health = read_health(enclave);
    const int listener = start_listening(enclave, enclave->arguments.application, &error);
    const int status = listener >= 0 ? ended(enclave_serve(&service, listener, stop)) : fail(error);
    SSL_CTX_free(tls);
    return status;
}

/* What lies between the two servers: the code is put in its place, and whoever restarts this comes
 * back to the application. */
static int prepare_application(Enclave *enclave)
{
    g_autoptr(GError) error = NULL;
    SAY_INFO("secrets accepted");
    if (enclave_fails(enclave, ENCLAVE_FAULT_EXIT_AFTER_SECRETS)) {
        SAY_ERROR("ends, as a fault asks for");
        return STATUS_ERROR;
    }
    if (!enclave_install_code(enclave, &error) || !enclave_find_application(enclave, &error) ||
        !enclave_state_write(enclave, "configured", "", 0, &error))
        return fail(error);
    enclave->configured = true;
    return STATUS_OK;
}

/* False when it ended meanwhile. */
static bool delay(const Enclave *enclave, EnclaveFaultId id, int stop)
{
    return !enclave_fails(enclave, id) || pause_for((int)enclave->setting.faults.value[id], stop);
}

static int run_enclave(Enclave *enclave, int stop)
{
    if (enclave->restarted && enclave_fails(enclave, ENCLAVE_FAULT_RESTART_FORGETS))
        enclave->configured = false;
    if (enclave_fails(enclave, ENCLAVE_FAULT_NEVER_LISTENS) && !pause_for(-1, stop))
        return STATUS_TERMINATED;
    if (!delay(enclave, ENCLAVE_FAULT_SLOW_START, stop))
        return STATUS_TERMINATED;
    if (!enclave->configured) {
        const int status = configure(enclave, stop);
        const int prepared = status == STATUS_OK ? prepare_application(enclave) : status;
        if (prepared != STATUS_OK)
            return prepared;
    }
    if (!delay(enclave, ENCLAVE_FAULT_SLOW_APPLICATION, stop))
        return STATUS_TERMINATED;
    return serve_application(enclave, stop);
}

static int run_test(Enclave *enclave, int stop)
{
    g_autoptr(GError) error = NULL;
    return enclave_find_application(enclave, &error) ? serve_application(enclave, stop)
                                                     : fail(error);
}

int enclave_run(Enclave *enclave, int stop)
{
    return enclave->arguments.role == ENCLAVE_TEST ? run_test(enclave, stop)
                                                   : run_enclave(enclave, stop);
}
