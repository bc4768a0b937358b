/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "core/cause.h"
#include "core/file.h"

#include "core/i18n.h"
#include "core/sanitize.h"
#include "core/units.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

/* What a pipe is read into first, in bytes. */
#define FIRST_CAPACITY 16384

/* One reading under way. */
typedef struct Source {
    const char *path;
    LimitId limit;
    Cancel *cancel;
    int descriptor;
    bool waits;       /* a pipe, socket or terminal: read only once poll says so */
    bool nonblocking; /* opened here with O_NONBLOCK, so that a read never waits */
    FileGrow grow;
    void *owner;
    uint8_t *bytes;
    size_t capacity;
    size_t size;
} Source;

static bool fail_errno(const Source *source, FileError code, int number, GError **error)
{
    g_autofree char *shown = sanitize_string(source->path);
    g_set_error(error, FILE_ERROR, code, _("cannot read %s: %s"), shown, g_strerror(number));
    cause_end_errno(error, CAUSE_HERE, number);
    return false;
}

static bool fail_too_large(const Source *source, off_t size, GError **error)
{
    g_autofree char *shown = sanitize_string(source->path);
    g_autofree char *maximum = units_size(limit_bytes(source->limit));
    const char *name = _(limit_row(source->limit)->name);
    if (size > 0) {
        g_autofree char *actual = units_size((uint64_t)size);
        g_set_error(error, FILE_ERROR, FILE_ERROR_TOO_LARGE,
                    _("cannot read %s: it has %s, and the limit (%s) is %s"), shown, actual, name,
                    maximum);
    } else {
        g_set_error(error, FILE_ERROR, FILE_ERROR_TOO_LARGE,
                    _("cannot read %s: it has more than the limit (%s) of %s"), shown, name,
                    maximum);
    }
    return false;
}

/* Opens without waiting for a FIFO's writer and without making a terminal ours. Standard input is
 * duplicated, not opened again: that works for sockets and other users' pipes too, and leaves
 * O_NONBLOCK, which it shares with the shell, alone. */
static bool open_source(Source *source, GError **error)
{
    if (strcmp(source->path, "/dev/stdin") == 0) {
        source->descriptor = fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 3);
    } else {
        source->descriptor = open(source->path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
        source->nonblocking = true;
    }
    if (source->descriptor >= 0)
        return true;
    return fail_errno(source, FILE_ERROR_OPEN, errno, error);
}

/* Decides from the open descriptor alone, so that nobody can swap the file in between. */
static bool examine(Source *source, GError **error)
{
    struct stat status;
    if (fstat(source->descriptor, &status) != 0)
        return fail_errno(source, FILE_ERROR_READ, errno, error);
    if (S_ISREG(status.st_mode)) {
        size_t maximum = limit_bytes(source->limit);
        if ((uint64_t)status.st_size > maximum)
            return fail_too_large(source, status.st_size, error);
        /* One more, so that the end is seen without growing. A size of 0 may be /proc. */
        source->capacity = status.st_size > 0 ? (size_t)status.st_size + 1 : 4096;
        source->capacity = MIN(source->capacity, maximum + 1);
        return true;
    }
    source->waits = true;
    source->capacity = MIN((size_t)FIRST_CAPACITY, limit_bytes(source->limit) + 1);
    if (S_ISFIFO(status.st_mode) || S_ISSOCK(status.st_mode) || isatty(source->descriptor))
        return true;
    g_autofree char *shown = sanitize_string(source->path);
    g_set_error(error, FILE_ERROR, FILE_ERROR_KIND,
                _("cannot read %s: it is %s; give a file or a pipe"), shown,
                file_kind(status.st_mode));
    return false;
}

/* Makes room for at least one byte beyond what was read; at most limit + 1 bytes in all. */
static bool make_room(Source *source, GError **error)
{
    size_t maximum = limit_bytes(source->limit);
    if (source->size > maximum)
        return fail_too_large(source, 0, error);
    if (source->bytes != NULL && source->size < source->capacity)
        return true;
    if (source->bytes != NULL)
        source->capacity = MIN(source->capacity * 2, maximum + 1);
    source->bytes = source->grow(source->owner, source->size, source->capacity);
    return true;
}

/* Adds to `size` what was read, which is nothing at the end. A FIFO that never had a writer reads
 * as ended, but does not poll readable: so poll comes first. After the first bytes only "try again"
 * leads back to poll: a FIFO whose writer has left before it was opened here would never poll
 * readable again. */
static bool read_some(Source *source, uint8_t *out, size_t size, GError **error)
{
    bool wait = source->waits && (source->size == 0 || !source->nonblocking);
    for (;;) {
        if (wait ? !cancel_wait(source->cancel, source->descriptor, POLLIN, error)
                 : cancel_is_set(source->cancel, error))
            return false;
        ssize_t got = read(source->descriptor, out, size);
        if (got >= 0) {
            source->size += (size_t)got;
            return true;
        }
        if (errno == EAGAIN)
            wait = true;
        else if (errno != EINTR)
            return fail_errno(source, errno == EISDIR ? FILE_ERROR_KIND : FILE_ERROR_READ, errno,
                              error);
    }
}

static bool read_all(Source *source, GError **error)
{
    for (;;) {
        if (!make_room(source, error))
            return false;
        size_t had = source->size;
        if (!read_some(source, source->bytes + had, source->capacity - had, error))
            return false;
        if (source->size == had)
            return true;
    }
}

bool file_read_with(const char *path, LimitId limit, Cancel *cancel, FileGrow grow, void *owner,
                    size_t *size, GError **error)
{
    Source source = {
        .path = path,
        .limit = limit,
        .cancel = cancel,
        .grow = grow,
        .owner = owner,
    };
    if (!open_source(&source, error))
        return false;
    bool done = examine(&source, error) && read_all(&source, error);
    close(source.descriptor);
    *size = done ? source.size : 0;
    return done;
}

struct FileReader {
    Source source;
    char *path;
    off_t start;
    struct stat status;
};

FileReader *file_reader_open(const char *path, LimitId limit, Cancel *cancel, GError **error)
{
    g_autoptr(FileReader) reader = g_new0(FileReader, 1);
    reader->path = g_strdup(path);
    reader->source = (Source){
        .path = reader->path, .limit = limit, .cancel = cancel_ref(cancel), .descriptor = -1};
    Source *source = &reader->source;
    if (!open_source(source, error) || !examine(source, error))
        return NULL;
    if (fstat(source->descriptor, &reader->status) != 0) {
        fail_errno(source, FILE_ERROR_READ, errno, error);
        return NULL;
    }
    reader->start = source->waits ? 0 : lseek(source->descriptor, 0, SEEK_CUR);
    return g_steal_pointer(&reader);
}

void file_reader_free(FileReader *reader)
{
    if (reader == NULL)
        return;
    if (reader->source.descriptor >= 0)
        close(reader->source.descriptor);
    cancel_unref(reader->source.cancel);
    g_free(reader->path);
    g_free(reader);
}

/* What the limit still allows, and one more: so that too much is noticed. */
static size_t allowed(const Source *source, size_t size)
{
    return MIN(size, limit_bytes(source->limit) - source->size + 1);
}

bool file_reader_get(FileReader *reader, uint8_t *out, size_t size, size_t *got, GError **error)
{
    Source *source = &reader->source;
    for (*got = 0; *got < size;) {
        if (source->size > limit_bytes(source->limit))
            return fail_too_large(source, 0, error);
        size_t had = source->size;
        if (!read_some(source, out + *got, allowed(source, size - *got), error))
            return false;
        if (source->size == had)
            return true;
        *got += source->size - had;
    }
    return true;
}

bool file_reader_rewinds(const FileReader *reader)
{
    return !reader->source.waits;
}

bool file_reader_rewind(FileReader *reader, GError **error)
{
    Source *source = &reader->source;
    source->size = 0;
    if (lseek(source->descriptor, reader->start, SEEK_SET) >= 0)
        return true;
    return fail_errno(source, FILE_ERROR_READ, errno, error);
}

uint64_t file_reader_size(const FileReader *reader)
{
    bool known = S_ISREG(reader->status.st_mode) && reader->status.st_size > reader->start;
    return known ? (uint64_t)(reader->status.st_size - reader->start) : 0;
}

bool file_reader_is(const FileReader *reader, const char *path)
{
    struct stat other;
    return stat(path, &other) == 0 && other.st_dev == reader->status.st_dev &&
           other.st_ino == reader->status.st_ino;
}

static uint8_t *grow_heap(void *owner, size_t used, size_t capacity)
{
    (void)used;
    uint8_t **bytes = owner;
    *bytes = g_realloc(*bytes, capacity);
    return *bytes;
}

GBytes *file_read(const char *path, LimitId limit, Cancel *cancel, GError **error)
{
    g_autofree uint8_t *bytes = NULL;
    size_t size;
    if (!file_read_with(path, limit, cancel, grow_heap, &bytes, &size, error))
        return NULL;
    bytes = g_realloc(bytes, size + 1);
    return g_bytes_new_take(g_steal_pointer(&bytes), size);
}
