/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What all kinds of sources have, and what is asked of any of them at once. */
#include "config.h"

#include "fleet/app_private.h"
#include "fleet/fleet_private.h"

FleetSource *fleet_source_ref(FleetSource *source)
{
    g_atomic_int_inc(&source->references);
    return source;
}

void fleet_source_unref(FleetSource *source)
{
    if (!source || !g_atomic_int_dec_and_test(&source->references))
        return;
    if (source->ops->free)
        source->ops->free(source);
    g_free(source->name);
    g_free(source->address);
    g_clear_pointer(&source->engine, docker_engine_unref);
    g_free(source);
}

const char *fleet_source_name(const FleetSource *source)
{
    return source->name;
}

const char *fleet_source_kind(const FleetSource *source)
{
    return source->ops->kind;
}

const char *fleet_source_address(const FleetSource *source)
{
    return source->address;
}

DockerEngine *fleet_source_engine(const FleetSource *source)
{
    return source->engine;
}

bool fleet_source_same(const FleetSource *a, const FleetSource *b)
{
    return a->ops == b->ops && a->engine && b->engine && g_str_equal(a->name, b->name) &&
           docker_endpoint_equal(docker_engine_endpoint(a->engine),
                                 docker_engine_endpoint(b->engine));
}

/* What is asked for by a demo's own context is that demo's alone. */
bool fleet_source_shows_demos(const FleetSource *source)
{
    return source->engine && docker_engine_endpoint(source->engine)->scope != NULL;
}

bool fleet_source_has(const FleetSource *source, const FleetApp *app)
{
    return app->dialect != FLEET_DIALECT_NONE && (!app->demo || fleet_source_shows_demos(source));
}

FleetApp *fleet_app_inspect(FleetSource *source, unsigned number, const char *id, Cancel *cancel,
                            GError **error)
{
    return source->ops->inspect(source, number, id, cancel, error);
}

/* One source's part of a list, in a thread of its own when there are several. */
typedef struct Part {
    FleetSource *source;
    unsigned number;
    Cancel *cancel;
    GPtrArray *apps;
    GError **error;
} Part;

static gpointer list_part(gpointer data)
{
    Part *part = data;
    part->source->ops->list(part->source, part->number, part->apps, part->cancel, part->error);
    return NULL;
}

static int by_name(gconstpointer a, gconstpointer b)
{
    const FleetApp *one = *(FleetApp *const *)a, *other = *(FleetApp *const *)b;
    int order = g_strcmp0(one->name, other->name);
    return order ? order : (one->source > other->source) - (one->source < other->source);
}

GPtrArray *fleet_list_once(FleetSource *const *sources, size_t n_sources, bool all_containers,
                           GError **errors, Cancel *cancel)
{
    g_autofree Part *parts = g_new0(Part, n_sources);
    g_autofree GThread **threads = g_new0(GThread *, n_sources);
    for (unsigned i = 0; i < n_sources; i++) {
        GPtrArray *apps = g_ptr_array_new_with_free_func((GDestroyNotify)fleet_app_unref);
        errors[i] = NULL;
        parts[i] = (Part){sources[i], i, cancel, apps, &errors[i]};
        if (i > 0)
            threads[i] = g_thread_new("list", list_part, &parts[i]);
    }
    if (n_sources > 0)
        list_part(&parts[0]);
    GPtrArray *all = g_ptr_array_new_with_free_func((GDestroyNotify)fleet_app_unref);
    for (unsigned i = 0; i < n_sources; i++) {
        if (threads[i])
            g_thread_join(threads[i]);
        for (guint k = 0; k < parts[i].apps->len; k++) {
            FleetApp *app = g_ptr_array_index(parts[i].apps, k);
            if (all_containers || fleet_source_has(sources[i], app))
                g_ptr_array_add(all, fleet_app_ref(app));
        }
        g_ptr_array_unref(parts[i].apps);
    }
    g_ptr_array_sort(all, by_name);
    return all;
}

/* ---- one that cannot be asked ---- */

typedef struct Misconfigured {
    FleetSource source;
    GError *why;
} Misconfigured;

static GError *why_not(FleetSource *source)
{
    return g_error_copy(((Misconfigured *)(void *)source)->why);
}

static void misconfigured_watch(FleetSource *source, FleetFeed *feed, Cancel *cancel,
                                GError **error)
{
    (void)feed;
    (void)cancel;
    g_propagate_error(error, why_not(source));
}

static bool misconfigured_list(FleetSource *source, unsigned number, GPtrArray *apps,
                               Cancel *cancel, GError **error)
{
    (void)number;
    (void)apps;
    (void)cancel;
    g_propagate_error(error, why_not(source));
    return false;
}

static FleetApp *misconfigured_inspect(FleetSource *source, unsigned number, const char *id,
                                       Cancel *cancel, GError **error)
{
    (void)number;
    (void)id;
    (void)cancel;
    g_propagate_error(error, why_not(source));
    return NULL;
}

static void misconfigured_free(FleetSource *source)
{
    g_error_free(((Misconfigured *)(void *)source)->why);
}

static const FleetSourceOps misconfigured_ops = {
    .kind = "docker",
    .watch = misconfigured_watch,
    .list = misconfigured_list,
    .inspect = misconfigured_inspect,
    .free = misconfigured_free,
};

FleetSource *fleet_source_misconfigured(const char *named, const GError *why)
{
    Misconfigured *made = g_new0(Misconfigured, 1);
    made->source.ops = &misconfigured_ops;
    made->source.references = 1;
    made->source.name = g_strdup(named);
    made->source.address = g_strdup(named);
    made->why = g_error_copy(why);
    return &made->source;
}
