/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "sham_enclave.h"

#include <arpa/inet.h>
#include <openssl/ssl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define REQUEST_MAXIMUM (4 * 1024 * 1024)

struct ShamEnclave {
    ShamScript script;
    SSL_CTX *tls;
    int listener;
    unsigned port;
    Cancel *stop;
    GThread *thread;
    bool took; /* of the thread, as what follows but for what the mutex is for */
    unsigned starting;
    gint away; /* atomic */
    GMutex mutex;
    GString *got, *body;
    unsigned posts;
};

/* Up to the end of the request, or of the connection. NULL: nothing came. */
static GString *read_request(SSL *tls)
{
    GString *request = g_string_new(NULL);
    while (request->len < REQUEST_MAXIMUM) {
        const char *end = strstr(request->str, "\r\n\r\n");
        const char *length = strstr(request->str, "Content-Length: ");
        size_t body = length ? (size_t)g_ascii_strtoull(length + 16, NULL, 10) : 0;
        if (end && request->len >= (size_t)(end + 4 - request->str) + body)
            break;
        char bytes[16384];
        int n = SSL_read(tls, bytes, sizeof bytes);
        if (n <= 0)
            break;
        g_string_append_len(request, bytes, n);
    }
    return request;
}

static void note(ShamEnclave *enclave, const GString *request)
{
    const char *end = strstr(request->str, "\r\n\r\n");
    g_mutex_lock(&enclave->mutex);
    g_string_append_len(enclave->got, request->str, (gssize)request->len);
    if (g_str_has_prefix(request->str, "POST ")) {
        enclave->posts++;
        g_string_assign(enclave->body, end ? end + 4 : "");
    }
    g_mutex_unlock(&enclave->mutex);
}

static void say(SSL *tls, const char *answer)
{
    if (answer)
        SSL_write(tls, answer, (int)strlen(answer));
}

static void hold(ShamEnclave *enclave, int descriptor)
{
    char ignored[1024];
    while (cancel_wait(enclave->stop, descriptor, POLLIN, NULL))
        if (recv(descriptor, ignored, sizeof ignored, MSG_DONTWAIT) <= 0)
            return;
}

static void answer_post(ShamEnclave *enclave, SSL *tls, int descriptor)
{
    const ShamScript *script = &enclave->script;
    cancel_set(script->cancel_at_post);
    if (script->at_post)
        script->at_post(script->data);
    if (script->ends_at_post) {
        close(enclave->listener);
        enclave->listener = -1;
    }
    say(tls, script->answer);
    if (script->holds_post)
        hold(enclave, descriptor);
    enclave->took = !script->waits_on;
}

static void answer_get(ShamEnclave *enclave, SSL *tls)
{
    const char *running = enclave->script.running_answer;
    if (!enclave->took)
        say(tls, "HTTP/1.0 200 OK\r\nMse-Status: Waiting\r\n\r\nwaiting");
    else if (enclave->starting > 0 && enclave->starting--)
        say(tls, "HTTP/1.0 503 Service Unavailable\r\n\r\n");
    else
        say(tls, running ? running : "HTTP/1.0 200 OK\r\n\r\nOK");
}

static void serve(ShamEnclave *enclave, int descriptor)
{
    if (g_atomic_int_get(&enclave->away) > 0) {
        g_atomic_int_add(&enclave->away, -1);
        return;
    }
    SSL *tls = SSL_new(enclave->tls);
    SSL_set_fd(tls, descriptor);
    if (SSL_accept(tls) == 1) {
        GString *request = read_request(tls);
        note(enclave, request);
        if (g_str_has_prefix(request->str, "POST "))
            answer_post(enclave, tls, descriptor);
        else if (request->len > 0)
            answer_get(enclave, tls);
        g_string_free(request, TRUE);
        SSL_shutdown(tls);
    }
    SSL_free(tls);
}

static gpointer run(gpointer data)
{
    ShamEnclave *enclave = data;
    while (enclave->listener >= 0 && cancel_wait(enclave->stop, enclave->listener, POLLIN, NULL)) {
        int descriptor = accept4(enclave->listener, NULL, NULL, SOCK_CLOEXEC);
        if (descriptor < 0)
            continue;
        serve(enclave, descriptor);
        close(descriptor);
    }
    return NULL;
}

static void listen_on_loopback(ShamEnclave *enclave)
{
    struct sockaddr_in name = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof name;
    enclave->listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    g_assert_cmpint(bind(enclave->listener, (struct sockaddr *)&name, size), ==, 0);
    g_assert_cmpint(getsockname(enclave->listener, (struct sockaddr *)&name, &size), ==, 0);
    g_assert_cmpint(listen(enclave->listener, 16), ==, 0);
    enclave->port = ntohs(name.sin_port);
}

ShamEnclave *sham_enclave_start(const ShamScript *script)
{
    signal(SIGPIPE, SIG_IGN);
    ShamEnclave *enclave = g_new0(ShamEnclave, 1);
    enclave->script = *script;
    enclave->took = script->runs;
    enclave->away = (gint)script->away;
    enclave->starting = script->starting;
    enclave->got = g_string_new(NULL);
    enclave->body = g_string_new(NULL);
    g_mutex_init(&enclave->mutex);
    enclave->stop = cancel_new();
    enclave->tls = SSL_CTX_new(TLS_server_method());
    g_assert_cmpint(
        SSL_CTX_use_certificate_file(enclave->tls, script->certificate, SSL_FILETYPE_PEM), ==, 1);
    g_assert_cmpint(SSL_CTX_use_PrivateKey_file(enclave->tls, script->key, SSL_FILETYPE_PEM), ==,
                    1);
    listen_on_loopback(enclave);
    enclave->thread = g_thread_new("enclave", run, enclave);
    return enclave;
}

void sham_enclave_stop(ShamEnclave *enclave)
{
    if (!enclave)
        return;
    cancel_set(enclave->stop);
    g_thread_join(enclave->thread);
    if (enclave->listener >= 0)
        close(enclave->listener);
    SSL_CTX_free(enclave->tls);
    cancel_unref(enclave->stop);
    g_mutex_clear(&enclave->mutex);
    g_string_free(enclave->got, TRUE);
    g_string_free(enclave->body, TRUE);
    g_free(enclave);
}

unsigned sham_enclave_port(const ShamEnclave *enclave)
{
    return enclave->port;
}

void sham_enclave_come(ShamEnclave *enclave)
{
    g_atomic_int_set(&enclave->away, 0);
}

static char *copy_of(ShamEnclave *enclave, const GString *text)
{
    g_mutex_lock(&enclave->mutex);
    char *copy = g_strdup(text->str);
    g_mutex_unlock(&enclave->mutex);
    return copy;
}

char *sham_enclave_got(ShamEnclave *enclave)
{
    return copy_of(enclave, enclave->got);
}

char *sham_enclave_body(ShamEnclave *enclave)
{
    return copy_of(enclave, enclave->body);
}

unsigned sham_enclave_posts(ShamEnclave *enclave)
{
    g_mutex_lock(&enclave->mutex);
    unsigned posts = enclave->posts;
    g_mutex_unlock(&enclave->mutex);
    return posts;
}
