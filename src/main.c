/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The program: the shell's verbs and the console meet here and nowhere below.
 */
#include "config.h"

#include "command/shell.h"
#include "core/i18n.h"
#include "core/secret.h"

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

int main(int argc, char **argv)
{
    secret_init();
    prepare_language();
    return shell_main(argc, argv);
}
