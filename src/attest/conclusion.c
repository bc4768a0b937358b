/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "attest/conclusion.h"

#include "core/i18n.h"
#include "core/sanitize.h"
#include "format/date.h"

#include <stdlib.h>

static bool held(const CheckOutcome *outcome)
{
    return outcome->result != CHECK_RESULT_FAILED && outcome->result != CHECK_RESULT_NOT_REACHED;
}

static VerdictKind kind_of(const CheckOutcome outcomes[N_CHECKS])
{
    VerdictKind kind = VERDICT_TRUSTED;
    for (unsigned i = 0; i < N_CHECKS; i++) {
        if (!held(&outcomes[i]))
            return VERDICT_REJECTED;
        if (outcomes[i].result == CHECK_RESULT_WARNING)
            kind = VERDICT_TRUSTED_WITH_WARNINGS;
    }
    return kind;
}

static int compare_names(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static void add_advisories(GPtrArray *list, Span array)
{
    JsonPullIterator iterator;
    JsonPullValue element;
    Span name;
    const JsonPullValue value = {JSON_PULL_ARRAY, array};
    if (array.size == 0 || !json_pull_open(&value, &iterator))
        return;
    while (json_pull_element(&iterator, &element))
        if (json_pull_plain_string(&element, &name))
            g_ptr_array_add(list, sanitize(name, SANITIZE_LINE));
}

static GPtrArray *united_advisories(const TcbEvaluation *evaluation)
{
    GPtrArray *list = g_ptr_array_new_with_free_func(g_free);
    for (unsigned i = 0; i < G_N_ELEMENTS(evaluation->advisories); i++)
        add_advisories(list, evaluation->advisories[i]);
    if (list->len > 1)
        qsort(list->pdata, list->len, sizeof *list->pdata, compare_names);
    for (unsigned i = list->len; i > 1; i--)
        if (strcmp(list->pdata[i - 1], list->pdata[i - 2]) == 0)
            g_ptr_array_remove_index(list, i - 1);
    return list;
}

static void conclude_status(const Judgement *judgement, Verdict *verdict)
{
    bool known = judgement->has_evaluation;
    for (unsigned i = CHECK_FORMAT; i <= CHECK_DEBUG; i++)
        known &= held(&verdict->checks[i]);
    verdict->tcb_status = known ? judgement->evaluation.status : TCB_UNKNOWN;
    verdict->advisories =
        known ? united_advisories(&judgement->evaluation) : g_ptr_array_new_with_free_func(g_free);
}

/* The two that bound the intersection. */
static bool intersect(Judgement *judgement, Dated *first, Dated *last)
{
    Dated dated[MAX_DATED];
    bool complete;
    unsigned n = judgement_dated(judgement, dated, &complete);
    if (!complete)
        return false;
    *first = *last = dated[0];
    for (unsigned i = 1; i < n; i++) {
        if (dated[i].from > first->from)
            *first = dated[i];
        if (dated[i].until < last->until)
            *last = dated[i];
    }
    return true;
}

static void append_detail(CheckOutcome *outcome, const char *sentence)
{
    g_autofree char *before = g_steal_pointer(&outcome->detail);
    outcome->detail = before ? g_strdup_printf("%s %s", before, sentence) : g_strdup(sentence);
}

/* Said where the person looks first, at the check that failed for its dates, and at the policy. */
static void say_exclusion(Verdict *verdict, const Dated *first, const Dated *last)
{
    static const CheckId dated_checks[] = {CHECK_PCK_CHAIN, CHECK_CRL, CHECK_TCB_INFO,
                                           CHECK_QE_IDENTITY};
    g_autofree char *from = date_format(first->from);
    g_autofree char *until = date_format(last->until);
    g_autofree char *sentence =
        g_strdup_printf(_("At no time is all of it valid: the %s begins %s, after the %s has ended "
                          "%s."),
                        first->name, from, last->name, until);
    append_detail(&verdict->checks[CHECK_POLICY], sentence);
    for (size_t i = 0; i < G_N_ELEMENTS(dated_checks); i++) {
        CheckOutcome *outcome = &verdict->checks[dated_checks[i]];
        if (outcome->result != CHECK_RESULT_FAILED)
            continue;
        append_detail(outcome, sentence);
        return;
    }
}

static bool held_at(Judgement *judgement, int64_t at)
{
    CheckOutcome outcomes[N_CHECKS] = {0};
    int64_t now = judgement->at;
    judgement->at = at;
    judgement_run(judgement, outcomes);
    judgement->at = now;
    for (unsigned i = 0; i < N_CHECKS; i++)
        g_free(outcomes[i].detail);
    return kind_of(outcomes) != VERDICT_REJECTED;
}

static void conclude_interval(Judgement *judgement, Verdict *verdict)
{
    Dated first, last;
    if (!held(&verdict->checks[CHECK_FORMAT]) || !intersect(judgement, &first, &last))
        return;
    verdict->has_interval = first.from <= last.until;
    verdict->valid_from = first.from;
    verdict->valid_until = last.until;
    verdict->valid_from_name = g_strdup(first.name);
    verdict->valid_until_name = g_strdup(last.name);
    if (verdict->kind != VERDICT_REJECTED)
        return;
    if (!verdict->has_interval) {
        say_exclusion(verdict, &first, &last);
        return;
    }
    if (judgement->at <= last.until || !held_at(judgement, last.until))
        return;
    g_autofree char *until = date_format(last.until);
    g_autofree char *sentence =
        g_strdup_printf(_("Everything held until %s, when the %s ended."), until, last.name);
    append_detail(&verdict->checks[CHECK_POLICY], sentence);
    verdict->kind = VERDICT_EXPIRED;
}

void conclude(Judgement *judgement, Verdict *verdict)
{
    const Anchor *anchor = judgement->anchor;
    verdict->time = judgement->at;
    verdict->kind = kind_of(verdict->checks);
    verdict->root_name = g_strdup(anchor->name);
    memcpy(verdict->root_sha256, anchor->sha256, sizeof verdict->root_sha256);
    verdict->root_is_intel = anchor->is_intel;
    verdict->simulated = !anchor->is_intel;
    verdict->has_quote = judgement->form_problem == NULL;
    verdict->quote = judgement->quote;
    conclude_status(judgement, verdict);
    conclude_interval(judgement, verdict);
    verdict->chain = trust_chain(judgement);
    verdict->quote_bytes = g_steal_pointer(&judgement->quote_bytes);
    verdict->certificate = g_steal_pointer(&judgement->certificate_der);
}
