/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * mse-sim pccs DIR: serves a platform's collateral until TERM or INT.
 */
#include "config.h"

#include "core/file.h"
#include "core/i18n.h"
#include "core/sanitize.h"
#include "sim/crypto.h"
#include "sim/listen.h"
#include "sim/options.h"
#include "sim/pccs.h"
#include "sim/platform_files.h"
#include "sim/tls_identity.h"

#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <unistd.h>

static const SimOption options[] = {
    {.name = "listen",
     .kind = SIM_OPTION_TEXT,
     .metavar = "HOST:PORT",
     .help = N_("where (default 127.0.0.1:0; port 0: any that is free)")},
    {.name = "fault",
     .kind = SIM_OPTION_TEXT,
     .metavar = "KIND@CALL",
     .repeatable = true,
     .help = N_("what goes wrong, at pckcrl, tcb, qe-identity, rootcacrl or *")},
    {.name = "sgx-header", .help = N_("send the chain of TCB info in SGX-TCB-Info-Issuer-Chain")},
    {.name = "http", .help = N_("plain HTTP")},
    {.name = "port-file",
     .kind = SIM_OPTION_FILE,
     .metavar = "FILE",
     .help = N_("write the port there when ready")},
    {.name = NULL},
};

G_GNUC_PRINTF(3, 4)
static bool fail(GError **error, SimError code, const char *format, ...)
{
    va_list list;
    va_start(list, format);
    g_autofree char *text = g_strdup_vprintf(format, list);
    va_end(list);
    g_autofree char *shown = sanitize_string(text);
    g_set_error(error, SIM_ERROR, code, "%s", shown);
    return false;
}

static bool write_text(const char *path, int mode, const char *text, GError **error)
{
    return file_write(path, span_of(text, strlen(text)), mode, error);
}

/* Blocked before any thread begins, so that none of them is interrupted instead. */
static void block_signals(sigset_t *set)
{
    sigemptyset(set);
    sigaddset(set, SIGTERM);
    sigaddset(set, SIGINT);
    pthread_sigmask(SIG_BLOCK, set, NULL);
    signal(SIGPIPE, SIG_IGN); /* a client that went away */
}

static bool announce(const SimArguments *arguments, const char *directory, bool plain,
                     unsigned port, GError **error)
{
    g_autofree char *shown = sanitize_string(directory);
    printf(_("SIMULATED PCCS at %s://localhost:%u/\n"), plain ? "http" : "https", port);
    if (!plain)
        printf(_("Its TLS certificate is %s/pccs.pem\n"), shown);
    fflush(stdout);
    const char *file = sim_value(arguments, "port-file");
    g_autofree char *line = g_strdup_printf("%u\n", port);
    return file == NULL || write_text(file, 0644, line, error);
}

static bool serve(const SimArguments *arguments, const Platform *platform, const Fault *faults,
                  unsigned n_faults, GError **error)
{
    const char *directory = sim_operand(arguments), *listen_text = sim_value(arguments, "listen");
    const bool plain = sim_flag(arguments, "http");
    g_autofree char *certificate = NULL, *key = NULL;
    unsigned port;
    if (!plain && !tls_identity(directory, &certificate, &key, error))
        return false;
    const int descriptor = listen_tcp(listen_text ? listen_text : "127.0.0.1:0", &port, error);
    if (descriptor < 0)
        return false;
    sigset_t set;
    block_signals(&set);
    const PccsOptions wanted = {
        .socket = descriptor,
        .certificate = certificate,
        .key = key,
        .faults = faults,
        .n_faults = n_faults,
        .sgx_header = sim_flag(arguments, "sgx-header"),
    };
    Pccs *pccs = pccs_start(platform, &wanted, error);
    if (pccs == NULL)
        return false;
    const bool announced = announce(arguments, directory, plain, port, error);
    int which;
    if (announced)
        sigwait(&set, &which);
    pccs_stop(pccs);
    return announced;
}

static bool run(const SimArguments *arguments, GError **error)
{
    Fault faults[FAULTS_MOST];
    unsigned n_faults;
    if (sim_operand(arguments) == NULL)
        return fail(error, SIM_ERROR_USAGE, "%s", _("no directory: mse-sim pccs DIR [OPTION…]"));
    if (!faults_parse(sim_values(arguments, "fault"), &pccs_faults, faults, &n_faults, error))
        return false;
    g_autoptr(Platform) platform = platform_read(sim_operand(arguments), error);
    return platform != NULL && serve(arguments, platform, faults, n_faults, error);
}

const SimVerb sim_verb_pccs = {
    .name = "pccs",
    .operand = "DIR",
    .help = N_("serve the platform's collateral as a SIMULATED PCCS"),
    .description = N_(
        "Answers the calls of a PCCS over HTTPS until TERM or INT. Its TLS certificate, for\n"
        "localhost, 127.0.0.1 and ::1, is DIR/pccs.pem. Faults: hang, reset, slow=MS, status=N,\n"
        "truncate, garbage, redirect, lie; the first that applies to a call is used."),
    .options = options,
    .run = run,
};
