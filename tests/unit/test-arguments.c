/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "command/suggest.h"
#include "command/verb.h"

#include <string.h>

static const char *const sizes[] = {"small", "large", NULL};

static const VerbOption options[] = {
    {.name = "strict"},
    {.name = "output", .letter = 'o', .kind = ARGUMENT_DIRECTORY, .metavar = "DIR"},
    {.name = "quiet", .letter = 'q'},
    {.name = "quote", .kind = ARGUMENT_FILE, .repeatable = true, .metavar = "F"},
    {.name = "host", .kind = ARGUMENT_HOST_PORT, .metavar = "H:P"},
    {.name = "pccs", .kind = ARGUMENT_URL, .metavar = "URL"},
    {.name = "at", .kind = ARGUMENT_TIME, .metavar = "TIME"},
    {.name = "mark", .kind = ARGUMENT_HEX, .size = 4, .metavar = "HEX"},
    {.name = "data", .kind = ARGUMENT_HEX, .size = 4, .half = true, .metavar = "HEX"},
    {.name = "rtmr", .kind = ARGUMENT_RTMR, .metavar = "N=HEX"},
    {.name = "svn", .kind = ARGUMENT_NUMBER, .most = 65535, .metavar = "N"},
    {.name = "explain", .kind = ARGUMENT_CHECK, .metavar = "CHECK"},
    {.name = "size", .kind = ARGUMENT_CHOICE, .choices = sizes, .metavar = "SIZE"},
    {0},
};

static const Verb verb = {
    .words = "try",
    .operands = "[FILE…]",
    .max_operands = 3,
    .operand_kind = ARGUMENT_FILE,
    .help = "a verb of this test",
    .options = options,
};

static Arguments *parse(const Verb *row, const char *line, GError **error)
{
    g_auto(GStrv) split = g_strsplit(line, " ", -1);
    /* Arguments borrow their words: these stay for the life of the test. */
    static GPtrArray *kept;
    if (!kept)
        kept = g_ptr_array_new_with_free_func((GDestroyNotify)g_strfreev);
    char **words = g_steal_pointer(&split);
    g_ptr_array_add(kept, words);
    return arguments_parse(row, words, *line ? (int)g_strv_length(words) : 0, error);
}

static void refuses(const char *line, const char *sentence)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(Arguments) arguments = parse(&verb, line, &error);
    g_assert_null(arguments);
    g_assert_error(error, VERB_ERROR, VERB_ERROR_USAGE);
    g_assert_cmpstr(error->message, ==, sentence);
}

static Arguments *accepts(const char *line)
{
    g_autoptr(GError) error = NULL;
    Arguments *arguments = parse(&verb, line, &error);
    g_assert_no_error(error);
    return arguments;
}

static void test_values(void)
{
    g_autoptr(Arguments) arguments =
        accepts("a --quote=x --strict b --quote y -oout --mark 0011aaFF -- --strict");
    g_assert_true(arguments_flag(arguments, "strict"));
    g_assert_false(arguments_flag(arguments, "quiet"));
    g_assert_cmpstr(arguments_value(arguments, "output"), ==, "out");
    g_assert_cmpstr(arguments_value(arguments, "mark"), ==, "0011aaFF");
    g_assert_null(arguments_value(arguments, "at"));
    const GPtrArray *quotes = arguments_values(arguments, "quote");
    g_assert_cmpuint(quotes->len, ==, 2);
    g_assert_cmpstr(g_ptr_array_index(quotes, 1), ==, "y");
    g_assert_cmpuint(arguments_values(arguments, "host")->len, ==, 0);
    const GPtrArray *operands = arguments_operands(arguments);
    g_assert_cmpuint(operands->len, ==, 3);
    g_assert_cmpstr(g_ptr_array_index(operands, 0), ==, "a");
    g_assert_cmpstr(g_ptr_array_index(operands, 2), ==, "--strict");
}

static void test_letters(void)
{
    g_autoptr(Arguments) together = accepts("-qo dir -");
    g_assert_true(arguments_flag(together, "quiet"));
    g_assert_cmpstr(arguments_value(together, "output"), ==, "dir");
    g_assert_cmpstr(g_ptr_array_index(arguments_operands(together), 0), ==, "-");
    g_autoptr(Arguments) attached = accepts("-qoq");
    g_assert_cmpstr(arguments_value(attached, "output"), ==, "q");
}

static void test_last_one_counts(void)
{
    g_autoptr(Arguments) arguments = accepts("--svn 1 --svn 65535");
    g_assert_cmpstr(arguments_value(arguments, "svn"), ==, "65535");
}

static void test_help_needs_nothing_else(void)
{
    g_autoptr(Arguments) arguments = accepts("a b c d --help");
    g_assert_true(arguments_flag(arguments, "help"));
}

static void test_kinds_are_taken(void)
{
    static const char *const good[] = {
        "--host localhost:443",
        "--host [::1]:8443",
        "--pccs https://pccs.example:8081/",
        "--at 2023-06-01T00:00:00Z",
        "--at 2023-06-01",
        "--at 1685577600",
        "--data 00ff",
        "--data 00ff00ff",
        "--explain pck-chain",
        "--size large",
    };
    for (size_t i = 0; i < G_N_ELEMENTS(good); i++) {
        g_autoptr(Arguments) arguments = accepts(good[i]);
        g_assert_nonnull(arguments);
    }
    g_autofree char *digits = g_strnfill(96, 'a');
    g_autofree char *rtmr = g_strconcat("--rtmr=3=", digits, NULL);
    g_autoptr(Arguments) arguments = accepts(rtmr);
    g_assert_true(g_str_has_prefix(arguments_value(arguments, "rtmr"), "3=a"));
}

static void test_kinds_are_refused(void)
{
    refuses("--mark 0011aaF", "try: --mark wants 8 hex digits, not \"0011aaF\"");
    refuses("--mark 0011aaFG", "try: --mark wants 8 hex digits, not \"0011aaFG\"");
    refuses("--data 00", "try: --data wants 4 or 8 hex digits, not \"00\"");
    refuses("--svn 65536", "try: --svn wants a whole number from 0 to 65535, not \"65536\"");
    refuses("--svn -1", "try: --svn wants a whole number from 0 to 65535, not \"-1\"");
    refuses("--host localhost", "try: --host wants HOST:PORT, not \"localhost\"");
    refuses("--host :443", "try: --host wants HOST:PORT, not \":443\"");
    refuses("--host a:0", "try: --host wants HOST:PORT, not \"a:0\"");
    refuses("--host a:70000", "try: --host wants HOST:PORT, not \"a:70000\"");
    refuses("--pccs ftp://x", "try: --pccs wants a URL that begins with https://, not \"ftp://x\"");
    refuses("--at soon", "try: --at wants a time like 2023-06-01T00:00:00Z, 2023-06-01 or Unix "
                         "seconds, not \"soon\"");
    refuses("--rtmr 4=00", "try: --rtmr wants N=HEX, with N from 0 to 3 and 96 hex digits, not "
                           "\"4=00\"");
    refuses("--explain colour", "try: --explain wants the name of a check (\"mse-console help "
                                "checks\" lists them), not \"colour\"");
    refuses("--size tiny", "try: --size wants one of small, large, not \"tiny\"");
    refuses("--output=", "try: --output wants a path, not \"\"");
}

static void test_mistakes(void)
{
    refuses("--strct", "try: no option \"--strct\"; did you mean \"--strict\"?");
    refuses("--jsno", "try: no option \"--jsno\"; did you mean \"--json\"?");
    refuses("--strict=yes", "try: --strict takes no value");
    refuses("--zebra=\x1b[31m",
            "try: no option \"--zebra\"; \"mse-console try --help\" lists them");
    refuses("-x", "try: no option \"-x\"; \"mse-console try --help\" lists them");
    refuses("--at", "try: --at wants a value: --at TIME");
    refuses("-o", "try: --output wants a value: --output DIR");
    refuses("a b c \x1b[2J", "try: \"\\x1b[2J\" is one word too many; \"mse-console try --help\" "
                             "says what it takes");
}

static void test_operands_wanted(void)
{
    Verb wanting = verb;
    wanting.min_operands = 1;
    wanting.operands = "FILE…";
    g_autoptr(GError) error = NULL;
    g_autoptr(Arguments) arguments = parse(&wanting, "--strict", &error);
    g_assert_null(arguments);
    g_assert_cmpstr(error->message, ==,
                    "try: it wants FILE…; \"mse-console try --help\" says more");
}

static void test_json_is_refused_where_it_says_nothing(void)
{
    Verb plain = verb;
    plain.flags = VERB_NO_JSON;
    g_autoptr(GError) error = NULL;
    g_autoptr(Arguments) arguments = parse(&plain, "--json", &error);
    g_assert_null(arguments);
    g_assert_error(error, VERB_ERROR, VERB_ERROR_USAGE);
}

static void test_suggestions(void)
{
    const char *words[] = {"verify", "inspect", "doctor", "version"};
    g_autoptr(GPtrArray) candidates = g_ptr_array_new();
    for (size_t i = 0; i < G_N_ELEMENTS(words); i++)
        g_ptr_array_add(candidates, (char *)words[i]);
    g_assert_cmpstr(suggest_nearest("verfy", candidates), ==, "verify");
    g_assert_cmpstr(suggest_nearest("vreify", candidates), ==, "verify");
    g_assert_cmpstr(suggest_nearest("insp", candidates), ==, "inspect");
    g_assert_cmpstr(suggest_nearest("docter", candidates), ==, "doctor");
    g_assert_null(suggest_nearest("launch", candidates));
    g_assert_null(suggest_nearest("", candidates));
    g_autofree char *long_word = g_strnfill(5000, 'v');
    g_assert_null(suggest_nearest(long_word, candidates));
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/arguments/values", test_values);
    g_test_add_func("/arguments/letters", test_letters);
    g_test_add_func("/arguments/last-one-counts", test_last_one_counts);
    g_test_add_func("/arguments/help", test_help_needs_nothing_else);
    g_test_add_func("/arguments/kinds/taken", test_kinds_are_taken);
    g_test_add_func("/arguments/kinds/refused", test_kinds_are_refused);
    g_test_add_func("/arguments/mistakes", test_mistakes);
    g_test_add_func("/arguments/operands", test_operands_wanted);
    g_test_add_func("/arguments/json-refused", test_json_is_refused_where_it_says_nothing);
    g_test_add_func("/arguments/suggestions", test_suggestions);
    return g_test_run();
}
