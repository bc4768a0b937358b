/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Document: lines of text in roles, for everything that is read rather than listed: evidence,
 * explanations, help, what verbs say. It is laid out for a width once; a view scrolls over it, with
 * a cursor on the lines that can be chosen, and searches it.
 */
#ifndef MSE_UI_DOCUMENT_H
#define MSE_UI_DOCUMENT_H

#include "ui/canvas.h"
#include "ui/key_table.h"
#include "ui/match.h"
#include "ui/redo.h"

enum { DOCUMENT_PLAIN = -1 };

typedef struct DocumentSpan {
    Role role;
    char *text;
    int column; /* where it begins; -1: after the one before */
    bool right; /* at the right margin */
} DocumentSpan;

typedef struct DocumentLine {
    GArray *spans; /* DocumentSpan */
    int tag;       /* what it stands for when it can be chosen, else DOCUMENT_PLAIN */
} DocumentLine;

typedef struct Document {
    GPtrArray *lines; /* DocumentLine* */
    bool choosable;   /* some line has a tag */
} Document;

Document *document_new(void);
void document_free(Document *document);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Document, document_free)

/* Begins a line. Spans are added to the last one; text is safe and is copied. */
void document_line(Document *document, int tag);
void document_add(Document *document, Role role, const char *text);
void document_add_at(Document *document, int column, Role role, const char *text);
void document_add_right(Document *document, Role role, const char *text);
void document_printf(Document *document, Role role, const char *format, ...) G_GNUC_PRINTF(3, 4);
/* Breaks a paragraph into the last line from `indent` on and lines after it. */
void document_wrap(Document *document, int indent, int width, Role role, const char *text);
/* A heading, with an empty line before it when it is not the first. */
void document_heading(Document *document, const char *text);

typedef struct DocumentView {
    unsigned top, height;
    unsigned at; /* the line of the cursor */
    char *search;
    Matches *matches;
    UiJob *match_job;
    uint64_t generation;
} DocumentView;

void document_view_init(DocumentView *view);
void document_view_clear(DocumentView *view);

/* Keeps top and cursor inside the document. */
void document_view_fit(DocumentView *view, const Document *document, unsigned height);
/* The cursor to the next choosable line that way; where none is, the page scrolls. */
void document_view_move(DocumentView *view, const Document *document, long by);
void document_view_scroll(DocumentView *view, const Document *document, long by);
void document_view_end(DocumentView *view, const Document *document, bool bottom);
/* The tag under the cursor, or DOCUMENT_PLAIN. */
int document_view_tag(const DocumentView *view, const Document *document);
void document_view_select_tag(DocumentView *view, const Document *document, int tag);

void document_view_search(DocumentView *view, const Document *document, Jobs *jobs,
                          const char *pattern);
bool document_view_take_matches(DocumentView *view, const Document *document,
                                const Message *message);
/* To the next match; false when there is none. */
bool document_view_next(DocumentView *view, const Document *document, int direction);

void document_draw(const Document *document, const DocumentView *view, const Canvas *canvas,
                   bool focused);

/* "3 lines", or what is wrong with the expression: beside what is searched for. g_free. */
char *document_view_search_state(const DocumentView *view);

/* The motions and matches of the key table; REDO_NOTHING for any other. */
Redo document_command(DocumentView *view, const Document *document, CommandId command);

/* The text of a line. g_free. */
char *document_line_text(const Document *document, unsigned line);

#endif
