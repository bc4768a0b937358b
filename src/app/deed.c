/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "app/deed.h"

#include "core/sanitize.h"

const char *deed_kind_name(DeedKind kind)
{
    static const char *const names[N_DEEDS] = {
        [DEED_PACKAGE] = "package", [DEED_SPAWN] = "spawn",     [DEED_SEND] = "send",
        [DEED_STOP] = "stop",       [DEED_RESTART] = "restart", [DEED_REMOVE] = "remove",
        [DEED_KILL] = "kill",       [DEED_FORGET] = "forget",
    };
    return names[kind];
}

static json_t *safe_text(const char *text)
{
    if (text == NULL)
        return json_null();
    g_autofree char *safe = sanitize_string(text);
    return json_string(safe);
}

static json_t *who(void)
{
    g_autofree char *name = g_strdup_printf("%s@%s", g_get_user_name(), g_get_host_name());
    return safe_text(name);
}

json_t *deed_item(const char *role, const char *path, uint64_t size, const char *sha256)
{
    json_t *item = json_object();
    json_object_set_new(item, "role", json_string(role));
    json_object_set_new(item, "path", safe_text(path));
    json_object_set_new(item, "size", json_integer((json_int_t)MIN(size, (uint64_t)INT64_MAX)));
    if (sha256 != NULL)
        json_object_set_new(item, "sha256", json_string(sha256));
    return item;
}

bool deed_record(Journal *journal, int64_t now, const Deed *deed, GError **error)
{
    json_t *fields = json_object();
    json_object_set_new(fields, "who", who());
    json_object_set_new(fields, "application", safe_text(deed->application));
    json_object_set_new(fields, "engine", safe_text(deed->engine));
    json_object_set_new(fields, "id", safe_text(deed->id));
    json_object_set_new(fields, "measurement", safe_text(deed->measurement));
    g_autofree char *here = g_get_current_dir();
    json_object_set_new(fields, "directory", safe_text(here)); /* paths in `what` may be relative */
    json_object_set_new(fields, "what", deed->what ? json_incref(deed->what) : json_null());
    bool done = journal_append(journal, now, deed_kind_name(deed->kind), fields, error);
    json_decref(fields);
    return done;
}
