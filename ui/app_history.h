/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What the journal has of an application: verdicts, alarms, what was done to it.
 */
#ifndef MSE_UI_APP_HISTORY_H
#define MSE_UI_APP_HISTORY_H

#include "ui/model.h"

/* Reads it in a job; answers with MESSAGE_HISTORY: GPtrArray of AppEvent*, the oldest first, the
 * last 500. `generation` comes back with it. */
void app_history_ask(const Model *model, const AppRow *row, uint64_t generation);

#endif
