/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Settings read anew, in a job: whole, or not at all.
 */
#ifndef MSE_UI_SETTINGS_READ_H
#define MSE_UI_SETTINGS_READ_H

#include "command/verify_request.h"
#include "ui/jobs.h"
#include "ui/theme.h"

/* What a MESSAGE_SETTINGS brings. */
typedef struct SettingsRead {
    char *named;          /* the file that a person named; NULL: the one in use was meant */
    VerifyRequest *basis; /* what the command line asked, over these settings */
    GPtrArray *sources;   /* FleetSource*: those that they name */
} SettingsRead;

/* Reads the file as a person typed it, or where it is NULL the one that `basis` came from, else the
 * usual one. The answer is a MESSAGE_SETTINGS of that generation; or a MESSAGE_SAID with the first
 * problem, by its line and column. The job is borrowed. */
UiJob *settings_read_start(Jobs *jobs, VerifyRequest *basis, const char *typed,
                           uint64_t generation);

/* What is said once they are taken, and how: the first that was passed over, of the settings' own
 * warnings or of `problems` (char*; may be NULL), else whose they are. g_free. */
char *settings_taken_text(const Settings *settings, const GPtrArray *problems, Role *role);

#endif
