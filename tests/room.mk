# SPDX-License-Identifier: GPL-3.0-or-later
# A test is a g_test program, or a script NAME.sh, speaking TAP; tests/run-test runs it in a private
# home. Each program links only what its room may use. NAME.replay feeds seeds to a fuzz target.

TEST_EXTENSIONS = .sh .replay

test_driver = env AM_TAP_AWK='$(AWK)' $(SHELL) $(top_srcdir)/build-aux/tap-driver.sh
LOG_COMPILER = $(top_srcdir)/tests/run-test
LOG_DRIVER = $(test_driver)
SH_LOG_COMPILER = $(LOG_COMPILER)
SH_LOG_DRIVER = $(test_driver)
REPLAY_LOG_COMPILER = $(LOG_COMPILER)
REPLAY_LOG_DRIVER = $(test_driver)

EXTRA_DIST += tests/run-test tests/leaks-of-others

include $(top_srcdir)/tests/unit/room.mk
include $(top_srcdir)/tests/screen/room.mk
include $(top_srcdir)/tests/e2e/room.mk
include $(top_srcdir)/tests/torture/room.mk
include $(top_srcdir)/tests/lint/room.mk
include $(top_srcdir)/tests/fuzz/room.mk
include $(top_srcdir)/tests/bench/room.mk
