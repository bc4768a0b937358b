/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "sim/engine_hostile.h"

#include <string.h>

#define LINE(text)                                \
    {                                             \
        (const uint8_t *)(text), sizeof(text) - 1 \
    }

static const Hostility rows[] = {
    {.what = "clipboard",
     .name = "\033]52;c;ZWNobyBwd25lZA==\a",
     .label = "\033]52;c;ZWNobyBwd25lZA==\033\\",
     .line = LINE("\033]52;c;ZWNobyBwd25lZA==\a clipboard")},
    {.what = "title",
     .name = "\033]0;owned\a",
     .label = "\033]2;owned\033\\",
     .line = LINE("\033]0;owned\a\033]2;owned\033\\ title")},
    {.what = "clear",
     .name = "\033[2J\033[H",
     .label = "\033c\033[3J",
     .line = LINE("\033[2J\033[H\033[3J\033c\033[?1049l clear")},
    {.what = "bidi",
     .name = "\u202Etxt.\u2066",
     .label = "\u202Aa\u202Eb\u2069\u200F",
     .line = LINE("\u202E lairt \u2066\u2067\u2068\u2069\u200E\u200F bidi")},
    {.what = "zero-width",
     .name = "a\u200Bb\u200D\u2060",
     .label = "\uFEFF\u200B\u200C\u200D",
     .line = LINE("zero\u200Bwidth\u200C\u200D\u2060\uFEFF\u00AD")},
    {.what = "c1",
     .name = "\xc2\x9b"
             "31m\xc2\x90",
     .label = "\xc2\x9d"
              "0;owned\xc2\x9c",
     .line = LINE("\x9b"
                  "31m \x9d"
                  "0;owned\x9c \xc2\x9b"
                  "2J c1")},
    {.what = "invalid",
     .name = "\x7f\b\b\b",
     .label = "a\r\nb\tc",
     .line = LINE("\xff\xfe \xc0\xaf \xed\xa0\x80 \xf4\x90\x80\x80 \xe2\x82 invalid \x00 nul")},
    {.what = "lines",
     .name = "a\nb\r",
     .label = "one\ntwo\nthree",
     .line = LINE("before\rAFTER\v\f\b\b\b\u2028\u2029 lines")},
    {.what = "wide",
     .name = "\u6F22\u5B57\U0001F600e\u0301\u0301\u0301\u0301",
     .label = "\U0001F468\u200D\U0001F469\u200D\U0001F467",
     .line = LINE("\u6F22\u5B57 \U0001F600 Z\u0351\u036B\u0343\u036A\u0302 wide")},
    {.what = "modes",
     .name = "\033[?1000h",
     .label = "\033[6n\033[c\033Z",
     .line = LINE("\033[6n\033[c\033Z\005\033[?1000h\033[?25l\016 modes")},
    {.what = "long-name", .name = "", .label = "long", .line = LINE("long"), .filler = 4000},
    {.what = "labels", .name = "", .label = "many", .line = LINE("many"), .labels = 1000},
    {.what = "lines of 90 kB",
     .name = "long-lines-",
     .label = "long",
     .line = LINE("next is long"),
     .long_line = 90000,
     .long_every = 50},
    {.what = "a line of 100 MB",
     .name = "line-of-100-MB-",
     .label = "long",
     .line = LINE("next is long"),
     .long_line = 100000000,
     .long_every = 1000},
};

void hostility_apply(ContainerSpec *spec, unsigned number)
{
    const Hostility *row = &rows[number % G_N_ELEMENTS(rows)];
    spec->hostility = row;
    g_autofree char *own = g_steal_pointer(&spec->name);
    g_autofree char *filler = g_strnfill(row->filler, 'n');
    spec->name = g_strconcat(row->name, own, filler, NULL);
    g_ptr_array_add(spec->labels, g_strdup("note"));
    g_ptr_array_add(spec->labels, g_strdup(row->label));
    for (unsigned i = 0; i < row->labels; i++) {
        g_ptr_array_add(spec->labels, g_strdup_printf("number-%04u", i));
        g_ptr_array_add(spec->labels, g_strdup_printf("value %u", i));
    }
}
