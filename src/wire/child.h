/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Child: a program whose standard input and output are a connection. For the files of this room,
 * used by the wire thread alone. The program runs in a session of its own, and is ended when the
 * connection is closed; no other children are waited for, and no signal handler is needed.
 */
#ifndef MSE_WIRE_CHILD_H
#define MSE_WIRE_CHILD_H

#include <curl/curl.h>
#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

typedef struct Child Child;

/* A socket for libcurl to connect to `address`, which is set here, and the program as soon as it
 * did (children_attend): the way that every version of libcurl can go, since 7.88 and 7.89 connect
 * even a socket that is said to be connected. NULL with `error` set (WIRE_ERROR_COMMAND). */
Child *child_start(char *const *command, struct curl_sockaddr *address, GError **error);
Child *child_ref(Child *child);
void child_unref(Child *child);

/* Our end of the connection. */
int child_socket(const Child *child);

/* The last line that it wrote on standard error, sanitized; NULL when none. Free with g_free. */
char *child_said(const Child *child);

/* Whether it may still say something. */
bool child_may_speak(const Child *child);

/* Closes a connection: a child's (which is ended) or any other descriptor. libcurl's closesocket
 * function; data is not used. */
int child_close_socket(void *data, curl_socket_t socket);

/* Adds what has to be polled for all children; returns when to come again at the latest
 * (monotonic microseconds, INT64_MAX: no need). */
int64_t children_poll(GArray *waits);

/* Reads what they say, and takes note of who ended. `now` in monotonic microseconds. */
void children_attend(int64_t now);

/* Ends all of them. */
void children_end(void);

#endif
