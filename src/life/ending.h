/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * When the trust in an application ends, and what of it ends first: its certificate, or what that
 * is judged with. Its evidence is judged for it as the settings say, with the collateral that it
 * brings: nothing is fetched, and the journal learns nothing.
 */
#ifndef MSE_LIFE_ENDING_H
#define MSE_LIFE_ENDING_H

#include "app/settings.h"
#include "fleet/evidence.h"
#include "fleet/trust.h"

/* What several of them share. */
typedef struct LifeEndings LifeEndings;
/* `settings` must outlive it. */
LifeEndings *life_endings_new(const Settings *settings);
void life_endings_free(LifeEndings *endings);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(LifeEndings, life_endings_free)

typedef struct LifeEnding {
    Trust trust;                /* judged: its evidence could be judged */
    int64_t end;                /* Unix seconds; 0: unknown, or nothing is trusted that could end */
    const char *by;             /* "certificate", "collateral"; NULL with 0 */
    char *part;                 /* the part of the collateral: "TCB info", …; or NULL */
    FleetEvidenceOrigin origin; /* of what was judged */
    GBytes *certificate;        /* DER, that of the evidence, or NULL */
    char *why;                  /* why nothing was judged, safe; or NULL */
} LifeEnding;
void life_ending_clear(LifeEnding *ending);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(LifeEnding, life_ending_clear)

/* Where no evidence can be judged, the end is that of the certificate that it was started with, as
 * far as that is known. `ask_engine`: evidence that is not in a directory of this machine is taken
 * out of the container. Blocks; a cancel makes nothing known. */
void life_ending_find(LifeEndings *endings, FleetSource *source, const FleetApp *app,
                      bool ask_engine, LifeEnding *out, Cancel *cancel);

#endif
