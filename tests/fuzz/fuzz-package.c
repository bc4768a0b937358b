/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Packages: whatever the bytes, a package is taken whole or refused in harmless words, and what was
 * taken can be read to its end.
 */
#include "config.h"

#include "app/package.h"

#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

static void read_member(Package *package, PackageMember member)
{
    g_autoptr(PackageStream) stream = package_stream_new(package, member);
    uint64_t left = package_stream_size(stream);
    uint8_t piece[1000];
    for (size_t got = 1; got > 0; left -= got)
        g_assert_true(package_stream_read(stream, piece, sizeof piece, &got, NULL));
    g_assert_true(left == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char path[40];
    int descriptor = memfd_create("package", MFD_CLOEXEC);
    g_assert_true(descriptor >= 0 && write(descriptor, data, size) == (ssize_t)size);
    g_snprintf(path, sizeof path, "/proc/self/fd/%d", descriptor);
    g_autoptr(GError) error = NULL;
    g_autoptr(Package) package = package_open(path, NULL, &error);
    if (package == NULL) {
        g_assert_true(error != NULL && g_utf8_validate(error->message, -1, NULL));
        g_assert_null(strpbrk(error->message, "\r\033\177")); /* a configuration's have lines */
    } else {
        PackageImage image = package_image(package);
        g_assert_true(g_str_has_prefix(image.id, "sha256:") && strlen(image.id) == 7 + 64);
        for (PackageMember member = PACKAGE_APP; member < N_PACKAGE_MEMBERS; member++)
            read_member(package, member);
    }
    close(descriptor);
    return 0;
}
