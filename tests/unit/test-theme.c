/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "ui/outcome.h"
#include "ui/theme.h"

#include <string.h>

static const ThemeTerminal none = {0, false}, eight = {8, false}, many = {256, false},
                           direct = {1 << 24, true};

/* In every scheme on every terminal, no colour that the terminal has not. */
static void test_within_reach(void)
{
    static const ThemeTerminal terminals[] = {{0, false}, {8, false}, {16, false}, {256, false}};

    for (unsigned s = 0; theme_schemes[s] != NULL; s++)
        for (unsigned t = 0; t < G_N_ELEMENTS(terminals); t++) {
            Theme theme;
            theme_make(&theme, theme_schemes[s], NULL, terminals[t]);
            for (unsigned role = 0; role < N_ROLES; role++) {
                g_assert_cmpint(theme.looks[role].foreground, <, MAX(terminals[t].colours, 1));
                g_assert_cmpint(theme.looks[role].background, <, MAX(terminals[t].colours, 1));
            }
        }
}

static void test_own_colours(void)
{
    Theme theme;

    theme_make(&theme, NULL, NULL, many);
    g_assert_cmpint(theme.looks[ROLE_TEXT].foreground, ==, -1);
    for (unsigned role = 0; role < N_ROLES; role++)
        g_assert_cmpint(theme.looks[role].background, ==, -1);
}

static void test_mono(void)
{
    Theme theme;

    theme_make(&theme, "mono", NULL, many);
    for (unsigned role = 0; role < N_ROLES; role++)
        g_assert_cmpint(theme.looks[role].foreground, ==, -1);
    theme_make(&theme, "dark", NULL, none);
    for (unsigned role = 0; role < N_ROLES; role++)
        g_assert_cmpint(theme.looks[role].foreground, ==, -1);
    g_assert_true(theme.looks[ROLE_SELECTION].flags & LOOK_REVERSE);
}

static void test_nearest(void)
{
    g_assert_cmpint(theme_nearest_8(255, 0, 0), ==, 1);
    g_assert_cmpint(theme_nearest_8(0, 0, 0), ==, 0);
    g_assert_cmpint(theme_nearest_8(255, 255, 255), ==, 7);
    g_assert_cmpint(theme_nearest_256(255, 0, 0), ==, 196);
    g_assert_cmpint(theme_nearest_256(8, 8, 8), ==, 232);
    g_assert_cmpint(theme_nearest_256(95, 135, 175), ==, 67);
}

static void test_settings(void)
{
    static const char text[] = "[colours]\ntrusted = \"blue\"\nrejected = \"#ff8700\"\n"
                               "dim = 200\n";
    g_autoptr(Settings) settings = settings_parse(span_of(text, strlen(text)), "test", NULL);
    Theme theme;

    g_assert_nonnull(settings);
    theme_make(&theme, NULL, settings, many);
    g_assert_cmpint(theme.looks[ROLE_TRUSTED].foreground, ==, 4);
    g_assert_cmpint(theme.looks[ROLE_REJECTED].foreground, ==, 208);
    g_assert_cmpint(theme.looks[ROLE_DIM].foreground, ==, 200);
    theme_make(&theme, NULL, settings, eight);
    g_assert_cmpint(theme.looks[ROLE_REJECTED].foreground, ==, 3);
    theme_make(&theme, NULL, settings, direct);
    g_assert_cmpint(theme.looks[ROLE_REJECTED].foreground, ==, THEME_RGB | 0xff8700);
    theme_make(&theme, "mono", settings, many); /* mono is mono */
    g_assert_cmpint(theme.looks[ROLE_TRUSTED].foreground, ==, -1);
}

/* Trust is a mark and a word, each its own. */
static void test_outcomes(void)
{
    for (unsigned a = 0; a < N_OUTCOMES; a++)
        for (unsigned b = a + 1; b < N_OUTCOMES; b++) {
            g_assert_cmpstr(outcome_table[a].mark, !=, outcome_table[b].mark);
            g_assert_cmpstr(outcome_table[a].word, !=, outcome_table[b].word);
            g_assert_cmpstr(outcome_table[a].short_word, !=, outcome_table[b].short_word);
        }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/theme/within-reach", test_within_reach);
    g_test_add_func("/theme/own-colours", test_own_colours);
    g_test_add_func("/theme/mono", test_mono);
    g_test_add_func("/theme/nearest", test_nearest);
    g_test_add_func("/theme/settings", test_settings);
    g_test_add_func("/outcome/marks-and-words", test_outcomes);
    return g_test_run();
}
