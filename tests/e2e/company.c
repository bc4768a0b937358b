/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "company.h"

#include <glib.h>
#include <string.h>

static const Company companies[] = {
    {"home encrypt", NULL, "--key %fernet.key --output %out", true, false},
    {"home encrypt", "input", "--key %fernet.key --output %out", true, false},
    {"home encrypt", "key", "--output %out %quote.bin", false, false},
    {"home encrypt", "", "--key %fernet.key --output %out %quote.bin", false, false},
    {"home decrypt", NULL, "--key %fernet.key --output %out", false, false},
    {"home decrypt", "input", "--key %fernet.key --output %out", false, false},
    {"home decrypt", "key", "--output %out %token", false, false},
    {"home decrypt", "", "--key %fernet.key --output %out %token", false, false},
    {"home seal", "secrets", "--receiver-public-key %pair.key --output %boxes", true, false},
    {"home seal", "input", "--receiver-public-key %pair.key --output %out", true, false},
    {"home seal", "cert", "--secrets %quote.bin --output %boxes", false, false},
    {"home seal", "receiver-enclave", "--input %quote.bin --output %out", false, false},
    {"home seal", "receiver-public-key", "--input %quote.bin --output %out", false, false},
    {"home seal", "", "--secrets %quote.bin --receiver-public-key %pair.key --output %boxes", false,
     false},
    {"home unseal", "input", "--private-key %pair.key --output %out", false, false},
    {"home unseal", "private-key", "--input %sealed --output %out", false, false},
    {"home unseal", "", "--input %sealed --private-key %pair.key", false, false},
    {"home keygen", "", "--symmetric --force --output %out", false, false},
    {"home run", "secrets", "nobody", false, false},
    {"home run", "sealed-secrets", "nobody", false, false},
    {"home run", "key", "nobody", false, false},
    {"home run", "cert", "nobody", false, false},
    {"home run", "", "nobody", false, true},
    {"home evidence", "", "nobody", false, true},
    {"home localtest", "config", "--code . --test . --dockerfile %quote.bin", false, false},
    {"home localtest", "dockerfile", "--code . --test . --config %quote.bin", false, false},
    {"home localtest", "secrets", "--project .", false, false},
    {"home localtest", "sealed-secrets", "--project .", false, false},
    {"home localtest", "", "--project .", false, true},
    {"home nginx", "", "nobody", false, true},
    {"demo", "", "--help", false, false},
    {"home test", "config", "--test . nobody", false, false},
    {"home test", "", "--test . --config %quote.bin nobody", false, true},
    {"home package", "config", "--code . --dockerfile %quote.bin --test .", false, true},
    {"home package", "dockerfile", "--code . --config %quote.bin --test .", false, true},
    {"home package", "", "--project nobody", false, true},
    {"home spawn", "package", "--san x --size 1024 --output %out nobody", false, true},
    {"home spawn", "signer-key", "--san x --size 1024 --package %quote.bin --output %out nobody",
     false, true},
    {"home spawn", "", "--san x --size 1024 --package %quote.bin --output %out nobody", false,
     true},
    {"verify", "package", "--evidence %quote.bin", false, true},
    {"home watch", "collateral", "--once nobody", false, false},
    {"home watch", "root", "--once nobody", false, false},
    {"home watch", "policy", "--once nobody", false, false},
    {"home watch", "signer-key", "--once nobody", false, false},
    {"home watch", "", "--once", false, false},
};

const Company *company_of(const char *verb, const char *option)
{
    for (size_t i = 0; i < G_N_ELEMENTS(companies); i++) {
        if (strcmp(companies[i].verb, verb) == 0 && g_strcmp0(companies[i].option, option) == 0)
            return &companies[i];
    }
    return NULL;
}
