# SPDX-License-Identifier: GPL-3.0-or-later
check_PROGRAMS += tests/e2e/test-scaffold
TESTS += tests/e2e/test-scaffold
tests_e2e_test_scaffold_SOURCES = tests/e2e/test-scaffold.c $(e2e_process)
tests_e2e_test_scaffold_LDADD = $(CORE_LIBS)
