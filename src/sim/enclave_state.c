/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Where a simulated enclave keeps what, and what its environment says.
 */
#include "config.h"

#include "sim/enclave.h"

#include "core/file.h"
#include "core/sanitize.h"
#include "sim/crypto.h"

#include <stdlib.h>
#include <unistd.h>

#define STATE "/var/lib/mse-sim-enclave"
enum { PACE = 5000, PACE_MOST = 3600000 };

static bool read_pace(unsigned *out, GError **error)
{
    const char *text = getenv("MSE_SIM_PACE");
    guint64 number = PACE;
    if (text != NULL && (!g_ascii_isdigit(text[0]) ||
                         !g_ascii_string_to_unsigned(text, 10, 1, PACE_MOST, &number, NULL))) {
        g_autofree char *shown = sanitize_string(text);
        g_set_error(error, SIM_ERROR, SIM_ERROR_USAGE,
                    "MSE_SIM_PACE: %s: milliseconds from 1 to %d are expected", shown, PACE_MOST);
        return false;
    }
    *out = (unsigned)number;
    return true;
}

bool enclave_setting_read(EnclaveSetting *out, GError **error)
{
    *out = (EnclaveSetting){
        .root = getenv("MSE_SIM_ROOT"),
        .listen = getenv("MSE_SIM_LISTEN"),
        .quoting = getenv("MSE_SIM_QUOTING"),
    };
    if (out->root == NULL)
        out->root = "/";
    if (!g_path_is_absolute(out->root)) {
        g_set_error(error, SIM_ERROR, SIM_ERROR_USAGE,
                    "MSE_SIM_ROOT: an absolute path is expected");
        return false;
    }
    return read_pace(&out->pace, error) &&
           enclave_faults_parse(getenv("MSE_SIM_FAULT"), &out->faults, error);
}

bool enclave_fails(const Enclave *enclave, EnclaveFaultId id)
{
    return enclave->setting.faults.on[id];
}

char *enclave_path(const Enclave *enclave, const char *inside)
{
    return g_build_filename(enclave->setting.root, inside, NULL);
}

char *enclave_state_path(const Enclave *enclave, const char *name)
{
    return g_build_filename(enclave->setting.root, STATE, name, NULL);
}

char *enclave_secrets_path(const Enclave *enclave, const char *name)
{
    return g_build_filename(enclave->setting.root, enclave->arguments.dialect->secrets, name, NULL);
}

bool enclave_state_has(const Enclave *enclave, const char *name)
{
    g_autofree char *path = enclave_state_path(enclave, name);
    return access(path, F_OK) == 0;
}

bool enclave_state_write(const Enclave *enclave, const char *name, const void *data, size_t size,
                         GError **error)
{
    g_autofree char *path = enclave_state_path(enclave, name);
    return file_write(path, span_of(data, size), 0600, error);
}

void enclave_clear(Enclave *enclave)
{
    enclave_arguments_clear(&enclave->arguments);
    g_clear_pointer(&enclave->key, EVP_PKEY_free);
    g_clear_pointer(&enclave->certificate, g_bytes_unref);
    g_clear_pointer(&enclave->health, g_free);
    g_clear_pointer(&enclave->listen, g_free);
    OPENSSL_cleanse(enclave->enclave_secret, sizeof enclave->enclave_secret);
    OPENSSL_cleanse(enclave->code_key, sizeof enclave->code_key);
}
