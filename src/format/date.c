/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "format/date.h"

#include <glib.h>

enum { SECONDS_PER_DAY = 86400 };

#define LATEST INT64_C(253402300799) /* 9999-12-31T23:59:59Z */

typedef struct Civil {
    int year, month, day, hour, minute, second;
} Civil;

static bool is_leap(int year)
{
    return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
}

int date_days_in_month(int year, int month)
{
    static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    if (month < 1 || month > 12)
        return 0;
    return days[month - 1] + (month == 2 && is_leap(year));
}

/* No second 60: neither certificates nor collateral have one, and Unix time cannot say it. */
static bool civil_valid(const Civil *at)
{
    return at->day >= 1 && at->day <= date_days_in_month(at->year, at->month) && at->hour <= 23 &&
           at->minute <= 59 && at->second <= 59;
}

/* Days since 1970-01-01 in the proleptic Gregorian calendar, years counted from March so that the
 * leap day comes last. */
static int64_t days_from_civil(int64_t year, int month, int day)
{
    year -= month <= 2;
    int64_t era = (year >= 0 ? year : year - 399) / 400;
    int64_t year_of_era = year - era * 400;
    int64_t day_of_year = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1;
    return era * 146097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year -
           719468;
}

static int64_t civil_seconds(const Civil *at)
{
    return days_from_civil(at->year, at->month, at->day) * SECONDS_PER_DAY + at->hour * 3600 +
           at->minute * 60 + at->second;
}

/* Takes exactly `count` digits. */
static bool take_number(Reader *reader, size_t count, int *out)
{
    Span digits;
    if (!reader_take(reader, count, &digits))
        return false;
    int value = 0;
    for (size_t i = 0; i < count; i++) {
        if (digits.data[i] < '0' || digits.data[i] > '9')
            return false;
        value = value * 10 + (digits.data[i] - '0');
    }
    *out = value;
    return true;
}

static bool take_mark(Reader *reader, char mark)
{
    uint8_t taken;
    return reader_u8(reader, &taken) && taken == (uint8_t)mark;
}

static bool take_date(Reader *reader, Civil *at)
{
    return take_number(reader, 4, &at->year) && take_mark(reader, '-') &&
           take_number(reader, 2, &at->month) && take_mark(reader, '-') &&
           take_number(reader, 2, &at->day);
}

static bool take_time(Reader *reader, Civil *at)
{
    return take_number(reader, 2, &at->hour) && take_mark(reader, ':') &&
           take_number(reader, 2, &at->minute) && take_mark(reader, ':') &&
           take_number(reader, 2, &at->second);
}

/* "Z", "+hh:mm" or "-hh:mm", in seconds east of Greenwich. */
static bool take_offset(Reader *reader, int *out)
{
    uint8_t sign;
    int hours, minutes;
    *out = 0;
    if (!reader_u8(reader, &sign))
        return false;
    if (sign == 'Z')
        return true;
    if ((sign != '+' && sign != '-') || !take_number(reader, 2, &hours) ||
        !take_mark(reader, ':') || !take_number(reader, 2, &minutes) || hours > 23 || minutes > 59)
        return false;
    *out = (hours * 3600 + minutes * 60) * (sign == '-' ? -1 : 1);
    return true;
}

bool date_parse_rfc3339(Span text, int64_t *out)
{
    Reader reader = reader_on(text);
    Civil at;
    int offset;
    if (!take_date(&reader, &at) || !take_mark(&reader, 'T') || !take_time(&reader, &at) ||
        !take_offset(&reader, &offset) || reader_left(&reader) > 0 || at.year < 1970 ||
        !civil_valid(&at))
        return false;
    int64_t seconds = civil_seconds(&at) - offset;
    if (seconds < 0 || seconds > LATEST)
        return false;
    *out = seconds;
    return true;
}

/* MMDDHHMMSSZ and the end, after the year. */
static bool finish_asn1_time(Reader *reader, Civil *at, int64_t *out)
{
    if (!take_number(reader, 2, &at->month) || !take_number(reader, 2, &at->day) ||
        !take_number(reader, 2, &at->hour) || !take_number(reader, 2, &at->minute) ||
        !take_number(reader, 2, &at->second) || !take_mark(reader, 'Z') ||
        reader_left(reader) > 0 || !civil_valid(at))
        return false;
    *out = civil_seconds(at);
    return true;
}

bool date_parse_utc_time(Span text, int64_t *out)
{
    Reader reader = reader_on(text);
    Civil at;
    if (!take_number(&reader, 2, &at.year))
        return false;
    at.year += at.year >= 50 ? 1900 : 2000;
    return finish_asn1_time(&reader, &at, out);
}

bool date_parse_generalized_time(Span text, int64_t *out)
{
    Reader reader = reader_on(text);
    Civil at;
    return take_number(&reader, 4, &at.year) && finish_asn1_time(&reader, &at, out);
}

char *date_format(int64_t seconds)
{
    int64_t days = seconds / SECONDS_PER_DAY, second = seconds % SECONDS_PER_DAY;
    if (second < 0) {
        second += SECONDS_PER_DAY;
        days -= 1;
    }
    days += 719468;
    int64_t era = (days >= 0 ? days : days - 146096) / 146097;
    int64_t day_of_era = days - era * 146097;
    int64_t year_of_era =
        (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
    int64_t day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    int from_march = (int)((5 * day_of_year + 2) / 153);
    int day = (int)(day_of_year - (153 * from_march + 2) / 5) + 1;
    int month = from_march < 10 ? from_march + 3 : from_march - 9;
    int64_t year = year_of_era + era * 400 + (month <= 2);
    return g_strdup_printf("%04" G_GINT64_FORMAT "-%02d-%02dT%02d:%02d:%02dZ", year, month, day,
                           (int)(second / 3600), (int)(second / 60 % 60), (int)(second % 60));
}

static bool parse_unix_seconds(Span text, int64_t *out)
{
    int64_t value = 0;
    if (text.size == 0)
        return false;
    for (size_t i = 0; i < text.size; i++) {
        if (text.data[i] < '0' || text.data[i] > '9')
            return false;
        value = value * 10 + (text.data[i] - '0');
        if (value > LATEST)
            return false;
    }
    *out = value;
    return true;
}

static bool parse_day(Span text, int64_t *out)
{
    Reader reader = reader_on(text);
    Civil at = {0};
    if (!take_date(&reader, &at) || reader_left(&reader) > 0 || at.year < 1970 || !civil_valid(&at))
        return false;
    *out = civil_seconds(&at);
    return true;
}

bool date_parse_user(const char *text, int64_t *out)
{
    Span span = span_of(text, strlen(text));
    return date_parse_rfc3339(span, out) || parse_day(span, out) || parse_unix_seconds(span, out);
}
