/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The limits table: each foreign input, its maximum and why. `doctor` prints it.
 */
#ifndef MSE_CORE_LIMITS_H
#define MSE_CORE_LIMITS_H

#include "core/i18n.h"

#include <stddef.h>

/* LIMIT(id, name, maximum, unit, why) */
#define LIMIT_TABLE(LIMIT)                                                                         \
    LIMIT(QUOTE, "quote", 64 * 1024, "bytes", N_("the largest seen is 8 KiB; chains of five fit")) \
    LIMIT(CERTIFICATE, "certificate", 256 * 1024, "bytes", N_("PEM chain with padded TDX quotes")) \
    LIMIT(CRL, "revocation list", 4 * 1024 * 1024, "bytes", N_("Intel's are under 1 MiB"))         \
    LIMIT(COLLATERAL, "collateral", 16 * 1024 * 1024, "bytes",                                     \
          N_("two lists in hex and two infos"))                                                    \
    LIMIT(EVIDENCE, "evidence", 16 * 1024 * 1024, "bytes", N_("collateral and a certificate"))     \
    LIMIT(INPUT, "input file", 16 * 1024 * 1024, "bytes", N_("the largest of the kinds above"))    \
    LIMIT(POLICY, "policy file", 1024 * 1024, "bytes", N_("written by hand"))                      \
    LIMIT(SETTINGS, "settings file", 1024 * 1024, "bytes", N_("written by hand"))                  \
    LIMIT(KEY, "key file", 64 * 1024, "bytes", N_("an RSA key is 3 KiB"))                          \
    LIMIT(JOURNAL_LINE, "journal line", 64 * 1024, "bytes", N_("one write stays whole"))           \
    LIMIT(HTTP_BODY, "HTTP answer", 16 * 1024 * 1024, "bytes", N_("as collateral"))                \
    LIMIT(HTTP_HEADERS, "HTTP headers", 256 * 1024, "bytes", N_("issuer chains travel in them"))   \
    LIMIT(DER_DEPTH, "DER nesting", 16, "levels", N_("certificates need nine"))                    \
    LIMIT(JSON_DEPTH, "JSON nesting", 32, "levels", N_("TCB info needs six"))                      \
    LIMIT(TOML_DEPTH, "TOML nesting", 64, "levels", N_("the stack is small"))                      \
    LIMIT(CRL_ENTRIES, "revoked certificates", 100000, "entries", N_("4 MiB hold no more"))        \
    LIMIT(TCB_LEVELS, "TCB levels", 256, "entries", N_("Intel's infos have under 40"))             \
    LIMIT(INPUTS, "inputs in one call", 100000, "files", N_("each keeps its verdict in memory"))

typedef enum {
#define LIMIT(id, name, maximum, unit, why) LIMIT_##id,
    LIMIT_TABLE(LIMIT)
#undef LIMIT
        N_LIMITS
} LimitId;

typedef struct LimitRow {
    const char *name;
    size_t maximum;
    const char *unit;
    const char *why; /* for translation: _() when shown */
} LimitRow;

/* The row of a limit; never NULL for a valid id. */
const LimitRow *limit_row(LimitId id);

static inline size_t limit_bytes(LimitId id)
{
    return limit_row(id)->maximum;
}

#endif
