/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The signed documents of a forged platform, before anybody signs them.
 */
#ifndef MSE_TEST_FORGED_DOCUMENTS_H
#define MSE_TEST_FORGED_DOCUMENTS_H

#include "forged_platform.h"

enum { FORGED_PCESVN = 13, FORGED_QE_SVN = 8 };

/* What the platform is, and what its levels say. */
extern const uint8_t forged_platform_svn[16];
/* What the TDX module's bytes of the forged TDs say: identity 1, level 4; relaunch reaches 6. */
extern const uint8_t forged_td_svn[16];
extern const uint8_t forged_td_svn_now[16];

bool forged_is_tdx(const Forgery *forgery);
/* JSON, with the forgery's edits. Free with g_free. */
char *forged_tcb_info(const Forgery *forgery);
char *forged_qe_identity(const Forgery *forgery);

#endif
