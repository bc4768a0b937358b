/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "command/help.h"

#include "attest/checks.h"
#include "command/layout.h"
#include "command/verbs.h"
#include "core/i18n.h"

#include <string.h>

char *help_synopsis(const Verb *verb)
{
    bool has_options = verb->options && verb->options->name;
    return g_strconcat("mse-console ", verb->words, *verb->operands ? " " : "", verb->operands,
                       has_options ? " [OPTION…]" : "", NULL);
}

char *help_option_form(const VerbOption *option)
{
    g_autofree char *letter =
        option->letter ? g_strdup_printf("-%c, ", option->letter) : g_strdup("");
    bool valued = option->kind != ARGUMENT_NONE;
    return g_strconcat(letter, "--", option->name, valued ? " " : "", valued ? option->metavar : "",
                       option->repeatable ? " …" : "", NULL);
}

static void say_blank(Job *job)
{
    job_text(job, "%s", "");
}

static void say_option(Job *job, const VerbOption *option)
{
    g_autofree char *form = help_option_form(option);
    job_text(job, "  %s", form);
    job_text(job, "        %s", _(option->help));
}

static void say_options(Job *job, const VerbOption *options)
{
    for (; options && options->name; options++)
        say_option(job, options);
}

static int widest_words(void)
{
    size_t widest = 0;
    for (const Verb *const *verb = verb_table; *verb; verb++)
        widest = MAX(widest, strlen((*verb)->words));
    return (int)widest;
}

static void say_verbs(Job *job, const char *group)
{
    const int widest = widest_words();
    for (const Verb *const *verb = verb_table; *verb; verb++) {
        bool inside = !group || (g_str_has_prefix((*verb)->words, group) &&
                                 (*verb)->words[strlen(group)] == ' ');
        if (inside && !((*verb)->flags & VERB_HIDDEN))
            job_text(job, "  %-*s  %s", widest, (*verb)->words, _((*verb)->help));
    }
}

static void say_exit_statuses(Job *job)
{
    job_text(job, "%s", _("Exit status:"));
    job_text(job, "  0    %s", _("done; verify: trusted, with warnings or not"));
    job_text(job, "  1    %s", _("it could not be done, or an input could not be read"));
    job_text(job, "  2    %s", _("the command line is wrong"));
    job_text(job, "  3    %s", _("verify: rejected or expired"));
    job_text(job, "  130  %s", _("cancelled by Ctrl-C (143: by SIGTERM)"));
}

int help_of_all(Job *job)
{
    job_text(job, "%s mse-console [FILE…]", _("Usage:"));
    job_text(job, "  %s",
             _("opens the console on evidence, quotes and certificates; without a file, on the "
               "applications of the container engine that answers, else on what the current "
               "directory holds"));
    job_text(job, "%s mse-console VERB [WORD…]", _("Usage:"));
    job_text(job, "  %s", _("does one thing and prints what came of it"));
    say_blank(job);
    job_text(job, "%s", _("Verbs:"));
    say_verbs(job, NULL);
    say_blank(job);
    job_text(job, "%s", _("Options:"));
    say_options(job, verb_common_options);
    job_text(job, "  --read-only");
    job_text(job, "        %s",
             _("before the verb: refuse verbs that make or change something, also in the "
               "console (environment: MSE_CONSOLE_READ_ONLY=1)"));
    job_text(job, "  -V, --version");
    job_text(job, "        %s", _("show the version"));
    say_blank(job);
    say_exit_statuses(job);
    say_blank(job);
    job_text(job, "%s",
             _("\"mse-console VERB --help\" says more about one; \"mse-console help "
               "checks\" lists what verify checks."));
    return EXIT_OK;
}

int help_of_verb(Job *job, const Verb *verb)
{
    g_autofree char *synopsis = help_synopsis(verb);
    job_text(job, "%s %s", _("Usage:"), synopsis);
    say_blank(job);
    job_text(job, "%s", _(verb->help));
    if (verb->description) {
        say_blank(job);
        job_text(job, "%s", _(verb->description));
    }
    say_blank(job);
    job_text(job, "%s", _("Options:"));
    say_options(job, verb->options);
    for (const VerbOption *option = verb_common_options; option->name; option++) {
        if (verb_takes_common(verb, option))
            say_option(job, option);
    }
    return EXIT_OK;
}

/* A group's "verify" may be the verb of that name, whose row is in no group. */
static void say_shared_verb(Job *job, const char *group)
{
    char *const words[] = {(char *)group, (char *)"verify"};
    int n_words = 0;
    const Verb *verb = verb_find(words, G_N_ELEMENTS(words), &n_words);
    if (verb != NULL && n_words == G_N_ELEMENTS(words) && strchr(verb->words, ' ') == NULL)
        job_text(job, "  %s %-*s  %s", group, widest_words() - (int)strlen(group) - 1, verb->words,
                 _(verb->help));
}

int help_of_group(Job *job, const char *group)
{
    job_text(job, "%s mse-console %s VERB [WORD…]", _("Usage:"), group);
    say_blank(job);
    say_verbs(job, group);
    say_shared_verb(job, group);
    return EXIT_OK;
}

static int help_of_checks(Job *job)
{
    job_text(job, "%s", _("What verify checks, in this order:"));
    for (int i = 0; i < N_CHECKS; i++)
        job_text(job, "  %-12s  %s", check_table[i].id, _(check_table[i].title));
    say_blank(job);
    job_text(job, "%s", _("\"mse-console verify --explain CHECK\" says what one proves."));
    return EXIT_OK;
}

static const char *const kind_names[] = {
    [ARGUMENT_NONE] = "none",           [ARGUMENT_FILE] = "file",
    [ARGUMENT_DIRECTORY] = "directory", [ARGUMENT_OUTPUT] = "output",
    [ARGUMENT_HOST_PORT] = "host_port", [ARGUMENT_URL] = "url",
    [ARGUMENT_TIME] = "time",           [ARGUMENT_HEX] = "hex",
    [ARGUMENT_RTMR] = "rtmr",           [ARGUMENT_NUMBER] = "number",
    [ARGUMENT_CHECK] = "check",         [ARGUMENT_CHOICE] = "choice",
    [ARGUMENT_TEXT] = "text",
};

static json_t *options_json(const VerbOption *options)
{
    json_t *all = json_array();
    for (; options && options->name; options++) {
        char letter[2] = {options->letter, '\0'};
        json_array_append_new(all,
                              json_pack("{s:s, s:s?, s:s, s:s?, s:b, s:s}", "name", options->name,
                                        "letter", options->letter ? letter : NULL, "kind",
                                        kind_names[options->kind], "metavar", options->metavar,
                                        "repeatable", options->repeatable, "help", options->help));
    }
    return all;
}

static json_t *columns_json(const VerbColumn *columns)
{
    if (!columns)
        return json_null();
    json_t *all = json_array();
    for (; columns->name; columns++)
        json_array_append_new(all, json_string(columns->name));
    return all;
}

/* A row of the verb table as a program reads it: untranslated. */
static json_t *verb_json(const Verb *verb)
{
    return json_pack(
        "{s:s, s:s, s:i, s:I, s:s, s:s, s:o, s:o, s:b, s:b}", "verb", verb->words, "operands",
        verb->operands, "min_operands", (int)verb->min_operands, "max_operands",
        (json_int_t)verb->max_operands, "operand_kind", kind_names[verb->operand_kind], "help",
        verb->help, "options", options_json(verb->options), "columns", columns_json(verb->columns),
        "stream", (int)!!(verb->flags & VERB_STREAM), "json", (int)!(verb->flags & VERB_NO_JSON));
}

static int emit_table(Job *job, const Verb *only)
{
    json_t *all = json_array();
    for (const Verb *const *verb = verb_table; *verb; verb++) {
        if (!only || only == *verb)
            json_array_append_new(all, verb_json(*verb));
    }
    job_emit(job, all);
    return EXIT_OK;
}

static int run_help(Job *job, const Arguments *arguments)
{
    const GPtrArray *words = arguments_operands(arguments);
    char *const *first = (char *const *)words->pdata;
    int n = (int)words->len, n_words = 0;
    if (n == 0)
        return job_json(job) ? emit_table(job, NULL) : help_of_all(job);
    const Verb *verb = verb_find(first, n, &n_words);
    if (verb && n_words == n)
        return job_json(job) ? emit_table(job, verb) : help_of_verb(job, verb);
    if (job_json(job))
        return verb_usage(job, _("help: --json wants a verb's words, or none"));
    if (n == 1 && strcmp(first[0], "checks") == 0)
        return help_of_checks(job);
    if (n == 1 && verb_is_group(first[0]))
        return help_of_group(job, first[0]);
    g_autoptr(GError) error = verb_unknown(first, n);
    return job_fail(job, error);
}

const Verb verb_help = {
    .words = "help",
    .operands = "[VERB…]",
    .max_operands = 3,
    .operand_kind = ARGUMENT_TEXT,
    .help = N_("say what there is, or what a verb does"),
    .description = N_("Without words, all verbs; with a verb's words, its options. \"help checks\" "
                      "lists the checks of verify. With --json, the table of verbs as programs "
                      "read it."),
    .flags = VERB_READ_ONLY,
    .run = run_help,
};

static int run_version(Job *job, const Arguments *arguments)
{
    (void)arguments;
    if (job_json(job))
        job_emit(job, json_pack("{s:s, s:s}", "name", PACKAGE_NAME, "version", PACKAGE_VERSION));
    else
        job_text(job, "%s %s", PACKAGE_NAME, PACKAGE_VERSION);
    return EXIT_OK;
}

const Verb verb_version = {
    .words = "version",
    .operands = "",
    .operand_kind = ARGUMENT_TEXT,
    .help = N_("show the version"),
    .flags = VERB_READ_ONLY,
    .run = run_version,
};
