/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "package_support.h"

#include "format/tar_header.h"

#include <glib/gstdio.h>
#include <string.h>

static bool append(void *data, Span bytes, GError **error)
{
    (void)error;
    g_byte_array_append(data, bytes.data, (guint)bytes.size);
    return true;
}

static bool overwrite(void *data, uint64_t offset, Span bytes, GError **error)
{
    (void)error;
    memcpy(((GByteArray *)data)->data + offset, bytes.data, bytes.size);
    return true;
}

Draft draft_new(void)
{
    Draft draft = {.bytes = g_byte_array_new()};
    TarSink sink = {append, overwrite, draft.bytes};
    draft.writer = tar_writer_new(&sink);
    return draft;
}

void draft_add(Draft *draft, const char *name, const void *content, size_t size)
{
    TarEntry entry = {.type = TAR_FILE, .name = name, .size = size, .mode = 0644, .mtime = 1};
    g_assert_true(tar_writer_open(draft->writer, &entry, NULL));
    g_assert_true(tar_writer_put(draft->writer, span_of(content, size), NULL));
    g_assert_true(tar_writer_close(draft->writer, NULL));
}

void draft_text(Draft *draft, const char *name, const char *text)
{
    draft_add(draft, name, text, strlen(text));
}

void draft_raw(Draft *draft, char type, const char *name, const char *link, uint64_t size)
{
    TarHeader header = {.type = type, .magic = "ustar", .mode = "0000644", .mtime = "00000000001"};
    header.magic[6] = header.magic[7] = '0';
    g_strlcpy(header.name, name, sizeof header.name);
    g_strlcpy(header.link, link, sizeof header.link);
    g_snprintf(header.size, sizeof header.size, "%011" G_GINT64_MODIFIER "o", size);
    g_snprintf(header.checksum, sizeof header.checksum, "%06o", tar_header_sum(&header));
    header.checksum[7] = ' ';
    g_assert_true(tar_writer_put(draft->writer, span_of(&header, sizeof header), NULL));
}

GByteArray *draft_finish(Draft *draft)
{
    g_assert_true(tar_writer_finish(draft->writer, NULL));
    g_clear_pointer(&draft->writer, tar_writer_free);
    return g_steal_pointer(&draft->bytes);
}

GByteArray *support_image(const char *manifest, const char *repositories, const char *index)
{
    g_autofree char *digest = g_compute_checksum_for_string(G_CHECKSUM_SHA256, SUPPORT_CONFIG, -1);
    g_autofree char *config = g_strconcat(digest, ".json", NULL);
    g_autofree char *right = g_strdup_printf("[{\"Config\":\"%s\",\"RepoTags\":[\"" SUPPORT_TAG
                                             "\"],\"Layers\":[\"l/layer.tar\"]}]",
                                             config);
    Draft draft = draft_new();
    draft_text(&draft, config, SUPPORT_CONFIG);
    draft_text(&draft, "l/layer.tar", "a layer");
    if (manifest == NULL || *manifest != '\0') {
        g_auto(GStrv) parts = g_strsplit(manifest != NULL ? manifest : right, "CONFIG", -1);
        g_autofree char *text = g_strjoinv(config, parts);
        draft_text(&draft, "manifest.json", text);
    }
    if (repositories != NULL)
        draft_text(&draft, "repositories", repositories);
    if (index != NULL)
        draft_text(&draft, "index.json", index);
    return draft_finish(&draft);
}

#define CONFIG_TEXT                                                                           \
    "name = \"shop\"\npython_application = \"app:app\"\nhealthcheck_endpoint = \"/health\"\n" \
    "tests_cmd = \"pytest\"\ntests_requirements = [\"pytest\"]\n"

static GByteArray *right_tree(const char *name)
{
    Draft draft = draft_new();
    draft_text(&draft, name, "print(1)\n");
    return draft_finish(&draft);
}

static void add_part(Draft *package, const char *name, GByteArray *given, GByteArray *right)
{
    GByteArray *bytes = given != NULL ? given : right;
    if (bytes->len > 0)
        draft_add(package, name, bytes->data, bytes->len);
    g_byte_array_unref(right);
}

void support_package(const char *path, const Parts *parts)
{
    Draft package = draft_new();
    add_part(&package, "app.tar", parts->app, right_tree("app.py"));
    add_part(&package, "image.tar", parts->image, support_image(NULL, NULL, NULL));
    add_part(&package, "tests.tar", parts->tests, right_tree("test_app.py"));
    const char *config = parts->config != NULL ? parts->config : CONFIG_TEXT;
    if (*config != '\0')
        draft_text(&package, parts->config_name ? parts->config_name : "mse.toml", config);
    g_autoptr(GByteArray) bytes = draft_finish(&package);
    g_assert_true(g_file_set_contents(path, (char *)bytes->data, (gssize)bytes->len, NULL));
}

void support_file(const char *directory, const char *name, const char *text)
{
    g_autofree char *path = g_build_filename(directory, name, NULL);
    g_autofree char *parent = g_path_get_dirname(path);
    g_assert_cmpint(g_mkdir_with_parents(parent, 0755), ==, 0);
    g_assert_true(g_file_set_contents_full(path, text, -1, G_FILE_SET_CONTENTS_NONE, 0644, NULL));
}

void support_project(const char *directory)
{
    support_file(directory, "mse.toml", CONFIG_TEXT);
    support_file(directory, "Dockerfile", "FROM scratch\n");
    support_file(directory, "mse_src/app.py", "app = 1\n");
    support_file(directory, "mse_src/requirements.txt", "flask\n");
    support_file(directory, "mse_src/a/b.py", "b\n");
    support_file(directory, "mse_src/a/requirements.txt", "x\n");
    support_file(directory, "mse_src/a-b.py", "\n");
    support_file(directory, "mse_src/old.enc", "enc\n");
    support_file(directory, "mse_src/\303\251t\303\251.txt", "\303\251\n");
    support_file(directory, "mse_src/.hidden/file", "no\n");
    support_file(directory, "mse_src/.env", "no\n");
    support_file(directory, "mse_src/secrets.json", "{}\n");
    support_file(directory, "mse_src/.mseignore", "secrets.json\n*.pyc\n");
    support_file(directory, "mse_src/a/x.pyc", "no\n");
    support_file(directory, "tests/test_app.py", "t\n");
    support_file(directory, "tests/__pycache__/x.pyc", "no\n");
    support_file(directory, "tests/.pytest_cache/x", "no\n");
}

static int compare(gconstpointer a, gconstpointer b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

char *support_listing(const char *directory)
{
    g_autoptr(GPtrArray) names = g_ptr_array_new_with_free_func(g_free);
    g_autoptr(GDir) entries = g_dir_open(directory, 0, NULL);
    const char *name;
    while (entries != NULL && (name = g_dir_read_name(entries)) != NULL)
        g_ptr_array_add(names, g_strdup(name));
    g_ptr_array_sort(names, compare);
    g_ptr_array_add(names, NULL);
    return g_strjoinv(" ", (char **)names->pdata);
}

unsigned support_anonymous(void)
{
    g_autofree char *text = NULL;
    unsigned kilobytes = 0;
    g_assert_true(g_file_get_contents("/proc/self/status", &text, NULL, NULL));
    const char *line = strstr(text, "RssAnon:");
    g_assert_nonnull(line);
    g_assert_cmpint(sscanf(line, "RssAnon: %u", &kilobytes), ==, 1);
    return kilobytes;
}
