/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Program: another program run for the console, in a job: on the terminal, which the console has
 * given away for as long, or in the background, what it prints taken as what a verb says.
 */
#ifndef MSE_UI_PROGRAM_H
#define MSE_UI_PROGRAM_H

#include "ui/jobs.h"

typedef struct ProgramRequest ProgramRequest;
struct ProgramRequest {
    char *title;  /* safe: of the job */
    char **argv;  /* [0] is looked up in PATH */
    char **added; /* "NAME=VALUE" over our own environment; or NULL */
    int input;    /* standard input, closed with the request; -1: the terminal, or nothing */
    bool waits;   /* on the terminal: until Enter, so that what it printed can be read */
};

void program_request_free(ProgramRequest *request);

/* MESSAGE_PROGRAM_ENDED carries one. */
typedef struct ProgramEnd {
    int status;  /* exit status, 128 + signal */
    char *error; /* it could not be started: a sentence, safe; or NULL */
} ProgramEnd;

/* On the terminal: MESSAGE_PROGRAM_ENDED when the terminal can be taken back. The request is taken
 * over. Borrowed. */
UiJob *program_start_on_terminal(Jobs *jobs, ProgramRequest *request);

/* In the background: MESSAGE_JOB_TEXT with its lines, standard output and standard error; then the
 * job ends with its status. Its standard input is empty. Borrowed. */
UiJob *program_start(Jobs *jobs, ProgramRequest *request);

#endif
