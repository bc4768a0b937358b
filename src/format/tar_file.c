/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "format/tar_file.h"

#include "core/i18n.h"
#include "core/reader.h"

enum {
    BLOCK = 512,
    NAME_SIZE = 100,
    SIZE_AT = 124,
    TIME_AT = 136,
    NUMBER_SIZE = 12,
    SUM_AT = 148,
    SUM_SIZE = 8,
    TYPE_AT = 156,
    MAGIC_AT = 257,
    HEADERS_MOST = 4, /* of pax, before the member: Docker writes one at most */
};

typedef struct Walk {
    Reader reader;
    uint64_t pax_size; /* of the member, when has_pax_size */
    bool has_pax_size;
    char *pax_name; /* or NULL */
} Walk;

GQuark tar_file_error_quark(void)
{
    return g_quark_from_static_string("mse-tar-file-error");
}

static bool fail(GError **error, TarFileError code, const char *what)
{
    g_set_error_literal(error, TAR_FILE_ERROR, code, what);
    return false;
}

/* Octal digits, ended by a space or a zero byte, or by the field. */
static bool read_octal(const uint8_t *field, size_t size, uint64_t *out)
{
    size_t i = 0;
    *out = 0;
    while (i < size && field[i] == ' ')
        i++;
    if (i == size || field[i] < '0' || field[i] > '7')
        return false;
    for (; i < size && field[i] >= '0' && field[i] <= '7'; i++)
        *out = *out * 8 + (uint64_t)(field[i] - '0');
    return i == size || field[i] == ' ' || field[i] == '\0';
}

static bool sum_is_right(const uint8_t *block)
{
    uint64_t said, sum = 0;
    for (unsigned i = 0; i < BLOCK; i++)
        sum += i >= SUM_AT && i < SUM_AT + SUM_SIZE ? (uint8_t)' ' : block[i];
    return read_octal(block + SUM_AT, SUM_SIZE, &said) && said == sum;
}

static bool is_empty(const uint8_t *block)
{
    for (unsigned i = 0; i < BLOCK; i++)
        if (block[i] != 0)
            return false;
    return true;
}

/* The bytes of a member, and what pads them. */
static bool take_content(Walk *walk, uint64_t size, Span *content, GError **error)
{
    size_t padding = (size_t)((BLOCK - size % BLOCK) % BLOCK);
    if (size > reader_left(&walk->reader) || !reader_take(&walk->reader, (size_t)size, content) ||
        !reader_skip(&walk->reader, padding))
        return fail(error, TAR_FILE_ERROR_FORM, _("the archive is cut short"));
    return true;
}

static bool take_record(Walk *walk, Span key, Span value)
{
    if (span_equal(key, span_of("path", 4))) {
        g_free(walk->pax_name);
        walk->pax_name = g_strndup((const char *)value.data, value.size);
        return strlen(walk->pax_name) == value.size;
    }
    if (!span_equal(key, span_of("size", 4)))
        return true;
    g_autofree char *digits = g_strndup((const char *)value.data, value.size);
    guint64 size;
    walk->has_pax_size = g_ascii_string_to_unsigned(digits, 10, 0, INT64_MAX, &size, NULL);
    walk->pax_size = size;
    return walk->has_pax_size;
}

/* "LENGTH KEY=VALUE\n", the length in decimal and counting itself. False when there is no such
 * record at the start of `text`; else what follows it is left there. */
static bool next_record(Span *text, Span *key, Span *value)
{
    uint64_t length = 0;
    size_t i = 0;
    for (; i < text->size && i < 8 && text->data[i] >= '0' && text->data[i] <= '9'; i++)
        length = length * 10 + (uint64_t)(text->data[i] - '0');
    if (i == 0 || i == text->size || text->data[i] != ' ' || length > text->size ||
        length < i + 3 || text->data[length - 1] != '\n')
        return false;
    const uint8_t *start = text->data + i + 1, *end = text->data + length - 1;
    const uint8_t *equal = memchr(start, '=', (size_t)(end - start));
    if (equal == NULL)
        return false;
    *key = span_of(start, (size_t)(equal - start));
    *value = span_of(equal + 1, (size_t)(end - equal - 1));
    *text = span_of(text->data + length, text->size - (size_t)length);
    return true;
}

static bool read_pax(Walk *walk, Span text, GError **error)
{
    while (text.size > 0) {
        Span key, value;
        if (!next_record(&text, &key, &value) || !take_record(walk, key, value))
            return fail(error, TAR_FILE_ERROR_FORM, _("the archive has a broken header"));
    }
    return true;
}

static bool name_ends_in(const char *whole, const char *name)
{
    const char *slash = strrchr(whole, '/');
    return strcmp(slash == NULL ? whole : slash + 1, name) == 0;
}

static bool check_name(const Walk *walk, const uint8_t *block, const char *name, GError **error)
{
    g_autofree char *plain = g_strndup((const char *)block, NAME_SIZE);
    if (name_ends_in(walk->pax_name != NULL ? walk->pax_name : plain, name))
        return true;
    return fail(error, TAR_FILE_ERROR_KIND, _("the archive holds another file"));
}

static const char *kind_of(uint8_t type)
{
    switch (type) {
    case '1':
    case '2':
        return _("it is a link");
    case '5':
        return _("it is a directory");
    default:
        return _("it is no regular file");
    }
}

/* Two empty blocks, or nothing at all; then only zeros. */
static bool check_end(Walk *walk, GError **error)
{
    while (reader_left(&walk->reader) > 0) {
        Span block;
        if (!reader_take(&walk->reader, BLOCK, &block))
            return fail(error, TAR_FILE_ERROR_FORM, _("the archive is cut short"));
        if (!is_empty(block.data))
            return fail(error, TAR_FILE_ERROR_KIND, _("the archive holds more than one file"));
    }
    return true;
}

/* The member's content; headers of pax before it are read on the way. */
static bool take_member(Walk *walk, const char *name, Span *content, int64_t *written,
                        GError **error)
{
    for (unsigned i = 0; i <= HEADERS_MOST; i++) {
        Span taken;
        uint64_t size, time;
        if (!reader_take(&walk->reader, BLOCK, &taken))
            return fail(error, TAR_FILE_ERROR_FORM, _("the archive is cut short"));
        const uint8_t *block = taken.data;
        if (memcmp(block + MAGIC_AT, "ustar", 5) != 0 || !sum_is_right(block) ||
            !read_octal(block + SIZE_AT, NUMBER_SIZE, &size))
            return fail(error, TAR_FILE_ERROR_FORM, _("it is no archive"));
        uint8_t type = block[TYPE_AT];
        if (type == 'x' || type == 'g') {
            if (!take_content(walk, size, content, error) || !read_pax(walk, *content, error))
                return false;
            continue;
        }
        if (type != '0' && type != '\0')
            return fail(error, TAR_FILE_ERROR_KIND, kind_of(type));
        if (!check_name(walk, block, name, error))
            return false;
        *written = read_octal(block + TIME_AT, NUMBER_SIZE, &time) && time <= INT64_MAX
                       ? (int64_t)time
                       : 0;
        return take_content(walk, walk->has_pax_size ? walk->pax_size : size, content, error);
    }
    return fail(error, TAR_FILE_ERROR_FORM, _("the archive has too many headers"));
}

GBytes *tar_file_only(GBytes *tar, const char *name, int64_t *written, GError **error)
{
    size_t size;
    const uint8_t *data = g_bytes_get_data(tar, &size);
    Walk walk = {.reader = reader_on(span_of(data, size))};
    Span content = {0};
    int64_t time = 0;
    bool good = take_member(&walk, name, &content, &time, error) && check_end(&walk, error);
    g_free(walk.pax_name);
    if (!good)
        return NULL;
    if (written != NULL)
        *written = time;
    return g_bytes_new_from_bytes(tar, content.size > 0 ? (size_t)(content.data - data) : 0,
                                  content.size);
}
