/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "ui/model.h"

#include "core/clock.h"
#include "core/hex.h"
#include "core/i18n.h"
#include "core/sanitize.h"
#include "format/date.h"
#include "ui/run.h"
#include "ui/text.h"

#include <string.h>

enum { MEASUREMENT_SIZE = 32 };

const AskRow ask_table[N_ASKS] = {
    [ASK_MRENCLAVE] = {"MRENCLAVE", "--mrenclave", N_("64 hex digits: the code that must run"),
                       false},
    [ASK_MRSIGNER] = {"MRSIGNER", "--mrsigner", N_("64 hex digits: who must have signed it"),
                      false},
    [ASK_POLICY] = {N_("policy file"), "--policy", N_("a TOML file: which TCB statuses to accept"),
                    true},
    [ASK_TIME] = {N_("time"), "--at", N_("2023-06-01T00:00:00Z, 2023-06-01 or seconds"), false},
};

void input_clear(Input *input)
{
    g_clear_pointer(&input->result, verification_result_unref);
    collateral_unref(input->collateral);
    g_clear_pointer(&input->why_no_collateral, g_ref_string_release);
    g_free(input->given);
    g_free(input->name);
    g_free(input->kind_text);
    g_free(input->problem);
    g_free(input->valid_until);
    memset(input, 0, sizeof *input);
}

static void input_free(void *data)
{
    input_clear(data);
    g_free(data);
}

static void lay_basis(Model *model, VerifyRequest *basis)
{
    model->basis = verify_request_ref(basis);
    model->defaults = &basis->request;
    model->settings = basis->settings;
}

void model_init(Model *model, VerifyRequest *basis)
{
    memset(model, 0, sizeof *model);
    model->inputs = g_ptr_array_new_with_free_func(input_free);
    g_queue_init(&model->kept);
    model->wanted = UINT32_MAX;
    lay_basis(model, basis);
    model->mailbox = mailbox_new();
    model->jobs = jobs_new(model->mailbox);
    model->now = clock_now();
    model->cpu = settings_flag(model->settings, SETTING_COLUMNS_CPU);
    for (unsigned i = 0; i < N_ASKS; i++)
        model->asked[i] = g_strdup("");
}

void model_clear(Model *model)
{
    g_ptr_array_unref(model->inputs);
    figures_free(model->figures);
    apps_free(model->apps);
    alarm_command_free(model->on_alarm);
    g_queue_clear(&model->kept);
    g_clear_pointer(&model->repetition, ui_job_unref);
    mailbox_free(model->mailbox);
    jobs_free(model->jobs);
    for (unsigned i = 0; i < N_ASKS; i++)
        g_free(model->asked[i]);
    g_free(model->done);
    g_free(model->problem);
    verify_request_unref(model->basis);
}

/* How far both names lie in the same directory. */
static unsigned shared_directory(const char *a, const char *b, unsigned most)
{
    unsigned shared = 0;

    for (unsigned i = 0; i < most && a[i] != '\0' && a[i] == b[i]; i++)
        if (a[i] == '/')
            shared = i + 1;
    return shared;
}

static void note_name(Model *model, const char *name)
{
    const Input *first = model_input(model, 0);

    model->shared = shared_directory(name, first != NULL ? first->name : name,
                                     first != NULL ? model->shared : UINT32_MAX);
    model->name_width = MAX(model->name_width, text_width(name));
}

const char *model_short_name(const Model *model, const Input *input)
{
    return input->name + model->shared;
}

char *model_directory(const Model *model)
{
    const Input *first = model_input(model, 0);

    if (first == NULL || model->shared == 0)
        return NULL;
    return g_strndup(first->name, MAX(model->shared - 1, 1));
}

void model_add_input(Model *model, InputKind kind, const char *given)
{
    Input *input = g_new0(Input, 1);

    input->given = g_strdup(given);
    input->kind = kind;
    input->name = sanitize_string(given);
    note_name(model, input->name);
    input->outcome = OUTCOME_WAITING;
    model->counts[OUTCOME_WAITING]++;
    model->version++;
    g_ptr_array_add(model->inputs, input);
}

const Input *model_input(const Model *model, unsigned number)
{
    if (number >= APP_NUMBER_FIRST) {
        AppRow *row = apps_row(model->apps, number);
        return row == NULL ? NULL : &row->evidence;
    }
    return number < model->inputs->len ? model->inputs->pdata[number] : NULL;
}

/* ---- results ---- */

char *model_kind_text(const VerificationResult *result)
{
    const Verdict *verdict = result->verdict;
    const char *tee;

    if (result->kind == INPUT_COLLATERAL)
        return g_strdup(_("collateral"));
    if (verdict == NULL || !verdict->has_quote)
        return result->kind == INPUT_CERTIFICATE ? g_strdup(_("certificate")) : NULL;
    tee = verdict->quote.tee == TEE_SGX ? "SGX" : "TDX";
    if (result->kind == INPUT_EVIDENCE)
        return g_strdup_printf(_("%s evidence"), tee);
    if (verdict->certificate != NULL)
        return g_strdup_printf(_("%s certificate"), tee);
    return g_strdup_printf(_("%s quote v%u"), tee, verdict->quote.version);
}

static char *day_text(int64_t seconds)
{
    g_autoptr(GDateTime) time = g_date_time_new_from_unix_utc(seconds);

    return time == NULL ? NULL : g_date_time_format(time, "%Y-%m-%d");
}

/* What the list shows, and what a result that was let go is found again with. */
static void note_verdict(Model *model, Input *input, const VerificationResult *result)
{
    const Verdict *verdict = result->verdict;

    g_free(input->kind_text);
    input->kind_text = model_kind_text(result);
    input->simulated = verdict != NULL && verdict->simulated;
    input->failed = verdict == NULL ? -1 : verdict_first_failure(verdict);
    if (verdict == NULL)
        return;
    if (verdict->tcb_status != TCB_UNKNOWN) {
        input->tcb = tcb_status_name(verdict->tcb_status);
        model->tcb_width = MAX(model->tcb_width, text_width(input->tcb));
    }
    if (verdict->has_interval)
        input->valid_until = day_text(verdict->valid_until);
    input->time = verdict->time;
    if (result->collateral != NULL)
        input->collateral = collateral_ref(result->collateral);
    if (result->why_no_collateral != NULL)
        input->why_no_collateral = g_ref_string_acquire(result->why_no_collateral);
}

static void forget_verdict(Input *input)
{
    g_clear_pointer(&input->result, verification_result_unref);
    g_clear_pointer(&input->valid_until, g_free);
    g_clear_pointer(&input->collateral, collateral_unref);
    g_clear_pointer(&input->why_no_collateral, g_ref_string_release);
    input->tcb = NULL;
    input->simulated = false;
}

/* What was read from a file can be read again; a server or a pipe answers once. What has no verdict
 * is small. */
static bool read_hash(Input *input, const VerificationResult *result)
{
    return result->repeatable && result->verdict != NULL && result->sha256 != NULL &&
           hex_decode_exact(span_of(result->sha256, strlen(result->sha256)), input->sha256,
                            sizeof input->sha256);
}

/* Lets the oldest whole result go, but never the one that is looked at. */
static void keep(Model *model, unsigned number)
{
    g_queue_push_tail(&model->kept, GUINT_TO_POINTER(number));
    while (g_queue_get_length(&model->kept) > KEPT_RESULTS) {
        unsigned oldest = GPOINTER_TO_UINT(g_queue_pop_head(&model->kept));
        Input *input = model->inputs->pdata[oldest];
        if (oldest == model->wanted)
            g_queue_push_tail(&model->kept, GUINT_TO_POINTER(oldest));
        else
            g_clear_pointer(&input->result, verification_result_unref);
    }
}

static void set_result(Model *model, unsigned number, VerificationResult *result)
{
    Input *input = model->inputs->pdata[number];

    model->counts[input->outcome]--;
    model->simulated -= input->simulated;
    forget_verdict(input);
    if (result != NULL) {
        input->result = verification_result_ref(result);
        note_verdict(model, input, result);
    }
    input->outcome = outcome_of(result);
    model->counts[input->outcome]++;
    model->simulated += input->simulated;
    input->version = ++model->version;
    g_queue_remove(&model->kept, GUINT_TO_POINTER(number));
    if (result != NULL && read_hash(input, result))
        keep(model, number);
}

static bool take_result(Model *model, const Message *message)
{
    const Input *input = model_input(model, message->number);

    if (input == NULL || input->generation != message->generation)
        return false;
    set_result(model, message->number, message->data);
    return true;
}

/* ---- what was let go ---- */

static void judge(Model *model, const GArray *numbers);

static void judge_one(Model *model, unsigned number)
{
    g_autoptr(GArray) numbers = g_array_new(FALSE, FALSE, sizeof(unsigned));

    g_array_append_val(numbers, number);
    judge(model, numbers);
}

static bool is_let_go(const Input *input)
{
    return input != NULL && input->result == NULL && input->outcome != OUTCOME_WAITING;
}

static void repeat(Model *model, unsigned number)
{
    const Input *input = model_input(model, number);
    RunRepetition repetition = {.collateral = input->collateral,
                                .why_no_collateral = input->why_no_collateral,
                                .time = input->time};
    Run *run = run_new(model->basis, (const char *const *)model->asked, input->generation);

    run_add(run, input->kind, input->given, number);
    model->repetition = ui_job_ref(run_repeat(run, &repetition, model->jobs));
}

void model_want(Model *model, unsigned number)
{
    if (number >= APP_NUMBER_FIRST) {
        model_want_app(model, number);
        number = UINT32_MAX;
    }
    model->wanted = number;
    if (model->repetition == NULL && is_let_go(model_input(model, number)))
        repeat(model, number);
}

static bool is_the_same(const Input *input, const VerificationResult *result)
{
    uint8_t hash[sizeof input->sha256];

    return result != NULL && result->sha256 != NULL && outcome_of(result) == input->outcome &&
           hex_decode_exact(span_of(result->sha256, strlen(result->sha256)), hash, sizeof hash) &&
           memcmp(hash, input->sha256, sizeof hash) == 0;
}

static void take_back(Model *model, unsigned number, VerificationResult *result)
{
    Input *input = model->inputs->pdata[number];

    input->result = verification_result_ref(result);
    input->version = ++model->version;
    keep(model, number);
}

/* When the file is another by now, or cannot be judged any more, it is judged as for the first
 * time: with what can be found today, and with a line in the journal. */
static bool take_repeated(Model *model, const Message *message)
{
    Input *input = model->inputs->pdata[message->number];

    g_clear_pointer(&model->repetition, ui_job_unref);
    if (input->generation == message->generation && is_let_go(input)) {
        if (is_the_same(input, message->data))
            take_back(model, message->number, message->data);
        else
            judge_one(model, message->number);
    }
    model_want(model, model->wanted); /* by now it may be another one */
    return true;
}

static bool take_found(Model *model, const Message *message)
{
    const GPtrArray *paths = message->data;
    g_autoptr(GArray) numbers = g_array_new(FALSE, FALSE, sizeof(unsigned));

    model->scanning = false;
    for (unsigned i = 0; i < paths->len; i++) {
        unsigned number = model->inputs->len;
        model_add_input(model, INPUT_PLAIN, paths->pdata[i]);
        g_array_append_val(numbers, number);
    }
    model->version++;
    if (numbers->len > 0)
        model_verify(model, numbers);
    return true;
}

bool model_update(Model *model, const Message *message)
{
    switch (message->kind) {
    case MESSAGE_RESULT:
        return take_result(model, message);
    case MESSAGE_TRUST:
        return model_take_trust(model);
    case MESSAGE_REPEATED:
        return take_repeated(model, message);
    case MESSAGE_INPUTS_FOUND:
        return take_found(model, message);
    case MESSAGE_RUN_FAILED:
        g_free(model->problem);
        model->problem = sanitize_string(message->data);
        model->version++;
        return true;
    default:
        return false;
    }
}

/* ---- asking ---- */

static void judge(Model *model, const GArray *numbers)
{
    unsigned n = numbers == NULL ? model->inputs->len : numbers->len;
    Run *run = run_new(model->basis, (const char *const *)model->asked, ++model->generation);

    for (unsigned i = 0; i < n; i++) {
        unsigned number = numbers == NULL ? i : g_array_index(numbers, unsigned, i);
        Input *input = model->inputs->pdata[number];
        input->generation = model->generation;
        set_result(model, number, NULL);
        run_add(run, input->kind, input->given, number);
    }
    for (unsigned i = 0; numbers != NULL && i < model->inputs->len; i++) {
        Input *input = model->inputs->pdata[i];
        if (input->outcome == OUTCOME_COLLATERAL)
            run_add(run, input->kind, input->given, i);
    }
    g_clear_pointer(&model->problem, g_free);
    run_start(run, model->jobs, false);
}

void model_verify(Model *model, const GArray *numbers)
{
    g_autofree char *command = model_verify_command(model, numbers);

    model_set_done(model, command);
    judge(model, numbers);
}

void model_set_basis(Model *model, VerifyRequest *basis)
{
    g_autoptr(VerifyRequest) before = model->basis;
    bool cpu = settings_flag(basis->settings, SETTING_COLUMNS_CPU);

    lay_basis(model, basis);
    model->version++;
    if (settings_flag(before->settings, SETTING_COLUMNS_CPU) != cpu) /* else as it was switched */
        model->cpu = cpu;
    model_set_alarm_command(model);
    if (model->apps != NULL)
        model->apps->version++; /* what ends soon may be others */
    if (verify_request_judges_alike(before, basis))
        return;
    model_judge_by_basis(model);
    if (model->inputs->len > 0)
        judge(model, NULL);
}

void model_scan(Model *model)
{
    model->scanning = true;
    model->from_directory = true;
    scan_start(model->jobs);
}

static char *check_hex(const char *text)
{
    uint8_t bytes[MEASUREMENT_SIZE];
    size_t size = strlen(text);

    if (hex_decode_exact(span_of(text, size), bytes, sizeof bytes))
        return NULL;
    if (strspn(text, "0123456789abcdefABCDEF") != size)
        return g_strdup(_("only the digits 0–9 and a–f"));
    return g_strdup_printf(_("%zu of 64 hex digits"), size);
}

char *model_check_asked(Ask ask, const char *text)
{
    int64_t time;

    if (*text == '\0')
        return NULL;
    if (ask == ASK_MRENCLAVE || ask == ASK_MRSIGNER)
        return check_hex(text);
    if (ask == ASK_TIME && !date_parse_user(text, &time))
        return g_strdup(_("not a time: 2023-06-01T00:00:00Z, 2023-06-01 or Unix seconds"));
    return NULL;
}

char *model_check_policy_file(const char *path, Cancel *cancel)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(Policy) policy = run_read_policy(path, NULL, cancel, &error);

    return policy != NULL ? NULL : sanitize_string(error->message);
}

static void append_quoted(GString *out, const char *option, const char *value)
{
    g_autofree char *quoted = g_shell_quote(value);
    bool plain = *value != '\0' && *value != '-' &&
                 strspn(value, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                               "0123456789_-./:=+,@") == strlen(value);

    if (option != NULL)
        g_string_append_printf(out, " %s", option);
    g_string_append_printf(out, " %s", plain ? value : quoted);
}

static const char *const kind_options[] = {
    [INPUT_PLAIN] = NULL,           [INPUT_EVIDENCE] = "--evidence", [INPUT_QUOTE] = "--quote",
    [INPUT_CERTIFICATE] = "--cert", [INPUT_COLLATERAL] = NULL,       [INPUT_HOST] = "--host",
};

char *model_verify_command(const Model *model, const GArray *numbers)
{
    GString *out = g_string_new("mse-console verify");
    unsigned n = numbers == NULL ? model->inputs->len : numbers->len;
    const VerificationRequest *defaults = model->defaults;

    if (defaults->root_path != NULL)
        append_quoted(out, "--root", defaults->root_path);
    if (defaults->collateral_path != NULL)
        append_quoted(out, "--collateral", defaults->collateral_path);
    if (defaults->pccs_url != NULL)
        append_quoted(out, "--pccs", defaults->pccs_url);
    if (defaults->has_time && *model->asked[ASK_TIME] == '\0') {
        g_autofree char *time = date_format(defaults->time);
        append_quoted(out, "--at", time);
    }
    for (unsigned i = 0; i < N_ASKS; i++)
        if (*model->asked[i] != '\0')
            append_quoted(out, ask_table[i].option, model->asked[i]);
    for (unsigned i = 0; i < n; i++) {
        const Input *input =
            model->inputs->pdata[numbers == NULL ? i : g_array_index(numbers, unsigned, i)];
        append_quoted(out, kind_options[input->kind], input->given);
    }
    return g_string_free(out, FALSE);
}

void model_set_done(Model *model, const char *command)
{
    g_autofree char *used = settings_used();
    g_autofree char *quoted = used == NULL ? NULL : g_shell_quote(used);

    g_free(model->done);
    model->done = quoted != NULL && g_str_has_prefix(command, "mse-console")
                      ? g_strdup_printf("MSE_CONSOLE_CONFIG=%s %s", quoted, command)
                      : g_strdup(command);
}
