/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "app/verification_private.h"

#include "attest/signature.h"
#include "core/cause.h"
#include "core/clock.h"
#include "core/file.h"
#include "core/hex.h"
#include "core/i18n.h"
#include "core/sanitize.h"
#include "format/json_pull.h"
#include "wire/wire.h"

#include <sys/stat.h>

/* ---- what is shared by all inputs ---- */

static bool read_root(Verification *verification, Cancel *cancel, GError **error)
{
    g_autoptr(GBytes) root = NULL;
    const char *path = verification->request->root_path;
    if (path != NULL) {
        root = file_read(path, LIMIT_CERTIFICATE, cancel, error);
        if (root == NULL) {
            cause_prefix(error, CAUSE_HERE, "%s: ", _("reading the trusted root"));
            return false;
        }
        /* An empty span would mean Intel's. */
        if (g_bytes_get_size(root) == 0) {
            g_autofree char *safe = sanitize_string(path);
            g_set_error(error, ATTEST_ERROR, ATTEST_ERROR_ROOT,
                        _("reading the trusted root: %s is empty; expected a certificate in PEM or "
                          "DER"),
                        safe);
            return false;
        }
    }
    verification->attest = attest_new(span_of_bytes(root), error);
    if (verification->attest == NULL && path != NULL) {
        g_autofree char *safe = sanitize_string(path);
        cause_prefix(error, CAUSE_HERE, "%s: ", safe);
    }
    return verification->attest != NULL;
}

static bool read_given_collateral(Verification *verification, Cancel *cancel, GError **error)
{
    const char *path = verification->request->collateral_path;
    if (path == NULL || verification->request->repeats)
        return true;
    g_autoptr(GBytes) content = file_read(path, LIMIT_COLLATERAL, cancel, error);
    if (content == NULL) {
        cause_prefix(error, CAUSE_HERE, "%s: ", _("reading the collateral"));
        return false;
    }
    verification->given = collateral_of_text(span_of_bytes(content), path);
    return true;
}

static bool open_pccs(Verification *verification, GError **error)
{
    const VerificationRequest *request = verification->request;
    const char *url = request->pccs_url != NULL ? request->pccs_url : request->settings_pccs_url;
    if (url == NULL || request->repeats)
        return true;
    verification->pccs = pccs_new(url, request->pccs_ca_path, NULL, error);
    return verification->pccs != NULL;
}

Verification *verification_new(const VerificationRequest *request, Cancel *cancel, GError **error)
{
    g_autoptr(Verification) verification = g_new0(Verification, 1);
    verification->request = request;
    g_mutex_init(&verification->lock);
    verification->files = g_ptr_array_new_with_free_func((GDestroyNotify)collateral_unref);
    verification->interned =
        g_hash_table_new_full(g_bytes_hash, g_bytes_equal, (GDestroyNotify)g_bytes_unref, NULL);
    if (!read_root(verification, cancel, error) ||
        !read_given_collateral(verification, cancel, error) || !open_pccs(verification, error))
        return NULL;
    return g_steal_pointer(&verification);
}

void verification_free(Verification *verification)
{
    if (verification == NULL)
        return;
    g_clear_pointer(&verification->attest, attest_free);
    g_clear_pointer(&verification->given, collateral_unref);
    g_clear_pointer(&verification->pccs, pccs_free);
    g_ptr_array_unref(verification->files);
    g_hash_table_unref(verification->interned);
    g_mutex_clear(&verification->lock);
    g_free(verification);
}

/* ---- collateral ---- */

/* Ten thousand evidence files of one platform bring the same lists: they are kept once. */
static void intern(Verification *verification, GBytes **bytes)
{
    if (*bytes == NULL)
        return;
    GBytes *known = g_hash_table_lookup(verification->interned, *bytes);
    if (known == NULL) {
        g_hash_table_add(verification->interned, g_bytes_ref(*bytes));
        return;
    }
    g_bytes_ref(known);
    g_bytes_unref(*bytes);
    *bytes = known;
}

/* Before the collateral is shared. */
static void intern_collateral(Verification *verification, Collateral *collateral)
{
    if (collateral == NULL)
        return;
    g_mutex_lock(&verification->lock);
    intern(verification, &collateral->tcb_info);
    intern(verification, &collateral->tcb_info_signature);
    intern(verification, &collateral->tcb_info_chain);
    intern(verification, &collateral->qe_identity);
    intern(verification, &collateral->qe_identity_signature);
    intern(verification, &collateral->qe_identity_chain);
    intern(verification, &collateral->root_crl);
    intern(verification, &collateral->pck_crl);
    g_mutex_unlock(&verification->lock);
}

void verification_take_collateral(Verification *verification, Span content, const char *name)
{
    Collateral *collateral = collateral_of_text(content, name);
    g_mutex_lock(&verification->lock);
    g_ptr_array_add(verification->files, collateral);
    g_mutex_unlock(&verification->lock);
}

/* True when the TCB info is about that FMSPC, as far as it can be read. */
static bool is_about(const Collateral *collateral, const CollateralNeed *need)
{
    JsonPullValue document, fmspc, id;
    bool present[2];
    const JsonPullField fields[] = {
        {"fmspc", JSON_PULL_STRING, true, &fmspc, &present[0]},
        {"id", JSON_PULL_STRING, true, &id, &present[1]},
    };
    Span fmspc_text, id_text;
    if (collateral->tcb_info == NULL ||
        !json_pull_document(span_of_bytes(collateral->tcb_info), &document, NULL) ||
        !json_pull_members(&document, fields, G_N_ELEMENTS(fields), NULL) ||
        !json_pull_plain_string(&fmspc, &fmspc_text) || !json_pull_plain_string(&id, &id_text))
        return false;
    const char *wanted_id = need->tee == TEE_SGX ? "SGX" : "TDX";
    return fmspc_text.size == strlen(need->fmspc) &&
           g_ascii_strncasecmp((const char *)fmspc_text.data, need->fmspc, fmspc_text.size) == 0 &&
           span_equal(id_text, span_of(wanted_id, strlen(wanted_id)));
}

/* Of several collateral files, the one that is about the quote's platform; else the first. */
static Collateral *choose_file(Verification *verification, const AttestSubject *subject)
{
    CollateralNeed need = {0};
    Collateral *chosen = NULL;
    g_mutex_lock(&verification->lock);
    GPtrArray *files = verification->files;
    if (files->len > 0)
        chosen = g_ptr_array_index(files, 0);
    if (files->len > 1 && attest_collateral_need(subject, &need, NULL)) {
        for (unsigned i = 0; i < files->len; i++) {
            if (!is_about(g_ptr_array_index(files, i), &need))
                continue;
            chosen = g_ptr_array_index(files, i);
            break;
        }
        collateral_need_clear(&need);
    }
    if (chosen != NULL)
        collateral_ref(chosen);
    g_mutex_unlock(&verification->lock);
    return chosen;
}

/* Where one input's collateral comes from, and why there is none. */
typedef struct Source {
    Collateral *collateral;
    char *why_none;
    bool cached; /* some of it is from the cache: to be fetched again when it does not hold */
    int64_t at;  /* judged as of then, unless the request has a time; 0: now */
} Source;

static void source_clear(Source *source)
{
    g_clear_pointer(&source->collateral, collateral_unref);
    g_clear_pointer(&source->why_none, g_free);
}

static bool fetch(Verification *verification, const AttestSubject *subject, bool renew,
                  Source *source, Cancel *cancel)
{
    CollateralNeed need = {0};
    g_autoptr(GError) error = NULL;
    source_clear(source);
    if (attest_collateral_need(subject, &need, &error)) {
        source->collateral =
            pccs_collateral(verification->pccs, &need, renew, &source->cached, cancel, &error);
        collateral_need_clear(&need);
    }
    if (source->collateral == NULL)
        source->why_none = g_strdup(error->message);
    return source->collateral != NULL;
}

static void repeat_source(const VerificationRequest *request, Source *source)
{
    if (request->collateral != NULL)
        source->collateral = collateral_ref(request->collateral);
    source->why_none = g_strdup(request->why_no_collateral);
}

/* --collateral, the input's own, a collateral file among the inputs, --pccs, [pccs] url. */
static void find_collateral(Verification *verification, const AttestSubject *subject,
                            Collateral *own, Source *source, Cancel *cancel)
{
    if (verification->request->repeats) {
        repeat_source(verification->request, source);
        return;
    }
    if (verification->given != NULL) {
        source->collateral = collateral_ref(verification->given);
        return;
    }
    if (own != NULL) {
        source->collateral = collateral_ref(own);
        return;
    }
    source->collateral = choose_file(verification, subject);
    if (source->collateral != NULL)
        return;
    if (verification->pccs != NULL) {
        fetch(verification, subject, false, source, cancel);
        return;
    }
    source->why_none = g_strdup(_("no collateral was given: name a file with --collateral, or a "
                                  "service with --pccs or [pccs] url"));
}

/* ---- judging ---- */

static void fail_check(Verdict *verdict, CheckId id, const char *detail)
{
    CheckOutcome *check = &verdict->checks[id];
    check->result = CHECK_RESULT_FAILED;
    g_free(check->detail);
    check->detail = g_strdup(detail);
    verdict->kind = VERDICT_REJECTED;
}

/* MRSIGNER is demanded by the caller or the policy; else the evidence itself claims a signer, and
 * what it claims must be so. */
static bool claims_signer(const VerificationRequest *request, const Subject *subject)
{
    const Policy *policy = request->policy;
    bool demanded =
        (request->expectations.mrsigner != NULL && request->expectations.mrsigner->len > 0) ||
        (policy != NULL && policy->mrsigner != NULL && policy->mrsigner->len > 0);
    return subject->signer_key != NULL && !demanded;
}

/* The claimed signer as an expectation; NULL with an error when the key is none. */
static GArray *claimed_signer(const Subject *subject, GError **error)
{
    Measurement measurement = {0};
    if (!mrsigner_of_key(span_of_bytes(subject->signer_key), measurement.bytes, error))
        return NULL;
    GArray *signers = g_array_new(false, true, sizeof(Measurement));
    return g_array_append_val(signers, measurement);
}

/* A TD has no MRSIGNER: what its evidence says of an SGX signer is about nothing in the quote. */
static bool is_trust_domain(const AttestSubject *attested)
{
    CollateralNeed need;
    if (!attest_collateral_need(attested, &need, NULL))
        return false;
    bool is_td = need.tee == TEE_TDX;
    collateral_need_clear(&need);
    return is_td;
}

static Verdict *judge_once(Verification *verification, const AttestSubject *attested,
                           const Source *source, const Expectations *expectations)
{
    const VerificationRequest *request = verification->request;
    int64_t at = request->has_time ? request->time : source->at != 0 ? source->at : clock_now();
    return attest_verify(verification->attest, attested, source->collateral, source->why_none,
                         request->policy, expectations, at);
}

static bool collateral_failed(const Verdict *verdict)
{
    static const CheckId ids[] = {CHECK_CRL, CHECK_TCB_INFO, CHECK_QE_IDENTITY, CHECK_PLATFORM};
    for (unsigned i = 0; i < G_N_ELEMENTS(ids); i++)
        if (verdict->checks[ids[i]].result == CHECK_RESULT_FAILED)
            return true;
    return false;
}

/* A cache that lies, or that went stale against the service, is not the quote's fault. */
static Verdict *judge_with_source(Verification *verification, const AttestSubject *attested,
                                  Source *source, const Expectations *expectations, Cancel *cancel)
{
    Verdict *verdict = judge_once(verification, attested, source, expectations);
    if (!source->cached || !collateral_failed(verdict))
        return verdict;
    verdict_free(verdict);
    fetch(verification, attested, true, source, cancel);
    return judge_once(verification, attested, source, expectations);
}

/* Says whose word the expectation was. */
static void name_claim(Verdict *verdict)
{
    CheckOutcome *check = &verdict->checks[CHECK_MRSIGNER];
    if (check->result != CHECK_RESULT_OK && check->result != CHECK_RESULT_FAILED)
        return;
    g_autofree char *detail = check->detail;
    const char *claim = _("Expected is the signer that the evidence itself names (signer_pk).");
    check->detail = detail == NULL ? g_strdup(claim) : g_strdup_printf("%s %s", detail, claim);
}

static void judge_subject(Verification *verification, Subject *subject, VerificationResult *result,
                          Cancel *cancel)
{
    Expectations expectations = verification->request->expectations;
    g_autoptr(GArray) signer = NULL;
    g_autoptr(GError) signer_error = NULL;
    AttestSubject attested = {.quote = span_of_bytes(subject->quote),
                              .certificate = span_of_bytes(subject->certificate)};
    if (claims_signer(verification->request, subject) && !is_trust_domain(&attested))
        signer = claimed_signer(subject, &signer_error);
    if (signer != NULL)
        expectations.mrsigner = signer;

    Source source = {.at = subject->at};
    intern_collateral(verification, subject->collateral);
    if (subject->problem == NULL)
        find_collateral(verification, &attested, subject->collateral, &source, cancel);
    result->verdict = judge_with_source(verification, &attested, &source, &expectations, cancel);
    result->collateral = g_steal_pointer(&source.collateral);
    if (source.why_none != NULL)
        result->why_no_collateral = g_ref_string_new_intern(source.why_none);
    source_clear(&source);
    result->signer_key = g_steal_pointer(&subject->signer_key);
    if (signer != NULL)
        name_claim(result->verdict);
    if (subject->problem != NULL)
        fail_check(result->verdict, CHECK_FORMAT, subject->problem->message);
    else if (signer_error != NULL)
        fail_check(result->verdict, CHECK_MRSIGNER, signer_error->message);
}

/* A plain file that cannot be judged: what it is, and what to do. */
static GError *refuse_kind(InputKind kind, const char *name)
{
    g_autofree char *safe = sanitize_string(name);
    if (kind == INPUT_CRL)
        return g_error_new(VERIFICATION_ERROR, VERIFICATION_ERROR_KIND,
                           _("verifying %s: it is a revocation list, which is no evidence by "
                             "itself; `mse-console inspect` shows it"),
                           safe);
    return g_error_new(VERIFICATION_ERROR, VERIFICATION_ERROR_KIND,
                       _("verifying %s: it is neither evidence, a quote, a certificate nor "
                         "collateral; if it should be one, say so with --evidence, --quote, --cert "
                         "or --collateral to see where it breaks"),
                       safe);
}

/* ---- the journal ---- */

static json_t *measurement_json(const Verdict *verdict)
{
    if (!verdict->has_quote)
        return json_null();
    const Quote *quote = &verdict->quote;
    return quote->tee == TEE_SGX ? hex_json(span_of(quote->body.sgx.mr_enclave, 32))
                                 : hex_json(span_of(quote->body.td.mr_td, 48));
}

/* By which a certificate is known again, whatever file it stands in. */
static json_t *certificate_json(const Verdict *verdict)
{
    uint8_t digest[SHA256_SIZE];
    if (verdict->certificate == NULL)
        return json_null();
    sha256(span_of_bytes(verdict->certificate), digest);
    return hex_json(span_of(digest, sizeof digest));
}

json_t *verification_journal_json(const VerificationResult *result)
{
    const Verdict *verdict = result->verdict;
    int failed = verdict_first_failure(verdict);
    g_autofree char *input = sanitize_string(result->input);
    json_t *fields = json_object();
    json_object_set_new(fields, "input", json_string(input));
    json_object_set_new(fields, "input_sha256", text_json(result->sha256));
    json_object_set_new(fields, "certificate_sha256", certificate_json(verdict));
    json_object_set_new(fields, "measurement", measurement_json(verdict));
    json_object_set_new(fields, "root", text_json(verdict->root_name));
    json_object_set_new(fields, "root_sha256", hex_json(span_of(verdict->root_sha256, 32)));
    json_object_set_new(fields, "simulated", json_boolean(verdict->simulated));
    json_object_set_new(fields, "judged_at", time_json(verdict->time));
    json_object_set_new(fields, "verdict", json_string(verdict_kind_name(verdict->kind)));
    json_object_set_new(fields, "tcb_status", text_json(tcb_status_name(verdict->tcb_status)));
    json_object_set_new(fields, "failed_check",
                        text_json(failed < 0 ? NULL : check_table[failed].id));
    return fields;
}

static void write_journal(const Verification *verification, VerificationResult *result)
{
    if (verification->request->journal == NULL)
        return;
    json_t *fields = verification_journal_json(result);
    const char *application = verification->request->application;
    g_autofree char *safe = application != NULL ? sanitize_string(application) : NULL;
    if (safe != NULL)
        json_object_set_new(fields, "application", json_string(safe));
    journal_append(verification->request->journal, clock_now(), "verdict", fields,
                   &result->journal_error);
    json_decref(fields);
}

/* ---- one input ---- */

static char *sha256_of(GBytes *content)
{
    uint8_t digest[SHA256_SIZE];
    sha256(span_of_bytes(content), digest);
    return hex_encode(span_of(digest, sizeof digest));
}

/* What was meant is a file in it, as a rule. */
static void refuse_directory(const char *path, GError **error)
{
    g_autofree char *shown = sanitize_string(path);
    g_clear_error(error);
    g_set_error(error, FILE_ERROR, FILE_ERROR_KIND,
                _("cannot verify %s: it is a directory; give a file in it: evidence "
                  "(evidence.json), a certificate (ratls.pem) or a quote"),
                shown);
}

GBytes *verification_read(const VerificationInput *input, Cancel *cancel, GError **error)
{
    if (input->kind == INPUT_HOST)
        return wire_peer_certificate(input->name, cancel, error);
    GBytes *content = file_read(input->name, LIMIT_INPUT, cancel, error);
    if (content == NULL && g_file_test(input->name, G_FILE_TEST_IS_DIR))
        refuse_directory(input->name, error);
    if (content == NULL)
        cause_step(error, CAUSE_HERE, _("reading what is to be verified"));
    return content;
}

static void judge_bytes(Verification *verification, const VerificationInput *input, GBytes *content,
                        int64_t at, VerificationResult *result, Cancel *cancel)
{
    result->sha256 = sha256_of(content);
    if (input->kind == INPUT_PLAIN)
        result->kind = verification_recognise(span_of_bytes(content));
    if (result->kind == INPUT_COLLATERAL)
        return;
    if (result->kind == INPUT_PLAIN || result->kind == INPUT_CRL) {
        result->error = refuse_kind(result->kind, input->name);
        return;
    }
    Subject subject = {.at = at};
    subject_read(&subject, result->kind, content, input->name);
    judge_subject(verification, &subject, result, cancel);
    subject_clear(&subject);
    /* What was cut short is no verdict. */
    if (cancel_is_set(cancel, &result->error))
        g_clear_pointer(&result->verdict, verdict_free);
    else
        write_journal(verification, result);
}

/* A server answers anew each time, a pipe once, a descriptor from where it stands. */
static bool can_be_read_again(const VerificationInput *input)
{
    struct stat status;
    return input->kind != INPUT_HOST && !g_str_has_prefix(input->name, "/dev/") &&
           stat(input->name, &status) == 0 && S_ISREG(status.st_mode);
}

static VerificationResult *judge_content(Verification *verification, const VerificationInput *input,
                                         unsigned index, GBytes *content, GError *why_none,
                                         int64_t at, Cancel *cancel)
{
    VerificationResult *result = g_atomic_rc_box_new0(VerificationResult);
    result->index = index;
    result->input = g_strdup(input->name);
    result->kind = input->kind;
    result->repeatable = content != NULL && can_be_read_again(input);
    if (content == NULL)
        result->error = why_none;
    else
        judge_bytes(verification, input, content, at, result, cancel);
    return result;
}

VerificationResult *verification_judge_content(Verification *verification,
                                               const VerificationInput *input, unsigned index,
                                               GBytes *content, GError *why_none, Cancel *cancel)
{
    return judge_content(verification, input, index, content, why_none, 0, cancel);
}

VerificationResult *verification_judge_bytes(Verification *verification,
                                             const VerificationInput *input, GBytes *content,
                                             int64_t at, Cancel *cancel)
{
    return judge_content(verification, input, 0, content, NULL, at, cancel);
}

VerificationResult *verification_judge(Verification *verification, const VerificationInput *input,
                                       unsigned index, Cancel *cancel)
{
    GError *error = NULL;
    g_autoptr(GBytes) content = verification_read(input, cancel, &error);
    VerificationResult *result =
        verification_judge_content(verification, input, index, content, error, cancel);
    if (result->kind == INPUT_COLLATERAL && content != NULL)
        verification_take_collateral(verification, span_of_bytes(content), input->name);
    return result;
}
