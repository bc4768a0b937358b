/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Unpacking: everything is written into a directory of its own beside what is there, and takes its
 * place at the end. What is unpacked is checked as it is read, again: nothing outside of that
 * directory is ever named.
 */
#include "config.h"

#include "app/package_private.h"

#include "app/tree.h"
#include "core/file.h"
#include "core/i18n.h"
#include "core/sanitize.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#define PIECE         ((size_t)128 * 1024)
#define PROGRESS_STEP ((uint64_t)1 << 20)

/* What takes its place at the end, in this order. */
enum { PLACE_APP, PLACE_TESTS, PLACE_CONFIG, N_PLACES };

typedef struct Extracting {
    Package *package;
    const PackageExtraction *extraction;
    int directory; /* where it will be */
    int stage;     /* in which it is made */
    char stage_name[24];
    const char *names[N_PLACES];
    int old_kept[N_PLACES]; /* what was done with a place; see take_place */
    uint8_t *piece;
    uint64_t done, told; /* bytes of the member */
} Extracting;

static bool fail_write(const Extracting *extracting, const char *name, int number, GError **error)
{
    g_autofree char *path = g_build_filename(extracting->extraction->directory, name, NULL);
    g_autofree char *shown = sanitize_string(path);
    g_set_error(error, FILE_ERROR, FILE_ERROR_WRITE, _("cannot write %s: %s"), shown,
                g_strerror(number));
    return false;
}

static void tell(Extracting *extracting, PackageMember member, size_t bytes)
{
    const PackageExtraction *extraction = extracting->extraction;
    extracting->done += bytes;
    if (extraction->progress == NULL || extracting->done - extracting->told < PROGRESS_STEP)
        return;
    extracting->told = extracting->done;
    extraction->progress(member, extracting->done, extraction->data);
}

static bool write_all(int descriptor, const uint8_t *bytes, size_t size)
{
    while (size > 0) {
        ssize_t put = write(descriptor, bytes, size);
        if (put < 0 && errno == EINTR)
            continue;
        if (put <= 0)
            return false;
        bytes += put;
        size -= (size_t)put;
    }
    return true;
}

/* ---- Members as files ---- */

static bool copy_stream(Extracting *extracting, PackageMember member, int descriptor,
                        const char *name, GError **error)
{
    g_autoptr(PackageStream) stream = package_stream_new(extracting->package, member);
    extracting->done = extracting->told = 0;
    for (size_t got = PIECE; got == PIECE;) {
        if (cancel_is_set(extracting->extraction->cancel, error) ||
            !package_stream_read(stream, extracting->piece, PIECE, &got, error))
            return false;
        if (!write_all(descriptor, extracting->piece, got))
            return fail_write(extracting, name, errno, error);
        tell(extracting, member, got);
    }
    return true;
}

static bool extract_member(Extracting *extracting, PackageMember member, const char *name,
                           GError **error)
{
    int descriptor =
        openat(extracting->stage, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0644);
    if (descriptor < 0)
        return fail_write(extracting, name, errno, error);
    bool done = copy_stream(extracting, member, descriptor, name, error);
    if (close(descriptor) != 0 && done)
        done = fail_write(extracting, name, errno, error);
    return done;
}

/* ---- tests.tar ---- */

/* The directories above a path, below "tests". */
static bool make_above(Extracting *extracting, const char *path, GError **error)
{
    g_autofree char *above = g_strdup(path);
    for (char *slash = strchr(above, '/'); slash != NULL; slash = strchr(slash + 1, '/')) {
        *slash = '\0';
        if (mkdirat(extracting->stage, above, 0755) != 0 && errno != EEXIST)
            return fail_write(extracting, above, errno, error);
        *slash = '/';
    }
    return true;
}

static bool copy_entry(Extracting *extracting, TarReader *reader, int descriptor, const char *path,
                       GError **error)
{
    for (size_t got = PIECE; got == PIECE;) {
        if (cancel_is_set(extracting->extraction->cancel, error) ||
            !tar_reader_read(reader, extracting->piece, PIECE, &got, error))
            return false;
        if (!write_all(descriptor, extracting->piece, got))
            return fail_write(extracting, path, errno, error);
        tell(extracting, PACKAGE_TESTS, got);
    }
    return true;
}

static bool extract_file(Extracting *extracting, TarReader *reader, const TarEntry *entry,
                         const char *path, GError **error)
{
    int descriptor =
        openat(extracting->stage, path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
    if (descriptor < 0)
        return fail_write(extracting, path, errno, error);
    bool done = copy_entry(extracting, reader, descriptor, path, error);
    if (done && fchmod(descriptor, (entry->mode & 0777) | 0600) != 0)
        done = fail_write(extracting, path, errno, error);
    if (close(descriptor) != 0 && done)
        done = fail_write(extracting, path, errno, error);
    return done;
}

static bool extract_entry(Extracting *extracting, TarReader *reader, const TarEntry *entry,
                          GError **error)
{
    static const char label[] = "tests.tar";
    GError *reason = NULL;
    g_autofree char *name = tar_clean_name(entry->name, &reason);
    if (name == NULL)
        return package_fail_reason(extracting->package, label, reason, error);
    g_autofree char *path = g_strdup_printf("tests/%s", name);
    if (!make_above(extracting, path, error))
        return false;
    if (entry->type == TAR_FILE)
        return extract_file(extracting, reader, entry, path, error);
    if (entry->type != TAR_DIRECTORY)
        return package_fail(extracting->package, label, PACKAGE_ERROR_HOSTILE, error,
                            _("the package changed while it was read"));
    if (*name != '\0' && mkdirat(extracting->stage, path, 0755) != 0 && errno != EEXIST)
        return fail_write(extracting, path, errno, error);
    return true;
}

static bool extract_tests(Extracting *extracting, GError **error)
{
    const PackagePart *part = &extracting->package->parts[PACKAGE_TESTS];
    PackageWindow window =
        package_window(extracting->package->descriptor, part->offset, part->size);
    TarSource source = package_window_source(&window);
    g_autoptr(TarReader) reader = tar_reader_new(&source);
    const TarEntry *entry;
    GError *reason = NULL;
    extracting->done = extracting->told = 0;
    bool done = mkdirat(extracting->stage, "tests", 0755) == 0 ||
                fail_write(extracting, "tests", errno, error);
    while (done && (done = tar_reader_next(reader, &entry, &reason)) && entry != NULL)
        done = extract_entry(extracting, reader, entry, error);
    if (reason != NULL)
        package_fail_reason(extracting->package, "tests.tar", reason, error);
    package_window_clear(&window);
    return done;
}

/* ---- The stage and the places ---- */

static bool make_stage(Extracting *extracting, GError **error)
{
    const char *path = extracting->extraction->directory;
    if (!file_make_directory(path, error))
        return false;
    extracting->directory = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (extracting->directory < 0)
        return fail_write(extracting, "", errno, error);
    for (int i = 0; i < 100; i++) {
        g_snprintf(extracting->stage_name, sizeof extracting->stage_name, ".mse-%08x%08x",
                   g_random_int(), g_random_int());
        if (mkdirat(extracting->directory, extracting->stage_name, 0700) == 0)
            break;
        int number = errno;
        extracting->stage_name[0] = '\0';
        if (number != EEXIST)
            return fail_write(extracting, "", number, error);
    }
    extracting->stage = openat(extracting->directory, extracting->stage_name,
                               O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    return extracting->stage >= 0 || fail_write(extracting, "", errno, error);
}

/* A link there leads somewhere else, and something of another kind is not ours to replace. */
static bool check_place(const Extracting *extracting, int place, GError **error)
{
    struct stat status;
    const char *name = extracting->names[place];
    if (fstatat(extracting->directory, name, &status, AT_SYMLINK_NOFOLLOW) != 0)
        return errno == ENOENT || fail_write(extracting, name, errno, error);
    mode_t wanted = place == PLACE_TESTS ? S_IFDIR : S_IFREG;
    if ((status.st_mode & S_IFMT) == wanted)
        return true;
    g_autofree char *path = g_build_filename(extracting->extraction->directory, name, NULL);
    g_autofree char *shown = sanitize_string(path);
    g_set_error(error, PACKAGE_ERROR, PACKAGE_ERROR_OUTPUT,
                _("the package cannot be unpacked: %s is %s; move it away or choose another "
                  "directory"),
                shown, file_kind(status.st_mode));
    return false;
}

enum { PLACE_AS_IT_WAS, PLACE_FILLED, PLACE_EXCHANGED, PLACE_KEPT_OLD };

static char *old_name(const Extracting *extracting, int place)
{
    return g_strconcat("old-", extracting->names[place], NULL);
}

/* Puts the new in its place. The old goes to the stage, so that it can come back. */
static bool take_place(Extracting *extracting, int place, GError **error)
{
    const char *name = extracting->names[place];
    int stage = extracting->stage, directory = extracting->directory;
    g_autofree char *old = old_name(extracting, place);
    if (renameat2(stage, name, directory, name, RENAME_NOREPLACE) == 0) {
        extracting->old_kept[place] = PLACE_FILLED;
        return true;
    }
    if (errno == EEXIST && renameat2(stage, name, directory, name, RENAME_EXCHANGE) == 0) {
        extracting->old_kept[place] = PLACE_EXCHANGED;
        return true;
    }
    /* A file system that knows neither. */
    if (renameat(directory, name, stage, old) == 0)
        extracting->old_kept[place] = PLACE_KEPT_OLD;
    else if (errno != ENOENT)
        return fail_write(extracting, name, errno, error);
    if (renameat(stage, name, directory, name) != 0)
        return fail_write(extracting, name, errno, error);
    if (extracting->old_kept[place] == PLACE_AS_IT_WAS)
        extracting->old_kept[place] = PLACE_FILLED;
    return true;
}

static void give_back(Extracting *extracting, int place)
{
    const char *name = extracting->names[place];
    int stage = extracting->stage, directory = extracting->directory;
    g_autofree char *old = old_name(extracting, place);
    switch (extracting->old_kept[place]) {
    case PLACE_FILLED:
        renameat(directory, name, stage, name);
        break;
    case PLACE_EXCHANGED:
        renameat2(stage, name, directory, name, RENAME_EXCHANGE);
        break;
    case PLACE_KEPT_OLD:
        renameat(directory, name, stage, name);
        renameat(stage, old, directory, name);
        break;
    default:
        break;
    }
}

static bool take_places(Extracting *extracting, GError **error)
{
    if (syncfs(extracting->stage) != 0)
        return fail_write(extracting, "", errno, error);
    for (int place = 0; place < N_PLACES; place++) {
        if (take_place(extracting, place, error))
            continue;
        for (int back = place; back >= 0; back--)
            give_back(extracting, back);
        return false;
    }
    fsync(extracting->directory);
    return true;
}

static bool fill_stage(Extracting *extracting, GError **error)
{
    return extract_member(extracting, PACKAGE_APP, extracting->names[PLACE_APP], error) &&
           extract_tests(extracting, error) &&
           extract_member(extracting, PACKAGE_CONFIG, extracting->names[PLACE_CONFIG], error) &&
           !cancel_is_set(extracting->extraction->cancel, error);
}

static bool check_places(const Extracting *extracting, GError **error)
{
    for (int place = 0; place < N_PLACES; place++)
        if (!check_place(extracting, place, error))
            return false;
    return true;
}

bool package_extract(Package *package, const PackageExtraction *extraction, GError **error)
{
    Extracting extracting = {.package = package,
                             .extraction = extraction,
                             .directory = -1,
                             .stage = -1,
                             .names = {[PLACE_APP] = "app.tar",
                                       [PLACE_TESTS] = "tests",
                                       [PLACE_CONFIG] = package->dialect->config_name}};
    extracting.piece = g_malloc(PIECE);
    bool done = make_stage(&extracting, error) && check_places(&extracting, error) &&
                fill_stage(&extracting, error) && take_places(&extracting, error);
    if (extracting.stage >= 0)
        close(extracting.stage);
    if (extracting.stage_name[0] != '\0')
        tree_remove(extracting.directory, extracting.stage_name);
    if (extracting.directory >= 0)
        close(extracting.directory);
    g_free(extracting.piece);
    return done;
}
