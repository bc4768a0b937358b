/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * How the secrets pane is drawn: the list of files, the selected one in full, and what is done or
 * came of it. Never what is in a file: its size and hash.
 */
#include "config.h"

#include "core/i18n.h"
#include "core/sanitize.h"
#include "core/units.h"
#include "ui/pane_secrets_private.h"
#include "ui/text.h"

#include <string.h>

enum { COLUMN_FILE, COLUMN_SIZE, COLUMN_STATE, COLUMN_TO, COLUMN_WHEN, COLUMN_HASH, N_COLUMNS };

enum { DETAIL_ROWS = 4, LABEL_WIDTH = 9, STATUS_ROWS = 4 };

/* ---- the list ---- */

static const ListColumn columns[N_COLUMNS] = {
    [COLUMN_FILE] = {"file", N_("FILE"), 10, 16, 60, 0},
    [COLUMN_SIZE] = {"size", N_("SIZE"), 9, 9, 10, 3},
    [COLUMN_STATE] = {"state", N_("STATE"), 10, 26, 30, 0},
    [COLUMN_TO] = {"to", N_("TO"), 9, 9, 11, 2},
    [COLUMN_WHEN] = {"when", N_("WHEN"), 5, 10, 16, 1},
    [COLUMN_HASH] = {"sha256", N_("SHA-256"), 9, 9, 64, 4},
};

static const struct {
    const char *words;         /* N_() */
    const char *words_changed; /* N_(): and the file is another by now */
    const char *mark;
    Role role;
} states[N_SECRET_FILE_STATES] = {
    [SECRET_FILE_NOT_SENT] = {N_("not sent"), N_("not sent"), "·", ROLE_DIM},
    [SECRET_FILE_SEALED] = {N_("sealed"), N_("sealed, changed since"), "•", ROLE_TEXT},
    [SECRET_FILE_SENT_SEALED] = {N_("sent sealed"), N_("sent sealed, changed since"), "✔",
                                 ROLE_TRUSTED},
    [SECRET_FILE_SENT] = {N_("sent"), N_("sent, changed since"), "✔", ROLE_TRUSTED},
};

static unsigned count(const void *model)
{
    const SecretsFound *found = model;

    return found->files == NULL ? 0 : found->files->len;
}

/* Cells are drawn one by one. */
static char cell_text[128];

static void say_cell(ListCell *out, Role role, const char *text)
{
    g_strlcpy(cell_text, text, sizeof cell_text);
    out->text = cell_text;
    out->role = role;
}

static void state_cell(const SecretFile *file, ListCell *out)
{
    if (!file->present) {
        out->mark = "✖";
        out->text = file->state == SECRET_FILE_NOT_SENT ? _("missing")
                    : file->state == SECRET_FILE_SEALED ? _("sealed, missing now")
                                                        : _("sent, missing now");
        out->role = file->state == SECRET_FILE_NOT_SENT ? ROLE_REJECTED : ROLE_DIM;
        return;
    }
    out->mark = file->changed ? "!" : states[file->state].mark;
    out->role = file->changed ? ROLE_WARNING : states[file->state].role;
    out->text = file->changed ? _(states[file->state].words_changed) : _(states[file->state].words);
    if (file->sealed_copy && file->state == SECRET_FILE_SEALED && !file->changed)
        out->text = _("to send");
}

/* "12:02" today, else the day. g_free. */
static char *when_text(int64_t at, int64_t now)
{
    g_autoptr(GDateTime) then = g_date_time_new_from_unix_local(at);
    g_autoptr(GDateTime) today = g_date_time_new_from_unix_local(now);

    if (then == NULL || today == NULL)
        return NULL;
    if (g_date_time_get_day_of_year(then) == g_date_time_get_day_of_year(today) &&
        g_date_time_get_year(then) == g_date_time_get_year(today))
        return g_date_time_format(then, "%H:%M");
    return g_date_time_format(then, "%Y-%m-%d");
}

static char *short_hex(const char *hex)
{
    return strlen(hex) <= 9 ? g_strdup(hex)
                            : g_strdup_printf("%.4s…%s", hex, hex + strlen(hex) - 4);
}

static void to_cell(const SecretsFound *found, const SecretFile *file, ListCell *out)
{
    g_autofree char *brief = file->measurement == NULL ? NULL : short_hex(file->measurement);
    bool same = found->measurement == NULL || file->measurement == NULL ||
                g_ascii_strcasecmp(found->measurement, file->measurement) == 0;

    if (brief != NULL)
        say_cell(out, same ? ROLE_DIM : ROLE_WARNING, brief);
}

static void cell(const void *model, unsigned row, unsigned column, unsigned width, ListCell *out)
{
    const SecretsFound *found = model;
    const SecretFile *file = secrets_file(found, row);
    g_autofree char *text = NULL;

    switch (column) {
    case COLUMN_FILE:
        out->text = found->names->pdata[row];
        out->cut_middle = true;
        return;
    case COLUMN_SIZE:
        text = file->present ? units_size(file->size) : NULL;
        break;
    case COLUMN_STATE:
        state_cell(file, out);
        return;
    case COLUMN_TO:
        to_cell(found, file, out);
        return;
    case COLUMN_WHEN:
        text = file->at == 0 ? NULL : when_text(file->at, found->now);
        break;
    default:
        if (file->present)
            text = width < 64 ? short_hex(file->sha256) : g_strdup(file->sha256);
    }
    if (text != NULL)
        say_cell(out, ROLE_DIM, text);
}

static int compare_numbers(int64_t a, int64_t b)
{
    return a < b ? -1 : a > b;
}

static int compare(const void *model, unsigned a, unsigned b, unsigned column)
{
    const SecretsFound *found = model;
    const SecretFile *left = secrets_file(found, a), *right = secrets_file(found, b);

    switch (column) {
    case COLUMN_SIZE:
        return compare_numbers((int64_t)left->size, (int64_t)right->size);
    case COLUMN_STATE:
        return (int)left->state - (int)right->state;
    case COLUMN_TO:
        return g_strcmp0(left->measurement, right->measurement);
    case COLUMN_WHEN:
        return compare_numbers(left->at, right->at);
    case COLUMN_HASH:
        return g_strcmp0(left->sha256, right->sha256);
    default:
        return strcmp(found->names->pdata[a], found->names->pdata[b]);
    }
}

static void match_text(const void *model, unsigned row, GString *out)
{
    const SecretsFound *found = model;
    ListCell state = {0};

    state_cell(secrets_file(found, row), &state);
    g_string_append_printf(out, "%s %s", (const char *)found->names->pdata[row], state.text);
}

unsigned secrets_state_width(const SecretFile *file)
{
    ListCell state = {0};

    state_cell(file, &state);
    return 2 + text_width(state.text);
}

static unsigned natural_width(const void *model, unsigned column)
{
    const SecretsFound *found = model;

    if (column == COLUMN_FILE)
        return found->name_width;
    return column == COLUMN_STATE ? found->state_width : columns[column].likes;
}

const ListSource secrets_list_source = {
    .columns = columns,
    .n_columns = N_COLUMNS,
    .count = count,
    .cell = cell,
    .compare = compare,
    .match_text = match_text,
    .natural_width = natural_width,
};

/* ---- below the list ---- */

static bool has_details(const SecretsPane *self, int height)
{
    return height - 1 - (int)self->list.order->len >= DETAIL_ROWS;
}

static void draw_detail(const Canvas *canvas, int y, const char *label, const char *text)
{
    canvas_cut(canvas, 2, y, LABEL_WIDTH, ROLE_DIM, label);
    if (text != NULL) {
        g_autofree char *cut =
            text_cut_middle(text, (unsigned)MAX(canvas->width - LABEL_WIDTH - 3, 1));
        canvas_text(canvas, 2 + LABEL_WIDTH, y, ROLE_TEXT, cut);
    }
}

/* The selected one in full, at the bottom. */
static void draw_details(const SecretsPane *self, const Canvas *canvas)
{
    const SecretFile *file;
    g_autofree char *path = NULL;
    unsigned row;
    int y = canvas->height - DETAIL_ROWS + 1;

    if (!has_details(self, canvas->height) || !list_selected(&self->list, &row))
        return;
    file = secrets_file(&self->found, row);
    path = sanitize_string(file->path);
    draw_detail(canvas, y++, _("path"), path);
    draw_detail(canvas, y++, file->present ? "sha256" : _("why"),
                file->present ? file->sha256 : file->why);
    if (file->measurement != NULL)
        draw_detail(canvas, y, _("for"), file->measurement);
}

/* Broken to the width; NULL: only counted. Returns how many rows it takes, at most `rows`. */
static int draw_paragraph(const Canvas *canvas, int width, int y, int rows, Role role,
                          const char *text)
{
    const char *rest = text;
    int n = 0;

    for (; rest != NULL && n < rows; n++) {
        const char *from = rest;
        size_t bytes = text_break(from, (unsigned)MAX(width - 3, 8), &rest);
        g_autofree char *line = g_strndup(from, bytes);
        if (canvas != NULL && rest != NULL && n == rows - 1)
            canvas_cut(canvas, 1, y + n, width - 3, role, from);
        else if (canvas != NULL)
            canvas_text(canvas, 1, y + n, role, line);
    }
    return n;
}

/* What is done, or came of it; NULL: nothing is. g_free. */
static char *status_text(const SecretsWork *work)
{
    const char *how;

    if (work == NULL || work->job == NULL)
        return work == NULL ? NULL : g_strdup(work->said);
    how = work->job->progress != NULL ? work->job->progress : _("running");
    return work->doing == SECRETS_SEND
               ? g_strdup_printf(_("… sending %s: %s (Ctrl-C cancels)"), work->what, how)
               : g_strdup_printf(_("… sealing %s: %s (Ctrl-C cancels)"), work->what, how);
}

int secrets_status_rows(const SecretsPane *self, int width, int height)
{
    g_autofree char *text = status_text(secrets_work_of(self));

    return text == NULL ? 0
                        : draw_paragraph(NULL, width, 0, MIN(STATUS_ROWS, MAX(height / 2, 1)),
                                         ROLE_TEXT, text);
}

static void draw_status(const SecretsPane *self, const Canvas *canvas, int rows)
{
    const SecretsWork *work = secrets_work_of(self);
    g_autofree char *text = status_text(work);

    if (text != NULL)
        draw_paragraph(canvas, canvas->width, canvas->height - rows, rows,
                       work->job != NULL ? ROLE_WARNING : work->role, text);
}

static void draw_files(const SecretsPane *self, const Canvas *canvas, bool focused)
{
    if (self->found.files == NULL) {
        canvas_text(canvas, 1, 0, ROLE_DIM, "…");
    } else if (self->found.files->len == 0) {
        draw_paragraph(canvas, canvas->width, 0, canvas->height, ROLE_DIM,
                       _("Nothing was sealed for it or sent to it from here. Files can be named "
                         "in the settings: [secrets], its name = [\"FILE\"]."));
    } else {
        list_draw(&self->list, &self->found, canvas, focused);
        draw_details(self, canvas);
    }
}

void secrets_draw(const SecretsPane *self, const Model *model, const Canvas *canvas, bool focused)
{
    int rows = secrets_status_rows(self, canvas->width, canvas->height);
    Canvas files = canvas_part(canvas, 0, 0, canvas->width, canvas->height - rows);

    if (self->problem != NULL)
        draw_paragraph(&files, files.width, 0, files.height, ROLE_WARNING, self->problem);
    else if (apps_row(model->apps, self->number) != NULL)
        draw_files(self, &files, focused);
    draw_status(self, canvas, rows);
}
