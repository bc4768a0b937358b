/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What an enclave that waits for its secrets is sent: the body of one POST to its configuration
 * server, composed in locked memory of pieces that are in locked memory.
 * Format: a JSON object of "uuid" (the application's --id) and, each only when there is one,
 * "app_secrets" (a JSON value), "app_sealed_secrets" (base64url without padding of a sealed box),
 * "code_secret_key" (64 hex digits).
 */
#ifndef MSE_APP_CONFIGURATION_H
#define MSE_APP_CONFIGURATION_H

#include "core/cancel.h"
#include "core/secret.h"

#include <glib.h>
#include <stdbool.h>

#define CONFIGURATION_ERROR (configuration_error_quark())
typedef enum {
    CONFIGURATION_ERROR_SECRETS, /* not JSON */
    CONFIGURATION_ERROR_SEALED,  /* no sealed box */
    CONFIGURATION_ERROR_KEY,     /* not 32 bytes */
    CONFIGURATION_ERROR_UUID,    /* the application's --id is none */
} ConfigurationError;
GQuark configuration_error_quark(void);

/* What is to be sent; NULL: none of it. */
typedef struct Configuration {
    Secret *secrets; /* the text of a JSON value, as it stands in its file */
    GBytes *sealed;
    Secret *key; /* 32 bytes */
} Configuration;
void configuration_clear(Configuration *configuration);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Configuration, configuration_clear)

/* Each reads one file. Errors name the file, and nothing of what is in it. Secrets that are empty
 * (null, "", [], {}) are left out: true, and still NULL. */
bool configuration_read_secrets(Configuration *configuration, const char *path, Cancel *cancel,
                                GError **error);
bool configuration_read_sealed(Configuration *configuration, const char *path, Cancel *cancel,
                               GError **error);
bool configuration_read_key(Configuration *configuration, const char *path, Cancel *cancel,
                            GError **error);

/* NULL with CONFIGURATION_ERROR_UUID. Free with secret_free. */
Secret *configuration_body(const Configuration *configuration, const char *uuid, GError **error);

#endif
