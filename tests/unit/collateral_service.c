/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "tests/unit/collateral_service.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

struct CollateralService {
    char *platform;
    CollateralServiceHabits habits;
    int listener, stop;
    unsigned port;
    GThread *thread;
    int counts[N_CALLS]; /* atomic */
};

typedef struct Route {
    const char *path, *file, *header, *other_header;
} Route;

static const Route routes[N_CALLS] = {
    [CALL_TCB_INFO] = {"/sgx/certification/v4/tcb?fmspc=30606a000000 ", "tcb-info-sgx.json",
                       "TCB-Info-Issuer-Chain", "sgx-tcb-info-issuer-chain"},
    [CALL_QE_IDENTITY] = {"/sgx/certification/v4/qe/identity ", "qe-identity-sgx.json",
                          "SGX-Enclave-Identity-Issuer-Chain", "sgx-enclave-identity-issuer-chain"},
    [CALL_PCK_CRL] = {"/sgx/certification/v4/pckcrl?ca=platform&encoding=der ", "platform-ca.crl",
                      NULL, NULL},
    [CALL_ROOT_CRL] = {"/sgx/certification/v4/rootcacrl ", "root.crl", NULL, NULL},
    [CALL_ROOT_CRL_ELSEWHERE] = {"/root.crl ", "root.crl", NULL, NULL},
};

static char *file_of(const CollateralService *service, const char *name, gsize *size)
{
    g_autofree char *path = g_build_filename(service->platform, name, NULL);
    char *content = NULL;
    g_assert_true(g_file_get_contents(path, &content, size, NULL));
    return content;
}

static int route_of(const CollateralService *service, const char *request)
{
    for (int i = 0; i < N_CALLS; i++) {
        if (i == CALL_ROOT_CRL && service->habits.no_root_crl)
            continue;
        if (g_str_has_prefix(request, "GET ") && g_str_has_prefix(request + 4, routes[i].path))
            return i;
    }
    return -1;
}

static void send_all(int fd, const void *data, gsize size)
{
    const char *at = data;
    while (size > 0) {
        ssize_t n = send(fd, at, size, MSG_NOSIGNAL);
        if (n <= 0)
            return;
        at += n;
        size -= (gsize)n;
    }
}

static void answer(CollateralService *service, int fd, int call)
{
    const CollateralServiceHabits *habits = &service->habits;
    const Route *route = &routes[call];
    gsize size, signer_size, root_size;
    g_autofree char *body =
        file_of(service, habits->swapped ? routes[CALL_TCB_INFO].file : route->file, &size);
    g_autofree char *signer = file_of(service, "tcb-signing.pem", &signer_size);
    g_autofree char *root = file_of(service, "root.pem", &root_size);
    g_autofree char *chain = g_strconcat(signer, root, NULL);
    g_autofree char *escaped = g_uri_escape_string(chain, NULL, false);
    g_autoptr(GString) head = g_string_new("HTTP/1.1 200 OK\r\nConnection: close\r\n");
    g_string_append_printf(head, "Content-Length: %" G_GSIZE_FORMAT "\r\n", size);
    const char *header = habits->other_headers ? route->other_header : route->header;
    if (header != NULL && !habits->no_headers)
        g_string_append_printf(head, "%s: %s\r\n", header, escaped);
    g_string_append(head, "\r\n");
    send_all(fd, head->str, head->len);
    send_all(fd, body, size);
}

static void serve_one(CollateralService *service, int fd)
{
    static const char not_found[] =
        "HTTP/1.1 404 Not Found\r\nConnection: close\r\nContent-Length: 0\r\n\r\n";
    g_autoptr(GString) request = g_string_new(NULL);
    char chunk[1024];
    while (strstr(request->str, "\r\n\r\n") == NULL) {
        ssize_t n = recv(fd, chunk, sizeof chunk, 0);
        if (n <= 0)
            return;
        g_string_append_len(request, chunk, n);
    }
    int call = route_of(service, request->str);
    if (call < 0) {
        send_all(fd, not_found, strlen(not_found));
        return;
    }
    g_atomic_int_inc(&service->counts[call]);
    answer(service, fd, call);
}

static void *serve(void *data)
{
    CollateralService *service = data;
    for (;;) {
        struct pollfd waits[2] = {{.fd = service->listener, .events = POLLIN},
                                  {.fd = service->stop, .events = POLLIN}};
        if (poll(waits, 2, -1) < 0)
            continue;
        if (waits[1].revents != 0)
            return NULL;
        int fd = accept4(service->listener, NULL, NULL, SOCK_CLOEXEC);
        if (fd < 0)
            continue;
        serve_one(service, fd);
        close(fd);
    }
}

CollateralService *collateral_service_start(const char *platform, CollateralServiceHabits habits)
{
    CollateralService *service = g_new0(CollateralService, 1);
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof address;
    service->platform = g_strdup(platform);
    service->habits = habits;
    service->stop = eventfd(0, EFD_CLOEXEC);
    service->listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    g_assert_cmpint(service->listener, >=, 0);
    g_assert_cmpint(bind(service->listener, (struct sockaddr *)&address, size), ==, 0);
    g_assert_cmpint(listen(service->listener, 64), ==, 0);
    g_assert_cmpint(getsockname(service->listener, (struct sockaddr *)&address, &size), ==, 0);
    service->port = ntohs(address.sin_port);
    service->thread = g_thread_new("service", serve, service);
    return service;
}

void collateral_service_stop(CollateralService *service)
{
    if (service == NULL)
        return;
    g_assert_cmpint(eventfd_write(service->stop, 1), ==, 0);
    g_thread_join(service->thread);
    close(service->listener);
    close(service->stop);
    g_free(service->platform);
    g_free(service);
}

char *collateral_service_url(const CollateralService *service)
{
    return g_strdup_printf("http://127.0.0.1:%u", service->port);
}

int collateral_service_count(CollateralService *service, Call call)
{
    return g_atomic_int_get(&service->counts[call]);
}

int collateral_service_total(CollateralService *service)
{
    int total = 0;
    for (int i = 0; i < N_CALLS; i++)
        total += collateral_service_count(service, (Call)i);
    return total;
}
