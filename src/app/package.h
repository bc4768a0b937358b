/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Packages: package_NAME_<ns>.tar, an uncompressed tar of
 *   app.tar    the code directory, plain or encrypted: sorted, regular files only
 *   image.tar  what the engine's GET /images/{name}/get streams, of any size
 *   tests.tar  the tests directory
 *   mse.toml   (or config.toml) the configuration
 * and package_NAME_<ns>.key, 32 bytes, beside it when the code is encrypted. Nothing is held whole:
 * what is read and written goes by in pieces. Everything is written whole or not at all.
 */
#ifndef MSE_APP_PACKAGE_H
#define MSE_APP_PACKAGE_H

#include "app/project.h"

#define PACKAGE_ERROR (package_error_quark())
typedef enum {
    PACKAGE_ERROR_FORM,    /* no package: members missing, foreign or twice; sizes that lie */
    PACKAGE_ERROR_HOSTILE, /* names, links or devices that lead out of where it is unpacked */
    PACKAGE_ERROR_LIMIT,   /* too much of something; the message names the limit */
    PACKAGE_ERROR_IMAGE,   /* the image is not the package's own, or has no manifest */
    PACKAGE_ERROR_SOURCE,  /* the code or the tests cannot be packed */
    PACKAGE_ERROR_OUTPUT,  /* where it is to be unpacked is taken by something else */
} PackageError;
GQuark package_error_quark(void);

/* In the order in which they are written. */
typedef enum {
    PACKAGE_APP,
    PACKAGE_IMAGE,
    PACKAGE_TESTS,
    PACKAGE_CONFIG,
    N_PACKAGE_MEMBERS
} PackageMember;

/* "app.tar", …; the configuration's name is the dialect's. */
const char *package_member_name(PackageMember member, const Dialect *dialect);

/* ---- Writing ---- */

/* Where the bytes of image.tar go; its size is known only at its end. */
typedef struct PackageSink PackageSink;
bool package_sink_put(PackageSink *sink, Span bytes, GError **error);

typedef struct PackageRequest {
    const Project *project;
    const ProjectConfig *config;
    const char *output;   /* a directory; made when it is not there */
    uint64_t nanoseconds; /* since 1970, for the package's name: another than the image's tag */
    bool encrypt;
    /* Streams image.tar into the sink. Called once, on the thread of package_write. */
    bool (*image)(PackageSink *sink, void *data, GError **error);
    /* Called now and then, or NULL: `bytes` of this member were written so far. */
    void (*progress)(PackageMember member, uint64_t bytes, void *data);
    void *data; /* of both */
    Cancel *cancel;
} PackageRequest;

typedef struct PackageMade {
    char *path;
    char *key_path;           /* 0600; NULL when the code is not encrypted */
    uint64_t size;            /* bytes */
    unsigned n_code, n_tests; /* files */
    GPtrArray *warnings;      /* char*, safe for a terminal: what was left out and why */
} PackageMade;

void package_made_free(PackageMade *made);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(PackageMade, package_made_free)

/* Of the code: no part of a path begins with "."; what the ignore file in the code directory names
 * (.gitignore's syntax) stays out; links are followed to files in the directory only. Of the tests:
 * the same without an ignore file, and without __pycache__. Encrypted, a file is FILE.enc (nonce,
 * tag, XSalsa20), but requirements.txt at any depth. A package or key that is there is never
 * overwritten; on failure or cancel nothing is left. */
PackageMade *package_write(const PackageRequest *request, GError **error);

/* What package_write can find wrong before an image is built: names, nothing to pack, the output.
 */
bool package_check(const PackageRequest *request, GError **error);

/* ---- Reading ---- */

typedef struct Package Package;

/* Opens a package and checks it whole: the four members, every entry of app.tar and tests.tar (no
 * absolute paths, no "..", no links, no devices, nothing twice, sizes that hold), the configuration
 * and the image (see PackageImage). Errors name the package, the entry and what is wrong; foreign
 * text in them is harmless. */
Package *package_open(const char *path, Cancel *cancel, GError **error);
void package_free(Package *package);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Package, package_free)

/* Borrowed, as long as the package lives. */
const char *package_path(const Package *package);
const ProjectConfig *package_config(const Package *package); /* its dialect is the package's */
/* All its files but requirements.txt are FILE.enc. */
bool package_is_encrypted(const Package *package);

/* The one image of image.tar, by its manifest.json. A tag that is not the package's own (the name
 * in its configuration, ":" and 19 digits) was refused, in `repositories` and index.json too: those
 * engines read as well. */
typedef struct PackageImage {
    const char *id;  /* "sha256:" and 64 hex digits: of its configuration's bytes */
    const char *tag; /* "NAME:<ns>"; NULL: it has none */
} PackageImage;
PackageImage package_image(const Package *package);

/* One member from its first byte, at its own pace; several at a time are fine. It must not outlive
 * the package. */
typedef struct PackageStream PackageStream;
PackageStream *package_stream_new(Package *package, PackageMember member);
void package_stream_free(PackageStream *stream);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(PackageStream, package_stream_free)
uint64_t package_stream_size(const PackageStream *stream);
/* Fills `out`; `got` is less than `size` only at the end. */
bool package_stream_read(PackageStream *stream, uint8_t *out, size_t size, size_t *got,
                         GError **error);

/* Puts app.tar, tests/ (unpacked) and the configuration into `directory`, which is made when it is
 * not there. All or nothing: files and tests of before are replaced at the end only, and a link of
 * their names is refused. `progress` as above, or NULL. */
typedef struct PackageExtraction {
    const char *directory;
    void (*progress)(PackageMember member, uint64_t bytes, void *data);
    void *data;
    Cancel *cancel;
} PackageExtraction;
bool package_extract(Package *package, const PackageExtraction *extraction, GError **error);

#endif
