/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * TOML 1.0 (toml.io/en/v1.0.0): reader and writer. Held to the public conformance suite.
 * Every value knows its line and column (both from 1, columns in characters), so that settings can
 * point at what is wrong.
 */
#ifndef MSE_FORMAT_TOML_H
#define MSE_FORMAT_TOML_H

#include "core/reader.h"

#include <glib.h>

typedef enum {
    TOML_STRING,
    TOML_INTEGER,
    TOML_FLOAT,
    TOML_BOOLEAN,
    TOML_OFFSET_DATETIME,
    TOML_LOCAL_DATETIME,
    TOML_LOCAL_DATE,
    TOML_LOCAL_TIME,
    TOML_ARRAY,
    TOML_TABLE,
} TomlType;

typedef struct TomlDate {
    int year, month, day;
    int hour, minute, second, nanosecond;
    int offset_minutes; /* of an offset date-time */
} TomlDate;

typedef struct TomlValue TomlValue;

/* A table keeps its members in the order of the document. Array: TomlValue*; both own theirs.
 * A key that holds U+0000 (TOML allows it) has the bytes C0 80 there. */
struct TomlValue {
    TomlType type;
    unsigned line, column;         /* of the value; of a table's header or first key */
    unsigned key_line, key_column; /* of its key; 0 for an element and for the root */
    union {
        struct {
            char *text; /* UTF-8, NUL-terminated; may hold U+0000 inside: see size */
            size_t size;
        } string;
        int64_t integer;
        double real;
        bool boolean;
        TomlDate date;
        GPtrArray *array;
        struct {
            GPtrArray *keys;     /* char*, in order; owns them */
            GHashTable *members; /* key → TomlValue* */
        } table;
    } as;
};

#define TOML_ERROR (toml_error_quark())
typedef enum { TOML_ERROR_SYNTAX, TOML_ERROR_LIMIT } TomlError;
GQuark toml_error_quark(void);

/* The root table; NULL with an error whose message starts "line L, column C: " and says what was
 * found and what is expected, foreign text sanitized. `name` is what the
 * message calls the document (a path), or NULL. Caller owns: toml_free. */
TomlValue *toml_parse(Span text, const char *name, GError **error);
void toml_free(TomlValue *value);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(TomlValue, toml_free)

/* The member of a table, or NULL. Borrowed. */
const TomlValue *toml_get(const TomlValue *table, const char *key);
/* "string", "integer", …: for error messages. */
const char *toml_type_name(TomlType type);

/* Building and writing. The value is taken over. */
TomlValue *toml_new_table(void);
TomlValue *toml_new_array(void);
TomlValue *toml_new_string(const char *text);
TomlValue *toml_new_integer(int64_t value);
TomlValue *toml_new_boolean(bool value);
void toml_set(TomlValue *table, const char *key, TomlValue *value);
void toml_append(TomlValue *array, TomlValue *value);

/* The document; toml_parse reads it back to the same values. Free with g_free. */
char *toml_write(const TomlValue *table);

#endif
