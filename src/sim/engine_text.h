/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Text as an engine writes it: JSON strings, times, durations. Everything appends.
 */
#ifndef MSE_SIM_ENGINE_TEXT_H
#define MSE_SIM_ENGINE_TEXT_H

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

/* A JSON string with its quotes. `text` is UTF-8. */
void put_json(GString *out, const char *text);
/* "key": */
void put_key(GString *out, const char *key);
void put_number(GString *out, uint64_t number);

/* RFC 3339 with what there is of nanoseconds, as JSON has them ("2026-11-21T03:49:00.39Z"), or with
 * all nine digits, as logs do. 0 is an engine's "never". */
void put_time(GString *out, int64_t time);
void put_time_fixed(GString *out, int64_t time);

/* "4 hours", as an engine tells ages. `duration` in nanoseconds. */
void put_duration(GString *out, int64_t duration);

/* Reads "123", "123.456789012" or RFC 3339 in UTC: nanoseconds. */
bool read_time(const char *text, int64_t *out);

/* splitmix64: the next number, and the state that follows. */
uint64_t next_random(uint64_t *state);
/* 2 × n hex digits. */
void put_random_hex(GString *out, uint64_t *state, unsigned n);

#endif
