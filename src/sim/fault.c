/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "sim/fault.h"

#include "core/i18n.h"
#include "core/sanitize.h"
#include "sim/crypto.h"

typedef struct FaultRow {
    const char *name;
    unsigned least, most; /* of its value; 0 and 0: it has none */
} FaultRow;

static const FaultRow rows[] = {
    [FAULT_NONE] = {NULL, 0, 0},           [FAULT_HANG] = {"hang", 0, 0},
    [FAULT_RESET] = {"reset", 0, 0},       [FAULT_SLOW] = {"slow", 1, 3600000},
    [FAULT_STATUS] = {"status", 200, 599}, [FAULT_TRUNCATE] = {"truncate", 0, 0},
    [FAULT_GARBAGE] = {"garbage", 0, 0},   [FAULT_REDIRECT] = {"redirect", 0, 0},
    [FAULT_LIE] = {"lie", 0, 0},
};

static bool refuse(GError **error, const char *text, const char *why)
{
    g_autofree char *shown = sanitize_string(text);
    g_set_error(error, SIM_ERROR, SIM_ERROR_USAGE, "--fault %s: %s", shown, why);
    return false;
}

static FaultKind kind_of(const char *name, size_t size)
{
    for (FaultKind kind = FAULT_NONE + 1; kind < G_N_ELEMENTS(rows); kind++)
        if (strlen(rows[kind].name) == size && memcmp(rows[kind].name, name, size) == 0)
            return kind;
    return FAULT_NONE;
}

static bool value_of(const FaultRow *row, const char *text, size_t size, unsigned *out)
{
    *out = 0;
    if (row->most == 0)
        return size == 0;
    g_autofree char *digits = g_strndup(text + 1, size > 0 ? size - 1 : 0);
    guint64 value;
    if (size < 2 || !g_ascii_isdigit(digits[0]) ||
        !g_ascii_string_to_unsigned(digits, 10, row->least, row->most, &value, NULL))
        return false;
    *out = (unsigned)value;
    return true;
}

static bool call_of(const char *name, const char *const *calls, int *out)
{
    *out = -1;
    if (strcmp(name, "*") == 0)
        return true;
    for (int i = 0; calls[i] != NULL; i++)
        if (strcmp(calls[i], name) == 0) {
            *out = i;
            return true;
        }
    return false;
}

bool fault_parse(const char *text, const char *const *calls, Fault *out, GError **error)
{
    const char *at = strchr(text, '@');
    if (at == NULL)
        return refuse(error, text, _("KIND[=VALUE]@CALL is expected"));
    const size_t size = (size_t)(at - text), name = strcspn(text, "=@");
    out->kind = kind_of(text, name);
    if (out->kind == FAULT_NONE)
        return refuse(error, text,
                      _("expected is one of hang, reset, slow=MS, status=N, truncate, garbage, "
                        "redirect, lie"));
    if (!value_of(&rows[out->kind], text + name, size - name, &out->value))
        return refuse(error, text,
                      _("slow takes 1 to 3600000 ms, status 200 to 599, others no value"));
    if (!call_of(at + 1, calls, &out->call)) {
        g_autofree char *names = g_strjoinv(", ", (char **)calls);
        g_autofree char *why = g_strdup_printf(_("calls are %s, or * for all"), names);
        return refuse(error, text, why);
    }
    return true;
}

Fault fault_at(const Fault *faults, unsigned n, int call)
{
    for (unsigned i = 0; i < n; i++)
        if (faults[i].call < 0 || faults[i].call == call)
            return faults[i];
    return (Fault){.kind = FAULT_NONE};
}
