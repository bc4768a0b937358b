/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The sanitizer: a table of what goes in and what must come out, and every byte and code point.
 */
#include "config.h"

#include "core/sanitize.h"

/* `in` with its size, since it may hold NUL. */
#define CASE(in, flags, out)           \
    {                                  \
        in, sizeof(in) - 1, flags, out \
    }

static const struct {
    const char *in;
    size_t size;
    SanitizeFlags flags;
    const char *out;
} cases[] = {
    CASE("", SANITIZE_LINE, ""),
    CASE("plain ASCII ~ \\ \"", SANITIZE_LINE, "plain ASCII ~ \\ \""),
    CASE("h\xc3\xa9 \xe2\x82\xac \xf0\x9f\x98\x80", SANITIZE_LINE,
         "h\xc3\xa9 \xe2\x82\xac \xf0\x9f\x98\x80"),
    CASE("e\xcc\x81", SANITIZE_LINE, "e\xcc\x81"), /* a combining accent is text */
    CASE("\x1b[31mred", SANITIZE_LINE, "\\x1b[31mred"),
    CASE("a\0b", SANITIZE_LINE, "a\\x00b"),
    CASE("a\tb\nc\rd", SANITIZE_LINE, "a\\x09b\\x0ac\\x0dd"),
    CASE("a\tb\nc\rd", SANITIZE_KEEP_NEWLINES, "a\\x09b\nc\\x0dd"),
    CASE("a\tb\nc\rd", SANITIZE_KEEP_TABS, "a\tb\\x0ac\\x0dd"),
    CASE("a\tb\n\x7f", SANITIZE_KEEP_TABS | SANITIZE_KEEP_NEWLINES, "a\tb\n\\x7f"),
    CASE("\x9b"
         "31m",
         SANITIZE_LINE, "\\x9b31m"), /* CSI, raw */
    CASE("\xc2\x9b"
         "31m",
         SANITIZE_LINE, "\\u009b31m"),          /* CSI, in UTF-8 */
    CASE("\xc2\x85", SANITIZE_LINE, "\\u0085"), /* next line */
    CASE("a\xc2\xa0"
         "b",
         SANITIZE_LINE,
         "a\xc2\xa0"
         "b"), /* no-break space is seen */
    CASE("so\xc2\xad"
         "ft",
         SANITIZE_LINE, "so\\u00adft"),             /* soft hyphen */
    CASE("\xd8\x9c", SANITIZE_LINE, "\\u061c"),     /* Arabic letter mark */
    CASE("\xe2\x80\x8b", SANITIZE_LINE, "\\u200b"), /* zero-width space */
    CASE("\xe2\x80\x8d", SANITIZE_LINE, "\\u200d"), /* zero-width joiner */
    CASE("\xe2\x80\xa8\xe2\x80\xa9", SANITIZE_LINE, "\\u2028\\u2029"),
    CASE("\xe2\x80\xaegpj.exe", SANITIZE_LINE, "\\u202egpj.exe"),
    CASE("\xe2\x81\xa6\xe2\x81\xa9", SANITIZE_LINE, "\\u2066\\u2069"),
    CASE("\xef\xb8\x8f", SANITIZE_LINE, "\\ufe0f"),      /* variation selector */
    CASE("\xef\xbb\xbfx", SANITIZE_LINE, "\\ufeffx"),    /* byte order mark */
    CASE("\xef\xbf\xbe", SANITIZE_LINE, "\\ufffe"),      /* noncharacter */
    CASE("\xef\xbf\xbd", SANITIZE_LINE, "\xef\xbf\xbd"), /* U+FFFD is seen */
    CASE("\xf3\xa0\x80\x81\xf3\xa0\x81\x81", SANITIZE_LINE, "\\U000e0001\\U000e0041"), /* tags */
    CASE("\xf4\x8f\xbf\xbf", SANITIZE_LINE, "\\U0010ffff"),
    CASE("\xc3", SANITIZE_LINE, "\\xc3"), /* cut off */
    CASE("\xe2\x82", SANITIZE_LINE, "\\xe2\\x82"),
    CASE("\xc0\xaf", SANITIZE_LINE, "\\xc0\\xaf"), /* overlong */
    CASE("\xe0\x80\xaf", SANITIZE_LINE, "\\xe0\\x80\\xaf"),
    CASE("\xed\xa0\x80", SANITIZE_LINE, "\\xed\\xa0\\x80"),          /* surrogate */
    CASE("\xf4\x90\x80\x80", SANITIZE_LINE, "\\xf4\\x90\\x80\\x80"), /* beyond Unicode */
    CASE("\xff\xfe", SANITIZE_LINE, "\\xff\\xfe"),
    CASE("\xc3\x28", SANITIZE_LINE, "\\xc3("),
    CASE("a\x80z\xc3\xa9", SANITIZE_LINE, "a\\x80z\xc3\xa9"),
};

static void test_table(void)
{
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *got = sanitize(span_of(cases[i].in, cases[i].size), cases[i].flags);
        g_assert_cmpstr(got, ==, cases[i].out);
    }
}

static void test_string(void)
{
    g_autofree char *none = sanitize_string(NULL);
    g_assert_cmpstr(none, ==, "");
    g_autofree char *line = sanitize_string("a\nb");
    g_assert_cmpstr(line, ==, "a\\x0ab");
    g_autofree char *empty = sanitize(span_of(NULL, 0), SANITIZE_LINE);
    g_assert_cmpstr(empty, ==, "");
}

/* What must never come out, by GLib's knowledge of Unicode instead of our table. */
static bool harmful(gunichar c)
{
    GUnicodeType type = g_unichar_type(c);
    return type == G_UNICODE_CONTROL || type == G_UNICODE_SURROGATE ||
           type == G_UNICODE_LINE_SEPARATOR || type == G_UNICODE_PARAGRAPH_SEPARATOR;
}

/* Format characters that are drawn (a sign over or under digits), and so stay. */
static bool visible_format(gunichar c)
{
    return (c >= 0x600 && c <= 0x605) || c == 0x6dd || c == 0x70f || c == 0x890 || c == 0x891 ||
           c == 0x8e2 || c == 0x110bd || c == 0x110cd || (c >= 0x13430 && c <= 0x1345f);
}

/* Letters by their category that are drawn as nothing. */
static bool blank_letter(gunichar c)
{
    return c == 0x115f || c == 0x1160 || c == 0x3164 || c == 0xffa0;
}

static void test_every_code_point(void)
{
    for (gunichar c = 0; c <= 0x10ffff; c++) {
        char in[8];
        if (c >= 0xd800 && c <= 0xdfff)
            continue;
        int size = g_unichar_to_utf8(c, in);
        g_autofree char *out = sanitize(span_of(in, (size_t)size), SANITIZE_LINE);
        bool kept = strlen(out) == (size_t)size && memcmp(out, in, (size_t)size) == 0;
        bool must_go = harmful(c) || (g_unichar_type(c) == G_UNICODE_FORMAT && !visible_format(c));
        if (must_go && kept)
            g_error("U+%04X comes out as it is", c);
        if (!kept)
            g_assert_true(g_str_is_ascii(out));
        if (g_unichar_isalnum(c) && !blank_letter(c) && !kept)
            g_error("U+%04X is escaped", c);
    }
}

/* Any two bytes in any context give valid UTF-8 without controls. */
static void test_every_pair(void)
{
    for (unsigned pair = 0; pair < 0x10000; pair++) {
        const uint8_t in[] = {'x', (uint8_t)(pair >> 8), (uint8_t)pair, 'y'};
        g_autofree char *out = sanitize(span_of(in, sizeof in), SANITIZE_LINE);
        g_assert_true(g_utf8_validate(out, -1, NULL));
        for (const char *at = out; *at != '\0'; at = g_utf8_next_char(at))
            g_assert_false(harmful(g_utf8_get_char(at)));
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/sanitize/table", test_table);
    g_test_add_func("/sanitize/string", test_string);
    g_test_add_func("/sanitize/every-code-point", test_every_code_point);
    g_test_add_func("/sanitize/every-pair", test_every_pair);
    return g_test_run();
}
