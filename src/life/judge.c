/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "life/judge.h"

#include "core/hex.h"
#include "core/i18n.h"
#include "core/sanitize.h"
#include "fleet/evidence.h"

static VerificationRequest request_of(const Settings *settings, Journal *journal,
                                      const FleetApp *app, const VerificationResult *with)
{
    VerificationRequest request = {
        .root_path = settings_text(settings, SETTING_TRUST_ROOT),
        .settings_pccs_url = settings_text(settings, SETTING_PCCS_URL),
        .pccs_ca_path = settings_text(settings, SETTING_PCCS_CA),
        .policy = settings->policy,
        .journal = journal,
        .application = app->name,
    };
    if (with != NULL && with->collateral != NULL) {
        request.repeats = true;
        request.collateral = with->collateral;
    }
    return request;
}

VerificationResult *life_judge(const Settings *settings, Journal *journal, const FleetApp *app,
                               InputKind kind, const char *path, const VerificationResult *with,
                               Cancel *cancel, GError **error)
{
    const VerificationRequest request = request_of(settings, journal, app, with);
    g_autoptr(Verification) verification = verification_new(&request, cancel, error);
    if (verification == NULL)
        return NULL;
    const VerificationInput input = {.kind = kind, .name = (char *)path};
    return verification_judge(verification, &input, 0, cancel);
}

VerificationResult *life_judge_evidence(const Settings *settings, Journal *journal,
                                        FleetSource *source, const FleetApp *app, Cancel *cancel,
                                        GError **error)
{
    g_auto(FleetEvidence) evidence = {0};
    if (!fleet_evidence_read(source, app, NULL, &evidence, cancel, error))
        return NULL;
    const VerificationRequest request = request_of(settings, journal, app, NULL);
    g_autoptr(Verification) verification = verification_new(&request, cancel, error);
    if (verification == NULL)
        return NULL;
    const VerificationInput input = {.kind = INPUT_EVIDENCE, .name = evidence.path};
    return verification_judge_bytes(verification, &input, evidence.bytes, 0, cancel);
}

char *life_evidence_path(FleetSource *source, const FleetApp *app, GError **error)
{
    const DockerEngine *engine = fleet_source_engine(source);
    g_autofree char *name = sanitize_string(app->name);
    if (app->directory == NULL) {
        g_set_error(error, LIFE_ERROR, LIFE_ERROR_EVIDENCE,
                    _("%s has no directory at /opt/input, where its evidence would be; was it "
                      "spawned by \"mse-console home spawn\"?"),
                    name);
        return NULL;
    }
    if (engine == NULL || docker_engine_endpoint(engine)->transport != DOCKER_TRANSPORT_UNIX) {
        g_set_error(error, LIFE_ERROR, LIFE_ERROR_EVIDENCE,
                    _("the evidence of %s is on its engine's machine; do this there, or give the "
                      "certificate with --cert"),
                    name);
        return NULL;
    }
    return g_build_filename(app->directory, "evidence.json", NULL);
}

char *life_measurement(const Verdict *verdict)
{
    if (verdict == NULL || !verdict->has_quote)
        return NULL;
    const Quote *quote = &verdict->quote;
    return quote->tee == TEE_SGX ? hex_encode(span_of(quote->body.sgx.mr_enclave, 32))
                                 : hex_encode(span_of(quote->body.td.mr_td, 48));
}
