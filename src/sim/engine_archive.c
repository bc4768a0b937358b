/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Files taken out of an application's container: its evidence, of a simulated platform.
 */
#include "config.h"

#include "sim/engine_private.h"

#include "format/pem.h"
#include "sim/breaks.h"
#include "sim/crypto.h"
#include "sim/engine_text.h"
#include "sim/evidence.h"
#include "sim/tar.h"

#include <string.h>

enum { BROKEN_EVERY = 8, BROKEN_AT = 3, TDX_AT = 6 };

static const char DIRECTORY[] = "/opt/input/";

/* What is wrong with the evidence of one application in eight. */
static const char *const broken[] = {"debug", "mrenclave", "binding", "quote-signature"};

static const char *argument(const ContainerSpec *spec, const char *name)
{
    for (unsigned i = 0; i + 1 < spec->command->len; i++)
        if (strcmp(spec->command->pdata[i], name) == 0)
            return spec->command->pdata[i + 1];
    return "";
}

static SimTee tee_of(const Container *container)
{
    return container->number % BROKEN_EVERY == TDX_AT ? SIM_TDX : SIM_SGX;
}

static GBytes *make_certificate(const Platform *platform, const Container *container,
                                const char *san)
{
    const SimTee tee = tee_of(container);
    const Span id = span_of(container->id, strlen(container->id));
    g_autoptr(EVP_PKEY) key = key_new_p256();
    /* The platform is what the breaks chosen here leave alone. */
    Scenario scenario = {.platform = (PlatformRecipe *)&platform->recipe, .keys = platform->keys};
    quote_recipe_init(&scenario.quote, platform, tee, tee == SIM_TDX ? 4 : 3, false);
    digest_sha256(id, scenario.quote.sgx.mr_enclave);
    digest_sha256(id, scenario.quote.td.mr_td);
    scenario.application = (ApplicationRecipe){.key = key, .san = san, .has_enclave_key = true};
    digest_sha256(id, scenario.application.enclave_key);
    if (container->number % BROKEN_EVERY == BROKEN_AT)
        break_find(broken[container->number / BROKEN_EVERY % G_N_ELEMENTS(broken)])
            ->apply(&scenario);
    return application_certificate(&scenario.application, &scenario.quote, platform);
}

/* Made once: another certificate would be an alarm. Borrowed. */
static GBytes *certificate_of(Engine *engine, const Container *container, const char *san)
{
    GBytes *certificate = g_hash_table_lookup(engine->certificates, container->id);
    if (certificate == NULL) {
        certificate = make_certificate(engine->options.platform, container, san);
        g_hash_table_insert(engine->certificates, g_strdup(container->id), certificate);
    }
    return certificate;
}

/* Evidence with the arguments that the application was started with. */
static char *make_evidence(GBytes *certificate, const Platform *platform, SimTee tee,
                           const ContainerSpec *spec)
{
    const EvidenceArguments arguments = {
        .subject = argument(spec, "--subject"),
        .san = argument(spec, "--san"),
        .id = argument(spec, "--id"),
        .application = argument(spec, "--application"),
        .expiration = g_ascii_strtoll(argument(spec, "--expiration"), NULL, 10),
        .size = g_ascii_strtoll(argument(spec, "--size"), NULL, 10),
    };
    return evidence_make_with(certificate, &arguments, platform, tee);
}

/* The file's content, or NULL when there is no such file. Free with g_free. */
static char *file_of(Call *call, const char *name)
{
    const Platform *platform = call->engine->options.platform;
    const Container *container = call->container;
    const bool evidence = strcmp(name, "evidence.json") == 0;
    if (call->engine->processes != NULL)
        return processes_file(call->engine->processes, container, name);
    if (platform == NULL || !container->application || container->started == 0 ||
        (!evidence && strcmp(name, "ratls.pem") != 0))
        return NULL;
    g_autoptr(ContainerSpec) spec =
        container_spec_new(&call->engine->fleet->spec, container->number);
    const char *san = argument(spec, "--san");
    GBytes *certificate = certificate_of(call->engine, container, san);
    size_t size;
    const void *der = g_bytes_get_data(certificate, &size);
    if (!evidence)
        return pem_encode("CERTIFICATE", span_of(der, size));
    return make_evidence(certificate, platform, tee_of(container), spec);
}

/* A tar with one file. */
static void put_tar(GString *out, const char *name, const char *content, int64_t time)
{
    g_autoptr(GByteArray) tar = g_byte_array_new();
    tar_put(tar, &(TarMember){.name = name,
                              .mode = 0644,
                              .time = time / NS_PER_SECOND,
                              .content = span_of(content, strlen(content))});
    tar_end(tar);
    g_string_append_len(out, (const char *)tar->data, tar->len);
}

/* The header that tells of the file: JSON in base64. Free with g_free. */
static char *path_stat(const char *name, size_t size, int64_t time)
{
    g_autoptr(GString) text = g_string_new("{\"name\":");
    put_json(text, name);
    g_string_append_printf(text, ",\"size\":%zu,\"mode\":%u,\"mtime\":\"", size, 0644u);
    put_time(text, time / NS_PER_SECOND * NS_PER_SECOND);
    g_string_append(text, "\",\"linkTarget\":\"\"}");
    g_autofree char *encoded = g_base64_encode((const guchar *)text->str, text->len);
    return g_strdup_printf("X-Docker-Container-Path-Stat: %s\r\n", encoded);
}

void call_archive(Call *call)
{
    g_autofree char *path = http_parameter(call->exchange, "path");
    if (path == NULL || path[0] == '\0') {
        answer_problem(call, 400, "bad parameter: pathcannot be empty");
        return;
    }
    const char *name = g_str_has_prefix(path, DIRECTORY) ? path + sizeof DIRECTORY - 1 : "";
    g_autofree char *content = file_of(call, name);
    if (content == NULL) {
        answer_problem(call, 404, "Could not find the file %s in container %s", path, call->word);
        return;
    }
    g_autofree char *line = path_stat(name, strlen(content), call->container->started);
    g_autoptr(GString) tar = g_string_new(NULL);
    put_tar(tar, name, content, call->container->started);
    answer_with(call, "application/x-tar", line, tar);
}
