/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The console's one door: main() asks whether the terminal can carry it and opens it.
 */
#ifndef MSE_UI_UI_H
#define MSE_UI_UI_H

#include "command/verify_request.h"

typedef struct UiOptions {
    /* What to judge, as given; none: the files of the current directory that are evidence, quotes
     * or certificates, found in the background. Borrowed. */
    const VerificationInput *inputs;
    unsigned n_inputs;
    /* What the console goes by: its settings, and what every verification is asked: root,
     * collateral, policy, journal. Borrowed. */
    VerifyRequest *basis;
    /* Set by a signal that came before those are the console's; whoever caught it says how it ends.
     * Borrowed; NULL: none can. */
    Cancel *cancel;
    /* Open on the applications of the fleet (ui_fleet_is_near) when there are no inputs. */
    bool fleet;
    bool read_only;         /* applications are not stopped, restarted, removed or killed */
    bool tour;              /* explain, step by step, what is shown: for the demo's applications */
    const char *tour_names; /* they are containers whose names end in this; NULL: processes */
    /* `-e`: lines of the `:` grammar between semicolons. They run one after the other, each when
     * the jobs before it are done, on a canvas without a terminal; what verbs say goes to standard
     * output and standard error. NULL: the console. Borrowed. */
    const char *script;
    /* `--record`: where what is shown is recorded; NULL: nowhere. Borrowed. */
    const char *record;
    /* `--plain`: lines in, lines out (ui/plain.h), on any terminal or none. */
    bool plain;
} UiOptions;

/* Whether standard input and output are a terminal that can carry the console. When not, `why` gets
 * a sentence (g_free): the caller says it and goes on with the plain verb. */
bool ui_terminal_usable(char **why);

/* Whether an engine is configured (DOCKER_HOST, DOCKER_CONTEXT, the settings, the current context),
 * or the one of this machine takes a connection. Asks it nothing; never waits. */
bool ui_fleet_is_near(const Settings *settings);

/* Visits the default keys, and the console's own lines after `:`, for the manual: what is typed,
 * what it does (translated). */
typedef void (*UiVisit)(const char *typed, const char *help, void *data);
void ui_each_key(UiVisit visit, void *data);
void ui_each_line(UiVisit visit, void *data);

/* Opens the console and returns when it is left: the exit status. 0, or with a script the last
 * status of a line that was not 0. The terminal is as it was before. A signal that ends the console
 * (TERM, HUP, INT, QUIT) ends the process by that signal. */
int ui_run(const UiOptions *options);

#endif
