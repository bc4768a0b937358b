/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What the files of the package's reader share.
 */
#ifndef MSE_APP_PACKAGE_PRIVATE_H
#define MSE_APP_PACKAGE_PRIVATE_H

#include "app/package.h"
#include "core/limits.h"
#include "format/tar.h"

/* A piece of a file, read at its own pace. */
typedef struct PackageWindow {
    int descriptor; /* the package's */
    uint64_t at, end;
    uint8_t *bytes;    /* PACKAGE_WINDOW of them; NULL: reads are large, and go straight */
    uint64_t bytes_at; /* where those that are held begin */
    size_t bytes_held;
} PackageWindow;

enum { PACKAGE_WINDOW = 64 * 1024 };

/* Free with package_window_clear. */
PackageWindow package_window(int descriptor, uint64_t start, uint64_t size);
void package_window_clear(PackageWindow *window);
bool package_window_read(PackageWindow *window, uint8_t *out, size_t size, size_t *got,
                         GError **error);
TarSource package_window_source(PackageWindow *window);

typedef struct PackagePart {
    bool there;
    uint64_t offset, size; /* in the file */
} PackagePart;

struct Package {
    char *path;
    int descriptor;
    PackagePart parts[N_PACKAGE_MEMBERS];
    const Dialect *dialect;
    ProjectConfig *config;
    bool encrypted;
    char *image_id, *image_tag;
};

/* A GError of this code: "PACKAGE: MEMBER: …" (MEMBER NULL: of the package itself). Returns false.
 */
bool package_fail(const Package *package, const char *member, int code, GError **error,
                  const char *format, ...) G_GNUC_PRINTF(5, 6);
/* Puts "PACKAGE: MEMBER: " before an error of the tar reader and gives it a code of this module;
 * others (reading, cancel) are passed on. Takes `reason`. Returns false. */
bool package_fail_reason(const Package *package, const char *member, GError *reason,
                         GError **error);

/* Names of an archive: what is there twice, or is a file with something below it, is refused. */
typedef struct PackageNames PackageNames;
PackageNames *package_names_new(void);
void package_names_free(PackageNames *names);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(PackageNames, package_names_free)
/* `name`: cleaned. False: there is something in its way already. */
bool package_names_add(PackageNames *names, const char *name, bool directory);

/* Checks image.tar: fills image_id and image_tag. */
bool package_check_image(Package *package, Cancel *cancel, GError **error);

#endif
