/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "attest/checks.h"

#include "core/i18n.h"

#include <string.h>

#define NEEDS_QUOTE CHECK_BIT(CHECK_QUOTE)
#define NEEDS_ALL_OF_THE_PLATFORM                                                            \
    (CHECK_BIT(CHECK_FORMAT) | CHECK_BIT(CHECK_BINDING) | CHECK_BIT(CHECK_ROOT) |            \
     CHECK_BIT(CHECK_PCK_CHAIN) | CHECK_BIT(CHECK_CRL) | CHECK_BIT(CHECK_TCB_INFO) |         \
     CHECK_BIT(CHECK_QE_IDENTITY) | CHECK_BIT(CHECK_PLATFORM) | CHECK_BIT(CHECK_QE_REPORT) | \
     CHECK_BIT(CHECK_QE) | CHECK_BIT(CHECK_QUOTE) | CHECK_BIT(CHECK_TCB_LEVEL) |             \
     CHECK_BIT(CHECK_DEBUG))

const CheckRow check_table[N_CHECKS] = {
    [CHECK_FORMAT] =
        {
            .id = "format",
            .title = N_("Format of the quote"),
            .needs = 0,
            .proves = N_("The bytes are a quote of a version that can be verified here, every "
                         "length in it fits, and it names Intel's quoting enclave."),
            .failure_means = N_("This is no quote, it was damaged or cut on its way, or it is of "
                                "a kind that cannot be verified offline."),
            .what_to_do = N_("Fetch the evidence again. If it fails again, ask the operator which "
                             "tool made it; `inspect` shows where it breaks."),
            .source = "Intel SGX ECDSA QuoteLibReference, appendix A.4; Intel TDX DCAP Quoting "
                      "Library API, appendix A.3",
        },
    [CHECK_BINDING] =
        {
            .id = "binding",
            .title = N_("Key bound to the quote"),
            .needs = CHECK_BIT(CHECK_FORMAT),
            .proves = N_("The certificate's key is the one that the enclave put into its report, "
                         "and the certificate was signed with it: whoever holds that key is this "
                         "enclave."),
            .failure_means = N_("Somebody else's key was put beside a genuine quote: a connection "
                                "to this key does not end in the enclave."),
            .what_to_do = N_("Do not connect and send nothing. Fetch the certificate from the "
                             "enclave itself and compare."),
            .source = "RA-TLS: Knauth et al., Integrating Remote Attestation with Transport Layer "
                      "Security, section 3; SEC 1, section 2.3.3",
        },
    [CHECK_ROOT] =
        {
            .id = "root",
            .title = N_("Trust anchor"),
            .needs = CHECK_BIT(CHECK_FORMAT),
            .proves = N_("The chain ends in the very root certificate that is trusted here, "
                         "compared byte by byte, not in one that merely bears its name."),
            .failure_means = N_("The quote brings a root of its own: everything below it can be "
                                "forged, however consistent it looks."),
            .what_to_do = N_("Trust nothing of it. If the quote comes from a simulated or private "
                             "platform, name its root with --root."),
            .source = "Intel SGX PCK Certificate and CRL Profile, section 2.1",
        },
    [CHECK_PCK_CHAIN] =
        {
            .id = "pck-chain",
            .title = N_("Platform certificate chain"),
            .needs = CHECK_BIT(CHECK_ROOT),
            .proves = N_("Intel certified the key of this very processor: PCK certificate, PCK CA "
                         "and root are signed one by the next, valid at this time and used as "
                         "they may be."),
            .failure_means = N_("The platform's certificate was not issued by Intel, was altered, "
                                "or is outside its dates."),
            .what_to_do = N_("If only the dates are wrong, check the time that is judged at. Else "
                             "ask the operator to provision the platform again."),
            .source = "Intel SGX PCK Certificate and CRL Profile, section 3; RFC 5280, section 6.1",
        },
    [CHECK_CRL] =
        {
            .id = "crl",
            .title = N_("Revocation lists"),
            .needs = CHECK_BIT(CHECK_PCK_CHAIN),
            .proves = N_("Intel's lists, signed and current, do not name any certificate that "
                         "this verdict rests on."),
            .failure_means = N_("A certificate was withdrawn, or the lists are missing, outdated "
                                "or not Intel's, so that a withdrawal could be hidden."),
            .what_to_do = N_("Fetch collateral again (--pccs). If a certificate is revoked, do not "
                             "use this platform."),
            .source = "Intel SGX PCK Certificate and CRL Profile, section 4; RFC 5280, section 5",
        },
    [CHECK_TCB_INFO] =
        {
            .id = "tcb-info",
            .title = N_("TCB info"),
            .needs = CHECK_BIT(CHECK_FORMAT),
            .proves = N_("The list of security levels is Intel's, unaltered and current."),
            .failure_means = N_("The levels could be invented, altered or outdated: nothing says "
                                "how safe the platform is."),
            .what_to_do = N_("Fetch collateral again (--pccs), or judge at the time that it was "
                             "made for (--at)."),
            .source = "Intel PCS API v4, Get TCB Info; DCAP QVL, section TCB Info verification",
        },
    [CHECK_QE_IDENTITY] =
        {
            .id = "qe-identity",
            .title = N_("Identity of the quoting enclave"),
            .needs = CHECK_BIT(CHECK_FORMAT),
            .proves = N_("The description of Intel's quoting enclave is Intel's, unaltered and "
                         "current."),
            .failure_means = N_("Nothing reliable says which quoting enclave may sign quotes."),
            .what_to_do = N_("Fetch collateral again (--pccs), or judge at the time that it was "
                             "made for (--at)."),
            .source = "Intel PCS API v4, Get Quoting Enclave Identity",
        },
    [CHECK_PLATFORM] =
        {
            .id = "platform",
            .title = N_("TCB info of this platform"),
            .needs = CHECK_BIT(CHECK_PCK_CHAIN) | CHECK_BIT(CHECK_TCB_INFO),
            .proves = N_("The TCB info speaks of this family of processors (FMSPC) and this "
                         "provisioning enclave (PCEID)."),
            .failure_means = N_("The collateral belongs to another platform: its levels say "
                                "nothing about this one."),
            .what_to_do = N_("Fetch the TCB info for the FMSPC that the detail names."),
            .source = "Intel SGX PCK Certificate and CRL Profile, section 3.4; PCS API v4",
        },
    [CHECK_QE_REPORT] =
        {
            .id = "qe-report",
            .title = N_("Report of the quoting enclave"),
            .needs = CHECK_BIT(CHECK_PCK_CHAIN),
            .proves = N_("The platform's certified key vouches for the quoting enclave, and the "
                         "quoting enclave for the attestation key."),
            .failure_means = N_("The attestation key was not made by a quoting enclave on this "
                                "platform: the quote is forged or damaged."),
            .what_to_do = N_("Trust nothing of it. Fetch the evidence again."),
            .source = "Intel SGX ECDSA QuoteLibReference, section 3.5",
        },
    [CHECK_QE] =
        {
            .id = "qe",
            .title = N_("Quoting enclave"),
            .needs = CHECK_BIT(CHECK_QE_REPORT) | CHECK_BIT(CHECK_QE_IDENTITY),
            .proves = N_("The enclave that signed is Intel's own quoting enclave, not in debug "
                         "mode, of a version that Intel knows."),
            .failure_means = N_("Another enclave than Intel's signed, or one that can be "
                                "tampered with."),
            .what_to_do = N_("Trust nothing of it. Ask the operator to update the platform "
                             "software (DCAP)."),
            .source = "Intel PCS API v4, Get Quoting Enclave Identity",
        },
    [CHECK_QUOTE] =
        {
            .id = "quote",
            .title = N_("Signature of the quote"),
            .needs = CHECK_BIT(CHECK_QE_REPORT),
            .proves = N_("Not one byte of the enclave's report was changed since the quoting "
                         "enclave signed it."),
            .failure_means = N_("The measurement or the data in the quote was altered."),
            .what_to_do = N_("Trust nothing of it. Fetch the evidence again."),
            .source = "Intel SGX ECDSA QuoteLibReference, appendix A.4",
        },
    [CHECK_TCB_LEVEL] =
        {
            .id = "tcb-level",
            .title = N_("Security level of the platform"),
            .needs = CHECK_BIT(CHECK_PLATFORM) | CHECK_BIT(CHECK_QE) | CHECK_BIT(CHECK_QUOTE),
            .proves = N_("The platform's microcode, firmware and TDX module stand on a level that "
                         "Intel has judged; its status is a value that the policy decides on."),
            .failure_means = N_("The platform is older than every level that Intel lists, or its "
                                "TDX module is not Intel's."),
            .what_to_do = N_("Ask the operator to update BIOS, microcode and TDX module."),
            .source = "Intel PCS API v4, Get TCB Info, steps of TCB status evaluation",
        },
    [CHECK_DEBUG] =
        {
            .id = "debug",
            .title = N_("Not in debug mode"),
            .needs = NEEDS_QUOTE,
            .proves = N_("The operator cannot look into the enclave's memory or change it."),
            .failure_means = N_("A debugger may read every secret in it: it protects nothing."),
            .what_to_do = N_("Have it built and started for production. For tests alone the "
                             "policy has allow_debug."),
            .source = "Intel SDM, volume 3D, ATTRIBUTES; Intel TDX Module Base Architecture, "
                      "TD attributes",
        },
    [CHECK_MRENCLAVE] =
        {
            .id = "mrenclave",
            .title = N_("MRENCLAVE"),
            .needs = NEEDS_QUOTE,
            .proves = N_("The code and the initial data in the enclave are exactly the ones that "
                         "are expected."),
            .failure_means = N_("Other code runs there than the one that was reviewed."),
            .what_to_do = N_("Compute the measurement of your package again and compare. If it "
                             "differs, send no secrets."),
            .source = "Intel SDM, volume 3D, MRENCLAVE",
        },
    [CHECK_MRSIGNER] =
        {
            .id = "mrsigner",
            .title = N_("MRSIGNER"),
            .needs = NEEDS_QUOTE,
            .proves = N_("The enclave was signed with the expected key."),
            .failure_means = N_("Somebody else signed this enclave."),
            .what_to_do = N_("Check that the signing key that you name is the operator's. If it "
                             "is, do not trust the enclave."),
            .source = "Intel SDM, volume 3D, MRSIGNER",
        },
    [CHECK_ISV_SVN] =
        {
            .id = "isv-svn",
            .title = N_("Security version of the enclave"),
            .needs = NEEDS_QUOTE,
            .proves = N_("The enclave is at least as new as demanded."),
            .failure_means = N_("An older enclave, perhaps with known holes, was started."),
            .what_to_do = N_("Have the newer version deployed."),
            .source = "Intel SDM, volume 3D, ISVSVN",
        },
    [CHECK_ISV_PROD_ID] =
        {
            .id = "isv-prod-id",
            .title = N_("Product of the enclave"),
            .needs = NEEDS_QUOTE,
            .proves = N_("The enclave is the expected product of its signer."),
            .failure_means = N_("The same signer made it, and it is another product."),
            .what_to_do = N_("Check which application was deployed."),
            .source = "Intel SDM, volume 3D, ISVPRODID",
        },
    [CHECK_REPORT_DATA] =
        {
            .id = "report-data",
            .title = N_("Report data"),
            .needs = NEEDS_QUOTE,
            .proves = N_("The enclave itself put the expected bytes into its report."),
            .failure_means = N_("The quote was made for another purpose, key or challenge: "
                                "perhaps an old one is played again."),
            .what_to_do = N_("Ask for a new quote over your own challenge."),
            .source = "Intel SGX ECDSA QuoteLibReference, appendix A.4, REPORTDATA",
        },
    [CHECK_MRTD] =
        {
            .id = "mrtd",
            .title = N_("MRTD"),
            .needs = NEEDS_QUOTE,
            .proves = N_("The TD started from exactly the expected image."),
            .failure_means = N_("Another image was started than the one that was reviewed."),
            .what_to_do = N_("Compute the measurement of your image again and compare."),
            .source = "Intel TDX Module Base Architecture, TD measurement",
        },
    [CHECK_RTMR] =
        {
            .id = "rtmr",
            .title = N_("Run-time measurements"),
            .needs = NEEDS_QUOTE,
            .proves = N_("What was loaded after the start (firmware settings, kernel, "
                         "application) is what is expected."),
            .failure_means = N_("Something else was loaded."),
            .what_to_do = N_("Compare with the event log of the TD."),
            .source = "Intel TDX Module Base Architecture, RTMR",
        },
    [CHECK_POLICY] =
        {
            .id = "policy",
            .title = N_("Policy"),
            .needs = NEEDS_ALL_OF_THE_PLATFORM,
            .proves = N_("Status, dates and warnings are within what you accept."),
            .failure_means = N_("Everything is genuine, and it is not good enough for your "
                                "policy."),
            .what_to_do = N_("Have the platform updated, or, knowing what it means, accept this "
                             "status in the policy."),
            .source = "mse-console-config(5), [policy]",
        },
};

int check_by_name(const char *id)
{
    for (int i = 0; i < N_CHECKS; i++)
        if (strcmp(check_table[i].id, id) == 0)
            return i;
    return -1;
}

const char *check_result_name(CheckResult result)
{
    static const char *const names[N_CHECK_RESULTS] = {
        [CHECK_RESULT_OK] = "ok",
        [CHECK_RESULT_WARNING] = "warning",
        [CHECK_RESULT_FAILED] = "failed",
        [CHECK_RESULT_SKIPPED] = "skipped",
        [CHECK_RESULT_NOT_REACHED] = "not reached",
    };
    return (unsigned)result < N_CHECK_RESULTS ? names[result] : NULL;
}
