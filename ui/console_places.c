/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Places and the way between them: which pane stands where, which has the focus, and where one came
 * from. The way back is a trail without loops: whoever goes to where they were before is there, and
 * what came after is forgotten; so Esc always comes nearer to the list.
 */
#include "config.h"

#include "ui/console_private.h"

enum { TRAIL_MOST = 32 };

typedef struct Stop {
    unsigned place;
    unsigned more;  /* of PLACE_MORE: which was shown */
    unsigned depth; /* of PLACE_RIGHT: how many panes lay there */
} Stop;

/* ---- panes in places ---- */

Pane *console_pane(const Console *console, unsigned place)
{
    switch (place) {
    case PLACE_LEFT:
        return console->left;
    case PLACE_RIGHT:
        return console->right->pdata[console->right->len - 1];
    case PLACE_LOGS:
        return console->lower[0];
    default:
        return console->more[console->more_shown];
    }
}

unsigned console_n_places(const Console *console)
{
    return console->on_apps ? N_PLACES : PLACE_RIGHT + 1;
}

Pane *console_focused(const Console *console)
{
    return console_pane(console, console->focus);
}

/* ---- the way ---- */

static Stop here(const Console *console)
{
    Stop stop = {.place = console->focus};

    if (stop.place == PLACE_MORE)
        stop.more = console->more_shown;
    if (stop.place == PLACE_RIGHT)
        stop.depth = console->right->len;
    return stop;
}

static bool is_same(const Stop *a, const Stop *b)
{
    return a->place == b->place && a->more == b->more && a->depth == b->depth;
}

/* Coming from `from`: remembers it, or forgets what came after the first time here. */
static void note_way(Console *console, Stop from)
{
    Stop now = here(console);

    console->changed = true;
    if (is_same(&from, &now))
        return;
    for (unsigned i = 0; i < console->trail->len; i++)
        if (is_same(&g_array_index(console->trail, Stop, i), &now)) {
            g_array_set_size(console->trail, i);
            return;
        }
    if (console->trail->len == TRAIL_MOST)
        g_array_remove_index(console->trail, 1); /* the first is where all began */
    g_array_append_val(console->trail, from);
}

void console_places_init(Console *console)
{
    console->trail = g_array_new(FALSE, FALSE, sizeof(Stop));
}

void console_places_clear(Console *console)
{
    for (unsigned i = 0; i < N_MORE; i++)
        pane_free(console->more[i]);
    pane_free(console->lower[0]);
    g_array_unref(console->trail);
}

void console_forget_way(Console *console)
{
    g_array_set_size(console->trail, 0);
}

void console_focus(Console *console, unsigned place)
{
    Stop from = here(console);

    console->focus = place;
    note_way(console, from);
}

void console_show_more(Console *console, MoreId more)
{
    Stop from = here(console);

    console->more_shown = more;
    console->focus = PLACE_MORE;
    note_way(console, from);
}

void console_push(Console *console, Pane *pane)
{
    Stop from = here(console);

    g_ptr_array_add(console->right, pane);
    console->focus = PLACE_RIGHT;
    note_way(console, from);
}

/* To where one came from last; false when that was nowhere. */
static bool step_back(Console *console)
{
    Stop stop;

    console->changed = true;
    if (console->trail->len == 0)
        return false;
    stop = g_array_index(console->trail, Stop, console->trail->len - 1);
    g_array_set_size(console->trail, console->trail->len - 1);
    console->focus = stop.place;
    if (stop.place == PLACE_MORE)
        console->more_shown = stop.more;
    return true;
}

/* What stood on what is gone now is no place to come back to. */
static void forget_depth(Console *console, unsigned depth)
{
    for (unsigned i = console->trail->len; i-- > 0;)
        if (g_array_index(console->trail, Stop, i).depth >= depth)
            g_array_remove_index(console->trail, i);
}

void console_pop(Console *console)
{
    unsigned depth = console->right->len;

    if (depth > 1) {
        g_ptr_array_remove_index(console->right, depth - 1);
        forget_depth(console, depth);
    }
    if (!step_back(console))
        console->focus = PLACE_LEFT;
}

void console_go_back(Console *console)
{
    if (console->focus == PLACE_RIGHT && console->right->len > 1)
        console_pop(console);
    else if (!step_back(console) && console->focus != PLACE_LEFT)
        console->focus = PLACE_LEFT;
    else if (console->focus == PLACE_LEFT && console->zoomed && console->trail->len == 0)
        console->zoomed = false;
}
