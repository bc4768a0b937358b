/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "ui/tour.h"

#include "core/i18n.h"
#include "ui/apps.h"
#include "ui/text.h"

enum { LINES_MOST = 4, MARGIN = 2 };

typedef struct TourStep {
    /* Of the `:` line, done when the step begins; a star is what names end in. */
    const char *lines[LINES_MOST];
    const char *text;   /* N_() */
    const char *judged; /* whose verdict has to be there by then, or NULL */
} TourStep;

/* The applications are those of `mse-sim demo`. */
static const TourStep steps[] = {
    {{NULL},
     N_("Six applications run on a SIMULATED platform, each a process with a certificate and a "
        "quote of its own; nothing here touches your machine's Docker. The list says what each "
        "does, whether its evidence is trusted, and until when."),
     NULL},
    {{"select helloworld*", "focus-2"},
     N_("Evidence: mse-console judged it here, on this machine, asking nobody's opinion: every "
        "signature from the root down to the application's measurement, every revocation list. "
        "SIMULATED stands in the header because the root is not Intel's."),
     NULL},
    {{"chain"},
     N_("The same as a chain of trust: the application's certificate carries a quote, the quote is "
        "signed by the quoting enclave, which Intel's certificates vouch for; the collateral says "
        "what is known of the platform."),
     "helloworld"},
    {{"chain", "focus-1", "select ledger*", "focus-2"},
     N_("ledger runs on a platform without the latest security updates: its TCB is OutOfDate, "
        "which the policy does not accept. Enter on a check explains what it proves and what to do "
        "when it fails."),
     NULL},
    {{"focus-1", "select helloworld*", "logs"},
     N_("Logs follow as they are written; F follows, p pauses, / searches, & filters, e goes to "
        "the next error. Whatever a log holds, no byte of it reaches your terminal as a command."),
     NULL},
    {{"focus-1", "select billing*", "describe"},
     N_("billing waits for secrets: it was spawned, its evidence is collected and trusted, but "
        "nobody has sent it anything yet. Next we seal a secret that its operator cannot read."),
     NULL},
    {{"home seal --secrets secrets_to_seal.json --cert ../apps/billing/opt/input/ratls.pem"},
     N_("The code provider's step, as in the shell: the secret is sealed to the key in billing's "
        "quote, which only that enclave has. The journal keeps that it was sealed, and for which "
        "measurement; never what."),
     "billing"},
    {{"home run billing* --sealed-secrets secrets_to_seal.json.sealed"},
     N_("The operator's step: the sealed secret is sent over a connection that is pinned to the "
        "verified certificate before a byte leaves. The enclave opens it and starts the "
        "application."),
     NULL},
    {{"back", "back", "focus-1", "select billing*"},
     N_("billing runs now: its row changed by itself, by the engine's events and its health "
        "endpoint."),
     NULL},
    {{"select scoring*", "focus-2"},
     N_("Meanwhile somebody starts scoring again with other code: watch its row. As soon as it is "
        "judged, by its other certificate and measurement, it is REJECTED, and an alarm stands in "
        "the header until it is acknowledged."),
     NULL},
    {{"focus-1", "history"},
     N_("The history of an application: what its engine told of it. Verdicts are in the journal, "
        "each line carrying the hash of the one before."),
     NULL},
    {{"back", "focus-1"},
     N_("That is the tour. ? shows the keys of a pane, : takes the shell's own verbs, Y copies the "
        "command line of what was done last, q leaves, and everything the demo made is gone "
        "then."),
     NULL},
};

/* The first step's, of containers. */
static const char in_containers[] =
    N_("Six applications run on a SIMULATED platform, each a container on your own engine with a "
       "certificate and a quote of its own; your other containers are neither shown nor touched. "
       "The list says what each does, whether its evidence is trusted, and until when.");

struct Tour {
    unsigned at;
    bool over, containers;
    char *names; /* what they end in; "" */
    UiJob *job;  /* that the step started, or NULL */
};

Tour *tour_new(const char *names)
{
    Tour *tour = g_new0(Tour, 1);

    tour->containers = names != NULL;
    tour->names = names != NULL ? g_strconcat("-", names, NULL) : g_strdup("");
    return tour;
}

void tour_free(Tour *tour)
{
    if (tour == NULL)
        return;
    g_clear_pointer(&tour->job, ui_job_unref);
    g_free(tour->names);
    g_free(tour);
}

static const char *text_of(const Tour *tour)
{
    return tour->containers && tour->at == 0 ? _(in_containers) : _(steps[tour->at].text);
}

static UiJob *last_job(Console *console)
{
    const GPtrArray *jobs = jobs_list(console_model(console)->jobs);

    return jobs->len == 0 ? NULL : jobs->pdata[jobs->len - 1];
}

static void begin_step(Tour *tour, Console *console)
{
    const TourStep *step = &steps[tour->at];
    const UiJob *before = last_job(console);

    for (unsigned i = 0; i < LINES_MOST && step->lines[i] != NULL; i++) {
        g_auto(GStrv) parts = g_strsplit(step->lines[i], "*", -1);
        g_autofree char *line = g_strjoinv(tour->names, parts);
        console_run_line(console, line);
    }
    g_clear_pointer(&tour->job, ui_job_unref);
    if (last_job(console) != before)
        tour->job = ui_job_ref(last_job(console));
}

/* The next step builds on what this one makes. */
static bool is_busy(const Tour *tour)
{
    return tour->job != NULL && tour->job->state != JOB_ENDED;
}

/* The names of an engine's containers go on behind the application's. */
static bool is_judged(const Model *model, const char *name)
{
    for (unsigned i = 0; i < model->apps->rows->len; i++) {
        const AppRow *row = apps_row(model->apps, i);
        if (row != NULL && g_str_has_prefix(row->name, name))
            return row->evidence.result != NULL;
    }
    return false;
}

static bool is_next_ready(const Tour *tour, const Model *model)
{
    const TourStep *next = tour->at + 1 < G_N_ELEMENTS(steps) ? &steps[tour->at + 1] : NULL;

    return next == NULL || next->judged == NULL || is_judged(model, next->judged);
}

bool tour_key(Tour *tour, Console *console, Key key)
{
    if (tour->over || key != ' ')
        return false;
    if (is_busy(tour) || !is_next_ready(tour, console_model(console))) {
        console_say(console, ROLE_WARNING, "%s", _("this step is being done: one moment"));
        return true;
    }
    if (tour->at + 1 == G_N_ELEMENTS(steps)) {
        tour->over = true;
        return true;
    }
    tour->at++;
    begin_step(tour, console);
    return true;
}

bool tour_is_over(const Tour *tour)
{
    return tour->over;
}

static char *head_text(const Tour *tour)
{
    const unsigned n = (unsigned)G_N_ELEMENTS(steps);

    return g_strdup_printf(_("Tour, step %u of %u"), tour->at + 1, n);
}

static const char *foot_text(const Tour *tour, const Model *model)
{
    if (is_busy(tour) || !is_next_ready(tour, model))
        return _("being done…");
    return tour->at + 1 == G_N_ELEMENTS(steps) ? _("Space ends the tour") : _("Space goes on");
}

int tour_height(const Tour *tour, int width)
{
    const char *next = text_of(tour);
    int height = 1; /* the rule */

    while (next != NULL) {
        const char *line = next;
        text_break(line, (unsigned)MAX(width - 2 * MARGIN, 1), &next);
        height++;
    }
    return height;
}

void tour_draw(const Tour *tour, const Model *model, const Canvas *canvas)
{
    g_autofree char *head = head_text(tour);
    const char *next = text_of(tour);
    const int columns = MAX(canvas->width - 2 * MARGIN, 1);
    int y = 0, x;

    canvas_fill(canvas, 0, y, canvas->width, ROLE_FOCUS, 0x2500);
    x = canvas_text(canvas, MARGIN, y, ROLE_FOCUS, " ");
    x = canvas_text(canvas, x, y, ROLE_TITLE_FOCUS, head);
    canvas_text(canvas, x, y, ROLE_FOCUS, " ");
    canvas_right(canvas, x + 2, canvas->width - MARGIN, y, ROLE_KEY, foot_text(tour, model));
    while (next != NULL && ++y < canvas->height) {
        const char *line = next;
        const size_t bytes = text_break(line, (unsigned)columns, &next);
        g_autofree char *text = g_strndup(line, bytes);
        canvas_text(canvas, MARGIN, y, ROLE_TEXT, text);
    }
}
