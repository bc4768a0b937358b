/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Transfer: one libcurl handle from its making to its end, and what an end that is no success
 * means. For the files of this room. Made by any thread, then given to the wire thread
 * (wire/thread.h), which alone touches it until it ended.
 */
#ifndef MSE_WIRE_TRANSFER_H
#define MSE_WIRE_TRANSFER_H

#include "wire/child.h"
#include "wire/wire.h"

#include <curl/curl.h>
#include <glib.h>
#include <stdbool.h>

typedef struct Transfer Transfer;

/* Whose transfer it is: what is done with what arrives, by the wire thread. */
typedef struct TransferOwner {
    /* The head is there, whole. NULL: nothing to do. */
    void (*head)(Transfer *transfer, void *owner);
    /* As libcurl's write function: `size`, or CURL_WRITEFUNC_PAUSE, or anything else to fail. */
    size_t (*body)(Transfer *transfer, void *owner, const char *bytes, size_t size);
    /* As libcurl's read function, for an upload: bytes written to `out` (0: that was all), or
     * CURL_READFUNC_PAUSE when there are none now. NULL: it uploads nothing. */
    size_t (*more)(Transfer *transfer, void *owner, char *out, size_t capacity);
    /* Hands on what should wait no longer; says when to come again, INT64_MAX: not. Called after
     * whatever happened. NULL: nothing to do. Both in monotonic microseconds. */
    int64_t (*flush)(Transfer *transfer, void *owner, int64_t now);
    /* It is over: once, always. Takes the error (NULL: success) and the owner's reference. */
    void (*end)(Transfer *transfer, void *owner, GError *error);
} TransferOwner;

typedef enum {
    TRANSFER_NEW,
    TRANSFER_WAITS,
    TRANSFER_RUNS,
    TRANSFER_LINGERS,
    TRANSFER_ENDED
} TransferState;

struct Transfer {
    gatomicrefcount references;
    TransferState state;
    CURL *curl;
    char *what; /* "cannot fetch https://…": how its errors begin */
    const TransferOwner *kind;
    void *owner;
    bool is_stream;
    char detail[CURL_ERROR_SIZE];

    GPtrArray *headers; /* of WireHeader: those of the last head */
    size_t header_bytes;
    unsigned status;
    bool head_ended; /* libcurl takes a head that is cut off for a whole one */
    bool headless;   /* only a handshake is wanted */
    bool paused;     /* by us: silence means nothing then */
    bool overflown;  /* stopped by us: more than the limit */
    GBytes *peer;    /* the certificate that the peer proved to own, if that is wanted */
    GBytes *pinned;  /* the one that it must be; or NULL */
    bool stranger;   /* it was another */

    char *trust_directory; /* where authorities are looked for, besides the file */

    struct curl_slist *sent_headers;
    GBytes *body;
    Secret *secret;
    int body_file; /* -1: none */
    uint64_t body_offset, body_size, body_sent;

    bool uploads;      /* the body comes piece by piece, from kind->more */
    bool starved;      /* and there is none now: silence means nothing then */
    int64_t last_sent; /* when some of it was taken, monotonic microseconds */

    char **command; /* see WireRequest; NULL: none */
    char *command_key;
    Child *child; /* the one started for it; NULL: none, or it uses another's */

    unsigned total_deadline, head_deadline, idle_deadline; /* milliseconds, 0: none */
    int64_t began, last_byte;                              /* monotonic microseconds */
    CURLcode end_code;                                     /* while it lingers */
    int64_t linger_until;
};

/* Configured as the request says; `what` is taken. NULL with `error` set. */
Transfer *transfer_new(const WireRequest *request, char *what, bool is_stream, GError **error);
Transfer *transfer_ref(Transfer *transfer);
void transfer_unref(Transfer *transfer);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Transfer, transfer_unref)

/* Whom to trust and what to show; sets up `peer` for any_peer and pinned. False with `error` set.
 */
bool transfer_set_tls(Transfer *transfer, const WireRequest *request, GError **error);
/* What is sent. */
bool transfer_set_body(Transfer *transfer, const WireRequest *request, GError **error);

bool transfer_set_upload(Transfer *transfer, const WireRequest *request, GError **error);
bool transfer_add_header(Transfer *transfer, const char *line, GError **error);

/* When the head is late, monotonic microseconds; INT64_MAX: it is there, or not waited for. */
int64_t transfer_head_due(const Transfer *transfer);
/* The error that an end is; NULL for a success. */
GError *transfer_error(const Transfer *transfer, CURLcode code);
/* That one of the deadlines that libcurl does not watch has passed. */
GError *transfer_late(const Transfer *transfer, int64_t now);

/* What arrived as a message; takes the headers from the transfer. `body` is referenced. */
WireAnswer *wire_answer_of(Transfer *transfer, GBytes *body);

typedef struct WireHeader {
    char *name;
    GString *value;
} WireHeader;
void wire_header_free(gpointer data);
/* libcurl's header function; its data is the Transfer. */
size_t transfer_on_header(char *bytes, size_t one, size_t size, void *data);

/* Whether it sends anything after its head. */
bool wire_has_body(const WireRequest *request);

/* How the errors of a request begin. Free with g_free. */
char *wire_what(const WireRequest *request);

/* Runs it to its end from another thread, with `cancel` watched. The kind and owner are set here,
 * the answer has the body when it was to be kept. NULL with `error` set. */
WireAnswer *transfer_call(Transfer *transfer, size_t body_maximum, Cancel *cancel, GError **error);

#endif
