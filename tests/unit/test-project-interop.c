/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Configurations that another program judged, when they are beside the tree: each is parsed to the
 * same values or refused; what that program takes and should not is refused here.
 */
#include "config.h"

#include "app/project_cloud.h"
#include "format/date.h"

#include <glib/gstdio.h>
#include <jansson.h>
#include <string.h>

/* Before every expiry of the cases that are good; and after the certificate's. */
#define NOW        INT64_C(1795823999)
#define MUCH_LATER INT64_C(2114380800)

/* Taken by that program, refused here: a number for a name, a malformed application. */
static bool is_stricter(const char *file)
{
    return strcmp(file, "ok_int_name_coerced.toml") == 0 || strstr(file, "_parses.toml") != NULL;
}

static const char *text_of(const json_t *object, const char *key)
{
    return json_string_value(json_object_get(object, key));
}

static char *folder(void)
{
    const char *source = g_getenv("MSE_TEST_SOURCE");
    return g_build_filename(source != NULL ? source : "..", "..", "shared", "data", "interop",
                            "toml", NULL);
}

static void check_config(const ProjectConfig *config, const json_t *one)
{
    const json_t *parsed = json_object_get(one, "parsed"), *value;
    g_assert_cmpstr(config->name, ==, text_of(parsed, "name"));
    g_assert_cmpstr(config->python_application, ==, text_of(parsed, "python_application"));
    g_assert_cmpstr(config->healthcheck_endpoint, ==, text_of(parsed, "healthcheck_endpoint"));
    g_assert_cmpstr(config->tests_cmd, ==, text_of(parsed, "tests_cmd"));
    const json_t *halves = json_object_get(one, "module_variable");
    g_assert_cmpstr(config->module, ==, json_string_value(json_array_get(halves, 0)));
    g_assert_cmpstr(config->variable, ==, json_string_value(json_array_get(halves, 1)));
    size_t i;
    json_array_foreach(json_object_get(parsed, "tests_requirements"), i, value)
        g_assert_cmpstr(config->tests_requirements[i], ==, json_string_value(value));
    g_assert_null(config->tests_requirements[i]);
}

/* A path of theirs, whose configuration lay in /cfg. */
static void assert_path(const char *path, const char *directory, const char *theirs)
{
    if (theirs == NULL || !g_str_has_prefix(theirs, "/cfg/")) {
        g_assert_cmpstr(path, ==, theirs);
        return;
    }
    g_autofree char *expected = g_build_filename(directory, theirs + strlen("/cfg/"), NULL);
    g_assert_cmpstr(path, ==, expected);
}

/* "2036-01-02T03:04:05.000000Z" */
static void check_expiry(const ProjectCloud *cloud, const char *expected)
{
    g_assert_true(cloud->expires == (expected != NULL));
    if (expected == NULL)
        return;
    g_autofree char *whole = date_format(cloud->expires_at);
    g_assert_cmpint(strncmp(whole, expected, strlen("2036-01-02T03:04:05")), ==, 0);
    g_assert_cmpint(cloud->expires_nanosecond, ==, 0);
}

static void check_cloud(const ProjectCloud *cloud, const char *directory, const json_t *one)
{
    const json_t *parsed = json_object_get(json_object_get(one, "parsed"), "cloud");
    const json_t *payload = json_object_get(one, "cloud_payload");
    const json_t *ssl = json_object_get(parsed, "ssl");
    assert_path(cloud->code, directory, text_of(parsed, "code"));
    assert_path(cloud->tests, directory, text_of(parsed, "tests"));
    assert_path(cloud->secrets, directory, text_of(parsed, "secrets"));
    g_assert_cmpstr(cloud->docker, ==, text_of(parsed, "docker"));
    g_assert_cmpstr(cloud->project, ==, text_of(parsed, "project"));
    g_assert_cmpstr(cloud->hardware, ==, text_of(parsed, "hardware"));
    g_assert_true(cloud->dev_mode == json_is_true(json_object_get(parsed, "dev_mode")));
    g_assert_cmpstr(cloud->domain_name, ==, text_of(ssl, "domain_name"));
    assert_path(cloud->private_key, directory, text_of(ssl, "private_key"));
    assert_path(cloud->certificate, directory, text_of(ssl, "certificate"));
    g_assert_cmpstr(cloud->certificate_text, ==, text_of(payload, "ssl_certificate"));
    check_expiry(cloud, text_of(payload, "expires_at"));
}

static void check_said(const char *file, const GError *error)
{
    g_test_message("%s", error->message);
    g_assert_error(error, PROJECT_ERROR, PROJECT_ERROR_CONFIG);
    g_assert_nonnull(strstr(error->message, file));
}

/* Whether it was taken as a whole, as the command of the case reads it. */
static bool try_case(const char *directory, const char *file, const json_t *one)
{
    const char *option = text_of(one, "option");
    bool good = g_str_equal(text_of(one, "result"), "ok") && !is_stricter(file);
    g_autofree char *path = g_build_filename(directory, file, NULL);
    g_autofree char *text = NULL;
    gsize size;
    g_assert_true(g_file_get_contents(path, &text, &size, NULL));
    g_autoptr(GError) error = NULL;
    g_autoptr(ProjectConfig) config = project_config_read(path, NULL, &error);
    if (config == NULL)
        check_said(file, error);
    else if (good)
        check_config(config, one);
    if (g_str_equal(option, "SkipCloud") || config == NULL)
        return config != NULL;
    g_autoptr(GTimeZone) zone = g_time_zone_new_identifier("Europe/Berlin");
    g_assert_nonnull(zone);
    ProjectCloudAsked asked = {.now = strcmp(file, "bad_ssl_cert_expired.toml") == 0 ? MUCH_LATER
                                                                                     : NOW,
                               .zone = zone,
                               .untrusted_ssl = g_str_equal(option, "UseInsecureCloud")};
    g_autoptr(ProjectCloud) cloud = project_cloud_parse(span_of(text, size), path, &asked, &error);
    if (cloud == NULL)
        check_said(file, error);
    else if (good)
        check_cloud(cloud, directory, one);
    return cloud != NULL;
}

/* The cases in a directory of this test, with the certificate that they were judged with. */
static void copy_case(const char *from, const char *directory, const char *file)
{
    g_autofree char *source = g_build_filename(from, file, NULL), *text = NULL;
    g_autofree char *target = g_build_filename(directory, file, NULL);
    gsize size;
    g_assert_true(g_file_get_contents(source, &text, &size, NULL));
    g_assert_true(g_file_set_contents(target, text, (gssize)size, NULL));
}

static void write_certificates(const char *directory, const json_t *cases)
{
    static const char *const names[] = {"cert.pem", "cert_expired.pem"};
    size_t i;
    json_t *one;
    const char *text = NULL;
    json_array_foreach((json_t *)cases, i, one)
    {
        const char *here = text_of(json_object_get(one, "cloud_payload"), "ssl_certificate");
        text = here != NULL ? here : text;
    }
    g_assert_nonnull(text);
    for (i = 0; i < G_N_ELEMENTS(names); i++) {
        g_autofree char *path = g_build_filename(directory, names[i], NULL);
        g_assert_true(g_file_set_contents(path, text, -1, NULL));
    }
    g_autofree char *secrets = g_build_filename(directory, "secrets.json", NULL);
    g_assert_true(g_file_set_contents(secrets, "{}", -1, NULL));
}

static void test_cases(void)
{
    g_autofree char *from = folder();
    g_autofree char *expected = g_build_filename(from, "expected.json", NULL);
    json_t *root = json_load_file(expected, 0, NULL), *one;
    if (root == NULL) {
        g_test_skip("the configurations are not beside the tree");
        return;
    }
    g_autofree char *directory = g_dir_make_tmp("mse-toml-XXXXXX", NULL);
    const json_t *cases = json_object_get(root, "cases");
    write_certificates(directory, cases);
    size_t i, tried = 0;
    json_array_foreach((json_t *)cases, i, one)
    {
        const char *file = text_of(one, "file");
        g_autofree char *source = g_build_filename(from, file, NULL);
        if (!g_file_test(source, G_FILE_TEST_EXISTS))
            continue;
        copy_case(from, directory, file);
        bool wanted = g_str_equal(text_of(one, "result"), "ok") && !is_stricter(file);
        if (try_case(directory, file, one) != wanted)
            g_error("%s: should be %s", file, wanted ? "taken" : "refused");
        tried++;
    }
    g_assert_cmpuint(tried, >, 40);
    json_decref(root);
}

/* ---- What does not need them ---- */

#define CLOUD                                                                   \
    "[cloud]\ncode = \"c\"\ntests = \"t\"\ndocker = \"d\"\nproject = \" p \"\n" \
    "hardware = \"h\"\n"

static char *refusal(const char *text)
{
    g_autoptr(GTimeZone) zone = g_time_zone_new_utc();
    ProjectCloudAsked asked = {.now = NOW, .zone = zone};
    g_autoptr(GError) error = NULL;
    g_autoptr(ProjectCloud) cloud =
        project_cloud_parse(span_of(text, strlen(text)), "/x/mse.toml", &asked, &error);
    g_assert_true((cloud == NULL) == (error != NULL));
    if (error != NULL)
        return g_strdup(error->message);
    g_assert_cmpstr(cloud->project, ==, "p");
    g_assert_cmpstr(cloud->code, ==, "/x/c");
    return NULL;
}

static void test_said(void)
{
    static const char *const cases[][2] = {
        {CLOUD, NULL},
        {CLOUD "expiration_date = 2040-01-01\n", NULL},
        {CLOUD "dev_mode = 3\nother = 4\n", NULL},
        {"", "/x/mse.toml: there is no table [cloud]"},
        {"cloud = 3\n", "line 1, column 9: cloud is 3; expected a table: [cloud]"},
        {"[cloud]\ncode = 3\n", "line 2, column 8: code in [cloud] is 3; expected a path"},
        {"[cloud]\n", "docker is missing in [cloud]"},
        {CLOUD "secrets = \"\"\n", "secrets in [cloud] is \"\""},
        {CLOUD "expiration_date = 3\n", "expiration_date in [cloud] is 3"},
        {CLOUD "expiration_date = \"2035-06-29\\nx = 1\"\n", "expiration_date in [cloud]"},
        {CLOUD "expiration_date = \"2035-13-29T00:00:00Z\"\n", "expiration_date in [cloud]"},
        {CLOUD "expiration_date = \"2022-06-29T00:00:00Z\"\n",
         "2022-06-29T00:00:00Z, which is past"},
        {CLOUD "ssl = 3\n", "cloud.ssl is 3"},
        {CLOUD "[cloud.ssl]\ndomain_name = \"a\"\n", "certificate is missing in [cloud.ssl]"},
        {CLOUD "x = \n", "/x/mse.toml: line 7"},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *said = refusal(cases[i][0]);
        g_test_message("%s", said != NULL ? said : "taken");
        g_assert_true((said == NULL) == (cases[i][1] == NULL));
        if (said != NULL)
            g_assert_nonnull(strstr(said, cases[i][1]));
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/project-interop/cases", test_cases);
    g_test_add_func("/project-interop/said", test_said);
    return g_test_run();
}
