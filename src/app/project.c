/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "app/project.h"

#include "app/nearest.h"
#include "app/toml_note.h"
#include "core/file.h"
#include "core/i18n.h"
#include "core/sanitize.h"

GQuark project_error_quark(void)
{
    return g_quark_from_static_string("mse-project-error");
}

void project_config_free(ProjectConfig *config)
{
    if (config == NULL)
        return;
    g_free(config->path);
    g_free(config->name);
    g_free(config->python_application);
    g_free(config->module);
    g_free(config->variable);
    g_free(config->healthcheck_endpoint);
    g_free(config->tests_cmd);
    g_strfreev(config->tests_requirements);
    g_ptr_array_unref(config->warnings);
    g_free(config);
}

/* One document being read: problems are gathered, so that all are told at once. */
typedef struct Reading {
    ProjectConfig *config;
    GPtrArray *problems; /* char* */
} Reading;

/* Neither a control character nor, unless they may be there, white space. */
static bool is_clean(const char *text, bool spaces)
{
    for (; *text != '\0'; text = g_utf8_next_char(text)) {
        gunichar c = g_utf8_get_char(text);
        if (g_unichar_iscntrl(c) || (!spaces && g_unichar_isspace(c)))
            return false;
    }
    return true;
}

static bool take_name(ProjectConfig *config, const char *text)
{
    glong length = g_utf8_strlen(text, -1);
    config->name = g_strdup(text);
    return length >= 1 && length <= 255 && is_clean(text, true);
}

static bool take_application(ProjectConfig *config, const char *text)
{
    const char *colon = strchr(text, ':');
    if (colon == NULL || colon == text || colon[1] == '\0' || strchr(colon + 1, ':') != NULL ||
        !is_clean(text, false) || *text == '-')
        return false;
    config->python_application = g_strdup(text);
    config->module = g_strndup(text, (gsize)(colon - text));
    config->variable = g_strdup(colon + 1);
    return true;
}

static bool take_healthcheck(ProjectConfig *config, const char *text)
{
    config->healthcheck_endpoint = g_strdup(text);
    return *text == '/' && is_clean(text, false);
}

static bool take_tests(ProjectConfig *config, const char *text)
{
    config->tests_cmd = g_strdup(text);
    return *text != '\0' && is_clean(text, true);
}

/* The keys that are texts. The order is that of the manual and of what is said to be missing. */
static const struct {
    const char *key;
    bool strip;
    bool (*take)(ProjectConfig *config, const char *text);
    const char *expected;
} text_keys[] = {
    {"name", true, take_name, N_("a string of 1 to 255 characters")},
    {"python_application", true, take_application, N_("a string \"module:variable\"")},
    {"healthcheck_endpoint", true, take_healthcheck,
     N_("a string that begins with \"/\", without blanks")},
    {"tests_cmd", false, take_tests, N_("a string that is not empty: a command of the tests")},
};

static const char requirements_key[] = "tests_requirements";
static const char requirements_expected[] = N_("an array of strings");

/* [cloud] is known and read elsewhere. */
static const char *const known_keys[] = {
    "name", "python_application", "healthcheck_endpoint", "tests_cmd", requirements_key, "cloud",
};

static void note_missing(Reading *reading, const char *key, const char *expected)
{
    g_autofree char *shown = sanitize_string(reading->config->path);
    g_ptr_array_add(reading->problems,
                    g_strdup_printf(_("%s: %s is missing; expected %s"), shown, key, _(expected)));
}

static void note_wrong(Reading *reading, const char *key, const TomlValue *value,
                       const char *expected)
{
    g_autofree char *found = toml_value_for_people(value);
    toml_note(reading->problems, reading->config->path, value, _("%s is %s; expected %s"), key,
              found, _(expected));
}

static void read_texts(Reading *reading, const TomlValue *root)
{
    for (size_t i = 0; i < G_N_ELEMENTS(text_keys); i++) {
        const TomlValue *value = toml_get(root, text_keys[i].key);
        if (value == NULL) {
            note_missing(reading, text_keys[i].key, text_keys[i].expected);
            continue;
        }
        const char *plain = toml_plain_text(value);
        g_autofree char *text = plain == NULL        ? NULL
                                : text_keys[i].strip ? toml_stripped(plain)
                                                     : g_strdup(plain);
        if (text == NULL || !text_keys[i].take(reading->config, text))
            note_wrong(reading, text_keys[i].key, value, text_keys[i].expected);
    }
}

static void read_requirements(Reading *reading, const TomlValue *root)
{
    const TomlValue *value = toml_get(root, requirements_key);
    if (value == NULL) {
        note_missing(reading, requirements_key, requirements_expected);
        return;
    }
    if (value->type != TOML_ARRAY) {
        note_wrong(reading, requirements_key, value, requirements_expected);
        return;
    }
    unsigned n = value->as.array->len;
    reading->config->tests_requirements = g_new0(char *, n + 1);
    for (unsigned i = 0, kept = 0; i < n; i++) {
        const TomlValue *element = g_ptr_array_index(value->as.array, i);
        const char *text = toml_plain_text(element);
        if (text == NULL || *text == '\0' || !is_clean(text, true))
            note_wrong(reading, requirements_key, element, requirements_expected);
        else
            reading->config->tests_requirements[kept++] = g_strdup(text);
    }
}

static bool is_known(const char *key)
{
    for (size_t i = 0; i < G_N_ELEMENTS(known_keys); i++)
        if (g_str_equal(known_keys[i], key))
            return true;
    return false;
}

static void note_unknown(Reading *reading, const TomlValue *root)
{
    const GPtrArray *keys = root->as.table.keys;
    for (unsigned i = 0; i < keys->len; i++) {
        const char *key = g_ptr_array_index(keys, i);
        if (is_known(key))
            continue;
        const TomlValue *value = toml_get(root, key);
        g_autofree char *safe = sanitize_string(key);
        const char *near = nearest_word(key, known_keys, G_N_ELEMENTS(known_keys));
        g_autofree char *sentence =
            near != NULL ? g_strdup_printf(_("unknown key %s; did you mean %s?"), safe, near)
                         : g_strdup_printf(_("unknown key %s; it is passed over"), safe);
        bool table = value->key_line == 0;
        toml_note_at(reading->config->warnings, reading->config->path,
                     table ? value->line : value->key_line,
                     table ? value->column : value->key_column, sentence);
    }
}

static bool end_reading(const Reading *reading, GError **error)
{
    if (reading->problems->len == 0)
        return true;
    g_ptr_array_add(reading->problems, NULL);
    g_autofree char *all = g_strjoinv("\n", (char **)reading->problems->pdata);
    g_set_error_literal(error, PROJECT_ERROR, PROJECT_ERROR_CONFIG, all);
    return false;
}

ProjectConfig *project_config_parse(Span text, const char *path, GError **error)
{
    g_autoptr(GError) syntax = NULL;
    g_autoptr(TomlValue) root = toml_parse(text, NULL, &syntax);
    if (root == NULL) {
        g_autofree char *shown = sanitize_string(path);
        g_set_error(error, PROJECT_ERROR, PROJECT_ERROR_CONFIG, "%s: %s", shown, syntax->message);
        return NULL;
    }
    const Dialect *named = dialect_of_config(path);
    g_autoptr(ProjectConfig) config = g_new0(ProjectConfig, 1);
    config->dialect = named != NULL ? named : &dialect_mse;
    config->path = g_strdup(path);
    config->warnings = g_ptr_array_new_with_free_func(g_free);
    g_autoptr(GPtrArray) problems = g_ptr_array_new_with_free_func(g_free);
    Reading reading = {.config = config, .problems = problems};
    read_texts(&reading, root);
    read_requirements(&reading, root);
    note_unknown(&reading, root);
    return end_reading(&reading, error) ? g_steal_pointer(&config) : NULL;
}

ProjectConfig *project_config_read(const char *path, Cancel *cancel, GError **error)
{
    g_autoptr(GBytes) bytes = file_read(path, LIMIT_PROJECT, cancel, error);
    if (bytes == NULL)
        return NULL;
    gsize size;
    const void *data = g_bytes_get_data(bytes, &size);
    return project_config_parse(span_of(data, size), path, error);
}

/* A separator between two runs of letters and digits: ".", "_", "__" or dashes. 0: none. */
static size_t separator_size(const char *text)
{
    if (*text == '-')
        return strspn(text, "-");
    if (g_str_has_prefix(text, "__"))
        return 2;
    return *text == '.' || *text == '_' ? 1 : 0;
}

/* Source: the grammar of github.com/distribution/reference, "path-component". */
static bool is_image_name(const char *name)
{
    enum { LONGEST = 128 };
    if (strlen(name) > LONGEST)
        return false;
    for (const char *at = name;;) {
        size_t run = strspn(at, "abcdefghijklmnopqrstuvwxyz0123456789");
        if (run == 0)
            return false;
        at += run;
        if (*at == '\0')
            return true;
        size_t separator = separator_size(at);
        if (separator == 0)
            return false;
        at += separator;
    }
}

bool project_check_image_name(const char *name, GError **error)
{
    if (is_image_name(name))
        return true;
    g_autofree char *shown = sanitize_string(name);
    g_set_error(error, PROJECT_ERROR, PROJECT_ERROR_NAME,
                _("Docker cannot tag an image with the name \"%s\": give the application a name of "
                  "at most 128 lower-case letters and digits, with \".\", \"_\" or \"-\" between "
                  "them"),
                shown);
    return false;
}
