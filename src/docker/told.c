/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What an engine tells while it builds or loads: documents {"stream": text}, {"status", "id",
 * "progress"}, {"aux": {"ID"}}, {"error", "errorDetail": {"message"}}, one after the other.
 */
#include "config.h"

#include "core/i18n.h"
#include "core/limits.h"
#include "core/sanitize.h"
#include "docker/private.h"

#include <string.h>

#define LINE_MAXIMUM  4096 /* bytes, before it is told though it has not ended */
#define SHOWN_MAXIMUM 400  /* bytes of the engine's words in a sentence */

void docker_told_init(DockerTold *told, DockerEngine *engine, const char *what)
{
    *told = (DockerTold){.engine = engine,
                         .what = what,
                         .line = g_string_new(NULL),
                         .loaded = g_ptr_array_new_with_free_func(g_free)};
    json_split_init(&told->split, false, limit_bytes(LIMIT_DOCKER_ITEM));
}

void docker_told_clear(DockerTold *told)
{
    json_split_clear(&told->split);
    g_string_free(told->line, TRUE);
    g_ptr_array_unref(told->loaded);
    g_free(told->id);
    g_clear_error(&told->failure);
}

static void say(DockerTold *told, const char *line)
{
    if (told->say != NULL && *line != '\0')
        told->say(line, told->data);
}

static void end_line(DockerTold *told)
{
    static const char loaded[] = "Loaded image: ", loaded_id[] = "Loaded image ID: ";
    const char *line = g_strchomp(told->line->str);
    if (g_str_has_prefix(line, loaded))
        g_ptr_array_add(told->loaded, g_strdup(line + strlen(loaded)));
    else if (g_str_has_prefix(line, loaded_id))
        g_ptr_array_add(told->loaded, g_strdup(line + strlen(loaded_id)));
    say(told, line);
    g_string_truncate(told->line, 0);
}

static void add_text(DockerTold *told, const char *text)
{
    for (; *text != '\0'; text++) {
        if (*text != '\n')
            g_string_append_c(told->line, *text);
        if (*text == '\n' || told->line->len >= LINE_MAXIMUM)
            end_line(told);
    }
}

/* Of a layer that is fetched; "progress" would draw a bar and is left out. */
static void add_status(DockerTold *told, const char *id, const char *status)
{
    g_autofree char *line = id == NULL ? g_strdup(status) : g_strdup_printf("%s: %s", id, status);
    say(told, line);
}

static void add_failure(DockerTold *told, const char *words)
{
    if (told->failure != NULL)
        return;
    g_autofree char *safe = sanitize_string(words);
    if (strlen(safe) > SHOWN_MAXIMUM)
        memcpy(safe + SHOWN_MAXIMUM, "...", sizeof "...");
    told->failure = g_error_new(DOCKER_ERROR, DOCKER_ERROR_FAILED, _("%s (engine %s): %s"),
                                told->what, told->engine->shown, g_strstrip(safe));
}

static bool take(Span value, void *data)
{
    DockerTold *told = data;
    json_t *root = json_parse(value);
    if (!json_is_object(root)) {
        json_decref(root);
        return false;
    }
    const char *text = json_text(root, "stream"), *status = json_text(root, "status");
    const char *failure = json_text(root, "error");
    const json_t *id = json_at(root, "aux", "ID");
    if (text != NULL)
        add_text(told, text);
    if (status != NULL)
        add_status(told, json_text(root, "id"), status);
    if (json_is_string(id)) {
        g_free(told->id);
        told->id = g_strdup(json_string_value(id));
    }
    if (failure != NULL)
        add_failure(told, failure);
    json_decref(root);
    return true;
}

bool docker_told_consume(Span bytes, void *data, GError **error)
{
    DockerTold *told = data;
    if (json_split_feed(&told->split, bytes, take, told))
        return true;
    g_propagate_error(
        error, docker_rubbish(told->engine, told->what, _("what it tells of its work is no JSON")));
    return false;
}

bool docker_told_finish(DockerTold *told, GError **error)
{
    end_line(told);
    if (told->failure != NULL) {
        g_propagate_error(error, g_steal_pointer(&told->failure));
        return false;
    }
    if (json_split_complete(&told->split))
        return true;
    g_propagate_error(error, docker_rubbish(told->engine, told->what, _("it is cut short")));
    return false;
}
