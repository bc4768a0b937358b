/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "command/console.h"

#include "command/verbs.h"
#include "core/i18n.h"

#include <signal.h>
#include <sys/prctl.h>
#include <unistd.h>

static const ConsoleDoor *the_door;

void console_set_door(const ConsoleDoor *door)
{
    the_door = door;
}

const ConsoleDoor *console_door(void)
{
    return the_door;
}

/* Without a terminal the console's question is answered by the plain verb. */
static int verify_instead(Job *job, const Arguments *arguments, const VerifyRequest *asked,
                          const char *why)
{
    if (asked->inputs->len == 0)
        return verb_usage(job, _("%s Without it: mse-console verify FILE…, or mse-console help"),
                          why);
    job_warn(job, _("%s This is what \"mse-console verify\" says."), why);
    job_begin(job, &verb_verify, false);
    return verb_verify.run(job, arguments);
}

/* A demo's console ends with the demo: what it shows is taken away then. */
static void end_with_demo(void)
{
    const char *demo = g_getenv("MSE_CONSOLE_DEMO");
    if (demo == NULL || *demo == '\0')
        return;
    prctl(PR_SET_PDEATHSIG, SIGTERM);
    if (g_ascii_strtoll(demo, NULL, 10) != (gint64)getppid()) /* it is gone already */
        raise(SIGTERM);
}

static int run_console(Job *job, const Arguments *arguments)
{
    g_autoptr(GError) error = NULL;
    end_with_demo();
    g_autoptr(VerifyRequest) asked = verify_request_new(job, arguments, &error);
    if (!asked)
        return job_fail(job, error);
    ConsoleWay way = {.cancel = job_cancel(job),
                      .script = arguments_value(arguments, "execute"),
                      .record = arguments_value(arguments, "record"),
                      .plain = arguments_flag(arguments, "plain"),
                      .tour = arguments_flag(arguments, "tour"),
                      .names = g_getenv("MSE_CONSOLE_DEMO_NAMES")};
    g_autofree char *why = NULL;
    if (!the_door)
        why = g_strdup(_("The console is not in this program."));
    else if (way.record && (way.script || way.plain))
        return verb_usage(job, "%s",
                          _("--record is of the screen, which --execute and --plain have "
                            "none of"));
    else if (way.script || way.plain || the_door->usable(&why))
        return the_door->open(asked, &way);
    return verify_instead(job, arguments, asked, why);
}

static const VerbOption options[] = {
    VERIFY_REQUEST_OPTIONS,
    {.name = "execute",
     .letter = 'e',
     .kind = ARGUMENT_TEXT,
     .metavar = "LINES",
     .help =
         N_("run lines of the console, separated by semicolons, without a terminal, and leave")},
    {.name = "record",
     .kind = ARGUMENT_OUTPUT,
     .metavar = "FILE.cast",
     .help = N_("record what the console shows, to be played later (asciicast v2)")},
    {.name = "plain",
     .kind = ARGUMENT_NONE,
     .help =
         N_("for screen readers and serial lines: the same verbs, line by line, without colours "
            "or a cursor that moves; \"watch\" tells what happens")},
    {.name = "tour",
     .kind = ARGUMENT_NONE,
     .help = N_("explain step by step what there is to see; made for the demo's applications")},
    {0},
};

const Verb verb_console = {
    .words = "console",
    .operands = "[FILE…]",
    .max_operands = G_MAXUINT,
    .operand_kind = ARGUMENT_FILE,
    .help = N_("open the console on applications, or on evidence, quotes and certificates"),
    .description = N_("The word may be left out: \"mse-console FILE…\" and \"mse-console\" do the "
                      "same. Without a FILE, on the applications of the container engine that is "
                      "configured or answers, else on what the current directory holds; :apps and "
                      ":files lead from one to the other. The options say how the console judges."),
    .options = options,
    .flags = VERB_READ_ONLY | VERB_SHELL_ONLY | VERB_NO_JSON,
    .run = run_console,
};
