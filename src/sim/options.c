/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "sim/options.h"

#include "core/hex.h"
#include "core/i18n.h"
#include "core/sanitize.h"
#include "format/date.h"
#include "sim/crypto.h"

#include <inttypes.h>
#include <stdio.h>

struct SimArguments {
    char *operand;
    GHashTable *values; /* option name → GPtrArray of char* */
};

static const SimOption help_option = {.name = "help", .help = N_("say this and stop")};

const SimVerb *const sim_verbs[] = {
    &sim_verb_platform, &sim_verb_quote,   &sim_verb_pccs,
    &sim_verb_quoting,  &sim_verb_samples, &sim_verb_engine,
    &sim_verb_image,    &sim_verb_demo,    NULL,
};

const SimVerb *sim_verb_find(const char *name)
{
    for (unsigned i = 0; sim_verbs[i] != NULL; i++)
        if (strcmp(sim_verbs[i]->name, name) == 0)
            return sim_verbs[i];
    return NULL;
}

static const SimOption *option_find(const SimVerb *verb, const char *name, size_t size)
{
    for (const SimOption *option = verb->options; option->name != NULL; option++)
        if (strlen(option->name) == size && memcmp(option->name, name, size) == 0)
            return option;
    return size == 4 && memcmp(name, "help", 4) == 0 ? &help_option : NULL;
}

G_GNUC_PRINTF(2, 3) static bool usage(GError **error, const char *format, ...)
{
    va_list list;
    va_start(list, format);
    g_autofree char *text = g_strdup_vprintf(format, list);
    va_end(list);
    g_autofree char *shown = sanitize_string(text);
    g_set_error(error, SIM_ERROR, SIM_ERROR_USAGE, "%s", shown);
    return false;
}

static bool check_hex(const SimOption *option, const char *value, GError **error)
{
    g_autoptr(GBytes) bytes = hex_decode(span_of(value, strlen(value)));
    const size_t size = bytes ? g_bytes_get_size(bytes) : 0;
    if (bytes != NULL && (size == option->size || (option->shorter && size < option->size)))
        return true;
    return usage(error,
                 option->shorter ? _("--%s: %s: at most %zu bytes in hex are expected")
                                 : _("--%s: %s: %zu bytes in hex are expected"),
                 option->name, value, option->size);
}

static bool number_of(const char *value, uint64_t most, uint64_t *out)
{
    return g_ascii_isdigit(value[0]) && g_ascii_string_to_unsigned(value, 10, 0, most, out, NULL);
}

static bool check_number(const SimOption *option, const char *value, GError **error)
{
    uint64_t number;
    return number_of(value, option->most, &number) ||
           usage(error, _("--%s: %s: a number from 0 to %" PRIu64 " is expected"), option->name,
                 value, option->most);
}

static bool check_time(const SimOption *option, const char *value, GError **error)
{
    int64_t time;
    return date_parse_user(value, &time) ||
           usage(error, _("--%s: %s: a time like 2023-06-01T00:00:00Z or Unix seconds is expected"),
                 option->name, value);
}

static bool check_choice(const SimOption *option, const char *value, GError **error)
{
    if (g_strv_contains(option->choices, value))
        return true;
    g_autofree char *choices = g_strjoinv(", ", (char **)option->choices);
    return usage(error, _("--%s: %s: expected is one of %s"), option->name, value, choices);
}

static bool check_rtmr(const SimOption *option, const char *value, GError **error)
{
    uint8_t bytes[48];
    return (value[0] >= '0' && value[0] <= '3' && value[1] == '=' &&
            hex_decode_exact(span_of(value + 2, strlen(value + 2)), bytes, sizeof bytes)) ||
           usage(error, _("--%s: %s: expected is N=HEX, N from 0 to 3, 48 bytes in hex"),
                 option->name, value);
}

static bool check_text(const SimOption *option, const char *value, GError **error)
{
    return value[0] != '\0' || usage(error, _("--%s: may not be empty"), option->name);
}

static bool (*const checks[])(const SimOption *, const char *, GError **) = {
    [SIM_OPTION_TEXT] = check_text, [SIM_OPTION_FILE] = check_text,
    [SIM_OPTION_HEX] = check_hex,   [SIM_OPTION_NUMBER] = check_number,
    [SIM_OPTION_TIME] = check_time, [SIM_OPTION_CHOICE] = check_choice,
    [SIM_OPTION_RTMR] = check_rtmr,
};

static bool keep(SimArguments *arguments, const SimOption *option, const char *value,
                 GError **error)
{
    GPtrArray *values = g_hash_table_lookup(arguments->values, option->name);
    if (values != NULL && !option->repeatable)
        return usage(error, _("--%s: given twice"), option->name);
    if (values == NULL) {
        values = g_ptr_array_new_with_free_func(g_free);
        g_hash_table_insert(arguments->values, g_strdup(option->name), values);
    }
    g_ptr_array_add(values, g_strdup(value));
    return true;
}

/* One option at words[*at]: --name VALUE or --name=VALUE. */
static bool parse_option(SimArguments *arguments, const SimVerb *verb, char *const *words, int n,
                         int *at, GError **error)
{
    const char *name = words[*at] + 2;
    const size_t size = strcspn(name, "=");
    const SimOption *option = option_find(verb, name, size);
    const char *value = name[size] == '=' ? name + size + 1 : NULL;
    if (option == NULL)
        return usage(error, _("--%.*s: no option of mse-sim %s: see mse-sim %s --help"), (int)size,
                     name, verb->name, verb->name);
    if (option->kind == SIM_OPTION_FLAG)
        return value == NULL ? keep(arguments, option, "", error)
                             : usage(error, _("--%s: takes no value"), option->name);
    if (value == NULL) {
        if (*at + 1 >= n)
            return usage(error, _("--%s: needs a value (%s)"), option->name, option->metavar);
        value = words[++*at];
    }
    return checks[option->kind](option, value, error) && keep(arguments, option, value, error);
}

static bool take_operand(SimArguments *arguments, const SimVerb *verb, const char *word,
                         GError **error)
{
    if (verb->operand == NULL)
        return usage(error, _("%s: mse-sim %s takes options alone"), word, verb->name);
    if (arguments->operand != NULL)
        return usage(error, _("%s: one %s is enough"), word, verb->operand);
    if (word[0] == '\0')
        return usage(error, _("%s: may not be empty"), verb->operand);
    arguments->operand = g_strdup(word);
    return true;
}

SimArguments *sim_arguments_parse(const SimVerb *verb, char *const *words, int n, bool *help,
                                  GError **error)
{
    g_autoptr(SimArguments) arguments = g_new0(SimArguments, 1);
    arguments->values =
        g_hash_table_new_full(g_str_hash, g_str_equal, g_free, (GDestroyNotify)g_ptr_array_unref);
    *help = false;
    bool options = true;
    for (int i = 0; i < n; i++) {
        if (options && strcmp(words[i], "--") == 0) {
            options = false;
            continue;
        }
        const bool option = options && g_str_has_prefix(words[i], "--");
        if (option ? !parse_option(arguments, verb, words, n, &i, error)
                   : !take_operand(arguments, verb, words[i], error))
            return NULL;
    }
    *help = sim_flag(arguments, "help");
    return g_steal_pointer(&arguments);
}

void sim_arguments_free(SimArguments *arguments)
{
    if (arguments == NULL)
        return;
    g_free(arguments->operand);
    g_hash_table_unref(arguments->values);
    g_free(arguments);
}

const char *sim_operand(const SimArguments *arguments)
{
    return arguments->operand;
}

const GPtrArray *sim_values(const SimArguments *arguments, const char *option)
{
    return g_hash_table_lookup(arguments->values, option);
}

bool sim_flag(const SimArguments *arguments, const char *option)
{
    return sim_values(arguments, option) != NULL;
}

const char *sim_value(const SimArguments *arguments, const char *option)
{
    const GPtrArray *values = sim_values(arguments, option);
    return values ? values->pdata[values->len - 1] : NULL;
}

bool sim_hex(const SimArguments *arguments, const char *option, uint8_t *out, size_t most,
             size_t *size)
{
    const char *value = sim_value(arguments, option);
    if (value == NULL)
        return false;
    const size_t bytes = MIN(strlen(value) / 2, most);
    hex_decode_exact(span_of(value, 2 * bytes), out, bytes);
    if (size != NULL)
        *size = bytes;
    return true;
}

uint64_t sim_number(const SimArguments *arguments, const char *option, uint64_t otherwise)
{
    const char *value = sim_value(arguments, option);
    uint64_t number = otherwise;
    if (value != NULL)
        number_of(value, UINT64_MAX, &number);
    return number;
}

int64_t sim_time(const SimArguments *arguments, const char *option, int64_t otherwise)
{
    const char *value = sim_value(arguments, option);
    int64_t time = otherwise;
    if (value != NULL)
        date_parse_user(value, &time);
    return time;
}

unsigned sim_rtmr(const char *value, uint8_t out[48])
{
    hex_decode_exact(span_of(value + 2, 96), out, 48);
    return (unsigned)(value[0] - '0');
}

void sim_print_help(void)
{
    printf("%s\n\n%s\n", _("Usage: mse-sim VERB [DIR] [OPTION…]"),
           _("A SIMULATED platform for demonstrations and tests. Nothing that it makes is trusted\n"
             "unless its root is named as the trust anchor, and then it is marked SIMULATED."));
    printf("\n%s\n", _("Verbs:"));
    for (unsigned i = 0; sim_verbs[i] != NULL; i++)
        printf("  %-10s %s\n", sim_verbs[i]->name, _(sim_verbs[i]->help));
    printf("\n%s\n%s\n", _("mse-sim VERB --help says more; --version says which this is."),
           _("Exit status: 0 done, 1 could not, 2 wrong usage."));
}

static void print_option(const SimOption *option)
{
    g_autofree char *left = option->metavar
                                ? g_strdup_printf("--%s %s", option->name, option->metavar)
                                : g_strdup_printf("--%s", option->name);
    printf("  %-24s %s", left, _(option->help));
    if (option->choices != NULL) {
        g_autofree char *choices = g_strjoinv(", ", (char **)option->choices);
        printf(" (%s)", choices);
    }
    putchar('\n');
}

void sim_print_verb_help(const SimVerb *verb)
{
    printf(_("Usage: mse-sim %s%s%s [OPTION…]"), verb->name, verb->operand ? " " : "",
           verb->operand ? verb->operand : "");
    printf("\n\n%s\n\n%s\n\n%s\n", _(verb->help), _(verb->description), _("Options:"));
    for (const SimOption *option = verb->options; option->name != NULL; option++)
        print_option(option);
    print_option(&help_option);
}
