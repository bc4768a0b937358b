/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Quotes: parsing and walking agree and stay inside; without collateral nothing is ever trusted.
 */
#include "config.h"

#include "attest/verify.h"

typedef struct Seen {
    Span bytes;
    size_t next;
} Seen;

static void see(const char *field, size_t offset, Span value, const char *meaning, unsigned depth,
                void *data)
{
    Seen *seen = data;
    (void)meaning;
    g_assert_true(field != NULL && depth < 8);
    g_assert_cmpuint(offset, ==, seen->next);
    g_assert_cmpuint(value.size, <=, seen->bytes.size - offset);
    seen->next += value.size;
}

static void assert_inside(Span whole, Span part)
{
    g_assert_true(part.data >= whole.data && part.size <= whole.size);
    g_assert_true((size_t)(part.data - whole.data) <= whole.size - part.size);
}

static void check_parsed(Span bytes, const Quote *quote)
{
    const Span parts[] = {quote->signed_part,         quote->signature,
                          quote->attestation_key,     quote->qe_report_raw,
                          quote->qe_report_signature, quote->qe_auth_data,
                          quote->certification_data};
    for (size_t i = 0; i < G_N_ELEMENTS(parts); i++)
        assert_inside(bytes, parts[i]);
    g_assert_cmpuint(quote->size + quote->trailing_bytes, ==, bytes.size);
    g_assert_cmpuint(quote->qe_auth_data.size, ==, QE_AUTH_DATA_SIZE);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static Attest *attest;
    Quote quote;
    Span bytes = span_of(size > 0 ? (const void *)data : "", size);
    Seen seen = {.bytes = bytes};
    if (!attest)
        attest = attest_new(span_of(NULL, 0), NULL);
    bool parsed = quote_parse(bytes, &quote, NULL);
    g_assert_true(quote_walk(bytes, see, &seen, NULL) == parsed);
    if (parsed) {
        check_parsed(bytes, &quote);
        g_assert_cmpuint(seen.next, ==, size);
    }
    AttestSubject subject = {.quote = bytes};
    g_autoptr(Verdict) verdict = attest_verify(attest, &subject, NULL, NULL, NULL, NULL, 0);
    g_assert_cmpint(verdict->kind, ==, VERDICT_REJECTED);
    g_assert_cmpint(verdict->tcb_status, ==, TCB_UNKNOWN);
    g_assert_true(verdict->has_quote == (parsed && size <= 64 * 1024));
    return 0;
}
