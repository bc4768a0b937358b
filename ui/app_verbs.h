/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What the console does to applications: stop, restart, remove, kill. Each asks first, naming the
 * application, its engine and what is lost, and runs as a job.
 */
#ifndef MSE_UI_APP_VERBS_H
#define MSE_UI_APP_VERBS_H

#include "ui/key_table.h"
#include "ui/model.h"
#include "ui/question.h"

typedef struct AppAct AppAct;

/* What a command would do to these rows: `question` gets what to ask. NULL: nothing, because there
 * is no row, or the command is none of these. */
AppAct *app_act_new(const Model *model, CommandId command, const GArray *numbers,
                    Question **question);
/* Does it: one job an application. Takes it over. */
void app_act_start(AppAct *act, Model *model);
void app_act_free(AppAct *act);

#endif
