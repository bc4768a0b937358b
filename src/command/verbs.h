/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The rows of the verb table, for verb.c alone, and what the verbs share.
 */
#ifndef MSE_COMMAND_VERBS_H
#define MSE_COMMAND_VERBS_H

#include "command/verb.h"

extern const Verb verb_verify;
extern const Verb verb_inspect;
extern const Verb verb_console;
extern const Verb verb_home_list;
extern const Verb verb_home_status;
extern const Verb verb_home_logs;
extern const Verb verb_home_events;
extern const Verb verb_home_top;
extern const Verb verb_home_watch;
extern const Verb verb_home_run;
extern const Verb verb_home_package;
extern const Verb verb_home_spawn;
extern const Verb verb_home_evidence;
extern const Verb verb_home_test;
extern const Verb verb_home_localtest;
extern const Verb verb_home_nginx;
extern const Verb verb_home_stop;
extern const Verb verb_home_restart;
extern const Verb verb_home_remove;
extern const Verb verb_home_kill;
extern const Verb verb_home_scaffold;
extern const Verb verb_home_keygen;
extern const Verb verb_home_seal;
extern const Verb verb_home_unseal;
extern const Verb verb_home_encrypt;
extern const Verb verb_home_decrypt;
extern const Verb verb_demo;
extern const Verb verb_doctor;
extern const Verb verb_journal_list;
extern const Verb verb_journal_verify;
extern const Verb verb_journal_export;
extern const Verb verb_help;
extern const Verb verb_version;
extern const Verb verb_completion;
extern const Verb verb_manual;

/* A usage error: VERB_ERROR_USAGE. Returns its exit status through job_fail. */
int verb_usage(Job *job, const char *format, ...) G_GNUC_PRINTF(2, 3);

#endif
