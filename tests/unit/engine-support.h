/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Runs mse-sim engine for tests, and asks it with libcurl.
 */
#ifndef MSE_TESTS_ENGINE_SUPPORT_H
#define MSE_TESTS_ENGINE_SUPPORT_H

#include <curl/curl.h>
#include <glib.h>
#include <jansson.h>
#include <stdbool.h>

typedef struct SimEngine {
    GPid child;
    char *socket; /* path */
    char *said;   /* its first line */
} SimEngine;

/* Starts one at a socket of its own; returns when it listens. */
SimEngine sim_engine_start(const char *options);
/* Ends it as a person would; it must end by itself, with 0, and leave no socket. */
void sim_engine_stop(SimEngine *engine);
/* Resident memory of its own, KiB. */
unsigned long sim_engine_memory(const SimEngine *engine);

typedef struct Reply {
    CURLcode code;
    long status;
    GString *body;
    GHashTable *headers; /* lower-case name → value */
} Reply;
void reply_clear(Reply *reply);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Reply, reply_clear)

Reply ask(const SimEngine *engine, const char *method, const char *path);
/* Gives up after `timeout` milliseconds. */
Reply ask_for(const SimEngine *engine, const char *path, long timeout);
/* Reads until there is enough, then leaves: `code` is CURLE_WRITE_ERROR then. */
typedef bool (*Enough)(const GString *body, const void *data);
Reply ask_until(const SimEngine *engine, const char *path, Enough enough, const void *data);
bool enough_lines(const GString *body, const void *count); /* unsigned */

/* The document of an answer that must be 200. Free with json_decref. */
json_t *ask_json(const SimEngine *engine, const char *path);
/* Asserts a status and, unless NULL, the message of a problem. */
void assert_answer(const SimEngine *engine, const char *method, const char *path, long status,
                   const char *message);

/* The first of the list in that state whose labels have `label` (NULL: any). Borrowed. */
const json_t *container_in(const json_t *list, const char *state, const char *label);
const char *text_of(const json_t *object, const char *key);

#endif
