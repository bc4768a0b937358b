/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Measurements: the byte fields of a quote that people compare, one row each: what it is called and
 * which check is about it.
 */
#ifndef MSE_UI_MEASUREMENT_H
#define MSE_UI_MEASUREMENT_H

#include "attest/verify.h"

typedef enum {
    MEASUREMENT_MRENCLAVE,
    MEASUREMENT_MRSIGNER,
    MEASUREMENT_MRTD,
    MEASUREMENT_RTMR0,
    MEASUREMENT_RTMR1,
    MEASUREMENT_RTMR2,
    MEASUREMENT_RTMR3,
    MEASUREMENT_REPORT_DATA,
    N_MEASUREMENTS
} MeasurementId;

/* Translated. */
const char *measurement_label(MeasurementId id);
CheckId measurement_check(MeasurementId id);
/* Its bytes, borrowed; false when this quote has none. */
bool measurement_bytes(const Verdict *verdict, MeasurementId id, Span *out);

#endif
