/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "ui/record.h"

#include "core/clock.h"
#include "core/file.h"
#include "core/i18n.h"
#include "core/sanitize.h"

#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
    WAITING_BYTES = 16 * 1024 * 1024, /* a disk that is so far behind ends the recording */
    END_MICROSECONDS = 2000000,
    LINE_PRECISION = 6,
};

/* Shared with the thread that writes, which may be left behind in a write that does not return. */
typedef struct Writer {
    gint references;
    GMutex mutex;
    GCond cond;
    GString *waiting; /* bytes to be written */
    bool over;        /* nothing more comes */
    bool done;        /* the thread has ended */
    bool failed;
    Mailbox *mailbox; /* to say why, or NULL */
    char *path;
    int descriptor;
} Writer;

struct Recorder {
    Writer *writer;
    Grid *shown; /* what the file shows so far, or NULL */
    Theme theme;
    unsigned width, height; /* that the file says; 0: it has no head yet */
    int cursor_x, cursor_y;
    int64_t began; /* monotonic */
};

static void writer_unref(Writer *writer)
{
    if (!g_atomic_int_dec_and_test(&writer->references))
        return;
    close(writer->descriptor);
    g_string_free(writer->waiting, TRUE);
    g_mutex_clear(&writer->mutex);
    g_cond_clear(&writer->cond);
    g_free(writer->path);
    g_free(writer);
}

/* ---- the thread ---- */

/* With the mutex held. */
static void fail(Writer *writer, const char *why)
{
    g_autofree char *shown = sanitize_string(writer->path);

    if (writer->failed)
        return;
    writer->failed = true;
    if (writer->mailbox != NULL)
        mailbox_post(writer->mailbox, (Message){.kind = MESSAGE_SAID,
                                                .number = ROLE_REJECTED,
                                                .data = g_strdup_printf(
                                                    _("recording to %s has ended: %s"), shown, why),
                                                .free_data = g_free});
}

static bool write_all(int descriptor, const GString *bytes)
{
    size_t done = 0;

    while (done < bytes->len) {
        ssize_t n = write(descriptor, bytes->str + done, bytes->len - done);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return false;
        done += (size_t)n;
    }
    return true;
}

static void *write_out(void *data)
{
    Writer *writer = data;

    g_mutex_lock(&writer->mutex);
    while (!writer->failed) {
        GString *bytes;
        bool good;
        int error;
        while (writer->waiting->len == 0 && !writer->over && !writer->failed)
            g_cond_wait(&writer->cond, &writer->mutex);
        if (writer->waiting->len == 0)
            break;
        bytes = writer->waiting;
        writer->waiting = g_string_new(NULL);
        g_mutex_unlock(&writer->mutex);
        good = write_all(writer->descriptor, bytes);
        error = errno;
        g_string_free(bytes, TRUE);
        g_mutex_lock(&writer->mutex);
        if (!good)
            fail(writer, g_strerror(error));
    }
    writer->done = true;
    g_cond_broadcast(&writer->cond);
    g_mutex_unlock(&writer->mutex);
    writer_unref(writer);
    return NULL;
}

static void add(Recorder *recorder, json_t *value)
{
    Writer *writer = recorder->writer;
    char *text = json_dumps(value, JSON_COMPACT | JSON_REAL_PRECISION(LINE_PRECISION + 6));

    g_mutex_lock(&writer->mutex);
    if (!writer->failed && text != NULL) {
        g_string_append_printf(writer->waiting, "%s\n", text);
        if (writer->waiting->len > WAITING_BYTES)
            fail(writer, _("the disk does not keep up"));
        g_cond_broadcast(&writer->cond);
    }
    g_mutex_unlock(&writer->mutex);
    free(text);
    json_decref(value);
}

/* ---- life ---- */

Recorder *recorder_new(const char *path, GError **error)
{
    g_autofree char *shown = sanitize_string(path);
    int descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
    Recorder *recorder;

    if (descriptor < 0) {
        g_set_error(error, FILE_ERROR, errno == EEXIST ? FILE_ERROR_EXISTS : FILE_ERROR_WRITE,
                    _("cannot record to %s: %s"), shown, g_strerror(errno));
        return NULL;
    }
    recorder = g_new0(Recorder, 1);
    recorder->writer = g_new0(Writer, 1);
    recorder->writer->references = 2;
    recorder->writer->descriptor = descriptor;
    recorder->writer->path = g_strdup(path);
    recorder->writer->waiting = g_string_new(NULL);
    g_mutex_init(&recorder->writer->mutex);
    g_cond_init(&recorder->writer->cond);
    recorder->began = clock_monotonic();
    g_thread_unref(g_thread_new("record", write_out, recorder->writer));
    return recorder;
}

void recorder_free(Recorder *recorder)
{
    int64_t deadline = g_get_monotonic_time() + END_MICROSECONDS;
    Writer *writer;

    if (recorder == NULL)
        return;
    writer = recorder->writer;
    g_mutex_lock(&writer->mutex);
    writer->over = true;
    writer->mailbox = NULL;
    g_cond_broadcast(&writer->cond);
    while (!writer->done && g_cond_wait_until(&writer->cond, &writer->mutex, deadline))
        ;
    g_mutex_unlock(&writer->mutex);
    writer_unref(writer);
    grid_free(recorder->shown);
    g_free(recorder);
}

void recorder_set_mailbox(Recorder *recorder, Mailbox *mailbox)
{
    g_mutex_lock(&recorder->writer->mutex);
    recorder->writer->mailbox = mailbox;
    g_mutex_unlock(&recorder->writer->mutex);
}

void recorder_set_theme(Recorder *recorder, const Theme *theme)
{
    recorder->theme = *theme;
    g_clear_pointer(&recorder->shown, grid_free); /* all of it again */
}

/* ---- frames ---- */

static void append_colour(GString *out, int colour, unsigned base)
{
    if (colour >= THEME_RGB)
        g_string_append_printf(out, ";%u;2;%d;%d;%d", base + 8, colour >> 16 & 0xff,
                               colour >> 8 & 0xff, colour & 0xff);
    else if (colour >= 8)
        g_string_append_printf(out, ";%u;5;%d", base + 8, colour);
    else if (colour >= 0)
        g_string_append_printf(out, ";%u", base + (unsigned)colour);
}

static void append_look(GString *out, const Look *look)
{
    g_string_append(out, "\033[0");
    if (look->flags & LOOK_BOLD)
        g_string_append(out, ";1");
    if (look->flags & LOOK_DIM)
        g_string_append(out, ";2");
    if (look->flags & LOOK_UNDERLINE)
        g_string_append(out, ";4");
    if (look->flags & LOOK_REVERSE)
        g_string_append(out, ";7");
    append_colour(out, look->foreground, 30);
    append_colour(out, look->background, 40);
    g_string_append_c(out, 'm');
}

/* As the screen shows it: the selection lies over a cell's own look. */
static Look look_of(const Recorder *recorder, const Cell *cell)
{
    Look own = recorder->theme.looks[cell->role], selection;

    if (!cell->selected)
        return own;
    selection = recorder->theme.looks[ROLE_SELECTION];
    selection.flags |= own.flags & LOOK_BOLD;
    return selection;
}

static bool same_look(const Look *a, const Look *b)
{
    return a->foreground == b->foreground && a->background == b->background && a->flags == b->flags;
}

static void append_cell(GString *out, const Cell *cell)
{
    g_string_append_unichar(out, cell->character);
    for (unsigned i = 0; i < CELL_COMBINING && cell->combining[i] != 0; i++)
        g_string_append_unichar(out, cell->combining[i]);
}

static void append_row(const Recorder *recorder, const Grid *grid, unsigned y, GString *out)
{
    const Cell *row = &grid->cells[(size_t)y * grid->width];
    const Cell *before =
        recorder->shown == NULL ? NULL : &recorder->shown->cells[(size_t)y * grid->width];
    Look look = {.flags = UINT32_MAX};

    if (before != NULL && memcmp(row, before, grid->width * sizeof *row) == 0)
        return;
    g_string_append_printf(out, "\033[%u;1H", y + 1);
    for (unsigned x = 0; x < grid->width; x++) {
        Look wanted = look_of(recorder, &row[x]);
        if (row[x].character == 0)
            continue;
        if (!same_look(&look, &wanted))
            append_look(out, &wanted);
        look = wanted;
        append_cell(out, &row[x]);
    }
}

static void append_cursor(Recorder *recorder, int x, int y, GString *out)
{
    if (x >= 0)
        g_string_append_printf(out, "\033[%d;%dH\033[?25h", y + 1, x + 1);
    else if (recorder->cursor_x >= 0 || recorder->shown == NULL)
        g_string_append(out, "\033[?25l");
    recorder->cursor_x = x;
    recorder->cursor_y = y;
}

static double seconds(const Recorder *recorder)
{
    return (double)(clock_monotonic() - recorder->began) / 1e6;
}

static void begin(Recorder *recorder, const Grid *grid)
{
    const char *term = g_getenv("TERM");
    json_t *head = json_pack("{s:i, s:i, s:i, s:I, s:s, s:{s:s}}", "version", 2, "width",
                             (int)grid->width, "height", (int)grid->height, "timestamp",
                             (json_int_t)clock_now(), "title", "mse-console", "env", "TERM",
                             term != NULL && g_utf8_validate(term, -1, NULL) ? term : "");

    add(recorder, head);
}

static void resize(Recorder *recorder, const Grid *grid)
{
    g_autofree char *size = g_strdup_printf("%ux%u", grid->width, grid->height);

    add(recorder, json_pack("[f, s, s]", seconds(recorder), "r", size));
}

/* The head, or that the size is another; and an empty screen where all is to be painted. */
static void prepare(Recorder *recorder, const Grid *grid, GString *out)
{
    static const char clear[] = "\033[0m\033[H\033[2J";
    bool sized = recorder->width == grid->width && recorder->height == grid->height;

    if (recorder->shown != NULL && sized)
        return;
    if (recorder->width == 0)
        begin(recorder, grid);
    else if (!sized)
        resize(recorder, grid);
    recorder->width = grid->width;
    recorder->height = grid->height;
    g_clear_pointer(&recorder->shown, grid_free);
    g_string_append(out, clear);
}

static void remember(Recorder *recorder, const Grid *grid)
{
    if (recorder->shown == NULL)
        recorder->shown = grid_new(grid->width, grid->height, grid->ascii);
    memcpy(recorder->shown->cells, grid->cells, (size_t)grid->width * grid->height * sizeof(Cell));
}

void recorder_show(Recorder *recorder, const Grid *grid, int cursor_x, int cursor_y)
{
    g_autoptr(GString) out = g_string_new(NULL);

    prepare(recorder, grid, out);
    for (unsigned y = 0; y < grid->height; y++)
        append_row(recorder, grid, y, out);
    if (out->len > 0 || cursor_x != recorder->cursor_x || cursor_y != recorder->cursor_y)
        append_cursor(recorder, cursor_x, cursor_y, out);
    remember(recorder, grid);
    if (out->len > 0)
        add(recorder, json_pack("[f, s, s%]", seconds(recorder), "o", out->str, out->len));
}
