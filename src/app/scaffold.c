/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "app/scaffold.h"

#include "app/scaffold_texts.h"
#include "app/tree.h"
#include "core/file.h"
#include "core/i18n.h"
#include "core/sanitize.h"
#include "core/secret.h"
#include "seal/key.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

/* One project being made. */
typedef struct Scaffolding {
    const Dialect *dialect;
    const char *name; /* of the project */
    char *stage;      /* the path of the directory in which it is made */
} Scaffolding;

/* What stands between "@" in the texts. */
static const char *word_value(const Scaffolding *scaffolding, const char *word)
{
    const Dialect *dialect = scaffolding->dialect;
    const struct {
        const char *word, *value;
    } words[] = {
        {"NAME", scaffolding->name},      {"CODE", dialect->code_name},
        {"CONFIG", dialect->config_name}, {"IGNORE", dialect->ignore_name},
        {"PRODUCT", dialect->product},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(words); i++)
        if (g_str_equal(words[i].word, word))
            return words[i].value;
    return NULL;
}

/* "mse home", "cenclave". */
static char *run_words(const Dialect *dialect)
{
    return *dialect->group != '\0' ? g_strconcat(dialect->program, " ", dialect->group, NULL)
                                   : g_strdup(dialect->program);
}

static char *filled(const Scaffolding *scaffolding, const char *text)
{
    g_auto(GStrv) parts = g_strsplit(text, "@", -1);
    g_autoptr(GString) out = g_string_new(parts[0]);
    for (unsigned i = 1; parts[i] != NULL; i++) {
        const char *value = word_value(scaffolding, parts[i]);
        g_autofree char *run =
            g_str_equal(parts[i], "RUN") ? run_words(scaffolding->dialect) : NULL;
        if (run != NULL)
            g_string_append(out, run);
        else if (value != NULL)
            g_string_append(out, value);
        else /* an "@" of the text's own */
            g_string_append_printf(out, "@%s", parts[i]);
        if ((run != NULL || value != NULL) && parts[i + 1] != NULL)
            g_string_append(out, parts[++i]);
    }
    return g_string_free(g_steal_pointer(&out), FALSE);
}

/* ---- Files ---- */

typedef struct ScaffoldFile {
    const char *path; /* with words between "@" */
    const char *text; /* the same; NULL: secrets */
    int mode;
} ScaffoldFile;

static const ScaffoldFile files[] = {
    {"@CONFIG@", scaffold_config_toml_in, 0644},
    {"Dockerfile", scaffold_Dockerfile, 0644},
    {"@CODE@/app.py", scaffold_app_py, 0644},
    {"@CODE@/@IGNORE@", scaffold_ignore, 0644},
    {"tests/conftest.py", scaffold_conftest_py, 0644},
    {"tests/test_app.py", scaffold_test_app_py, 0644},
    {"secrets.json", NULL, 0600},
    {"secrets_to_seal.json", NULL, 0600},
    {"README.md", scaffold_README_md_in, 0644},
};

char **project_scaffold_files(const Dialect *dialect)
{
    Scaffolding scaffolding = {.dialect = dialect, .name = ""};
    char **paths = g_new0(char *, G_N_ELEMENTS(files) + 1);
    for (size_t i = 0; i < G_N_ELEMENTS(files); i++)
        paths[i] = filled(&scaffolding, files[i].path);
    return paths;
}

/* 44 characters of base64url, of 32 random bytes: a Fernet key, and as good a password. */
static Secret *random_text(void)
{
    g_autoptr(Secret) bytes = secret_new_random(32);
    return key_fernet_text(secret_span(bytes).data);
}

/* A JSON object of random texts, in locked memory. */
static Secret *random_object(const char *const *keys, size_t n)
{
    enum { MOST = 512 };
    Secret *whole = secret_new(MOST);
    char *text = (char *)secret_data(whole);
    size_t used = g_strlcpy(text, "{", MOST);
    for (size_t i = 0; i < n; i++) {
        g_autoptr(Secret) value = random_text();
        used += (size_t)g_snprintf(text + used, MOST - used, "%s\n    \"%s\": \"%.44s\"",
                                   i > 0 ? "," : "", keys[i], (char *)secret_data(value));
    }
    g_strlcat(text, "\n}\n", MOST);
    return whole;
}

static bool write_secrets(const char *path, const char *name, GError **error)
{
    static const char *const own[] = {"login", "password", "salt"};
    static const char *const sealed[] = {"result_sk"};
    g_autoptr(Secret) object =
        g_str_has_suffix(name, "seal.json") ? random_object(sealed, 1) : random_object(own, 3);
    const char *text = (const char *)secret_span(object).data;
    return file_write(path, span_of(text, strlen(text)), 0600, error);
}

static bool write_one(const Scaffolding *scaffolding, const ScaffoldFile *file, GError **error)
{
    g_autofree char *name = filled(scaffolding, file->path);
    g_autofree char *path = g_build_filename(scaffolding->stage, name, NULL);
    g_autofree char *parent = g_path_get_dirname(path);
    if (mkdir(parent, 0755) != 0 && errno != EEXIST)
        return file_make_directory(parent, error);
    if (file->text == NULL)
        return write_secrets(path, name, error);
    g_autofree char *text = filled(scaffolding, file->text);
    return file_write(path, span_of(text, strlen(text)), file->mode, error);
}

/* ---- The directory ---- */

static bool fail_exists(const char *path, GError **error)
{
    g_autofree char *shown = sanitize_string(path);
    g_set_error(error, PROJECT_ERROR, PROJECT_ERROR_EXISTS,
                _("%s is there already and is left as it is; choose another name"), shown);
    return false;
}

static bool fail_make(const char *path, GError **error)
{
    int number = errno;
    g_autofree char *shown = sanitize_string(path);
    g_set_error(error, FILE_ERROR, FILE_ERROR_WRITE, _("cannot make the directory %s: %s"), shown,
                g_strerror(number));
    return false;
}

/* Beside the project, so that it can take its name. */
static bool make_stage(Scaffolding *scaffolding, const char *path, GError **error)
{
    g_autofree char *parent = g_path_get_dirname(path);
    for (int i = 0; i < 100; i++) {
        g_autofree char *name = g_strdup_printf(".mse-%08x%08x", g_random_int(), g_random_int());
        g_autofree char *stage = g_build_filename(parent, name, NULL);
        if (mkdir(stage, 0755) == 0) {
            scaffolding->stage = g_steal_pointer(&stage);
            return true;
        }
        if (errno != EEXIST)
            break;
    }
    return fail_make(path, error);
}

/* Nothing that is there is replaced, not even an empty directory. */
static bool take_name(const Scaffolding *scaffolding, const char *path, GError **error)
{
    struct stat status;
    if (renameat2(AT_FDCWD, scaffolding->stage, AT_FDCWD, path, RENAME_NOREPLACE) == 0)
        return true;
    if (errno == EEXIST || lstat(path, &status) == 0)
        return fail_exists(path, error);
    return rename(scaffolding->stage, path) == 0 || fail_make(path, error);
}

static bool make_project(Scaffolding *scaffolding, const char *path, GError **error)
{
    if (!make_stage(scaffolding, path, error))
        return false;
    for (size_t i = 0; i < G_N_ELEMENTS(files); i++)
        if (!write_one(scaffolding, &files[i], error))
            return false;
    return take_name(scaffolding, path, error);
}

bool project_scaffold(const char *path, const Dialect *dialect, GError **error)
{
    struct stat status;
    g_autofree char *whole = g_canonicalize_filename(path, NULL);
    g_autofree char *name = g_path_get_basename(whole);
    if (lstat(whole, &status) == 0)
        return fail_exists(path, error);
    if (!project_check_image_name(name, error))
        return false;
    Scaffolding scaffolding = {.dialect = dialect, .name = name};
    bool done = make_project(&scaffolding, whole, error);
    if (!done && scaffolding.stage != NULL)
        tree_remove(AT_FDCWD, scaffolding.stage);
    g_free(scaffolding.stage);
    return done;
}
