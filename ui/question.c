/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "ui/question.h"

#include "core/i18n.h"
#include "ui/text.h"

#include <string.h>

enum { WIDEST = 72, MARGIN = 2 };

struct Question {
    char *title;
    char **paragraphs;
    char *button;
    char *typed; /* or NULL */
    Edit edit;
    bool on_yes;
};

Question *question_new(const char *title, const char *const *paragraphs, const char *button,
                       const char *typed)
{
    Question *question = g_new0(Question, 1);

    question->title = g_strdup(title);
    question->paragraphs = g_strdupv((char **)(void *)paragraphs);
    question->button = g_strdup(button);
    question->typed = g_strdup(typed);
    edit_init(&question->edit, "");
    return question;
}

void question_free(Question *question)
{
    if (question == NULL)
        return;
    g_free(question->title);
    g_strfreev(question->paragraphs);
    g_free(question->button);
    g_free(question->typed);
    edit_clear(&question->edit);
    g_free(question);
}

static bool is_typed(const Question *question)
{
    return question->typed != NULL && g_str_equal(question->typed, question->edit.text->str);
}

bool question_wants_name(const Question *question)
{
    return question->typed != NULL;
}

QuestionState question_key(Question *question, Key key)
{
    if (key == KEYCODE_ESCAPE || key == ('c' | KEY_CONTROL))
        return QUESTION_NO;
    if (question->typed != NULL) {
        if (key == KEYCODE_ENTER)
            return is_typed(question) ? QUESTION_YES : QUESTION_NO;
        edit_key(&question->edit, key, NULL);
        return QUESTION_OPEN;
    }
    switch (key) {
    case KEYCODE_ENTER:
        return question->on_yes ? QUESTION_YES : QUESTION_NO;
    case KEYCODE_TAB:
    case KEYCODE_TAB | KEY_SHIFT:
    case KEYCODE_LEFT:
    case KEYCODE_RIGHT:
        question->on_yes = !question->on_yes;
        return QUESTION_OPEN;
    default: /* no single key does it, and any other leaves the question as it is */
        return QUESTION_OPEN;
    }
}

/* ---- drawing ---- */

/* `gap` rows between paragraphs; what would come at or below `bottom` is left out, and said so by
 * an ellipsis. Without a canvas only counted. Returns the row below, a gap included. */
static int draw_paragraphs(const Question *question, const Canvas *canvas, int width, int y,
                           int gap, int bottom)
{
    for (unsigned i = 0; question->paragraphs[i] != NULL; i++) {
        const char *rest = question->paragraphs[i];
        while (rest != NULL) {
            const char *text = rest;
            size_t bytes = text_break(text, (unsigned)MAX(width, 8), &rest);
            g_autofree char *line = g_strndup(text, bytes);
            bool more = rest != NULL || question->paragraphs[i + 1] != NULL;
            if (canvas != NULL && y < bottom)
                canvas_text(canvas, 1 + MARGIN, y, ROLE_TEXT, line);
            if (canvas != NULL && y == bottom - 1 && more)
                canvas_text(canvas, 1 + MARGIN + width, y, ROLE_DIM, "…");
            y++;
        }
        y += gap;
    }
    return y;
}

static int draw_button(const Canvas *canvas, int x, int y, const char *text, bool on)
{
    g_autofree char *button = g_strdup_printf("[ %s ]", text);
    int end = canvas_text(canvas, x, y, on ? ROLE_STRONG : ROLE_DIM, button);

    if (on)
        canvas_select(canvas, x, y, end - x);
    return end + 2;
}

static void draw_answer(const Question *question, const Canvas *canvas, int y, int *cursor_x,
                        int *cursor_y)
{
    g_autofree char *does = g_strdup_printf(_("Enter: %s"), question->button);
    int x = 1 + MARGIN;

    if (question->typed == NULL) {
        x = draw_button(canvas, x, y, _("Cancel"), !question->on_yes);
        draw_button(canvas, x, y, question->button, question->on_yes);
        return;
    }
    x = canvas_text(canvas, x, y, ROLE_KEY, _("its name: "));
    *cursor_x = canvas->x + edit_draw(&question->edit, canvas, x, y,
                                      MAX(canvas->width - x - 1 - MARGIN, 1), ROLE_TEXT);
    *cursor_y = canvas->y + y;
    canvas_cut(canvas, 1 + MARGIN, y + 1, canvas->width - 2 - 2 * MARGIN,
               is_typed(question) ? ROLE_WARNING : ROLE_DIM,
               is_typed(question) ? does : _("Enter or Esc cancels"));
}

void question_draw(const Question *question, const Canvas *canvas, int *cursor_x, int *cursor_y)
{
    int width = MIN(canvas->width - 2, WIDEST);
    int inner = width - 2 - 2 * MARGIN;
    int answer = question->typed != NULL ? 2 : 1; /* rows */
    int gap = 1, first = 2;
    int height = draw_paragraphs(question, NULL, inner, first, gap, 0) + answer + 1;
    Canvas box;
    int y;

    if (height > canvas->height) { /* what must be answered is in sight, whatever else is not */
        gap = 0;
        first = 1;
        height =
            MIN(draw_paragraphs(question, NULL, inner, first, gap, 0) + answer + 1, canvas->height);
    }
    box = canvas_part(canvas, (canvas->width - width) / 2, MAX((canvas->height - height) / 2, 0),
                      width, height);
    for (y = 0; y < box.height; y++)
        canvas_fill(&box, 0, y, box.width, ROLE_TEXT, ' ');
    canvas_frame(&box, 0, 0, box.width, box.height, ROLE_WARNING);
    y = canvas_text(&box, 2, 0, ROLE_WARNING, " ");
    y = canvas_cut(&box, y, 0, box.width - 6, ROLE_WARNING, question->title);
    canvas_text(&box, y, 0, ROLE_WARNING, " ");
    draw_paragraphs(question, &box, inner, first, gap, height - answer - 1);
    draw_answer(question, &box, height - answer - 1, cursor_x, cursor_y);
}
