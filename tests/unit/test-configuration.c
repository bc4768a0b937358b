/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What a configuration server is sent, byte for byte as the Python CLI sends it; and the deeds that
 * the journal keeps of it.
 */
#include "config.h"

#include "app/configuration.h"
#include "app/deed.h"

#include "core/file.h"
#include "core/hex.h"

#include <jansson.h>
#include <string.h>

#define UUID "f5cab18a-63b2-4a64-8a66-c1d194e7beb0"

static char *write_file(const char *name, const void *bytes, size_t size)
{
    char *path = g_build_filename(g_get_tmp_dir(), name, NULL);
    g_assert_true(g_file_set_contents(path, bytes, (gssize)size, NULL));
    return path;
}

typedef bool (*Read)(Configuration *configuration, const char *path, Cancel *cancel,
                     GError **error);

static void read_text(Configuration *configuration, Read read, const char *text)
{
    g_autofree char *path = write_file("input", text, strlen(text));
    g_autoptr(GError) error = NULL;
    g_assert_true(read(configuration, path, NULL, &error));
    g_assert_no_error(error);
}

static void assert_refused(Read read, const void *bytes, size_t size, int code, const char *says)
{
    g_autofree char *path = write_file("input", bytes, size);
    g_auto(Configuration) configuration = {0};
    g_autoptr(GError) error = NULL;
    g_assert_false(read(&configuration, path, NULL, &error));
    g_assert_error(error, CONFIGURATION_ERROR, code);
    g_assert_nonnull(strstr(error->message, path));
    if (!strstr(error->message, says))
        g_error("\"%s\" does not say \"%s\"", error->message, says);
    g_assert_null(strstr(error->message, "hunter2"));
}

static char *body_text(const Configuration *configuration)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(Secret) body = configuration_body(configuration, UUID, &error);
    g_assert_no_error(error);
    return g_strndup((const char *)secret_data(body), secret_size(body));
}

static void test_uuid_alone(void)
{
    g_autofree char *text = body_text(&(Configuration){0});
    g_assert_cmpstr(text, ==, "{\"uuid\": \"" UUID "\"}");
}

static void test_empty_left_out(void)
{
    static const char *const empty[] = {"{}", " [ ]\n", "null", "\"\"", "{ \n }"};
    for (size_t i = 0; i < G_N_ELEMENTS(empty); i++) {
        g_auto(Configuration) configuration = {0};
        read_text(&configuration, configuration_read_secrets, empty[i]);
        g_assert_null(configuration.secrets);
    }
    static const char *const sent[] = {"0", "false", "[0]", "{\"\": 0}", "\" \"", "{\"a\":{}}"};
    for (size_t i = 0; i < G_N_ELEMENTS(sent); i++) {
        g_auto(Configuration) configuration = {0};
        read_text(&configuration, configuration_read_secrets, sent[i]);
        g_assert_nonnull(configuration.secrets);
        g_autofree char *text = body_text(&configuration);
        g_autofree char *expected =
            g_strdup_printf("{\"uuid\": \"" UUID "\", \"app_secrets\": %s}", sent[i]);
        g_assert_cmpstr(text, ==, expected);
    }
}

/* The secrets' text as it stands, without the white space around it. */
static void test_secrets(void)
{
    g_auto(Configuration) configuration = {0};
    read_text(&configuration, configuration_read_secrets,
              " \n{\n  \"salt\": \"a\",\n  \"pass\": \"\xc3\xa9\"\n}\n");
    g_autofree char *text = body_text(&configuration);
    g_assert_cmpstr(text, ==,
                    "{\"uuid\": \"" UUID
                    "\", \"app_secrets\": {\n  \"salt\": \"a\",\n  \"pass\": \"\xc3\xa9\"\n}}");
}

static void test_bad_secrets(void)
{
    static const struct {
        const char *text, *says;
    } cases[] = {
        {"", "line 1, column 1"},
        {"  \n ", "line 2, column 2"},
        {"hunter2", "line 1, column 1"},
        {"{\"password\": \"hunter2\"", "line 1, column 23"},
        {"{\n\"password\": \"hunter2\",}", "line 2, column 23"},
        {"{\"password\": 'hunter2'}", "line 1, column 14"},
        {"{} {}", "line 1, column 4"},
        {"\"\xff hunter2\"", "line 1, column 2"},
        {"\xef\xbb\xbf{}", "line 1, column 1"},
        {"{\"a\": NaN}", "line 1, column 7"},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++)
        assert_refused(configuration_read_secrets, cases[i].text, strlen(cases[i].text),
                       CONFIGURATION_ERROR_SECRETS, cases[i].says);
}

static void test_bad_files(void)
{
    static const char bytes[65];
    assert_refused(configuration_read_sealed, bytes, 0, CONFIGURATION_ERROR_SEALED, "too short");
    assert_refused(configuration_read_sealed, bytes, 47, CONFIGURATION_ERROR_SEALED, "too short");
    static const size_t sizes[] = {0, 31, 33, 64, 65};
    for (size_t i = 0; i < G_N_ELEMENTS(sizes); i++)
        assert_refused(configuration_read_key, bytes, sizes[i], CONFIGURATION_ERROR_KEY,
                       "32 bytes");
    static const Read reads[] = {configuration_read_secrets, configuration_read_sealed,
                                 configuration_read_key};
    for (size_t i = 0; i < G_N_ELEMENTS(reads); i++) {
        g_auto(Configuration) configuration = {0};
        g_autoptr(GError) error = NULL;
        g_assert_false(reads[i](&configuration, "/nonexistent/file", NULL, &error));
        g_assert_error(error, FILE_ERROR, FILE_ERROR_OPEN);
    }
}

static void test_bad_uuid(void)
{
    static const char *const wrong[] = {NULL,
                                        "",
                                        "x",
                                        UUID "0",
                                        "f5cab18a-63b2-4a64-8a66-c1d194e\"}",
                                        "\x1b[2Jb18a-63b2-4a64-8a66-c1d194e7beb0"};
    for (size_t i = 0; i < G_N_ELEMENTS(wrong); i++) {
        g_autoptr(GError) error = NULL;
        g_assert_null(configuration_body(&(Configuration){0}, wrong[i], &error));
        g_assert_error(error, CONFIGURATION_ERROR, CONFIGURATION_ERROR_UUID);
        g_assert_null(strchr(error->message, '\x1b'));
    }
}

static GBytes *decode_base64url(const char *text)
{
    GString *standard = g_string_new(text);
    g_strdelimit(standard->str, "-", '+');
    g_strdelimit(standard->str, "_", '/');
    while (standard->len % 4 != 0)
        g_string_append_c(standard, '=');
    GBytes *bytes = base64_decode_strict(span_of(standard->str, standard->len));
    g_string_free(standard, TRUE);
    g_assert_nonnull(bytes);
    return bytes;
}

static const char *member(const json_t *object, const char *name)
{
    return json_string_value(json_object_get(object, name));
}

/* What is ours of a body that the Python CLI sent: the same members with the same values. */
static void take_recorded(const json_t *body, Configuration *configuration)
{
    const json_t *secrets = json_object_get(body, "app_secrets");
    if (secrets) {
        g_autofree char *text = json_dumps(secrets, JSON_ENCODE_ANY);
        read_text(configuration, configuration_read_secrets, text);
    }
    if (member(body, "app_sealed_secrets"))
        configuration->sealed = decode_base64url(member(body, "app_sealed_secrets"));
    const char *key = member(body, "code_secret_key");
    if (key) {
        g_autoptr(GBytes) bytes = hex_decode(span_of(key, strlen(key)));
        g_autofree char *path = write_file("key", g_bytes_get_data(bytes, NULL), 32);
        g_assert_true(configuration_read_key(configuration, path, NULL, NULL));
    }
}

static void test_recorded(void)
{
    g_autofree char *path =
        g_build_filename(g_getenv("MSE_TEST_SOURCE"), "..", "shared", "data", "interop",
                         "configuration-server", "config_server_post.json", NULL);
    json_t *cases = json_load_file(path, 0, NULL);
    if (!cases) {
        g_test_skip("the recorded bodies are not beside the tree");
        return;
    }
    size_t i;
    json_t *one;
    json_array_foreach(cases, i, one)
    {
        json_t *recorded = json_loads(member(one, "body"), JSON_REJECT_DUPLICATES, NULL);
        json_object_del(recorded, "ssl_private_key"); /* of the cloud */
        g_auto(Configuration) configuration = {0};
        take_recorded(recorded, &configuration);
        g_autofree char *text = body_text(&configuration);
        json_t *ours = json_loads(text, JSON_REJECT_DUPLICATES, NULL);
        g_assert_true(json_equal(ours, recorded));
        json_decref(ours);
        json_decref(recorded);
    }
    g_assert_cmpuint(i, ==, 6);
    json_decref(cases);
}

static bool look(uint64_t number, JournalLineState state, const json_t *line, Span raw, void *data)
{
    unsigned *seen = data;
    (void)raw;
    g_assert_cmpuint(number, ==, 1);
    g_assert_cmpint(state, ==, JOURNAL_LINE_OK);
    g_assert_cmpstr(member(line, "kind"), ==, "send");
    g_assert_cmpstr(member(line, "application"), ==, "a\\x1b[2Jb");
    g_assert_cmpstr(member(line, "engine"), ==, "local");
    g_assert_true(json_is_null(json_object_get(line, "measurement")));
    g_assert_nonnull(strchr(member(line, "who"), '@'));
    const json_t *item = json_array_get(json_object_get(line, "what"), 0);
    g_assert_cmpstr(member(item, "role"), ==, "secrets");
    g_assert_cmpstr(member(item, "path"), ==, "dir/secrets.json");
    g_assert_cmpint(json_integer_value(json_object_get(item, "size")), ==, 57);
    g_assert_null(json_object_get(item, "sha256"));
    ++*seen;
    return true;
}

static void test_deed(void)
{
    g_autofree char *path = g_build_filename(g_get_tmp_dir(), "deeds.jsonl", NULL);
    g_autoptr(Journal) journal = journal_new(path);
    g_autoptr(GError) error = NULL;
    json_t *what = json_array();
    json_array_append_new(what, deed_item("secrets", "dir/secrets.json", 57, NULL));
    const Deed deed = {.kind = DEED_SEND,
                       .application = "a\x1b[2Jb",
                       .engine = "local",
                       .id = "0123",
                       .what = what};
    g_assert_true(deed_record(journal, 1700000000, &deed, &error));
    json_decref(what);
    g_assert_no_error(error);
    unsigned seen = 0;
    g_assert_true(journal_read(journal, look, &seen, &error));
    g_assert_cmpuint(seen, ==, 1);
    for (DeedKind kind = 0; kind < N_DEEDS; kind++)
        g_assert_nonnull(deed_kind_name(kind));
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    secret_init();
    g_test_add_func("/configuration/uuid-alone", test_uuid_alone);
    g_test_add_func("/configuration/empty-left-out", test_empty_left_out);
    g_test_add_func("/configuration/secrets", test_secrets);
    g_test_add_func("/configuration/bad-secrets", test_bad_secrets);
    g_test_add_func("/configuration/bad-files", test_bad_files);
    g_test_add_func("/configuration/bad-uuid", test_bad_uuid);
    g_test_add_func("/configuration/recorded", test_recorded);
    g_test_add_func("/deed/line", test_deed);
    return g_test_run();
}
