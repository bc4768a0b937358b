/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "life/life.h"

#include <stdarg.h>

GQuark life_error_quark(void)
{
    return g_quark_from_static_string("mse-life-error");
}

static void tell(void (*to)(const char *, void *), void *data, const char *format, va_list list)
{
    if (to == NULL)
        return;
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
    g_autofree char *sentence = g_strdup_vprintf(format, list);
#pragma GCC diagnostic pop
    to(sentence, data);
}

void life_say(const LifeListener *listener, const char *format, ...)
{
    va_list list;
    va_start(list, format);
    if (listener != NULL)
        tell(listener->say, listener->data, format, list);
    va_end(list);
}

void life_warn(const LifeListener *listener, const char *format, ...)
{
    va_list list;
    va_start(list, format);
    if (listener != NULL)
        tell(listener->warn, listener->data, format, list);
    va_end(list);
}

void life_output(const LifeListener *listener, const char *line)
{
    if (listener != NULL && listener->output != NULL)
        listener->output(line, listener->data);
}

static void come_so_far(const LifeListener *listener, const Progress *progress)
{
    if (listener != NULL && listener->progress != NULL)
        listener->progress(progress, listener->data);
}

void life_progress_bytes(const LifeListener *listener, const char *what, uint64_t done,
                         uint64_t total)
{
    come_so_far(listener,
                &(Progress){.what = what, .done = done, .total = total, .unit = PROGRESS_BYTES});
}

void life_progress_seconds(const LifeListener *listener, const char *what, uint64_t seconds,
                           uint64_t most)
{
    come_so_far(
        listener,
        &(Progress){.what = what, .done = seconds, .total = most, .unit = PROGRESS_SECONDS});
}

void life_progress(const LifeListener *listener, const char *what)
{
    come_so_far(listener, &(Progress){.what = what});
}
