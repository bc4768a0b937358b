/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Why a measurement may differ: the arguments of the dry run, which are those that the evidence
 * claims, beside those of the container that runs under the same id, where it is on this engine.
 */
#include "config.h"

#include "life/measure.h"

#include "core/i18n.h"
#include "core/sanitize.h"
#include "life/spawn.h"

#include <string.h>

static const struct {
    const char *option;
    const char *cause;
} causes[] = {
    {"--size", N_("the size of the enclave")},
    {"--subject", N_("the subject of its certificate")},
    {"--san", N_("the name that its certificate is for (SAN)")},
    {"--id", N_("the id of the application")},
    {"--application", N_("the application that it starts")},
    {"--expiration", N_("the end of its certificate")},
};

/* The word after the option; NULL: it has none. Borrowed. */
static const char *value_of(char *const *words, const char *option)
{
    for (; *words != NULL; words++)
        if (g_str_equal(*words, option) && words[1] != NULL)
            return words[1];
    return NULL;
}

typedef struct Search {
    const LifeMeasure *measure;
    char **command; /* of the one that was found */
} Search;

static bool look(const DockerContainer *container, void *data)
{
    Search *search = data;
    const Dialect *dialect = package_config(search->measure->package)->dialect;
    if (docker_label(container->labels, container->n_labels, dialect->label) == NULL)
        return true;
    g_autoptr(DockerInspect) inspect = docker_engine_inspect(search->measure->engine, container->id,
                                                             search->measure->cancel, NULL);
    if (inspect == NULL ||
        g_strcmp0(value_of(inspect->command, "--id"), search->measure->arguments.uuid) != 0)
        return true;
    search->command = g_strdupv(inspect->command);
    return false;
}

static const char *or_none(const char *text)
{
    return text != NULL ? text : _("none");
}

/* Tells all of them; the cause that the first difference is, or NULL. */
static const char *compare(const LifeMeasure *measure, char *const *dry, char *const *running)
{
    const char *cause = NULL;
    for (size_t i = 0; i < G_N_ELEMENTS(causes); i++) {
        const char *here = value_of(dry, causes[i].option);
        const char *there = running == NULL ? NULL : value_of(running, causes[i].option);
        g_autofree char *safe = sanitize_string(or_none(here));
        g_autofree char *other = sanitize_string(or_none(there));
        bool differs = running != NULL && g_strcmp0(here, there) != 0;
        if (running == NULL)
            life_say(measure->listener, "  %-14s %s", causes[i].option, safe);
        else
            life_say(measure->listener, _("  %-14s %s   running: %s%s"), causes[i].option, safe,
                     other, differs ? _("   DIFFERS") : "");
        if (differs && cause == NULL)
            cause = causes[i].cause;
    }
    return cause;
}

void life_explain_difference(const LifeMeasure *measure)
{
    const LifeArguments *with = &measure->arguments;
    const char *application = package_config(measure->package)->python_application;
    Search search = {.measure = measure};
    docker_engine_list(measure->engine, look, &search, measure->cancel, NULL);
    g_auto(GStrv) dry = life_spawn_arguments(
        (unsigned)with->size, with->subject != NULL ? with->subject : "",
        with->san != NULL ? with->san : "", with->uuid != NULL ? with->uuid : "",
        with->application != NULL ? with->application : "", with->expires);
    life_say(measure->listener, _("The dry run had the arguments that the evidence claims:"));
    const char *cause = compare(measure, dry, search.command);
    if (cause != NULL)
        life_say(measure->listener,
                 _("Likely cause: %s; the evidence does not claim what the enclave was started "
                   "with"),
                 _(cause));
    else if (g_strcmp0(application, with->application) != 0)
        life_say(measure->listener,
                 _("Likely cause: another package: this one's application is %s"), application);
    else
        life_say(measure->listener,
                 _("Likely cause: the code or the image: another package was spawned, or its "
                   "arguments were others than the evidence claims"));
    g_strfreev(search.command);
}
