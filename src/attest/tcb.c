/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "attest/tcb.h"

#include "core/i18n.h"

typedef struct StatusRow {
    const char *name;
    const char *meaning;
} StatusRow;

static const StatusRow status_table[N_TCB_STATUSES] = {
    [TCB_UP_TO_DATE] = {"UpToDate",
                        N_("The platform runs all security updates that Intel knows of.")},
    [TCB_SW_HARDENING_NEEDED] =
        {"SWHardeningNeeded",
         N_("The platform is up to date, and some weaknesses must be countered by the software in "
            "the enclave itself: whoever wrote it must have done so.")},
    [TCB_CONFIGURATION_NEEDED] =
        {"ConfigurationNeeded",
         N_("The platform is up to date, and its firmware settings leave a weakness open: the "
            "operator can close it there.")},
    [TCB_CONFIGURATION_AND_SW_HARDENING_NEEDED] =
        {"ConfigurationAndSWHardeningNeeded",
         N_("The firmware settings leave a weakness open, and others must be countered by the "
            "software in the enclave.")},
    [TCB_OUT_OF_DATE] = {"OutOfDate",
                         N_("The platform lacks security updates: known attacks may work on it.")},
    [TCB_OUT_OF_DATE_CONFIGURATION_NEEDED] =
        {"OutOfDateConfigurationNeeded",
         N_("The platform lacks security updates, and its firmware settings leave a weakness "
            "open.")},
    [TCB_REVOKED] = {"Revoked", N_("Intel has withdrawn its trust in platforms of this level.")},
    [TCB_TD_RELAUNCH_ADVISED] =
        {"TDRelaunchAdvised",
         N_("The platform was updated while this TD was running: the TD must be started again to "
            "run under the updated TDX module.")},
    [TCB_TD_RELAUNCH_ADVISED_CONFIGURATION_NEEDED] =
        {"TDRelaunchAdvisedConfigurationNeeded",
         N_("The TD must be started again to run under the updated TDX module, and the firmware "
            "settings leave a weakness open.")},
};

const char *tcb_status_name(TcbStatus status)
{
    return (unsigned)status < N_TCB_STATUSES ? status_table[status].name : NULL;
}

const char *tcb_status_meaning(TcbStatus status)
{
    if ((unsigned)status < N_TCB_STATUSES)
        return status_table[status].meaning;
    return N_("The status of the platform could not be established.");
}

TcbStatus tcb_status_parse(Span name)
{
    for (unsigned i = 0; i < N_TCB_STATUSES; i++) {
        const char *known = status_table[i].name;
        if (span_equal(name, span_of(known, strlen(known))))
            return (TcbStatus)i;
    }
    return TCB_UNKNOWN;
}
