/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "life/pack.h"

#include "core/clock.h"
#include "core/i18n.h"
#include "life/context.h"
#include "life/undo.h"

typedef struct Packing {
    const LifePack *asked;
    const char *tag;
    PackageSink *sink;
} Packing;

static bool to_package(Span bytes, void *data, GError **error)
{
    const Packing *packing = data;
    return package_sink_put(packing->sink, bytes, error);
}

static bool stream_image(PackageSink *sink, void *data, GError **error)
{
    Packing *packing = data;
    packing->sink = sink;
    return docker_image_save(packing->asked->engine, packing->tag, to_package, packing,
                             packing->asked->cancel, error);
}

static void on_progress(PackageMember member, uint64_t bytes, void *data)
{
    const Packing *packing = data;
    g_autofree char *what = g_strdup_printf(
        _("writing %s"), package_member_name(member, packing->asked->config->dialect));
    life_progress_bytes(packing->asked->listener, what, bytes, 0);
}

static PackageMade *write_package(Packing *packing, GError **error)
{
    const LifePack *asked = packing->asked;
    const PackageRequest request = {.project = asked->project,
                                    .config = asked->config,
                                    .output = asked->output,
                                    .nanoseconds = clock_nanoseconds(),
                                    .encrypt = asked->encrypt,
                                    .image = stream_image,
                                    .progress = on_progress,
                                    .data = packing,
                                    .cancel = asked->cancel};
    return package_write(&request, error);
}

static bool check(const LifePack *asked, GError **error)
{
    const PackageRequest request = {.project = asked->project,
                                    .config = asked->config,
                                    .output = asked->output,
                                    .encrypt = asked->encrypt,
                                    .cancel = asked->cancel};
    return project_check_image_name(asked->config->name, error) && package_check(&request, error);
}

PackageMade *life_pack(const LifePack *asked, char **tag, GError **error)
{
    *tag = NULL;
    if (!check(asked, error))
        return NULL;
    g_autoptr(LifeContext) context = life_context_new(asked->project, asked->cancel, error);
    if (context == NULL)
        return NULL;
    g_autofree char *name =
        g_strdup_printf("%s:%" G_GUINT64_FORMAT, asked->config->name, clock_nanoseconds());
    g_autofree char *id =
        life_build(asked->engine, context, name, asked->listener, asked->cancel, error);
    PackageMade *made = NULL;
    if (id != NULL) {
        Packing packing = {.asked = asked, .tag = name};
        made = write_package(&packing, error);
    }
    /* Also when the build failed: a cancelled one may have come to its end all the same. */
    life_remove_image(asked->engine, name, id != NULL, clock_monotonic(), asked->listener);
    if (made != NULL)
        *tag = g_steal_pointer(&name);
    return made;
}
