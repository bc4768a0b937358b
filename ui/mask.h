/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What looks like a secret in arguments, environments and labels is shown as dots: a name that says
 * so, a password in a URL, a value that is a private key.
 */
#ifndef MSE_UI_MASK_H
#define MSE_UI_MASK_H

#include <glib.h>

/* "NAME=value". g_free. */
char *mask_assignment(const char *assignment);
/* "--name value", "--name=value". NULL-terminated; g_strfreev. */
char **mask_arguments(char *const *words);

#endif
