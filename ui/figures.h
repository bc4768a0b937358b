/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Figures: CPU, memory, network and block devices of the applications that are looked at, as
 * `docker stats` counts them. Each stream costs the engine something, so there are at most eight at
 * a time: where more is in sight they go round, and every figure has its age.
 */
#ifndef MSE_UI_FIGURES_H
#define MSE_UI_FIGURES_H

#include "docker/stream.h"
#include "ui/message.h"

struct Apps;

typedef enum {
    FIGURE_CPU,    /* per cent of one processor */
    FIGURE_MEMORY, /* bytes */
    FIGURE_RECEIVED,
    FIGURE_SENT, /* bytes a second, as the two after it */
    FIGURE_READ,
    FIGURE_WRITTEN,
    FIGURE_PROCESSES,
    N_FIGURES
} FigureId;

enum { FIGURES_AT_ONCE = 8, FIGURES_KEPT = 120 };

/* Those of one application: a row owns its own. */
typedef struct Series {
    float values[N_FIGURES][FIGURES_KEPT]; /* oldest first; NAN: not known */
    unsigned n;
    DockerStats last;
    int64_t at;       /* monotonic, of the last one; 0: there is none */
    int64_t retry_at; /* monotonic: the engine gave none, and is asked again then */
} Series;

typedef struct Figures Figures;

Figures *figures_new(Mailbox *mailbox);
void figures_free(Figures *figures);

/* Replaces what is looked at: numbers of rows, the most important first; those that do not run have
 * no figures. Cheap. */
void figures_want(Figures *figures, struct Apps *apps, const GArray *numbers);
/* A MESSAGE_FIGURES; true when it brought some. */
bool figures_take(Figures *figures, struct Apps *apps, const Message *message);
/* When figures_tick wants to be called: monotonic microseconds; INT64_MAX: never. */
int64_t figures_due(const Figures *figures);
void figures_tick(Figures *figures, struct Apps *apps, int64_t now);

/* The newest; NAN: not known. `series` may be NULL. */
float series_newest(const Series *series, FigureId figure);
/* How old they are, when that is worth a word: "8 s"; NULL: they are fresh, or there are none.
 * g_free. */
char *series_age(const Series *series, int64_t now);

#endif
