/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The demo's applications as they are met on their ports: the certificate that one shows, and its
 * secrets, sent as an operator would: for their own enclaves on this
 * machine, whose certificates the demo made, so that nothing is verified here.
 */
#include "config.h"

#include "sim/demo_apps.h"

#include <openssl/ssl.h>
#include <string.h>

enum { ANSWER_MOST = 256 };

/* As the scaffolded application wants them. */
static const char SECRETS[] = "{\"uuid\": \"%s\", \"app_secrets\": {\"login\": \"demo\", "
                              "\"password\": \"SIMULATED\", \"salt\": \"SIMULATED\"}}";

static BIO *connect_tls(SSL_CTX *context, unsigned port)
{
    g_autofree char *where = g_strdup_printf("127.0.0.1:%u", port);
    BIO *connection = BIO_new_ssl_connect(context);
    BIO_set_conn_hostname(connection, where);
    if (BIO_do_connect(connection) > 0 && BIO_do_handshake(connection) > 0)
        return connection;
    BIO_free_all(connection);
    return NULL;
}

GBytes *demo_app_certificate(const DemoApp *app)
{
    SSL_CTX *context = SSL_CTX_new(TLS_client_method());
    BIO *connection = connect_tls(context, app->port);
    SSL *tls = NULL;
    unsigned char *der = NULL;
    int size = 0;
    if (connection != NULL && BIO_get_ssl(connection, &tls) > 0 && tls != NULL)
        size = i2d_X509(SSL_get0_peer_certificate(tls), &der);
    GBytes *certificate = size > 0 ? g_bytes_new(der, (gsize)size) : NULL;
    OPENSSL_free(der);
    BIO_free_all(connection);
    SSL_CTX_free(context);
    return certificate;
}

static bool post(BIO *connection, const char *body)
{
    g_autofree char *request = g_strdup_printf("POST / HTTP/1.0\r\nHost: localhost\r\n"
                                               "Content-Type: application/json\r\n"
                                               "Content-Length: %zu\r\n\r\n%s",
                                               strlen(body), body);
    char answer[ANSWER_MOST] = {0};
    const int size = (int)strlen(request);
    return BIO_write(connection, request, size) == size &&
           BIO_read(connection, answer, sizeof answer - 1) > 0 && strstr(answer, " 200") != NULL;
}

bool demo_app_configure(const DemoApp *app)
{
    g_autofree char *body = g_strdup_printf(SECRETS, app->id);
    SSL_CTX *context = SSL_CTX_new(TLS_client_method());
    BIO *connection = connect_tls(context, app->port);
    const bool taken = connection != NULL && post(connection, body);
    BIO_free_all(connection);
    SSL_CTX_free(context);
    return taken;
}
