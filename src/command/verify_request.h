/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What was asked of `verify` and of the console: their options, over the settings, as one request.
 */
#ifndef MSE_COMMAND_VERIFY_REQUEST_H
#define MSE_COMMAND_VERIFY_REQUEST_H

#include "app/settings.h"
#include "app/verification.h"
#include "command/verb.h"

/* Owns what its request and inputs point to; the arguments it was made of must outlive it. Counted,
 * and changed by nobody once others have it: whoever judges with it keeps a reference meanwhile. */
typedef struct VerifyRequest {
    gatomicrefcount references;
    VerificationRequest request;
    GArray *inputs; /* VerificationInput, in the order of the command line */
    Settings *settings;
    Policy *policy;
    Journal *journal;
    const Arguments *arguments;
    struct VerifyRequest *first; /* asked again: whose journal this one's is; else NULL */
} VerifyRequest;

/* Reads settings, --policy and --signer-key. Unknown settings are warned about through the job.
 * NULL with an error: VERB_ERROR for what cannot be asked together. */
VerifyRequest *verify_request_new(Job *job, const Arguments *arguments, GError **error);

/* The same question over the settings of that file, or over those that settings_load finds (NULL),
 * as everything is now. It writes to the journal of `asked`. */
VerifyRequest *verify_request_again(VerifyRequest *asked, const char *settings, Cancel *cancel,
                                    GError **error);
/* Whether nothing is known by which one of them would judge otherwise than the other. */
bool verify_request_judges_alike(const VerifyRequest *a, const VerifyRequest *b);

VerifyRequest *verify_request_ref(VerifyRequest *request);
void verify_request_unref(VerifyRequest *request);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(VerifyRequest, verify_request_unref)

/* The options that verify_request_new reads: rows for a verb's table. Those that say with what is
 * judged, … */
#define VERIFY_BASIS_OPTIONS                                                                      \
    {.name = "collateral",                                                                        \
     .kind = ARGUMENT_FILE,                                                                       \
     .metavar = "FILE",                                                                           \
     .help = N_("judge with the collateral in FILE, whatever the evidence brings")},              \
        {.name = "pccs",                                                                          \
         .kind = ARGUMENT_URL,                                                                    \
         .metavar = "URL",                                                                        \
         .help = N_("fetch collateral that is missing from this PCCS; it is kept until it ends "  \
                    "and verified at each use")},                                                 \
        {.name = "at",                                                                            \
         .kind = ARGUMENT_TIME,                                                                   \
         .metavar = "TIME",                                                                       \
         .help =                                                                                  \
             N_("judge as of TIME (2023-06-01T00:00:00Z, 2023-06-01, Unix seconds), not now")},   \
        {.name = "root",                                                                          \
         .kind = ARGUMENT_FILE,                                                                   \
         .metavar = "PEM",                                                                        \
         .help = N_("trust this root certificate instead of Intel's; what rests on it is marked " \
                    "SIMULATED")},                                                                \
        {.name = "policy",                                                                        \
         .kind = ARGUMENT_FILE,                                                                   \
         .metavar = "FILE",                                                                       \
         .help = N_("take the policy from this TOML file, not from the settings")},               \
        {.name = "mrenclave",                                                                     \
         .kind = ARGUMENT_HEX,                                                                    \
         .size = 32,                                                                              \
         .repeatable = true,                                                                      \
         .metavar = "HEX",                                                                        \
         .help = N_("expect this MRENCLAVE; given several times, any of them")},                  \
        {.name = "mrsigner",                                                                      \
         .kind = ARGUMENT_HEX,                                                                    \
         .size = 32,                                                                              \
         .repeatable = true,                                                                      \
         .metavar = "HEX",                                                                        \
         .help = N_("expect this MRSIGNER; given several times, any of them")},                   \
        {.name = "signer-key",                                                                    \
         .kind = ARGUMENT_FILE,                                                                   \
         .metavar = "PEM",                                                                        \
         .help = N_("expect the MRSIGNER of this enclave signing key")},                          \
        {.name = "isv-prod-id",                                                                   \
         .kind = ARGUMENT_NUMBER,                                                                 \
         .most = 65535,                                                                           \
         .metavar = "N",                                                                          \
         .help = N_("expect this product id (ISVPRODID)")},                                       \
        {.name = "min-isv-svn",                                                                   \
         .kind = ARGUMENT_NUMBER,                                                                 \
         .most = 65535,                                                                           \
         .metavar = "N",                                                                          \
         .help = N_("expect at least this security version (ISVSVN)")},                           \
        {.name = "report-data",                                                                   \
         .kind = ARGUMENT_HEX,                                                                    \
         .size = 64,                                                                              \
         .half = true,                                                                            \
         .metavar = "HEX",                                                                        \
         .help = N_("expect this report data; with 32 bytes, its first half")},                   \
        {.name = "mrtd",                                                                          \
         .kind = ARGUMENT_HEX,                                                                    \
         .size = 48,                                                                              \
         .metavar = "HEX",                                                                        \
         .help = N_("expect this MRTD (TDX)")},                                                   \
        {.name = "rtmr",                                                                          \
         .kind = ARGUMENT_RTMR,                                                                   \
         .repeatable = true,                                                                      \
         .metavar = "N=HEX",                                                                      \
         .help = N_("expect this value in runtime measurement register N, 0 to 3 (TDX)")},        \
    {                                                                                             \
        .name = "strict", .help = N_("count warnings as rejected: exit status 3")                 \
    }

/* … and what is judged with it. */
#define VERIFY_REQUEST_OPTIONS                                                                   \
    {.name = "evidence",                                                                         \
     .kind = ARGUMENT_FILE,                                                                      \
     .repeatable = true,                                                                         \
     .metavar = "FILE",                                                                          \
     .help = N_("judge FILE, which must be evidence (evidence.json)")},                          \
        {.name = "quote",                                                                        \
         .kind = ARGUMENT_FILE,                                                                  \
         .repeatable = true,                                                                     \
         .metavar = "FILE",                                                                      \
         .help = N_("judge FILE, which must be a quote")},                                       \
        {.name = "cert",                                                                         \
         .kind = ARGUMENT_FILE,                                                                  \
         .repeatable = true,                                                                     \
         .metavar = "FILE",                                                                      \
         .help = N_("judge FILE, which must be an RA-TLS certificate, PEM or DER")},             \
        {.name = "host",                                                                         \
         .kind = ARGUMENT_HOST_PORT,                                                             \
         .repeatable = true,                                                                     \
         .metavar = "HOST:PORT",                                                                 \
         .help = N_("judge the certificate that this TLS server shows; nothing is sent to it")}, \
        VERIFY_BASIS_OPTIONS

#endif
