/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The watch over what reaches the terminal in screen tests lets drawing through and nothing else.
 */
#include "config.h"

#include "emitted.h"

#include <string.h>

typedef struct Case {
    const char *bytes;
    unsigned copies;
} Case;

static char *take(const Case *row, size_t piece)
{
    Emitted emitted = {.copies = row->copies};
    size_t size = strlen(row->bytes);
    char *wrong = NULL;

    for (size_t at = 0; at < size && wrong == NULL; at += piece)
        wrong = emitted_take(&emitted, (const uint8_t *)row->bytes + at, MIN(piece, size - at));
    if (wrong == NULL && emitted.state != EMITTED_TEXT)
        wrong = g_strdup("unfinished");
    emitted_clear(&emitted);
    return wrong;
}

static void test_drawing(void)
{
    static const Case rows[] = {
        {"plain, \xe2\x9c\x94 \xe2\x94\x80 \xf0\x9f\x94\x92\r\n\b\t\a", 0},
        {"\033[?1049h\033[22;0;0t\033[1;36r\033(B\033[m\033[4l\033[?7h\033[39;49m", 0},
        {"\033[H\033[2J\033[3;9H\033[K\033[1K\033[12X\033[3b\033[2P\033[4@\033[2L\033[M", 0},
        {"\033[0;10;1m\016q\017\033)0\033[38;5;12m\033[38:2::1:2:3m\033M\0337\0338", 0},
        {"\033[?12l\033[?25h\033[?1l\033>\033=\033[?1006l\033[?1000l\033[23;0;0t", 0},
        {"\033[39;49m\033]104\a\033]R", 0},
        {"\033]52;c;aGVsbG8=\a", 1},
        {"\033Ptmux;\033\033]52;c;aGVsbG8=\a\033\\", 1},
    };

    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++)
        for (size_t piece = 1; piece <= 64; piece *= 8) {
            g_autofree char *wrong = take(&rows[i], piece);
            g_assert_cmpstr(wrong, ==, NULL);
        }
}

static void test_hostile(void)
{
    static const Case rows[] = {
        {"\033]52;c;aGVsbG8=\a", 0},                 /* nobody asked for a copy */
        {"\033]52;c;aGVsbG8=\a\033]52;c;aGVs\a", 1}, /* but for one */
        {"\033]52;c;?\a", 1},                        /* reads the clipboard */
        {"\033]0;title\a", 1},
        {"\033]0;title\a", 0},
        {"\033]104;1\a", 0},
        {"\033]8;;http://x/\033\\", 0},
        {"\033]4;1;rgb:0000/0000/0000\033\\", 0},
        {"\033P$q\"p\033\\", 0},
        {"\033_application\033\\", 0},
        {"\033^private\033\\", 0},
        {"\033c", 0},
        {"\033[3J", 0},
        {"\033[6n", 0},
        {"\033[c", 0},
        {"\033[?1003h", 0},
        {"\033[?2026h", 0},
        {"\033[21t", 0},
        {"\033[8;9;9t", 0},
        {"\033[5i", 0},
        {"\033[20h", 0},
        {"\033(0\033(A", 0},
        {"\033#8", 0},
        {"\033[1\033[m", 0},
        {"\xc2\x9b"
         "2J",
         0},
        {"\x9b"
         "2J",
         0},
        {"\xff", 0},
        {"\xc3(", 0},
        {"\xed\xa0\x80", 0},
        {"\xe2\x80\xae", 0},
        {"\xe2\x80\x8b", 0},
        {"\xef\xbb\xbf", 0},
        {"\x7f", 0},
        {"\v", 0},
        {"\005", 0},
        {"\033", 0},
    };

    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++)
        for (size_t piece = 1; piece <= 64; piece *= 8) {
            g_autofree char *wrong = take(&rows[i], piece);
            if (wrong == NULL)
                g_error("row %zu was let through", i);
        }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/emitted/drawing", test_drawing);
    g_test_add_func("/emitted/hostile", test_hostile);
    return g_test_run();
}
