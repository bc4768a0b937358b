# SPDX-License-Identifier: GPL-3.0-or-later
command_tests = \
	tests/unit/test-table
check_PROGRAMS += $(command_tests)
TESTS += $(command_tests)
tests_unit_test_table_SOURCES = tests/unit/test-table.c
tests_unit_test_table_LDADD = $(COMMAND_LIBS)
