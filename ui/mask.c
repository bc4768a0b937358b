/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "ui/mask.h"

#include <stdbool.h>
#include <string.h>

#define DOTS "••••••••"

static const char *const names[] = {"secret", "passw",   "passphrase", "pwd",     "token",
                                    "apikey", "api_key", "api-key",    "private", "credential",
                                    "_key",   "-key",    "cookie",     "salt",    "bearer"};

static bool is_secret_name(const char *name, size_t size)
{
    g_autofree char *lower = g_ascii_strdown(name, (gssize)size);

    for (size_t i = 0; i < G_N_ELEMENTS(names); i++)
        if (strstr(lower, names[i]) != NULL)
            return true;
    return g_str_equal(lower, "key");
}

/* The password of a URL, and keys in PEM, wherever they stand. */
static char *mask_value(const char *value)
{
    const char *scheme = strstr(value, "://");
    const char *at, *colon;

    if (strstr(value, "PRIVATE KEY-----") != NULL)
        return g_strdup(DOTS);
    if (scheme == NULL)
        return g_strdup(value);
    scheme += 3;
    at = memchr(scheme, '@', strcspn(scheme, "/?# "));
    colon = at == NULL ? NULL : memchr(scheme, ':', (size_t)(at - scheme));
    if (colon == NULL)
        return g_strdup(value);
    return g_strdup_printf("%.*s" DOTS "%s", (int)(colon + 1 - value), value, at);
}

char *mask_assignment(const char *assignment)
{
    const char *equals = strchr(assignment, '=');
    g_autofree char *value = NULL;

    if (equals == NULL)
        return mask_value(assignment);
    if (is_secret_name(assignment, (size_t)(equals - assignment)))
        return equals[1] == '\0'
                   ? g_strdup(assignment)
                   : g_strdup_printf("%.*s=" DOTS, (int)(equals - assignment), assignment);
    value = mask_value(equals + 1);
    return g_strdup_printf("%.*s=%s", (int)(equals - assignment), assignment, value);
}

char **mask_arguments(char *const *words)
{
    GPtrArray *out = g_ptr_array_new();
    bool hide = false;

    for (; words != NULL && *words != NULL; words++) {
        bool option = **words == '-';
        if (hide && !option)
            g_ptr_array_add(out, g_strdup(DOTS));
        else
            g_ptr_array_add(out, mask_assignment(*words));
        hide = option && strchr(*words, '=') == NULL && is_secret_name(*words, strlen(*words));
    }
    g_ptr_array_add(out, NULL);
    return (char **)g_ptr_array_free(out, FALSE);
}
