/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The evidence of applications: found where their engine binds it, judged in the background, a few
 * whole results kept.
 */
#include "config.h"

#include "ui/model.h"
#include "ui/run.h"

static void keep_whole(Apps *apps, unsigned number)
{
    g_queue_remove(&apps->kept, GUINT_TO_POINTER(number));
    g_queue_push_tail(&apps->kept, GUINT_TO_POINTER(number));
    while (g_queue_get_length(&apps->kept) > KEPT_RESULTS) {
        AppRow *row = apps->rows->pdata[GPOINTER_TO_UINT(g_queue_pop_head(&apps->kept))];
        g_clear_pointer(&row->evidence.result, verification_result_unref);
        g_clear_pointer(&row->evidence_of, g_free); /* when it is in sight it is judged again */
    }
}

static void note(AppRow *row, VerificationResult *result)
{
    const Verdict *verdict = result->verdict;
    Input *input = &row->evidence;

    g_clear_pointer(&input->result, verification_result_unref);
    g_free(input->kind_text);
    input->result = verification_result_ref(result);
    input->kind_text = model_kind_text(result);
    input->outcome = outcome_of(result);
    input->simulated = verdict != NULL && verdict->simulated;
    input->failed = verdict == NULL ? -1 : verdict_first_failure(verdict);
    row->ends = verdict != NULL && verdict->has_interval ? verdict->valid_until : 0;
    row->judged = true;
    row->other_certificate = app_shows_another(row);
}

bool model_take_app_result(Model *model, const Message *message)
{
    AppRow *row = apps_row(model->apps, message->number);
    Apps *apps = model->apps;

    if (row == NULL || row->evidence.generation != message->generation)
        return false;
    if (row->judged)
        apps->trust[row->evidence.outcome]--;
    apps->alarms -= row->other_certificate;
    apps->simulated -= row->evidence.simulated;
    note(row, message->data);
    apps->trust[row->evidence.outcome]++;
    apps->alarms += row->other_certificate;
    apps->simulated += row->evidence.simulated;
    row->evidence.version = ++model->version;
    apps->version++;
    keep_whole(apps, message->number & ~APP_NUMBER_FIRST);
    return true;
}

/* Its directory is one of ours only when the engine is this machine's. */
static bool evidence_is_here(const Apps *apps, const AppRow *row)
{
    const DockerEngine *engine = fleet_source_engine(apps_source_of(apps, row));

    return row->app->directory != NULL && engine != NULL &&
           docker_engine_endpoint(engine)->transport == DOCKER_TRANSPORT_UNIX;
}

static void begin(Model *model, AppRow *row, unsigned number, Run *run)
{
    Input *input = &row->evidence;

    g_free(row->evidence_of);
    row->evidence_of = g_strdup(row->app->directory);
    g_free(input->given);
    input->given = g_build_filename(row->app->directory, "evidence.json", NULL);
    g_free(input->name);
    input->name = g_strdup(row->name);
    input->kind = INPUT_EVIDENCE;
    if (!row->judged)
        input->outcome = OUTCOME_WAITING;
    input->generation = model->generation;
    run_add(run, INPUT_EVIDENCE, input->given, number | APP_NUMBER_FIRST);
}

void model_judge_apps(Model *model, const GArray *numbers, bool again)
{
    static const char *const nothing[N_ASKS] = {"", "", "", ""};
    Run *run = NULL;

    for (unsigned i = 0; i < numbers->len; i++) {
        unsigned number = g_array_index(numbers, unsigned, i);
        AppRow *row = apps_row(model->apps, number);
        if (row == NULL || !evidence_is_here(model->apps, row) ||
            (!again && g_strcmp0(row->evidence_of, row->app->directory) == 0))
            continue;
        if (run == NULL)
            run = run_new(model->defaults, nothing, ++model->generation);
        begin(model, row, number, run);
    }
    if (run != NULL)
        run_start(run, model->jobs, !again);
}
