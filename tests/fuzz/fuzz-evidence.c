/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Evidence files and exports: whatever the bytes, they are judged, and never trusted: no seed rests
 * on Intel's root. What is said of them is harmless.
 */
#include "config.h"

#include "app/verification_private.h"

enum { AT = 1685577600 };

static void check_text(const char *text)
{
    g_assert_nonnull(text);
    g_assert_true(g_utf8_validate(text, -1, NULL));
    g_assert_null(strpbrk(text, "\n\r\033\177"));
}

static void judge(const Subject *subject)
{
    static Attest *attest;
    if (attest == NULL)
        attest = attest_new(span_of(NULL, 0), NULL);
    AttestSubject attested = {.quote = span_of_bytes(subject->quote),
                              .certificate = span_of_bytes(subject->certificate)};
    g_autoptr(Verdict) verdict =
        attest_verify(attest, &attested, subject->collateral, NULL, NULL, NULL, AT);
    g_assert_cmpint(verdict->kind, ==, VERDICT_REJECTED);
    for (unsigned i = 0; i < N_CHECKS; i++)
        if (verdict->checks[i].detail != NULL)
            check_text(verdict->checks[i].detail);
}

static void read_as(InputKind kind, GBytes *content)
{
    Subject subject = {0};
    subject_read(&subject, kind, content, "fuzz");
    g_assert_true((subject.problem == NULL) ==
                  (subject.quote != NULL || subject.certificate != NULL));
    if (subject.problem != NULL)
        check_text(subject.problem->message);
    else
        judge(&subject);
    if (subject.collateral != NULL && subject.collateral->problem != NULL)
        check_text(subject.collateral->problem);
    subject_clear(&subject);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    g_autoptr(GBytes) content = g_bytes_new(data, size);
    g_assert_nonnull(input_kind_name(verification_recognise(span_of(data, size))));
    read_as(INPUT_EVIDENCE, content);
    read_as(INPUT_EXPORT, content);
    return 0;
}
