/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Whom a transfer trusts, and what it shows of itself.
 */
#include "config.h"

#include "core/i18n.h"
#include "core/limits.h"
#include "wire/transfer.h"

#include <openssl/ssl.h>

#define AUTHORITIES_KEPT 3600L /* seconds before the system's are loaded again */

/* Called within the handshake instead of the verification: keeps the leaf, and lets the handshake
 * go on, in which the peer proves that it has the key. */
static int keep_leaf(X509_STORE_CTX *store, void *data)
{
    Transfer *transfer = data;
    X509 *certificate = X509_STORE_CTX_get0_cert(store);
    uint8_t *der = NULL;
    int size = certificate == NULL ? -1 : i2d_X509(certificate, &der);
    if (size <= 0)
        return 0;
    g_clear_pointer(&transfer->peer, g_bytes_unref);
    transfer->peer = g_bytes_new(der, (size_t)size);
    OPENSSL_free(der);
    return 1;
}

/* The same, but the leaf must be the pinned one. A refusal here ends the handshake before the
 * client's last flight: no byte of a request was sent. */
static int compare_leaf(X509_STORE_CTX *store, void *data)
{
    Transfer *transfer = data;
    bool same = keep_leaf(store, data) == 1 && g_bytes_equal(transfer->peer, transfer->pinned);
    transfer->stranger = !same;
    X509_STORE_CTX_set_error(store, same ? X509_V_OK : X509_V_ERR_CERT_REJECTED);
    return same;
}

static CURLcode on_any_peer(CURL *curl, void *context, void *data)
{
    (void)curl;
    /* Certificates with quotes in them are larger than OpenSSL expects. */
    SSL_CTX_set_max_cert_list(context, (long)limit_bytes(LIMIT_CERTIFICATE));
    SSL_CTX_set_cert_verify_callback(context, keep_leaf, data);
    return CURLE_OK;
}

static CURLcode on_pinned(CURL *curl, void *context, void *data)
{
    (void)curl;
    SSL_CTX_set_max_cert_list(context, (long)limit_bytes(LIMIT_CERTIFICATE));
    /* Without "peer", OpenSSL goes on whatever the callback says. */
    SSL_CTX_set_verify(context, SSL_VERIFY_PEER, NULL);
    SSL_CTX_set_cert_verify_callback(context, compare_leaf, data);
    return CURLE_OK;
}

/* What a transfer has in common whose peer is judged by its certificate alone. */
static void look_at_peer(Transfer *transfer, curl_ssl_ctx_callback look)
{
    CURL *curl = transfer->curl;
    curl_easy_setopt(curl, CURLOPT_SSL_VERIFYHOST, 0L);
    /* Not loading the system's authorities, which nothing here asks, saves 25 ms. */
    curl_easy_setopt(curl, CURLOPT_CAINFO, NULL);
    curl_easy_setopt(curl, CURLOPT_CAPATH, NULL);
    curl_easy_setopt(curl, CURLOPT_SSL_ENABLE_ALPN, 0L);
    /* A handshake resumed from an earlier one shows no certificate, and a connection that anybody
     * may have answered is nobody else's. */
    curl_easy_setopt(curl, CURLOPT_SSL_SESSIONID_CACHE, 0L);
    curl_easy_setopt(curl, CURLOPT_FRESH_CONNECT, 1L);
    curl_easy_setopt(curl, CURLOPT_FORBID_REUSE, 1L);
    curl_easy_setopt(curl, CURLOPT_SSL_CTX_FUNCTION, look);
    curl_easy_setopt(curl, CURLOPT_SSL_CTX_DATA, transfer);
}

static void take_any_peer(Transfer *transfer)
{
    curl_easy_setopt(transfer->curl, CURLOPT_SSL_VERIFYPEER, 0L);
    look_at_peer(transfer, on_any_peer);
}

static void take_pinned(Transfer *transfer, GBytes *pinned)
{
    transfer->pinned = g_bytes_ref(pinned);
    curl_easy_setopt(transfer->curl, CURLOPT_SSL_VERIFYPEER, 1L);
    look_at_peer(transfer, on_pinned);
}

/* A value that is set but empty counts as unset. */
static const char *from_environment(const char *name, const char *otherwise)
{
    const char *value = g_getenv(name);
    return value != NULL && *value != '\0' ? value : otherwise;
}

static CURLcode add_directory(CURL *curl, void *context, void *data)
{
    (void)curl;
    const Transfer *transfer = data;
    const char *directory = transfer->trust_directory;
    X509_LOOKUP *lookup =
        X509_STORE_add_lookup(SSL_CTX_get_cert_store(context), X509_LOOKUP_hash_dir());
    if (lookup != NULL && directory != NULL)
        X509_LOOKUP_add_dir(lookup, directory, X509_FILETYPE_PEM); /* the same one only once */
    return CURLE_OK;
}

/* The system's store is what was compiled into libcurl (on Debian /etc/ssl/certs). libcurl keeps
 * what it loaded from a file for the next handshakes, but not when it is told of a directory: so
 * that is added behind its back, which costs nothing, since only what is looked for is read. */
static void trust_system(Transfer *transfer)
{
    CURL *curl = transfer->curl;
    transfer->trust_directory =
        g_strdup(from_environment("SSL_CERT_DIR", curl_version_info(CURLVERSION_NOW)->capath));
    const char *file = from_environment("SSL_CERT_FILE", NULL);
    if (file != NULL)
        curl_easy_setopt(curl, CURLOPT_CAINFO, file);
    curl_easy_setopt(curl, CURLOPT_CAPATH, NULL);
    curl_easy_setopt(curl, CURLOPT_CA_CACHE_TIMEOUT, AUTHORITIES_KEPT);
    curl_easy_setopt(curl, CURLOPT_SSL_CTX_FUNCTION, add_directory);
    curl_easy_setopt(curl, CURLOPT_SSL_CTX_DATA, transfer);
}

static CURLcode set_blob(CURL *curl, CURLoption option, const void *data, size_t size)
{
    struct curl_blob blob = {.data = (void *)data, .len = size, .flags = CURL_BLOB_COPY};
    return curl_easy_setopt(curl, option, &blob);
}

static CURLcode set_bytes(CURL *curl, CURLoption option, GBytes *bytes)
{
    size_t size;
    const void *data = g_bytes_get_data(bytes, &size);
    return set_blob(curl, option, data, size);
}

static CURLcode show(CURL *curl, const WireTls *tls)
{
    CURLcode code = CURLE_OK;
    /* Without a password to try, OpenSSL would ask for one on the terminal. */
    curl_easy_setopt(curl, CURLOPT_KEYPASSWD, "");
    if (tls->certificate_file != NULL)
        curl_easy_setopt(curl, CURLOPT_SSLCERT, tls->certificate_file);
    if (tls->key_file != NULL)
        curl_easy_setopt(curl, CURLOPT_SSLKEY, tls->key_file);
    if (tls->certificate != NULL)
        code = set_bytes(curl, CURLOPT_SSLCERT_BLOB, tls->certificate);
    if (code == CURLE_OK && tls->key != NULL) {
        Span key = secret_span(tls->key);
        code = set_blob(curl, CURLOPT_SSLKEY_BLOB, key.data, key.size);
    }
    return code;
}

bool transfer_set_tls(Transfer *transfer, const WireRequest *request, GError **error)
{
    CURL *curl = transfer->curl;
    const WireTls *tls = request->tls;
    CURLcode code = CURLE_OK;
    if (tls != NULL && tls->pinned != NULL) {
        take_pinned(transfer, tls->pinned);
    } else if (tls != NULL && tls->any_peer) {
        take_any_peer(transfer);
    } else if (tls != NULL && tls->authorities != NULL) {
        curl_easy_setopt(curl, CURLOPT_CAINFO, NULL);
        curl_easy_setopt(curl, CURLOPT_CAPATH, NULL);
        code = set_bytes(curl, CURLOPT_CAINFO_BLOB, tls->authorities);
    } else if (request->authority_file != NULL) {
        curl_easy_setopt(curl, CURLOPT_CAINFO, request->authority_file);
        curl_easy_setopt(curl, CURLOPT_CA_CACHE_TIMEOUT, 0L); /* it may be replaced any time */
        curl_easy_setopt(curl, CURLOPT_CAPATH, NULL);
    } else {
        trust_system(transfer);
    }
    if (code == CURLE_OK && tls != NULL)
        code = show(curl, tls);
    if (code != CURLE_OK)
        g_set_error(error, WIRE_ERROR, WIRE_ERROR_SETUP, "%s: %s", transfer->what,
                    curl_easy_strerror(code));
    return code == CURLE_OK;
}
