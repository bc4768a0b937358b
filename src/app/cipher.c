/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "app/cipher.h"

#include "core/cause.h"
#include "core/clock.h"
#include "core/file.h"
#include "core/i18n.h"
#include "core/sanitize.h"
#include "seal/box.h"
#include "seal/fernet.h"

#include <errno.h>
#include <glib/gstdio.h>
#include <unistd.h>

G_DEFINE_QUARK(mse - cipher - error - quark, cipher_error)

/* One run: from where, to where, with which key. */
typedef struct Run {
    const CipherFiles *files;
    LimitId limit;
    FileReader *reader;
    FileWriter *writer;
    Secret *text; /* instead of the writer */
    size_t text_size;
    uint64_t done, total;
    Secret *key;
    const uint8_t *public_key;
    Cipher cipher;
} Run;

typedef bool (*Work)(Run *run, const SealSource *source, const SealSink *sink, GError **error);

static void run_clear(Run *run)
{
    file_reader_free(run->reader);
    file_writer_free(run->writer);
    secret_free(run->text);
    secret_free(run->key);
}

/* ---- the callbacks ---- */

static bool source_read(void *data, uint8_t *out, size_t size, size_t *got, GError **error)
{
    Run *run = data;
    if (!file_reader_get(run->reader, out, size, got, error))
        return false;
    run->done += *got;
    if (run->files->progress)
        run->files->progress(run->done, run->total, run->files->data);
    return true;
}

static bool source_rewind(void *data, GError **error)
{
    Run *run = data;
    return file_reader_rewind(run->reader, error);
}

static bool sink_write(void *data, Span bytes, GError **error)
{
    Run *run = data;
    return file_writer_put(run->writer, bytes, error);
}

static bool sink_write_at(void *data, uint64_t offset, Span bytes, GError **error)
{
    Run *run = data;
    return file_writer_put_at(run->writer, offset, bytes, error);
}

/* Guarded memory cannot grow in place; the limit of what is read bounds it. */
static bool memory_write(void *data, Span bytes, GError **error)
{
    Run *run = data;
    (void)error;
    if (run->text_size + bytes.size > secret_size(run->text)) {
        Secret *larger = secret_new(2 * (run->text_size + bytes.size));
        memcpy(secret_data(larger), secret_data(run->text), run->text_size);
        secret_free(run->text);
        run->text = larger;
    }
    memcpy(secret_data(run->text) + run->text_size, bytes.data, bytes.size);
    run->text_size += bytes.size;
    return true;
}

/* ---- what is read ---- */

static bool fail_spool(int number, GError **error)
{
    g_set_error(error, FILE_ERROR, FILE_ERROR_WRITE,
                _("what comes from a pipe cannot be kept in %s for its second reading: %s"),
                g_get_tmp_dir(), g_strerror(number));
    return false;
}

static bool copy(FileReader *reader, int descriptor, GError **error)
{
    g_autofree uint8_t *piece = g_malloc(SEAL_PIECE);
    size_t got;
    do {
        if (!file_reader_get(reader, piece, SEAL_PIECE, &got, error))
            return false;
        for (size_t done = 0; done < got;) {
            ssize_t put = write(descriptor, piece + done, got - done);
            if (put <= 0 && errno != EINTR)
                return fail_spool(errno, error);
            done += put > 0 ? (size_t)put : 0;
        }
    } while (got == SEAL_PIECE);
    return true;
}

/* A pipe is copied into a file that has no name any more when this returns. */
static bool make_rewindable(Run *run, GError **error)
{
    if (file_reader_rewinds(run->reader))
        return true;
    g_autofree char *name = NULL;
    int descriptor = g_file_open_tmp("mse-XXXXXX", &name, NULL);
    if (descriptor < 0)
        return fail_spool(errno, error);
    FileReader *again = NULL;
    if (copy(run->reader, descriptor, error))
        again = file_reader_open(name, run->limit, run->files->cancel, error);
    g_unlink(name);
    close(descriptor);
    if (again == NULL)
        return false;
    file_reader_free(run->reader);
    run->reader = again;
    return true;
}

static bool open_input(Run *run, LimitId limit, bool twice, GError **error)
{
    run->limit = limit;
    run->reader = file_reader_open(run->files->input, limit, run->files->cancel, error);
    if (run->reader == NULL || (twice && !make_rewindable(run, error)))
        return false;
    run->total = (twice ? 2 : 1) * file_reader_size(run->reader);
    return true;
}

/* ---- what is written ---- */

static bool fail_same(const char *output, const char *what, GError **error)
{
    g_autofree char *shown = sanitize_string(output);
    g_set_error(error, CIPHER_ERROR, CIPHER_ERROR_SAME,
                _("%s is %s, which would be lost; name another output"), shown, what);
    return false;
}

static bool open_output(Run *run, GError **error)
{
    const char *output = run->files->output;
    if (file_reader_is(run->reader, output))
        return fail_same(output, _("the input itself"), error);
    struct stat of_key, of_output;
    if (run->files->key && stat(run->files->key, &of_key) == 0 && stat(output, &of_output) == 0 &&
        of_key.st_dev == of_output.st_dev && of_key.st_ino == of_output.st_ino)
        return fail_same(output, _("the key"), error);
    run->writer = file_writer_new(output, error);
    return run->writer != NULL;
}

/* What came of a file's bytes is said with the file's name; the file's own errors have it. */
static bool name_error(const Run *run, GError **error)
{
    if (error && *error && (*error)->domain == SEAL_ERROR) {
        g_autofree char *shown = sanitize_string(run->files->input);
        cause_prefix(error, CAUSE_HERE, "%s: ", shown);
    }
    return false;
}

static bool write_output(Run *run, Work work, int mode, GError **error)
{
    const SealSource source = {source_read, source_rewind, run};
    const SealSink sink = {sink_write, sink_write_at, run};
    if (!open_output(run, error))
        return false;
    if (!work(run, &source, &sink, error))
        return name_error(run, error);
    return file_writer_commit(run->writer, mode, FILE_REPLACE, error);
}

/* ---- keys ---- */

static bool name_key_error(const Run *run, GError **error)
{
    g_autofree char *shown = sanitize_string(run->files->key);
    cause_prefix(error, CAUSE_HERE, _("the key %s: "), shown);
    return false;
}

static Secret *read_key_file(const Run *run, GError **error)
{
    return secret_read_file(run->files->key, LIMIT_KEY, run->files->cancel, error);
}

static bool read_symmetric_key(Run *run, GError **error)
{
    g_autoptr(Secret) file = read_key_file(run, error);
    if (file == NULL)
        return false;
    run->key = key_symmetric(secret_span(file), &run->cipher, error);
    return run->key != NULL || name_key_error(run, error);
}

static bool read_x25519_key(Run *run, GError **error)
{
    g_autoptr(Secret) file = read_key_file(run, error);
    if (file == NULL)
        return false;
    run->key = key_x25519_secret(secret_span(file), error);
    return run->key != NULL || name_key_error(run, error);
}

/* ---- the works ---- */

static bool work_encrypt(Run *run, const SealSource *source, const SealSink *sink, GError **error)
{
    g_autoptr(Secret) random = secret_new_random(BOX_NONCE_SIZE);
    const uint8_t *key = secret_data(run->key);
    if (run->cipher == CIPHER_BOX)
        return box_encrypt(key, secret_data(random), source, sink, error);
    return fernet_encrypt(key, secret_data(random), (uint64_t)clock_now(), source, sink, error);
}

static bool work_decrypt(Run *run, const SealSource *source, const SealSink *sink, GError **error)
{
    const uint8_t *key = secret_data(run->key);
    return run->cipher == CIPHER_BOX ? box_decrypt(key, source, sink, error)
                                     : fernet_decrypt(key, source, sink, error);
}

static bool work_seal(Run *run, const SealSource *source, const SealSink *sink, GError **error)
{
    g_autoptr(Secret) ephemeral = secret_new_random(BOX_KEY_SIZE);
    return box_seal(run->public_key, secret_data(ephemeral), source, sink, error);
}

static bool work_unseal(Run *run, const SealSource *source, const SealSink *sink, GError **error)
{
    return box_unseal(secret_data(run->key), source, sink, error);
}

bool cipher_encrypt(const CipherFiles *files, Cipher *cipher, GError **error)
{
    Run run = {.files = files};
    bool done = read_symmetric_key(&run, error) && open_input(&run, LIMIT_CIPHER, false, error) &&
                write_output(&run, work_encrypt, 0644, error);
    *cipher = run.cipher;
    run_clear(&run);
    return done;
}

bool cipher_decrypt(const CipherFiles *files, Cipher *cipher, GError **error)
{
    Run run = {.files = files};
    bool done = read_symmetric_key(&run, error) && open_input(&run, LIMIT_CIPHER, true, error) &&
                write_output(&run, work_decrypt, 0600, error);
    *cipher = run.cipher;
    run_clear(&run);
    return done;
}

bool cipher_seal(const CipherFiles *files, const uint8_t public_key[32], GError **error)
{
    Run run = {.files = files, .public_key = public_key};
    bool done =
        open_input(&run, LIMIT_SECRETS, false, error) && write_output(&run, work_seal, 0644, error);
    run_clear(&run);
    return done;
}

bool cipher_unseal(const CipherFiles *files, GError **error)
{
    Run run = {.files = files};
    bool done = read_x25519_key(&run, error) && open_input(&run, LIMIT_SEALED, true, error) &&
                write_output(&run, work_unseal, 0600, error);
    run_clear(&run);
    return done;
}

Secret *cipher_unseal_to_memory(const CipherFiles *files, GError **error)
{
    Run run = {.files = files, .text = secret_new(SEAL_PIECE)};
    const SealSource source = {source_read, source_rewind, &run};
    const SealSink sink = {memory_write, NULL, &run};
    Secret *exact = NULL;
    if (read_x25519_key(&run, error) && open_input(&run, LIMIT_SEALED, true, error) &&
        (work_unseal(&run, &source, &sink, error) || name_error(&run, error))) {
        exact = secret_new(run.text_size);
        memcpy(secret_data(exact), secret_data(run.text), run.text_size);
    }
    run_clear(&run);
    return exact;
}

static Secret *new_key(NewKey kind)
{
    Secret *random = secret_new_random(BOX_KEY_SIZE);
    if (kind == NEW_KEY_SYMMETRIC)
        return random;
    Secret *made =
        kind == NEW_KEY_PAIR ? key_pair(secret_data(random)) : key_fernet_text(secret_data(random));
    secret_free(random);
    return made;
}

bool cipher_new_key(NewKey kind, const char *path, bool force, GError **error)
{
    g_autoptr(FileWriter) writer = file_writer_new(path, error);
    if (writer == NULL)
        return false;
    g_autoptr(Secret) key = new_key(kind);
    return file_writer_put(writer, secret_span(key), error) &&
           file_writer_commit(writer, 0600, force ? FILE_REPLACE : FILE_ONLY_NEW, error);
}
