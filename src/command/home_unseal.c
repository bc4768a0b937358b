/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "command/verbs.h"

#include "app/cipher.h"
#include "core/i18n.h"
#include "core/sanitize.h"

static int to_standard_output(Job *job, const CipherFiles *files)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(Secret) text = cipher_unseal_to_memory(files, &error);
    if (!text)
        return job_fail(job, error);
    job_raw(job, secret_data(text), secret_size(text));
    return EXIT_OK;
}

static int to_file(Job *job, const CipherFiles *files)
{
    g_autoptr(GError) error = NULL;
    if (!cipher_unseal(files, &error))
        return job_fail(job, error);
    g_autofree char *input = sanitize_string(files->input);
    g_autofree char *output = sanitize_string(files->output);
    if (job_json(job))
        job_emit(job, json_pack("{s:s, s:s}", "input", input, "output", output));
    else
        job_text(job, _("Unsealed: %s → %s"), input, output);
    return EXIT_OK;
}

static int run_unseal(Job *job, const Arguments *arguments)
{
    const CipherFiles files = {
        .input = arguments_value(arguments, "input"),
        .output = arguments_value(arguments, "output"),
        .key = arguments_value(arguments, "private-key"),
        .cancel = job_cancel(job),
    };
    if (!files.input || !files.key)
        return verb_usage(job, _("home unseal: it wants --input FILE and --private-key FILE"));
    if (files.output)
        return to_file(job, &files);
    if (job_json(job))
        return verb_usage(job, _("home unseal: --json wants --output FILE"));
    return to_standard_output(job, &files);
}

static const VerbOption options[] = {
    {.name = "input", .kind = ARGUMENT_FILE, .metavar = "FILE", .help = N_("the sealed file")},
    {.name = "private-key",
     .kind = ARGUMENT_FILE,
     .metavar = "FILE",
     .help = N_("the X25519 secret key: 32 bytes, or a pair of keygen")},
    {.name = "output",
     .letter = 'o',
     .kind = ARGUMENT_OUTPUT,
     .metavar = "FILE",
     .help = N_("write what was sealed to FILE (0600), instead of standard output")},
    {0},
};

const Verb verb_home_unseal = {
    .words = "home unseal",
    .operands = "",
    .operand_kind = ARGUMENT_TEXT,
    .help = N_("open a sealed file with the secret key it was sealed for"),
    .description = N_("An enclave does this by itself; here it serves those who seal for a key of "
                      "their own, and to try it out. Nothing is written before all of the file was "
                      "found to be authentic."),
    .options = options,
    .run = run_unseal,
};
