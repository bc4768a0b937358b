/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "fleet/trust.h"

#include "attest/signature.h"
#include "core/hex.h"
#include "core/i18n.h"
#include "core/sanitize.h"
#include "format/date.h"

#include <string.h>

enum { MINUTE = 60, HOUR = 60 * MINUTE, DAY = 24 * HOUR };

/* ---- what is remembered ---- */

void trust_hash(GBytes *certificate, uint8_t out[TRUST_HASH])
{
    size_t size;
    const void *data = g_bytes_get_data(certificate, &size);
    sha256(span_of(data, size), out);
}

static void set_measurement(Trust *trust, const Quote *quote)
{
    bool sgx = quote->tee == TEE_SGX;
    trust->measurement_size = sgx ? 32 : 48;
    memcpy(trust->measurement, sgx ? quote->body.sgx.mr_enclave : quote->body.td.mr_td,
           trust->measurement_size);
}

/* The application's own certificate bounds no verdict, but a client refuses it all the same. */
static void set_end(Trust *trust, const Verdict *verdict)
{
    trust->ends = verdict->has_interval ? verdict->valid_until : 0;
    for (unsigned i = 0; verdict->chain != NULL && i < verdict->chain->len; i++) {
        const TrustLink *link = g_ptr_array_index(verdict->chain, i);
        if (g_strcmp0(link->role, "certificate") != 0 || link->not_after == 0 ||
            (trust->ends != 0 && trust->ends < link->not_after))
            continue;
        trust->ends = link->not_after;
        trust->ends_with_certificate = true;
    }
}

Trust trust_of_result(const VerificationResult *result)
{
    const Verdict *verdict = result->verdict;
    Trust trust = {0};
    if (verdict == NULL)
        return trust;
    trust.judged = true;
    trust.verdict = verdict->kind;
    trust.failed = verdict_first_failure(verdict);
    trust.simulated = verdict->simulated;
    trust.at = verdict->time;
    set_end(&trust, verdict);
    memcpy(trust.root, verdict->root_sha256, sizeof trust.root);
    if (verdict->has_quote)
        set_measurement(&trust, &verdict->quote);
    trust.has_certificate = verdict->certificate != NULL;
    if (trust.has_certificate)
        trust_hash(verdict->certificate, trust.certificate);
    return trust;
}

static bool same_measurement(const Trust *a, const Trust *b)
{
    return a->measurement_size == b->measurement_size &&
           memcmp(a->measurement, b->measurement, a->measurement_size) == 0;
}

static bool same_certificate(const Trust *a, const Trust *b)
{
    return a->has_certificate == b->has_certificate &&
           memcmp(a->certificate, b->certificate, sizeof a->certificate) == 0;
}

static bool same_root(const Trust *a, const Trust *b)
{
    return memcmp(a->root, b->root, sizeof a->root) == 0;
}

bool trust_same(const Trust *before, const Trust *now)
{
    return before->judged == now->judged && before->verdict == now->verdict &&
           before->failed == now->failed && same_root(before, now) &&
           same_measurement(before, now) && same_certificate(before, now);
}

/* ---- alarms ---- */

static const struct {
    const char *name;
    const char *text;         /* N_() with from and to */
    const char *without_from; /* N_() */
} reasons[N_ALARMS] = {
    [ALARM_MEASUREMENT] = {"measurement", N_("its measurement changed from %s to %s"),
                           N_("its measurement changed")},
    [ALARM_VERDICT] = {"verdict", N_("its verdict became worse: from %s to %s"),
                       N_("its verdict became worse")},
    [ALARM_CERTIFICATE] = {"certificate",
                           N_("the certificate of its evidence changed from %s to "
                              "%s"),
                           N_("the certificate of its evidence changed")},
    [ALARM_SERVED] = {"served_certificate",
                      N_("its evidence is about certificate %s, but it shows %s"),
                      N_("it shows another certificate than its evidence has")},
    [ALARM_GONE] = {"evidence_gone", NULL, N_("its evidence can no longer be had")},
};

const char *alarm_reason_name(AlarmReason reason)
{
    return reasons[reason].name;
}

AlarmReason alarm_reason_named(const char *name)
{
    for (int i = 1; i < N_ALARMS; i++)
        if (g_strcmp0(reasons[i].name, name) == 0)
            return (AlarmReason)i;
    return ALARM_NONE;
}

Alarm *alarm_new(AlarmReason reason, const char *application, const char *engine, const char *id,
                 int64_t time)
{
    Alarm *alarm = g_new0(Alarm, 1);
    alarm->reason = reason;
    alarm->application = g_strdup(application);
    alarm->engine = g_strdup(engine);
    alarm->id = g_strdup(id);
    alarm->time = time;
    return alarm;
}

void alarm_free(Alarm *alarm)
{
    if (alarm == NULL)
        return;
    g_free(alarm->application);
    g_free(alarm->engine);
    g_free(alarm->id);
    g_free(alarm->from);
    g_free(alarm->to);
    g_free(alarm);
}

/* Both ends of hex; a word whole. */
static char *short_value(const char *value)
{
    g_autofree char *safe = sanitize_string(value);
    size_t size = strlen(safe);
    if (size < 24)
        return g_steal_pointer(&safe);
    return g_strdup_printf("%.4s…%s", safe, safe + size - 4);
}

char *alarm_text(const Alarm *alarm)
{
    if (alarm->from == NULL || alarm->to == NULL || reasons[alarm->reason].text == NULL)
        return g_strdup(_(reasons[alarm->reason].without_from));
    g_autofree char *from = short_value(alarm->from), *to = short_value(alarm->to);
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
    return g_strdup_printf(_(reasons[alarm->reason].text), from, to);
#pragma GCC diagnostic pop
}

static bool is_worse(const Trust *before, const Trust *now)
{
    return same_root(before, now) && now->verdict > before->verdict;
}

AlarmReason trust_compare(const Trust *before, const Trust *now, bool same_container,
                          bool other_measure)
{
    if (!before->judged || !now->judged)
        return ALARM_NONE;
    if (before->measurement_size > 0 && now->measurement_size > 0 && !same_measurement(before, now))
        return ALARM_MEASUREMENT;
    if (!other_measure && is_worse(before, now))
        return ALARM_VERDICT;
    if (same_container && before->has_certificate && now->has_certificate &&
        !same_certificate(before, now))
        return ALARM_CERTIFICATE;
    return ALARM_NONE;
}

void alarm_set_hashes(Alarm *alarm, const uint8_t *from, const uint8_t *to, size_t size)
{
    g_free(alarm->from);
    g_free(alarm->to);
    alarm->from = hex_encode(span_of(from, size));
    alarm->to = hex_encode(span_of(to, size));
}

void alarm_set_change(Alarm *alarm, const Trust *before, const Trust *now)
{
    switch (alarm->reason) {
    case ALARM_MEASUREMENT:
        g_free(alarm->from);
        g_free(alarm->to);
        alarm->from = hex_encode(span_of(before->measurement, before->measurement_size));
        alarm->to = hex_encode(span_of(now->measurement, now->measurement_size));
        return;
    case ALARM_CERTIFICATE:
        alarm_set_hashes(alarm, before->certificate, now->certificate, TRUST_HASH);
        return;
    case ALARM_VERDICT:
        g_free(alarm->from);
        g_free(alarm->to);
        alarm->from = g_strdup(verdict_kind_name(before->verdict));
        alarm->to = g_strdup(verdict_kind_name(now->verdict));
        return;
    default:
        return;
    }
}

/* ---- the journal ---- */

json_t *alarm_json(const Alarm *alarm)
{
    g_autofree char *application = sanitize_string(alarm->application);
    g_autofree char *engine = sanitize_string(alarm->engine);
    return json_pack("{s:s, s:s, s:s?, s:s, s:s?, s:s?}", "application", application, "engine",
                     engine, "id", alarm->id, "reason", alarm_reason_name(alarm->reason), "from",
                     alarm->from, "to", alarm->to);
}

struct TrustMemory {
    GHashTable *records; /* "ENGINE\nAPPLICATION" → TrustRecord, both as the journal has them */
};

static void free_record(void *data)
{
    TrustRecord *record = data;
    g_free(record->id);
    alarm_free(record->alarm);
    g_free(record);
}

TrustMemory *trust_memory_new(void)
{
    TrustMemory *memory = g_new0(TrustMemory, 1);
    memory->records = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, free_record);
    return memory;
}

void trust_memory_free(TrustMemory *memory)
{
    if (memory == NULL)
        return;
    g_hash_table_unref(memory->records);
    g_free(memory);
}

static const char *text_at(const json_t *line, const char *key)
{
    return json_string_value(json_object_get(line, key));
}

static int64_t time_at(const json_t *line, const char *key)
{
    const char *text = text_at(line, key);
    int64_t time;
    return text != NULL && date_parse_rfc3339(span_of(text, strlen(text)), &time) ? time : 0;
}

static bool hash_at(const json_t *line, const char *key, uint8_t *out, size_t size)
{
    const char *text = text_at(line, key);
    return text != NULL && hex_decode_exact(span_of(text, strlen(text)), out, size);
}

static bool verdict_named(const char *name, VerdictKind *out)
{
    for (int i = 0; i < N_VERDICTS; i++) {
        if (g_strcmp0(verdict_kind_name((VerdictKind)i), name) != 0)
            continue;
        *out = (VerdictKind)i;
        return true;
    }
    return false;
}

static int check_named(const char *name)
{
    for (int i = 0; i < N_CHECKS; i++)
        if (g_strcmp0(check_table[i].id, name) == 0)
            return i;
    return -1;
}

static Trust trust_of_line(const json_t *line)
{
    const char *measurement = text_at(line, "measurement");
    Trust trust = {.failed = check_named(text_at(line, "failed_check"))};
    size_t size = measurement == NULL ? 0 : strlen(measurement) / 2;
    trust.judged = verdict_named(text_at(line, "verdict"), &trust.verdict) &&
                   hash_at(line, "root_sha256", trust.root, sizeof trust.root);
    if ((size == 32 || size == 48) && hash_at(line, "measurement", trust.measurement, size))
        trust.measurement_size = (unsigned)size;
    trust.has_certificate =
        hash_at(line, "certificate_sha256", trust.certificate, sizeof trust.certificate);
    trust.simulated = json_is_true(json_object_get(line, "simulated"));
    trust.at = time_at(line, "judged_at");
    return trust;
}

static TrustRecord *record_of(TrustMemory *memory, const json_t *line)
{
    const char *engine = text_at(line, "engine"), *application = text_at(line, "application");
    if (engine == NULL || application == NULL)
        return NULL;
    g_autofree char *key = g_strdup_printf("%s\n%s", engine, application);
    TrustRecord *record = g_hash_table_lookup(memory->records, key);
    if (record == NULL) {
        record = g_new0(TrustRecord, 1);
        g_hash_table_insert(memory->records, g_steal_pointer(&key), record);
    }
    return record;
}

static void take_verdict(TrustRecord *record, const json_t *line)
{
    Trust trust = trust_of_line(line);
    if (!trust.judged)
        return;
    record->trust = trust;
    record->gone = false;
    g_free(record->id);
    record->id = g_strdup(text_at(line, "id"));
}

static void take_alarm(TrustRecord *record, const json_t *line)
{
    AlarmReason reason = alarm_reason_named(text_at(line, "reason"));
    if (reason == ALARM_NONE)
        return;
    alarm_free(record->alarm);
    record->alarm = alarm_new(reason, text_at(line, "application"), text_at(line, "engine"),
                              text_at(line, "id"), time_at(line, "time"));
    record->alarm->from = g_strdup(text_at(line, "from"));
    record->alarm->to = g_strdup(text_at(line, "to"));
    if (reason == ALARM_GONE)
        record->gone = true;
    if (reason == ALARM_SERVED)
        record->said_other = hash_at(line, "to", record->said, sizeof record->said);
}

void trust_memory_take(TrustMemory *memory, const json_t *line)
{
    const char *kind = text_at(line, "kind");
    bool verdict = g_strcmp0(kind, "verdict") == 0, alarm = g_strcmp0(kind, "alarm") == 0;
    if (!verdict && !alarm && g_strcmp0(kind, "acknowledged") != 0)
        return;
    TrustRecord *record = record_of(memory, line);
    if (record == NULL)
        return;
    if (verdict)
        take_verdict(record, line);
    else if (alarm)
        take_alarm(record, line);
    else
        g_clear_pointer(&record->alarm, alarm_free);
}

const TrustRecord *trust_memory_find(const TrustMemory *memory, const char *engine,
                                     const char *application)
{
    g_autofree char *safe_engine = sanitize_string(engine), *safe = sanitize_string(application);
    g_autofree char *key = g_strdup_printf("%s\n%s", safe_engine, safe);
    return g_hash_table_lookup(memory->records, key);
}

/* ---- when trust ends ---- */

int64_t trust_end(const Trust *trust, const FleetApp *app)
{
    if (trust->ends == 0 || app->expires == 0)
        return MAX(trust->ends, app->expires);
    return MIN(trust->ends, app->expires);
}

TrustEndKind trust_end_kind(const Trust *trust, const FleetApp *app)
{
    int64_t started = app != NULL ? app->expires : 0;
    if (trust->ends == 0 && started == 0)
        return TRUST_END_NONE;
    if (trust->ends == 0 || trust->ends_with_certificate)
        return TRUST_END_CERTIFICATE;
    return started != 0 && started <= trust->ends ? TRUST_END_CERTIFICATE : TRUST_END_COLLATERAL;
}

const char *trust_end_kind_name(TrustEndKind kind)
{
    static const char *const names[] = {
        [TRUST_END_CERTIFICATE] = "certificate", [TRUST_END_COLLATERAL] = "collateral"};
    return names[kind];
}

TrustEnding trust_ending(int64_t end, int64_t now, unsigned warn_days)
{
    if (end == 0)
        return TRUST_LASTS;
    if (end < now)
        return TRUST_ENDED;
    return end - now < (int64_t)warn_days * DAY ? TRUST_ENDS_SOON : TRUST_LASTS;
}

char *trust_ending_text(int64_t end, int64_t now)
{
    int64_t left = end - now;
    if (end == 0)
        return NULL;
    if (left < 0)
        return g_strdup(_("ended"));
    if (left >= 2 * DAY)
        return g_strdup_printf(_("%d d"), (int)MIN(left / DAY, INT32_MAX));
    if (left >= HOUR)
        return g_strdup_printf(_("%d h"), (int)(left / HOUR));
    return g_strdup_printf(_("%d min"), (int)(left / MINUTE));
}
