/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * `:source`: other settings, taken up while the console runs. They are read in a job; here, between
 * two frames, they replace those before in one step, and each pane is told. Nothing of the old ones
 * is looked at after it: whoever may still need them (a job, a question that waits for its answer)
 * has a reference of its own.
 */
#include "config.h"

#include "core/i18n.h"
#include "ui/console_private.h"
#include "ui/settings_read.h"

#include <string.h>

void console_source(Console *console, char *const *words, int n)
{
    if (n > 2) {
        console_say(console, ROLE_WARNING, "%s", _("which settings? :source [FILE]"));
        return;
    }
    settings_read_start(console->model.jobs, console->model.basis, n == 2 ? words[1] : NULL,
                        ++console->sourced);
}

/* The source that is asked already, and is not yet among those kept; -1: none. */
static int find_source(const Apps *apps, const FleetSource *wanted, const GByteArray *kept)
{
    for (unsigned i = 0; i < kept->len; i++)
        if (!kept->data[i] && apps_has_source(apps, i) &&
            fleet_source_same(fleet_source(apps->fleet, i), wanted))
            return (int)i;
    return -1;
}

/* Those that are named no more are closed, those that are new connected; the others go on. */
static void take_sources(Apps *apps, const GPtrArray *sources)
{
    g_autoptr(GByteArray) kept = g_byte_array_new();
    g_autoptr(GPtrArray) added = g_ptr_array_new();

    g_byte_array_set_size(kept, (guint)fleet_n_sources(apps->fleet));
    if (kept->len > 0)
        memset(kept->data, 0, kept->len);
    for (unsigned i = 0; i < sources->len; i++) {
        int found = find_source(apps, sources->pdata[i], kept);
        if (found < 0)
            g_ptr_array_add(added, sources->pdata[i]);
        else
            kept->data[found] = 1;
    }
    for (unsigned i = 0; i < kept->len; i++)
        if (!kept->data[i] && apps_has_source(apps, i))
            apps_close_source(apps, i);
    for (unsigned i = 0; i < added->len; i++)
        apps_add_source(apps, added->pdata[i]);
}

/* What was chosen here by hand stands, unless the file says otherwise than it did. */
static void take_scheme(Console *console, const Settings *before, const Settings *now)
{
    const char *scheme = settings_text(now, SETTING_COLOURS_SCHEME);

    if (g_strcmp0(settings_text(before, SETTING_COLOURS_SCHEME), scheme) != 0)
        g_clear_pointer(&console->scheme, g_free);
    console->wishes |= WISH_THEME;
}

static void say_taken(Console *console, const Settings *settings, const GPtrArray *problems)
{
    Role role;
    g_autofree char *text = settings_taken_text(settings, problems, &role);

    console_say(console, role, "%s", text);
}

/* What a console is started with to have these settings. */
static void note_done(Console *console, const Settings *settings)
{
    g_autofree char *quoted = settings->path == NULL ? NULL : g_shell_quote(settings->path);
    g_autofree char *command = quoted == NULL
                                   ? g_strdup("mse-console")
                                   : g_strdup_printf("MSE_CONSOLE_CONFIG=%s mse-console", quoted);

    model_set_done(&console->model, command);
}

bool console_take_settings(Console *console, const Message *message)
{
    const SettingsRead *read = message->data;
    g_autoptr(GPtrArray) problems = g_ptr_array_new_with_free_func(g_free);
    g_autoptr(VerifyRequest) before = NULL;
    const Settings *settings;

    if (message->kind != MESSAGE_SETTINGS || message->generation != console->sourced)
        return false;
    before = verify_request_ref(console->model.basis);
    settings = read->basis->settings;
    if (read->named != NULL)
        settings_use(read->named);
    model_set_basis(&console->model, read->basis);
    key_table_make(&console->keys, settings, problems);
    take_scheme(console, before->settings, settings);
    if (console->model.apps != NULL)
        take_sources(console->model.apps, read->sources);
    note_done(console, settings);
    say_taken(console, settings, problems);
    return true;
}
