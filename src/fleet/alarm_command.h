/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * AlarmCommand: the command that is run for each alarm (setting on_alarm), one at a time, by a
 * thread of its own. It gets the application and the reason as one JSON object on standard input.
 */
#ifndef MSE_FLEET_ALARM_COMMAND_H
#define MSE_FLEET_ALARM_COMMAND_H

#include "fleet/trust.h"

typedef struct AlarmCommand AlarmCommand;

/* Why the command failed, or was not run: a sentence, safe for a terminal. Called by its thread. */
typedef void (*AlarmCommandSay)(const char *sentence, void *data);

/* `argv` (copied) NULL or empty: nothing is ever run. `limit` in milliseconds; 0: 30 s. */
AlarmCommand *alarm_command_new(const char *const *argv, unsigned limit, AlarmCommandSay say,
                                void *data);

/* Waits at most 200 ms for its thread; a command that runs goes on by itself, what waits for its
 * turn is dropped. NULL is fine. */
void alarm_command_free(AlarmCommand *command);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(AlarmCommand, alarm_command_free)

/* Another command from now on. */
void alarm_command_set(AlarmCommand *command, const char *const *argv);

/* Runs it when those before are done; returns at once. More than 256 that wait are too many: they
 * are counted, and said. `trust` is what is known of the application now. */
void alarm_command_run(AlarmCommand *command, const Alarm *alarm, const Trust *trust);

/* Until none runs or waits. False when cancelled. */
bool alarm_command_wait(AlarmCommand *command, Cancel *cancel);

#endif
