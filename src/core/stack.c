/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "core/stack.h"

#include <glib.h>
#include <signal.h>

enum { GUARD_STACK_SIZE = 64 * 1024 };

static void free_guard_stack(void *stack)
{
    stack_t none = {.ss_flags = SS_DISABLE};

    sigaltstack(&none, NULL);
    g_free(stack);
}

static GPrivate guard_stack = G_PRIVATE_INIT(free_guard_stack);

void stack_guard_thread(void)
{
    stack_t stack = {.ss_size = GUARD_STACK_SIZE}, old;

    if (g_private_get(&guard_stack) != NULL)
        return;
    /* The sanitizers bring stacks of their own. */
    if (sigaltstack(NULL, &old) == 0 && !(old.ss_flags & SS_DISABLE))
        return;
    stack.ss_sp = g_malloc(GUARD_STACK_SIZE);
    sigaltstack(&stack, NULL);
    g_private_set(&guard_stack, stack.ss_sp);
}
