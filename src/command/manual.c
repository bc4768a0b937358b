/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The parts of the documentation that the tables know: options in roff for the manual pages, checks
 * and limits in Markdown for doc/.
 */
#include "config.h"

#include "command/verbs.h"

#include "app/settings.h"
#include "attest/checks.h"
#include "command/console.h"
#include "command/help.h"
#include "core/i18n.h"
#include "core/limits.h"

#include <string.h>

/* Text as roff sets it: no line of it is taken for a request, no dash for a hyphen. */
static char *roff(const char *text)
{
    GString *out = g_string_new(NULL);
    if (*text == '.' || *text == '\'')
        g_string_append(out, "\\&");
    for (; *text; text++) {
        if (*text == '\\')
            g_string_append(out, "\\e");
        else if (*text == '-')
            g_string_append(out, "\\-");
        else if (*text == '\'')
            g_string_append(out, "\\(aq");
        else
            g_string_append_c(out, *text);
    }
    return g_string_free(out, FALSE);
}

/* One word of a name: "\fB\-\-json\fR". */
static char *bold(const char *text)
{
    g_autofree char *safe = roff(text);
    return g_strconcat("\\fB", safe, "\\fR", NULL);
}

static void say_roff(Job *job, const char *text)
{
    g_autofree char *safe = roff(text);
    job_text(job, "%s", safe);
}

static void say_option(Job *job, const VerbOption *option)
{
    g_autofree char *dashed = g_strconcat("--", option->name, NULL);
    g_autofree char *name = bold(dashed);
    g_autofree char *letter =
        option->letter ? g_strdup_printf("\\fB\\-%c\\fR, ", option->letter) : g_strdup("");
    g_autofree char *value =
        option->kind == ARGUMENT_NONE
            ? g_strdup("")
            : g_strdup_printf(" \\fI%s\\fR%s", option->metavar, option->repeatable ? " ..." : "");
    job_text(job, ".TP\n%s%s%s", letter, name, value);
    say_roff(job, _(option->help));
}

static int manual_of_verb(Job *job, const Verb *verb)
{
    for (const VerbOption *option = verb->options; option && option->name; option++)
        say_option(job, option);
    for (const VerbOption *option = verb_common_options; option->name; option++) {
        if (verb_takes_common(verb, option))
            say_option(job, option);
    }
    return EXIT_OK;
}

/* Of the same name and the same meaning: many options of verify have their namesakes elsewhere. */
static bool verify_has(const VerbOption *option)
{
    for (const VerbOption *other = verb_verify.options; other->name; other++) {
        if (strcmp(other->name, option->name) == 0)
            return strcmp(other->help, option->help) == 0;
    }
    return false;
}

/* Those that say how evidence is judged, by their names. */
static void say_options_of_verify(Job *job, const GString *names)
{
    job_text(job, ".TP\n%s", names->str);
    job_text(job, "as of \\fBverify\\fR, see \\fBmse\\-console\\-verify\\fR(1)");
}

/* Under the verb: its own options. What verify has too is described in verify's own page. */
static void say_own_options(Job *job, const Verb *verb)
{
    g_autoptr(GString) shared = g_string_new(NULL);
    if (!verb->options || verb == &verb_verify)
        return;
    job_text(job, ".RS");
    for (const VerbOption *option = verb->options; option->name; option++) {
        if (!verify_has(option)) {
            say_option(job, option);
            continue;
        }
        g_autofree char *dashed = g_strconcat("--", option->name, NULL);
        g_autofree char *name = bold(dashed);
        g_string_append_printf(shared, "%s%s", shared->len ? ", " : "", name);
    }
    if (shared->len)
        say_options_of_verify(job, shared);
    job_text(job, ".RE");
}

static int manual_of_verbs(Job *job)
{
    for (const Verb *const *verb = verb_table; *verb; verb++) {
        if ((*verb)->flags & VERB_HIDDEN)
            continue;
        g_autofree char *words = bold((*verb)->words);
        g_autofree char *operands = roff((*verb)->operands);
        job_text(job, ".TP");
        job_text(job, "%s%s%s", words, *operands ? " " : "", operands);
        say_roff(job, _((*verb)->help));
        job_text(job, ".br");
        if ((*verb)->description)
            say_roff(job, _((*verb)->description));
        say_own_options(job, *verb);
    }
    return EXIT_OK;
}

static void say_setting(Job *job, const SettingRow *row)
{
    g_autofree char *key = bold(row->key);
    job_text(job, ".TP");
    job_text(job, "%s", key);
    say_roff(job, _(row->help));
    job_text(job, ".br");
    g_autoptr(GString) about = g_string_new(_(setting_type_name(row->type)));
    if (row->choices) {
        g_autofree char *all = g_strjoinv(", ", (char **)row->choices);
        g_string_append_printf(about, ": %s", all);
    }
    if (row->type == SETTING_NUMBER)
        g_string_append_printf(about, ": %" G_GUINT64_FORMAT "..%" G_GUINT64_FORMAT,
                               (guint64)row->least, (guint64)row->most);
    g_string_append_printf(about, "; %s %s", _("default:"),
                           row->default_text ? row->default_text : _("not set"));
    say_roff(job, about->str);
}

static int manual_of_settings(Job *job)
{
    const char *section = "";
    for (int i = 0; i < N_SETTINGS; i++) {
        const SettingRow *row = &settings_table[i];
        if (strcmp(row->section, section) != 0)
            job_text(job, ".SS \"[%s]\"", row->section);
        section = row->section;
        say_setting(job, row);
    }
    return EXIT_OK;
}

static void say_needs(Job *job, uint32_t needs)
{
    g_autoptr(GString) names = g_string_new(NULL);
    for (int i = 0; i < N_CHECKS; i++) {
        if (needs & CHECK_BIT(i))
            g_string_append_printf(names, "%s`%s`", names->len ? ", " : "", check_table[i].id);
    }
    job_text(job, "- **%s** %s", _("Needs:"), names->len ? names->str : "–");
}

static int manual_of_checks(Job *job)
{
    for (int i = 0; i < N_CHECKS; i++) {
        const CheckRow *row = &check_table[i];
        job_text(job, "### `%s`: %s\n", row->id, _(row->title));
        job_text(job, "- **%s** %s", _("Proves:"), _(row->proves));
        job_text(job, "- **%s** %s", _("A failure means:"), _(row->failure_means));
        job_text(job, "- **%s** %s", _("What to do:"), _(row->what_to_do));
        say_needs(job, row->needs);
        job_text(job, "- **%s** %s\n", _("Source:"), row->source);
    }
    return EXIT_OK;
}

static int manual_of_limits(Job *job)
{
    job_text(job, "| %s | %s | %s |\n|---|---|---|", _("input"), _("at most"), _("why"));
    for (int i = 0; i < N_LIMITS; i++) {
        const LimitRow *row = limit_row((LimitId)i);
        job_text(job, "| %s | %zu %s | %s |", _(row->name), row->maximum, _(row->unit),
                 _(row->why));
    }
    return EXIT_OK;
}

/* The checks for verify's page: the whole row is what --explain prints. */
static int manual_of_check_list(Job *job)
{
    for (int i = 0; i < N_CHECKS; i++) {
        g_autofree char *id = bold(check_table[i].id);
        job_text(job, ".TP\n%s", id);
        say_roff(job, _(check_table[i].proves));
    }
    return EXIT_OK;
}

static void say_typed(const char *typed, const char *help, void *data)
{
    g_autofree char *name = bold(typed);
    job_text(data, ".TP\n%s", name);
    say_roff(data, help);
}

static int manual_of_keys(Job *job)
{
    if (console_door())
        console_door()->each_key(say_typed, job);
    return EXIT_OK;
}

static int manual_of_lines(Job *job)
{
    if (console_door())
        console_door()->each_line(say_typed, job);
    return EXIT_OK;
}

/* What --read-only refuses, on one line. */
static int manual_of_refused(Job *job)
{
    g_autoptr(GString) names = g_string_new(NULL);
    for (const Verb *const *verb = verb_table; *verb; verb++) {
        if ((*verb)->flags & VERB_READ_ONLY)
            continue;
        g_autofree char *words = bold((*verb)->words);
        g_string_append_printf(names, "%s%s", names->len ? ", " : "", words);
    }
    job_text(job, "%s.", names->str);
    return EXIT_OK;
}

static const struct {
    const char *name;
    int (*say)(Job *job);
} topics[] = {
    {"verbs", manual_of_verbs},       {"check-list", manual_of_check_list},
    {"keys", manual_of_keys},         {"lines", manual_of_lines},
    {"settings", manual_of_settings}, {"checks", manual_of_checks},
    {"limits", manual_of_limits},     {"refused", manual_of_refused},
};

static int run_manual(Job *job, const Arguments *arguments)
{
    const GPtrArray *words = arguments_operands(arguments);
    for (size_t i = 0; words->len == 1 && i < G_N_ELEMENTS(topics); i++) {
        if (strcmp(g_ptr_array_index(words, 0), topics[i].name) == 0)
            return topics[i].say(job);
    }
    int n_words = 0;
    const Verb *verb = verb_find((char *const *)words->pdata, (int)words->len, &n_words);
    if (verb && n_words == (int)words->len)
        return manual_of_verb(job, verb);
    return verb_usage(job, _("manual: a verb's words, or one of verbs, check-list, keys, lines, "
                             "settings, checks, limits, refused"));
}

const Verb verb_manual = {
    .words = "manual",
    .operands = "TOPIC…",
    .min_operands = 1,
    .max_operands = 3,
    .operand_kind = ARGUMENT_TEXT,
    .help = N_("print what the documentation takes from the tables"),
    .description = N_("In roff: a verb's options, \"verbs\", \"check-list\", \"keys\", \"lines\", "
                      "\"settings\", \"refused\"; in Markdown: \"checks\" and \"limits\"."),
    .flags = VERB_READ_ONLY | VERB_HIDDEN | VERB_SHELL_ONLY | VERB_NO_JSON,
    .run = run_manual,
};
