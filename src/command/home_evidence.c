/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "command/home_life.h"

#include "app/evidence.h"
#include "core/file.h"
#include "core/i18n.h"
#include "core/sanitize.h"
#include "life/collect.h"

#include <string.h>

/* Where gramine looks for the key in its container. */
#define KEY_INSIDE "/root/.config/gramine/enclave-key.pem"

/* The one that is bound into the container, when it can be read here. */
static char *key_of_container(Job *job, const HomeApp *found, GError **error)
{
    Cancel *cancel = job_cancel(job);
    g_autoptr(DockerInspect) inspect =
        docker_engine_inspect(fleet_source_engine(found->source), found->app->id, cancel, error);
    for (size_t i = 0; inspect && i < inspect->n_mounts; i++)
        if (g_strcmp0(inspect->mounts[i].destination, KEY_INSIDE) == 0)
            return life_signer_public(inspect->mounts[i].source, cancel, error);
    if (inspect)
        g_set_error(error, LIFE_ERROR, LIFE_ERROR_KEY,
                    _("no signing key is bound at %s of the container, and there is no earlier "
                      "evidence with its public half"),
                    KEY_INSIDE);
    return NULL;
}

/* As earlier evidence of this very application has it. */
static char *key_of_evidence(const HomeApp *found, const char *directory)
{
    g_autofree char *path = g_build_filename(directory, "evidence.json", NULL);
    g_autoptr(GBytes) bytes = file_read(path, LIMIT_EVIDENCE, NULL, NULL);
    if (!bytes)
        return NULL;
    size_t size;
    const void *data = g_bytes_get_data(bytes, &size);
    g_autoptr(Evidence) evidence = evidence_parse(span_of(data, size), path, NULL);
    if (!evidence || !evidence->signer_key)
        return NULL;
    const char *uuid = json_string_value(json_object_get(evidence->input_args, "app_id"));
    if (g_strcmp0(uuid, found->app->uuid) != 0)
        return NULL;
    const char *pem = g_bytes_get_data(evidence->signer_key, &size);
    return g_strndup(pem, size);
}

static char *signer_key(Job *job, const HomeApp *found, GError **error)
{
    g_autoptr(GError) failure = NULL;
    char *key = key_of_container(job, found, &failure);
    if (!key && found->app->directory)
        key = key_of_evidence(found, found->app->directory);
    if (!key)
        g_propagate_error(error, g_steal_pointer(&failure));
    return key;
}

/* "host:port" as this machine reaches it. */
static char *address_of(const HomeApp *found, GError **error)
{
    g_autofree char *url = fleet_app_url(found->source, found->app, "");
    if (url && found->app->state == FLEET_STATE_RUNNING)
        return g_strdup(url + strlen("https://"));
    g_autofree char *name = sanitize_string(found->app->name);
    g_set_error(error, LIFE_ERROR, LIFE_ERROR_ENDED,
                _("%s does not run: evidence comes from a running enclave; start it with "
                  "\"mse-console home restart %s\""),
                name, name);
    return NULL;
}

static const char *directory_of(const Arguments *arguments, const HomeApp *found, GError **error)
{
    const char *directory = arguments_value(arguments, "output");
    if (!directory)
        directory = found->app->directory;
    if (!directory)
        g_set_error_literal(error, VERB_ERROR, VERB_ERROR_USAGE,
                            _("home evidence: this application has no directory of its own; say "
                              "where with --output"));
    return directory;
}

static void report(Job *job, const HomeApp *found, const VerificationResult *result,
                   const char *directory)
{
    home_say_verdict(job, result, directory);
    if (!job_json(job))
        return;
    g_autofree char *measurement = home_measurement(result);
    g_autofree char *path = g_build_filename(directory, "evidence.json", NULL);
    job_emit(job,
             json_pack("{s:s, s:s, s:o, s:s, s:s?, s:s}", "name", found->app->name, "id",
                       found->app->id, "engine", home_engine(found->source), "evidence", path,
                       "measurement", measurement, "verdict", verification_verdict_name(result)));
}

static int collect(Job *job, const Arguments *arguments, const HomeApp *found)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(Settings) settings = home_settings(job, &error);
    const char *directory = settings ? directory_of(arguments, found, &error) : NULL;
    g_autofree char *host_port = directory ? address_of(found, &error) : NULL;
    g_autofree char *pccs = host_port ? home_pccs(arguments, settings, &error) : NULL;
    g_autofree char *key = pccs ? signer_key(job, found, &error) : NULL;
    if (!key)
        return job_fail(job, error);
    g_autoptr(Journal) journal = journal_new(NULL);
    const LifeListener listener = home_listener(job);
    const FleetApp *app = found->app;
    const LifeCollect request = {
        .host_port = host_port,
        .name = app->name,
        .arguments = {.subject = app->subject,
                      .san = app->san,
                      .uuid = app->uuid,
                      .application = app->application,
                      .expires = app->expires,
                      .size = app->size / (1024 * 1024)},
        .signer_key = key,
        .pccs_url = pccs,
        .pccs_ca = settings_text(settings, SETTING_PCCS_CA),
        .root = settings_text(settings, SETTING_TRUST_ROOT),
        .policy = settings->policy,
        .journal = journal,
        .directory = directory,
        .cancel = job_cancel(job),
        .listener = &listener,
    };
    g_autoptr(VerificationResult) result = life_collect(&request, &error);
    if (!result)
        return job_fail(job, error);
    report(job, found, result, directory);
    return EXIT_OK;
}

static int run_evidence(Job *job, const Arguments *arguments)
{
    g_autoptr(GError) error = NULL;
    g_auto(HomeApp) found = {0};
    if (!home_find(job, arguments, g_ptr_array_index(arguments_operands(arguments), 0), &found,
                   &error))
        return job_fail(job, error);
    return collect(job, arguments, &found);
}

static const VerbOption options[] = {
    HOME_PCCS_OPTION,
    {.name = "output",
     .letter = 'o',
     .kind = ARGUMENT_OUTPUT,
     .metavar = "DIR",
     .help = N_("where evidence.json and ratls.pem go; default: the application's directory")},
    HOME_ENGINE_OPTION,
    {0},
};

static const VerbColumn columns[] = {
    {"name", N_("name"), COLUMN_TEXT, NULL, false},
    {"id", N_("id"), COLUMN_TEXT, NULL, false},
    {"engine", N_("engine"), COLUMN_TEXT, NULL, false},
    {"evidence", N_("evidence"), COLUMN_TEXT, NULL, false},
    {"measurement", N_("measurement"), COLUMN_TEXT, NULL, false},
    {"verdict", N_("verdict"), COLUMN_TEXT, NULL, false},
    {0},
};

const Verb verb_home_evidence = {
    .words = "home evidence",
    .operands = "NAME",
    .min_operands = 1,
    .max_operands = 1,
    .operand_kind = ARGUMENT_TEXT,
    .help = N_("collect the evidence of an application again"),
    .description =
        N_("Takes the certificate that the running enclave shows, fetches the collateral of its "
           "quote, writes both as evidence.json, and judges it at once: ratls.pem is written "
           "beside it when it is trusted, and one that is there is removed when it is not. What "
           "\"spawn\" does at its end; to be done again when collateral has expired. Exit status "
           "0 also when the evidence is not trusted: that is said, and \"verify\" is what judges."),
    .options = options,
    .columns = columns,
    .flags = VERB_STREAM | VERB_APPLICATION,
    .run = run_evidence,
};
