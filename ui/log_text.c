/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "ui/log_text.h"

#include "core/sanitize.h"

#include <string.h>

#define NANOSECONDS G_GINT64_CONSTANT(1000000000)

enum { CHUNK_BYTES = 64 * 1024 };

typedef struct Part {
    LogBlock *block;
    unsigned n;
    uint8_t *shown; /* a byte a line; NULL: all */
} Part;

struct LogText {
    GArray *parts; /* Part, oldest first */
    char **names;
    bool timestamps;
};

static void clear_part(void *data)
{
    Part *part = data;

    log_block_unref(part->block);
    g_free(part->shown);
}

static uint8_t *shown_of(const LogRing *ring, const LogBlock *block, unsigned n)
{
    uint8_t *shown = g_malloc(n);

    for (unsigned i = 0; i < n; i++)
        shown[i] = (log_ring_marks(ring, block->first + i) & LOG_SHOWN) != 0;
    return shown;
}

LogText *log_text_new(const LogRing *ring, const char *const *names, bool timestamps)
{
    LogText *text = g_new0(LogText, 1);

    text->parts = g_array_new(FALSE, FALSE, sizeof(Part));
    g_array_set_clear_func(text->parts, clear_part);
    text->names = g_strdupv((char **)names);
    text->timestamps = timestamps;
    for (unsigned i = ring->start; i < ring->blocks->len; i++) {
        LogBlock *block = ring->blocks->pdata[i];
        Part part = {.block = block, .n = block->n_lines};
        if (ring->matching)
            part.shown = shown_of(ring, block, part.n);
        log_block_ref(block);
        g_array_append_val(text->parts, part);
    }
    return text;
}

void log_text_free(LogText *text)
{
    if (text == NULL)
        return;
    g_array_unref(text->parts);
    g_strfreev(text->names);
    g_free(text);
}

static void append_time(GString *out, int64_t nanoseconds)
{
    g_autoptr(GDateTime) time = g_date_time_new_from_unix_local(nanoseconds / NANOSECONDS);
    g_autofree char *words = time == NULL ? NULL : g_date_time_format(time, "%F %T ");

    g_string_append(out, nanoseconds == 0 || words == NULL ? "– " : words);
}

static void append_line(const LogText *text, const LogBlock *block, const LogLine *line, bool safe,
                        GString *out)
{
    Span bytes = span_of(block->text + line->offset, line->size);

    if (text->timestamps && !line->continues)
        append_time(out, line->time);
    if (text->names != NULL && !line->continues)
        g_string_append_printf(out, "%s | ", text->names[line->origin]);
    if (safe) {
        g_autofree char *shown = sanitize(bytes, SANITIZE_KEEP_TABS);
        g_string_append(out, shown);
    } else {
        g_string_append_len(out, (const char *)bytes.data, (gssize)bytes.size);
    }
    g_string_append_c(out, '\n');
}

static bool put_all(GString *out, LogTextPut put, void *data)
{
    bool good = out->len == 0 || put(out->str, out->len, data);

    g_string_truncate(out, 0);
    return good;
}

bool log_text_write(const LogText *text, bool safe, LogTextPut put, void *data, Cancel *cancel)
{
    g_autoptr(GString) out = g_string_sized_new(CHUNK_BYTES * 2);

    for (unsigned i = 0; i < text->parts->len; i++) {
        const Part *part = &g_array_index(text->parts, Part, i);
        if (cancel_is_set(cancel, NULL))
            return false;
        for (unsigned k = 0; k < part->n; k++) {
            const LogLine *line = &part->block->lines[k];
            if ((part->shown != NULL && !part->shown[k]) || line->ruled)
                continue;
            append_line(text, part->block, line, safe, out);
            if (out->len >= CHUNK_BYTES && !put_all(out, put, data))
                return false;
        }
    }
    return put_all(out, put, data);
}
