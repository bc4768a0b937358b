/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "life/spawn_private.h"

#include "core/cause.h"
#include "core/clock.h"
#include "core/file.h"
#include "core/i18n.h"
#include "core/sanitize.h"
#include "life/make.h"
#include "life/undo.h"
#include "wire/wire.h"

#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#define POLL_INTERVAL 1000 /* milliseconds */
#define POLL_DEADLINE 5000
#define LOG_LINES     20

void life_spawned_free(LifeSpawned *spawned)
{
    if (spawned == NULL)
        return;
    g_free(spawned->id);
    g_free(spawned->uuid);
    g_free(spawned->host_port);
    g_strfreev(spawned->arguments);
    g_free(spawned);
}

/* One spawn, with what must be taken back when it fails. */
typedef struct Spawning {
    const LifeSpawn *asked;
    LifeSpawned *result;
    char *directory; /* absolute */
    LifeImage image;
    bool made_directory;
    bool unpacked;
    bool was_unpacked; /* an earlier application's files were there */
    int lock;          /* a descriptor of the directory, or -1 */
} Spawning;

char **life_spawn_arguments(unsigned size, const char *subject, const char *san, const char *uuid,
                            const char *application, int64_t expires)
{
    GPtrArray *words = g_ptr_array_new();
    const char *const pairs[][2] = {
        {"--subject", subject}, {"--san", san}, {"--id", uuid}, {"--application", application}};
    g_ptr_array_add(words, g_strdup("--size"));
    g_ptr_array_add(words, g_strdup_printf("%uM", size));
    for (size_t i = 0; i < G_N_ELEMENTS(pairs); i++) {
        g_ptr_array_add(words, g_strdup(pairs[i][0]));
        g_ptr_array_add(words, g_strdup(pairs[i][1]));
    }
    if (expires != 0) {
        g_ptr_array_add(words, g_strdup("--expiration"));
        g_ptr_array_add(words, g_strdup_printf("%" G_GINT64_FORMAT, expires));
    }
    g_ptr_array_add(words, NULL);
    return (char **)g_ptr_array_free(words, FALSE);
}

static char *member_path(const Spawning *spawning, PackageMember member)
{
    const Dialect *dialect = package_config(spawning->asked->package)->dialect;
    return g_build_filename(spawning->directory, package_member_name(member, dialect), NULL);
}

/* Two spawns into one directory would mix their files. */
static bool lock_directory(Spawning *spawning, GError **error)
{
    g_autofree char *safe = sanitize_string(spawning->directory);
    spawning->made_directory = !g_file_test(spawning->directory, G_FILE_TEST_EXISTS);
    if (!file_make_directory(spawning->directory, error))
        return false;
    spawning->lock = open(spawning->directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (spawning->lock < 0 || flock(spawning->lock, LOCK_EX | LOCK_NB) != 0) {
        int number = errno;
        if (number == EWOULDBLOCK)
            spawning->made_directory = false;
        g_set_error(error, LIFE_ERROR, LIFE_ERROR_TAKEN,
                    number == EWOULDBLOCK
                        ? _("another spawn is writing into %s: choose another directory")
                        : _("the directory %s cannot be locked"),
                    safe);
        return false;
    }
    g_autofree char *app = member_path(spawning, PACKAGE_APP);
    spawning->was_unpacked = g_file_test(app, G_FILE_TEST_EXISTS);
    return true;
}

static char **binds_of(const Spawning *spawning)
{
    const LifeSpawn *asked = spawning->asked;
    g_autofree char *key = g_canonicalize_filename(asked->signer_key, NULL);
    GPtrArray *binds = g_ptr_array_new();
    g_ptr_array_add(binds, g_strdup_printf("%s:%s", spawning->directory, LIFE_DIRECTORY_INSIDE));
    g_ptr_array_add(binds, g_strdup_printf("%s:%s:ro", key, LIFE_KEY_INSIDE));
    for (const char *const *bind = life_spawn_binds(asked); *bind != NULL; bind++)
        g_ptr_array_add(binds, g_strdup(*bind));
    g_ptr_array_add(binds, NULL);
    return (char **)g_ptr_array_free(binds, FALSE);
}

/* Whoever comes second to a name gets the engine's refusal. */
static bool create(Spawning *spawning, GError **error)
{
    const LifeSpawn *asked = spawning->asked;
    const ProjectConfig *config = package_config(asked->package);
    const char *const entrypoint[] = {config->dialect->run_entrypoint, NULL};
    DockerPair labels[] = {
        {(char *)config->dialect->label, (char *)"1"},
        {(char *)"healthcheck_endpoint", config->healthcheck_endpoint},
    };
    const DockerPublish port = {
        .address = asked->address, .host = asked->port, .inside = LIFE_PORT_INSIDE};
    g_auto(GStrv) binds = binds_of(spawning);
    g_auto(GStrv) devices =
        asked->devices != NULL ? g_strdupv((char **)asked->devices) : life_sgx_devices();
    const DockerSpec spec = {
        .name = asked->name,
        .image = spawning->image.id,
        .entrypoint = entrypoint,
        .command = (const char *const *)spawning->result->arguments,
        .binds = (const char *const *)binds,
        .binds_exist = !life_sees_host(),
        .devices = (const char *const *)devices,
        .labels = labels,
        .n_labels = G_N_ELEMENTS(labels),
        .ports = &port,
        .n_ports = 1,
    };
    spawning->result->id = life_make_container(asked->engine, &spec, LIFE_FOR_SPAWN, asked->cancel,
                                               asked->listener, error);
    return spawning->result->id != NULL;
}

static void on_extract(PackageMember member, uint64_t bytes, void *data)
{
    const LifeSpawn *asked = data;
    (void)member;
    life_progress_bytes(asked->listener, _("unpacking"), bytes, 0);
}

static bool unpack(Spawning *spawning, GError **error)
{
    const LifeSpawn *asked = spawning->asked;
    const PackageExtraction extraction = {.directory = spawning->directory,
                                          .progress = on_extract,
                                          .data = (void *)asked,
                                          .cancel = asked->cancel};
    spawning->unpacked = package_extract(asked->package, &extraction, error);
    return spawning->unpacked;
}

static bool start(Spawning *spawning, GError **error)
{
    const LifeSpawn *asked = spawning->asked;
    if (life_start_container(asked->engine, spawning->result->id, asked->name, asked->cancel,
                             error))
        return spawning->result->started = true;
    if (error != NULL && life_port_is_taken(*error))
        cause_prefix(error, CAUSE_HERE, _("port %u is taken, choose another with --port: "),
                     asked->port);
    return false;
}

/* Says in the chain of causes which of the steps it was. */
static bool step(bool done, const char *what, GError **error)
{
    if (!done)
        cause_step(error, CAUSE_HERE, what);
    return done;
}

static bool prepare(Spawning *spawning, GError **error)
{
    const LifeSpawn *asked = spawning->asked;
    if (!lock_directory(spawning, error))
        return false;
    life_say(asked->listener, _("Loading the image of the package"));
    return step(life_load_image(asked->engine, asked->package, &spawning->image, asked->cancel,
                                asked->listener, error),
                _("loading the image"), error) &&
           step(create(spawning, error), _("creating the container"), error) &&
           step(unpack(spawning, error), _("unpacking"), error) &&
           step(start(spawning, error), _("starting the container"), error);
}

static void remove_tree(const char *path)
{
    g_autoptr(GDir) directory = g_dir_open(path, 0, NULL);
    for (const char *name; directory != NULL && (name = g_dir_read_name(directory)) != NULL;) {
        g_autofree char *below = g_build_filename(path, name, NULL);
        if (g_file_test(below, G_FILE_TEST_IS_DIR) && !g_file_test(below, G_FILE_TEST_IS_SYMLINK))
            remove_tree(below);
        else
            unlink(below);
    }
    rmdir(path);
}

/* Files that replaced those of an earlier spawn of the same application stay: the old are gone. */
static void take_back(Spawning *spawning)
{
    const LifeSpawn *asked = spawning->asked;
    int64_t now = clock_monotonic();
    life_remove_container(asked->engine, spawning->result->id, asked->name, now, asked->listener);
    life_unload_image(asked->engine, &spawning->image, now, asked->listener);
    if (spawning->unpacked && !spawning->was_unpacked) {
        g_autofree char *app = member_path(spawning, PACKAGE_APP);
        g_autofree char *config = member_path(spawning, PACKAGE_CONFIG);
        g_autofree char *tests = g_build_filename(spawning->directory, "tests", NULL);
        unlink(app);
        unlink(config);
        remove_tree(tests);
    }
    if (spawning->made_directory)
        rmdir(spawning->directory);
}

/* ---- waiting ---- */

/* Whether the configuration server answers: anything with this header. */
static bool answers(const Spawning *spawning)
{
    const WireTls tls = {.any_peer = true};
    g_autofree char *url = g_strdup_printf("https://%s/", spawning->result->host_port);
    const WireRequest request = {.url = url,
                                 .tls = &tls,
                                 .connect_deadline = POLL_DEADLINE,
                                 .total_deadline = POLL_DEADLINE};
    g_autoptr(WireAnswer) answer = wire_call(&request, spawning->asked->cancel, NULL);
    return answer != NULL && wire_answer_header(answer, "Mse-Status") != NULL;
}

static bool fail_removed(const LifeSpawn *asked, GError **error)
{
    g_set_error(error, LIFE_ERROR, LIFE_ERROR_ENDED, _("%s was removed before it was ready"),
                asked->name);
    return false;
}

/* One that stopped by itself says why in its log. */
static bool still_runs(const Spawning *spawning, GError **error)
{
    const LifeSpawn *asked = spawning->asked;
    g_autoptr(GError) failure = NULL;
    g_autoptr(DockerInspect) inspect =
        docker_engine_inspect(asked->engine, spawning->result->id, asked->cancel, &failure);
    if (g_error_matches(failure, DOCKER_ERROR, DOCKER_ERROR_NOT_FOUND) ||
        (inspect != NULL && g_str_equal(inspect->state, "removing")))
        return fail_removed(asked, error);
    if (inspect == NULL) {
        g_propagate_error(error, g_steal_pointer(&failure));
        return false;
    }
    if (g_str_equal(inspect->state, "running") || g_str_equal(inspect->state, "created"))
        return true;
    life_tell_log(asked->engine, spawning->result->id, LOG_LINES, asked->listener);
    g_set_error(error, LIFE_ERROR, LIFE_ERROR_ENDED,
                _("%s stopped by itself with status %d before it was ready; above is the end of "
                  "its log, and the container was removed"),
                asked->name, inspect->exit_code);
    return false;
}

static bool pause_between(Cancel *cancel, GError **error)
{
    struct pollfd wait = {.fd = cancel_descriptor(cancel), .events = POLLIN};
    poll(&wait, 1, cancel_poll_timeout(cancel, POLL_INTERVAL));
    return !cancel_is_set(cancel, error);
}

static bool wait_until_ready(const Spawning *spawning, GError **error)
{
    const LifeSpawn *asked = spawning->asked;
    int64_t began = clock_monotonic();
    for (;;) {
        uint64_t seconds = (uint64_t)(clock_monotonic() - began) / G_USEC_PER_SEC;
        life_progress_seconds(asked->listener, _("waiting for the configuration server"), seconds,
                              asked->timeout);
        if (answers(spawning))
            return true;
        if (cancel_is_set(asked->cancel, error) || !still_runs(spawning, error))
            return false;
        if (seconds >= asked->timeout) {
            g_set_error(error, LIFE_ERROR, LIFE_ERROR_LATE,
                        _("%s did not become ready within %u minutes"), asked->name,
                        asked->timeout / 60);
            return false;
        }
        if (!pause_between(asked->cancel, error))
            return false;
    }
}

/* What is bound to all addresses is reached at this host's own. */
static char *reached_at(const LifeSpawn *asked)
{
    const char *address = asked->address;
    if (g_str_equal(address, "0.0.0.0"))
        address = "127.0.0.1";
    else if (g_str_equal(address, "::"))
        address = "::1";
    return g_strdup_printf(strchr(address, ':') != NULL ? "[%s]:%u" : "%s:%u", address,
                           asked->port);
}

static LifeSpawned *spawned_new(const LifeSpawn *asked)
{
    const ProjectConfig *config = package_config(asked->package);
    LifeSpawned *spawned = g_new0(LifeSpawned, 1);
    spawned->uuid = g_uuid_string_random();
    spawned->host_port = reached_at(asked);
    spawned->arguments =
        life_spawn_arguments(asked->size, asked->subject, asked->san, spawned->uuid,
                             config->python_application, asked->expires);
    return spawned;
}

static bool run(Spawning *spawning, GError **error)
{
    GError *failure = NULL;
    if (prepare(spawning, &failure))
        spawning->result->ready = wait_until_ready(spawning, &failure);
    if (spawning->result->ready)
        return true;
    /* What runs and may yet become ready is left; what never will is not. */
    bool is_lost =
        !spawning->result->started || g_error_matches(failure, LIFE_ERROR, LIFE_ERROR_ENDED);
    if (is_lost)
        take_back(spawning);
    g_propagate_error(error, failure);
    return !is_lost;
}

static bool remove_leftovers(const LifeSpawn *asked, const GPtrArray *leftovers, GError **error)
{
    for (guint i = 0; i + 1 < leftovers->len; i += 2)
        if (!life_remove_leftover(asked->engine, g_ptr_array_index(leftovers, i),
                                  g_ptr_array_index(leftovers, i + 1), asked->cancel,
                                  asked->listener, error))
            return false;
    return true;
}

LifeSpawned *life_spawn(const LifeSpawn *asked, GError **error)
{
    g_autoptr(GPtrArray) leftovers = g_ptr_array_new_with_free_func(g_free);
    if (!life_spawn_check(asked, leftovers, error) || !remove_leftovers(asked, leftovers, error))
        return NULL;
    Spawning spawning = {.asked = asked, .result = spawned_new(asked), .lock = -1};
    spawning.directory = g_canonicalize_filename(asked->output, NULL);
    if (!run(&spawning, error))
        g_clear_pointer(&spawning.result, life_spawned_free);
    if (spawning.lock >= 0)
        close(spawning.lock);
    g_free(spawning.directory);
    life_image_clear(&spawning.image);
    return spawning.result;
}
