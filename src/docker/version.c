/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Which version of the API is spoken, and whom we talk to.
 */
#include "config.h"

#include "core/i18n.h"
#include "core/sanitize.h"
#include "docker/private.h"

#include <string.h>

#define PING_DEADLINE 5000 /* milliseconds */

static bool parts_of(const char *text, guint64 *major, guint64 *minor)
{
    g_auto(GStrv) parts = g_strsplit(text, ".", 3);
    return g_strv_length(parts) == 2 &&
           g_ascii_string_to_unsigned(parts[0], 10, 0, 999, major, NULL) &&
           g_ascii_string_to_unsigned(parts[1], 10, 0, 9999, minor, NULL);
}

bool docker_is_version(const char *text)
{
    guint64 major, minor;
    return parts_of(text, &major, &minor);
}

int docker_compare_versions(const char *a, const char *b)
{
    guint64 numbers[4] = {0, 0, 0, 0};
    parts_of(a, &numbers[0], &numbers[1]);
    parts_of(b, &numbers[2], &numbers[3]);
    if (numbers[0] != numbers[2])
        return numbers[0] < numbers[2] ? -1 : 1;
    return numbers[1] < numbers[3] ? -1 : numbers[1] > numbers[3];
}

bool docker_has_version(DockerEngine *engine)
{
    g_mutex_lock(&engine->mutex);
    bool has = engine->api[0] != '\0';
    g_mutex_unlock(&engine->mutex);
    return has;
}

static void set_version(DockerEngine *engine, const char *version)
{
    g_mutex_lock(&engine->mutex);
    g_strlcpy(engine->api, version, sizeof engine->api);
    g_mutex_unlock(&engine->mutex);
}

void docker_forget_version(DockerEngine *engine)
{
    set_version(engine, "");
}

static GError *no_common(const DockerEngine *engine, const char *offered, const char *advice)
{
    g_autofree char *shown = sanitize_string(offered);
    return g_error_new(DOCKER_ERROR, DOCKER_ERROR_VERSION,
                       _("engine %s speaks version %s of its API, and we %s to %s: %s"),
                       engine->shown, shown, DOCKER_OLDEST, DOCKER_NEWEST, advice);
}

bool docker_take_version(DockerEngine *engine, const char *offered, GError **error)
{
    if (!docker_is_version(offered)) {
        g_propagate_error(error, docker_rubbish(engine, _("no version agreed upon"),
                                                _("it names no version of its API")));
        return false;
    }
    if (docker_compare_versions(offered, DOCKER_OLDEST) < 0) {
        g_propagate_error(error, no_common(engine, offered, _("upgrade the engine")));
        return false;
    }
    bool newer = docker_compare_versions(offered, DOCKER_NEWEST) > 0;
    set_version(engine, newer ? DOCKER_NEWEST : offered);
    return true;
}

DockerCall docker_ping_call(void)
{
    return (DockerCall){
        .path = g_strdup("/_ping"),
        .what = g_strdup(_("no answer")),
        .unversioned = true,
        .head_deadline = PING_DEADLINE,
        .total_deadline = PING_DEADLINE + 10000, /* ssh's share is within the head's */
    };
}

static json_t *ask_version(DockerEngine *engine, Cancel *cancel, GError **error)
{
    g_auto(DockerCall) call = docker_ping_call();
    g_free(call.path);
    call.path = g_strdup("/version");
    g_autoptr(WireAnswer) answer = docker_ask(engine, &call, cancel, error);
    if (answer == NULL)
        return NULL;
    size_t size;
    const void *data = g_bytes_get_data(wire_answer_body(answer), &size);
    json_t *root = json_parse(span_of(data, size));
    if (!json_is_object(root)) {
        json_decref(root);
        g_propagate_error(error, docker_rubbish(engine, _("no version agreed upon"),
                                                _("/version gives no JSON object")));
        return NULL;
    }
    return root;
}

/* The clock of the engine, from the head of any answer. */
static int64_t clock_of(const WireAnswer *answer)
{
    const char *date = wire_answer_header(answer, "Date");
    return date == NULL ? 0 : docker_time_of_http(date);
}

/* Engines from 17.04 on say it in the head of /_ping, all say it in /version. */
static bool agree(DockerEngine *engine, const char *pinged, const json_t *version, GError **error)
{
    const char *newest = pinged != NULL ? pinged : json_text(version, "ApiVersion");
    const char *oldest = json_text(version, "MinAPIVersion");
    if (!docker_take_version(engine, newest != NULL ? newest : "", error))
        return false;
    if (oldest == NULL || !docker_is_version(oldest) ||
        docker_compare_versions(oldest, DOCKER_NEWEST) <= 0)
        return true;
    docker_forget_version(engine);
    g_propagate_error(error, no_common(engine, oldest, _("upgrade this program")));
    return false;
}

bool docker_ensure_version(DockerEngine *engine, Cancel *cancel, GError **error)
{
    if (docker_has_version(engine))
        return true;
    g_auto(DockerCall) call = docker_ping_call();
    g_autoptr(WireAnswer) ping = docker_ask(engine, &call, cancel, error);
    if (ping == NULL)
        return false;
    const char *offered = wire_answer_header(ping, "Api-Version");
    if (offered != NULL)
        return docker_take_version(engine, offered, error);
    json_t *version = ask_version(engine, cancel, error);
    bool agreed = version != NULL && agree(engine, NULL, version, error);
    json_decref(version);
    return agreed;
}

void docker_hello_free(DockerHello *hello)
{
    if (hello == NULL)
        return;
    g_free(hello->version);
    g_free(hello->platform);
    g_free(hello);
}

static char *platform_of(const json_t *version)
{
    const char *os = json_text(version, "Os"), *machine = json_text(version, "Arch");
    return os == NULL || machine == NULL ? NULL : g_strdup_printf("%s/%s", os, machine);
}

DockerHello *docker_engine_hello(DockerEngine *engine, Cancel *cancel, GError **error)
{
    g_auto(DockerCall) call = docker_ping_call();
    g_autoptr(WireAnswer) ping = docker_ask(engine, &call, cancel, error);
    if (ping == NULL)
        return NULL;
    json_t *version = ask_version(engine, cancel, error);
    if (version == NULL ||
        !agree(engine, wire_answer_header(ping, "Api-Version"), version, error)) {
        json_decref(version);
        return NULL;
    }
    DockerHello *hello = g_new0(DockerHello, 1);
    g_mutex_lock(&engine->mutex);
    g_strlcpy(hello->api, engine->api, sizeof hello->api);
    g_mutex_unlock(&engine->mutex);
    hello->version = g_strdup(json_text(version, "Version"));
    hello->platform = platform_of(version);
    hello->time = clock_of(ping);
    json_decref(version);
    return hello;
}
