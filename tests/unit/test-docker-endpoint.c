/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Where an engine is: what the environment, the configuration and its contexts say.
 */
#include "config.h"

#include "docker/engine.h"

#include <glib/gstdio.h>
#include <string.h>

static char *directory; /* DOCKER_CONFIG of these tests */

static void write_file(const char *path, const char *text)
{
    g_autofree char *whole = g_build_filename(directory, path, NULL);
    g_autofree char *parent = g_path_get_dirname(whole);
    g_assert_cmpint(g_mkdir_with_parents(parent, 0700), ==, 0);
    g_assert_true(g_file_set_contents(whole, text, -1, NULL));
}

static char *in_store(const char *kind, const char *name, const char *file)
{
    g_autofree char *sum = g_compute_checksum_for_string(G_CHECKSUM_SHA256, name, -1);
    return g_build_filename("contexts", kind, sum, file, NULL);
}

static void add_context(const char *name, const char *host, bool skip_verify)
{
    g_autofree char *path = in_store("meta", name, "meta.json");
    g_autofree char *text = g_strdup_printf(
        "{\"Name\":\"%s\",\"Metadata\":{},\"Endpoints\":{\"docker\":{\"Host\":\"%s\","
        "\"SkipTLSVerify\":%s}}}",
        name, host, skip_verify ? "true" : "false");
    write_file(path, text);
}

static DockerEndpoint *find(const DockerEnvironment *environment, const char *named, GError **error)
{
    DockerEnvironment whole = *environment;
    if (whole.config == NULL)
        whole.config = directory;
    return docker_endpoint_find(&whole, named, error);
}

/* What is found, in one line. */
static char *found(const DockerEnvironment *environment, const char *named)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(DockerEndpoint) endpoint = find(environment, named, &error);
    g_assert_no_error(error);
    g_autofree char *command =
        endpoint->command != NULL ? g_strjoinv(" ", endpoint->command) : g_strdup("-");
    return g_strdup_printf("%s|%s|%s|%s", endpoint->name, endpoint->address,
                           endpoint->socket != NULL ? endpoint->socket : endpoint->url, command);
}

static void assert_found(const DockerEnvironment *environment, const char *named,
                         const char *expected)
{
    g_autofree char *got = found(environment, named);
    g_assert_cmpstr(got, ==, expected);
}

static void assert_wrong(const DockerEnvironment *environment, const char *named, const char *where,
                         const char *why)
{
    g_autoptr(GError) error = NULL;
    g_assert_null(find(environment, named, &error));
    g_assert_error(error, DOCKER_ERROR, DOCKER_ERROR_ENDPOINT);
    if (strstr(error->message, where) == NULL || strstr(error->message, why) == NULL)
        g_error("\"%s\" does not say \"%s\" and \"%s\"", error->message, where, why);
    g_assert_null(strchr(error->message, '\x1b'));
}

#define DEFAULT "default|unix:///var/run/docker.sock|/var/run/docker.sock|-"

static void test_precedence(void)
{
    add_context("one", "unix:///one", false);
    add_context("two", "unix:///two", false);
    const DockerEnvironment nothing = {.host = ""};
    const DockerEnvironment host = {.host = "unix:///h", .context = "two"};
    const DockerEnvironment context = {.context = "two"};
    const DockerEnvironment by_default = {.context = "default"};
    assert_found(&nothing, NULL, DEFAULT);
    write_file("config.json", "{\"auths\":{},\"currentContext\":\"one\"}");
    assert_found(&nothing, NULL, "one|unix:///one|/one|-");
    assert_found(&context, NULL, "two|unix:///two|/two|-");
    assert_found(&by_default, NULL, DEFAULT);
    assert_found(&host, NULL, "default|unix:///h|/h|-");
    assert_found(&host, "default", "default|unix:///h|/h|-");
    assert_found(&host, "one", "one|unix:///one|/one|-");
    assert_found(&host, "unix:///named", "default|unix:///named|/named|-");
    write_file("config.json", "{}");
    assert_found(&nothing, NULL, DEFAULT);
    const DockerEnvironment elsewhere = {.config = "/nonexistent"};
    assert_found(&elsewhere, NULL, DEFAULT);
    g_auto(GStrv) names =
        docker_endpoint_contexts(&(DockerEnvironment){.config = directory, .home = "/"});
    g_autofree char *joined = g_strjoinv(" ", names);
    g_assert_cmpstr(joined, ==, "default one two");
}

static void test_addresses(void)
{
    static const struct {
        const char *host, *expected;
    } cases[] = {
        {"tcp://h:1", "tcp://h:1|http://h:1"},
        {"tcp://h", "tcp://h|http://h:2375"},
        {"http://h:1/", "http://h:1/|http://h:1"},
        {"tcp://h:1/path/", "tcp://h:1/path/|http://h:1/path"},
        {"https://h", "https://h|https://h:2376"},
        {"tcp://[::1]:1", "tcp://[::1]:1|http://[::1]:1"},
        {"h:1", "h:1|http://h:1"},
        {"unix://", "unix://|/var/run/docker.sock"},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        const DockerEnvironment environment = {.host = cases[i].host};
        g_autofree char *expected = g_strdup_printf("default|%s|-", cases[i].expected);
        assert_found(&environment, NULL, expected);
    }
#define SSH "ssh -o BatchMode=yes -o ConnectTimeout=10 -T "
    static const struct {
        const char *host, *command;
    } over_ssh[] = {
        {"ssh://h", SSH "-- h docker system dial-stdio"},
        {"ssh://ana@h:22", SSH "-l ana -p 22 -- h docker system dial-stdio"},
        {"ssh://h/run/x y.sock", SSH "-- h docker --host 'unix:///run/x y.sock' system dial-stdio"},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(over_ssh); i++) {
        const DockerEnvironment environment = {.host = over_ssh[i].host};
        g_autofree char *got = found(&environment, NULL);
        g_assert_true(g_str_has_suffix(got, over_ssh[i].command));
    }
}

static void test_wrong(void)
{
    static const struct {
        const char *host, *why;
    } cases[] = {
        {"npipe:////./pipe/x", "Windows"}, {"ftp://h", "unix://"},
        {"unix://relative", "slash"},      {"tcp://", "no address"},
        {"tcp://h:port", "no address"},    {"tcp://u:p@h", "user and password"},
        {"ssh://", "no address"},          {"ssh://u:secret@h", "password"},
        {"ssh://-oProxyCommand=x", ""},    {"ssh://-l@h", "dash"},
        {"\x1b[2J://h", "unix://"},        {"tcp://h?x", "no address"},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        const DockerEnvironment environment = {.host = cases[i].host};
        assert_wrong(&environment, NULL, "DOCKER_HOST", cases[i].why);
        g_autoptr(GError) error = NULL;
        g_assert_null(find(&environment, NULL, &error));
        g_assert_null(strstr(error->message, "secret"));
    }
    const DockerEnvironment absent = {.context = "no\x1bne"};
    assert_wrong(&absent, NULL, "DOCKER_CONTEXT", "no context");
    assert_wrong(&(DockerEnvironment){.host = ""}, "none", "the given context", "no context");
    write_file("config.json", "{\"currentContext\":");
    assert_wrong(&(DockerEnvironment){.host = ""}, NULL, "config.json", "no JSON object");
    write_file("config.json", "{\"currentContext\":\"gone\"}");
    assert_wrong(&(DockerEnvironment){.host = ""}, NULL, "config.json", "no context \"gone\"");
    g_autofree char *path = in_store("meta", "odd", "meta.json");
    write_file(path, "{\"Name\":\"odd\",\"Endpoints\":{}}");
    assert_wrong(&(DockerEnvironment){.host = ""}, "odd", "meta.json", "Endpoints.docker.Host");
    write_file(path, "[");
    assert_wrong(&(DockerEnvironment){.host = ""}, "odd", "meta.json", "no JSON object");
    write_file("config.json", "{}");
}

static void test_tls(void)
{
    DockerEnvironment environment = {.host = "tcp://h:1", .tls_verify = "1"};
    assert_wrong(&environment, NULL, "DOCKER_TLS_VERIFY", "ca.pem");
    write_file("ca.pem", "x");
    {
        g_autoptr(GError) error = NULL;
        g_autoptr(DockerEndpoint) endpoint = find(&environment, NULL, &error);
        g_assert_no_error(error);
        g_assert_cmpstr(endpoint->url, ==, "https://h:1");
        g_assert_true(g_str_has_suffix(endpoint->ca_file, "/ca.pem"));
        g_assert_null(endpoint->cert_file);
    }
    write_file("cert.pem", "x");
    assert_wrong(&environment, NULL, "DOCKER_TLS_VERIFY", "key.pem");
    write_file("other/ca.pem", "x");
    write_file("other/cert.pem", "x");
    write_file("other/key.pem", "x");
    g_autofree char *other = g_build_filename(directory, "other", NULL);
    environment.cert_path = other;
    {
        g_autoptr(GError) error = NULL;
        g_autoptr(DockerEndpoint) endpoint = find(&environment, NULL, &error);
        g_assert_no_error(error);
        g_assert_true(g_str_has_suffix(endpoint->key_file, "/other/key.pem"));
    }
    environment.cert_path = "/nonexistent";
    assert_wrong(&environment, NULL, "DOCKER_CERT_PATH", "/nonexistent/ca.pem");
    const DockerEnvironment careless = {.host = "tcp://h:1", .tls = "1"};
    assert_wrong(&careless, NULL, "DOCKER_TLS", "without verifying");
    const DockerEnvironment socket = {.host = "unix:///h", .tls_verify = "1"};
    assert_found(&socket, NULL, "default|unix:///h|/h|-");

    add_context("secure", "tcp://h:1", false);
    g_autofree char *material = in_store("tls", "secure", "docker/ca.pem");
    write_file(material, "x");
    assert_found(&(DockerEnvironment){.host = ""}, "secure", "secure|tcp://h:1|https://h:1|-");
    add_context("secure", "tcp://h:1", true);
    assert_wrong(&(DockerEnvironment){.host = ""}, "secure", "meta.json", "SkipTLSVerify");
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    directory = g_build_filename(g_get_tmp_dir(), "docker-config", NULL);
    g_test_add_func("/docker/endpoint/precedence", test_precedence);
    g_test_add_func("/docker/endpoint/addresses", test_addresses);
    g_test_add_func("/docker/endpoint/wrong", test_wrong);
    g_test_add_func("/docker/endpoint/tls", test_tls);
    int status = g_test_run();
    g_free(directory);
    return status;
}
