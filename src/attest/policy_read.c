/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The policy as a person writes it: one table of TOML keys.
 */
#include "config.h"

#include "attest/policy.h"

#include "core/hex.h"
#include "core/i18n.h"
#include "core/sanitize.h"

enum {
    SGX_MEASUREMENT_SIZE = 32,
    MAX_GRACE_DAYS = 36500,
};

/* Where a value stands, for its errors. */
typedef struct Place {
    const char *document;
    const char *key;
    GError **error;
} Place;

static bool wrong(const Place *place, const TomlValue *value, const char *expected)
{
    g_autofree char *document = sanitize_string(place->document ? place->document : "policy");
    g_set_error(place->error, POLICY_ERROR, POLICY_ERROR_VALUE,
                _("%s, line %u, column %u: \"%s\" is %s; expected: %s"), document, value->line,
                value->column, place->key, toml_type_name(value->type), expected);
    return false;
}

/* As wrong(), quoting the text that was found. */
static bool wrong_text(const Place *place, const TomlValue *value, const char *expected)
{
    g_autofree char *document = sanitize_string(place->document ? place->document : "policy");
    size_t shown = MIN(value->as.string.size, 80);
    g_autofree char *text = sanitize(span_of(value->as.string.text, shown), SANITIZE_LINE);
    g_set_error(place->error, POLICY_ERROR, POLICY_ERROR_VALUE,
                _("%s, line %u, column %u: \"%s\" holds \"%s\"; expected: %s"), document,
                value->line, value->column, place->key, text, expected);
    return false;
}

static bool read_integer(const Place *place, const TomlValue *value, int64_t most, int64_t *out)
{
    g_autofree char *expected = NULL;
    if (value->type == TOML_INTEGER && value->as.integer >= 0 && value->as.integer <= most) {
        *out = value->as.integer;
        return true;
    }
    expected = g_strdup_printf(_("an integer from 0 to %lld"), (long long)most);
    return wrong(place, value, expected);
}

static bool read_accept(Policy *policy, const TomlValue *value, const Place *place)
{
    uint32_t accept = 0;
    if (value->type != TOML_ARRAY)
        return wrong(place, value, _("an array of TCB statuses, such as [\"UpToDate\"]"));
    for (unsigned i = 0; i < value->as.array->len; i++) {
        const TomlValue *element = g_ptr_array_index(value->as.array, i);
        if (element->type != TOML_STRING)
            return wrong(place, element, _("TCB statuses as strings"));
        TcbStatus status =
            tcb_status_parse(span_of(element->as.string.text, element->as.string.size));
        if (status == TCB_UNKNOWN)
            return wrong_text(place, element,
                              _("one of UpToDate, SWHardeningNeeded, ConfigurationNeeded, "
                                "ConfigurationAndSWHardeningNeeded, OutOfDate, "
                                "OutOfDateConfigurationNeeded, Revoked, TDRelaunchAdvised, "
                                "TDRelaunchAdvisedConfigurationNeeded"));
        accept |= 1u << status;
    }
    policy->accept = accept;
    policy->accept_warning = accept & ~(1u << TCB_UP_TO_DATE);
    return true;
}

static bool read_grace_days(Policy *policy, const TomlValue *value, const Place *place)
{
    int64_t number;
    if (!read_integer(place, value, MAX_GRACE_DAYS, &number))
        return false;
    policy->grace_days = (unsigned)number;
    return true;
}

static bool read_allow_debug(Policy *policy, const TomlValue *value, const Place *place)
{
    if (value->type != TOML_BOOLEAN)
        return wrong(place, value, _("true or false"));
    policy->allow_debug = value->as.boolean;
    return true;
}

static bool read_min_isv_svn(Policy *policy, const TomlValue *value, const Place *place)
{
    int64_t number;
    if (!read_integer(place, value, UINT16_MAX, &number))
        return false;
    policy->has_min_isv_svn = true;
    policy->min_isv_svn = (uint16_t)number;
    return true;
}

static bool read_min_tcb_evaluation(Policy *policy, const TomlValue *value, const Place *place)
{
    int64_t number;
    if (!read_integer(place, value, UINT32_MAX, &number))
        return false;
    policy->min_tcb_evaluation = (uint32_t)number;
    return true;
}

static bool read_measurements(GArray **out, const TomlValue *value, const Place *place)
{
    const char *expected = _("an array of strings of 64 hexadecimal digits");
    if (value->type != TOML_ARRAY)
        return wrong(place, value, expected);
    g_autoptr(GArray) list = g_array_new(FALSE, TRUE, sizeof(Measurement));
    for (unsigned i = 0; i < value->as.array->len; i++) {
        const TomlValue *element = g_ptr_array_index(value->as.array, i);
        Measurement measurement = {0};
        if (element->type != TOML_STRING)
            return wrong(place, element, expected);
        if (!hex_decode_exact(span_of(element->as.string.text, element->as.string.size),
                              measurement.bytes, SGX_MEASUREMENT_SIZE))
            return wrong_text(place, element, expected);
        g_array_append_val(list, measurement);
    }
    g_clear_pointer(out, g_array_unref);
    *out = g_steal_pointer(&list);
    return true;
}

static bool read_mrenclave(Policy *policy, const TomlValue *value, const Place *place)
{
    return read_measurements(&policy->mrenclave, value, place);
}

static bool read_mrsigner(Policy *policy, const TomlValue *value, const Place *place)
{
    return read_measurements(&policy->mrsigner, value, place);
}

static const struct {
    const char *name;
    bool (*read)(Policy *, const TomlValue *, const Place *);
} keys[] = {
    {"accept", read_accept},
    {"allow_debug", read_allow_debug},
    {"grace_days", read_grace_days},
    {"min_isv_svn", read_min_isv_svn},
    {"min_tcb_evaluation", read_min_tcb_evaluation},
    {"mrenclave", read_mrenclave},
    {"mrsigner", read_mrsigner},
};

static bool read_key(Policy *policy, const char *name, const TomlValue *value, Place *place)
{
    for (size_t i = 0; i < G_N_ELEMENTS(keys); i++) {
        if (strcmp(name, keys[i].name) != 0)
            continue;
        place->key = keys[i].name;
        return keys[i].read(policy, value, place);
    }
    g_autofree char *document = sanitize_string(place->document ? place->document : "policy");
    g_autofree char *key = sanitize_string(name);
    g_set_error(place->error, POLICY_ERROR, POLICY_ERROR_KEY,
                _("%s, line %u, column %u: \"%s\" is no key of a policy; the keys are accept, "
                  "allow_debug, grace_days, min_isv_svn, min_tcb_evaluation, mrenclave, mrsigner"),
                document, value->line, value->column, key);
    return false;
}

bool policy_read(Policy *policy, const TomlValue *table, const char *name, GError **error)
{
    Place place = {.document = name, .key = "policy", .error = error};
    if (table->type != TOML_TABLE)
        return wrong(&place, table, _("a table"));
    GPtrArray *names = table->as.table.keys;
    for (unsigned i = 0; i < names->len; i++) {
        const char *key = g_ptr_array_index(names, i);
        if (!read_key(policy, key, toml_get(table, key), &place))
            return false;
    }
    return true;
}
