# SPDX-License-Identifier: GPL-3.0-or-later
noinst_LIBRARIES += libattest.a
libattest_a_SOURCES = \
	src/attest/checks.h \
	src/attest/collateral.h \
	src/attest/policy.h \
	src/attest/quote.h \
	src/attest/tcb.h \
	src/attest/verify.h
