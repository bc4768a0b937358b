/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The secrets files of an application, as journal and settings name them: what became of each, what
 * each is for home run, what is forgotten and comes back.
 */
#include "config.h"

#include "app/deed.h"
#include "app/secret_files.h"
#include "core/secret.h"

#include <glib/gstdio.h>
#include <string.h>

#define NOW   1800000000
#define OURS  "aa11111111111111111111111111111111111111111111111111111111111111"
#define OTHER "bb22222222222222222222222222222222222222222222222222222222222222"

typedef struct Fixture {
    char *directory;
    Journal *journal;
} Fixture;

static char *path_in(const Fixture *fixture, const char *name)
{
    return g_build_filename(fixture->directory, name, NULL);
}

static void set_up(Fixture *fixture, gconstpointer data)
{
    g_autofree char *journal = NULL;

    (void)data;
    fixture->directory = g_dir_make_tmp("secret-files.XXXXXX", NULL);
    journal = path_in(fixture, "journal.jsonl");
    fixture->journal = journal_new(journal);
}

static void tear_down(Fixture *fixture, gconstpointer data)
{
    g_autoptr(GDir) dir = g_dir_open(fixture->directory, 0, NULL);

    (void)data;
    for (const char *name; (name = g_dir_read_name(dir)) != NULL;) {
        g_autofree char *path = path_in(fixture, name);
        g_unlink(path);
    }
    g_rmdir(fixture->directory);
    journal_free(fixture->journal);
    g_free(fixture->directory);
}

static void put(const Fixture *fixture, const char *name, const char *bytes, size_t size)
{
    g_autofree char *path = path_in(fixture, name);

    g_assert_true(g_file_set_contents(path, bytes, (gssize)size, NULL));
}

static GPtrArray *find(const Fixture *fixture, const char *const *named)
{
    const SecretFilesOf of = {.name = "app",
                              .id = "cafe",
                              .measurement = "1f0c",
                              .certificate_sha256 = OURS,
                              .named = named};
    g_autoptr(GError) error = NULL;
    GPtrArray *files = secret_files_find(&of, fixture->journal, NULL, &error);

    g_assert_no_error(error);
    return files;
}

static void record_seal(const Fixture *fixture, const char *certificate)
{
    json_t *line = json_pack("{s:s, s:s, s:s, s:s, s:s}", "directory", fixture->directory, "input",
                             "a.json", "output", "a.json.sealed", "measurement", "1f0c",
                             "certificate_sha256", certificate);

    g_assert_true(journal_append(fixture->journal, NOW, "seal", line, NULL));
    json_decref(line);
}

static void record_send(const Fixture *fixture, const char *name, const char *role)
{
    g_autofree char *path = path_in(fixture, name);
    json_t *items = json_array();
    const Deed deed = {.kind = DEED_SEND, .application = "app", .id = "cafe", .what = items};

    json_array_append_new(items, deed_item(role, path, 3, NULL));
    g_assert_true(deed_record(fixture->journal, NOW, &deed, NULL));
    json_decref(items);
}

/* Of what home run takes: text is secrets, 32 bytes a key, other bytes are sealed. */
static void test_roles(Fixture *fixture, gconstpointer data)
{
    static const struct {
        const char *name, *bytes;
        size_t size;
        SecretFileRole role;
        const char *option;
    } rows[] = {
        {"text", "{\"a\": \"\xc3\xa9\"}", 11, SECRET_FILE_SECRETS, "secrets"},
        {"text-of-32", "{\"a\": \"0123456789012345678901\"}\n", 32, SECRET_FILE_SECRETS, "secrets"},
        {"nothing", "", 0, SECRET_FILE_SECRETS, "secrets"},
        {"key",
         "\xff\x01\x02\x03\x04\x05\x06\x07\xff\x01\x02\x03\x04\x05\x06\x07\xff\x01\x02\x03"
         "\x04\x05\x06\x07\xff\x01\x02\x03\x04\x05\x06\x07",
         32, SECRET_FILE_CODE_KEY, "key"},
        {"box",
         "\xff\x01\x02\x03\x04\x05\x06\x07\xff\x01\x02\x03\x04\x05\x06\x07\xff\x01\x02\x03"
         "\x04\x05\x06\x07\xff\x01\x02\x03\x04\x05\x06\x07\x08",
         33, SECRET_FILE_SEALED_SECRETS, "sealed-secrets"},
    };

    (void)data;
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autofree char *path = path_in(fixture, rows[i].name);
        const char *named[] = {path, NULL};
        g_autoptr(GPtrArray) files = NULL;
        const SecretFile *file;
        put(fixture, rows[i].name, rows[i].bytes, rows[i].size);
        files = find(fixture, named);
        g_assert_cmpuint(files->len, ==, 1);
        file = files->pdata[0];
        g_assert_true(file->present && file->named);
        g_assert_cmpint(file->role, ==, rows[i].role);
        g_assert_cmpstr(secret_file_option(file->role), ==, rows[i].option);
    }
}

static void test_journal_has_role(Fixture *fixture, gconstpointer data)
{
    g_autoptr(GPtrArray) files = NULL;

    (void)data;
    put(fixture, "a", "abc", 3);
    record_send(fixture, "a", "code_key"); /* whatever it looks like */
    files = find(fixture, NULL);
    g_assert_cmpuint(files->len, ==, 1);
    g_assert_cmpint(((const SecretFile *)files->pdata[0])->role, ==, SECRET_FILE_CODE_KEY);
}

static void test_sealed(Fixture *fixture, gconstpointer data)
{
    g_autoptr(GPtrArray) files = NULL, again = NULL;
    const SecretFile *from, *to;

    (void)data;
    record_seal(fixture, OURS);
    files = find(fixture, NULL);
    g_assert_cmpuint(files->len, ==, 2);
    from = files->pdata[0];
    to = files->pdata[1];
    g_assert_cmpint(from->state, ==, SECRET_FILE_SEALED);
    g_assert_cmpstr(from->sealed_to, ==, to->path);
    g_assert_true(to->sealed_copy);
    g_assert_false(from->other_key || to->other_key);
    record_seal(fixture, OTHER); /* of the same code, spawned once more */
    again = find(fixture, NULL);
    from = again->pdata[0];
    to = again->pdata[1];
    g_assert_true(from->other_key && to->other_key);
}

static bool forget(const Fixture *fixture, const char *id, const char *name)
{
    g_autofree char *path = path_in(fixture, name);
    const char *paths[] = {path, NULL};
    const SecretFilesOf of = {.name = "app", .id = id};

    return secret_files_forget(&of, "local", paths, fixture->journal, NOW, NULL);
}

static void test_forgotten(Fixture *fixture, gconstpointer data)
{
    g_autofree char *named = path_in(fixture, "named");
    const char *names[] = {named, NULL};
    g_autoptr(GPtrArray) before = NULL, after = NULL, other = NULL, again = NULL;

    (void)data;
    put(fixture, "a", "abc", 3);
    record_send(fixture, "a", "secrets");
    record_send(fixture, "named", "secrets");
    g_assert_true(forget(fixture, "beef", "a")); /* for another application */
    before = find(fixture, names);
    g_assert_cmpuint(before->len, ==, 2);
    g_assert_true(forget(fixture, "cafe", "a"));
    g_assert_true(forget(fixture, "cafe", "named")); /* which is the settings' to say */
    g_assert_true(forget(fixture, "cafe", "never-there"));
    after = find(fixture, names);
    g_assert_cmpuint(after->len, ==, 1);
    g_assert_cmpstr(((const SecretFile *)after->pdata[0])->path, ==, named);
    g_assert_cmpint(((const SecretFile *)after->pdata[0])->state, ==, SECRET_FILE_SENT);
    other = find(fixture, NULL);
    g_assert_cmpuint(other->len, ==, 0);
    record_send(fixture, "a", "secrets");
    again = find(fixture, names);
    g_assert_cmpuint(again->len, ==, 2);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    secret_init();
#define ADD(name, function) \
    g_test_add("/secret-files/" name, Fixture, NULL, set_up, function, tear_down)
    ADD("roles", test_roles);
    ADD("journal-has-role", test_journal_has_role);
    ADD("sealed", test_sealed);
    ADD("forgotten", test_forgotten);
    return g_test_run();
}
