/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "fleet/alarm_command.h"

#include "core/clock.h"
#include "core/command.h"
#include "core/i18n.h"
#include "core/stack.h"
#include "format/date.h"

#include <stdlib.h>

enum {
    WAITING_MOST = 256,
    USUAL_LIMIT = 30 * 1000,
    ENDING = 200 * 1000, /* microseconds */
    LOOK = 50 * 1000,    /* microseconds between looks at a cancel */
};

struct AlarmCommand {
    gatomicrefcount references; /* the owner's and the thread's */
    unsigned limit;
    Cancel *cancel;
    GMutex lock; /* of all that follows */
    GCond changed;
    char **argv;    /* NULL: none */
    GQueue waiting; /* char*: JSON */
    unsigned dropped;
    bool running, ended;
    bool has_thread; /* it is started with the first alarm */
    AlarmCommandSay say;
    void *data;
};

static void command_unref(AlarmCommand *command)
{
    if (!g_atomic_ref_count_dec(&command->references))
        return;
    g_strfreev(command->argv);
    g_queue_clear_full(&command->waiting, g_free);
    cancel_unref(command->cancel);
    g_cond_clear(&command->changed);
    g_mutex_clear(&command->lock);
    g_free(command);
}

static char **copy_of(const char *const *argv)
{
    return argv == NULL || *argv == NULL ? NULL : g_strdupv((char **)argv);
}

AlarmCommand *alarm_command_new(const char *const *argv, unsigned limit, AlarmCommandSay say,
                                void *data)
{
    AlarmCommand *command = g_new0(AlarmCommand, 1);
    g_atomic_ref_count_init(&command->references);
    command->limit = limit > 0 ? limit : USUAL_LIMIT;
    command->cancel = cancel_new();
    command->argv = copy_of(argv);
    command->say = say;
    command->data = data;
    g_mutex_init(&command->lock);
    g_cond_init(&command->changed);
    g_queue_init(&command->waiting);
    return command;
}

void alarm_command_free(AlarmCommand *command)
{
    if (command == NULL)
        return;
    int64_t until = clock_monotonic() + ENDING;
    cancel_set(command->cancel);
    g_mutex_lock(&command->lock);
    command->say = NULL;
    g_cond_broadcast(&command->changed);
    while (command->has_thread && !command->ended &&
           g_cond_wait_until(&command->changed, &command->lock, until))
        ;
    g_mutex_unlock(&command->lock);
    command_unref(command);
}

void alarm_command_set(AlarmCommand *command, const char *const *argv)
{
    g_mutex_lock(&command->lock);
    g_strfreev(command->argv);
    command->argv = copy_of(argv);
    g_mutex_unlock(&command->lock);
}

/* Under the lock. */
static void say(AlarmCommand *command, const char *sentence)
{
    if (command->say != NULL)
        command->say(sentence, command->data);
}

static void say_dropped(AlarmCommand *command)
{
    unsigned n = command->dropped;
    g_autofree char *text =
        g_strdup_printf(P_("on_alarm was not run for %u alarm: too many came at once",
                           "on_alarm was not run for %u alarms: too many came at once", n),
                        n);
    command->dropped = 0;
    say(command, text);
}

/* Under the lock, which it leaves and takes again. */
static void run_next(AlarmCommand *command)
{
    char *text = g_queue_pop_head(&command->waiting);
    g_auto(GStrv) argv = g_strdupv(command->argv);
    g_autoptr(GError) error = NULL;
    command->running = true;
    g_mutex_unlock(&command->lock);
    if (argv != NULL)
        command_run((const char *const *)argv, span_of(text, strlen(text)), command->limit,
                    command->cancel, &error);
    g_free(text);
    g_mutex_lock(&command->lock);
    command->running = false;
    if (error != NULL && error->domain == COMMAND_ERROR) {
        g_autofree char *sentence = g_strdup_printf(_("on_alarm: %s"), error->message);
        say(command, sentence);
    }
    if (g_queue_is_empty(&command->waiting) && command->dropped > 0)
        say_dropped(command);
    g_cond_broadcast(&command->changed);
}

static void *work(void *data)
{
    AlarmCommand *command = data;
    stack_guard_thread();
    g_mutex_lock(&command->lock);
    while (!cancel_is_set(command->cancel, NULL)) {
        if (g_queue_is_empty(&command->waiting))
            g_cond_wait(&command->changed, &command->lock);
        else
            run_next(command);
    }
    command->ended = true;
    g_cond_broadcast(&command->changed);
    g_mutex_unlock(&command->lock);
    command_unref(command);
    return NULL;
}

static char *text_of(const Alarm *alarm, const Trust *trust)
{
    json_t *object = alarm_json(alarm);
    g_autofree char *time = date_format(alarm->time);
    json_object_set_new(object, "time", json_string(time));
    json_object_set_new(object, "verdict",
                        trust->judged ? json_string(verdict_kind_name(trust->verdict))
                                      : json_null());
    char *line = json_dumps(object, JSON_ENSURE_ASCII);
    char *text = g_strconcat(line, "\n", NULL);
    free(line);
    json_decref(object);
    return text;
}

void alarm_command_run(AlarmCommand *command, const Alarm *alarm, const Trust *trust)
{
    g_mutex_lock(&command->lock);
    if (command->argv == NULL) {
        g_mutex_unlock(&command->lock);
        return;
    }
    if (g_queue_get_length(&command->waiting) >= WAITING_MOST)
        command->dropped++;
    else
        g_queue_push_tail(&command->waiting, text_of(alarm, trust));
    if (!command->has_thread) {
        command->has_thread = true;
        g_atomic_ref_count_inc(&command->references);
        g_thread_unref(g_thread_new("alarm", work, command));
    }
    g_cond_broadcast(&command->changed);
    g_mutex_unlock(&command->lock);
}

bool alarm_command_wait(AlarmCommand *command, Cancel *cancel)
{
    bool idle;
    g_mutex_lock(&command->lock);
    while (!(idle = g_queue_is_empty(&command->waiting) && !command->running) &&
           !cancel_is_set(cancel, NULL))
        g_cond_wait_until(&command->changed, &command->lock, clock_monotonic() + LOOK);
    g_mutex_unlock(&command->lock);
    return idle;
}
