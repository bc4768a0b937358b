/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "app/settings.h"

#include "app/settings_colour.h"

#include "app/nearest.h"
#include "app/toml_note.h"
#include "core/hex.h"
#include "core/i18n.h"
#include "core/sanitize.h"

#include <inttypes.h>

/* What one option was set to. */
typedef struct SettingValue {
    bool set;
    char *text;      /* SETTING_PATH, SETTING_URL, SETTING_CHOICE */
    char **texts;    /* SETTING_TEXTS, SETTING_COMMAND */
    uint64_t number; /* SETTING_NUMBER */
    char *written;   /* as in the file, for people */
    SettingColour colour;
} SettingValue;

/* One document being read: problems are gathered, so that all are told at once. */
typedef struct Reading {
    Settings *settings;
    const char *path;
    GPtrArray *problems; /* char* */
} Reading;

GQuark settings_error_quark(void)
{
    return g_quark_from_static_string("mse-settings-error");
}

static void setting_key_free(SettingKey *key)
{
    g_free(key->command);
    g_free(key->key);
    g_free(key);
}

static void setting_files_free(SettingFiles *files)
{
    g_free(files->name);
    g_strfreev(files->paths);
    g_free(files);
}

static void setting_command_free(SettingCommand *command)
{
    g_free(command->name);
    g_free(command->key);
    g_free(command->run);
    g_free(command);
}

Settings *settings_new(void)
{
    Settings *settings = g_new0(Settings, 1);
    settings->policy = policy_new();
    settings->keys = g_ptr_array_new_with_free_func((GDestroyNotify)setting_key_free);
    settings->files = g_ptr_array_new_with_free_func((GDestroyNotify)setting_files_free);
    settings->commands = g_ptr_array_new_with_free_func((GDestroyNotify)setting_command_free);
    settings->warnings = g_ptr_array_new_with_free_func(g_free);
    settings->values = g_new0(SettingValue, N_SETTINGS);
    return settings;
}

void settings_free(Settings *settings)
{
    if (settings == NULL)
        return;
    for (unsigned i = 0; i < N_SETTINGS; i++) {
        g_free(settings->values[i].text);
        g_strfreev(settings->values[i].texts);
        g_free(settings->values[i].written);
    }
    g_free(settings->values);
    g_free(settings->path);
    policy_free(settings->policy);
    g_ptr_array_unref(settings->keys);
    g_ptr_array_unref(settings->files);
    g_ptr_array_unref(settings->commands);
    g_ptr_array_unref(settings->warnings);
    g_free(settings);
}

#define problem(reading, at, ...) toml_note((reading)->problems, (reading)->path, at, __VA_ARGS__)
#define warn(reading, at, ...) \
    toml_note((reading)->settings->warnings, (reading)->path, at, __VA_ARGS__)

static void wrong(const Reading *reading, SettingId id, const TomlValue *value,
                  const char *expected)
{
    const SettingRow *row = &settings_table[id];
    g_autofree char *found = toml_value_for_people(value);
    problem(reading, value, _("%s in [%s] is %s; expected %s"), row->key, row->section, found,
            expected);
}

/* As it is meant: absolute; NULL after the problem was noted. g_free. */
static char *path_meant(const Reading *reading, SettingId id, const TomlValue *value)
{
    const char *text = toml_plain_text(value);
    if (text == NULL || *text == '\0') {
        wrong(reading, id, value, _("the path of a file"));
        return NULL;
    }
    if (*text != '~') {
        g_autofree char *directory = g_path_get_dirname(reading->path);
        g_autofree char *absolute = g_canonicalize_filename(directory, NULL);
        return g_canonicalize_filename(text, absolute);
    }
    const char *home = g_getenv("HOME");
    if ((text[1] != '/' && text[1] != '\0') || home == NULL || *home != '/') {
        wrong(reading, id, value,
              _("a path; only \"~/\" is understood, and only with a home directory"));
        return NULL;
    }
    return g_build_filename(home, text + 1, NULL);
}

static bool read_path(Reading *reading, SettingId id, const TomlValue *value)
{
    char *path = path_meant(reading, id, value);
    reading->settings->values[id].text = path;
    return path != NULL;
}

static bool url_is_http(const char *text)
{
    g_autoptr(GUri) uri = g_uri_parse(text, G_URI_FLAGS_NONE, NULL);
    if (uri == NULL)
        return false;
    const char *scheme = g_uri_get_scheme(uri), *host = g_uri_get_host(uri);
    return (g_str_equal(scheme, "https") || g_str_equal(scheme, "http")) && host != NULL &&
           *host != '\0';
}

static bool read_url(Reading *reading, SettingId id, const TomlValue *value)
{
    const char *text = toml_plain_text(value);
    if (text == NULL || !url_is_http(text)) {
        wrong(reading, id, value, _("a URL that begins with https:// or http://"));
        return false;
    }
    reading->settings->values[id].text = g_strdup(text);
    return true;
}

static const char *find_choice(const char *const *choices, const char *text)
{
    for (unsigned i = 0; text != NULL && choices[i] != NULL; i++)
        if (g_str_equal(choices[i], text))
            return choices[i];
    return NULL;
}

static void wrong_choice(const Reading *reading, SettingId id, const TomlValue *value)
{
    g_autofree char *choices = g_strjoinv(", ", (char **)settings_table[id].choices);
    g_autofree char *expected = g_strdup_printf(_("one of %s"), choices);
    wrong(reading, id, value, expected);
}

static bool read_choice(Reading *reading, SettingId id, const TomlValue *value)
{
    const char *choice = find_choice(settings_table[id].choices, toml_plain_text(value));
    if (choice == NULL) {
        wrong_choice(reading, id, value);
        return false;
    }
    reading->settings->values[id].text = g_strdup(choice);
    return true;
}

/* Every element of an array; one that is wrong does not hide the next. */
static bool read_elements(Reading *reading, SettingId id, const TomlValue *value,
                          bool (*read)(Reading *, SettingId, const TomlValue *),
                          const char *expected)
{
    if (value->type != TOML_ARRAY) {
        wrong(reading, id, value, expected);
        return false;
    }
    bool good = true;
    for (unsigned i = 0; i < value->as.array->len; i++)
        good = read(reading, id, g_ptr_array_index(value->as.array, i)) && good;
    return good;
}

static bool check_choice(Reading *reading, SettingId id, const TomlValue *value)
{
    if (find_choice(settings_table[id].choices, toml_plain_text(value)) != NULL)
        return true;
    wrong_choice(reading, id, value);
    return false;
}

static void keep_texts(Reading *reading, SettingId id, const TomlValue *value)
{
    unsigned n = value->as.array->len;
    char **texts = g_new0(char *, n + 1);
    for (unsigned i = 0; i < n; i++)
        texts[i] = g_strdup(toml_plain_text(g_ptr_array_index(value->as.array, i)));
    g_strfreev(reading->settings->values[id].texts);
    reading->settings->values[id].texts = texts;
}

static bool read_choices(Reading *reading, SettingId id, const TomlValue *value)
{
    if (!read_elements(reading, id, value, check_choice, _("an array of strings")))
        return false;
    keep_texts(reading, id, value);
    return true;
}

static bool check_text(Reading *reading, SettingId id, const TomlValue *value)
{
    const char *text = toml_plain_text(value);
    if (text != NULL && *text != '\0')
        return true;
    wrong(reading, id, value, _("a string that is not empty"));
    return false;
}

static bool read_texts(Reading *reading, SettingId id, const TomlValue *value)
{
    if (!read_elements(reading, id, value, check_text, _("an array of strings")))
        return false;
    keep_texts(reading, id, value);
    return true;
}

static void wrong_words(const Reading *reading, SettingId id, const TomlValue *value,
                        const GError *error)
{
    const SettingRow *row = &settings_table[id];
    if (error == NULL || g_error_matches(error, G_SHELL_ERROR, G_SHELL_ERROR_EMPTY_STRING)) {
        problem(reading, value,
                _("%s in [%s] names no program; leave the key out when none is to be run"),
                row->key, row->section);
        return;
    }
    g_autofree char *found = toml_value_for_people(value);
    problem(reading, value, _("%s in [%s] is %s: a quote in it is not closed"), row->key,
            row->section, found);
}

/* Split as a shell would, with nothing expanded: no shell runs it. */
static bool read_words(Reading *reading, SettingId id, const TomlValue *value)
{
    g_autoptr(GError) error = NULL;
    const char *text = toml_plain_text(value);
    if (value->type == TOML_ARRAY && value->as.array->len > 0)
        return read_texts(reading, id, value);
    if (text == NULL && value->type != TOML_ARRAY) {
        wrong(reading, id, value, _("a command: an array of strings, or one string of words"));
        return false;
    }
    if (text != NULL &&
        g_shell_parse_argv(text, NULL, &reading->settings->values[id].texts, &error))
        return true;
    wrong_words(reading, id, value, error);
    return false;
}

static bool check_measurement(Reading *reading, SettingId id, const TomlValue *value)
{
    uint8_t bytes[32];
    if (value->type == TOML_STRING &&
        hex_decode_exact(span_of(value->as.string.text, value->as.string.size), bytes,
                         sizeof bytes))
        return true;
    wrong(reading, id, value, _("64 hex digits"));
    return false;
}

static bool read_measurements(Reading *reading, SettingId id, const TomlValue *value)
{
    return read_elements(reading, id, value, check_measurement,
                         _("an array of strings of 64 hex digits"));
}

static bool read_number(Reading *reading, SettingId id, const TomlValue *value)
{
    const SettingRow *row = &settings_table[id];
    if (value->type == TOML_INTEGER && value->as.integer >= 0 &&
        (uint64_t)value->as.integer >= row->least && (uint64_t)value->as.integer <= row->most) {
        reading->settings->values[id].number = (uint64_t)value->as.integer;
        return true;
    }
    g_autofree char *expected =
        g_strdup_printf(_("a number from %" PRIu64 " to %" PRIu64), row->least, row->most);
    wrong(reading, id, value, expected);
    return false;
}

static bool read_boolean(Reading *reading, SettingId id, const TomlValue *value)
{
    if (value->type == TOML_BOOLEAN)
        return true;
    wrong(reading, id, value, _("true or false"));
    return false;
}

static bool read_colour(Reading *reading, SettingId id, const TomlValue *value)
{
    SettingColour *out = &reading->settings->values[id].colour;
    if (value->type == TOML_INTEGER && setting_colour_of_index(value->as.integer, out))
        return true;
    const char *text = toml_plain_text(value);
    if (text != NULL && setting_colour_of_text(text, out))
        return true;
    wrong(reading, id, value,
          _("default, black, red, green, yellow, blue, magenta, cyan, white (also with bright- "
            "before), a number from 0 to 255 or \"#rrggbb\""));
    return false;
}

static bool (*const readers[])(Reading *, SettingId, const TomlValue *) = {
    [SETTING_PATH] = read_path,
    [SETTING_URL] = read_url,
    [SETTING_CHOICE] = read_choice,
    [SETTING_CHOICES] = read_choices,
    [SETTING_NUMBER] = read_number,
    [SETTING_BOOLEAN] = read_boolean,
    [SETTING_MEASUREMENTS] = read_measurements,
    [SETTING_TEXTS] = read_texts,
    [SETTING_COMMAND] = read_words,
    [SETTING_COLOUR] = read_colour,
};

static void add_key(Reading *reading, const char *command, const TomlValue *at,
                    const TomlValue *value)
{
    const char *text = toml_plain_text(value);
    if (text == NULL) {
        g_autofree char *safe = sanitize_string(command);
        g_autofree char *found = toml_value_for_people(value);
        problem(reading, value,
                _("%s in [keys] is %s; expected a key, as in \"x\" or \"Ctrl-x\", or an array of "
                  "keys"),
                safe, found);
        return;
    }
    SettingKey *key = g_new0(SettingKey, 1);
    *key = (SettingKey){.command = g_strdup(command),
                        .key = g_strdup(text),
                        .line = value->line,
                        .column = value->column,
                        .command_line = at->line,
                        .command_column = at->column};
    g_ptr_array_add(reading->settings->keys, key);
}

static void read_keys(Reading *reading, const char *command, const TomlValue *value)
{
    if (value->type != TOML_ARRAY) {
        add_key(reading, command, value, value);
        return;
    }
    for (unsigned i = 0; i < value->as.array->len; i++)
        add_key(reading, command, value, g_ptr_array_index(value->as.array, i));
}

/* The files of one application. */
static void read_files(Reading *reading, SettingId id, const char *name, const TomlValue *value)
{
    g_autoptr(GPtrArray) paths = g_ptr_array_new_with_free_func(g_free);
    bool is_array = value->type == TOML_ARRAY;
    for (unsigned i = 0; i < (is_array ? value->as.array->len : 1); i++) {
        char *path =
            path_meant(reading, id, is_array ? g_ptr_array_index(value->as.array, i) : value);
        if (path == NULL)
            return;
        g_ptr_array_add(paths, path);
    }
    SettingFiles *files = g_new0(SettingFiles, 1);
    files->name = g_strdup(name);
    files->paths = g_new0(char *, paths->len + 1);
    for (unsigned i = 0; i < paths->len; i++)
        files->paths[i] = g_strdup(paths->pdata[i]);
    g_ptr_array_add(reading->settings->files, files);
}

/* A member of a [commands] table; false when it is not what is expected. */
static bool read_command_member(SettingCommand *command, const char *key, const TomlValue *value)
{
    const struct {
        const char *key;
        char **text;
        bool *flag;
    } members[] = {{"key", &command->key, NULL},
                   {"run", &command->run, NULL},
                   {"asks", NULL, &command->asks},
                   {"read_only", NULL, &command->read_only}};
    const char *text = toml_plain_text(value);
    if (g_str_equal(key, "takes")) {
        command->terminal = g_strcmp0(text, "terminal") == 0;
        return command->terminal || g_strcmp0(text, "background") == 0;
    }
    for (size_t i = 0; i < G_N_ELEMENTS(members); i++) {
        if (!g_str_equal(key, members[i].key))
            continue;
        if (members[i].flag != NULL) {
            *members[i].flag = value->type == TOML_BOOLEAN && value->as.boolean;
            return value->type == TOML_BOOLEAN;
        }
        if (text == NULL || *text == '\0')
            return false;
        *members[i].text = g_strdup(text);
        return true;
    }
    return false;
}

static void read_command(Reading *reading, const char *name, const TomlValue *value)
{
    g_autofree char *safe = sanitize_string(name);
    if (value->type != TOML_TABLE) {
        problem(reading, value, _("%s in [commands] is no table; expected [commands.%s]"), safe,
                safe);
        return;
    }
    SettingCommand *command = g_new0(SettingCommand, 1);
    command->name = g_strdup(name);
    command->line = value->line;
    command->column = value->column;
    g_ptr_array_add(reading->settings->commands, command);
    for (unsigned i = 0; i < value->as.table.keys->len; i++) {
        const char *key = g_ptr_array_index(value->as.table.keys, i);
        const TomlValue *member = toml_get(value, key);
        g_autofree char *shown = sanitize_string(key);
        if (!read_command_member(command, key, member))
            problem(
                reading, member,
                _("%s in [commands.%s]: expected key and run (strings), takes (\"background\" or "
                  "\"terminal\"), asks and read_only (true or false)"),
                shown, safe);
    }
    if (command->key == NULL || command->run == NULL)
        problem(reading, value, _("[commands.%s] wants key and run"), safe);
}

/* The policy's own reader takes it over: one key at a time, so that one that is wrong does not hide
 * the next. The value is borrowed by a table of one. */
static void read_policy(Reading *reading, const char *key, const TomlValue *value)
{
    g_autoptr(GPtrArray) keys = g_ptr_array_new();
    g_autoptr(GHashTable) members = g_hash_table_new(g_str_hash, g_str_equal);
    g_ptr_array_add(keys, (char *)key);
    g_hash_table_insert(members, (char *)key, (TomlValue *)value);
    TomlValue one = {.type = TOML_TABLE, .line = value->line, .column = value->column};
    one.as.table.keys = keys;
    one.as.table.members = members;
    g_autoptr(GError) error = NULL;
    if (!policy_read(reading->settings->policy, &one, reading->path, &error))
        g_ptr_array_add(reading->problems, g_strdup(error->message));
}

/* As one would write it, for doctor. */
static void write_value(GString *out, const TomlValue *value)
{
    if (value->type != TOML_ARRAY) {
        g_autofree char *text = toml_value_for_people(value);
        g_string_append(out, text);
        return;
    }
    g_string_append_c(out, '[');
    for (unsigned i = 0; i < value->as.array->len; i++) {
        if (i > 0)
            g_string_append(out, ", ");
        write_value(out, g_ptr_array_index(value->as.array, i));
    }
    g_string_append_c(out, ']');
}

static void read_option(Reading *reading, SettingId id, const char *key, const TomlValue *value)
{
    const SettingRow *row = &settings_table[id];
    if (row->type == SETTING_KEYS) {
        read_keys(reading, key, value);
        return;
    }
    if (row->type == SETTING_FILES) {
        read_files(reading, id, key, value);
        return;
    }
    if (row->type == SETTING_COMMANDS) {
        read_command(reading, key, value);
        return;
    }
    if (!readers[row->type](reading, id, value))
        return;
    SettingValue *out = &reading->settings->values[id];
    g_autoptr(GString) written = g_string_new(NULL);
    write_value(written, value);
    out->set = true;
    out->written = g_strdup(written->str);
    if (g_str_equal(row->section, "policy"))
        read_policy(reading, key, value);
}

static bool takes_any_key(const SettingRow *row)
{
    return row->type == SETTING_KEYS || row->type == SETTING_FILES || row->type == SETTING_COMMANDS;
}

static int find_option(const char *section, const char *key)
{
    for (int i = 0; i < N_SETTINGS; i++)
        if (g_str_equal(settings_table[i].section, section) &&
            (takes_any_key(&settings_table[i]) || g_str_equal(settings_table[i].key, key)))
            return i;
    return -1;
}

static bool section_is_known(const char *section)
{
    for (unsigned i = 0; i < N_SETTINGS; i++)
        if (g_str_equal(settings_table[i].section, section))
            return true;
    return false;
}

/* ": did you mean X?" of the keys of a section, or of the sections when it is NULL. */
static char *suggestion(const char *section, const char *word)
{
    const char *candidates[N_SETTINGS] = {NULL};
    for (unsigned i = 0; i < N_SETTINGS; i++) {
        const SettingRow *row = &settings_table[i];
        if (section == NULL)
            candidates[i] = row->section;
        else if (g_str_equal(row->section, section))
            candidates[i] = row->key;
    }
    const char *nearest = nearest_word(word, candidates, N_SETTINGS);
    if (nearest == NULL)
        return g_strdup(_("it is not used"));
    return g_strdup_printf(_("did you mean %s?"), nearest);
}

static void unknown_option(Reading *reading, const char *section, const char *key,
                           const TomlValue *value)
{
    g_autofree char *safe = sanitize_string(key);
    g_autofree char *advice = suggestion(section, key);
    if (g_str_equal(section, "policy"))
        problem(reading, value, _("unknown key %s in [%s]: %s"), safe, section, advice);
    else
        warn(reading, value, _("unknown key %s in [%s]: %s"), safe, section, advice);
}

static void read_section(Reading *reading, const char *section, const TomlValue *table)
{
    if (table->type != TOML_TABLE) {
        g_autofree char *found = toml_value_for_people(table);
        problem(reading, table, _("%s is %s; expected a table: [%s]"), section, found, section);
        return;
    }
    for (unsigned i = 0; i < table->as.table.keys->len; i++) {
        const char *key = g_ptr_array_index(table->as.table.keys, i);
        const TomlValue *value = toml_get(table, key);
        int id = find_option(section, key);
        if (id < 0)
            unknown_option(reading, section, key, value);
        else
            read_option(reading, (SettingId)id, key, value);
    }
}

static void read_document(Reading *reading, const TomlValue *root)
{
    for (unsigned i = 0; i < root->as.table.keys->len; i++) {
        const char *section = g_ptr_array_index(root->as.table.keys, i);
        const TomlValue *value = toml_get(root, section);
        if (section_is_known(section)) {
            read_section(reading, section, value);
            continue;
        }
        g_autofree char *safe = sanitize_string(section);
        g_autofree char *advice = suggestion(NULL, section);
        if (value->type == TOML_TABLE)
            warn(reading, value, _("unknown section [%s]: %s"), safe, advice);
        else
            warn(reading, value, _("unknown key %s: %s"), safe, advice);
    }
}

Settings *settings_parse(Span text, const char *path, GError **error)
{
    g_autoptr(GError) inner = NULL;
    g_autoptr(TomlValue) root = toml_parse(text, path, &inner);
    if (root == NULL) {
        g_set_error_literal(error, SETTINGS_ERROR, SETTINGS_ERROR_VALUE, inner->message);
        return NULL;
    }
    g_autoptr(Settings) settings = settings_new();
    settings->path = g_strdup(path);
    g_autoptr(GPtrArray) problems = g_ptr_array_new_with_free_func(g_free);
    Reading reading = {.settings = settings, .path = path, .problems = problems};
    read_document(&reading, root);
    if (problems->len == 0)
        return g_steal_pointer(&settings);
    g_ptr_array_add(problems, NULL);
    g_autofree char *all = g_strjoinv("\n", (char **)problems->pdata);
    g_set_error_literal(error, SETTINGS_ERROR, SETTINGS_ERROR_VALUE, all);
    return NULL;
}

bool settings_is_set(const Settings *settings, SettingId id)
{
    return settings->values[id].set;
}

const char *settings_text(const Settings *settings, SettingId id)
{
    if (settings->values[id].text != NULL)
        return settings->values[id].text;
    /* Of these types only a choice has a default. */
    const SettingRow *row = &settings_table[id];
    for (unsigned i = 0; row->choices != NULL && row->choices[i] != NULL; i++) {
        g_autofree char *quoted = g_strdup_printf("\"%s\"", row->choices[i]);
        if (g_strcmp0(quoted, row->default_text) == 0)
            return row->choices[i];
    }
    return NULL;
}

bool settings_flag(const Settings *settings, SettingId id)
{
    g_autofree char *text = settings_value_text(settings, id);
    return g_strcmp0(text, "true") == 0;
}

bool settings_colour(const Settings *settings, SettingId id, SettingColour *out)
{
    *out = settings->values[id].colour;
    return settings->values[id].set;
}

uint64_t settings_number(const Settings *settings, SettingId id)
{
    if (settings->values[id].set)
        return settings->values[id].number;
    return settings_table[id].default_text == NULL
               ? 0
               : g_ascii_strtoull(settings_table[id].default_text, NULL, 10);
}

const char *const *settings_texts(const Settings *settings, SettingId id)
{
    return (const char *const *)settings->values[id].texts;
}

char *settings_value_text(const Settings *settings, SettingId id)
{
    const SettingValue *value = &settings->values[id];
    return g_strdup(value->set ? value->written : settings_table[id].default_text);
}

static bool is_same(const Settings *a, const Settings *b, unsigned id)
{
    const SettingValue *one = &a->values[id], *other = &b->values[id];

    /* A path is written relative to its file: what it means is compared too. */
    return one->set == other->set && g_strcmp0(one->written, other->written) == 0 &&
           g_strcmp0(one->text, other->text) == 0;
}

bool settings_same(const Settings *a, const Settings *b, const char *section)
{
    for (unsigned i = 0; i < N_SETTINGS; i++)
        if (g_str_equal(settings_table[i].section, section) && !is_same(a, b, i))
            return false;
    return true;
}
