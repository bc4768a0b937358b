/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "sim/engine_kept.h"

#include <string.h>

typedef struct KeptLine {
    int64_t time;
    unsigned channel;
    char *text;
} KeptLine;

enum { CHANNELS = 3 };

struct KeptLog {
    KeptLine lines[KEPT_LINES]; /* a ring: line n is at n % KEPT_LINES */
    uint64_t count;             /* ever */
    GString *begun[CHANNELS];
};

KeptLog *kept_log_new(void)
{
    KeptLog *log = g_new0(KeptLog, 1);
    for (unsigned i = 0; i < CHANNELS; i++)
        log->begun[i] = g_string_new(NULL);
    return log;
}

void kept_log_free(KeptLog *log)
{
    if (log == NULL)
        return;
    for (unsigned i = 0; i < KEPT_LINES; i++)
        g_free(log->lines[i].text);
    for (unsigned i = 0; i < CHANNELS; i++)
        g_string_free(log->begun[i], TRUE);
    g_free(log);
}

static void end_line(KeptLog *log, unsigned channel, int64_t now)
{
    GString *begun = log->begun[channel];
    KeptLine *line = &log->lines[log->count++ % KEPT_LINES];
    g_free(line->text);
    *line = (KeptLine){now, channel, g_strndup(begun->str, begun->len)};
    g_string_truncate(begun, 0);
}

void kept_log_add(KeptLog *log, unsigned channel, const char *bytes, size_t size, int64_t now)
{
    GString *begun = log->begun[channel];
    while (size > 0) {
        const char *end = memchr(bytes, '\n', size);
        const size_t room = KEPT_LINE_MOST - begun->len;
        const size_t part = MIN(end != NULL ? (size_t)(end - bytes) : size, room);
        g_string_append_len(begun, bytes, (gssize)part);
        const bool ends = end == bytes + part;
        if (ends || begun->len == KEPT_LINE_MOST)
            end_line(log, channel, now);
        bytes += part + ends;
        size -= part + ends;
    }
}

void kept_log_finish(KeptLog *log, int64_t now)
{
    for (unsigned i = 0; i < CHANNELS; i++)
        if (log->begun[i]->len > 0)
            end_line(log, i, now);
}

uint64_t kept_log_first(const KeptLog *log)
{
    return log->count > KEPT_LINES ? log->count - KEPT_LINES : 0;
}

uint64_t kept_log_count(const KeptLog *log)
{
    return log->count;
}

int64_t kept_log_time(const KeptLog *log, uint64_t line)
{
    return line < log->count ? log->lines[line % KEPT_LINES].time : INT64_MAX;
}

uint64_t kept_log_at(const KeptLog *log, int64_t time)
{
    uint64_t line = kept_log_first(log);
    while (line < log->count && kept_log_time(log, line) < time)
        line++;
    return line;
}

const char *kept_log_line(const KeptLog *log, uint64_t line, unsigned *channel)
{
    const KeptLine *kept = &log->lines[line % KEPT_LINES];
    *channel = kept->channel;
    return kept->text;
}
