/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "app/package.h"

#include "app/package_output.h"
#include "app/tree.h"
#include "core/cause.h"
#include "core/file.h"
#include "core/i18n.h"
#include "core/sanitize.h"
#include "core/secret.h"
#include "seal/box.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <sys/random.h>
#include <unistd.h>

/* Read and written at a time. */
#define PIECE ((size_t)128 * 1024)
/* Between two calls of progress, in bytes. */
#define PROGRESS_STEP ((uint64_t)1 << 20)

/* One package being written. */
typedef struct Writing {
    const PackageRequest *request;
    PackageMade *made;
    TarWriter *outer;  /* the package */
    TarWriter *inner;  /* app.tar or tests.tar in it; NULL: neither */
    BoxCipher *cipher; /* NULL: the code stays plain */
    PackageMember member;
    uint64_t start;                      /* of the member, in bytes of the package */
    uint64_t told;                       /* the last progress */
    unsigned files;                      /* of the member */
    uint8_t *piece;                      /* PIECE bytes */
    const TreeFile *file;                /* being packed */
    uint64_t left;                       /* of it, to be read */
    uint8_t nonces[BOX_NONCE_SIZE * 64]; /* random, for the files to come */
    size_t nonces_left;                  /* bytes of them */
    bool module_seen;
    char *module_file, *module_package; /* where the application's module may be */
} Writing;

struct PackageSink {
    Writing *writing;
};

void package_made_free(PackageMade *made)
{
    if (made == NULL)
        return;
    g_free(made->path);
    g_free(made->key_path);
    g_ptr_array_unref(made->warnings);
    g_free(made);
}

static void tell(Writing *writing)
{
    uint64_t bytes = tar_writer_size(writing->outer) - writing->start;
    if (writing->request->progress == NULL || bytes - writing->told < PROGRESS_STEP)
        return;
    writing->told = bytes;
    writing->request->progress(writing->member, bytes, writing->request->data);
}

/* ---- Members ---- */

static bool outer_write(void *data, Span bytes, GError **error)
{
    Writing *writing = data;
    return tar_writer_put(writing->outer, bytes, error);
}

static bool outer_write_at(void *data, uint64_t offset, Span bytes, GError **error)
{
    Writing *writing = data;
    return tar_writer_put_at(writing->outer, offset, bytes, error);
}

static bool open_member(Writing *writing, PackageMember member, GError **error)
{
    TarEntry entry = {
        .type = TAR_FILE,
        .name = package_member_name(member, writing->request->project->dialect),
        .mode = 0644,
        .mtime = (int64_t)(writing->request->nanoseconds / 1000000000),
    };
    writing->member = member;
    writing->told = 0;
    writing->files = 0;
    bool opened = tar_writer_open_slot(writing->outer, &entry, error);
    writing->start = tar_writer_size(writing->outer);
    return opened;
}

static bool close_member(Writing *writing, GError **error)
{
    const PackageRequest *request = writing->request;
    uint64_t bytes = tar_writer_size(writing->outer) - writing->start;
    if (request->progress != NULL)
        request->progress(writing->member, bytes, request->data);
    return tar_writer_close(writing->outer, error);
}

/* ---- Files of the code and of the tests ---- */

static bool fail_file(const Writing *writing, int number, GError **error)
{
    g_autofree char *shown = sanitize_string(writing->file->path);
    g_set_error(error, PACKAGE_ERROR, PACKAGE_ERROR_SOURCE, _("cannot pack %s: %s"), shown,
                g_strerror(number));
    return false;
}

/* Never more than the size that the header says: what a file grows by meanwhile is not read. */
static bool read_file(void *data, uint8_t *out, size_t size, size_t *got, GError **error)
{
    Writing *writing = data;
    size_t wanted = (size_t)MIN(size, writing->left);
    for (*got = 0; *got < wanted;) {
        ssize_t taken = read(writing->file->descriptor, out + *got, wanted - *got);
        if (taken < 0 && errno == EINTR)
            continue;
        if (taken < 0)
            return fail_file(writing, errno, error);
        if (taken == 0)
            break;
        *got += (size_t)taken;
        writing->left -= (uint64_t)taken;
    }
    tell(writing);
    return !cancel_is_set(writing->request->cancel, error);
}

static bool inner_write(void *data, Span bytes, GError **error)
{
    Writing *writing = data;
    return tar_writer_put(writing->inner, bytes, error);
}

static bool inner_write_at(void *data, uint64_t offset, Span bytes, GError **error)
{
    Writing *writing = data;
    return tar_writer_put_at(writing->inner, offset, bytes, error);
}

static bool copy_file(Writing *writing, GError **error)
{
    for (size_t got = PIECE; got == PIECE;) {
        if (!read_file(writing, writing->piece, PIECE, &got, error) ||
            !tar_writer_put(writing->inner, span_of(writing->piece, got), error))
            return false;
    }
    return true;
}

/* Never the same twice: 24 random bytes. They are public. */
static const uint8_t *next_nonce(Writing *writing, GError **error)
{
    size_t whole = sizeof writing->nonces;
    if (writing->nonces_left == 0) {
        for (size_t got = 0; got < whole;) {
            ssize_t taken = getrandom(writing->nonces + got, whole - got, 0);
            if (taken < 0 && errno != EINTR) {
                fail_file(writing, errno, error);
                return NULL;
            }
            got += taken > 0 ? (size_t)taken : 0;
        }
        writing->nonces_left = whole;
    }
    writing->nonces_left -= BOX_NONCE_SIZE;
    return writing->nonces + writing->nonces_left;
}

static bool encrypt_file(Writing *writing, GError **error)
{
    SealSource source = {.read = read_file, .data = writing};
    SealSink sink = {.write = inner_write, .write_at = inner_write_at, .data = writing};
    const uint8_t *nonce = next_nonce(writing, error);
    return nonce != NULL && box_cipher_encrypt(writing->cipher, nonce, &source, &sink, error);
}

/* The enclave installs what is in it before it has the key. */
static bool stays_plain(const char *path)
{
    const char *slash = strrchr(path, '/');
    return strcmp(slash != NULL ? slash + 1 : path, "requirements.txt") == 0;
}

static bool pack_content(Writing *writing, const TreeFile *file, GError **error)
{
    bool encrypted =
        writing->cipher != NULL && writing->member == PACKAGE_APP && !stays_plain(file->path);
    g_autofree char *name = encrypted ? g_strconcat(file->path, ".enc", NULL) : NULL;
    TarEntry entry = {
        .type = TAR_FILE,
        .name = encrypted ? name : file->path,
        .size = file->size + (encrypted ? BOX_OVERHEAD : 0),
        .mode = file->mode,
        .mtime = file->mtime,
    };
    writing->file = file;
    writing->left = file->size;
    return tar_writer_open(writing->inner, &entry, error) &&
           (encrypted ? encrypt_file(writing, error) : copy_file(writing, error)) &&
           tar_writer_close(writing->inner, error);
}

static bool too_many_files(const Writing *writing, GError **error)
{
    size_t most = limit_bytes(LIMIT_PACKAGE_FILES);
    if (writing->files <= most)
        return false;
    g_set_error(error, PACKAGE_ERROR, PACKAGE_ERROR_LIMIT,
                _("more than %zu files are not packed (%s)"), most,
                _(limit_row(LIMIT_PACKAGE_FILES)->name));
    return true;
}

static bool pack_file(const TreeFile *file, void *data, GError **error)
{
    Writing *writing = data;
    writing->files++;
    if (writing->member == PACKAGE_APP && (g_str_equal(file->path, writing->module_file) ||
                                           g_str_equal(file->path, writing->module_package)))
        writing->module_seen = true;
    if (too_many_files(writing, error))
        return false;
    GError *reason = NULL;
    if (pack_content(writing, file, &reason))
        return true;
    if (reason->domain == TAR_ERROR) {
        g_autofree char *shown = sanitize_string(file->path);
        cause_prefix(&reason, CAUSE_HERE, _("cannot pack %s: "), shown);
    }
    g_propagate_error(error, reason);
    return false;
}

static bool pack_tree(Writing *writing, PackageMember member, const TreeWalk *walk, GError **error)
{
    TarSink sink = {.write = outer_write, .write_at = outer_write_at, .data = writing};
    if (!open_member(writing, member, error))
        return false;
    writing->inner = tar_writer_new(&sink);
    bool done = tree_walk(walk, pack_file, writing, error) &&
                tar_writer_finish(writing->inner, error) && close_member(writing, error);
    g_clear_pointer(&writing->inner, tar_writer_free);
    return done;
}

/* The ignore file in the code directory: the dialect's, else the other's. NULL with an error when
 * it cannot be read. */
static Ignore *read_ignore(const PackageRequest *request, GError **error)
{
    const Dialect *own = request->project->dialect;
    const Dialect *order[] = {own, own == &dialect_mse ? &dialect_cenclave : &dialect_mse};
    for (size_t i = 0; i < G_N_ELEMENTS(order); i++) {
        g_autofree char *path =
            g_build_filename(request->project->code, order[i]->ignore_name, NULL);
        if (!g_file_test(path, G_FILE_TEST_EXISTS | G_FILE_TEST_IS_SYMLINK))
            continue;
        g_autoptr(GBytes) bytes = file_read(path, LIMIT_PROJECT, request->cancel, error);
        if (bytes == NULL)
            return NULL;
        gsize size;
        const void *data = g_bytes_get_data(bytes, &size);
        return ignore_parse(span_of(data, size));
    }
    return ignore_parse(span_of("", 0));
}

static bool fail_empty(const char *directory, GError **error)
{
    g_autofree char *shown = sanitize_string(directory);
    g_set_error(error, PACKAGE_ERROR, PACKAGE_ERROR_SOURCE,
                _("%s has no file to pack: hidden files and those that the ignore file names stay "
                  "out"),
                shown);
    return false;
}

static void warn_module(const Writing *writing)
{
    if (!writing->module_seen)
        g_ptr_array_add(writing->made->warnings,
                        g_strdup_printf(_("neither %s nor %s is packed: python_application is only "
                                          "found when the image has it"),
                                        writing->module_file, writing->module_package));
}

static bool pack_code(Writing *writing, GError **error)
{
    const PackageRequest *request = writing->request;
    g_autoptr(Ignore) ignore = read_ignore(request, error);
    if (ignore == NULL)
        return false;
    TreeWalk walk = {.root = request->project->code,
                     .ignore = ignore,
                     .warnings = writing->made->warnings,
                     .cancel = request->cancel};
    if (!pack_tree(writing, PACKAGE_APP, &walk, error))
        return false;
    writing->made->n_code = writing->files;
    warn_module(writing);
    return writing->files > 0 || fail_empty(request->project->code, error);
}

static bool pack_tests(Writing *writing, GError **error)
{
    static const char *const caches[] = {"__pycache__", NULL};
    const PackageRequest *request = writing->request;
    TreeWalk walk = {.root = request->project->tests,
                     .without = caches,
                     .warnings = writing->made->warnings,
                     .cancel = request->cancel};
    bool done = pack_tree(writing, PACKAGE_TESTS, &walk, error);
    writing->made->n_tests = writing->files;
    return done;
}

/* ---- The image and the configuration ---- */

bool package_sink_put(PackageSink *sink, Span bytes, GError **error)
{
    Writing *writing = sink->writing;
    if (cancel_is_set(writing->request->cancel, error) ||
        !tar_writer_put(writing->outer, bytes, error))
        return false;
    tell(writing);
    return true;
}

static bool pack_image(Writing *writing, GError **error)
{
    PackageSink sink = {.writing = writing};
    return open_member(writing, PACKAGE_IMAGE, error) &&
           writing->request->image(&sink, writing->request->data, error) &&
           close_member(writing, error);
}

static bool pack_config(Writing *writing, GError **error)
{
    const PackageRequest *request = writing->request;
    g_autoptr(GBytes) bytes =
        file_read(request->project->config, LIMIT_PROJECT, request->cancel, error);
    if (bytes == NULL)
        return false;
    gsize size;
    const void *data = g_bytes_get_data(bytes, &size);
    return open_member(writing, PACKAGE_CONFIG, error) &&
           tar_writer_put(writing->outer, span_of(data, size), error) &&
           close_member(writing, error);
}

/* ---- The whole ---- */

/* "a.b": "a/b.py" and "a/b/__init__.py". */
static void find_module(Writing *writing)
{
    g_autofree char *path = g_strdelimit(g_strdup(writing->request->config->module), ".", '/');
    writing->module_file = g_strconcat(path, ".py", NULL);
    writing->module_package = g_strconcat(path, "/__init__.py", NULL);
}

static char *path_of(const PackageRequest *request, const char *extension)
{
    g_autofree char *name = g_strdup_printf("package_%s_%" PRIu64 ".%s", request->config->name,
                                            request->nanoseconds, extension);
    return g_build_filename(request->output, name, NULL);
}

/* All but the two names: the key's file is written before, so that no package is there without. */
static bool write_members(Writing *writing, PackageOutput *output, GError **error)
{
    TarSink sink = package_output_sink(output);
    writing->outer = tar_writer_new(&sink);
    bool done = pack_code(writing, error) && pack_image(writing, error) &&
                pack_tests(writing, error) && pack_config(writing, error) &&
                tar_writer_finish(writing->outer, error);
    writing->made->size = tar_writer_size(writing->outer);
    g_clear_pointer(&writing->outer, tar_writer_free);
    return done && !cancel_is_set(writing->request->cancel, error);
}

static bool write_key(const char *path, const Secret *key, GError **error)
{
    g_autoptr(FileWriter) file = file_writer_new(path, error);
    return file != NULL && file_writer_put(file, secret_span(key), error) &&
           file_writer_commit(file, 0600, FILE_ONLY_NEW, error);
}

static bool write_package(Writing *writing, const Secret *key, GError **error)
{
    PackageMade *made = writing->made;
    g_autoptr(PackageOutput) output = package_output_new(made->path, error);
    if (output == NULL || !write_members(writing, output, error))
        return false;
    if (key != NULL && !write_key(made->key_path, key, error))
        return false;
    if (package_output_commit(output, 0644, FILE_ONLY_NEW, error))
        return true;
    if (key != NULL)
        unlink(made->key_path);
    return false;
}

PackageMade *package_write(const PackageRequest *request, GError **error)
{
    if (!package_check(request, error) || !file_make_directory(request->output, error))
        return NULL;
    g_autoptr(PackageMade) made = g_new0(PackageMade, 1);
    made->warnings = g_ptr_array_new_with_free_func(g_free);
    made->path = path_of(request, "tar");
    g_autoptr(Secret) key = request->encrypt ? secret_new_random(BOX_KEY_SIZE) : NULL;
    g_autoptr(BoxCipher) cipher = key != NULL ? box_cipher_new(secret_span(key).data) : NULL;
    if (key != NULL)
        made->key_path = path_of(request, "key");
    Writing writing = {.request = request, .made = made, .cipher = cipher};
    writing.piece = g_malloc(PIECE);
    find_module(&writing);
    bool done = write_package(&writing, key, error);
    g_free(writing.piece);
    g_free(writing.module_file);
    g_free(writing.module_package);
    return done ? g_steal_pointer(&made) : NULL;
}

bool package_check(const PackageRequest *request, GError **error)
{
    if (!project_check_image_name(request->config->name, error))
        return false;
    struct stat status;
    if (stat(request->output, &status) != 0 || S_ISDIR(status.st_mode))
        return true;
    g_autofree char *shown = sanitize_string(request->output);
    g_set_error(error, PACKAGE_ERROR, PACKAGE_ERROR_OUTPUT,
                _("the package cannot be written into %s: it is %s; name a directory"), shown,
                file_kind(status.st_mode));
    return false;
}
