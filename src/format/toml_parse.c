/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The structure of a TOML document: lines, keys, tables, arrays.
 */
#include "config.h"

#include "format/toml_parser.h"

#include "core/i18n.h"
#include "core/limits.h"
#include "core/sanitize.h"

/* How a table or array came to be, which says what may still be added to it. In `states`; a table
 * that a header only passed through has none (0): a later header may define it. */
enum {
    STATE_HEADER = 1, /* [table], or an element of [[table]] */
    STATE_TABLES = 2, /* the array of [[table]] */
    STATE_FROZEN = 3, /* inline table, written array: complete where it is written */
    STATE_DOTTED = 4, /* by a dotted key; + the section, in which alone dots may add to it */
};

typedef struct KeyPart {
    char *text;
    TomlPosition position;
} KeyPart;

static void key_part_clear(gpointer part)
{
    g_free(((KeyPart *)part)->text);
}

static unsigned state_of(const TomlParser *parser, const TomlValue *value)
{
    return GPOINTER_TO_UINT(g_hash_table_lookup(parser->states, value));
}

static void set_state(TomlParser *parser, TomlValue *value, unsigned state)
{
    g_hash_table_insert(parser->states, value, GUINT_TO_POINTER(state));
}

static void set_position(TomlValue *value, TomlPosition position)
{
    value->line = position.line;
    value->column = position.column;
}

/* Positions and errors. */

TomlPosition toml_here(TomlParser *parser)
{
    if (parser->counted < parser->line_start || parser->counted > parser->at) {
        parser->counted = parser->line_start;
        parser->here.column = 1;
    }
    for (; parser->counted < parser->at; parser->counted++)
        parser->here.column += (*parser->counted & 0xc0) != 0x80;
    return parser->here;
}

bool toml_take_line_break(TomlParser *parser)
{
    size_t size = toml_line_break(parser);
    if (size == 0)
        return false;
    parser->at += size;
    parser->line_start = parser->counted = parser->at;
    parser->here = (TomlPosition){.line = parser->here.line + 1, .column = 1};
    return true;
}

static void set_error(TomlParser *parser, TomlError code, TomlPosition position, const char *what)
{
    if (parser->error == NULL || *parser->error != NULL)
        return;
    g_autofree char *name = sanitize_string(parser->name);
    if (*name == '\0')
        g_set_error(parser->error, TOML_ERROR, (gint)code, _("line %u, column %u: %s"),
                    position.line, position.column, what);
    else
        g_set_error(parser->error, TOML_ERROR, (gint)code, _("line %u, column %u: %s (in %s)"),
                    position.line, position.column, what, name);
}

bool toml_fail(TomlParser *parser, TomlPosition position, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    g_autofree char *what = g_strdup_vprintf(format, arguments);
    va_end(arguments);
    set_error(parser, TOML_ERROR_SYNTAX, position, what);
    return false;
}

/* What stands at `at`, for a sentence: a word, or one character when it is no word. */
static char *found_here(const TomlParser *parser)
{
    enum { SHOWN = 24 };
    size_t size = 0;
    if (parser->at >= parser->end)
        return g_strdup(_("the end of the document"));
    if (toml_line_break(parser) > 0)
        return g_strdup(_("the end of the line"));
    while (size < SHOWN && (g_ascii_isalnum((char)toml_peek(parser, size)) ||
                            toml_peek(parser, size) == '_' || toml_peek(parser, size) == '-'))
        size++;
    if (size == 0)
        size = (size_t)(g_utf8_next_char(parser->at) - (const char *)parser->at);
    g_autofree char *shown = sanitize(span_of(parser->at, size), SANITIZE_LINE);
    return g_strdup_printf("\"%s\"", shown);
}

bool toml_unexpected(TomlParser *parser, const char *expected)
{
    g_autofree char *found = found_here(parser);
    return toml_fail(parser, toml_here(parser), _("found %s, expected %s"), found, expected);
}

static bool fail_key(TomlParser *parser, const KeyPart *part, const TomlValue *first,
                     const char *problem)
{
    enum { SHOWN = 64 };
    Span key = span_of(part->text, MIN(strlen(part->text), (size_t)SHOWN));
    g_autofree char *shown = sanitize(key, SANITIZE_LINE);
    return toml_fail(parser, part->position, _("\"%s\": %s (it began on line %u)"), shown, problem,
                     first->line);
}

static bool check_depth(TomlParser *parser, size_t depth)
{
    if (depth <= parser->deepest)
        return true;
    g_autofree char *what =
        g_strdup_printf(_("nested deeper than %zu levels, the most that is read"), parser->deepest);
    set_error(parser, TOML_ERROR_LIMIT, toml_here(parser), what);
    return false;
}

/* White space, comments, ends of lines. */

static void skip_blank(TomlParser *parser)
{
    while (toml_peek(parser, 0) == ' ' || toml_peek(parser, 0) == '\t')
        parser->at++;
}

/* A comment if there is one, up to the end of its line. */
static bool skip_comment(TomlParser *parser)
{
    if (toml_peek(parser, 0) != '#')
        return true;
    while (parser->at < parser->end && !toml_is_control(*parser->at))
        parser->at++;
    return parser->at >= parser->end || toml_line_break(parser) > 0 ||
           toml_unexpected(parser, _("a character that a comment may hold"));
}

static bool take_line_end(TomlParser *parser)
{
    skip_blank(parser);
    if (!skip_comment(parser))
        return false;
    return parser->at >= parser->end || toml_take_line_break(parser) ||
           toml_unexpected(parser, _("the end of the line"));
}

/* All between the elements of an array. */
static bool skip_lines(TomlParser *parser)
{
    do {
        skip_blank(parser);
        if (!skip_comment(parser))
            return false;
    } while (toml_take_line_break(parser));
    return true;
}

static bool take_byte(TomlParser *parser, char byte)
{
    if (parser->at >= parser->end || *parser->at != (uint8_t)byte)
        return false;
    parser->at++;
    return true;
}

/* Keys. */

static bool is_bare(uint8_t byte)
{
    return g_ascii_isalnum((char)byte) || byte == '_' || byte == '-';
}

/* Keys end in NUL here, so a U+0000 inside one is held as C0 80; see toml.h. */
static char *key_text(const GString *decoded)
{
    GString *key = g_string_sized_new(decoded->len + 1);
    for (gsize i = 0; i < decoded->len; i++) {
        if (decoded->str[i] == '\0')
            g_string_append(key, "\xc0\x80");
        else
            g_string_append_c(key, decoded->str[i]);
    }
    return g_string_free(key, FALSE);
}

static bool take_key_part(TomlParser *parser, GArray *path)
{
    g_array_set_size(path, path->len + 1);
    KeyPart *part = &g_array_index(path, KeyPart, path->len - 1);
    const uint8_t *from = parser->at;
    part->position = toml_here(parser);
    if (toml_peek(parser, 0) == '"' || toml_peek(parser, 0) == '\'') {
        g_autoptr(GString) decoded = g_string_new(NULL);
        if (!toml_take_string(parser, false, decoded))
            return false;
        part->text = key_text(decoded);
        return true;
    }
    while (is_bare(toml_peek(parser, 0)))
        parser->at++;
    if (parser->at == from)
        return toml_unexpected(parser, _("a key"));
    part->text = g_strndup((const char *)from, (gsize)(parser->at - from));
    return true;
}

/* "a.b.c" and the white space around it. `depth` is that of the table that it is read in. */
static GArray *take_key(TomlParser *parser, size_t depth)
{
    g_autoptr(GArray) path = g_array_new(FALSE, TRUE, sizeof(KeyPart));
    g_array_set_clear_func(path, key_part_clear);
    do {
        skip_blank(parser);
        if (!check_depth(parser, depth + path->len + 1) || !take_key_part(parser, path))
            return NULL;
        skip_blank(parser);
    } while (take_byte(parser, '.'));
    return g_steal_pointer(&path);
}

static void add_member(TomlValue *table, const KeyPart *part, TomlValue *value)
{
    value->key_line = part->position.line;
    value->key_column = part->position.column;
    toml_set(table, part->text, value);
}

static TomlValue *add_table(TomlValue *parent, const KeyPart *part)
{
    TomlValue *table = toml_new_table();
    set_position(table, part->position);
    add_member(parent, part, table);
    return table;
}

static TomlValue *member_of(TomlValue *table, const KeyPart *part)
{
    return g_hash_table_lookup(table->as.table.members, part->text);
}

/* key = value. */

static TomlValue *take_value(TomlParser *parser, size_t depth);

/* The table that one dotted part leads to: new, begun by dots in this section, or so far only
 * passed through by headers. */
static TomlValue *step_dotted(TomlParser *parser, TomlValue *table, const KeyPart *part)
{
    unsigned ours = STATE_DOTTED + parser->section;
    TomlValue *next = member_of(table, part);
    if (next == NULL)
        next = add_table(table, part);
    unsigned state = state_of(parser, next);
    if (next->type != TOML_TABLE) {
        fail_key(parser, part, next, _("this key has a value and is no table"));
        return NULL;
    }
    if (state != 0 && state != ours) {
        fail_key(parser, part, next, _("this table is complete, a dotted key cannot add to it"));
        return NULL;
    }
    set_state(parser, next, ours);
    return next;
}

static bool take_key_value(TomlParser *parser, TomlValue *table, size_t depth)
{
    g_autoptr(GArray) path = take_key(parser, depth);
    if (path == NULL)
        return false;
    if (!take_byte(parser, '='))
        return toml_unexpected(parser, _("\"=\" after the key"));
    for (guint i = 0; i + 1 < path->len; i++) {
        table = step_dotted(parser, table, &g_array_index(path, KeyPart, i));
        if (table == NULL)
            return false;
    }
    const KeyPart *last = &g_array_index(path, KeyPart, path->len - 1);
    const TomlValue *before = member_of(table, last);
    if (before != NULL)
        return fail_key(parser, last, before, _("this key is there already"));
    skip_blank(parser);
    TomlValue *value = take_value(parser, depth + path->len);
    if (value == NULL)
        return false;
    add_member(table, last, value);
    return true;
}

/* Values. */

static bool take_element(TomlParser *parser, TomlValue *array, size_t depth)
{
    TomlValue *element = take_value(parser, depth + 1);
    if (element == NULL)
        return false;
    toml_append(array, element);
    if (!skip_lines(parser))
        return false;
    return take_byte(parser, ',') || toml_peek(parser, 0) == ']' ||
           toml_unexpected(parser, _("\",\" or \"]\" in the array"));
}

static bool take_elements(TomlParser *parser, TomlValue *array, size_t depth)
{
    while (skip_lines(parser)) {
        if (take_byte(parser, ']'))
            return true;
        if (!take_element(parser, array, depth))
            return false;
    }
    return false;
}

static TomlValue *take_array(TomlParser *parser, size_t depth)
{
    g_autoptr(TomlValue) array = toml_new_array();
    set_state(parser, array, STATE_FROZEN);
    parser->at++;
    return take_elements(parser, array, depth) ? g_steal_pointer(&array) : NULL;
}

static bool take_inline_members(TomlParser *parser, TomlValue *table, size_t depth)
{
    skip_blank(parser);
    if (take_byte(parser, '}'))
        return true;
    do {
        if (!take_key_value(parser, table, depth))
            return false;
        skip_blank(parser);
    } while (take_byte(parser, ','));
    return take_byte(parser, '}') ||
           toml_unexpected(parser, _("\",\" or \"}\" in the inline table"));
}

static TomlValue *take_inline_table(TomlParser *parser, size_t depth)
{
    g_autoptr(TomlValue) table = toml_new_table();
    unsigned outer = parser->section;
    parser->section = ++parser->n_sections;
    parser->at++;
    bool taken = take_inline_members(parser, table, depth);
    parser->section = outer;
    set_state(parser, table, STATE_FROZEN);
    return taken ? g_steal_pointer(&table) : NULL;
}

static TomlValue *take_string_value(TomlParser *parser)
{
    g_autoptr(GString) decoded = g_string_new(NULL);
    if (!toml_take_string(parser, true, decoded))
        return NULL;
    TomlValue *value = toml_new_string("");
    g_free(value->as.string.text);
    value->as.string.size = decoded->len;
    value->as.string.text = g_string_free(g_steal_pointer(&decoded), FALSE);
    return value;
}

/* `depth` is the level that the value is on. */
static TomlValue *take_value(TomlParser *parser, size_t depth)
{
    TomlPosition position = toml_here(parser);
    TomlValue *value;
    if (!check_depth(parser, depth))
        return NULL;
    switch (toml_peek(parser, 0)) {
    case '"':
    case '\'':
        value = take_string_value(parser);
        break;
    case '[':
        value = take_array(parser, depth);
        break;
    case '{':
        value = take_inline_table(parser, depth);
        break;
    default:
        value = toml_take_scalar(parser);
    }
    if (value != NULL)
        set_position(value, position);
    return value;
}

/* [table] and [[array of tables]]. */

static TomlValue *last_table(TomlValue *array)
{
    return g_ptr_array_index(array->as.array, array->as.array->len - 1);
}

/* The table that a part of a header other than the last leads to. */
static TomlValue *step_header(TomlParser *parser, TomlValue *table, const KeyPart *part)
{
    TomlValue *next = member_of(table, part);
    if (next == NULL)
        return add_table(table, part);
    if (state_of(parser, next) == STATE_FROZEN) {
        fail_key(parser, part, next, _("this is complete, a header cannot add to it"));
        return NULL;
    }
    if (next->type == TOML_ARRAY)
        return last_table(next);
    if (next->type == TOML_TABLE)
        return next;
    fail_key(parser, part, next, _("this key has a value and is no table"));
    return NULL;
}

static TomlValue *define_table(TomlParser *parser, TomlValue *parent, const KeyPart *part)
{
    TomlValue *table = member_of(parent, part);
    if (table == NULL) {
        table = add_table(parent, part);
    } else if (table->type != TOML_TABLE || state_of(parser, table) != 0) {
        fail_key(parser, part, table, _("this key is there already"));
        return NULL;
    }
    set_position(table, part->position);
    table->key_line = part->position.line;
    table->key_column = part->position.column;
    set_state(parser, table, STATE_HEADER);
    return table;
}

static TomlValue *append_table(TomlParser *parser, TomlValue *parent, const KeyPart *part)
{
    TomlValue *array = member_of(parent, part);
    if (array == NULL) {
        array = toml_new_array();
        set_position(array, part->position);
        set_state(parser, array, STATE_TABLES);
        add_member(parent, part, array);
    } else if (state_of(parser, array) != STATE_TABLES) {
        fail_key(parser, part, array,
                 _("this key is there already, and not as an array of tables"));
        return NULL;
    }
    TomlValue *table = toml_new_table();
    set_position(table, part->position);
    set_state(parser, table, STATE_HEADER);
    toml_append(array, table);
    return table;
}

static bool take_header_close(TomlParser *parser, bool is_array)
{
    if (!is_array)
        return take_byte(parser, ']') || toml_unexpected(parser, _("\"]\" after the table's name"));
    if (toml_peek(parser, 0) == ']' && toml_peek(parser, 1) == ']') {
        parser->at += 2;
        return true;
    }
    return toml_unexpected(parser, _("\"]]\" after the name of the array of tables"));
}

/* Gives the table that the lines below fill, and its depth. */
static TomlValue *take_header(TomlParser *parser, TomlValue *root, size_t *depth)
{
    bool is_array = toml_peek(parser, 1) == '[';
    parser->at += is_array ? 2 : 1;
    g_autoptr(GArray) path = take_key(parser, 0);
    if (path == NULL || !take_header_close(parser, is_array))
        return NULL;
    TomlValue *table = root;
    for (guint i = 0; table != NULL && i + 1 < path->len; i++)
        table = step_header(parser, table, &g_array_index(path, KeyPart, i));
    if (table == NULL)
        return NULL;
    const KeyPart *last = &g_array_index(path, KeyPart, path->len - 1);
    parser->section = ++parser->n_sections;
    *depth = path->len;
    return is_array ? append_table(parser, table, last) : define_table(parser, table, last);
}

/* The document. */

static bool take_document(TomlParser *parser, TomlValue *root)
{
    TomlValue *table = root;
    size_t depth = 0;
    while (parser->at < parser->end) {
        skip_blank(parser);
        if (toml_peek(parser, 0) == '[') {
            table = take_header(parser, root, &depth);
            if (table == NULL)
                return false;
        } else if (toml_peek(parser, 0) != '#' && toml_line_break(parser) == 0 &&
                   parser->at < parser->end && !take_key_value(parser, table, depth)) {
            return false;
        }
        if (!take_line_end(parser))
            return false;
    }
    return true;
}

/* So that nothing below meets a byte that is no character. */
static bool check_utf8(TomlParser *parser)
{
    const char *bad;
    Span text = span_of(parser->at, (size_t)(parser->end - parser->at));
    if (text.size == 0 || g_utf8_validate_len((const char *)text.data, text.size, &bad))
        return true;
    while (parser->at < (const uint8_t *)bad) {
        if (!toml_take_line_break(parser))
            parser->at++;
    }
    if (*bad == '\0')
        return toml_unexpected(parser, _("text without control characters"));
    return toml_fail(parser, toml_here(parser), _("found byte 0x%02x, expected UTF-8"),
                     (unsigned)(uint8_t)*bad);
}

static void skip_byte_order_mark(TomlParser *parser)
{
    if (toml_peek(parser, 0) == 0xef && toml_peek(parser, 1) == 0xbb &&
        toml_peek(parser, 2) == 0xbf)
        parser->at += 3;
    parser->line_start = parser->counted = parser->at;
}

TomlValue *toml_parse(Span text, const char *name, GError **error)
{
    g_autoptr(GHashTable) states = g_hash_table_new(NULL, NULL);
    g_autoptr(TomlValue) root = toml_new_table();
    TomlParser parser = {
        .at = text.data,
        .end = text.data + text.size,
        .line_start = text.data,
        .counted = text.data,
        .here = {.line = 1, .column = 1},
        .name = name,
        .error = error,
        .states = states,
        .deepest = limit_bytes(LIMIT_TOML_DEPTH),
    };
    TomlParser at_start = parser;
    if (!check_utf8(&at_start))
        return NULL;
    skip_byte_order_mark(&parser);
    set_position(root, parser.here);
    return take_document(&parser, root) ? g_steal_pointer(&root) : NULL;
}
