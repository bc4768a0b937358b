/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Model: what the console knows, changed by messages alone, read by panes. The console thread's.
 */
#ifndef MSE_UI_MODEL_H
#define MSE_UI_MODEL_H

#include "command/verify_request.h"
#include "fleet/alarm_command.h"
#include "ui/apps.h"
#include "ui/jobs.h"

/* What is expected, as a person typed it; empty: not asked. */
typedef enum { ASK_MRENCLAVE, ASK_MRSIGNER, ASK_POLICY, ASK_TIME, N_ASKS } Ask;

typedef struct AskRow {
    const char *label;  /* N_() */
    const char *option; /* of `verify` */
    const char *hint;   /* N_() */
    bool reads_file;    /* checked in a job */
} AskRow;

extern const AskRow ask_table[N_ASKS];

/* Whole results that are kept: of what was judged or looked at last. */
enum { KEPT_RESULTS = 256 };

typedef struct Model {
    Apps *apps;          /* the fleet; NULL: no engine is asked */
    Figures *figures;    /* there with the fleet */
    bool cpu;            /* figures are asked for the list's CPU column */
    bool read_only;      /* applications are left as they are */
    GPtrArray *inputs;   /* Input* */
    GQueue kept;         /* numbers of inputs whose result may be let go, the oldest first */
    unsigned wanted;     /* the input that is looked at; UINT32_MAX: none */
    UiJob *repetition;   /* judges one again, or NULL */
    unsigned shared;     /* bytes that all names begin with: a directory and its slash, or 0 */
    unsigned name_width; /* of the widest name: measured once, when it comes */
    unsigned tcb_width;  /* of the widest status so far */
    unsigned counts[N_OUTCOMES];
    unsigned simulated; /* shown verdicts that rest on a root that is not Intel's */
    bool scanning;      /* the current directory is looked through */
    bool from_directory;
    char *asked[N_ASKS];  /* never NULL */
    char *problem;        /* why the last verification could not start, or NULL */
    VerifyRequest *basis; /* what the console goes by, a reference; of it: */
    const VerificationRequest *defaults;
    const Settings *settings;
    Jobs *jobs;
    Mailbox *mailbox;
    int64_t now;      /* Unix seconds when the frame began */
    uint64_t version; /* counts changes of inputs and results */
    uint64_t generation;
    char *done;             /* the shell's command line for what was done last, or NULL */
    AlarmCommand *on_alarm; /* NULL before the first alarm */
    bool bell;              /* is to be rung */
    int64_t rung_at;        /* monotonic; 0: never */
} Model;

void model_init(Model *model, VerifyRequest *basis);
/* Goes by another one from now on. What was judged by other rules is judged again; what was read of
 * the one before is the caller's to read anew. */
void model_set_basis(Model *model, VerifyRequest *basis);
void model_clear(Model *model);

void model_add_input(Model *model, InputKind kind, const char *given);
/* Of the inputs, or from APP_NUMBER_FIRST on the evidence of applications; NULL: there is none. */
const Input *model_input(const Model *model, unsigned number);

/* The name without the directory that all inputs share. */
const char *model_short_name(const Model *model, const Input *input);
/* That directory, without its last slash (but "/"), or NULL. g_free. */
char *model_directory(const Model *model);

/* Judges these inputs (all when `numbers` is NULL) in a job; collateral among the inputs is used
 * for them. */
void model_verify(Model *model, const GArray *numbers);

/* This input is looked at: its whole result is kept, or found again in a job. */
void model_want(Model *model, unsigned number);

/* ui/app_trust.c */

/* The judge of the applications, who tells the model what he found. */
Judge *model_judge_new(Model *model);
/* He judges all by model->basis from now on, and runs the command of its settings. */
void model_judge_by_basis(Model *model);
void model_set_alarm_command(Model *model);
/* A MESSAGE_TRUST. */
bool model_take_trust(Model *model);
/* A person wants these judged now; unsigned, numbers of rows. */
void model_judge_apps(Model *model, const GArray *numbers);
/* A person names the file with the evidence of an application. */
void model_give_evidence(Model *model, unsigned number, const char *path);
/* A person has seen the alarms of these (all when NULL); how many there were. */
unsigned model_acknowledge(Model *model, const GArray *numbers);
/* Days before an end from which it is warned about. */
unsigned model_expiry_days(const Model *model);
/* This application is looked at: its whole result is found again when it was let go. */
void model_want_app(Model *model, unsigned number);

/* "SGX evidence", or NULL. g_free. */
char *model_kind_text(const VerificationResult *result);

/* Looks for evidence, quotes and certificates in the current directory, in a job. */
void model_scan(Model *model);

/* A message changes the model; true when it did. */
bool model_update(Model *model, const Message *message);

/* What is wrong with a value as typed, or NULL (g_free). Reads no file. */
char *model_check_asked(Ask ask, const char *text);
/* The same for what needs a file, in a job's thread. */
char *model_check_policy_file(const char *path, Cancel *cancel);

/* The shell's command line that judges these inputs as the console does. g_free. */
char *model_verify_command(const Model *model, const GArray *numbers);
/* A command line of ours names the settings that were taken up, where those are not the usual. */
void model_set_done(Model *model, const char *command);

#endif
