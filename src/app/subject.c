/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * From an input's bytes to what is judged: a quote or a certificate, with what came along.
 */
#include "config.h"

#include "app/evidence.h"
#include "app/verification_private.h"
#include "core/hex.h"
#include "core/i18n.h"
#include "core/sanitize.h"
#include "format/json_pull.h"

void subject_clear(Subject *subject)
{
    g_clear_pointer(&subject->quote, g_bytes_unref);
    g_clear_pointer(&subject->certificate, g_bytes_unref);
    g_clear_pointer(&subject->signer_key, g_bytes_unref);
    g_clear_pointer(&subject->collateral, collateral_unref);
    g_clear_error(&subject->problem);
}

static bool has_collateral(const Collateral *collateral)
{
    return collateral->problem != NULL || collateral->tcb_info != NULL ||
           collateral->qe_identity != NULL || collateral->root_crl != NULL ||
           collateral->pck_crl != NULL;
}

static void read_evidence(Subject *subject, GBytes *content, const char *name)
{
    g_autoptr(Evidence) evidence = evidence_parse(span_of_bytes(content), name, &subject->problem);
    if (evidence == NULL)
        return;
    subject->certificate = g_steal_pointer(&evidence->certificate);
    subject->signer_key = g_steal_pointer(&evidence->signer_key);
    if (has_collateral(evidence->collateral))
        subject->collateral = g_steal_pointer(&evidence->collateral);
}

static GBytes *bytes_of_text(const JsonPullValue *value)
{
    g_autofree char *text = json_pull_string(value);
    return text == NULL ? NULL : g_bytes_new(text, strlen(text));
}

static GBytes *bytes_of_base64(const JsonPullValue *value)
{
    Span text;
    return json_pull_plain_string(value, &text) ? base64_decode_strict(text) : NULL;
}

/* What verification_export writes. */
static bool read_export_members(Subject *subject, Span text, char **what)
{
    enum { MARK, CERTIFICATE, QUOTE, SIGNER_KEY, COLLATERAL, SIGNER_ONLY, N };
    JsonPullValue document, values[N];
    bool present[N] = {false};
    const JsonPullField fields[N] = {
        {EXPORT_MARK, JSON_PULL_NUMBER, true, &values[MARK], &present[MARK]},
        {"certificate", JSON_PULL_STRING, false, &values[CERTIFICATE], &present[CERTIFICATE]},
        {"quote", JSON_PULL_STRING, false, &values[QUOTE], &present[QUOTE]},
        {"signer_pk", JSON_PULL_STRING, false, &values[SIGNER_KEY], &present[SIGNER_KEY]},
        {"collateral", JSON_PULL_OBJECT, false, &values[COLLATERAL], &present[COLLATERAL]},
        {"signer_only", JSON_PULL_TRUE, false, &values[SIGNER_ONLY], &present[SIGNER_ONLY]},
    };
    size_t where = 0;
    if (!json_pull_document(text, &document, &where)) {
        *what = g_strdup_printf(_("it is not JSON (at byte %zu)"), where);
        return false;
    }
    if (!json_pull_members(&document, fields, N, what))
        return false;
    uint64_t version;
    if (!json_pull_unsigned(&values[MARK], EXPORT_VERSION, &version) || version == 0) {
        *what = g_strdup_printf(_("it has a form that this program does not know; expected %d"),
                                EXPORT_VERSION);
        return false;
    }
    if (present[CERTIFICATE])
        subject->certificate = bytes_of_text(&values[CERTIFICATE]);
    else if (present[QUOTE])
        subject->quote = bytes_of_base64(&values[QUOTE]);
    if (present[SIGNER_KEY])
        subject->signer_key = bytes_of_text(&values[SIGNER_KEY]);
    if (subject->certificate == NULL && subject->quote == NULL) {
        *what = g_strdup(_("neither \"certificate\" nor \"quote\" can be read in it"));
        return false;
    }
    if (!present[COLLATERAL])
        return true;
    subject->collateral = collateral_of_text(values[COLLATERAL].range, _("the export"));
    subject->collateral->signer_only =
        present[SIGNER_ONLY] && values[SIGNER_ONLY].type == JSON_PULL_TRUE;
    return true;
}

static void read_export(Subject *subject, GBytes *content, const char *name)
{
    g_autofree char *what = NULL;
    if (read_export_members(subject, span_of_bytes(content), &what))
        return;
    g_autofree char *safe = sanitize_string(name);
    subject->problem = g_error_new(VERIFICATION_ERROR, VERIFICATION_ERROR_FORM,
                                   _("reading the export %s: %s"), safe, what);
}

static void read_quote(Subject *subject, GBytes *content, const char *name)
{
    (void)name;
    subject->quote = g_bytes_ref(content);
}

static void read_certificate(Subject *subject, GBytes *content, const char *name)
{
    (void)name;
    subject->certificate = g_bytes_ref(content);
}

void subject_read(Subject *subject, InputKind kind, GBytes *content, const char *name)
{
    static void (*const readers[])(Subject *, GBytes *, const char *) = {
        [INPUT_EVIDENCE] = read_evidence,       [INPUT_QUOTE] = read_quote,
        [INPUT_CERTIFICATE] = read_certificate, [INPUT_HOST] = read_certificate,
        [INPUT_EXPORT] = read_export,
    };
    readers[kind](subject, content, name);
    if (subject->problem != NULL) {
        g_clear_pointer(&subject->certificate, g_bytes_unref);
        g_clear_pointer(&subject->quote, g_bytes_unref);
    }
}

Collateral *collateral_of_text(Span text, const char *origin)
{
    g_autoptr(GError) error = NULL;
    Collateral *collateral = collateral_parse(text, origin, &error);
    if (collateral != NULL)
        return collateral;
    collateral = collateral_new(origin);
    collateral->problem = g_strdup(error->message);
    return collateral;
}
