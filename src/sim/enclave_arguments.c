/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "sim/enclave_arguments.h"

#include "core/sanitize.h"
#include "sim/crypto.h"
#include "sim/name.h"

#include <string.h>

static const EnclaveDialect dialects[] = {
    {"mse", "/mse-app", "/root/.cache/mse", "mse.toml"},
    {"cenclave", "/app", "/root/.cache/cenclave", "config.toml"},
};

static const struct {
    const char *suffix;
    EnclaveRole role;
} roles[] = {{"run", ENCLAVE_RUN}, {"test", ENCLAVE_TEST}};

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

static bool role_of_suffix(const char *suffix, EnclaveArguments *out)
{
    for (unsigned i = 0; i < G_N_ELEMENTS(roles); i++)
        if (strcmp(suffix, roles[i].suffix) == 0) {
            out->role = roles[i].role;
            return true;
        }
    return false;
}

static const EnclaveDialect *dialect_find(const char *name, size_t size)
{
    for (unsigned i = 0; i < G_N_ELEMENTS(dialects); i++)
        if (strlen(dialects[i].name) == size && memcmp(dialects[i].name, name, size) == 0)
            return &dialects[i];
    return NULL;
}

static void take_word(int *argc, char ***argv)
{
    (*argc)--;
    (*argv)++;
}

bool enclave_role(int *argc, char ***argv, EnclaveArguments *out)
{
    *out = (EnclaveArguments){.dialect = &dialects[0]};
    if (*argc < 1)
        return false;
    g_autofree char *name = g_path_get_basename((*argv)[0]);
    if (strcmp(name, "sh") == 0) {
        out->role = ENCLAVE_SHELL;
        return true;
    }
    const char *dash = strchr(name, '-');
    const EnclaveDialect *dialect = dash ? dialect_find(name, (size_t)(dash - name)) : NULL;
    if (dialect != NULL && role_of_suffix(dash + 1, out)) {
        out->dialect = dialect;
        return true;
    }
    if (*argc < 2 || !role_of_suffix((*argv)[1], out))
        return false;
    take_word(argc, argv);
    if (*argc < 2)
        return true;
    dialect = dialect_find((*argv)[1], strlen((*argv)[1]));
    if (dialect != NULL) {
        out->dialect = dialect;
        take_word(argc, argv);
    }
    return true;
}

static bool number_of(const char *text, uint64_t most, uint64_t *out)
{
    return g_ascii_isdigit(text[0]) && g_ascii_string_to_unsigned(text, 10, 1, most, out, NULL);
}

static bool read_size(EnclaveArguments *arguments, const char *value)
{
    enum { MEBIBYTES_MOST = 1024 * 1024 };
    const size_t n = strlen(value);
    if (n < 2 || value[n - 1] != 'M')
        return false;
    g_autofree char *digits = g_strndup(value, n - 1);
    uint64_t number;
    if (!number_of(digits, MEBIBYTES_MOST, &number))
        return false;
    arguments->mebibytes = (unsigned)number;
    return true;
}

static bool read_subject(EnclaveArguments *arguments, const char *value)
{
    (void)arguments;
    return name_is_rfc4514(value);
}

static bool read_san(EnclaveArguments *arguments, const char *value)
{
    (void)arguments;
    return name_is_san(value);
}

static bool read_id(EnclaveArguments *arguments, const char *value)
{
    (void)arguments;
    return g_uuid_string_is_valid(value);
}

static bool is_identifier(const char *text, size_t size)
{
    if (size == 0 || g_ascii_isdigit(text[0]))
        return false;
    for (size_t i = 0; i < size; i++)
        if (!g_ascii_isalnum(text[i]) && text[i] != '_')
            return false;
    return true;
}

/* module:variable; a module may be in a package: a.b:c. */
static bool read_application(EnclaveArguments *arguments, const char *value)
{
    (void)arguments;
    const char *colon = strchr(value, ':');
    if (colon == NULL || !is_identifier(colon + 1, strlen(colon + 1)))
        return false;
    for (const char *part = value;;) {
        const size_t size = strcspn(part, ".:");
        if (!is_identifier(part, size))
            return false;
        if (part[size] == ':')
            return true;
        part += size + 1;
    }
}

static bool read_expiration(EnclaveArguments *arguments, const char *value)
{
    /* The last second of the year 9999: what a certificate can say. */
    uint64_t number;
    if (!number_of(value, UINT64_C(253402300799), &number))
        return false;
    arguments->expires = (int64_t)number;
    return true;
}

enum { FOR_RUN = 1 << ENCLAVE_RUN, FOR_TEST = 1 << ENCLAVE_TEST };

/* In the order in which they are measured. */
static const struct {
    const char *name;
    size_t text; /* offset of its char*; of its bool when there is no `read` */
    bool (*read)(EnclaveArguments *, const char *);
    unsigned roles, required; /* FOR_ bits */
    const char *expected;
} rows[] = {
    {"size", offsetof(EnclaveArguments, size), read_size, FOR_RUN, FOR_RUN,
     "a number of MiB and the letter M"},
    {"subject", offsetof(EnclaveArguments, subject), read_subject, FOR_RUN, FOR_RUN,
     "a name like CN=example.org,O=Example"},
    {"san", offsetof(EnclaveArguments, san), read_san, FOR_RUN, FOR_RUN,
     "a DNS name or an address"},
    {"id", offsetof(EnclaveArguments, id), read_id, FOR_RUN, FOR_RUN, "a UUID"},
    {"application", offsetof(EnclaveArguments, application), read_application, FOR_RUN | FOR_TEST,
     FOR_RUN | FOR_TEST, "module:variable"},
    {"expiration", offsetof(EnclaveArguments, expiration), read_expiration, FOR_RUN, 0,
     "Unix seconds"},
    {"dry-run", offsetof(EnclaveArguments, dry_run), NULL, FOR_RUN, 0, NULL},
    {"debug", offsetof(EnclaveArguments, debug), NULL, FOR_RUN | FOR_TEST, 0, NULL},
};

static char **text_of(const EnclaveArguments *arguments, unsigned row)
{
    return (char **)((char *)arguments + rows[row].text);
}

static bool find_row(const EnclaveArguments *arguments, const char *name, size_t size,
                     unsigned *out)
{
    for (unsigned i = 0; i < G_N_ELEMENTS(rows); i++)
        if (rows[i].roles & 1u << arguments->role && strlen(rows[i].name) == size &&
            memcmp(rows[i].name, name, size) == 0) {
            *out = i;
            return true;
        }
    return false;
}

/* Sets row `i` to `value`. */
static bool set_value(EnclaveArguments *arguments, unsigned i, const char *value, GError **error)
{
    char **text = text_of(arguments, i);
    if (*text != NULL)
        return usage(error, "--%s: given twice", rows[i].name);
    if (!rows[i].read(arguments, value))
        return usage(error, "--%s: %s: %s is expected", rows[i].name, value, rows[i].expected);
    *text = g_strdup(value);
    return true;
}

/* Reads the option at words[*at], and the value behind it. */
static bool read_option(EnclaveArguments *arguments, int n, char *const *words, int *at,
                        GError **error)
{
    const char *word = words[(*at)++];
    if (!g_str_has_prefix(word, "--"))
        return usage(error, "%s: an option is expected", word);
    const char *name = word + 2;
    const size_t size = strcspn(name, "=");
    unsigned i;
    if (!find_row(arguments, name, size, &i))
        return usage(error, "%s: no such option", word);
    if (rows[i].read == NULL) {
        if (name[size] != '\0')
            return usage(error, "--%s: takes no value", rows[i].name);
        *(bool *)((char *)arguments + rows[i].text) = true;
        return true;
    }
    if (name[size] == '=')
        return set_value(arguments, i, name + size + 1, error);
    if (*at >= n)
        return usage(error, "--%s: %s is expected", rows[i].name, rows[i].expected);
    return set_value(arguments, i, words[(*at)++], error);
}

bool enclave_arguments_parse(EnclaveArguments *arguments, int n, char *const *words, GError **error)
{
    for (int at = 0; at < n;)
        if (!read_option(arguments, n, words, &at, error))
            return false;
    for (unsigned i = 0; i < G_N_ELEMENTS(rows); i++)
        if (rows[i].required & 1u << arguments->role && *text_of(arguments, i) == NULL)
            return usage(error, "--%s is missing: %s is expected", rows[i].name, rows[i].expected);
    return true;
}

void enclave_arguments_clear(EnclaveArguments *arguments)
{
    for (unsigned i = 0; i < G_N_ELEMENTS(rows); i++)
        if (rows[i].read != NULL)
            g_clear_pointer(text_of(arguments, i), g_free);
}

void enclave_arguments_each(const EnclaveArguments *arguments, EnclaveArgumentVisit visit,
                            void *data)
{
    for (unsigned i = 0; i < G_N_ELEMENTS(rows); i++)
        if (rows[i].read != NULL)
            visit(rows[i].name, *text_of(arguments, i), data);
}
