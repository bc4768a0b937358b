/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "sim/tar.h"

#include <string.h>

enum { BLOCK = 512, NAME_MOST = 99 };

static char type_of(const TarMember *member)
{
    if (member->link != NULL)
        return '2';
    return g_str_has_suffix(member->name, "/") ? '5' : '0';
}

static void put_zeros(GByteArray *out, size_t size)
{
    static const uint8_t zeros[2 * BLOCK];
    g_byte_array_append(out, zeros, (guint)size);
}

void tar_put(GByteArray *out, const TarMember *member)
{
    g_assert(strlen(member->name) <= NAME_MOST);
    g_assert(member->link == NULL || strlen(member->link) <= NAME_MOST);
    char head[BLOCK] = {0};
    g_strlcpy(head, member->name, 100);
    g_snprintf(head + 100, 8, "%07o", member->mode);
    g_snprintf(head + 108, 8, "%07o", 0u);
    g_snprintf(head + 116, 8, "%07o", 0u);
    g_snprintf(head + 124, 12, "%011zo", member->content.size);
    g_snprintf(head + 136, 12, "%011" G_GINT64_MODIFIER "o", (guint64)member->time);
    head[156] = type_of(member);
    if (member->link != NULL)
        g_strlcpy(head + 157, member->link, 100);
    memcpy(head + 257, "ustar\00000", 8);
    memset(head + 148, ' ', 8); /* what the sum is counted with in its own place */
    unsigned sum = 0;
    for (unsigned i = 0; i < BLOCK; i++)
        sum += (unsigned char)head[i];
    g_snprintf(head + 148, 8, "%06o", sum);

    g_byte_array_append(out, (const uint8_t *)head, BLOCK);
    if (member->content.size > 0)
        g_byte_array_append(out, member->content.data, (guint)member->content.size);
    put_zeros(out, (BLOCK - member->content.size % BLOCK) % BLOCK);
}

void tar_end(GByteArray *out)
{
    put_zeros(out, 2 * BLOCK);
}
