/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "ui/loop.h"

#include "core/clock.h"
#include "core/i18n.h"
#include "ui/screen.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/signalfd.h>
#include <unistd.h>

enum {
    ESCAPE_MICROSECONDS = 25000,  /* a lone Esc is a key when nothing follows in this time */
    MESSAGES_MICROSECONDS = 8000, /* at a stretch, unless a key comes */
    DELTAS_MICROSECONDS = 2000,   /* the same, of the fleet: keys are looked at between */
    FRAME_MICROSECONDS = 33000,   /* between frames that messages alone ask for */
    FIRST_MICROSECONDS = 5000,    /* the same, until the engines were listed once */
    KEYS_AT_ONCE = 4096,
    SCRIPT_GRACE_MILLISECONDS = 500, /* for jobs, when a script is ended */
};

static const int signals[] = {SIGTERM, SIGHUP, SIGINT, SIGWINCH, SIGCONT, SIGTSTP};

typedef struct Loop {
    Console *console;
    Recorder *recorder; /* or NULL */
    KeyDecoder decoder;
    int signal_descriptor;
    int64_t escape_deadline; /* monotonic; 0: none */
    int64_t frame_deadline;  /* 0: nothing to show that waits */
    int64_t last_frame, frame_gap;
    bool show_now;
    bool resized;
    bool given; /* another program has the terminal */
    bool ended;
    LoopEnd end;
    int signal;
} Loop;

static void fill_signals(sigset_t *set)
{
    sigemptyset(set);
    for (size_t i = 0; i < G_N_ELEMENTS(signals); i++)
        sigaddset(set, signals[i]);
}

void loop_block_signals(void)
{
    sigset_t set;

    fill_signals(&set);
    pthread_sigmask(SIG_BLOCK, &set, NULL);
    signal(SIGPIPE, SIG_IGN);
    signal(SIGXFSZ, SIG_IGN); /* a file that may not grow is an error of write() */
}

static void end(Loop *loop, LoopEnd how)
{
    loop->ended = true;
    loop->end = how;
}

/* ---- what the console wishes ---- */

static void set_theme(const Loop *loop)
{
    const Settings *settings = console_model(loop->console)->settings;
    const char *no_color = getenv("NO_COLOR");
    const char *scheme = console_scheme(loop->console);
    Theme theme;

    if (scheme == NULL)
        scheme = settings_text(settings, SETTING_COLOURS_SCHEME);
    if (no_color != NULL && *no_color != '\0')
        scheme = "mono";
    theme_make(&theme, scheme, settings, screen_terminal());
    screen_set_theme(&theme);
    if (loop->recorder != NULL)
        recorder_set_theme(loop->recorder, &theme);
}

static void copy(Console *console)
{
    const char *way = screen_copy(console_copy_text(console));

    if (way == NULL)
        console_say(console, ROLE_WARNING, "%s", _("too long for the terminal's clipboard"));
    else
        console_say(console, ROLE_TEXT, _("copied (%s): %s"), way, console_copy_shown(console));
}

static void grant_wishes(Loop *loop)
{
    unsigned wishes = console_take_wishes(loop->console);

    if (wishes & WISH_QUIT)
        end(loop, LOOP_QUIT);
    if (wishes & WISH_SUSPEND) {
        screen_suspend();
        loop->resized = true;
    }
    if (wishes & WISH_GIVE) {
        screen_give();
        loop->given = true;
        console_start_program(loop->console);
    }
    if (wishes & WISH_TAKE) {
        screen_take();
        loop->given = false;
        loop->resized = true;
    }
    if (wishes & WISH_REPAINT)
        screen_repaint();
    if (wishes & WISH_MOUSE)
        screen_set_mouse(console_mouse(loop->console));
    if (wishes & WISH_COPY)
        copy(loop->console);
    if (wishes & WISH_BELL)
        screen_bell();
    if (wishes & WISH_THEME)
        set_theme(loop);
    if (wishes != WISH_NONE) {
        console_touch(loop->console);
        loop->show_now = true;
    }
}

/* ---- events ---- */

static void press(Loop *loop, const KeyEvent *event)
{
    console_key(loop->console, event);
    grant_wishes(loop);
    loop->show_now = true;
}

static bool terminal_is_gone(ssize_t n)
{
    return n == 0 || (n < 0 && errno != EINTR && errno != EAGAIN);
}

/* Everything that was typed until now. */
static void read_keys(Loop *loop)
{
    uint8_t bytes[KEYS_AT_ONCE];
    struct pollfd more = {.fd = STDIN_FILENO, .events = POLLIN};
    KeyEvent event;

    do {
        ssize_t n = read(STDIN_FILENO, bytes, sizeof bytes);
        if (terminal_is_gone(n)) {
            end(loop, LOOP_TERMINAL_GONE);
            return;
        }
        for (ssize_t i = 0; i < n && !loop->ended; i++)
            if (key_decoder_feed(&loop->decoder, bytes[i], &event))
                press(loop, &event);
        if (n < (ssize_t)sizeof bytes)
            break;
    } while (!loop->ended && poll(&more, 1, 0) > 0 && more.revents & POLLIN);
    loop->escape_deadline =
        key_decoder_waits(&loop->decoder) ? clock_monotonic() + ESCAPE_MICROSECONDS : 0;
}

static void flush_escape(Loop *loop)
{
    KeyEvent event;

    loop->escape_deadline = 0;
    if (key_decoder_flush(&loop->decoder, &event))
        press(loop, &event);
}

/* While another program has the terminal, its keys are that program's: Ctrl-C is nothing to us, and
 * Ctrl-Z stops us with it. True when that was all. */
static bool is_the_others(const Loop *loop, unsigned number)
{
    if (!loop->given)
        return false;
    if (number == SIGTSTP)
        raise(SIGSTOP);
    return number != SIGTERM && number != SIGHUP;
}

static void read_signals(Loop *loop)
{
    struct signalfd_siginfo info;

    while (read(loop->signal_descriptor, &info, sizeof info) == sizeof info) {
        if (is_the_others(loop, info.ssi_signo))
            continue;
        switch (info.ssi_signo) {
        case SIGWINCH:
            loop->resized = true;
            break;
        case SIGTSTP:
            screen_suspend();
            loop->resized = true;
            break;
        case SIGCONT: /* stopped by another's hand: the terminal may show anything */
            screen_repaint();
            loop->resized = true;
            break;
        default:
            loop->signal = (int)info.ssi_signo;
            end(loop, LOOP_SIGNAL);
        }
    }
}

/* What there is to see at first is shown as it comes, not a frame's time after the empty screen. */
static bool is_first_list(const Loop *loop)
{
    const Apps *apps = console_model(loop->console)->apps;

    for (unsigned i = 0; apps != NULL && i < fleet_n_sources(apps->fleet); i++)
        if (apps_is_listing(apps, i))
            return true;
    return false;
}

static void ask_for_frame(Loop *loop)
{
    if (loop->frame_deadline == 0)
        loop->frame_deadline = loop->last_frame + loop->frame_gap;
}

static bool key_waits(const Loop *loop)
{
    struct pollfd keyboard = {.fd = loop->given ? -1 : STDIN_FILENO, .events = POLLIN};

    return poll(&keyboard, 1, 0) > 0;
}

static void take_messages(Loop *loop)
{
    Mailbox *mailbox = console_model(loop->console)->mailbox;
    int64_t until = clock_monotonic() + MESSAGES_MICROSECONDS;
    Message *message;
    bool any = false;

    while (clock_monotonic() < until && (message = mailbox_take(mailbox)) != NULL) {
        loop->show_now |= message->kind == MESSAGE_REPEATED; /* a key waits for it */
        console_message(loop->console, message);
        any = true;
        if (key_waits(loop))
            break;
    }
    if (any)
        ask_for_frame(loop);
    grant_wishes(loop);
}

static void take_deltas(Loop *loop)
{
    console_take_deltas(loop->console, clock_monotonic() + DELTAS_MICROSECONDS);
    ask_for_frame(loop);
}

static void tick(Loop *loop)
{
    console_tick(loop->console, clock_monotonic());
    ask_for_frame(loop);
}

/* ---- showing ---- */

static void show(Loop *loop)
{
    unsigned width, height;
    const Grid *grid;
    int x, y;

    if (loop->resized) { /* however many there were: once */
        screen_size(&width, &height);
        console_resize(loop->console, width, height);
        console_touch(loop->console);
    }
    loop->resized = false;
    grid = console_draw(loop->console, clock_now(), &x, &y);
    screen_show(grid, x, y);
    if (loop->recorder != NULL)
        recorder_show(loop->recorder, grid, x, y);
    loop->last_frame = clock_monotonic();
    loop->frame_gap = is_first_list(loop) ? FIRST_MICROSECONDS : FRAME_MICROSECONDS;
    loop->frame_deadline = 0;
    loop->show_now = false;
}

/* Microseconds until the minute changes. */
static int64_t until_minute(void)
{
    return (60 - clock_now() % 60) * INT64_C(1000000);
}

static int wait_milliseconds(const Loop *loop)
{
    int64_t now = clock_monotonic();
    int64_t due = console_due(loop->console, now);
    int64_t left = until_minute();

    if (due != INT64_MAX)
        left = MIN(left, due - now);
    if (loop->escape_deadline != 0)
        left = MIN(left, loop->escape_deadline - now);
    if (loop->frame_deadline != 0)
        left = MIN(left, loop->frame_deadline - now);
    return left <= 0 ? 0 : (int)((left + 999) / 1000);
}

static void wait_for_events(Loop *loop)
{
    Mailbox *mailbox = console_model(loop->console)->mailbox;
    struct pollfd watched[] = {
        {.fd = loop->given ? -1 : STDIN_FILENO, .events = POLLIN},
        {.fd = mailbox_descriptor(mailbox), .events = POLLIN},
        {.fd = loop->signal_descriptor, .events = POLLIN},
        {.fd = console_descriptor(loop->console), .events = POLLIN},
    };
    int n = poll(watched, G_N_ELEMENTS(watched), wait_milliseconds(loop));

    if (n > 0 && watched[2].revents != 0)
        read_signals(loop);
    if (n > 0 && watched[0].revents & POLLIN && !loop->ended)
        read_keys(loop);
    else if (n > 0 && watched[0].revents & (POLLHUP | POLLERR | POLLNVAL) && !loop->ended)
        end(loop, LOOP_TERMINAL_GONE);
    if (loop->escape_deadline != 0 && clock_monotonic() >= loop->escape_deadline)
        flush_escape(loop);
    if (loop->show_now) /* what a key did is shown first; messages are there in the next round */
        return;
    if (n > 0 && watched[1].revents != 0 && !loop->ended)
        take_messages(loop);
    if (n > 0 && watched[3].revents != 0 && !loop->ended)
        take_deltas(loop);
    if (console_due(loop->console, clock_monotonic()) <= clock_monotonic())
        tick(loop);
    else if (n == 0) /* a deadline: the frame's or the clock's */
        loop->show_now = true;
}

LoopEnd loop_run(Console *console, Recorder *recorder, int *number)
{
    Loop loop = {.console = console, .recorder = recorder, .resized = true};
    sigset_t set;

    fill_signals(&set);
    loop.signal_descriptor = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
    key_decoder_init(&loop.decoder);
    screen_load_keys(&loop.decoder);
    set_theme(&loop);
    show(&loop);
    while (!loop.ended) {
        wait_for_events(&loop);
        if (loop.given) { /* shown when it is ours again */
            loop.show_now = false;
            loop.frame_deadline = 0;
        } else if (loop.show_now || loop.resized ||
                   (loop.frame_deadline != 0 && clock_monotonic() >= loop.frame_deadline))
            if (!loop.ended)
                show(&loop);
    }
    key_decoder_clear(&loop.decoder);
    close(loop.signal_descriptor);
    *number = loop.signal;
    return loop.end;
}

/* Signals that end a program, without those that a terminal sends for other reasons. */
static int ending_signal(int descriptor)
{
    struct signalfd_siginfo info;

    while (read(descriptor, &info, sizeof info) == sizeof info)
        if (info.ssi_signo == SIGTERM || info.ssi_signo == SIGHUP || info.ssi_signo == SIGINT)
            return (int)info.ssi_signo;
    return 0;
}

static int finish_jobs(Console *console, int signals_arrive)
{
    Model *model = console_model(console);
    struct pollfd watched[] = {{.fd = mailbox_descriptor(model->mailbox), .events = POLLIN},
                               {.fd = signals_arrive, .events = POLLIN}};
    Message *message;
    int x, y;

    while (jobs_busy(model->jobs) > 0) {
        int number;
        if (poll(watched, G_N_ELEMENTS(watched), -1) < 0 && errno != EINTR)
            return 0;
        number = ending_signal(signals_arrive);
        if (number != 0) {
            jobs_stop(model->jobs, SCRIPT_GRACE_MILLISECONDS);
            return number;
        }
        while ((message = mailbox_take(model->mailbox)) != NULL)
            console_message(console, message);
        console_draw(console, clock_now(), &x, &y);
    }
    return 0;
}

int loop_finish_jobs(Console *console)
{
    sigset_t set;
    int descriptor, number;

    fill_signals(&set);
    descriptor = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
    number = finish_jobs(console, descriptor);
    close(descriptor);
    return number;
}
