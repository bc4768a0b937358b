/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What the console does with logs beyond their pane: several merged, whole logs searched, lines
 * written to a file; and handing the terminal to another program.
 */
#include "config.h"

#include "core/file.h"
#include "core/i18n.h"
#include "core/sanitize.h"
#include "ui/console_private.h"
#include "ui/log_merge.h"
#include "ui/log_text.h"
#include "ui/pager.h"

#include <string.h>

/* The log that is meant: the focused one, else the selected application's. */
static Pane *meant_log(const Console *console)
{
    Pane *focused = console_focused(console);

    return logs_pane_is(focused) ? focused : console->lower[0];
}

/* ---- whole logs, several logs ---- */

void console_sweep(Console *console, const char *pattern)
{
    Pane *found;

    if (*pattern == '\0' || console->lower[0] == NULL)
        return;
    found = logs_pane_search(meant_log(console), console, pattern);
    if (found == NULL)
        console_say(console, ROLE_DIM, "%s", _("no application is selected"));
    else
        console_push(console, found);
}

void console_toggle_merge(Console *console)
{
    g_autoptr(GArray) numbers = NULL;
    Pane *logs = console->lower[0];

    if (!console->on_apps)
        return;
    if (logs_pane_is_merged(logs)) {
        logs_pane_merge(logs, console, NULL);
        return;
    }
    numbers = apps_pane_chosen(console->left);
    if (numbers->len < 2) {
        g_autofree char *key = key_table_keys(&console->keys, COMMAND_MARK);
        console_say(console, ROLE_DIM, _("mark two applications or more first, with %s"), key);
        return;
    }
    if (numbers->len > LOG_TAPS_MOST)
        console_say(console, ROLE_WARNING, _("the logs of the first %d are merged"), LOG_TAPS_MOST);
    logs_pane_merge(logs, console, numbers);
    console_focus(console, PLACE_LOGS);
}

/* ---- the terminal for another program ---- */

void console_give_terminal(Console *console, ProgramRequest *request)
{
    if (console->program != NULL || console->program_job != NULL) {
        program_request_free(request);
        return;
    }
    console->program = request;
    console->wishes |= WISH_GIVE;
}

void console_start_program(Console *console)
{
    ProgramRequest *request = g_steal_pointer(&console->program);

    if (request != NULL)
        console->program_job = ui_job_ref(program_start_on_terminal(console->model.jobs, request));
}

static void take_back(Console *console, const ProgramEnd *end)
{
    g_clear_pointer(&console->program_job, ui_job_unref);
    console->wishes |= WISH_TAKE;
    if (end->error != NULL)
        console_say(console, ROLE_REJECTED, "%s", end->error);
    else if (end->status != 0)
        console_say(console, ROLE_DIM, _("it ended with status %d"), end->status);
}

bool console_take_program(Console *console, const Message *message)
{
    PagerText *ready = message->data;

    if (message->kind == MESSAGE_PROGRAM_ENDED) {
        take_back(console, message->data);
        return true;
    }
    if (message->kind != MESSAGE_PAGER_READY)
        return false;
    if (ready->request == NULL)
        console_say(console, ROLE_REJECTED, "%s", ready->problem);
    else
        console_give_terminal(console, g_steal_pointer(&ready->request));
    return true;
}

/* ---- saving what a log shows ---- */

typedef struct SaveTask {
    char *path;
    LogText *text;
} SaveTask;

static void save_free(void *data)
{
    SaveTask *task = data;

    g_free(task->path);
    log_text_free(task->text);
    g_free(task);
}

typedef struct Saving {
    FileWriter *writer;
    GError **error;
} Saving;

static bool put(const char *bytes, size_t size, void *data)
{
    const Saving *saving = data;

    return file_writer_put(saving->writer, span_of(bytes, size), saving->error);
}

static bool write_whole(const SaveTask *task, Cancel *cancel, GError **error)
{
    g_autoptr(FileWriter) writer = file_writer_new(task->path, error);
    Saving saving = {.writer = writer, .error = error};

    return writer != NULL && log_text_write(task->text, false, put, &saving, cancel) &&
           file_writer_commit(writer, 0600, FILE_ONLY_NEW, error);
}

void console_say_written(UiJob *job, const char *path, const GError *error)
{
    g_autofree char *shown = sanitize_string(path);
    char *sentence;

    if (g_error_matches(error, FILE_ERROR, FILE_ERROR_EXISTS))
        sentence = g_strdup_printf(_("%s is there already; give another name"), shown);
    else
        sentence =
            error == NULL ? g_strdup_printf(_("written: %s"), shown) : g_strdup(error->message);
    ui_job_say(job, error == NULL ? ROLE_TRUSTED : ROLE_REJECTED, sentence);
}

static void save(UiJob *job, void *data)
{
    const SaveTask *task = data;
    g_autoptr(GError) error = NULL;
    bool written = write_whole(task, job->cancel, &error);

    job->status = written ? 0 : 1;
    if (written || error != NULL) /* else it was cancelled */
        console_say_written(job, task->path, error);
}

void console_start_save(Console *console)
{
    const AppRow *row = NULL;
    unsigned number;
    g_autofree char *proposal = NULL;

    if (console->on_apps && apps_pane_selected(console->left, &number))
        row = apps_row(console->model.apps, number);
    if (row == NULL)
        return;
    proposal = g_strdup_printf("%s.log", row->name);
    g_strdelimit(proposal, "/", '_');
    console->prompt = PROMPT_SAVE;
    edit_set(&console->edit, proposal);
}

void console_save_to(Console *console, const char *path)
{
    g_autofree char *shown = sanitize_string(path);
    g_autofree char *title = g_strdup_printf(_("save to %s"), shown);
    SaveTask *task;

    if (*path == '\0')
        return;
    task = g_new(SaveTask, 1);
    *task = (SaveTask){.path = g_strdup(path), .text = logs_pane_text(meant_log(console))};
    jobs_start(console->model.jobs, title, 0, save, task, save_free);
}
