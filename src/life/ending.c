/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "life/ending.h"

#include "core/i18n.h"
#include "core/sanitize.h"

struct LifeEndings {
    VerificationRequest request;
    Verification *verification; /* NULL: nothing was judged so far */
};

LifeEndings *life_endings_new(const Settings *settings)
{
    LifeEndings *endings = g_new0(LifeEndings, 1);
    endings->request.root_path = settings_text(settings, SETTING_TRUST_ROOT);
    endings->request.policy = settings->policy;
    return endings;
}

void life_endings_free(LifeEndings *endings)
{
    if (endings == NULL)
        return;
    verification_free(endings->verification);
    g_free(endings);
}

void life_ending_clear(LifeEnding *ending)
{
    g_free(ending->part);
    g_clear_pointer(&ending->certificate, g_bytes_unref);
    g_free(ending->why);
    *ending = (LifeEnding){0};
}

static bool read_evidence(FleetSource *source, const FleetApp *app, bool ask_engine,
                          FleetEvidence *out, Cancel *cancel, GError **error)
{
    return ask_engine ? fleet_evidence_read(source, app, NULL, out, cancel, error)
                      : fleet_evidence_read_here(source, app, out, cancel, NULL);
}

static VerificationResult *judge(LifeEndings *endings, const FleetEvidence *evidence,
                                 Cancel *cancel, GError **error)
{
    const VerificationInput input = {.kind = INPUT_EVIDENCE, .name = evidence->path};
    if (endings->verification == NULL)
        endings->verification = verification_new(&endings->request, cancel, error);
    if (endings->verification == NULL)
        return NULL;
    return verification_judge_bytes(endings->verification, &input, evidence->bytes, 0, cancel);
}

/* A verdict without collateral says nothing of when trust ends, only that nothing could be told. */
static void take_result(LifeEnding *out, const VerificationResult *result)
{
    const Verdict *verdict = result->verdict;
    if (verdict != NULL && verdict->certificate != NULL)
        out->certificate = g_bytes_ref(verdict->certificate);
    if (verdict == NULL)
        out->why = sanitize_string(result->error != NULL ? result->error->message : "");
    else if (result->collateral == NULL)
        out->why = sanitize_string(result->why_no_collateral);
    else
        out->trust = trust_of_result(result);
    if (out->trust.judged && verdict->valid_until_name != NULL &&
        trust_end_kind(&out->trust, NULL) == TRUST_END_COLLATERAL)
        out->part = sanitize_string(verdict->valid_until_name);
}

static void conclude(LifeEnding *out, const FleetApp *app)
{
    TrustEndKind kind = trust_end_kind(&out->trust, app);
    if (out->trust.judged && out->trust.verdict == VERDICT_REJECTED)
        kind = TRUST_END_NONE;
    out->end = kind == TRUST_END_NONE ? 0 : trust_end(&out->trust, app);
    out->by = trust_end_kind_name(kind);
    if (kind != TRUST_END_COLLATERAL)
        g_clear_pointer(&out->part, g_free);
}

void life_ending_find(LifeEndings *endings, FleetSource *source, const FleetApp *app,
                      bool ask_engine, LifeEnding *out, Cancel *cancel)
{
    g_autoptr(GError) error = NULL;
    g_auto(FleetEvidence) evidence = {0};
    g_autoptr(VerificationResult) result = NULL;
    *out = (LifeEnding){.trust = {.failed = -1}};
    if (read_evidence(source, app, ask_engine, &evidence, cancel, &error)) {
        result = judge(endings, &evidence, cancel, &error);
        out->origin = evidence.origin;
    }
    if (result != NULL)
        take_result(out, result);
    else if (error != NULL)
        out->why = sanitize_string(error->message);
    conclude(out, app);
}
