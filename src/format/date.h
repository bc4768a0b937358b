/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Dates of collateral and certificates. Unix seconds, UTC, everywhere above.
 */
#ifndef MSE_FORMAT_DATE_H
#define MSE_FORMAT_DATE_H

#include "core/reader.h"

/* RFC 3339 with whole seconds, "Z" or a numeric offset, capital "T" and "Z"; years 1970..9999 as
 * written and in UTC, the calendar checked. On failure `out` is untouched, here and below. */
bool date_parse_rfc3339(Span text, int64_t *out);

/* DER UTCTime (YYMMDDHHMMSSZ, 50..99 is 19xx) and GeneralizedTime (YYYYMMDDHHMMSSZ), RFC 5280
 * 4.1.2.5: exactly these forms. */
bool date_parse_utc_time(Span text, int64_t *out);
bool date_parse_generalized_time(Span text, int64_t *out);

/* "2023-06-01T00:00:00Z". Free with g_free. */
char *date_format(int64_t seconds);

/* Of the Gregorian calendar; 0 when there is no such month. */
int date_days_in_month(int year, int month);

/* What a person types: RFC 3339, "2023-06-01" (midnight UTC), or Unix seconds. */
bool date_parse_user(const char *text, int64_t *out);

#endif
