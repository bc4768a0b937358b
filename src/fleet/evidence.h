/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Where the evidence of an application is: given by a person, in its output directory (the source
 * of the bind at /opt/input) when that can be read here, else in its container. What comes from
 * either is foreign bytes, for the verifier to judge.
 */
#ifndef MSE_FLEET_EVIDENCE_H
#define MSE_FLEET_EVIDENCE_H

#include "fleet/fleet.h"

typedef enum {
    FLEET_EVIDENCE_NONE,      /* it has none, or none can be had: `error` says why */
    FLEET_EVIDENCE_GIVEN,     /* a file that a person named */
    FLEET_EVIDENCE_DIRECTORY, /* its output directory, on this machine */
    FLEET_EVIDENCE_CONTAINER, /* taken out of its container */
} FleetEvidenceOrigin;
/* "given", "directory", "container", as --json has it; NULL for none. */
const char *fleet_evidence_origin_name(FleetEvidenceOrigin origin);

/* Tells a file from what it was before, without reading it. All zero: not known. */
typedef struct FleetFileStamp {
    uint64_t device, inode, size;
    int64_t changed; /* nanoseconds */
} FleetFileStamp;

typedef struct FleetEvidence {
    FleetEvidenceOrigin origin;
    char *path;           /* of the file, here or in its container */
    GBytes *bytes;        /* NULL with NONE */
    int64_t written;      /* Unix seconds; 0 unknown */
    FleetFileStamp stamp; /* of a file that is here */
} FleetEvidence;
void fleet_evidence_clear(FleetEvidence *evidence);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(FleetEvidence, fleet_evidence_clear)

#define FLEET_EVIDENCE_ERROR (fleet_evidence_error_quark())
typedef enum {
    FLEET_EVIDENCE_ERROR_ABSENT, /* there is none */
    FLEET_EVIDENCE_ERROR_FORM,   /* what the engine gave is no such file */
} FleetEvidenceError;
GQuark fleet_evidence_error_quark(void);

/* Reads it, blocking. `given` (may be NULL) is the file that a person named: nothing else is looked
 * at then. False with `error`: FLEET_EVIDENCE_ERROR, FILE_ERROR of a given file, DOCKER_ERROR when
 * the engine could not be asked (nothing is known then), CANCEL_ERROR. */
bool fleet_evidence_read(FleetSource *source, const FleetApp *app, const char *given,
                         FleetEvidence *out, Cancel *cancel, GError **error);

/* The same of its output directory alone, when that is on this machine: no engine is asked. False
 * with `error` (FLEET_EVIDENCE_ERROR_ABSENT) when it is not, or has none. */
bool fleet_evidence_read_here(const FleetSource *source, const FleetApp *app, FleetEvidence *out,
                              Cancel *cancel, GError **error);

/* The stamp of the file that would be read, when it is here; false when it is not. */
bool fleet_evidence_stamp(const FleetSource *source, const FleetApp *app, const char *given,
                          FleetFileStamp *out);

#endif
