/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "app/recipient.h"

#include "app/verification_private.h"
#include "attest/signature.h"
#include "core/cause.h"
#include "core/file.h"
#include "core/hex.h"
#include "core/i18n.h"
#include "core/sanitize.h"
#include "core/secret.h"
#include "seal/key.h"

#include <string.h>

G_DEFINE_QUARK(mse - recipient - error - quark, recipient_error)

void recipient_clear(Recipient *recipient)
{
    g_free(recipient->certificate_sha256);
    g_free(recipient->measurement);
    g_free(recipient->warning);
    g_free(recipient->last_verdict);
    *recipient = (Recipient){0};
}

static bool fail(const char *path, RecipientError code, const char *what, GError **error)
{
    g_autofree char *shown = sanitize_string(path);
    g_set_error(error, RECIPIENT_ERROR, code, "%s: %s", shown, what);
    return false;
}

static char *hash_of(Span bytes)
{
    uint8_t digest[SHA256_SIZE];
    sha256(bytes, digest);
    return hex_encode(span_of(digest, sizeof digest));
}

static bool check_verdict(const Verdict *verdict, const char *path, Recipient *out, GError **error)
{
    const CheckOutcome *binding = &verdict->checks[CHECK_BINDING];
    if (!verdict->has_quote || !verdict->certificate) {
        const char *why = verdict->checks[CHECK_FORMAT].detail;
        return fail(path, RECIPIENT_ERROR_KIND,
                    why ? why : _("no certificate with a quote in it, which is to be sealed for"),
                    error);
    }
    if (binding->result == CHECK_RESULT_WARNING)
        out->warning = g_strdup(binding->detail);
    else if (binding->result != CHECK_RESULT_OK)
        return fail(path, RECIPIENT_ERROR_BINDING,
                    binding->detail ? binding->detail
                                    : _("its quote does not vouch for the certificate's key"),
                    error);
    return true;
}

static bool take_enclave_key(const Verdict *verdict, const char *path, Recipient *out,
                             GError **error)
{
    const Quote *quote = &verdict->quote;
    memcpy(out->key, quote_report_data(quote) + 32, sizeof out->key);
    if (key_is_zero(out->key))
        return fail(path, RECIPIENT_ERROR_NO_KEY,
                    _("this enclave has no key to seal for: it takes no sealed secrets (its quote "
                      "says zeros where the key stands)"),
                    error);
    out->measurement = quote->tee == TEE_SGX ? hex_encode(span_of(quote->body.sgx.mr_enclave, 32))
                                             : hex_encode(span_of(quote->body.td.mr_td, 48));
    out->certificate_sha256 = hash_of(span_of_bytes(verdict->certificate));
    return true;
}

bool recipient_of_certificate(const char *path, int64_t now, Recipient *out, Cancel *cancel,
                              GError **error)
{
    *out = (Recipient){0};
    g_autoptr(GBytes) content = file_read(path, LIMIT_CERTIFICATE, cancel, error);
    if (content == NULL)
        return false;
    if (verification_recognise(span_of_bytes(content)) != INPUT_CERTIFICATE)
        return fail(path, RECIPIENT_ERROR_KIND,
                    _("it is no certificate; expected the RA-TLS certificate of the enclave, which "
                      "\"verify --output DIR\" writes as DIR/ratls.pem"),
                    error);
    g_autoptr(Attest) attest = attest_new(span_of(NULL, 0), error);
    if (attest == NULL)
        return false;
    const AttestSubject subject = {.certificate = span_of_bytes(content)};
    g_autoptr(Verdict) verdict = attest_verify(attest, &subject, NULL, NULL, NULL, NULL, now);
    if (check_verdict(verdict, path, out, error) && take_enclave_key(verdict, path, out, error))
        return true;
    recipient_clear(out);
    return false;
}

bool recipient_of_key(const char *path, Recipient *out, Cancel *cancel, GError **error)
{
    *out = (Recipient){0};
    /* It may be a pair, with the secret key in it. */
    g_autoptr(Secret) file = secret_read_file(path, LIMIT_KEY, cancel, error);
    if (file == NULL)
        return false;
    if (!key_x25519_public(secret_span(file), out->key, error)) {
        g_autofree char *shown = sanitize_string(path);
        cause_prefix(error, CAUSE_HERE, _("the key %s: "), shown);
        return false;
    }
    if (key_is_zero(out->key))
        return fail(path, RECIPIENT_ERROR_NO_KEY, _("a key of zeros is none"), error);
    return true;
}

static bool is(const json_t *line, const char *name, const char *value)
{
    const char *found = json_string_value(json_object_get(line, name));
    return found && value && strcmp(found, value) == 0;
}

static bool recall(uint64_t number, JournalLineState state, const json_t *line, Span raw,
                   void *data)
{
    Recipient *recipient = data;
    (void)number;
    (void)state;
    (void)raw;
    if (!is(line, "kind", "verdict") ||
        !is(line, "certificate_sha256", recipient->certificate_sha256))
        return true;
    g_free(recipient->last_verdict);
    recipient->last_verdict = g_strdup(json_string_value(json_object_get(line, "verdict")));
    recipient->simulated = json_is_true(json_object_get(line, "simulated"));
    return true;
}

bool recipient_recall(Recipient *recipient, const Journal *journal, GError **error)
{
    g_clear_pointer(&recipient->last_verdict, g_free);
    recipient->simulated = false;
    return journal_read(journal, recall, recipient, error);
}

bool recipient_was_trusted(const Recipient *recipient)
{
    return g_strcmp0(recipient->last_verdict, "trusted") == 0 ||
           g_strcmp0(recipient->last_verdict, "trusted_with_warnings") == 0;
}

bool recipient_record(const Recipient *recipient, Journal *journal, int64_t now, const char *input,
                      const char *output, GError **error)
{
    g_autoptr(GBytes) sealed = file_read(output, LIMIT_SEALED, NULL, error);
    if (sealed == NULL)
        return false;
    g_autofree char *safe_input = sanitize_string(input), *safe_output = sanitize_string(output);
    g_autofree char *hash = hash_of(span_of_bytes(sealed));
    json_t *fields = json_object();
    g_autofree char *here = g_get_current_dir(), *safe_here = sanitize_string(here);
    json_object_set_new(fields, "directory", json_string(safe_here)); /* names may be relative */
    json_object_set_new(fields, "input", json_string(safe_input));
    json_object_set_new(fields, "output", json_string(safe_output));
    json_object_set_new(fields, "output_sha256", json_string(hash));
    json_object_set_new(fields, "measurement", text_json(recipient->measurement));
    json_object_set_new(fields, "certificate_sha256", text_json(recipient->certificate_sha256));
    json_object_set_new(fields, "receiver_key", hex_json(span_of(recipient->key, 32)));
    json_object_set_new(fields, "last_verdict", text_json(recipient->last_verdict));
    bool done = journal_append(journal, now, "seal", fields, error);
    json_decref(fields);
    return done;
}
