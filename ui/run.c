/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "ui/run.h"

#include "core/file.h"
#include "core/hex.h"
#include "core/i18n.h"
#include "core/sanitize.h"
#include "format/date.h"
#include "format/toml.h"
#include "ui/model.h"

#include <string.h>
#include <sys/stat.h>

struct Run {
    VerifyRequest *basis; /* what `request` borrows from */
    VerificationRequest request;
    Policy *policy;          /* read from a file, or NULL */
    GArray *measurements[2]; /* as typed, or NULL: of the expectations in `request` */
    char *asked[N_ASKS];
    RunRepetition repetition; /* when request.repeats */
    VerificationResult *repeated;
    uint64_t generation;
    GArray *inputs;  /* VerificationInput */
    GArray *numbers; /* unsigned: of each input in the model */
    UiJob *job;      /* while it runs: borrowed */
};

static void clear_input(void *data)
{
    VerificationInput *input = data;

    g_free(input->name);
}

Run *run_new(VerifyRequest *basis, const char *const *asked, uint64_t generation)
{
    Run *run = g_new0(Run, 1);

    run->basis = verify_request_ref(basis);
    run->request = basis->request;
    for (unsigned i = 0; i < N_ASKS; i++)
        run->asked[i] = g_strdup(asked[i]);
    run->generation = generation;
    run->inputs = g_array_new(FALSE, FALSE, sizeof(VerificationInput));
    g_array_set_clear_func(run->inputs, clear_input);
    run->numbers = g_array_new(FALSE, FALSE, sizeof(unsigned));
    return run;
}

static void run_free(void *data)
{
    Run *run = data;

    for (unsigned i = 0; i < N_ASKS; i++)
        g_free(run->asked[i]);
    policy_free(run->policy);
    collateral_unref(run->repetition.collateral);
    g_clear_pointer(&run->repetition.why_no_collateral, g_ref_string_release);
    if (run->repeated != NULL)
        verification_result_unref(run->repeated);
    for (unsigned i = 0; i < G_N_ELEMENTS(run->measurements); i++)
        g_clear_pointer(&run->measurements[i], g_array_unref);
    g_array_unref(run->inputs);
    g_array_unref(run->numbers);
    verify_request_unref(run->basis);
    g_free(run);
}

void run_add(Run *run, InputKind kind, const char *given, unsigned number)
{
    VerificationInput input = {.kind = kind, .name = g_strdup(given)};

    g_array_append_val(run->inputs, input);
    g_array_append_val(run->numbers, number);
}

Policy *run_read_policy(const char *path, const Policy *base, Cancel *cancel, GError **error)
{
    g_autofree char *shown = sanitize_string(path);
    g_autoptr(GBytes) bytes = file_read(path, LIMIT_POLICY, cancel, error);
    g_autoptr(TomlValue) table = NULL;
    g_autoptr(Policy) policy = NULL;

    if (bytes == NULL)
        return NULL;
    table =
        toml_parse(span_of(g_bytes_get_data(bytes, NULL), g_bytes_get_size(bytes)), shown, error);
    if (table == NULL)
        return NULL;
    policy = base != NULL ? policy_copy(base) : policy_new();
    if (!policy_read(policy, table, shown, error))
        return NULL;
    return g_steal_pointer(&policy);
}

/* The measurement as typed, or NULL. */
static GArray *typed_measurement(const char *text)
{
    Measurement measurement = {0};
    GArray *array;

    if (*text == '\0' || !hex_decode_exact(span_of(text, strlen(text)), measurement.bytes, 32))
        return NULL;
    array = g_array_new(FALSE, TRUE, sizeof(Measurement));
    g_array_append_val(array, measurement);
    return array;
}

static bool lay_asked(Run *run, Cancel *cancel, GError **error)
{
    run->measurements[0] = typed_measurement(run->asked[ASK_MRENCLAVE]);
    run->measurements[1] = typed_measurement(run->asked[ASK_MRSIGNER]);
    if (run->measurements[0] != NULL)
        run->request.expectations.mrenclave = run->measurements[0];
    if (run->measurements[1] != NULL)
        run->request.expectations.mrsigner = run->measurements[1];
    if (date_parse_user(run->asked[ASK_TIME], &run->request.time))
        run->request.has_time = true;
    if (*run->asked[ASK_POLICY] == '\0')
        return true;
    run->policy = run_read_policy(run->asked[ASK_POLICY], run->request.policy, cancel, error);
    if (run->policy == NULL)
        return false;
    run->request.policy = run->policy;
    return true;
}

static void done(VerificationResult *result, void *data)
{
    const Run *run = data;

    mailbox_post(run->job->mailbox,
                 (Message){.kind = MESSAGE_RESULT,
                           .generation = run->generation,
                           .number = g_array_index(run->numbers, unsigned, result->index),
                           .data = verification_result_ref(result),
                           .free_data = (GDestroyNotify)verification_result_unref});
}

static void say_why_not(const Run *run, const GError *error)
{
    mailbox_post(run->job->mailbox, (Message){.kind = MESSAGE_RUN_FAILED,
                                              .generation = run->generation,
                                              .data = g_strdup(error->message),
                                              .free_data = g_free});
}

static void run_job(UiJob *job, void *data)
{
    Run *run = data;
    g_autoptr(GError) error = NULL;
    Verification *verification;

    run->job = job;
    if (!lay_asked(run, job->cancel, &error)) {
        say_why_not(run, error);
        return;
    }
    verification = verification_new(&run->request, job->cancel, &error);
    if (verification == NULL)
        say_why_not(run, error);
    else
        verification_run(verification, (const VerificationInput *)(void *)run->inputs->data,
                         run->inputs->len, true, done, run, job->cancel);
    verification_free(verification);
}

void run_start(Run *run, Jobs *jobs, bool quiet)
{
    unsigned n = run->inputs->len;
    g_autofree char *title = g_strdup_printf(P_("verify %u input", "verify %u inputs", n), n);

    jobs_start(jobs, title, quiet ? JOB_COMPUTES | JOB_QUIET : JOB_COMPUTES, run_job, run,
               run_free);
}

/* ---- again ---- */

static void lay_repetition(Run *run)
{
    VerificationRequest *request = &run->request;

    request->repeats = true;
    request->collateral = run->repetition.collateral;
    request->why_no_collateral = run->repetition.why_no_collateral;
    request->has_time = true;
    request->time = run->repetition.time;
    request->journal = NULL;
}

static void keep_repeated(VerificationResult *result, void *data)
{
    ((Run *)data)->repeated = verification_result_ref(result);
}

static void repeat_job(UiJob *job, void *data)
{
    Run *run = data;
    g_autoptr(Verification) verification = NULL;

    if (lay_asked(run, job->cancel, NULL)) {
        lay_repetition(run);
        verification = verification_new(&run->request, job->cancel, NULL);
    }
    if (verification != NULL)
        verification_run(verification, (const VerificationInput *)(void *)run->inputs->data,
                         run->inputs->len, false, keep_repeated, run, job->cancel);
    mailbox_post(job->mailbox, (Message){.kind = MESSAGE_REPEATED,
                                         .generation = run->generation,
                                         .number = g_array_index(run->numbers, unsigned, 0),
                                         .data = g_steal_pointer(&run->repeated),
                                         .free_data = (GDestroyNotify)verification_result_unref});
}

UiJob *run_repeat(Run *run, const RunRepetition *repetition, Jobs *jobs)
{
    run->repetition = *repetition;
    if (repetition->collateral != NULL)
        collateral_ref(repetition->collateral);
    if (repetition->why_no_collateral != NULL)
        g_ref_string_acquire(repetition->why_no_collateral);
    return jobs_start(jobs, "repeat", JOB_QUIET | JOB_URGENT, repeat_job, run, run_free);
}

/* ---- the current directory ---- */

static int by_name(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static GPtrArray *directory_files(void)
{
    GPtrArray *names = g_ptr_array_new_with_free_func(g_free);
    GDir *directory = g_dir_open(".", 0, NULL);
    const char *name;

    while (directory != NULL && (name = g_dir_read_name(directory)) != NULL) {
        struct stat status;
        /* Devices and pipes are never opened unasked. */
        if (name[0] != '.' && stat(name, &status) == 0 && S_ISREG(status.st_mode) &&
            status.st_size > 0 && (uint64_t)status.st_size <= limit_bytes(LIMIT_INPUT))
            g_ptr_array_add(names, g_strdup(name));
    }
    if (directory != NULL)
        g_dir_close(directory);
    g_ptr_array_sort(names, by_name);
    return names;
}

static bool is_recognised(const char *path, Cancel *cancel)
{
    g_autoptr(GBytes) bytes = file_read(path, LIMIT_INPUT, cancel, NULL);

    return bytes != NULL && verification_recognise(span_of(g_bytes_get_data(bytes, NULL),
                                                           g_bytes_get_size(bytes))) != INPUT_PLAIN;
}

static void scan_job(UiJob *job, void *data)
{
    g_autoptr(GPtrArray) names = directory_files();
    GPtrArray *found = g_ptr_array_new_with_free_func(g_free);

    (void)data;
    for (unsigned i = 0; i < names->len && !cancel_is_set(job->cancel, NULL); i++)
        if (is_recognised(names->pdata[i], job->cancel))
            g_ptr_array_add(found, g_strdup(names->pdata[i]));
    mailbox_post(job->mailbox, (Message){.kind = MESSAGE_INPUTS_FOUND,
                                         .data = found,
                                         .free_data = (GDestroyNotify)g_ptr_array_unref});
}

void scan_start(Jobs *jobs)
{
    jobs_start(jobs, _("look for evidence here"), JOB_COMPUTES, scan_job, NULL, NULL);
}
