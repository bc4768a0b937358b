/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "ui/document.h"

#include "core/i18n.h"
#include "ui/text.h"

#include <stdarg.h>
#include <string.h>

static uint64_t last_generation;

static void span_clear(void *data)
{
    DocumentSpan *span = data;

    g_free(span->text);
}

static void line_free(void *data)
{
    DocumentLine *line = data;

    g_array_unref(line->spans);
    g_free(line);
}

Document *document_new(void)
{
    Document *document = g_new0(Document, 1);

    document->lines = g_ptr_array_new_with_free_func(line_free);
    return document;
}

void document_free(Document *document)
{
    if (document == NULL)
        return;
    g_ptr_array_unref(document->lines);
    g_free(document);
}

void document_line(Document *document, int tag)
{
    DocumentLine *line = g_new0(DocumentLine, 1);

    line->spans = g_array_new(FALSE, FALSE, sizeof(DocumentSpan));
    g_array_set_clear_func(line->spans, span_clear);
    line->tag = tag;
    document->choosable |= tag != DOCUMENT_PLAIN;
    g_ptr_array_add(document->lines, line);
}

static void add_span(Document *document, DocumentSpan span)
{
    DocumentLine *line = document->lines->pdata[document->lines->len - 1];

    g_array_append_val(line->spans, span);
}

void document_add(Document *document, Role role, const char *text)
{
    add_span(document, (DocumentSpan){.role = role, .text = g_strdup(text), .column = -1});
}

void document_add_at(Document *document, int column, Role role, const char *text)
{
    add_span(document, (DocumentSpan){.role = role, .text = g_strdup(text), .column = column});
}

void document_add_right(Document *document, Role role, const char *text)
{
    add_span(document,
             (DocumentSpan){.role = role, .text = g_strdup(text), .column = -1, .right = true});
}

void document_printf(Document *document, Role role, const char *format, ...)
{
    va_list arguments;
    char *text;

    va_start(arguments, format);
    text = g_strdup_vprintf(format, arguments);
    va_end(arguments);
    add_span(document, (DocumentSpan){.role = role, .text = text, .column = -1});
}

void document_wrap(Document *document, int indent, int width, Role role, const char *text)
{
    unsigned columns = (unsigned)MAX(width - indent, 8);

    while (text != NULL) {
        const char *next;
        size_t bytes = text_break(text, columns, &next);
        g_autofree char *piece = g_strndup(text, bytes);
        document_add_at(document, indent, role, piece);
        text = next;
        if (text != NULL)
            document_line(document, DOCUMENT_PLAIN);
    }
}

void document_heading(Document *document, const char *text)
{
    if (document->lines->len > 0)
        document_line(document, DOCUMENT_PLAIN);
    document_line(document, DOCUMENT_PLAIN);
    document_add(document, ROLE_HEADING, text);
}

static const DocumentLine *line_of(const Document *document, unsigned i)
{
    return document->lines->pdata[i];
}

char *document_line_text(const Document *document, unsigned i)
{
    const DocumentLine *line = line_of(document, i);
    GString *text = g_string_new(NULL);

    for (unsigned s = 0; s < line->spans->len; s++)
        g_string_append_printf(text, "%s%s", s > 0 ? " " : "",
                               g_array_index(line->spans, DocumentSpan, s).text);
    return g_string_free(text, FALSE);
}

/* ---- the view ---- */

void document_view_init(DocumentView *view)
{
    memset(view, 0, sizeof *view);
    view->height = 1;
}

void document_view_clear(DocumentView *view)
{
    g_free(view->search);
    g_clear_pointer(&view->matches, matches_free);
    g_clear_pointer(&view->match_job, ui_job_unref);
}

static unsigned last_top(const DocumentView *view, const Document *document)
{
    return document->lines->len > view->height ? document->lines->len - view->height : 0;
}

/* The first line from `from` on, that way, that can be chosen; or -1. */
static long choosable_from(const Document *document, long from, int direction)
{
    for (long i = from; i >= 0 && i < (long)document->lines->len; i += direction)
        if (line_of(document, (unsigned)i)->tag != DOCUMENT_PLAIN)
            return i;
    return -1;
}

void document_view_fit(DocumentView *view, const Document *document, unsigned height)
{
    long first;

    view->height = MAX(height, 1);
    view->top = MIN(view->top, last_top(view, document));
    if (!document->choosable)
        return;
    view->at = MIN(view->at, document->lines->len - 1);
    if (line_of(document, view->at)->tag == DOCUMENT_PLAIN) {
        first = choosable_from(document, view->at, 1);
        if (first < 0)
            first = choosable_from(document, view->at, -1);
        view->at = (unsigned)MAX(first, 0);
    }
}

static void bring_into_sight(DocumentView *view, const Document *document)
{
    if (view->at < view->top)
        view->top = view->at;
    if (view->at >= view->top + view->height)
        view->top = view->at - view->height + 1;
    /* What stands above the first line that can be chosen comes with it. */
    if (choosable_from(document, (long)view->at - 1, -1) < 0 && view->at < view->height)
        view->top = 0;
}

void document_view_scroll(DocumentView *view, const Document *document, long by)
{
    long top = (long)view->top + by;
    long at;

    view->top = top < 0 ? 0 : MIN((unsigned)top, last_top(view, document));
    if (!document->choosable)
        return;
    /* The cursor stays in sight. */
    at = CLAMP((long)view->at, (long)view->top, (long)(view->top + view->height) - 1);
    if (at == (long)view->at)
        return;
    at = choosable_from(document, MIN(at, (long)document->lines->len - 1), by > 0 ? 1 : -1);
    if (at < 0)
        at = choosable_from(document, (long)view->top, by > 0 ? -1 : 1);
    if (at >= 0)
        view->at = (unsigned)at;
}

void document_view_move(DocumentView *view, const Document *document, long by)
{
    int direction = by < 0 ? -1 : 1;
    long to;

    if (!document->choosable) {
        document_view_scroll(view, document, by);
        return;
    }
    to = choosable_from(document, (long)view->at + direction, direction);
    if (to < 0) { /* beyond the last that can be chosen there may be more to read */
        document_view_scroll(view, document, by);
        return;
    }
    view->at = (unsigned)to;
    bring_into_sight(view, document);
}

void document_view_end(DocumentView *view, const Document *document, bool bottom)
{
    long to;

    view->top = bottom ? last_top(view, document) : 0;
    if (!document->choosable)
        return;
    to = bottom ? choosable_from(document, (long)document->lines->len - 1, -1)
                : choosable_from(document, 0, 1);
    view->at = (unsigned)MAX(to, 0);
}

int document_view_tag(const DocumentView *view, const Document *document)
{
    if (!document->choosable || view->at >= document->lines->len)
        return DOCUMENT_PLAIN;
    return line_of(document, view->at)->tag;
}

void document_view_select_tag(DocumentView *view, const Document *document, int tag)
{
    for (unsigned i = 0; i < document->lines->len; i++)
        if (line_of(document, i)->tag == tag) {
            view->at = i;
            bring_into_sight(view, document);
            return;
        }
}

/* ---- searching ---- */

void document_view_search(DocumentView *view, const Document *document, Jobs *jobs,
                          const char *pattern)
{
    GPtrArray *lines;

    g_free(view->search);
    view->search = g_strdup(pattern);
    view->generation = ++last_generation;
    if (view->match_job != NULL)
        jobs_cancel(jobs, view->match_job);
    g_clear_pointer(&view->match_job, ui_job_unref);
    g_clear_pointer(&view->matches, matches_free);
    if (*pattern == '\0')
        return;
    lines = g_ptr_array_new_full(document->lines->len, g_free);
    for (unsigned i = 0; i < document->lines->len; i++)
        g_ptr_array_add(lines, document_line_text(document, i));
    view->match_job = ui_job_ref(match_start(jobs, pattern, lines, view->generation, 1));
}

bool document_view_next(DocumentView *view, const Document *document, int direction)
{
    unsigned n = document->lines->len;
    unsigned from = view->at;

    if (view->matches == NULL)
        return false;
    for (unsigned step = 1; step <= n; step++) {
        unsigned i = (unsigned)(((long)from + (long)step * direction + (long)n * 2) % (long)n);
        if (i >= view->matches->matched->len || view->matches->matched->data[i] == 0)
            continue;
        view->at = i;
        view->top = i > view->height / 3 ? i - view->height / 3 : 0;
        view->top = MIN(view->top, last_top(view, document));
        return true;
    }
    return false;
}

bool document_view_take_matches(DocumentView *view, const Document *document,
                                const Message *message)
{
    const Matches *answer = message->data;

    if (message->kind != MESSAGE_MATCHES || view->match_job == NULL ||
        message->generation != view->generation)
        return false;
    view->matches = g_new0(Matches, 1);
    view->matches->matched = g_byte_array_ref(answer->matched);
    view->matches->problem = g_strdup(answer->problem);
    g_clear_pointer(&view->match_job, ui_job_unref);
    if (view->at > 0)
        view->at--; /* the line itself counts */
    document_view_next(view, document, 1);
    return true;
}

char *document_view_search_state(const DocumentView *view)
{
    unsigned n = 0;

    if (view->matches == NULL)
        return g_strdup("");
    if (view->matches->problem != NULL)
        return g_strdup(view->matches->problem);
    for (unsigned i = 0; i < view->matches->matched->len; i++)
        n += view->matches->matched->data[i];
    return g_strdup_printf(P_("%u line", "%u lines", n), n);
}

Redo document_command(DocumentView *view, const Document *document, CommandId command)
{
    long page = (long)view->height;

    switch (command) {
    case COMMAND_DOWN:
        document_view_move(view, document, 1);
        return REDO_DRAW;
    case COMMAND_UP:
        document_view_move(view, document, -1);
        return REDO_DRAW;
    case COMMAND_PAGE_DOWN:
        document_view_scroll(view, document, page);
        return REDO_DRAW;
    case COMMAND_PAGE_UP:
        document_view_scroll(view, document, -page);
        return REDO_DRAW;
    case COMMAND_HALF_DOWN:
        document_view_scroll(view, document, page / 2);
        return REDO_DRAW;
    case COMMAND_HALF_UP:
        document_view_scroll(view, document, -page / 2);
        return REDO_DRAW;
    case COMMAND_TOP:
        document_view_end(view, document, false);
        return REDO_DRAW;
    case COMMAND_BOTTOM:
        document_view_end(view, document, true);
        return REDO_DRAW;
    case COMMAND_NEXT_MATCH:
        document_view_next(view, document, 1);
        return REDO_DRAW;
    case COMMAND_PREVIOUS_MATCH:
        document_view_next(view, document, -1);
        return REDO_DRAW;
    default:
        return REDO_NOTHING;
    }
}

/* ---- drawing ---- */

static void draw_line(const DocumentLine *line, const Canvas *canvas, int y)
{
    int x = 0, end = canvas->width;

    for (unsigned i = 0; i < line->spans->len; i++) {
        const DocumentSpan *span = &g_array_index(line->spans, DocumentSpan, i);
        if (!span->right)
            continue;
        end = canvas_right(canvas, 0, canvas->width, y, span->role, span->text) - 1;
    }
    for (unsigned i = 0; i < line->spans->len; i++) {
        const DocumentSpan *span = &g_array_index(line->spans, DocumentSpan, i);
        if (span->right)
            continue;
        if (span->column >= 0)
            x = MAX(x, span->column);
        x = canvas_cut(canvas, x, y, end - x, span->role, span->text);
    }
}

void document_draw(const Document *document, const DocumentView *view, const Canvas *canvas,
                   bool focused)
{
    for (unsigned i = 0; i < view->height && view->top + i < document->lines->len; i++) {
        unsigned number = view->top + i;
        const DocumentLine *line = line_of(document, number);
        draw_line(line, canvas, (int)i);
        if (view->matches != NULL && number < view->matches->matched->len &&
            view->matches->matched->data[number] != 0)
            canvas_role(canvas, 0, (int)i, canvas->width, ROLE_MATCH);
        if (focused && number == view->at && line->tag != DOCUMENT_PLAIN)
            canvas_select(canvas, 0, (int)i, canvas->width);
    }
}
