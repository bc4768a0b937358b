/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "sim/pccs.h"

#include "core/i18n.h"
#include "sim/crypto.h"

#include <microhttpd.h>
#include <sys/socket.h>
#include <unistd.h>

typedef enum { CALL_PCKCRL, CALL_TCB, CALL_QE_IDENTITY, CALL_ROOTCACRL, N_CALLS } Call;

static const char *const calls[] = {"pckcrl", "tcb", "qe-identity", "rootcacrl", NULL};

const FaultService pccs_faults = {
    .calls = calls,
    .kinds = 1 << FAULT_HANG | 1 << FAULT_RESET | 1 << FAULT_SLOW | 1 << FAULT_STATUS |
             1 << FAULT_TRUNCATE | 1 << FAULT_GARBAGE | 1 << FAULT_REDIRECT | 1 << FAULT_LIE,
};

/* Where a redirection leads: the same calls, without faults. */
static const char ELSEWHERE[] = "/redirected";

struct Pccs {
    const Platform *platform;
    Platform *forgery; /* what lies are made of */
    PccsOptions options;
    struct MHD_Daemon *daemon;
    GMutex lock;
    GCond stopped; /* signalled when `stopping` is set */
    bool stopping;
};

/* What is sent. Zeroed means nothing yet; cleared by answer_clear. */
typedef struct Answer {
    unsigned status;
    GBytes *body;
    const char *type;
    const char *chain_header; /* or NULL */
    char *chain;              /* URL-encoded */
    char *location;
} Answer;

static void answer_clear(Answer *answer)
{
    g_clear_pointer(&answer->body, g_bytes_unref);
    g_clear_pointer(&answer->chain, g_free);
    g_clear_pointer(&answer->location, g_free);
}

static const char *parameter(struct MHD_Connection *connection, const char *name)
{
    return MHD_lookup_connection_value(connection, MHD_GET_ARGUMENT_KIND, name);
}

/* Steals `text`. */
static void set_text(Answer *answer, const char *type, char *text)
{
    answer->status = MHD_HTTP_OK;
    answer->type = type;
    answer->body = g_bytes_new_take(text, strlen(text));
}

static void set_problem(Answer *answer, unsigned status, const char *text)
{
    set_text(answer, "text/plain", g_strdup(text));
    answer->status = status;
}

/* Steals `pem`. */
static void set_chain(Answer *answer, const char *header, char *pem)
{
    answer->chain_header = header;
    answer->chain = g_uri_escape_string(pem, NULL, FALSE);
    g_free(pem);
}

static void answer_pckcrl(const Pccs *pccs, const Platform *platform, SimTee tee,
                          struct MHD_Connection *connection, Answer *answer)
{
    (void)pccs, (void)tee;
    const char *ca = parameter(connection, "ca"), *encoding = parameter(connection, "encoding");
    const bool processor = g_strcmp0(ca, "processor") == 0;
    if (!processor && g_strcmp0(ca, "platform") != 0) {
        set_problem(answer, MHD_HTTP_BAD_REQUEST, "ca is processor or platform\n");
        return;
    }
    const CrlId crl = processor ? CRL_PROCESSOR : CRL_PLATFORM;
    if (g_strcmp0(encoding, "der") == 0) {
        answer->status = MHD_HTTP_OK;
        answer->type = "application/pkix-crl";
        answer->body = g_bytes_ref(platform->crls[crl]);
    } else {
        set_text(answer, "application/x-pem-file", platform_crl_pem(platform, crl));
    }
    const CertificateId ids[] = {processor ? CERTIFICATE_PROCESSOR_CA : CERTIFICATE_PLATFORM_CA,
                                 CERTIFICATE_ROOT};
    set_chain(answer, "SGX-PCK-CRL-Issuer-Chain",
              platform_chain_pem(platform, ids, G_N_ELEMENTS(ids)));
}

static void answer_tcb(const Pccs *pccs, const Platform *platform, SimTee tee,
                       struct MHD_Connection *connection, Answer *answer)
{
    const char *fmspc = parameter(connection, "fmspc");
    const uint8_t *ours = platform->recipe.spec.fmspc;
    g_autofree char *expected = g_strdup_printf("%02x%02x%02x%02x%02x%02x", ours[0], ours[1],
                                                ours[2], ours[3], ours[4], ours[5]);
    if (fmspc == NULL || strlen(fmspc) != strlen(expected)) {
        set_problem(answer, MHD_HTTP_BAD_REQUEST, "fmspc is 12 hex digits\n");
        return;
    }
    if (g_ascii_strcasecmp(fmspc, expected) != 0) {
        set_problem(answer, MHD_HTTP_NOT_FOUND, "no such platform\n");
        return;
    }
    set_text(answer, "application/json", signed_info_body(&platform->tcb_info[tee], TCB_INFO_KEY));
    set_chain(answer,
              pccs->options.sgx_header ? "SGX-TCB-Info-Issuer-Chain" : "TCB-Info-Issuer-Chain",
              platform_info_chain(platform));
}

static void answer_qe_identity(const Pccs *pccs, const Platform *platform, SimTee tee,
                               struct MHD_Connection *connection, Answer *answer)
{
    (void)pccs, (void)connection;
    set_text(answer, "application/json",
             signed_info_body(&platform->qe_identity[tee], QE_IDENTITY_KEY));
    set_chain(answer, "SGX-Enclave-Identity-Issuer-Chain", platform_info_chain(platform));
}

static void answer_rootcacrl(const Pccs *pccs, const Platform *platform, SimTee tee,
                             struct MHD_Connection *connection, Answer *answer)
{
    (void)pccs, (void)tee, (void)connection;
    set_text(answer, "text/plain", platform_crl_hex(platform, CRL_ROOT));
}

typedef struct Route {
    const char *path;
    Call call;
    SimTee tee;
    void (*answer)(const Pccs *, const Platform *, SimTee, struct MHD_Connection *, Answer *);
} Route;

static const Route routes[] = {
    {"/sgx/certification/v4/pckcrl", CALL_PCKCRL, SIM_SGX, answer_pckcrl},
    {"/sgx/certification/v4/tcb", CALL_TCB, SIM_SGX, answer_tcb},
    {"/sgx/certification/v4/qe/identity", CALL_QE_IDENTITY, SIM_SGX, answer_qe_identity},
    {"/sgx/certification/v4/rootcacrl", CALL_ROOTCACRL, SIM_SGX, answer_rootcacrl},
    {"/tdx/certification/v4/tcb", CALL_TCB, SIM_TDX, answer_tcb},
    {"/tdx/certification/v4/qe/identity", CALL_QE_IDENTITY, SIM_TDX, answer_qe_identity},
};

static const Route *route_find(const char *path)
{
    for (unsigned i = 0; i < G_N_ELEMENTS(routes); i++)
        if (strcmp(routes[i].path, path) == 0)
            return &routes[i];
    return NULL;
}

/* Waits `milliseconds`, 0 for ever; false when the service stops meanwhile. */
static bool wait_here(Pccs *pccs, unsigned milliseconds)
{
    const gint64 end = g_get_monotonic_time() + (gint64)milliseconds * 1000;
    bool due = false;
    g_mutex_lock(&pccs->lock);
    while (!pccs->stopping && !due)
        if (milliseconds == 0)
            g_cond_wait(&pccs->stopped, &pccs->lock);
        else
            due = !g_cond_wait_until(&pccs->stopped, &pccs->lock, end);
    const bool stopping = pccs->stopping;
    g_mutex_unlock(&pccs->lock);
    return !stopping;
}

/* A connection dissolved this way is reset at once, whatever TLS would still say. */
static void reset_connection(struct MHD_Connection *connection)
{
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD);
    const struct sockaddr none = {.sa_family = AF_UNSPEC};
    if (info != NULL)
        (void)connect(info->connect_fd, &none, sizeof none);
}

/* What a truncated answer reads from: it promised twice as much. */
static ssize_t read_half(void *data, uint64_t at, char *out, size_t most)
{
    size_t size;
    const uint8_t *bytes = g_bytes_get_data(data, &size);
    const size_t half = size / 2;
    if (at >= half)
        return MHD_CONTENT_READER_END_WITH_ERROR;
    const size_t n = MIN(most, half - (size_t)at);
    memcpy(out, bytes + at, n);
    return (ssize_t)n;
}

static void forget_half(void *data)
{
    g_bytes_unref(data);
}

static struct MHD_Response *response_of(const Answer *answer, bool truncated)
{
    size_t size;
    const void *data = g_bytes_get_data(answer->body, &size);
    if (truncated)
        return MHD_create_response_from_callback(size, 1024, read_half, g_bytes_ref(answer->body),
                                                 forget_half);
    return MHD_create_response_from_buffer(size, (void *)data, MHD_RESPMEM_MUST_COPY);
}

static enum MHD_Result send_answer(struct MHD_Connection *connection, const Answer *answer,
                                   bool truncated)
{
    struct MHD_Response *response = response_of(answer, truncated);
    if (response == NULL)
        return MHD_NO;
    MHD_add_response_header(response, "Content-Type", answer->type);
    MHD_add_response_header(response, "Request-ID", "00000000000000000000000000000000");
    if (answer->chain != NULL)
        MHD_add_response_header(response, answer->chain_header, answer->chain);
    if (answer->location != NULL)
        MHD_add_response_header(response, "Location", answer->location);
    const enum MHD_Result result = MHD_queue_response(connection, answer->status, response);
    MHD_destroy_response(response);
    return result;
}

static void make_garbage(Answer *answer)
{
    char *noise = g_malloc(1000);
    uint32_t state = 1;
    for (unsigned i = 0; i < 1000; i++) {
        state = state * 1664525u + 1013904223u;
        noise[i] = (char)(state >> 24);
    }
    g_clear_pointer(&answer->body, g_bytes_unref);
    answer->body = g_bytes_new_take(noise, 1000);
    g_free(answer->chain);
    answer->chain = answer->chain_header ? g_strdup("%zz%00garbage%") : NULL;
}

static enum MHD_Result add_parameter(void *data, enum MHD_ValueKind kind, const char *name,
                                     const char *value)
{
    (void)kind;
    GString *query = data;
    g_autofree char *escaped = g_uri_escape_string(value ? value : "", NULL, FALSE);
    g_string_append_printf(query, "%c%s=%s", query->len ? '&' : '?', name, escaped);
    return MHD_YES;
}

static void make_redirect(struct MHD_Connection *connection, const char *path, Answer *answer)
{
    g_autoptr(GString) query = g_string_new(NULL);
    MHD_get_connection_values(connection, MHD_GET_ARGUMENT_KIND, add_parameter, query);
    answer_clear(answer);
    set_problem(answer, MHD_HTTP_FOUND, "elsewhere\n");
    answer->location = g_strconcat(ELSEWHERE, path, query->str, NULL);
}

static enum MHD_Result serve(Pccs *pccs, const Route *route, const Fault *fault,
                             struct MHD_Connection *connection)
{
    if (fault->kind == FAULT_RESET)
        reset_connection(connection);
    if (fault->kind == FAULT_RESET || ((fault->kind == FAULT_HANG || fault->kind == FAULT_SLOW) &&
                                       !wait_here(pccs, fault->value)))
        return MHD_NO;

    const Platform *platform = fault->kind == FAULT_LIE ? pccs->forgery : pccs->platform;
    Answer answer = {0};
    if (fault->kind == FAULT_STATUS)
        set_problem(&answer, fault->value, "SIMULATED fault\n");
    else
        route->answer(pccs, platform, route->tee, connection, &answer);
    if (fault->kind == FAULT_GARBAGE)
        make_garbage(&answer);
    if (fault->kind == FAULT_REDIRECT)
        make_redirect(connection, route->path, &answer);
    const enum MHD_Result result = send_answer(connection, &answer, fault->kind == FAULT_TRUNCATE);
    answer_clear(&answer);
    return result;
}

static enum MHD_Result refuse(struct MHD_Connection *connection, unsigned status, const char *text)
{
    Answer answer = {0};
    set_problem(&answer, status, text);
    const enum MHD_Result result = send_answer(connection, &answer, false);
    answer_clear(&answer);
    return result;
}

static enum MHD_Result handle(void *data, struct MHD_Connection *connection, const char *path,
                              const char *method, const char *version, const char *upload,
                              size_t *upload_size, void **request)
{
    (void)version, (void)upload;
    static char seen;
    if (*request == NULL) { /* the headers alone: wait for the whole request */
        *request = &seen;
        return MHD_YES;
    }
    if (*upload_size > 0) {
        *upload_size = 0;
        return MHD_YES;
    }
    Pccs *pccs = data;
    const bool elsewhere = g_str_has_prefix(path, ELSEWHERE);
    const Route *route = route_find(elsewhere ? path + sizeof ELSEWHERE - 1 : path);
    if (strcmp(method, MHD_HTTP_METHOD_GET) != 0)
        return refuse(connection, MHD_HTTP_METHOD_NOT_ALLOWED, "GET only\n");
    if (route == NULL)
        return refuse(connection, MHD_HTTP_NOT_FOUND, "no such call\n");
    const Fault fault =
        elsewhere ? (Fault){.kind = FAULT_NONE}
                  : fault_at(pccs->options.faults, pccs->options.n_faults, (int)route->call);
    return serve(pccs, route, &fault, connection);
}

static void log_nothing(void *data, const char *format, va_list list)
{
    (void)data, (void)format, (void)list; /* clients that give up are no news */
}

static struct MHD_Daemon *start_daemon(Pccs *pccs)
{
    const PccsOptions *options = &pccs->options;
    const unsigned flags = MHD_USE_INTERNAL_POLLING_THREAD | MHD_USE_THREAD_PER_CONNECTION |
                           MHD_USE_POLL | MHD_USE_ERROR_LOG;
    if (options->certificate == NULL)
        return MHD_start_daemon(flags, 0, NULL, NULL, handle, pccs, MHD_OPTION_EXTERNAL_LOGGER,
                                log_nothing, NULL, MHD_OPTION_LISTEN_SOCKET, options->socket,
                                MHD_OPTION_END);
    return MHD_start_daemon(flags | MHD_USE_TLS, 0, NULL, NULL, handle, pccs,
                            MHD_OPTION_EXTERNAL_LOGGER, log_nothing, NULL, MHD_OPTION_LISTEN_SOCKET,
                            options->socket, MHD_OPTION_HTTPS_MEM_KEY, options->key,
                            MHD_OPTION_HTTPS_MEM_CERT, options->certificate, MHD_OPTION_END);
}

static void pccs_free(Pccs *pccs)
{
    platform_free(pccs->forgery);
    g_mutex_clear(&pccs->lock);
    g_cond_clear(&pccs->stopped);
    g_free(pccs);
}

Pccs *pccs_start(const Platform *platform, const PccsOptions *options, GError **error)
{
    Pccs *pccs = g_new0(Pccs, 1);
    pccs->platform = platform;
    pccs->options = *options;
    pccs->forgery = platform_forgery(platform);
    g_mutex_init(&pccs->lock);
    g_cond_init(&pccs->stopped);
    pccs->daemon = start_daemon(pccs);
    if (pccs->daemon != NULL)
        return pccs;
    g_set_error(error, SIM_ERROR, SIM_ERROR_NETWORK, "%s",
                options->certificate
                    ? _("the HTTPS service cannot be started: is pccs.pem of pccs.key?")
                    : _("the HTTP service cannot be started"));
    close(options->socket);
    pccs_free(pccs);
    return NULL;
}

void pccs_stop(Pccs *pccs)
{
    g_mutex_lock(&pccs->lock);
    pccs->stopping = true;
    g_cond_broadcast(&pccs->stopped);
    g_mutex_unlock(&pccs->lock);
    MHD_stop_daemon(pccs->daemon);
    pccs_free(pccs);
}
