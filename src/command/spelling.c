/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "command/spelling.h"

#include "command/verb.h"

/* Set once, before any thread. */
static const Dialect *called_as = &dialect_mse;

void spelling_take(const char *program)
{
    g_autofree char *name = g_path_get_basename(program != NULL ? program : "");
    for (unsigned i = 0; dialects[i] != NULL; i++) {
        if (!g_str_equal(dialects[i]->program, name))
            continue;
        called_as = dialects[i];
        if (*called_as->group == '\0')
            verb_set_default_group("home");
    }
}

const Dialect *spelling_dialect(void)
{
    return called_as;
}
