/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "app/pccs_answer.h"

#include "app/pccs.h"
#include "core/file.h"
#include "core/hex.h"
#include "core/i18n.h"
#include "format/date.h"
#include "format/der.h"
#include "format/json_pull.h"
#include "wire/wire.h"

#include <jansson.h>

static Span span_of_bytes(GBytes *bytes)
{
    size_t size = 0;
    const void *data = bytes == NULL ? NULL : g_bytes_get_data(bytes, &size);
    return span_of(data, size);
}

void pccs_answer_clear(PccsAnswer *answer)
{
    g_clear_pointer(&answer->body, g_bytes_unref);
    g_clear_pointer(&answer->chain, g_free);
}

/* ---- addresses ---- */

/* Intel PCS API v4: both trees stand under the same base. */
static const char *const prefixes[] = {"/sgx/certification/v4", "/tdx/certification/v4"};

static bool url_fits(const char *url)
{
    g_autoptr(GUri) uri = g_uri_parse(url, G_URI_FLAGS_NONE, NULL);
    if (uri == NULL || g_uri_get_query(uri) != NULL || g_uri_get_fragment(uri) != NULL ||
        g_uri_get_userinfo(uri) != NULL)
        return false;
    const char *scheme = g_uri_get_scheme(uri), *host = g_uri_get_host(uri);
    return (g_str_equal(scheme, "https") || g_str_equal(scheme, "http")) && host != NULL &&
           *host != '\0';
}

static void drop_slashes(char *base)
{
    for (size_t size = strlen(base); size > 0 && base[size - 1] == '/'; size--)
        base[size - 1] = '\0';
}

char *pccs_base(const char *url, GError **error)
{
    if (!url_fits(url)) {
        g_autofree char *safe = wire_show_url(url);
        g_set_error(error, PCCS_ERROR, PCCS_ERROR_URL,
                    _("the PCCS's URL %s cannot be used; expected https://HOST[:PORT][/PATH], "
                      "without user, query or fragment"),
                    safe);
        return NULL;
    }
    char *base = g_strdup(url);
    drop_slashes(base);
    for (unsigned i = 0; i < G_N_ELEMENTS(prefixes); i++) {
        if (!g_str_has_suffix(base, prefixes[i]))
            continue;
        base[strlen(base) - strlen(prefixes[i])] = '\0';
        drop_slashes(base);
        break;
    }
    return base;
}

char *pccs_answer_url(const char *base, AnswerKind kind, const CollateralNeed *need)
{
    const char *tree = prefixes[need->tee == TEE_SGX ? 0 : 1];
    switch (kind) {
    case ANSWER_ROOT_CRL:
        return g_strconcat(base, prefixes[0], "/rootcacrl", NULL);
    case ANSWER_PCK_CRL:
        return g_strconcat(base, prefixes[0],
                           "/pckcrl?ca=", need->processor_ca ? "processor" : "platform",
                           "&encoding=der", NULL);
    case ANSWER_TCB_INFO:
        return g_strconcat(base, tree, "/tcb?fmspc=", need->fmspc, NULL);
    default:
        return g_strconcat(base, tree, "/qe/identity", NULL);
    }
}

const char *const *pccs_answer_headers(AnswerKind kind)
{
    static const char *const none[] = {NULL};
    static const char *const tcb_info[] = {"TCB-Info-Issuer-Chain", "SGX-TCB-Info-Issuer-Chain",
                                           NULL};
    static const char *const qe_identity[] = {"SGX-Enclave-Identity-Issuer-Chain", NULL};
    static const char *const *const headers[] = {
        [ANSWER_ROOT_CRL] = none,
        [ANSWER_PCK_CRL] = none, /* the list is judged with the quote's own PCK CA */
        [ANSWER_TCB_INFO] = tcb_info,
        [ANSWER_QE_IDENTITY] = qe_identity,
    };
    return headers[kind];
}

bool pccs_may_follow(const char *base, const char *root_crl_url)
{
    if (root_crl_url == NULL || !url_fits(root_crl_url))
        return false;
    g_autoptr(GUri) uri = g_uri_parse(root_crl_url, G_URI_FLAGS_NONE, NULL);
    g_autoptr(GUri) service = g_uri_parse(base, G_URI_FLAGS_NONE, NULL);
    g_autofree char *host = g_ascii_strdown(g_uri_get_host(uri), -1);
    if (g_str_has_suffix(host, ".trustedservices.intel.com"))
        return g_uri_get_port(uri) == -1;
    return g_ascii_strcasecmp(host, g_uri_get_host(service)) == 0 &&
           g_uri_get_port(uri) == g_uri_get_port(service);
}

/* ---- until when ---- */

/* TBSCertList (RFC 5280, 5.1): version?, algorithm, issuer, thisUpdate, nextUpdate. */
static int64_t next_update_of_crl(Span der)
{
    DerItem outer, tbs, item;
    bool present;
    int64_t time = 0;
    Reader reader = reader_on(der);
    if (!der_expect(&reader, DER_SEQUENCE, &outer))
        return 0;
    Reader inside = reader_on(outer.content);
    if (!der_expect(&inside, DER_SEQUENCE, &tbs))
        return 0;
    Reader members = reader_on(tbs.content);
    if (!der_optional(&members, DER_INTEGER, &item, &present) ||
        !der_expect(&members, DER_SEQUENCE, &item) || !der_expect(&members, DER_SEQUENCE, &item) ||
        !der_next(&members, &item) || !der_next(&members, &item) || !der_time(&item, &time))
        return 0;
    return time;
}

static int64_t next_update_of_signed(Span body, const char *key)
{
    g_autoptr(GBytes) text = NULL;
    g_autoptr(GBytes) signature = NULL;
    JsonPullValue document, value;
    const JsonPullField fields[] = {{"nextUpdate", JSON_PULL_STRING, true, &value, NULL}};
    Span date;
    int64_t time = 0;
    if (!collateral_split_signed(body, key, &text, &signature, NULL) ||
        !json_pull_document(span_of_bytes(text), &document, NULL) ||
        !json_pull_members(&document, fields, 1, NULL) || !json_pull_plain_string(&value, &date) ||
        !date_parse_rfc3339(date, &time))
        return 0;
    return time;
}

int64_t pccs_answer_next_update(AnswerKind kind, const PccsAnswer *answer)
{
    Span body = span_of_bytes(answer->body);
    if (kind == ANSWER_TCB_INFO)
        return next_update_of_signed(body, "tcbInfo");
    if (kind == ANSWER_QE_IDENTITY)
        return next_update_of_signed(body, "enclaveIdentity");
    g_autoptr(GBytes) der = collateral_crl_der(body);
    return der == NULL ? 0 : next_update_of_crl(span_of_bytes(der));
}

/* ---- the cache ---- */

char *pccs_cache_path(const char *directory, const char *url)
{
    g_autofree char *hash = g_compute_checksum_for_string(G_CHECKSUM_SHA256, url, -1);
    g_autofree char *name = g_strconcat(hash, ".json", NULL);
    return g_build_filename(directory, name, NULL);
}

static bool read_document(Span text, const char *url, PccsAnswer *out)
{
    enum { URL, CHAIN, BODY, N };
    JsonPullValue document, values[N];
    bool has_chain = false;
    const JsonPullField fields[N] = {
        {"url", JSON_PULL_STRING, true, &values[URL], NULL},
        {"chain", JSON_PULL_STRING, false, &values[CHAIN], &has_chain},
        {"body", JSON_PULL_STRING, true, &values[BODY], NULL},
    };
    Span base64;
    if (!json_pull_document(text, &document, NULL) ||
        !json_pull_members(&document, fields, N, NULL) ||
        !json_pull_plain_string(&values[BODY], &base64))
        return false;
    g_autofree char *found = json_pull_string(&values[URL]);
    if (g_strcmp0(found, url) != 0)
        return false;
    if (has_chain)
        out->chain = json_pull_string(&values[CHAIN]);
    out->body = base64_decode_strict(base64);
    return out->body != NULL && has_chain == (out->chain != NULL);
}

bool pccs_cache_read(const char *path, const char *url, AnswerKind kind, int64_t now,
                     PccsAnswer *out)
{
    g_autoptr(GBytes) content = file_read(path, LIMIT_COLLATERAL, NULL, NULL);
    if (content != NULL && read_document(span_of_bytes(content), url, out) &&
        pccs_answer_next_update(kind, out) > now)
        return true;
    pccs_answer_clear(out);
    return false;
}

void pccs_cache_write(const char *path, const char *url, AnswerKind kind, const PccsAnswer *answer,
                      int64_t now)
{
    g_autofree char *directory = g_path_get_dirname(path);
    if (pccs_answer_next_update(kind, answer) <= now || !file_make_directory(directory, NULL))
        return;
    Span body = span_of_bytes(answer->body);
    g_autofree char *base64 = g_base64_encode(body.data, body.size);
    json_t *document =
        json_pack("{s:s, s:s*, s:s}", "url", url, "chain", answer->chain, "body", base64);
    g_autofree char *text = document == NULL ? NULL : json_dumps(document, JSON_COMPACT);
    json_decref(document);
    if (text != NULL)
        file_write(path, span_of(text, strlen(text)), 0600, NULL);
}
