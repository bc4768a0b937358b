/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The program: the shell's verbs and the console meet here and nowhere below.
 */
#include "config.h"

#include "command/console.h"
#include "command/shell.h"
#include "command/verb.h"
#include "core/i18n.h"
#include "core/secret.h"
#include "ui/ui.h"

#include <glib.h>
#include <locale.h>

/* Sentences are UTF-8 inside, whatever the terminal takes: the output converts them. */
static void prepare_language(void)
{
    const char *directory = g_getenv("TEXTDOMAINDIR");
    setlocale(LC_ALL, "");
    bindtextdomain("mse-console", directory ? directory : LOCALEDIR);
    bind_textdomain_codeset("mse-console", "UTF-8");
}

static int open_console(VerifyRequest *request, const ConsoleWay *way)
{
    UiOptions options = {
        .inputs = (const VerificationInput *)request->inputs->data,
        .n_inputs = request->inputs->len,
        .basis = request,
        .cancel = way->cancel,
        .script = way->script,
        .record = way->record,
        .plain = way->plain,
        .tour = way->tour,
        .tour_names = way->names,
        .fleet = request->inputs->len == 0 && ui_fleet_is_near(request->settings),
        .read_only = verb_is_read_only(),
    };
    return ui_run(&options);
}

int main(int argc, char **argv)
{
    static const ConsoleDoor door = {
        .usable = ui_terminal_usable,
        .open = open_console,
        .each_key = ui_each_key,
        .each_line = ui_each_line,
    };
    secret_init();
    prepare_language();
    console_set_door(&door);
    return shell_main(argc, argv);
}
