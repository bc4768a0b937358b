/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The pieces of the logs pane: ring, order of several logs, layout, text that leaves.
 */
#include "config.h"

#include "core/clock.h"
#include "ui/log_layout.h"
#include "ui/log_merge.h"
#include "ui/log_text.h"
#include "ui/match.h"

#include <locale.h>
#include <string.h>

/* ---- ring ---- */

static void append(LogRing *ring, const char *text)
{
    LogLine like = {.time = (int64_t)ring->end + 1};

    log_ring_append(ring, span_of(text, strlen(text)), &like);
}

static void test_ring_is_bounded(void)
{
    g_autoptr(LogRing) ring = log_ring_new(1024 * 1024);
    g_autofree char *huge = g_strnfill(3 * 1024 * 1024, 'x');
    LogLine line;
    Span text;

    for (unsigned i = 0; i < 200000; i++)
        append(ring, "a line of some length, as they are");
    g_assert_cmpuint(ring->held, <=, ring->limit);
    g_assert_cmpuint(ring->end, ==, 200000);
    g_assert_cmpuint(ring->dropped, ==, ring->first);
    g_assert_cmpuint(ring->dropped, >, 0);
    g_assert_false(log_ring_line(ring, ring->first - 1, &line, &text));
    g_assert_true(log_ring_line(ring, ring->first, &line, &text));
    log_ring_set_limit(ring, 256 * 1024); /* less: what is too much goes at once */
    g_assert_cmpuint(ring->held, <=, 256 * 1024);
    g_assert_cmpuint(ring->end, ==, 200000);
    g_assert_cmpuint(ring->dropped, ==, ring->first);
    g_assert_true(log_ring_line(ring, ring->end - 1, &line, &text));
    append(ring, huge); /* what is larger than the bound stands alone */
    g_assert_cmpuint(ring->end - ring->first, ==, 1);
    append(ring, "after it");
    g_assert_cmpuint(ring->end - ring->first, <=, 2);
}

/* ---- several logs ---- */

static LogTap *tap_new(const char *name)
{
    DockerEnvironment environment = {.host = "unix:///nowhere/at/all.sock"};
    g_autoptr(DockerEndpoint) endpoint = docker_endpoint_find(&environment, NULL, NULL);
    g_autoptr(DockerEngine) engine = docker_engine_new(endpoint);
    LogTap *tap = log_tap_new(engine, 0, "id", name);

    tap->marks_known = true;
    return tap;
}

static void arrive(LogTap *tap, int64_t time, const char *text)
{
    DockerMessage *message = g_new0(DockerMessage, 1);
    LogArrival *arrival = g_new0(LogArrival, 1);

    message->kind = DOCKER_MESSAGE_LOG;
    message->log = g_new0(DockerLog, 1);
    message->log->text = g_bytes_new(text, strlen(text));
    message->log->lines = g_new0(DockerLine, 1);
    message->log->n_lines = 1;
    message->log->lines[0] = (DockerLine){.time = time, .size = (uint32_t)strlen(text)};
    arrival->message = message;
    arrival->at = clock_monotonic();
    tap->waiting_size += strlen(text);
    g_queue_push_tail(&tap->waiting, arrival);
}

static void arrive_end(LogTap *tap)
{
    LogArrival *arrival = g_new0(LogArrival, 1);

    arrival->message = g_new0(DockerMessage, 1);
    arrival->message->kind = DOCKER_MESSAGE_END;
    arrival->at = clock_monotonic();
    g_queue_push_tail(&tap->waiting, arrival);
}

static char *ring_text(const LogRing *ring)
{
    GString *out = g_string_new(NULL);
    LogLine line;
    Span text;

    for (uint64_t i = ring->first; i < ring->end; i++)
        if (log_ring_line(ring, i, &line, &text))
            g_string_append_printf(out, "%s%u%.*s", out->len > 0 ? " " : "", line.origin,
                                   (int)text.size, (const char *)text.data);
    return g_string_free(out, FALSE);
}

static void free_tap(void *tap)
{
    log_tap_free(tap);
}

static void test_merge_orders(void)
{
    g_autoptr(GPtrArray) taps = g_ptr_array_new_with_free_func(free_tap);
    g_autoptr(LogRing) ring = log_ring_new(1024 * 1024);
    g_autofree char *text = NULL;
    LogMerged merged;

    g_ptr_array_add(taps, tap_new("a"));
    g_ptr_array_add(taps, tap_new("b"));
    arrive(taps->pdata[0], 10, "first");
    arrive(taps->pdata[0], 30, "third");
    arrive(taps->pdata[0], 50, "last");
    arrive(taps->pdata[1], 20, "second");
    arrive(taps->pdata[1], 40, "fourth");
    log_merge(taps, ring, INT64_MAX, &merged);
    text = ring_text(ring);
    g_assert_cmpstr(text, ==, "0first 1second 0third 1fourth 0last");
    g_assert_true(merged.any);
    g_assert_cmpint(merged.due, ==, INT64_MAX);
}

static void test_merge_rules(void)
{
    g_autoptr(GPtrArray) taps = g_ptr_array_new_with_free_func(free_tap);
    g_autoptr(LogRing) ring = log_ring_new(1024 * 1024);
    const LogMark marks[] = {{.time = 5, .status = 0}, /* before all that is held: not told */
                             {.time = 15, .status = 1},
                             {.time = 16, .start = true, .status = -1}};
    LogTap *tap = tap_new("a");
    g_autofree char *text = NULL;
    LogMerged merged;
    LogLine line;
    Span span;

    g_ptr_array_add(taps, tap);
    g_array_append_vals(tap->marks, marks, G_N_ELEMENTS(marks));
    arrive(tap, 10, "before");
    arrive(tap, 20, "after");
    arrive_end(tap);
    log_merge(taps, ring, INT64_MAX, &merged);
    text = ring_text(ring);
    g_assert_cmpuint(ring->end, ==, 4);
    g_assert_nonnull(strstr(text, "ended with status 1, "));
    g_assert_nonnull(strstr(text, " · started again "));
    g_assert_true(log_ring_line(ring, 1, &line, &span) && line.ruled && line.time == 16);
    g_assert_true(g_str_has_suffix(text, "the application ended"));
    g_assert_true(tap->ended);
}

static void test_merge_waits_for_marks(void)
{
    g_autoptr(GPtrArray) taps = g_ptr_array_new_with_free_func(free_tap);
    g_autoptr(LogRing) ring = log_ring_new(1024 * 1024);
    LogTap *tap = tap_new("a");
    LogMerged merged;

    g_ptr_array_add(taps, tap);
    tap->marks_known = false;
    tap->marks_until = clock_monotonic() + G_GINT64_CONSTANT(3600000000);
    arrive(tap, 10, "a line");
    log_merge(taps, ring, INT64_MAX, &merged);
    g_assert_cmpuint(ring->end, ==, 0);
    g_assert_cmpint(merged.due, ==, tap->marks_until);
    tap->marks_until = 0; /* waited long enough */
    log_merge(taps, ring, INT64_MAX, &merged);
    g_assert_cmpuint(ring->end, ==, 1);
}

/* ---- layout ---- */

static void test_layout(void)
{
    g_autoptr(LogRing) ring = log_ring_new(1024 * 1024);
    LogLayout *layout = log_layout_new();
    g_autoptr(GRegex) regex = match_compile_shown("b+");
    const LaidLine *line;
    const GArray *found;

    append(ring, "a\tbb \x1b]52;c;AAAA\x07 bbb");
    line = log_layout_line(layout, ring, 0, 10, true);
    g_assert_nonnull(line);
    g_assert_cmpstr(line->text, ==, "a       bb \\x1b]52;c;AAAA\\x07 bbb");
    g_assert_cmpuint(line->n_rows, ==, 4);
    found = log_layout_found(layout, line, regex, 1);
    g_assert_nonnull(found);
    g_assert_cmpuint(found->len, ==, 6); /* bb, the b of \x1b, bbb */
    g_assert_cmpuint(g_array_index(found, uint32_t, 0), ==, 8);
    g_assert_null(log_layout_line(layout, ring, 1, 10, true));
    log_layout_free(layout);
}

/* ---- text that leaves ---- */

static bool put(const char *bytes, size_t size, void *data)
{
    g_string_append_len(data, bytes, (gssize)size);
    return true;
}

static void test_text(void)
{
    static const char *const names[] = {"app", NULL};
    g_autoptr(LogRing) ring = log_ring_new(1024 * 1024);
    g_autoptr(GString) out = g_string_new(NULL);
    LogLine rule = {.ruled = true};
    LogText *text;

    append(ring, "\x1b[2J one");
    log_ring_append(ring, span_of("ended", 5), &rule);
    append(ring, "two");
    text = log_text_new(ring, names, false);
    append(ring, "later"); /* is not in it */
    g_assert_true(log_text_write(text, true, put, out, NULL));
    g_assert_cmpstr(out->str, ==, "app | \\x1b[2J one\napp | two\n");
    g_string_truncate(out, 0);
    g_assert_true(log_text_write(text, false, put, out, NULL));
    g_assert_cmpstr(out->str, ==, "app | \x1b[2J one\napp | two\n");
    log_text_free(text);
}

int main(int argc, char **argv)
{
    setlocale(LC_ALL, "");
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/log/ring-is-bounded", test_ring_is_bounded);
    g_test_add_func("/log/merge-orders", test_merge_orders);
    g_test_add_func("/log/merge-rules", test_merge_rules);
    g_test_add_func("/log/merge-waits-for-marks", test_merge_waits_for_marks);
    g_test_add_func("/log/layout", test_layout);
    g_test_add_func("/log/text", test_text);
    return g_test_run();
}
