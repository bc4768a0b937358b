/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "tests/unit/tls_server.h"

#include <arpa/inet.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <poll.h>
#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

#define REQUEST_SIZE (64 * 1024)

struct Server {
    Script script;
    int listener;
    unsigned port;
    SSL_CTX *tls;
    Cancel *stop;
    GThread *thread;
    GMutex mutex;
    char request[REQUEST_SIZE]; /* in place, so that a test can look for copies elsewhere */
    char name_asked[256];
};

/* A connection, with or without TLS. */
typedef struct Connection {
    int descriptor;
    SSL *tls;
} Connection;

static void add_extension(X509 *certificate, int nid, const char *value)
{
    X509V3_CTX context;
    X509V3_set_ctx_nodb(&context);
    X509V3_set_ctx(&context, certificate, certificate, NULL, NULL, 0);
    X509_EXTENSION *extension = X509V3_EXT_conf_nid(NULL, &context, nid, value);
    g_assert_nonnull(extension);
    X509_add_ext(certificate, extension, -1);
    X509_EXTENSION_free(extension);
}

static void add_padding(X509 *certificate, size_t size)
{
    ASN1_OCTET_STRING *value = ASN1_OCTET_STRING_new();
    g_autofree char *bytes = g_strnfill(size, 'p');
    ASN1_OCTET_STRING_set(value, (const unsigned char *)bytes, (int)size);
    ASN1_OBJECT *type = OBJ_txt2obj("1.3.6.1.4.1.99999.1", 1);
    X509_EXTENSION *extension = X509_EXTENSION_create_by_OBJ(NULL, type, 0, value);
    X509_add_ext(certificate, extension, -1);
    X509_EXTENSION_free(extension);
    ASN1_OBJECT_free(type);
    ASN1_OCTET_STRING_free(value);
}

Identity *identity_new(const char *names, int days, size_t padding)
{
    Identity *identity = g_new0(Identity, 1);
    identity->key = EVP_EC_gen("P-256");
    X509 *certificate = identity->certificate = X509_new();
    X509_set_version(certificate, X509_VERSION_3);
    ASN1_INTEGER_set(X509_get_serialNumber(certificate), 1);
    const long day = 24L * 60 * 60;
    X509_gmtime_adj(X509_getm_notBefore(certificate), days < 0 ? 2 * days * day : 0);
    X509_gmtime_adj(X509_getm_notAfter(certificate), days * day);
    X509_set_pubkey(certificate, identity->key);
    X509_NAME *name = X509_get_subject_name(certificate);
    X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, (const unsigned char *)"test", -1, -1, 0);
    X509_set_issuer_name(certificate, name);
    add_extension(certificate, NID_basic_constraints, "critical,CA:TRUE");
    add_extension(certificate, NID_subject_alt_name, names);
    if (padding > 0)
        add_padding(certificate, padding);
    g_assert_cmpint(X509_sign(certificate, identity->key, EVP_sha256()), >, 0);
    return identity;
}

void identity_free(Identity *identity)
{
    if (identity == NULL)
        return;
    X509_free(identity->certificate);
    EVP_PKEY_free(identity->key);
    g_free(identity);
}

GBytes *identity_der(const Identity *identity)
{
    uint8_t *der = NULL;
    int size = i2d_X509(identity->certificate, &der);
    g_assert_cmpint(size, >, 0);
    GBytes *bytes = g_bytes_new(der, (size_t)size);
    OPENSSL_free(der);
    return bytes;
}

void identity_save(const Identity *identity, const char *path)
{
    BIO *file = BIO_new_file(path, "w");
    g_assert_nonnull(file);
    g_assert_cmpint(PEM_write_bio_X509(file, identity->certificate), ==, 1);
    BIO_free(file);
}

static ssize_t connection_read(const Connection *connection, void *bytes, size_t size)
{
    if (connection->tls != NULL)
        return SSL_read(connection->tls, bytes, (int)size);
    return recv(connection->descriptor, bytes, size, 0);
}

static bool connection_write(const Connection *connection, const char *bytes, size_t size)
{
    while (size > 0) {
        ssize_t put = connection->tls != NULL
                          ? SSL_write(connection->tls, bytes, (int)size)
                          : send(connection->descriptor, bytes, size, MSG_NOSIGNAL);
        if (put <= 0)
            return false;
        bytes += put;
        size -= (size_t)put;
    }
    return true;
}

/* Whether all that is to be read of a request is there: up to the empty line, and the body. */
static bool is_complete(const Server *server, size_t size)
{
    const char *end = strstr(server->request, "\r\n\r\n");
    if (end == NULL || !server->script.whole_request)
        return end != NULL;
    const char *length = strstr(server->request, "Content-Length: ");
    size_t body = length == NULL ? 0 : (size_t)g_ascii_strtoull(length + 16, NULL, 10);
    return size >= (size_t)(end + 4 - server->request) + body;
}

static void read_request(Server *server, const Connection *connection)
{
    size_t size = 0;
    g_mutex_lock(&server->mutex);
    memset(server->request, 0, REQUEST_SIZE);
    while (size < REQUEST_SIZE - 1 && !is_complete(server, size)) {
        ssize_t got = connection_read(connection, server->request + size, REQUEST_SIZE - 1 - size);
        if (got <= 0)
            break;
        size += (size_t)got;
    }
    g_mutex_unlock(&server->mutex);
}

/* Until the other side closes, or the test stops the server. */
static void hold(Server *server, const Connection *connection)
{
    char ignored[1024];
    while (cancel_wait(server->stop, connection->descriptor, POLLIN, NULL))
        if (recv(connection->descriptor, ignored, sizeof ignored, MSG_DONTWAIT) <= 0)
            return;
}

static void drip(Server *server, const Connection *connection)
{
    while (connection_write(connection, "x", 1)) {
        struct pollfd wait = {.fd = cancel_descriptor(server->stop), .events = POLLIN};
        if (poll(&wait, 1, 5) > 0)
            return;
    }
}

static void then(Server *server, const Connection *connection)
{
    if (server->script.then == THEN_HOLD)
        hold(server, connection);
    if (server->script.then == THEN_DRIP)
        drip(server, connection);
}

/* As hold, but no longer than until somebody else connects: a client may keep what it could use
 * again. */
static void linger(Server *server, const Connection *connection)
{
    char ignored[1024];
    for (;;) {
        struct pollfd waits[] = {
            {.fd = connection->descriptor, .events = POLLIN},
            {.fd = server->listener, .events = POLLIN},
            {.fd = cancel_descriptor(server->stop), .events = POLLIN},
        };
        poll(waits, G_N_ELEMENTS(waits), -1);
        if (waits[0].revents == 0 ||
            recv(connection->descriptor, ignored, sizeof ignored, MSG_DONTWAIT) <= 0)
            return;
    }
}

/* Closing with unread bytes would reset the connection and take the answer with it. */
static void close_gently(Server *server, Connection *connection)
{
    if (connection->tls != NULL) {
        SSL_shutdown(connection->tls);
        SSL_free(connection->tls);
    }
    shutdown(connection->descriptor, SHUT_WR);
    if (!server->script.wait)
        linger(server, connection);
    close(connection->descriptor);
}

static bool handshake(Server *server, Connection *connection)
{
    if (server->tls == NULL)
        return true;
    connection->tls = SSL_new(server->tls);
    SSL_set_fd(connection->tls, connection->descriptor);
    return SSL_accept(connection->tls) == 1;
}

static void serve(Server *server, int descriptor)
{
    const Script *script = &server->script;
    Connection connection = {.descriptor = descriptor};
    if (script->wait) {
        cancel_set(script->cancel_at_request);
        then(server, &connection);
    } else if (handshake(server, &connection)) {
        if (!script->answer_first)
            read_request(server, &connection);
        cancel_set(script->cancel_at_request);
        size_t size = script->answer == NULL ? 0 : script->size;
        if (connection_write(&connection, script->answer, size))
            then(server, &connection);
    }
    close_gently(server, &connection);
}

static gpointer run(gpointer data)
{
    Server *server = data;
    while (cancel_wait(server->stop, server->listener, POLLIN, NULL)) {
        int descriptor = accept4(server->listener, NULL, NULL, SOCK_CLOEXEC);
        if (descriptor >= 0)
            serve(server, descriptor);
    }
    return NULL;
}

/* Called at the client's hello: so it is there when the client has seen the certificate. */
static int note_name(SSL *tls, int *alert, void *data)
{
    Server *server = data;
    (void)alert;
    const char *name = SSL_get_servername(tls, TLSEXT_NAMETYPE_host_name);
    g_mutex_lock(&server->mutex);
    g_strlcpy(server->name_asked, name != NULL ? name : "", sizeof server->name_asked);
    g_mutex_unlock(&server->mutex);
    return SSL_TLSEXT_ERR_OK;
}

static SSL_CTX *make_tls(Server *server)
{
    const Script *script = &server->script;
    SSL_CTX *tls = SSL_CTX_new(TLS_server_method());
    SSL_CTX_set_tlsext_servername_callback(tls, note_name);
    SSL_CTX_set_tlsext_servername_arg(tls, server);
    /* A test may look for copies of what was sent: those of this end shall not be found. */
    SSL_CTX_set_options(tls, SSL_OP_CLEANSE_PLAINTEXT);
    SSL_CTX_use_certificate(tls, script->identity->certificate);
    SSL_CTX_use_PrivateKey(tls, script->identity->key);
    if (script->newest_tls != 0) {
        SSL_CTX_set_security_level(tls, 0);
        SSL_CTX_set_min_proto_version(tls, TLS1_VERSION);
        SSL_CTX_set_max_proto_version(tls, script->newest_tls);
    }
    return tls;
}

static bool start_listening(Server *server)
{
    struct sockaddr_in four = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    struct sockaddr_in6 six = {.sin6_family = AF_INET6, .sin6_addr = IN6ADDR_LOOPBACK_INIT};
    bool on_ipv6 = server->script.on_ipv6;
    struct sockaddr *address = on_ipv6 ? (struct sockaddr *)&six : (struct sockaddr *)&four;
    socklen_t size = on_ipv6 ? sizeof six : sizeof four;
    server->listener = socket(address->sa_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (server->listener < 0 || bind(server->listener, address, size) != 0)
        return false;
    g_assert_cmpint(listen(server->listener, 16), ==, 0);
    g_assert_cmpint(getsockname(server->listener, address, &size), ==, 0);
    server->port = ntohs(on_ipv6 ? six.sin6_port : four.sin_port);
    return true;
}

Server *server_start(const Script *script)
{
    signal(SIGPIPE, SIG_IGN);
    Server *server = g_new0(Server, 1);
    server->script = *script;
    if (script->answer != NULL && script->size == 0)
        server->script.size = strlen(script->answer);
    if (!start_listening(server)) {
        if (server->listener >= 0)
            close(server->listener);
        g_free(server);
        return NULL;
    }
    g_mutex_init(&server->mutex);
    server->stop = cancel_new();
    if (script->identity != NULL)
        server->tls = make_tls(server);
    server->thread = g_thread_new("server", run, server);
    return server;
}

void server_stop(Server *server)
{
    if (server == NULL)
        return;
    cancel_set(server->stop);
    g_thread_join(server->thread);
    close(server->listener);
    SSL_CTX_free(server->tls);
    cancel_unref(server->stop);
    g_mutex_clear(&server->mutex);
    explicit_bzero(server->request, REQUEST_SIZE);
    g_free(server);
}

int server_dead_port(unsigned *port)
{
    int descriptor = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof address;
    g_assert_cmpint(bind(descriptor, (struct sockaddr *)&address, size), ==, 0);
    g_assert_cmpint(getsockname(descriptor, (struct sockaddr *)&address, &size), ==, 0);
    *port = ntohs(address.sin_port);
    return descriptor;
}

unsigned server_port(const Server *server)
{
    return server->port;
}

char *server_url(const Server *server, const char *path)
{
    return g_strdup_printf("%s://127.0.0.1:%u%s", server->script.identity ? "https" : "http",
                           server->port, path);
}

char *server_request(Server *server)
{
    g_mutex_lock(&server->mutex);
    char *text = g_strdup(server->request);
    g_mutex_unlock(&server->mutex);
    return text;
}

char *server_name_asked(Server *server)
{
    g_mutex_lock(&server->mutex);
    char *text = g_strdup(server->name_asked);
    g_mutex_unlock(&server->mutex);
    return text;
}
