/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "attest/collateral.h"

#include "core/hex.h"
#include "core/i18n.h"
#include "core/sanitize.h"
#include "format/json_pull.h"
#include "format/pem.h"

GQuark collateral_error_quark(void)
{
    return g_quark_from_static_string("mse-collateral-error");
}

enum {
    RAW_SIGNATURE_SIZE = 64,
    DER_SEQUENCE_TAG = 0x30,
};

Collateral *collateral_new(const char *origin)
{
    Collateral *collateral = g_atomic_rc_box_new0(Collateral);
    collateral->origin = g_strdup(origin);
    return collateral;
}

Collateral *collateral_ref(Collateral *collateral)
{
    return g_atomic_rc_box_acquire(collateral);
}

static void collateral_clear(gpointer data)
{
    Collateral *collateral = data;
    g_free(collateral->origin);
    g_free(collateral->problem);
    g_clear_pointer(&collateral->tcb_info, g_bytes_unref);
    g_clear_pointer(&collateral->tcb_info_signature, g_bytes_unref);
    g_clear_pointer(&collateral->tcb_info_chain, g_bytes_unref);
    g_clear_pointer(&collateral->qe_identity, g_bytes_unref);
    g_clear_pointer(&collateral->qe_identity_signature, g_bytes_unref);
    g_clear_pointer(&collateral->qe_identity_chain, g_bytes_unref);
    g_clear_pointer(&collateral->root_crl, g_bytes_unref);
    g_clear_pointer(&collateral->pck_crl, g_bytes_unref);
}

void collateral_unref(Collateral *collateral)
{
    if (collateral)
        g_atomic_rc_box_release_full(collateral, collateral_clear);
}

/* The members of the file form. */
typedef struct FileMember {
    const char *name;
    bool present;
    JsonPullValue value;
} FileMember;

typedef enum {
    MEMBER_PCK_CRL_CHAIN,
    MEMBER_ROOT_CRL,
    MEMBER_PCK_CRL,
    MEMBER_TCB_INFO_CHAIN,
    MEMBER_TCB_INFO,
    MEMBER_TCB_INFO_SIGNATURE,
    MEMBER_QE_IDENTITY_CHAIN,
    MEMBER_QE_IDENTITY,
    MEMBER_QE_IDENTITY_SIGNATURE,
    N_MEMBERS
} Member;

static const char *const member_names[N_MEMBERS] = {
    [MEMBER_PCK_CRL_CHAIN] = "pck_crl_issuer_chain",
    [MEMBER_ROOT_CRL] = "root_ca_crl",
    [MEMBER_PCK_CRL] = "pck_crl",
    [MEMBER_TCB_INFO_CHAIN] = "tcb_info_issuer_chain",
    [MEMBER_TCB_INFO] = "tcb_info",
    [MEMBER_TCB_INFO_SIGNATURE] = "tcb_info_signature",
    [MEMBER_QE_IDENTITY_CHAIN] = "qe_identity_issuer_chain",
    [MEMBER_QE_IDENTITY] = "qe_identity",
    [MEMBER_QE_IDENTITY_SIGNATURE] = "qe_identity_signature",
};

bool collateral_recognise(Span text)
{
    JsonPullValue object, ignored[3];
    bool info, identity, certificate;
    const JsonPullField fields[] = {
        {"tcb_info", JSON_PULL_STRING, false, &ignored[0], &info},
        {"qe_identity", JSON_PULL_STRING, false, &ignored[1], &identity},
        {"ratls_certificate", JSON_PULL_STRING, false, &ignored[2], &certificate},
    };
    return json_pull_document(text, &object, NULL) && object.type == JSON_PULL_OBJECT &&
           json_pull_members(&object, fields, G_N_ELEMENTS(fields), NULL) && info && identity &&
           !certificate;
}

/* `problem` is taken over. */
static void add_problem(Collateral *collateral, char *problem)
{
    g_autofree char *before = g_steal_pointer(&collateral->problem);
    collateral->problem = before ? g_strdup_printf("%s; %s", before, problem) : g_strdup(problem);
    g_free(problem);
}

/* The text of a member, or NULL with the problem noted. */
static char *member_text(Collateral *collateral, const FileMember *member)
{
    if (!member->present) {
        add_problem(collateral, g_strdup_printf(_("%s is missing"), member->name));
        return NULL;
    }
    char *text = json_pull_string(&member->value);
    if (!text)
        add_problem(collateral, g_strdup_printf(_("%s is no usable string"), member->name));
    return text;
}

static GBytes *member_bytes(Collateral *collateral, const FileMember *member)
{
    char *text = member_text(collateral, member);
    return text ? g_bytes_new_take(text, strlen(text)) : NULL;
}

static GBytes *member_signature(Collateral *collateral, const FileMember *member)
{
    uint8_t raw[RAW_SIGNATURE_SIZE];
    g_autofree char *text = member_text(collateral, member);
    if (!text)
        return NULL;
    if (hex_decode_exact(span_of(text, strlen(text)), raw, sizeof raw))
        return g_bytes_new(raw, sizeof raw);
    add_problem(collateral, g_strdup_printf(_("%s is not 128 hexadecimal digits"), member->name));
    return NULL;
}

static GBytes *member_crl(Collateral *collateral, const FileMember *member)
{
    g_autofree char *text = member_text(collateral, member);
    if (!text)
        return NULL;
    GBytes *der = collateral_crl_der(span_of(text, strlen(text)));
    if (!der)
        add_problem(collateral,
                    g_strdup_printf(_("%s is neither hex of DER nor PEM"), member->name));
    return der;
}

Collateral *collateral_parse(Span text, const char *origin, GError **error)
{
    JsonPullValue object;
    FileMember members[N_MEMBERS] = {0};
    JsonPullField fields[N_MEMBERS];
    size_t where = 0;
    g_autofree char *what = NULL;
    for (unsigned i = 0; i < N_MEMBERS; i++) {
        members[i].name = member_names[i];
        fields[i] = (JsonPullField){member_names[i], JSON_PULL_STRING, false, &members[i].value,
                                    &members[i].present};
    }
    g_autofree char *name = sanitize_string(origin ? origin : "");
    if (!json_pull_document(text, &object, &where)) {
        g_set_error(error, COLLATERAL_ERROR, COLLATERAL_ERROR_FORM,
                    _("the collateral %s is no valid JSON at offset %zu"), name, where);
        return NULL;
    }
    if (!json_pull_members(&object, fields, N_MEMBERS, &what)) {
        g_autofree char *safe = sanitize_string(what);
        g_set_error(error, COLLATERAL_ERROR, COLLATERAL_ERROR_FORM,
                    _("the collateral %s is malformed: %s"), name, safe);
        return NULL;
    }
    Collateral *out = collateral_new(origin);
    out->root_crl = member_crl(out, &members[MEMBER_ROOT_CRL]);
    out->pck_crl = member_crl(out, &members[MEMBER_PCK_CRL]);
    /* Not needed, as the quote brings the same CA; but a file without it is no whole file, and what
     * belongs to it is then not taken. */
    if (!members[MEMBER_PCK_CRL_CHAIN].present) {
        add_problem(out, g_strdup_printf(_("%s is missing (it may be empty)"),
                                         member_names[MEMBER_PCK_CRL_CHAIN]));
        g_clear_pointer(&out->pck_crl, g_bytes_unref);
    }
    out->tcb_info_chain = member_bytes(out, &members[MEMBER_TCB_INFO_CHAIN]);
    out->tcb_info = member_bytes(out, &members[MEMBER_TCB_INFO]);
    out->tcb_info_signature = member_signature(out, &members[MEMBER_TCB_INFO_SIGNATURE]);
    out->qe_identity_chain = member_bytes(out, &members[MEMBER_QE_IDENTITY_CHAIN]);
    out->qe_identity = member_bytes(out, &members[MEMBER_QE_IDENTITY]);
    out->qe_identity_signature = member_signature(out, &members[MEMBER_QE_IDENTITY_SIGNATURE]);
    return out;
}

bool collateral_split_signed(Span body, const char *key, GBytes **signed_bytes, GBytes **signature,
                             GError **error)
{
    JsonPullValue object, document, signature_value;
    uint8_t raw[RAW_SIGNATURE_SIZE];
    Span digits;
    size_t where = 0;
    g_autofree char *what = NULL;
    const JsonPullField fields[] = {
        {key, JSON_PULL_OBJECT, true, &document, NULL},
        {"signature", JSON_PULL_STRING, true, &signature_value, NULL},
    };
    if (!json_pull_document(body, &object, &where))
        what = g_strdup_printf(_("no valid JSON at offset %zu"), where);
    else if (json_pull_members(&object, fields, G_N_ELEMENTS(fields), &what) &&
             (!json_pull_plain_string(&signature_value, &digits) ||
              !hex_decode_exact(digits, raw, sizeof raw)))
        what = g_strdup(_("the signature is not 128 hexadecimal digits"));
    if (what) {
        g_autofree char *safe = sanitize_string(what);
        g_set_error(error, COLLATERAL_ERROR, COLLATERAL_ERROR_FORM,
                    _("the signed document \"%s\" is malformed: %s"), key, safe);
        return false;
    }
    *signed_bytes = g_bytes_new(document.range.data, document.range.size);
    *signature = g_bytes_new(raw, sizeof raw);
    return true;
}

static Span trimmed(Span text)
{
    while (text.size > 0 && g_ascii_isspace((char)text.data[0]))
        text = span_of(text.data + 1, text.size - 1);
    while (text.size > 0 && g_ascii_isspace((char)text.data[text.size - 1]))
        text.size--;
    return text;
}

static GBytes *crl_of_pem(Span text)
{
    g_autoptr(GPtrArray) blocks = pem_decode(text, PEM_NOTHING_BETWEEN, 1, NULL);
    if (!blocks || blocks->len != 1)
        return NULL;
    const PemBlock *block = g_ptr_array_index(blocks, 0);
    return strcmp(block->label, "X509 CRL") == 0 ? g_bytes_ref(block->der) : NULL;
}

GBytes *collateral_crl_der(Span text)
{
    static const char begin[] = "-----BEGIN";
    /* The tag of a SEQUENCE is the digit 0, with which the hex of a list never begins. */
    if (text.size > 0 && text.data[0] == DER_SEQUENCE_TAG)
        return g_bytes_new(text.data, text.size);
    Span inner = trimmed(text);
    if (inner.size == 0)
        return NULL;
    if (inner.size > strlen(begin) && memcmp(inner.data, begin, strlen(begin)) == 0)
        return crl_of_pem(inner);
    return hex_decode(inner);
}
