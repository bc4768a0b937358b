/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "tests/unit/nameless.h"

#include <errno.h>
#include <stdarg.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <unistd.h>

/* <fcntl.h> is left out: its own openat may be an inline function. This is its declaration, and
 * the flag of the kernel's generic <asm-generic/fcntl.h>. */
int openat(int directory, const char *path, int flags, ...);
#define NAMELESS 020000000

bool nameless_refused;

int openat(int directory, const char *path, int flags, ...)
{
    if (nameless_refused && (flags & NAMELESS) != 0) {
        errno = EOPNOTSUPP;
        return -1;
    }
    va_list more;
    va_start(more, flags);
    mode_t mode = va_arg(more, mode_t);
    va_end(more);
    return (int)syscall(SYS_openat, directory, path, flags, mode);
}
