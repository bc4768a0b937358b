/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "command/shell.h"

#include "app/dialect.h"
#include "command/colour.h"
#include "command/help.h"
#include "command/layout.h"
#include "command/output.h"
#include "command/progress_line.h"
#include "command/rows_json.h"
#include "command/spelling.h"
#include "command/table.h"
#include "command/verbs.h"
#include "core/cause.h"
#include "core/i18n.h"
#include "core/sanitize.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* A reader that went away: what a shell sees of a filter that SIGPIPE ended. */
enum { EXIT_PIPE = 128 + SIGPIPE, EXIT_SIGNAL = 128 };

typedef struct Shell {
    Output *out, *err;
    Cancel *cancel;
    Job *job;
    const Verb *verb;
    json_t *rows; /* of a verb that lists: shown when it is done */
    ProgressLine progress;
} Shell;

/* For the signal handler alone. */
static Cancel *signal_cancel;
static volatile sig_atomic_t signal_caught;
static volatile sig_atomic_t signal_count;

static void on_signal(int number)
{
    /* Whoever asks three times does not want to wait for what is being finished. */
    if (++signal_count > 2)
        _exit(EXIT_SIGNAL + number);
    signal_caught = number;
    cancel_set(signal_cancel);
}

static void handle_signals(Cancel *cancel)
{
    static const int ending[] = {SIGINT, SIGTERM, SIGHUP};
    signal_cancel = cancel;
    struct sigaction action = {.sa_handler = on_signal};
    sigemptyset(&action.sa_mask);
    for (size_t i = 0; i < G_N_ELEMENTS(ending); i++) {
        struct sigaction before;
        /* nohup and a shell's background jobs ignore some: that stays so. */
        if (sigaction(ending[i], NULL, &before) == 0 && before.sa_handler != SIG_IGN)
            sigaction(ending[i], &action, NULL);
    }
    action.sa_handler = SIG_IGN;
    sigaction(SIGPIPE, &action, NULL);
}

/* A standard descriptor that is closed would be given to the next file opened. The other direction
 * is opened, so that its use still fails. */
static void hold_standard_descriptors(void)
{
    for (int fd = 0; fd <= 2; fd++) {
        if (fcntl(fd, F_GETFD) < 0 && errno == EBADF)
            open("/dev/null", fd == 0 ? O_WRONLY : O_RDONLY);
    }
}

static void shell_begin(const Verb *verb, void *data)
{
    Shell *shell = data;
    shell->verb = verb;
}

static void print_line(const char *text, void *data)
{
    Shell *shell = data;
    output_bytes(shell->out, text, strlen(text));
    output_bytes(shell->out, "\n", 1);
}

static void shell_row(const json_t *row, void *data)
{
    Shell *shell = data;
    bool stream = shell->verb->flags & VERB_STREAM;
    if (!stream && shell->verb->columns) {
        json_array_append(shell->rows, (json_t *)row);
        return;
    }
    progress_line_clear(&shell->progress);
    g_autofree char *text = rows_json_text(row, !stream && output_is_terminal(shell->out));
    print_line(text, shell);
    if (stream)
        output_flush(shell->out);
}

static bool shell_colours(const Shell *shell)
{
    return shell->verb != NULL && g_str_equal(shell->verb->words, "verify") &&
           output_is_terminal(shell->out) && colour_is_wanted();
}

static void shell_text(const char *line, void *data)
{
    Shell *shell = data;
    progress_line_clear(&shell->progress);
    g_autoptr(GPtrArray) lines = g_ptr_array_new_with_free_func(g_free);
    g_autofree char *safe = sanitize_string(line);
    layout_wrap(lines, safe, output_width(shell->out), layout_indent(safe));
    for (guint i = 0; i < lines->len; i++) {
        const char *plain = g_ptr_array_index(lines, i);
        g_autofree char *coloured = shell_colours(shell) ? colour_verdict(plain) : NULL;
        output_line(shell->out, coloured != NULL ? coloured : plain);
    }
}

static void shell_error(const char *sentence, void *data)
{
    Shell *shell = data;
    progress_line_clear(&shell->progress);
    output_flush(shell->out);
    g_auto(GStrv) lines = g_strsplit(sentence, "\n", -1);
    for (char **line = lines; *line; line++) {
        g_autofree char *safe = sanitize_string(*line);
        g_autofree char *whole = g_strconcat("mse-console: ", safe, NULL);
        output_line(shell->err, whole);
    }
    output_flush(shell->err);
}

/* A terminal acts upon what it gets; a pipe takes it as it is. */
static void shell_raw(const void *bytes, size_t size, void *data)
{
    Shell *shell = data;
    progress_line_clear(&shell->progress);
    if (!output_is_terminal(shell->out)) {
        output_bytes(shell->out, bytes, size);
        output_flush(shell->out);
        return;
    }
    const char *at = bytes, *end = at + size;
    while (at < end) {
        const char *feed = memchr(at, '\n', (size_t)(end - at));
        size_t length = (size_t)((feed ? feed : end) - at);
        g_autofree char *safe = sanitize(span_of(at, length), SANITIZE_KEEP_TABS);
        output_line(shell->out, safe);
        at += length + 1;
    }
}

/* One line of standard input; NULL when it ended, or when cancelled. */
static char *read_answer(Shell *shell)
{
    GString *answer = g_string_new(NULL);
    char letter = '\0';
    while (letter != '\n' && cancel_wait(shell->cancel, STDIN_FILENO, POLLIN, NULL) &&
           read(STDIN_FILENO, &letter, 1) == 1)
        g_string_append_c(answer, letter);
    bool whole = letter == '\n';
    return g_string_free(answer, !whole);
}

static JobAnswer shell_ask(const char *question, void *data)
{
    Shell *shell = data;
    if (isatty(STDIN_FILENO) != 1 || !output_is_terminal(shell->err))
        return JOB_ANSWER_NOBODY;
    progress_line_clear(&shell->progress);
    g_autofree char *safe = sanitize_string(question);
    output_flush(shell->out);
    g_autofree char *line = g_strdup_printf("%s %s", safe, _("[y/N]"));
    output_line(shell->err, line);
    output_flush(shell->err);
    g_autofree char *answer = read_answer(shell);
    g_autofree char *first = g_strndup(g_strchug(answer ? answer : (char[1]){0}), 1);
    bool yes = *first && (strchr("yY", *first) || strstr(_("yY"), first));
    return yes ? JOB_ANSWER_YES : JOB_ANSWER_NO;
}

/* Rows of JSON are for a program, whose terminal it may be. */
static void shell_progress(const Progress *progress, void *data)
{
    Shell *shell = data;
    if (job_json(shell->job))
        return;
    output_flush(shell->out);
    progress_line_show(&shell->progress, progress);
}

static const JobSink shell_sink = {
    .raw = shell_raw,
    .ask = shell_ask,
    .begin = shell_begin,
    .row = shell_row,
    .text = shell_text,
    .error = shell_error,
    .progress = shell_progress,
};

static void show_rows(Shell *shell)
{
    if (!job_json(shell->job)) {
        g_autoptr(GPtrArray) lines =
            table_render(shell->verb->columns, shell->rows, output_width(shell->out));
        for (guint i = 0; i < lines->len; i++)
            output_line(shell->out, g_ptr_array_index(lines, i));
        return;
    }
    rows_json_lines(shell->rows, print_line, shell);
}

static bool lists_rows(const Shell *shell)
{
    return shell->verb && shell->verb->columns && !(shell->verb->flags & VERB_STREAM);
}

/* Everything said and written out; the status to exit with. */
static int finish(Shell *shell, int status)
{
    bool cancelled = status == EXIT_CANCELLED;
    progress_line_clear(&shell->progress);
    bool rows = lists_rows(shell) && !cancelled;
    if (rows && (status == EXIT_OK || json_array_size(shell->rows) > 0))
        show_rows(shell);
    output_flush(shell->out);
    int error = output_error(shell->out);
    if (error == EPIPE)
        return EXIT_PIPE;
    if (error == ECANCELED || (cancelled && error == 0)) {
        shell_error(_("cancelled"), shell);
        return EXIT_SIGNAL + (signal_caught ? signal_caught : SIGINT);
    }
    if (error == 0)
        return status;
    g_autofree char *sentence =
        g_strdup_printf(_("standard output: %s; what was printed is not whole"), g_strerror(error));
    shell_error(sentence, shell);
    return EXIT_ERROR;
}

static bool is_there(const char *path)
{
    struct stat status;
    return lstat(path, &status) == 0;
}

/* MSE_BACKTRACE=full; called as cenclave, BACKTRACE=full. */
static void take_backtrace(const char *program)
{
    g_autofree char *name = g_path_get_basename(program);
    const char *variable = dialect_mse.backtrace_variable;
    for (unsigned i = 0; dialects[i]; i++)
        if (g_str_equal(dialects[i]->program, name))
            variable = dialects[i]->backtrace_variable;
    if (g_strcmp0(g_getenv(variable), "full") == 0)
        causes_keep();
}

/* What the environment says of all verbs. */
static void take_environment(Shell *shell)
{
    const char *group = g_getenv("MSE_DEFAULT_ENV");
    const char *read_only = g_getenv("MSE_CONSOLE_READ_ONLY");
    if (read_only && *read_only)
        verb_set_read_only();
    if (!group || !*group)
        return;
    if (strcmp(group, "home") == 0 || strcmp(group, "cloud") == 0)
        verb_set_default_group(group);
    else
        job_warn(shell->job, _("MSE_DEFAULT_ENV is \"%s\"; expected home or cloud"), group);
}

/* Options of the program itself come before everything. How many words they took. */
static int take_program_options(char *const *words, int n)
{
    int taken = 0;
    for (; taken < n && strcmp(words[taken], "--read-only") == 0; taken++)
        verb_set_read_only();
    return taken;
}

/* What begins with a verb's words is a verb; with a file or an option, the console. */
static int run_words(Shell *shell, char *const *words, int n)
{
    if (n == 0)
        return verb_run(shell->job, &verb_console, words, 0);
    if (strcmp(words[0], "--help") == 0 || strcmp(words[0], "-h") == 0)
        return help_of_all(shell->job);
    if (strcmp(words[0], "--version") == 0 || strcmp(words[0], "-V") == 0)
        return verb_run(shell->job, &verb_version, words + 1, n - 1);
    if (verb_find(words, n, NULL) || verb_is_group(words[0]))
        return verb_run_words(shell->job, words, n);
    if (strlen(words[0]) > 2 && g_str_has_prefix("--version", words[0]))
        return verb_usage(shell->job, _("no option \"%s\"; did you mean \"--version\"?"), words[0]);
    if (words[0][0] == '-' || is_there(words[0]))
        return verb_run(shell->job, &verb_console, words, n);
    return verb_run_words(shell->job, words, n);
}

int shell_main(int argc, char **argv)
{
    hold_standard_descriptors();
    g_autoptr(Cancel) cancel = cancel_new();
    handle_signals(cancel);
    g_autoptr(Output) out = output_new(STDOUT_FILENO, cancel);
    g_autoptr(Output) err = output_new(STDERR_FILENO, NULL);
    Shell shell = {.out = out,
                   .err = err,
                   .cancel = cancel,
                   .rows = json_array(),
                   .progress = {.output = err}};
    shell.job = job_new(&shell_sink, &shell, false, cancel);
    take_backtrace(argc > 0 ? argv[0] : "");
    take_environment(&shell);
    spelling_take(argc > 0 ? argv[0] : NULL);
    int skip = MIN(argc, 1);
    skip += take_program_options(argv + skip, argc - skip);
    int status = finish(&shell, run_words(&shell, argv + skip, argc - skip));
    job_free(shell.job);
    json_decref(shell.rows);
    /* The handler must not reach for what is freed now. */
    for (size_t i = 0; i < 3; i++)
        signal((int[]){SIGINT, SIGTERM, SIGHUP}[i], SIG_IGN);
    return status;
}
