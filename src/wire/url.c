/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "core/sanitize.h"
#include "wire/wire.h"

#include <curl/curl.h>
#include <string.h>

/* For what libcurl cannot take apart: nothing between the scheme and the last '@' is shown, be it
 * a password or not. */
static char *hide_by_hand(const char *url)
{
    const char *at = strrchr(url, '@');
    if (at == NULL)
        return sanitize_string(url);
    const char *scheme = strstr(url, "://");
    size_t kept = scheme != NULL && scheme < at ? (size_t)(scheme - url) + 3 : 0;
    g_autofree char *head = g_strndup(url, kept);
    g_autofree char *whole = g_strconcat(head, at + 1, NULL);
    return sanitize_string(whole);
}

char *wire_show_url(const char *url)
{
    if (!wire_init(NULL))
        return hide_by_hand(url);
    CURLU *parts = curl_url();
    char *shown = NULL;
    if (parts != NULL && curl_url_set(parts, CURLUPART_URL, url, CURLU_ALLOW_SPACE) == CURLUE_OK &&
        curl_url_set(parts, CURLUPART_USER, NULL, 0) == CURLUE_OK &&
        curl_url_set(parts, CURLUPART_PASSWORD, NULL, 0) == CURLUE_OK &&
        curl_url_set(parts, CURLUPART_OPTIONS, NULL, 0) == CURLUE_OK)
        curl_url_get(parts, CURLUPART_URL, &shown, 0);
    char *text = shown == NULL ? hide_by_hand(url) : sanitize_string(shown);
    curl_free(shown);
    curl_url_cleanup(parts);
    return text;
}
