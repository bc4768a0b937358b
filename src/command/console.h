/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The verb `console`, which is what the program does without a verb. The console itself is above
 * this room: main hands its door in.
 */
#ifndef MSE_COMMAND_CONSOLE_H
#define MSE_COMMAND_CONSOLE_H

#include "command/verify_request.h"

/* How it is opened. */
typedef struct ConsoleWay {
    const char *script; /* lines to run instead; NULL: none */
    const char *record; /* the file that what it shows is recorded to; NULL: none */
    bool plain;         /* lines in, lines out */
    bool tour;          /* explains what the demo shows */
    Cancel *cancel;     /* set by a signal that comes before the console listens to them itself */
    const char *names;  /* what the names of the demo's containers end in; NULL: it has processes */
} ConsoleWay;

typedef struct ConsoleDoor {
    /* Whether there is a terminal for it; else `why` gets a sentence (g_free). */
    bool (*usable)(char **why);
    /* Opens it on the inputs of the request (maybe none), and gives the exit status. */
    int (*open)(VerifyRequest *request, const ConsoleWay *way);
    /* Visits the keys and the lines after `:` for the manual: what is typed, what it does. */
    void (*each_key)(void (*visit)(const char *typed, const char *help, void *data), void *data);
    void (*each_line)(void (*visit)(const char *typed, const char *help, void *data), void *data);
} ConsoleDoor;

/* Called once by main, before any verb runs. The door must stay. */
void console_set_door(const ConsoleDoor *door);

/* The door; NULL where the program has no console. */
const ConsoleDoor *console_door(void);

#endif
