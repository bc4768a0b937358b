/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Quotes: every field where it stands, every length checked.
 */
#include "config.h"

#include "attest/quote.h"
#include "forged_platform.h"

static Span bytes_span(GBytes *bytes)
{
    gsize size;
    const void *data = g_bytes_get_data(bytes, &size);
    return span_of(data, size);
}

static void test_sgx_fields(void)
{
    Forged forged;
    Quote quote;
    g_autoptr(GError) error = NULL;
    forge(&(Forgery){0}, &forged);
    Span bytes = bytes_span(forged.quote);
    g_assert_true(quote_parse(bytes, &quote, &error));
    g_assert_no_error(error);
    g_assert_cmpuint(quote.version, ==, 3);
    g_assert_cmpint(quote.tee, ==, TEE_SGX);
    g_assert_cmpuint(quote.body.sgx.mr_enclave[31], ==, 0x11);
    g_assert_cmpuint(quote.body.sgx.mr_signer[0], ==, 0x22);
    g_assert_cmpuint(quote.body.sgx.isv_prod_id, ==, 7);
    g_assert_cmpuint(quote.body.sgx.isv_svn, ==, 3);
    g_assert_cmpuint(quote.body.sgx.flags, ==, SGX_FLAG_INIT | SGX_FLAG_MODE64);
    g_assert_cmpuint(quote_report_data(&quote)[63], ==, 63);
    g_assert_cmpuint(quote.signed_part.size, ==, QUOTE_HEADER_SIZE + SGX_REPORT_BODY_SIZE);
    g_assert_true(quote.signature.data == bytes.data + 436);
    g_assert_cmpuint(quote.qe_auth_data.size, ==, QE_AUTH_DATA_SIZE);
    g_assert_cmpuint(quote.certification_type, ==, 5);
    g_assert_cmpuint(quote.size, ==, bytes.size);
    g_assert_cmpuint(quote.trailing_bytes + quote.unsigned_slack, ==, 0);
    forged_clear(&forged);
}

static void test_tdx_fields(void)
{
    for (unsigned version = 4; version <= 5; version++) {
        Forged forged;
        Quote quote;
        forge(&(Forgery){.version = version}, &forged);
        g_assert_true(quote_parse(bytes_span(forged.quote), &quote, NULL));
        g_assert_cmpint(quote.tee, ==, TEE_TDX);
        g_assert_cmpint(quote.body_type, ==, version == 4 ? BODY_TD_1_0 : BODY_TD_1_5);
        g_assert_cmpuint(quote.signed_part.size, ==, version == 4 ? 632 : 702);
        g_assert_cmpuint(quote.body.td.mr_td[47], ==, 0x33);
        g_assert_cmpuint(quote.body.td.rt_mr[3][0], ==, 0x43);
        g_assert_cmpuint(quote.body.td.td_attributes[3], ==, 0x10);
        g_assert_cmpuint(quote_report_data(&quote)[1], ==, 1);
        g_assert_cmpuint(quote.body.td.tee_tcb_svn2[0], ==, version == 4 ? 0 : 6);
        forged_clear(&forged);
    }
}

static void test_unsigned_bytes_counted(void)
{
    Forged forged;
    Quote quote;
    forge(&(Forgery){.trailing = 11, .slack = 5}, &forged);
    g_assert_true(quote_parse(bytes_span(forged.quote), &quote, NULL));
    g_assert_cmpuint(quote.trailing_bytes, ==, 11);
    g_assert_cmpuint(quote.unsigned_slack, ==, 5);
    forged_clear(&forged);
}

/* One 32-bit or 16-bit field set to something it must not be. */
static const struct {
    unsigned version;
    size_t offset;
    uint8_t value;
} wrong_bytes[] = {
    {3, 0, 2},     {3, 0, 6},      {3, 2, 3},    {3, 4, 1},       /* version, key type, reserved */
    {3, 432, 0},   {3, 435, 0xff},                                /* auth_data_size */
    {3, 1012, 31}, {3, 1013, 1},                                  /* qe_auth_data_size */
    {3, 1046, 0},  {3, 1046, 6},   {3, 1046, 7}, {3, 1051, 0x7f}, /* certification */
    {4, 4, 1},     {4, 764, 5},    {4, 766, 1}, /* tee_type, outer certification */
    {5, 48, 1},    {5, 48, 2},     {5, 48, 4},   {5, 50, 0},
    {5, 4, 0}, /* body type and size */
};

static void test_wrong_values_refused(void)
{
    for (size_t i = 0; i < G_N_ELEMENTS(wrong_bytes); i++) {
        Forged forged;
        Quote quote;
        g_autoptr(GError) error = NULL;
        forge(&(Forgery){.version = wrong_bytes[i].version}, &forged);
        Span bytes = bytes_span(forged.quote);
        g_autofree uint8_t *copy = g_memdup2(bytes.data, bytes.size);
        g_assert_cmpuint(copy[wrong_bytes[i].offset], !=, wrong_bytes[i].value);
        copy[wrong_bytes[i].offset] = wrong_bytes[i].value;
        g_assert_false(quote_parse(span_of(copy, bytes.size), &quote, &error));
        g_assert_nonnull(error);
        g_assert_true(error->domain == QUOTE_ERROR);
        forged_clear(&forged);
    }
}

static void test_truncations(void)
{
    for (unsigned version = 3; version <= 5; version++) {
        Forged forged;
        Quote quote;
        forge(&(Forgery){.version = version}, &forged);
        Span bytes = bytes_span(forged.quote);
        for (size_t cut = 0; cut < bytes.size; cut++) {
            g_autofree uint8_t *copy = g_memdup2(bytes.data, cut + 1);
            g_autoptr(GError) error = NULL;
            g_assert_false(quote_parse(span_of(copy, cut), &quote, &error));
            g_assert_error(error, QUOTE_ERROR, QUOTE_ERROR_TRUNCATED);
        }
        forged_clear(&forged);
    }
    Quote quote;
    g_assert_false(quote_parse(span_of(NULL, 0), &quote, NULL));
}

typedef struct Seen {
    Span bytes;
    size_t next;
    unsigned fields;
    bool measurement;
} Seen;

static void see(const char *field, size_t offset, Span value, const char *meaning, unsigned depth,
                void *data)
{
    Seen *seen = data;
    g_assert_true(value.data == seen->bytes.data + offset);
    g_assert_cmpuint(offset, ==, seen->next);
    g_assert_cmpuint(depth, <, 8);
    seen->next += value.size;
    seen->fields++;
    if (g_str_equal(field, "mr_enclave") && offset == 112)
        seen->measurement = true;
    if (g_str_equal(field, "version"))
        g_assert_nonnull(meaning);
}

/* Every byte is shown, once, in order. */
static void test_walk_covers_everything(void)
{
    for (unsigned version = 3; version <= 5; version++) {
        Forged forged;
        forge(&(Forgery){.version = version, .trailing = 3, .slack = version == 3 ? 4 : 0},
              &forged);
        Seen seen = {.bytes = bytes_span(forged.quote)};
        g_assert_true(quote_walk(seen.bytes, see, &seen, NULL));
        g_assert_cmpuint(seen.next, ==, seen.bytes.size);
        g_assert_cmpuint(seen.fields, >, 40);
        g_assert_true(seen.measurement == (version == 3));
        forged_clear(&forged);
    }
}

static void test_walk_shows_what_is_there(void)
{
    Forged forged;
    g_autoptr(GError) error = NULL;
    forge(&(Forgery){0}, &forged);
    Seen seen = {.bytes = span_of(bytes_span(forged.quote).data, 200)};
    g_assert_false(quote_walk(seen.bytes, see, &seen, &error));
    g_assert_error(error, QUOTE_ERROR, QUOTE_ERROR_TRUNCATED);
    g_assert_cmpuint(seen.next, ==, 176);
    g_assert_true(seen.measurement);
    forged_clear(&forged);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/quote/sgx", test_sgx_fields);
    g_test_add_func("/quote/tdx", test_tdx_fields);
    g_test_add_func("/quote/unsigned", test_unsigned_bytes_counted);
    g_test_add_func("/quote/wrong", test_wrong_values_refused);
    g_test_add_func("/quote/truncations", test_truncations);
    g_test_add_func("/quote/walk", test_walk_covers_everything);
    g_test_add_func("/quote/walk-broken", test_walk_shows_what_is_there);
    return g_test_run();
}
