/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Projects: a directory with an application's code, its tests, its Dockerfile and its
 * configuration, mse.toml or config.toml. The configuration is read strictly: every problem is told
 * at once, a line each ("PATH: line L, column C: …" with the key, what was found and what is
 * expected); keys that are not known are named and passed over.
 */
#ifndef MSE_APP_PROJECT_H
#define MSE_APP_PROJECT_H

#include "app/dialect.h"
#include "core/cancel.h"
#include "core/reader.h"

#include <glib.h>

#define PROJECT_ERROR (project_error_quark())
typedef enum {
    PROJECT_ERROR_CONFIG, /* syntax or values of the configuration */
    PROJECT_ERROR_KIND,   /* no project: something is missing, or is something else */
    PROJECT_ERROR_BOTH,   /* configurations of both dialects */
    PROJECT_ERROR_NAME,   /* a name that Docker cannot take */
    PROJECT_ERROR_EXISTS, /* project_scaffold: something of that name is there */
} ProjectError;
GQuark project_error_quark(void);

/* mse.toml or config.toml. Texts are stripped where the format strips them, never empty, without
 * U+0000. */
typedef struct ProjectConfig {
    const Dialect *dialect;
    char *path;                 /* as it was named */
    char *name;                 /* 1 to 255 characters */
    char *python_application;   /* "module:variable" */
    char *module, *variable;    /* its halves */
    char *healthcheck_endpoint; /* "/…" */
    char *tests_cmd;            /* what follows `python3 -m` */
    char **tests_requirements;  /* NULL-terminated; maybe none */
    GPtrArray *warnings;        /* char*: keys that are not known; safe for a terminal */
} ProjectConfig;

void project_config_free(ProjectConfig *config);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(ProjectConfig, project_config_free)

/* Reads the file; its name tells the dialect, that of MSE Home when it is neither's. [cloud] is not
 * looked at, whatever it holds. */
ProjectConfig *project_config_read(const char *path, Cancel *cancel, GError **error);
/* The same from bytes; `path` names them. */
ProjectConfig *project_config_parse(Span text, const char *path, GError **error);

/* Checks that an image can be tagged with the name (a part of a repository's name as Docker has it:
 * lower-case letters and digits, between them ".", "_", "__" or dashes). PROJECT_ERROR_NAME. */
bool project_check_image_name(const char *name, GError **error);

/* Where a project's parts are. */
typedef struct Project {
    const Dialect *dialect;
    char *code;       /* a directory that is there */
    char *config;     /* files that are there */
    char *dockerfile; /* its directory is the build context */
    char *tests;      /* a directory that is there */
    char *secrets;    /* a file, or NULL: there is none */
    char *sealed_secrets;
} Project;

void project_free(Project *project);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Project, project_free)

/* `--project`: the dialect is that of the configuration in it; both are an error. */
Project *project_open(const char *directory, GError **error);

/* `--code --config --dockerfile --test`, all of them. The configuration's name tells the dialect.
 */
typedef struct ProjectParts {
    const char *code, *config, *dockerfile, *tests;
} ProjectParts;
Project *project_of_parts(const ProjectParts *parts, GError **error);

#endif
