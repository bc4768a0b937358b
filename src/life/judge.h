/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The evidence of an application, judged anew as the settings say (root, PCCS, policy), before
 * anything is done that rests on it.
 */
#ifndef MSE_LIFE_JUDGE_H
#define MSE_LIFE_JUDGE_H

#include "app/settings.h"
#include "app/verification.h"
#include "fleet/fleet.h"
#include "life/life.h"

/* Judges one file of an application: INPUT_EVIDENCE or INPUT_CERTIFICATE. `with` NULL: collateral
 * as verify finds it; else an earlier result, whose collateral it is judged with. The journal gets
 * the verdict. NULL with an error when it cannot be judged at all (the settings' root or PCCS); a
 * file that cannot be read is a result with an error. */
VerificationResult *life_judge(const Settings *settings, Journal *journal, const FleetApp *app,
                               InputKind kind, const char *path, const VerificationResult *with,
                               Cancel *cancel, GError **error);

/* The same of the application's own evidence, wherever it can be had: in its directory, or in its
 * container (fleet/evidence.h). NULL with an error also when there is none. */
VerificationResult *life_judge_evidence(const Settings *settings, Journal *journal,
                                        FleetSource *source, const FleetApp *app, Cancel *cancel,
                                        GError **error);

/* The path of the application's evidence.json, as its directory has it. NULL with LIFE_ERROR when
 * it has none that this machine can read. g_free. */
char *life_evidence_path(FleetSource *source, const FleetApp *app, GError **error);

/* "1f0c…": MRENCLAVE or MRTD of what was judged, in hex; NULL when it has no quote. g_free. */
char *life_measurement(const Verdict *verdict);

#endif
