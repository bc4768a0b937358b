/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A PCCS for tests over plain HTTP that counts what it is asked: it serves the documents of an
 * mse-sim platform, in a thread of the test.
 */
#ifndef MSE_TESTS_UNIT_COLLATERAL_SERVICE_H
#define MSE_TESTS_UNIT_COLLATERAL_SERVICE_H

#include <glib.h>
#include <stdbool.h>

typedef enum {
    CALL_TCB_INFO,
    CALL_QE_IDENTITY,
    CALL_PCK_CRL,
    CALL_ROOT_CRL,
    CALL_ROOT_CRL_ELSEWHERE, /* /root.crl: a distribution point */
    N_CALLS
} Call;

typedef struct CollateralService CollateralService;

/* What it does otherwise than a PCCS. */
typedef struct CollateralServiceHabits {
    bool no_root_crl;   /* as Intel's PCS: 404 */
    bool other_headers; /* SGX-TCB-Info-Issuer-Chain, and names in lower case */
    bool no_headers;    /* no issuer chains */
    bool swapped;       /* answers every call with the TCB info */
} CollateralServiceHabits;

CollateralService *collateral_service_start(const char *platform, CollateralServiceHabits habits);
void collateral_service_stop(CollateralService *service);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(CollateralService, collateral_service_stop)

char *collateral_service_url(const CollateralService *service);
int collateral_service_count(CollateralService *service, Call call);
int collateral_service_total(CollateralService *service);

#endif
