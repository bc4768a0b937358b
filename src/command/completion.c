/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "command/completion.h"

#include "command/completion_shell.h"
#include "command/verbs.h"
#include "core/i18n.h"
#include "core/sanitize.h"

#include <string.h>

const char *const completion_shells[] = {"bash", "zsh", "fish", NULL};

static char *(*const writers[])(void) = {
    completion_bash,
    completion_zsh,
    completion_fish,
};

char *completion_script(const char *shell)
{
    for (size_t i = 0; completion_shells[i]; i++) {
        if (strcmp(shell, completion_shells[i]) == 0)
            return writers[i]();
    }
    return NULL;
}

static int run_completion(Job *job, const Arguments *arguments)
{
    const char *shell = g_ptr_array_index(arguments_operands(arguments), 0);
    g_autofree char *script = completion_script(shell);
    g_autofree char *safe = sanitize_string(shell);
    if (!script)
        return verb_usage(job, _("completion: it is bash, zsh or fish, not \"%s\""), safe);
    g_auto(GStrv) lines = g_strsplit(script, "\n", -1);
    for (char **line = lines; *line && (line[1] || **line); line++)
        job_text(job, "%s", *line);
    return EXIT_OK;
}

const Verb verb_completion = {
    .words = "completion",
    .operands = "bash|zsh|fish",
    .min_operands = 1,
    .max_operands = 1,
    .operand_kind = ARGUMENT_TEXT,
    .help = N_("print a completion file for a shell"),
    .description = N_("The files are installed with the program. For one that is not installed: "
                      "source <(mse-console completion bash)."),
    .flags = VERB_READ_ONLY | VERB_SHELL_ONLY | VERB_NO_JSON,
    .run = run_completion,
};
