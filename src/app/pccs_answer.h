/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * One answer of a PCCS: what it is asked, until when it holds, how it is kept on disk.
 */
#ifndef MSE_APP_PCCS_ANSWER_H
#define MSE_APP_PCCS_ANSWER_H

#include "attest/verify.h"

typedef enum { ANSWER_ROOT_CRL, ANSWER_PCK_CRL, ANSWER_TCB_INFO, ANSWER_QE_IDENTITY } AnswerKind;

typedef struct PccsAnswer {
    GBytes *body;
    char *chain; /* the issuer chain, PEM; NULL: the answer brings none */
} PccsAnswer;

void pccs_answer_clear(PccsAnswer *answer);

/* The base of a service; see pccs_new. NULL with an error that says what is expected. */
char *pccs_base(const char *url, GError **error);

/* The URL of an answer under that base. Free with g_free. */
char *pccs_answer_url(const char *base, AnswerKind kind, const CollateralNeed *need);

/* The headers that may hold the issuer chain of an answer, NULL-terminated. */
const char *const *pccs_answer_headers(AnswerKind kind);

/* True when the list named in the root that a quote brings may be fetched: whoever made the quote
 * chose that address, so only Intel's own servers and the PCCS's own host are taken. */
bool pccs_may_follow(const char *base, const char *root_crl_url);

/* nextUpdate of an answer, Unix seconds; 0 when it cannot be read. Nothing is verified. */
int64_t pccs_answer_next_update(AnswerKind kind, const PccsAnswer *answer);

/* The cache: one file an answer, whole or not at all. A file that is missing, malformed, about
 * another URL or past its nextUpdate is no answer. */
char *pccs_cache_path(const char *directory, const char *url);
bool pccs_cache_read(const char *path, const char *url, AnswerKind kind, int64_t now,
                     PccsAnswer *out);
/* Failing to write costs time at the next run, and nothing else. */
void pccs_cache_write(const char *path, const char *url, AnswerKind kind, const PccsAnswer *answer,
                      int64_t now);

#endif
