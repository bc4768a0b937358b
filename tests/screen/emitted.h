/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What may reach a terminal raw: printable text in UTF-8, and the sequences with which ncurses
 * draws, enters and leaves. Everything else (titles, clipboards, reports, palettes, resets, C1,
 * bidi controls, zero-width characters, invalid UTF-8) can only come from foreign text, or be a
 * mistake of ours. One byte after the other, so that a sequence cut by a read is still seen whole.
 */
#ifndef MSE_TESTS_SCREEN_EMITTED_H
#define MSE_TESTS_SCREEN_EMITTED_H

#include <glib.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { EMITTED_MAX = 48 }; /* of a sequence that ncurses writes */

typedef enum {
    EMITTED_TEXT,
    EMITTED_CHARACTER, /* in the middle of UTF-8 */
    EMITTED_ESCAPE,
    EMITTED_CONTROL, /* after ESC [ */
    EMITTED_CHARSET, /* after ESC ( or ) */
    EMITTED_STRING,  /* after ESC ] or ESC P */
} EmittedState;

typedef struct Emitted {
    EmittedState state;
    char sequence[EMITTED_MAX + 1]; /* after the ESC */
    size_t size;
    uint32_t character;
    unsigned missing; /* bytes of it */
    unsigned copies;  /* that may come: a person asked for so many */
    bool through;     /* a copy came: for tmux it may follow once more, to be handed through */
    GString *string;  /* NULL: none is under way */
} Emitted;

void emitted_clear(Emitted *emitted);

/* NULL, or what is wrong: g_free. */
char *emitted_take(Emitted *emitted, const uint8_t *bytes, size_t size);

#endif
