/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "fleet/app.h"

#include "core/i18n.h"
#include "core/sanitize.h"
#include "fleet/app_private.h"

#include <string.h>

static const char *const dialect_names[] = {
    [FLEET_DIALECT_MSE_HOME] = "mse-home",
    [FLEET_DIALECT_CENCLAVE] = "cenclave",
};

static const char *const state_names[] = {
    [FLEET_STATE_CREATED] = "created",   [FLEET_STATE_RUNNING] = "running",
    [FLEET_STATE_PAUSED] = "paused",     [FLEET_STATE_RESTARTING] = "restarting",
    [FLEET_STATE_REMOVING] = "removing", [FLEET_STATE_EXITED] = "exited",
    [FLEET_STATE_DEAD] = "dead",
};

static const char *const state_words[] = {
    [FLEET_STATE_UNKNOWN] = N_("unknown"),       [FLEET_STATE_CREATED] = N_("created"),
    [FLEET_STATE_RUNNING] = N_("running"),       [FLEET_STATE_PAUSED] = N_("paused"),
    [FLEET_STATE_RESTARTING] = N_("restarting"), [FLEET_STATE_REMOVING] = N_("removing"),
    [FLEET_STATE_EXITED] = N_("exited"),         [FLEET_STATE_DEAD] = N_("dead"),
};

static const char *const health_names[] = {
    [FLEET_HEALTH_INITIALIZING] = "initializing",
    [FLEET_HEALTH_WAITING] = "waiting",
    [FLEET_HEALTH_RUNNING] = "running",
    [FLEET_HEALTH_ON_ERROR] = "on_error",
    [FLEET_HEALTH_SILENT] = "silent",
};

static const char *const health_words[] = {
    [FLEET_HEALTH_INITIALIZING] = N_("initializing"),
    [FLEET_HEALTH_WAITING] = N_("waiting: secrets"),
    [FLEET_HEALTH_RUNNING] = N_("running"),
    [FLEET_HEALTH_ON_ERROR] = N_("on error"),
    [FLEET_HEALTH_SILENT] = N_("no answer"),
};

const char *fleet_dialect_name(FleetDialect dialect)
{
    return dialect_names[dialect];
}

FleetState fleet_state_named(const char *name)
{
    for (size_t i = 0; i < G_N_ELEMENTS(state_names); i++) {
        if (g_strcmp0(state_names[i], name) == 0 && name)
            return (FleetState)i;
    }
    return FLEET_STATE_UNKNOWN;
}

const char *fleet_health_name(FleetHealth health)
{
    return health_names[health];
}

FleetApp *fleet_app_new(void)
{
    return g_atomic_rc_box_new0(FleetApp);
}

char *fleet_app_key(unsigned source, const char *id)
{
    return g_strdup_printf("%u %s", source, id);
}

FleetApp *fleet_app_ref(FleetApp *app)
{
    return g_atomic_rc_box_acquire(app);
}

static void clear(gpointer data)
{
    FleetApp *app = data;
    g_free(app->id);
    g_free(app->name);
    g_free(app->image);
    g_free(app->address);
    g_free(app->subject);
    g_free(app->san);
    g_free(app->uuid);
    g_free(app->application);
    g_free(app->healthcheck);
    g_free(app->directory);
    g_clear_pointer(&app->certificate, g_bytes_unref);
}

void fleet_app_unref(FleetApp *app)
{
    if (app)
        g_atomic_rc_box_release_full(app, clear);
}

FleetApp *fleet_app_copy(const FleetApp *app)
{
    FleetApp *copy = fleet_app_new();
    *copy = *app;
    copy->id = g_strdup(app->id);
    copy->name = g_strdup(app->name);
    copy->image = g_strdup(app->image);
    copy->address = g_strdup(app->address);
    copy->subject = g_strdup(app->subject);
    copy->san = g_strdup(app->san);
    copy->uuid = g_strdup(app->uuid);
    copy->application = g_strdup(app->application);
    copy->healthcheck = g_strdup(app->healthcheck);
    copy->directory = g_strdup(app->directory);
    copy->certificate = app->certificate ? g_bytes_ref(app->certificate) : NULL;
    return copy;
}

static bool same_bytes(GBytes *a, GBytes *b)
{
    return a && b ? g_bytes_equal(a, b) : a == b;
}

/* Which texts both have alike. */
static bool same_texts(const FleetApp *a, const FleetApp *b)
{
    return g_strcmp0(a->id, b->id) == 0 && g_strcmp0(a->name, b->name) == 0 &&
           g_strcmp0(a->image, b->image) == 0 && g_strcmp0(a->address, b->address) == 0 &&
           g_strcmp0(a->subject, b->subject) == 0 && g_strcmp0(a->san, b->san) == 0 &&
           g_strcmp0(a->uuid, b->uuid) == 0 && g_strcmp0(a->application, b->application) == 0 &&
           g_strcmp0(a->healthcheck, b->healthcheck) == 0 &&
           g_strcmp0(a->directory, b->directory) == 0;
}

/* When health was asked last is no difference: else every answer would be drawn again. */
bool fleet_app_equal(const FleetApp *a, const FleetApp *b)
{
    return a->source == b->source && a->dialect == b->dialect && a->state == b->state &&
           a->exit_code == b->exit_code && a->has_exit_code == b->has_exit_code &&
           a->created == b->created && a->started == b->started && a->finished == b->finished &&
           a->port == b->port && a->detailed == b->detailed && a->size == b->size &&
           a->expires == b->expires && a->health == b->health &&
           same_bytes(a->certificate, b->certificate) && same_texts(a, b);
}

char *fleet_app_state_text(const FleetApp *app)
{
    if (app->state == FLEET_STATE_RUNNING && app->health != FLEET_HEALTH_UNKNOWN)
        return g_strdup(_(health_words[app->health]));
    const char *word = _(state_words[app->state]);
    if (app->has_exit_code && (app->state == FLEET_STATE_EXITED || app->state == FLEET_STATE_DEAD))
        return g_strdup_printf("%s (%d)", word, app->exit_code);
    return g_strdup(word);
}

const char *fleet_app_state_word(const FleetApp *app)
{
    if (app->state == FLEET_STATE_RUNNING && app->health != FLEET_HEALTH_UNKNOWN)
        return health_names[app->health];
    return app->state == FLEET_STATE_UNKNOWN ? "unknown" : state_names[app->state];
}

/* The value of CN in an RFC 4514 name: up to a comma or plus sign that is not escaped. */
static char *common_name_of(const char *subject)
{
    const char *at = subject;
    while (at && *at) {
        while (*at == ' ')
            at++;
        bool found = g_ascii_strncasecmp(at, "CN=", 3) == 0;
        GString *value = g_string_new(NULL);
        for (at += found ? 3 : 0; *at && *at != ',' && *at != '+'; at++) {
            if (*at == '\\' && at[1])
                at++;
            g_string_append_c(value, *at);
        }
        if (found)
            return g_string_free(value, FALSE);
        g_string_free(value, TRUE);
        at += *at != '\0';
    }
    return NULL;
}

char *fleet_app_common_name(const FleetApp *app)
{
    g_autofree char *name = common_name_of(app->subject);
    if (name && *name)
        return g_steal_pointer(&name);
    return g_strdup(app->san);
}
