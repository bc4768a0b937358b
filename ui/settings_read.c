/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "ui/settings_read.h"

#include "core/i18n.h"
#include "core/sanitize.h"
#include "fleet/usual.h"

#include <string.h>

typedef struct ReadTask {
    VerifyRequest *basis;
    char *named;
    uint64_t generation;
} ReadTask;

static void task_free(void *data)
{
    ReadTask *task = data;

    verify_request_unref(task->basis);
    g_free(task->named);
    g_free(task);
}

static void read_free(void *data)
{
    SettingsRead *read = data;

    g_free(read->named);
    verify_request_unref(read->basis);
    g_ptr_array_unref(read->sources);
    g_free(read);
}

/* The file that is read: NULL when there need not be one. */
static const char *path_of(const ReadTask *task)
{
    return task->named != NULL ? task->named : task->basis->settings->path;
}

/* One line has room for the first problem, and its place matters more than a long path. */
static char *sentence_of(const ReadTask *task, const GError *error)
{
    const char *path = path_of(task) == NULL ? "" : path_of(task);
    g_autofree char *base = g_path_get_basename(path);
    g_autofree char *name = sanitize_string(base);
    g_auto(GStrv) problems = g_strsplit(error->message, "\n", -1);
    unsigned more = g_strv_length(problems) - 1;
    const char *first = problems[0];

    if (!g_error_matches(error, SETTINGS_ERROR, SETTINGS_ERROR_VALUE))
        return g_strdup(error->message);
    if (g_str_has_prefix(first, path) && g_str_has_prefix(first + strlen(path), ": "))
        first += strlen(path) + 2;
    if (more == 0)
        return g_strdup_printf(_("%s was not taken: %s"), name, first);
    return g_strdup_printf(P_("%s was not taken: %s (and %u problem more)",
                              "%s was not taken: %s (and %u problems more)", more),
                           name, first, more);
}

static void refuse(UiJob *job, const ReadTask *task, const GError *error)
{
    job->status = 1;
    mailbox_post(job->mailbox, (Message){.kind = MESSAGE_SAID,
                                         .number = ROLE_REJECTED,
                                         .data = sentence_of(task, error),
                                         .free_data = g_free});
}

static void read_job(UiJob *job, void *data)
{
    const ReadTask *task = data;
    g_autoptr(GError) error = NULL;
    VerifyRequest *basis = verify_request_again(task->basis, path_of(task), job->cancel, &error);
    SettingsRead *read;

    if (basis == NULL) {
        refuse(job, task, error);
        return;
    }
    read = g_new0(SettingsRead, 1);
    read->named = g_strdup(task->named);
    read->basis = basis;
    read->sources = fleet_sources_usual(basis->settings, true, NULL);
    mailbox_post(job->mailbox, (Message){.kind = MESSAGE_SETTINGS,
                                         .generation = task->generation,
                                         .data = read,
                                         .free_data = read_free});
}

/* "~/" is what Tab completes; there is no shell here that expands it. */
static char *path_meant(const char *typed)
{
    if (g_str_has_prefix(typed, "~/"))
        return g_build_filename(g_get_home_dir(), typed + 2, NULL);
    return g_canonicalize_filename(typed, NULL);
}

UiJob *settings_read_start(Jobs *jobs, VerifyRequest *basis, const char *typed, uint64_t generation)
{
    ReadTask *task = g_new0(ReadTask, 1);

    task->basis = verify_request_ref(basis);
    task->named = typed == NULL ? NULL : path_meant(typed);
    task->generation = generation;
    return jobs_start(jobs, "source", JOB_QUIET | JOB_URGENT, read_job, task, task_free);
}

char *settings_taken_text(const Settings *settings, const GPtrArray *problems, Role *role)
{
    g_autofree char *path = settings->path == NULL ? NULL : sanitize_string(settings->path);
    const GPtrArray *said = settings->warnings->len > 0 ? settings->warnings : problems;

    *role = said != NULL && said->len > 0 ? ROLE_WARNING : ROLE_TRUSTED;
    if (*role == ROLE_WARNING)
        return g_strdup(said->pdata[0]);
    if (path == NULL)
        return g_strdup(_("there is no settings file: all defaults"));
    return g_strdup_printf(_("settings are those of %s now"), path);
}
