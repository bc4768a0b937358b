/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "fleet/evidence.h"

#include "core/file.h"
#include "core/i18n.h"
#include "core/limits.h"
#include "core/sanitize.h"
#include "format/tar_file.h"

#include <sys/stat.h>

#define EVIDENCE_NAME "evidence.json"
#define EVIDENCE_PATH "/opt/input/" EVIDENCE_NAME

/* Headers and padding of an archive around one file. */
enum { ARCHIVE_ROOM = 64 * 1024 };

GQuark fleet_evidence_error_quark(void)
{
    return g_quark_from_static_string("mse-fleet-evidence-error");
}

const char *fleet_evidence_origin_name(FleetEvidenceOrigin origin)
{
    static const char *const names[] = {
        [FLEET_EVIDENCE_GIVEN] = "given",
        [FLEET_EVIDENCE_DIRECTORY] = "directory",
        [FLEET_EVIDENCE_CONTAINER] = "container",
    };
    return names[origin];
}

void fleet_evidence_clear(FleetEvidence *evidence)
{
    g_free(evidence->path);
    g_clear_pointer(&evidence->bytes, g_bytes_unref);
    *evidence = (FleetEvidence){0};
}

static FleetFileStamp stamp_of(const struct stat *status)
{
    return (FleetFileStamp){
        .device = status->st_dev,
        .inode = status->st_ino,
        .size = (uint64_t)status->st_size,
        .changed = status->st_mtim.tv_sec * INT64_C(1000000000) + status->st_mtim.tv_nsec,
    };
}

/* A directory of the engine's host is one of ours only when the engine is this machine's. */
static char *path_here(const FleetSource *source, const FleetApp *app)
{
    const DockerEngine *engine = fleet_source_engine(source);
    if (app->directory == NULL || engine == NULL ||
        docker_engine_endpoint(engine)->transport != DOCKER_TRANSPORT_UNIX)
        return NULL;
    return g_build_filename(app->directory, EVIDENCE_NAME, NULL);
}

/* Only a regular file is opened unasked: a FIFO would be waited for. */
static bool stamp_file(const char *path, FleetFileStamp *out)
{
    struct stat status;
    if (stat(path, &status) != 0 || !S_ISREG(status.st_mode))
        return false;
    *out = stamp_of(&status);
    return true;
}

static bool read_file(const char *path, FleetEvidenceOrigin origin, FleetEvidence *out,
                      Cancel *cancel, GError **error)
{
    /* The stamp first: what changes while it is read is seen as changed later. */
    FleetFileStamp stamp = {0};
    stamp_file(path, &stamp);
    g_autoptr(GBytes) bytes = file_read(path, LIMIT_EVIDENCE, cancel, error);
    if (bytes == NULL)
        return false;
    *out = (FleetEvidence){.origin = origin,
                           .path = g_strdup(path),
                           .bytes = g_steal_pointer(&bytes),
                           .written = stamp.changed / INT64_C(1000000000),
                           .stamp = stamp};
    return true;
}

/* Of thousands of applications nobody may want to know why. */
static bool absent(const FleetApp *app, const char *why, GError **error)
{
    if (error == NULL)
        return false;
    g_autofree char *name = sanitize_string(app->name);
    g_set_error(error, FLEET_EVIDENCE_ERROR, FLEET_EVIDENCE_ERROR_ABSENT,
                _("%s has no evidence: %s"), name, why);
    return false;
}

static bool read_archive(FleetSource *source, const FleetApp *app, FleetEvidence *out,
                         Cancel *cancel, GError **error)
{
    g_autoptr(GError) problem = NULL;
    g_autoptr(GBytes) tar =
        docker_engine_archive(fleet_source_engine(source), app->id, EVIDENCE_PATH,
                              limit_bytes(LIMIT_EVIDENCE) + ARCHIVE_ROOM, cancel, &problem);
    if (g_error_matches(problem, DOCKER_ERROR, DOCKER_ERROR_NOT_FOUND))
        return absent(app, _("there is no /opt/input/evidence.json in its container"), error);
    if (tar == NULL) {
        g_propagate_error(error, g_steal_pointer(&problem));
        return false;
    }
    out->bytes = tar_file_only(tar, EVIDENCE_NAME, &out->written, &problem);
    if (out->bytes == NULL) {
        g_autofree char *name = sanitize_string(app->name);
        g_set_error(error, FLEET_EVIDENCE_ERROR, FLEET_EVIDENCE_ERROR_FORM,
                    _("the evidence of %s cannot be taken out of its container: %s"), name,
                    problem->message);
        return false;
    }
    out->origin = FLEET_EVIDENCE_CONTAINER;
    out->path = g_strdup(EVIDENCE_PATH);
    return true;
}

/* False without an error: it is not here, or cannot be read here. */
static bool read_here(const FleetSource *source, const FleetApp *app, FleetEvidence *out,
                      Cancel *cancel)
{
    FleetFileStamp ignored;
    g_autofree char *path = path_here(source, app);
    return path != NULL && stamp_file(path, &ignored) &&
           read_file(path, FLEET_EVIDENCE_DIRECTORY, out, cancel, NULL);
}

bool fleet_evidence_read_here(const FleetSource *source, const FleetApp *app, FleetEvidence *out,
                              Cancel *cancel, GError **error)
{
    *out = (FleetEvidence){0};
    if (read_here(source, app, out, cancel))
        return true;
    if (cancel_is_set(cancel, error))
        return false;
    return absent(app, _("none can be read in a directory of this machine"), error);
}

bool fleet_evidence_read(FleetSource *source, const FleetApp *app, const char *given,
                         FleetEvidence *out, Cancel *cancel, GError **error)
{
    *out = (FleetEvidence){0};
    if (given != NULL)
        return read_file(given, FLEET_EVIDENCE_GIVEN, out, cancel, error);
    if (read_here(source, app, out, cancel))
        return true;
    if (cancel_is_set(cancel, error))
        return false;
    if (app->directory == NULL)
        return absent(app, _("nothing is bound at /opt/input"), error);
    if (fleet_source_engine(source) == NULL)
        return absent(app, _("its source has no files"), error);
    return read_archive(source, app, out, cancel, error);
}

bool fleet_evidence_stamp(const FleetSource *source, const FleetApp *app, const char *given,
                          FleetFileStamp *out)
{
    g_autofree char *path = given != NULL ? g_strdup(given) : path_here(source, app);
    return path != NULL && stamp_file(path, out);
}
