/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "attest/checks.h"
#include "command/suggest.h"
#include "command/verb.h"
#include "core/hex.h"
#include "core/i18n.h"
#include "core/sanitize.h"
#include "format/date.h"

#include <inttypes.h>
#include <string.h>

GQuark verb_error_quark(void)
{
    return g_quark_from_static_string("mse-verb-error");
}

struct Arguments {
    GHashTable *values; /* option name → GPtrArray of char* */
    GPtrArray *operands;
    GPtrArray *none;
    GArray *order; /* Argument */
};

const VerbOption verb_common_options[] = {
    {.name = "json", .help = N_("machine output: JSON on standard output")},
    {.name = "help", .letter = 'h', .help = N_("show this help")},
    {0},
};

bool verb_takes_common(const Verb *verb, const VerbOption *option)
{
    return !(verb->flags & VERB_NO_JSON) || strcmp(option->name, "json") != 0;
}

bool arguments_flag(const Arguments *arguments, const char *option)
{
    return g_hash_table_contains(arguments->values, option);
}

const GPtrArray *arguments_values(const Arguments *arguments, const char *option)
{
    const GPtrArray *values = g_hash_table_lookup(arguments->values, option);
    return values ? values : arguments->none;
}

const char *arguments_value(const Arguments *arguments, const char *option)
{
    const GPtrArray *values = arguments_values(arguments, option);
    return values->len > 0 ? g_ptr_array_index(values, values->len - 1) : NULL;
}

const GPtrArray *arguments_operands(const Arguments *arguments)
{
    return arguments->operands;
}

const GArray *arguments_in_order(const Arguments *arguments)
{
    return arguments->order;
}

void arguments_free(Arguments *arguments)
{
    if (!arguments)
        return;
    g_hash_table_unref(arguments->values);
    g_ptr_array_unref(arguments->operands);
    g_ptr_array_unref(arguments->none);
    g_array_unref(arguments->order);
    g_free(arguments);
}

static void remember(Arguments *arguments, const char *option, const char *value)
{
    GPtrArray *values = g_hash_table_lookup(arguments->values, option);
    if (!values) {
        values = g_ptr_array_new();
        g_hash_table_insert(arguments->values, (char *)option, values);
    }
    if (value)
        g_ptr_array_add(values, (char *)value);
    Argument argument = {option, value};
    g_array_append_val(arguments->order, argument);
}

static void remember_operand(Arguments *arguments, const char *word)
{
    g_ptr_array_add(arguments->operands, (char *)word);
    Argument argument = {NULL, word};
    g_array_append_val(arguments->order, argument);
}

static bool usage(GError **error, const char *format, ...) G_GNUC_PRINTF(2, 3);

static bool usage(GError **error, const char *format, ...)
{
    va_list list;
    va_start(list, format);
    g_autofree char *message = g_strdup_vprintf(format, list);
    va_end(list);
    g_set_error_literal(error, VERB_ERROR, VERB_ERROR_USAGE, message);
    return false;
}

static bool is_hex(const char *text, size_t bytes)
{
    g_autofree uint8_t *out = g_malloc(bytes);
    return hex_decode_exact(span_of(text, strlen(text)), out, bytes);
}

static bool is_number(const char *text, uint64_t most)
{
    guint64 value;
    return g_ascii_string_to_unsigned(text, 10, 0, most, &value, NULL);
}

static bool is_host_port(const char *text)
{
    const char *colon = strrchr(text, ':');
    return colon && colon > text && is_number(colon + 1, 65535) && strcmp(colon + 1, "0") != 0;
}

static bool is_url(const char *text)
{
    return g_str_has_prefix(text, "https://") || g_str_has_prefix(text, "http://");
}

static bool is_rtmr(const char *text)
{
    return text[0] >= '0' && text[0] <= '3' && text[1] == '=' && is_hex(text + 2, 48);
}

static bool is_choice(const char *text, const char *const *choices)
{
    return g_strv_contains(choices, text);
}

/* NULL when the value is one of this kind, else what is wanted. Free with g_free. */
static char *what_is_wanted(const VerbOption *option, const char *value)
{
    int64_t time;
    switch (option->kind) {
    case ARGUMENT_HEX:
        if (is_hex(value, option->size) || (option->half && is_hex(value, option->size / 2)))
            return NULL;
        if (option->half)
            return g_strdup_printf(_("%u or %u hex digits"), option->size, option->size * 2);
        return g_strdup_printf(_("%u hex digits"), option->size * 2);
    case ARGUMENT_NUMBER:
        if (is_number(value, option->most))
            return NULL;
        return g_strdup_printf(_("a whole number from 0 to %" PRIu64), option->most);
    case ARGUMENT_TIME:
        if (date_parse_user(value, &time))
            return NULL;
        return g_strdup(_("a time like 2023-06-01T00:00:00Z, 2023-06-01 or Unix seconds"));
    case ARGUMENT_HOST_PORT:
        return is_host_port(value) ? NULL : g_strdup(_("HOST:PORT"));
    case ARGUMENT_URL:
        return is_url(value) ? NULL : g_strdup(_("a URL that begins with https://"));
    case ARGUMENT_RTMR:
        return is_rtmr(value) ? NULL : g_strdup(_("N=HEX, with N from 0 to 3 and 96 hex digits"));
    case ARGUMENT_CHECK:
        return check_by_name(value) >= 0
                   ? NULL
                   : g_strdup(_("the name of a check (\"mse-console help checks\" lists them)"));
    case ARGUMENT_CHOICE:
        if (is_choice(value, option->choices))
            return NULL;
        {
            g_autofree char *all = g_strjoinv(", ", (char **)option->choices);
            return g_strdup_printf(_("one of %s"), all);
        }
    case ARGUMENT_FILE:
    case ARGUMENT_DIRECTORY:
    case ARGUMENT_OUTPUT:
        return *value ? NULL : g_strdup(_("a path"));
    case ARGUMENT_TEXT:
    case ARGUMENT_NONE:
        break;
    }
    return NULL;
}

static const VerbOption *option_by_name(const VerbOption *options, const char *name, size_t size)
{
    for (; options && options->name; options++) {
        if (strlen(options->name) == size && memcmp(options->name, name, size) == 0)
            return options;
    }
    return NULL;
}

static const VerbOption *option_by_letter(const VerbOption *options, char letter)
{
    for (; options && options->name; options++) {
        if (options->letter == letter)
            return options;
    }
    return NULL;
}

static const VerbOption *common_option(const Verb *verb, const VerbOption *option)
{
    return option && verb_takes_common(verb, option) ? option : NULL;
}

static void add_names(GPtrArray *names, const Verb *verb)
{
    for (const VerbOption *option = verb->options; option && option->name; option++)
        g_ptr_array_add(names, g_strconcat("--", option->name, NULL));
    for (const VerbOption *option = verb_common_options; option->name; option++) {
        if (common_option(verb, option))
            g_ptr_array_add(names, g_strconcat("--", option->name, NULL));
    }
}

static bool unknown_option(const Verb *verb, const char *word, GError **error)
{
    g_autoptr(GPtrArray) names = g_ptr_array_new_with_free_func(g_free);
    add_names(names, verb);
    g_autofree char *bare = g_strndup(word, strcspn(word, "="));
    g_autofree char *safe = sanitize_string(bare);
    const char *near = suggest_nearest(bare, names);
    if (near)
        return usage(error, _("%s: no option \"%s\"; did you mean \"%s\"?"), verb->words, safe,
                     near);
    return usage(error, _("%s: no option \"%s\"; \"mse-console %s --help\" lists them"),
                 verb->words, safe, verb->words);
}

/* The words still to be read. */
typedef struct Words {
    char *const *at;
    char *const *end;
} Words;

static bool take_value(Arguments *arguments, const Verb *verb, const VerbOption *option,
                       const char *value, GError **error)
{
    g_autofree char *wanted = what_is_wanted(option, value);
    if (!wanted) {
        remember(arguments, option->name, value);
        return true;
    }
    g_autofree char *safe = sanitize_string(value);
    return usage(error, _("%s: --%s wants %s, not \"%s\""), verb->words, option->name, wanted,
                 safe);
}

/* `attached`: the value that came with the option's word, or NULL. */
static bool take_option(Arguments *arguments, const Verb *verb, const VerbOption *option,
                        const char *attached, Words *words, GError **error)
{
    if (option->kind == ARGUMENT_NONE) {
        if (attached)
            return usage(error, _("%s: --%s takes no value"), verb->words, option->name);
        remember(arguments, option->name, NULL);
        return true;
    }
    if (!attached) {
        if (words->at == words->end)
            return usage(error, _("%s: --%s wants a value: --%s %s"), verb->words, option->name,
                         option->name, option->metavar);
        attached = *words->at++;
    }
    return take_value(arguments, verb, option, attached, error);
}

static bool take_long(Arguments *arguments, const Verb *verb, const char *word, Words *words,
                      GError **error)
{
    const char *name = word + 2;
    size_t size = strcspn(name, "=");
    const VerbOption *option = option_by_name(verb->options, name, size);
    if (!option)
        option = common_option(verb, option_by_name(verb_common_options, name, size));
    if (!option)
        return unknown_option(verb, word, error);
    return take_option(arguments, verb, option, name[size] == '=' ? name + size + 1 : NULL, words,
                       error);
}

/* "-h", "-ab", "-oVALUE", "-o VALUE" */
static bool take_letters(Arguments *arguments, const Verb *verb, const char *word, Words *words,
                         GError **error)
{
    for (const char *letter = word + 1; *letter; letter++) {
        const VerbOption *option = option_by_letter(verb->options, *letter);
        if (!option)
            option = common_option(verb, option_by_letter(verb_common_options, *letter));
        if (!option)
            return unknown_option(verb, word, error);
        bool valued = option->kind != ARGUMENT_NONE;
        const char *attached = valued && letter[1] ? letter + 1 : NULL;
        if (!take_option(arguments, verb, option, attached, words, error))
            return false;
        if (valued)
            return true;
    }
    return true;
}

static bool take_words(Arguments *arguments, const Verb *verb, Words *words, GError **error)
{
    bool only_operands = false;
    while (words->at < words->end) {
        const char *word = *words->at++;
        if (only_operands || word[0] != '-' || word[1] == '\0') {
            remember_operand(arguments, word);
        } else if (strcmp(word, "--") == 0) {
            only_operands = true;
        } else if (word[1] == '-') {
            if (!take_long(arguments, verb, word, words, error))
                return false;
        } else if (!take_letters(arguments, verb, word, words, error)) {
            return false;
        }
    }
    return true;
}

static bool check_operands(const Arguments *arguments, const Verb *verb, GError **error)
{
    guint n = arguments->operands->len;
    if (n < verb->min_operands)
        return usage(error, _("%s: it wants %s; \"mse-console %s --help\" says more"), verb->words,
                     verb->operands, verb->words);
    if (n > verb->max_operands) {
        g_autofree char *safe =
            sanitize_string(g_ptr_array_index(arguments->operands, verb->max_operands));
        return usage(error,
                     _("%s: \"%s\" is one word too many; \"mse-console %s --help\" says "
                       "what it takes"),
                     verb->words, safe, verb->words);
    }
    return true;
}

Arguments *arguments_parse(const Verb *verb, char *const *words, int n, GError **error)
{
    g_autoptr(Arguments) arguments = g_new0(Arguments, 1);
    arguments->values =
        g_hash_table_new_full(g_str_hash, g_str_equal, NULL, (GDestroyNotify)g_ptr_array_unref);
    arguments->operands = g_ptr_array_new();
    arguments->none = g_ptr_array_new();
    arguments->order = g_array_new(FALSE, FALSE, sizeof(Argument));
    Words left = {words, words + n};
    if (!take_words(arguments, verb, &left, error))
        return NULL;
    if (!arguments_flag(arguments, "help") && !check_operands(arguments, verb, error))
        return NULL;
    return g_steal_pointer(&arguments);
}
