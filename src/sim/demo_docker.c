/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "sim/demo_docker.h"

#include "core/i18n.h"
#include "sim/crypto.h"
#include "sim/docker.h"
#include "sim/image.h"

#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#define PORT "443/tcp"

enum {
    TRIES = 3,
    REMOVALS = 50,
    MOMENT = 100, /* milliseconds */
};

/* --- asking the engine ---------------------------------------------------------------------------
 */

/* Takes `body` (NULL: none). An answer is 2xx, 304 (it is so already) or `also`; `out` (may be
 * NULL) gets its document, or NULL when it has none. */
static bool ask(const DemoDocker *docker, const char *method, const char *path, json_t *body,
                unsigned also, json_t **out, GError **error)
{
    char *text = body != NULL ? json_dumps(body, JSON_COMPACT) : NULL;
    json_decref(body);
    DockerAnswer answer;
    const bool asked = docker_call(docker->engine, method, path, "application/json",
                                   span_of(text, text != NULL ? strlen(text) : 0), &answer, error);
    free(text);
    if (!asked)
        return false;
    const unsigned status = answer.status;
    const bool good = status / 100 == 2 || status == 304 || status == also;
    if (good && out != NULL)
        *out = json_loads(answer.body, 0, NULL);
    else if (!good)
        docker_refuse(&answer, error);
    docker_answer_clear(&answer);
    return good;
}

static char *path_of(const char *kind, const char *id, const char *rest)
{
    g_autofree char *escaped = g_uri_escape_string(id, NULL, FALSE);
    return g_strconcat("/", kind, "/", escaped, rest, NULL);
}

/* Whatever bears the label: `path` of a list that takes filters. An array; NULL with an error. */
static json_t *list(const DemoDocker *docker, const char *path, GError **error)
{
    g_autofree char *filters = g_uri_escape_string("{\"label\":[\"" DEMO_LABEL "\"]}", NULL, FALSE);
    g_autofree char *whole = g_strconcat(path, "filters=", filters, NULL);
    json_t *found = NULL;
    if (!ask(docker, "GET", whole, NULL, 0, &found, error))
        return NULL;
    if (json_is_array(found))
        return found;
    json_decref(found);
    g_set_error(error, SIM_ERROR, SIM_ERROR_NETWORK, "%s",
                _("the engine's list cannot be understood"));
    return NULL;
}

/* --- removing
 * -------------------------------------------------------------------------------------
 */

/* As `mse-console demo` names them. */
static bool is_demo_directory(const char *path)
{
    g_autofree char *name = g_path_get_basename(path);
    return g_path_is_absolute(path) && g_str_has_prefix(name, DEMO_LABEL ".");
}

/* Nobody holds its lock. Of others' directories that cannot be told: they live. */
static bool is_dead(const char *directory)
{
    if (!is_demo_directory(directory))
        return false;
    const int lock = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
    if (lock < 0)
        return errno == ENOENT;
    const bool dead = flock(lock, LOCK_EX | LOCK_NB) == 0;
    close(lock);
    return dead;
}

typedef bool Wanted(const DemoDocker *docker, const char *label);

static bool is_of_the_dead(const DemoDocker *docker, const char *label)
{
    return strcmp(label, docker->directory) != 0 && is_dead(label);
}

static bool is_own(const DemoDocker *docker, const char *label)
{
    return strcmp(label, docker->directory) == 0;
}

/* Containers before the images that they use. */
static const struct {
    const char *kind, *list, *how;
} made[] = {
    {"containers", "/containers/json?all=1&", "?v=1&force=1"},
    {"images", "/images/json?", "?force=1"},
};

/* What somebody else is removing, another demo that begins or ends, is waited for. */
static bool remove_one(const DemoDocker *docker, unsigned kind, const char *id, GError **error)
{
    g_autofree char *path = path_of(made[kind].kind, id, made[kind].how);
    for (unsigned left = REMOVALS;; left--) {
        DockerAnswer answer;
        if (!docker_call(docker->engine, "DELETE", path, "application/json", span_of(NULL, 0),
                         &answer, error))
            return false;
        const bool gone = answer.status / 100 == 2 || answer.status == 404;
        const bool again = answer.status == 409 && left > 0;
        if (!gone && !again)
            docker_refuse(&answer, error);
        docker_answer_clear(&answer);
        if (!again)
            return gone;
        poll(NULL, 0, MOMENT);
    }
}

static bool remove_kind(const DemoDocker *docker, unsigned kind, Wanted *wanted, GError **error)
{
    json_t *all = list(docker, made[kind].list, error), *one;
    size_t i;
    bool done = all != NULL;
    json_array_foreach(all, i, one)
    {
        const json_t *labels = json_object_get(one, "Labels");
        const char *id = json_string_value(json_object_get(one, "Id"));
        const char *label = json_string_value(json_object_get(labels, DEMO_LABEL));
        if (!done || id == NULL || label == NULL || !wanted(docker, label))
            continue;
        done = remove_one(docker, kind, id, error);
    }
    json_decref(all);
    return done;
}

static bool remove_all(const DemoDocker *docker, Wanted *wanted, GError **error)
{
    bool done = true;
    for (unsigned i = 0; i < G_N_ELEMENTS(made) && done; i++)
        done = remove_kind(docker, i, wanted, error);
    return done;
}

bool demo_docker_sweep(const DemoDocker *docker, GError **error)
{
    return remove_all(docker, is_of_the_dead, error);
}

bool demo_docker_remove(const DemoDocker *docker, GError **error)
{
    return remove_all(docker, is_own, error);
}

/* --- making
 * ---------------------------------------------------------------------------------------
 */

static char *tag_of(const DemoApps *apps)
{
    const char *name = apps->suffix + strspn(apps->suffix, "-");
    return g_strconcat(DEMO_LABEL, ":", *name != '\0' ? name : "latest", NULL);
}

static bool load_image(const DemoDocker *docker, const DemoApps *apps, GError **error)
{
    g_autofree char *tag = tag_of(apps), *program = NULL;
    size_t size;
    ImageSpec spec = {.tag = tag, .label = DEMO_LABEL, .value = docker->directory};
    if (!image_read_program(apps->program, &program, &size, &spec.time, error))
        return false;
    spec.program = span_of(program, size);
    return image_load(docker->engine, &spec, false, error);
}

static json_t *texts(char *const *words)
{
    json_t *array = json_array();
    for (; *words != NULL; words++)
        json_array_append_new(array, json_string(*words));
    return array;
}

static json_t *environment_of(const DemoApp *app)
{
    json_t *array = json_array();
    for (const DemoVariable *variable = demo_app_variables(app); variable->name != NULL;
         variable++) {
        g_autofree char *word = g_strconcat(variable->name, "=", variable->value, NULL);
        json_array_append_new(array, json_string(word));
    }
    return array;
}

/* Its code, the key that it is signed with, and the quoting service: nothing is written there. */
static json_t *binds_of(const DemoApp *app)
{
    json_t *array = json_array();
    g_autofree char *input = g_strconcat(app->directory, ":/opt/input", NULL);
    g_autofree char *key =
        g_strconcat(app->root, "/" DEMO_SIGNER_KEY ":/" DEMO_SIGNER_KEY ":ro", NULL);
    g_autofree char *quoting = g_path_get_dirname(app->socket);
    g_autofree char *aesmd = g_strconcat(quoting, ":/var/run/aesmd", NULL);
    json_array_append_new(array, json_string(input));
    json_array_append_new(array, json_string(key));
    json_array_append_new(array, json_string(aesmd));
    return array;
}

static json_t *document_of(const DemoDocker *docker, const DemoApps *apps, const DemoApp *app)
{
    g_autofree char *tag = tag_of(apps), *port = g_strdup_printf("%u", app->port);
    json_t *document = json_pack(
        "{s:s, s:[s], s:o, s:o, s:{s:s, s:s, s:s}, s:{s:{}}, "
        "s:{s:o, s:{s:[{s:s, s:s}]}}}",
        "Image", tag, "Entrypoint", app->arguments[0], "Cmd", texts(app->arguments + 1), "Env",
        environment_of(app), "Labels", "mse-home", "1", "healthcheck_endpoint", "/health",
        DEMO_LABEL, docker->directory, "ExposedPorts", PORT, "HostConfig", "Binds", binds_of(app),
        "PortBindings", PORT, "HostIp", "127.0.0.1", "HostPort", port);
    if (document == NULL)
        g_error("JSON: a container cannot be described");
    return document;
}

static bool create(const DemoDocker *docker, const DemoApps *apps, DemoApp *app, GError **error)
{
    g_autofree char *path = g_strconcat("/containers/create?name=", demo_app_name(app), NULL);
    json_t *created = NULL;
    if (!ask(docker, "POST", path, document_of(docker, apps, app), 0, &created, error))
        return false;
    const char *id = json_string_value(json_object_get(created, "Id"));
    g_strlcpy(app->container, id != NULL ? id : demo_app_name(app), sizeof app->container);
    json_decref(created);
    return true;
}

static bool start(const DemoDocker *docker, const DemoApp *app, GError **error)
{
    g_autofree char *path = path_of("containers", app->container, "/start");
    return ask(docker, "POST", path, NULL, 0, NULL, error);
}

static bool take_back(const DemoDocker *docker, const DemoApp *app, GError **error)
{
    return remove_one(docker, 0, app->container, error);
}

/* A port that was free may have been taken meanwhile: then another is tried. */
static bool start_app(const DemoDocker *docker, const DemoApps *apps, DemoApp *app, GError **error)
{
    for (unsigned left = TRIES; left > 0; left--) {
        g_autoptr(GError) refused = NULL;
        if (!create(docker, apps, app, error))
            return false;
        if (start(docker, app, &refused))
            return true;
        if (left == 1)
            g_propagate_error(error, g_steal_pointer(&refused));
        else if (!take_back(docker, app, error))
            return false;
        demo_app_choose_port(app);
    }
    return false;
}

static bool goes_on(const DemoDocker *docker, GError **error)
{
    struct pollfd wait = {.fd = docker->stop, .events = POLLIN};
    if (poll(&wait, 1, 0) == 0)
        return true;
    g_set_error(error, SIM_ERROR, SIM_ERROR_NETWORK, "%s", _("it was ended before it was ready"));
    return false;
}

bool demo_docker_make(const DemoDocker *docker, DemoApps *apps, GError **error)
{
    if (!load_image(docker, apps, error))
        return false;
    for (unsigned i = 0; i < apps->n; i++)
        if (!goes_on(docker, error) || !start_app(docker, apps, &apps->all[i], error))
            return false;
    return true;
}

bool demo_docker_restart(const DemoDocker *docker, const DemoApp *app, GError **error)
{
    g_autofree char *path = path_of("containers", app->container, "/restart?t=5");
    return ask(docker, "POST", path, NULL, 0, NULL, error);
}

bool demo_docker_has_ended(const DemoDocker *docker, const DemoApp *app)
{
    g_autofree char *path = path_of("containers", app->container, "/json");
    json_t *found = NULL;
    ask(docker, "GET", path, NULL, 0, &found, NULL);
    const char *state =
        json_string_value(json_object_get(json_object_get(found, "State"), "Status"));
    const bool ended = g_strcmp0(state, "exited") == 0;
    json_decref(found);
    return ended;
}
