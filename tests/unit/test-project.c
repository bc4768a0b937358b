/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * mse.toml and config.toml: what is taken, and what is said of what is wrong. Every configuration
 * that another program judged, when they are beside the tree.
 */
#include "config.h"

#include "app/project.h"

#include <glib/gstdio.h>
#include <string.h>

#define GOOD                                                       \
    "name = \"helloworld\"\npython_application = \"app:app\"\n"    \
    "healthcheck_endpoint = \"/health\"\ntests_cmd = \"pytest\"\n" \
    "tests_requirements = [\"pytest\"]\n"

static ProjectConfig *parse_named(const char *text, const char *path, GError **error)
{
    return project_config_parse(span_of(text, strlen(text)), path, error);
}

static void assert_refused(const char *text, const char *const *fragments)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(ProjectConfig) config = parse_named(text, "p/mse.toml", &error);
    g_assert_null(config);
    g_assert_error(error, PROJECT_ERROR, PROJECT_ERROR_CONFIG);
    for (; *fragments != NULL; fragments++) {
        g_test_message("of: %s\nmessage: %s\nwanted: %s", text, error->message, *fragments);
        g_assert_nonnull(strstr(error->message, *fragments));
    }
}
#define assert_refused_with(text, ...) \
    assert_refused(text, (const char *const[]){__VA_ARGS__, NULL})

static void test_good(void)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(ProjectConfig) config = parse_named(GOOD, "some/config.toml", &error);
    g_assert_no_error(error);
    g_assert_true(config->dialect == &dialect_cenclave);
    g_assert_cmpstr(config->name, ==, "helloworld");
    g_assert_cmpstr(config->python_application, ==, "app:app");
    g_assert_cmpstr(config->module, ==, "app");
    g_assert_cmpstr(config->variable, ==, "app");
    g_assert_cmpstr(config->healthcheck_endpoint, ==, "/health");
    g_assert_cmpstr(config->tests_cmd, ==, "pytest");
    g_assert_cmpstr(config->tests_requirements[0], ==, "pytest");
    g_assert_null(config->tests_requirements[1]);
    g_assert_cmpuint(config->warnings->len, ==, 0);
    g_autoptr(ProjectConfig) other = parse_named(GOOD, "any-name", NULL);
    g_assert_true(other->dialect == &dialect_mse);
}

static void test_stripped(void)
{
    g_autoptr(ProjectConfig) config = parse_named("name = \"\\u00a0 a b\\t\"\n"
                                                  "python_application = \" p.m:app \"\n"
                                                  "healthcheck_endpoint = \" /h\"\n"
                                                  "tests_cmd = \" pytest \"\n"
                                                  "tests_requirements = [\" x \"]\n",
                                                  "mse.toml", NULL);
    g_assert_cmpstr(config->name, ==, "a b");
    g_assert_cmpstr(config->module, ==, "p.m");
    g_assert_cmpstr(config->healthcheck_endpoint, ==, "/h");
    g_assert_cmpstr(config->tests_cmd, ==, " pytest ");
    g_assert_cmpstr(config->tests_requirements[0], ==, " x ");
}

static void test_all_problems(void)
{
    assert_refused_with("name = 12\nhealthcheck_endpoint = \"health\"\n"
                        "tests_requirements = [\"a\", 3]\n",
                        "p/mse.toml: line 1, column 8: name is 12; expected a string of 1 to 255",
                        "p/mse.toml: python_application is missing; expected a string \"module:",
                        "line 2, column 24: healthcheck_endpoint is \"health\"; expected",
                        "tests_cmd is missing",
                        "line 3, column 28: tests_requirements is 3; expected an array of strings");
    assert_refused_with("", "name is missing", "tests_requirements is missing");
    assert_refused_with(GOOD "name2 =\n", "p/mse.toml: line 6, column");
}

/* `line` in the place of the one that begins with the same key. */
static char *with_line(const char *line)
{
    g_auto(GStrv) lines = g_strsplit(GOOD, "\n", -1);
    gsize key = strcspn(line, " ");
    for (char **each = lines; *each != NULL; each++) {
        if (strncmp(*each, line, key + 1) != 0)
            continue;
        g_free(*each);
        *each = g_strdup(line);
    }
    return g_strjoinv("\n", lines);
}

static void test_values(void)
{
    static const char *const bad[] = {
        "name = \"\"",
        "name = \"  \"",
        "name = true",
        "name = \"a\\nb\"",
        "name = \"a\\u0000b\"",
        "python_application = \"app\"",
        "python_application = \"a:b:c\"",
        "python_application = \":app\"",
        "python_application = \"app:\"",
        "python_application = \"a b:c\"",
        "python_application = \"--debug:x\"",
        "healthcheck_endpoint = \"\"",
        "healthcheck_endpoint = \"/a b\"",
        "healthcheck_endpoint = \"/a\\r\\nHost: x\"",
        "tests_cmd = \"\"",
        "tests_cmd = [\"pytest\"]",
        "tests_requirements = \"pytest\"",
        "tests_requirements = [\"\"]",
        "tests_requirements = [[\"pytest\"]]",
    };
    for (size_t i = 0; i < G_N_ELEMENTS(bad); i++) {
        g_autofree char *text = with_line(bad[i]);
        g_autofree char *key = g_strndup(bad[i], strcspn(bad[i], " "));
        assert_refused_with(text, key, "; expected ", "line ");
    }
}

/* Characters count, not bytes. */
static void test_length(void)
{
    for (unsigned n = 255; n <= 256; n++) {
        GString *line = g_string_new("name = \"");
        for (unsigned i = 0; i < n; i++)
            g_string_append(line, "é");
        g_string_append_c(line, '"');
        g_autofree char *owned = g_string_free(line, FALSE);
        g_autofree char *text = with_line(owned);
        g_autoptr(ProjectConfig) config = parse_named(text, "mse.toml", NULL);
        g_assert_true((config != NULL) == (n == 255));
    }
}

static void test_unknown(void)
{
    g_autoptr(ProjectConfig) config = parse_named(
        GOOD "test_cmd = 1\n\"z\\u001b\" = 2\n[cloud]\ncode = 3\n[more]\n", "mse.toml", NULL);
    g_assert_nonnull(config);
    g_assert_cmpuint(config->warnings->len, ==, 3);
    const char *const *warnings = (const char *const *)config->warnings->pdata;
    g_assert_cmpstr(warnings[0], ==,
                    "mse.toml: line 6, column 1: unknown key test_cmd; did you mean tests_cmd?");
    g_assert_nonnull(strstr(warnings[1], "z\\x1b"));
    g_test_message("%s", warnings[2]);
    g_assert_nonnull(strstr(warnings[2], "line 10, column 2: unknown key more"));
}

static void test_image_names(void)
{
    static const char *const good[] = {"a", "hello-world", "a.b_c__d---e", "0"};
    static const char *const bad[] = {"",  "A",  "a b",  "a:b",   "a/b",   "-a",  "a-",
                                      ".", "a_", "a..b", "a___b", "héllo", "a@b", "a._b"};
    for (size_t i = 0; i < G_N_ELEMENTS(good); i++)
        g_assert_true(project_check_image_name(good[i], NULL));
    for (size_t i = 0; i < G_N_ELEMENTS(bad); i++) {
        g_autoptr(GError) error = NULL;
        g_assert_false(project_check_image_name(bad[i], &error));
        g_assert_error(error, PROJECT_ERROR, PROJECT_ERROR_NAME);
    }
    g_autofree char *long_name = g_strnfill(129, 'a');
    g_assert_false(project_check_image_name(long_name, NULL));
}

static void make(const char *directory, const char *name, bool is_directory)
{
    g_autofree char *path = g_build_filename(directory, name, NULL);
    if (is_directory)
        g_assert_cmpint(g_mkdir(path, 0700), ==, 0);
    else
        g_assert_true(g_file_set_contents(path, GOOD, -1, NULL));
}

static void check_open(const char *directory, int code, const char *fragment)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(Project) project = project_open(directory, &error);
    g_assert_null(project);
    g_assert_error(error, PROJECT_ERROR, code);
    g_test_message("%s", error->message);
    g_assert_nonnull(strstr(error->message, fragment));
}

static void test_directory(void)
{
    g_autofree char *directory = g_dir_make_tmp("mse-project-XXXXXX", NULL);
    check_open("/nonexistent", PROJECT_ERROR_KIND, "not there");
    check_open(directory, PROJECT_ERROR_KIND, "neither mse.toml nor config.toml");
    make(directory, "config.toml", false);
    check_open(directory, PROJECT_ERROR_KIND, "/src, which should be the directory of the code");
    make(directory, "src", true);
    check_open(directory, PROJECT_ERROR_KIND, "/Dockerfile, which");
    make(directory, "Dockerfile", false);
    make(directory, "tests", false);
    check_open(directory, PROJECT_ERROR_KIND, "is a file");
    g_autofree char *tests = g_build_filename(directory, "tests", NULL);
    g_assert_cmpint(g_unlink(tests), ==, 0);
    make(directory, "tests", true);
    make(directory, "secrets.json", false);
    g_autoptr(GError) error = NULL;
    g_autoptr(Project) project = project_open(directory, &error);
    g_assert_no_error(error);
    g_assert_true(project->dialect == &dialect_cenclave);
    g_assert_nonnull(project->secrets);
    g_assert_null(project->sealed_secrets);
    g_autoptr(ProjectConfig) config = project_config_read(project->config, NULL, &error);
    g_assert_no_error(error);

    ProjectParts parts = {project->code, project->config, project->dockerfile, tests};
    g_autoptr(Project) same = project_of_parts(&parts, &error);
    g_assert_no_error(error);
    g_assert_true(same->dialect == &dialect_cenclave);
    g_assert_cmpstr(same->secrets, ==, project->secrets);

    make(directory, "mse.toml", false);
    check_open(directory, PROJECT_ERROR_BOTH, "both mse.toml and config.toml");
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/project/good", test_good);
    g_test_add_func("/project/stripped", test_stripped);
    g_test_add_func("/project/all-problems", test_all_problems);
    g_test_add_func("/project/values", test_values);
    g_test_add_func("/project/length", test_length);
    g_test_add_func("/project/unknown", test_unknown);
    g_test_add_func("/project/image-names", test_image_names);
    g_test_add_func("/project/directory", test_directory);
    return g_test_run();
}
