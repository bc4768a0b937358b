/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The calls that ask.
 */
#include "config.h"

#include "sim/engine_private.h"

#include "sim/engine_streams.h"

#include <string.h>

void call_ping(Call *call)
{
    g_autoptr(GString) lines = g_string_new(NULL);
    g_string_append_printf(lines,
                           "Api-Version: %s\r\nBuilder-Version: 1\r\n"
                           "Cache-Control: no-cache, no-store, must-revalidate\r\n"
                           "Content-Type: text/plain; charset=utf-8\r\n"
                           "Docker-Experimental: false\r\nOstype: linux\r\nPragma: no-cache\r\n"
                           "Server: Docker/" PACKAGE_VERSION "+SIMULATED (linux)\r\n",
                           call->engine->options.identity.api_max);
    http_answer(call->exchange, 200, lines->str, "OK", 2);
}

void call_version(Call *call)
{
    g_autoptr(GString) body = g_string_new(NULL);
    json_version(&call->engine->options.identity, body);
    answer_json(call, 200, body);
}

void call_info(Call *call)
{
    g_autoptr(GString) body = g_string_new(NULL);
    json_info(&call->engine->options.identity, call->engine->fleet, call->now, body);
    answer_json(call, 200, body);
}

/* NULL after answering. */
static Filter *take_filter(Call *call, bool events)
{
    g_autofree char *text = http_parameter(call->exchange, "filters");
    g_autofree char *problem = NULL;
    unsigned status;
    Filter *filter = filter_new(text, events, &status, &problem);
    if (filter == NULL)
        answer_problem(call, status, "%s", problem);
    return filter;
}

void call_list(Call *call)
{
    uint64_t limit;
    if (!call_number(call, "limit", 0, &limit))
        return;
    Filter *filter = take_filter(call, false);
    if (filter != NULL)
        answer_stream(
            call, "application/json", &list_source,
            list_new(call->engine->fleet, filter, call_flag(call, "all"), (unsigned)limit));
}

void call_inspect(Call *call)
{
    g_autoptr(GString) body = g_string_new(NULL);
    json_inspect(call->container, &call->engine->fleet->spec, body);
    answer_json(call, 200, body);
}

void call_events(Call *call)
{
    int64_t since, until;
    if (!call_time(call, "since", 0, &since) || !call_time(call, "until", INT64_MAX, &until))
        return;
    if (since != 0 && since > until) {
        g_autofree char *first = http_parameter(call->exchange, "since");
        g_autofree char *last = http_parameter(call->exchange, "until");
        answer_problem(call, 400, "`since` time (%s) cannot be after `until` time (%s)", first,
                       last);
        return;
    }
    Filter *filter = take_filter(call, true);
    if (filter != NULL)
        answer_stream(call, "application/json",
                      until <= call->now ? &events_source : &live_events_source,
                      events_new(call->engine->fleet, filter, since, until));
}

/* Newer engines say what it is, but to clients that ask for older versions they say it wrong. */
static const char *log_type(const Call *call)
{
    if (api_number(call->engine->options.identity.api_max) < 1042)
        return NULL;
    return !call->container->tty && call->version >= 1042
               ? "application/vnd.docker.multiplexed-stream"
               : "application/vnd.docker.raw-stream";
}

void call_logs(Call *call)
{
    LogsRequest request = {
        .output = call_flag(call, "stdout"),
        .errors = call_flag(call, "stderr"),
        .follow = call_flag(call, "follow"),
        .timestamps = call_flag(call, "timestamps"),
        .tail = UINT64_MAX,
        .huge_frame = call->fault.kind == FAULT_HUGE_FRAME,
    };
    g_autofree char *tail = http_parameter(call->exchange, "tail");
    if (!request.output && !request.errors) {
        answer_problem(call, 400, "Bad parameters: you must choose at least one stream");
        return;
    }
    if (tail != NULL) /* what is no number is all */
        (void)g_ascii_string_to_unsigned(tail, 10, 0, INT64_MAX, &request.tail, NULL);
    if (!call_time(call, "since", 0, &request.since) ||
        !call_time(call, "until", 0, &request.until))
        return;
    answer_stream(call, log_type(call), request.follow ? &live_logs_source : &logs_source,
                  logs_new(call->container, &request, call->now));
}

/* One sample: at once, or after two, so that it can tell how busy the container is. */
static void one_sample(Call *call, bool at_once)
{
    int64_t *before = http_kept(call->exchange);
    if (!at_once && before == NULL && container_runs(call->container)) {
        before = g_new(int64_t, 1);
        *before = call->now;
        http_keep(call->exchange, before, g_free);
        http_later(call->exchange, call->now + NS_PER_SECOND);
        return;
    }
    g_autoptr(GString) body = g_string_new(NULL);
    json_stats(call->container, &call->engine->options.identity, before ? *before : 0, call->now,
               body);
    answer_json(call, 200, body);
}

void call_stats(Call *call)
{
    g_autofree char *stream = http_parameter(call->exchange, "stream");
    if (stream != NULL && !call_flag(call, "stream"))
        one_sample(call, call_flag(call, "one-shot"));
    else
        answer_stream(call, "application/json", &stats_source,
                      stats_new(call->container, &call->engine->options.identity));
}
