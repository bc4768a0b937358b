/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What failed, in words about an engine.
 */
#include "config.h"

#include "core/cause.h"
#include "core/i18n.h"
#include "core/sanitize.h"
#include "docker/private.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#define SHOWN_MAXIMUM 400 /* bytes of the engine's words in a sentence */

GQuark docker_error_quark(void)
{
    return g_quark_from_static_string("mse-docker-error");
}

/* The wire's sentence without its own beginning. */
static const char *happened(const GError *error)
{
    const char *colon = strstr(error->message, ": ");
    return colon == NULL ? error->message : colon + 2;
}

static GError *failed(DockerEngine *engine, const char *what, DockerError code, const char *why)
{
    return g_error_new(DOCKER_ERROR, (int)code, _("%s (engine %s): %s"), what, engine->shown, why);
}

/* A socket of the system tells by its file what is wrong. */
static GError *socket_error(DockerEngine *engine, const char *what, const GError *wire)
{
    const char *path = engine->endpoint->socket;
    if (access(path, F_OK) != 0 && errno != EACCES)
        return failed(engine, what, DOCKER_ERROR_AWAY,
                      _("there is no such socket: is the engine running? Start it (systemctl start "
                        "docker), or say in DOCKER_HOST where it is"));
    if (access(path, R_OK | W_OK) != 0)
        return failed(engine, what, DOCKER_ERROR_PERMISSION,
                      _("its socket may not be used: become a member of the group that owns it "
                        "(usermod -aG docker USER, then log in again), or run this as root"));
    if (wire->code == WIRE_ERROR_CUT)
        return failed(engine, what, DOCKER_ERROR_AWAY,
                      _("it closed the connection in the middle: it was stopped or restarted"));
    return failed(engine, what, DOCKER_ERROR_AWAY,
                  _("its socket is there, but nobody answers: is the engine running?"));
}

static GError *command_error(DockerEngine *engine, const char *what, const GError *wire)
{
    static const char *const refusals[] = {"Permission denied", "Host key verification failed",
                                           "permission denied"};
    for (size_t i = 0; i < G_N_ELEMENTS(refusals); i++)
        if (strstr(wire->message, refusals[i]) != NULL)
            return failed(engine, what, DOCKER_ERROR_PERMISSION, happened(wire));
    return failed(engine, what, DOCKER_ERROR_AWAY, happened(wire));
}

/* The wire's advice, after a semicolon, is for servers of which nobody knows what they are. */
static GError *frozen(DockerEngine *engine, const char *what, const GError *wire)
{
    g_autofree char *why = g_strdup(happened(wire));
    g_strdelimit(why, ";", '\0');
    g_autofree char *words =
        g_strdup_printf(_("%s: it may be frozen or overloaded"), g_strchomp(why));
    return failed(engine, what, DOCKER_ERROR_FROZEN, words);
}

static const struct {
    WireError wire;
    DockerError docker;
} codes[] = {
    {WIRE_ERROR_URL, DOCKER_ERROR_ENDPOINT},     {WIRE_ERROR_NAME, DOCKER_ERROR_AWAY},
    {WIRE_ERROR_CONNECT, DOCKER_ERROR_AWAY},     {WIRE_ERROR_CUT, DOCKER_ERROR_AWAY},
    {WIRE_ERROR_TLS, DOCKER_ERROR_TLS},          {WIRE_ERROR_PROTOCOL, DOCKER_ERROR_RUBBISH},
    {WIRE_ERROR_REDIRECT, DOCKER_ERROR_RUBBISH}, {WIRE_ERROR_TOO_LARGE, DOCKER_ERROR_TOO_LARGE},
    {WIRE_ERROR_SETUP, DOCKER_ERROR_ENDPOINT},
};

static bool is_about_the_connection(const GError *error)
{
    return error->code == WIRE_ERROR_CONNECT || error->code == WIRE_ERROR_CUT;
}

static GError *words_for(DockerEngine *engine, const char *what, const GError *error)
{
    if (error->domain == CANCEL_ERROR)
        return g_error_new(CANCEL_ERROR, error->code, "%s: %s", what, happened(error));
    if (error->code == WIRE_ERROR_TIMEOUT)
        return frozen(engine, what, error);
    if (error->code == WIRE_ERROR_COMMAND)
        return command_error(engine, what, error);
    if (is_about_the_connection(error) && engine->endpoint->transport == DOCKER_TRANSPORT_UNIX)
        return socket_error(engine, what, error);
    for (size_t i = 0; i < G_N_ELEMENTS(codes); i++)
        if (error->code == (int)codes[i].wire)
            return failed(engine, what, codes[i].docker, happened(error));
    return failed(engine, what, DOCKER_ERROR_RUBBISH, happened(error));
}

GError *docker_wire_error(DockerEngine *engine, const char *what, GError *error)
{
    GError *ours = words_for(engine, what, error);
    cause_instead(ours, CAUSE_HERE, error);
    g_error_free(error);
    return ours;
}

/* The engine's own words: {"message": "…"}, or a line of text. Free with g_free. */
static char *words_of(GBytes *body)
{
    size_t size;
    const char *data = g_bytes_get_data(body, &size);
    json_t *root = json_parse(span_of(data, size));
    const char *message = json_text(root, "message");
    g_autofree char *text =
        message != NULL ? g_strdup(message) : g_strndup(data != NULL ? data : "", size);
    json_decref(root);
    g_strstrip(text);
    if (strlen(text) > SHOWN_MAXIMUM)
        memcpy(text + SHOWN_MAXIMUM, "...", sizeof "...");
    return sanitize_string(text);
}

static DockerError code_of(unsigned status, const char *words)
{
    if (strstr(words, "HTTP request to an HTTPS server") != NULL)
        return DOCKER_ERROR_TLS;
    if (status == 400 && (strstr(words, "is too new") != NULL || strstr(words, "is too old")))
        return DOCKER_ERROR_VERSION;
    if (status == 401 || status == 403)
        return DOCKER_ERROR_PERMISSION;
    if (status == 404)
        return DOCKER_ERROR_NOT_FOUND;
    if (status == 409)
        return DOCKER_ERROR_CONFLICT;
    if (status >= 400 && status < 500)
        return DOCKER_ERROR_REFUSED;
    return status >= 500 ? DOCKER_ERROR_ENGINE : DOCKER_ERROR_RUBBISH;
}

GError *docker_status_error(DockerEngine *engine, const char *what, unsigned status, GBytes *body)
{
    g_autofree char *words = words_of(body);
    DockerError code = code_of(status, words);
    if (code == DOCKER_ERROR_TLS)
        return failed(engine, what, code,
                      _("it wants TLS: set DOCKER_TLS_VERIFY and DOCKER_CERT_PATH"));
    if (code == DOCKER_ERROR_VERSION)
        docker_forget_version(engine);
    g_autofree char *why = *words == '\0' ? g_strdup_printf(_("it answers %u"), status)
                                          : g_strdup_printf(_("it answers %u: %s"), status, words);
    GError *error = failed(engine, what, code, why);
    cause_end(error, CAUSE_HERE, "HTTP status %u: %s", status, words);
    return error;
}

GError *docker_out_of_scope(DockerEngine *engine, const char *what)
{
    return failed(engine, what, DOCKER_ERROR_NOT_FOUND, _("it does not belong to this demo"));
}

GError *docker_rubbish(DockerEngine *engine, const char *what, const char *why)
{
    g_autofree char *words = g_strdup_printf(_("its answer cannot be understood: %s"), why);
    return failed(engine, what, DOCKER_ERROR_RUBBISH, words);
}
