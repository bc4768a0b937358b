/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "format/pem.h"

#define BEGIN         "-----BEGIN A B-----\n"
#define END           "-----END A B-----\n"
#define TEXT(literal) span_of((literal), sizeof(literal) - 1)

typedef struct Case {
    const char *name;
    Span text;
    int blocks;   /* REFUSED, or how many */
    size_t where; /* when refused */
} Case;

enum { REFUSED = -1 };

static void check(const Case *c, PemMode mode)
{
    size_t where = SIZE_MAX;
    g_autoptr(GPtrArray) blocks = pem_decode(c->text, mode, 3, &where);
    g_test_message("%s", c->name);
    if (c->blocks == REFUSED) {
        g_assert_null(blocks);
        g_assert_cmpuint(where, ==, c->where);
        return;
    }
    g_assert_nonnull(blocks);
    g_assert_cmpint((int)blocks->len, ==, c->blocks);
    for (guint i = 0; i < blocks->len; i++) {
        const PemBlock *block = g_ptr_array_index(blocks, i);
        gsize size;
        const void *der = g_bytes_get_data(block->der, &size);
        g_assert_cmpstr(block->label, ==, "A B");
        g_assert_true(span_equal(span_of(der, size), TEXT("hello")));
        Span whole = span_of(c->text.data + block->offset, block->size);
        g_assert_true(memcmp(whole.data, BEGIN, strlen("-----BEGIN")) == 0);
        g_assert_true(memcmp(whole.data + whole.size - 8, "A B-----", 8) == 0);
    }
}

static void test_accepted(void)
{
    const Case cases[] = {
        {"one", TEXT(BEGIN "aGVsbG8=\n" END), 1, 0},
        {"no last line feed", TEXT(BEGIN "aGVsbG8=\n-----END A B-----"), 1, 0},
        {"two", TEXT(BEGIN "aGVsbG8=\n" END BEGIN "aGVsbG8=\n" END), 2, 0},
        {"white space between",
         TEXT("\n \t\r\n" BEGIN "aGVsbG8=\n" END "\n" BEGIN "aGVsbG8=\n" END " "), 2, 0},
        {"CRLF", TEXT("-----BEGIN A B-----\r\naGVsbG8=\r\n-----END A B-----\r\n"), 1, 0},
        {"cut anywhere", TEXT(BEGIN "a\nGVsb\nG\n8\n=\n" END), 1, 0},
        {"one NUL", TEXT(BEGIN "aGVsbG8=\n" END "\0"), 1, 0},
        {"one NUL, no line feed", TEXT(BEGIN "aGVsbG8=\n-----END A B-----\0"), 1, 0},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        check(&cases[i], PEM_NOTHING_BETWEEN);
        check(&cases[i], PEM_TEXT_BETWEEN);
    }
}

/* Wrong in either mode. */
static void test_refused(void)
{
    const Case cases[] = {
        {"nothing", TEXT(""), REFUSED, 0},
        {"white space alone", TEXT(" \n"), REFUSED, 2},
        {"no END", TEXT(BEGIN "aGVsbG8=\n"), REFUSED, 20},
        {"BEGIN alone", TEXT("-----BEGIN A B-----"), REFUSED, 19},
        {"END alone", TEXT(END), REFUSED, 0},
        {"another label at the end", TEXT(BEGIN "aGVsbG8=\n-----END A C-----\n"), REFUSED, 29},
        {"BEGIN in BEGIN", TEXT(BEGIN "aGVsbG8=\n" BEGIN "aGVsbG8=\n" END), REFUSED, 29},
        {"short dashes", TEXT("-----BEGIN A B----\naGVsbG8=\n" END), REFUSED, 0},
        {"END with a space after it", TEXT(BEGIN "aGVsbG8=\n-----END A B----- \n"), REFUSED, 29},
        {"no label", TEXT("-----BEGIN -----\naGVsbG8=\n-----END -----\n"), REFUSED, 0},
        {"two spaces in the label", TEXT("-----BEGIN A  B-----\naGVsbG8=\n-----END A  B-----\n"),
         REFUSED, 0},
        {"no data", TEXT(BEGIN END), REFUSED, 20},
        {"empty line in the data", TEXT(BEGIN "aGVs\n\nbG8=\n" END), REFUSED, 25},
        {"headers", TEXT(BEGIN "Proc-Type: 4,ENCRYPTED\n\naGVsbG8=\n" END), REFUSED, 24},
        {"a space in the data", TEXT(BEGIN "aGVs bG8=\n" END), REFUSED, 24},
        {"URL alphabet", TEXT(BEGIN "aGVs_G8=\n" END), REFUSED, 24},
        {"a bare CR", TEXT(BEGIN "aGVs\rbG8=\n" END), REFUSED, 24},
        {"a NUL in the data", TEXT(BEGIN "aGVs\0bG8=\n" END), REFUSED, 24},
        {"not padded", TEXT(BEGIN "aGVsbG8\n" END), REFUSED, 28},
        {"padded too much", TEXT(BEGIN "aGVsbG8==\n" END), REFUSED, 28},
        {"padding alone", TEXT(BEGIN "aGVs=\n" END), REFUSED, 24},
        {"three of padding", TEXT(BEGIN "aGVsb===\n" END), REFUSED, 25},
        {"bits that say nothing", TEXT(BEGIN "aGVsbG9=\n" END), REFUSED, 29},
        {"bits that say nothing, one byte", TEXT(BEGIN "aR==\n" END), REFUSED, 25},
        {"data after padding", TEXT(BEGIN "aGVsbG8=aGVs\n" END), REFUSED, 28},
        {"data after padding, next line", TEXT(BEGIN "aGVsbG8=\naGVs\n" END), REFUSED, 29},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        check(&cases[i], PEM_NOTHING_BETWEEN);
        check(&cases[i], PEM_TEXT_BETWEEN);
    }
}

static void test_text_between(void)
{
    const Case cases[] = {
        {"before", TEXT("Certificate:\n" BEGIN "aGVsbG8=\n" END), 1, 0},
        {"between", TEXT(BEGIN "aGVsbG8=\n" END "# next\n" BEGIN "aGVsbG8=\n" END), 2, 29 + 18},
        {"after", TEXT(BEGIN "aGVsbG8=\n" END "x"), 1, 29 + 18},
        {"two NULs", TEXT(BEGIN "aGVsbG8=\n" END "\0\0"), 1, 29 + 18},
        {"a NUL between", TEXT(BEGIN "aGVsbG8=\n" END "\0\n" BEGIN "aGVsbG8=\n" END), 2, 29 + 18},
        {"an indented BEGIN", TEXT(BEGIN "aGVsbG8=\n" END " " BEGIN "aGVsbG8=\n"), 1, 29 + 18},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        check(&cases[i], PEM_TEXT_BETWEEN);
        Case strict = cases[i];
        strict.blocks = REFUSED;
        check(&strict, PEM_NOTHING_BETWEEN);
    }
}

static void test_most(void)
{
    static const char text[] = BEGIN "aGVsbG8=\n" END BEGIN "aGVsbG8=\n" END;
    size_t where = 0;
    g_autoptr(GPtrArray) two = pem_decode(TEXT(text), PEM_NOTHING_BETWEEN, 2, NULL);
    g_assert_nonnull(two);
    g_assert_null(pem_decode(TEXT(text), PEM_NOTHING_BETWEEN, 1, &where));
    g_assert_cmpuint(where, ==, 47);
    g_assert_null(pem_decode(TEXT(text), PEM_NOTHING_BETWEEN, 0, NULL));
}

static GString *long_line(size_t columns)
{
    GString *text = g_string_new(BEGIN);
    for (size_t i = 0; i < columns; i++)
        g_string_append_c(text, 'A');
    return g_string_append(text, "\n" END);
}

static void test_line_length(void)
{
    g_autoptr(GString) fits = long_line(PEM_LINE_MOST);
    g_autoptr(GString) does_not = long_line(PEM_LINE_MOST + 4);
    g_autoptr(GPtrArray) blocks =
        pem_decode(span_of(fits->str, fits->len), PEM_NOTHING_BETWEEN, 1, NULL);
    g_assert_nonnull(blocks);
    g_assert_null(pem_decode(span_of(does_not->str, does_not->len), PEM_NOTHING_BETWEEN, 1, NULL));
}

static void test_round_trip(void)
{
    g_autoptr(GRand) random = g_rand_new_with_seed(1);
    for (size_t size = 1; size < 300; size++) {
        uint8_t bytes[300];
        for (size_t i = 0; i < size; i++)
            bytes[i] = (uint8_t)g_rand_int(random);
        g_autofree char *text = pem_encode("CERTIFICATE", span_of(bytes, size));
        Span span = span_of(text, strlen(text));
        g_autoptr(GPtrArray) blocks = pem_decode(span, PEM_NOTHING_BETWEEN, 1, NULL);
        g_assert_nonnull(blocks);
        const PemBlock *block = g_ptr_array_index(blocks, 0);
        g_assert_cmpstr(block->label, ==, "CERTIFICATE");
        g_assert_cmpuint(block->size, ==, span.size - 1);
        gsize decoded;
        const void *der = g_bytes_get_data(block->der, &decoded);
        g_assert_true(span_equal(span_of(der, decoded), span_of(bytes, size)));
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/pem/accepted", test_accepted);
    g_test_add_func("/pem/refused", test_refused);
    g_test_add_func("/pem/text-between", test_text_between);
    g_test_add_func("/pem/most", test_most);
    g_test_add_func("/pem/line-length", test_line_length);
    g_test_add_func("/pem/round-trip", test_round_trip);
    return g_test_run();
}
