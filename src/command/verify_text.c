/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "command/verify_text.h"

#include "core/hex.h"
#include "core/i18n.h"
#include "core/sanitize.h"
#include "format/date.h"

#include <string.h>

/* A mark never stands alone: a word is beside it. */
typedef struct Mark {
    const char *utf8, *ascii;
} Mark;

static const Mark verdict_marks[] = {
    [VERDICT_TRUSTED] = {"✔", "+"},
    [VERDICT_TRUSTED_WITH_WARNINGS] = {"!", "!"},
    [VERDICT_EXPIRED] = {"✖", "x"},
    [VERDICT_REJECTED] = {"✖", "x"},
};

static const Mark result_marks[] = {
    [CHECK_RESULT_OK] = {"✔", "+"},          [CHECK_RESULT_WARNING] = {"!", "!"},
    [CHECK_RESULT_FAILED] = {"✖", "x"},      [CHECK_RESULT_SKIPPED] = {"–", "-"},
    [CHECK_RESULT_NOT_REACHED] = {"·", "."},
};

static const char *const verdict_words[] = {
    [VERDICT_TRUSTED] = N_("TRUSTED"),
    [VERDICT_TRUSTED_WITH_WARNINGS] = N_("TRUSTED, with warnings"),
    [VERDICT_EXPIRED] = N_("EXPIRED"),
    [VERDICT_REJECTED] = N_("REJECTED"),
};

static const char *mark(Mark which)
{
    return g_get_charset(NULL) ? which.utf8 : which.ascii;
}

static void say_blank(Job *job)
{
    job_text(job, "%s", "");
}

static bool is_judged_well(CheckResult result)
{
    return result == CHECK_RESULT_OK || result == CHECK_RESULT_SKIPPED;
}

/* ---- the report on one ---- */

static void say_verdict(Job *job, const Verdict *verdict, const char *name)
{
    job_text(job, "%s %s  %s%s", mark(verdict_marks[verdict->kind]),
             _(verdict_words[verdict->kind]), name, verdict->simulated ? "  SIMULATED" : "");
}

static void say_root(Job *job, const Verdict *verdict)
{
    g_autofree char *time = date_format(verdict->time);
    g_autofree char *root = sanitize_string(verdict->root_name);
    if (verdict->root_is_intel)
        job_text(job, _("  Judged as of %s, trusting %s (pinned in the program)."), time, root);
    else
        job_text(job,
                 _("  Judged as of %s, trusting “%s”.\n"
                   "  SIMULATED: this root is not Intel's, so no Intel processor is proven by it."),
                 time, root);
}

static void say_interval(Job *job, const Verdict *verdict)
{
    if (!verdict->valid_from_name || !verdict->valid_until_name)
        return;
    g_autofree char *from = date_format(verdict->valid_from);
    g_autofree char *until = date_format(verdict->valid_until);
    g_autofree char *opens = sanitize_string(verdict->valid_from_name);
    g_autofree char *closes = sanitize_string(verdict->valid_until_name);
    if (!verdict->has_interval)
        job_text(job,
                 _("  Its documents exclude each other: the %s begins %s, after the %s has ended "
                   "%s. No time suits (--at does not help); collateral fetched at one time is "
                   "needed (--pccs)."),
                 opens, from, closes, until);
    else if (verdict->kind == VERDICT_REJECTED)
        job_text(job, _("  Its documents are valid from %s (%s) to %s (%s)."), from, opens, until,
                 closes);
    else if (verdict->kind == VERDICT_EXPIRED)
        job_text(job, _("  It all held from %s (%s) to %s (%s), and no longer."), from, opens,
                 until, closes);
    else
        job_text(job, _("  All of it is valid from %s (%s) to %s (%s)."), from, opens, until,
                 closes);
}

static void say_tcb(Job *job, const Verdict *verdict)
{
    const char *status = tcb_status_name(verdict->tcb_status);
    if (!status)
        return;
    const char *meaning = tcb_status_meaning(verdict->tcb_status);
    job_text(job, _("  TCB of the platform: %s. %s"), status, meaning ? _(meaning) : "");
    if (verdict->advisories->len == 0)
        return;
    g_autoptr(GString) all = g_string_new(NULL);
    for (guint i = 0; i < verdict->advisories->len; i++) {
        g_autofree char *safe = sanitize_string(g_ptr_array_index(verdict->advisories, i));
        g_string_append_printf(all, "%s%s", i ? ", " : "", safe);
    }
    job_text(job, _("  Advisories: %s"), all->str);
}

static void say_hex(Job *job, const char *name, const uint8_t *bytes, size_t size)
{
    g_autofree char *hex = hex_encode(span_of(bytes, size));
    job_text(job, "  %-10s %s", name, hex);
}

static void say_identity(Job *job, const Verdict *verdict)
{
    if (!verdict->has_quote)
        return;
    const Quote *quote = &verdict->quote;
    say_blank(job);
    if (quote->tee == TEE_SGX) {
        const SgxReportBody *body = &quote->body.sgx;
        say_hex(job, "MRENCLAVE", body->mr_enclave, sizeof body->mr_enclave);
        say_hex(job, "MRSIGNER", body->mr_signer, sizeof body->mr_signer);
        job_text(job, "  %-10s %u", "ISVPRODID", body->isv_prod_id);
        job_text(job, "  %-10s %u", "ISVSVN", body->isv_svn);
    } else {
        say_hex(job, "MRTD", quote->body.td.mr_td, sizeof quote->body.td.mr_td);
        for (unsigned i = 0; i < G_N_ELEMENTS(quote->body.td.rt_mr); i++) {
            g_autofree char *name = g_strdup_printf("RTMR%u", i);
            say_hex(job, name, quote->body.td.rt_mr[i], sizeof quote->body.td.rt_mr[i]);
        }
    }
}

/* One check that is not ok: which, why, what it means, what to do. */
static void say_check(Job *job, CheckId id, const CheckOutcome *outcome)
{
    const CheckRow *row = &check_table[id];
    say_blank(job);
    job_text(job, "  %s %s: %s", mark(result_marks[outcome->result]), row->id, _(row->title));
    if (outcome->detail)
        job_text(job, "      %s", outcome->detail);
    if (outcome->result == CHECK_RESULT_FAILED) {
        job_text(job, _("      What it means: %s"), _(row->failure_means));
        job_text(job, _("      What to do: %s"), _(row->what_to_do));
    } else {
        job_text(job, _("      What the check is for: %s"), _(row->proves));
    }
}

static void say_checks_of(Job *job, const Verdict *verdict, CheckResult result, const char *title)
{
    g_autoptr(GString) names = g_string_new(NULL);
    for (int i = 0; i < N_CHECKS; i++) {
        if (verdict->checks[i].result == result)
            g_string_append_printf(names, "%s%s", names->len ? ", " : "", check_table[i].id);
    }
    if (names->len > 0)
        job_text(job, "  %s %s %s", mark(result_marks[result]), title, names->str);
}

static void say_checks(Job *job, const Verdict *verdict)
{
    for (int i = 0; i < N_CHECKS; i++) {
        const CheckOutcome *outcome = &verdict->checks[i];
        if (!is_judged_well(outcome->result) && outcome->result != CHECK_RESULT_NOT_REACHED)
            say_check(job, (CheckId)i, outcome);
    }
    say_blank(job);
    say_checks_of(job, verdict, CHECK_RESULT_OK, _("ok:"));
    say_checks_of(job, verdict, CHECK_RESULT_NOT_REACHED,
                  _("not reached, because something before them failed:"));
    say_checks_of(job, verdict, CHECK_RESULT_SKIPPED, _("not asked for:"));
}

void verify_text_report(Job *job, const VerificationResult *result, bool strict)
{
    const Verdict *verdict = result->verdict;
    if (!verdict)
        return;
    g_autofree char *name = sanitize_string(result->input);
    say_verdict(job, verdict, name);
    say_root(job, verdict);
    say_interval(job, verdict);
    say_tcb(job, verdict);
    if (strict && verdict->kind == VERDICT_TRUSTED_WITH_WARNINGS)
        job_text(job, "%s", _("  --strict: the warnings count as rejected."));
    say_identity(job, verdict);
    say_checks(job, verdict);
}

/* ---- several ---- */

/* The first check that explains the verdict, as "check: detail". Free with g_free. */
static char *reason(const Verdict *verdict)
{
    int first = verdict_first_failure(verdict);
    for (int i = 0; first < 0 && i < N_CHECKS; i++) {
        if (verdict->checks[i].result == CHECK_RESULT_WARNING)
            first = i;
    }
    if (first < 0)
        return g_strdup("");
    const char *detail = verdict->checks[first].detail;
    return g_strdup_printf("  %s: %s", check_table[first].id,
                           detail ? detail : _(check_table[first].title));
}

void verify_text_line(Job *job, const VerificationResult *result)
{
    g_autofree char *name = sanitize_string(result->input);
    const Verdict *verdict = result->verdict;
    if (!verdict) {
        job_text(job, "? %s  %s", _("UNREADABLE"), name);
        return;
    }
    g_autofree char *why = verdict->kind == VERDICT_TRUSTED ? g_strdup("") : reason(verdict);
    job_text(job, "%s %s  %s%s%s", mark(verdict_marks[verdict->kind]),
             _(verdict_words[verdict->kind]), name, verdict->simulated ? "  SIMULATED" : "", why);
}

void verify_count(VerifyCounts *counts, const VerificationResult *result)
{
    if (!result->verdict) {
        counts->unreadable++;
        return;
    }
    counts->verdicts[result->verdict->kind]++;
    counts->simulated += result->verdict->simulated;
}

unsigned verify_counted(const VerifyCounts *counts)
{
    unsigned n = counts->unreadable;
    for (int i = 0; i < N_VERDICTS; i++)
        n += counts->verdicts[i];
    return n;
}

static void add_count(GString *text, unsigned n, const char *format)
{
    if (n == 0)
        return;
    g_string_append(text, text->len ? ", " : "");
    g_string_append_printf(text, "%u %s", n, format);
}

void verify_text_summary(Job *job, const VerifyCounts *counts)
{
    unsigned n = verify_counted(counts);
    g_autoptr(GString) text = g_string_new(NULL);
    add_count(text, counts->verdicts[VERDICT_TRUSTED], _("trusted"));
    add_count(text, counts->verdicts[VERDICT_TRUSTED_WITH_WARNINGS], _("trusted with warnings"));
    add_count(text, counts->verdicts[VERDICT_EXPIRED], _("expired"));
    add_count(text, counts->verdicts[VERDICT_REJECTED], _("rejected"));
    add_count(text, counts->unreadable, _("unreadable"));
    say_blank(job);
    job_text(job, P_("%u input: %s", "%u inputs: %s", n), n, text->str);
    if (counts->simulated > 0)
        job_text(job, _("%u of them SIMULATED: they rest on a root that is not Intel's"),
                 counts->simulated);
}

/* ---- one check ---- */

void verify_text_explain(Job *job, CheckId check)
{
    const CheckRow *row = &check_table[check];
    job_text(job, "%s: %s", row->id, _(row->title));
    job_text(job, _("  What it proves: %s"), _(row->proves));
    job_text(job, _("  What a failure means: %s"), _(row->failure_means));
    job_text(job, _("  What to do then: %s"), _(row->what_to_do));
    g_autoptr(GString) needs = g_string_new(NULL);
    for (int i = 0; i < N_CHECKS; i++) {
        if (row->needs & CHECK_BIT(i))
            g_string_append_printf(needs, "%s%s", needs->len ? ", " : "", check_table[i].id);
    }
    if (needs->len > 0)
        job_text(job, _("  It runs when these are ok: %s"), needs->str);
    job_text(job, _("  Source: %s"), row->source);
}

json_t *verify_json_explain(CheckId check)
{
    const CheckRow *row = &check_table[check];
    json_t *needs = json_array();
    for (int i = 0; i < N_CHECKS; i++) {
        if (row->needs & CHECK_BIT(i))
            json_array_append_new(needs, json_string(check_table[i].id));
    }
    return json_pack("{s:s, s:s, s:o, s:s, s:s, s:s, s:s}", "id", row->id, "title", row->title,
                     "needs", needs, "proves", row->proves, "failure_means", row->failure_means,
                     "what_to_do", row->what_to_do, "source", row->source);
}
