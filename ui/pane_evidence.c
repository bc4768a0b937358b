/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Evidence: one input's verdict, what it is, each check, the chain. Verdict first, meaning first,
 * hex second.
 */
#include "config.h"

#include "core/hex.h"
#include "core/i18n.h"
#include "core/sanitize.h"
#include "format/date.h"
#include "ui/console.h"
#include "ui/measurement.h"
#include "ui/pane_reading.h"
#include "ui/text.h"

typedef struct EvidencePane {
    ReadingPane reading;
    unsigned number;
    /* what the document was made from */
    unsigned made_number;
    uint64_t made_input_version, made_version;
    unsigned chain; /* the line of its heading; 0: there is none */
} EvidencePane;

enum { LABEL_WIDTH = 14 };

/* What lines stand for. Each leads to a check: the rest of dividing by N_CHECKS. */
enum { TAG_CHECK = 0, TAG_LINK = N_CHECKS, TAG_MEASUREMENT = 2 * N_CHECKS };

static void evidence_free(Pane *pane)
{
    EvidencePane *self = (EvidencePane *)pane;

    reading_clear(&self->reading);
    g_free(self);
}

static char *title(const Pane *pane, const Model *model)
{
    const EvidencePane *self = (const EvidencePane *)pane;
    const Input *input = model_input(model, self->number);

    if (input == NULL)
        return g_strdup(_("Evidence"));
    return g_strdup_printf(_("Evidence ── %s"), model_short_name(model, input));
}

/* "12 Dec 2023 14:05" */
static char *moment(int64_t seconds)
{
    g_autoptr(GDateTime) time = g_date_time_new_from_unix_utc(seconds);

    return time == NULL ? g_strdup("–") : g_date_time_format(time, "%Y-%m-%d %H:%M");
}

static char *day(int64_t seconds)
{
    g_autoptr(GDateTime) time = g_date_time_new_from_unix_utc(seconds);

    return time == NULL ? g_strdup("–") : g_date_time_format(time, "%Y-%m-%d");
}

static unsigned count_results(const Verdict *verdict, CheckResult result)
{
    unsigned n = 0;

    for (unsigned i = 0; i < N_CHECKS; i++)
        n += verdict->checks[i].result == result;
    return n;
}

/* "binding failed", "crl and 2 more failed" */
static void add_failed(Document *document, const Input *input)
{
    const Verdict *verdict = input->result == NULL ? NULL : input->result->verdict;
    unsigned n = verdict == NULL ? 1 : count_results(verdict, CHECK_RESULT_FAILED);

    if (input->failed < 0)
        return;
    if (n < 2)
        document_printf(document, ROLE_STRONG, _("  %s failed"), check_table[input->failed].id);
    else
        document_printf(document, ROLE_STRONG,
                        P_("  %s and %u more failed", "  %s and %u more failed", n - 1),
                        check_table[input->failed].id, n - 1);
}

/* An application's list says "unknown" of what was not judged, whatever the reason: so it is here,
 * with the reason below; most often there is no evidence to be read. */
static const char *headline_of(const Input *input, bool application)
{
    return application && input->outcome == OUTCOME_UNREADABLE
               ? _("UNKNOWN")
               : _(outcome_table[input->outcome].headline);
}

static void add_headline(Document *document, const Input *input, bool application, int width)
{
    const OutcomeRow *row = &outcome_table[input->outcome];
    const Verdict *verdict = input->result == NULL ? NULL : input->result->verdict;
    unsigned warnings = verdict == NULL ? 0 : count_results(verdict, CHECK_RESULT_WARNING);

    document_line(document, DOCUMENT_PLAIN);
    document_printf(document, row->role, "%s %s", row->mark, headline_of(input, application));
    if (input->outcome == OUTCOME_WARNINGS && warnings > 0)
        document_printf(document, ROLE_STRONG,
                        P_("  with %u warning", "  with %u warnings", warnings), warnings);
    if (input->outcome != OUTCOME_REJECTED || input->failed < 0)
        return;
    add_failed(document, input);
    document_line(document, DOCUMENT_PLAIN);
    document_wrap(document, 2, width, ROLE_REJECTED, _(check_table[input->failed].failure_means));
}

static char *interval_text(const Verdict *verdict)
{
    g_autofree char *from = day(verdict->valid_from);
    g_autofree char *until = day(verdict->valid_until);
    const char *bound = verdict->valid_until_name ? verdict->valid_until_name : "–";

    if (!verdict->has_interval)
        return verdict->valid_from_name == NULL
                   ? NULL
                   : g_strdup_printf(_("NO time suits its documents: the %s begins %s, after the "
                                       "%s has ended %s"),
                                     verdict->valid_from_name, from, bound, until);
    if (verdict->kind == VERDICT_REJECTED)
        return g_strdup_printf(_("its documents are valid from %s to %s (%s)"), from, until, bound);
    if (verdict->valid_until < verdict->time)
        return g_strdup_printf(_("was valid from %s to %s (%s)"), from, until, bound);
    return g_strdup_printf(_("valid from %s to %s (%s)"), from, until, bound);
}

static void add_interval(Document *document, const Verdict *verdict, int width)
{
    g_autofree char *at = moment(verdict->time);
    g_autofree char *judged = g_strdup_printf(_("judged as of %s"), at);
    g_autofree char *interval = interval_text(verdict);
    g_autofree char *text =
        interval == NULL ? g_strdup(judged) : g_strdup_printf(_("%s; %s"), interval, judged);

    document_line(document, DOCUMENT_PLAIN);
    document_wrap(document, 2, width, ROLE_TEXT, text);
}

static void add_root(Document *document, const Verdict *verdict, int width)
{
    g_autofree char *text = NULL;

    if (!verdict->simulated && verdict->root_is_intel)
        return;
    text = g_strdup_printf(verdict->simulated ? _("SIMULATED: rests on “%s”, not on Intel's root")
                                              : _("rests on “%s”, not on Intel's root"),
                           verdict->root_name ? verdict->root_name : "–");
    document_line(document, DOCUMENT_PLAIN);
    document_wrap(document, 2, width, ROLE_WARNING, text);
}

/* ---- the enclave ---- */

static void add_field(Document *document, const char *label, Role role, const char *text)
{
    document_line(document, DOCUMENT_PLAIN);
    document_add_at(document, 2, ROLE_DIM, label);
    document_add_at(document, 2 + LABEL_WIDTH, role, text);
}

/* The meaning first, then both ends of the hex: Enter shows the whole, y copies it. */
static void add_measurement(Document *document, const Verdict *verdict, MeasurementId id, int width)
{
    static const char *const meanings[N_CHECK_RESULTS] = {
        [CHECK_RESULT_OK] = N_("as expected"),
        [CHECK_RESULT_WARNING] = N_("as expected"),
        [CHECK_RESULT_FAILED] = N_("NOT the expected one"),
    };
    CheckId check = measurement_check(id);
    CheckResult result = verdict->checks[check].result;
    const char *meaning = meanings[result] == NULL ? NULL : _(meanings[result]);
    int left = width - 2 - LABEL_WIDTH - (meaning ? (int)text_width(meaning) + 2 : 0);
    g_autofree char *hex = NULL, *shown = NULL;
    Span bytes;

    if (!measurement_bytes(verdict, id, &bytes))
        return;
    hex = hex_encode(bytes);
    shown = text_cut_middle(hex, (unsigned)MAX(left, 9));
    document_line(document, TAG_MEASUREMENT + (int)id * N_CHECKS + (int)check);
    document_add_at(document, 2, ROLE_DIM, measurement_label(id));
    if (meaning != NULL) {
        document_add_at(document, 2 + LABEL_WIDTH, check_role(result), meaning);
        document_add(document, ROLE_TEXT, "  ");
        document_add(document, ROLE_TEXT, shown);
        return;
    }
    document_add_at(document, 2 + LABEL_WIDTH, ROLE_TEXT, shown);
}

static void add_tcb(Document *document, const Verdict *verdict, int width)
{
    g_autofree char *advisories = NULL;
    TcbStatus status = verdict->tcb_status;

    if (status == TCB_UNKNOWN)
        return;
    add_field(document, _("TCB"), status == TCB_UP_TO_DATE ? ROLE_TRUSTED : ROLE_WARNING,
              tcb_status_name(status));
    if (verdict->advisories == NULL || verdict->advisories->len == 0)
        return;
    g_ptr_array_add(verdict->advisories, NULL);
    advisories = g_strjoinv(", ", (char **)verdict->advisories->pdata);
    g_ptr_array_set_size(verdict->advisories, (gint)verdict->advisories->len - 1);
    document_line(document, DOCUMENT_PLAIN);
    document_wrap(document, 2 + LABEL_WIDTH, width, ROLE_DIM, advisories);
}

static void add_product(Document *document, const SgxReportBody *body)
{
    g_autofree char *product =
        g_strdup_printf(_("%u, security version %u"), body->isv_prod_id, body->isv_svn);

    if (body->flags & SGX_FLAG_DEBUG)
        add_field(document, _("mode"), ROLE_REJECTED, _("DEBUG: its memory can be read"));
    add_field(document, _("product"), ROLE_TEXT, product);
}

static void add_enclave(Document *document, const Verdict *verdict, const Input *input, int width)
{
    if (!verdict->has_quote)
        return;
    document_heading(document, verdict->quote.tee == TEE_SGX ? _("ENCLAVE") : _("TRUST DOMAIN"));
    if (input->kind_text != NULL)
        add_field(document, _("kind"), ROLE_TEXT, input->kind_text);
    if (verdict->quote.tee == TEE_SGX)
        add_product(document, &verdict->quote.body.sgx);
    for (unsigned i = 0; i < N_MEASUREMENTS; i++)
        add_measurement(document, verdict, (MeasurementId)i, width);
    add_tcb(document, verdict, width);
}

/* ---- the checks ---- */

static const char *check_text(CheckId id, const CheckOutcome *outcome)
{
    if (outcome->detail != NULL)
        return outcome->detail;
    if (outcome->result == CHECK_RESULT_NOT_REACHED)
        return _("not reached");
    return _(check_table[id].title);
}

/* What did not go well is said whole; the rest in a line. */
static void add_check(Document *document, CheckId id, const CheckOutcome *outcome, int width)
{
    bool failed = outcome->result == CHECK_RESULT_FAILED;
    bool reached = outcome->result != CHECK_RESULT_NOT_REACHED;
    const char *text = check_text(id, outcome);
    g_autofree char *cut = text_cut_clause(text, (unsigned)MAX(width - 2 - LABEL_WIDTH, 9));

    document_line(document, TAG_CHECK + (int)id);
    document_printf(document, check_role(outcome->result), " %s ", check_mark(outcome->result));
    document_add_at(document, 3, reached ? ROLE_TEXT : ROLE_DIM, check_table[id].id);
    if (failed || outcome->result == CHECK_RESULT_WARNING)
        document_wrap(document, 2 + LABEL_WIDTH, width - 1, failed ? ROLE_REJECTED : ROLE_WARNING,
                      text);
    else
        document_add_at(document, 2 + LABEL_WIDTH, ROLE_DIM, cut);
}

/* Not asked for is one line together: what was judged stands out. */
static void add_skipped(Document *document, const Verdict *verdict, int width)
{
    GString *names = g_string_new(NULL);

    for (unsigned i = 0; i < N_CHECKS; i++)
        if (verdict->checks[i].result == CHECK_RESULT_SKIPPED)
            g_string_append_printf(names, "%s%s", names->len > 0 ? ", " : "", check_table[i].id);
    if (names->len > 0) {
        document_line(document, DOCUMENT_PLAIN);
        document_add_at(document, 1, ROLE_DIM, check_mark(CHECK_RESULT_SKIPPED));
        g_string_prepend(names, _("not asked for: "));
        document_wrap(document, 3, width, ROLE_DIM, names->str);
    }
    g_string_free(names, TRUE);
}

static void add_checks(Document *document, const Verdict *verdict, int width)
{
    document_heading(document, _("CHECKS"));
    document_add_right(document, ROLE_DIM, _("Enter explains"));
    for (unsigned i = 0; i < N_CHECKS; i++)
        if (verdict->checks[i].result != CHECK_RESULT_SKIPPED)
            add_check(document, (CheckId)i, &verdict->checks[i], width);
    add_skipped(document, verdict, width);
}

/* ---- the chain ---- */

/* Documents beside the chain: not a step of it. */
static bool is_beside(const TrustLink *link)
{
    return link->check == CHECK_CRL || link->check == CHECK_TCB_INFO ||
           link->check == CHECK_QE_IDENTITY;
}

static void add_link(Document *document, const Verdict *verdict, const TrustLink *link,
                     unsigned depth)
{
    CheckResult result = verdict->checks[link->check].result;
    bool dated = link->not_before != 0 || link->not_after != 0;

    document_line(document, TAG_LINK + (int)link->check);
    document_printf(document, check_role(result), " %s ", check_mark(result));
    document_add_at(document, 3 + (int)depth * 2, ROLE_BORDER, depth > 0 ? "└ " : "");
    document_add(document, ROLE_DIM, link->role);
    document_add(document, ROLE_TEXT, "  ");
    document_add_at(document, is_beside(link) ? 2 + LABEL_WIDTH : 0, ROLE_TEXT,
                    link->name != NULL ? link->name : "–");
    if (dated) {
        g_autofree char *until = day(link->not_after);
        g_autofree char *text = g_strdup_printf(_("until %s"), until);
        document_add_right(document, link->not_after < verdict->time ? ROLE_EXPIRED : ROLE_DIM,
                           text);
    }
}

static void add_chain(EvidencePane *self, Document *document, const Verdict *verdict)
{
    unsigned depth = 0;

    if (verdict->chain == NULL || verdict->chain->len == 0)
        return;
    document_heading(document, _("CHAIN OF TRUST"));
    self->chain = document->lines->len - 1;
    for (unsigned i = 0; i < verdict->chain->len; i++)
        if (!is_beside(verdict->chain->pdata[i]))
            add_link(document, verdict, verdict->chain->pdata[i], depth++);
    for (unsigned i = 0; i < verdict->chain->len; i++)
        if (is_beside(verdict->chain->pdata[i]))
            add_link(document, verdict, verdict->chain->pdata[i], 0);
}

static void add_hash(Document *document, const char *label, const char *hex, int width)
{
    document_line(document, DOCUMENT_PLAIN);
    document_add_at(document, 2, ROLE_DIM, label);
    document_wrap(document, 2 + LABEL_WIDTH, width, ROLE_DIM, hex);
}

static void add_source(Document *document, const Input *input, int width)
{
    const VerificationResult *result = input->result;
    g_autofree char *root = NULL;

    document_heading(document, _("INPUT"));
    document_line(document, DOCUMENT_PLAIN);
    document_add_at(document, 2, ROLE_DIM, _("from"));
    document_wrap(document, 2 + LABEL_WIDTH, width, ROLE_TEXT, input->name);
    if (result->sha256 != NULL)
        add_hash(document, "SHA-256", result->sha256, width);
    if (result->verdict != NULL && result->verdict->root_name != NULL) {
        root = hex_encode(span_of(result->verdict->root_sha256, 32));
        add_field(document, _("root"), ROLE_TEXT, result->verdict->root_name);
        add_hash(document, "", root, width);
    }
    if (result->journal_error != NULL)
        add_field(document, _("journal"), ROLE_WARNING, result->journal_error->message);
}

static void add_why_unreadable(Document *document, const VerificationResult *result, int width)
{
    document_line(document, DOCUMENT_PLAIN);
    document_line(document, DOCUMENT_PLAIN);
    document_wrap(document, 2, width, ROLE_TEXT,
                  result->error != NULL
                      ? result->error->message
                      : _("This is collateral: it serves to judge the other inputs and is itself "
                          "judged with each of them."));
}

static char *age_text(int64_t written, int64_t now)
{
    g_autofree char *age = apps_age(MAX(now - written, 0));
    g_autofree char *time = moment(written);

    return g_strdup_printf(_("%s (%s old)"), time, age);
}

/* Of an application: where its evidence came from, and how old it is. */
static void add_origin(Document *document, const AppRow *row, int64_t now, int width)
{
    document_heading(document, _("EVIDENCE"));
    document_line(document, DOCUMENT_PLAIN);
    document_add_at(document, 2, ROLE_DIM, _("from"));
    document_wrap(document, 2 + LABEL_WIDTH, width, ROLE_TEXT, row->origin);
    if (row->written > 0) {
        g_autofree char *age = age_text(row->written, now);
        add_field(document, _("written"), ROLE_TEXT, age);
    }
}

static void add_alarm(Document *document, const AppRow *row, int width)
{
    g_autofree char *time = moment(row->alarm->time), *text = alarm_text(row->alarm);
    g_autofree char *line = g_strdup_printf(_("ALARM of %s: %s"), time, text);

    document_line(document, DOCUMENT_PLAIN);
    document_wrap(document, 2, width, ROLE_ALARM, line);
    document_line(document, DOCUMENT_PLAIN);
    document_wrap(document, 2, width, ROLE_DIM, _("It stays until you say that you have seen it."));
}

static void add_other_certificate(Document *document, int width)
{
    document_line(document, DOCUMENT_PLAIN);
    document_wrap(document, 2, width, ROLE_ALARM,
                  _("It shows ANOTHER certificate than this evidence has: send it nothing."));
}

static void add_app_warnings(Document *document, const AppRow *row, int width)
{
    if (row != NULL && row->alarm != NULL)
        add_alarm(document, row, width);
    if (row != NULL && row->other_certificate)
        add_other_certificate(document, width);
}

/* Of an application: why there is nothing to judge. */
static void add_problem(Document *document, const char *problem, int width)
{
    document_line(document, DOCUMENT_PLAIN);
    document_line(document, DOCUMENT_PLAIN);
    document_wrap(document, 2, width, ROLE_TEXT, problem);
}

static void add_waiting(Document *document, const char *problem, int width)
{
    const OutcomeRow *row = &outcome_table[OUTCOME_WAITING];

    document_line(document, DOCUMENT_PLAIN);
    document_printf(document, row->role, "%s %s", row->mark, _(row->headline));
    if (problem == NULL)
        return;
    document_line(document, DOCUMENT_PLAIN);
    document_line(document, DOCUMENT_PLAIN);
    document_wrap(document, 2, width, ROLE_REJECTED, problem);
}

static Document *make_document(EvidencePane *self, const Model *model, const Input *input,
                               int width)
{
    const AppRow *row =
        self->number >= APP_NUMBER_FIRST ? apps_row(model->apps, self->number) : NULL;
    Document *document = document_new();
    const Verdict *verdict;

    self->chain = 0;
    if (input == NULL)
        return document;
    if (input->outcome == OUTCOME_WAITING) {
        add_waiting(document, model->problem, width);
        return document;
    }
    add_headline(document, input, row != NULL, width);
    add_app_warnings(document, row, width);
    if (input->result == NULL && input->problem != NULL)
        add_problem(document, input->problem, width);
    if (input->result == NULL) /* let go: the rest is on its way */
        return document;
    verdict = input->result->verdict;
    if (verdict == NULL) {
        add_why_unreadable(document, input->result, width);
        return document;
    }
    add_interval(document, verdict, width);
    add_root(document, verdict, width);
    add_checks(document, verdict, width);
    add_enclave(document, verdict, input, width);
    add_chain(self, document, verdict);
    if (row != NULL && row->origin != NULL)
        add_origin(document, row, model->now, width);
    add_source(document, input, width);
    return document;
}

static void fit(Pane *pane, const Model *model, int width, int height)
{
    EvidencePane *self = (EvidencePane *)pane;
    const Input *input = model_input(model, self->number);
    bool waits = input == NULL || input->outcome == OUTCOME_WAITING;
    uint64_t version = input == NULL ? 0 : input->version;
    bool other = self->reading.document == NULL || self->made_number != self->number;
    Document *made = NULL;

    if (other || self->made_input_version != version || reading_must_make(&self->reading, width) ||
        (waits && self->made_version != model->version))
        made = make_document(self, model, input, width);
    if (other)
        self->reading.view.top = self->reading.view.at = 0;
    self->made_input_version = version;
    self->made_number = self->number;
    self->made_version = model->version;
    reading_fit(&self->reading, made, width, height);
}

static Redo explain(EvidencePane *self, Console *console)
{
    int tag = document_view_tag(&self->reading.view, self->reading.document);

    if (tag == DOCUMENT_PLAIN)
        return REDO_NOTHING;
    console_push(console, explain_pane_new(self->number, (CheckId)(tag % N_CHECKS)));
    return REDO_DRAW;
}

static void copy_measurement(const Verdict *verdict, MeasurementId id, Console *console)
{
    g_autofree char *hex = NULL;
    Span bytes;

    if (!measurement_bytes(verdict, id, &bytes))
        return;
    hex = hex_encode(bytes);
    console_copy(console, measurement_label(id), hex);
}

/* Whole, whatever the pane had room for. */
static Redo copy(EvidencePane *self, Console *console)
{
    const Input *input = model_input(console_model(console), self->number);
    const Verdict *verdict = input == NULL || input->result == NULL ? NULL : input->result->verdict;
    int tag = document_view_tag(&self->reading.view, self->reading.document);

    if (verdict == NULL || tag == DOCUMENT_PLAIN)
        return REDO_NOTHING;
    if (tag >= TAG_MEASUREMENT)
        copy_measurement(verdict, (MeasurementId)((tag - TAG_MEASUREMENT) / N_CHECKS), console);
    else if (tag < TAG_LINK)
        console_copy(console, check_table[tag].id, check_text((CheckId)tag, &verdict->checks[tag]));
    else
        return reading_command(&self->reading.pane, console, COMMAND_COPY);
    return REDO_DRAW;
}

/* The chain at the top of the pane, and its first link chosen; from there back to the verdict. */
static Redo go_to_chain(EvidencePane *self, Console *console)
{
    DocumentView *view = &self->reading.view;
    bool there = view->at > self->chain;

    if (self->chain == 0) {
        console_say(console, ROLE_DIM, "%s", _("there is no chain of trust to show"));
        return REDO_DRAW;
    }
    document_view_end(view, self->reading.document, false);
    if (there)
        return REDO_DRAW;
    view->top = self->chain;
    view->at = self->chain + 1;
    return REDO_DRAW;
}

static Redo command(Pane *pane, Console *console, CommandId id)
{
    EvidencePane *self = (EvidencePane *)pane;

    if (self->reading.document == NULL)
        return REDO_NOTHING;
    if (id == COMMAND_OPEN)
        return explain(self, console);
    if (id == COMMAND_COPY)
        return copy(self, console);
    if (id == COMMAND_CHAIN)
        return go_to_chain(self, console);
    return reading_command(pane, console, id);
}

static void show(Pane *pane, unsigned number)
{
    ((EvidencePane *)pane)->number = number;
}

static const PaneClass evidence_class = {
    .kind = PANE_EVIDENCE,
    .free = evidence_free,
    .title = title,
    .fit = fit,
    READING_OPERATIONS_WITH(command),
    .show = show,
};

Pane *evidence_pane_new(void)
{
    EvidencePane *self = g_new0(EvidencePane, 1);

    reading_init(&self->reading, &evidence_class);
    return &self->reading.pane;
}
