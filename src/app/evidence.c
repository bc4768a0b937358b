/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "app/evidence.h"

#include "core/hex.h"
#include "core/i18n.h"
#include "core/sanitize.h"
#include "format/json_pull.h"

GQuark evidence_error_quark(void)
{
    return g_quark_from_static_string("mse-evidence-error");
}

typedef enum {
    MEMBER_INPUT_ARGS,
    MEMBER_CERTIFICATE,
    MEMBER_ROOT_CRL,
    MEMBER_PCK_CRL,
    MEMBER_TCB_INFO,
    MEMBER_QE_IDENTITY,
    MEMBER_TCB_CERTIFICATE,
    MEMBER_SIGNER_KEY,
    N_MEMBERS
} Member;

static const char *const member_names[N_MEMBERS] = {
    [MEMBER_INPUT_ARGS] = "input_args",    [MEMBER_CERTIFICATE] = "ratls_certificate",
    [MEMBER_ROOT_CRL] = "root_ca_crl",     [MEMBER_PCK_CRL] = "pck_platform_crl",
    [MEMBER_TCB_INFO] = "tcb_info",        [MEMBER_QE_IDENTITY] = "qe_identity",
    [MEMBER_TCB_CERTIFICATE] = "tcb_cert", [MEMBER_SIGNER_KEY] = "signer_pk",
};

typedef struct Members {
    JsonPullValue values[N_MEMBERS];
    bool present[N_MEMBERS]; /* null counts as absent */
} Members;

static void fail(GError **error, const char *name, const char *format, ...) G_GNUC_PRINTF(3, 4);
static void fail(GError **error, const char *name, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    g_autofree char *sentence = g_strdup_vprintf(format, arguments);
    va_end(arguments);
    g_autofree char *safe = sanitize_string(name);
    g_set_error(error, EVIDENCE_ERROR, EVIDENCE_ERROR_FORM, _("reading evidence %s: %s"), safe,
                sentence);
}

static int member_of(Span key)
{
    for (int i = 0; i < N_MEMBERS; i++)
        if (span_equal(key, span_of(member_names[i], strlen(member_names[i]))))
            return i;
    return -1;
}

/* Gathers the members by name. A member that occurs twice could be read as two different things. */
static bool gather(const JsonPullValue *document, Members *out, const char *name, GError **error)
{
    bool seen[N_MEMBERS] = {false};
    JsonPullIterator iterator;
    JsonPullValue value;
    Span key;
    if (document->type != JSON_PULL_OBJECT || !json_pull_open(document, &iterator)) {
        fail(error, name, _("expected a JSON object"));
        return false;
    }
    while (json_pull_member(&iterator, &key, &value)) {
        int member = member_of(key);
        if (member < 0)
            continue;
        if (seen[member]) {
            fail(error, name, _("%s occurs twice"), member_names[member]);
            return false;
        }
        seen[member] = true;
        out->present[member] = value.type != JSON_PULL_NULL;
        out->values[member] = value;
    }
    return true;
}

/* What the collateral lacks, gathered into its `problem`. */
static void add_problem(Collateral *collateral, Member member, const char *expected)
{
    g_autofree char *before = collateral->problem;
    g_autofree char *sentence =
        g_strdup_printf(_("%s of the evidence is not %s"), member_names[member], expected);
    collateral->problem =
        before == NULL ? g_steal_pointer(&sentence) : g_strdup_printf("%s; %s", before, sentence);
}

/* The text of a member; NULL when it is absent or no string. */
static char *member_text(const Members *members, Member member)
{
    if (!members->present[member] || members->values[member].type != JSON_PULL_STRING)
        return NULL;
    return json_pull_string(&members->values[member]);
}

static Span text_span(const char *text)
{
    return span_of(text, strlen(text));
}

static Span bytes_span(GBytes *bytes)
{
    size_t size;
    const void *data = g_bytes_get_data(bytes, &size);
    return span_of(data, size);
}

static GBytes *read_crl(const Members *members, Member member, Collateral *collateral)
{
    if (!members->present[member])
        return NULL;
    g_autofree char *text = member_text(members, member);
    GBytes *crl = text == NULL ? NULL : collateral_crl_der(text_span(text));
    if (crl == NULL)
        add_problem(collateral, member, _("a revocation list in PEM"));
    return crl;
}

static Span without_space_around(Span text)
{
    while (text.size > 0 && g_ascii_isspace((char)text.data[0]))
        text = span_of(text.data + 1, text.size - 1);
    while (text.size > 0 && g_ascii_isspace((char)text.data[text.size - 1]))
        text.size--;
    return text;
}

/* The body of a PCCS, in base64, or in base64 of a line of hex as some writers have it. */
static GBytes *decode_body(const char *text)
{
    GBytes *once = base64_decode_strict(text_span(text));
    if (once == NULL || g_bytes_get_size(once) == 0 || *bytes_span(once).data == '{')
        return once;
    GBytes *twice = hex_decode(without_space_around(bytes_span(once)));
    if (twice == NULL)
        return once;
    g_bytes_unref(once);
    return twice;
}

static void read_signed(const Members *members, Member member, const char *key,
                        Collateral *collateral, GBytes **signed_bytes, GBytes **signature)
{
    if (!members->present[member])
        return;
    g_autofree char *text = member_text(members, member);
    g_autoptr(GBytes) body = text == NULL ? NULL : decode_body(text);
    if (body == NULL) {
        add_problem(collateral, member, _("the base64 of a PCCS's answer"));
        return;
    }
    g_autoptr(GError) inner = NULL;
    if (!collateral_split_signed(bytes_span(body), key, signed_bytes, signature, &inner)) {
        g_autofree char *expected = g_strdup_printf(_("a PCCS's answer (%s)"), inner->message);
        add_problem(collateral, member, expected);
    }
}

static Collateral *read_collateral(const Members *members)
{
    Collateral *collateral = collateral_new(_("the evidence"));
    collateral->signer_only = true;
    collateral->root_crl = read_crl(members, MEMBER_ROOT_CRL, collateral);
    collateral->pck_crl = read_crl(members, MEMBER_PCK_CRL, collateral);
    read_signed(members, MEMBER_TCB_INFO, "tcbInfo", collateral, &collateral->tcb_info,
                &collateral->tcb_info_signature);
    read_signed(members, MEMBER_QE_IDENTITY, "enclaveIdentity", collateral,
                &collateral->qe_identity, &collateral->qe_identity_signature);
    if (!members->present[MEMBER_TCB_CERTIFICATE])
        return collateral;
    g_autofree char *signer = member_text(members, MEMBER_TCB_CERTIFICATE);
    if (signer == NULL) {
        add_problem(collateral, MEMBER_TCB_CERTIFICATE, _("a certificate in PEM"));
        return collateral;
    }
    collateral->tcb_info_chain = g_bytes_new(signer, strlen(signer));
    collateral->qe_identity_chain = g_bytes_ref(collateral->tcb_info_chain);
    return collateral;
}

/* A string that must be one when it is there. */
static bool read_text(const Members *members, Member member, GBytes **out, const char *name,
                      GError **error)
{
    if (!members->present[member])
        return true;
    g_autofree char *text = member_text(members, member);
    if (text == NULL) {
        fail(error, name, _("%s is not text; expected PEM"), member_names[member]);
        return false;
    }
    *out = g_bytes_new(text, strlen(text));
    return true;
}

static bool read_arguments(const Members *members, json_t **out, const char *name, GError **error)
{
    if (!members->present[MEMBER_INPUT_ARGS])
        return true;
    Span range = members->values[MEMBER_INPUT_ARGS].range;
    *out = json_loadb((const char *)range.data, range.size, JSON_REJECT_DUPLICATES, NULL);
    if (json_is_object(*out))
        return true;
    fail(error, name, _("input_args is not an object without repeated members"));
    return false;
}

void evidence_free(Evidence *evidence)
{
    if (evidence == NULL)
        return;
    g_clear_pointer(&evidence->certificate, g_bytes_unref);
    g_clear_pointer(&evidence->signer_key, g_bytes_unref);
    g_clear_pointer(&evidence->collateral, collateral_unref);
    json_decref(evidence->input_args);
    g_free(evidence);
}

bool evidence_recognise(Span text)
{
    JsonPullValue document, value;
    JsonPullIterator iterator;
    Span key;
    if (!json_pull_document(text, &document, NULL) || document.type != JSON_PULL_OBJECT ||
        !json_pull_open(&document, &iterator))
        return false;
    while (json_pull_member(&iterator, &key, &value))
        if (member_of(key) == MEMBER_CERTIFICATE)
            return true;
    return false;
}

Evidence *evidence_parse(Span text, const char *name, GError **error)
{
    JsonPullValue document;
    size_t where = 0;
    if (!json_pull_document(text, &document, &where)) {
        fail(error, name, _("it is not JSON (at byte %zu)"), where);
        return NULL;
    }
    Members members = {0};
    if (!gather(&document, &members, name, error))
        return NULL;
    if (!members.present[MEMBER_CERTIFICATE]) {
        fail(error, name, _("ratls_certificate is missing; expected a certificate in PEM"));
        return NULL;
    }
    g_autoptr(Evidence) evidence = g_new0(Evidence, 1);
    if (!read_text(&members, MEMBER_CERTIFICATE, &evidence->certificate, name, error) ||
        !read_text(&members, MEMBER_SIGNER_KEY, &evidence->signer_key, name, error) ||
        !read_arguments(&members, &evidence->input_args, name, error))
        return NULL;
    evidence->collateral = read_collateral(&members);
    return g_steal_pointer(&evidence);
}
