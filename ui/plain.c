/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "ui/plain.h"

#include "core/clock.h"
#include "core/i18n.h"
#include "core/sanitize.h"
#include "fleet/usual.h"
#include "ui/console.h"
#include "ui/leak.h"
#include "ui/line.h"
#include "ui/plain_watch.h"
#include "ui/settings_read.h"
#include "ui/verb_job.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/signalfd.h>
#include <unistd.h>

enum {
    WHOLE = 10000,          /* columns of a table that nobody looks at on a terminal */
    LINE_BYTES = 64 * 1024, /* a longer line is not taken */
    GRACE_MILLISECONDS = 500,
    MINUTE_MILLISECONDS = 60000, /* evidence ends by itself, too */
};

#define PROMPT "mse> "

typedef struct Plain {
    Model model;
    PlainWatch *watch; /* NULL: nothing is watched */
    bool interactive;  /* a person types: there is a prompt */
    bool prompting;    /* the prompt is shown, a line is being typed */
    GString *read;     /* of standard input that is no terminal: what is no whole line yet */
    bool ended;        /* standard input has */
    UiJob *job;        /* of the line that runs, or NULL */
    uint64_t sourced;  /* counts the settings that were asked for */
    int status;
    bool over;
    int signal; /* that ends us; 0: none */
    int signals;
} Plain;

/* ---- saying ---- */

/* Between what is typed, when something is. */
static void hide(Plain *plain)
{
    if (plain->prompting)
        line_plain_hide();
}

static void show(Plain *plain)
{
    fflush(stdout);
    if (plain->prompting)
        line_plain_show();
}

static void say(Plain *plain, const GPtrArray *lines)
{
    if (lines->len == 0)
        return;
    hide(plain);
    for (unsigned i = 0; i < lines->len; i++)
        printf("%s\n", (const char *)lines->pdata[i]);
    show(plain);
    if (ferror(stdout)) /* nobody reads us any more */
        plain->over = true;
}

static void say_one(Plain *plain, const char *line)
{
    const void *pointers[] = {line};
    GPtrArray lines = {.pdata = (gpointer *)pointers, .len = 1};

    say(plain, &lines);
}

static void say_problem(Plain *plain, const char *sentence)
{
    fflush(stdout);
    hide(plain);
    fprintf(stderr, "mse-console: %s\n", sentence);
    show(plain);
}

static unsigned width(void)
{
    struct winsize size = {0};

    if (!isatty(STDOUT_FILENO))
        return WHOLE;
    ioctl(STDOUT_FILENO, TIOCGWINSZ, &size);
    return size.ws_col > 0 ? size.ws_col : 80;
}

/* ---- lines ---- */

static void help(Plain *plain)
{
    say_one(plain, _("Verbs as in the shell, without \"mse-console\" before them; \"help VERB\" "
                     "explains one. And:"));
    say_one(plain, _("  watch      tell what happens to applications, as it happens"));
    say_one(plain, _("  watch off  be silent again"));
    say_one(plain, _("  source [FILE]  take up changed settings, or those of FILE"));
    say_one(plain, _("  quit       leave; so does the end of input"));
}

static void begin_watch(Plain *plain)
{
    g_autoptr(GPtrArray) sources = NULL;

    if (plain->watch != NULL) {
        say_one(plain, _("watching already"));
        return;
    }
    if (plain->model.apps == NULL) {
        sources = fleet_sources_usual(plain->model.settings, true, NULL);
        plain->model.apps =
            apps_new(fleet_new((FleetSource *const *)sources->pdata, sources->len, false),
                     model_judge_new(&plain->model));
    }
    plain->watch = plain_watch_new(&plain->model);
}

static void end_watch(Plain *plain)
{
    g_clear_pointer(&plain->watch, plain_watch_free);
    g_clear_pointer(&plain->model.apps, apps_free);
}

static void run_verb(Plain *plain, const char *line)
{
    plain->job = ui_job_ref(verb_job_start(plain->model.jobs, line, width()));
}

/* False when the line is another. */
static bool source(Plain *plain, const char *line)
{
    g_auto(GStrv) words = NULL;
    int n;

    if (!g_shell_parse_argv(line, &n, &words, NULL) || !g_str_equal(words[0], "source"))
        return false;
    if (n > 2) {
        say_problem(plain, _("which settings? source [FILE]"));
        plain->status = 2;
        return true;
    }
    plain->job = ui_job_ref(settings_read_start(plain->model.jobs, plain->model.basis,
                                                n == 2 ? words[1] : NULL, ++plain->sourced));
    return true;
}

static void run_line(Plain *plain, const char *line)
{
    line += strspn(line, " \t:");
    if (*line == '\0')
        return;
    if (g_str_equal(line, "quit") || g_str_equal(line, "exit")) {
        plain->over = true;
    } else if (g_str_equal(line, "watch")) {
        begin_watch(plain);
    } else if (g_str_equal(line, "watch off")) {
        end_watch(plain);
    } else if (!source(plain, line)) {
        if (g_str_equal(line, "help"))
            help(plain);
        run_verb(plain, line);
    }
}

static void prompt(Plain *plain)
{
    if (!plain->interactive || plain->over || plain->job != NULL || plain->prompting)
        return;
    plain->prompting = true;
    line_plain_begin(PROMPT);
}

static void read_typed(Plain *plain)
{
    g_autofree char *line = NULL;

    if (!line_plain_read(&line))
        return;
    plain->prompting = false;
    if (line == NULL) {
        printf("\n");
        plain->over = true;
        return;
    }
    run_line(plain, line);
}

/* A whole line of what was read, or NULL. */
static char *next_line(Plain *plain)
{
    const char *feed = memchr(plain->read->str, '\n', plain->read->len);
    size_t size = feed == NULL ? plain->read->len : (size_t)(feed - plain->read->str);
    char *line;

    if (feed == NULL && !(plain->ended && size > 0))
        return NULL;
    line = g_strndup(plain->read->str, size);
    g_string_erase(plain->read, 0, (gssize)(size + (feed != NULL)));
    return line;
}

static void read_piped(Plain *plain)
{
    char bytes[4096];
    ssize_t n = read(STDIN_FILENO, bytes, sizeof bytes);

    if (n < 0 && (errno == EINTR || errno == EAGAIN))
        return;
    if (n <= 0) {
        plain->ended = true;
        return;
    }
    g_string_append_len(plain->read, bytes, n);
    if (plain->read->len > LINE_BYTES && memchr(plain->read->str, '\n', plain->read->len) == NULL) {
        say_problem(plain, _("a line is too long"));
        plain->status = 2;
        plain->over = true;
    }
}

/* Lines that were read and wait for the one before. */
static void go_on(Plain *plain)
{
    while (plain->job == NULL && !plain->over && !plain->interactive) {
        g_autofree char *line = next_line(plain);
        if (line == NULL) {
            /* Who watches through a pipe is told until it is closed from the other side. */
            plain->over = plain->ended && plain->watch == NULL;
            return;
        }
        run_line(plain, line);
    }
    prompt(plain);
}

/* ---- what happens ---- */

static void take_text(Plain *plain, const GPtrArray *lines)
{
    hide(plain);
    for (unsigned i = 0; i < lines->len; i++) {
        const JobLine *line = lines->pdata[i];
        fflush(line->error ? stdout : stderr);
        fprintf(line->error ? stderr : stdout, "%s%s\n", line->error ? "mse-console: " : "",
                line->text);
    }
    show(plain);
    if (ferror(stdout))
        plain->over = true;
}

static void job_ended(Plain *plain, UiJob *job)
{
    jobs_ended(plain->model.jobs, job);
    if (job != plain->job)
        return;
    if (job->status != 0)
        plain->status = job->status;
    g_clear_pointer(&plain->job, ui_job_unref);
}

/* Who watches goes on with the engines that are named now. */
static void take_settings(Plain *plain, const Message *message)
{
    const SettingsRead *read = message->data;
    bool watching = plain->watch != NULL;
    g_autofree char *text = NULL;
    Role role;

    if (message->generation != plain->sourced)
        return;
    if (watching)
        end_watch(plain);
    if (read->named != NULL)
        settings_use(read->named);
    model_set_basis(&plain->model, read->basis);
    text = settings_taken_text(read->basis->settings, NULL, &role);
    if (role == ROLE_WARNING)
        say_problem(plain, text);
    else
        say_one(plain, text);
    if (watching)
        begin_watch(plain);
}

/* What only the message line of the whole console would show. */
static void take_said(Plain *plain, const Message *message)
{
    if (message->number == ROLE_REJECTED || message->number == ROLE_WARNING)
        say_problem(plain, message->data);
}

static void take_messages(Plain *plain)
{
    Message *message;

    while ((message = mailbox_take(plain->model.mailbox)) != NULL) {
        model_update(&plain->model, message);
        if (message->kind == MESSAGE_JOB_TEXT)
            take_text(plain, message->data);
        if (message->kind == MESSAGE_SETTINGS)
            take_settings(plain, message);
        if (message->kind == MESSAGE_SAID)
            take_said(plain, message);
        if (message->kind == MESSAGE_JOB_ENDED)
            job_ended(plain, message->data);
        message_free(message);
    }
}

static void take_signals(Plain *plain)
{
    struct signalfd_siginfo info;

    while (read(plain->signals, &info, sizeof info) == sizeof info) {
        if (info.ssi_signo != SIGINT) {
            plain->signal = (int)info.ssi_signo;
        } else if (plain->job != NULL) {
            jobs_cancel(plain->model.jobs, plain->job);
        } else if (plain->interactive) { /* the line is given up */
            line_plain_abandon();
            printf("\n");
            plain->prompting = false;
        } else {
            plain->signal = SIGINT;
        }
    }
}

static void look(Plain *plain)
{
    g_autoptr(GPtrArray) lines = NULL;

    if (plain->watch == NULL)
        return;
    judge_time(plain->model.apps->judge, clock_now());
    lines = plain_watch_take(plain->watch);
    say(plain, lines);
}

static void wait_for_events(Plain *plain)
{
    bool reads = plain->job == NULL && !plain->ended;
    struct pollfd watched[] = {
        {.fd = reads ? STDIN_FILENO : -1, .events = POLLIN},
        {.fd = mailbox_descriptor(plain->model.mailbox), .events = POLLIN},
        {.fd = plain->signals, .events = POLLIN},
        {.fd = plain->watch == NULL ? -1 : fleet_descriptor(plain->model.apps->fleet),
         .events = POLLIN},
    };

    if (poll(watched, G_N_ELEMENTS(watched), plain->watch == NULL ? -1 : MINUTE_MILLISECONDS) < 0)
        return;
    if (watched[2].revents != 0)
        take_signals(plain);
    if (watched[1].revents != 0)
        take_messages(plain);
    if (watched[0].revents != 0 && plain->interactive && plain->prompting)
        read_typed(plain);
    else if (watched[0].revents != 0 && !plain->interactive)
        read_piped(plain);
    look(plain);
}

/* ---- life ---- */

static int open_signals(void)
{
    static const int ours[] = {SIGINT, SIGTERM, SIGHUP};
    static const int not_ours[] = {SIGTSTP, SIGCONT, SIGWINCH};
    sigset_t set;

    sigemptyset(&set);
    for (size_t i = 0; i < G_N_ELEMENTS(not_ours); i++)
        sigaddset(&set, not_ours[i]);
    pthread_sigmask(SIG_UNBLOCK, &set, NULL);
    sigemptyset(&set);
    for (size_t i = 0; i < G_N_ELEMENTS(ours); i++)
        sigaddset(&set, ours[i]);
    return signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
}

static void begin(Plain *plain, const UiOptions *options)
{
    g_autofree char *history = NULL;

    plain->interactive = isatty(STDIN_FILENO) && isatty(STDOUT_FILENO);
    plain->read = g_string_new(NULL);
    plain->signals = open_signals();
    model_init(&plain->model, options->basis);
    plain->model.read_only = options->read_only;
    if (!plain->interactive)
        return;
    history = console_state_path("history");
    line_init_plain(history);
    say_one(plain, _("mse-console, line by line. \"help\" tells what can be typed, \"quit\" "
                     "leaves."));
}

static bool end(Plain *plain)
{
    g_autofree char *history = plain->interactive ? console_state_path("history") : NULL;

    if (plain->prompting)
        line_plain_abandon();
    if (history != NULL)
        line_save_history(history);
    fflush(stdout);
    plain_watch_free(plain->watch);
    close(plain->signals);
    g_string_free(plain->read, TRUE);
    ui_job_unref(plain->job);
    return jobs_stop(plain->model.jobs, GRACE_MILLISECONDS);
}

int plain_run(const UiOptions *options)
{
    Plain plain = {0};
    bool all_ended;

    begin(&plain, options);
    go_on(&plain);
    while (!plain.over && plain.signal == 0) {
        wait_for_events(&plain);
        go_on(&plain);
    }
    all_ended = end(&plain);
    if (plain.signal != 0) {
        sigset_t set;
        leak_check();
        signal(plain.signal, SIG_DFL);
        sigemptyset(&set);
        sigaddset(&set, plain.signal);
        raise(plain.signal);
        pthread_sigmask(SIG_UNBLOCK, &set, NULL);
    }
    if (!all_ended) { /* a job that does not listen ends with the process */
        leak_check();
        _exit(plain.status);
    }
    model_clear(&plain.model);
    if (plain.interactive)
        line_done();
    return plain.status;
}
