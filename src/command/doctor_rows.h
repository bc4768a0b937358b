/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What `doctor` looks at: each area says its rows through a Doctor.
 */
#ifndef MSE_COMMAND_DOCTOR_ROWS_H
#define MSE_COMMAND_DOCTOR_ROWS_H

#include "command/job.h"

typedef enum {
    DOCTOR_OK,
    DOCTOR_ABSENT,  /* not here, and nothing here needs it */
    DOCTOR_WARNING, /* works, but less well */
    DOCTOR_PROBLEM, /* must work and does not: exit status 1 */
} DoctorState;

typedef struct Doctor Doctor;

/* One row. `value` NULL: unknown. `advice` is said for warnings and problems: what to do. */
void doctor_row(Doctor *doctor, const char *area, const char *item, const char *value,
                DoctorState state, const char *advice);

/* The areas. */
void doctor_terminal(Doctor *doctor);
void doctor_locale(Doctor *doctor);
void doctor_clock(Doctor *doctor);
void doctor_devices(Doctor *doctor);
void doctor_settings(Doctor *doctor); /* and the PCCS */
void doctor_journal(Doctor *doctor);
void doctor_libraries(Doctor *doctor);
void doctor_limits(Doctor *doctor);

#endif
