/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "attest/policy.h"

GQuark policy_error_quark(void)
{
    return g_quark_from_static_string("mse-policy-error");
}

Policy *policy_new(void)
{
    Policy *policy = g_new0(Policy, 1);
    policy->accept = 1u << TCB_UP_TO_DATE | 1u << TCB_SW_HARDENING_NEEDED;
    policy->accept_warning = 1u << TCB_SW_HARDENING_NEEDED;
    return policy;
}

static GArray *copy_measurements(const GArray *from)
{
    if (!from)
        return NULL;
    GArray *to = g_array_sized_new(FALSE, TRUE, sizeof(Measurement), from->len);
    return g_array_append_vals(to, from->data, from->len);
}

Policy *policy_copy(const Policy *policy)
{
    Policy *copy = g_new(Policy, 1);
    *copy = *policy;
    copy->mrenclave = copy_measurements(policy->mrenclave);
    copy->mrsigner = copy_measurements(policy->mrsigner);
    return copy;
}

void policy_free(Policy *policy)
{
    if (!policy)
        return;
    g_clear_pointer(&policy->mrenclave, g_array_unref);
    g_clear_pointer(&policy->mrsigner, g_array_unref);
    g_free(policy);
}
