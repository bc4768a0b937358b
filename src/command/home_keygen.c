/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "command/verbs.h"

#include "app/cipher.h"
#include "core/cause.h"
#include "core/file.h"
#include "core/i18n.h"
#include "core/sanitize.h"

/* What each kind of key is called, by NewKey. */
static const struct {
    const char *name; /* in JSON */
    const char *file; /* when none is named */
    const char *what;
} kinds[] = {
    [NEW_KEY_SYMMETRIC] = {"xsalsa20-poly1305", "symmetric.key",
                           N_("a key of XSalsa20-Poly1305 (32 bytes): who has it reads what it "
                              "encrypts")},
    [NEW_KEY_FERNET] = {"fernet", "fernet.key",
                        N_("a Fernet key: who has it reads what it encrypts")},
    [NEW_KEY_PAIR] = {"x25519", "x25519.key",
                      N_("an X25519 pair: the first 32 bytes are the public key, to which others "
                         "seal; the last 32 open it")},
};

/* False for what cannot be asked. */
static bool kind_asked(const Arguments *arguments, NewKey *kind)
{
    bool symmetric = arguments_flag(arguments, "symmetric");
    bool asymmetric = arguments_flag(arguments, "asymmetric");
    bool fernet = arguments_flag(arguments, "fernet");
    *kind = asymmetric ? NEW_KEY_PAIR : fernet ? NEW_KEY_FERNET : NEW_KEY_SYMMETRIC;
    return asymmetric ? !symmetric && !fernet : symmetric || fernet;
}

static int run_keygen(Job *job, const Arguments *arguments)
{
    NewKey kind;
    if (!kind_asked(arguments, &kind))
        return verb_usage(job, _("home keygen: which one? --symmetric (perhaps with --fernet) or "
                                 "--asymmetric"));
    const char *named = arguments_value(arguments, "output");
    const char *path = named ? named : kinds[kind].file;
    g_autoptr(GError) error = NULL;
    if (!cipher_new_key(kind, path, arguments_flag(arguments, "force"), &error)) {
        if (g_error_matches(error, FILE_ERROR, FILE_ERROR_EXISTS))
            cause_prefix(&error, CAUSE_HERE, "%s", _("a key is not overwritten without --force: "));
        return job_fail(job, error);
    }
    g_autofree char *shown = sanitize_string(path);
    if (job_json(job))
        job_emit(job, json_pack("{s:s, s:s}", "output", shown, "kind", kinds[kind].name));
    else
        job_text(job, _("Written: %s, %s"), shown, _(kinds[kind].what));
    return EXIT_OK;
}

static const VerbOption options[] = {
    {.name = "symmetric", .help = N_("32 random bytes, for encrypt and decrypt")},
    {.name = "fernet", .help = N_("a symmetric key for Fernet tokens, in base64url")},
    {.name = "asymmetric", .help = N_("an X25519 pair, for seal and unseal")},
    {.name = "output",
     .letter = 'o',
     .kind = ARGUMENT_OUTPUT,
     .metavar = "FILE",
     .help = N_("write it to FILE (default: symmetric.key, fernet.key or x25519.key here)")},
    {.name = "force", .help = N_("overwrite a key that is there")},
    {0},
};

const Verb verb_home_keygen = {
    .words = "home keygen",
    .operands = "",
    .operand_kind = ARGUMENT_TEXT,
    .help = N_("make a key"),
    .description = N_("A key is written to a file that only its owner can read, and is never "
                      "printed. A pair is the public key, then the secret key, 32 bytes each."),
    .options = options,
    .run = run_keygen,
};
