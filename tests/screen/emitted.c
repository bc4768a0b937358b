/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "emitted.h"

#include <string.h>

enum { STRING_MAX = 100000 };

/* Drawing: the cursor, erasing, inserting, deleting, scrolling, repeating, attributes, margins. */
static const char plain_finals[] = "@ABCDGHJKLMPSTXZbdfmr";
/* Sets of modes that a terminal's description puts between ESC [ and the final h or l. */
static const char *const modes[] = {"4",      "34",    "?1",    "?7",      "?12",
                                    "?12;25", "?25",   "?47",   "?1000",   "?1006",
                                    "?1034",  "?1049", "?2004", "?1;3;4;6"};
/* Whole sequences: the window's title put aside and back by xterm, the Linux cursor's shape. */
static const char *const whole[] = {"22;0;0t", "23;0;0t", "?0c", "?1c", "?8c", "!p"};
/* Alone after ESC: save and restore the cursor, keypad, up a line, down a line, to the next. */
static const char escapes[] = "78=>MDE";
static const char controls[] = "\a\b\t\n\r\016\017";

/* Ranges that no text of ours has: what cannot be seen, or turns the order of what can. */
static const struct {
    uint32_t first, last;
} unseen[] = {
    {0x7f, 0x9f},     {0xad, 0xad},     {0x61c, 0x61c},   {0x180e, 0x180e}, {0x200b, 0x200f},
    {0x2028, 0x202e}, {0x2060, 0x206f}, {0xfeff, 0xfeff}, {0xfff9, 0xfffb}, {0xe0000, 0xe0fff},
};

void emitted_clear(Emitted *emitted)
{
    if (emitted->string != NULL)
        g_string_free(emitted->string, TRUE);
    *emitted = (Emitted){0};
}

static char *complain(const Emitted *emitted, const char *what)
{
    g_autofree char *shown = g_strescape(emitted->sequence, NULL);

    return g_strdup_printf("%s: ESC %s", what, shown);
}

static bool is_one_of(const char *text, const char *const *list, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (strcmp(text, list[i]) == 0)
            return true;
    return false;
}

static bool is_mode(const char *control, size_t size)
{
    g_autofree char *set = g_strndup(control, size - 1);

    return is_one_of(set, modes, G_N_ELEMENTS(modes));
}

/* `control` is what follows ESC [, with its final byte. */
static bool may_control(const char *control)
{
    size_t size = strlen(control), digits = strspn(control, "0123456789;:");
    char final = control[size - 1];

    if (is_one_of(control, whole, G_N_ELEMENTS(whole)))
        return true;
    if (final == 'h' || final == 'l')
        return is_mode(control, size);
    /* What is scrolled off belongs to the person: ESC [ 3 J throws it away. */
    return digits == size - 1 && strchr(plain_finals, final) != NULL && strcmp(control, "3J") != 0;
}

static bool is_unseen(uint32_t character)
{
    for (size_t i = 0; i < G_N_ELEMENTS(unseen); i++)
        if (character >= unseen[i].first && character <= unseen[i].last)
            return true;
    return false;
}

static bool is_copy(const char *text)
{
    const char *from = g_str_has_prefix(text, "]52;c;")                 ? text + 6
                       : g_str_has_prefix(text, "P\033]52;c;")          ? text + 8
                       : g_str_has_prefix(text, "Ptmux;\033\033]52;c;") ? text + 14
                                                                        : NULL;

    if (from == NULL)
        return false;
    from += strspn(from, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/=");
    return strcmp(from, "\a") == 0 || strcmp(from, "\a\033\\") == 0;
}

/* ---- a byte in each state ---- */

static char *in_text(Emitted *emitted, uint8_t byte)
{
    if (byte == 033) {
        emitted->state = EMITTED_ESCAPE;
        emitted->size = 0;
        emitted->sequence[0] = '\0';
        return NULL;
    }
    if (byte < 0x20)
        return byte != 0 && strchr(controls, byte) != NULL
                   ? NULL
                   : g_strdup_printf("the control character 0x%02x", byte);
    if (byte < 0x7f)
        return NULL;
    if (byte < 0xc2 || byte > 0xf4)
        return g_strdup_printf("the byte 0x%02x, where a character begins", byte);
    emitted->missing = byte < 0xe0 ? 1 : byte < 0xf0 ? 2 : 3;
    emitted->character = byte & (0x3fu >> emitted->missing);
    emitted->state = EMITTED_CHARACTER;
    return NULL;
}

static char *in_character(Emitted *emitted, uint8_t byte)
{
    if ((byte & 0xc0) != 0x80)
        return g_strdup_printf("the byte 0x%02x in the middle of a character", byte);
    emitted->character = emitted->character << 6 | (byte & 0x3f);
    if (--emitted->missing > 0)
        return NULL;
    emitted->state = EMITTED_TEXT;
    if (!g_unichar_validate(emitted->character) || is_unseen(emitted->character))
        return g_strdup_printf("the character U+%04X", emitted->character);
    return NULL;
}

static void add(Emitted *emitted, uint8_t byte)
{
    if (emitted->size < EMITTED_MAX)
        emitted->sequence[emitted->size++] = (char)byte;
    emitted->sequence[emitted->size] = '\0';
}

static char *in_escape(Emitted *emitted, uint8_t byte)
{
    add(emitted, byte);
    emitted->state = EMITTED_TEXT;
    if (byte == '[')
        emitted->state = EMITTED_CONTROL;
    else if (byte == '(' || byte == ')')
        emitted->state = EMITTED_CHARSET;
    else if (byte == ']' || byte == 'P') {
        emitted->state = EMITTED_STRING;
        emitted->string = g_string_new(emitted->sequence);
    } else if (byte == 0 || strchr(escapes, byte) == NULL)
        return complain(emitted, "a sequence that nothing of ours begins");
    return NULL;
}

static char *in_control(Emitted *emitted, uint8_t byte)
{
    add(emitted, byte);
    if (emitted->size == EMITTED_MAX || byte < 0x20 || byte > 0x7e)
        return complain(emitted, "no control sequence");
    if (byte < 0x40)
        return NULL;
    emitted->state = EMITTED_TEXT;
    return may_control(emitted->sequence + 1) ? NULL
                                              : complain(emitted, "a sequence that is not drawing");
}

static char *in_charset(Emitted *emitted, uint8_t byte)
{
    add(emitted, byte);
    emitted->state = EMITTED_TEXT;
    return byte == 'B' || byte == '0' ? NULL : complain(emitted, "a character set");
}

static bool is_whole_string(const char *string)
{
    return string[0] == 'P' ? g_str_has_suffix(string, "\a\033\\")
                            : g_str_has_suffix(string, "\a") || strcmp(string, "]R") == 0;
}

/* The palette put back by ncurses (xterm, Linux), or a copy that was asked for. */
static bool may_string(Emitted *emitted)
{
    const char *string = emitted->string->str;

    if (strcmp(string, "]104\a") == 0 || strcmp(string, "]R") == 0)
        return true;
    if (!is_copy(string))
        return false;
    if (emitted->through && g_str_has_prefix(string, "Ptmux;")) {
        emitted->through = false;
        return true;
    }
    emitted->through = true;
    return emitted->copies > 0 && emitted->copies-- > 0;
}

static char *in_string(Emitted *emitted, uint8_t byte)
{
    bool good;

    g_string_append_c(emitted->string, (char)byte);
    add(emitted, byte);
    if (!is_whole_string(emitted->string->str) && emitted->string->len < STRING_MAX)
        return NULL;
    good = may_string(emitted);
    emitted->state = EMITTED_TEXT;
    g_string_free(emitted->string, TRUE);
    emitted->string = NULL;
    return good ? NULL : complain(emitted, "a string that is no copy asked for");
}

char *emitted_take(Emitted *emitted, const uint8_t *bytes, size_t size)
{
    static char *(*const takers[])(Emitted *, uint8_t) = {
        [EMITTED_TEXT] = in_text,       [EMITTED_CHARACTER] = in_character,
        [EMITTED_ESCAPE] = in_escape,   [EMITTED_CONTROL] = in_control,
        [EMITTED_CHARSET] = in_charset, [EMITTED_STRING] = in_string,
    };

    for (size_t i = 0; i < size; i++) {
        char *wrong = takers[emitted->state](emitted, bytes[i]);
        if (wrong != NULL)
            return wrong;
    }
    return NULL;
}
