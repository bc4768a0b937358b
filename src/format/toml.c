/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * TOML values: made, looked up, freed. The reader is in toml_parse.c, the writer in toml_write.c.
 */
#include "config.h"

#include "format/toml.h"

#include "core/i18n.h"

#include <sodium.h>

GQuark toml_error_quark(void)
{
    return g_quark_from_static_string("mse-toml-error");
}

/* Keys are foreign: with a keyed hash nobody can choose them to fall into one bucket. */
static guint hash_key(gconstpointer key)
{
    static unsigned char secret[crypto_shorthash_KEYBYTES];
    static gsize ready;
    if (g_once_init_enter(&ready)) {
        randombytes_buf(secret, sizeof secret);
        g_once_init_leave(&ready, 1);
    }
    unsigned char digest[crypto_shorthash_BYTES];
    guint hash;
    crypto_shorthash(digest, key, strlen(key), secret);
    memcpy(&hash, digest, sizeof hash);
    return hash;
}

static TomlValue *new_value(TomlType type)
{
    TomlValue *value = g_new0(TomlValue, 1);
    value->type = type;
    return value;
}

TomlValue *toml_new_table(void)
{
    TomlValue *table = new_value(TOML_TABLE);
    table->as.table.keys = g_ptr_array_new_with_free_func(g_free);
    table->as.table.members =
        g_hash_table_new_full(hash_key, g_str_equal, NULL, (GDestroyNotify)toml_free);
    return table;
}

TomlValue *toml_new_array(void)
{
    TomlValue *array = new_value(TOML_ARRAY);
    array->as.array = g_ptr_array_new_with_free_func((GDestroyNotify)toml_free);
    return array;
}

TomlValue *toml_new_string(const char *text)
{
    TomlValue *string = new_value(TOML_STRING);
    string->as.string.text = g_strdup(text);
    string->as.string.size = strlen(text);
    return string;
}

TomlValue *toml_new_integer(int64_t integer)
{
    TomlValue *value = new_value(TOML_INTEGER);
    value->as.integer = integer;
    return value;
}

TomlValue *toml_new_boolean(bool boolean)
{
    TomlValue *value = new_value(TOML_BOOLEAN);
    value->as.boolean = boolean;
    return value;
}

void toml_free(TomlValue *value)
{
    if (value == NULL)
        return;
    switch (value->type) {
    case TOML_STRING:
        g_free(value->as.string.text);
        break;
    case TOML_ARRAY:
        g_ptr_array_unref(value->as.array);
        break;
    case TOML_TABLE:
        g_hash_table_unref(value->as.table.members);
        g_ptr_array_unref(value->as.table.keys);
        break;
    default:
        break;
    }
    g_free(value);
}

const TomlValue *toml_get(const TomlValue *table, const char *key)
{
    return table->type == TOML_TABLE ? g_hash_table_lookup(table->as.table.members, key) : NULL;
}

void toml_set(TomlValue *table, const char *key, TomlValue *value)
{
    gpointer held;
    g_return_if_fail(table->type == TOML_TABLE);
    if (!g_hash_table_lookup_extended(table->as.table.members, key, &held, NULL)) {
        held = g_strdup(key);
        g_ptr_array_add(table->as.table.keys, held);
    }
    g_hash_table_insert(table->as.table.members, held, value);
}

void toml_append(TomlValue *array, TomlValue *value)
{
    g_return_if_fail(array->type == TOML_ARRAY);
    g_ptr_array_add(array->as.array, value);
}

const char *toml_type_name(TomlType type)
{
    static const char *const names[] = {
        [TOML_STRING] = N_("string"),
        [TOML_INTEGER] = N_("integer"),
        [TOML_FLOAT] = N_("float"),
        [TOML_BOOLEAN] = N_("boolean"),
        [TOML_OFFSET_DATETIME] = N_("date-time with offset"),
        [TOML_LOCAL_DATETIME] = N_("local date-time"),
        [TOML_LOCAL_DATE] = N_("local date"),
        [TOML_LOCAL_TIME] = N_("local time"),
        [TOML_ARRAY] = N_("array"),
        [TOML_TABLE] = N_("table"),
    };
    return _(names[type]);
}
