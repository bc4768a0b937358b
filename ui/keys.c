/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "ui/keys.h"

#include <curses.h>
#include <string.h>
#include <term.h>

enum { ESCAPE = 0x1b };

static const struct {
    const char *name;
    Key key;
} names[] = {
    {"Enter", KEYCODE_ENTER},
    {"Tab", KEYCODE_TAB},
    {"Esc", KEYCODE_ESCAPE},
    {"Backspace", KEYCODE_BACKSPACE},
    {"Up", KEYCODE_UP},
    {"Down", KEYCODE_DOWN},
    {"Left", KEYCODE_LEFT},
    {"Right", KEYCODE_RIGHT},
    {"Home", KEYCODE_HOME},
    {"End", KEYCODE_END},
    {"PageUp", KEYCODE_PAGE_UP},
    {"PageDown", KEYCODE_PAGE_DOWN},
    {"Insert", KEYCODE_INSERT},
    {"Delete", KEYCODE_DELETE},
    {"Space", ' '},
    {"F1", KEYCODE_F1},
    {"F2", KEYCODE_F1 + 1},
    {"F3", KEYCODE_F1 + 2},
    {"F4", KEYCODE_F1 + 3},
    {"F5", KEYCODE_F1 + 4},
    {"F6", KEYCODE_F1 + 5},
    {"F7", KEYCODE_F1 + 6},
    {"F8", KEYCODE_F1 + 7},
    {"F9", KEYCODE_F1 + 8},
    {"F10", KEYCODE_F1 + 9},
    {"F11", KEYCODE_F1 + 10},
    {"F12", KEYCODE_F12},
    {"Click", KEYCODE_CLICK},
    {"WheelUp", KEYCODE_WHEEL_UP},
    {"WheelDown", KEYCODE_WHEEL_DOWN},
};

/* CSI LETTER and SS3 LETTER. */
static const struct {
    char letter;
    Key key;
} letters[] = {
    {'A', KEYCODE_UP},     {'B', KEYCODE_DOWN},   {'C', KEYCODE_RIGHT},  {'D', KEYCODE_LEFT},
    {'F', KEYCODE_END},    {'H', KEYCODE_HOME},   {'M', KEYCODE_ENTER},  {'P', KEYCODE_F1},
    {'Q', KEYCODE_F1 + 1}, {'R', KEYCODE_F1 + 2}, {'S', KEYCODE_F1 + 3},
};

/* CSI NUMBER ~ */
static const Key tildes[] = {
    [1] = KEYCODE_HOME,    [2] = KEYCODE_INSERT,    [3] = KEYCODE_DELETE,   [4] = KEYCODE_END,
    [5] = KEYCODE_PAGE_UP, [6] = KEYCODE_PAGE_DOWN, [7] = KEYCODE_HOME,     [8] = KEYCODE_END,
    [11] = KEYCODE_F1,     [12] = KEYCODE_F1 + 1,   [13] = KEYCODE_F1 + 2,  [14] = KEYCODE_F1 + 3,
    [15] = KEYCODE_F1 + 4, [17] = KEYCODE_F1 + 5,   [18] = KEYCODE_F1 + 6,  [19] = KEYCODE_F1 + 7,
    [20] = KEYCODE_F1 + 8, [21] = KEYCODE_F1 + 9,   [23] = KEYCODE_F1 + 10, [24] = KEYCODE_F12,
};

static const struct {
    const char *capability;
    Key key;
} capabilities[] = {
    {"kcuu1", KEYCODE_UP},
    {"kcud1", KEYCODE_DOWN},
    {"kcub1", KEYCODE_LEFT},
    {"kcuf1", KEYCODE_RIGHT},
    {"khome", KEYCODE_HOME},
    {"kend", KEYCODE_END},
    {"kpp", KEYCODE_PAGE_UP},
    {"knp", KEYCODE_PAGE_DOWN},
    {"kich1", KEYCODE_INSERT},
    {"kdch1", KEYCODE_DELETE},
    {"kbs", KEYCODE_BACKSPACE},
    {"kent", KEYCODE_ENTER},
    {"kcbt", KEYCODE_TAB | KEY_SHIFT},
    {"kf1", KEYCODE_F1},
    {"kf2", KEYCODE_F1 + 1},
    {"kf3", KEYCODE_F1 + 2},
    {"kf4", KEYCODE_F1 + 3},
    {"kf5", KEYCODE_F1 + 4},
    {"kf6", KEYCODE_F1 + 5},
    {"kf7", KEYCODE_F1 + 6},
    {"kf8", KEYCODE_F1 + 7},
    {"kf9", KEYCODE_F1 + 8},
    {"kf10", KEYCODE_F1 + 9},
    {"kf11", KEYCODE_F1 + 10},
    {"kf12", KEYCODE_F12},
};

void key_decoder_init(KeyDecoder *decoder)
{
    memset(decoder, 0, sizeof *decoder);
}

void key_decoder_clear(KeyDecoder *decoder)
{
    g_clear_pointer(&decoder->sequences, g_array_unref);
    decoder->n_pending = 0;
}

void key_decoder_load_terminal(KeyDecoder *decoder)
{
    if (decoder->sequences == NULL)
        decoder->sequences = g_array_new(FALSE, FALSE, sizeof(KeySequence));
    for (size_t i = 0; i < G_N_ELEMENTS(capabilities); i++) {
        char name[8];
        KeySequence sequence = {.key = capabilities[i].key};
        const char *bytes;
        g_strlcpy(name, capabilities[i].capability, sizeof name);
        bytes = tigetstr(name);
        /* Single bytes are decoded without help; (char *)-1 says that it is no string. */
        if (bytes == NULL || bytes == (const char *)-1 || bytes[0] != ESCAPE)
            continue;
        sequence.size = (unsigned)strlen(bytes);
        if (sequence.size < 2 || sequence.size > sizeof sequence.bytes)
            continue;
        memcpy(sequence.bytes, bytes, sequence.size);
        g_array_append_val(decoder->sequences, sequence);
    }
}

/* Modifiers of xterm: 1 + bits. */
static Key modifiers_of(unsigned parameter)
{
    unsigned bits = parameter > 0 ? parameter - 1 : 0;

    return (bits & 1 ? KEY_SHIFT : 0) | (bits & 2 ? KEY_ALT : 0) | (bits & 4 ? KEY_CONTROL : 0);
}

static Key key_of_letter(char letter)
{
    for (size_t i = 0; i < G_N_ELEMENTS(letters); i++)
        if (letters[i].letter == letter)
            return letters[i].key;
    return 0;
}

/* Up to three decimal parameters between ';'; absent ones are 0. */
static void read_parameters(const uint8_t *at, const uint8_t *end, unsigned out[3])
{
    unsigned n = 0;

    out[0] = out[1] = out[2] = 0;
    for (; at < end && n < 3; at++) {
        if (*at == ';')
            n++;
        else if (*at >= '0' && *at <= '9' && out[n] < 100000)
            out[n] = out[n] * 10 + (unsigned)(*at - '0');
    }
}

static Key mouse_event(const unsigned parameters[3], uint8_t final, KeyEvent *out)
{
    unsigned button = parameters[0] & ~0x1cu;

    out->x = (int)parameters[1] - 1;
    out->y = (int)parameters[2] - 1;
    if (final != 'M' || out->x < 0 || out->y < 0)
        return 0;
    return button == 0    ? (Key)KEYCODE_CLICK
           : button == 64 ? (Key)KEYCODE_WHEEL_UP
           : button == 65 ? (Key)KEYCODE_WHEEL_DOWN
                          : 0;
}

/* A whole control sequence: ESC [ … final. */
static Key control_sequence(const KeyDecoder *decoder, KeyEvent *out)
{
    const uint8_t *at = decoder->pending + 2, *end = decoder->pending + decoder->n_pending - 1;
    unsigned parameters[3];
    Key key;

    if (at < end && *at == '<') {
        read_parameters(at + 1, end, parameters);
        return mouse_event(parameters, *end, out);
    }
    read_parameters(at, end, parameters);
    if (*end == 'Z')
        return KEYCODE_TAB | KEY_SHIFT;
    if (*end != '~') {
        key = key_of_letter((char)*end);
        return key == 0 ? 0 : key | modifiers_of(parameters[1]);
    }
    if (parameters[0] >= G_N_ELEMENTS(tildes) || tildes[parameters[0]] == 0)
        return 0;
    return tildes[parameters[0]] | modifiers_of(parameters[1]);
}

static Key control_byte(uint8_t byte)
{
    switch (byte) {
    case '\r':
    case '\n':
        return KEYCODE_ENTER;
    case '\t':
        return KEYCODE_TAB;
    case '\b':
    case 0x7f:
        return KEYCODE_BACKSPACE;
    case ESCAPE:
        return KEYCODE_ESCAPE;
    case 0:
        return ' ' | KEY_CONTROL;
    default:
        return (Key)(byte < 0x1b ? byte + 'a' - 1 : byte + '@') | KEY_CONTROL;
    }
}

static bool is_control(uint8_t byte)
{
    return byte < 0x20 || byte == 0x7f;
}

typedef enum { NEEDS_MORE, COMPLETE, UNKNOWN } Progress;

/* UTF-8 from pending[from]. */
static Progress decode_character(const KeyDecoder *decoder, unsigned from, Key *key)
{
    gunichar c =
        g_utf8_get_char_validated((const char *)decoder->pending + from, decoder->n_pending - from);

    if (c == (gunichar)-2)
        return NEEDS_MORE;
    if (c == (gunichar)-1 || (c >= 0x80 && c < 0xa0))
        return UNKNOWN;
    *key = c;
    return COMPLETE;
}

/* What the terminal's description knows: the key when all of it is there; NEEDS_MORE when what is
 * pending begins one. */
static Progress decode_described(const KeyDecoder *decoder, Key *key)
{
    for (unsigned i = 0; decoder->sequences != NULL && i < decoder->sequences->len; i++) {
        const KeySequence *s = &g_array_index(decoder->sequences, KeySequence, i);
        if (s->size == decoder->n_pending && memcmp(s->bytes, decoder->pending, s->size) == 0) {
            *key = s->key;
            return COMPLETE;
        }
    }
    return UNKNOWN;
}

static Progress decode_escape(const KeyDecoder *decoder, KeyEvent *out)
{
    uint8_t second, last = decoder->pending[decoder->n_pending - 1];

    if (decoder->n_pending == 1)
        return NEEDS_MORE;
    if (decode_described(decoder, &out->key) == COMPLETE)
        return COMPLETE;
    second = decoder->pending[1];
    if (second == '[') {
        if (decoder->n_pending == 2 || (last >= 0x20 && last < 0x40))
            return NEEDS_MORE;
        if (last < 0x40 || last > 0x7e)
            return UNKNOWN;
        out->key = control_sequence(decoder, out);
        return out->key == 0 ? UNKNOWN : COMPLETE;
    }
    if (second == 'O') {
        if (decoder->n_pending == 2)
            return NEEDS_MORE;
        out->key = key_of_letter((char)last);
        return out->key == 0 ? UNKNOWN : COMPLETE;
    }
    if (second == ESCAPE) { /* the first was a key by itself */
        out->key = KEYCODE_ESCAPE;
        return COMPLETE;
    }
    if (is_control(second)) {
        out->key = control_byte(second) | KEY_ALT;
        return COMPLETE;
    }
    switch (decode_character(decoder, 1, &out->key)) {
    case NEEDS_MORE:
        return NEEDS_MORE;
    case COMPLETE:
        out->key |= KEY_ALT;
        return COMPLETE;
    case UNKNOWN:
        break;
    }
    return UNKNOWN;
}

static Progress decode(const KeyDecoder *decoder, KeyEvent *out)
{
    if (decoder->pending[0] == ESCAPE)
        return decode_escape(decoder, out);
    if (is_control(decoder->pending[0])) {
        out->key = control_byte(decoder->pending[0]);
        return COMPLETE;
    }
    return decode_character(decoder, 0, &out->key);
}

bool key_decoder_feed(KeyDecoder *decoder, uint8_t byte, KeyEvent *out)
{
    *out = (KeyEvent){0};
    if (decoder->swallowing) {
        decoder->swallowing = byte >= 0x20 && byte < 0x40;
        return false;
    }
    decoder->pending[decoder->n_pending++] = byte;
    switch (decode(decoder, out)) {
    case NEEDS_MORE:
        if (decoder->n_pending < sizeof decoder->pending)
            return false;
        decoder->swallowing = true;
        decoder->n_pending = 0;
        return false;
    case COMPLETE:
        /* Of two Escs the second may begin a sequence: it stays. */
        decoder->n_pending = out->key == KEYCODE_ESCAPE && decoder->n_pending == 2 ? 1 : 0;
        return true;
    case UNKNOWN:
        break;
    }
    decoder->n_pending = 0;
    return false;
}

bool key_decoder_waits(const KeyDecoder *decoder)
{
    return decoder->n_pending > 0;
}

bool key_decoder_flush(KeyDecoder *decoder, KeyEvent *out)
{
    unsigned n = decoder->n_pending;

    *out = (KeyEvent){0};
    decoder->n_pending = 0;
    if (n == 1 && decoder->pending[0] == ESCAPE)
        out->key = KEYCODE_ESCAPE;
    else if (n == 2 && decoder->pending[0] == ESCAPE && !is_control(decoder->pending[1]) &&
             decoder->pending[1] < 0x80)
        out->key = decoder->pending[1] | KEY_ALT;
    return out->key != 0;
}

static const struct {
    const char *prefix;
    Key modifier;
} prefixes[] = {{"C-", KEY_CONTROL}, {"M-", KEY_ALT}, {"S-", KEY_SHIFT}};

Key key_parse(const char *name)
{
    Key modifiers = 0;
    gunichar character;

    for (size_t i = 0; i < G_N_ELEMENTS(prefixes); i++)
        if (g_str_has_prefix(name, prefixes[i].prefix) && name[2] != '\0') {
            modifiers |= prefixes[i].modifier;
            name += 2;
            i = (size_t)-1; /* prefixes come in any order */
        }
    for (size_t i = 0; i < G_N_ELEMENTS(names); i++)
        if (g_ascii_strcasecmp(name, names[i].name) == 0)
            return names[i].key | modifiers;
    character = g_utf8_get_char_validated(name, -1);
    if (character >= 0x110000 || !g_unichar_isgraph(character) || *g_utf8_next_char(name) != '\0')
        return 0;
    if (modifiers & KEY_CONTROL && g_unichar_isupper(character))
        character = g_unichar_tolower(character);
    return character | modifiers;
}

char *key_text(Key key)
{
    GString *out = g_string_new(NULL);
    Key plain = key & ~(Key)KEY_MODIFIERS;

    for (size_t i = 0; i < G_N_ELEMENTS(prefixes); i++)
        if (key & prefixes[i].modifier)
            g_string_append(out, prefixes[i].prefix);
    for (size_t i = 0; i < G_N_ELEMENTS(names); i++)
        if (names[i].key == plain) {
            g_string_append(out, names[i].name);
            return g_string_free(out, FALSE);
        }
    g_string_append_unichar(out, plain);
    return g_string_free(out, FALSE);
}

static unsigned plain_bytes(Key key, char *out)
{
    static const struct {
        Key key;
        const char *bytes;
    } special[] = {
        {KEYCODE_ENTER, "\r"},       {KEYCODE_TAB, "\t"},         {KEYCODE_BACKSPACE, "\x7f"},
        {KEYCODE_UP, "\033[A"},      {KEYCODE_DOWN, "\033[B"},    {KEYCODE_RIGHT, "\033[C"},
        {KEYCODE_LEFT, "\033[D"},    {KEYCODE_HOME, "\033[H"},    {KEYCODE_END, "\033[F"},
        {KEYCODE_DELETE, "\033[3~"}, {KEYCODE_INSERT, "\033[2~"},
    };

    for (size_t i = 0; i < G_N_ELEMENTS(special); i++)
        if (special[i].key == key) {
            unsigned size = (unsigned)strlen(special[i].bytes);
            memcpy(out, special[i].bytes, size);
            return size;
        }
    return key < KEY_SPECIAL ? (unsigned)g_unichar_to_utf8(key, out) : 0;
}

unsigned key_bytes(Key key, char out[KEY_SEQUENCE_MAX])
{
    Key plain = key & ~(Key)KEY_MODIFIERS;
    unsigned n = 0;

    if (key & KEY_ALT)
        out[n++] = ESCAPE;
    if (key & KEY_CONTROL) {
        if (plain >= 0x80)
            return 0;
        out[n++] = (char)(g_ascii_toupper((char)plain) & 0x1f);
        return n;
    }
    return plain_bytes(plain, out + n) == 0 ? 0 : n + plain_bytes(plain, out + n);
}
