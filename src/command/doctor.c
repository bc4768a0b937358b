/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "command/doctor_rows.h"
#include "command/verbs.h"

#include "core/i18n.h"
#include "core/limits.h"
#include "core/sanitize.h"

struct Doctor {
    Job *job;
    GPtrArray *advice; /* char*: said after the rows */
    unsigned problems;
};

static const char *const state_names[] = {
    [DOCTOR_OK] = N_("ok"),
    [DOCTOR_ABSENT] = N_("absent"),
    [DOCTOR_WARNING] = N_("warning"),
    [DOCTOR_PROBLEM] = N_("problem"),
};

/* A table is for a person and speaks their language; JSON does not. */
static const char *state_name(const Doctor *doctor, DoctorState state)
{
    return job_json(doctor->job) ? state_names[state] : _(state_names[state]);
}

void doctor_row(Doctor *doctor, const char *area, const char *item, const char *value,
                DoctorState state, const char *advice)
{
    g_autofree char *safe_item = sanitize_string(item);
    g_autofree char *safe_value = sanitize_string(value);
    g_autofree char *safe_advice = sanitize_string(advice);
    job_emit(doctor->job,
             json_pack("{s:s, s:s, s:s?, s:s, s:s?}", "area", area, "item", safe_item, "value",
                       value ? safe_value : NULL, "state", state_name(doctor, state), "advice",
                       advice ? safe_advice : NULL));
    doctor->problems += state == DOCTOR_PROBLEM;
    if (state >= DOCTOR_WARNING && advice)
        g_ptr_array_add(doctor->advice,
                        g_strdup_printf("%s, %s: %s", area, safe_item, safe_advice));
}

static void (*const areas[])(Doctor *) = {
    doctor_terminal, doctor_locale,  doctor_clock,     doctor_devices,
    doctor_settings, doctor_journal, doctor_libraries, doctor_limits,
};

static int run_doctor(Job *job, const Arguments *arguments)
{
    (void)arguments;
    g_autoptr(GPtrArray) advice = g_ptr_array_new_with_free_func(g_free);
    Doctor doctor = {.job = job, .advice = advice};
    for (size_t i = 0; i < G_N_ELEMENTS(areas); i++)
        areas[i](&doctor);
    for (guint i = 0; i < advice->len; i++)
        job_warn(job, "%s", (const char *)g_ptr_array_index(advice, i));
    return doctor.problems ? EXIT_ERROR : EXIT_OK;
}

static const VerbColumn columns[] = {
    {"area", N_("Area"), COLUMN_TEXT, NULL, false},
    {"item", N_("Item"), COLUMN_TEXT, NULL, false},
    {"value", N_("Value"), COLUMN_TEXT, NULL, false},
    {"state", N_("State"), COLUMN_TEXT, NULL, false},
    {0},
};

const Verb verb_doctor = {
    .words = "doctor",
    .operands = "",
    .operand_kind = ARGUMENT_TEXT,
    .help = N_("say what works here"),
    .description = N_("Terminal, locale, clock, SGX and TDX devices, settings, PCCS, journal, "
                      "libraries and limits. Nothing is changed and nothing is asked of the "
                      "network. Exit status 1 when something that must work does not."),
    .columns = columns,
    .flags = VERB_READ_ONLY,
    .run = run_doctor,
};
