/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "core/file.h"

#include <ftw.h>
#include <stdio.h>

enum { DESCRIPTORS = 16 };

static int remove_one(const char *path, const struct stat *status, int kind, struct FTW *where)
{
    (void)status;
    (void)kind;
    (void)where;
    remove(path); /* what cannot be removed stays, and so does its directory */
    return 0;
}

void file_remove_tree(const char *path)
{
    nftw(path, remove_one, DESCRIPTORS, FTW_DEPTH | FTW_PHYS | FTW_MOUNT);
}
