/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * home encrypt, home decrypt.
 */
#include "config.h"

#include "command/verbs.h"

#include "app/cipher.h"
#include "core/i18n.h"
#include "core/sanitize.h"

typedef bool (*CipherAct)(const CipherFiles *files, Cipher *cipher, GError **error);

static void on_progress(uint64_t done, uint64_t total, void *data)
{
    if (total > 0)
        job_progress(
            data, &(Progress){
                      .what = _("reading"), .done = done, .total = total, .unit = PROGRESS_BYTES});
}

/* The file of --input or the operand, which are two spellings of one thing; NULL: not one. */
static const char *only_input(const Arguments *arguments)
{
    const GPtrArray *operands = arguments_operands(arguments);
    const char *named = arguments_value(arguments, "input");
    if (operands->len + (named ? 1 : 0) != 1)
        return NULL;
    return named ? named : g_ptr_array_index(operands, 0);
}

static void say(Job *job, const CipherFiles *files, Cipher cipher)
{
    g_autofree char *input = sanitize_string(files->input);
    g_autofree char *output = sanitize_string(files->output);
    if (job_json(job))
        job_emit(job, json_pack("{s:s, s:s, s:s}", "input", input, "output", output, "cipher",
                                cipher_name(cipher)));
    else
        job_text(job, _("Written: %s (%s, from %s)"), output, cipher_name(cipher), input);
}

static int run_cipher(Job *job, const Arguments *arguments, const char *verb, CipherAct act)
{
    CipherFiles files = {
        .input = only_input(arguments),
        .output = arguments_value(arguments, "output"),
        .key = arguments_value(arguments, "key"),
        .cancel = job_cancel(job),
        .progress = on_progress,
        .data = job,
    };
    if (!files.input)
        return verb_usage(job, _("%s: it wants one INPUT, or --input FILE"), verb);
    if (!files.key)
        return verb_usage(job, _("%s: it wants --key FILE"), verb);
    if (!files.output)
        return verb_usage(job, _("%s: it wants --output FILE"), verb);
    g_autoptr(GError) error = NULL;
    Cipher cipher;
    if (!act(&files, &cipher, &error))
        return job_fail(job, error);
    say(job, &files, cipher);
    return EXIT_OK;
}

static int run_encrypt(Job *job, const Arguments *arguments)
{
    return run_cipher(job, arguments, "home encrypt", cipher_encrypt);
}

static int run_decrypt(Job *job, const Arguments *arguments)
{
    return run_cipher(job, arguments, "home decrypt", cipher_decrypt);
}

#define CIPHER_OPTIONS(key_help, input_help, output_help)                                    \
    {                                                                                        \
        {.name = "key", .kind = ARGUMENT_FILE, .metavar = "FILE", .help = key_help},         \
            {.name = "input", .kind = ARGUMENT_FILE, .metavar = "FILE", .help = input_help}, \
            {.name = "output",                                                               \
             .letter = 'o',                                                                  \
             .kind = ARGUMENT_OUTPUT,                                                        \
             .metavar = "FILE",                                                              \
             .help = output_help},                                                           \
        {                                                                                    \
            0                                                                                \
        }                                                                                    \
    }

static const VerbOption encrypt_options[] = CIPHER_OPTIONS(
    N_("the symmetric key: a Fernet key, or 32 bytes for XSalsa20-Poly1305"),
    N_("the file to encrypt, instead of INPUT"), N_("write what is encrypted to FILE"));

static const VerbOption decrypt_options[] = CIPHER_OPTIONS(
    N_("the symmetric key: a Fernet key, or 32 bytes for XSalsa20-Poly1305"),
    N_("the file to decrypt, instead of INPUT"), N_("write what is decrypted to FILE (0600)"));

const Verb verb_home_encrypt = {
    .words = "home encrypt",
    .operands = "[INPUT]",
    .max_operands = 1,
    .operand_kind = ARGUMENT_FILE,
    .help = N_("encrypt a file with a symmetric key"),
    .description = N_("With a Fernet key (44 characters of base64url) a Fernet token is made; with "
                      "a key of 32 bytes a file of XSalsa20-Poly1305, as the members of an "
                      "encrypted package are. Files of any size are read piece by piece."),
    .options = encrypt_options,
    .run = run_encrypt,
};

const Verb verb_home_decrypt = {
    .words = "home decrypt",
    .operands = "[INPUT]",
    .max_operands = 1,
    .operand_kind = ARGUMENT_FILE,
    .help = N_("decrypt a file with a symmetric key"),
    .description = N_("The key tells what INPUT is: a Fernet token, or a file of XSalsa20-Poly1305 "
                      "such as a member of an encrypted package. INPUT is read twice: nothing is "
                      "written before all of it was found to be authentic."),
    .options = decrypt_options,
    .run = run_decrypt,
};
