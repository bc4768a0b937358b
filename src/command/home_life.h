/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What the verbs share that make, spawn and measure: how a step's listener is the job, which engine
 * and PCCS, and what is said and remembered of what was done.
 */
#ifndef MSE_COMMAND_HOME_LIFE_H
#define MSE_COMMAND_HOME_LIFE_H

#include "app/deed.h"
#include "app/settings.h"
#include "app/verification.h"
#include "command/home.h"
#include "life/life.h"

/* Tells the job: sentences and lines as text (not for --json), progress as progress. */
LifeListener home_listener(Job *job);

/* The one engine that a line is about. NULL with `error`, of usage when there are several. */
FleetSource *home_one_source(Job *job, const Arguments *arguments, GError **error);

/* The settings, their warnings told. NULL with `error`. */
Settings *home_settings(Job *job, GError **error);

/* --pccs, else of the settings, else of the host's quote provider. NULL with `error`. g_free. */
char *home_pccs(const Arguments *arguments, const Settings *settings, GError **error);

/* A line of the journal; a warning when that fails. */
void home_remember(Job *job, const Deed *deed);

/* MRENCLAVE (or MRTD) of what was judged, in hex; NULL: unknown. g_free. */
char *home_measurement(const VerificationResult *result);

/* Says how collected evidence was judged, and why when it is not trusted. */
void home_say_verdict(Job *job, const VerificationResult *result, const char *directory);

#define HOME_ONE_ENGINE_OPTION                                                              \
    {                                                                                       \
        .name = "engine", .kind = ARGUMENT_TEXT, .metavar = "ENGINE",                       \
        .help = N_("a Docker context or address (unix://, tcp://, ssh://), instead of the " \
                   "settings' and the environment's"),                                      \
    }
#define HOME_PCCS_OPTION                                                                   \
    {                                                                                      \
        .name = "pccs", .kind = ARGUMENT_URL, .metavar = "URL",                            \
        .help = N_("where collateral is fetched; default: the settings', else the one in " \
                   "/etc/sgx_default_qcnl.conf"),                                          \
    }

#endif
