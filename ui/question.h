/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Question: what is asked before something is lost: what will be done, to what, where, and what is
 * gone then. Cancel is what Enter does until a person says otherwise; where a name must be typed,
 * nothing else will do.
 */
#ifndef MSE_UI_QUESTION_H
#define MSE_UI_QUESTION_H

#include "ui/canvas.h"
#include "ui/edit.h"

typedef struct Question Question;

typedef enum { QUESTION_OPEN, QUESTION_YES, QUESTION_NO } QuestionState;

/* Texts are safe and copied. `typed`: what must be typed; NULL: a button is enough. */
Question *question_new(const char *title, const char *const *paragraphs, const char *button,
                       const char *typed);
void question_free(Question *question);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Question, question_free)

/* A name must be typed. */
bool question_wants_name(const Question *question);

QuestionState question_key(Question *question, Key key);
/* Over the middle of the canvas; the cursor is where one types, or (-1, -1). */
void question_draw(const Question *question, const Canvas *canvas, int *cursor_x, int *cursor_y);

#endif
