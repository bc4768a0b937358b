/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A log as the engine sends it: frames (a head of eight bytes: the channel, three zeros, the size
 * big-endian; then so many bytes), or, of a container with a terminal, the bare bytes. With
 * timestamps, each line begins with one, and so does each frame, also one that only goes on with a
 * line that was too long for the engine.
 *
 * Whatever a frame announces, nothing is held of it but the line that is not yet complete.
 */
#include "config.h"

#include "core/limits.h"
#include "docker/private.h"

#include <string.h>

#define HEAD_SIZE     8
#define STAMP_MAXIMUM 40 /* bytes; "2006-01-02T15:04:05.000000000+07:00 " are 36 */
#define CHANNELS      2

/* A line that has no end yet. */
typedef struct Part {
    GByteArray *text;
    int64_t time;
    bool begun;     /* there is something of a line, be it only its timestamp */
    bool continues; /* what was before it is given already */
} Part;

struct LogDecoder {
    DockerFraming framing;
    bool timestamps;
    uint8_t head[HEAD_SIZE];
    size_t head_size;
    uint64_t frame_left; /* bytes of the frame that have not come */
    uint8_t channel;     /* DockerChannel of the frame */
    char stamp[STAMP_MAXIMUM];
    size_t stamp_size;
    bool stamping; /* at the place of a timestamp, some of it may be there */
    Part parts[CHANNELS];
    GByteArray *text; /* of the block that is being made */
    GArray *lines;    /* of DockerLine */
};

LogDecoder *log_decoder_new(DockerFraming framing, bool timestamps)
{
    LogDecoder *decoder = g_new0(LogDecoder, 1);
    decoder->framing = framing;
    decoder->timestamps = timestamps;
    decoder->stamping = timestamps;
    decoder->channel = DOCKER_OUTPUT;
    for (size_t i = 0; i < CHANNELS; i++)
        decoder->parts[i].text = g_byte_array_new();
    return decoder;
}

void log_decoder_free(LogDecoder *decoder)
{
    if (decoder == NULL)
        return;
    for (size_t i = 0; i < CHANNELS; i++)
        g_byte_array_unref(decoder->parts[i].text);
    g_clear_pointer(&decoder->text, g_byte_array_unref);
    g_clear_pointer(&decoder->lines, g_array_unref);
    g_free(decoder);
}

void docker_log_free(DockerLog *log)
{
    if (log == NULL)
        return;
    g_bytes_unref(log->text);
    g_free(log->lines);
    g_free(log);
}

void log_decoder_head(LogDecoder *decoder, const char *content_type)
{
    /* Before 1.42 all logs are called raw: that alone says nothing. */
    if (decoder->framing == DOCKER_FRAMING_GUESS && content_type != NULL &&
        strstr(content_type, "multiplexed-stream") != NULL)
        decoder->framing = DOCKER_FRAMING_FRAMES;
}

static Part *part_of(LogDecoder *decoder)
{
    return &decoder->parts[decoder->channel - 1];
}

/* Gives what there is of the line to the block. */
static void end_line(LogDecoder *decoder, bool goes_on)
{
    Part *part = part_of(decoder);
    guint size = part->text->len;
    if (!goes_on && size > 0 && part->text->data[size - 1] == '\r')
        size--;
    if (decoder->lines == NULL) {
        decoder->lines = g_array_new(FALSE, FALSE, sizeof(DockerLine));
        decoder->text = g_byte_array_new();
    }
    const DockerLine line = {
        .time = part->time,
        .offset = decoder->text->len,
        .size = size,
        .channel = decoder->channel,
        .continued = goes_on,
        .continues = part->continues,
    };
    g_array_append_val(decoder->lines, line);
    g_byte_array_append(decoder->text, part->text->data, size);
    g_byte_array_set_size(part->text, 0);
    part->continues = part->begun = goes_on;
    if (!goes_on)
        part->time = 0;
}

static void add_text(LogDecoder *decoder, Span text)
{
    Part *part = part_of(decoder);
    part->begun = true;
    while (text.size > 0) {
        size_t room = limit_bytes(LIMIT_LOG_LINE) - part->text->len;
        size_t n = MIN(room, text.size);
        g_byte_array_append(part->text, text.data, (guint)n);
        text = span_of(text.data + n, text.size - n);
        if (part->text->len == limit_bytes(LIMIT_LOG_LINE) && text.size > 0)
            end_line(decoder, true);
    }
}

/* Lets what stands at the place of a timestamp be one, or text after all: whether it was one. */
static bool end_stamp(LogDecoder *decoder)
{
    Part *part = part_of(decoder);
    int64_t time = docker_time_of(span_of(decoder->stamp, decoder->stamp_size));
    size_t size = decoder->stamp_size;
    decoder->stamping = false;
    decoder->stamp_size = 0;
    if (time == 0) {
        add_text(decoder, span_of(decoder->stamp, size));
        return false;
    }
    part->begun = true;
    if (part->time == 0)
        part->time = time;
    return true;
}

/* At the place of a timestamp: takes its bytes, the blank after it too. How many were taken. */
static size_t take_stamp(LogDecoder *decoder, Span text)
{
    size_t taken = 0;
    while (taken < text.size && decoder->stamping) {
        uint8_t c = text.data[taken];
        bool is_end = c == ' ' || c == '\n' || decoder->stamp_size == STAMP_MAXIMUM;
        if (!is_end) {
            decoder->stamp[decoder->stamp_size++] = (char)c;
            taken++;
            continue;
        }
        taken += end_stamp(decoder) && c == ' ';
    }
    return taken;
}

static void take_payload(LogDecoder *decoder, Span text)
{
    while (text.size > 0) {
        size_t n;
        if (decoder->stamping) {
            n = take_stamp(decoder, text);
        } else {
            const uint8_t *end = memchr(text.data, '\n', text.size);
            n = end == NULL ? text.size : (size_t)(end - text.data);
            add_text(decoder, span_of(text.data, n));
            if (end != NULL) {
                end_line(decoder, false);
                decoder->stamping = decoder->timestamps;
                n++;
            }
        }
        text = span_of(text.data + n, text.size - n);
    }
}

/* The head of a frame is complete: false when it is none. */
static bool begin_frame(LogDecoder *decoder)
{
    const uint8_t *head = decoder->head;
    if (head[0] > 3 || head[1] != 0 || head[2] != 0 || head[3] != 0)
        return false;
    decoder->head_size = 0;
    decoder->frame_left =
        (uint64_t)head[4] << 24 | (uint64_t)head[5] << 16 | (uint64_t)head[6] << 8 | head[7];
    decoder->channel = head[0] <= 1 ? DOCKER_OUTPUT : DOCKER_ERRORS; /* 0: input; 3: the engine's */
    decoder->stamping = decoder->timestamps;
    decoder->stamp_size = 0;
    return true;
}

static size_t take_head(LogDecoder *decoder, Span bytes)
{
    size_t n = MIN(HEAD_SIZE - decoder->head_size, bytes.size);
    memcpy(decoder->head + decoder->head_size, bytes.data, n);
    decoder->head_size += n;
    return n;
}

static bool take_frames(LogDecoder *decoder, Span bytes)
{
    while (bytes.size > 0) {
        size_t n;
        if (decoder->frame_left == 0) {
            n = take_head(decoder, bytes);
            if (decoder->head_size == HEAD_SIZE && !begin_frame(decoder))
                return false;
        } else {
            n = (size_t)MIN(decoder->frame_left, bytes.size);
            take_payload(decoder, span_of(bytes.data, n));
            decoder->frame_left -= n;
            if (decoder->frame_left == 0 && decoder->stamping && decoder->stamp_size > 0)
                end_stamp(decoder);
        }
        bytes = span_of(bytes.data + n, bytes.size - n);
    }
    return true;
}

/* No text begins like the head of a frame. False when too little is there to say. */
static bool guess(LogDecoder *decoder, Span *bytes)
{
    size_t n = MIN(4 - decoder->head_size, bytes->size);
    memcpy(decoder->head + decoder->head_size, bytes->data, n);
    decoder->head_size += n;
    *bytes = span_of(bytes->data + n, bytes->size - n);
    const uint8_t *head = decoder->head;
    bool may_be_frames = head[0] <= 2;
    for (size_t i = 1; i < decoder->head_size; i++)
        may_be_frames = may_be_frames && head[i] == 0;
    if (may_be_frames && decoder->head_size < 4)
        return false;
    decoder->framing = may_be_frames ? DOCKER_FRAMING_FRAMES : DOCKER_FRAMING_TTY;
    return true;
}

/* What was kept for the guess is text, once it is known to be. */
static void release_guess(LogDecoder *decoder)
{
    size_t size = decoder->head_size;
    decoder->head_size = 0;
    take_payload(decoder, span_of(decoder->head, size));
}

static bool take(LogDecoder *decoder, Span bytes)
{
    if (decoder->framing == DOCKER_FRAMING_GUESS && bytes.size > 0) {
        if (!guess(decoder, &bytes))
            return true;
        if (decoder->framing == DOCKER_FRAMING_TTY)
            release_guess(decoder);
    }
    if (decoder->framing == DOCKER_FRAMING_FRAMES)
        return take_frames(decoder, bytes);
    take_payload(decoder, bytes);
    return true;
}

static DockerLog *release(LogDecoder *decoder)
{
    if (decoder->lines == NULL)
        return NULL;
    DockerLog *log = g_new0(DockerLog, 1);
    log->n_lines = decoder->lines->len;
    log->lines = (DockerLine *)(void *)g_array_free(g_steal_pointer(&decoder->lines), FALSE);
    log->text = g_byte_array_free_to_bytes(g_steal_pointer(&decoder->text));
    return log;
}

bool log_decoder_feed(LogDecoder *decoder, Span bytes, DockerLog **out)
{
    bool good = take(decoder, bytes);
    *out = release(decoder);
    return good;
}

bool log_decoder_finish(LogDecoder *decoder, DockerLog **out)
{
    bool whole = decoder->framing != DOCKER_FRAMING_FRAMES ||
                 (decoder->head_size == 0 && decoder->frame_left == 0);
    if (decoder->framing == DOCKER_FRAMING_GUESS)
        release_guess(decoder);
    if (decoder->stamp_size > 0)
        end_stamp(decoder);
    for (uint8_t channel = DOCKER_OUTPUT; channel <= DOCKER_ERRORS; channel++) {
        decoder->channel = channel;
        if (part_of(decoder)->begun)
            end_line(decoder, false);
    }
    *out = release(decoder);
    return whole;
}
