/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Tar: what is written is read back here, by libarchive, by GNU tar and by Python; what they write
 * is read here; and whatever lies is refused.
 */
#include "config.h"

#include "format/tar.h"

#include "core/limits.h"
#include "format/tar_header.h"

#include <archive.h>
#include <archive_entry.h>
#include <glib/gstdio.h>
#include <locale.h>
#include <string.h>

/* ---- An archive in memory ---- */

static bool memory_write(void *data, Span bytes, GError **error)
{
    (void)error;
    g_byte_array_append(data, bytes.data, (guint)bytes.size);
    return true;
}

static bool memory_write_at(void *data, uint64_t offset, Span bytes, GError **error)
{
    (void)error;
    GByteArray *array = data;
    g_assert_cmpuint(offset + bytes.size, <=, array->len);
    memcpy(array->data + offset, bytes.data, bytes.size);
    return true;
}

typedef struct MemorySource {
    const uint8_t *data;
    size_t size, at;
} MemorySource;

static bool memory_read(void *data, uint8_t *out, size_t size, size_t *got, GError **error)
{
    (void)error;
    MemorySource *source = data;
    *got = MIN(size, source->size - source->at);
    if (*got > 0)
        memcpy(out, source->data + source->at, *got);
    source->at += *got;
    return true;
}

static bool memory_skip(void *data, uint64_t size, GError **error)
{
    (void)error;
    MemorySource *source = data;
    if (size > source->size - source->at)
        return false;
    source->at += (size_t)size;
    return true;
}

typedef struct Member {
    const char *name;
    const char *content;
    size_t size;
    unsigned mode;
    int64_t mtime;
} Member;

static void add(TarWriter *writer, const Member *member, bool slot)
{
    GError *error = NULL;
    TarEntry entry = {.type = TAR_FILE,
                      .name = member->name,
                      .size = member->size,
                      .mode = member->mode,
                      .mtime = member->mtime};
    g_assert_true((slot ? tar_writer_open_slot : tar_writer_open)(writer, &entry, &error));
    g_assert_true(tar_writer_put(writer, span_of(member->content, member->size), &error));
    g_assert_true(tar_writer_close(writer, &error));
    g_assert_no_error(error);
}

static GByteArray *archive_of(const Member *members, size_t n, bool slot)
{
    GByteArray *array = g_byte_array_new();
    TarSink sink = {memory_write, memory_write_at, array};
    g_autoptr(TarWriter) writer = tar_writer_new(&sink);
    for (size_t i = 0; i < n; i++)
        add(writer, &members[i], slot);
    g_assert_true(tar_writer_finish(writer, NULL));
    g_assert_cmpuint(array->len, ==, tar_writer_size(writer));
    g_assert_cmpuint(array->len % TAR_RECORD, ==, 0);
    return array;
}

/* "TYPE MODE MTIME SIZE NAME -> LINK\nCONTENT\n" of every member, or NULL. */
static char *listing(const uint8_t *data, size_t size, bool with_skip, GError **error)
{
    MemorySource memory = {data, size, 0};
    TarSource source = {memory_read, with_skip ? memory_skip : NULL, &memory};
    g_autoptr(TarReader) reader = tar_reader_new(&source);
    g_autoptr(GString) text = g_string_new(NULL);
    for (;;) {
        const TarEntry *entry;
        if (!tar_reader_next(reader, &entry, error))
            return NULL;
        if (entry == NULL)
            break;
        g_string_append_printf(text, "%d %o %" G_GINT64_FORMAT " %" G_GUINT64_FORMAT " %s -> %s\n",
                               entry->type, entry->mode, entry->mtime, entry->size, entry->name,
                               entry->link);
        if (with_skip) /* every second content is passed over */
            continue;
        char piece[100];
        size_t got;
        do {
            if (!tar_reader_read(reader, (uint8_t *)piece, sizeof piece, &got, error))
                return NULL;
            g_string_append_len(text, piece, (gssize)got);
        } while (got == sizeof piece);
        g_string_append_c(text, '\n');
    }
    g_assert_cmpuint(memory.at, ==, size);
    return g_string_free(g_steal_pointer(&text), FALSE);
}

/* The same by libarchive. */
static char *their_listing(const uint8_t *data, size_t size)
{
    struct archive *archive = archive_read_new();
    archive_read_support_format_tar(archive);
    g_autoptr(GString) text = g_string_new(NULL);
    if (archive_read_open_memory(archive, data, size) != ARCHIVE_OK)
        g_error("libarchive: %s", archive_error_string(archive));
    struct archive_entry *entry;
    int status;
    while ((status = archive_read_next_header(archive, &entry)) == ARCHIVE_OK) {
        const char *hard = archive_entry_hardlink(entry), *soft = archive_entry_symlink(entry);
        int type = hard                                        ? TAR_HARD_LINK
                   : archive_entry_filetype(entry) == AE_IFREG ? TAR_FILE
                   : archive_entry_filetype(entry) == AE_IFDIR ? TAR_DIRECTORY
                   : archive_entry_filetype(entry) == AE_IFLNK ? TAR_SYMBOLIC_LINK
                                                               : TAR_DEVICE;
        g_string_append_printf(text, "%d %o %" G_GINT64_FORMAT " %" G_GINT64_FORMAT " %s -> %s\n",
                               type, archive_entry_perm(entry) & 07777u,
                               (gint64)archive_entry_mtime(entry),
                               (gint64)archive_entry_size(entry), archive_entry_pathname(entry),
                               hard   ? hard
                               : soft ? soft
                                      : "");
        char piece[100];
        la_ssize_t got;
        while ((got = archive_read_data(archive, piece, sizeof piece)) > 0)
            g_string_append_len(text, piece, got);
        g_assert_cmpint(got, ==, 0);
        g_string_append_c(text, '\n');
    }
    if (status != ARCHIVE_EOF)
        g_error("libarchive: %s", archive_error_string(archive));
    archive_read_free(archive);
    return g_string_free(g_steal_pointer(&text), FALSE);
}

static char *long_name(size_t size, bool slashes)
{
    char *name = g_strnfill(size, 'n');
    for (size_t i = 60; slashes && i + 1 < size; i += 61)
        name[i] = '/';
    return name;
}

/* Every name and size at the edge of a field. */
static GPtrArray *edge_names(void)
{
    GPtrArray *names = g_ptr_array_new_with_free_func(g_free);
    for (size_t size = 98; size <= 102; size++)
        g_ptr_array_add(names, long_name(size, false));
    for (size_t size = 150; size <= 160; size++)
        g_ptr_array_add(names, long_name(size, true));
    for (size_t size = 250; size <= 258; size++)
        g_ptr_array_add(names, long_name(size, true));
    g_ptr_array_add(names, long_name(3000, true));
    g_ptr_array_add(names, g_strdup("été.txt"));
    g_ptr_array_add(names, g_strdup("a b\n\"c\""));
    g_ptr_array_add(names, g_strdup("-x"));
    return names;
}

static void check_written(bool slot)
{
    g_autoptr(GPtrArray) names = edge_names();
    g_autofree char *content = g_strnfill(TAR_BLOCK * 3, 'c');
    g_autofree Member *members = g_new0(Member, names->len);
    static const size_t sizes[] = {0, 1, 511, 512, 513, 1024, 1536};
    g_autoptr(GString) wanted = g_string_new(NULL);
    for (unsigned i = 0; i < names->len; i++) {
        members[i] = (Member){g_ptr_array_index(names, i), content, sizes[i % G_N_ELEMENTS(sizes)],
                              i % 2 ? 0755 : 0644, 1000 + i};
        g_string_append_printf(wanted, "0 %o %u %zu %s -> \n%.*s\n", members[i].mode, 1000 + i,
                               members[i].size, members[i].name, (int)members[i].size, content);
    }
    g_autoptr(GByteArray) archive = archive_of(members, names->len, slot);
    GError *error = NULL;
    g_autofree char *ours = listing(archive->data, archive->len, false, &error);
    g_assert_no_error(error);
    g_assert_cmpstr(ours, ==, wanted->str);
    g_autofree char *theirs = their_listing(archive->data, archive->len);
    g_assert_cmpstr(theirs, ==, wanted->str);
}

static void test_written(void)
{
    check_written(false);
}

static void test_slot(void)
{
    check_written(true);
}

/* A size of which only a record can hold the digits: written with a sink that forgets. */
typedef struct Forgetful {
    GByteArray *head; /* the first 4 KiB */
    uint64_t size;
} Forgetful;

static bool forget(void *data, Span bytes, GError **error)
{
    (void)error;
    Forgetful *sink = data;
    if (sink->size < 4096)
        g_byte_array_append(sink->head, bytes.data, (guint)MIN(bytes.size, 4096 - sink->size));
    sink->size += bytes.size;
    return true;
}

static bool forget_at(void *data, uint64_t offset, Span bytes, GError **error)
{
    return memory_write_at(((Forgetful *)data)->head, offset, bytes, error);
}

static void test_huge(void)
{
    for (int slot = 0; slot < 2; slot++) {
        g_autoptr(GByteArray) head = g_byte_array_new();
        Forgetful forgetful = {head, 0};
        TarSink sink = {forget, forget_at, &forgetful};
        g_autoptr(TarWriter) writer = tar_writer_new(&sink);
        uint64_t size = ((uint64_t)8 << 30) + 7, left = size;
        TarEntry entry = {.type = TAR_FILE, .name = "huge", .size = size, .mode = 0600};
        g_assert_true((slot ? tar_writer_open_slot : tar_writer_open)(writer, &entry, NULL));
        enum { PIECE = 16 << 20 };
        g_autofree char *piece = g_malloc0(PIECE);
        for (; left > 0; left -= MIN(left, PIECE))
            g_assert_true(tar_writer_put(writer, span_of(piece, MIN(left, PIECE)), NULL));
        g_assert_true(tar_writer_close(writer, NULL));
        MemorySource memory = {head->data, head->len, 0};
        TarSource source = {memory_read, NULL, &memory};
        g_autoptr(TarReader) reader = tar_reader_new(&source);
        const TarEntry *read;
        g_assert_true(tar_reader_next(reader, &read, NULL));
        g_assert_cmpstr(read->name, ==, "huge");
        g_assert_cmpuint(read->size, ==, size);
        g_assert_cmpuint(read->offset, ==, 3 * TAR_BLOCK);
    }
}

static void test_wrong_size(void)
{
    g_autoptr(GByteArray) array = g_byte_array_new();
    TarSink sink = {memory_write, memory_write_at, array};
    g_autoptr(TarWriter) writer = tar_writer_new(&sink);
    TarEntry entry = {.type = TAR_FILE, .name = "a", .size = 2};
    g_assert_true(tar_writer_open(writer, &entry, NULL));
    g_assert_true(tar_writer_put(writer, span_of("abc", 3), NULL));
    g_autoptr(GError) error = NULL;
    g_assert_false(tar_writer_close(writer, &error));
    g_assert_error(error, TAR_ERROR, TAR_ERROR_SIZE);
    TarEntry raw = {.type = TAR_FILE, .name = "\xff"};
    g_autoptr(GError) name_error = NULL;
    g_assert_false(tar_writer_open(writer, &raw, &name_error));
    g_assert_error(name_error, TAR_ERROR, TAR_ERROR_NAME);
}

/* ---- Other programs ---- */

/* Runs a line of shell in `directory`; its standard output, or NULL. */
static char *shell(const char *directory, const char *line)
{
    const char *argv[] = {"sh", "-c", line, NULL};
    char *out = NULL;
    int status = -1;
    g_spawn_sync(directory, (char **)argv, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL, &out, NULL,
                 &status, NULL);
    if (status == 0)
        return out;
    g_free(out);
    return NULL;
}

/* What they write, in every format they have. */
static void read_theirs(const char *directory, const char *command)
{
    g_autofree char *path = g_build_filename(directory, "theirs.tar", NULL);
    g_unlink(path);
    g_autofree char *out = shell(directory, command);
    g_assert_nonnull(out);
    g_autofree char *data = NULL;
    gsize size;
    g_assert_true(g_file_get_contents(path, &data, &size, NULL));
    for (int skip = 0; skip < 2; skip++) {
        GError *error = NULL;
        g_autofree char *ours = listing((uint8_t *)data, size, skip, &error);
        g_assert_no_error(error);
        g_test_message("%s", command);
        if (skip)
            continue;
        g_autofree char *theirs = their_listing((uint8_t *)data, size);
        g_assert_cmpstr(ours, ==, theirs);
        g_assert_nonnull(strstr(ours, "été"));
    }
}

static void test_theirs(void)
{
    g_autofree char *directory = g_dir_make_tmp("mse-tar-XXXXXX", NULL);
    g_autofree char *deep = long_name(230, true);
    g_autofree char *line =
        g_strdup_printf("mkdir -p tree/été tree/empty \"tree/$(dirname %s)\" && cd tree && "
                        "echo x >été/file && echo deep >%s && ln -s été/file link && "
                        "ln -s %s longlink && ln été/file hard && chmod 755 été/file && "
                        "mkfifo fifo && touch -d '2001-02-03 04:05:06.789' été/file",
                        deep, deep, deep);
    g_autofree char *made = shell(directory, line);
    g_assert_nonnull(made);
    g_autofree char *gnu = shell(directory, "tar --version | grep GNU");
    if (gnu != NULL) {
        read_theirs(directory, "tar -cf theirs.tar --format=gnu tree");
        read_theirs(directory, "tar -cf theirs.tar --format=posix tree");
        /* ustar leaves out what it has no room for, and says so. */
        read_theirs(directory, "tar -cf theirs.tar --format=ustar tree/été tree/hard tree/fifo");
        read_theirs(directory, "tar -cf theirs.tar --format=gnu --mtime=@-5 tree");
    }
    g_autofree char *python = shell(directory, "python3 -c 'import tarfile'");
    if (python != NULL) {
        read_theirs(directory, "python3 -c \"import tarfile; t = tarfile.open('theirs.tar', 'w'); "
                               "t.add('tree'); t.close()\"");
        read_theirs(directory, "python3 -c \"import tarfile; t = tarfile.open('theirs.tar', 'w', "
                               "format=tarfile.GNU_FORMAT); t.add('tree'); t.close()\"");
    }
    if (gnu == NULL && python == NULL)
        g_test_skip("neither GNU tar nor Python is installed");
}

/* What is written here, unpacked by them. */
static void test_by_theirs(void)
{
    g_autoptr(GPtrArray) names = edge_names();
    g_autofree Member *members = g_new0(Member, names->len);
    unsigned n = 0;
    for (unsigned i = 0; i < names->len; i++) {
        const char *name = g_ptr_array_index(names, i);
        if (strlen(name) < 3000)
            members[n++] = (Member){name, name, strlen(name), 0640, 86400 + i};
    }
    static const char *const commands[] = {
        "tar -xf ours.tar -C out",
        "python3 -c \"import tarfile; tarfile.open('ours.tar').extractall('out')\"",
    };
    unsigned tried = 0;
    for (size_t i = 0; i < G_N_ELEMENTS(commands); i++) {
        for (int slot = 0; slot < 2; slot++) {
            g_autofree char *directory = g_dir_make_tmp("mse-tar-XXXXXX", NULL);
            g_autoptr(GByteArray) archive = archive_of(members, n, slot);
            g_autofree char *path = g_build_filename(directory, "ours.tar", NULL);
            g_assert_true(
                g_file_set_contents(path, (char *)archive->data, (gssize)archive->len, NULL));
            g_autofree char *made = shell(directory, "mkdir out");
            g_autofree char *out = shell(directory, commands[i]);
            if (out == NULL && i == 1)
                continue; /* no Python */
            g_assert_nonnull(out);
            tried++;
            for (unsigned j = 0; j < n; j++) {
                g_autofree char *file = g_build_filename(directory, "out", members[j].name, NULL);
                g_autofree char *content = NULL;
                GStatBuf status;
                g_assert_true(g_file_get_contents(file, &content, NULL, NULL));
                g_assert_cmpstr(content, ==, members[j].content);
                g_assert_cmpint(g_stat(file, &status), ==, 0);
                g_assert_cmpint(status.st_mtime, ==, members[j].mtime);
                g_assert_cmpuint(status.st_mode & 0777, ==, 0640);
            }
        }
    }
    g_assert_cmpuint(tried, >, 0);
}

/* ---- What is refused ---- */

static void seal_header(TarHeader *header)
{
    g_snprintf(header->checksum, sizeof header->checksum, "%06o", tar_header_sum(header));
    header->checksum[7] = ' ';
}

static TarHeader header_of(char type, const char *name, const char *size)
{
    TarHeader header = {.type = type, .magic = "ustar", .mode = "0000644", .mtime = "00000000001"};
    header.magic[6] = header.magic[7] = '0';
    g_strlcpy(header.name, name, sizeof header.name);
    g_strlcpy(header.size, size, sizeof header.size);
    seal_header(&header);
    return header;
}

static void append_header(GByteArray *to, char type, const char *name, const char *size)
{
    TarHeader header = header_of(type, name, size);
    g_byte_array_append(to, (const uint8_t *)&header, TAR_BLOCK);
}

static void append_content(GByteArray *to, const void *content, size_t size)
{
    static const uint8_t zeros[TAR_BLOCK];
    g_byte_array_append(to, content, (guint)size);
    g_byte_array_append(to, zeros, (guint)tar_padding(size));
}

static void append_with(GByteArray *to, char type, const char *content)
{
    g_autofree char *size = g_strdup_printf("%011zo", strlen(content));
    append_header(to, type, "header", size);
    append_content(to, content, strlen(content));
}

static void append_end(GByteArray *to)
{
    static const uint8_t zeros[2 * TAR_BLOCK];
    g_byte_array_append(to, zeros, sizeof zeros);
}

static void check_refused(const GByteArray *archive, int code, const char *fragment)
{
    for (int skip = 0; skip < 2; skip++) {
        g_autoptr(GError) error = NULL;
        g_autofree char *text = listing(archive->data, archive->len, skip, &error);
        if (text != NULL)
            g_error("taken, not refused: %s: %s", fragment, text);
        g_assert_error(error, TAR_ERROR, code);
        if (strstr(error->message, fragment) == NULL)
            g_error("\"%s\" lacks \"%s\"", error->message, fragment);
    }
}

/* Records before an empty file. */
static void check_records(char type, const char *records, const char *fragment)
{
    g_autoptr(GByteArray) archive = g_byte_array_new();
    append_with(archive, type, records);
    append_header(archive, '0', "a", "00000000000");
    append_end(archive);
    if (fragment != NULL) {
        check_refused(archive, TAR_ERROR_FORM, fragment);
        return;
    }
    GError *error = NULL;
    g_autofree char *text = listing(archive->data, archive->len, false, &error);
    g_assert_no_error(error);
}

static void test_records(void)
{
    check_records('x', "9 path=x\n", NULL);
    check_records('x', "18 comment=foo=12\n", NULL);
    check_records('x', "9 uname=\n", NULL);
    static const char lies[] = "lies about its length";
    check_records('x', "8 path=x\n", lies);
    check_records('x', "11 path=x\n", lies);
    check_records('x', "9999999999 path=x\n", lies);
    check_records('x', "18446744073709551625 path=x\n", lies);
    check_records('x', "0 path=x\n", lies);
    check_records('x', "-9 path=x\n", lies);
    check_records('x', " 9 path=x\n", lies);
    check_records('x', "path=x\n", lies);
    check_records('x', "9 path=xy", lies);
    check_records('x', "8 pathx\n", lies);
    check_records('x', "5 =x\n", lies);
    check_records('x', "3 \n", lies);
    check_records('x', "8 path=\n", "empty");
    check_records('x', "9 path=x\n9 path=y\n", "twice");
    check_records('x', "9 size=0\n9 size=0\n", "two sizes");
    check_records('x', "9 size=1\n", "two different sizes");
    check_records('x', "11 size=-1\n", "no number");
    check_records('x', "12 size=0x0\n", "no number");
    check_records('x', "33 size=000000000000000000000001\n", "two different");
    check_records('x', "32 size=99999999999999999999999\n", "no number");
    check_records('x', "28 size=9223372036854775807\n", "no file has");
    check_records('x', "9 mtime=\n", "no number for its time");
    check_records('x', "13 mtime=1.x\n", "no number for its time");
    check_records('x', "22 GNU.sparse.major=1\n", "sparse");
    check_records('g', "9 path=x\n", "for all members");
    check_records('g', "9 size=1\n", "for all members");
    check_records('g', "9 uname=\n", NULL);
    check_records('L', "name", "does not end");
    check_records('K', "name", "does not end");
}

/* Two headers that announce one member. */
static void test_announced(void)
{
    static const char pairs[][2] = {{'x', 'x'}, {'L', 'x'}, {'x', 'L'}, {'L', 'L'}};
    for (size_t i = 0; i < G_N_ELEMENTS(pairs); i++) {
        g_autoptr(GByteArray) archive = g_byte_array_new();
        for (int j = 0; j < 2; j++) {
            append_header(archive, pairs[i][j], "h",
                          pairs[i][j] == 'x' ? "00000000011" : "00000000002");
            append_content(archive, pairs[i][j] == 'x' ? "9 path=x\n" : "x", //
                           pairs[i][j] == 'x' ? 9 : 2);
        }
        append_header(archive, '0', "a", "00000000000");
        append_end(archive);
        check_refused(archive, TAR_ERROR_FORM,
                      pairs[i][0] == 'L' && pairs[i][1] == 'L' ? "twice" : "one too many");
    }
    g_autoptr(GByteArray) nothing = g_byte_array_new();
    append_with(nothing, 'x', "9 path=x\n");
    append_end(nothing);
    check_refused(nothing, TAR_ERROR_FORM, "announced");
}

static void check_header(const TarHeader *header, const char *fragment)
{
    g_autoptr(GByteArray) archive = g_byte_array_new();
    TarHeader sealed = *header;
    seal_header(&sealed);
    g_byte_array_append(archive, (const uint8_t *)&sealed, TAR_BLOCK);
    append_end(archive);
    check_refused(archive, TAR_ERROR_FORM, fragment);
}

static void test_headers(void)
{
    TarHeader good = header_of('0', "a", "00000000000"), header = good;
    header.magic[0] = 'U';
    check_header(&header, "ustar");
    header = good;
    header.name[0] = '\0';
    check_header(&header, "no name");
    static const char types[] = {'S', 'M', 'V', 'D', 'A', 'z'};
    for (size_t i = 0; i < sizeof types; i++) {
        header = good;
        header.type = types[i];
        check_header(&header, "type that is not read");
    }
    for (char type = '1'; type <= '6'; type++) {
        header = good;
        header.type = type;
        g_strlcpy(header.size, "00000000001", sizeof header.size);
        check_header(&header, "without being a file");
    }
    header = good;
    g_strlcpy(header.size, "0000000008", sizeof header.size);
    check_header(&header, "no number");
    header = good;
    memset(header.size, 0xff, sizeof header.size); /* -1 */
    check_header(&header, "no number");
    header = good;
    memset(header.size, 0x00, sizeof header.size); /* 2^64 */
    header.size[0] = (char)0x80;
    header.size[3] = 1;
    check_header(&header, "no number");
    header.size[3] = 0; /* 2^63 - 1 */
    memset(header.size + 4, 0xff, 8);
    header.size[4] = 0x7f;
    check_header(&header, "no file has");
    header = good;
    g_strlcpy(header.mode, "x", sizeof header.mode);
    check_header(&header, "mode");
    header = good;
    header.type = '\0';
    header.name[1] = '/';
    check_header(&header, "directory for others");
}

/* Every byte of a header changed: refused by its checksum. */
static void test_checksum(void)
{
    TarHeader header = header_of('0', "a", "00000000000");
    for (size_t i = 0; i < TAR_BLOCK; i++) {
        g_autoptr(GByteArray) archive = g_byte_array_new();
        g_byte_array_append(archive, (const uint8_t *)&header, TAR_BLOCK);
        archive->data[i] ^= 0x40;
        append_end(archive);
        g_autoptr(GError) error = NULL;
        g_autofree char *text = listing(archive->data, archive->len, false, &error);
        g_assert_null(text);
    }
}

/* Every length at which it can be cut; and what follows the end. */
static void test_cut(void)
{
    Member members[] = {{"a", "content", 7, 0644, 1}, {"été", "x", 1, 0644, 1}};
    g_autoptr(GByteArray) archive = archive_of(members, 2, false);
    size_t end = 0; /* of the end marker */
    for (size_t i = 0; i < archive->len; i++)
        if (archive->data[i] != 0)
            end = i;
    end = (end / TAR_BLOCK + 3) * TAR_BLOCK;
    for (size_t size = 0; size < end; size++) {
        g_autoptr(GError) error = NULL;
        g_autofree char *text = listing(archive->data, size, false, &error);
        g_assert_null(text);
        g_assert_error(error, TAR_ERROR, TAR_ERROR_FORM);
    }
    g_autofree char *whole = listing(archive->data, end, false, NULL);
    g_assert_nonnull(whole);
    archive->data[archive->len - 1] = 1;
    check_refused(archive, TAR_ERROR_FORM, "follows its end");
    archive->data[archive->len - 1] = 0;
    archive->data[end - 1] = 1;
    check_refused(archive, TAR_ERROR_FORM, "lone block of zeros");
}

/* Names of 64 KiB are read, and refused where they would become a file's; a header of 2 MiB is not
 * read at all. */
static void test_long(void)
{
    g_autofree char *name = g_strnfill(65536, 'n');
    Member member = {name, "", 0, 0644, 1};
    g_autoptr(GByteArray) archive = archive_of(&member, 1, false);
    g_autofree char *text = listing(archive->data, archive->len, false, NULL);
    g_assert_nonnull(text);
    g_autoptr(GError) error = NULL;
    g_assert_null(tar_clean_name(name, &error));
    g_assert_error(error, TAR_ERROR, TAR_ERROR_LIMIT);
    g_assert_nonnull(strstr(error->message, "65536 bytes; at most 4096"));

    g_autoptr(GByteArray) large = g_byte_array_new();
    append_header(large, 'x', "h", "00010000000");
    check_refused(large, TAR_ERROR_LIMIT, "2097152 bytes");
}

static void test_names(void)
{
    static const struct {
        const char *name, *clean;
    } cases[] = {
        {"a", "a"},       {"./a", "a"},       {"a//b/", "a/b"}, {".", ""},        {"a/./b", "a/b"},
        {"..", NULL},     {"../a", NULL},     {"a/..", NULL},   {"a/../b", NULL}, {"/a", NULL},
        {"./../a", NULL}, {"a/b/../c", NULL}, {"...", "..."},   {"..a", "..a"},   {"//", NULL},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *clean = tar_clean_name(cases[i].name, NULL);
        g_assert_cmpstr(clean, ==, cases[i].clean);
    }
    g_autofree char *part = g_strnfill(256, 'p');
    g_autoptr(GError) error = NULL;
    g_assert_null(tar_clean_name(part, &error));
    g_assert_error(error, TAR_ERROR, TAR_ERROR_LIMIT);
    static const char *const sorted[] = {"a", "a/b", "a/b/c", "a-b", "a.b", "b", "é"};
    for (size_t i = 0; i < G_N_ELEMENTS(sorted); i++)
        for (size_t j = 0; j < G_N_ELEMENTS(sorted); j++) {
            int order = tar_compare_names(sorted[i], sorted[j]);
            g_assert_true((order < 0) == (i < j) && (order == 0) == (i == j));
        }
}

int main(int argc, char **argv)
{
    setlocale(LC_ALL, ""); /* libarchive gives names in the locale's encoding */
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/tar/written", test_written);
    g_test_add_func("/tar/slot", test_slot);
    g_test_add_func("/tar/huge", test_huge);
    g_test_add_func("/tar/wrong-size", test_wrong_size);
    g_test_add_func("/tar/theirs", test_theirs);
    g_test_add_func("/tar/by-theirs", test_by_theirs);
    g_test_add_func("/tar/records", test_records);
    g_test_add_func("/tar/announced", test_announced);
    g_test_add_func("/tar/headers", test_headers);
    g_test_add_func("/tar/checksum", test_checksum);
    g_test_add_func("/tar/cut", test_cut);
    g_test_add_func("/tar/long", test_long);
    g_test_add_func("/tar/names", test_names);
    return g_test_run();
}
