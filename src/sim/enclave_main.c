/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * mse-sim-enclave: what an image made by `mse-sim image` runs as mse-run, mse-test, cenclave-run,
 * cenclave-test and /bin/sh. Exit status: 0 done, 1 could not, 2 wrong usage, 143 on TERM and INT.
 */
#include "config.h"

#include "core/hex.h"
#include "core/sanitize.h"
#include "core/secret.h"
#include "sim/crypto.h"
#include "sim/enclave.h"
#include "sim/enclave_say.h"
#include "sim/listen.h"

#include <openssl/ssl.h>
#include <signal.h>
#include <stdio.h>
#include <unistd.h>

enum { STATUS_OK = 0, STATUS_ERROR = 1, STATUS_USAGE = 2 };

/* Says that the root of the file system is an image's, where all may be written. */
#define IMAGE_MARK "/etc/mse-sim-image"

static const char usage_text[] =
    "Usage: mse-sim-enclave run [mse|cenclave] --size NM --subject NAME --san NAME --id UUID\n"
    "                       --application MODULE:VARIABLE [--expiration UNIX] [--dry-run]\n"
    "                       [--debug]\n"
    "       mse-sim-enclave test [mse|cenclave] --application MODULE:VARIABLE [--debug]\n"
    "\n"
    "A SIMULATED enclave. Started as mse-run, cenclave-run, mse-test or cenclave-test the first\n"
    "word is left out; started as sh it prints what it does not run, and succeeds.\n"
    "\n"
    "Environment:\n"
    "  MSE_SIM_ROOT     all its paths are below this directory (in an image: /)\n"
    "  MSE_SIM_LISTEN   HOST:PORT or a port (run: 0.0.0.0:443, test: 0.0.0.0:5000; port 0: any)\n"
    "  MSE_SIM_QUOTING  the quoting service's socket\n"
    "                   (ROOT/var/run/aesmd/mse-sim-quoting.socket)\n"
    "  MSE_SIM_PACE     milliseconds between lines of the application's log (5000)\n"
    "  MSE_SIM_FAULT    NAME[=VALUE],… of:\n";

static void print_help(void)
{
    fputs(usage_text, stdout);
    for (unsigned i = 0; i < N_ENCLAVE_FAULTS; i++) {
        const EnclaveFaultRow *row = enclave_fault_row(i);
        g_autofree char *name =
            row->most != 0 ? g_strconcat(row->name, "=N", NULL) : g_strdup(row->name);
        printf("    %-28s %s\n", name, row->what);
    }
    puts("\nExit status: 0 done, 1 could not, 2 wrong usage, 143 on TERM and INT.");
}

static int fail(const GError *error)
{
    fprintf(stderr, "[SIMULATED] mse-sim-enclave: %s\n", error->message);
    return g_error_matches(error, SIM_ERROR, SIM_ERROR_USAGE) ? STATUS_USAGE : STATUS_ERROR;
}

/* /bin/sh of an image in which there is nothing to run. */
static int play_shell(int n, char *const *words)
{
    g_autoptr(GString) text = g_string_new(NULL);
    for (int i = 0; i < n; i++) {
        g_autofree char *shown = sanitize_string(words[i]);
        g_string_append_printf(text, "%s%s", i > 0 ? " " : "", shown);
    }
    printf("SIMULATED base image: not run: %s\n",
           g_str_has_prefix(text->str, "-c ") ? text->str + 3 : text->str);
    return STATUS_OK;
}

/* A directory of its own is wanted outside of an image: code is unpacked below the root. */
static bool may_write(const Enclave *enclave, GError **error)
{
    if (strcmp(enclave->setting.root, "/") != 0 || access(IMAGE_MARK, F_OK) == 0)
        return true;
    g_set_error(error, SIM_ERROR, SIM_ERROR_USAGE,
                "this is no image that mse-sim made: set MSE_SIM_ROOT to a directory");
    return false;
}

static bool dry_run(Enclave *enclave, GError **error)
{
    if (!enclave_measure_code(enclave, false, error))
        return false;
    g_autofree char *hex = hex_encode(span_of(enclave->measurement, sizeof enclave->measurement));
    printf("SIMULATED enclave, dry run\nMeasurement:\n    %s\n", hex);
    return true;
}

static int end_by_fault(void)
{
    SAY_ERROR("ends, as a fault asks for");
    return STATUS_ERROR;
}

static int start_enclave(Enclave *enclave, int stop)
{
    g_autoptr(GError) error = NULL;
    if (!enclave_measure_code(enclave, true, &error))
        return fail(error);
    g_autofree char *hex = hex_encode(span_of(enclave->measurement, sizeof enclave->measurement));
    SAY_INFO("enclave of %s, %u MiB%s: MRENCLAVE %s", enclave->arguments.application,
             enclave->arguments.mebibytes, enclave->restarted ? ", restarted" : "", hex);
    if (enclave_fails(enclave, ENCLAVE_FAULT_EXIT_BEFORE_CERTIFICATE))
        return end_by_fault();
    if (!enclave_identify(enclave, &error))
        return fail(error);
    if (enclave_fails(enclave, ENCLAVE_FAULT_EXIT_BEFORE_LISTENING))
        return end_by_fault();
    return enclave_run(enclave, stop);
}

static int start(Enclave *enclave)
{
    g_autoptr(GError) error = NULL;
    if (enclave->arguments.dry_run)
        return dry_run(enclave, &error) ? STATUS_OK : fail(error);
    if (!may_write(enclave, &error))
        return fail(error);
    const int stop = stop_descriptor();
    signal(SIGPIPE, SIG_IGN);
    return enclave->arguments.role == ENCLAVE_TEST ? enclave_run(enclave, stop)
                                                   : start_enclave(enclave, stop);
}

/* Nothing is loaded at run time: the program is all that there is. */
static void prepare_openssl(void)
{
    crypto_must(OPENSSL_init_ssl(OPENSSL_INIT_NO_LOAD_CONFIG, NULL) == 1, "preparing TLS");
}

int main(int argc, char **argv)
{
    Enclave enclave = {0};
    g_autoptr(GError) error = NULL;
    if (!enclave_role(&argc, &argv, &enclave.arguments)) {
        if (argc == 2 && strcmp(argv[1], "--help") == 0) {
            print_help();
            return STATUS_OK;
        }
        if (argc == 2 && strcmp(argv[1], "--version") == 0) {
            printf("mse-sim-enclave %s (SIMULATED)\n", PACKAGE_VERSION);
            return STATUS_OK;
        }
        fputs("[SIMULATED] mse-sim-enclave: run or test is expected: see --help\n", stderr);
        return STATUS_USAGE;
    }
    if (enclave.arguments.role == ENCLAVE_SHELL)
        return play_shell(argc - 1, argv + 1);
    prepare_openssl();
    secret_init();
    int status = STATUS_OK;
    if (!enclave_arguments_parse(&enclave.arguments, argc - 1, argv + 1, &error) ||
        !enclave_setting_read(&enclave.setting, &error))
        status = fail(error);
    else
        status = start(&enclave);
    enclave_clear(&enclave);
    return status;
}
