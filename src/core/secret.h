/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Secret: bytes in locked, guarded memory, wiped when freed. Never logged, shown or put in argv.
 */
#ifndef MSE_CORE_SECRET_H
#define MSE_CORE_SECRET_H

#include "core/cancel.h"
#include "core/limits.h"
#include "core/reader.h"

typedef struct Secret Secret;

/* Prepares libsodium and turns core dumps off. Call once, first thing in main. */
void secret_init(void);

/* `size` zero bytes. Ends the program when locked memory cannot be had (RLIMIT_MEMLOCK). */
Secret *secret_new(size_t size);
/* The same of random bytes: keys, nonces. */
Secret *secret_new_random(size_t size);
/* One more who has it: it is wiped when all of them freed it. Thread-safe. */
Secret *secret_ref(Secret *secret);
void secret_free(Secret *secret);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Secret, secret_free)

uint8_t *secret_data(Secret *secret);
size_t secret_size(const Secret *secret);
Span secret_span(const Secret *secret);

/* Reads a whole file straight into locked memory; limit and errors as file_read. */
Secret *secret_read_file(const char *path, LimitId limit, Cancel *cancel, GError **error);

#endif
