/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Lines of the logs pane that leave the console: to the clipboard, a pager, a file.
 */
#include "config.h"

#include "core/i18n.h"
#include "core/sanitize.h"
#include "ui/console.h"
#include "ui/pager.h"
#include "ui/pane_logs_private.h"

static void append_line(const LogsPane *self, uint64_t number, GString *out)
{
    LogLine line;
    Span text;

    if (!log_ring_line(self->ring, number, &line, &text) || line.ruled)
        return;
    g_string_append_len(out, (const char *)text.data, (gssize)text.size);
    g_string_append_c(out, '\n');
}

/* The line that was gone to, else those in sight. */
void logs_yank(const LogsPane *self, Console *console)
{
    g_autoptr(GString) out = g_string_new(NULL);
    g_autofree char *what = NULL;
    g_autofree char *safe = NULL;
    uint64_t number = self->top;
    unsigned n = 0;
    bool more = self->ring->end > self->ring->first;

    if (self->at != UINT64_MAX && self->at >= self->ring->first) {
        append_line(self, self->at, out);
        n = 1;
    } else {
        for (; more && n < (unsigned)self->height; n++) {
            append_line(self, number, out);
            more = log_ring_next(self->ring, number, 1, 0, &number);
        }
    }
    what = g_strdup_printf(P_("%u line", "%u lines", n), n);
    safe = sanitize(span_of(out->str, out->len), SANITIZE_KEEP_NEWLINES);
    console_copy(console, what, safe);
}

static LogText *text_of(const LogsPane *self)
{
    g_autoptr(GPtrArray) names = g_ptr_array_new();

    for (unsigned i = 0; i < self->taps->len; i++)
        g_ptr_array_add(names, ((const LogTap *)self->taps->pdata[i])->name);
    g_ptr_array_add(names, NULL);
    return log_text_new(self->ring, self->taps->len > 1 ? (const char *const *)names->pdata : NULL,
                        self->timestamps);
}

LogText *logs_pane_text(const Pane *pane)
{
    return text_of((const LogsPane *)pane);
}

void logs_page(const LogsPane *self, Console *console)
{
    if (self->ring->end == self->ring->first) {
        console_say(console, ROLE_DIM, "%s", _("there is no line to show"));
        return;
    }
    pager_start(console_model(console)->jobs, text_of(self));
}
