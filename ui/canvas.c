/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "ui/canvas.h"

#include "ui/text.h"

#include <stdarg.h>
#include <string.h>

/* What stands for a character where there is only ASCII: one column for one. */
static const struct {
    gunichar character;
    char ascii;
} replacements[] = {
    {0x2500, '-'},  {0x2502, '|'}, {0x250c, '+'}, {0x2510, '+'}, {0x2514, '+'}, {0x2518, '+'},
    {0x251c, '+'},  {0x2524, '+'}, {0x252c, '+'}, {0x2534, '+'}, {0x253c, '+'}, {0x2714, '+'},
    {0x2716, 'X'},  {0x25f7, 'o'}, {0x2026, '~'}, {0x2013, '-'}, {0x2014, '-'}, {0x00b7, '.'},
    {0x2022, '*'},  {0x203a, '>'}, {0x25b8, '>'}, {0x25be, 'v'}, {0x25b4, '^'}, {0x2019, '\''},
    {0x2018, '\''}, {0x201c, '"'}, {0x201d, '"'}, {0x2581, '_'}, {0x2582, '.'}, {0x2583, ','},
    {0x2584, '-'},  {0x2585, '='}, {0x2586, '+'}, {0x2587, '*'}, {0x2588, '#'}, {0x2264, '<'},
    {0x2591, '.'},  {0x00d7, 'x'}, {0x2192, '>'}, {0x2190, '<'}, {0x2191, '^'}, {0x2193, 'v'},
    {0x2212, '-'},  {0x2260, '='}, {0x00ab, '"'}, {0x00bb, '"'}, {0x00a0, ' '}, {0x202f, ' '},
    {0x23ce, '<'},  {0x00e9, 'e'}, {0x00e8, 'e'}, {0x00ea, 'e'}, {0x00e0, 'a'}, {0x00e2, 'a'},
    {0x00e7, 'c'},  {0x00ee, 'i'}, {0x2298, 'x'}, {0x2297, '&'}, {0x21bb, '@'}, {0x00f4, 'o'},
    {0x00f9, 'u'},  {0x00fb, 'u'}, {0x00c9, 'E'}, {0x00c0, 'A'},
};

static gunichar to_ascii(gunichar character)
{
    if (character < 0x80)
        return character;
    for (size_t i = 0; i < G_N_ELEMENTS(replacements); i++)
        if (replacements[i].character == character)
            return (gunichar)replacements[i].ascii;
    return '?';
}

Grid *grid_new(unsigned width, unsigned height, bool ascii)
{
    Grid *grid = g_new0(Grid, 1);

    grid->width = width;
    grid->height = height;
    grid->ascii = ascii;
    grid->cells = g_new0(Cell, MAX((size_t)width * height, 1));
    grid_clear(grid);
    return grid;
}

void grid_free(Grid *grid)
{
    if (grid == NULL)
        return;
    g_free(grid->cells);
    g_free(grid);
}

void grid_clear(Grid *grid)
{
    static const Cell blank = {.character = ' '};

    for (size_t i = 0; i < (size_t)grid->width * grid->height; i++)
        grid->cells[i] = blank;
}

Canvas grid_canvas(Grid *grid)
{
    return (Canvas){.grid = grid, .width = (int)grid->width, .height = (int)grid->height};
}

Canvas canvas_part(const Canvas *canvas, int x, int y, int width, int height)
{
    int left = CLAMP(x, 0, canvas->width), top = CLAMP(y, 0, canvas->height);
    int right = CLAMP(x + MAX(width, 0), left, canvas->width);
    int bottom = CLAMP(y + MAX(height, 0), top, canvas->height);

    return (Canvas){.grid = canvas->grid,
                    .x = canvas->x + left,
                    .y = canvas->y + top,
                    .width = right - left,
                    .height = bottom - top};
}

/* The cell at (x, y) of the canvas, or NULL outside of it. */
static Cell *cell_at(const Canvas *canvas, int x, int y)
{
    if (x < 0 || y < 0 || x >= canvas->width || y >= canvas->height)
        return NULL;
    return &canvas->grid
                ->cells[(size_t)(canvas->y + y) * canvas->grid->width + (size_t)(canvas->x + x)];
}

/* What a new character covers half of must not stay half. */
static void clear_halves(const Canvas *canvas, int x, int y)
{
    Cell *cell = cell_at(canvas, x, y), *right;

    if (cell == NULL)
        return;
    if (cell->character == 0 && x + canvas->x > 0)
        (cell - 1)->character = ' ';
    if ((unsigned)(canvas->x + x) + 1 >= canvas->grid->width)
        return;
    right = cell + 1;
    if (right->character == 0)
        right->character = ' ';
}

static void put(const Canvas *canvas, int x, int y, unsigned width, Role role, gunichar character)
{
    Cell *cell;

    if (cell_at(canvas, x + (int)width - 1, y) == NULL)
        character = ' ';
    cell = cell_at(canvas, x, y);
    if (cell == NULL)
        return;
    clear_halves(canvas, x, y);
    *cell = (Cell){.character = character, .role = (uint8_t)role};
    if (width != 2 || cell_at(canvas, x + 1, y) == NULL)
        return;
    clear_halves(canvas, x + 1, y);
    cell->character = character;
    *cell_at(canvas, x + 1, y) = (Cell){.character = 0, .role = (uint8_t)role};
}

static void combine(const Canvas *canvas, int x, int y, gunichar character)
{
    Cell *cell = cell_at(canvas, x, y);

    if (cell == NULL || canvas->grid->ascii)
        return;
    if (cell->character == 0 && x > 0)
        cell--;
    for (unsigned i = 0; i < CELL_COMBINING; i++)
        if (cell->combining[i] == 0) {
            cell->combining[i] = character;
            return;
        }
}

int canvas_text_n(const Canvas *canvas, int x, int y, int columns, Role role, const char *text)
{
    int end = x + columns;

    for (; *text != '\0'; text = g_utf8_next_char(text)) {
        gunichar character = g_utf8_get_char(text);
        unsigned width = text_character_width(character);
        if (width == 0) {
            combine(canvas, x - 1, y, character);
            continue;
        }
        if (canvas->grid->ascii) {
            character = to_ascii(character);
            width = 1;
        } else if (!g_unichar_isprint(character)) {
            character = '?';
        }
        if (x + (int)width > end)
            break;
        put(canvas, x, y, width, role, character);
        x += (int)width;
    }
    return x;
}

int canvas_text(const Canvas *canvas, int x, int y, Role role, const char *text)
{
    return canvas_text_n(canvas, x, y, MAX(canvas->width - x, 0), role, text);
}

int canvas_printf(const Canvas *canvas, int x, int y, Role role, const char *format, ...)
{
    g_autofree char *text = NULL;
    va_list arguments;

    va_start(arguments, format);
    text = g_strdup_vprintf(format, arguments);
    va_end(arguments);
    return canvas_text(canvas, x, y, role, text);
}

int canvas_cut(const Canvas *canvas, int x, int y, int columns, Role role, const char *text)
{
    g_autofree char *cut = NULL;

    columns = MIN(columns, canvas->width - x);
    if (columns <= 0)
        return x;
    cut = text_cut(text, (unsigned)columns);
    return canvas_text_n(canvas, x, y, columns, role, cut);
}

int canvas_right(const Canvas *canvas, int from, int end, int y, Role role, const char *text)
{
    int x = MAX(from, end - (int)text_width(text));

    canvas_cut(canvas, x, y, end - x, role, text);
    return x;
}

void canvas_fill(const Canvas *canvas, int x, int y, int columns, Role role, gunichar character)
{
    if (canvas->grid->ascii)
        character = to_ascii(character);
    for (int i = 0; i < columns; i++)
        put(canvas, x + i, y, 1, role, character);
}

void canvas_select(const Canvas *canvas, int x, int y, int columns)
{
    for (int i = 0; i < columns; i++) {
        Cell *cell = cell_at(canvas, x + i, y);
        if (cell != NULL)
            cell->selected = 1;
    }
}

void canvas_role(const Canvas *canvas, int x, int y, int columns, Role role)
{
    for (int i = 0; i < columns; i++) {
        Cell *cell = cell_at(canvas, x + i, y);
        if (cell != NULL)
            cell->role = (uint8_t)role;
    }
}

void canvas_frame(const Canvas *canvas, int x, int y, int width, int height, Role role)
{
    int right = x + width - 1, bottom = y + height - 1;

    if (width < 2 || height < 2)
        return;
    canvas_fill(canvas, x + 1, y, width - 2, role, 0x2500);
    canvas_fill(canvas, x + 1, bottom, width - 2, role, 0x2500);
    for (int i = y + 1; i < bottom; i++) {
        canvas_fill(canvas, x, i, 1, role, 0x2502);
        canvas_fill(canvas, right, i, 1, role, 0x2502);
    }
    canvas_fill(canvas, x, y, 1, role, 0x250c);
    canvas_fill(canvas, right, y, 1, role, 0x2510);
    canvas_fill(canvas, x, bottom, 1, role, 0x2514);
    canvas_fill(canvas, right, bottom, 1, role, 0x2518);
}

static void append_row(const Grid *grid, unsigned y, GString *out)
{
    size_t kept = out->len;

    for (unsigned x = 0; x < grid->width; x++) {
        const Cell *cell = &grid->cells[(size_t)y * grid->width + x];
        if (cell->character == 0)
            continue;
        g_string_append_unichar(out, cell->character);
        for (unsigned i = 0; i < CELL_COMBINING && cell->combining[i] != 0; i++)
            g_string_append_unichar(out, cell->combining[i]);
        if (cell->character != ' ')
            kept = out->len;
    }
    g_string_truncate(out, kept);
    g_string_append_c(out, '\n');
}

char *grid_text(const Grid *grid)
{
    GString *out = g_string_new(NULL);

    for (unsigned y = 0; y < grid->height; y++)
        append_row(grid, y, out);
    return g_string_free(out, FALSE);
}
