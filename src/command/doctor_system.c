/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Doctor on the machine: terminal, locale, clock, devices.
 */
#include "config.h"

#include "command/doctor_rows.h"

#include "command/layout.h"
#include "core/clock.h"
#include "core/file.h"
#include "core/i18n.h"
#include "core/sanitize.h"
#include "format/date.h"

#include <locale.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>
#include <wchar.h>

/* ---- terminal ---- */

static void row_of_output(Doctor *doctor)
{
    struct winsize size;
    if (!isatty(STDOUT_FILENO)) {
        doctor_row(doctor, "terminal", "standard output", _("no terminal"), DOCTOR_ABSENT, NULL);
        return;
    }
    if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_col == 0) {
        doctor_row(doctor, "terminal", "standard output",
                   _("a terminal that does not say its size"), DOCTOR_WARNING,
                   _("set it: stty columns 80 rows 24"));
        return;
    }
    bool small = size.ws_col < 60 || size.ws_row < 15;
    g_autofree char *text =
        g_strdup_printf(_("a terminal of %u columns and %u lines"), size.ws_col, size.ws_row);
    doctor_row(doctor, "terminal", "standard output", text, small ? DOCTOR_WARNING : DOCTOR_OK,
               small ? _("the console is readable from 60 columns and 15 lines up") : NULL);
}

static const char *colours_of(const char *term)
{
    if (strstr(term, "-direct"))
        return _("direct (16 million)");
    if (strstr(term, "256color"))
        return "256";
    static const char *const none[] = {"dumb", "vt52", "vt100", "vt102", "vt220", "-m", "mono"};
    for (size_t i = 0; i < G_N_ELEMENTS(none); i++) {
        if (g_str_has_prefix(term, none[i]) || g_str_has_suffix(term, none[i]))
            return _("none");
    }
    return "8";
}

void doctor_terminal(Doctor *doctor)
{
    row_of_output(doctor);
    const char *term = g_getenv("TERM");
    bool usable = term && *term && strcmp(term, "dumb") != 0;
    doctor_row(doctor, "terminal", "TERM", term, usable ? DOCTOR_OK : DOCTOR_WARNING,
               usable ? NULL : _("the console cannot be opened on it; the verbs work"));
    if (g_getenv("NO_COLOR") && *g_getenv("NO_COLOR"))
        doctor_row(doctor, "terminal", "colours", _("none (NO_COLOR is set)"), DOCTOR_OK, NULL);
    else if (usable)
        doctor_row(doctor, "terminal", "colours", colours_of(term), DOCTOR_OK, NULL);
}

/* ---- locale ---- */

/* What the C library, and with it the terminal library, takes a character for. */
static void row_of_widths(Doctor *doctor)
{
    static const struct {
        wchar_t character;
        const char *text;
    } probes[] = {{L'a', "a"}, {L'é', "é"}, {L'✔', "✔"}, {L'日', "日"}, {0x301, "\u0301"}};
    for (size_t i = 0; i < G_N_ELEMENTS(probes); i++) {
        if (wcwidth(probes[i].character) == (int)layout_width(probes[i].text))
            continue;
        doctor_row(doctor, "locale", "wide characters", _("the C library measures them otherwise"),
                   DOCTOR_WARNING, _("columns may be out of line: choose a UTF-8 locale"));
        return;
    }
    doctor_row(doctor, "locale", "wide characters", _("measured alike"), DOCTOR_OK, NULL);
}

void doctor_locale(Doctor *doctor)
{
    const char *charset;
    bool utf8 = g_get_charset(&charset);
    doctor_row(doctor, "locale", "LC_CTYPE", setlocale(LC_CTYPE, NULL), DOCTOR_OK, NULL);
    doctor_row(doctor, "locale", "LC_MESSAGES", setlocale(LC_MESSAGES, NULL), DOCTOR_OK, NULL);
    doctor_row(doctor, "locale", "character set", charset, utf8 ? DOCTOR_OK : DOCTOR_WARNING,
               utf8 ? NULL
                    : _("lines are drawn in ASCII and other letters approximated; a UTF-8 locale, "
                        "like C.UTF-8, shows them"));
    if (utf8)
        row_of_widths(doctor);
}

/* ---- clock ---- */

/* 2026-01-01: before the program was written, so no clock that is right says less. */
#define EARLIEST INT64_C(1767225600)

void doctor_clock(Doctor *doctor)
{
    int64_t now = clock_now();
    g_autofree char *text = date_format(now);
    bool wrong = now < EARLIEST;
    doctor_row(doctor, "clock", "time", text, wrong ? DOCTOR_PROBLEM : DOCTOR_OK,
               wrong ? _("it is wrong, and verdicts depend on it: set it, or give --at") : NULL);
}

/* ---- devices ---- */

static const char *const devices[] = {
    "/dev/sgx_enclave", "/dev/sgx_provision", "/dev/sgx/enclave", "/dev/sgx/provision",
    "/dev/tdx_guest",   "/dev/tdx-guest",     "/dev/tdx-attest",
};

static void row_of_device(Doctor *doctor, const char *path)
{
    struct stat status;
    if (stat(path, &status) != 0) {
        doctor_row(doctor, "enclaves", path, NULL, DOCTOR_ABSENT, NULL);
        return;
    }
    bool usable = access(path, R_OK | W_OK) == 0;
    doctor_row(doctor, "enclaves", path, usable ? _("can be used") : _("may not be used"),
               usable ? DOCTOR_OK : DOCTOR_WARNING,
               usable ? NULL : _("add the user to the group that owns it (ls -l shows it)"));
}

static bool has_word(const char *line, const char *word)
{
    g_auto(GStrv) words = g_strsplit(line, " ", -1);
    return g_strv_contains((const char *const *)words, word);
}

/* The flags that the kernel found in the processor and left enabled. */
static void row_of_processor(Doctor *doctor)
{
    g_autofree char *text = NULL;
    if (!g_file_get_contents("/proc/cpuinfo", &text, NULL, NULL))
        return;
    const char *flags = strstr(text, "\nflags");
    if (!flags)
        return;
    g_autofree char *line = g_strndup(flags + 1, strcspn(flags + 1, "\n"));
    bool sgx = has_word(line, "sgx"), tdx = has_word(line, "tdx_guest");
    const char *value = sgx && tdx ? "SGX, TDX guest" : sgx ? "SGX" : tdx ? "TDX guest" : NULL;
    doctor_row(doctor, "enclaves", "processor", value, value ? DOCTOR_OK : DOCTOR_ABSENT, NULL);
}

void doctor_devices(Doctor *doctor)
{
    row_of_processor(doctor);
    for (size_t i = 0; i < G_N_ELEMENTS(devices); i++)
        row_of_device(doctor, devices[i]);
    bool aesm = access("/var/run/aesmd/aesm.socket", F_OK) == 0;
    doctor_row(doctor, "enclaves", "/var/run/aesmd/aesm.socket", aesm ? _("is there") : NULL,
               aesm ? DOCTOR_OK : DOCTOR_ABSENT, NULL);
}
