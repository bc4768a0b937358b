/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "sim/quoting_service.h"

#include "sim/quote.h"
#include "sim/quoting.h"

#include <errno.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

enum { CLIENTS_MOST = 64, FIXED = 2 /* descriptors before the clients': stop, listen */ };

static const char *const calls[] = {"quote", NULL};

const FaultService quoting_faults = {
    .calls = calls,
    .kinds = 1 << FAULT_HANG | 1 << FAULT_RESET | 1 << FAULT_SLOW | 1 << FAULT_TRUNCATE |
             1 << FAULT_GARBAGE | 1 << FAULT_LIE,
};

/* What a client still owes, or is still owed. */
typedef struct Client {
    int descriptor;
    gint64 deadline;                           /* monotonic, microseconds: it is cut off */
    gint64 due;                                /* the answer is not sent before */
    uint8_t request[QUOTING_REQUEST_SIZE + 1]; /* one more tells that there is more */
    size_t got;
    GByteArray *answer; /* NULL while the request is not whole */
    size_t sent;
} Client;

typedef struct Service {
    const Platform *platform;
    Platform *forgery;
    Fault fault;
    GPtrArray *clients;
} Service;

static void client_free(void *data)
{
    Client *client = data;
    if (client->answer != NULL)
        g_byte_array_unref(client->answer);
    close(client->descriptor);
    g_free(client);
}

static GBytes *make_quote(const Service *service, const QuotingRequest *request)
{
    const Platform *platform =
        service->fault.kind == FAULT_LIE ? service->forgery : service->platform;
    QuoteRecipe recipe;
    quote_recipe_init(&recipe, platform, SIM_SGX, 3, false);
    memcpy(recipe.sgx.mr_enclave, request->mr_enclave, sizeof recipe.sgx.mr_enclave);
    memcpy(recipe.sgx.mr_signer, request->mr_signer, sizeof recipe.sgx.mr_signer);
    memcpy(recipe.report_data, request->report_data, sizeof recipe.report_data);
    if (request->debug)
        quote_recipe_set_debug(&recipe, true);
    return quote_make(&recipe, platform);
}

static void set_answer(Client *client, bool quote, const void *data, size_t size)
{
    uint8_t head[QUOTING_HEAD_SIZE];
    quoting_head_write(quote, (uint32_t)size, head);
    client->answer = g_byte_array_new();
    g_byte_array_append(client->answer, head, sizeof head);
    g_byte_array_append(client->answer, data, (guint)size);
}

static void spoil(const Service *service, Client *client)
{
    GByteArray *answer = client->answer;
    if (service->fault.kind == FAULT_TRUNCATE)
        g_byte_array_set_size(answer, answer->len / 2);
    for (guint i = 0; service->fault.kind == FAULT_GARBAGE && i < answer->len; i++)
        answer->data[i] = (uint8_t)(answer->data[i] * 167 + i * 13);
    if (service->fault.kind == FAULT_SLOW)
        client->due = g_get_monotonic_time() + (gint64)service->fault.value * 1000;
    if (service->fault.kind == FAULT_HANG) /* it is whoever asked that gives up */
        client->deadline = INT64_MAX;
}

static void answer_client(const Service *service, Client *client)
{
    static const char sentence[] = "that is no request for a quote";
    QuotingRequest request;
    if (!quoting_request_read(span_of(client->request, client->got), &request)) {
        set_answer(client, false, sentence, sizeof sentence - 1);
        return;
    }
    g_autoptr(GBytes) quote = make_quote(service, &request);
    size_t size;
    const void *data = g_bytes_get_data(quote, &size);
    set_answer(client, true, data, size);
    spoil(service, client);
}

/* A request ends with the end of what the client sends. False: the client is done with. */
static bool take(const Service *service, Client *client)
{
    const ssize_t n = read(client->descriptor, client->request + client->got,
                           sizeof client->request - client->got);
    if (n < 0)
        return errno == EAGAIN || errno == EINTR;
    client->got += (size_t)n;
    if (n > 0 && client->got < sizeof client->request)
        return true;
    if (service->fault.kind == FAULT_RESET)
        return false;
    answer_client(service, client);
    return true;
}

static bool give(Client *client)
{
    const ssize_t n = send(client->descriptor, client->answer->data + client->sent,
                           client->answer->len - client->sent, MSG_NOSIGNAL);
    if (n < 0)
        return errno == EAGAIN || errno == EINTR;
    client->sent += (size_t)n;
    return client->sent < client->answer->len;
}

static bool is_held(const Service *service, const Client *client, gint64 now)
{
    return client->answer != NULL && (service->fault.kind == FAULT_HANG || now < client->due);
}

static void admit(Service *service, int socket)
{
    while (service->clients->len < CLIENTS_MOST) {
        const int descriptor = accept4(socket, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
        if (descriptor < 0)
            return;
        Client *client = g_new0(Client, 1);
        client->descriptor = descriptor;
        client->deadline = g_get_monotonic_time() + QUOTING_DEADLINE * 1000;
        if (service->fault.kind == FAULT_SLOW)
            client->deadline += (gint64)service->fault.value * 1000;
        g_ptr_array_add(service->clients, client);
    }
}

/* Fills in what to wait for; gives how long at most, in milliseconds. */
static int prepare(const Service *service, const QuotingOptions *options, struct pollfd *pollers)
{
    const gint64 now = g_get_monotonic_time();
    gint64 next = INT64_MAX;
    pollers[0] = (struct pollfd){.fd = options->stop, .events = POLLIN};
    pollers[1] = (struct pollfd){.fd = service->clients->len < CLIENTS_MOST ? options->socket : -1,
                                 .events = POLLIN};
    for (guint i = 0; i < service->clients->len; i++) {
        const Client *client = service->clients->pdata[i];
        const bool held = is_held(service, client, now);
        pollers[FIXED + i] = (struct pollfd){
            .fd = client->descriptor,
            .events = held                     ? 0
                      : client->answer != NULL ? POLLOUT
                                               : POLLIN,
        };
        next = MIN(next, held && client->due > now ? client->due : client->deadline);
    }
    return next == INT64_MAX ? -1 : (int)(MAX(next - now, 0) / 1000 + 1);
}

static bool go_on(const Service *service, Client *client, short events)
{
    const gint64 now = g_get_monotonic_time();
    if (now >= client->deadline || events & (POLLERR | POLLNVAL))
        return false;
    if (events == 0 || is_held(service, client, now))
        return !(events & POLLHUP);
    return client->answer != NULL ? give(client) : take(service, client);
}

static void serve(Service *service, const QuotingOptions *options)
{
    struct pollfd pollers[FIXED + CLIENTS_MOST];
    for (;;) {
        const int wait = prepare(service, options, pollers);
        const guint n = service->clients->len;
        if (poll(pollers, FIXED + n, wait) < 0 && errno != EINTR)
            return;
        if (pollers[0].revents != 0)
            return;
        for (guint i = n; i-- > 0;)
            if (!go_on(service, service->clients->pdata[i], pollers[FIXED + i].revents))
                g_ptr_array_remove_index_fast(service->clients, i);
        if (pollers[1].revents != 0)
            admit(service, options->socket);
    }
}

void quoting_serve(const Platform *platform, const QuotingOptions *options)
{
    g_autoptr(GPtrArray) clients = g_ptr_array_new_with_free_func(client_free);
    Service service = {
        .platform = platform,
        .fault = fault_at(options->faults, options->n_faults, 0),
        .clients = clients,
    };
    if (service.fault.kind == FAULT_LIE)
        service.forgery = platform_forgery(platform);
    serve(&service, options);
    if (service.forgery != NULL)
        platform_free(service.forgery);
}
