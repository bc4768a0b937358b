/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What the judge judges with, and what the journal remembers for it.
 */
#include "config.h"

#include "fleet/judge_private.h"

#include "core/clock.h"
#include "core/sanitize.h"

#include <sys/stat.h>

/* A verification keeps what it has seen, also of evidence that means it ill. */
enum {
    ROUND_USES = 512,
    ROUND_BYTES = 64 * 1024 * 1024,
    ROUND_SECONDS = 60, /* a PCCS that failed is asked again */
};

/* ---- basis ---- */

static FleetFileStamp stamp_of(const char *path)
{
    struct stat status;
    if (path == NULL || stat(path, &status) != 0)
        return (FleetFileStamp){0};
    return (FleetFileStamp){
        .device = status.st_dev,
        .inode = status.st_ino,
        .size = (uint64_t)status.st_size,
        .changed = status.st_mtim.tv_sec * INT64_C(1000000000) + status.st_mtim.tv_nsec,
    };
}

static bool same_stamp(const FleetFileStamp *a, const FleetFileStamp *b)
{
    return a->device == b->device && a->inode == b->inode && a->size == b->size &&
           a->changed == b->changed;
}

bool basis_files_changed(Basis *basis)
{
    const char *paths[G_N_ELEMENTS(basis->files)] = {
        basis->request.root_path, basis->request.collateral_path, basis->request.pccs_ca_path};
    bool changed = false;
    for (size_t i = 0; i < G_N_ELEMENTS(paths); i++) {
        FleetFileStamp now = stamp_of(paths[i]);
        changed |= !same_stamp(&basis->files[i], &now);
        basis->files[i] = now;
    }
    return changed;
}

Basis *basis_new(const VerificationRequest *request, void *owner, GDestroyNotify release,
                 uint64_t number)
{
    Basis *basis = g_new0(Basis, 1);
    g_atomic_ref_count_init(&basis->references);
    basis->number = number;
    basis->request = *request;
    basis->owner = owner;
    basis->release = release;
    basis_files_changed(basis);
    return basis;
}

Basis *basis_ref(Basis *basis)
{
    g_atomic_ref_count_inc(&basis->references);
    return basis;
}

void basis_unref(Basis *basis)
{
    if (basis == NULL || !g_atomic_ref_count_dec(&basis->references))
        return;
    if (basis->release != NULL)
        basis->release(basis->owner);
    g_free(basis);
}

/* ---- rounds ---- */

Round *round_new(Basis *basis, Cancel *cancel)
{
    Round *round = g_new0(Round, 1);
    g_atomic_ref_count_init(&round->references);
    round->basis = basis_ref(basis);
    round->request = basis->request;
    round->request.journal = NULL; /* its lines say more of an application */
    round->opened = clock_monotonic();
    round->verification = verification_new(&round->request, cancel, &round->problem);
    return round;
}

void round_unref(Round *round)
{
    if (round == NULL || !g_atomic_ref_count_dec(&round->references))
        return;
    verification_free(round->verification);
    g_clear_error(&round->problem);
    basis_unref(round->basis);
    g_free(round);
}

static bool is_over(const Round *round, const Basis *basis)
{
    return round->basis != basis || round->uses >= ROUND_USES || round->bytes >= ROUND_BYTES ||
           clock_monotonic() - round->opened > ROUND_SECONDS * G_USEC_PER_SEC;
}

static Round *share(Round *round)
{
    round->uses++;
    g_atomic_ref_count_inc(&round->references);
    return round;
}

/* Opening one reads files: not under the lock. Two threads may open one each: the last stays. */
Round *judge_round(Judge *judge)
{
    g_mutex_lock(&judge->lock);
    if (judge->round != NULL && !is_over(judge->round, judge->basis)) {
        Round *round = share(judge->round);
        g_mutex_unlock(&judge->lock);
        return round;
    }
    g_autoptr(Basis) basis = basis_ref(judge->basis);
    g_mutex_unlock(&judge->lock);
    Round *opened = round_new(basis, judge->cancel);
    g_mutex_lock(&judge->lock);
    Round *before = judge->round;
    judge->round = opened;
    Round *round = share(opened);
    g_mutex_unlock(&judge->lock);
    round_unref(before);
    return round;
}

/* ---- what is remembered ---- */

static bool take_line(uint64_t number, JournalLineState state, const json_t *line, Span raw,
                      void *data)
{
    Judge *judge = data;
    (void)number;
    (void)raw;
    /* A line that is broken was not written by us, or changed since: it is nobody's word. */
    if (state == JOURNAL_LINE_OK && line != NULL)
        trust_memory_take(judge->memory, line);
    return !cancel_is_set(judge->cancel, NULL);
}

static TrustMemory *memory_of(Judge *judge, const Basis *basis)
{
    if (judge->memory == NULL) {
        judge->memory = trust_memory_new();
        if (basis->request.journal != NULL)
            journal_read(basis->request.journal, take_line, judge, NULL);
    }
    return judge->memory;
}

static void copy_alarm(const TrustRecord *record, const FleetSource *source, const FleetApp *app,
                       Recalled *out)
{
    const Alarm *alarm = record->alarm;
    if (alarm == NULL)
        return;
    out->alarm =
        alarm_new(alarm->reason, app->name, fleet_source_name(source), app->id, alarm->time);
    out->alarm->from = g_strdup(alarm->from);
    out->alarm->to = g_strdup(alarm->to);
}

bool judge_recall(Judge *judge, Basis *basis, const FleetSource *source, const FleetApp *app,
                  Recalled *out)
{
    g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&judge->memory_lock);
    const TrustRecord *record =
        trust_memory_find(memory_of(judge, basis), fleet_source_name(source), app->name);
    *out = (Recalled){0};
    if (record == NULL)
        return false;
    out->trust = record->trust;
    out->id = g_strdup(record->id);
    out->gone = record->gone;
    out->said_other = record->said_other;
    memcpy(out->said, record->said, sizeof out->said);
    copy_alarm(record, source, app, out);
    return true;
}

void recalled_clear(Recalled *recalled)
{
    g_free(recalled->id);
    alarm_free(recalled->alarm);
    *recalled = (Recalled){0};
}

static void remember(Judge *judge, Basis *basis, const char *kind, json_t *fields)
{
    g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&judge->memory_lock);
    json_object_set_new(fields, "kind", json_string(kind));
    trust_memory_take(memory_of(judge, basis), fields);
}

char *judge_write(Judge *judge, Basis *basis, const char *kind, json_t *fields, int64_t now)
{
    g_autoptr(GError) error = NULL;
    if (basis->request.journal != NULL)
        journal_append(basis->request.journal, now, kind, fields, &error);
    remember(judge, basis, kind, fields);
    json_decref(fields);
    return error == NULL ? NULL : g_strdup(error->message);
}
