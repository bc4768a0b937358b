/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Pager: lines of a log written, safe for a terminal, into a private file without a name, which a
 * pager then reads as its standard input. Written in a job: it may be much.
 */
#ifndef MSE_UI_PAGER_H
#define MSE_UI_PAGER_H

#include "ui/program.h"
#include "ui/log_text.h"

/* MESSAGE_PAGER_READY carries one. */
typedef struct PagerText {
    ProgramRequest *request; /* $PAGER on it; NULL when it could not be written, */
    char *problem;           /* and why: safe */
} PagerText;

/* Takes the text over. */
void pager_start(Jobs *jobs, LogText *text);

#endif
