/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "format/pem.h"

#define BEGIN_MARK "-----BEGIN "
#define END_MARK   "-----END "
#define MARK_TAIL  "-----"

enum { LABEL_MOST = 64, COLUMNS = 64 };

/* clang-format off */
/* Six bits of each base64 character; anything else has the top bit. */
static const uint8_t sextets[256] = {
#define NO_4  0x80, 0x80, 0x80, 0x80
#define NO_16 NO_4, NO_4, NO_4, NO_4
    NO_16, NO_16,
    NO_4, NO_4, 0x80, 0x80, 0x80, 62, 0x80, 0x80, 0x80, 63,
    52, 53, 54, 55, 56, 57, 58, 59, 60, 61, 0x80, 0x80, NO_4,
    0x80, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14,
    15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 0x80, NO_4,
    0x80, 26, 27, 28, 29, 30, 31, 32, 33, 34, 35, 36, 37, 38, 39, 40,
    41, 42, 43, 44, 45, 46, 47, 48, 49, 50, 51, 0x80, NO_4,
    NO_16, NO_16, NO_16, NO_16, NO_16, NO_16, NO_16, NO_16,
#undef NO_16
#undef NO_4
};
/* clang-format on */

void pem_block_free(PemBlock *block)
{
    if (block == NULL)
        return;
    g_free(block->label);
    g_clear_pointer(&block->der, g_bytes_unref);
    g_free(block);
}

/* The next line without its LF or CRLF. A CR elsewhere stays in it, to be refused there. */
static Span take_line(Reader *reader)
{
    size_t left = reader_left(reader);
    const uint8_t *feed = left > 0 ? memchr(reader->at, '\n', left) : NULL;
    Span line = span_of(reader->at, feed != NULL ? (size_t)(feed - reader->at) : left);
    reader->at += line.size + (feed != NULL);
    if (feed != NULL && line.size > 0 && line.data[line.size - 1] == '\r')
        line.size--;
    return line;
}

static bool starts_with(Span line, const char *mark)
{
    size_t size = strlen(mark);
    return line.size >= size && memcmp(line.data, mark, size) == 0;
}

static bool is_white(Span line)
{
    for (size_t i = 0; i < line.size; i++) {
        if (line.data[i] != ' ' && line.data[i] != '\t' && line.data[i] != '\r')
            return false;
    }
    return true;
}

/* RFC 7468 section 3: printable characters, single spaces and hyphens between them. */
static bool label_valid(Span label)
{
    if (label.size == 0 || label.size > LABEL_MOST)
        return false;
    bool separator = true;
    for (size_t i = 0; i < label.size; i++) {
        bool was_separator = separator;
        separator = label.data[i] == ' ' || label.data[i] == '-';
        if ((separator && was_separator) || label.data[i] < ' ' || label.data[i] > '~')
            return false;
    }
    return !separator;
}

static bool mark_label(Span line, const char *mark, Span *label)
{
    size_t head = strlen(mark), tail = strlen(MARK_TAIL);
    if (!starts_with(line, mark) || line.size < head + tail ||
        memcmp(line.data + line.size - tail, MARK_TAIL, tail) != 0)
        return false;
    *label = span_of(line.data + head, line.size - head - tail);
    return label_valid(*label);
}

/* Base64 that may be cut into lines anywhere. */
typedef struct Decoder {
    uint8_t *out;
    size_t size;
    uint32_t bits;
    unsigned held;    /* sextets in `bits` */
    unsigned padding; /* '=' seen */
} Decoder;

static bool decode_padding(Decoder *decoder)
{
    decoder->padding++;
    return decoder->held >= 2 && decoder->held + decoder->padding <= 4;
}

static bool decode_one(Decoder *decoder, uint8_t character)
{
    if (character == '=')
        return decode_padding(decoder);
    uint8_t sextet = sextets[character];
    if (sextet >= 0x80 || decoder->padding > 0)
        return false;
    decoder->bits = decoder->bits << 6 | sextet;
    if (++decoder->held < 4)
        return true;
    decoder->out[decoder->size++] = (uint8_t)(decoder->bits >> 16);
    decoder->out[decoder->size++] = (uint8_t)(decoder->bits >> 8);
    decoder->out[decoder->size++] = (uint8_t)decoder->bits;
    decoder->bits = decoder->held = 0;
    return true;
}

/* Whole quads, four look-ups at a time; gives how many characters it took. */
static size_t decode_quads(Decoder *decoder, Span line)
{
    size_t at = 0;
    if (decoder->held > 0 || decoder->padding > 0)
        return 0;
    for (; at + 4 <= line.size; at += 4) {
        const uint8_t *quad = line.data + at;
        uint8_t a = sextets[quad[0]], b = sextets[quad[1]], c = sextets[quad[2]],
                d = sextets[quad[3]];
        if ((a | b | c | d) >= 0x80)
            break;
        uint8_t *out = decoder->out + decoder->size;
        out[0] = (uint8_t)(a << 2 | b >> 4);
        out[1] = (uint8_t)(b << 4 | c >> 2);
        out[2] = (uint8_t)(c << 6 | d);
        decoder->size += 3;
    }
    return at;
}

/* False with `bad` at the character that is wrong. */
static bool decode_line(Decoder *decoder, Span line, const uint8_t **bad)
{
    *bad = line.data;
    if (line.size == 0 || line.size > PEM_LINE_MOST)
        return false;
    for (size_t at = decode_quads(decoder, line); at < line.size; at++) {
        if (!decode_one(decoder, line.data[at])) {
            *bad = line.data + at;
            return false;
        }
    }
    return true;
}

/* The last, shorter group: canonical, so the bits that say nothing are zero (RFC 4648 3.5). */
static bool decode_end(Decoder *decoder)
{
    if (decoder->held == 0)
        return decoder->size > 0;
    if (decoder->held + decoder->padding != 4)
        return false;
    if (decoder->held == 2) {
        decoder->out[decoder->size++] = (uint8_t)(decoder->bits >> 4);
        return (decoder->bits & 0x0f) == 0;
    }
    decoder->out[decoder->size++] = (uint8_t)(decoder->bits >> 10);
    decoder->out[decoder->size++] = (uint8_t)(decoder->bits >> 2);
    return (decoder->bits & 0x03) == 0;
}

/* Finds the line that ends the body: the first that begins with a hyphen. */
static bool find_end(Reader reader, Span *line)
{
    *line = span_of(reader.at, 0);
    while (!starts_with(*line, "-") && reader_left(&reader) > 0)
        *line = take_line(&reader);
    return starts_with(*line, "-");
}

/* The lines up to the END line, which is taken too. */
static GBytes *take_body(Reader *reader, Span label, Span *end, const uint8_t **bad)
{
    Span end_label;
    *bad = reader->at;
    if (!find_end(*reader, end))
        return NULL;
    size_t most = (size_t)(end->data - reader->at) / 4 * 3 + 3;
    g_autofree uint8_t *bytes = g_malloc(most);
    Decoder decoder = {.out = bytes};
    while (reader->at < end->data) {
        if (!decode_line(&decoder, take_line(reader), bad))
            return NULL;
    }
    *bad = end->data;
    if (!decode_end(&decoder) || !mark_label(*end, END_MARK, &end_label) ||
        !span_equal(label, end_label))
        return NULL;
    take_line(reader);
    return g_bytes_new_take(g_steal_pointer(&bytes), decoder.size);
}

static PemBlock *take_block(Reader *reader, Span text, Span begin, const uint8_t **bad)
{
    Span label, end;
    *bad = begin.data;
    if (!mark_label(begin, BEGIN_MARK, &label))
        return NULL;
    GBytes *der = take_body(reader, label, &end, bad);
    if (der == NULL)
        return NULL;
    PemBlock *block = g_new0(PemBlock, 1);
    block->label = g_strndup((const char *)label.data, label.size);
    block->der = der;
    block->offset = (size_t)(begin.data - text.data);
    block->size = (size_t)(end.data + end.size - begin.data);
    return block;
}

static GPtrArray *refuse(GPtrArray *blocks, size_t *where, size_t offset)
{
    g_ptr_array_unref(blocks);
    if (where != NULL)
        *where = offset;
    return NULL;
}

GPtrArray *pem_decode(Span text, PemMode mode, unsigned most, size_t *where)
{
    GPtrArray *blocks = g_ptr_array_new_with_free_func((GDestroyNotify)pem_block_free);
    Span trimmed = text;
    if (text.size > 0 && text.data[text.size - 1] == '\0')
        trimmed.size--;
    Reader reader = reader_on(trimmed);
    while (reader_left(&reader) > 0) {
        Span line = take_line(&reader);
        size_t offset = (size_t)(line.data - text.data);
        if (!starts_with(line, MARK_TAIL)) {
            if (mode == PEM_NOTHING_BETWEEN && !is_white(line))
                return refuse(blocks, where, offset);
            continue;
        }
        const uint8_t *bad = line.data;
        PemBlock *block = blocks->len < most ? take_block(&reader, text, line, &bad) : NULL;
        if (block == NULL)
            return refuse(blocks, where, (size_t)(bad - text.data));
        g_ptr_array_add(blocks, block);
    }
    return blocks->len > 0 ? blocks : refuse(blocks, where, text.size);
}

char *pem_encode(const char *label, Span der)
{
    GString *text = g_string_sized_new(der.size / 3 * 4 + der.size / 48 + 80);
    g_string_append_printf(text, BEGIN_MARK "%s" MARK_TAIL "\n", label);
    for (size_t at = 0; at < der.size; at += COLUMNS / 4 * 3) {
        g_autofree char *line =
            g_base64_encode(der.data + at, MIN(der.size - at, (size_t)COLUMNS / 4 * 3));
        g_string_append_printf(text, "%s\n", line);
    }
    g_string_append_printf(text, END_MARK "%s" MARK_TAIL "\n", label);
    return g_string_free(text, FALSE);
}
