/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A file that is written in large pieces, whatever the pieces that are put; for archives, which are
 * headers and small files. For the writer of packages alone.
 */
#ifndef MSE_APP_PACKAGE_OUTPUT_H
#define MSE_APP_PACKAGE_OUTPUT_H

#include "core/file.h"
#include "format/tar.h"

typedef struct PackageOutput PackageOutput;
PackageOutput *package_output_new(const char *path, GError **error);
void package_output_free(PackageOutput *output);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(PackageOutput, package_output_free)

/* As long as the output lives. */
TarSink package_output_sink(PackageOutput *output);
/* As file_writer_commit. */
bool package_output_commit(PackageOutput *output, int mode, FileThere there, GError **error);

#endif
