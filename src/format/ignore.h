/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Ignore files in the syntax of .gitignore: negation, anchoring, "**", classes, patterns of
 * directories, the last match wins, what is below an ignored directory stays out. As git does it:
 * byte by byte, case counts. Held to `git check-ignore` by a test.
 * Source: gitignore(5).
 */
#ifndef MSE_FORMAT_IGNORE_H
#define MSE_FORMAT_IGNORE_H

#include "core/reader.h"

#include <glib.h>

typedef struct Ignore Ignore;

/* Any text is an ignore file: a pattern that is malformed matches nothing. */
Ignore *ignore_parse(Span text);
void ignore_free(Ignore *ignore);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Ignore, ignore_free)

/* Whether the last pattern that matches this path ignores it. For who walks a tree from its top and
 * does not enter what is ignored. `path`: relative to where the ignore file lies, without "./" and
 * without a slash at its end. */
bool ignore_matches(const Ignore *ignore, const char *path, bool directory);

/* The same of a path alone: also true when a directory above it is ignored. */
bool ignore_excludes(const Ignore *ignore, const char *path, bool directory);

#endif
