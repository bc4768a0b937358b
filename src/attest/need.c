/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What collateral a quote needs. Nothing here is verified: it only says what to ask for.
 */
#include "config.h"

#include "attest/certificate.h"
#include "attest/pck_extension.h"
#include "attest/verify.h"
#include "core/hex.h"
#include "core/i18n.h"
#include "core/sanitize.h"
#include "format/pem.h"

enum {
    CERTIFICATION_CHAIN = 5,
    MAX_BLOCKS = 8,
};

static bool refuse(GError **error, const char *sentence)
{
    g_set_error_literal(error, QUOTE_ERROR, QUOTE_ERROR_VALUE, sentence);
    return false;
}

static bool certificate_of(const GPtrArray *blocks, unsigned index, Certificate *out)
{
    const PemBlock *block = g_ptr_array_index(blocks, index);
    gsize size;
    const void *der = g_bytes_get_data(block->der, &size);
    return certificate_parse(span_of(der, size), out, NULL);
}

/* A URL goes out to the network: printable ASCII or nothing. */
static char *url_text(Span url)
{
    if (url.size == 0 || url.size > 2048)
        return NULL;
    for (size_t i = 0; i < url.size; i++)
        if (url.data[i] <= ' ' || url.data[i] > '~')
            return NULL;
    return g_strndup((const char *)url.data, url.size);
}

static bool need_of_chain(Span pem, CollateralNeed *out, GError **error)
{
    static const char processor[] = "Intel SGX PCK Processor CA";
    g_autoptr(GPtrArray) blocks = pem_decode(pem, PEM_NOTHING_BETWEEN, MAX_BLOCKS, NULL);
    Certificate leaf, root;
    PckExtension pck;
    if (!blocks || blocks->len == 0 || !certificate_of(blocks, 0, &leaf))
        return refuse(error, _("the quote's certificate chain cannot be read"));
    if (!certificate_has(&leaf, EXTENSION_SGX) || !pck_extension_parse(leaf.sgx, &pck))
        return refuse(error, _("the quote's first certificate does not say which platform it is "
                               "of (SGX extension)"));
    g_autofree char *fmspc = hex_encode(span_of(pck.fmspc, FMSPC_SIZE));
    g_strlcpy(out->fmspc, fmspc, sizeof out->fmspc);
    out->processor_ca = span_equal(leaf.issuer_cn, span_of(processor, strlen(processor)));
    if (certificate_of(blocks, blocks->len - 1, &root))
        out->root_crl_url = url_text(root.crl_url);
    return true;
}

static bool need_of_quote(Span bytes, CollateralNeed *out, GError **error)
{
    Quote quote;
    if (!quote_parse(bytes, &quote, error))
        return false;
    if (quote.certification_type != CERTIFICATION_CHAIN)
        return refuse(error, _("the quote brings no certificate chain (certification data of type "
                               "5)"));
    out->tee = quote.tee;
    return need_of_chain(quote.certification_data, out, error);
}

bool attest_collateral_need(const AttestSubject *subject, CollateralNeed *out, GError **error)
{
    g_autoptr(GBytes) inner = NULL;
    Span quote = subject->quote;
    *out = (CollateralNeed){0};
    if (subject->certificate.size > 0) {
        gsize size;
        inner = attest_certificate_quote(subject->certificate);
        if (!inner)
            return refuse(error, _("the certificate holds no quote"));
        const void *data = g_bytes_get_data(inner, &size);
        quote = span_of(data, size);
    }
    return need_of_quote(quote, out, error);
}

void collateral_need_clear(CollateralNeed *need)
{
    g_clear_pointer(&need->root_crl_url, g_free);
}
