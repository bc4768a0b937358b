/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The user's own commands on what is marked, else what is selected.
 */
#include "config.h"

#include "core/i18n.h"
#include "core/sanitize.h"
#include "ui/console_private.h"
#include "ui/own.h"

static void run_one(Console *console, const SettingCommand *command, const AppRow *row)
{
    ProgramRequest *request = own_request(command, console->model.apps, row);
    g_autofree char *shell = own_shell(command, console->model.apps, row);

    model_set_done(&console->model, shell);
    if (command->terminal)
        console_give_terminal(console, request);
    else
        console_push(console, output_pane_new_program(console, request));
}

static void run_all(Console *console, const SettingCommand *command, const GArray *numbers)
{
    for (unsigned i = 0; i < numbers->len; i++) {
        const AppRow *row = apps_row(console->model.apps, g_array_index(numbers, unsigned, i));
        if (row != NULL)
            run_one(console, command, row);
    }
}

/* The command is of those settings, also when others are taken up meanwhile. */
typedef struct Asked {
    const SettingCommand *command;
    VerifyRequest *of;
    GArray *numbers;
} Asked;

static void asked_free(void *data)
{
    Asked *asked = data;

    g_array_unref(asked->numbers);
    verify_request_unref(asked->of);
    g_free(asked);
}

static void answer(Console *console, bool yes, void *data)
{
    const Asked *asked = data;

    if (yes)
        run_all(console, asked->command, asked->numbers);
}

static void ask(Console *console, const SettingCommand *command, GArray *numbers)
{
    g_autofree char *name = sanitize_string(command->name);
    g_autofree char *run = sanitize_string(command->run);
    g_autofree char *title = NULL;
    const AppRow *row = apps_row(console->model.apps, g_array_index(numbers, unsigned, 0));
    const char *paragraphs[] = {run, NULL};
    Asked *asked = g_new(Asked, 1);

    title = numbers->len == 1
                ? g_strdup_printf(_("%s: %s?"), name, row == NULL ? "" : row->name)
                : g_strdup_printf(P_("%s: %u application?", "%s: %u applications?", numbers->len),
                                  name, numbers->len);
    *asked = (Asked){.command = command,
                     .of = verify_request_ref(console->model.basis),
                     .numbers = g_array_ref(numbers)};
    console_ask(console, question_new(title, paragraphs, _("Run"), NULL), answer, asked,
                asked_free);
}

void console_run_own(Console *console, const SettingCommand *command)
{
    g_autoptr(GArray) numbers = NULL;

    if (console->model.read_only && !command->read_only) {
        console_say(console, ROLE_WARNING, "%s",
                    _("read-only: this command is not said to change nothing (read_only)"));
        return;
    }
    if (!console->on_apps)
        return;
    numbers = apps_pane_chosen(console->left);
    if (numbers->len == 0)
        console_say(console, ROLE_DIM, "%s", _("no application is selected"));
    else if (command->terminal && numbers->len > 1)
        console_say(console, ROLE_DIM, "%s", _("the terminal is for one application at a time"));
    else if (command->asks)
        ask(console, command, numbers);
    else
        run_all(console, command, numbers);
}
