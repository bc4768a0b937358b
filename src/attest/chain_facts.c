/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "attest/facts.h"

#include "core/i18n.h"
#include "core/sanitize.h"
#include "format/pem.h"

enum {
    MAX_BLOCKS = 8, /* to say how many there are when there are too many */
};

/* What the profile demands of every certificate. */
static const struct {
    CertificateExtension extension;
    const char *name;
} demanded[] = {
    {EXTENSION_AUTHORITY_KEY_ID, "authorityKeyIdentifier"},
    {EXTENSION_SUBJECT_KEY_ID, "subjectKeyIdentifier"},
    {EXTENSION_KEY_USAGE, "keyUsage"},
    {EXTENSION_BASIC_CONSTRAINTS, "basicConstraints"},
    {EXTENSION_CRL_DISTRIBUTION, "cRLDistributionPoints"},
};

static char *extension_problem(const Certificate *certificate, const char *name)
{
    if (certificate->critical_unknown)
        return g_strdup_printf(_("the %s has a critical extension that is not known"), name);
    for (size_t i = 0; i < G_N_ELEMENTS(demanded); i++)
        if (!certificate_has(certificate, demanded[i].extension))
            return g_strdup_printf(_("the %s lacks the extension %s"), name, demanded[i].name);
    return NULL;
}

static char *issuer_problem(const Certificate *certificate, const char *name, uint64_t below)
{
    if (!certificate->ca)
        return g_strdup_printf(_("the %s is no certificate authority (CA flag)"), name);
    if (!(certificate->key_usage & KEY_USAGE_CERT_SIGN))
        return g_strdup_printf(_("the %s may not sign certificates (key usage)"), name);
    if (!(certificate->key_usage & KEY_USAGE_CRL_SIGN))
        return g_strdup_printf(_("the %s may not sign revocation lists (key usage)"), name);
    if (certificate->has_path_length && certificate->path_length < below)
        return g_strdup_printf(_("the path length of the %s is too small"), name);
    return NULL;
}

static char *end_entity_problem(const Certificate *certificate, const char *name)
{
    if (certificate->ca || certificate->key_usage & KEY_USAGE_CERT_SIGN)
        return g_strdup_printf(_("the %s claims to be a certificate authority"), name);
    if (!(certificate->key_usage & KEY_USAGE_DIGITAL_SIGNATURE))
        return g_strdup_printf(_("the %s may not sign data (key usage)"), name);
    return NULL;
}

char *anchor_problem(const Certificate *root)
{
    const char *name = _("root certificate");
    char *problem = extension_problem(root, name);
    return problem ? problem : issuer_problem(root, name, 1);
}

static char *name_problem(const Certificate *certificate, const char *name, const char *expected,
                          const char *alternative)
{
    if (certificate_cn_is(certificate, expected) ||
        (alternative && certificate_cn_is(certificate, alternative)))
        return NULL;
    g_autofree char *found = sanitize(certificate->subject_cn, SANITIZE_LINE);
    if (alternative)
        return g_strdup_printf(_("the %s is named \"%s\"; expected: \"%s\" or \"%s\""), name, found,
                               expected, alternative);
    return g_strdup_printf(_("the %s is named \"%s\"; expected: \"%s\""), name, found, expected);
}

static char *issued_problem(const Certificate *certificate, const char *name,
                            const Certificate *issuer, EVP_PKEY *issuer_key,
                            const char *issuer_name)
{
    if (!span_equal(certificate->issuer, issuer->subject))
        return g_strdup_printf(_("the %s names another issuer than the %s"), name, issuer_name);
    if (certificate->signature_algorithm != SIGNATURE_ECDSA_SHA256)
        return g_strdup_printf(_("the %s is not signed with ECDSA and SHA-256"), name);
    if (!signature_verify_der(issuer_key, SIGNATURE_ECDSA_SHA256, certificate->tbs,
                              certificate->signature))
        return g_strdup_printf(_("the signature of the %s is not by the %s"), name, issuer_name);
    return NULL;
}

static Span bytes_span(GBytes *bytes)
{
    gsize size;
    const void *data = g_bytes_get_data(bytes, &size);
    return span_of(data, size);
}

/* Exactly `n` certificates and nothing else; NULL with a sentence. Elements PemBlock*. */
static GPtrArray *exact_chain(Span pem, unsigned n, const char *expected, char **problem)
{
    size_t where = 0;
    g_autoptr(GPtrArray) blocks = pem_decode(pem, PEM_NOTHING_BETWEEN, MAX_BLOCKS, &where);
    if (!blocks) {
        *problem = g_strdup_printf(_("no well-formed PEM chain (offset %zu); expected: %s"), where,
                                   expected);
        return NULL;
    }
    for (unsigned i = 0; i < blocks->len; i++) {
        const PemBlock *block = g_ptr_array_index(blocks, i);
        if (strcmp(block->label, "CERTIFICATE") == 0)
            continue;
        *problem =
            g_strdup_printf(_("the chain holds a \"%s\"; expected: %s"), block->label, expected);
        return NULL;
    }
    if (blocks->len != n) {
        *problem = g_strdup_printf(P_("the chain holds %u certificate; expected: %s",
                                      "the chain holds %u certificates; expected: %s", blocks->len),
                                   blocks->len, expected);
        return NULL;
    }
    return g_steal_pointer(&blocks);
}

static char *leaf_problem(PckChain *chain)
{
    const Certificate *leaf = &chain->certificates[CHAIN_LEAF];
    const Certificate *ca = &chain->certificates[CHAIN_CA];
    const char *name = _("PCK certificate");
    char *problem = name_problem(leaf, name, "Intel SGX PCK Certificate", NULL);
    if (!problem)
        problem = extension_problem(leaf, name);
    if (!problem)
        problem = end_entity_problem(leaf, name);
    if (!problem)
        problem = issued_problem(leaf, name, ca, chain->ca_key, _("PCK CA certificate"));
    if (!problem && !chain->leaf_key)
        problem = g_strdup(_("the PCK certificate has no usable P-256 key"));
    return problem;
}

static char *ca_problem(PckChain *chain, const Anchor *anchor)
{
    const Certificate *ca = &chain->certificates[CHAIN_CA];
    const char *name = _("PCK CA certificate");
    char *problem =
        name_problem(ca, name, "Intel SGX PCK Processor CA", "Intel SGX PCK Platform CA");
    if (!problem)
        problem = extension_problem(ca, name);
    if (!problem)
        problem = issuer_problem(ca, name, 0);
    if (!problem)
        problem =
            issued_problem(ca, name, &anchor->certificate, anchor->key, _("root certificate"));
    if (!problem && !chain->ca_key)
        problem = g_strdup(_("the PCK CA certificate has no usable P-256 key"));
    return problem;
}

static bool read_certificates(PckChain *chain)
{
    for (unsigned i = 0; i < CHAIN_LENGTH; i++) {
        g_autoptr(GError) error = NULL;
        chain->readable[i] =
            certificate_parse(bytes_span(chain->der[i]), &chain->certificates[i], &error);
        if (chain->readable[i] || chain->problem)
            continue;
        chain->problem =
            g_strdup_printf(_("certificate %u of the chain: %s"), i + 1, error->message);
    }
    return chain->problem == NULL;
}

static EVP_PKEY *p256_key_of(const Certificate *certificate)
{
    return certificate->key_kind == KEY_P256 ? signature_key(KEY_P256, certificate->point) : NULL;
}

static void judge_chain(PckChain *chain, const Anchor *anchor)
{
    const Certificate *leaf = &chain->certificates[CHAIN_LEAF];
    chain->ca_key = p256_key_of(&chain->certificates[CHAIN_CA]);
    chain->leaf_key = p256_key_of(leaf);
    chain->problem = g_strdup(anchor->problem);
    if (!chain->problem)
        chain->problem = ca_problem(chain, anchor);
    if (!chain->problem)
        chain->problem = leaf_problem(chain);
    if (!certificate_has(leaf, EXTENSION_SGX))
        chain->pck_problem = g_strdup(_("the PCK certificate lacks the SGX extension"));
    else if (!pck_extension_parse(leaf->sgx, &chain->pck))
        chain->pck_problem = g_strdup(_("the SGX extension of the PCK certificate is malformed"));
    if (!chain->problem)
        chain->problem = g_strdup(chain->pck_problem);
}

static void build_pck_chain(CacheValue *value, const void *context)
{
    PckChain *chain = (PckChain *)value;
    const Anchor *anchor = context;
    g_autoptr(GPtrArray) blocks = exact_chain(
        value->parts[0], CHAIN_LENGTH, _("PCK certificate, PCK CA, root"), &chain->form_problem);
    if (!blocks)
        return;
    for (unsigned i = 0; i < CHAIN_LENGTH; i++) {
        const PemBlock *block = g_ptr_array_index(blocks, i);
        chain->der[i] = g_bytes_ref(block->der);
    }
    chain->root_is_anchor = g_bytes_equal(chain->der[CHAIN_ROOT], anchor->der);
    /* Below another root nothing is worth a signature's time. */
    if (read_certificates(chain) && chain->root_is_anchor)
        judge_chain(chain, anchor);
}

static void clear_pck_chain(CacheValue *value)
{
    PckChain *chain = (PckChain *)value;
    for (unsigned i = 0; i < CHAIN_LENGTH; i++)
        g_clear_pointer(&chain->der[i], g_bytes_unref);
    g_clear_pointer(&chain->leaf_key, EVP_PKEY_free);
    g_clear_pointer(&chain->ca_key, EVP_PKEY_free);
    g_free(chain->form_problem);
    g_free(chain->problem);
    g_free(chain->pck_problem);
}

PckChain *pck_chain_get(Cache *cache, const Anchor *anchor, Span certification_data)
{
    static const CacheKind kind = {sizeof(PckChain), 1, build_pck_chain, clear_pck_chain};
    return (PckChain *)cache_get(cache, &kind, &certification_data, anchor);
}

static char *signer_problem(SignerChain *signer, const Anchor *anchor)
{
    const char *name = _("TCB signing certificate");
    const Certificate *certificate = &signer->certificate;
    char *problem = g_strdup(anchor->problem);
    if (!problem)
        problem = name_problem(certificate, name, "Intel SGX TCB Signing", NULL);
    if (!problem)
        problem = extension_problem(certificate, name);
    if (!problem)
        problem = end_entity_problem(certificate, name);
    if (!problem)
        problem = issued_problem(certificate, name, &anchor->certificate, anchor->key,
                                 _("root certificate"));
    if (!problem && !signer->key)
        problem = g_strdup(_("the TCB signing certificate has no usable P-256 key"));
    return problem;
}

static void build_signer_chain(CacheValue *value, const void *context)
{
    SignerChain *signer = (SignerChain *)value;
    const Anchor *anchor = context;
    bool signer_only = value->parts[1].data[0];
    g_autoptr(GError) error = NULL;
    g_autoptr(GPtrArray) blocks = exact_chain(value->parts[0], signer_only ? 1 : 2,
                                              signer_only ? _("the TCB signing certificate alone")
                                                          : _("TCB signing certificate, root"),
                                              &signer->problem);
    if (!blocks)
        return;
    const PemBlock *first = g_ptr_array_index(blocks, 0);
    signer->der = g_bytes_ref(first->der);
    signer->readable = certificate_parse(bytes_span(signer->der), &signer->certificate, &error);
    if (!signer->readable) {
        signer->problem = g_strdup(error->message);
        return;
    }
    if (!signer_only) {
        const PemBlock *root = g_ptr_array_index(blocks, 1);
        if (!g_bytes_equal(root->der, anchor->der)) {
            signer->problem = g_strdup(_("its issuer chain does not end in the trusted root"));
            return;
        }
    }
    signer->key = p256_key_of(&signer->certificate);
    signer->problem = signer_problem(signer, anchor);
}

static void clear_signer_chain(CacheValue *value)
{
    SignerChain *signer = (SignerChain *)value;
    g_clear_pointer(&signer->der, g_bytes_unref);
    g_clear_pointer(&signer->key, EVP_PKEY_free);
    g_free(signer->problem);
}

SignerChain *signer_chain_get(Cache *cache, const Anchor *anchor, Span pem, bool signer_only)
{
    static const CacheKind kind = {sizeof(SignerChain), 2, build_signer_chain, clear_signer_chain};
    const uint8_t only = signer_only;
    const Span parts[] = {pem, span_of(&only, 1)};
    return (SignerChain *)cache_get(cache, &kind, parts, anchor);
}
