/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "app/package_private.h"

#include "core/file.h"
#include "core/i18n.h"
#include "core/sanitize.h"
#include "core/units.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

GQuark package_error_quark(void)
{
    return g_quark_from_static_string("mse-package-error");
}

const char *package_member_name(PackageMember member, const Dialect *dialect)
{
    static const char *const names[] = {
        [PACKAGE_APP] = "app.tar", [PACKAGE_IMAGE] = "image.tar", [PACKAGE_TESTS] = "tests.tar"};
    return member == PACKAGE_CONFIG ? dialect->config_name : names[member];
}

bool package_fail(const Package *package, const char *member, int code, GError **error,
                  const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    g_autofree char *sentence = g_strdup_vprintf(format, arguments);
    va_end(arguments);
    g_autofree char *path = sanitize_string(package->path);
    if (member != NULL)
        g_set_error(error, PACKAGE_ERROR, code, "%s: %s: %s", path, member, sentence);
    else
        g_set_error(error, PACKAGE_ERROR, code, "%s: %s", path, sentence);
    return false;
}

bool package_fail_reason(const Package *package, const char *member, GError *reason, GError **error)
{
    static const int codes[] = {
        [TAR_ERROR_FORM] = PACKAGE_ERROR_FORM,
        [TAR_ERROR_LIMIT] = PACKAGE_ERROR_LIMIT,
        [TAR_ERROR_NAME] = PACKAGE_ERROR_HOSTILE,
        [TAR_ERROR_SIZE] = PACKAGE_ERROR_FORM,
    };
    if (reason->domain != TAR_ERROR) {
        g_propagate_error(error, reason);
        return false;
    }
    package_fail(package, member, codes[reason->code], error, "%s", reason->message);
    g_error_free(reason);
    return false;
}

/* ---- A piece of the file ---- */

PackageWindow package_window(int descriptor, uint64_t start, uint64_t size)
{
    return (PackageWindow){.descriptor = descriptor,
                           .at = start,
                           .end = start + size,
                           .bytes = g_malloc(PACKAGE_WINDOW)};
}

void package_window_clear(PackageWindow *window)
{
    g_clear_pointer(&window->bytes, g_free);
}

static bool read_at(int descriptor, uint64_t at, uint8_t *out, size_t size, size_t *got,
                    GError **error)
{
    for (*got = 0; *got < size;) {
        ssize_t taken = pread(descriptor, out + *got, size - *got, (off_t)(at + *got));
        if (taken < 0 && errno == EINTR)
            continue;
        if (taken < 0) {
            g_set_error(error, FILE_ERROR, FILE_ERROR_READ, _("cannot read the package: %s"),
                        g_strerror(errno));
            return false;
        }
        if (taken == 0)
            break;
        *got += (size_t)taken;
    }
    return true;
}

/* What is held and wanted. */
static size_t take_held(PackageWindow *window, uint8_t *out, size_t size)
{
    if (window->at < window->bytes_at || window->at >= window->bytes_at + window->bytes_held)
        return 0;
    size_t from = (size_t)(window->at - window->bytes_at);
    size_t taken = MIN(size, window->bytes_held - from);
    memcpy(out, window->bytes + from, taken);
    window->at += taken;
    return taken;
}

bool package_window_read(PackageWindow *window, uint8_t *out, size_t size, size_t *got,
                         GError **error)
{
    size = (size_t)MIN(size, window->end - window->at);
    *got = take_held(window, out, size);
    size_t rest = size - *got, more;
    if (rest == 0)
        return true;
    if (rest >= PACKAGE_WINDOW) {
        bool done = read_at(window->descriptor, window->at, out + *got, rest, &more, error);
        window->at += more;
        *got += more;
        return done;
    }
    window->bytes_at = window->at;
    size_t wanted = (size_t)MIN((uint64_t)PACKAGE_WINDOW, window->end - window->at);
    if (!read_at(window->descriptor, window->at, window->bytes, wanted, &window->bytes_held, error))
        return false;
    *got += take_held(window, out + *got, rest);
    return true;
}

static bool window_read(void *data, uint8_t *out, size_t size, size_t *got, GError **error)
{
    return package_window_read(data, out, size, got, error);
}

static bool window_skip(void *data, uint64_t size, GError **error)
{
    (void)error; /* who reads says where it is cut */
    PackageWindow *window = data;
    if (size > window->end - window->at)
        return false;
    window->at += size;
    return true;
}

TarSource package_window_source(PackageWindow *window)
{
    return (TarSource){.read = window_read, .skip = window_skip, .data = window};
}

/* ---- The package itself ---- */

static const LimitId part_limits[] = {
    [PACKAGE_APP] = LIMIT_PACKAGE_CODE,
    [PACKAGE_IMAGE] = LIMIT_PACKAGE_IMAGE,
    [PACKAGE_TESTS] = LIMIT_PACKAGE_TESTS,
    [PACKAGE_CONFIG] = LIMIT_PROJECT,
};

/* Which member a name is; N_PACKAGE_MEMBERS: none. */
static PackageMember member_of(Package *package, const char *name)
{
    const Dialect *dialect = dialect_of_config(name);
    if (dialect != NULL && strchr(name, '/') == NULL) {
        package->dialect = dialect;
        return PACKAGE_CONFIG;
    }
    for (PackageMember member = PACKAGE_APP; member < PACKAGE_CONFIG; member++)
        if (g_str_equal(name, package_member_name(member, &dialect_mse)))
            return member;
    return N_PACKAGE_MEMBERS;
}

static bool take_member(Package *package, const TarEntry *entry, GError **error)
{
    g_autofree char *shown = sanitize_string(entry->name);
    GError *reason = NULL;
    g_autofree char *name = tar_clean_name(entry->name, &reason);
    if (name == NULL)
        return package_fail_reason(package, NULL, reason, error);
    PackageMember member = member_of(package, name);
    if (member == N_PACKAGE_MEMBERS)
        return package_fail(package, NULL, PACKAGE_ERROR_FORM, error,
                            _("it is no package: \"%s\" does not belong there"), shown);
    if (entry->type != TAR_FILE)
        return package_fail(package, shown, PACKAGE_ERROR_HOSTILE, error,
                            _("it is %s and should be a file"), tar_type_name(entry->type));
    PackagePart *part = &package->parts[member];
    if (part->there)
        return package_fail(package, shown, PACKAGE_ERROR_FORM, error, _("it is there twice"));
    *part = (PackagePart){.there = true, .offset = entry->offset, .size = entry->size};
    size_t most = limit_bytes(part_limits[member]);
    if (entry->size <= most)
        return true;
    g_autofree char *size = units_size(entry->size), *maximum = units_size(most);
    return package_fail(package, shown, PACKAGE_ERROR_LIMIT, error,
                        _("it has %s, and the limit (%s) is %s"), size,
                        _(limit_row(part_limits[member])->name), maximum);
}

static bool check_all_there(const Package *package, GError **error)
{
    for (PackageMember member = PACKAGE_APP; member < N_PACKAGE_MEMBERS; member++) {
        if (package->parts[member].there)
            continue;
        if (member == PACKAGE_CONFIG)
            return package_fail(package, NULL, PACKAGE_ERROR_FORM, error,
                                _("it is no package: neither %s nor %s is in it"),
                                dialect_mse.config_name, dialect_cenclave.config_name);
        return package_fail(package, NULL, PACKAGE_ERROR_FORM, error,
                            _("it is no package: %s is not in it"),
                            package_member_name(member, &dialect_mse));
    }
    return true;
}

static bool find_members(Package *package, uint64_t size, GError **error)
{
    PackageWindow window = package_window(package->descriptor, 0, size);
    TarSource source = package_window_source(&window);
    g_autoptr(TarReader) reader = tar_reader_new(&source);
    const TarEntry *entry;
    GError *reason = NULL;
    bool done;
    while ((done = tar_reader_next(reader, &entry, &reason)) && entry != NULL)
        if (!(done = take_member(package, entry, error)))
            break;
    if (reason != NULL)
        package_fail_reason(package, NULL, reason, error);
    package_window_clear(&window);
    return done && check_all_there(package, error);
}

/* ---- app.tar and tests.tar ---- */

struct PackageNames {
    GHashTable *kinds; /* char*, its own → GINT_TO_POINTER(directory ? 2 : 1) */
};

PackageNames *package_names_new(void)
{
    PackageNames *names = g_new0(PackageNames, 1);
    names->kinds = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    return names;
}

void package_names_free(PackageNames *names)
{
    if (names == NULL)
        return;
    g_hash_table_unref(names->kinds);
    g_free(names);
}

/* A directory may be there already. */
static bool add_directory(PackageNames *names, const char *name)
{
    int kind = GPOINTER_TO_INT(g_hash_table_lookup(names->kinds, name));
    if (kind == 0)
        g_hash_table_insert(names->kinds, g_strdup(name), GINT_TO_POINTER(2));
    return kind != 1;
}

bool package_names_add(PackageNames *names, const char *name, bool directory)
{
    g_autofree char *above = g_strdup(name);
    for (char *slash = strchr(above, '/'); slash != NULL; slash = strchr(slash + 1, '/')) {
        *slash = '\0';
        if (!add_directory(names, above))
            return false;
        *slash = '/';
    }
    if (directory)
        return add_directory(names, name);
    if (g_hash_table_contains(names->kinds, name))
        return false;
    g_hash_table_insert(names->kinds, g_strdup(name), GINT_TO_POINTER(1));
    return true;
}

static bool check_entry(Package *package, const char *member, const TarEntry *entry,
                        PackageNames *names, GError **error)
{
    GError *reason = NULL;
    g_autofree char *shown = sanitize_string(entry->name);
    g_autofree char *name = tar_clean_name(entry->name, &reason);
    if (name == NULL)
        return package_fail_reason(package, member, reason, error);
    if (entry->type != TAR_FILE && entry->type != TAR_DIRECTORY)
        return package_fail(package, member, PACKAGE_ERROR_HOSTILE, error,
                            _("\"%s\" is %s; only files and directories are taken"), shown,
                            tar_type_name(entry->type));
    if (*name == '\0' && entry->type == TAR_DIRECTORY)
        return true; /* "./" */
    if (*name == '\0' || !package_names_add(names, name, entry->type == TAR_DIRECTORY))
        return package_fail(package, member, PACKAGE_ERROR_FORM, error,
                            _("\"%s\" is there twice, or below a file"), shown);
    return true;
}

/* A file of plain code may be called FILE.enc: encrypted is what has nothing else. */
static void note_cipher(const char *name, bool *encrypted, bool *plain)
{
    const char *slash = strrchr(name, '/');
    if (g_str_has_suffix(name, ".enc"))
        *encrypted = true;
    else if (strcmp(slash != NULL ? slash + 1 : name, "requirements.txt") != 0)
        *plain = true;
}

static bool check_tree(Package *package, PackageMember member, Cancel *cancel, GError **error)
{
    const char *label = package_member_name(member, package->dialect);
    const PackagePart *part = &package->parts[member];
    PackageWindow window = package_window(package->descriptor, part->offset, part->size);
    TarSource source = package_window_source(&window);
    g_autoptr(TarReader) reader = tar_reader_new(&source);
    g_autoptr(PackageNames) names = package_names_new();
    const TarEntry *entry;
    GError *reason = NULL;
    size_t most = limit_bytes(LIMIT_PACKAGE_FILES), n = 0;
    bool done, encrypted = false, plain = false;
    while ((done = tar_reader_next(reader, &entry, &reason)) && entry != NULL) {
        if (++n > most)
            done = package_fail(package, label, PACKAGE_ERROR_LIMIT, error,
                                _("it has more than %zu entries (%s)"), most,
                                _(limit_row(LIMIT_PACKAGE_FILES)->name));
        done = done && !cancel_is_set(cancel, error) &&
               check_entry(package, label, entry, names, error);
        if (!done)
            break;
        if (member == PACKAGE_APP && entry->type == TAR_FILE)
            note_cipher(entry->name, &encrypted, &plain);
    }
    if (reason != NULL)
        package_fail_reason(package, label, reason, error);
    package_window_clear(&window);
    if (member == PACKAGE_APP)
        package->encrypted = encrypted && !plain;
    return done;
}

static bool read_config(Package *package, GError **error)
{
    const PackagePart *part = &package->parts[PACKAGE_CONFIG];
    g_autofree uint8_t *bytes = g_malloc(part->size + 1);
    g_autofree char *name = g_strdup_printf("%s: %s", package->path, package->dialect->config_name);
    size_t got;
    if (!read_at(package->descriptor, part->offset, bytes, (size_t)part->size, &got, error))
        return false;
    package->config = project_config_parse(span_of(bytes, got), name, error);
    if (package->config != NULL)
        package->config->dialect = package->dialect;
    return package->config != NULL;
}

Package *package_open(const char *path, Cancel *cancel, GError **error)
{
    g_autoptr(Package) package = g_new0(Package, 1);
    package->path = g_strdup(path);
    package->descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    struct stat status;
    if (package->descriptor < 0 || fstat(package->descriptor, &status) != 0) {
        g_autofree char *shown = sanitize_string(path);
        g_set_error(error, FILE_ERROR, FILE_ERROR_OPEN, _("cannot read %s: %s"), shown,
                    g_strerror(errno));
        return NULL;
    }
    if (!S_ISREG(status.st_mode)) {
        package_fail(package, NULL, PACKAGE_ERROR_FORM, error, _("it is %s and no package"),
                     file_kind(status.st_mode));
        return NULL;
    }
    bool good = find_members(package, (uint64_t)status.st_size, error) &&
                read_config(package, error) && check_tree(package, PACKAGE_APP, cancel, error) &&
                check_tree(package, PACKAGE_TESTS, cancel, error) &&
                package_check_image(package, cancel, error);
    return good ? g_steal_pointer(&package) : NULL;
}

void package_free(Package *package)
{
    if (package == NULL)
        return;
    if (package->descriptor >= 0)
        close(package->descriptor);
    project_config_free(package->config);
    g_free(package->image_id);
    g_free(package->image_tag);
    g_free(package->path);
    g_free(package);
}

const char *package_path(const Package *package)
{
    return package->path;
}

const ProjectConfig *package_config(const Package *package)
{
    return package->config;
}

bool package_is_encrypted(const Package *package)
{
    return package->encrypted;
}

PackageImage package_image(const Package *package)
{
    return (PackageImage){.id = package->image_id, .tag = package->image_tag};
}

/* ---- Streams ---- */

struct PackageStream {
    PackageWindow window;
    uint64_t size;
};

PackageStream *package_stream_new(Package *package, PackageMember member)
{
    const PackagePart *part = &package->parts[member];
    PackageStream *stream = g_new0(PackageStream, 1);
    stream->window = package_window(package->descriptor, part->offset, part->size);
    stream->size = part->size;
    return stream;
}

void package_stream_free(PackageStream *stream)
{
    if (stream == NULL)
        return;
    package_window_clear(&stream->window);
    g_free(stream);
}

uint64_t package_stream_size(const PackageStream *stream)
{
    return stream->size;
}

bool package_stream_read(PackageStream *stream, uint8_t *out, size_t size, size_t *got,
                         GError **error)
{
    PackageWindow *window = &stream->window;
    size_t wanted = (size_t)MIN(size, window->end - window->at);
    if (!package_window_read(window, out, size, got, error))
        return false;
    if (*got == wanted)
        return true;
    g_set_error_literal(error, PACKAGE_ERROR, PACKAGE_ERROR_FORM,
                        _("the package became shorter while it was read"));
    return false;
}
