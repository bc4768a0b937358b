/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * mse-sim platform DIR: makes a platform.
 */
#include "config.h"

#include "core/clock.h"
#include "core/i18n.h"
#include "core/sanitize.h"
#include "format/date.h"
#include "sim/crypto.h"
#include "sim/options.h"
#include "sim/platform_files.h"

#include <stdio.h>

enum { DAYS_MOST = 3650 };

static const char *const tees[] = {"sgx", "tdx", NULL};
static const char *const authorities[] = {"platform", "processor", NULL};
static const char *const tcb_choices[] = {
    "UpToDate",
    "SWHardeningNeeded",
    "ConfigurationNeeded",
    "ConfigurationAndSWHardeningNeeded",
    "OutOfDate",
    "OutOfDateConfigurationNeeded",
    "Revoked",
    NULL,
};
static const char *const qe_choices[] = {"UpToDate", "OutOfDate", "Revoked", NULL};

static const SimOption options[] = {
    {.name = "tcb",
     .kind = SIM_OPTION_CHOICE,
     .metavar = "STATUS",
     .choices = tcb_choices,
     .help = N_("the platform's TCB status")},
    {.name = "qe",
     .kind = SIM_OPTION_CHOICE,
     .metavar = "STATUS",
     .choices = qe_choices,
     .help = N_("the quoting enclave's status")},
    {.name = "debug", .help = N_("its enclaves and TDs are for debugging")},
    {.name = "expired", .help = N_("revocation lists, TCB info and QE identity have expired")},
    {.name = "revoked", .help = N_("its PCK certificate is revoked")},
    {.name = "fmspc",
     .kind = SIM_OPTION_HEX,
     .size = 6,
     .metavar = "HEX",
     .help = N_("its processor family (default 30606a000000)")},
    {.name = "tee",
     .kind = SIM_OPTION_CHOICE,
     .metavar = "TEE",
     .choices = tees,
     .help = N_("what collateral.json is for; both kinds are made")},
    {.name = "ca",
     .kind = SIM_OPTION_CHOICE,
     .metavar = "CA",
     .choices = authorities,
     .help = N_("which CA issued the PCK certificate")},
    {.name = "at",
     .kind = SIM_OPTION_TIME,
     .metavar = "TIME",
     .help = N_("when it is made (default: now)")},
    {.name = "days",
     .kind = SIM_OPTION_NUMBER,
     .most = DAYS_MOST,
     .metavar = "N",
     .help = N_("how long lists and infos are valid (default 30)")},
    {.name = "like",
     .kind = SIM_OPTION_FILE,
     .metavar = "DIR",
     .help = N_("with the root and the keys of the platform in DIR")},
    {.name = "force", .help = N_("replace a platform that is there")},
    {.name = NULL},
};

static bool spec_of(const SimArguments *arguments, PlatformSpec *spec, GError **error)
{
    platform_spec_init(spec, sim_time(arguments, "at", clock_now()));
    const char *tcb = sim_value(arguments, "tcb"), *qe = sim_value(arguments, "qe");
    if (tcb != NULL)
        spec->tcb_status = sim_status_find(sim_tcb_statuses, tcb);
    if (qe != NULL)
        spec->qe_status = sim_status_find(sim_qe_statuses, qe);
    spec->tee = g_strcmp0(sim_value(arguments, "tee"), "tdx") == 0 ? SIM_TDX : SIM_SGX;
    spec->processor_ca = g_strcmp0(sim_value(arguments, "ca"), "processor") == 0;
    spec->debug = sim_flag(arguments, "debug");
    spec->expired = sim_flag(arguments, "expired");
    spec->revoked = sim_flag(arguments, "revoked");
    sim_hex(arguments, "fmspc", spec->fmspc, sizeof spec->fmspc, NULL);
    spec->days = (unsigned)sim_number(arguments, "days", spec->days);
    if (spec->days == 0) {
        g_set_error(error, SIM_ERROR, SIM_ERROR_USAGE, _("--days: at least 1 is expected"));
        return false;
    }
    return platform_time_valid(spec->at, error);
}

static void report(const PlatformSpec *spec, const char *directory)
{
    g_autofree char *shown = sanitize_string(directory);
    g_autofree char *from = date_format(platform_valid_from(spec));
    g_autofree char *until = date_format(platform_valid_until(spec));
    printf(_("SIMULATED platform in %s\n"), shown);
    printf(_("  root         %s (root.pem)\n"), SIMULATED_ROOT_NAME);
    printf(_("  TCB status   %s, quoting enclave %s\n"), spec->tcb_status->name,
           spec->qe_status->name);
    printf(_("  collateral   valid from %s until %s\n"), from, until);
    if (spec->revoked)
        printf(_("  revoked      its PCK certificate\n"));
    if (spec->debug)
        printf(_("  debug        its enclaves\n"));
    printf(_("It is trusted only where its root is: mse-console verify --root %s/root.pem …\n"),
           shown);
}

/* NULL with an error. */
static Platform *make(const SimArguments *arguments, const PlatformSpec *spec, GError **error)
{
    const char *like = sim_value(arguments, "like");
    if (like == NULL)
        return platform_new(spec);
    g_autoptr(Platform) other = platform_read(like, error);
    return other ? platform_variant(other, spec) : NULL;
}

static bool run(const SimArguments *arguments, GError **error)
{
    const char *directory = sim_operand(arguments);
    if (directory == NULL) {
        g_set_error(error, SIM_ERROR, SIM_ERROR_USAGE,
                    _("no directory: mse-sim platform DIR [OPTION…]"));
        return false;
    }
    PlatformSpec spec;
    if (!spec_of(arguments, &spec, error))
        return false;
    g_autoptr(Platform) platform = make(arguments, &spec, error);
    if (platform == NULL ||
        !platform_write(platform, directory, sim_flag(arguments, "force"), error))
        return false;
    report(&spec, directory);
    return true;
}

const SimVerb sim_verb_platform = {
    .name = "platform",
    .operand = "DIR",
    .help = N_("make a SIMULATED platform: keys, certificates, collateral"),
    .description =
        N_("Writes a root, the PCK CAs, a PCK certificate, a TCB signer, revocation lists, TCB\n"
           "infos and QE identities for SGX and TDX, and the keys of all of them (mode 0600) into\n"
           "DIR, as plain files. An existing DIR must be empty, or a platform and --force given."),
    .options = options,
    .run = run,
};
