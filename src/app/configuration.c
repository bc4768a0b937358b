/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "app/configuration.h"

#include "core/file.h"
#include "core/i18n.h"
#include "core/sanitize.h"
#include "format/json_pull.h"

#include <string.h>

enum {
    KEY_SIZE = 32,
    BOX_OVERHEAD = 48, /* a public key and a tag */
    UUID_SIZE = 36,
};

G_DEFINE_QUARK(mse - configuration - error - quark, configuration_error)

void configuration_clear(Configuration *configuration)
{
    secret_free(configuration->secrets);
    g_clear_pointer(&configuration->sealed, g_bytes_unref);
    secret_free(configuration->key);
    *configuration = (Configuration){0};
}

static bool fail(const char *path, ConfigurationError code, const char *what, GError **error)
{
    g_autofree char *safe = sanitize_string(path);
    g_set_error(error, CONFIGURATION_ERROR, code, "%s: %s", safe, what);
    return false;
}

/* Where it stops being JSON is said as a place: what stands there may be a secret. */
static bool fail_at(const char *path, Span text, size_t offset, GError **error)
{
    unsigned line = 1, column = 1;
    for (size_t i = 0; i < offset && i < text.size; i++) {
        bool feed = text.data[i] == '\n';
        line += feed;
        column = feed ? 1 : column + 1;
    }
    g_autofree char *what =
        g_strdup_printf(_("line %u, column %u: it is no JSON from here on; secrets are one JSON "
                          "value, for example {\"password\": \"…\"}"),
                        line, column);
    return fail(path, CONFIGURATION_ERROR_SECRETS, what, error);
}

static bool is_empty(const JsonPullValue *value)
{
    JsonPullIterator iterator;
    JsonPullValue element;
    Span key;
    switch (value->type) {
    case JSON_PULL_NULL:
        return true;
    case JSON_PULL_STRING:
        return value->range.size == 2;
    case JSON_PULL_ARRAY:
        return json_pull_open(value, &iterator) && !json_pull_element(&iterator, &element);
    case JSON_PULL_OBJECT:
        return json_pull_open(value, &iterator) && !json_pull_member(&iterator, &key, &element);
    default:
        return false;
    }
}

static Secret *secret_of(Span bytes)
{
    Secret *secret = secret_new(bytes.size);
    if (bytes.size > 0)
        memcpy(secret_data(secret), bytes.data, bytes.size);
    return secret;
}

bool configuration_read_secrets(Configuration *configuration, const char *path, Cancel *cancel,
                                GError **error)
{
    g_autoptr(Secret) file = secret_read_file(path, LIMIT_SECRETS, cancel, error);
    JsonPullValue value;
    size_t where = 0;
    if (file == NULL)
        return false;
    if (!json_pull_document(secret_span(file), &value, &where))
        return fail_at(path, secret_span(file), where, error);
    if (!is_empty(&value))
        configuration->secrets = secret_of(value.range);
    return true;
}

bool configuration_read_sealed(Configuration *configuration, const char *path, Cancel *cancel,
                               GError **error)
{
    g_autoptr(GBytes) file = file_read(path, LIMIT_SEALED, cancel, error);
    if (file == NULL)
        return false;
    if (g_bytes_get_size(file) < BOX_OVERHEAD)
        return fail(path, CONFIGURATION_ERROR_SEALED,
                    _("it is too short for sealed secrets; expected what \"home seal\" wrote"),
                    error);
    configuration->sealed = g_steal_pointer(&file);
    return true;
}

bool configuration_read_key(Configuration *configuration, const char *path, Cancel *cancel,
                            GError **error)
{
    g_autoptr(Secret) file = secret_read_file(path, LIMIT_KEY, cancel, error);
    if (file == NULL)
        return false;
    if (secret_size(file) == KEY_SIZE) {
        configuration->key = g_steal_pointer(&file);
        return true;
    }
    g_autofree char *what =
        g_strdup_printf(_("it has %zu bytes; the key of the code is the 32 bytes that "
                          "\"home package --encrypt\" wrote"),
                        secret_size(file));
    return fail(path, CONFIGURATION_ERROR_KEY, what, error);
}

/* ---- the body ---- */

/* Counts what is put, and writes it once there is where to. */
typedef struct Writer {
    uint8_t *out; /* NULL: only count */
    size_t size;
} Writer;

static void put_byte(Writer *writer, char byte)
{
    if (writer->out != NULL)
        writer->out[writer->size] = (uint8_t)byte;
    writer->size++;
}

static void put(Writer *writer, Span bytes)
{
    if (writer->out != NULL && bytes.size > 0)
        memcpy(writer->out + writer->size, bytes.data, bytes.size);
    writer->size += bytes.size;
}

static void put_text(Writer *writer, const char *text)
{
    put(writer, span_of(text, strlen(text)));
}

static void put_hex(Writer *writer, Span bytes)
{
    static const char digits[] = "0123456789abcdef";
    for (size_t i = 0; i < bytes.size; i++) {
        put_byte(writer, digits[bytes.data[i] >> 4]);
        put_byte(writer, digits[bytes.data[i] & 15]);
    }
}

static void put_base64url(Writer *writer, Span bytes)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    for (size_t i = 0; i < bytes.size; i += 3) {
        size_t n = MIN(bytes.size - i, 3);
        uint32_t group = (uint32_t)bytes.data[i] << 16;
        group |= n > 1 ? (uint32_t)bytes.data[i + 1] << 8 : 0;
        group |= n > 2 ? (uint32_t)bytes.data[i + 2] : 0;
        for (size_t digit = 0; digit <= n; digit++)
            put_byte(writer, digits[group >> (18 - 6 * digit) & 63]);
    }
}

static void put_all(Writer *writer, const Configuration *configuration, const char *uuid)
{
    put_text(writer, "{\"uuid\": \"");
    put_text(writer, uuid);
    put_text(writer, "\"");
    if (configuration->secrets != NULL) {
        put_text(writer, ", \"app_secrets\": ");
        put(writer, secret_span(configuration->secrets));
    }
    if (configuration->sealed != NULL) {
        size_t size;
        const void *data = g_bytes_get_data(configuration->sealed, &size);
        put_text(writer, ", \"app_sealed_secrets\": \"");
        put_base64url(writer, span_of(data, size));
        put_text(writer, "\"");
    }
    if (configuration->key != NULL) {
        put_text(writer, ", \"code_secret_key\": \"");
        put_hex(writer, secret_span(configuration->key));
        put_text(writer, "\"");
    }
    put_text(writer, "}");
}

static bool is_uuid(const char *text)
{
    size_t size = strlen(text);
    return size == UUID_SIZE && strspn(text, "0123456789abcdefABCDEF-") == size;
}

Secret *configuration_body(const Configuration *configuration, const char *uuid, GError **error)
{
    if (uuid == NULL || !is_uuid(uuid)) {
        g_autofree char *safe = sanitize_string(uuid);
        g_set_error(error, CONFIGURATION_ERROR, CONFIGURATION_ERROR_UUID,
                    _("the application was started with \"--id %s\", which is no UUID: its "
                      "configuration server would refuse whatever is sent; spawn it anew"),
                    safe);
        return NULL;
    }
    Writer count = {0};
    put_all(&count, configuration, uuid);
    Secret *body = secret_new(count.size);
    put_all(&(Writer){.out = secret_data(body)}, configuration, uuid);
    return body;
}
