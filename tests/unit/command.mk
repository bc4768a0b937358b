# SPDX-License-Identifier: GPL-3.0-or-later
command_tests = \
	tests/unit/test-arguments \
	tests/unit/test-demo-place \
	tests/unit/test-table \
	tests/unit/test-verbs
check_PROGRAMS += $(command_tests)
TESTS += $(command_tests)
tests_unit_test_arguments_SOURCES = tests/unit/test-arguments.c
tests_unit_test_arguments_LDADD = $(COMMAND_LIBS)
tests_unit_test_demo_place_SOURCES = tests/unit/test-demo-place.c
tests_unit_test_demo_place_LDADD = $(COMMAND_LIBS)
tests_unit_test_table_SOURCES = tests/unit/test-table.c
tests_unit_test_table_LDADD = $(COMMAND_LIBS)
tests_unit_test_verbs_SOURCES = tests/unit/test-verbs.c tests/unit/collect.h
tests_unit_test_verbs_LDADD = $(COMMAND_LIBS)
