/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "core/cause.h"

#include <stdarg.h>
#include <string.h>

#define KEPT_MAXIMUM 256

typedef struct Record {
    char *message; /* of the error, as it became */
    char *where;
    char *text;
    char *under; /* the message of what it came from; NULL: it is the last */
} Record;

static gint kept;
static GMutex lock;
static GQueue records = G_QUEUE_INIT; /* of Record, the latest last */

void causes_keep(void)
{
    g_atomic_int_set(&kept, 1);
}

bool causes_are_kept(void)
{
    return g_atomic_int_get(&kept) != 0;
}

static void record_free(Record *record)
{
    g_free(record->message);
    g_free(record->where);
    g_free(record->text);
    g_free(record->under);
    g_free(record);
}

/* "../src/wire/call.c" is "wire/call". */
static char *where_of(const char *file, const char *function)
{
    const char *rooms = g_strrstr(file, "src/");
    const char *from = rooms != NULL ? rooms + strlen("src/") : file;
    const char *dot = strrchr(from, '.');
    int size = (int)(dot != NULL ? (size_t)(dot - from) : strlen(from));
    return g_strdup_printf("%.*s, %s", size, from, function);
}

/* Takes `where` and `text`. */
static void keep(const char *message, char *where, char *text, const char *under)
{
    Record *record = g_new(Record, 1);
    *record = (Record){
        .message = g_strdup(message), .where = where, .text = text, .under = g_strdup(under)};
    g_mutex_lock(&lock);
    g_queue_push_tail(&records, record);
    if (records.length > KEPT_MAXIMUM)
        record_free(g_queue_pop_head(&records));
    g_mutex_unlock(&lock);
}

void cause_prefix(GError **error, const char *file, const char *function, const char *format, ...)
{
    if (error == NULL || *error == NULL)
        return;
    va_list list;
    va_start(list, format);
    g_autofree char *prefix = g_strdup_vprintf(format, list);
    va_end(list);
    g_autofree char *under = g_strdup((*error)->message);
    g_prefix_error(error, "%s", prefix);
    if (!causes_are_kept())
        return;
    g_strchomp(prefix);
    if (g_str_has_suffix(prefix, ":"))
        prefix[strlen(prefix) - 1] = '\0';
    keep((*error)->message, where_of(file, function), g_steal_pointer(&prefix), under);
}

void cause_step(GError **error, const char *file, const char *function, const char *step)
{
    if (!causes_are_kept() || error == NULL || *error == NULL)
        return;
    keep((*error)->message, where_of(file, function), g_strdup(step), (*error)->message);
}

void cause_end(const GError *error, const char *file, const char *function, const char *format, ...)
{
    if (!causes_are_kept() || error == NULL)
        return;
    va_list list;
    va_start(list, format);
    keep(error->message, where_of(file, function), g_strdup_vprintf(format, list), NULL);
    va_end(list);
}

void cause_end_errno(GError *const *error, const char *file, const char *function, int number)
{
    if (error != NULL)
        cause_end(*error, file, function, "errno %d: %s", number, g_strerror(number));
}

void cause_instead(const GError *ours, const char *file, const char *function, const GError *under)
{
    if (causes_are_kept() && ours != NULL)
        keep(ours->message, where_of(file, function), g_strdup(ours->message), under->message);
}

/* The latest record of that message which is older than `after` (NULL: of all). */
static GList *find(const char *message, const GList *after)
{
    GList *link = after != NULL ? after->prev : records.tail;
    while (link != NULL && strcmp(((const Record *)link->data)->message, message) != 0)
        link = link->prev;
    return link;
}

char **cause_chain(const char *message)
{
    GPtrArray *chain = g_ptr_array_new();
    g_mutex_lock(&lock);
    for (GList *link = find(message, NULL); link != NULL;) {
        const Record *record = link->data;
        g_ptr_array_add(chain, g_strdup_printf("%s: %s", record->where, record->text));
        link = record->under != NULL ? find(record->under, link) : NULL;
    }
    g_mutex_unlock(&lock);
    g_ptr_array_add(chain, NULL);
    return (char **)g_ptr_array_free(chain, FALSE);
}
