/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Trust: what is remembered of the verdict on an application's evidence, small enough for ten
 * thousand of them, and which changes of it are an alarm. Values in, values out: no file, no clock.
 *
 * It is remembered across runs by the journal: verdicts of applications are lines of kind "verdict"
 * with the members application, engine and id more, alarms of kind "alarm", and what a person has
 * seen of them of kind "acknowledged".
 */
#ifndef MSE_FLEET_TRUST_H
#define MSE_FLEET_TRUST_H

#include "app/verification.h"
#include "fleet/app.h"

enum { TRUST_MEASUREMENT_MOST = 48, TRUST_HASH = 32 };

typedef struct Trust {
    bool judged; /* there was a verdict; else all the rest is zero */
    VerdictKind verdict;
    int failed; /* the first check that failed, or -1 */
    bool simulated;
    unsigned measurement_size; /* bytes of MRENCLAVE or MRTD; 0: none could be read */
    uint8_t measurement[TRUST_MEASUREMENT_MOST];
    bool has_certificate;
    uint8_t certificate[TRUST_HASH]; /* SHA-256 of its DER */
    uint8_t root[TRUST_HASH];        /* of the trust anchor */
    int64_t at;                      /* judged as of; Unix seconds */
    int64_t ends; /* certificate or collateral, whichever ends first; 0 unknown */
    bool ends_with_certificate;
} Trust;

/* Of a result without a verdict: nothing was judged. */
Trust trust_of_result(const VerificationResult *result);

/* Whether a journal that has `before` has nothing to learn from `now`. */
bool trust_same(const Trust *before, const Trust *now);

/* SHA-256 of a certificate's DER. */
void trust_hash(GBytes *certificate, uint8_t out[TRUST_HASH]);

/* ---- alarms ---- */

typedef enum {
    ALARM_NONE,
    ALARM_MEASUREMENT, /* its evidence is about other code than before */
    ALARM_VERDICT,     /* worse than before */
    ALARM_CERTIFICATE, /* the evidence of the same container has another certificate than before */
    ALARM_SERVED,      /* it shows another certificate than its evidence has */
    ALARM_GONE,        /* it had evidence, and has none any more */
    N_ALARMS
} AlarmReason;
/* "measurement", "verdict", "certificate", "served_certificate", "evidence_gone". */
const char *alarm_reason_name(AlarmReason reason);
/* ALARM_NONE when it is none of them. */
AlarmReason alarm_reason_named(const char *name);

typedef struct Alarm {
    AlarmReason reason;
    char *application; /* name, as its engine has it */
    char *engine;      /* name of the source */
    char *id;
    char *from, *to; /* hex, or a verdict's name; NULL: nothing */
    int64_t time;    /* Unix seconds */
} Alarm;
Alarm *alarm_new(AlarmReason reason, const char *application, const char *engine, const char *id,
                 int64_t time);
void alarm_free(Alarm *alarm);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Alarm, alarm_free)

/* "its measurement changed from 1f0c… to 9ab2…": for a person, safe, translated. g_free. */
char *alarm_text(const Alarm *alarm);

/* What of this change is an alarm: the worst. `same_container`: both are about one container;
 * another one of the name has a key of its own. `other_measure`: policy, root or what is expected
 * is not what `before` was judged with, so that verdicts do not compare. */
AlarmReason trust_compare(const Trust *before, const Trust *now, bool same_container,
                          bool other_measure);

/* The alarm's `from` and `to`. */
void alarm_set_change(Alarm *alarm, const Trust *before, const Trust *now);
void alarm_set_hashes(Alarm *alarm, const uint8_t *from, const uint8_t *to, size_t size);

/* ---- the journal ---- */

/* Members of a line about an alarm: application, engine, id, reason, from, to. New reference. */
json_t *alarm_json(const Alarm *alarm);

/* What the journal remembers of applications, by name and engine. */
typedef struct TrustMemory TrustMemory;
typedef struct TrustRecord {
    Trust trust;     /* of the last verdict; `ends` is not known */
    char *id;        /* of the container that it was about */
    bool gone;       /* which had no evidence any more when it was looked for last */
    bool said_other; /* an alarm told of the certificate `said` that it showed */
    uint8_t said[TRUST_HASH];
    Alarm *alarm; /* the last one that nobody acknowledged, or NULL */
} TrustRecord;
TrustMemory *trust_memory_new(void);
void trust_memory_free(TrustMemory *memory);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(TrustMemory, trust_memory_free)
/* Takes one line in, in the order of the journal; others than those above are passed over. */
void trust_memory_take(TrustMemory *memory, const json_t *line);
/* NULL: nothing is remembered. Borrowed. */
const TrustRecord *trust_memory_find(const TrustMemory *memory, const char *engine,
                                     const char *application);

/* ---- when trust ends ---- */

/* The certificate that it was started with, or what it was judged with: whichever ends first. */
int64_t trust_end(const Trust *trust, const FleetApp *app);

/* What it is that ends then. `app` may be NULL: that it was started with another certificate is not
 * looked at. */
typedef enum { TRUST_END_NONE, TRUST_END_CERTIFICATE, TRUST_END_COLLATERAL } TrustEndKind;
TrustEndKind trust_end_kind(const Trust *trust, const FleetApp *app);
/* "certificate", "collateral"; NULL for none. */
const char *trust_end_kind_name(TrustEndKind kind);

typedef enum { TRUST_LASTS, TRUST_ENDS_SOON, TRUST_ENDED } TrustEnding;
/* `warn_days` before the end it ends soon. 0: no end is known, which lasts. */
TrustEnding trust_ending(int64_t end, int64_t now, unsigned warn_days);

/* "12 d", "3 h", "7 min", "ended": in steps. NULL when no end is known. g_free. */
char *trust_ending_text(int64_t end, int64_t now);

#endif
