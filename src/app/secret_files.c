/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "app/secret_files.h"

#include "app/deed.h"
#include "attest/signature.h"
#include "core/hex.h"
#include "core/sanitize.h"
#include "core/secret.h"

#include <string.h>
#include <sys/stat.h>

/* As the journal has them, too. */
static const struct {
    const char *role;   /* of an item in the journal */
    const char *option; /* of home run */
} roles[N_SECRET_FILE_ROLES] = {
    [SECRET_FILE_SECRETS] = {"secrets", "secrets"},
    [SECRET_FILE_SEALED_SECRETS] = {"sealed_secrets", "sealed-secrets"},
    [SECRET_FILE_CODE_KEY] = {"code_key", "key"},
};

const char *secret_file_option(SecretFileRole role)
{
    return roles[role].option;
}

typedef struct Search {
    const SecretFilesOf *of;
    GPtrArray *files;  /* SecretFile* */
    GHashTable *paths; /* path → SecretFile, borrowed */
    Cancel *cancel;
} Search;

static void secret_file_free(void *data)
{
    SecretFile *file = data;
    g_free(file->path);
    g_free(file->measurement);
    g_free(file->why);
    g_free(file->sha256);
    g_free(file->was_sha256);
    g_free(file->sealed_to);
    g_free(file);
}

static SecretFile *file_at(Search *search, const char *path)
{
    SecretFile *file = g_hash_table_lookup(search->paths, path);
    if (file != NULL)
        return file;
    file = g_new0(SecretFile, 1);
    file->path = g_strdup(path);
    g_ptr_array_add(search->files, file);
    g_hash_table_insert(search->paths, file->path, file);
    return file;
}

/* ---- the journal ---- */

static const char *text_of(const json_t *object, const char *name)
{
    return json_string_value(json_object_get(object, name));
}

static bool is_equal(const char *known, const char *said)
{
    return known != NULL && said != NULL && g_ascii_strcasecmp(known, said) == 0;
}

/* A path as it was typed, from where it was typed. g_free; NULL: there is none. */
static char *path_of(const json_t *line, const json_t *object, const char *name)
{
    const char *path = text_of(object, name), *directory = text_of(line, "directory");
    if (path == NULL || *path == '\0')
        return NULL;
    if (g_path_is_absolute(path) || directory == NULL)
        return g_strdup(path);
    return g_canonicalize_filename(path, directory);
}

static int64_t time_of(const json_t *line)
{
    const json_t *time = json_object_get(line, "time");
    if (json_is_integer(time))
        return json_integer_value(time);
    g_autoptr(GDateTime) date =
        json_is_string(time) ? g_date_time_new_from_iso8601(json_string_value(time), NULL) : NULL;
    return date == NULL ? 0 : g_date_time_to_unix(date);
}

static void becomes(SecretFile *file, SecretFileState state, const json_t *line)
{
    const char *measurement = text_of(line, "measurement");
    file->state = state;
    file->at = time_of(line);
    g_free(file->measurement);
    file->measurement = g_strdup(measurement);
}

static void take_seal(Search *search, const json_t *line)
{
    const char *certificate = text_of(line, "certificate_sha256");
    bool same_certificate = is_equal(search->of->certificate_sha256, certificate);
    if (!same_certificate && !is_equal(search->of->measurement, text_of(line, "measurement")))
        return;
    g_autofree char *input = path_of(line, line, "input");
    g_autofree char *output = path_of(line, line, "output");
    if (input == NULL || output == NULL)
        return;
    SecretFile *from = file_at(search, input), *to = file_at(search, output);
    becomes(from, SECRET_FILE_SEALED, line);
    g_free(from->sealed_to);
    from->sealed_to = g_strdup(output);
    becomes(to, SECRET_FILE_SEALED, line);
    to->sealed_copy = true;
    from->other_key = to->other_key =
        !same_certificate && certificate != NULL && search->of->certificate_sha256 != NULL;
    g_free(to->was_sha256);
    to->was_sha256 = g_strdup(text_of(line, "output_sha256"));
}

static bool is_of_it(const SecretFilesOf *of, const json_t *line)
{
    const char *id = text_of(line, "id");
    if (id != NULL)
        return is_equal(of->id, id) || is_equal(of->uuid, id);
    return is_equal(of->name, text_of(line, "application"));
}

static void take_item(Search *search, const json_t *line, const json_t *item)
{
    g_autofree char *path = path_of(line, item, "path");
    const json_t *size = json_object_get(item, "size");
    if (path == NULL)
        return;
    SecretFile *file = file_at(search, path);
    becomes(file, SECRET_FILE_SENT, line);
    for (unsigned role = 0; role < N_SECRET_FILE_ROLES; role++)
        if (g_strcmp0(roles[role].role, text_of(item, "role")) == 0) {
            file->role = (SecretFileRole)role;
            file->has_role = true;
        }
    file->has_size = json_is_integer(size) && json_integer_value(size) >= 0;
    file->was_size = file->has_size ? (uint64_t)json_integer_value(size) : 0;
    for (unsigned i = 0; i < search->files->len; i++) {
        SecretFile *other = search->files->pdata[i];
        if (g_strcmp0(other->sealed_to, path) == 0)
            becomes(other, SECRET_FILE_SENT_SEALED, line);
    }
}

/* Until it is sealed or sent again. What the settings name is theirs to name no more. */
static void take_forget(Search *search, const json_t *line, const json_t *item)
{
    g_autofree char *path = path_of(line, item, "path");
    SecretFile *file = path == NULL ? NULL : g_hash_table_lookup(search->paths, path);
    if (file == NULL || file->named)
        return;
    g_hash_table_remove(search->paths, path);
    g_ptr_array_remove(search->files, file);
}

static bool take_line(uint64_t number, JournalLineState state, const json_t *line, Span raw,
                      void *data)
{
    Search *search = data;
    const char *kind = text_of(line, "kind");
    const json_t *item;
    size_t i;
    (void)number;
    (void)state;
    (void)raw;
    if (g_strcmp0(kind, "seal") == 0)
        take_seal(search, line);
    else if (g_strcmp0(kind, deed_kind_name(DEED_SEND)) == 0 && is_of_it(search->of, line))
        json_array_foreach(json_object_get(line, "what"), i, item) take_item(search, line, item);
    else if (g_strcmp0(kind, deed_kind_name(DEED_FORGET)) == 0 && is_of_it(search->of, line))
        json_array_foreach(json_object_get(line, "what"), i, item) take_forget(search, line, item);
    return !cancel_is_set(search->cancel, NULL);
}

/* ---- as they are ---- */

/* By hash where the journal has one, else by size and the time of the last change. */
static bool is_another(const SecretFile *file)
{
    if (file->was_sha256 != NULL)
        return !is_equal(file->was_sha256, file->sha256);
    if (file->has_size && file->was_size != file->size)
        return true;
    return file->at != 0 && file->modified > file->at;
}

/* Text is secrets, 32 bytes are a key, and what is neither was sealed: random bytes are no UTF-8.
 */
static SecretFileRole role_of(Span content)
{
    bool text = g_utf8_validate((const char *)content.data, (gssize)content.size, NULL);
    if (text)
        return SECRET_FILE_SECRETS;
    return content.size == 32 ? SECRET_FILE_CODE_KEY : SECRET_FILE_SEALED_SECRETS;
}

static void look_at(SecretFile *file, Cancel *cancel)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(Secret) content = secret_read_file(file->path, LIMIT_SEALED, cancel, &error);
    uint8_t digest[SHA256_SIZE];
    struct stat status;
    if (content == NULL) {
        file->why = sanitize_string(error->message);
        return;
    }
    file->present = true;
    file->size = secret_size(content);
    if (file->sealed_copy)
        file->role = SECRET_FILE_SEALED_SECRETS;
    else if (!file->has_role)
        file->role = role_of(secret_span(content));
    sha256(secret_span(content), digest);
    file->sha256 = hex_encode(span_of(digest, sizeof digest));
    if (stat(file->path, &status) == 0)
        file->modified = status.st_mtime;
    file->changed = is_another(file);
}

GPtrArray *secret_files_find(const SecretFilesOf *of, const Journal *journal, Cancel *cancel,
                             GError **error)
{
    g_autoptr(GPtrArray) files = g_ptr_array_new_with_free_func(secret_file_free);
    g_autoptr(GHashTable) paths = g_hash_table_new(g_str_hash, g_str_equal);
    Search search = {.of = of, .files = files, .paths = paths, .cancel = cancel};
    for (const char *const *path = of->named; path != NULL && *path != NULL; path++)
        file_at(&search, *path)->named = true;
    if (!journal_read(journal, take_line, &search, error))
        return NULL;
    for (unsigned i = 0; i < files->len && !cancel_is_set(cancel, NULL); i++)
        look_at(files->pdata[i], cancel);
    return cancel_is_set(cancel, error) ? NULL : g_steal_pointer(&files);
}

bool secret_files_forget(const SecretFilesOf *of, const char *engine, const char *const *paths,
                         Journal *journal, int64_t now, GError **error)
{
    json_t *items = json_array();
    for (; *paths != NULL; paths++) {
        g_autofree char *safe = sanitize_string(*paths);
        json_array_append_new(items, json_pack("{s:s}", "path", safe));
    }
    const Deed deed = {.kind = DEED_FORGET,
                       .application = of->name,
                       .engine = engine,
                       .id = of->id,
                       .measurement = of->measurement,
                       .what = items};
    bool done = deed_record(journal, now, &deed, error);
    json_decref(items);
    return done;
}
