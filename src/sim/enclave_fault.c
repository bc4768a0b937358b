/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "sim/enclave_fault.h"

#include "core/sanitize.h"
#include "sim/crypto.h"

static const EnclaveFaultRow rows[N_ENCLAVE_FAULTS] = {
#define FAULT(id, name, least, most, what) {name, least, most, what},
    ENCLAVE_FAULT_TABLE(FAULT)
#undef FAULT
};

const EnclaveFaultRow *enclave_fault_row(EnclaveFaultId id)
{
    return &rows[id];
}

static bool refuse(GError **error, const char *text, const char *why)
{
    g_autofree char *shown = sanitize_string(text);
    g_set_error(error, SIM_ERROR, SIM_ERROR_USAGE, "MSE_SIM_FAULT: %s: %s", shown, why);
    return false;
}

static bool parse_value(const EnclaveFaultRow *row, const char *text, unsigned *out)
{
    guint64 value = 0;
    if (row->most == 0)
        return text == NULL;
    if (text == NULL || !g_ascii_isdigit(text[0]) ||
        !g_ascii_string_to_unsigned(text, 10, row->least, row->most, &value, NULL))
        return false;
    *out = (unsigned)value;
    return true;
}

static bool parse_one(const char *word, EnclaveFaults *out, GError **error)
{
    const size_t size = strcspn(word, "=");
    for (unsigned i = 0; i < N_ENCLAVE_FAULTS; i++) {
        const EnclaveFaultRow *row = &rows[i];
        if (strlen(row->name) != size || memcmp(row->name, word, size) != 0)
            continue;
        if (!parse_value(row, word[size] == '=' ? word + size + 1 : NULL, &out->value[i])) {
            g_autofree char *why =
                row->most == 0 ? g_strdup("it takes no value")
                               : g_strdup_printf("=%u…%u is expected", row->least, row->most);
            return refuse(error, word, why);
        }
        out->on[i] = true;
        return true;
    }
    return refuse(error, word, "no such fault: mse-sim-enclave --help lists them");
}

bool enclave_faults_parse(const char *text, EnclaveFaults *out, GError **error)
{
    *out = (EnclaveFaults){0};
    g_auto(GStrv) words = g_strsplit(text != NULL ? text : "", ",", -1);
    for (unsigned i = 0; words[i] != NULL; i++)
        if (words[i][0] != '\0' && !parse_one(words[i], out, error))
            return false;
    return true;
}
