/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * mse-sim image TAG: an image of the enclave program, into a real engine.
 */
#include "config.h"

#include "core/i18n.h"
#include "core/sanitize.h"
#include "sim/crypto.h"
#include "sim/image.h"
#include "sim/options.h"

#include <stdio.h>
#include <unistd.h>

#define PROGRAM "mse-sim-enclave"

static const SimOption options[] = {
    {.name = "engine",
     .kind = SIM_OPTION_TEXT,
     .metavar = "HOST",
     .help =
         N_("unix://PATH or tcp://HOST:PORT (default: DOCKER_HOST, else /var/run/docker.sock)")},
    {.name = "program",
     .kind = SIM_OPTION_FILE,
     .metavar = "FILE",
     .help = N_("the enclave program (default: the installed mse-sim-enclave)")},
    {.name = "output",
     .kind = SIM_OPTION_FILE,
     .metavar = "FILE",
     .help = N_("write what `docker load` takes there, instead of loading it")},
    {.name = "force",
     .help = N_("also when an image of that name is there that mse-sim did not make")},
    {.name = NULL},
};

G_GNUC_PRINTF(3, 4)
static bool fail(GError **error, SimError code, const char *format, ...)
{
    va_list list;
    va_start(list, format);
    g_autofree char *text = g_strdup_vprintf(format, list);
    va_end(list);
    g_autofree char *shown = sanitize_string(text);
    g_set_error(error, SIM_ERROR, code, "%s", shown);
    return false;
}

/* Beside this program in the build tree, else where it is installed: there, or as far from here as
 * it would be. */
static char *find_program(void)
{
    g_autofree char *self = g_file_read_link("/proc/self/exe", NULL);
    g_autofree char *directory = g_path_get_dirname(self != NULL ? self : ".");
    char *const places[] = {
        g_build_filename(directory, PROGRAM, NULL),
        g_build_filename(directory, "..", "libexec", PACKAGE, PROGRAM, NULL),
        g_build_filename(PKGLIBEXECDIR, PROGRAM, NULL),
    };
    char *found = NULL;
    for (unsigned i = 0; i < G_N_ELEMENTS(places); i++) {
        if (found == NULL && access(places[i], R_OK) == 0)
            found = places[i];
        else
            g_free(places[i]);
    }
    return found;
}

static bool write_image(const char *path, const ImageSpec *spec, GError **error)
{
    g_autoptr(GByteArray) image = image_make(spec);
    return g_file_set_contents(path, (const char *)image->data, image->len, error);
}

static bool run(const SimArguments *arguments, GError **error)
{
    const char *operand = sim_operand(arguments), *output = sim_value(arguments, "output");
    g_autofree char *tag = operand != NULL ? image_tag(operand) : NULL;
    if (tag == NULL)
        return fail(error, SIM_ERROR_USAGE, _("%s: the name of an image is expected, NAME[:TAG]"),
                    operand != NULL ? operand : "mse-sim image");
    const char *given = sim_value(arguments, "program");
    g_autofree char *path = given != NULL ? g_strdup(given) : find_program();
    if (path == NULL)
        return fail(error, SIM_ERROR_OUTPUT, _("%s: not installed; --program says where it is"),
                    PROGRAM);
    g_autofree char *data = NULL;
    size_t size;
    ImageSpec spec = {.tag = tag};
    if (!image_read_program(path, &data, &size, &spec.time, error))
        return false;
    spec.program = span_of(data, size);
    if (!(output != NULL ? write_image(output, &spec, error)
                         : image_load(sim_value(arguments, "engine"), &spec,
                                      sim_flag(arguments, "force"), error)))
        return false;
    printf(_("SIMULATED image: %s\n"), tag);
    return true;
}

const SimVerb sim_verb_image = {
    .name = "image",
    .operand = "TAG",
    .help = N_("load an image of the SIMULATED enclave into a container engine"),
    .description = N_(
        "The image holds the enclave program (mse-sim-enclave) as mse-run, mse-test, "
        "cenclave-run,\n"
        "cenclave-test and /bin/sh, and nothing else. Under the name of the scaffold's base image\n"
        "it lets a scaffolded Dockerfile be built without a registry: what it would run is "
        "printed\n"
        "and not run. The same program gives the same image."),
    .options = options,
    .run = run,
};
