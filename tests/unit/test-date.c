/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "format/date.h"

#include <glib.h>

typedef bool (*Parse)(Span text, int64_t *out);

typedef struct Case {
    const char *text;
    int64_t seconds; /* REFUSED: must not be read */
} Case;

#define REFUSED INT64_MIN

static Span span_text(const char *text)
{
    return span_of(text, strlen(text));
}

static void check_cases(Parse parse, const Case *cases, size_t n_cases)
{
    for (size_t i = 0; i < n_cases; i++) {
        int64_t seconds = 77;
        bool read = parse(span_text(cases[i].text), &seconds);
        g_test_message("%s", cases[i].text);
        g_assert_cmpint(read, ==, cases[i].seconds != REFUSED);
        g_assert_cmpint(seconds, ==, read ? cases[i].seconds : 77);
    }
}

static void test_rfc3339(void)
{
    static const Case cases[] = {
        {"1970-01-01T00:00:00Z", 0},
        {"2023-06-01T00:00:00Z", 1685577600},
        {"2023-06-01T02:30:00+02:30", 1685577600},
        {"2023-05-31T18:00:00-06:00", 1685577600},
        {"2023-06-01T00:00:00-00:00", 1685577600},
        {"2024-02-29T23:59:59Z", 1709251199},
        {"2000-02-29T00:00:00Z", 951782400},
        {"2038-01-19T03:14:08Z", INT64_C(2147483648)},
        {"9999-12-31T23:59:59Z", INT64_C(253402300799)},
        {"9999-12-31T23:59:59-00:01", REFUSED},
        {"1970-01-01T00:00:00+00:01", REFUSED},
        {"1969-12-31T23:59:59Z", REFUSED},
        {"2023-02-29T00:00:00Z", REFUSED},
        {"2100-02-29T00:00:00Z", REFUSED},
        {"2023-04-31T00:00:00Z", REFUSED},
        {"2023-00-01T00:00:00Z", REFUSED},
        {"2023-13-01T00:00:00Z", REFUSED},
        {"2023-01-00T00:00:00Z", REFUSED},
        {"2023-06-01T24:00:00Z", REFUSED},
        {"2023-06-01T00:60:00Z", REFUSED},
        {"2016-12-31T23:59:60Z", REFUSED},
        {"2023-06-01T00:00:00.0Z", REFUSED},
        {"2023-06-01t00:00:00Z", REFUSED},
        {"2023-06-01T00:00:00z", REFUSED},
        {"2023-06-01 00:00:00Z", REFUSED},
        {"2023-06-01T00:00:00", REFUSED},
        {"2023-06-01T00:00:00+24:00", REFUSED},
        {"2023-06-01T00:00:00+01:60", REFUSED},
        {"2023-06-01T00:00:00+0100", REFUSED},
        {"2023-06-01T00:00:00ZZ", REFUSED},
        {"2023-06-01T00:00:00Z ", REFUSED},
        {" 2023-06-01T00:00:00Z", REFUSED},
        {"2023-6-01T00:00:00Z", REFUSED},
        {"+023-06-01T00:00:00Z", REFUSED},
        {"2023-06-01", REFUSED},
        {"", REFUSED},
    };
    check_cases(date_parse_rfc3339, cases, G_N_ELEMENTS(cases));
}

static void test_utc_time(void)
{
    static const Case cases[] = {
        {"230601000000Z", 1685577600},
        {"491231235959Z", INT64_C(2524607999)},
        {"500101000000Z", INT64_C(-631152000)},
        {"700101000000Z", 0},
        {"230229000000Z", REFUSED},
        {"2306010000Z", REFUSED},
        {"230601000000", REFUSED},
        {"230601000000+0000", REFUSED},
        {"230601000060Z", REFUSED},
        {"230601240000Z", REFUSED},
        {"20230601000000Z", REFUSED},
        {"23060100000 Z", REFUSED},
    };
    check_cases(date_parse_utc_time, cases, G_N_ELEMENTS(cases));
}

static void test_generalized_time(void)
{
    static const Case cases[] = {
        {"20230601000000Z", 1685577600},
        {"99991231235959Z", INT64_C(253402300799)},
        {"20500101000000Z", INT64_C(2524608000)},
        {"20230601000000.5Z", REFUSED},
        {"20230601000000", REFUSED},
        {"2023060100Z", REFUSED},
        {"20230601000000+0000", REFUSED},
        {"20230631000000Z", REFUSED},
        {"230601000000Z", REFUSED},
    };
    check_cases(date_parse_generalized_time, cases, G_N_ELEMENTS(cases));
}

static bool parse_user(Span text, int64_t *out)
{
    g_autofree char *copy = g_strndup((const char *)text.data, text.size);
    return date_parse_user(copy, out);
}

static void test_user(void)
{
    static const Case cases[] = {
        {"2023-06-01", 1685577600},
        {"2023-06-01T00:00:00Z", 1685577600},
        {"1685577600", 1685577600},
        {"0", 0},
        {"253402300799", INT64_C(253402300799)},
        {"253402300800", REFUSED},
        {"99999999999999999999999999", REFUSED},
        {"-1", REFUSED},
        {"+1", REFUSED},
        {"1685577600 ", REFUSED},
        {"2023-02-29", REFUSED},
        {"1969-12-31", REFUSED},
        {"yesterday", REFUSED},
        {"", REFUSED},
    };
    check_cases(parse_user, cases, G_N_ELEMENTS(cases));
}

static void test_format(void)
{
    static const Case cases[] = {
        {"1970-01-01T00:00:00Z", 0},          {"2023-06-01T00:00:00Z", 1685577600},
        {"2024-02-29T23:59:59Z", 1709251199}, {"1969-12-31T23:59:59Z", -1},
        {"1950-01-01T00:00:00Z", -631152000}, {"9999-12-31T23:59:59Z", INT64_C(253402300799)},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *text = date_format(cases[i].seconds);
        g_assert_cmpstr(text, ==, cases[i].text);
    }
    /* No time is too far: only that it ends, under the sanitizers. */
    g_autofree char *first = date_format(INT64_MIN);
    g_autofree char *last = date_format(INT64_MAX);
    g_assert_cmpstr(last, ==, "292277026596-12-04T15:30:07Z");
    g_assert_cmpint(first[0], ==, '-');
}

/* Every day of four centuries there and back, against GLib's calendar. */
static void test_every_day(void)
{
    GDate day;
    g_date_clear(&day, 1);
    g_date_set_dmy(&day, 1, G_DATE_JANUARY, 1970);
    for (int64_t seconds = 0; seconds < INT64_C(86400) * 146097; seconds += 86400) {
        g_autofree char *text = date_format(seconds);
        g_autofree char *expected =
            g_strdup_printf("%04d-%02d-%02dT00:00:00Z", g_date_get_year(&day),
                            g_date_get_month(&day), g_date_get_day(&day));
        int64_t again = -1;
        g_assert_cmpstr(text, ==, expected);
        g_assert_true(date_parse_rfc3339(span_text(text), &again));
        g_assert_cmpint(again, ==, seconds);
        g_date_add_days(&day, 1);
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/date/rfc3339", test_rfc3339);
    g_test_add_func("/date/utc-time", test_utc_time);
    g_test_add_func("/date/generalized-time", test_generalized_time);
    g_test_add_func("/date/user", test_user);
    g_test_add_func("/date/format", test_format);
    g_test_add_func("/date/every-day", test_every_day);
    return g_test_run();
}
