/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "life/make.h"

#include "core/cause.h"
#include "core/clock.h"
#include "core/i18n.h"
#include "core/sanitize.h"
#include "life/undo.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

/* ---- labels ---- */

/* Process numbers mean something within their namespace: a container of this host's name has
 * others. "" when that cannot be told. */
static void read_namespace(char *out, size_t size)
{
    ssize_t got = readlink("/proc/self/ns/pid", out, size - 1);
    out[MAX(got, 0)] = '\0';
}

/* "PID@HOST NAMESPACE". g_free. */
static char *maker(void)
{
    char namespace[64];
    read_namespace(namespace, sizeof namespace);
    return g_strdup_printf("%ld@%s %s", (long)getpid(), g_get_host_name(), namespace);
}

/* An image's labels are its containers' too, and an image may be a stranger's: what it says beside
 * the label that a container was made with is not believed. */
static bool is_for_one_purpose(const DockerPair *labels, size_t n_labels)
{
    static const char *const purposes[] = {LIFE_FOR_SPAWN, LIFE_FOR_MEASURE, LIFE_FOR_LOCALTEST};
    unsigned n = 0;
    for (size_t i = 0; i < G_N_ELEMENTS(purposes); i++)
        n += docker_label(labels, n_labels, purposes[i]) != NULL;
    return n == 1;
}

bool life_is_leftover(const DockerPair *labels, size_t n_labels, const char *purpose)
{
    const char *label = docker_label(labels, n_labels, purpose);
    g_autofree char *self = maker();
    char *end = NULL;
    gint64 pid = label != NULL ? g_ascii_strtoll(label, &end, 10) : 0;
    return is_for_one_purpose(labels, n_labels) && pid > 1 && pid < G_MAXINT &&
           strcmp(end, strchr(self, '@')) == 0 && kill((pid_t)pid, 0) != 0 && errno == ESRCH;
}

bool life_remove_leftover(DockerEngine *engine, const char *id, const char *name, Cancel *cancel,
                          const LifeListener *listener, GError **error)
{
    g_autofree char *safe = sanitize_string(name);
    if (!life_container_gone(engine, id, clock_monotonic(), cancel, error)) {
        if (cancel_is_set(cancel, NULL)) { /* while another's removal was waited for */
            g_clear_error(error);
            cancel_is_set(cancel, error);
        }
        return false;
    }
    life_warn(listener, _("%s was left behind by a run that was killed; it is removed"), safe);
    return true;
}

/* ---- what may have been made all the same ---- */

/* How much is known of a container whose making failed. */
typedef enum {
    NONE_MADE,  /* the engine said no */
    SAID_SO,    /* it is done, but what it said is a failure or no sense: it has made one or not */
    STILL_MADE, /* whether it goes on with it nobody knows */
} Doubt;

static Doubt doubt_of(const GError *error)
{
    if (error->domain == CANCEL_ERROR)
        return STILL_MADE;
    if (error->domain != DOCKER_ERROR)
        return NONE_MADE;
    switch ((DockerError)error->code) {
    case DOCKER_ERROR_AWAY:
    case DOCKER_ERROR_FROZEN:
        return STILL_MADE;
    case DOCKER_ERROR_RUBBISH:
    case DOCKER_ERROR_TOO_LARGE:
    case DOCKER_ERROR_ENGINE:
        return SAID_SO;
    default:
        return NONE_MADE;
    }
}

typedef struct Search {
    const char *mark;
    char *id; /* NULL: not found */
} Search;

static bool look(const DockerContainer *container, void *data)
{
    Search *search = data;
    const char *mark = docker_label(container->labels, container->n_labels, LIFE_MADE);
    if (g_strcmp0(mark, search->mark) == 0)
        search->id = g_strdup(container->id);
    return search->id == NULL;
}

/* By its label, for the name may be somebody else's. Looked for again until it is there, or, when
 * the engine has done with it, once. False: it is not known whether there is one. */
static bool find(DockerEngine *engine, const char *mark, Doubt doubt, char **id)
{
    g_autoptr(Cancel) cancel = cancel_new();
    cancel_set_deadline(cancel, LIFE_PATIENCE);
    Search search = {.mark = mark};
    bool known = false;
    do
        known = docker_engine_list(engine, look, &search, cancel, NULL) && doubt == SAID_SO;
    while (search.id == NULL && !known && life_pause(cancel));
    *id = search.id;
    return known || search.id != NULL;
}

static void take_back(DockerEngine *engine, const char *shown, const char *mark, Doubt doubt,
                      const LifeListener *listener)
{
    g_autofree char *id = NULL;
    if (find(engine, mark, doubt, &id))
        life_remove_container(engine, id, shown, clock_monotonic(), listener);
    else
        life_warn(listener,
                  _("whether the engine still makes the container %s is not known: \"docker ps -a "
                    "--filter label=%s=%s\" shows it, \"docker rm -f\" removes it"),
                  shown, LIFE_MADE, mark);
}

/* ---- making ---- */

static char *shown_name(const DockerSpec *spec)
{
    return spec->name != NULL ? sanitize_string(spec->name) : g_strdup(_("of the dry run"));
}

char *life_make_container(DockerEngine *engine, const DockerSpec *asked, const char *purpose,
                          Cancel *cancel, const LifeListener *listener, GError **error)
{
    if (cancel_is_set(cancel, error))
        return NULL;
    g_autofree char *mark = g_uuid_string_random(), *owner = maker();
    const DockerPair ours[] = {{.key = (char *)purpose, .value = owner},
                               {.key = (char *)LIFE_MADE, .value = mark}};
    g_autoptr(GArray) labels = g_array_new(FALSE, FALSE, sizeof(DockerPair));
    if (asked->n_labels > 0)
        g_array_append_vals(labels, asked->labels, (guint)asked->n_labels);
    g_array_append_vals(labels, ours, G_N_ELEMENTS(ours));
    DockerSpec spec = *asked;
    spec.labels = (const DockerPair *)(void *)labels->data;
    spec.n_labels = labels->len;
    GError *failure = NULL;
    char *id = docker_container_create(engine, &spec, cancel, &failure);
    if (id != NULL)
        return id;
    Doubt doubt = doubt_of(failure);
    g_autofree char *shown = shown_name(asked);
    if (doubt != NONE_MADE)
        take_back(engine, shown, mark, doubt, listener);
    g_propagate_error(error, failure);
    return NULL;
}

bool life_start_container(DockerEngine *engine, const char *id, const char *name, Cancel *cancel,
                          GError **error)
{
    GError *failure = NULL;
    if (docker_engine_act(engine, DOCKER_START, id, cancel, &failure))
        return true;
    if (failure->domain == DOCKER_ERROR)
        cause_prefix(&failure, CAUSE_HERE, "%s: ", name);
    g_propagate_error(error, failure);
    return false;
}

bool life_port_is_taken(const GError *error)
{
    static const char *const words[] = {"already allocated", "address already in use"};
    bool taken = false;
    for (size_t i = 0; i < G_N_ELEMENTS(words) && error->domain == DOCKER_ERROR; i++)
        taken |= strstr(error->message, words[i]) != NULL;
    return taken;
}
