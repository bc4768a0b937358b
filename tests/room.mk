# SPDX-License-Identifier: GPL-3.0-or-later
# Every test is a g_test program speaking TAP, run in a private home by tests/run-test.
# Each links only what its room may use.

LOG_COMPILER = $(top_srcdir)/tests/run-test
LOG_DRIVER = env AM_TAP_AWK='$(AWK)' $(SHELL) $(top_srcdir)/build-aux/tap-driver.sh

EXTRA_DIST += tests/run-test

include $(top_srcdir)/tests/unit/room.mk
include $(top_srcdir)/tests/screen/room.mk
include $(top_srcdir)/tests/e2e/room.mk
include $(top_srcdir)/tests/lint/room.mk
include $(top_srcdir)/tests/fuzz/room.mk
include $(top_srcdir)/tests/bench/room.mk
