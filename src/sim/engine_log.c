/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "sim/engine_log.h"

#include "sim/engine_hostile.h"
#include "sim/engine_text.h"
#include "sim/http.h"

#include <string.h>
#include <time.h>

enum {
    SEGMENTS_MOST = 16, /* what is older is gone, as when an engine rotates logs */
    TRACE_EVERY = 97,   /* lines from one traceback to the next */
    LONG_BEFORE = 25,   /* where among them the long line is: so far from the end */
};

static const LogSegment *segment(const Container *container, unsigned i)
{
    return &g_array_index(container->log, LogSegment, i);
}

static const LogSegment *last_segment(const Container *container)
{
    return container->log->len ? segment(container, container->log->len - 1) : NULL;
}

uint64_t log_first(const Container *container)
{
    if (container->kept != NULL)
        return kept_log_first(container->kept);
    return container->log->len ? segment(container, 0)->first : 0;
}

uint64_t log_count(const Container *container, int64_t now)
{
    const LogSegment *last = last_segment(container);
    if (container->kept != NULL)
        return kept_log_count(container->kept);
    if (container->log_end != UINT64_MAX)
        return container->log_end;
    return last == NULL || now < last->start
               ? (last ? last->first : 0)
               : last->first + (uint64_t)((now - last->start) / last->step) + 1;
}

static const LogSegment *segment_of(const Container *container, uint64_t line)
{
    for (unsigned i = container->log->len; i-- > 0;)
        if (segment(container, i)->first <= line)
            return segment(container, i);
    return NULL;
}

int64_t log_time(const Container *container, uint64_t line)
{
    if (container->kept != NULL)
        return kept_log_time(container->kept, line);
    const LogSegment *in = segment_of(container, line);
    return in ? in->start + (int64_t)(line - in->first) * in->step : INT64_MAX;
}

uint64_t log_line_at(const Container *container, int64_t time, int64_t now)
{
    uint64_t end = log_count(container, now);
    if (container->kept != NULL)
        return kept_log_at(container->kept, time);
    for (unsigned i = container->log->len; i-- > 0;) {
        const LogSegment *in = segment(container, i);
        if (time > in->start)
            return MIN(end, in->first + (uint64_t)((time - in->start + in->step - 1) / in->step));
        end = in->first;
    }
    return log_first(container);
}

static void add_segment(Container *container, LogSegment added)
{
    if (container->log->len == SEGMENTS_MOST)
        g_array_remove_range(container->log, 0, SEGMENTS_MOST / 2);
    g_array_append_val(container->log, added);
}

void log_start(Container *container, int64_t now, int64_t step, bool boot)
{
    if (step == 0 || container->kept != NULL)
        return;
    /* Not at the very moment: the last line before it may have been. */
    add_segment(container, (LogSegment){log_count(container, now), now + 1, step, boot});
    container->log_end = UINT64_MAX;
}

void log_stop(Container *container, int64_t now)
{
    if (container->kept != NULL)
        kept_log_finish(container->kept, now);
    container->log_end = log_count(container, now);
}

void log_prepare(Container *container, const Fleet *fleet)
{
    const int64_t boot = fleet->spec.start;
    const bool runs = container->state == CONTAINER_RUNNING;
    const int64_t end = container_runs(container) ? boot : container->finished;
    container->log = g_array_new(FALSE, FALSE, sizeof(LogSegment));
    if (container->started == 0)
        return;
    if (fleet->log_history > 0) {
        const int64_t step = MAX((end - container->started) / (int64_t)fleet->log_history, 1);
        add_segment(container, (LogSegment){0, container->started, step, true});
        container->log_end = fleet->log_history;
    }
    if (runs)
        log_start(container, boot, fleet->log_step, false);
}

/* --- what it says ---------------------------------------------------------------------------- */

static const char *const boot_lines[] = {
    NULL, /* its arguments */
    "Untar the code...",
    "app.py",
    "Generating the enclave...",
    "Attributes:",
    "    size:        SIMULATED",
    "    edmm:        False",
    "    max_threads: 256",
    "    isv_prod_id: 1",
    "    isv_svn:     10",
    "SGX remote attestation:",
    "    DCAP/ECDSA (SIMULATED by mse-sim)",
    "[INFO] Generating self-signed certificate...",
    "[INFO] Starting the configuration server...",
};
static const char *const run_lines[] = {
    "[INFO] Processing POST query...",
    "[INFO] Stopping the configuration server...",
    "[INFO] Loading the application...",
    "[INFO] Starting the application (mode=RATLS_CERTIFICATE)...",
    "[INFO] Running on https://0.0.0.0:443 (CTRL + C to quit)",
};
static const char *const trace_lines[] = {
    "Traceback (most recent call last):",
    "  File \"/opt/venv/lib/python3.11/site-packages/flask/app.py\", line 2525, in wsgi_app",
    "    response = self.full_dispatch_request()",
    "  File \"/opt/input/app/app.py\", line 61, in score",
    "    return jsonify(model.predict(request.json[\"rows\"]))",
    "KeyError: 'rows'",
};
static const struct {
    const char *request;
    const char *answer;
} requests[] = {
    {"GET /health 1.1", "200 2"},         {"GET / 1.1", "200 11"},
    {"POST /score 1.1", "200 532"},       {"POST /score 1.1", "200 529"},
    {"GET /result/secrets 2", "200 140"}, {"GET /metrics 1.1", "200 4096"},
    {"POST /rows 2", "201 36"},           {"GET /favicon.ico 1.1", "404 207"},
    {"POST /score 1.1", "500 265"},       {"GET /result/sealed_secrets 2", "200 140"},
};

/* "2026-11-21 03:50:04" and "21/Nov/2026:03:50:04". */
typedef struct LineDates {
    int64_t second;
    char plain[20], common[21];
} LineDates;

static const LineDates *dates_of(int64_t time)
{
    static LineDates dates = {.second = INT64_MIN};
    static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
    const int64_t second = time / NS_PER_SECOND;
    if (second == dates.second)
        return &dates;
    const time_t value = (time_t)second;
    struct tm parts;
    gmtime_r(&value, &parts);
    dates.second = second;
    strftime(dates.plain, sizeof dates.plain, "%Y-%m-%d %H:%M:%S", &parts);
    g_snprintf(dates.common, sizeof dates.common, "%02d/%.3s/%04d:%.8s", parts.tm_mday,
               months + 3 * parts.tm_mon, (parts.tm_year + 1900) % 10000, dates.plain + 11);
    return &dates;
}

static LogChannel put_boot(const Container *container, uint64_t n, GString *out)
{
    if (n == 0) {
        g_string_append(out, "Reading args: ");
        g_string_append(out, container->arguments);
        return LOG_OUTPUT;
    }
    const char *text =
        n < G_N_ELEMENTS(boot_lines) ? boot_lines[n] : run_lines[n - G_N_ELEMENTS(boot_lines)];
    g_string_append(out, text);
    return text[0] == '[' ? LOG_ERRORS : LOG_OUTPUT;
}

static uint64_t boot_size(const Container *container)
{
    if (!container->application)
        return 0;
    return G_N_ELEMENTS(boot_lines) + (container->waiting ? 0 : G_N_ELEMENTS(run_lines));
}

/* The configuration server's own log: it is asked whether it still waits. */
static LogChannel put_waiting(const LineDates *dates, GString *out)
{
    g_string_append(out, "172.17.0.1 - - [");
    g_string_append_len(out, dates->common, 20);
    g_string_append(out, "] \"GET / HTTP/1.1\" 200 - (waiting for secrets)");
    return LOG_ERRORS;
}

static LogChannel put_request(const LineDates *dates, uint64_t line, GString *out)
{
    uint64_t random = line;
    const uint64_t chance = next_random(&random);
    const unsigned which = (unsigned)(chance % G_N_ELEMENTS(requests));
    g_string_append_c(out, '[');
    g_string_append_len(out, dates->plain, 19);
    g_string_append(out, " +0000] [23] [INFO] 172.17.0.1:");
    put_number(out, 32768 + (chance >> 32) % 28000);
    g_string_append(out, " - - [");
    g_string_append_len(out, dates->common, 20);
    g_string_append(out, " +0000] \"");
    g_string_append(out, requests[which].request);
    g_string_append(out, "\" ");
    g_string_append(out, requests[which].answer);
    g_string_append(out, " \"-\" \"python-requests/2.28.1\" #");
    put_number(out, line);
    return LOG_OUTPUT;
}

static LogChannel put_line(const Container *container, uint64_t line, GString *out)
{
    const LogSegment *in = segment_of(container, line);
    const uint64_t in_segment = line - (in ? in->first : 0);
    const LineDates *dates = dates_of(log_time(container, line));
    if (in != NULL && in->boot && in_segment < boot_size(container))
        return put_boot(container, in_segment, out);
    if (container->hostility != NULL && line % 2 == 1) {
        const Span text = container->hostility->line;
        g_string_append_len(out, (const char *)text.data, (gssize)text.size);
        return LOG_OUTPUT;
    }
    if (container->waiting)
        return put_waiting(dates, out);
    if (line % TRACE_EVERY < G_N_ELEMENTS(trace_lines)) {
        g_string_append(out, trace_lines[line % TRACE_EVERY]);
        return LOG_ERRORS;
    }
    return put_request(dates, line, out);
}

/* A line that was really said, or a piece of it. */
static LogChannel put_kept(const KeptLog *log, uint64_t line, uint64_t offset, GString *out,
                           bool *more)
{
    unsigned channel;
    const char *text = kept_log_line(log, line, &channel);
    const size_t size = strlen(text), left = size - (size_t)MIN(offset, size);
    g_string_append_len(out, text + (size - left), (gssize)MIN(left, LOG_PIECE));
    *more = left > LOG_PIECE;
    return channel == LOG_ERRORS ? LOG_ERRORS : LOG_OUTPUT;
}

LogChannel log_put(const Container *container, uint64_t line, uint64_t offset, GString *out,
                   bool *more)
{
    if (container->kept != NULL)
        return put_kept(container->kept, line, offset, out, more);
    const Hostility *hostility = container->hostility;
    const uint64_t size = hostility ? hostility->long_line : 0;
    if (size == 0 || line % hostility->long_every != hostility->long_every - LONG_BEFORE) {
        *more = false;
        return put_line(container, line, out);
    }
    const size_t n = (size_t)MIN(size - offset, LOG_PIECE);
    const gsize start = out->len;
    g_string_set_size(out, start + n);
    memset(out->str + start, 'x', n);
    *more = offset + n < size;
    return LOG_OUTPUT;
}
