/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The limits table: each foreign input, its maximum and why. `doctor` prints it. Some may be other
 * by the settings ([limits]).
 */
#ifndef MSE_CORE_LIMITS_H
#define MSE_CORE_LIMITS_H

#include "core/i18n.h"

#include <stddef.h>

/* LIMIT(id, name, maximum, unit, why) */
#define LIMIT_TABLE(LIMIT)                                                                         \
    LIMIT(QUOTE, N_("quote"), 1024 * 1024, N_("bytes"),                                            \
          N_("the largest seen is 8 KiB; the rest is room for padding"))                           \
    LIMIT(CERTIFICATE, N_("certificate"), 256 * 1024, N_("bytes"),                                 \
          N_("PEM chain with padded TDX quotes"))                                                  \
    LIMIT(CRL, N_("revocation list"), 4 * 1024 * 1024, N_("bytes"), N_("Intel's are under 1 MiB")) \
    LIMIT(COLLATERAL, N_("collateral"), 16 * 1024 * 1024, N_("bytes"),                             \
          N_("two lists in hex and two infos"))                                                    \
    LIMIT(EVIDENCE, N_("evidence"), 16 * 1024 * 1024, N_("bytes"),                                 \
          N_("collateral and a certificate"))                                                      \
    LIMIT(INPUT, N_("input file"), 16 * 1024 * 1024, N_("bytes"),                                  \
          N_("the largest of the kinds above"))                                                    \
    LIMIT(POLICY, N_("policy file"), 1024 * 1024, N_("bytes"), N_("written by hand"))              \
    LIMIT(SETTINGS, N_("settings file"), 1024 * 1024, N_("bytes"), N_("written by hand"))          \
    LIMIT(PROJECT, N_("configuration of a project"), 1024 * 1024, N_("bytes"),                     \
          N_("written by hand"))                                                                   \
    LIMIT(KEY, N_("key file"), 64 * 1024, N_("bytes"), N_("an RSA key is 3 KiB"))                  \
    LIMIT(SECRETS, N_("secrets to seal"), 1024 * 1024, N_("bytes"),                                \
          N_("an enclave is sent them in one request"))                                            \
    LIMIT(SEALED, N_("sealed secrets"), 1024 * 1024 + 48, N_("bytes"),                             \
          N_("secrets, a public key and a tag"))                                                   \
    LIMIT(CIPHER, N_("file to encrypt or decrypt"), (size_t)1 << 40, N_("bytes"),                  \
          N_("never held as one: read piece by piece"))                                            \
    LIMIT(JOURNAL_LINE, N_("journal line"), 64 * 1024, N_("bytes"), N_("one write stays whole"))   \
    LIMIT(HTTP_BODY, N_("HTTP answer"), 16 * 1024 * 1024, N_("bytes"), N_("as collateral"))        \
    LIMIT(HTTP_HEADERS, N_("HTTP headers"), 256 * 1024, N_("bytes"),                               \
          N_("issuer chains travel in them"))                                                      \
    LIMIT(DOCKER_ANSWER, N_("an engine's answer"), 16 * 1024 * 1024, N_("bytes"),                  \
          N_("inspecting a container with 1,000 labels takes under 1 MiB"))                        \
    LIMIT(DOCKER_ITEM, N_("a container of an engine's list"), 4 * 1024 * 1024, N_("bytes"),        \
          N_("labels have no limit of their own; usually 2 KiB"))                                  \
    LIMIT(DOCKER_LIST, N_("an engine's list"), 256 * 1024 * 1024, N_("bytes"),                     \
          N_("never held as one: 10,000 containers take 15 MB"))                                   \
    LIMIT(LOG_LINE, N_("line of a log"), 256 * 1024, N_("bytes"),                                  \
          N_("what is longer goes on as another line"))                                            \
    LIMIT(DER_DEPTH, N_("DER nesting"), 16, N_("levels"), N_("certificates need nine"))            \
    LIMIT(JSON_DEPTH, N_("JSON nesting"), 32, N_("levels"), N_("TCB info needs six"))              \
    LIMIT(TOML_DEPTH, N_("TOML nesting"), 64, N_("levels"), N_("the stack is small"))              \
    LIMIT(EXTENSIONS, N_("certificate extensions"), 64, N_("entries"),                             \
          N_("each is compared with those before it; certificates have ten"))                      \
    LIMIT(CRL_ENTRIES, N_("revoked certificates"), 100000, N_("entries"),                          \
          N_("4 MiB hold no more"))                                                                \
    LIMIT(TCB_LEVELS, N_("TCB levels"), 256, N_("entries"), N_("Intel's infos have under 40"))     \
    LIMIT(ARCHIVE_NAME, N_("name in an archive"), 4096, N_("bytes"), N_("a path has no more"))     \
    LIMIT(ARCHIVE_HEADER, N_("names and attributes of a file in an archive"), 1024 * 1024,         \
          N_("bytes"), N_("attributes of layers can be large"))                                    \
    LIMIT(PACKAGE_CODE, N_("code of a package"), (size_t)10 << 30, N_("bytes"),                    \
          N_("an application has 10 GB to store it"))                                              \
    LIMIT(PACKAGE_TESTS, N_("tests of a package"), (size_t)1 << 30, N_("bytes"),                   \
          N_("they are unpacked on the operator's disk"))                                          \
    LIMIT(PACKAGE_IMAGE, N_("image of a package"), (size_t)256 << 30, N_("bytes"),                 \
          N_("never held as one: streamed into the engine"))                                       \
    LIMIT(PACKAGE_FILES, N_("files of a package"), 100000, N_("entries"),                          \
          N_("their names are kept to find what is there twice"))                                  \
    LIMIT(IMAGE_DOCUMENT, N_("manifest or configuration of an image"), 4 * 1024 * 1024,            \
          N_("bytes"), N_("they are a few KiB"))                                                   \
    LIMIT(INPUTS, N_("inputs in one call"), 100000, N_("files"),                                   \
          N_("each keeps its verdict in memory"))

typedef enum {
#define LIMIT(id, name, maximum, unit, why) LIMIT_##id,
    LIMIT_TABLE(LIMIT)
#undef LIMIT
        N_LIMITS
} LimitId;

/* The texts are marked: _() them where they are shown. */
typedef struct LimitRow {
    const char *name;
    size_t maximum;
    const char *unit;
    const char *why;
} LimitRow;

/* The row of a limit as the table has it; never NULL for a valid id. */
const LimitRow *limit_row(LimitId id);

/* What holds: the table's maximum, or what limit_set put in its place. Any thread. */
size_t limit_bytes(LimitId id);
/* `maximum` 0: the table's again. Any thread; what is being read meanwhile may see either. */
void limit_set(LimitId id, size_t maximum);

#endif
