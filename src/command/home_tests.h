/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What `home test` and `home localtest` share.
 */
#ifndef MSE_COMMAND_HOME_TESTS_H
#define MSE_COMMAND_HOME_TESTS_H

#include "app/project.h"
#include "command/verb.h"
#include "life/life.h"

/* Tells the job. Lines of others are passed on as they are; with --json, as rows. */
LifeListener home_tests_listener(Job *job);

/* Keys of the configuration that are not known. */
void home_tests_warn(Job *job, const ProjectConfig *config);

/* How they ended: said, or a row. Returns the status. `peak_memory` in bytes, 0: not known. */
int home_tests_end(Job *job, const char *name, int status, uint64_t peak_memory);

/* Of the rows: lines, and one about the end. */
extern const VerbColumn home_tests_columns[];

#endif
