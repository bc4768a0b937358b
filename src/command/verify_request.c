/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "command/verify_request.h"

#include "core/cause.h"
#include "core/file.h"
#include "core/hex.h"
#include "core/i18n.h"
#include "core/sanitize.h"
#include "format/date.h"

#include <stdlib.h>
#include <string.h>

static const struct {
    const char *option;
    InputKind kind;
} input_options[] = {
    {"evidence", INPUT_EVIDENCE},
    {"quote", INPUT_QUOTE},
    {"cert", INPUT_CERTIFICATE},
    {"host", INPUT_HOST},
};

static bool kind_of(const Argument *argument, InputKind *kind)
{
    if (!argument->option) {
        *kind = INPUT_PLAIN;
        return true;
    }
    for (size_t i = 0; i < G_N_ELEMENTS(input_options); i++) {
        if (strcmp(argument->option, input_options[i].option) == 0) {
            *kind = input_options[i].kind;
            return true;
        }
    }
    return false;
}

/* An application's output directory is named by people for the evidence in it. g_free. */
static char *name_of(const VerificationInput *input)
{
    g_autofree char *within = g_build_filename(input->name, "evidence.json", NULL);
    bool evidence = input->kind == INPUT_PLAIN || input->kind == INPUT_EVIDENCE;
    if (evidence && g_file_test(input->name, G_FILE_TEST_IS_DIR) &&
        g_file_test(within, G_FILE_TEST_IS_REGULAR))
        return g_steal_pointer(&within);
    return g_strdup(input->name);
}

static void clear_input(void *data)
{
    VerificationInput *input = data;
    g_free(input->name);
}

static GArray *inputs_of(const Arguments *arguments)
{
    GArray *inputs = g_array_new(FALSE, FALSE, sizeof(VerificationInput));
    g_array_set_clear_func(inputs, clear_input);
    const GArray *order = arguments_in_order(arguments);
    for (guint i = 0; i < order->len; i++) {
        const Argument *argument = &g_array_index(order, Argument, i);
        VerificationInput input = {.name = (char *)argument->value};
        if (!kind_of(argument, &input.kind))
            continue;
        input.name = name_of(&input);
        g_array_append_val(inputs, input);
    }
    return inputs;
}

static Policy *read_policy_file(const char *path, Cancel *cancel, GError **error)
{
    g_autoptr(GBytes) bytes = file_read(path, LIMIT_POLICY, cancel, error);
    if (!bytes)
        return NULL;
    g_autofree char *name = sanitize_string(path);
    size_t size;
    const void *data = g_bytes_get_data(bytes, &size);
    g_autoptr(TomlValue) document = toml_parse(span_of(data, size), name, error);
    if (!document)
        return NULL;
    g_autoptr(Policy) policy = policy_new();
    if (!policy_read(policy, document, name, error))
        return NULL;
    return g_steal_pointer(&policy);
}

static bool decode(const char *hex, uint8_t *out, size_t size)
{
    return hex_decode_exact(span_of(hex, strlen(hex)), out, size);
}

/* The parser has checked the digits. */
static GArray *measurements_of(const Arguments *arguments, const char *option)
{
    const GPtrArray *values = arguments_values(arguments, option);
    if (values->len == 0)
        return NULL;
    GArray *all = g_array_new(FALSE, TRUE, sizeof(Measurement));
    for (guint i = 0; i < values->len; i++) {
        Measurement measurement = {0};
        if (decode(g_ptr_array_index(values, i), measurement.bytes, 32))
            g_array_append_val(all, measurement);
    }
    return all;
}

static bool read_signer_key(const char *path, GArray **out, Cancel *cancel, GError **error)
{
    g_autoptr(GBytes) bytes = file_read(path, LIMIT_KEY, cancel, error);
    if (!bytes)
        return false;
    size_t size;
    const void *data = g_bytes_get_data(bytes, &size);
    Measurement measurement = {0};
    if (!mrsigner_of_key(span_of(data, size), measurement.bytes, error)) {
        g_autofree char *name = sanitize_string(path);
        cause_prefix(error, CAUSE_HERE, _("reading the signing key %s: "), name);
        return false;
    }
    *out = g_array_new(FALSE, TRUE, sizeof(Measurement));
    g_array_append_val(*out, measurement);
    return true;
}

static void expect_number(const Arguments *arguments, const char *option, bool *has, uint16_t *out)
{
    const char *text = arguments_value(arguments, option);
    *has = text != NULL;
    if (text)
        *out = (uint16_t)strtoul(text, NULL, 10);
}

static void expect_report_data(const Arguments *arguments, Expectations *expected)
{
    const char *text = arguments_value(arguments, "report-data");
    expected->has_report_data = text != NULL;
    if (!text)
        return;
    expected->report_data_size = strlen(text) / 2;
    decode(text, expected->report_data, expected->report_data_size);
}

static void expect_td(const Arguments *arguments, Expectations *expected)
{
    const char *mrtd = arguments_value(arguments, "mrtd");
    expected->has_mrtd = mrtd && decode(mrtd, expected->mrtd, sizeof expected->mrtd);
    const GPtrArray *values = arguments_values(arguments, "rtmr");
    for (guint i = 0; i < values->len; i++) {
        const char *text = g_ptr_array_index(values, i);
        int number = text[0] - '0';
        expected->has_rtmr[number] = decode(text + 2, expected->rtmr[number], 48);
    }
}

static bool read_expectations(const Arguments *arguments, Expectations *expected, Cancel *cancel,
                              GError **error)
{
    const char *key = arguments_value(arguments, "signer-key");
    if (key && arguments_value(arguments, "mrsigner")) {
        g_set_error_literal(error, VERB_ERROR, VERB_ERROR_USAGE,
                            _("--signer-key and --mrsigner both name the signer: give one"));
        return false;
    }
    expected->mrenclave = measurements_of(arguments, "mrenclave");
    expected->mrsigner = measurements_of(arguments, "mrsigner");
    expect_number(arguments, "isv-prod-id", &expected->has_isv_prod_id, &expected->isv_prod_id);
    expect_number(arguments, "min-isv-svn", &expected->has_min_isv_svn, &expected->min_isv_svn);
    expect_report_data(arguments, expected);
    expect_td(arguments, expected);
    return !key || read_signer_key(key, &expected->mrsigner, cancel, error);
}

static void fill(VerifyRequest *made)
{
    const Arguments *arguments = made->arguments;
    VerificationRequest *request = &made->request;
    const char *root = arguments_value(arguments, "root");
    const char *at = arguments_value(arguments, "at");
    request->root_path = root ? root : settings_text(made->settings, SETTING_TRUST_ROOT);
    request->collateral_path = arguments_value(arguments, "collateral");
    request->pccs_url = arguments_value(arguments, "pccs");
    request->settings_pccs_url = settings_text(made->settings, SETTING_PCCS_URL);
    request->pccs_ca_path = settings_text(made->settings, SETTING_PCCS_CA);
    request->has_time = at && date_parse_user(at, &request->time);
    request->policy = made->policy ? made->policy : made->settings->policy;
    request->strict = arguments_flag(arguments, "strict");
    request->journal = made->journal;
}

static bool check_number_of_inputs(const VerifyRequest *made, GError **error)
{
    if (made->inputs->len <= limit_bytes(LIMIT_INPUTS))
        return true;
    g_set_error(error, VERB_ERROR, VERB_ERROR_USAGE,
                _("%u inputs are more than the %zu that one call takes: call it several times"),
                made->inputs->len, limit_bytes(LIMIT_INPUTS));
    return false;
}

/* What the command line asks, over the settings that are in `made`. */
static bool lay(VerifyRequest *made, Cancel *cancel, GError **error)
{
    const char *policy = arguments_value(made->arguments, "policy");
    if (policy) {
        made->policy = read_policy_file(policy, cancel, error);
        if (!made->policy)
            return false;
    }
    if (!read_expectations(made->arguments, &made->request.expectations, cancel, error))
        return false;
    fill(made);
    return true;
}

static VerifyRequest *empty(const Arguments *arguments)
{
    VerifyRequest *made = g_new0(VerifyRequest, 1);
    g_atomic_ref_count_init(&made->references);
    made->arguments = arguments;
    made->inputs = inputs_of(arguments);
    return made;
}

VerifyRequest *verify_request_new(Job *job, const Arguments *arguments, GError **error)
{
    g_autoptr(VerifyRequest) made = empty(arguments);
    if (!check_number_of_inputs(made, error))
        return NULL;
    made->settings = settings_load(error);
    if (!made->settings)
        return NULL;
    for (guint i = 0; i < made->settings->warnings->len; i++)
        job_warn(job, "%s", (const char *)g_ptr_array_index(made->settings->warnings, i));
    made->journal = journal_new(NULL);
    if (!lay(made, job_cancel(job), error))
        return NULL;
    return g_steal_pointer(&made);
}

VerifyRequest *verify_request_again(VerifyRequest *asked, const char *settings, Cancel *cancel,
                                    GError **error)
{
    g_autoptr(VerifyRequest) made = empty(asked->arguments);
    made->settings = settings ? settings_load_file(settings, error) : settings_load(error);
    if (!made->settings)
        return NULL;
    made->first = verify_request_ref(asked->first ? asked->first : asked);
    made->journal = made->first->journal;
    if (!lay(made, cancel, error))
        return NULL;
    return g_steal_pointer(&made);
}

bool verify_request_judges_alike(const VerifyRequest *a, const VerifyRequest *b)
{
    static const char *const sections[] = {"policy", "trust", "pccs"};
    for (size_t i = 0; i < G_N_ELEMENTS(sections); i++)
        if (!settings_same(a->settings, b->settings, sections[i]))
            return false;
    return !a->policy && !b->policy; /* a file may be another by now */
}

VerifyRequest *verify_request_ref(VerifyRequest *request)
{
    g_atomic_ref_count_inc(&request->references);
    return request;
}

void verify_request_unref(VerifyRequest *request)
{
    if (!request || !g_atomic_ref_count_dec(&request->references))
        return;
    g_array_unref(request->inputs);
    g_clear_pointer(&request->request.expectations.mrenclave, g_array_unref);
    g_clear_pointer(&request->request.expectations.mrsigner, g_array_unref);
    policy_free(request->policy);
    settings_free(request->settings);
    if (request->first)
        verify_request_unref(request->first);
    else
        journal_free(request->journal);
    g_free(request);
}
