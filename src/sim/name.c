/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "sim/name.h"

#include "sim/crypto.h"

#include <glib.h>
#include <openssl/err.h>
#include <string.h>

G_DEFINE_AUTOPTR_CLEANUP_FUNC(X509_NAME, X509_NAME_free)

enum { PARTS_MOST = 32, DNS_NAME_MOST = 253 };

/* One type=value; `joined` with the part before it by a plus sign. */
typedef struct NamePart {
    char *type;
    GString *value;
    bool joined;
} NamePart;

static void part_free(NamePart *part)
{
    g_free(part->type);
    if (part->value != NULL)
        g_string_free(part->value, TRUE);
    g_free(part);
}

/* A backslash and what it hides: a special character or two hex digits. */
static bool read_escape(const char **at, GString *out)
{
    const char *text = *at;
    if (text[0] != '\0' && strchr(" \"#+,;<=>\\", text[0]) != NULL) {
        g_string_append_c(out, text[0]);
        *at += 1;
        return true;
    }
    const int high = g_ascii_xdigit_value(text[0]);
    const int low = high >= 0 ? g_ascii_xdigit_value(text[1]) : -1;
    if (low < 0 || (high == 0 && low == 0))
        return false;
    g_string_append_c(out, (char)(high << 4 | low));
    *at += 2;
    return true;
}

/* Up to a separator or the end. RFC 4514: no unescaped quotation marks or angle brackets; spaces
 * at either end are not the value's. */
static bool read_value(const char **at, GString *out)
{
    *at += strspn(*at, " ");
    size_t kept = 0;
    while (**at != '\0' && strchr(",+", **at) == NULL) {
        const char c = *(*at)++;
        if (c == '\\') {
            if (!read_escape(at, out))
                return false;
            kept = out->len;
        } else if (strchr("\"<>;", c) != NULL || (c == '#' && out->len == 0)) {
            return false;
        } else {
            g_string_append_c(out, c);
            if (c != ' ')
                kept = out->len;
        }
    }
    g_string_truncate(out, kept);
    return kept > 0 && g_utf8_validate(out->str, (gssize)out->len, NULL);
}

static NamePart *read_part(const char **at)
{
    NamePart *part = g_new0(NamePart, 1);
    *at += strspn(*at, " ");
    const size_t size = strcspn(*at, "=,+\\");
    part->type = g_strndup(*at, size);
    g_strchomp(part->type);
    part->value = g_string_new(NULL);
    *at += size;
    if (part->type[0] != '\0' && **at == '=') {
        (*at)++;
        if (read_value(at, part->value))
            return part;
    }
    part_free(part);
    return NULL;
}

/* The parts as they are written; NULL when it is no name. */
static GPtrArray *read_parts(const char *text)
{
    g_autoptr(GPtrArray) parts = g_ptr_array_new_with_free_func((GDestroyNotify)part_free);
    bool joined = false;
    for (const char *at = text;;) {
        NamePart *part = parts->len < PARTS_MOST ? read_part(&at) : NULL;
        if (part == NULL)
            return NULL;
        part->joined = joined;
        g_ptr_array_add(parts, part);
        if (*at == '\0')
            return g_steal_pointer(&parts);
        joined = *at++ == '+';
    }
}

/* `set`: 0 a name of its own, -1 beside the one before, as OpenSSL counts. */
static bool add_part(X509_NAME *name, const NamePart *part, int set)
{
    return X509_NAME_add_entry_by_txt(name, part->type, MBSTRING_UTF8,
                                      (const unsigned char *)part->value->str,
                                      (int)part->value->len, -1, set) == 1;
}

X509_NAME *name_of_rfc4514(const char *text)
{
    g_autoptr(GPtrArray) parts = read_parts(text);
    g_autoptr(X509_NAME) name = X509_NAME_new();
    crypto_must(name != NULL, "naming a certificate");
    if (parts == NULL)
        return NULL;
    /* Backwards by groups; a joined part goes to the one before it in the text. */
    for (guint end = parts->len; end > 0;) {
        guint begin = end - 1;
        while (((const NamePart *)parts->pdata[begin])->joined)
            begin--;
        for (guint i = begin; i < end; i++)
            if (!add_part(name, parts->pdata[i], i == begin ? 0 : -1)) {
                ERR_clear_error();
                return NULL;
            }
        end = begin;
    }
    return g_steal_pointer(&name);
}

bool name_is_rfc4514(const char *text)
{
    g_autoptr(X509_NAME) name = name_of_rfc4514(text);
    return name != NULL;
}

bool name_is_san(const char *text)
{
    static const char allowed[] =
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-_";
    if (g_hostname_is_ip_address(text))
        return strchr(text, '%') == NULL; /* no zone: a certificate knows none */
    const char *name = g_str_has_prefix(text, "*.") ? text + 2 : text;
    return name[0] != '\0' && strlen(text) <= DNS_NAME_MOST && name[strspn(name, allowed)] == '\0';
}
