/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Evidence files (evidence.json): what an SGX operator collects from a running enclave and hands
 * over. Both spellings of tcb_info are read (base64 of the PCCS body, base64 of its hex).
 */
#ifndef MSE_APP_EVIDENCE_H
#define MSE_APP_EVIDENCE_H

#include "attest/collateral.h"

#include <jansson.h>

typedef struct Evidence {
    GBytes *certificate;    /* ratls_certificate, PEM as it stands */
    GBytes *signer_key;     /* signer_pk PEM, or NULL */
    Collateral *collateral; /* from the file; parts may be missing */
    json_t *input_args;     /* object or NULL */
} Evidence;

void evidence_free(Evidence *evidence);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Evidence, evidence_free)

#define EVIDENCE_ERROR (evidence_error_quark())
typedef enum { EVIDENCE_ERROR_FORM } EvidenceError;
GQuark evidence_error_quark(void);

/* True when it looks like one: a JSON object with "ratls_certificate". */
bool evidence_recognise(Span text);

/* NULL with an error naming the member, what was found, what is expected. A malformed collateral
 * member does not fail the reading: the check that needs it says so (Collateral.problem). */
Evidence *evidence_parse(Span text, const char *name, GError **error);

#endif
