/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "command/verbs.h"

#include "app/cipher.h"
#include "app/recipient.h"
#include "core/clock.h"
#include "core/file.h"
#include "core/i18n.h"
#include "core/sanitize.h"

/* What a line asks for, in whichever spelling. */
typedef struct Request {
    const char *input;
    const char *certificate, *key; /* one of the two */
    char *output;                  /* owned */
    bool directory;                /* that it lies in is made when it is missing */
    bool unverified;               /* sealed although nobody verified the certificate here */
} Request;

/* One of two spellings, not both, not none. */
static bool one_of(const Arguments *arguments, const char *a, const char *b, const char **out)
{
    const char *first = arguments_value(arguments, a), *second = arguments_value(arguments, b);
    *out = first ? first : second;
    return !first != !second;
}

/* DIR/NAME.sealed for --secrets, the file itself for --input. NULL: --input without --output. */
static char *output_of(const Arguments *arguments, bool into_directory, const char *input)
{
    const char *output = arguments_value(arguments, "output");
    if (!into_directory)
        return g_strdup(output);
    g_autofree char *base = g_path_get_basename(input);
    g_autofree char *name = g_strconcat(base, ".sealed", NULL);
    return g_build_filename(output ? output : ".", name, NULL);
}

static int read_request(Job *job, const Arguments *arguments, Request *request)
{
    if (!one_of(arguments, "secrets", "input", &request->input))
        return verb_usage(job, _("home seal: what? --secrets FILE, or --input FILE"));
    one_of(arguments, "cert", "receiver-enclave", &request->certificate);
    request->key = arguments_value(arguments, "receiver-public-key");
    const char *const recipients[] = {"cert", "receiver-enclave", "receiver-public-key"};
    unsigned n = 0;
    for (size_t i = 0; i < G_N_ELEMENTS(recipients); i++)
        n += arguments_value(arguments, recipients[i]) != NULL;
    if (n != 1)
        return verb_usage(job, _("home seal: for whom? One of --cert FILE, --receiver-enclave FILE "
                                 "and --receiver-public-key FILE"));
    request->directory = arguments_value(arguments, "secrets") != NULL;
    request->unverified = arguments_flag(arguments, "unverified");
    request->output = output_of(arguments, request->directory, request->input);
    if (!request->output)
        return verb_usage(job, _("home seal: --input wants --output FILE"));
    return EXIT_OK;
}

static bool read_recipient(Job *job, const Request *request, Recipient *recipient, GError **error)
{
    Cancel *cancel = job_cancel(job);
    return request->key ? recipient_of_key(request->key, recipient, cancel, error)
                        : recipient_of_certificate(request->certificate, clock_now(), recipient,
                                                   cancel, error);
}

/* Who seals for an enclave that nobody verified may seal for a stranger. */
static void warn(Job *job, const Recipient *recipient)
{
    if (!recipient->certificate_sha256)
        return;
    if (recipient->warning)
        job_warn(job, "%s", recipient->warning);
    if (!recipient->last_verdict)
        job_warn(job, _("this certificate was never verified on this machine: whoever made it may "
                        "read what is sealed; \"mse-console verify\" its evidence first"));
    else if (!recipient_was_trusted(recipient))
        job_warn(job,
                 _("the last verdict on this certificate on this machine was \"%s\": whoever made "
                   "it may read what is sealed"),
                 recipient->last_verdict);
    else if (recipient->simulated)
        job_warn(job, "%s",
                 _("SIMULATED: this certificate was trusted under a root that is not Intel's"));
}

/* In the console a warning is easily missed: whoever wants it says so. */
static bool is_refused(Job *job, const Request *request, const Recipient *recipient)
{
    if (!job_is_careful(job) || request->unverified || !recipient->certificate_sha256 ||
        (recipient->last_verdict && recipient_was_trusted(recipient)))
        return false;
    job_warn(job, "%s",
             _("Nothing was sealed: verify the evidence of this certificate first, or add "
               "--unverified if you know whom it belongs to"));
    return true;
}

static void say(Job *job, const Request *request, const Recipient *recipient)
{
    g_autofree char *input = sanitize_string(request->input);
    g_autofree char *output = sanitize_string(request->output);
    if (job_json(job)) {
        job_emit(job,
                 json_pack("{s:s, s:s, s:s?, s:s?, s:s?}", "input", input, "output", output,
                           "measurement", recipient->measurement, "certificate_sha256",
                           recipient->certificate_sha256, "last_verdict", recipient->last_verdict));
        return;
    }
    job_text(job, _("Sealed: %s → %s"), input, output);
    if (recipient->measurement)
        job_text(job, _("  Only the enclave with measurement %s can open it."),
                 recipient->measurement);
}

static void remember(Job *job, Journal *journal, const Request *request, const Recipient *recipient)
{
    g_autoptr(GError) error = NULL;
    if (!recipient_record(recipient, journal, clock_now(), request->input, request->output, &error))
        job_warn(job, _("the journal does not have this: %s"), error->message);
}

static int seal(Job *job, const Request *request)
{
    g_autoptr(GError) error = NULL;
    g_auto(Recipient) recipient = {0};
    g_autoptr(Journal) journal = journal_new(NULL);
    if (!read_recipient(job, request, &recipient, &error))
        return job_fail(job, error);
    g_autoptr(GError) forgotten = NULL;
    if (recipient.certificate_sha256 && !recipient_recall(&recipient, journal, &forgotten))
        job_warn(job, "%s", forgotten->message);
    warn(job, &recipient);
    if (is_refused(job, request, &recipient))
        return EXIT_ERROR;
    const CipherFiles files = {
        .input = request->input, .output = request->output, .cancel = job_cancel(job)};
    g_autofree char *directory = g_path_get_dirname(request->output);
    if ((request->directory && !file_make_directory(directory, &error)) ||
        !cipher_seal(&files, recipient.key, &error))
        return job_fail(job, error);
    remember(job, journal, request, &recipient);
    say(job, request, &recipient);
    return EXIT_OK;
}

static int run_seal(Job *job, const Arguments *arguments)
{
    Request request = {0};
    int status = read_request(job, arguments, &request);
    if (status == EXIT_OK)
        status = seal(job, &request);
    g_free(request.output);
    return status;
}

static const VerbOption options[] = {
    {.name = "secrets",
     .kind = ARGUMENT_FILE,
     .metavar = "FILE",
     .help = N_("the secrets; --output is then the directory for FILE.sealed")},
    {.name = "input",
     .kind = ARGUMENT_FILE,
     .metavar = "FILE",
     .help = N_("the same; --output is then the sealed file itself")},
    {.name = "cert",
     .kind = ARGUMENT_FILE,
     .metavar = "FILE",
     .help = N_("the RA-TLS certificate of the enclave that shall open it")},
    {.name = "receiver-enclave", .kind = ARGUMENT_FILE, .metavar = "FILE", .help = N_("the same")},
    {.name = "receiver-public-key",
     .kind = ARGUMENT_FILE,
     .metavar = "FILE",
     .help = N_("an X25519 public key instead: 32 bytes, or a pair of keygen")},
    {.name = "output",
     .letter = 'o',
     .kind = ARGUMENT_OUTPUT,
     .metavar = "PATH",
     .help = N_("with --secrets the directory (default: this one), with --input the file")},
    {.name = "unverified",
     .kind = ARGUMENT_NONE,
     .help = N_("in the console: also for a certificate that was never verified as trusted here")},
    {0},
};

const Verb verb_home_seal = {
    .words = "home seal",
    .operands = "",
    .operand_kind = ARGUMENT_TEXT,
    .help = N_("seal secrets so that one enclave alone can open them"),
    .description = N_("The enclave's key stands in the quote of its certificate; the quote must "
                      "vouch for the certificate, and it is said when the certificate was never "
                      "verified as trusted on this machine. The journal keeps what was sealed for "
                      "which measurement, and nothing of the secrets."),
    .options = options,
    .run = run_seal,
};
