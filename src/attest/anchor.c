/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "attest/anchor.h"

#include "attest/facts.h"
#include "attest/verify.h"
#include "core/i18n.h"
#include "core/sanitize.h"
#include "format/pem.h"

GQuark attest_error_quark(void)
{
    return g_quark_from_static_string("mse-attest-error");
}

enum {
    MAX_PEM_BLOCKS = 16,
};

static bool looks_like_der(Span text)
{
    return text.size > 1 && text.data[0] == 0x30 && text.data[1] >= 0x80;
}

GBytes *single_certificate(Span text, GError **error)
{
    size_t where = 0;
    if (looks_like_der(text))
        return g_bytes_new(text.data, text.size);
    g_autoptr(GPtrArray) blocks = pem_decode(text, PEM_TEXT_BETWEEN, MAX_PEM_BLOCKS, &where);
    if (!blocks) {
        g_set_error(error, CERTIFICATE_ERROR, CERTIFICATE_ERROR_FORM,
                    _("neither a PEM nor a DER certificate (offset %zu)"), where);
        return NULL;
    }
    const PemBlock *found = NULL;
    unsigned n = 0;
    for (unsigned i = 0; i < blocks->len; i++) {
        const PemBlock *block = g_ptr_array_index(blocks, i);
        if (strcmp(block->label, "CERTIFICATE") == 0 && n++ == 0)
            found = block;
    }
    if (n == 1)
        return g_bytes_ref(found->der);
    /* Of several, one would be judged and the others trusted along with it. */
    g_set_error(error, CERTIFICATE_ERROR, CERTIFICATE_ERROR_FORM,
                _("%u certificates in it; exactly one is expected"), n);
    return NULL;
}

bool anchor_init(Anchor *anchor, Span root, GError **error)
{
    g_autoptr(GError) problem = NULL;
    memset(anchor, 0, sizeof *anchor);
    anchor->der = root.size == 0 ? g_bytes_new_static(intel_root_der, INTEL_ROOT_SIZE)
                                 : single_certificate(root, &problem);
    if (anchor->der) {
        gsize size;
        const void *data = g_bytes_get_data(anchor->der, &size);
        if (certificate_parse(span_of(data, size), &anchor->certificate, &problem) &&
            anchor->certificate.key_kind == KEY_P256)
            anchor->key = signature_key(KEY_P256, anchor->certificate.point);
    }
    if (!anchor->key) {
        g_set_error(error, ATTEST_ERROR, ATTEST_ERROR_ROOT,
                    _("the root certificate cannot be used: %s. Name one certificate with a P-256 "
                      "key, in PEM or DER"),
                    problem ? problem->message : _("it has no P-256 key"));
        anchor_clear(anchor);
        return false;
    }
    sha256(anchor->certificate.der, anchor->sha256);
    anchor->is_intel = anchor->certificate.der.size == INTEL_ROOT_SIZE &&
                       memcmp(anchor->certificate.der.data, intel_root_der, INTEL_ROOT_SIZE) == 0;
    anchor->name = sanitize(anchor->certificate.subject_cn, SANITIZE_LINE);
    anchor->problem = anchor_problem(&anchor->certificate);
    return true;
}

void anchor_clear(Anchor *anchor)
{
    g_clear_pointer(&anchor->der, g_bytes_unref);
    g_clear_pointer(&anchor->key, EVP_PKEY_free);
    g_clear_pointer(&anchor->name, g_free);
    g_clear_pointer(&anchor->problem, g_free);
}
