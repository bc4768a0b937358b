/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "samples.h"

#include <glib/gstdio.h>
#include <string.h>
#include <sys/wait.h>

const char *const names[N_NAMES] = {
    "trusted-enclave-evidence.json",
    "expired-collateral-evidence.json",
    "rejected-debug-enclave-evidence.json",
    "trusted-hardening-needed-evidence.json",
};

/* The four samples, judged. */
Terminal *open_samples(int columns, int rows)
{
    const char *files[N_NAMES + 1] = {NULL};
    TerminalOptions options = {.columns = columns, .rows = rows, .directory = terminal_samples()};
    Terminal *terminal;

    memcpy(files, names, sizeof names);
    terminal = terminal_start_console(files, &options);
    return terminal;
}

Terminal *wait_judged(Terminal *terminal)
{
    terminal_wait_text(terminal, "1 trusted · 1 trusted with warnings · 1 expired · 1 REJECTED");
    return terminal;
}

void forget_state(void)
{
    g_autofree char *state =
        g_build_filename(g_get_home_dir(), ".local", "state", "mse-console", "console.json", NULL);

    g_unlink(state);
}

Terminal *open_judged(void)
{
    forget_state();
    return wait_judged(open_samples(120, 36));
}

void quit(Terminal *terminal)
{
    int status;

    terminal_type(terminal, "q");
    status = terminal_wait_end(terminal);
    g_assert_true(WIFEXITED(status));
    g_assert_cmpint(WEXITSTATUS(status), ==, 0);
    g_assert_false(terminal->alternate);
}
