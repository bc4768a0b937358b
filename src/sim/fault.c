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

static const FaultRow rows[N_FAULTS] = {
    [FAULT_NONE] = {NULL, 0, 0},
    [FAULT_HANG] = {"hang", 0, 0},
    [FAULT_RESET] = {"reset", 0, 0},
    [FAULT_SLOW] = {"slow", 1, 3600000},
    [FAULT_STATUS] = {"status", 200, 599},
    [FAULT_TRUNCATE] = {"truncate", 0, 0},
    [FAULT_GARBAGE] = {"garbage", 0, 0},
    [FAULT_REDIRECT] = {"redirect", 0, 0},
    [FAULT_LIE] = {"lie", 0, 0},
    [FAULT_FREEZE] = {"freeze", 1, 3600},
    [FAULT_HUGE_FRAME] = {"huge-frame", 0, 0},
    [FAULT_BAD_CHUNK] = {"bad-chunk", 0, 0},
    [FAULT_HALF_JSON] = {"half-json", 0, 0},
    [FAULT_HUGE_JSON] = {"huge-json", 0, 0},
    [FAULT_BAD_TEXT] = {"bad-text", 0, 0},
};

static bool refuse(GError **error, const char *text, const char *why)
{
    g_autofree char *shown = sanitize_string(text);
    g_set_error(error, SIM_ERROR, SIM_ERROR_USAGE, "--fault %s: %s", shown, why);
    return false;
}

static FaultKind kind_of(const FaultService *service, const char *name, size_t size)
{
    for (FaultKind kind = FAULT_NONE + 1; kind < N_FAULTS; kind++)
        if (service->kinds & 1u << kind && strlen(rows[kind].name) == size &&
            memcmp(rows[kind].name, name, size) == 0)
            return kind;
    return FAULT_NONE;
}

/* "hang, reset, slow=1…3600000, …" */
static char *kinds_of(const FaultService *service)
{
    GString *names = g_string_new(NULL);
    for (FaultKind kind = FAULT_NONE + 1; kind < N_FAULTS; kind++) {
        if (!(service->kinds & 1u << kind))
            continue;
        g_string_append_printf(names, "%s%s", names->len ? ", " : "", rows[kind].name);
        if (rows[kind].most != 0)
            g_string_append_printf(names, "=%u…%u", rows[kind].least, rows[kind].most);
    }
    return g_string_free(names, FALSE);
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

bool fault_parse(const char *text, const FaultService *service, Fault *out, GError **error)
{
    const char *at = strchr(text, '@');
    if (at == NULL)
        return refuse(error, text, _("KIND[=VALUE]@CALL is expected"));
    const size_t size = (size_t)(at - text), name = strcspn(text, "=@");
    out->kind = kind_of(service, text, name);
    if (out->kind == FAULT_NONE ||
        !value_of(&rows[out->kind], text + name, size - name, &out->value)) {
        g_autofree char *kinds = kinds_of(service);
        g_autofree char *why = g_strdup_printf(_("expected is one of %s"), kinds);
        return refuse(error, text, why);
    }
    if (!call_of(at + 1, service->calls, &out->call)) {
        g_autofree char *names = g_strjoinv(", ", (char **)service->calls);
        g_autofree char *why = g_strdup_printf(_("calls are %s, or * for all"), names);
        return refuse(error, text, why);
    }
    return true;
}

bool faults_parse(const GPtrArray *values, const FaultService *service, Fault out[FAULTS_MOST],
                  unsigned *n, GError **error)
{
    *n = values ? values->len : 0;
    if (*n > FAULTS_MOST) {
        g_set_error(error, SIM_ERROR, SIM_ERROR_USAGE, _("--fault: at most %d"), FAULTS_MOST);
        return false;
    }
    for (unsigned i = 0; i < *n; i++)
        if (!fault_parse(values->pdata[i], service, &out[i], error))
            return false;
    return true;
}

Fault fault_at(const Fault *faults, unsigned n, int call)
{
    for (unsigned i = 0; i < n; i++)
        if (faults[i].call < 0 || faults[i].call == call)
            return faults[i];
    return (Fault){.kind = FAULT_NONE};
}
