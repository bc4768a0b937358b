/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What stands for the application: its code is looked for, not run.
 */
#include "config.h"

#include "sim/enclave.h"

#include "sim/crypto.h"
#include "sim/enclave_code.h"
#include "sim/enclave_say.h"

#include <openssl/err.h>
#include <unistd.h>

bool enclave_install_code(Enclave *enclave, GError **error)
{
    g_autofree char *from = enclave_state_path(enclave, "code");
    g_autofree char *to = enclave_path(enclave, enclave->arguments.dialect->code);
    unsigned plain, decrypted;
    code_remove(to);
    if (!code_install(from, to, enclave->has_code_key ? enclave->code_key : NULL, &plain,
                      &decrypted, error))
        return false;
    SAY_INFO("code in %s: %u files decrypted, %u as they were", enclave->arguments.dialect->code,
             decrypted, plain);
    return true;
}

/* Whether `word` stands in the text as an identifier of its own. */
static bool names(const char *text, const char *word)
{
    const size_t size = strlen(word);
    for (const char *at = text; (at = strstr(at, word)) != NULL; at += size) {
        const char before = at == text ? ' ' : at[-1], after = at[size];
        if (!g_ascii_isalnum(before) && before != '_' && !g_ascii_isalnum(after) && after != '_')
            return true;
    }
    return false;
}

/* a.b is a/b.py or a/b/__init__.py, with `suffix` behind it. NULL when neither is there. g_free. */
static char *module_path(const char *code, const char *module, const char *suffix)
{
    static const char *const endings[] = {".py", "/__init__.py"};
    g_auto(GStrv) parts = g_strsplit(module, ".", -1);
    g_autofree char *relative = g_strjoinv("/", parts);
    for (unsigned i = 0; i < G_N_ELEMENTS(endings); i++) {
        g_autofree char *path = g_strconcat(code, "/", relative, endings[i], suffix, NULL);
        if (access(path, R_OK) == 0)
            return g_steal_pointer(&path);
    }
    return NULL;
}

bool enclave_find_application(const Enclave *enclave, GError **error)
{
    g_autofree char *code = enclave_path(enclave, enclave->arguments.dialect->code);
    g_auto(GStrv) words = g_strsplit(enclave->arguments.application, ":", 2);
    g_autofree char *path = module_path(code, words[0], "");
    g_autofree char *encrypted = module_path(code, words[0], ".enc");
    g_autofree char *text = NULL;
    if (path == NULL) {
        g_set_error(error, SIM_ERROR, SIM_ERROR_CODE, "ModuleNotFoundError: No module named '%s'%s",
                    words[0],
                    encrypted != NULL ? " (it is encrypted, and no code key was sent)" : "");
        return false;
    }
    if (!g_file_get_contents(path, &text, NULL, error))
        return false;
    if (names(text, words[1]))
        return true;
    g_set_error(error, SIM_ERROR, SIM_ERROR_CODE,
                "AttributeError: module '%s' has no attribute '%s'", words[0], words[1]);
    return false;
}

static SSL_CTX *tls_new(void)
{
    SSL_CTX *context = SSL_CTX_new(TLS_server_method());
    crypto_must(context != NULL && SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION) == 1,
                "preparing TLS");
    SSL_CTX_set_mode(context, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
    /* A connection brings one request. */
    SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
    SSL_CTX_set_num_tickets(context, 0);
    return context;
}

SSL_CTX *enclave_tls(const Enclave *enclave, GError **error)
{
    SSL_CTX *context = tls_new();
    size_t size;
    const void *der = g_bytes_get_data(enclave->certificate, &size);
    if (SSL_CTX_use_certificate_ASN1(context, (int)size, der) == 1 &&
        SSL_CTX_use_PrivateKey(context, enclave->key) == 1)
        return context;
    ERR_clear_error();
    SSL_CTX_free(context);
    g_set_error(error, SIM_ERROR, SIM_ERROR_KEY, "certificate and key do not fit");
    return NULL;
}

SSL_CTX *enclave_application_tls(const Enclave *enclave, GError **error)
{
    if (enclave->arguments.expires != 0)
        return enclave_tls(enclave, error);
    SSL_CTX *context = tls_new();
    g_autofree char *chain = enclave_state_path(enclave, "fullchain.pem");
    g_autofree char *key = enclave_state_path(enclave, "ssl.key");
    if (SSL_CTX_use_certificate_chain_file(context, chain) == 1 &&
        SSL_CTX_use_PrivateKey_file(context, key, SSL_FILETYPE_PEM) == 1)
        return context;
    ERR_clear_error();
    SSL_CTX_free(context);
    g_set_error(error, SIM_ERROR, SIM_ERROR_KEY,
                "ssl_private_key: not the key of fullchain.pem's certificate");
    return NULL;
}
