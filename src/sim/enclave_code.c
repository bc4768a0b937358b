/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "sim/enclave_code.h"

#include "core/sanitize.h"
#include "sim/crypto.h"

#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <sodium.h>
#include <sys/stat.h>
#include <unistd.h>

typedef struct archive TarReader;
G_DEFINE_AUTOPTR_CLEANUP_FUNC(TarReader, archive_read_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC(EVP_MD_CTX, EVP_MD_CTX_free)

enum { PIECE = 64 * 1024, PERMISSIONS = 0755 };

G_GNUC_PRINTF(3, 4)
static bool fail(GError **error, const char *path, const char *format, ...)
{
    va_list list;
    va_start(list, format);
    g_autofree char *text = g_strdup_vprintf(format, list);
    va_end(list);
    g_autofree char *shown = sanitize_string(path);
    g_autofree char *why = sanitize_string(text);
    g_set_error(error, SIM_ERROR, SIM_ERROR_CODE, "%s: %s", shown, why);
    return false;
}

static void file_free(void *data)
{
    CodeFile *file = data;
    g_free(file->path);
    g_free(file);
}

static int compare(const void *a, const void *b)
{
    const CodeFile *const *first = a, *const *second = b;
    return strcmp((*first)->path, (*second)->path);
}

/* What is being read. */
typedef struct CodeReading {
    const char *tar;  /* its path, for errors */
    const char *into; /* or NULL */
    GHashTable *seen; /* paths */
    GPtrArray *files; /* CodeFile* */
    uint64_t bytes;   /* of all files so far */
    uint8_t *piece;   /* PIECE bytes */
} CodeReading;

/* Relative, and every part a name: it leads nowhere but below. */
static bool is_contained(const char *path)
{
    const size_t size = strlen(path);
    if (size == 0 || size > CODE_PATH_MOST)
        return false;
    for (const char *part = path;;) {
        const size_t n = strcspn(part, "/");
        if (n == 0 || (n == 1 && part[0] == '.') || (n == 2 && memcmp(part, "..", 2) == 0))
            return false;
        if (part[n] == '\0')
            return true;
        part += n + 1;
    }
}

/* The member's name without "./" before and slashes behind it; NULL: it has none. */
static char *member_name(struct archive_entry *entry)
{
    const char *name = archive_entry_pathname_utf8(entry);
    if (name == NULL)
        name = archive_entry_pathname(entry);
    if (name == NULL)
        return NULL;
    while (g_str_has_prefix(name, "./"))
        name += 2;
    char *copy = g_strdup(name);
    for (size_t n = strlen(copy); n > 0 && copy[n - 1] == '/'; n--)
        copy[n - 1] = '\0';
    return copy;
}

static int create(const char *path, mode_t mode)
{
    g_autofree char *parent = g_path_get_dirname(path);
    if (g_mkdir_with_parents(parent, 0700) != 0)
        return -1;
    return open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC,
                (mode & PERMISSIONS) | S_IRUSR | S_IWUSR);
}

static bool write_all(int descriptor, const uint8_t *data, size_t size)
{
    while (size > 0) {
        const ssize_t n = write(descriptor, data, size);
        if (n < 0 && errno != EINTR)
            return false;
        if (n > 0) {
            data += n;
            size -= (size_t)n;
        }
    }
    return true;
}

/* The content of the member that stands next, hashed and, with a descriptor, written. */
static bool read_content(CodeReading *reading, TarReader *tar, int descriptor, const char *name,
                         uint8_t digest[32], GError **error)
{
    g_autoptr(EVP_MD_CTX) context = EVP_MD_CTX_new();
    crypto_must(context != NULL && EVP_DigestInit(context, EVP_sha256()) == 1, "hashing");
    for (;;) {
        const la_ssize_t n = archive_read_data(tar, reading->piece, PIECE);
        if (n < 0)
            return fail(error, reading->tar, "%s: %s", name, archive_error_string(tar));
        if (n == 0)
            break;
        reading->bytes += (uint64_t)n;
        if (reading->bytes > CODE_BYTES_MOST)
            return fail(error, reading->tar, "it holds more than 10 GB");
        crypto_must(EVP_DigestUpdate(context, reading->piece, (size_t)n) == 1, "hashing");
        if (descriptor >= 0 && !write_all(descriptor, reading->piece, (size_t)n))
            return fail(error, reading->tar, "%s: cannot be unpacked: %s", name, g_strerror(errno));
    }
    crypto_must(EVP_DigestFinal(context, digest, NULL) == 1, "hashing");
    return true;
}

static bool read_file(CodeReading *reading, TarReader *tar, struct archive_entry *entry,
                      const char *name, GError **error)
{
    int descriptor = -1;
    if (reading->into != NULL) {
        g_autofree char *path = g_build_filename(reading->into, name, NULL);
        descriptor = create(path, archive_entry_perm(entry));
        if (descriptor < 0)
            return fail(error, reading->tar, "%s: cannot be unpacked: %s", name, g_strerror(errno));
    }
    CodeFile *file = g_new0(CodeFile, 1);
    file->path = g_strdup(name);
    g_ptr_array_add(reading->files, file);
    const bool read = read_content(reading, tar, descriptor, name, file->digest, error);
    if (descriptor >= 0 && close(descriptor) != 0 && read)
        return fail(error, reading->tar, "%s: cannot be unpacked: %s", name, g_strerror(errno));
    return read;
}

static bool read_member(CodeReading *reading, TarReader *tar, struct archive_entry *entry,
                        GError **error)
{
    g_autofree char *name = member_name(entry);
    if (name == NULL)
        return fail(error, reading->tar, "a member has no name");
    const bool directory = archive_entry_filetype(entry) == AE_IFDIR;
    if (directory && (name[0] == '\0' || strcmp(name, ".") == 0))
        return true;
    if (!is_contained(name))
        return fail(error, reading->tar, "%.200s: this name leads out of the code's directory",
                    name);
    if (directory)
        return true;
    if (archive_entry_filetype(entry) != AE_IFREG || archive_entry_hardlink(entry) != NULL)
        return fail(error, reading->tar, "%s: a link or a device: only files are code", name);
    if (reading->files->len >= CODE_FILES_MOST)
        return fail(error, reading->tar, "it holds more than %d files", CODE_FILES_MOST);
    if (!g_hash_table_add(reading->seen, g_strdup(name)))
        return fail(error, reading->tar, "%s: it is there twice", name);
    return read_file(reading, tar, entry, name, error);
}

static bool read_members(CodeReading *reading, TarReader *tar, GError **error)
{
    for (;;) {
        struct archive_entry *entry;
        const int result = archive_read_next_header(tar, &entry);
        if (result == ARCHIVE_EOF)
            return true;
        /* A warning is about a name that this locale cannot write. */
        if (result != ARCHIVE_OK && result != ARCHIVE_WARN)
            return fail(error, reading->tar, "no tar: %s", archive_error_string(tar));
        if (!read_member(reading, tar, entry, error))
            return false;
    }
}

/* libarchive takes a file that ends early for one that ends: a tar has two blocks of zeros there,
 * or at least whole blocks. */
static bool is_whole(const char *path, GError **error)
{
    struct stat status;
    if (stat(path, &status) != 0)
        return fail(error, path, "cannot be read: %s", g_strerror(errno));
    if (!S_ISREG(status.st_mode))
        return fail(error, path, "no regular file");
    return (status.st_size > 0 && status.st_size % 512 == 0) ||
           fail(error, path, "no tar: its size is not that of whole blocks");
}

GPtrArray *code_read(const char *path, const char *into, GError **error)
{
    if (!is_whole(path, error))
        return NULL;
    g_autoptr(TarReader) tar = archive_read_new();
    crypto_must(tar != NULL && archive_read_support_format_tar(tar) == ARCHIVE_OK, "reading a tar");
    if (archive_read_open_filename(tar, path, PIECE) != ARCHIVE_OK) {
        fail(error, path, "no tar: %s", archive_error_string(tar));
        return NULL;
    }
    g_autoptr(GHashTable) seen = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    g_autoptr(GPtrArray) files = g_ptr_array_new_with_free_func(file_free);
    g_autofree uint8_t *piece = g_malloc(PIECE);
    CodeReading reading = {.tar = path, .into = into, .seen = seen, .files = files, .piece = piece};
    if (!read_members(&reading, tar, error))
        return NULL;
    g_ptr_array_sort(files, compare);
    return g_steal_pointer(&files);
}

/* What is being installed. */
typedef struct Installing {
    const uint8_t *key; /* or NULL */
    unsigned *plain, *decrypted;
} Installing;

static bool copy_plain(const char *from, const char *to, mode_t mode, GError **error)
{
    const int in = open(from, O_RDONLY | O_NOFOLLOW | O_CLOEXEC),
              out = in < 0 ? -1 : create(to, mode);
    bool done = out >= 0;
    g_autofree uint8_t *piece = g_malloc(PIECE);
    for (ssize_t n = 1; done && n != 0;) {
        n = read(in, piece, PIECE);
        done = n >= 0 && write_all(out, piece, (size_t)n);
    }
    const int why = errno;
    if (in >= 0)
        close(in);
    if (out >= 0)
        close(out);
    return done || fail(error, to, "cannot be written: %s", g_strerror(why));
}

/* Opens the box in place. False: it was not closed with this key. */
static bool open_box(uint8_t *box, size_t size, const uint8_t *key, Span *out)
{
    enum { NONCE = crypto_secretbox_NONCEBYTES, TAG = crypto_secretbox_MACBYTES };
    if (size < NONCE + TAG ||
        crypto_secretbox_open_easy(box + NONCE, box + NONCE, size - NONCE, box, key) != 0)
        return false;
    *out = span_of(box + NONCE, size - NONCE - TAG);
    return true;
}

static bool copy_decrypted(const char *from, const char *to, mode_t mode, const uint8_t *key,
                           GError **error)
{
    struct stat status;
    if (stat(from, &status) != 0 || status.st_size > CODE_ENCRYPTED_MOST)
        return fail(error, from, "an encrypted file has at most %d MiB",
                    CODE_ENCRYPTED_MOST / 1024 / 1024);
    g_autofree char *box = NULL;
    gsize size;
    if (!g_file_get_contents(from, &box, &size, error))
        return false;
    Span text;
    if (!open_box((uint8_t *)box, size, key, &text))
        return fail(error, from, "not encrypted with this code key");
    const int out = create(to, mode);
    const bool done = out >= 0 && write_all(out, text.data, text.size);
    const int why = errno;
    if (out >= 0)
        close(out);
    sodium_memzero(box, size);
    return done || fail(error, to, "cannot be written: %s", g_strerror(why));
}

static bool install_file(const Installing *how, const char *from, const char *to, mode_t mode,
                         GError **error)
{
    if (how->key == NULL || !g_str_has_suffix(from, ".enc")) {
        (*how->plain)++;
        return copy_plain(from, to, mode, error);
    }
    (*how->decrypted)++;
    g_autofree char *name = g_strndup(to, strlen(to) - strlen(".enc"));
    return copy_decrypted(from, name, mode, how->key, error);
}

static bool install_directory(const Installing *how, const char *from, const char *to,
                              GError **error)
{
    g_autoptr(GDir) directory = g_dir_open(from, 0, error);
    if (directory == NULL)
        return false;
    for (const char *name; (name = g_dir_read_name(directory)) != NULL;) {
        g_autofree char *source = g_build_filename(from, name, NULL);
        g_autofree char *target = g_build_filename(to, name, NULL);
        struct stat status;
        if (lstat(source, &status) != 0)
            return fail(error, source, "cannot be read: %s", g_strerror(errno));
        const bool done = S_ISDIR(status.st_mode)
                              ? install_directory(how, source, target, error)
                              : install_file(how, source, target, status.st_mode, error);
        if (!done)
            return false;
    }
    return true;
}

bool code_install(const char *from, const char *to, const uint8_t *key, unsigned *plain,
                  unsigned *decrypted, GError **error)
{
    *plain = *decrypted = 0;
    const Installing how = {.key = key, .plain = plain, .decrypted = decrypted};
    if (g_mkdir_with_parents(to, 0700) != 0)
        return fail(error, to, "cannot be made: %s", g_strerror(errno));
    return install_directory(&how, from, to, error);
}

bool code_remove(const char *directory)
{
    g_autoptr(GDir) entries = g_dir_open(directory, 0, NULL);
    for (const char *name; entries != NULL && (name = g_dir_read_name(entries)) != NULL;) {
        g_autofree char *path = g_build_filename(directory, name, NULL);
        struct stat status;
        if (lstat(path, &status) == 0 && S_ISDIR(status.st_mode))
            code_remove(path);
        else
            unlink(path);
    }
    return rmdir(directory) == 0 || errno == ENOENT;
}
