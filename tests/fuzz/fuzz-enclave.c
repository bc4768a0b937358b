/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What a simulated enclave and its quoting service read from others: requests, quote requests and
 * answers, names, faults, base64url.
 */
#include "config.h"

#include "core/reader.h"
#include "sim/base64url.h"
#include "sim/enclave_fault.h"
#include "sim/enclave_http.h"
#include "sim/name.h"
#include "sim/quoting.h"

#include <glib.h>

enum { BODY_MOST = 64 };

static void read_http(Span bytes)
{
    EnclaveHttpRequest request;
    if (enclave_http_parse(bytes, BODY_MOST, &request) != ENCLAVE_HTTP_WHOLE)
        return;
    g_assert_true(request.path[0] == '/' && request.method[0] != '\0');
    g_assert_cmpuint(request.body.size, <=, BODY_MOST);
    g_assert_true(request.body.size == 0 ||
                  (request.body.data >= bytes.data &&
                   request.body.data + request.body.size <= bytes.data + bytes.size));
    enclave_http_clear(&request);
    /* What is whole stays whole: a byte less of its body is not. */
    if (request.body.size > 0)
        g_assert_cmpint(
            enclave_http_parse(span_of(bytes.data, (size_t)(request.body.data - bytes.data)),
                               BODY_MOST, &request),
            ==, ENCLAVE_HTTP_MORE);
}

static void read_quoting(Span bytes)
{
    QuotingRequest request;
    if (quoting_request_read(bytes, &request)) {
        uint8_t back[QUOTING_REQUEST_SIZE];
        quoting_request_write(&request, back);
        g_assert_true(span_equal(bytes, span_of(back, sizeof back)));
    }
    bool quote;
    uint32_t size;
    if (bytes.size >= QUOTING_HEAD_SIZE && quoting_head_read(bytes.data, &quote, &size))
        g_assert_cmpuint(size, <=, QUOTING_ANSWER_MOST);
}

static void read_texts(const char *text)
{
    EnclaveFaults faults;
    size_t size;
    g_autofree uint8_t *decoded = base64url_decode(text, &size);
    if (decoded != NULL) {
        g_autofree char *again = base64url_encode(decoded, size);
        g_assert_true(g_str_has_prefix(again, text) || g_str_has_prefix(text, again));
    }
    X509_NAME *name = name_of_rfc4514(text);
    g_assert_true(name == NULL || X509_NAME_entry_count(name) > 0);
    X509_NAME_free(name);
    name_is_san(text);
    enclave_faults_parse(text, &faults, NULL);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const Span bytes = span_of(data, size);
    g_autofree char *text = g_strndup((const char *)data, size);
    read_http(bytes);
    read_quoting(bytes);
    read_texts(text);
    return 0;
}
