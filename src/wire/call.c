/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "core/cause.h"
#include "core/i18n.h"
#include "core/limits.h"
#include "core/sanitize.h"
#include "wire/thread.h"

#include <poll.h>
#include <stdint.h>
#include <sys/eventfd.h>
#include <unistd.h>

/* One call: shared by who waits for it and by the wire thread, whichever is done later. */
typedef struct Call {
    gatomicrefcount references;
    GMutex mutex;
    int done_event; /* readable once it is done */
    bool done;
    GError *error;
    WireAnswer *answer;
    GByteArray *body;
    size_t body_maximum;
} Call;

static Call *call_new(size_t body_maximum)
{
    Call *call = g_new0(Call, 1);
    g_atomic_ref_count_init(&call->references);
    g_mutex_init(&call->mutex);
    call->done_event = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    call->body = g_byte_array_new();
    call->body_maximum = body_maximum;
    return call;
}

static void call_unref(Call *call)
{
    if (!g_atomic_ref_count_dec(&call->references))
        return;
    if (call->done_event >= 0)
        close(call->done_event);
    g_clear_error(&call->error);
    g_clear_pointer(&call->answer, wire_answer_unref);
    g_clear_pointer(&call->body, g_byte_array_unref);
    g_mutex_clear(&call->mutex);
    g_free(call);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Call, call_unref)

static size_t on_body(Transfer *transfer, void *owner, const char *bytes, size_t size)
{
    Call *call = owner;
    if (size > call->body_maximum - call->body->len) {
        transfer->overflown = true;
        return 0;
    }
    g_byte_array_append(call->body, (const guint8 *)bytes, (guint)size);
    return size;
}

static void on_end(Transfer *transfer, void *owner, GError *error)
{
    g_autoptr(Call) call = owner;
    g_mutex_lock(&call->mutex);
    call->error = error;
    if (error == NULL) {
        g_autoptr(GBytes) body = g_byte_array_free_to_bytes(g_steal_pointer(&call->body));
        call->answer = wire_answer_of(transfer, body);
    }
    call->done = true;
    g_mutex_unlock(&call->mutex);
    uint64_t one = 1;
    ssize_t ignored = write(call->done_event, &one, sizeof one);
    (void)ignored;
}

static const TransferOwner kind = {.body = on_body, .end = on_end};

static bool is_done(Call *call)
{
    g_mutex_lock(&call->mutex);
    bool done = call->done;
    g_mutex_unlock(&call->mutex);
    return done;
}

WireAnswer *transfer_call(Transfer *transfer, size_t body_maximum, Cancel *cancel, GError **error)
{
    g_autoptr(GError) cancelled = NULL;
    /* Nothing goes out for one that is cancelled, however fast an answer would be. */
    if (cancel_is_set(cancel, &cancelled)) {
        g_propagate_prefixed_error(error, g_steal_pointer(&cancelled), "%s: ", transfer->what);
        return NULL;
    }
    g_autoptr(Call) call = call_new(body_maximum);
    if (call->done_event < 0) {
        g_set_error(error, WIRE_ERROR, WIRE_ERROR_SETUP, _("%s: %s"), transfer->what,
                    g_strerror(errno));
        return NULL;
    }
    g_atomic_ref_count_inc(&call->references);
    transfer->kind = &kind;
    transfer->owner = call;
    if (!wire_thread_add(transfer, error)) {
        call_unref(call);
        return NULL;
    }
    while (!is_done(call)) {
        if (cancel_wait(cancel, call->done_event, POLLIN, &cancelled))
            continue;
        wire_thread_abort(transfer);
        g_propagate_prefixed_error(error, g_steal_pointer(&cancelled), "%s: ", transfer->what);
        return NULL;
    }
    if (call->error != NULL)
        g_propagate_error(error, g_steal_pointer(&call->error));
    return g_steal_pointer(&call->answer);
}

static bool check_redirect(const WireAnswer *answer, const char *what, GError **error)
{
    /* 304 says that nothing changed, and sends nobody anywhere. */
    if (wire_answer_status(answer) / 100 != 3 || wire_answer_status(answer) == 304)
        return true;
    const char *location = wire_answer_header(answer, "Location");
    g_autofree char *shown =
        location == NULL ? g_strdup(_("an address that it does not say")) : wire_show_url(location);
    g_set_error(error, WIRE_ERROR, WIRE_ERROR_REDIRECT,
                _("%s: the server answers %u and sends us to %s, which is not followed; if that "
                  "is the right place, give its address instead"),
                what, wire_answer_status(answer), shown);
    if (error != NULL)
        cause_end(*error, CAUSE_HERE, "HTTP status %u", wire_answer_status(answer));
    return false;
}

WireAnswer *wire_call(const WireRequest *request, Cancel *cancel, GError **error)
{
    size_t maximum = request->body_maximum ? request->body_maximum : limit_bytes(LIMIT_HTTP_BODY);
    g_autoptr(Transfer) transfer = transfer_new(request, wire_what(request), false, error);
    if (transfer == NULL)
        return NULL;
    curl_easy_setopt(transfer->curl, CURLOPT_MAXFILESIZE_LARGE, (curl_off_t)maximum);
    g_autoptr(WireAnswer) answer = transfer_call(transfer, maximum, cancel, error);
    if (answer == NULL || !check_redirect(answer, transfer->what, error))
        return NULL;
    return g_steal_pointer(&answer);
}

char *wire_what(const WireRequest *request)
{
    g_autofree char *shown = wire_show_url(request->url);
    if (request->method == NULL && !wire_has_body(request))
        return g_strdup_printf(_("cannot fetch %s"), shown);
    return g_strdup_printf(_("cannot ask %s"), shown);
}
