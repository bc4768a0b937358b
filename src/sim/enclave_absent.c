/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What a static program must not have. The C library's own versions of these load libraries at run
 * time: a resolver, a user database, plugins. libcrypto and GLib name them for features that are
 * not used here; in an image with nothing else in it they could only fail, and they do.
 */
#include "config.h"

#include <errno.h>
#include <netdb.h>
#include <pwd.h>
#include <stddef.h>

int getaddrinfo(const char *node, const char *service, const struct addrinfo *hints,
                struct addrinfo **out)
{
    (void)node, (void)service, (void)hints;
    *out = NULL;
    return EAI_FAIL;
}

void freeaddrinfo(struct addrinfo *list)
{
    (void)list;
}

int getnameinfo(const struct sockaddr *address, socklen_t size, char *host, socklen_t host_size,
                char *service, socklen_t service_size, int flags)
{
    (void)address, (void)size, (void)host, (void)host_size, (void)service, (void)service_size,
        (void)flags;
    return EAI_FAIL;
}

struct hostent *gethostbyname(const char *name)
{
    (void)name;
    return NULL;
}

struct passwd *getpwuid(uid_t user)
{
    (void)user;
    return NULL;
}

int getpwuid_r(uid_t user, struct passwd *entry, char *buffer, size_t size, struct passwd **out)
{
    (void)user, (void)entry, (void)buffer, (void)size;
    *out = NULL;
    return ENOENT;
}

int getpwnam_r(const char *name, struct passwd *entry, char *buffer, size_t size,
               struct passwd **out)
{
    (void)name, (void)entry, (void)buffer, (void)size;
    *out = NULL;
    return ENOENT;
}
