/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * verify --package: the MRENCLAVE that is expected is measured, from the package and the arguments
 * that the evidence claims.
 */
#ifndef MSE_COMMAND_VERIFY_PACKAGE_H
#define MSE_COMMAND_VERIFY_PACKAGE_H

#include "command/verify_request.h"

typedef struct VerifyPackage VerifyPackage;

/* Measures, and adds what came of it to what is expected. NULL with `error`. */
VerifyPackage *verify_package_measure(Job *job, const Arguments *arguments, VerifyRequest *asked,
                                      GError **error);
void verify_package_free(VerifyPackage *package);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(VerifyPackage, verify_package_free)

/* When the measurement is not the quote's: says why that may be. */
void verify_package_explain(VerifyPackage *package, Job *job, const VerificationResult *result);

#endif
