/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "sim/engine_private.h"

#include "sim/engine_streams.h"
#include "sim/engine_text.h"

#include <stdio.h>
#include <string.h>

typedef struct Route {
    const char *method;
    const char *path; /* * is a container */
    CallHandler handle;
} Route;

/* clang-format off */
static const Route routes[N_CALLS] = {
    [CALL_PING]    = {"GET",    "/_ping",               call_ping},
    [CALL_VERSION] = {"GET",    "/version",             call_version},
    [CALL_INFO]    = {"GET",    "/info",                call_info},
    [CALL_LIST]    = {"GET",    "/containers/json",     call_list},
    [CALL_INSPECT] = {"GET",    "/containers/*/json",   call_inspect},
    [CALL_EVENTS]  = {"GET",    "/events",              call_events},
    [CALL_LOGS]    = {"GET",    "/containers/*/logs",   call_logs},
    [CALL_STATS]   = {"GET",    "/containers/*/stats",  call_stats},
    [CALL_START]   = {"POST",   "/containers/*/start",  call_start},
    [CALL_STOP]    = {"POST",   "/containers/*/stop",   call_stop},
    [CALL_RESTART] = {"POST",   "/containers/*/restart", call_restart},
    [CALL_KILL]    = {"POST",   "/containers/*/kill",   call_kill},
    [CALL_PAUSE]   = {"POST",   "/containers/*/pause",  call_pause},
    [CALL_UNPAUSE] = {"POST",   "/containers/*/unpause", call_unpause},
    [CALL_REMOVE]  = {"DELETE", "/containers/*",        call_remove},
    [CALL_ARCHIVE] = {"GET",    "/containers/*/archive", call_archive},
};
/* clang-format on */

static const char *const calls[N_CALLS + 1] = {
    [CALL_PING] = "ping",       [CALL_VERSION] = "version", [CALL_INFO] = "info",
    [CALL_LIST] = "list",       [CALL_INSPECT] = "inspect", [CALL_EVENTS] = "events",
    [CALL_LOGS] = "logs",       [CALL_STATS] = "stats",     [CALL_START] = "start",
    [CALL_STOP] = "stop",       [CALL_RESTART] = "restart", [CALL_KILL] = "kill",
    [CALL_PAUSE] = "pause",     [CALL_UNPAUSE] = "unpause", [CALL_REMOVE] = "remove",
    [CALL_ARCHIVE] = "archive",
};

const FaultService engine_faults = {
    .calls = calls,
    .kinds = 1 << FAULT_HANG | 1 << FAULT_RESET | 1 << FAULT_SLOW | 1 << FAULT_STATUS |
             1 << FAULT_TRUNCATE | 1 << FAULT_GARBAGE | 1 << FAULT_FREEZE | 1 << FAULT_HUGE_FRAME |
             1 << FAULT_BAD_CHUNK | 1 << FAULT_HALF_JSON | 1 << FAULT_HUGE_JSON |
             1 << FAULT_BAD_TEXT,
};

static const char JSON_TYPE[] = "application/json";

unsigned api_number(const char *text)
{
    unsigned major, minor;
    int size = 0;
    if (sscanf(text, "%3u.%3u%n", &major, &minor, &size) != 2 || text[size] != '\0')
        return 0;
    return major * 1000 + minor;
}

/* --- answers --------------------------------------------------------------------------------- */

static char *headers(const Call *call, const char *type)
{
    GString *lines = g_string_new(NULL);
    g_string_append_printf(lines, "Api-Version: %s\r\n", call->engine->options.identity.api_max);
    if (type != NULL)
        g_string_append_printf(lines, "Content-Type: %s\r\n", type);
    g_string_append(lines, "Docker-Experimental: false\r\nOstype: linux\r\n"
                           "Server: Docker/" PACKAGE_VERSION "+SIMULATED (linux)\r\n");
    return g_string_free(lines, FALSE);
}

static void answer(Call *call, unsigned status, const char *type, const char *body, size_t size)
{
    g_autofree char *lines = headers(call, type);
    http_answer(call->exchange, status, lines, body, size);
}

void answer_json(Call *call, unsigned status, const GString *body)
{
    answer(call, status, JSON_TYPE, body->str, body->len);
}

void answer_with(Call *call, const char *type, const char *lines, const GString *body)
{
    g_autofree char *usual = headers(call, type);
    g_autofree char *all = g_strconcat(usual, lines, NULL);
    http_answer(call->exchange, 200, all, body->str, body->len);
}

void answer_nothing(Call *call, unsigned status)
{
    answer(call, status, NULL, "", 0);
}

void answer_problem(Call *call, unsigned status, const char *format, ...)
{
    va_list values;
    va_start(values, format);
    g_autofree char *text = g_strdup_vprintf(format, values);
    va_end(values);
    g_autoptr(GString) body = g_string_new(NULL);
    if (call->version != 0 && call->version < 1024) { /* before 1.24 there was no JSON in them */
        g_string_assign(body, text);
        answer(call, status, "text/plain; charset=utf-8", body->str, body->len);
        return;
    }
    json_message(text, body);
    answer_json(call, status, body);
}

static void note_call(const EngineOptions *options, const char *line)
{
    if (options->calls == NULL)
        return;
    fprintf(options->calls, "%s\n", line);
    fflush(options->calls);
}

/* A stream whose end is noted too. */
typedef struct Noted {
    const EngineOptions *options;
    const HttpSource *source;
    void *data;
    char *line;
} Noted;

static HttpFill noted_fill(void *data, GString *out, int64_t now, int64_t *wake)
{
    const Noted *noted = data;
    return noted->source->fill(noted->data, out, now, wake);
}

static void noted_free(void *data)
{
    Noted *noted = data;
    noted->source->destroy(noted->data);
    note_call(noted->options, noted->line);
    g_free(noted->line);
    g_free(noted);
}

void answer_stream(Call *call, const char *type, const HttpSource *source, void *data)
{
    static const HttpSource noted_source = {.fill = noted_fill, .destroy = noted_free};
    static const HttpSource live_source = {.fill = noted_fill, .destroy = noted_free, .live = true};
    g_autofree char *lines = headers(call, type);
    Noted *noted = g_new0(Noted, 1);
    noted->options = &call->engine->options;
    noted->source = source;
    noted->data = data;
    noted->line = g_strdup_printf("END %s", http_path(call->exchange));
    http_stream(call->exchange, 200, lines, source->live ? &live_source : &noted_source, noted);
}

/* --- parameters ------------------------------------------------------------------------------ */

bool call_flag(const Call *call, const char *name)
{
    static const char *const no[] = {"", "0", "no", "false", "none", NULL};
    g_autofree char *value = http_parameter(call->exchange, name);
    g_autofree char *lower = value ? g_ascii_strdown(value, -1) : NULL;
    return lower != NULL && !g_strv_contains(no, g_strstrip(lower));
}

bool call_number(Call *call, const char *name, uint64_t otherwise, uint64_t *out)
{
    g_autofree char *value = http_parameter(call->exchange, name);
    *out = otherwise;
    if (value == NULL || value[0] == '\0' ||
        g_ascii_string_to_unsigned(value, 10, 0, INT32_MAX, out, NULL))
        return true;
    answer_problem(call, 500, "strconv.Atoi: parsing \"%s\": invalid syntax", value);
    return false;
}

bool call_time(Call *call, const char *name, int64_t otherwise, int64_t *out)
{
    g_autofree char *value = http_parameter(call->exchange, name);
    *out = otherwise;
    if (value == NULL || value[0] == '\0' || read_time(value, out))
        return true;
    answer_problem(call, 500, "strconv.ParseInt: parsing \"%s\": invalid syntax", value);
    return false;
}

/* --- faults ---------------------------------------------------------------------------------- */

enum { GARBAGE_SIZE = 1000, HUGE_SIZE = 50 * 1000 * 1000 };

static void answer_garbage(Call *call)
{
    uint64_t random = 1;
    char noise[GARBAGE_SIZE];
    for (unsigned i = 0; i < sizeof noise; i++)
        noise[i] = (char)next_random(&random);
    answer(call, 200, JSON_TYPE, noise, sizeof noise);
}

/* One string of 50 MB in a document that is well-formed. */
static void answer_huge(Call *call, CallId id)
{
    const bool list = id == CALL_LIST;
    g_autoptr(GString) body = g_string_sized_new(HUGE_SIZE + 64);
    g_string_append(body, list ? "[{\"SIMULATED\":\"" : "{\"SIMULATED\":\"");
    const gsize start = body->len;
    g_string_set_size(body, start + HUGE_SIZE);
    memset(body->str + start, 'x', HUGE_SIZE);
    g_string_append(body, list ? "\"}]\n" : "\"}\n");
    answer_json(call, 200, body);
}

static void answer_bad_text(Call *call, CallId id)
{
    static const char TEXT[] = "{\"Id\":\"\\ud800\",\"message\":\"\\udc00\\u0000\xff\xc0\xaf\","
                               "\"Names\":[\"/\xed\xa0\x80\"]}";
    g_autoptr(GString) body = g_string_new(NULL);
    g_string_append_printf(body, id == CALL_LIST ? "[%s]\n" : "%s\n", TEXT);
    answer_json(call, 200, body);
}

/* True when the call goes on in spite of its fault. */
static bool suffer(Call *call, CallId id)
{
    bool *frozen = &call->engine->frozen[id];
    const int64_t value = call->fault.value;
    switch (call->fault.kind) {
    case FAULT_HANG:
        return false;
    case FAULT_RESET:
        http_reset(call->exchange);
        return false;
    case FAULT_SLOW:
        if (http_step(call->exchange) == 0)
            http_later(call->exchange, call->now + value * (NS_PER_SECOND / 1000));
        return http_step(call->exchange) > 0;
    case FAULT_FREEZE:
        if (*frozen)
            return true;
        *frozen = true;
        http_later(call->exchange, call->now + value * NS_PER_SECOND);
        return false;
    case FAULT_STATUS:
        answer_problem(call, call->fault.value, "SIMULATED fault");
        return false;
    case FAULT_GARBAGE:
        answer_garbage(call);
        return false;
    case FAULT_HUGE_JSON:
        answer_huge(call, id);
        return false;
    case FAULT_BAD_TEXT:
        answer_bad_text(call, id);
        return false;
    case FAULT_TRUNCATE:
        http_set_flaw(call->exchange, HTTP_FLAW_TRUNCATE);
        return true;
    case FAULT_HALF_JSON:
        http_set_flaw(call->exchange, HTTP_FLAW_HALF);
        return true;
    case FAULT_BAD_CHUNK:
        http_set_flaw(call->exchange, HTTP_FLAW_CHUNK);
        return true;
    case FAULT_NONE:
    case FAULT_REDIRECT:
    case FAULT_LIE:
    case FAULT_HUGE_FRAME: /* that of logs */
    case N_FAULTS:
        break;
    }
    return true;
}

/* --- which call ------------------------------------------------------------------------------ */

/* True when the path is the route's; `word` gets what stands for the container. */
static bool path_matches(const char *pattern, const char *path, char **word)
{
    const char *star = strchr(pattern, '*');
    if (star == NULL)
        return strcmp(pattern, path) == 0;
    const size_t before = (size_t)(star - pattern), after = strlen(star + 1), size = strlen(path);
    if (size <= before + after || memcmp(path, pattern, before) != 0 ||
        strcmp(path + size - after, star + 1) != 0)
        return false;
    g_autofree char *escaped = g_strndup(path + before, size - before - after);
    if (strchr(escaped, '/') != NULL)
        return false;
    *word = g_uri_unescape_string(escaped, NULL);
    return *word != NULL;
}

static CallId route_of(const char *method, const char *path, char **word)
{
    for (CallId id = 0; id < N_CALLS; id++) {
        const bool head = (id == CALL_PING || id == CALL_ARCHIVE) && strcmp(method, "HEAD") == 0;
        if ((head || strcmp(routes[id].method, method) == 0) &&
            path_matches(routes[id].path, path, word))
            return id;
    }
    return N_CALLS;
}

static bool find_container(Call *call)
{
    switch (fleet_find(call->engine->fleet, call->word, &call->container)) {
    case FLEET_FOUND:
        return true;
    case FLEET_AMBIGUOUS:
        answer_problem(call, 500, "Multiple IDs found with provided prefix: %s", call->word);
        return false;
    case FLEET_NOT_FOUND:
        break;
    }
    answer_problem(call, 404, "No such container: %s", call->word);
    return false;
}

/* Takes "/v1.41" off the path. False after answering when that version is not spoken here. */
static bool take_version(Call *call, const char **path)
{
    const EngineIdentity *identity = &call->engine->options.identity;
    call->version = api_number(identity->api_max);
    if (!g_str_has_prefix(*path, "/v") || !g_ascii_isdigit((*path)[2]))
        return true;
    const size_t size = strcspn(*path + 1, "/");
    g_autofree char *text = g_strndup(*path + 2, size - 1);
    const unsigned asked = api_number(text);
    *path += 1 + size;
    if (asked > call->version) {
        answer_problem(call, 400,
                       "client version %s is too new. Maximum supported API version is %s", text,
                       identity->api_max);
        return false;
    }
    call->version = asked;
    if (asked >= api_number(identity->api_min))
        return true;
    answer_problem(call, 400,
                   "client version %s is too old. Minimum supported API version is %s, please "
                   "upgrade your client to a newer version",
                   text, identity->api_min);
    return false;
}

static void handle(void *data, HttpExchange *exchange)
{
    Engine *engine = data;
    const EngineOptions *options = &engine->options;
    g_autofree char *word = NULL;
    const char *path = http_path(exchange);
    Call call = {.engine = engine, .exchange = exchange, .now = http_server_now(engine->server)};
    g_autofree char *line = g_strdup_printf("%s %s", http_method(exchange), path);
    note_call(options, line);
    if (!take_version(&call, &path))
        return;
    const CallId id = route_of(http_method(exchange), path, &word);
    if (id == N_CALLS) {
        answer_problem(&call, 404, "page not found");
        return;
    }
    call.word = word;
    call.fault = fault_at(options->faults, options->n_faults, (int)id);
    if (suffer(&call, id) && (word == NULL || find_container(&call)))
        routes[id].handle(&call);
}

/* --- life ------------------------------------------------------------------------------------ */

static int64_t tick(void *data, int64_t now)
{
    Engine *engine = data;
    Fleet *fleet = engine->fleet;
    const uint64_t rate = engine->options.churn, before = fleet->n_events;
    if (rate == 0)
        return INT64_MAX;
    const int64_t each = MAX(NS_PER_SECOND / (int64_t)rate, 1);
    while (engine->churned + each <= now) {
        const uint64_t told = fleet->n_events;
        engine->churned += each;
        fleet_live(fleet, engine->churned);
        /* What brought two events with it counts for two. */
        engine->churned += each * (int64_t)(fleet->n_events - told - (fleet->n_events > told));
    }
    if (fleet->n_events > before)
        http_server_kick(engine->server);
    return MAX(engine->churned + each, now + NS_PER_SECOND / 100);
}

Engine *engine_new(const EngineOptions *options)
{
    Engine *engine = g_new0(Engine, 1);
    engine->options = *options;
    engine->fleet = fleet_new(&options->fleet, options->log_rate, options->log_history);
    engine->certificates =
        g_hash_table_new_full(g_str_hash, g_str_equal, g_free, (GDestroyNotify)g_bytes_unref);
    const HttpService service = {
        .handle = handle, .tick = tick, .data = engine, .start = options->fleet.start};
    engine->server = http_server_new(&service);
    engine->churned = http_server_now(engine->server);
    if (options->processes != NULL)
        engine->processes =
            processes_new(engine->server, engine->fleet, options->processes, options->n_processes);
    return engine;
}

void engine_free(Engine *engine)
{
    if (engine == NULL)
        return;
    processes_free(engine->processes);
    http_server_free(engine->server);
    fleet_free(engine->fleet);
    g_hash_table_unref(engine->certificates);
    g_free(engine);
}

HttpServer *engine_server(Engine *engine)
{
    return engine->server;
}

void engine_restart(Engine *engine, const char *name)
{
    const int64_t now = http_server_now(engine->server);
    Container *container;
    if (fleet_find(engine->fleet, name, &container) != FLEET_FOUND)
        return;
    if (container_runs(container))
        fleet_die(engine->fleet, container, 137, now);
    fleet_start(engine->fleet, container, now);
    fleet_tell(engine->fleet, container, "restart", now);
    http_server_kick(engine->server);
}

unsigned engine_count(const Engine *engine)
{
    return engine->fleet->containers->len;
}
