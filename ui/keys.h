/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Keys: bytes from a terminal in, keys out. The decoder never waits: a lone Esc is told from the
 * start of a sequence by the caller's deadline. It knows xterm's sequences with modifiers and
 * whatever the terminal's own description says; what it does not know it swallows whole.
 * Sources: ECMA-48 5.4 (control sequences); XTerm Control Sequences, "PC-Style Function Keys",
 * "SGR mouse"; terminfo(5).
 */
#ifndef MSE_UI_KEYS_H
#define MSE_UI_KEYS_H

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

/* A character, or one of these, with modifiers or-ed to it. 0: none. */
typedef uint32_t Key;

enum {
    KEY_SPECIAL = 0x110000, /* beyond Unicode */
    KEYCODE_ENTER = KEY_SPECIAL,
    KEYCODE_TAB,
    KEYCODE_ESCAPE,
    KEYCODE_BACKSPACE,
    KEYCODE_UP,
    KEYCODE_DOWN,
    KEYCODE_LEFT,
    KEYCODE_RIGHT,
    KEYCODE_HOME,
    KEYCODE_END,
    KEYCODE_PAGE_UP,
    KEYCODE_PAGE_DOWN,
    KEYCODE_INSERT,
    KEYCODE_DELETE,
    KEYCODE_F1,
    KEYCODE_F12 = KEYCODE_F1 + 11,
    KEYCODE_CLICK, /* with the event's x and y */
    KEYCODE_WHEEL_UP,
    KEYCODE_WHEEL_DOWN,
    KEY_SPECIAL_END,
    KEY_SHIFT = 1 << 24,
    KEY_ALT = 1 << 25,
    KEY_CONTROL = 1 << 26,
    KEY_MODIFIERS = KEY_SHIFT | KEY_ALT | KEY_CONTROL,
};

typedef struct KeyEvent {
    Key key;
    int x, y; /* cells from 0: of KEYCODE_CLICK and the wheel */
} KeyEvent;

enum { KEY_SEQUENCE_MAX = 32 };

/* A sequence that the terminal's description gives to a key. */
typedef struct KeySequence {
    char bytes[KEY_SEQUENCE_MAX];
    unsigned size;
    Key key;
} KeySequence;

typedef struct KeyDecoder {
    uint8_t pending[KEY_SEQUENCE_MAX];
    unsigned n_pending;
    bool swallowing;   /* a control sequence that grew too long, up to its final byte */
    GArray *sequences; /* KeySequence, or NULL */
} KeyDecoder;

void key_decoder_init(KeyDecoder *decoder);
void key_decoder_clear(KeyDecoder *decoder);

/* Adds what terminfo says of the terminal that curses was started on (keys.c, with the screen). */
void key_decoder_load_terminal(KeyDecoder *decoder);

/* Takes one byte; true when it completes a key, which is then in `out`. */
bool key_decoder_feed(KeyDecoder *decoder, uint8_t byte, KeyEvent *out);

/* True when bytes wait for what follows: call key_decoder_flush when it did not come in time. */
bool key_decoder_waits(const KeyDecoder *decoder);
bool key_decoder_flush(KeyDecoder *decoder, KeyEvent *out);

/* "q", "C-l", "M-x", "S-Tab", "Enter", "F1", "Space": as in [keys], the help and the manual. */
Key key_parse(const char *name); /* 0: no such key */
char *key_text(Key key);         /* g_free */

/* The bytes that a terminal sends for a key, for readline. Returns how many (0: none). */
unsigned key_bytes(Key key, char out[KEY_SEQUENCE_MAX]);

#endif
