/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A simulated platform: what Intel, the machine's owner and its quoting enclave hold. A value made
 * from a recipe and keys; platform_files.h puts it into a directory and takes it out again.
 */
#ifndef MSE_SIM_PLATFORM_H
#define MSE_SIM_PLATFORM_H

#include "sim/certificate.h"
#include "sim/info.h"
#include "sim/sgx_extension.h"

/* The trust anchor says what it is. All other names are Intel's. */
#define SIMULATED_ROOT_NAME "SIMULATED SGX Root CA (mse-console)"

typedef enum {
    CERTIFICATE_ROOT,
    CERTIFICATE_PLATFORM_CA,
    CERTIFICATE_PROCESSOR_CA,
    CERTIFICATE_PCK,
    CERTIFICATE_TCB_SIGNING,
    N_CERTIFICATES
} CertificateId;

/* The first ones are the certificates' own. */
typedef enum {
    KEY_ATTESTATION = N_CERTIFICATES, /* the quoting enclave's */
    KEY_ENCLAVE_SIGNER,               /* RSA: signs the applications */
    N_STORED_KEYS,
    KEY_STRANGER = N_STORED_KEYS, /* of nobody: what a forger would use. Never stored */
    N_KEYS
} KeyId;

typedef enum { CRL_ROOT, CRL_PLATFORM, CRL_PROCESSOR, N_CRLS } CrlId;

/* What was asked for. */
typedef struct PlatformSpec {
    SimTee tee; /* whose collateral collateral.json holds */
    const SimStatus *tcb_status, *qe_status;
    bool debug;        /* its enclaves are debug enclaves unless a quote says otherwise */
    bool expired;      /* lists and infos ended before `at` */
    bool revoked;      /* the PCK certificate is */
    bool processor_ca; /* issued the PCK certificate; else the Platform CA */
    uint8_t fmspc[6];
    int64_t at;    /* made at: Unix seconds */
    unsigned days; /* how long lists and infos are valid */
} PlatformSpec;

void platform_spec_init(PlatformSpec *spec, int64_t at);
/* Whether a platform can be made at that time: its certificates last decades around it. */
bool platform_time_valid(int64_t at, GError **error);

typedef struct PlatformRecipe {
    PlatformSpec spec;
    CertificateRecipe certificates[N_CERTIFICATES];
    CrlRecipe crls[N_CRLS];
    SgxExtension sgx;
    bool without_sgx_extension;
    TcbInfoRecipe tcb_info[N_SIM_TEES];
    QeIdentityRecipe qe_identity[N_SIM_TEES];
    CertificateId info_chain; /* the certificate that heads the infos' chains */
    CrlId pck_crl;            /* the list that collateral brings */
    unsigned qe_isv_svn;
    uint8_t qe_mr_signer[N_SIM_TEES][32];
} PlatformRecipe;

typedef struct Platform {
    PlatformRecipe recipe; /* what the documents were made from: borrows the keys */
    EVP_PKEY *keys[N_KEYS];
    GBytes *certificates[N_CERTIFICATES]; /* DER */
    GBytes *crls[N_CRLS];                 /* DER */
    SignedInfo tcb_info[N_SIM_TEES];
    SignedInfo qe_identity[N_SIM_TEES];
} Platform;

void platform_free(Platform *platform);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Platform, platform_free)

/* New keys, all documents. */
Platform *platform_new(const PlatformSpec *spec);
/* The same keys and root certificate, another specification; documents are made. */
Platform *platform_variant(const Platform *platform, const PlatformSpec *spec);

/* Another root and other keys under the same names: what a forger would make of it. */
Platform *platform_forgery(const Platform *platform);

/* Sets recipe from spec and keys as a sound platform's. */
void platform_recipe(Platform *platform, const PlatformSpec *spec);
/* Makes every document anew from the recipe; the root certificate only when there is none. */
void platform_make_documents(Platform *platform);

/* PEM of certificates, one after the other. Free with g_free. */
char *platform_chain_pem(const Platform *platform, const CertificateId *ids, unsigned n);
CertificateId platform_pck_issuer(const Platform *platform);
/* Signer first: of the PCK CRL, and of the infos. Free with g_free. */
char *platform_pck_crl_chain(const Platform *platform);
char *platform_info_chain(const Platform *platform);
char *platform_crl_pem(const Platform *platform, CrlId id);
char *platform_crl_hex(const Platform *platform, CrlId id);

/* The collateral file for quotes of `tee` (JSON, a line feed at the end). Free with g_free. */
char *platform_collateral(const Platform *platform, SimTee tee);

/* First instant and last of the signed documents. */
int64_t platform_valid_from(const PlatformSpec *spec);
int64_t platform_valid_until(const PlatformSpec *spec);

#endif
