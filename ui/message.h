/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Messages: all that the console thread learns from other threads. Immutable once posted. Whoever
 * takes one frees it. The mailbox wakes the console through a descriptor, once for many messages.
 */
#ifndef MSE_UI_MESSAGE_H
#define MSE_UI_MESSAGE_H

#include "core/cancel.h"

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

typedef enum {
    MESSAGE_INPUTS_FOUND, /* GPtrArray of char*: paths that are something to judge */
    MESSAGE_RESULT,       /* VerificationResult; number: of the input */
    MESSAGE_REPEATED,     /* VerificationResult or NULL; number: of the input; answers model_want */
    MESSAGE_RUN_FAILED,   /* char*: why a verification could not start */
    MESSAGE_MATCHES,      /* Matches (ui/match.h) */
    MESSAGE_FIELD_CHECKED, /* char* or NULL: what is wrong with a form's field; number: which */
    MESSAGE_JOB_TEXT,      /* GPtrArray of JobLine (ui/jobs.h) */
    MESSAGE_JOB_PROGRESS,  /* char* */
    MESSAGE_JOB_MADE,      /* JobMade (ui/verb_job.h); number: the job's */
    MESSAGE_JOB_ENDED,     /* UiJob */
    MESSAGE_WALK_CHECKED,  /* GPtrArray of char* or NULL: what is wrong with each field of the step;
                              generation: of the question */
    MESSAGE_WALK_KEPT,     /* json_t or NULL: how walk-throughs were left; generation: whose */
    MESSAGE_DIRECTORY,     /* PathsRead (ui/paths.h) */
    MESSAGE_LOGS,          /* number: of the feed that has something (ui/log_feed.h) */
    MESSAGE_LOG_MATCHES,   /* LogAnswer (ui/log_match.c) */
    MESSAGE_LOG_MARKS,     /* GArray of LogMark (ui/log_tap.h); generation: of the question */
    MESSAGE_LOG_SWEPT,     /* LogSwept (ui/log_sweep.h); generation: of the question */
    MESSAGE_PROGRAM_ENDED, /* ProgramEnd (ui/program.h): a program that had the terminal */
    MESSAGE_PAGER_READY,   /* PagerText (ui/pager.h) */
    MESSAGE_DESCRIBED,     /* DockerInspect or GError; generation: of the question */
    MESSAGE_TRUST,         /* the judge has news (ui/app_trust.c) */
    MESSAGE_SECRETS,       /* the answer of pane_secrets.c; generation: of the question */
    MESSAGE_FIGURES,       /* number: of the stream that has some (ui/figures.h) */
    MESSAGE_HISTORY,       /* GPtrArray of AppEvent*; answers app_history_ask */
    MESSAGE_SETTINGS,      /* SettingsRead (ui/settings_read.h); generation: of the question */
    MESSAGE_SAID,          /* char*: a sentence for the message line; number: a Role */
} MessageKind;

typedef struct Message {
    MessageKind kind;
    uint64_t generation; /* of what asked for it: a late answer to an old question is dropped */
    unsigned number;
    void *data;
    GDestroyNotify free_data; /* or NULL */
    size_t paced;             /* bytes: the mailbox's own */
} Message;

typedef struct Mailbox Mailbox;

Mailbox *mailbox_new(void);
void mailbox_free(Mailbox *mailbox);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Mailbox, mailbox_free)

/* From any thread; takes `data` over. */
void mailbox_post(Mailbox *mailbox, Message message);

/* The same, for who could say more than anybody hears: waits while much was posted in this way and
 * not taken, by how many bytes they are; cancelled, no longer. Never from the console thread. */
void mailbox_post_paced(Mailbox *mailbox, Message message, size_t bytes, Cancel *cancel);
/* From the console thread: the next message or NULL. Free with message_free. */
Message *mailbox_take(Mailbox *mailbox);
void message_free(Message *message);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Message, message_free)

/* Readable when something was posted; mailbox_take empties it with the last message. */
int mailbox_descriptor(const Mailbox *mailbox);

#endif
