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
    [ASK_TIME] = {N_("time"), "--at", N_("2023-06-01T00:00:00Z, 2023-06-01 or Unix seconds"),
                  false},
};

static void input_free(void *data)
{
    Input *input = data;

    if (input->result != NULL)
        verification_result_unref(input->result);
    g_free(input->given);
    g_free(input->name);
    g_free(input->tcb);
    g_free(input->kind_text);
    g_free(input->valid_until);
    g_free(input);
}

void model_init(Model *model, const VerificationRequest *defaults, const Settings *settings)
{
    memset(model, 0, sizeof *model);
    model->inputs = g_ptr_array_new_with_free_func(input_free);
    model->defaults = defaults;
    model->settings = settings;
    model->mailbox = mailbox_new();
    model->jobs = jobs_new(model->mailbox);
    model->now = clock_now();
    for (unsigned i = 0; i < N_ASKS; i++)
        model->asked[i] = g_strdup("");
}

void model_clear(Model *model)
{
    g_ptr_array_unref(model->inputs);
    mailbox_free(model->mailbox);
    jobs_free(model->jobs);
    for (unsigned i = 0; i < N_ASKS; i++)
        g_free(model->asked[i]);
    g_free(model->done);
    g_free(model->problem);
}

void model_add_input(Model *model, InputKind kind, const char *given)
{
    Input *input = g_new0(Input, 1);

    input->given = g_strdup(given);
    input->kind = kind;
    input->name = sanitize_string(given);
    model->name_width = MAX(model->name_width, text_width(input->name));
    input->outcome = OUTCOME_WAITING;
    model->counts[OUTCOME_WAITING]++;
    model->version++;
    g_ptr_array_add(model->inputs, input);
}

const Input *model_input(const Model *model, unsigned number)
{
    return number < model->inputs->len ? model->inputs->pdata[number] : NULL;
}

/* ---- results ---- */

static char *kind_text(const VerificationResult *result)
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

static bool is_simulated(const Input *input)
{
    return input->result != NULL && input->result->verdict != NULL &&
           input->result->verdict->simulated;
}

static void set_result(Model *model, Input *input, VerificationResult *result)
{
    const Verdict *verdict = result == NULL ? NULL : result->verdict;

    model->counts[input->outcome]--;
    model->simulated -= is_simulated(input);
    g_clear_pointer(&input->result, verification_result_unref);
    g_clear_pointer(&input->tcb, g_free);
    g_clear_pointer(&input->valid_until, g_free);
    if (result != NULL) {
        input->result = verification_result_ref(result);
        g_free(input->kind_text);
        input->kind_text = kind_text(result);
    }
    if (verdict != NULL && verdict->tcb_status != TCB_UNKNOWN)
        input->tcb = g_strdup(tcb_status_name(verdict->tcb_status));
    if (verdict != NULL && verdict->has_interval)
        input->valid_until = day_text(verdict->valid_until);
    input->outcome = outcome_of(result);
    model->counts[input->outcome]++;
    model->simulated += is_simulated(input);
    model->version++;
}

static bool take_result(Model *model, const Message *message)
{
    Input *input;

    if (message->number >= model->inputs->len)
        return false;
    input = model->inputs->pdata[message->number];
    if (input->generation != message->generation)
        return false;
    set_result(model, input, message->data);
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

void model_verify(Model *model, const GArray *numbers)
{
    unsigned n = numbers == NULL ? model->inputs->len : numbers->len;
    Run *run = run_new(model->defaults, (const char *const *)model->asked, ++model->generation);

    for (unsigned i = 0; i < n; i++) {
        unsigned number = numbers == NULL ? i : g_array_index(numbers, unsigned, i);
        Input *input = model->inputs->pdata[number];
        input->generation = model->generation;
        set_result(model, input, NULL);
        run_add(run, input->kind, input->given, number);
    }
    for (unsigned i = 0; numbers != NULL && i < model->inputs->len; i++) {
        Input *input = model->inputs->pdata[i];
        if (input->outcome == OUTCOME_COLLATERAL)
            run_add(run, input->kind, input->given, i);
    }
    g_clear_pointer(&model->problem, g_free);
    g_free(model->done);
    model->done = model_verify_command(model, numbers);
    run_start(run, model->jobs);
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

    if (defaults != NULL && defaults->root_path != NULL)
        append_quoted(out, "--root", defaults->root_path);
    if (defaults != NULL && defaults->collateral_path != NULL)
        append_quoted(out, "--collateral", defaults->collateral_path);
    if (defaults != NULL && defaults->pccs_url != NULL)
        append_quoted(out, "--pccs", defaults->pccs_url);
    if (defaults != NULL && defaults->has_time && *model->asked[ASK_TIME] == '\0') {
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
    g_free(model->done);
    model->done = g_strdup(command);
}
