/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "company.h"

#include <glib.h>
#include <string.h>

static const Company companies[] = {
    {"home encrypt", NULL, "--key %fernet.key --output %out", true},
    {"home encrypt", "input", "--key %fernet.key --output %out", true},
    {"home encrypt", "key", "--output %out %quote.bin", false},
    {"home encrypt", "", "--key %fernet.key --output %out %quote.bin", false},
    {"home decrypt", NULL, "--key %fernet.key --output %out", false},
    {"home decrypt", "input", "--key %fernet.key --output %out", false},
    {"home decrypt", "key", "--output %out %token", false},
    {"home decrypt", "", "--key %fernet.key --output %out %token", false},
    {"home seal", "secrets", "--receiver-public-key %pair.key --output %boxes", true},
    {"home seal", "input", "--receiver-public-key %pair.key --output %out", true},
    {"home seal", "cert", "--secrets %quote.bin --output %boxes", false},
    {"home seal", "receiver-enclave", "--input %quote.bin --output %out", false},
    {"home seal", "receiver-public-key", "--input %quote.bin --output %out", false},
    {"home seal", "", "--secrets %quote.bin --receiver-public-key %pair.key --output %boxes",
     false},
    {"home unseal", "input", "--private-key %pair.key --output %out", false},
    {"home unseal", "private-key", "--input %sealed --output %out", false},
    {"home unseal", "", "--input %sealed --private-key %pair.key", false},
    {"home keygen", "", "--symmetric --force --output %out", false},
};

const Company *company_of(const char *verb, const char *option)
{
    for (size_t i = 0; i < G_N_ELEMENTS(companies); i++) {
        if (strcmp(companies[i].verb, verb) == 0 && g_strcmp0(companies[i].option, option) == 0)
            return &companies[i];
    }
    return NULL;
}
