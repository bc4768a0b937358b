/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "command/verbs.h"

#include "command/help.h"
#include "command/suggest.h"
#include "core/i18n.h"
#include "core/sanitize.h"

#include <string.h>

/* A line each, so that lines can come from several sides. */
/* clang-format off */
const Verb *const verb_table[] = {
    &verb_verify,
    &verb_inspect,
    &verb_console,
    &verb_home_list,
    &verb_home_status,
    &verb_home_logs,
    &verb_home_events,
    &verb_home_top,
    &verb_home_package,
    &verb_home_spawn,
    &verb_home_watch,
    &verb_home_evidence,
    &verb_home_run,
    &verb_home_test,
    &verb_home_localtest,
    &verb_home_nginx,
    &verb_home_stop,
    &verb_home_restart,
    &verb_home_remove,
    &verb_home_kill,
    &verb_home_scaffold, &verb_home_keygen,
    &verb_home_seal,
    &verb_home_unseal,
    &verb_home_encrypt,
    &verb_home_decrypt,
    &verb_demo,
    &verb_doctor,
    &verb_journal_list,
    &verb_journal_verify,
    &verb_journal_export,
    &verb_help,
    &verb_version,
    &verb_completion,
    &verb_manual,
    NULL,
};
/* clang-format on */

static bool read_only;
static const char *default_group;

void verb_set_read_only(void)
{
    read_only = true;
}

bool verb_is_read_only(void)
{
    return read_only;
}

bool verb_is_refused(const Verb *verb)
{
    return read_only && !(verb->flags & VERB_READ_ONLY);
}

void verb_set_default_group(const char *group)
{
    default_group = group;
}

/* How many words the verb's name has when it begins `words`, else 0. */
static int words_matched(const char *name, char *const *words, int n)
{
    const char *at = name;
    for (int i = 0; i < n; i++) {
        size_t size = strcspn(at, " ");
        if (strlen(words[i]) != size || memcmp(words[i], at, size) != 0)
            return 0;
        if (at[size] == '\0')
            return i + 1;
        at += size + 1;
    }
    return 0;
}

/* The verb's name without the default group's word, or NULL. */
static const char *short_name(const Verb *verb)
{
    size_t size = default_group ? strlen(default_group) : 0;
    bool inside = size > 0 && strncmp(verb->words, default_group, size) == 0;
    return inside && verb->words[size] == ' ' ? verb->words + size + 1 : NULL;
}

static const Verb *find_named(char *const *words, int n, int *n_words, bool short_names)
{
    const Verb *best = NULL;
    int most = 0;
    for (const Verb *const *verb = verb_table; *verb; verb++) {
        const char *name = short_names ? short_name(*verb) : (*verb)->words;
        int matched = name ? words_matched(name, words, n) : 0;
        if (matched > most) {
            most = matched;
            best = *verb;
        }
    }
    if (n_words)
        *n_words = most;
    return best;
}

const Verb *verb_find(char *const *words, int n, int *n_words)
{
    const Verb *verb = find_named(words, n, n_words, false);
    if (!verb && words_matched("home verify", words, n) > 0) {
        if (n_words)
            *n_words = 2;
        return &verb_verify; /* one verb, which older command lines find in the group */
    }
    return verb ? verb : find_named(words, n, n_words, true);
}

bool verb_is_group(const char *word)
{
    g_autofree char *prefix = g_strconcat(word, " ", NULL);
    for (const Verb *const *verb = verb_table; *verb; verb++) {
        if (g_str_has_prefix((*verb)->words, prefix))
            return true;
    }
    return false;
}

/* The words that can stand at this place: after `group`, or first (NULL). */
static GPtrArray *words_possible(const char *group)
{
    GPtrArray *words = g_ptr_array_new_with_free_func(g_free);
    size_t skip = group ? strlen(group) + 1 : 0;
    for (const Verb *const *verb = verb_table; *verb; verb++) {
        const char *name = (*verb)->words;
        if ((*verb)->flags & VERB_HIDDEN)
            continue;
        if (group && !(g_str_has_prefix(name, group) && name[strlen(group)] == ' '))
            continue;
        g_ptr_array_add(words, g_strndup(name + skip, strcspn(name + skip, " ")));
    }
    if (g_strcmp0(group, "home") == 0)
        g_ptr_array_add(words, g_strdup("verify")); /* as verb_find has it */
    return words;
}

static GError *unknown_in_group(const char *group, const char *word)
{
    g_autoptr(GPtrArray) possible = words_possible(group);
    g_ptr_array_add(possible, NULL);
    g_autofree char *all = g_strjoinv(", ", (char **)possible->pdata);
    g_ptr_array_set_size(possible, (int)possible->len - 1);
    if (!word)
        return g_error_new(VERB_ERROR, VERB_ERROR_USAGE, _("%s: what? One of: %s"), group, all);
    g_autofree char *safe = sanitize_string(word);
    const char *near = suggest_nearest(word, possible);
    if (near)
        return g_error_new(VERB_ERROR, VERB_ERROR_USAGE,
                           _("%s: \"%s\" is not known; did you mean \"%s %s\"?"), group, safe,
                           group, near);
    return g_error_new(VERB_ERROR, VERB_ERROR_USAGE,
                       _("%s: \"%s\" is not known; it takes one "
                         "of: %s"),
                       group, safe, all);
}

GError *verb_unknown(char *const *words, int n)
{
    if (n > 0 && verb_is_group(words[0]))
        return unknown_in_group(words[0], n > 1 ? words[1] : NULL);
    const char *word = n > 0 ? words[0] : "";
    g_autofree char *safe = sanitize_string(word);
    g_autoptr(GPtrArray) possible = words_possible(NULL);
    const char *near = suggest_nearest(word, possible);
    if (near)
        return g_error_new(VERB_ERROR, VERB_ERROR_USAGE,
                           _("\"%s\" is neither a verb nor a file; did you mean \"%s\"?"), safe,
                           near);
    return g_error_new(VERB_ERROR, VERB_ERROR_USAGE,
                       _("\"%s\" is neither a verb nor a file; \"mse-console help\" lists the "
                         "verbs"),
                       safe);
}

int verb_usage(Job *job, const char *format, ...)
{
    va_list list;
    va_start(list, format);
    g_autofree char *message = g_strdup_vprintf(format, list);
    va_end(list);
    g_autoptr(GError) error = g_error_new_literal(VERB_ERROR, VERB_ERROR_USAGE, message);
    return job_fail(job, error);
}

int verb_run(Job *job, const Verb *verb, char *const *words, int n)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(Arguments) arguments = arguments_parse(verb, words, n, &error);
    if (!arguments)
        return job_fail(job, error);
    if (arguments_flag(arguments, "help"))
        return help_of_verb(job, verb);
    if (verb_is_refused(verb))
        return verb_usage(job,
                          _("%s: makes or changes something, and this program was started "
                            "read-only"),
                          verb->words);
    job_begin(job, verb, arguments_flag(arguments, "json"));
    return verb->run(job, arguments);
}

/* "--help" after a group's word, "journal --help", shows the group. */
static bool wants_help(const char *word)
{
    return strcmp(word, "--help") == 0 || strcmp(word, "-h") == 0;
}

int verb_run_words(Job *job, char *const *words, int n)
{
    int n_words = 0;
    const Verb *verb = verb_find(words, n, &n_words);
    if (verb)
        return verb_run(job, verb, words + n_words, n - n_words);
    if (n == 2 && verb_is_group(words[0]) && wants_help(words[1]))
        return help_of_group(job, words[0]);
    g_autoptr(GError) error = verb_unknown(words, n);
    return job_fail(job, error);
}

int verb_run_line(Job *job, const char *line)
{
    g_auto(GStrv) words = NULL;
    int n = 0;
    g_autoptr(GError) error = NULL;
    if (!g_shell_parse_argv(line, &n, &words, &error)) {
        if (g_error_matches(error, G_SHELL_ERROR, G_SHELL_ERROR_EMPTY_STRING))
            return EXIT_OK;
        return verb_usage(job, "%s", error->message);
    }
    const Verb *verb = verb_find(words, n, NULL);
    if (verb && (verb->flags & VERB_SHELL_ONLY))
        return verb_usage(job, _("%s: only in the shell: mse-console %s"), verb->words,
                          verb->words);
    return verb_run_words(job, words, n);
}
