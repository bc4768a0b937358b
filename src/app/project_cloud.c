/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "app/project_cloud.h"

#include "app/toml_note.h"
#include "attest/certificate.h"
#include "core/file.h"
#include "core/i18n.h"
#include "core/sanitize.h"
#include "format/date.h"
#include "format/der.h"
#include "format/pem.h"

/* One table being read: problems are gathered, so that all are told at once. */
typedef struct CloudReading {
    const ProjectCloudAsked *asked;
    const char *path;
    ProjectCloud *cloud;
    GPtrArray *problems; /* char* */
} CloudReading;

void project_cloud_free(ProjectCloud *cloud)
{
    if (cloud == NULL)
        return;
    g_free(cloud->code);
    g_free(cloud->tests);
    g_free(cloud->secrets);
    g_free(cloud->docker);
    g_free(cloud->project);
    g_free(cloud->hardware);
    g_free(cloud->domain_name);
    g_free(cloud->private_key);
    g_free(cloud->certificate);
    g_free(cloud->certificate_text);
    g_ptr_array_unref(cloud->warnings);
    g_free(cloud);
}

/* ---- Keys ---- */

typedef enum { CLOUD_TEXT, CLOUD_STRIPPED, CLOUD_PATH } CloudKind;

typedef struct CloudKey {
    const char *key;
    CloudKind kind;
    bool needed;
    size_t offset; /* of the char* in ProjectCloud */
    glong most;    /* characters; 0: any number */
} CloudKey;

#define AT(member) G_STRUCT_OFFSET(ProjectCloud, member)

static const CloudKey cloud_keys[] = {
    {"code", CLOUD_PATH, true, AT(code), 0},
    {"tests", CLOUD_PATH, true, AT(tests), 0},
    {"docker", CLOUD_TEXT, true, AT(docker), 0},
    {"project", CLOUD_STRIPPED, true, AT(project), 255},
    {"hardware", CLOUD_STRIPPED, true, AT(hardware), 16},
    {"secrets", CLOUD_PATH, false, AT(secrets), 0},
};

static const CloudKey ssl_keys[] = {
    {"domain_name", CLOUD_STRIPPED, true, AT(domain_name), 0},
    {"private_key", CLOUD_PATH, true, AT(private_key), 0},
    {"certificate", CLOUD_PATH, true, AT(certificate), 0},
};

static char *expected_text(const CloudKey *key)
{
    if (key->kind == CLOUD_PATH)
        return g_strdup(_("a path"));
    return key->most > 0 ? g_strdup_printf(_("a string of 1 to %ld characters"), key->most)
                         : g_strdup(_("a string that is not empty"));
}

static char *absolute(const CloudReading *reading, const char *text)
{
    g_autofree char *directory = g_path_get_dirname(reading->path);
    g_autofree char *base = g_canonicalize_filename(directory, NULL);
    return g_canonicalize_filename(text, base);
}

static void read_key(const CloudReading *reading, const char *section, const TomlValue *table,
                     const CloudKey *key)
{
    const TomlValue *value = toml_get(table, key->key);
    if (value == NULL && !key->needed)
        return;
    g_autofree char *expected = expected_text(key);
    if (value == NULL) {
        toml_note(reading->problems, reading->path, table, _("%s is missing in [%s]; expected %s"),
                  key->key, section, expected);
        return;
    }
    const char *plain = toml_plain_text(value);
    g_autofree char *text = plain == NULL                 ? NULL
                            : key->kind == CLOUD_STRIPPED ? toml_stripped(plain)
                                                          : g_strdup(plain);
    if (text == NULL || *text == '\0' || (key->most > 0 && g_utf8_strlen(text, -1) > key->most)) {
        g_autofree char *found = toml_value_for_people(value);
        toml_note(reading->problems, reading->path, value, _("%s in [%s] is %s; expected %s"),
                  key->key, section, found, expected);
        return;
    }
    char **out = (char **)(void *)((uint8_t *)reading->cloud + key->offset);
    *out = key->kind == CLOUD_PATH ? absolute(reading, text) : g_steal_pointer(&text);
}

static bool is_of(const CloudKey *keys, size_t n, const char *key)
{
    for (size_t i = 0; i < n; i++)
        if (g_str_equal(keys[i].key, key))
            return true;
    return false;
}

/* `more`: keys that are read elsewhere, or known and passed over. */
static void note_unknown(const CloudReading *reading, const char *section, const TomlValue *table,
                         const CloudKey *keys, size_t n, const char *const *more)
{
    for (unsigned i = 0; i < table->as.table.keys->len; i++) {
        const char *key = g_ptr_array_index(table->as.table.keys, i);
        if (is_of(keys, n, key) || g_strv_contains(more, key))
            continue;
        g_autofree char *safe = sanitize_string(key);
        toml_note(reading->cloud->warnings, reading->path, toml_get(table, key),
                  _("unknown key %s in [%s]; it is passed over"), safe, section);
    }
}

static void read_keys(const CloudReading *reading, const char *section, const TomlValue *table,
                      const CloudKey *keys, size_t n, const char *const *more)
{
    for (size_t i = 0; i < n; i++)
        read_key(reading, section, table, &keys[i]);
    note_unknown(reading, section, table, keys, n, more);
}

/* ---- Dates ---- */

static bool set_expiry(const CloudReading *reading, const TomlValue *value)
{
    const TomlDate *date = &value->as.date;
    g_autoptr(GTimeZone) zone = value->type == TOML_OFFSET_DATETIME
                                    ? g_time_zone_new_offset(date->offset_minutes * 60)
                                    : g_time_zone_ref(reading->asked->zone);
    g_autoptr(GDateTime) time = g_date_time_new(zone, date->year, date->month, date->day,
                                                date->hour, date->minute, date->second);
    if (time == NULL)
        return false;
    reading->cloud->expires = true;
    reading->cloud->expires_at = g_date_time_to_unix(time);
    reading->cloud->expires_nanosecond = date->nanosecond;
    return true;
}

static bool is_date(const TomlValue *value)
{
    return value->type == TOML_OFFSET_DATETIME || value->type == TOML_LOCAL_DATETIME ||
           value->type == TOML_LOCAL_DATE;
}

/* A string is read as TOML writes a date: the forms are the same. */
static bool set_expiry_of_text(const CloudReading *reading, const char *text)
{
    if (strspn(text, "0123456789-:.+TtZz ") != strlen(text))
        return false;
    g_autofree char *line = g_strdup_printf("v = %s", text);
    g_autoptr(TomlValue) root = toml_parse(span_of(line, strlen(line)), NULL, NULL);
    const TomlValue *value = root != NULL ? toml_get(root, "v") : NULL;
    return value != NULL && is_date(value) && set_expiry(reading, value);
}

static void read_expiry(const CloudReading *reading, const TomlValue *cloud)
{
    const TomlValue *value = toml_get(cloud, "expiration_date");
    if (value == NULL)
        return;
    const char *text = toml_plain_text(value);
    if (text != NULL ? set_expiry_of_text(reading, text)
                     : is_date(value) && set_expiry(reading, value))
        return;
    g_autofree char *found = toml_value_for_people(value);
    toml_note(reading->problems, reading->path, value, _("%s in [%s] is %s; expected %s"),
              "expiration_date", "cloud", found, _("a date and time, as 2035-06-29T00:00:00Z"));
}

/* ---- The certificate ---- */

/* dNSNames of subjectAltName (RFC 5280, 4.2.1.6): char*. */
static GPtrArray *names_of(const Certificate *certificate)
{
    GPtrArray *names = g_ptr_array_new_with_free_func(g_free);
    Reader extensions = reader_on(certificate->extensions);
    ExtensionItem extension;
    while (reader_left(&extensions) > 0 && extension_next(&extensions, &extension)) {
        Reader value = reader_on(extension.value);
        DerItem all, name;
        if (!der_oid_is(extension.oid, "\x55\x1d\x11") || !der_expect(&value, DER_SEQUENCE, &all))
            continue;
        Reader each = reader_on(all.content);
        while (reader_left(&each) > 0 && der_next(&each, &name))
            if (name.tag == DER_CONTEXT(2))
                g_ptr_array_add(names,
                                g_strndup((const char *)name.content.data, name.content.size));
    }
    return names;
}

/* The name itself, or with its first label replaced by "*". */
static bool names_have(const GPtrArray *names, const char *domain)
{
    const char *dot = strchr(domain, '.');
    g_autofree char *wildcard = g_strconcat("*", dot != NULL ? dot : "", NULL);
    for (unsigned i = 0; i < names->len; i++) {
        const char *name = g_ptr_array_index(names, i);
        if (g_ascii_strcasecmp(name, domain) == 0 || g_ascii_strcasecmp(name, wildcard) == 0)
            return true;
    }
    return false;
}

static void check_names(const CloudReading *reading, const TomlValue *ssl,
                        const Certificate *certificate)
{
    g_autoptr(GPtrArray) names = names_of(certificate);
    if (names_have(names, reading->cloud->domain_name))
        return;
    g_ptr_array_add(names, NULL);
    g_autofree char *all = g_strjoinv(", ", (char **)names->pdata);
    g_autofree char *shown = sanitize_string(all);
    g_autofree char *domain = sanitize_string(reading->cloud->domain_name);
    toml_note(reading->problems, reading->path, toml_get(ssl, "domain_name"),
              _("the certificate is not for %s; it is for: %s"), domain, shown);
}

static void check_end(const CloudReading *reading, const TomlValue *ssl,
                      const Certificate *certificate)
{
    ProjectCloud *cloud = reading->cloud;
    if (!cloud->expires) {
        cloud->expires = true;
        cloud->expires_at = certificate->not_after;
    }
    if (cloud->expires_at <= certificate->not_after)
        return;
    g_autofree char *mine = date_format(cloud->expires_at);
    g_autofree char *theirs = date_format(certificate->not_after);
    toml_note(reading->problems, reading->path, toml_get(ssl, "certificate"),
              _("expiration_date (%s) is after the end of the certificate (%s)"), mine, theirs);
}

static void check_certificate(const CloudReading *reading, const TomlValue *ssl)
{
    ProjectCloud *cloud = reading->cloud;
    const TomlValue *at = toml_get(ssl, "certificate");
    g_autoptr(GError) reason = NULL;
    g_autoptr(GBytes) bytes =
        file_read(cloud->certificate, LIMIT_CERTIFICATE, reading->asked->cancel, &reason);
    if (bytes == NULL) {
        toml_note(reading->problems, reading->path, at, "%s", reason->message);
        return;
    }
    gsize size;
    const char *text = g_bytes_get_data(bytes, &size);
    g_autoptr(GPtrArray) blocks = pem_decode(span_of(text, size), PEM_TEXT_BETWEEN, 16, NULL);
    const PemBlock *first = blocks != NULL ? g_ptr_array_index(blocks, 0) : NULL;
    Certificate certificate = {0};
    gsize der_size = 0;
    const void *der = first != NULL ? g_bytes_get_data(first->der, &der_size) : NULL;
    if (first == NULL || !g_str_equal(first->label, "CERTIFICATE") ||
        !certificate_parse(span_of(der, der_size), &certificate, &reason)) {
        g_autofree char *shown = sanitize_string(cloud->certificate);
        toml_note(reading->problems, reading->path, at, _("%s is no certificate in PEM%s%s"), shown,
                  reason != NULL ? ": " : "", reason != NULL ? reason->message : "");
        return;
    }
    cloud->certificate_text = g_strndup(text, size);
    check_names(reading, ssl, &certificate);
    check_end(reading, ssl, &certificate);
}

static void read_ssl(const CloudReading *reading, const TomlValue *cloud)
{
    static const char *const nothing[] = {NULL};
    const TomlValue *ssl = toml_get(cloud, "ssl");
    if (ssl == NULL || reading->asked->untrusted_ssl)
        return;
    if (ssl->type != TOML_TABLE) {
        g_autofree char *found = toml_value_for_people(ssl);
        toml_note(reading->problems, reading->path, ssl, _("%s is %s; expected a table: [%s]"),
                  "cloud.ssl", found, "cloud.ssl");
        return;
    }
    read_keys(reading, "cloud.ssl", ssl, ssl_keys, G_N_ELEMENTS(ssl_keys), nothing);
    const ProjectCloud *got = reading->cloud;
    if (got->domain_name != NULL && got->private_key != NULL && got->certificate != NULL)
        check_certificate(reading, ssl);
}

/* ---- The whole ---- */

static void check_past(const CloudReading *reading, const TomlValue *cloud)
{
    if (!reading->cloud->expires || reading->cloud->expires_at > reading->asked->now)
        return;
    g_autofree char *date = date_format(reading->cloud->expires_at);
    toml_note(reading->problems, reading->path, cloud, _("it expires on %s, which is past"), date);
}

static void read_cloud(const CloudReading *reading, const TomlValue *root)
{
    static const char *const elsewhere[] = {"expiration_date", "ssl", "dev_mode", NULL};
    const TomlValue *cloud = toml_get(root, "cloud");
    if (cloud == NULL) {
        g_autofree char *shown = sanitize_string(reading->path);
        g_ptr_array_add(reading->problems,
                        g_strdup_printf(_("%s: there is no table [cloud]"), shown));
        return;
    }
    if (cloud->type != TOML_TABLE) {
        g_autofree char *found = toml_value_for_people(cloud);
        toml_note(reading->problems, reading->path, cloud, _("%s is %s; expected a table: [%s]"),
                  "cloud", found, "cloud");
        return;
    }
    reading->cloud->dev_mode = reading->asked->untrusted_ssl;
    read_keys(reading, "cloud", cloud, cloud_keys, G_N_ELEMENTS(cloud_keys), elsewhere);
    read_expiry(reading, cloud);
    read_ssl(reading, cloud);
    check_past(reading, cloud);
}

ProjectCloud *project_cloud_parse(Span text, const char *path, const ProjectCloudAsked *asked,
                                  GError **error)
{
    g_autoptr(GError) syntax = NULL;
    g_autoptr(TomlValue) root = toml_parse(text, NULL, &syntax);
    g_autofree char *shown = sanitize_string(path);
    if (root == NULL) {
        g_set_error(error, PROJECT_ERROR, PROJECT_ERROR_CONFIG, "%s: %s", shown, syntax->message);
        return NULL;
    }
    g_autoptr(ProjectCloud) cloud = g_new0(ProjectCloud, 1);
    cloud->warnings = g_ptr_array_new_with_free_func(g_free);
    g_autoptr(GPtrArray) problems = g_ptr_array_new_with_free_func(g_free);
    CloudReading reading = {.asked = asked, .path = path, .cloud = cloud, .problems = problems};
    read_cloud(&reading, root);
    if (problems->len == 0)
        return g_steal_pointer(&cloud);
    g_ptr_array_add(problems, NULL);
    g_autofree char *all = g_strjoinv("\n", (char **)problems->pdata);
    g_set_error_literal(error, PROJECT_ERROR, PROJECT_ERROR_CONFIG, all);
    return NULL;
}
