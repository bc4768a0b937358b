/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "command/inspect_node.h"
#include "command/verbs.h"

#include "app/verification.h"
#include "core/cause.h"
#include "core/file.h"
#include "core/i18n.h"
#include "core/sanitize.h"
#include "core/units.h"

#include <string.h>

typedef bool (*Reading)(json_t *root, Span content, GError **error);

static bool starts_with(Span content, const char *text)
{
    return content.size >= strlen(text) && memcmp(content.data, text, strlen(text)) == 0;
}

static Span without_leading_space(Span text)
{
    while (text.size > 0 && g_ascii_isspace((char)*text.data))
        text = span_of(text.data + 1, text.size - 1);
    return text;
}

static bool read_quote(json_t *root, Span content, GError **error)
{
    return inspect_quote(root, content, 0, error);
}

/* PEM or DER. */
static bool read_certificate(json_t *root, Span content, GError **error)
{
    if (memmem(content.data, content.size, "-----BEGIN", 10))
        return inspect_pem(root, content, 0, error);
    return inspect_der(root, content, 0, error);
}

static const struct {
    InputKind kind;
    Reading read;
} readings[] = {
    {INPUT_EVIDENCE, inspect_json},        {INPUT_COLLATERAL, inspect_json},
    {INPUT_EXPORT, inspect_json},          {INPUT_QUOTE, read_quote},
    {INPUT_CERTIFICATE, read_certificate}, {INPUT_CRL, read_certificate},
};

/* What a file of no known kind perhaps was before it was cut. */
static Reading reading_by_start(Span content)
{
    Span text = without_leading_space(content);
    if (starts_with(text, "{") || starts_with(text, "["))
        return inspect_json;
    if (memmem(content.data, content.size, "-----BEGIN", 10))
        return read_certificate;
    if (content.size > 0 && *content.data == 0x30)
        return read_certificate;
    bool version =
        content.size >= 2 && content.data[0] >= 3 && content.data[0] <= 5 && content.data[1] == 0;
    return version ? read_quote : NULL;
}

static Reading reading_of(InputKind kind, Span content)
{
    for (size_t i = 0; i < G_N_ELEMENTS(readings); i++) {
        if (readings[i].kind == kind)
            return readings[i].read;
    }
    return content.size > 0 ? reading_by_start(content) : NULL;
}

static bool read_content(json_t *root, InputKind kind, Span content, GError **error)
{
    Reading read = reading_of(kind, content);
    if (read)
        return read(root, content, error);
    if (content.size == 0) {
        g_set_error(error, INSPECT_ERROR, INSPECT_ERROR_FORM, _("it is empty"));
        return false;
    }
    json_t *node = node_add(root, "start", 0, MIN(content.size, 64));
    node_set_hex(node, span_of(content.data, MIN(content.size, 64)));
    g_set_error(error, INSPECT_ERROR, INSPECT_ERROR_FORM,
                _("it is neither evidence, a quote, a certificate, a revocation list nor "
                  "collateral"));
    return false;
}

static json_t *text_or_null(const char *text)
{
    g_autofree char *safe = sanitize_string(text);
    return text ? json_string(safe) : json_null();
}

static json_t *result_json(const char *path, InputKind kind, const json_t *size, json_t *root,
                           const GError *error)
{
    const char *name = kind == INPUT_PLAIN ? NULL : input_kind_name(kind);
    return json_pack("{s:o, s:o, s:O, s:o, s:O}", "input", text_or_null(path), "kind",
                     text_or_null(name), "size", size, "error",
                     text_or_null(error ? error->message : NULL), "tree",
                     json_object_get(root, "children"));
}

static void say_result(Job *job, const char *path, InputKind kind, size_t size, const json_t *root)
{
    g_autofree char *safe = sanitize_string(path);
    g_autofree char *units = units_size(size);
    job_text(job, "%s: %s, %s", safe, _(input_kind_name(kind)), units);
    if (json_array_size(json_object_get(root, "children")) == 0)
        return;
    job_text(job, "%8s %7s  %s", _("offset"), _("size"), _("what"));
    node_say(job, root);
}

/* One file; its JSON object goes to `all`. The exit status. */
static int inspect_one(Job *job, const char *path, json_t *all)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *safe = sanitize_string(path);
    g_autoptr(GBytes) bytes = file_read(path, LIMIT_INPUT, job_cancel(job), &error);
    json_t *root = node_new();
    json_t *size_json = json_null();
    InputKind kind = INPUT_PLAIN;
    if (bytes) {
        size_t size;
        const void *data = g_bytes_get_data(bytes, &size);
        Span content = span_of(data, size);
        kind = verification_recognise(content);
        size_json = json_integer((json_int_t)size);
        if (!read_content(root, kind, content, &error))
            cause_prefix(&error, CAUSE_HERE, _("inspecting %s: "), safe);
        if (!job_json(job))
            say_result(job, path, kind, size, root);
    }
    json_array_append_new(all, result_json(path, kind, size_json, root, error));
    json_decref(size_json);
    json_decref(root);
    return error ? job_fail(job, error) : EXIT_OK;
}

static int run_inspect(Job *job, const Arguments *arguments)
{
    const GPtrArray *paths = arguments_operands(arguments);
    json_t *all = json_array();
    int status = EXIT_OK;
    for (guint i = 0; i < paths->len && status != EXIT_CANCELLED; i++) {
        if (i > 0 && !job_json(job))
            job_text(job, "%s", "");
        int one = inspect_one(job, g_ptr_array_index(paths, i), all);
        status = MAX(status, one);
    }
    if (job_json(job) && status != EXIT_CANCELLED)
        job_emit(job, paths->len == 1 ? json_incref(json_array_get(all, 0)) : json_incref(all));
    json_decref(all);
    return status;
}

const Verb verb_inspect = {
    .words = "inspect",
    .operands = "FILE…",
    .min_operands = 1,
    .max_operands = G_MAXUINT,
    .operand_kind = ARGUMENT_FILE,
    .help = N_("show what stands in a quote, certificate, CRL, evidence or collateral"),
    .description =
        N_("Each FILE as a tree: offset and size in bytes, name, value, meaning. Nothing is "
           "judged: verify does that. Of a broken file, what can be read, and where it breaks; the "
           "exit status is then 1."),
    .flags = VERB_READ_ONLY,
    .run = run_inspect,
};
