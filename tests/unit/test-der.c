/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "format/der.h"

#include <glib.h>

/* A literal's bytes: NULs inside, none added. */
#define BYTES(literal) span_of((literal), sizeof(literal) - 1)

typedef struct Item {
    const char *name;
    Span bytes;
    bool valid;
} Item;

static Span zeros(size_t size)
{
    static const uint8_t zero[70000];
    g_assert_cmpuint(size, <=, sizeof zero);
    return span_of(zero, size);
}

static void check_item(const char *name, Span bytes, bool valid)
{
    Reader reader = reader_on(bytes);
    DerItem item = {.tag = 0xaa};
    g_test_message("%s", name);
    g_assert_cmpint(der_next(&reader, &item), ==, valid);
    if (!valid) {
        g_assert_true(reader.at == bytes.data);
        g_assert_cmpuint(item.tag, ==, 0xaa);
        return;
    }
    g_assert_true(der_at_end(&reader));
    g_assert_true(span_equal(item.whole, bytes));
    g_assert_cmpuint(item.tag, ==, bytes.data[0]);
    g_assert_true(item.content.data + item.content.size == bytes.data + bytes.size);
}

static void test_items(void)
{
    const Item items[] = {
        {"null", BYTES("\x05\x00"), true},
        {"integer", BYTES("\x02\x01\x05"), true},
        {"empty sequence", BYTES("\x30\x00"), true},
        {"context primitive", BYTES("\x80\x01\x00"), true},
        {"context constructed", BYTES("\xa0\x00"), true},
        {"nothing", BYTES(""), false},
        {"tag alone", BYTES("\x02"), false},
        {"content missing", BYTES("\x02\x01"), false},
        {"content short", BYTES("\x04\x03\x01\x02"), false},
        {"indefinite length", BYTES("\x30\x80\x00\x00"), false},
        {"long form of a short length", BYTES("\x04\x81\x01\x00"), false},
        {"length with a leading zero", BYTES("\x04\x82\x00\x80"), false},
        {"length octets missing", BYTES("\x04\x82\x01"), false},
        {"length of five octets", BYTES("\x04\x85\x01\x00\x00\x00\x00"), false},
        {"length 0xff", BYTES("\x04\xff\x01"), false},
        {"length past the end of memory", BYTES("\x04\x84\xff\xff\xff\xff"), false},
        {"long tag", BYTES("\x1f\x20\x00"), false},
        {"end of contents", BYTES("\x00\x00"), false},
        {"primitive sequence", BYTES("\x10\x00"), false},
        {"constructed octet string", BYTES("\x24\x00"), false},
        {"constructed integer", BYTES("\x22\x03\x02\x01\x01"), false},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(items); i++)
        check_item(items[i].name, items[i].bytes, items[i].valid);
}

/* The length at which each form begins and ends. */
static void test_lengths(void)
{
    static const struct {
        const char *head;
        size_t head_size, length;
    } cases[] = {
        {"\x04\x7f", 2, 0x7f},          {"\x04\x81\x80", 3, 0x80},
        {"\x04\x81\xff", 3, 0xff},      {"\x04\x82\x01\x00", 4, 0x100},
        {"\x04\x82\xff\xff", 4, 65535}, {"\x04\x83\x01\x00\x00", 5, 65536},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(GByteArray) bytes = g_byte_array_new();
        g_byte_array_append(bytes, (const guint8 *)cases[i].head, (guint)cases[i].head_size);
        g_byte_array_append(bytes, zeros(cases[i].length).data, (guint)cases[i].length);
        check_item("length", span_of(bytes->data, bytes->len), true);
        check_item("one byte less", span_of(bytes->data, bytes->len - 1), false);
    }
}

static void test_expect(void)
{
    Reader reader = reader_on(BYTES("\x02\x01\x07\x05\x00"));
    DerItem item;
    bool present = true;
    g_assert_false(der_expect(&reader, DER_OCTET_STRING, &item));
    g_assert_true(der_optional(&reader, DER_BOOLEAN, &item, &present));
    g_assert_false(present);
    g_assert_cmpuint(reader_offset(&reader), ==, 0);
    g_assert_true(der_optional(&reader, DER_INTEGER, &item, &present));
    g_assert_true(present);
    g_assert_true(der_expect(&reader, DER_NULL, &item));
    g_assert_true(der_at_end(&reader));
    g_assert_false(der_expect(&reader, DER_NULL, &item));
    g_assert_true(der_optional(&reader, DER_NULL, &item, &present));
    g_assert_false(present);

    Reader broken = reader_on(BYTES("\x02\x05\x07"));
    g_assert_false(der_optional(&broken, DER_INTEGER, &item, &present));
}

static void test_boolean(void)
{
    bool value = false;
    g_assert_true(der_boolean(BYTES("\xff"), &value) && value);
    g_assert_true(der_boolean(BYTES("\x00"), &value) && !value);
    g_assert_false(der_boolean(BYTES("\x01"), &value));
    g_assert_false(der_boolean(BYTES(""), &value));
    g_assert_false(der_boolean(BYTES("\xff\xff"), &value));
}

static void test_integers(void)
{
    const struct {
        Span content;
        bool valid, fits;
        uint64_t value;
    } cases[] = {
        {BYTES("\x00"), true, true, 0},
        {BYTES("\x7f"), true, true, 127},
        {BYTES("\x00\x80"), true, true, 128},
        {BYTES("\x01\x00"), true, true, 256},
        {BYTES("\x00\xff\xff\xff\xff\xff\xff\xff\xff"), true, true, UINT64_MAX},
        {BYTES("\x01\x00\x00\x00\x00\x00\x00\x00\x00"), true, false, 0},
        {BYTES(""), false, false, 0},
        {BYTES("\x80"), false, false, 0},
        {BYTES("\xff\x7f"), false, false, 0},
        {BYTES("\x00\x00"), false, false, 0},
        {BYTES("\x00\x7f"), false, false, 0},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        uint64_t value = 0;
        Span magnitude = {0};
        g_assert_cmpint(der_magnitude(cases[i].content, &magnitude), ==, cases[i].valid);
        g_assert_cmpint(der_unsigned(cases[i].content, &value), ==, cases[i].fits);
        g_assert_cmpuint(value, ==, cases[i].value);
        if (cases[i].valid && magnitude.size > 1)
            g_assert_cmpuint(magnitude.data[0], !=, 0);
    }
}

static void test_oids(void)
{
    const struct {
        Span content;
        const char *text;
    } cases[] = {
        {BYTES("\x2a\x86\x48\x86\xf8\x4d\x01\x0d\x01"), "1.2.840.113741.1.13.1"},
        {BYTES("\x55\x1d\x13"), "2.5.29.19"},
        {BYTES("\x00"), "0.0"},
        {BYTES("\x27"), "0.39"},
        {BYTES("\x28"), "1.0"},
        {BYTES("\x4f"), "1.39"},
        {BYTES("\x50"), "2.0"},
        {BYTES("\x88\x37"), "2.999"},
        {BYTES("\x2a\x81\xff\xff\xff\xff\xff\xff\xff\xff\x7f"), "1.2.18446744073709551615"},
        {BYTES(""), NULL},
        {BYTES("\x80\x01"), NULL},
        {BYTES("\x2a\x80\x01"), NULL},
        {BYTES("\x2a\x86"), NULL},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *text = der_oid_text(cases[i].content);
        g_assert_cmpint(der_oid_valid(cases[i].content), ==, cases[i].text != NULL);
        g_assert_cmpstr(text, ==, cases[i].text);
    }
    g_assert_null(der_oid_text(BYTES("\x2a\x82\x80\x80\x80\x80\x80\x80\x80\x80\x00")));
    g_assert_true(der_oid_is(BYTES("\x55\x1d\x13"), "\x55\x1d\x13"));
    g_assert_false(der_oid_is(BYTES("\x55\x1d\x13"), "\x55\x1d"));
}

static void test_bits(void)
{
    Span octets;
    g_assert_true(der_bit_octets(BYTES("\x00\xab\xcd"), &octets));
    g_assert_true(span_equal(octets, BYTES("\xab\xcd")));
    g_assert_true(der_bit_octets(BYTES("\x00"), &octets));
    g_assert_cmpuint(octets.size, ==, 0);
    g_assert_false(der_bit_octets(BYTES("\x01\xfe"), &octets));
    g_assert_false(der_bit_octets(BYTES(""), &octets));
}

static void test_contents(void)
{
    const struct {
        uint8_t tag;
        Span content;
        bool valid;
    } cases[] = {
        {DER_BOOLEAN, BYTES("\xff"), true},
        {DER_BOOLEAN, BYTES("\x02"), false},
        {DER_INTEGER, BYTES("\x80"), true},
        {DER_INTEGER, BYTES("\xff\x7f"), true},
        {DER_INTEGER, BYTES("\xff\x80"), false},
        {DER_INTEGER, BYTES(""), false},
        {DER_ENUMERATED, BYTES("\x00\x01"), false},
        {DER_BIT_STRING, BYTES("\x00"), true},
        {DER_BIT_STRING, BYTES("\x01"), false},
        {DER_BIT_STRING, BYTES("\x03\xf8"), true},
        {DER_BIT_STRING, BYTES("\x03\xfc"), false},
        {DER_BIT_STRING, BYTES("\x08\x00"), false},
        {DER_NULL, BYTES(""), true},
        {DER_NULL, BYTES("\x00"), false},
        {DER_OID, BYTES("\x2a\x03"), true},
        {DER_OID, BYTES("\x2a\x83"), false},
        {DER_UTF8_STRING, BYTES("caf\xc3\xa9"), true},
        {DER_UTF8_STRING, BYTES("caf\xc3"), false},
        {DER_UTF8_STRING, BYTES(""), true},
        {DER_BMP_STRING, BYTES("\x20\xac"), true},
        {DER_BMP_STRING, BYTES("\x20"), false},
        {DER_BMP_STRING, BYTES("\xd8\x00"), false},
        {DER_UNIVERSAL_STRING, BYTES("\x00\x01\xf6\x00"), true},
        {DER_UNIVERSAL_STRING, BYTES("\x00\x11\x00\x00"), false},
        {DER_UNIVERSAL_STRING, BYTES("\x00\x00\x41"), false},
        {DER_CONTEXT(1), BYTES("\xff"), true},
        {DER_SEQUENCE, BYTES("\xff"), true},
        {DER_EXTERNAL, BYTES("\x05\x00"), false},
        {DER_EMBEDDED_PDV, BYTES("\x05\x00"), false},
        {DER_CHARACTER_STRING, BYTES("\x05\x00"), false},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        const DerItem item = {.tag = cases[i].tag, .content = cases[i].content};
        g_test_message("%zu", i);
        g_assert_cmpint(der_content_valid(&item), ==, cases[i].valid);
    }
}

static void test_times(void)
{
    const DerItem utc = {.tag = DER_UTC_TIME, .content = BYTES("230601000000Z")};
    const DerItem general = {.tag = DER_GENERALIZED_TIME, .content = BYTES("20230601000000Z")};
    const DerItem crossed = {.tag = DER_UTC_TIME, .content = BYTES("20230601000000Z")};
    const DerItem other = {.tag = DER_UTF8_STRING, .content = BYTES("20230601000000Z")};
    int64_t seconds = 0;
    g_assert_true(der_time(&utc, &seconds));
    g_assert_cmpint(seconds, ==, 1685577600);
    seconds = 0;
    g_assert_true(der_time(&general, &seconds));
    g_assert_cmpint(seconds, ==, 1685577600);
    g_assert_false(der_time(&crossed, &seconds));
    g_assert_false(der_time(&other, &seconds));
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/der/items", test_items);
    g_test_add_func("/der/lengths", test_lengths);
    g_test_add_func("/der/expect", test_expect);
    g_test_add_func("/der/boolean", test_boolean);
    g_test_add_func("/der/integers", test_integers);
    g_test_add_func("/der/oids", test_oids);
    g_test_add_func("/der/bits", test_bits);
    g_test_add_func("/der/contents", test_contents);
    g_test_add_func("/der/times", test_times);
    return g_test_run();
}
