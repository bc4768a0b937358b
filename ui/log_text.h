/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * LogText: the lines of a ring that pass its filter, as they are now, for a job to write somewhere
 * while the ring goes on: nothing is copied but what passes.
 */
#ifndef MSE_UI_LOG_TEXT_H
#define MSE_UI_LOG_TEXT_H

#include "core/cancel.h"
#include "ui/log_ring.h"

typedef struct LogText LogText;

/* `names`: before the lines of each origin, NULL-terminated; NULL: none. `timestamps`: too. */
LogText *log_text_new(const LogRing *ring, const char *const *names, bool timestamps);
void log_text_free(LogText *text);

typedef bool (*LogTextPut)(const char *bytes, size_t size, void *data);

/* All of it, in chunks of whole lines: as it came, or `safe` for a terminal. False when `put` gave
 * up or it was cancelled. Any thread. */
bool log_text_write(const LogText *text, bool safe, LogTextPut put, void *data, Cancel *cancel);

#endif
