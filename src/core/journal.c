/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "core/journal.h"

#include "core/clock.h"
#include "core/file.h"
#include "core/hex.h"
#include "core/i18n.h"
#include "core/limits.h"
#include "core/sanitize.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sodium.h>
#include <sys/file.h>
#include <time.h>
#include <unistd.h>

GQuark journal_error_quark(void)
{
    return g_quark_from_static_string("mse-journal-error");
}

/* How long to try for the lock, in milliseconds. Whoever holds it holds it for one write; only a
 * process stopped in the middle of that keeps it. */
#define LOCK_PATIENCE 2000

/* What is read of the journal at a time, in bytes. */
#define CHUNK 65536

/* What is read of its end to find the last line: lines of ours are shorter. */
#define FIRST_PIECE 2048

#define HASH_SIZE crypto_hash_sha256_BYTES

struct Journal {
    char *path;
    char *no_path; /* why there is no path */
    GMutex mutex;  /* flock does not exclude the threads of one process from each other's writes */
};

Journal *journal_new(const char *path)
{
    Journal *journal = g_new0(Journal, 1);
    g_mutex_init(&journal->mutex);
    if (path != NULL) {
        journal->path = g_strdup(path);
        return journal;
    }
    g_autoptr(GError) error = NULL;
    g_autofree char *directory = file_state_directory(&error);
    if (directory != NULL)
        journal->path = g_build_filename(directory, "journal.jsonl", NULL);
    else
        journal->no_path = g_strdup(error->message);
    return journal;
}

void journal_free(Journal *journal)
{
    if (journal == NULL)
        return;
    g_mutex_clear(&journal->mutex);
    g_free(journal->path);
    g_free(journal->no_path);
    g_free(journal);
}

const char *journal_path(const Journal *journal)
{
    return journal->path;
}

/* "the journal PATH cannot be …: what happened". Always false. */
static bool fail(const Journal *journal, JournalError code, const char *what, GError **error)
{
    g_autofree char *shown = sanitize_string(journal->path);
    g_set_error(error, JOURNAL_ERROR, code,
                code == JOURNAL_ERROR_READ ? _("the journal %s cannot be read: %s")
                                           : _("the journal %s cannot be written: %s"),
                shown, what);
    return false;
}

/* Only a plain file of our own is a journal: another's could be changed under us, and writing into
 * one could be somebody's trap. A file that others may read becomes private again. */
static bool check_descriptor(const Journal *journal, int descriptor, JournalError code,
                             GError **error)
{
    struct stat status;
    if (fstat(descriptor, &status) != 0)
        return fail(journal, code, g_strerror(errno), error);
    if (!S_ISREG(status.st_mode)) {
        g_autofree char *what = g_strdup_printf(_("it is %s"), file_kind(status.st_mode));
        return fail(journal, code, what, error);
    }
    if (status.st_uid != geteuid())
        return fail(journal, code, _("it belongs to another user; move it away"), error);
    if (code != JOURNAL_ERROR_READ && (status.st_mode & 07777) != 0600 &&
        fchmod(descriptor, 0600) != 0)
        return fail(journal, code, g_strerror(errno), error);
    return true;
}

/* flock has no timeout: so it is tried again, first soon, then every 5 ms. */
static bool lock(const Journal *journal, int descriptor, int operation, JournalError code,
                 GError **error)
{
    int64_t until = clock_monotonic() + LOCK_PATIENCE * INT64_C(1000);
    struct timespec pause = {.tv_nsec = 50 * 1000};
    while (flock(descriptor, operation | LOCK_NB) != 0) {
        if (errno != EWOULDBLOCK && errno != EINTR)
            return fail(journal, code, g_strerror(errno), error);
        if (clock_monotonic() > until)
            return fail(journal, code, _("another process keeps it locked"), error);
        ppoll(NULL, 0, &pause, NULL);
        pause.tv_nsec = MIN(pause.tv_nsec * 2, 5 * 1000 * 1000);
    }
    return true;
}

/* Opens for appending, making the directory when it is missing. */
static int open_to_append(const Journal *journal, GError **error)
{
    /* O_RDWR: the end is read for its hash. O_NONBLOCK: a FIFO is refused, not waited for. */
    const int flags = O_RDWR | O_APPEND | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK;
    int descriptor = open(journal->path, flags, 0600);
    if (descriptor < 0 && errno == ENOENT) {
        g_autofree char *directory = g_path_get_dirname(journal->path);
        if (!file_make_directory(directory, error))
            return -1;
        descriptor = open(journal->path, flags, 0600);
    }
    if (descriptor < 0) {
        fail(journal, JOURNAL_ERROR_OPEN,
             errno == ELOOP ? _("it is a symbolic link") : g_strerror(errno), error);
        return -1;
    }
    if (check_descriptor(journal, descriptor, JOURNAL_ERROR_OPEN, error) &&
        lock(journal, descriptor, LOCK_EX, JOURNAL_ERROR_OPEN, error))
        return descriptor;
    close(descriptor);
    return -1;
}

/* Reads exactly `size` bytes at `offset`. */
static bool read_at(int descriptor, uint8_t *out, size_t size, off_t offset)
{
    while (size > 0) {
        ssize_t got = pread(descriptor, out, size, offset);
        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0)
            return false;
        out += got;
        size -= (size_t)got;
        offset += got;
    }
    return true;
}

/* The offset after the last line feed before `end`: where the line that ends there starts. -1 when
 * it cannot be read. */
static off_t find_line_start(int descriptor, off_t end, uint8_t *chunk)
{
    off_t piece = FIRST_PIECE;
    while (end > 0) {
        size_t size = (size_t)MIN(end, piece);
        piece = CHUNK;
        end -= (off_t)size;
        if (!read_at(descriptor, chunk, size, end))
            return -1;
        const uint8_t *feed = memrchr(chunk, '\n', size);
        if (feed != NULL)
            return end + (feed - chunk) + 1;
    }
    return 0;
}

/* What an append has to know of the end of the file. */
typedef struct Tail {
    off_t size;
    bool torn;               /* the last line has no line feed */
    uint8_t hash[HASH_SIZE]; /* of the last line; zero when there is none */
} Tail;

static bool hash_range(int descriptor, off_t at, off_t end, uint8_t *chunk, uint8_t *hash)
{
    crypto_hash_sha256_state state;
    crypto_hash_sha256_init(&state);
    while (at < end) {
        size_t size = (size_t)MIN(end - at, (off_t)CHUNK);
        if (!read_at(descriptor, chunk, size, at))
            return false;
        crypto_hash_sha256_update(&state, chunk, size);
        at += (off_t)size;
    }
    crypto_hash_sha256_final(&state, hash);
    return true;
}

/* Reads the tail from the file, under the lock: another process may have appended since. */
static bool read_tail(int descriptor, Tail *tail)
{
    *tail = (Tail){.size = lseek(descriptor, 0, SEEK_END)};
    if (tail->size <= 0)
        return tail->size == 0;
    g_autofree uint8_t *chunk = g_malloc(CHUNK);
    if (!read_at(descriptor, chunk, 1, tail->size - 1))
        return false;
    tail->torn = chunk[0] != '\n';
    off_t end = tail->torn ? tail->size : tail->size - 1;
    off_t start = find_line_start(descriptor, end, chunk);
    return start >= 0 && hash_range(descriptor, start, end, chunk, tail->hash);
}

/* RFC 3339 in UTC. NULL for a time beyond what the calendar holds. */
static char *format_time(int64_t seconds)
{
    const time_t when = seconds;
    struct tm parts;
    char text[40];
    if (gmtime_r(&when, &parts) == NULL || parts.tm_year < -1900 || parts.tm_year > 8099)
        return NULL;
    size_t size = strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &parts);
    return g_strndup(text, size);
}

static bool is_reserved(const char *name)
{
    static const char *const names[] = {"time", "kind", "previous"};
    for (size_t i = 0; i < G_N_ELEMENTS(names); i++)
        if (strcmp(name, names[i]) == 0)
            return true;
    return false;
}

/* One line without its line feed. ASCII, so that a look at the raw file is harmless. NULL when
 * `fields` has a member that is ours. Free with free. */
static char *compose(int64_t now, const char *kind, const json_t *fields, const Tail *tail)
{
    json_t *line = json_object();
    g_autofree char *time = format_time(now);
    g_autofree char *previous = hex_encode(span_of(tail->hash, sizeof tail->hash));
    bool well = json_object_set_new(line, "time", time ? json_string(time) : json_null()) == 0 &&
                json_object_set_new(line, "kind", json_string(kind)) == 0;
    const char *name;
    json_t *value;
    json_object_foreach((json_t *)fields, name, value)
    {
        well = well && !is_reserved(name) && json_object_set(line, name, value) == 0;
    }
    well = well && json_object_set_new(line, "previous", json_string(previous)) == 0;
    char *text = well ? json_dumps(line, JSON_COMPACT | JSON_ENSURE_ASCII) : NULL;
    json_decref(line);
    return text;
}

/* Writes all of it in one write, or leaves the file as it was. */
static bool write_line(const Journal *journal, int descriptor, const Tail *tail, Span line,
                       GError **error)
{
    ssize_t put;
    do
        put = write(descriptor, line.data, line.size);
    while (put < 0 && errno == EINTR);
    if (put >= 0 && (size_t)put == line.size)
        return true;
    int number = put < 0 ? errno : ENOSPC;
    /* When even this fails, the line is torn, and the next append closes it. */
    int ignored = put > 0 ? ftruncate(descriptor, tail->size) : 0;
    (void)ignored;
    return fail(journal, JOURNAL_ERROR_WRITE, g_strerror(number), error);
}

static bool append_locked(const Journal *journal, int descriptor, int64_t now, const char *kind,
                          const json_t *fields, GError **error)
{
    Tail tail;
    if (!read_tail(descriptor, &tail))
        return fail(journal, JOURNAL_ERROR_WRITE, _("its end cannot be read"), error);
    char *text = compose(now, kind, fields, &tail);
    if (text == NULL)
        return fail(journal, JOURNAL_ERROR_WRITE, _("the entry is no JSON that fits"), error);
    g_autoptr(GString) line = g_string_new(tail.torn ? "\n" : NULL);
    g_string_append(line, text);
    g_string_append_c(line, '\n');
    free(text);
    if (line->len > limit_bytes(LIMIT_JOURNAL_LINE))
        return fail(journal, JOURNAL_ERROR_WRITE, _("the entry is longer than a line may be"),
                    error);
    return write_line(journal, descriptor, &tail, span_of(line->str, line->len), error);
}

bool journal_append(Journal *journal, int64_t now, const char *kind, const json_t *fields,
                    GError **error)
{
    if (journal->path == NULL) {
        g_set_error_literal(error, JOURNAL_ERROR, JOURNAL_ERROR_OPEN, journal->no_path);
        return false;
    }
    g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&journal->mutex);
    g_autoptr(GError) why = NULL;
    int descriptor = open_to_append(journal, &why);
    if (descriptor < 0) {
        if (why->domain == JOURNAL_ERROR)
            g_propagate_error(error, g_steal_pointer(&why));
        else
            fail(journal, JOURNAL_ERROR_OPEN, why->message, error);
        return false;
    }
    bool done = append_locked(journal, descriptor, now, kind, fields, error);
    close(descriptor); /* and with it the lock */
    return done;
}

/* Reading: one line at a time is held, at most a line's limit of it. */
typedef struct Scan {
    JournalVisit visit;
    void *data;
    uint64_t number;
    GByteArray *raw;                /* of the line so far, cut at the limit */
    bool overlong;                  /* some of it was cut off */
    crypto_hash_sha256_state state; /* over all of the line so far */
    uint8_t previous[HASH_SIZE];    /* the hash of the line before */
} Scan;

static void scan_start_line(Scan *scan)
{
    g_byte_array_set_size(scan->raw, 0);
    scan->overlong = false;
    crypto_hash_sha256_init(&scan->state);
}

static void scan_add(Scan *scan, const uint8_t *bytes, size_t size)
{
    crypto_hash_sha256_update(&scan->state, bytes, size);
    size_t room = limit_bytes(LIMIT_JOURNAL_LINE) - scan->raw->len;
    scan->overlong = scan->overlong || size > room;
    g_byte_array_append(scan->raw, bytes, (guint)MIN(size, room));
}

static bool links_to(const json_t *line, const uint8_t *hash)
{
    const char *previous = json_string_value(json_object_get(line, "previous"));
    g_autofree char *expected = hex_encode(span_of(hash, HASH_SIZE));
    return previous != NULL && strcmp(previous, expected) == 0;
}

/* Shows the line to the visitor; false when it wants no more. */
static bool scan_end_line(Scan *scan, bool torn)
{
    const char *text = scan->raw->len > 0 ? (const char *)scan->raw->data : "";
    json_t *line =
        scan->overlong ? NULL : json_loadb(text, scan->raw->len, JSON_REJECT_DUPLICATES, NULL);
    if (!json_is_object(line)) {
        json_decref(line);
        line = NULL;
    }
    JournalLineState state = JOURNAL_LINE_OK;
    if (line == NULL || !links_to(line, scan->previous))
        state = JOURNAL_LINE_BROKEN;
    if (torn)
        state = JOURNAL_LINE_TORN;
    Span raw = span_of(text, scan->raw->len);
    bool more = scan->visit(++scan->number, state, line, raw, scan->data);
    json_decref(line);
    crypto_hash_sha256_final(&scan->state, scan->previous);
    scan_start_line(scan);
    return more;
}

/* False when the visitor wants no more. */
static bool scan_chunk(Scan *scan, const uint8_t *at, size_t size)
{
    while (size > 0) {
        const uint8_t *feed = memchr(at, '\n', size);
        size_t part = feed == NULL ? size : (size_t)(feed - at);
        scan_add(scan, at, part);
        if (feed == NULL)
            return true;
        if (!scan_end_line(scan, false))
            return false;
        at += part + 1;
        size -= part + 1;
    }
    return true;
}

static bool scan_file(const Journal *journal, int descriptor, off_t size, Scan *scan,
                      GError **error)
{
    g_autofree uint8_t *chunk = g_malloc(CHUNK);
    uint8_t last = '\n';
    for (off_t at = 0; at < size;) {
        size_t part = (size_t)MIN(size - at, (off_t)CHUNK);
        if (!read_at(descriptor, chunk, part, at))
            return fail(journal, JOURNAL_ERROR_READ, _("a part of it cannot be read"), error);
        if (!scan_chunk(scan, chunk, part))
            return true;
        last = chunk[part - 1];
        at += (off_t)part;
    }
    if (last != '\n')
        scan_end_line(scan, true);
    return true;
}

/* The size between two writes. The lock is not kept: a visitor may take its time, and lines
 * already written do not change. */
static bool read_size(const Journal *journal, int descriptor, off_t *size, GError **error)
{
    if (!check_descriptor(journal, descriptor, JOURNAL_ERROR_READ, error) ||
        !lock(journal, descriptor, LOCK_SH, JOURNAL_ERROR_READ, error))
        return false;
    *size = lseek(descriptor, 0, SEEK_END);
    flock(descriptor, LOCK_UN);
    return *size >= 0 || fail(journal, JOURNAL_ERROR_READ, g_strerror(errno), error);
}

bool journal_read(const Journal *journal, JournalVisit visit, void *data, GError **error)
{
    if (journal->path == NULL) {
        g_set_error_literal(error, JOURNAL_ERROR, JOURNAL_ERROR_READ, journal->no_path);
        return false;
    }
    int descriptor = open(journal->path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
    if (descriptor < 0 && errno == ENOENT)
        return true;
    if (descriptor < 0)
        return fail(journal, JOURNAL_ERROR_READ,
                    errno == ELOOP ? _("it is a symbolic link") : g_strerror(errno), error);
    off_t size;
    bool done = read_size(journal, descriptor, &size, error);
    if (done) {
        Scan scan = {.visit = visit, .data = data, .raw = g_byte_array_new()};
        scan_start_line(&scan);
        done = scan_file(journal, descriptor, size, &scan, error);
        g_byte_array_unref(scan.raw);
    }
    close(descriptor);
    return done;
}
