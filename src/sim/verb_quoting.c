/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * mse-sim quoting DIR: gives quotes to simulated enclaves until TERM or INT.
 */
#include "config.h"

#include "core/i18n.h"
#include "core/sanitize.h"
#include "sim/crypto.h"
#include "sim/listen.h"
#include "sim/options.h"
#include "sim/platform_files.h"
#include "sim/quoting.h"
#include "sim/quoting_service.h"

#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

static const SimOption options[] = {
    {.name = "socket",
     .kind = SIM_OPTION_FILE,
     .metavar = "PATH",
     .help = N_("where: a directory (the socket in it is mse-sim-quoting.socket), or a socket")},
    {.name = "fault",
     .kind = SIM_OPTION_TEXT,
     .metavar = "KIND@CALL",
     .repeatable = true,
     .help = N_("what goes wrong, at quote or *")},
    {.name = NULL},
};

static char *socket_path(const char *wanted)
{
    struct stat status;
    return stat(wanted, &status) == 0 && S_ISDIR(status.st_mode)
               ? g_build_filename(wanted, QUOTING_SOCKET, NULL)
               : g_strdup(wanted);
}

static void announce(const char *path)
{
    g_autofree char *shown = sanitize_string(path);
    printf(_("SIMULATED quoting service at %s\n"), shown);
    fflush(stdout);
}

static bool serve(const char *path, const Platform *platform, const Fault *faults,
                  unsigned n_faults, GError **error)
{
    const int stop = stop_descriptor();
    const int descriptor = listen_unix(path, error);
    if (descriptor >= 0) {
        announce(path);
        quoting_serve(platform, &(QuotingOptions){.socket = descriptor,
                                                  .stop = stop,
                                                  .faults = faults,
                                                  .n_faults = n_faults});
        close(descriptor);
        unlink(path);
    }
    close(stop);
    return descriptor >= 0;
}

static bool run(const SimArguments *arguments, GError **error)
{
    Fault faults[FAULTS_MOST];
    unsigned n_faults;
    const char *directory = sim_operand(arguments), *wanted = sim_value(arguments, "socket");
    if (directory == NULL || wanted == NULL) {
        g_set_error(error, SIM_ERROR, SIM_ERROR_USAGE, "%s",
                    _("what is missing: mse-sim quoting DIR --socket PATH"));
        return false;
    }
    if (!faults_parse(sim_values(arguments, "fault"), &quoting_faults, faults, &n_faults, error))
        return false;
    g_autoptr(Platform) platform = platform_read(directory, error);
    g_autofree char *path = socket_path(wanted);
    return platform != NULL && serve(path, platform, faults, n_faults, error);
}

const SimVerb sim_verb_quoting = {
    .name = "quoting",
    .operand = "DIR",
    .help = N_("give SIMULATED enclaves their quotes, over a socket"),
    .description = N_(
        "Answers enclaves (mse-sim-enclave) until TERM or INT. The directory of the socket is "
        "bound\n"
        "at /var/run/aesmd in their containers: the platform's keys stay where they are. Faults:\n"
        "hang, reset, slow=MS, truncate, garbage, lie."),
    .options = options,
    .run = run,
};
