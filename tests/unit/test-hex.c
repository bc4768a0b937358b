/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Hexadecimal, base64, sizes, and the limits table.
 */
#include "config.h"

#include "core/hex.h"
#include "core/limits.h"
#include "core/units.h"

#include "tests/unit/bytes.h"

static Span text_span(const char *text)
{
    return span_of(text, strlen(text));
}

static void test_hex_encode(void)
{
    static const uint8_t bytes[] = {0x00, 0x0f, 0xa5, 0xff};
    g_autofree char *text = hex_encode(span_of(bytes, sizeof bytes));
    g_assert_cmpstr(text, ==, "000fa5ff");
    g_autofree char *empty = hex_encode(span_of(NULL, 0));
    g_assert_cmpstr(empty, ==, "");
}

static void test_hex_decode(void)
{
    static const uint8_t expected[] = {0x00, 0xab, 0xcd, 0xef, 0x19};
    g_autoptr(GBytes) got = hex_decode(text_span("00abCDeF19"));
    assert_bytes(got, expected, sizeof expected);
    g_autoptr(GBytes) empty = hex_decode(text_span(""));
    g_assert_nonnull(empty);
    g_assert_cmpuint(g_bytes_get_size(empty), ==, 0);
    static const char *const wrong[] = {"0", "0g", "g0", " 00", "0x00", "00\n", "0:", "/0", "@0"};
    for (size_t i = 0; i < G_N_ELEMENTS(wrong); i++)
        g_assert_null(hex_decode(text_span(wrong[i])));
}

static void test_hex_decode_exact(void)
{
    uint8_t out[2];
    g_assert_true(hex_decode_exact(text_span("1234"), out, 2));
    g_assert_cmpuint(out[0], ==, 0x12);
    g_assert_cmpuint(out[1], ==, 0x34);
    g_assert_false(hex_decode_exact(text_span("123"), out, 2));
    g_assert_false(hex_decode_exact(text_span("12345"), out, 2));
    g_assert_false(hex_decode_exact(text_span("123456"), out, 2));
    g_assert_false(hex_decode_exact(text_span("12"), out, 2));
    g_assert_true(hex_decode_exact(text_span(""), out, 0));
}

static void test_base64_decode(void)
{
    static const struct {
        const char *text;
        const char *bytes; /* NULL: refused */
    } cases[] = {
        {"", ""},
        {"Zg==", "f"},
        {"Zm8=", "fo"},
        {"Zm9v", "foo"},
        {"Zm9vYmFy", "foobar"},
        {" Zm9v\r\n\tYmFy \n", "foobar"},
        {"+/+/", "\xfb\xff\xbf"},
        {"Zg", NULL},
        {"Zg=", NULL},
        {"Zg===", NULL},
        {"Zh==", NULL},     /* bits under the padding */
        {"Zm9=", NULL},     /* likewise */
        {"Zg==Zg==", NULL}, /* padding in the middle */
        {"Zm 9v", NULL},    /* space within a group */
        {"Zm9v-", NULL},
        {"Zm9_", NULL},
        {"=m9v", NULL},
        {"Z===", NULL},
        {"====", NULL},
        {"Zm=v", NULL},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(GBytes) got = base64_decode_strict(text_span(cases[i].text));
        if (cases[i].bytes == NULL) {
            g_assert_null(got);
            continue;
        }
        g_assert_nonnull(got);
        assert_bytes(got, cases[i].bytes, strlen(cases[i].bytes));
    }
}

/* Our decoder against GLib's encoder, over all lengths up to 300. */
static void test_base64_round(void)
{
    uint8_t bytes[300];
    for (size_t i = 0; i < sizeof bytes; i++)
        bytes[i] = (uint8_t)(i * 167 + 13);
    for (size_t size = 0; size <= sizeof bytes; size++) {
        g_autofree char *text = g_base64_encode(bytes, size);
        g_autoptr(GBytes) got = base64_decode_strict(text_span(text));
        g_assert_nonnull(got);
        assert_bytes(got, bytes, size);
    }
}

static void test_units(void)
{
    static const struct {
        uint64_t bytes;
        const char *text;
    } cases[] = {
        {0, "0 bytes"},
        {1, "1 byte"},
        {1023, "1023 bytes"},
        {1024, "1 KiB"},
        {1536, "1.5 KiB"},
        {16 * 1024 * 1024, "16 MiB"},
        {UINT64_C(1) << 30, "1 GiB"},
        {UINT64_MAX, "16384.0 PiB"},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *text = units_size(cases[i].bytes);
        g_assert_cmpstr(text, ==, cases[i].text);
    }
}

static void test_limits(void)
{
    for (LimitId id = 0; id < N_LIMITS; id++) {
        const LimitRow *row = limit_row(id);
        g_assert_cmpuint(row->maximum, >, 0);
        g_assert_cmpstr(row->name, !=, "");
        g_assert_cmpstr(row->unit, !=, "");
        g_assert_cmpstr(row->why, !=, "");
    }
    g_assert_cmpuint(limit_bytes(LIMIT_QUOTE), ==, 1024 * 1024);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/hex/encode", test_hex_encode);
    g_test_add_func("/hex/decode", test_hex_decode);
    g_test_add_func("/hex/decode-exact", test_hex_decode_exact);
    g_test_add_func("/base64/decode", test_base64_decode);
    g_test_add_func("/base64/round", test_base64_round);
    g_test_add_func("/units/size", test_units);
    g_test_add_func("/limits/table", test_limits);
    return g_test_run();
}
