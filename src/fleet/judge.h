/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Judge: the evidence of all applications judged in the background, by a few threads, those that
 * somebody looks at first; again when something changed on which the verdict rests: the evidence,
 * the certificate that the application shows, the collateral, the trust anchor, the day. What of a
 * change is for the worse is an alarm (fleet/trust.h), which lasts until it is acknowledged, also
 * across runs: the journal remembers.
 *
 * Whoever owns it tells what it learns (applications, the time) and takes news. No call here waits
 * for anything. Time is a value: nothing happens between two calls of judge_time but what was
 * asked for.
 */
#ifndef MSE_FLEET_JUDGE_H
#define MSE_FLEET_JUDGE_H

#include "fleet/evidence.h"
#include "fleet/trust.h"

#define JUDGE_THREADS 2

typedef struct Judge Judge;

typedef struct JudgeOptions {
    bool idle;        /* threads run SCHED_IDLE: for the console */
    bool ask_health;  /* asks the health path of what runs, when it judges all again */
    unsigned threads; /* 0: JUDGE_THREADS */
    /* There is something to take after there was nothing, or nothing is left to do. Called by a
     * thread of the judge: it must not wait for anything. */
    void (*notify)(void *data);
    void *data;
    GDestroyNotify free_data; /* called once, when `notify` will not be called again; or NULL */
} JudgeOptions;

/* What is judged with. `request` is copied, without its time: the judge's own is used unless
 * has_time; verdicts are written to its journal when they are news. `owner` (may be NULL) keeps
 * alive what it points to, until `release` was called. */
Judge *judge_new(const JudgeOptions *options, const VerificationRequest *request, void *owner,
                 GDestroyNotify release, int64_t now);

/* Ends its threads, waiting at most so many milliseconds. False: one is still at something; what
 * its request points to must stay. */
bool judge_stop(Judge *judge, unsigned milliseconds);
/* Ends them, if that was not done, and gives the judge up. NULL is fine. */
void judge_free(Judge *judge);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Judge, judge_free)

/* Something else is judged with from now on: all is judged again, and verdicts that become worse by
 * it are no alarm. */
void judge_set_request(Judge *judge, const VerificationRequest *request, void *owner,
                       GDestroyNotify release);

/* ---- telling ---- */

/* The application is there, or changed. References both. Other containers are passed over. */
void judge_take_app(Judge *judge, FleetSource *source, FleetApp *app);
void judge_take_gone(Judge *judge, unsigned source, const char *id);
/* The engine answers (again): what could not be had from it is tried again. */
void judge_take_live(Judge *judge, unsigned source);

/* It is so late now (Unix seconds): what has ended since or was judged on another day is judged
 * again, and files are looked at whether they changed. To be called about once a minute. */
void judge_time(Judge *judge, int64_t now);

/* These are looked at: what is due of them comes first. Copies. */
void judge_look_at(Judge *judge, const FleetInterest *interest, size_t n);

/* Judges it now, whatever is known. `by_person`: the journal gets a line in any case. */
void judge_again(Judge *judge, unsigned source, const char *id, bool by_person);
/* All of them; the number. */
unsigned judge_all_again(Judge *judge);
/* A person names the file with its evidence, from now on; NULL: as usual again. Judges it. */
void judge_give(Judge *judge, unsigned source, const char *id, const char *path);

/* A person has seen the alarm of this application; false when there is none. */
bool judge_acknowledge(Judge *judge, unsigned source, const char *id);
unsigned judge_acknowledge_all(Judge *judge);

/* ---- taking ---- */

/* What is known of one application now. Members are its owner's. */
typedef struct JudgeNews {
    unsigned source;
    char *id;
    Trust trust;
    bool other_certificate;     /* it shows another than its evidence has */
    FleetEvidenceOrigin origin; /* of what was judged */
    char *path;                 /* the file, here or in the container; or NULL */
    int64_t written;            /* of the file; 0 unknown */
    VerificationResult *result; /* whole; NULL: this is about an alarm alone, or there is none */
    char *problem;              /* why there is nothing to judge: a sentence, safe; or NULL */
    Alarm *alarm;               /* that is not acknowledged; or NULL */
    bool raised;                /* just now */
    char *journal_problem;      /* the journal could not be written: a sentence; or NULL */
    FleetApp *app;              /* with its health, when it was asked; else NULL */
} JudgeNews;
void judge_news_free(JudgeNews *news);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(JudgeNews, judge_news_free)

/* The next news, or NULL: none now. Caller owns. */
JudgeNews *judge_take(Judge *judge);

/* Nothing is due or under way, and all news were taken. */
bool judge_is_done(Judge *judge);

#endif
