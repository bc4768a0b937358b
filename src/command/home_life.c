/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "command/home_life.h"

#include "core/clock.h"
#include "core/i18n.h"
#include "core/sanitize.h"
#include "format/date.h"
#include "life/collect.h"
#include "life/judge.h"

#include <string.h>

static void on_say(const char *sentence, void *data)
{
    if (!job_json(data))
        job_text(data, "%s", sentence);
}

static void on_warn(const char *sentence, void *data)
{
    job_warn(data, "%s", sentence);
}

static void on_output(const char *line, void *data)
{
    if (job_json(data))
        return;
    g_autofree char *whole = g_strconcat(line, "\n", NULL);
    job_raw(data, whole, strlen(whole));
}

static void on_progress(const Progress *progress, void *data)
{
    job_progress(data, progress);
}

LifeListener home_listener(Job *job)
{
    return (LifeListener){
        .say = on_say, .warn = on_warn, .output = on_output, .progress = on_progress, .data = job};
}

FleetSource *home_one_source(Job *job, const Arguments *arguments, GError **error)
{
    g_autoptr(GPtrArray) sources = home_sources(job, arguments, error);
    if (!sources)
        return NULL;
    if (sources->len == 1)
        return fleet_source_ref(g_ptr_array_index(sources, 0));
    g_set_error(error, VERB_ERROR, VERB_ERROR_USAGE,
                _("the settings name %u engines: say which with --engine"), sources->len);
    return NULL;
}

Settings *home_settings(Job *job, GError **error)
{
    Settings *settings = settings_load(error);
    for (guint i = 0; settings && i < settings->warnings->len; i++)
        job_warn(job, "%s", (const char *)g_ptr_array_index(settings->warnings, i));
    return settings;
}

char *home_pccs(const Arguments *arguments, const Settings *settings, GError **error)
{
    const char *named = arguments_value(arguments, "pccs");
    if (!named)
        named = settings_text(settings, SETTING_PCCS_URL);
    if (named)
        return g_strdup(named);
    GError *failure = NULL;
    char *url = life_pccs_of_qcnl(LIFE_QCNL, &failure);
    if (!url && !failure)
        failure = g_error_new(LIFE_ERROR, LIFE_ERROR_PLATFORM,
                              _("no PCCS is known, from which the collateral of evidence comes: "
                                "give one with --pccs, or as [pccs] url in the settings (%s is not "
                                "there)"),
                              LIFE_QCNL);
    if (failure)
        g_propagate_error(error, failure);
    return url;
}

void home_remember(Job *job, const Deed *deed)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(Journal) journal = journal_new(NULL);
    if (!deed_record(journal, clock_now(), deed, &error))
        job_warn(job, _("the journal does not have this: %s"), error->message);
}

char *home_measurement(const VerificationResult *result)
{
    return result->verdict ? life_measurement(result->verdict) : NULL;
}

static char *why_not(const VerificationResult *result)
{
    if (!result->verdict)
        return g_strdup(result->error ? result->error->message : "");
    int first = verdict_first_failure(result->verdict);
    if (first < 0)
        return g_strdup(verdict_kind_name(result->verdict->kind));
    const char *detail = result->verdict->checks[first].detail;
    return g_strdup_printf("%s: %s", check_table[first].id,
                           detail ? detail : _(check_table[first].title));
}

/* What was fetched this moment is of today, as a rule. */
static void doubt_clock(Job *job, const Verdict *verdict)
{
    if (!verdict || !verdict->has_interval ||
        (verdict->time >= verdict->valid_from && verdict->time <= verdict->valid_until))
        return;
    g_autofree char *now = date_format(verdict->time), *from = date_format(verdict->valid_from),
                    *until = date_format(verdict->valid_until);
    job_warn(job,
             _("this host's clock says %s, and what was fetched now is valid from %s to %s: is the "
               "clock right?"),
             now, from, until);
}

void home_say_verdict(Job *job, const VerificationResult *result, const char *directory)
{
    g_autofree char *safe = sanitize_string(directory), *why = why_not(result);
    if (!result->verdict || verification_exit_status(result, false) != EXIT_OK) {
        job_warn(
            job,
            _("the evidence is not trusted: %s; %s/ratls.pem was not written, and \"home run\" "
              "will refuse this application"),
            why, safe);
        doubt_clock(job, result->verdict);
        return;
    }
    if (result->verdict->simulated)
        job_warn(job, "%s", _("SIMULATED: the evidence rests on a root that is not Intel's"));
    if (job_json(job))
        return;
    job_text(job, _("Written: %s/evidence.json"), safe);
    job_text(job, _("Written: %s/ratls.pem"), safe);
}
