/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "format/tar_pax.h"

#include "core/i18n.h"

void tar_records_init(TarRecords *records)
{
    *records = (TarRecords){0};
}

void tar_records_clear(TarRecords *records)
{
    g_free(records->path);
    g_free(records->link);
    *records = (TarRecords){0};
}

void tar_records_next(TarRecords *records)
{
    tar_records_clear(records);
}

bool tar_records_pending(const TarRecords *records)
{
    return records->announced || records->path != NULL || records->link != NULL;
}

static bool is_digit(uint8_t c)
{
    return c >= '0' && c <= '9';
}

/* Decimal digits and nothing else. */
static bool parse_decimal(Span text, uint64_t *out)
{
    uint64_t value = 0;
    for (size_t i = 0; i < text.size; i++) {
        if (!is_digit(text.data[i]) || value > (UINT64_MAX - 9) / 10)
            return false;
        value = value * 10 + (uint64_t)(text.data[i] - '0');
    }
    *out = value;
    return text.size > 0;
}

/* "LENGTH KEY=VALUE\n": LENGTH counts all of it, itself too. */
static bool take_record(Reader *reader, Span *key, Span *value)
{
    Span all = {.data = reader->at, .size = reader_left(reader)};
    size_t digits = 0;
    while (digits < all.size && is_digit(all.data[digits]))
        digits++;
    uint64_t length;
    if (digits == all.size || all.data[digits] != ' ' ||
        !parse_decimal(span_of(all.data, digits), &length) || length > all.size ||
        length < digits + 4 || all.data[length - 1] != '\n')
        return false;
    const uint8_t *start = all.data + digits + 1, *end = all.data + length - 1;
    const uint8_t *equals = memchr(start, '=', (size_t)(end - start));
    if (equals == NULL || equals == start)
        return false;
    *key = span_of(start, (size_t)(equals - start));
    *value = span_of(equals + 1, (size_t)(end - equals - 1));
    return reader_skip(reader, (size_t)length);
}

static const char *set_text(char **text, Span value)
{
    if (*text != NULL)
        return N_("names its member twice");
    if (value.size == 0 || memchr(value.data, '\0', value.size) != NULL)
        return N_("has a name that is empty or has a NUL in it");
    *text = g_strndup((const char *)value.data, value.size);
    return NULL;
}

static const char *set_size(TarRecords *records, Span value)
{
    if (records->has_size)
        return N_("says two sizes");
    if (!parse_decimal(value, &records->size))
        return N_("has no number for its size");
    records->has_size = true;
    return NULL;
}

/* "-1.25" and the like: the whole seconds before it. */
static const char *set_mtime(TarRecords *records, Span value)
{
    bool negative = value.size > 0 && value.data[0] == '-';
    Span digits = span_of(value.data + negative, value.size - negative);
    size_t whole = 0;
    while (whole < digits.size && digits.data[whole] != '.')
        whole++;
    uint64_t seconds;
    if (!parse_decimal(span_of(digits.data, whole), &seconds) || seconds > INT64_MAX - 1)
        return N_("has no number for its time");
    bool fraction = false;
    for (size_t i = whole + 1; i < digits.size; i++) {
        if (!is_digit(digits.data[i]))
            return N_("has no number for its time");
        fraction = fraction || digits.data[i] != '0';
    }
    records->mtime = negative ? -(int64_t)seconds - fraction : (int64_t)seconds;
    records->has_mtime = true;
    return NULL;
}

#define span_is(span, literal) span_equal(span, span_of(literal, sizeof(literal) - 1))
#define span_begins(span, literal) \
    ((span).size >= sizeof(literal) - 1 && memcmp((span).data, literal, sizeof(literal) - 1) == 0)

static const char *set_record(TarRecords *records, bool global, Span key, Span value)
{
    bool path = span_is(key, "path"), link = span_is(key, "linkpath"), size = span_is(key, "size");
    if (global && (path || link || size))
        return N_("says for all members what is one member's");
    if (span_begins(key, "GNU.sparse."))
        return N_("is of a sparse file");
    if (path)
        return set_text(&records->path, value);
    if (link)
        return set_text(&records->link, value);
    if (size)
        return set_size(records, value);
    if (span_is(key, "mtime") && !global)
        return set_mtime(records, value);
    return NULL; /* owners, times, attributes: nothing here is made with them */
}

const char *tar_records_pax(TarRecords *records, bool global, Span content)
{
    if (!global && tar_records_pending(records))
        return N_("is one too many: another announced the same member");
    Reader reader = reader_on(content);
    while (reader_left(&reader) > 0) {
        Span key, value;
        if (!take_record(&reader, &key, &value))
            return N_("has a record that lies about its length");
        const char *wrong = set_record(records, global, key, value);
        if (wrong != NULL)
            return wrong;
    }
    if (!global)
        records->announced = true;
    return NULL;
}

const char *tar_records_gnu(TarRecords *records, bool link, Span content)
{
    const uint8_t *end = content.size > 0 ? memchr(content.data, '\0', content.size) : NULL;
    if (end == NULL || end != content.data + content.size - 1)
        return N_("has a name that does not end where it should");
    if (records->announced)
        return N_("is one too many: another announced the same member");
    return set_text(link ? &records->link : &records->path,
                    span_of(content.data, (size_t)(end - content.data)));
}
