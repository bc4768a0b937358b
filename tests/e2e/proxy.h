/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A proxy between the program and an engine, both at unix sockets. What goes wrong changes while it
 * runs: the engine freezes, goes away and comes back, or spoils its answers to some calls.
 */
#ifndef MSE_TESTS_E2E_PROXY_H
#define MSE_TESTS_E2E_PROXY_H

#include <glib.h>

typedef enum {
    PROXY_PASS,
    PROXY_FREEZE,     /* takes connections and says nothing; what was under way stands still */
    PROXY_GONE,       /* nobody listens, and every connection ends */
    PROXY_RESET,      /* breaks the connection off in the middle of the answer */
    PROXY_HALF_JSON,  /* half of a document, as if it were the whole */
    PROXY_HUGE_JSON,  /* a document of 50 MB */
    PROXY_BAD_CHUNK,  /* a chunk that is longer than it says, and one that announces too much */
    PROXY_HUGE_FRAME, /* a frame that announces 4 GiB, and drips */
    PROXY_REFUSE,     /* 500, and the engine is not asked */
    PROXY_DROP,       /* ends the connection, and the engine is not asked */
    PROXY_LOSE,       /* the engine does it, but its answer is lost with the connection */
    PROXY_HOLD,       /* the engine does it, but its answer is never passed on */
    PROXY_DIE,        /* the engine does it, then it is gone as with PROXY_GONE */
    PROXY_STOP,       /* before it gets to the engine, all freezes as with PROXY_FREEZE */
    PROXY_MODES
} ProxyMode;

typedef struct Proxy Proxy;

/* Listens at `path`, and connects to `engine`. */
Proxy *proxy_start(const char *path, const char *engine);
void proxy_stop(Proxy *proxy);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Proxy, proxy_stop)

/* From when it returns; with `call`, only for requests whose first line has that text (PROXY_RESET
 * and those after it). Connections that stand still go on with PROXY_PASS. */
void proxy_set(Proxy *proxy, ProxyMode mode, const char *call);
/* Ends all connections, once; it returns when they have ended. */
void proxy_cut(Proxy *proxy);

unsigned proxy_connections(Proxy *proxy); /* open now */
unsigned proxy_accepted(Proxy *proxy);    /* so far */
unsigned proxy_spoiled(Proxy *proxy);     /* answers, so far */
unsigned proxy_done(Proxy *proxy);        /* of those, what the engine did (LOSE, HOLD, DIE) */
/* Until one of these counters is above that, while the process of that descriptor runs; fails the
 * test when it ends before, and after two minutes. */
void proxy_await(Proxy *proxy, unsigned (*counter)(Proxy *proxy), unsigned more_than, int pidfd);

#endif
