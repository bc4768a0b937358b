/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "ui/edit.h"

#include "ui/text.h"

#include <string.h>

void edit_init(Edit *edit, const char *text)
{
    edit->text = g_string_new(text);
    edit->at = edit->text->len;
}

void edit_clear(Edit *edit)
{
    g_string_free(edit->text, TRUE);
    edit->text = NULL;
}

void edit_set(Edit *edit, const char *text)
{
    g_string_assign(edit->text, text);
    edit->at = edit->text->len;
}

static size_t before(const Edit *edit)
{
    if (edit->at == 0)
        return 0;
    return (size_t)(g_utf8_prev_char(edit->text->str + edit->at) - edit->text->str);
}

static size_t after(const Edit *edit)
{
    if (edit->at >= edit->text->len)
        return edit->text->len;
    return (size_t)(g_utf8_next_char(edit->text->str + edit->at) - edit->text->str);
}

static size_t word_before(const Edit *edit)
{
    size_t at = edit->at;

    while (at > 0 && edit->text->str[at - 1] == ' ')
        at--;
    while (at > 0 && edit->text->str[at - 1] != ' ')
        at--;
    return at;
}

static bool erase(Edit *edit, size_t from, size_t to)
{
    if (from == to)
        return false;
    g_string_erase(edit->text, (gssize)from, (gssize)(to - from));
    edit->at = from;
    return true;
}

static bool insert(Edit *edit, gunichar character)
{
    char bytes[6];
    int size = g_unichar_to_utf8(character, bytes);

    if (edit->text->len + (size_t)size > EDIT_MAX)
        return false;
    g_string_insert_len(edit->text, (gssize)edit->at, bytes, size);
    edit->at += (size_t)size;
    return true;
}

bool edit_key(Edit *edit, Key key, bool *changed)
{
    bool did = false;

    switch (key) {
    case KEYCODE_LEFT:
        edit->at = before(edit);
        break;
    case KEYCODE_RIGHT:
        edit->at = after(edit);
        break;
    case KEYCODE_HOME:
    case 'a' | KEY_CONTROL:
        edit->at = 0;
        break;
    case KEYCODE_END:
    case 'e' | KEY_CONTROL:
        edit->at = edit->text->len;
        break;
    case KEYCODE_BACKSPACE:
        did = erase(edit, before(edit), edit->at);
        break;
    case KEYCODE_DELETE:
        did = erase(edit, edit->at, after(edit));
        break;
    case 'k' | KEY_CONTROL:
        did = erase(edit, edit->at, edit->text->len);
        break;
    case 'u' | KEY_CONTROL:
        did = erase(edit, 0, edit->at);
        break;
    case 'w' | KEY_CONTROL:
        did = erase(edit, word_before(edit), edit->at);
        break;
    default:
        if (key >= KEY_SPECIAL || !g_unichar_isprint(key))
            return false;
        did = insert(edit, key);
    }
    if (changed != NULL)
        *changed = did;
    return true;
}

int edit_draw(const Edit *edit, const Canvas *canvas, int x, int y, int columns, Role role)
{
    const char *from = edit->text->str;
    unsigned to_cursor = text_width_n(from, edit->at);

    /* What is left of the cursor leaves first, a character at a time. */
    while (to_cursor >= (unsigned)MAX(columns, 1) && *from != '\0') {
        to_cursor -= text_character_width(g_utf8_get_char(from));
        from = g_utf8_next_char(from);
    }
    canvas_text_n(canvas, x, y, columns, role, from);
    return x + (int)to_cursor;
}
