/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "ui/leak.h"

#ifdef WITH_SANITIZERS
#include <sanitizer/lsan_interface.h>
#include <unistd.h>

/* The recoverable form: the other ends with AddressSanitizer's status, 1, which is one of ours. */
void leak_check(void)
{
    if (__lsan_do_recoverable_leak_check() != 0)
        _exit(LEAK_STATUS);
}
#else
void leak_check(void)
{
}
#endif
