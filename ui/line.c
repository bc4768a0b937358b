/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "ui/line.h"

#include "command/verb.h"
#include "core/file.h"
#include "core/i18n.h"
#include "core/sanitize.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <readline/readline.h>
#include <readline/history.h>

enum { HISTORY_MAX = 1000, HISTORY_LINE_MAX = 4096 };

const LineRow line_table[] = {
    {"open", ":open FILE…", N_("judge more files")},
    {"apps", ":apps", N_("the applications of the engine")},
    {"files", ":files", N_("evidence files: those that were opened, else those of this directory")},
    {"set", ":set NAME=VALUE",
     N_("scheme=terminal|dark|light|mono, sort=COLUMN, filter=REGEX, mouse=on|off")},
    {"source", ":source [FILE]",
     N_("take up the settings as they are in the file now, or those of FILE")},
    {"save-display", ":save-display FILE",
     N_("write what the screen shows to a new file, as text, for its owner alone")},
    {"quit", ":quit", N_("leave")},
    {NULL, NULL, NULL},
};

static struct {
    unsigned char keys[256];
    unsigned n_keys;
    char *taken;
    bool ended;
    GStrv candidates;
    char *wanted;          /* a directory to complete from, or NULL */
    char *asked;           /* the line when it was wanted */
    const PathsRead *read; /* while line_take_directory completes */
    LineNames names;       /* or NULL */
    void *names_data;
    FILE *nowhere_in, *nowhere_out;
} line;

static int next_key(FILE *stream)
{
    unsigned char key;

    (void)stream;
    if (line.n_keys == 0)
        return EOF;
    key = line.keys[0];
    memmove(line.keys, line.keys + 1, --line.n_keys);
    return key;
}

static int keys_are_there(void)
{
    return line.n_keys > 0;
}

static void draw_nothing(void)
{
}

static void prepare_nothing(int meta)
{
    (void)meta;
}

static void take_line(char *text)
{
    line.ended = true;
    g_free(line.taken);
    line.taken = g_strdup(text != NULL ? text : "");
    free(text);
    rl_callback_handler_remove();
}

/* The end of standard input is none. */
static void take_line_plain(char *text)
{
    line.ended = true;
    line.taken = g_strdup(text);
    free(text);
    rl_callback_handler_remove();
}

static void keep_candidates(char **matches, int n, int longest)
{
    g_autoptr(GPtrArray) kept = g_ptr_array_new();

    (void)longest;
    for (int i = 1; i <= n; i++)
        g_ptr_array_add(kept, sanitize_string(matches[i]));
    g_ptr_array_add(kept, NULL);
    g_strfreev(line.candidates);
    line.candidates = (GStrv)g_ptr_array_steal(kept, NULL);
}

/* ---- completion ---- */

/* The words before the cursor's, split at spaces: enough to know the verb. */
static GStrv words_before(int start)
{
    g_autofree char *before = g_strndup(rl_line_buffer, (gsize)start);
    GStrv words = g_strsplit_set(before, " ", -1);
    unsigned kept = 0;

    for (unsigned i = 0; words[i] != NULL; i++) {
        if (*words[i] != '\0')
            words[kept++] = words[i];
        else
            g_free(words[i]);
    }
    words[kept] = NULL;
    return words;
}

static void offer(GPtrArray *out, const char *text, const char *candidate)
{
    for (unsigned i = 0; i < out->len; i++)
        if (g_str_equal(out->pdata[i], candidate))
            return;
    if (g_str_has_prefix(candidate, text))
        g_ptr_array_add(out, g_strdup(candidate));
}

static void offer_options(GPtrArray *out, const char *text, const VerbOption *options)
{
    for (; options != NULL && options->name != NULL; options++) {
        g_autofree char *option = g_strconcat("--", options->name, NULL);
        offer(out, text, option);
    }
    offer(out, text, "--help");
    offer(out, text, "--json");
}

/* The next word of every verb that begins with the words so far. */
static void offer_verbs(GPtrArray *out, const char *text, GStrv words)
{
    unsigned n = g_strv_length(words);

    for (unsigned i = 0; verb_table[i] != NULL; i++) {
        g_auto(GStrv) parts = g_strsplit(verb_table[i]->words, " ", -1);
        unsigned at = 0;
        if (verb_table[i]->flags & (VERB_HIDDEN | VERB_SHELL_ONLY))
            continue;
        while (at < n && parts[at] != NULL && g_str_equal(parts[at], words[at]))
            at++;
        if (at == n && parts[at] != NULL)
            offer(out, text, parts[at]);
    }
}

static const VerbOption *option_of(const Verb *verb, const char *word)
{
    const VerbOption *option = verb == NULL ? NULL : verb->options;

    if (!g_str_has_prefix(word, "--"))
        return NULL;
    for (; option != NULL && option->name != NULL; option++)
        if (g_str_equal(option->name, word + 2))
            return option;
    return NULL;
}

/* Neither an option nor the value of one. */
static bool names_fit(const Verb *verb, const VerbOption *option, const char *text)
{
    return line.names != NULL && verb != NULL && (verb->flags & VERB_APPLICATION) && *text != '-' &&
           (option == NULL || option->kind == ARGUMENT_NONE);
}

static GPtrArray *candidates(const char *text, int start)
{
    GPtrArray *out = g_ptr_array_new();
    g_auto(GStrv) words = words_before(start);
    unsigned n = g_strv_length(words);
    int taken = 0;
    const Verb *verb = verb_find(words, (int)n, &taken);
    const VerbOption *option = n > 0 ? option_of(verb, words[n - 1]) : NULL;

    if (option != NULL && option->kind == ARGUMENT_CHOICE) {
        for (unsigned i = 0; option->choices[i] != NULL; i++)
            offer(out, text, option->choices[i]);
        return out;
    }
    if (verb != NULL && *text == '-')
        offer_options(out, text, verb->options);
    if (*text != '-')
        offer_verbs(out, text, words);
    if (names_fit(verb, option, text))
        line.names(text, out, line.names_data);
    for (unsigned i = 0; n == 0 && line_table[i].name != NULL; i++)
        offer(out, text, line_table[i].name);
    return out;
}

static int char_is_escaped(char *text, int at)
{
    int slashes = 0;

    while (slashes < at && text[at - 1 - slashes] == '\\')
        slashes++;
    return slashes % 2;
}

/* What a path can become; without the directory's content, that is asked for and comes later. */
static GPtrArray *path_candidates(const char *text)
{
    PathsQuoting quoting = rl_completion_quote_character == '"'    ? PATHS_IN_DOUBLE
                           : rl_completion_quote_character == '\'' ? PATHS_IN_SINGLE
                                                                   : PATHS_BARE;
    g_autofree char *directory = paths_directory(text, quoting);

    if (line.read != NULL && g_str_equal(line.read->directory, directory))
        return paths_offer(text, quoting, line.read);
    g_free(line.wanted);
    g_free(line.asked);
    line.wanted = g_steal_pointer(&directory);
    line.asked = g_strdup(rl_line_buffer);
    return g_ptr_array_new();
}

/* For readline: the common beginning first, then all. It never looks for paths itself: it would
 * read directories while keys wait. */
static char **complete(const char *text, int start, int end)
{
    g_autoptr(GPtrArray) found = candidates(text, start);
    char **answer;
    size_t common;

    (void)end;
    rl_attempted_completion_over = 1;
    if (found->len == 0) {
        g_ptr_array_unref(found);
        found = path_candidates(text);
    }
    if (found->len == 0)
        return NULL;
    if (found->len == 1 && g_str_has_suffix(found->pdata[0], "/"))
        rl_completion_append_character = '\0';
    answer = calloc(found->len + 2, sizeof *answer);
    if (answer == NULL)
        g_error("out of memory");
    common = strlen(found->pdata[0]);
    for (unsigned i = 0; i < found->len; i++) {
        const char *candidate = found->pdata[i];
        size_t same = 0;
        while (same < common && candidate[same] == ((char *)found->pdata[0])[same])
            same++;
        common = same;
        answer[i + 1] = strdup(candidate); /* readline frees with free() */
    }
    answer[0] = strndup(found->pdata[0], common);
    if (found->len == 1) {
        free(answer[1]);
        answer[1] = NULL;
    }
    g_ptr_array_set_free_func(found, g_free);
    return answer;
}

/* ---- history ---- */

static void load_history(const char *path)
{
    g_autoptr(GBytes) bytes = file_read(path, LIMIT_SETTINGS, NULL, NULL);
    g_autofree char *text = NULL;
    g_auto(GStrv) lines = NULL;

    if (bytes == NULL)
        return;
    text = g_strndup(g_bytes_get_data(bytes, NULL), g_bytes_get_size(bytes));
    lines = g_strsplit(text, "\n", -1);
    for (unsigned i = 0; lines[i] != NULL; i++)
        if (*lines[i] != '\0' && strlen(lines[i]) <= HISTORY_LINE_MAX &&
            g_utf8_validate(lines[i], -1, NULL))
            add_history(lines[i]);
}

void line_save_history(const char *path)
{
    g_autoptr(GString) text = g_string_new(NULL);
    HIST_ENTRY **entries = history_list();

    for (unsigned i = 0; entries != NULL && entries[i] != NULL; i++)
        g_string_append_printf(text, "%s\n", entries[i]->line);
    if (text->len > 0)
        file_write(path, span_of(text->str, text->len), 0600, NULL);
}

/* What both ways of reading have in common. */
static void prepare(const char *history)
{
    rl_readline_name = "mse-console";
    rl_catch_signals = 0;
    rl_catch_sigwinch = 0;
    rl_change_environment = 0;
    rl_attempted_completion_function = complete;
    rl_char_is_quoted_p = char_is_escaped;
    rl_completer_word_break_characters = " \t\n\"'";
    rl_completer_quote_characters = "\"'";
    using_history();
    stifle_history(HISTORY_MAX);
    rl_initialize();
    rl_variable_bind("bell-style", "none");
    rl_variable_bind("enable-bracketed-paste", "off");
    rl_variable_bind("show-all-if-ambiguous", "on");
    rl_variable_bind("completion-query-items", "0");
    if (history != NULL)
        load_history(history);
}

void line_init(const char *history)
{
    line.nowhere_in = fopen("/dev/null", "re");
    line.nowhere_out = fopen("/dev/null", "we");
    rl_instream = line.nowhere_in;
    rl_outstream = line.nowhere_out;
    rl_getc_function = next_key;
    rl_input_available_hook = keys_are_there;
    rl_redisplay_function = draw_nothing;
    rl_prep_term_function = prepare_nothing;
    rl_deprep_term_function = draw_nothing;
    rl_completion_display_matches_hook = keep_candidates;
    prepare(history);
}

/* ---- on a plain terminal ---- */

void line_init_plain(const char *history)
{
    rl_instream = stdin;
    rl_outstream = stdout;
    rl_terminal_name = "dumb";
    prepare(history);
    rl_variable_bind("horizontal-scroll-mode", "on");
}

void line_plain_begin(const char *prompt)
{
    line.ended = false;
    g_clear_pointer(&line.taken, g_free);
    rl_callback_handler_install(prompt, take_line_plain);
}

bool line_plain_read(char **taken)
{
    rl_callback_read_char();
    if (!line.ended)
        return false;
    if (line.taken != NULL && *line.taken != '\0')
        add_history(line.taken);
    *taken = g_steal_pointer(&line.taken);
    return true;
}

void line_plain_abandon(void)
{
    rl_callback_handler_remove();
}

void line_plain_hide(void)
{
    fputc('\n', stdout);
}

void line_plain_show(void)
{
    rl_on_new_line();
    rl_redisplay();
}

void line_done(void)
{
    g_clear_pointer(&line.taken, g_free);
    g_clear_pointer(&line.wanted, g_free);
    g_clear_pointer(&line.asked, g_free);
    g_clear_pointer(&line.candidates, g_strfreev);
    clear_history();
    if (line.nowhere_in != NULL)
        fclose(line.nowhere_in);
    if (line.nowhere_out != NULL)
        fclose(line.nowhere_out);
    line.nowhere_in = line.nowhere_out = NULL;
}

/* ---- typing ---- */

static void feed(const char *bytes, unsigned size)
{
    for (unsigned i = 0; i < size && line.n_keys < sizeof line.keys; i++)
        line.keys[line.n_keys++] = (unsigned char)bytes[i];
    while (line.n_keys > 0 && !line.ended)
        rl_callback_read_char();
}

void line_set_names(LineNames names, void *data)
{
    line.names = names;
    line.names_data = data;
}

void line_begin(const char *text)
{
    line.ended = false;
    line.n_keys = 0;
    g_clear_pointer(&line.candidates, g_strfreev);
    rl_callback_handler_install("", take_line);
    rl_insert_text(text);
}

static LineState leave(void)
{
    rl_callback_handler_remove();
    g_clear_pointer(&line.candidates, g_strfreev);
    return LINE_LEFT;
}

char *line_wanted_directory(void)
{
    return g_steal_pointer(&line.wanted);
}

void line_take_directory(const PathsRead *read)
{
    if (line.ended || line.asked == NULL || !g_str_equal(line.asked, rl_line_buffer))
        return;
    line.read = read;
    rl_complete_internal('!'); /* a second Tab would only list */
    line.read = NULL;
    g_clear_pointer(&line.wanted, g_free);
    g_clear_pointer(&line.asked, g_free);
}

LineState line_key(Key key)
{
    char bytes[KEY_SEQUENCE_MAX];
    unsigned size;

    if (key == KEYCODE_ESCAPE || key == ('c' | KEY_CONTROL) || key == ('g' | KEY_CONTROL))
        return leave();
    if ((key == KEYCODE_BACKSPACE || key == ('d' | KEY_CONTROL)) && rl_end == 0)
        return leave();
    size = key_bytes(key, bytes);
    if (key != KEYCODE_TAB)
        g_clear_pointer(&line.candidates, g_strfreev);
    feed(bytes, size);
    if (!line.ended)
        return LINE_GOES_ON;
    if (*line.taken != '\0')
        add_history(line.taken);
    return LINE_ENTERED;
}

const char *line_taken(void)
{
    return line.taken;
}

char *line_text(size_t *at)
{
    g_autofree char *before = sanitize(span_of(rl_line_buffer, (size_t)rl_point), SANITIZE_LINE);
    g_autofree char *after =
        sanitize(span_of(rl_line_buffer + rl_point, (size_t)(rl_end - rl_point)), SANITIZE_LINE);

    *at = strlen(before);
    return g_strconcat(before, after, NULL);
}

const char *const *line_candidates(void)
{
    return (const char *const *)line.candidates;
}
