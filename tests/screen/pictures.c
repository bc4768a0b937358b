/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The pictures of the README and of doc/panes.md: drives the real console on the demo as a person
 * would, and writes what the terminal shows as SVG. `make pictures` makes them all again.
 *
 *   pictures DIRECTORY
 */
#include "config.h"

#include "terminal.h"

#include <glib/gstdio.h>
#include <locale.h>
#include <math.h>
#include <string.h>

enum { CELL_HEIGHT = 17, MARGIN = 10, COLOURS = 16 };
#define CELL_WIDTH 8.4

static const char *const palette[COLOURS] = {
    "#1c1e26", "#e06c75", "#8fc379", "#e0b060", "#61a5e8", "#c080d8", "#5cb8c0", "#c8ccd4",
    "#7c8290", "#ef8890", "#a8d890", "#f0c878", "#80bcf4", "#d49ce8", "#80d0d8", "#ffffff",
};

/* ---- a screen as SVG ---- */

typedef struct Look {
    char foreground[8], background[8]; /* "" of the background: the terminal's */
    bool bold;
} Look;

static void name_colour(const VTermScreen *screen, VTermColor colour, char name[8], bool foreground)
{
    if (foreground ? VTERM_COLOR_IS_DEFAULT_FG(&colour) : VTERM_COLOR_IS_DEFAULT_BG(&colour)) {
        g_strlcpy(name, foreground ? palette[7] : "", 8);
        return;
    }
    if (VTERM_COLOR_IS_INDEXED(&colour) && colour.indexed.idx < COLOURS) {
        g_strlcpy(name, palette[colour.indexed.idx], 8);
        return;
    }
    vterm_screen_convert_color_to_rgb(screen, &colour);
    g_snprintf(name, 8, "#%02x%02x%02x", colour.rgb.red, colour.rgb.green, colour.rgb.blue);
}

static Look look_of(const VTermScreen *screen, const VTermScreenCell *cell)
{
    Look look = {.bold = cell->attrs.bold};
    char swapped[8];

    name_colour(screen, cell->fg, look.foreground, true);
    name_colour(screen, cell->bg, look.background, false);
    if (!cell->attrs.reverse)
        return look;
    g_strlcpy(swapped, look.foreground, sizeof swapped);
    g_strlcpy(look.foreground, *look.background == '\0' ? palette[0] : look.background, 8);
    g_strlcpy(look.background, swapped, 8);
    return look;
}

static bool is_same(const Look *a, const Look *b)
{
    return g_str_equal(a->foreground, b->foreground) && g_str_equal(a->background, b->background) &&
           a->bold == b->bold;
}

static void add_cell(GString *text, const VTermScreenCell *cell)
{
    if (cell->chars[0] == 0 || cell->chars[0] == (uint32_t)-1)
        g_string_append_c(text, ' ');
    for (unsigned i = 0; i < VTERM_MAX_CHARS_PER_CELL && cell->chars[i] != 0; i++)
        if (cell->chars[i] != (uint32_t)-1)
            g_string_append_unichar(text, cell->chars[i]);
}

static bool is_blank(const char *text)
{
    return text[strspn(text, " ")] == '\0';
}

/* Cells of one look; each text is as wide as its cells, whatever the font. */
static void add_run(GString *svg, const Look *look, int row, int column, int cells,
                    const char *text)
{
    double x = MARGIN + column * CELL_WIDTH, width = cells * CELL_WIDTH;
    int y = MARGIN + row * CELL_HEIGHT;
    g_autofree char *escaped = g_markup_escape_text(text, -1);

    if (*look->background != '\0')
        g_string_append_printf(svg,
                               "<rect x=\"%.1f\" y=\"%d\" width=\"%.1f\" height=\"%d\" "
                               "fill=\"%s\"/>\n",
                               x, y, width, CELL_HEIGHT, look->background);
    if (!is_blank(text))
        g_string_append_printf(
            svg, "<text x=\"%.1f\" y=\"%d\" textLength=\"%.1f\" fill=\"%s\"%s>%s</text>\n", x,
            y + 13, width, look->foreground, look->bold ? " font-weight=\"bold\"" : "", escaped);
}

static void add_row(GString *svg, const Terminal *terminal, int row, int columns)
{
    g_autoptr(GString) text = g_string_new(NULL);
    VTermScreenCell cell;
    Look look = {0};
    int start = 0;

    for (int column = 0; column < columns; column += MAX(cell.width, 1)) {
        Look here;
        vterm_screen_get_cell(terminal->screen, (VTermPos){row, column}, &cell);
        here = look_of(terminal->screen, &cell);
        if (column > start && !is_same(&here, &look)) {
            add_run(svg, &look, row, start, column - start, text->str);
            g_string_truncate(text, 0);
            start = column;
        }
        look = here;
        add_cell(text, &cell);
    }
    add_run(svg, &look, row, start, columns - start, text->str);
}

static char *screen_as_svg(const Terminal *terminal, const char *title)
{
    GString *svg = g_string_new(NULL);
    int rows, columns;

    vterm_get_size(terminal->vterm, &rows, &columns);
    g_string_append_printf(
        svg,
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" "
        "font-family=\"DejaVu Sans Mono, Menlo, Consolas, monospace\" font-size=\"14\" "
        "xml:space=\"preserve\">\n<title>%s</title>\n"
        "<rect width=\"100%%\" height=\"100%%\" rx=\"6\" fill=\"%s\"/>\n",
        (int)ceil(2 * MARGIN + columns * CELL_WIDTH), 2 * MARGIN + rows * CELL_HEIGHT, title,
        palette[0]);
    for (int row = 0; row < rows; row++)
        add_row(svg, terminal, row, columns);
    return g_string_free(g_string_append(svg, "</svg>\n"), FALSE);
}

/* ---- what is done before each ---- */

typedef struct Step {
    const char *keys;  /* typed, NULL: nothing */
    const char *until; /* seen then */
} Step;

enum { STEPS = 6 };

typedef struct Picture {
    const char *name, *title;
    Step steps[STEPS];
} Picture;

/* One demo, one after the other. */
static const Picture panes[] = {
    {"applications",
     "Applications, the log of the selected one, its evidence and its secrets",
     {{NULL, "✖ REJECTED"},
      {"gjjj", "Evidence ── helloworld"},
      {NULL, "SIMULATED: rests on"},
      {NULL, "INFO app:app: up"},
      {NULL, "▇█"}}},
    {"rejected",
     "Why one was rejected: the check that failed, explained",
     {{"j", "Evidence ── ledger"}, {"\r", NULL}, {"z", "REJECTED"}}},
    {"chain", "The chain of trust, from the application to the root", {{"t", "QE"}}},
    {"logs",
     "Logs of two applications merged",
     {{"tz1", "┌ Apps"}, {"gj u  ", NULL}, {"MLz", "Logs ── 2 applications"}, {NULL, "census"}}},
    {"metrics",
     "What an application uses",
     {{"zM", "Logs ── ledger"}, {"\033", NULL}, {"ugjjjC", "Metrics ── helloworld"}, {NULL, "▇"}}},
    {"describe", "What an application is", {{"d", "Describe ── helloworld"}, {"z", "ARGUMENTS"}}},
    {"sources", "The engines that are asked", {{"zo", "docker:demo"}}},
    {"jobs",
     "What runs and what ran",
     {{":home status helloworld\r", "home status"}, {"\033", NULL}, {"J", "home status"}}},
    {"help", "The keys of a pane", {{"?", "IN THIS PANE"}}},
    {"walk",
     "A walk-through: the steps, the form, the command line",
     {{"\033", NULL}, {"w", "Who are you?"}, {"1", "mse-console home scaffold"}}},
};

static char *program(const char *name)
{
    const char *build = g_getenv("MSE_TEST_BUILD");

    return g_build_filename(build != NULL ? build : ".", name, NULL);
}

static void take(Terminal *terminal, const Picture *picture, const char *directory)
{
    g_autofree char *file = g_strconcat(picture->name, ".svg", NULL);
    g_autofree char *path = g_build_filename(directory, file, NULL);
    g_autofree char *svg = NULL;
    g_autoptr(GError) error = NULL;

    for (unsigned i = 0; i < STEPS; i++) {
        const Step *step = &picture->steps[i];
        if (step->keys != NULL && *step->keys == '\033')
            terminal_escape(terminal);
        else if (step->keys != NULL)
            terminal_type(terminal, step->keys);
        if (step->until != NULL)
            terminal_wait_text(terminal, step->until);
    }
    while (!terminal_is_silent(terminal, 300))
        continue;
    svg = screen_as_svg(terminal, picture->title);
    if (!g_file_set_contents(path, svg, -1, &error))
        g_error("%s", error->message);
    g_print("%s\n", path);
}

static void take_panes(const char *directory, const TerminalOptions *options)
{
    g_autofree char *console = program("mse-console");
    const char *argv[] = {console, "demo", NULL};
    g_autoptr(Terminal) terminal = terminal_start(argv, options);

    for (unsigned i = 0; i < G_N_ELEMENTS(panes); i++)
        take(terminal, &panes[i], directory);
    terminal_escape(terminal);
    terminal_type(terminal, "q");
    terminal_wait_end(terminal);
}

/* To the next step, when what this one started has ended and its frame is whole. */
static void go_on(Terminal *terminal, unsigned step)
{
    g_autofree char *head = g_strdup_printf("Tour, step %u of ", step);

    terminal_wait_text(terminal, head);
    if (step == 2) /* the next shows what it was judged by */
        terminal_wait_text(terminal, "✔ TRUSTED");
    while (!terminal_is_silent(terminal, 150))
        continue;
    terminal_wait_text(terminal, "Space goes on");
    terminal_type(terminal, " ");
}

/* As far as the alarm, and what the history says of it. */
static void take_tour(const char *directory, const TerminalOptions *options)
{
    static const Picture pictures[] = {
        {"secrets",
         "What was sealed, and to which measurement",
         {{"$", "Secrets ── billing"}, {NULL, "sealed"}}},
        {"tour",
         "The tour: an application changed, and the console says so",
         {{NULL, "ALARM: scoring"}}},
        {"history", "What happened to an application", {{NULL, "History ── scoring"}, {"z", NULL}}},
    };
    static const unsigned steps[] = {8, 10, 11}; /* of the tour, at which they are taken */
    g_autofree char *console = program("mse-console");
    const char *argv[] = {console, "demo", "--tour", NULL};
    g_autoptr(Terminal) terminal = terminal_start(argv, options);

    for (unsigned step = 1, i = 0; i < G_N_ELEMENTS(pictures); step++) {
        if (step == steps[i])
            take(terminal, &pictures[i++], directory);
        if (step == steps[0]) /* the tour goes on from where it was */
            terminal_escape(terminal);
        if (i < G_N_ELEMENTS(pictures))
            go_on(terminal, step);
    }
    terminal_type(terminal, "q");
    terminal_wait_end(terminal);
}

/* Evidence files, without an engine. */
static void take_files(const char *directory, const char *home)
{
    static const Picture files = {
        "files",
        "Evidence files: verdicts at the left, the checks of the selected one at the right",
        {{":files\r", "rejected-revoked"}, {"gjjj", "Evidence ── rejected-debug"}}};
    g_autofree char *samples = g_build_filename(home, "samples", NULL);
    g_autofree char *settings = g_build_filename(samples, "settings", "config.toml", NULL);
    g_autofree char *use = g_strconcat("MSE_CONSOLE_CONFIG=", settings, NULL);
    g_autofree char *at_home = g_strconcat("HOME=", home, NULL);
    g_autofree char *sim = program("mse-sim"), *console = program("mse-console");
    g_autofree char *text = NULL, *coloured = NULL;
    char *make[] = {sim, (char *)"samples", samples, NULL};
    const char *argv[] = {console, NULL};
    const char *environment[] = {use, at_home, "TERM=xterm-256color", "DOCKER_HOST=unix:///none",
                                 NULL};
    const TerminalOptions options = {
        .columns = 130, .rows = 36, .environment = environment, .directory = samples};
    g_autoptr(Terminal) terminal = NULL;
    int status;

    g_assert_true(g_spawn_sync(NULL, make, NULL, G_SPAWN_STDOUT_TO_DEV_NULL, NULL, NULL, NULL, NULL,
                               &status, NULL) &&
                  status == 0);
    g_assert_true(g_file_get_contents(settings, &text, NULL, NULL));
    coloured = g_strconcat(text, "\n[colours]\nscheme = \"dark\"\n", NULL);
    g_assert_true(g_file_set_contents(settings, coloured, -1, NULL));
    terminal = terminal_start(argv, &options);
    take(terminal, &files, directory);
    terminal_type(terminal, "q");
    terminal_wait_end(terminal);
}

int main(int argc, char **argv)
{
    g_autofree char *home = NULL, *runtime = NULL, *at_home = NULL, *work = NULL;
    g_autofree char *settings = NULL, *use = NULL;

    setlocale(LC_ALL, "");
    if (argc != 2) {
        g_printerr("usage: pictures DIRECTORY\n");
        return 2;
    }
    home = g_dir_make_tmp("mse-pictures.XXXXXX", NULL);
    g_assert_nonnull(home);
    runtime = g_strconcat("XDG_RUNTIME_DIR=", home, NULL);
    at_home = g_strconcat("HOME=", home, NULL);
    settings = g_build_filename(home, "config.toml", NULL);
    use = g_strconcat("MSE_CONSOLE_CONFIG=", settings, NULL);
    g_assert_true(g_file_set_contents(settings, "[colours]\nscheme = \"dark\"\n", -1, NULL));
    work = g_build_filename(home, "example", NULL);
    g_assert_cmpint(g_mkdir(work, 0700), ==, 0);
    {
        const char *environment[] = {runtime,          at_home, "TERM=xterm-256color",
                                     "LC_ALL=C.UTF-8", use,     NULL};
        const TerminalOptions options = {
            .columns = 130, .rows = 36, .environment = environment, .directory = work};
        g_autofree char *directory = g_canonicalize_filename(argv[1], NULL);
        take_panes(directory, &options);
        take_tour(directory, &options);
        take_files(directory, home);
    }
    return 0;
}
