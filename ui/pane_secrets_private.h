/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What the files of the secrets pane share: the pane and how it finds the files (pane_secrets.c),
 * how it is drawn (pane_secrets_draw.c), what is done with the files (pane_secrets_work.c).
 */
#ifndef MSE_UI_PANE_SECRETS_PRIVATE_H
#define MSE_UI_PANE_SECRETS_PRIVATE_H

#include "app/secret_files.h"
#include "ui/console.h"
#include "ui/list.h"

/* What the list shows; the list's model. */
typedef struct SecretsFound {
    GPtrArray *files;  /* SecretFile*; NULL: not known yet */
    GPtrArray *names;  /* char*: safe, without the directory that all share */
    char *measurement; /* of the application now: hex, or NULL */
    unsigned name_width, state_width;
    int64_t now;
} SecretsFound;

typedef enum { SECRETS_SEND, SECRETS_SEAL } SecretsDoing;

/* What is done, or was done last, for an application. */
typedef struct SecretsWork {
    char *id; /* of the application's container */
    SecretsDoing doing;
    char *what; /* the files' names, safe */
    UiJob *job; /* NULL: it ended, or was refused */
    Role role;  /* of what came of it: */
    char *said; /* safe; NULL: nothing yet */
} SecretsWork;

typedef struct SecretsPane {
    Pane pane;
    List list;
    SecretsFound found;
    char *problem;
    unsigned number;
    uint64_t evidence; /* version of the evidence that it was asked with */
    int64_t ask_at;    /* monotonic; 0: not */
    int64_t moved_at;
    uint64_t generation;
    UiJob *job;
    GPtrArray *works; /* SecretsWork*: one an application */
    char *id;         /* of the application that is shown, or NULL */
} SecretsPane;

static inline const SecretFile *secrets_file(const SecretsFound *found, unsigned row)
{
    return found->files->pdata[row];
}

/* ---- pane_secrets.c ---- */

/* SHA-256 of the certificate that it shows, else of its evidence's: hex, or NULL. g_free. */
char *secrets_certificate_of(const AppRow *row);
/* MRENCLAVE or MRTD of its evidence, hex, or NULL. g_free. */
char *secrets_measurement_of(const AppRow *row);

/* ---- pane_secrets_draw.c ---- */

extern const ListSource secrets_list_source;
/* How many rows at the bottom say what is done or came of it. */
int secrets_status_rows(const SecretsPane *self, int width, int height);
void secrets_draw(const SecretsPane *self, const Model *model, const Canvas *canvas, bool focused);
/* Of the words on what became of it, with their mark. */
unsigned secrets_state_width(const SecretFile *file);

/* ---- pane_secrets_work.c ---- */

void secrets_work_free(void *work);
/* Of the application that is shown, or NULL. */
SecretsWork *secrets_work_of(const SecretsPane *self);
/* COMMAND_SEND, _SEAL, _FORGET on what is marked, else selected. */
void secrets_do(SecretsPane *self, Console *console, CommandId command);
/* A job ended; true when it was one of the pane's. */
bool secrets_work_ended(SecretsPane *self, const UiJob *job);

#endif
