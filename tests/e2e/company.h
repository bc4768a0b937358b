/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Verbs that want more than one file: what goes with each of their options.
 */
#ifndef MSE_TESTS_E2E_COMPANY_H
#define MSE_TESTS_E2E_COMPANY_H

#include <stdbool.h>

typedef struct Company {
    const char *verb;
    const char
        *option; /* NULL: the operand; "": what the verb alone wants, to have something to do */
    const char *with;    /* words; those that begin with % are files of the test */
    bool takes_anything; /* no content of a file is bad */
    bool says_nothing;   /* it fails before it prints anything: what it would need is not here */
} Company;

/* NULL: this option of this verb needs none. */
const Company *company_of(const char *verb, const char *option);

#endif
