/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "ui/own.h"

#include "core/sanitize.h"

#include <string.h>

enum { DEPTH_MOST = 32 };

/* Each takes what an application has: g_free, or NULL. */

static char *of_name(const Apps *apps, const AppRow *row)
{
    (void)apps;
    return g_strdup(row->app->name);
}

static char *of_id(const Apps *apps, const AppRow *row)
{
    (void)apps;
    return g_strdup(row->app->id);
}

static char *of_state(const Apps *apps, const AppRow *row)
{
    (void)apps;
    return g_strdup(fleet_app_state_word(row->app));
}

static char *of_source(const Apps *apps, const AppRow *row)
{
    return g_strdup(fleet_source_name(apps_source_of(apps, row)));
}

static char *of_engine(const Apps *apps, const AppRow *row)
{
    return g_strdup(fleet_source_address(apps_source_of(apps, row)));
}

static char *of_image(const Apps *apps, const AppRow *row)
{
    (void)apps;
    return g_strdup(row->app->image);
}

static char *of_address(const Apps *apps, const AppRow *row)
{
    (void)apps;
    return g_strdup(row->app->address);
}

static char *of_port(const Apps *apps, const AppRow *row)
{
    (void)apps;
    return row->app->port == 0 ? NULL : g_strdup_printf("%u", row->app->port);
}

static char *of_uuid(const Apps *apps, const AppRow *row)
{
    (void)apps;
    return g_strdup(row->app->uuid);
}

static char *of_directory(const Apps *apps, const AppRow *row)
{
    (void)apps;
    return g_strdup(row->app->directory);
}

static char *of_evidence(const Apps *apps, const AppRow *row)
{
    (void)apps;
    if (row->evidence.given != NULL)
        return g_strdup(row->evidence.given);
    return row->app->directory == NULL
               ? NULL
               : g_build_filename(row->app->directory, "evidence.json", NULL);
}

static const struct {
    const char *word; /* in braces */
    const char *variable;
    char *(*value)(const Apps *apps, const AppRow *row);
} words[] = {
    {"name", "MSE_NAME", of_name},
    {"id", "MSE_ID", of_id},
    {"state", "MSE_STATE", of_state},
    {"source", "MSE_SOURCE", of_source},
    {"engine", "MSE_ENGINE", of_engine},
    {"image", "MSE_IMAGE", of_image},
    {"address", "MSE_ADDRESS", of_address},
    {"port", "MSE_PORT", of_port},
    {"uuid", "MSE_UUID", of_uuid},
    {"directory", "MSE_DIRECTORY", of_directory},
    {"evidence", "MSE_EVIDENCE", of_evidence},
};

/* ---- the program ---- */

/* The word in braces at `at`: its place in the table and its length with them; false: none. */
static bool word_at(const char *at, size_t *index, size_t *length)
{
    const char *close = *at == '{' ? strchr(at, '}') : NULL;

    if (close == NULL)
        return false;
    *length = (size_t)(close - at) + 1;
    for (size_t i = 0; i < G_N_ELEMENTS(words); i++)
        if (strlen(words[i].word) == *length - 2 &&
            strncmp(words[i].word, at + 1, *length - 2) == 0) {
            *index = i;
            return true;
        }
    return false;
}

/* One word of the shell wherever it stands: the quotes around it are left and entered again. */
static void append_variable(GString *out, const char *variable, char quote)
{
    if (quote == '"')
        g_string_append_printf(out, "${%s}", variable);
    else if (quote == '\'')
        g_string_append_printf(out, "'\"${%s}\"'", variable);
    else
        g_string_append_printf(out, "\"${%s}\"", variable);
}

/* In which quotes the shell is, within each of the substitutions that are open: in "$(…)" and
 * "`…`" they begin anew. */
typedef struct Quotes {
    char open[DEPTH_MOST];
    bool back[DEPTH_MOST]; /* begun by a back quote, which ends it */
    unsigned depth;
} Quotes;

static void enter(Quotes *quotes, bool back)
{
    if (quotes->depth + 1 >= DEPTH_MOST)
        return;
    quotes->open[++quotes->depth] = '\0';
    quotes->back[quotes->depth] = back;
}

static void follow_back_quote(Quotes *quotes)
{
    unsigned begun = quotes->depth;

    while (begun > 0 && !quotes->back[begun])
        begun--;
    if (begun > 0)
        quotes->depth = begun - 1;
    else
        enter(quotes, true);
}

static void follow(Quotes *quotes, char before, char c)
{
    char *quote = &quotes->open[quotes->depth];
    bool substitution = c == '(' && *quote != '\'' && (before == '$' || *quote == '\0');

    if (substitution)
        enter(quotes, false);
    else if (c == '`' && *quote != '\'')
        follow_back_quote(quotes);
    else if (c == ')' && *quote == '\0' && quotes->depth > 0 && !quotes->back[quotes->depth])
        quotes->depth--;
    else if (c == *quote && c != '\0')
        *quote = '\0';
    else if (*quote == '\0' && (c == '\'' || c == '"'))
        *quote = c;
}

/* How long the comment is that begins here, and which the shell passes over; 0: none does. */
static size_t comment_at(const char *at, char before, char quote)
{
    return *at == '#' && quote == '\0' && (before == '\0' || strchr(" \t\n;&|()", before) != NULL)
               ? strcspn(at, "\n")
               : 0;
}

char *own_program(const char *run)
{
    GString *out = g_string_new(NULL);
    Quotes quotes = {0};
    char before = '\0';

    while (*run != '\0') {
        char quote = quotes.open[quotes.depth];
        size_t index, length = comment_at(run, before, quote);
        if (length > 0) {
            g_string_append_len(out, run, (gssize)length);
            run += length;
            continue;
        }
        if (before != '$' && word_at(run, &index, &length)) {
            append_variable(out, words[index].variable, quote);
            run += length;
            before = '}';
            continue;
        }
        if (*run == '\\' && quote != '\'' && run[1] != '\0') {
            g_string_append_len(out, run, 2);
            run += 2;
            before = '\\';
            continue;
        }
        follow(&quotes, before, *run);
        before = *run;
        g_string_append_c(out, *run++);
    }
    return g_string_free(out, FALSE);
}

/* ---- for an application ---- */

/* That Docker's own command line asks the same engine, where an address says which. */
static void add_engine(GPtrArray *environment, const char *address)
{
    if (address != NULL &&
        (g_str_has_prefix(address, "unix://") || g_str_has_prefix(address, "ssh://")))
        g_ptr_array_add(environment, g_strconcat("DOCKER_HOST=", address, NULL));
}

/* And that our own goes by the settings that the console has. */
static void add_settings(GPtrArray *environment)
{
    g_autofree char *used = settings_used();

    if (used != NULL)
        g_ptr_array_add(environment, g_strconcat("MSE_CONSOLE_CONFIG=", used, NULL));
}

ProgramRequest *own_request(const SettingCommand *command, const Apps *apps, const AppRow *row)
{
    ProgramRequest *request = g_new0(ProgramRequest, 1);
    GPtrArray *environment = g_ptr_array_new();
    g_autofree char *program = own_program(command->run);
    g_autofree char *name = sanitize_string(command->name);
    const char *argv[] = {"/bin/sh", "-c", program, NULL};

    for (size_t i = 0; i < G_N_ELEMENTS(words); i++) {
        g_autofree char *value = words[i].value(apps, row);
        g_ptr_array_add(environment,
                        g_strconcat(words[i].variable, "=", value == NULL ? "" : value, NULL));
    }
    add_engine(environment, fleet_source_address(apps_source_of(apps, row)));
    add_settings(environment);
    g_ptr_array_add(environment, NULL);
    request->title = g_strdup_printf("%s %s", name, row->name);
    request->argv = g_strdupv((char **)argv);
    request->added = (char **)g_ptr_array_free(environment, FALSE);
    request->input = -1;
    request->waits = true;
    return request;
}

char *own_shell(const SettingCommand *command, const Apps *apps, const AppRow *row)
{
    g_autofree char *program = own_program(command->run);
    g_autofree char *quoted = g_shell_quote(program);
    GString *out = g_string_new(NULL);

    for (size_t i = 0; i < G_N_ELEMENTS(words); i++) {
        g_autofree char *used = g_strdup_printf("${%s}", words[i].variable);
        g_autofree char *value = NULL;
        g_autofree char *safe = NULL;
        if (strstr(program, used) == NULL)
            continue;
        value = words[i].value(apps, row);
        safe = g_shell_quote(value == NULL ? "" : value);
        g_string_append_printf(out, "%s=%s ", words[i].variable, safe);
    }
    g_string_append_printf(out, "sh -c %s", quoted);
    return g_string_free(out, FALSE);
}
