/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Apps: what the console knows of the fleet: sources, applications, what happened to them. Changed
 * by the fleet's deltas alone; rows keep their number while they live, and texts are made when
 * something changes, not when it is drawn. The console thread's.
 */
#ifndef MSE_UI_APPS_H
#define MSE_UI_APPS_H

#include "fleet/judge.h"
#include "ui/figures.h"
#include "ui/input.h"

/* Numbers of applications and of inputs share one space: this one and above are applications. */
#define APP_NUMBER_FIRST 0x40000000u

typedef struct AppRow {
    bool present;    /* else the row is free */
    FleetApp *app;   /* NULL when free */
    char *name;      /* safe; with its engine when others have the same */
    char *sort_name; /* collation key */
    char *state;     /* "exited (1)" */
    Input evidence;  /* its outcome is meant when `known` */
    bool known;      /* it was judged, or there is a reason why not: evidence.problem */
    Trust trust;
    Series *series;         /* figures, once it was looked at; or NULL */
    bool other_certificate; /* it shows another certificate than its evidence has */
    char *origin;           /* where the evidence came from: safe, translated; or NULL */
    int64_t written;        /* when its file was; Unix seconds, 0 unknown */
    Alarm *alarm;           /* that nobody acknowledged, or NULL */
    uint64_t wanted;        /* evidence.version when its whole result was asked for */
} AppRow;

/* Something that happened, newest last. */
typedef struct AppEvent {
    int64_t time; /* Unix seconds */
    unsigned source;
    char *id;
    char *what; /* safe, translated */
    Role role;
} AppEvent;

enum { APP_EVENTS_KEPT = 4096 };
void app_event_free(void *event);

/* Counted in the header, in this order. */
typedef enum {
    APPS_RUNNING,
    APPS_WAITING, /* for secrets */
    APPS_INITIALIZING,
    APPS_ON_ERROR, /* or silent */
    APPS_STOPPED,
    N_APPS_COUNTS
} AppsCount;

typedef struct Apps {
    Fleet *fleet;
    Judge *judge;
    GPtrArray *rows;       /* AppRow* */
    GHashTable *numbers;   /* "source id" → row */
    GQueue free;           /* rows to be used again, the longest free first */
    GPtrArray *statuses;   /* FleetSourceStatus* of each source, or NULL */
    GQueue events;         /* AppEvent* */
    unsigned n;            /* present */
    GArray *n_of;          /* unsigned: present, of each source */
    int only;              /* the source that alone is shown; -1: all */
    GHashTable *namesakes; /* name → GArray of rows; NULL where there is one source alone */
    unsigned counts[N_APPS_COUNTS];
    unsigned trust[N_OUTCOMES]; /* of those whose evidence was judged */
    GQueue kept;                /* numbers of rows with a whole result, the oldest first */
    unsigned alarms;            /* rows with one */
    unsigned simulated;         /* judged, and rest on a root that is not Intel's */
    unsigned ending;            /* end soon, … */
    int64_t ending_minute;      /* … as of this minute, */
    uint64_t ending_version;    /* and of this version */
    unsigned name_width;
    uint64_t version;       /* counts all changes */
    uint64_t order_version; /* those that may change an order by name */
    GByteArray *interest;   /* what fleet_set_interest was last told, to tell it changes alone */
} Apps;

/* Takes both over. */
Apps *apps_new(Fleet *fleet, Judge *judge);
void apps_free(Apps *apps);

/* Takes deltas until the monotonic time `until`; true when something changed. */
bool apps_take(Apps *apps, int64_t until);

/* NULL: there is none of that number (with or without APP_NUMBER_FIRST). */
AppRow *apps_row(const Apps *apps, unsigned number);
/* Borrowed. */
FleetSource *apps_source_of(const Apps *apps, const AppRow *row);

/* One source more; one less, whose applications leave as the fleet says so. */
void apps_add_source(Apps *apps, FleetSource *source);
void apps_close_source(Apps *apps, unsigned source);
/* How many there are, and whether this number is one of them: those that were closed keep theirs.
 */
unsigned apps_n_sources(const Apps *apps);
bool apps_has_source(const Apps *apps, unsigned source);

/* "docker:local", safe. g_free. */
char *apps_source_name(const Apps *apps, unsigned source);
/* NULL: nothing heard of it yet. */
const FleetSourceStatus *apps_status(const Apps *apps, unsigned source);
/* It is one of them, has not failed, and its first list is not there yet. */
bool apps_is_listing(const Apps *apps, unsigned source);
/* Monotonic microseconds of the next change of a status' words by itself; INT64_MAX: never. */
int64_t apps_due(const Apps *apps, int64_t now);

/* Shows the applications of one source alone; -1: of all. */
void apps_show_only(Apps *apps, int source);
/* How many are shown. */
unsigned apps_n_shown(const Apps *apps);
/* Whether what is shown of it may be old: its source is lost. */
bool apps_is_old(const Apps *apps, const AppRow *row);

/* The row of an application; NULL: it is not there. `number` (may be NULL) gets its number. */
AppRow *apps_find(const Apps *apps, unsigned source, const char *id, unsigned *number);
/* How many end within so many days; `now` in Unix seconds. */
unsigned apps_ending(Apps *apps, int64_t now, unsigned days);
/* The next row after `number` that has an alarm, around the end; false: there is none. */
bool apps_next_alarm(const Apps *apps, unsigned number, unsigned *next);
/* Adds the row to all counts (1) or takes it out of them (-1): around every change of it. */
void apps_count(Apps *apps, const AppRow *row, int by);

/* Which of the counts an application belongs to. */
AppsCount apps_count_of(const FleetApp *app);
Role app_state_role(const FleetApp *app);

/* "4 min", "2 d": in steps of which the smallest is a minute, as the clock's. g_free. */
char *apps_age(int64_t seconds);

/* Tells fleet and judge which rows are looked at (their numbers); does nothing when it knows. */
void apps_set_interest(Apps *apps, const GArray *numbers);

#endif
