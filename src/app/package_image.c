/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The image of a package, as an engine will read it: `docker save`'s manifest.json, and the older
 * `repositories` and newer index.json beside it. Engines read JSON leniently, keys whatever their
 * case; what they could read otherwise than it is read here is refused.
 */
#include "config.h"

#include "app/package_private.h"

#include "core/i18n.h"
#include "core/sanitize.h"

#include <jansson.h>

/* Digits of the nanoseconds in a tag: those of our time have as many. */
enum { TAG_DIGITS = 19 };

static const char member[] = "image.tar";

typedef struct ImageEntry {
    uint64_t offset, size;
    bool file;
} ImageEntry;

/* One check under way. */
typedef struct Checking {
    Package *package;
    GHashTable *entries; /* char*, cleaned → ImageEntry*, both its own */
} Checking;

static bool fail_image(const Checking *checking, const char *document, GError **error,
                       const char *what)
{
    return package_fail(checking->package, member, PACKAGE_ERROR_IMAGE, error, _("%s: %s"),
                        document, what);
}

/* ---- The archive ---- */

static bool take_entry(Checking *checking, PackageNames *names, const TarEntry *entry,
                       GError **error)
{
    GError *reason = NULL;
    g_autofree char *name = tar_clean_name(entry->name, &reason);
    if (name == NULL)
        return package_fail_reason(checking->package, member, reason, error);
    bool directory = entry->type == TAR_DIRECTORY;
    if (*name == '\0' && directory)
        return true;
    g_autofree char *shown = sanitize_string(name);
    if (entry->type == TAR_DEVICE)
        return package_fail(checking->package, member, PACKAGE_ERROR_HOSTILE, error,
                            _("\"%s\" is %s; only files and directories are taken"), shown,
                            tar_type_name(entry->type));
    if (*name == '\0' || !package_names_add(names, name, directory))
        return package_fail(checking->package, member, PACKAGE_ERROR_FORM, error,
                            _("\"%s\" is there twice, or below a file"), shown);
    if (directory)
        return true;
    ImageEntry *kept = g_new(ImageEntry, 1);
    *kept = (ImageEntry){entry->offset, entry->size, entry->type == TAR_FILE};
    kept->offset += checking->package->parts[PACKAGE_IMAGE].offset;
    g_hash_table_insert(checking->entries, g_steal_pointer(&name), kept);
    return true;
}

static bool list_entries(Checking *checking, Cancel *cancel, GError **error)
{
    const PackagePart *part = &checking->package->parts[PACKAGE_IMAGE];
    PackageWindow window = package_window(checking->package->descriptor, part->offset, part->size);
    TarSource source = package_window_source(&window);
    g_autoptr(TarReader) reader = tar_reader_new(&source);
    g_autoptr(PackageNames) names = package_names_new();
    const TarEntry *entry;
    GError *reason = NULL;
    size_t most = limit_bytes(LIMIT_PACKAGE_FILES), n = 0;
    bool done;
    while ((done = tar_reader_next(reader, &entry, &reason)) && entry != NULL) {
        if (++n > most)
            done = package_fail(checking->package, member, PACKAGE_ERROR_LIMIT, error,
                                _("it has more than %zu entries (%s)"), most,
                                _(limit_row(LIMIT_PACKAGE_FILES)->name));
        done = done && !cancel_is_set(cancel, error) && take_entry(checking, names, entry, error);
        if (!done)
            break;
    }
    if (reason != NULL)
        package_fail_reason(checking->package, member, reason, error);
    package_window_clear(&window);
    return done;
}

/* ---- Its documents ---- */

/* A file of the image, whole. NULL with an error. */
static GBytes *read_document(const Checking *checking, const char *name, GError **error)
{
    const ImageEntry *entry = g_hash_table_lookup(checking->entries, name);
    g_autofree char *shown = sanitize_string(name);
    if (entry == NULL || !entry->file) {
        fail_image(checking, shown, error,
                   entry == NULL ? _("it is not there: this is no image of `docker save`")
                                 : _("it is a link and should be a file"));
        return NULL;
    }
    size_t most = limit_bytes(LIMIT_IMAGE_DOCUMENT);
    if (entry->size > most) {
        package_fail(checking->package, member, PACKAGE_ERROR_LIMIT, error,
                     _("%s has more than %zu bytes (%s)"), shown, most,
                     _(limit_row(LIMIT_IMAGE_DOCUMENT)->name));
        return NULL;
    }
    PackageWindow window =
        package_window(checking->package->descriptor, entry->offset, entry->size);
    g_autofree uint8_t *bytes = g_malloc(entry->size + 1);
    size_t got;
    bool done = package_window_read(&window, bytes, (size_t)entry->size, &got, error);
    package_window_clear(&window);
    return done ? g_bytes_new_take(g_steal_pointer(&bytes), got) : NULL;
}

static json_t *read_json(const Checking *checking, const char *name, GError **error)
{
    g_autoptr(GBytes) bytes = read_document(checking, name, error);
    if (bytes == NULL)
        return NULL;
    gsize size;
    const char *text = g_bytes_get_data(bytes, &size);
    json_error_t where;
    json_t *root = json_loadb(text, size, JSON_REJECT_DUPLICATES, &where);
    if (root == NULL) {
        g_autofree char *problem = sanitize_string(where.text);
        g_autofree char *what =
            g_strdup_printf(_("line %d, column %d: %s"), where.line, where.column, problem);
        fail_image(checking, name, error, what);
    }
    return root;
}

/* False when a key could be taken for one of `known` by who does not look at case. Engines fold
 * beyond ASCII too ("ſ" is an "s" to them), so nothing but ASCII is taken. */
static bool keys_are_plain(const json_t *object, const char *const *known)
{
    const char *key;
    json_t *value;
    json_object_foreach((json_t *)object, key, value)
    {
        if (!g_str_is_ascii(key))
            return false;
        for (size_t i = 0; known[i] != NULL; i++)
            if (g_ascii_strcasecmp(key, known[i]) == 0 && strcmp(key, known[i]) != 0)
                return false;
    }
    return true;
}

/* "NAME:<ns>". */
static bool is_own_tag(const Checking *checking, const char *tag)
{
    const char *name = checking->package->config->name;
    size_t size = strlen(name);
    return strncmp(tag, name, size) == 0 && tag[size] == ':' &&
           strspn(tag + size + 1, "0123456789") == TAG_DIGITS && tag[size + 1 + TAG_DIGITS] == '\0';
}

/* All tags that are met must be one and the same. */
static bool take_tag(Checking *checking, const char *document, const char *tag, GError **error)
{
    Package *package = checking->package;
    if (package->image_tag == NULL && is_own_tag(checking, tag))
        package->image_tag = g_strdup(tag);
    if (package->image_tag != NULL && g_str_equal(tag, package->image_tag))
        return true;
    g_autofree char *shown = sanitize_string(tag);
    return package_fail(package, member, PACKAGE_ERROR_IMAGE, error,
                        _("%s tags an image \"%s\"; a package tags its own alone, \"%s:\" and %d "
                          "digits: loading it would take the name of another"),
                        document, shown, package->config->name, TAG_DIGITS);
}

static bool check_tags(Checking *checking, const json_t *tags, GError **error)
{
    size_t i;
    json_t *tag;
    if (tags == NULL || json_is_null(tags))
        return true;
    if (!json_is_array(tags))
        return fail_image(checking, "manifest.json", error, _("RepoTags is no array"));
    json_array_foreach(tags, i, tag)
    {
        if (!json_is_string(tag))
            return fail_image(checking, "manifest.json", error, _("RepoTags has what is no text"));
        if (!take_tag(checking, "manifest.json", json_string_value(tag), error))
            return false;
    }
    return true;
}

/* "<64 hex>.json", or "blobs/sha256/<64 hex>": the name says what the content must be. */
static bool name_agrees(const char *name, const char *digest)
{
    const char *slash = strrchr(name, '/');
    const char *base = slash != NULL ? slash + 1 : name;
    size_t hex = strspn(base, "0123456789abcdef");
    return hex != 64 || strncmp(base, digest, hex) == 0;
}

/* The image's id is that of its configuration's bytes. */
static bool check_config(Checking *checking, const json_t *config, GError **error)
{
    GError *reason = NULL;
    if (!json_is_string(config))
        return fail_image(checking, "manifest.json", error, _("Config is no text"));
    g_autofree char *name = tar_clean_name(json_string_value(config), &reason);
    if (name == NULL)
        return package_fail_reason(checking->package, member, reason, error);
    g_autoptr(GBytes) bytes = read_document(checking, name, error);
    if (bytes == NULL)
        return false;
    g_autofree char *digest = g_compute_checksum_for_bytes(G_CHECKSUM_SHA256, bytes);
    g_autofree char *shown = sanitize_string(name);
    if (!name_agrees(name, digest))
        return fail_image(checking, shown, error, _("its content is not what its name says"));
    checking->package->image_id = g_strconcat("sha256:", digest, NULL);
    return true;
}

static bool check_manifest(Checking *checking, const json_t *root, GError **error)
{
    static const char *const known[] = {"Config", "RepoTags",     "Layers",
                                        "Parent", "LayerSources", NULL};
    if (!json_is_array(root) || json_array_size(root) != 1)
        return fail_image(checking, "manifest.json", error,
                          _("it should be an array of one image"));
    const json_t *image = json_array_get(root, 0);
    if (!json_is_object(image) || !keys_are_plain(image, known))
        return fail_image(checking, "manifest.json", error,
                          _("engines could read it in several ways"));
    return check_config(checking, json_object_get(image, "Config"), error) &&
           check_tags(checking, json_object_get(image, "RepoTags"), error);
}

/* {"NAME": {"TAG": "layer"}} */
static bool check_repositories(Checking *checking, const json_t *root, GError **error)
{
    const char *name, *tag;
    json_t *tags, *layer;
    if (!json_is_object(root))
        return fail_image(checking, "repositories", error, _("it should be an object"));
    json_object_foreach((json_t *)root, name, tags)
    {
        if (!json_is_object(tags))
            return fail_image(checking, "repositories", error, _("it should be an object"));
        json_object_foreach(tags, tag, layer)
        {
            g_autofree char *whole = g_strdup_printf("%s:%s", name, tag);
            if (!take_tag(checking, "repositories", whole, error))
                return false;
        }
    }
    return true;
}

/* A name as containerd writes it. */
static const char *without_registry(const char *name)
{
    static const char registry[] = "docker.io/library/";
    return g_str_has_prefix(name, registry) ? name + strlen(registry) : name;
}

static bool check_annotation(Checking *checking, const char *key, const json_t *value,
                             GError **error)
{
    bool name = strcmp(key, "io.containerd.image.name") == 0;
    bool reference = strcmp(key, "org.opencontainers.image.ref.name") == 0;
    if (!name && !reference)
        return true;
    if (!json_is_string(value))
        return fail_image(checking, "index.json", error, _("an annotation is no text"));
    const char *text = without_registry(json_string_value(value));
    g_autofree char *whole = strchr(text, ':') == NULL && reference
                                 ? g_strdup_printf("%s:%s", checking->package->config->name, text)
                                 : g_strdup(text);
    return take_tag(checking, "index.json", whole, error);
}

static bool check_descriptor(Checking *checking, const json_t *descriptor, GError **error)
{
    static const char *const known[] = {"annotations", "digest", "mediaType", "platform", NULL};
    const char *key;
    json_t *value;
    if (!json_is_object(descriptor) || !keys_are_plain(descriptor, known))
        return fail_image(checking, "index.json", error,
                          _("engines could read it in several ways"));
    json_t *annotations = json_object_get(descriptor, "annotations");
    if (annotations != NULL && !json_is_object(annotations))
        return fail_image(checking, "index.json", error, _("annotations is no object"));
    json_object_foreach(annotations, key,
                        value) if (!check_annotation(checking, key, value, error)) return false;
    return true;
}

static bool check_index(Checking *checking, const json_t *root, GError **error)
{
    static const char *const known[] = {"manifests", "annotations", "mediaType", NULL};
    size_t i;
    json_t *descriptor;
    const json_t *manifests = json_object_get(root, "manifests");
    if (!json_is_object(root) || !keys_are_plain(root, known) || !json_is_array(manifests))
        return fail_image(checking, "index.json", error,
                          _("engines could read it in several ways"));
    json_array_foreach(manifests, i,
                       descriptor) if (!check_descriptor(checking, descriptor, error)) return false;
    return true;
}

static const struct {
    const char *name;
    bool needed;
    bool (*check)(Checking *checking, const json_t *root, GError **error);
} documents[] = {
    {"manifest.json", true, check_manifest},
    {"repositories", false, check_repositories},
    {"index.json", false, check_index},
};

static bool check_documents(Checking *checking, GError **error)
{
    for (size_t i = 0; i < G_N_ELEMENTS(documents); i++) {
        if (!documents[i].needed && !g_hash_table_contains(checking->entries, documents[i].name))
            continue;
        json_t *root = read_json(checking, documents[i].name, error);
        bool good = root != NULL && documents[i].check(checking, root, error);
        json_decref(root);
        if (!good)
            return false;
    }
    return true;
}

bool package_check_image(Package *package, Cancel *cancel, GError **error)
{
    Checking checking = {.package = package};
    checking.entries = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    bool good = list_entries(&checking, cancel, error) && check_documents(&checking, error);
    g_hash_table_unref(checking.entries);
    return good;
}
