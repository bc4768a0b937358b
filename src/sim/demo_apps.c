/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "sim/demo_apps.h"

#include "core/file.h"
#include "core/hex.h"
#include "format/pem.h"
#include "sim/crypto.h"
#include "sim/evidence.h"
#include "sim/http.h"
#include "sim/tar.h"

#include <netinet/in.h>
#include <openssl/rand.h>
#include <openssl/x509.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define APPLICATION "app:app"
#define INPUT       "opt/input"
#define QUOTE_OID   "1.2.840.113741.1337.6"

enum {
    ENCLAVE_MEBIBYTES = 4096,
    DAY = 86400,
    MRENCLAVE_AT = 48 + 64, /* in a quote: header, then the report body */
    MRENCLAVE_SIZE = 32,
};

static const struct DemoRow {
    const char *name;
    DemoFate fate;
    unsigned days;     /* until its certificate ends */
    unsigned pace;     /* milliseconds between lines of its log */
    const char *fault; /* MSE_SIM_FAULT, or NULL */
} rows[] = {
    {"helloworld", DEMO_RUNNING, 365, 1700, NULL},
    {"billing", DEMO_WAITING, 90, 4000, NULL},
    {"scoring", DEMO_CHANGES, 200, 900, "restart-other-measurement"},
    {"ledger", DEMO_OUTDATED, 40, 2300, NULL},
    {"census", DEMO_RUNNING, 5, 3100, NULL},
    {"batch", DEMO_ENDED, 300, 0, "exit-after=1"},
};

static const char CODE[] = "import json\n"
                           "import os\n"
                           "from pathlib import Path\n"
                           "\n"
                           "from flask import Flask\n"
                           "\n"
                           "app = Flask(__name__)\n"
                           "\n"
                           "\n"
                           "@app.get(\"/health\")\n"
                           "def health():\n"
                           "    return \"OK\"\n"
                           "\n"
                           "\n"
                           "@app.get(\"/\")\n"
                           "def hello():\n"
                           "    return \"%s: Hello world\"\n";

static const char SETTINGS[] = "name = \"%s\"\n"
                               "python_application = \"" APPLICATION "\"\n"
                               "healthcheck_endpoint = \"/health\"\n"
                               "tests_cmd = \"pytest\"\n"
                               "tests_requirements = [\"pytest\"]\n";

static const char ENDED_LOG[] =
    "[SIMULATED] [INFO] Loading the application...\n"
    "[SIMULATED] [INFO] Starting the application (mode=RATLS_CERTIFICATE)...\n"
    "[SIMULATED] 12000 rows read\n"
    "[SIMULATED] Traceback (most recent call last):\n"
    "[SIMULATED]   File \"/mse-app/app.py\", line 61, in nightly\n"
    "[SIMULATED]     store(aggregate(rows))\n"
    "[SIMULATED] MemoryError: the enclave has no memory left\n"
    "[SIMULATED] [ERROR] The application ended with status 1\n";

DemoFate demo_app_fate(const DemoApp *app)
{
    return app->row->fate;
}

const char *demo_app_name(const DemoApp *app)
{
    return app->name;
}

/* --- what it finds in its directory ------------------------------------------------------------
 */

static bool write_text(const char *directory, const char *name, const char *text, size_t size,
                       int mode, GError **error)
{
    g_autofree char *path = g_build_filename(directory, name, NULL);
    g_autofree char *parent = g_path_get_dirname(path);
    return file_make_directory(parent, error) && file_write(path, span_of(text, size), mode, error);
}

static bool fill(const DemoApp *app, const Platform *platform, int64_t now, GError **error)
{
    g_autofree char *code = g_strdup_printf(CODE, app->row->name);
    g_autofree char *settings = g_strdup_printf(SETTINGS, app->row->name);
    g_autofree char *key = key_private_pem(platform->keys[KEY_ENCLAVE_SIGNER]);
    g_autoptr(GByteArray) tar = g_byte_array_new();
    tar_put(tar, &(TarMember){.name = "app.py",
                              .mode = 0644,
                              .time = now,
                              .content = span_of(code, strlen(code))});
    tar_end(tar);
    return write_text(app->directory, "app.tar", (const char *)tar->data, tar->len, 0644, error) &&
           write_text(app->directory, "mse.toml", settings, strlen(settings), 0644, error) &&
           write_text(app->root, DEMO_SIGNER_KEY, key, strlen(key), 0600, error);
}

/* A port that was free a moment ago; 0: none. */
static unsigned free_port(void)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}};
    socklen_t size = sizeof address;
    const int descriptor = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (descriptor < 0)
        return 0;
    const bool bound = bind(descriptor, (struct sockaddr *)&address, size) == 0 &&
                       getsockname(descriptor, (struct sockaddr *)&address, &size) == 0;
    close(descriptor);
    return bound ? ntohs(address.sin_port) : 0;
}

void demo_app_choose_port(DemoApp *app)
{
    app->port = free_port();
}

static void random_hex(char *out, size_t size)
{
    uint8_t bytes[32];
    crypto_must(RAND_bytes(bytes, sizeof bytes) == 1, "RAND_bytes");
    g_autofree char *hex = hex_encode(span_of(bytes, size / 2));
    g_strlcpy(out, hex, size + 1);
}

/* --- how it is started --------------------------------------------------------------------------
 */

static char *subject_of(const DemoApp *app)
{
    return g_strdup_printf("CN=%s.example,O=SIMULATED (mse-console),C=FR", app->row->name);
}

static char **arguments_of(const DemoApp *app)
{
    g_autoptr(GStrvBuilder) words = g_strv_builder_new();
    g_autofree char *size = g_strdup_printf("%dM", ENCLAVE_MEBIBYTES);
    g_autofree char *subject = subject_of(app);
    g_autofree char *expires = g_strdup_printf("%" G_GINT64_FORMAT, app->expires);
    g_strv_builder_add_many(words, "mse-run", "--size", size, "--subject", subject, "--san",
                            "localhost", "--id", app->id, "--application", APPLICATION,
                            "--expiration", expires, NULL);
    return g_strv_builder_end(words);
}

const DemoVariable *demo_app_variables(const DemoApp *app)
{
    static char pace[16];
    static DemoVariable variables[3];
    g_snprintf(pace, sizeof pace, "%u", MAX(app->row->pace, 1));
    variables[0] = (DemoVariable){"MSE_SIM_PACE", pace};
    variables[1] =
        (DemoVariable){app->row->fault != NULL ? "MSE_SIM_FAULT" : NULL, app->row->fault};
    return variables;
}

static char **variables_of(const DemoApp *app)
{
    g_autofree char *listen = g_strdup_printf("127.0.0.1:%u", app->port);
    char **variables = g_get_environ();
    variables = g_environ_setenv(variables, "MSE_SIM_ROOT", app->root, TRUE);
    variables = g_environ_setenv(variables, "MSE_SIM_LISTEN", listen, TRUE);
    variables = g_environ_setenv(variables, "MSE_SIM_QUOTING", app->socket, TRUE);
    for (const DemoVariable *one = demo_app_variables(app); one->name != NULL; one++)
        variables = g_environ_setenv(variables, one->name, one->value, TRUE);
    return variables;
}

static void add_pair(GPtrArray *list, const char *first, const char *second)
{
    g_ptr_array_add(list, g_strdup(first));
    g_ptr_array_add(list, g_strdup(second));
}

static ContainerSpec *make_spec(const void *data, unsigned number)
{
    const DemoApps *apps = data;
    const DemoApp *app = &apps->all[number];
    const bool ended = app->row->fate == DEMO_ENDED;
    ContainerSpec *spec = container_spec_empty();
    spec->application = true;
    memcpy(spec->id, app->container, sizeof spec->id);
    memcpy(spec->image_id, app->image, sizeof spec->image_id);
    spec->name = g_strdup(app->name);
    spec->image = g_strdup_printf("%s:%" G_GINT64_FORMAT, app->row->name, apps->start);
    spec->entrypoint = app->arguments[0];
    for (unsigned i = 1; app->arguments[i] != NULL; i++)
        g_ptr_array_add(spec->command, g_strdup(app->arguments[i]));
    add_pair(spec->labels, "healthcheck_endpoint", "/health");
    add_pair(spec->labels, "mse-home", "1");
    add_pair(spec->mounts, app->directory, "/opt/input");
    spec->port = app->port;
    spec->port_inside = 443;
    spec->state = ended ? CONTAINER_EXITED : CONTAINER_RUNNING;
    spec->exit_code = ended ? 1 : 0;
    const int64_t now = apps->start * NS_PER_SECOND;
    spec->created = spec->started = ended ? now - DAY * NS_PER_SECOND : now;
    spec->finished = ended ? now - 11 * (DAY / 24) * NS_PER_SECOND : 0;
    return spec;
}

static bool make_app(DemoApps *apps, unsigned i, const DemoMaking *making, GError **error)
{
    DemoApp *app = &apps->all[i];
    const bool outdated = rows[i].fate == DEMO_OUTDATED, ended = rows[i].fate == DEMO_ENDED;
    app->row = &rows[i];
    app->number = i;
    app->name = g_strconcat(rows[i].name, apps->suffix, NULL);
    app->root = g_build_filename(making->directory, "apps", rows[i].name, NULL);
    app->directory = g_build_filename(app->root, INPUT, NULL);
    app->socket = g_strdup(outdated ? making->outdated_socket : making->socket);
    app->id = g_uuid_string_random();
    app->expires = apps->start + (int64_t)rows[i].days * DAY;
    demo_app_choose_port(app);
    random_hex(app->container, 64);
    g_strlcpy(app->image, "sha256:", sizeof app->image);
    random_hex(app->image + strlen("sha256:"), 64);
    app->arguments = arguments_of(app);
    app->variables = variables_of(app);
    apps->processes[i] = (ProcessSpec){
        .program = ended ? NULL : apps->program,
        .arguments = app->arguments,
        .variables = app->variables,
        .directory = app->directory,
        .log = ended ? ENDED_LOG : NULL,
    };
    return fill(app, making->platform, apps->start, error);
}

bool demo_apps_make(DemoApps *apps, const DemoMaking *making, GError **error)
{
    *apps = (DemoApps){
        .all = g_new0(DemoApp, G_N_ELEMENTS(rows)),
        .n = G_N_ELEMENTS(rows),
        .processes = g_new0(ProcessSpec, G_N_ELEMENTS(rows)),
        .program = g_strdup(making->program),
        .suffix = g_strdup(making->suffix),
        .start = g_get_real_time() / G_USEC_PER_SEC,
    };
    apps->specs = (GivenSpecs){apps->n, make_spec, apps};
    for (unsigned i = 0; i < apps->n; i++)
        if (!make_app(apps, i, making, error))
            return false;
    return true;
}

void demo_apps_clear(DemoApps *apps)
{
    for (unsigned i = 0; i < apps->n; i++) {
        DemoApp *app = &apps->all[i];
        g_free(app->name);
        g_free(app->root);
        g_free(app->socket);
        g_free(app->directory);
        g_free(app->id);
        g_strfreev(app->arguments);
        g_strfreev(app->variables);
    }
    g_free(apps->all);
    g_free(apps->processes);
    g_free(apps->program);
    g_free(apps->suffix);
    *apps = (DemoApps){0};
}

/* --- its evidence --------------------------------------------------------------------------------
 */

bool demo_app_collect(const DemoApp *app, GBytes *certificate, const Platform *platform,
                      GError **error)
{
    size_t size;
    const void *der = g_bytes_get_data(certificate, &size);
    g_autofree char *pem = pem_encode("CERTIFICATE", span_of(der, size));
    g_autofree char *subject = subject_of(app);
    const EvidenceArguments arguments = {
        .subject = subject,
        .san = "localhost",
        .id = app->id,
        .application = APPLICATION,
        .expiration = app->expires,
        .size = ENCLAVE_MEBIBYTES,
    };
    g_autofree char *evidence = evidence_make_with(certificate, &arguments, platform, SIM_SGX);
    return write_text(app->directory, "ratls.pem", pem, strlen(pem), 0644, error) &&
           write_text(app->directory, "evidence.json", evidence, strlen(evidence), 0644, error);
}

char *demo_app_measurement(GBytes *certificate)
{
    size_t size;
    const unsigned char *der = g_bytes_get_data(certificate, &size);
    X509 *x509 = d2i_X509(NULL, &der, (long)size);
    ASN1_OBJECT *oid = OBJ_txt2obj(QUOTE_OID, 1);
    const int at = x509 != NULL ? X509_get_ext_by_OBJ(x509, oid, -1) : -1;
    const ASN1_OCTET_STRING *quote =
        at >= 0 ? X509_EXTENSION_get_data(X509_get_ext(x509, at)) : NULL;
    char *hex = NULL;
    if (quote != NULL && ASN1_STRING_length(quote) >= MRENCLAVE_AT + MRENCLAVE_SIZE)
        hex = hex_encode(span_of(ASN1_STRING_get0_data(quote) + MRENCLAVE_AT, MRENCLAVE_SIZE));
    ASN1_OBJECT_free(oid);
    X509_free(x509);
    return hex;
}
