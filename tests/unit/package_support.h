/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Projects, images and packages made for tests: right ones, and ones with one thing wrong.
 */
#ifndef MSE_TESTS_UNIT_PACKAGE_SUPPORT_H
#define MSE_TESTS_UNIT_PACKAGE_SUPPORT_H

#include "app/package.h"
#include "format/tar.h"

#define SUPPORT_NS  G_GUINT64_CONSTANT(1795233545527244479)
#define SUPPORT_TAG "shop:1795233545527244001"

/* An archive in memory. */
typedef struct Draft {
    GByteArray *bytes;
    TarWriter *writer;
} Draft;
Draft draft_new(void);
void draft_add(Draft *draft, const char *name, const void *content, size_t size);
void draft_text(Draft *draft, const char *name, const char *text);
/* A header by hand: any type, name, link and field of the size. */
void draft_raw(Draft *draft, char type, const char *name, const char *link, uint64_t size);
/* The end; the bytes are the caller's. */
GByteArray *draft_finish(Draft *draft);

/* What a package is made of; NULL: a right one of that member. An empty array: leave it out. */
typedef struct Parts {
    GByteArray *app, *image, *tests;
    const char *config;
    const char *config_name; /* NULL: mse.toml */
} Parts;
/* Writes a package of them at `path`. */
void support_package(const char *path, const Parts *parts);

/* An image as `docker save` writes it; NULL for a right manifest, "" for none. */
GByteArray *support_image(const char *manifest, const char *repositories, const char *index);
/* "sha256:…" of its configuration. */
#define SUPPORT_CONFIG "{\"architecture\":\"amd64\"}"

/* A project of MSE Home in `directory`, named shop, with a few files. */
void support_project(const char *directory);
void support_file(const char *directory, const char *name, const char *text);
/* Names in a directory, sorted, joined by blanks. */
char *support_listing(const char *directory);

/* Kilobytes of memory that is the process's own. */
unsigned support_anonymous(void);

#endif
