/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "sim/image.h"

#include "core/hex.h"
#include "core/i18n.h"
#include "core/sanitize.h"
#include "format/date.h"
#include "sim/crypto.h"
#include "sim/docker.h"
#include "sim/tar.h"

#include <jansson.h>
#include <stdlib.h>
#include <sys/utsname.h>

#define PROGRAM "usr/local/bin/mse-sim-enclave"
#define MARK    "SIMULATED image made by mse-sim " PACKAGE_VERSION "\n"

enum { TAG_MOST = 255 };

static const char USERS[] = "root:x:0:0:root:/root:/bin/sh\n", GROUPS[] = "root:x:0:\n";

/* Directories, links, and files but the program; parents come first. */
static const struct {
    const char *name;
    unsigned mode;
    const char *link, *text;
} members[] = {
    {"bin/", 0755, NULL, NULL},
    {"bin/sh", 0777, "../" PROGRAM, NULL},
    {"etc/", 0755, NULL, NULL},
    {"etc/group", 0644, NULL, GROUPS},
    {"etc/mse-sim-image", 0644, NULL, MARK},
    {"etc/passwd", 0644, NULL, USERS},
    {"opt/", 0755, NULL, NULL},
    {"opt/input/", 0755, NULL, NULL},
    {"root/", 0700, NULL, NULL},
    {"root/.cache/", 0700, NULL, NULL},
    {"root/.config/", 0700, NULL, NULL},
    {"root/.config/gramine/", 0700, NULL, NULL},
    {"tmp/", 01777, NULL, NULL},
    {"usr/", 0755, NULL, NULL},
    {"usr/local/", 0755, NULL, NULL},
    {"usr/local/bin/", 0755, NULL, NULL},
    {"usr/local/bin/cenclave-run", 0777, "mse-sim-enclave", NULL},
    {"usr/local/bin/cenclave-test", 0777, "mse-sim-enclave", NULL},
    {"usr/local/bin/mse-run", 0777, "mse-sim-enclave", NULL},
    {"usr/local/bin/mse-test", 0777, "mse-sim-enclave", NULL},
    {"var/", 0755, NULL, NULL},
    {"var/lib/", 0755, NULL, NULL},
    {"var/run/", 0755, NULL, NULL},
    {"var/run/aesmd/", 0755, NULL, NULL},
};

static GByteArray *make_layer(Span program, int64_t time)
{
    GByteArray *layer = g_byte_array_new();
    for (unsigned i = 0; i < G_N_ELEMENTS(members); i++) {
        const char *text = members[i].text;
        tar_put(layer, &(TarMember){.name = members[i].name,
                                    .mode = members[i].mode,
                                    .time = time,
                                    .link = members[i].link,
                                    .content = span_of(text, text != NULL ? strlen(text) : 0)});
    }
    tar_put(layer, &(TarMember){.name = PROGRAM, .mode = 0755, .time = time, .content = program});
    tar_end(layer);
    return layer;
}

/* The machine as engines call it. */
static const char *architecture(const struct utsname *system)
{
    static const struct {
        const char *machine, *name;
    } names[] = {{"x86_64", "amd64"}, {"aarch64", "arm64"}};
    for (unsigned i = 0; i < G_N_ELEMENTS(names); i++)
        if (strcmp(system->machine, names[i].machine) == 0)
            return names[i].name;
    return system->machine;
}

static char *hex_of(Span bytes)
{
    uint8_t digest[32];
    digest_sha256(bytes, digest);
    return hex_encode(span_of(digest, sizeof digest));
}

static char *dump(json_t *value)
{
    char *text = value != NULL ? json_dumps(value, JSON_COMPACT) : NULL;
    if (text == NULL)
        g_error("JSON: an image cannot be described");
    char *copy = g_strdup(text);
    free(text);
    json_decref(value);
    return copy;
}

static char *make_config(const ImageSpec *spec, const GByteArray *layer)
{
    struct utsname system;
    if (uname(&system) != 0)
        g_error("uname");
    g_autofree char *date = date_format(spec->time);
    g_autofree char *hex = hex_of(span_of(layer->data, layer->len));
    g_autofree char *digest = g_strconcat("sha256:", hex, NULL);
    json_t *labels = json_pack("{s:s}", IMAGE_LABEL, "SIMULATED");
    if (spec->label != NULL)
        json_object_set_new(labels, spec->label, json_string(spec->value));
    return dump(json_pack("{s:s, s:s, s:s, s:{s:[s], s:o}, s:{s:s, s:[s]}, s:[{s:s, s:s}]}",
                          "architecture", architecture(&system), "os", "linux", "created", date,
                          "config", "Env",
                          "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
                          "Labels", labels, "rootfs", "type", "layers", "diff_ids", digest,
                          "history", "created", date, "created_by", "mse-sim image (SIMULATED)"));
}

GByteArray *image_make(const ImageSpec *spec)
{
    g_autoptr(GByteArray) layer = make_layer(spec->program, spec->time);
    g_autofree char *config = make_config(spec, layer);
    g_autofree char *id = hex_of(span_of(config, strlen(config)));
    g_autofree char *config_name = g_strconcat(id, ".json", NULL);
    g_autofree char *manifest = dump(json_pack("[{s:s, s:[s], s:[s]}]", "Config", config_name,
                                               "RepoTags", spec->tag, "Layers", "layer.tar"));
    const struct {
        const char *name;
        Span content;
    } files[] = {
        {"manifest.json", span_of(manifest, strlen(manifest))},
        {config_name, span_of(config, strlen(config))},
        {"layer.tar", span_of(layer->data, layer->len)},
    };
    GByteArray *image = g_byte_array_new();
    for (unsigned i = 0; i < G_N_ELEMENTS(files); i++)
        tar_put(image, &(TarMember){.name = files[i].name,
                                    .mode = 0644,
                                    .time = spec->time,
                                    .content = files[i].content});
    tar_end(image);
    return image;
}

char *image_tag(const char *text)
{
    static const char allowed[] =
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-/:";
    const size_t size = strlen(text);
    if (size == 0 || size > TAG_MOST || text[strspn(text, allowed)] != '\0' ||
        !g_ascii_isalnum(text[0]) || !g_ascii_isalnum(text[size - 1]))
        return NULL;
    const char *last = strrchr(text, '/');
    return strchr(last != NULL ? last : text, ':') != NULL ? g_strdup(text)
                                                           : g_strconcat(text, ":latest", NULL);
}

/* The id of the image that has the name now, NULL when there is none; it must be ours or may be
 * replaced. */
static bool find_old(const char *engine, const char *tag, bool force, char **id, GError **error)
{
    *id = NULL;
    DockerAnswer answer;
    g_autofree char *path = g_strconcat("/images/", tag, "/json", NULL);
    if (!docker_call(engine, "GET", path, "text/plain", span_of(NULL, 0), &answer, error))
        return false;
    json_t *image = answer.status == 200 ? json_loads(answer.body, 0, NULL) : NULL;
    json_t *config = json_object_get(image, "Config");
    const bool ours = json_object_get(json_object_get(config, "Labels"), IMAGE_LABEL) != NULL;
    bool may = answer.status == 200 || answer.status == 404 || docker_refuse(&answer, error);
    if (answer.status == 200 && !ours && !force) {
        g_set_error(error, SIM_ERROR, SIM_ERROR_OUTPUT,
                    _("%s: an image of that name is there that mse-sim did not make: --force takes "
                      "its name"),
                    tag);
        may = false;
    }
    if (ours)
        *id = g_strdup(json_string_value(json_object_get(image, "Id")));
    json_decref(image);
    docker_answer_clear(&answer);
    return may;
}

/* The engine answers 200 before it knows: what went wrong stands in the answer. */
static bool loaded(const DockerAnswer *answer, GError **error)
{
    if (answer->status != 200)
        return docker_refuse(answer, error);
    g_auto(GStrv) lines = g_strsplit(answer->body, "\n", -1);
    for (unsigned i = 0; lines[i] != NULL; i++) {
        json_t *object = json_loads(lines[i], 0, NULL);
        const char *message = json_string_value(json_object_get(object, "error"));
        if (message != NULL) {
            g_autofree char *shown = sanitize_string(message);
            g_set_error(error, SIM_ERROR, SIM_ERROR_NETWORK, _("the engine refuses: %s"), shown);
        }
        json_decref(object);
        if (message != NULL)
            return false;
    }
    return true;
}

/* One that is used, or has another name, is not removed: the engine sees to that. */
static void remove_old(const char *engine, const char *tag, const char *id)
{
    g_autofree char *now = NULL;
    g_autoptr(GError) error = NULL;
    if (!find_old(engine, tag, true, &now, &error) || g_strcmp0(now, id) == 0)
        return;
    DockerAnswer answer;
    g_autofree char *path = g_strconcat("/images/", id, NULL);
    if (docker_call(engine, "DELETE", path, "text/plain", span_of(NULL, 0), &answer, NULL))
        docker_answer_clear(&answer);
}

bool image_load(const char *engine, const ImageSpec *spec, bool force, GError **error)
{
    g_autofree char *old = NULL;
    if (!find_old(engine, spec->tag, force, &old, error))
        return false;
    g_autoptr(GByteArray) image = image_make(spec);
    DockerAnswer answer;
    if (!docker_call(engine, "POST", "/images/load?quiet=1", "application/x-tar",
                     span_of(image->data, image->len), &answer, error))
        return false;
    const bool done = loaded(&answer, error);
    docker_answer_clear(&answer);
    if (done && old != NULL)
        remove_old(engine, spec->tag, old);
    return done;
}
