/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "core/i18n.h"
#include "wire/wire.h"

#include <curl/curl.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

GQuark wire_error_quark(void)
{
    return g_quark_from_static_string("mse-wire-error");
}

/* Before each block stands its size, in what keeps the block aligned for anything. */
typedef union Header {
    size_t size;
    max_align_t align;
} Header;

static void *wiping_malloc(size_t size)
{
    if (size > SIZE_MAX - sizeof(Header))
        return NULL;
    Header *header = malloc(sizeof(Header) + size);
    if (header == NULL)
        return NULL;
    header->size = size;
    return header + 1;
}

static void wiping_free(void *block)
{
    if (block == NULL)
        return;
    Header *header = (Header *)block - 1;
    explicit_bzero(block, header->size);
    free(header);
}

static void *wiping_realloc(void *block, size_t size)
{
    void *moved = wiping_malloc(size);
    if (moved == NULL || block == NULL)
        return moved;
    const Header *header = (const Header *)block - 1;
    memcpy(moved, block, MIN(header->size, size));
    wiping_free(block);
    return moved;
}

static void *wiping_calloc(size_t n, size_t size)
{
    if (size != 0 && n > SIZE_MAX / size)
        return NULL;
    void *block = wiping_malloc(n * size);
    if (block != NULL)
        memset(block, 0, n * size);
    return block;
}

static char *wiping_strdup(const char *text)
{
    size_t size = strlen(text) + 1;
    char *copy = wiping_malloc(size);
    return copy == NULL ? NULL : memcpy(copy, text, size);
}

static gpointer init_once(gpointer data)
{
    (void)data;
    CURLcode code = curl_global_init_mem(CURL_GLOBAL_DEFAULT, wiping_malloc, wiping_free,
                                         wiping_realloc, wiping_strdup, wiping_calloc);
    return GINT_TO_POINTER((int)code);
}

bool wire_init(GError **error)
{
    static GOnce once = G_ONCE_INIT;
    CURLcode code = (CURLcode)GPOINTER_TO_INT(g_once(&once, init_once, NULL));
    if (code == CURLE_OK)
        return true;
    g_set_error(error, WIRE_ERROR, WIRE_ERROR_SETUP, _("the network library cannot start: %s"),
                curl_easy_strerror(code));
    return false;
}
