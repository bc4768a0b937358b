/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "app/pccs.h"

#include "app/pccs_answer.h"
#include "core/cause.h"
#include "core/clock.h"
#include "core/file.h"
#include "core/i18n.h"
#include "core/sanitize.h"
#include "wire/wire.h"

GQuark pccs_error_quark(void)
{
    return g_quark_from_static_string("mse-pccs-error");
}

/* One answer, asked for once however many threads want it. */
typedef struct Entry {
    char *url;
    AnswerKind kind;
    enum { ENTRY_NONE, ENTRY_UNDER_WAY, ENTRY_READY, ENTRY_FAILED } state;
    bool cached; /* ready, from the cache on disk */
    PccsAnswer answer;
    GError *error;
} Entry;

struct Pccs {
    char *base;
    char *ca_path;
    char *cache; /* directory; NULL: no home, nothing is cached */
    GMutex lock; /* of the entries */
    GCond changed;
    GHashTable *entries; /* url → Entry */
};

static void entry_free(Entry *entry)
{
    g_free(entry->url);
    pccs_answer_clear(&entry->answer);
    g_clear_error(&entry->error);
    g_free(entry);
}

static char *standard_cache(void)
{
    g_autofree char *directory = file_cache_directory(NULL);
    return directory == NULL ? NULL : g_build_filename(directory, "pccs", NULL);
}

Pccs *pccs_new(const char *url, const char *ca_path, const char *cache_directory, GError **error)
{
    char *base = pccs_base(url, error);
    if (base == NULL)
        return NULL;
    Pccs *pccs = g_new0(Pccs, 1);
    pccs->base = base;
    pccs->ca_path = g_strdup(ca_path);
    pccs->cache = cache_directory != NULL ? g_strdup(cache_directory) : standard_cache();
    g_mutex_init(&pccs->lock);
    g_cond_init(&pccs->changed);
    pccs->entries =
        g_hash_table_new_full(g_str_hash, g_str_equal, NULL, (GDestroyNotify)entry_free);
    return pccs;
}

void pccs_free(Pccs *pccs)
{
    if (pccs == NULL)
        return;
    g_hash_table_unref(pccs->entries);
    g_cond_clear(&pccs->changed);
    g_mutex_clear(&pccs->lock);
    g_free(pccs->base);
    g_free(pccs->ca_path);
    g_free(pccs->cache);
    g_free(pccs);
}

/* ---- asking ---- */

/* The issuer chain, URL-encoded PEM in a header. */
static bool take_chain(const WireAnswer *reply, AnswerKind kind, PccsAnswer *out)
{
    const char *const *names = pccs_answer_headers(kind);
    if (*names == NULL)
        return true;
    const char *value = NULL;
    for (; *names != NULL && value == NULL; names++)
        value = wire_answer_header(reply, *names);
    out->chain = value == NULL ? NULL : g_uri_unescape_string(value, NULL);
    return out->chain != NULL && g_utf8_validate(out->chain, -1, NULL);
}

static void refuse(GError **error, PccsError code, const char *url, const char *format, ...)
    G_GNUC_PRINTF(4, 5);
static void refuse(GError **error, PccsError code, const char *url, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    g_autofree char *sentence = g_strdup_vprintf(format, arguments);
    va_end(arguments);
    g_autofree char *shown = wire_show_url(url);
    g_set_error(error, PCCS_ERROR, code, _("fetching collateral from %s: %s"), shown, sentence);
}

static bool ask(const Pccs *pccs, const char *url, AnswerKind kind, PccsAnswer *out, Cancel *cancel,
                GError **error)
{
    const WireRequest request = {.url = url, .authority_file = pccs->ca_path};
    g_autoptr(WireAnswer) reply = wire_call(&request, cancel, error);
    if (reply == NULL) {
        cause_step(error, CAUSE_HERE, _("fetching collateral"));
        return false;
    }
    unsigned status = wire_answer_status(reply);
    if (status != 200) {
        refuse(error, status == 404 ? PCCS_ERROR_ABSENT : PCCS_ERROR_ANSWER, url,
               _("the service answers with status %u; 404 means that it does not know this "
                 "platform, 401 that it wants a key"),
               status);
        if (error != NULL)
            cause_end(*error, CAUSE_HERE, "HTTP status %u", status);
        return false;
    }
    if (!take_chain(reply, kind, out)) {
        refuse(error, PCCS_ERROR_ANSWER, url,
               _("the answer lacks the header %s with its issuer chain; is it a PCCS?"),
               pccs_answer_headers(kind)[0]);
        return false;
    }
    out->body = g_bytes_ref(wire_answer_body(reply));
    if (pccs_answer_next_update(kind, out) != 0)
        return true;
    refuse(error, PCCS_ERROR_ANSWER, url,
           _("the answer is not the collateral that was asked for; is it a PCCS?"));
    pccs_answer_clear(out);
    return false;
}

/* The cache, else the service. */
static bool obtain(const Pccs *pccs, Entry *entry, bool use_cache, Cancel *cancel, GError **error)
{
    g_autofree char *path = pccs->cache == NULL ? NULL : pccs_cache_path(pccs->cache, entry->url);
    entry->cached = use_cache && path != NULL &&
                    pccs_cache_read(path, entry->url, entry->kind, clock_now(), &entry->answer);
    if (entry->cached)
        return true;
    if (!ask(pccs, entry->url, entry->kind, &entry->answer, cancel, error)) {
        pccs_answer_clear(&entry->answer);
        return false;
    }
    if (path != NULL)
        pccs_cache_write(path, entry->url, entry->kind, &entry->answer, clock_now());
    return true;
}

/* ---- once for all threads ---- */

/* Waits for another thread's answer; with the lock held. False when cancelled. */
static bool wait_for(Pccs *pccs, const Entry *entry, Cancel *cancel, GError **error)
{
    enum { PATIENCE = 50 * G_TIME_SPAN_MILLISECOND };
    while (entry->state == ENTRY_UNDER_WAY) {
        if (cancel_is_set(cancel, error))
            return false;
        g_cond_wait_until(&pccs->changed, &pccs->lock, g_get_monotonic_time() + PATIENCE);
    }
    return true;
}

static Entry *find_entry(Pccs *pccs, const char *url, AnswerKind kind)
{
    Entry *entry = g_hash_table_lookup(pccs->entries, url);
    if (entry != NULL)
        return entry;
    entry = g_new0(Entry, 1);
    entry->url = g_strdup(url);
    entry->kind = kind;
    g_hash_table_insert(pccs->entries, entry->url, entry);
    return entry;
}

/* Fills the entry in this thread; the lock is held before and after, not meanwhile. The answer that
 * others may hold is never changed under them: they keep references. */
static void fill(Pccs *pccs, Entry *entry, bool use_cache, Cancel *cancel)
{
    Entry fresh = {.url = entry->url, .kind = entry->kind};
    entry->state = ENTRY_UNDER_WAY;
    g_mutex_unlock(&pccs->lock);
    bool good = obtain(pccs, &fresh, use_cache, cancel, &fresh.error);
    g_mutex_lock(&pccs->lock);
    pccs_answer_clear(&entry->answer);
    g_clear_error(&entry->error);
    entry->answer = fresh.answer;
    entry->error = fresh.error;
    entry->cached = fresh.cached;
    /* Who was cancelled did not learn anything about the service. */
    bool cancelled = fresh.error != NULL && fresh.error->domain == CANCEL_ERROR;
    entry->state = good ? ENTRY_READY : cancelled ? ENTRY_NONE : ENTRY_FAILED;
    g_cond_broadcast(&pccs->changed);
}

static bool copy_answer(const Entry *entry, PccsAnswer *out, bool *cached, GError **error)
{
    if (entry->state != ENTRY_READY) {
        g_propagate_error(error, g_error_copy(entry->error));
        return false;
    }
    out->body = g_bytes_ref(entry->answer.body);
    out->chain = g_strdup(entry->answer.chain);
    *cached = *cached || entry->cached;
    return true;
}

static bool get_answer(Pccs *pccs, const char *url, AnswerKind kind, bool renew, PccsAnswer *out,
                       bool *cached, Cancel *cancel, GError **error)
{
    g_mutex_lock(&pccs->lock);
    Entry *entry = find_entry(pccs, url, kind);
    bool good = wait_for(pccs, entry, cancel, error);
    if (good) {
        bool stale = renew && entry->state == ENTRY_READY && entry->cached;
        if (entry->state == ENTRY_NONE || stale)
            fill(pccs, entry, !renew, cancel);
        good = copy_answer(entry, out, cached, error);
    }
    g_mutex_unlock(&pccs->lock);
    return good;
}

/* ---- a quote's collateral ---- */

/* Intel's PCS does not serve the root's list: its address stands in the root itself. */
static bool get_root_crl(Pccs *pccs, const CollateralNeed *need, bool renew, PccsAnswer *out,
                         bool *cached, Cancel *cancel, GError **error)
{
    g_autoptr(GError) first = NULL;
    g_autofree char *url = pccs_answer_url(pccs->base, ANSWER_ROOT_CRL, need);
    if (get_answer(pccs, url, ANSWER_ROOT_CRL, renew, out, cached, cancel, &first))
        return true;
    bool absent = g_error_matches(first, PCCS_ERROR, PCCS_ERROR_ABSENT);
    if (absent && pccs_may_follow(pccs->base, need->root_crl_url))
        return get_answer(pccs, need->root_crl_url, ANSWER_ROOT_CRL, renew, out, cached, cancel,
                          error);
    g_propagate_error(error, g_steal_pointer(&first));
    return false;
}

static GBytes *chain_bytes(const PccsAnswer *answer)
{
    return answer->chain == NULL ? NULL : g_bytes_new(answer->chain, strlen(answer->chain));
}

static GBytes *crl_der(const PccsAnswer *answer)
{
    size_t size;
    const void *data = g_bytes_get_data(answer->body, &size);
    return collateral_crl_der(span_of(data, size));
}

static bool split(const PccsAnswer *answer, const char *key, GBytes **text, GBytes **signature,
                  GError **error)
{
    size_t size;
    const void *data = g_bytes_get_data(answer->body, &size);
    return collateral_split_signed(span_of(data, size), key, text, signature, error);
}

static Collateral *assemble(const Pccs *pccs, const PccsAnswer answers[4], GError **error)
{
    g_autofree char *origin = wire_show_url(pccs->base);
    g_autoptr(Collateral) collateral = collateral_new(origin);
    const PccsAnswer *info = &answers[ANSWER_TCB_INFO], *identity = &answers[ANSWER_QE_IDENTITY];
    collateral->root_crl = crl_der(&answers[ANSWER_ROOT_CRL]);
    collateral->pck_crl = crl_der(&answers[ANSWER_PCK_CRL]);
    collateral->tcb_info_chain = chain_bytes(info);
    collateral->qe_identity_chain = chain_bytes(identity);
    if (!split(info, "tcbInfo", &collateral->tcb_info, &collateral->tcb_info_signature, error) ||
        !split(identity, "enclaveIdentity", &collateral->qe_identity,
               &collateral->qe_identity_signature, error))
        return NULL;
    return g_steal_pointer(&collateral);
}

static bool get_all(Pccs *pccs, const CollateralNeed *need, bool renew, PccsAnswer answers[4],
                    bool *cached, Cancel *cancel, GError **error)
{
    static const AnswerKind kinds[] = {ANSWER_TCB_INFO, ANSWER_QE_IDENTITY, ANSWER_PCK_CRL};
    for (unsigned i = 0; i < G_N_ELEMENTS(kinds); i++) {
        g_autofree char *url = pccs_answer_url(pccs->base, kinds[i], need);
        if (!get_answer(pccs, url, kinds[i], renew, &answers[kinds[i]], cached, cancel, error))
            return false;
    }
    return get_root_crl(pccs, need, renew, &answers[ANSWER_ROOT_CRL], cached, cancel, error);
}

Collateral *pccs_collateral(Pccs *pccs, const CollateralNeed *need, bool renew, bool *cached,
                            Cancel *cancel, GError **error)
{
    PccsAnswer answers[4] = {{NULL, NULL}};
    Collateral *collateral = NULL;
    *cached = false;
    if (get_all(pccs, need, renew, answers, cached, cancel, error))
        collateral = assemble(pccs, answers, error);
    for (unsigned i = 0; i < G_N_ELEMENTS(answers); i++)
        pccs_answer_clear(&answers[i]);
    return collateral;
}
