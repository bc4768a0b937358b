/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The list of containers, taken apart while it arrives: as one document, 10,000 containers would be
 * 15 MB of text and 100 MB of values.
 */
#include "config.h"

#include "core/i18n.h"
#include "core/limits.h"
#include "docker/private.h"
#include "format/json_pull.h"

#include <string.h>

#define IDLE_DEADLINE 10000 /* milliseconds */
#define SECOND        INT64_C(1000000000)

/* The string; "" when it is none that can be shown. Free with g_free. */
static char *take_text(const JsonPullValue *value)
{
    char *text = value->type == JSON_PULL_STRING ? json_pull_string(value) : NULL;
    return text != NULL ? text : g_strdup("");
}

static void set_text(char **text, const JsonPullValue *value)
{
    g_free(*text); /* a key may come twice */
    *text = take_text(value);
}

static uint64_t take_number(const JsonPullValue *value, uint64_t most)
{
    uint64_t number = 0;
    if (value->type != JSON_PULL_NUMBER || !json_pull_unsigned(value, most, &number))
        return 0;
    return number;
}

static void set_id(DockerContainer *out, const JsonPullValue *value)
{
    set_text(&out->id, value);
}

/* The name of its own: others ("/other/alias") come of links. */
static void set_name(DockerContainer *out, const JsonPullValue *value)
{
    JsonPullIterator names;
    JsonPullValue one;
    if (value->type != JSON_PULL_ARRAY || !json_pull_open(value, &names))
        return;
    while (out->name == NULL && json_pull_element(&names, &one)) {
        g_autofree char *name = take_text(&one);
        if (name[0] == '/' && name[1] != '\0' && strchr(name + 1, '/') == NULL)
            out->name = g_strdup(name + 1);
    }
}

static void set_image(DockerContainer *out, const JsonPullValue *value)
{
    set_text(&out->image, value);
}

static void set_command(DockerContainer *out, const JsonPullValue *value)
{
    set_text(&out->command, value);
}

static void set_state(DockerContainer *out, const JsonPullValue *value)
{
    set_text(&out->state, value);
}

static void set_status(DockerContainer *out, const JsonPullValue *value)
{
    set_text(&out->status, value);
}

static void set_created(DockerContainer *out, const JsonPullValue *value)
{
    out->created = (int64_t)take_number(value, INT64_MAX / SECOND) * SECOND;
}

static void set_labels(DockerContainer *out, const JsonPullValue *value)
{
    JsonPullIterator labels;
    JsonPullValue one;
    Span key;
    if (out->labels != NULL || value->type != JSON_PULL_OBJECT || !json_pull_open(value, &labels))
        return;
    GArray *pairs = g_array_new(FALSE, FALSE, sizeof(DockerPair));
    while (json_pull_member(&labels, &key, &one)) {
        /* The key as a value: with its quotes, which stand around it. */
        const JsonPullValue quoted = {.type = JSON_PULL_STRING,
                                      .range = span_of(key.data - 1, key.size + 2)};
        const DockerPair pair = {.key = take_text(&quoted), .value = take_text(&one)};
        g_array_append_val(pairs, pair);
    }
    out->n_labels = pairs->len;
    out->labels = (DockerPair *)(void *)g_array_free(pairs, FALSE);
    docker_pairs_sort(out->labels, out->n_labels);
}

static void set_port(DockerPort *port, Span key, const JsonPullValue *value)
{
    if (span_equal(key, span_of("IP", 2)))
        set_text(&port->address, value);
    else if (span_equal(key, span_of("PublicPort", 10)))
        port->host = (unsigned)take_number(value, 65535);
    else if (span_equal(key, span_of("PrivatePort", 11)))
        port->inside = (unsigned)take_number(value, 65535);
    else if (span_equal(key, span_of("Type", 4)))
        set_text(&port->protocol, value);
}

static void set_mount(DockerMount *mount, Span key, const JsonPullValue *value)
{
    if (span_equal(key, span_of("Type", 4)))
        set_text(&mount->type, value);
    else if (span_equal(key, span_of("Source", 6)))
        set_text(&mount->source, value);
    else if (span_equal(key, span_of("Destination", 11)))
        set_text(&mount->destination, value);
    else if (span_equal(key, span_of("RW", 2)))
        mount->writable = value->type == JSON_PULL_TRUE;
}

static void set_ports(DockerContainer *out, const JsonPullValue *value)
{
    JsonPullIterator list, members;
    JsonPullValue one, member;
    Span key;
    if (out->ports != NULL || value->type != JSON_PULL_ARRAY || !json_pull_open(value, &list))
        return;
    GArray *ports = g_array_new(FALSE, FALSE, sizeof(DockerPort));
    while (json_pull_element(&list, &one)) {
        DockerPort port = {.host = 0};
        if (one.type == JSON_PULL_OBJECT && json_pull_open(&one, &members))
            while (json_pull_member(&members, &key, &member))
                set_port(&port, key, &member);
        port.protocol = port.protocol != NULL ? port.protocol : g_strdup("");
        g_array_append_val(ports, port);
    }
    out->n_ports = ports->len;
    out->ports = (DockerPort *)(void *)g_array_free(ports, FALSE);
}

static void fill(char **text)
{
    if (*text == NULL)
        *text = g_strdup("");
}

static void set_mounts(DockerContainer *out, const JsonPullValue *value)
{
    JsonPullIterator list, members;
    JsonPullValue one, member;
    Span key;
    if (out->mounts != NULL || value->type != JSON_PULL_ARRAY || !json_pull_open(value, &list))
        return;
    GArray *mounts = g_array_new(FALSE, FALSE, sizeof(DockerMount));
    while (json_pull_element(&list, &one)) {
        DockerMount mount = {.writable = false};
        if (one.type == JSON_PULL_OBJECT && json_pull_open(&one, &members))
            while (json_pull_member(&members, &key, &member))
                set_mount(&mount, key, &member);
        fill(&mount.type);
        fill(&mount.source);
        fill(&mount.destination);
        g_array_append_val(mounts, mount);
    }
    out->n_mounts = mounts->len;
    out->mounts = (DockerMount *)(void *)g_array_free(mounts, FALSE);
}

static const struct {
    const char *key;
    void (*set)(DockerContainer *out, const JsonPullValue *value);
} members_of_interest[] = {
    {"Id", set_id},           {"Names", set_name},    {"Image", set_image},
    {"Command", set_command}, {"State", set_state},   {"Status", set_status},
    {"Created", set_created}, {"Labels", set_labels}, {"Ports", set_ports},
    {"Mounts", set_mounts},
};

static void set_member(DockerContainer *out, Span key, const JsonPullValue *value)
{
    for (size_t i = 0; i < G_N_ELEMENTS(members_of_interest); i++) {
        const char *wanted = members_of_interest[i].key;
        if (span_equal(key, span_of(wanted, strlen(wanted)))) {
            members_of_interest[i].set(out, value);
            return;
        }
    }
}

/* Reads what is wanted and no more: a document of jansson for each takes four times as long. */
static bool container_read(Span text, DockerContainer *out)
{
    JsonPullIterator members;
    JsonPullValue root, value;
    Span key;
    *out = (DockerContainer){.id = NULL};
    if (!json_pull_document(text, &root, NULL) || !json_pull_open(&root, &members))
        return false;
    while (json_pull_member(&members, &key, &value))
        set_member(out, key, &value);
    if (out->id == NULL || *out->id == '\0')
        return false;
    if (out->name == NULL)
        out->name = g_strndup(out->id, 12);
    fill(&out->image);
    fill(&out->command);
    fill(&out->state);
    fill(&out->status);
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
} Listing;

static bool take_container(Span value, void *data)
{
    Listing *listing = data;
    DockerContainer container;
    if (!container_read(value, &container)) {
        container_clear(&container);
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
    g_autofree char *filters =
        engine->endpoint->scope != NULL ? docker_filters(engine, json_object()) : NULL;
    g_auto(DockerCall) call = {
        .path = g_strconcat("/containers/json?all=1", filters != NULL ? "&" : NULL, filters, NULL),
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
