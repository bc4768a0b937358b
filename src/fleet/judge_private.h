/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What the files of the judge share: its table under one lock (judge.c), the work of its threads
 * (judge_work.c), what it judges with and what it remembers (judge_basis.c).
 */
#ifndef MSE_FLEET_JUDGE_PRIVATE_H
#define MSE_FLEET_JUDGE_PRIVATE_H

#include "fleet/judge.h"

/* How soon, the least first. */
typedef enum {
    WANT_NOTHING,
    WANT_LOOK,  /* judged only when its evidence changed */
    WANT_LATER, /* its turn comes */
    WANT_SOON,  /* somebody looks at it */
    WANT_NOW,   /* a person asked for it */
    N_WANTS
} Want;

typedef struct Entry {
    gatomicrefcount references; /* the table's, and that of the thread which is at it */
    FleetSource *source;
    FleetApp *app;
    Want want;
    GList link; /* in the queue of its want */
    bool gone;  /* not in the table any more */
    bool busy;  /* a thread is at it; `next` is what is wanted when it is done */
    Want next;
    bool by_person;
    uint64_t looked; /* the last set of what is looked at that had it */
    char *given;     /* the file that a person named, or NULL */
    char *stands;    /* the one of those whose verdict stands, or NULL */

    /* What is known of it. */
    bool recalled; /* what the journal knows was taken over */
    Trust trust;
    uint64_t basis; /* that it was judged with */
    FleetEvidenceOrigin origin;
    char *path; /* of what was judged, or NULL */
    int64_t written;
    FleetFileStamp stamp;
    bool has_content;
    uint8_t content[TRUST_HASH]; /* SHA-256 of what was judged */
    char *problem;               /* why there is nothing, or NULL */
    bool failed;                 /* its engine could not be asked */
    bool absent;                 /* it had evidence, and that was said to be gone */
    int64_t looked_at;           /* when its evidence was looked at; Unix seconds */
    int64_t judged_at;           /* when it was judged */
    bool shows;                  /* a certificate is known that it shows */
    uint8_t shown[TRUST_HASH];
    bool other;      /* which is not that of its evidence */
    bool said_other; /* which was an alarm: `said` */
    uint8_t said[TRUST_HASH];
    Alarm *alarm; /* not acknowledged, or NULL */
} Entry;

/* What is judged with: shared, until the last one is done with it. */
typedef struct Basis {
    gatomicrefcount references;
    uint64_t number;
    VerificationRequest request;
    void *owner;
    GDestroyNotify release;
    FleetFileStamp files[3]; /* of root, collateral, PCCS's CA: as they were when it was made */
} Basis;

/* A verification that several judgements share, and not for ever: what it keeps grows. */
typedef struct Round {
    gatomicrefcount references;
    Basis *basis;
    VerificationRequest request; /* of the basis, without journal */
    Verification *verification;  /* NULL: `problem` says why */
    GError *problem;
    unsigned uses;
    size_t bytes;   /* of evidence that was judged in it */
    int64_t opened; /* monotonic microseconds */
} Round;

/* Something to write to the journal. */
typedef struct Chore {
    const char *kind;
    json_t *fields;
} Chore;

struct Judge {
    gatomicrefcount references; /* the owner's, and one a thread */
    JudgeOptions options;
    Cancel *cancel;
    GMutex lock; /* of all that follows */
    GCond changed;
    unsigned n_threads;
    int64_t told, told_at; /* the time that was told, and when: monotonic microseconds */
    GHashTable *entries;   /* "SOURCE ID" → Entry */
    GQueue wanted[N_WANTS];
    unsigned busy;
    bool rests;         /* nothing is to be done, and that was said */
    uint64_t looking;   /* counts the sets of what is looked at */
    GHashTable *silent; /* numbers of sources whose engine could not be asked */
    GQueue chores;      /* Chore* */
    unsigned busy_chores;
    GQueue news; /* JudgeNews* */
    Basis *basis;
    Round *round; /* or NULL: the next judgement opens one */
    bool check_files;
    /* of these, a lock of its own: the journal may be long */
    GMutex memory_lock;
    TrustMemory *memory; /* NULL: was not read yet */
};

/* ---- judge.c: under the lock ---- */

void judge_want(Judge *judge, Entry *entry, Want want);
void judge_want_all(Judge *judge, Want want);
int64_t judge_now(const Judge *judge);
Entry *entry_ref(Entry *entry);
void entry_unref(Entry *entry);
/* News of what is known now; the caller adds the rest. */
JudgeNews *judge_news_of(const Entry *entry);
void judge_push_news(Judge *judge, JudgeNews *news);
void judge_unref(Judge *judge);
/* Whether it shows another certificate than its evidence has. */
bool entry_shows_other(const Entry *entry);

/* ---- judge_basis.c ---- */

Basis *basis_new(const VerificationRequest *request, void *owner, GDestroyNotify release,
                 uint64_t number);
Basis *basis_ref(Basis *basis);
void basis_unref(Basis *basis);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Basis, basis_unref)
/* Whether one of its files is another by now; it is taken as seen. */
bool basis_files_changed(Basis *basis);

Round *round_new(Basis *basis, Cancel *cancel);
void round_unref(Round *round);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Round, round_unref)
/* The round for one more judgement, a reference; takes and leaves the lock. */
Round *judge_round(Judge *judge);

/* What the journal says of the application, read once: a copy of the trust and the alarm (caller
 * frees), false when it says nothing. Blocks. */
typedef struct Recalled {
    Trust trust;
    char *id;
    bool gone;
    bool said_other;
    uint8_t said[TRUST_HASH];
    Alarm *alarm;
} Recalled;
bool judge_recall(Judge *judge, Basis *basis, const FleetSource *source, const FleetApp *app,
                  Recalled *out);
void recalled_clear(Recalled *recalled);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Recalled, recalled_clear)
/* Writes a line, and remembers it. Steals `fields`. The problem as a sentence, or NULL. */
char *judge_write(Judge *judge, Basis *basis, const char *kind, json_t *fields, int64_t now);

/* ---- judge_work.c ---- */

void *judge_work(void *judge);

#endif
