/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The table [cloud] of a project's configuration, for who deploys to a cloud. MSE Home passes over
 * it, whatever it holds.
 */
#ifndef MSE_APP_PROJECT_CLOUD_H
#define MSE_APP_PROJECT_CLOUD_H

#include "app/project.h"

/* Paths are absolute: in the file they are relative to it. */
typedef struct ProjectCloud {
    char *code, *tests; /* directories; not looked at */
    char *secrets;      /* a JSON file, or NULL */
    char *docker;       /* an image */
    char *project;      /* 1 to 255 characters */
    char *hardware;     /* 1 to 16 */
    bool expires;
    int64_t expires_at;              /* Unix seconds */
    int expires_nanosecond;          /* after them */
    bool dev_mode;                   /* only ever true with `untrusted_ssl` */
    char *domain_name;               /* of [cloud.ssl], or NULL: there is none */
    char *private_key, *certificate; /* files */
    char *certificate_text;          /* PEM, as it is in its file */
    GPtrArray *warnings;             /* char*: keys that are not known; safe for a terminal */
} ProjectCloud;

void project_cloud_free(ProjectCloud *cloud);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(ProjectCloud, project_cloud_free)

typedef struct ProjectCloudAsked {
    int64_t now;        /* Unix seconds: what expires before is refused */
    GTimeZone *zone;    /* of dates without one */
    bool untrusted_ssl; /* [cloud.ssl] is passed over, and dev_mode is true */
    Cancel *cancel;
} ProjectCloudAsked;

/* `text` is the whole file. With [cloud.ssl] its certificate is read: the domain or its wildcard
 * must be in it, the expiry defaults to its own and may not pass it. Errors as
 * project_config_parse. */
ProjectCloud *project_cloud_parse(Span text, const char *path, const ProjectCloudAsked *asked,
                                  GError **error);

#endif
