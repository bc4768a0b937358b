/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Collateral from a PCCS, or from Intel's PCS: four answers over HTTPS, kept in a cache under
 * $XDG_CACHE_HOME until their nextUpdate. What comes from here is as untrusted as any collateral:
 * whoever judges with it checks every signature, also on what the cache gives.
 * Source: Intel PCS API v4; the PCCS answers the same paths.
 */
#ifndef MSE_APP_PCCS_H
#define MSE_APP_PCCS_H

#include "attest/verify.h"
#include "core/cancel.h"

typedef struct Pccs Pccs;

#define PCCS_ERROR (pccs_error_quark())
typedef enum {
    PCCS_ERROR_URL,    /* the base URL cannot be one */
    PCCS_ERROR_ANSWER, /* the service answered, but not with collateral */
    PCCS_ERROR_ABSENT, /* 404: it does not have that */
} PccsError;
GQuark pccs_error_quark(void);

/* `url`: http or https, the service's base; a trailing "/" or one of the two prefixes
 * (/sgx/certification/v4, /tdx/certification/v4) is taken off. `ca_path` may be NULL: the system's
 * certificates. `cache_directory` NULL: the standard place. Nothing is fetched yet. */
Pccs *pccs_new(const char *url, const char *ca_path, const char *cache_directory, GError **error);
void pccs_free(Pccs *pccs);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Pccs, pccs_free)

/* What a quote needs: every answer is asked for once in the life of `pccs`, also when many threads
 * want it at the same time, and a failure is remembered too (but not a cancel). `cached` is set
 * when some of it came from the cache on disk; `renew` has that fetched again, once.
 * NULL with an error. Thread-safe; caller unrefs. */
Collateral *pccs_collateral(Pccs *pccs, const CollateralNeed *need, bool renew, bool *cached,
                            Cancel *cancel, GError **error);

#endif
