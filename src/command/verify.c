/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "command/home_life.h"
#include "command/verbs.h"
#include "command/verify_package.h"
#include "command/verify_request.h"
#include "command/verify_text.h"

#include "core/i18n.h"
#include "core/sanitize.h"

#include <string.h>

/* One call: what was asked, and what has come of it so far. */
typedef struct Run {
    Job *job;
    const VerificationRequest *request;
    unsigned n;
    VerificationResult **results; /* by index; NULL: not finished */
    VerificationResult *first;    /* held until it is known whether it is the only one */
    VerifyCounts counts;
    unsigned done;
    int status;
    bool journal_warned;
} Run;

static void warn_of_journal(Run *run, const VerificationResult *result)
{
    if (!result->journal_error || run->journal_warned)
        return;
    run->journal_warned = true;
    job_warn(run->job, _("the journal does not have this: %s"), result->journal_error->message);
}

/* Why an input could not be read goes to standard error, in JSON too. */
static void say_error(Run *run, const VerificationResult *result)
{
    if (result->error)
        job_fail(run->job, result->error);
    else if (result->why_no_collateral)
        job_causes(run->job, result->why_no_collateral);
}

static void say_one_of_several(Run *run, const VerificationResult *result)
{
    if (!job_json(run->job))
        verify_text_line(run->job, result);
    say_error(run, result);
}

/* Two inputs may be a quote and its collateral: then the report on the one is wanted. */
static void show(Run *run, VerificationResult *result)
{
    if (run->n <= 2 && verify_counted(&run->counts) == 1) {
        run->first = result;
        return;
    }
    if (run->first)
        say_one_of_several(run, run->first);
    run->first = NULL;
    say_one_of_several(run, result);
}

static void on_done(VerificationResult *result, void *data)
{
    Run *run = data;
    run->results[result->index] = verification_result_ref(result);
    job_progress(run->job,
                 &(Progress){.what = _("verifying"), .done = ++run->done, .total = run->n});
    if (!result->verdict && !result->error)
        return;
    int status = verification_exit_status(result, run->request->strict);
    run->status = verification_exit_status_join(run->status, status);
    verify_count(&run->counts, result);
    show(run, result);
    warn_of_journal(run, result);
}

static void emit(Run *run)
{
    json_t *all = json_array();
    for (unsigned i = 0; i < run->n; i++) {
        const VerificationResult *result = run->results[i];
        if (result && (result->verdict || result->error))
            json_array_append_new(all, verification_result_json(result));
    }
    if (json_array_size(all) == 1) {
        job_emit(run->job, json_incref(json_array_get(all, 0)));
        json_decref(all);
    } else {
        job_emit(run->job, all);
    }
}

static void say_the_end(Run *run)
{
    if (job_json(run->job)) {
        emit(run);
        if (run->first)
            say_error(run, run->first);
    } else if (run->first) {
        verify_text_report(run->job, run->first, run->request->strict);
        say_error(run, run->first);
    } else {
        verify_text_summary(run->job, &run->counts);
    }
}

static bool is_trusted_certificate(const Run *run, const VerificationResult *result)
{
    return result && result->verdict && result->verdict->certificate &&
           verification_exit_status(result, run->request->strict) == EXIT_OK;
}

/* --output: the one certificate that is trusted. */
static int write_output(Run *run, const char *directory)
{
    const VerificationResult *only = NULL;
    for (unsigned i = 0; i < run->n; i++) {
        if (!is_trusted_certificate(run, run->results[i]))
            continue;
        if (only)
            return verb_usage(run->job, _("--output takes one certificate, and several are "
                                          "trusted: nothing was written"));
        only = run->results[i];
    }
    if (!only) {
        job_warn(run->job, _("nothing was written to --output: no certificate here is trusted"));
        return run->status;
    }
    g_autoptr(GError) error = NULL;
    if (!verification_write_certificate(only, directory, &error))
        return job_fail(run->job, error);
    if (!job_json(run->job)) {
        g_autofree char *safe = sanitize_string(directory);
        job_text(run->job, _("Written: %s/ratls.pem"), safe);
    }
    return run->status;
}

static int judge(Run *run, const VerifyRequest *asked, const char *output)
{
    g_autoptr(GError) error = NULL;
    Cancel *cancel = job_cancel(run->job);
    g_autoptr(Verification) verification = verification_new(run->request, cancel, &error);
    if (!verification)
        return job_fail(run->job, error);
    verification_run(verification, (const VerificationInput *)asked->inputs->data, run->n, false,
                     on_done, run, cancel);
    if (cancel_is_set(cancel, NULL))
        return EXIT_CANCELLED;
    if (verify_counted(&run->counts) == 0)
        return verb_usage(run->job, _("verify: collateral alone is nothing to judge: name the "
                                      "evidence, quote or certificate it is for"));
    say_the_end(run);
    return output ? write_output(run, output) : run->status;
}

static int explain(Job *job, const Arguments *arguments, const char *name)
{
    if (arguments_in_order(arguments)->len > (arguments_flag(arguments, "json") ? 2u : 1u))
        return verb_usage(job, _("verify: --explain stands alone"));
    CheckId check = (CheckId)check_by_name(name);
    if (job_json(job))
        job_emit(job, verify_json_explain(check));
    else
        verify_text_explain(job, check);
    return EXIT_OK;
}

static int run_verify(Job *job, const Arguments *arguments)
{
    const char *check = arguments_value(arguments, "explain");
    if (check)
        return explain(job, arguments, check);
    g_autoptr(GError) error = NULL;
    g_autoptr(VerifyRequest) asked = verify_request_new(job, arguments, &error);
    if (!asked)
        return job_fail(job, error);
    if (asked->inputs->len == 0)
        return verb_usage(job, _("verify: what? Name a FILE, or --host HOST:PORT"));
    g_autoptr(VerifyPackage) package = NULL;
    if (arguments_value(arguments, "package")) {
        package = verify_package_measure(job, arguments, asked, &error);
        if (!package)
            return job_fail(job, error);
    }
    Run run = {.job = job, .request = &asked->request, .n = asked->inputs->len};
    run.results = g_new0(VerificationResult *, run.n);
    int status = judge(&run, asked, arguments_value(arguments, "output"));
    if (package)
        verify_package_explain(package, job, run.results[0]);
    for (unsigned i = 0; i < run.n; i++)
        verification_result_unref(run.results[i]);
    g_free(run.results);
    return status;
}

static const VerbOption options[] = {
    VERIFY_REQUEST_OPTIONS,
    {.name = "package",
     .kind = ARGUMENT_FILE,
     .metavar = "FILE",
     .help = N_("expect the MRENCLAVE of this package, measured by a dry run of its image in an "
                "engine")},
    HOME_ONE_ENGINE_OPTION,
    {.name = "output",
     .letter = 'o',
     .kind = ARGUMENT_DIRECTORY,
     .metavar = "DIR",
     .help = N_("write the certificate to DIR/ratls.pem when it is trusted, and nothing else")},
    {.name = "explain",
     .kind = ARGUMENT_CHECK,
     .metavar = "CHECK",
     .help = N_("say what a check proves, what its failure means and what to do; judges nothing")},
    {0},
};

const Verb verb_verify = {
    .words = "verify",
    .operands = "[FILE…]",
    .max_operands = G_MAXUINT,
    .operand_kind = ARGUMENT_FILE,
    .help = N_("judge evidence, quotes and certificates"),
    .description =
        N_("Each FILE is recognised by its content: evidence (evidence.json), a quote, an RA-TLS "
           "certificate, or collateral, which is then used for all inputs. Collateral comes from "
           "--collateral, else from the evidence itself, else from a FILE, else from --pccs, else "
           "from the PCCS of the settings. Nothing is fetched that was not asked for. Exit status: "
           "0 trusted, with warnings or not; 3 rejected or expired; 1 unreadable."),
    .options = options,
    .flags = VERB_READ_ONLY,
    .run = run_verify,
};
