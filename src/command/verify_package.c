/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "command/verify_package.h"

#include "app/evidence.h"
#include "command/home_life.h"
#include "core/cause.h"
#include "core/file.h"
#include "core/i18n.h"
#include "life/measure.h"

struct VerifyPackage {
    FleetSource *source;
    Package *package;
    Evidence *evidence;
    LifeListener listener;
    LifeMeasure measure;
};

void verify_package_free(VerifyPackage *package)
{
    if (!package)
        return;
    g_clear_pointer(&package->source, fleet_source_unref);
    package_free(package->package);
    evidence_free(package->evidence);
    g_free(package);
}

static bool check_line(const Arguments *arguments, const VerifyRequest *asked, GError **error)
{
    const char *problem = NULL;
    if (arguments_value(arguments, "mrenclave"))
        problem = _("verify: --package and --mrenclave both say which MRENCLAVE is expected: give "
                    "one");
    else if (asked->inputs->len != 1)
        problem = _("verify: --package goes with one evidence file");
    if (problem)
        g_set_error_literal(error, VERB_ERROR, VERB_ERROR_USAGE, problem);
    return !problem;
}

static Evidence *read_evidence(Job *job, const VerifyRequest *asked, GError **error)
{
    const VerificationInput *input = &g_array_index(asked->inputs, VerificationInput, 0);
    g_autoptr(GBytes) bytes = file_read(input->name, LIMIT_EVIDENCE, job_cancel(job), error);
    if (!bytes)
        return NULL;
    size_t size;
    const void *data = g_bytes_get_data(bytes, &size);
    Evidence *evidence = evidence_parse(span_of(data, size), input->name, error);
    if (evidence && evidence->input_args)
        return evidence;
    if (evidence)
        g_set_error(error, EVIDENCE_ERROR, EVIDENCE_ERROR_FORM,
                    _("%s does not say with which arguments the enclave was started (input_args): "
                      "give the measurement with --mrenclave"),
                    input->name);
    evidence_free(evidence);
    return NULL;
}

static const char *text_of(const json_t *object, const char *key)
{
    return json_string_value(json_object_get(object, key));
}

static LifeArguments arguments_of(const json_t *claimed)
{
    json_int_t size = json_integer_value(json_object_get(claimed, "size"));
    return (LifeArguments){
        .subject = text_of(claimed, "subject"),
        .san = text_of(claimed, "subject_alternative_name"),
        .uuid = text_of(claimed, "app_id"),
        .application = text_of(claimed, "application"),
        .expires = json_integer_value(json_object_get(claimed, "expiration_date")),
        .size = size > 0 && size <= G_MAXUINT32 ? (uint64_t)size : 0,
    };
}

static void expect(VerifyRequest *asked, const uint8_t mrenclave[32])
{
    Measurement measurement = {0};
    memcpy(measurement.bytes, mrenclave, 32);
    asked->request.expectations.mrenclave = g_array_new(FALSE, TRUE, sizeof(Measurement));
    g_array_append_val(asked->request.expectations.mrenclave, measurement);
}

static bool measure(Job *job, VerifyPackage *package, VerifyRequest *asked, GError **error)
{
    uint8_t mrenclave[32];
    package->listener = home_listener(job);
    package->measure = (LifeMeasure){.engine = fleet_source_engine(package->source),
                                     .package = package->package,
                                     .arguments = arguments_of(package->evidence->input_args),
                                     .certificate = package->evidence->certificate,
                                     .cancel = job_cancel(job),
                                     .listener = &package->listener};
    if (!life_measure(&package->measure, mrenclave, error)) {
        if (error && (*error)->domain == DOCKER_ERROR)
            cause_prefix(error, CAUSE_HERE,
                         _("the package was not measured (where there is no engine, "
                           "--mrenclave HEX gives a measurement that is known): "));
        return false;
    }
    expect(asked, mrenclave);
    return true;
}

VerifyPackage *verify_package_measure(Job *job, const Arguments *arguments, VerifyRequest *asked,
                                      GError **error)
{
    g_autoptr(VerifyPackage) package = g_new0(VerifyPackage, 1);
    if (!check_line(arguments, asked, error))
        return NULL;
    package->evidence = read_evidence(job, asked, error);
    if (!package->evidence)
        return NULL;
    package->package = package_open(arguments_value(arguments, "package"), job_cancel(job), error);
    if (!package->package)
        return NULL;
    package->source = home_one_source(job, arguments, error);
    if (!package->source || !measure(job, package, asked, error))
        return NULL;
    return g_steal_pointer(&package);
}

void verify_package_explain(VerifyPackage *package, Job *job, const VerificationResult *result)
{
    if (!job_json(job) && result && result->verdict &&
        result->verdict->checks[CHECK_MRENCLAVE].result == CHECK_RESULT_FAILED)
        life_explain_difference(&package->measure);
}
