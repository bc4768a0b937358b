/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * mse-sim: a SIMULATED platform. Exit status: 0 done, 1 could not, 2 wrong usage.
 */
#include "config.h"

#include "core/i18n.h"
#include "core/sanitize.h"
#include "sim/crypto.h"
#include "sim/engine_process.h"
#include "sim/manual.h"
#include "sim/options.h"

#include <locale.h>
#include <stdio.h>

enum { STATUS_OK = 0, STATUS_ERROR = 1, STATUS_USAGE = 2 };

static int fail(const GError *error)
{
    fprintf(stderr, "mse-sim: %s\n", error->message);
    return g_error_matches(error, SIM_ERROR, SIM_ERROR_USAGE) ? STATUS_USAGE : STATUS_ERROR;
}

/* What could not be written was not done. */
static int finish(int status)
{
    if ((fflush(stdout) != 0 || ferror(stdout)) && status == STATUS_OK) {
        fprintf(stderr, "mse-sim: %s\n", _("standard output cannot be written"));
        return STATUS_ERROR;
    }
    return status;
}

static int run(const SimVerb *verb, char *const *words, int n)
{
    g_autoptr(GError) error = NULL;
    bool help;
    g_autoptr(SimArguments) arguments = sim_arguments_parse(verb, words, n, &help, &error);
    if (arguments == NULL)
        return fail(error);
    if (help) {
        sim_print_verb_help(verb);
        return STATUS_OK;
    }
    return verb->run(arguments, &error) ? STATUS_OK : fail(error);
}

int main(int argc, char **argv)
{
    if (argc > 0 && strcmp(argv[0], PROCESS_CHILD) == 0)
        return process_become(argc, argv);
    setlocale(LC_ALL, "");
    bindtextdomain("mse-console", LOCALEDIR);
    bind_textdomain_codeset("mse-console", "UTF-8");
    if (argc < 2) {
        fprintf(stderr, "mse-sim: %s\n", _("no verb: see mse-sim --help"));
        return STATUS_USAGE;
    }
    if (strcmp(argv[1], "--help") == 0) {
        sim_print_help();
        return finish(STATUS_OK);
    }
    if (strcmp(argv[1], "--version") == 0) {
        printf("mse-sim %s\n", PACKAGE_VERSION);
        return finish(STATUS_OK);
    }
    /* For doc/: the lists of mse-sim(1) come from the tables. */
    if (argc == 3 && strcmp(argv[1], "--manual") == 0 && sim_print_manual(argv[2]))
        return finish(STATUS_OK);
    const SimVerb *verb = sim_verb_find(argv[1]);
    if (verb == NULL) {
        g_autofree char *shown = sanitize_string(argv[1]);
        fprintf(stderr, _("mse-sim: %s: no such verb: see mse-sim --help\n"), shown);
        return STATUS_USAGE;
    }
    return finish(run(verb, argv + 2, argc - 2));
}
