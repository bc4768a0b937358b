/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "attest/verify.h"

#include "attest/conclusion.h"
#include "attest/judgement.h"
#include "core/i18n.h"
#include "core/limits.h"
#include "core/sanitize.h"

struct Attest {
    Anchor anchor;
    Cache *cache;
    Policy *default_policy;
};

const char *verdict_kind_name(VerdictKind kind)
{
    static const char *const names[N_VERDICTS] = {
        [VERDICT_TRUSTED] = "trusted",
        [VERDICT_TRUSTED_WITH_WARNINGS] = "trusted_with_warnings",
        [VERDICT_EXPIRED] = "expired",
        [VERDICT_REJECTED] = "rejected",
    };
    return (unsigned)kind < N_VERDICTS ? names[kind] : NULL;
}

void verdict_free(Verdict *verdict)
{
    if (!verdict)
        return;
    for (unsigned i = 0; i < N_CHECKS; i++)
        g_free(verdict->checks[i].detail);
    g_clear_pointer(&verdict->advisories, g_ptr_array_unref);
    g_clear_pointer(&verdict->chain, g_ptr_array_unref);
    g_clear_pointer(&verdict->quote_bytes, g_bytes_unref);
    g_clear_pointer(&verdict->certificate, g_bytes_unref);
    g_free(verdict->valid_from_name);
    g_free(verdict->valid_until_name);
    g_free(verdict->root_name);
    g_free(verdict);
}

int verdict_first_failure(const Verdict *verdict)
{
    for (int i = 0; i < N_CHECKS; i++)
        if (verdict->checks[i].result == CHECK_RESULT_FAILED)
            return i;
    return -1;
}

Attest *attest_new(Span root, GError **error)
{
    Attest *attest = g_new0(Attest, 1);
    if (!anchor_init(&attest->anchor, root, error)) {
        g_free(attest);
        return NULL;
    }
    attest->cache = cache_new();
    attest->default_policy = policy_new();
    return attest;
}

void attest_free(Attest *attest)
{
    if (!attest)
        return;
    cache_free(attest->cache);
    policy_free(attest->default_policy);
    anchor_clear(&attest->anchor);
    g_free(attest);
}

static Span bytes_span(GBytes *bytes)
{
    gsize size;
    const void *data = g_bytes_get_data(bytes, &size);
    return span_of(data, size);
}

/* The certificate, read, and the quote in it. NULL with an error. */
static GBytes *quote_of_certificate(Span text, GBytes **der, Certificate *certificate,
                                    GError **error)
{
    *der = single_certificate(text, error);
    if (!*der || !certificate_parse(bytes_span(*der), certificate, error))
        return NULL;
    if (!certificate->quote.data) {
        g_set_error_literal(error, CERTIFICATE_ERROR, CERTIFICATE_ERROR_FORM,
                            _("the certificate holds no quote (extension "
                              "1.2.840.113741.1337.6 or .8): it is no RA-TLS certificate"));
        return NULL;
    }
    const uint8_t *start = g_bytes_get_data(*der, NULL);
    return g_bytes_new_from_bytes(*der, (size_t)(certificate->quote.data - start),
                                  certificate->quote.size);
}

static bool too_large(Span bytes, LimitId limit, GError **error)
{
    if (bytes.size <= limit_bytes(limit))
        return false;
    g_set_error(error, QUOTE_ERROR, QUOTE_ERROR_VALUE, _("it has %zu bytes; at most %zu are read"),
                bytes.size, limit_bytes(limit));
    return true;
}

static bool read_quote(Judgement *judgement, const AttestSubject *subject, GError **error)
{
    judgement->from_certificate = subject->certificate.size > 0;
    if (!judgement->from_certificate) {
        if (too_large(subject->quote, LIMIT_QUOTE, error))
            return false;
        judgement->quote_bytes = g_bytes_new(subject->quote.data, subject->quote.size);
    } else {
        if (too_large(subject->certificate, LIMIT_CERTIFICATE, error))
            return false;
        judgement->quote_bytes = quote_of_certificate(
            subject->certificate, &judgement->certificate_der, &judgement->certificate, error);
        if (!judgement->quote_bytes)
            return false;
    }
    return quote_parse(bytes_span(judgement->quote_bytes), &judgement->quote, error);
}

static void gather(Judgement *judgement, const AttestSubject *subject)
{
    g_autoptr(GError) error = NULL;
    if (read_quote(judgement, subject, &error))
        return;
    g_autofree char *safe = sanitize_string(error->message);
    judgement->form_problem =
        g_strdup_printf(judgement->from_certificate ? _("This is no certificate with a quote: %s.")
                                                    : _("This is no quote that can be read: %s."),
                        safe);
}

static void judgement_clear(Judgement *judgement)
{
    for (unsigned i = 0; i < N_FACTS; i++)
        cache_value_unref(judgement->facts[i]);
    g_clear_pointer(&judgement->certificate_der, g_bytes_unref);
    g_clear_pointer(&judgement->quote_bytes, g_bytes_unref);
    g_free(judgement->form_problem);
}

Verdict *attest_verify(Attest *attest, const AttestSubject *subject, const Collateral *collateral,
                       const char *why_no_collateral, const Policy *policy,
                       const Expectations *expectations, int64_t at)
{
    Verdict *verdict = g_new0(Verdict, 1);
    Judgement judgement = {
        .cache = attest->cache,
        .anchor = &attest->anchor,
        .collateral = collateral,
        .why_no_collateral = why_no_collateral,
        .policy = policy ? policy : attest->default_policy,
        .expectations = expectations,
        .at = at,
    };
    gather(&judgement, subject);
    judgement_run(&judgement, verdict->checks);
    conclude(&judgement, verdict);
    judgement_clear(&judgement);
    return verdict;
}

GBytes *attest_certificate_quote(Span certificate)
{
    g_autoptr(GBytes) der = NULL;
    Certificate parsed;
    return quote_of_certificate(certificate, &der, &parsed, NULL);
}
