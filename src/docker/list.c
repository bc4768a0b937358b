/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The list of containers, taken apart while it arrives: as one document, 10,000 containers would be
 * 15 MB of text and 100 MB of values.
 */
#include "config.h"

#include "core/i18n.h"
#include "core/limits.h"
#include "docker/private.h"

#include <string.h>

#define IDLE_DEADLINE 10000 /* milliseconds */

static unsigned port_at(const json_t *object, const char *key)
{
    uint64_t port = json_count(json_object_get(object, key));
    return port <= 65535 ? (unsigned)port : 0;
}

static DockerPort *take_ports(const json_t *array, size_t *n)
{
    *n = json_array_size(array);
    DockerPort *ports = g_new0(DockerPort, *n);
    for (size_t i = 0; i < *n; i++) {
        const json_t *port = json_array_get(array, i);
        ports[i].address = g_strdup(json_text(port, "IP"));
        ports[i].host = port_at(port, "PublicPort");
        ports[i].inside = port_at(port, "PrivatePort");
        ports[i].protocol = json_take_text(port, "Type");
    }
    return ports;
}

/* The name of its own: others ("/other/alias") come of links. Free with g_free. */
static char *take_name(const json_t *names, const char *id)
{
    for (size_t i = 0; i < json_array_size(names); i++) {
        const char *name = json_string_value(json_array_get(names, i));
        if (name != NULL && name[0] == '/' && strchr(name + 1, '/') == NULL)
            return g_strdup(name + 1);
    }
    return g_strndup(id, 12);
}

static bool container_read(Span text, DockerContainer *out)
{
    json_t *root = json_parse(text);
    const char *id = json_text(root, "Id");
    if (id == NULL || *id == '\0') {
        json_decref(root);
        return false;
    }
    uint64_t created = json_count(json_object_get(root, "Created"));
    *out = (DockerContainer){
        .id = g_strdup(id),
        .name = take_name(json_object_get(root, "Names"), id),
        .image = json_take_text(root, "Image"),
        .command = json_take_text(root, "Command"),
        .state = json_take_text(root, "State"),
        .status = json_take_text(root, "Status"),
        .created = created < INT64_MAX / 1000000000 ? (int64_t)created * 1000000000 : 0,
    };
    out->labels = json_take_pairs(json_object_get(root, "Labels"), &out->n_labels);
    out->ports = take_ports(json_object_get(root, "Ports"), &out->n_ports);
    out->mounts = json_take_mounts(json_object_get(root, "Mounts"), &out->n_mounts);
    json_decref(root);
    return true;
}

static void container_clear(DockerContainer *container)
{
    g_free(container->id);
    g_free(container->name);
    g_free(container->image);
    g_free(container->command);
    g_free(container->state);
    g_free(container->status);
    docker_pairs_free(container->labels, container->n_labels);
    docker_ports_free(container->ports, container->n_ports);
    docker_mounts_free(container->mounts, container->n_mounts);
}

/* A list under way. */
typedef struct Listing {
    DockerEngine *engine;
    const DockerCall *call;
    JsonSplit split;
    DockerEach each;
    void *data;
    size_t taken;     /* bytes */
    unsigned status;  /* of the head; 0: not yet */
    GByteArray *body; /* of a refusal */
    bool ended;       /* by `each` */
    bool rubbish;
} Listing;

static bool take_container(Span value, void *data)
{
    Listing *listing = data;
    DockerContainer container;
    if (!container_read(value, &container)) {
        listing->rubbish = true;
        return false;
    }
    listing->ended = !listing->each(&container, listing->data);
    container_clear(&container);
    return !listing->ended;
}

static GError *too_large(const Listing *listing)
{
    return g_error_new(DOCKER_ERROR, DOCKER_ERROR_TOO_LARGE,
                       _("%s (engine %s): its answer is larger than the limit"),
                       listing->call->what, listing->engine->shown);
}

static GError *not_a_list(const Listing *listing)
{
    return docker_rubbish(listing->engine, listing->call->what, _("it is no list of containers"));
}

static GError *take_block(Listing *listing, GBytes *bytes)
{
    size_t size;
    const uint8_t *data = g_bytes_get_data(bytes, &size);
    listing->taken += size;
    if (listing->status != 200) {
        if (listing->body->len + size <= limit_bytes(LIMIT_DOCKER_ANSWER))
            g_byte_array_append(listing->body, data, (guint)size);
        return NULL;
    }
    if (listing->taken > limit_bytes(LIMIT_DOCKER_LIST))
        return too_large(listing);
    if (json_split_feed(&listing->split, span_of(data, size), take_container, listing) ||
        listing->ended)
        return NULL;
    return listing->split.too_large ? too_large(listing) : not_a_list(listing);
}

/* Takes the wire's error. */
static GError *take_end(Listing *listing, GError *wire)
{
    if (wire != NULL)
        return docker_wire_error(listing->engine, listing->call->what, wire);
    if (listing->status != 200) {
        g_autoptr(GBytes) body = g_bytes_new(listing->body->data, listing->body->len);
        return docker_status_error(listing->engine, listing->call->what, listing->status, body);
    }
    return json_split_complete(&listing->split) ? NULL : not_a_list(listing);
}

static GError *take_piece(Listing *listing, WirePiece *piece)
{
    switch (piece->kind) {
    case WIRE_PIECE_HEAD:
        listing->status = wire_answer_status(piece->answer);
        return NULL;
    case WIRE_PIECE_BLOCK:
        return take_block(listing, piece->bytes);
    case WIRE_PIECE_END:
        listing->ended = true;
        return take_end(listing, g_steal_pointer(&piece->error));
    }
    return NULL;
}

static bool run(Listing *listing, WireStream *stream, Cancel *cancel, GError **error)
{
    while (!listing->ended) {
        g_autoptr(GError) cancelled = NULL;
        g_autoptr(WirePiece) piece = wire_stream_wait(stream, cancel, &cancelled);
        if (piece == NULL) {
            g_propagate_prefixed_error(error, g_steal_pointer(&cancelled),
                                       "%s: ", listing->call->what);
            return false;
        }
        GError *failed = take_piece(listing, piece);
        if (failed != NULL) {
            g_propagate_error(error, failed);
            return false;
        }
    }
    return true;
}

bool docker_engine_list(DockerEngine *engine, DockerEach each, void *data, Cancel *cancel,
                        GError **error)
{
    g_auto(DockerCall) call = {
        .path = g_strdup("/containers/json?all=1"),
        .what = g_strdup(_("cannot list the containers")),
        .idle_deadline = IDLE_DEADLINE,
    };
    if (!docker_ensure_version(engine, cancel, error))
        return false;
    Listing listing = {.engine = engine, .call = &call, .each = each, .data = data};
    listing.body = g_byte_array_new();
    json_split_init(&listing.split, true, limit_bytes(LIMIT_DOCKER_ITEM));
    g_autoptr(WireStream) stream = docker_open(engine, &call, NULL, NULL, NULL);
    bool complete = run(&listing, stream, cancel, error);
    json_split_clear(&listing.split);
    g_byte_array_unref(listing.body);
    return complete;
}
