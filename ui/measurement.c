/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "ui/measurement.h"

#include "core/i18n.h"

#include <stddef.h>

typedef struct Row {
    const char *label; /* N_() */
    CheckId check;
    Tee tee;
    size_t offset, size; /* in the body of that kind */
} Row;

#define SGX(member) \
    TEE_SGX, offsetof(SgxReportBody, member), sizeof(((SgxReportBody *)NULL)->member)
#define TDX(member) TEE_TDX, offsetof(TdReportBody, member), sizeof(((TdReportBody *)NULL)->member)

static const Row rows[N_MEASUREMENTS] = {
    [MEASUREMENT_MRENCLAVE] = {"MRENCLAVE", CHECK_MRENCLAVE, SGX(mr_enclave)},
    [MEASUREMENT_MRSIGNER] = {"MRSIGNER", CHECK_MRSIGNER, SGX(mr_signer)},
    [MEASUREMENT_MRTD] = {"MRTD", CHECK_MRTD, TDX(mr_td)},
    [MEASUREMENT_RTMR0] = {"RTMR0", CHECK_RTMR, TDX(rt_mr[0])},
    [MEASUREMENT_RTMR1] = {"RTMR1", CHECK_RTMR, TDX(rt_mr[1])},
    [MEASUREMENT_RTMR2] = {"RTMR2", CHECK_RTMR, TDX(rt_mr[2])},
    [MEASUREMENT_RTMR3] = {"RTMR3", CHECK_RTMR, TDX(rt_mr[3])},
    [MEASUREMENT_REPORT_DATA] = {N_("report data"), CHECK_REPORT_DATA, SGX(report_data)},
};

const char *measurement_label(MeasurementId id)
{
    return _(rows[id].label);
}

CheckId measurement_check(MeasurementId id)
{
    return rows[id].check;
}

bool measurement_bytes(const Verdict *verdict, MeasurementId id, Span *out)
{
    const Row *row = &rows[id];

    if (verdict == NULL || !verdict->has_quote)
        return false;
    if (id == MEASUREMENT_REPORT_DATA) { /* both kinds have it */
        *out = span_of(quote_report_data(&verdict->quote), row->size);
        return true;
    }
    if (verdict->quote.tee != row->tee)
        return false;
    *out = span_of((const uint8_t *)&verdict->quote.body + row->offset, row->size);
    return true;
}
