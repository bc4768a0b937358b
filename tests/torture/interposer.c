/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Preloaded into mse-console by the torture test: counts the calls of each kind and makes one of
 * them fail. What a kind of call can fail with is the test's to say. Nothing else is changed, and
 * other programs (children) are left alone.
 *   TORTURE_COUNTS  a file that is mapped: a counter a kind, then one of failures; outlives a crash
 *   TORTURE_FAIL    KIND:N:ERRNO, the N-th call (from 1) of that kind; ERRNO 0: half is written
 * Descriptors inside of the program (an eventfd, a signalfd, a pipe, a socket pair) are not
 * counted: on them these calls do not fail as they do on files, sockets and terminals.
 */
#include "config.h"

#include "interposer.h"

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <unistd.h>

static const char *const names[] = {TORTURE_KINDS};

static struct {
    atomic_uint *counts;
    int kind; /* -1: none fails */
    unsigned nth;
    int number;
} torture = {.kind = -1};

static int kind_of(const char *name, size_t size)
{
    for (int i = 0; i < TORTURE_N; i++)
        if (strlen(names[i]) == size && memcmp(names[i], name, size) == 0)
            return i;
    return -1;
}

static void read_order(const char *order)
{
    const char *colon = order == NULL ? NULL : strchr(order, ':');

    if (colon == NULL || sscanf(colon, ":%u:%d", &torture.nth, &torture.number) != 2)
        return;
    torture.kind = kind_of(order, (size_t)(colon - order));
}

static bool is_the_console(void)
{
    static const char name[] = "/mse-console";
    char path[4096];
    ssize_t n = readlink("/proc/self/exe", path, sizeof path - 1);

    if (n < (ssize_t)strlen(name))
        return false;
    path[n] = '\0';
    return strcmp(path + n - strlen(name), name) == 0;
}

__attribute__((constructor)) static void prepare(void)
{
    const char *counts = getenv("TORTURE_COUNTS");
    size_t size = TORTURE_COUNTERS * sizeof(atomic_uint);
    long file;
    void *map;

    if (counts == NULL || !is_the_console())
        return;
    file = syscall(SYS_openat, AT_FDCWD, counts, O_RDWR | O_CLOEXEC);
    if (file < 0)
        return;
    map = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, (int)file, 0);
    close((int)file);
    if (map == MAP_FAILED)
        return;
    read_order(getenv("TORTURE_FAIL"));
    torture.counts = map;
}

/* Counts the call; true when it is to fail, with errno set unless half is to be done. */
static bool fails(int kind)
{
    unsigned n;

    if (torture.counts == NULL)
        return false;
    n = atomic_fetch_add(&torture.counts[kind], 1) + 1;
    if (kind != torture.kind || n != torture.nth)
        return false;
    atomic_fetch_add(&torture.counts[TORTURE_FAILED], 1);
    errno = torture.number;
    return true;
}

static bool is_pair(int descriptor)
{
    struct sockaddr_un here, there;
    socklen_t here_size = sizeof here, there_size = sizeof there;

    if (getsockname(descriptor, (struct sockaddr *)&here, &here_size) != 0 ||
        getpeername(descriptor, (struct sockaddr *)&there, &there_size) != 0)
        return false;
    return here.sun_family == AF_UNIX && here_size <= sizeof(sa_family_t) &&
           there_size <= sizeof(sa_family_t);
}

static bool is_outside(int descriptor)
{
    struct stat status;
    int before = errno;
    bool outside = fstat(descriptor, &status) == 0 && (status.st_mode & S_IFMT) != 0 &&
                   !S_ISFIFO(status.st_mode) && !(S_ISSOCK(status.st_mode) && is_pair(descriptor));

    errno = before;
    return outside;
}

#define REAL(name)                 \
    static __typeof__(&name) real; \
    if (real == NULL)              \
    real = (__typeof__(&name))dlsym(RTLD_NEXT, #name)

/* ---- connect, read, write ---- */

int connect(int descriptor, const struct sockaddr *address, socklen_t size)
{
    REAL(connect);
    return fails(TORTURE_CONNECT) ? -1 : real(descriptor, address, size);
}

ssize_t read(int descriptor, void *bytes, size_t size)
{
    REAL(read);
    return is_outside(descriptor) && fails(TORTURE_READ) ? -1 : real(descriptor, bytes, size);
}

ssize_t pread(int descriptor, void *bytes, size_t size, off_t offset)
{
    REAL(pread);
    return fails(TORTURE_READ) ? -1 : real(descriptor, bytes, size, offset);
}

ssize_t pread64(int descriptor, void *bytes, size_t size, off64_t offset)
{
    REAL(pread64);
    return fails(TORTURE_READ) ? -1 : real(descriptor, bytes, size, offset);
}

ssize_t recv(int descriptor, void *bytes, size_t size, int flags)
{
    REAL(recv);
    return is_outside(descriptor) && fails(TORTURE_READ) ? -1
                                                         : real(descriptor, bytes, size, flags);
}

ssize_t write(int descriptor, const void *bytes, size_t size)
{
    REAL(write);
    if (!is_outside(descriptor) || !fails(TORTURE_WRITE))
        return real(descriptor, bytes, size);
    return torture.number == 0 ? real(descriptor, bytes, (size + 1) / 2) : -1;
}

ssize_t send(int descriptor, const void *bytes, size_t size, int flags)
{
    REAL(send);
    if (!is_outside(descriptor) || !fails(TORTURE_WRITE))
        return real(descriptor, bytes, size, flags);
    return torture.number == 0 ? real(descriptor, bytes, (size + 1) / 2, flags) : -1;
}

/* What fortified programs call. */
ssize_t __read_chk(int descriptor, void *bytes, size_t size, size_t room);
ssize_t __read_chk(int descriptor, void *bytes, size_t size, size_t room)
{
    if (size > room)
        abort();
    return read(descriptor, bytes, size);
}

/* ---- poll ---- */

int poll(struct pollfd *watched, nfds_t n, int timeout)
{
    REAL(poll);
    return fails(TORTURE_POLL) ? -1 : real(watched, n, timeout);
}

int __poll_chk(struct pollfd *watched, nfds_t n, int timeout, size_t room);
int __poll_chk(struct pollfd *watched, nfds_t n, int timeout, size_t room)
{
    if (n > room / sizeof *watched)
        abort();
    return poll(watched, n, timeout);
}

/* ---- rename, link, fsync ---- */

int rename(const char *from, const char *to)
{
    REAL(rename);
    return fails(TORTURE_RENAME) ? -1 : real(from, to);
}

int renameat(int from_directory, const char *from, int to_directory, const char *to)
{
    REAL(renameat);
    return fails(TORTURE_RENAME) ? -1 : real(from_directory, from, to_directory, to);
}

int linkat(int from_directory, const char *from, int to_directory, const char *to, int flags)
{
    REAL(linkat);
    return fails(TORTURE_RENAME) ? -1 : real(from_directory, from, to_directory, to, flags);
}

int fsync(int descriptor)
{
    REAL(fsync);
    return fails(TORTURE_FSYNC) ? -1 : real(descriptor);
}

int fdatasync(int descriptor)
{
    REAL(fdatasync);
    return fails(TORTURE_FSYNC) ? -1 : real(descriptor);
}

/* ---- openat ---- */

static mode_t mode_of(int flags, va_list list)
{
    return flags & (O_CREAT | O_TMPFILE) ? va_arg(list, mode_t) : 0;
}

static int open_one(int directory, const char *path, int flags, mode_t mode)
{
    if (fails(TORTURE_OPENAT))
        return -1;
    return (int)syscall(SYS_openat, directory, path, flags, mode);
}

#define OPEN_FUNCTION(name, ...)                         \
    {                                                    \
        va_list list;                                    \
        mode_t mode;                                     \
        va_start(list, flags);                           \
        mode = mode_of(flags, list);                     \
        va_end(list);                                    \
        return open_one(__VA_ARGS__, path, flags, mode); \
    }

int open(const char *path, int flags, ...)
    OPEN_FUNCTION(open, AT_FDCWD) int open64(const char *path, int flags, ...)
        OPEN_FUNCTION(open64, AT_FDCWD) int openat(int directory, const char *path, int flags, ...)
            OPEN_FUNCTION(openat, directory) int openat64(int directory, const char *path,
                                                          int flags, ...)
                OPEN_FUNCTION(openat64, directory)

                    int __open_2(const char *path, int flags);
int __open_2(const char *path, int flags)
{
    return open_one(AT_FDCWD, path, flags, 0);
}

int __openat_2(int directory, const char *path, int flags);
int __openat_2(int directory, const char *path, int flags)
{
    return open_one(directory, path, flags, 0);
}
