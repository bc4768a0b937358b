/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Walk-throughs: the steps of the two actors, from a project to its results, as tables over the
 * verbs; what was typed in their fields, how it goes on to later steps, and how far one came. Pure:
 * it reads and writes no file.
 */
#ifndef MSE_UI_WALK_H
#define MSE_UI_WALK_H

#include "command/verb.h"

#include <jansson.h>

typedef enum { WALK_CODE_PROVIDER, WALK_OPERATOR, N_WALK_ACTORS } WalkActor;
typedef enum { WALK_NOT_YET, WALK_DONE, WALK_FAILED, N_WALK_STATES } WalkState;

/* What a value is, so that steps hand it to each other. */
typedef enum {
    WALK_PLAIN, /* nobody else's */
    WALK_PROJECT,
    WALK_PACKAGE,
    WALK_KEY,
    WALK_EVIDENCE,
    WALK_CERTIFICATE,
    WALK_SECRETS,
    WALK_SEALED,
    WALK_NAME,
    N_WALK_ROLES
} WalkRole;

enum { WALK_FIELDS = 8, WALK_STEPS = 16 };

typedef struct WalkFieldRow {
    const char *option; /* of the verb, or "": its operand */
    WalkRole role;
    bool required;
    const char *instead; /* required only when this other option is empty; or NULL */
    const char *initial; /* or NULL */
} WalkFieldRow;

typedef struct WalkStepRow {
    WalkActor actor;
    const char *id;    /* in the file that keeps the state */
    const char *title; /* N_() */
    const char *what;  /* N_(): what it is for */
    const char *words; /* the verb's */
    bool opens_log;    /* goes to the application's log instead of running the verb */
    WalkFieldRow fields[WALK_FIELDS];
} WalkStepRow;

/* The steps of the code provider, then the operator's; the end has no id. */
extern const WalkStepRow walk_steps[];
extern const char *const walk_actor_names[N_WALK_ACTORS]; /* N_() */

typedef struct Walk {
    bool chosen; /* the actor is */
    WalkActor actor;
    unsigned step; /* of walk_steps: the selected one, of the actor's */
    WalkState states[WALK_STEPS];
    char *why[WALK_STEPS];                 /* of those that failed, safe to show; or NULL */
    char *values[WALK_STEPS][WALK_FIELDS]; /* never NULL */
    bool typed[WALK_STEPS][WALK_FIELDS];   /* by the person, not handed on by another step */
} Walk;

Walk *walk_new(void);
void walk_free(Walk *walk);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Walk, walk_free)

/* WALK_STEPS: there is none of that id. */
unsigned walk_step_by_id(const char *id);
const Verb *walk_verb(unsigned step);
unsigned walk_n_fields(unsigned step);
/* Of the verb's table; NULL: the field is the operand. */
const VerbOption *walk_option(unsigned step, unsigned field);
ArgumentKind walk_kind(unsigned step, unsigned field);

/* The actor's first step that is not done, else the first; selects it. */
void walk_choose(Walk *walk, WalkActor actor);
/* The next or previous of the actor's steps; stays at the ends. */
void walk_go(Walk *walk, int by);

/* As typed. A flag is "yes" or "". */
void walk_set(Walk *walk, unsigned step, unsigned field, const char *text);
const char *walk_value(const Walk *walk, unsigned step, const char *option);

/* What is wrong with a value, without looking at any file, or NULL. g_free. */
char *walk_problem(const Walk *walk, unsigned step, unsigned field);

/* The line of the shell's grammar, without the program's name. g_free. */
char *walk_line(const Walk *walk, unsigned step);
/* A path as the verb gets it: "~/" is the home directory. g_free. */
char *walk_path(const char *typed);

/* The step began: what was typed in it goes on to where nothing else was. */
void walk_began(Walk *walk, unsigned step);
/* It ended well: what it made goes on to the steps that want it. After a trusted verify, sealing is
 * selected. */
void walk_ended(Walk *walk, unsigned step);
/* It failed; `why`: in one line, or NULL. */
void walk_failed(Walk *walk, unsigned step, const char *why);
/* A verb said that it wrote a "package" or a "key" (job_made). */
void walk_made(Walk *walk, const char *what, const char *path);

/* What is kept of it: no secrets, for no field takes one. */
json_t *walk_keep(const Walk *walk, const char *directory);
/* Takes what can be used of what was kept; the rest is as new. False: it is of another directory or
 * none of ours. */
bool walk_resume(Walk *walk, const json_t *kept, const char *directory);

#endif
