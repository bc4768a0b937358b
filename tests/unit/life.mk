# SPDX-License-Identifier: GPL-3.0-or-later
life_tests = tests/unit/test-life tests/unit/test-make
check_PROGRAMS += $(life_tests)
TESTS += $(life_tests)
tests_unit_test_life_SOURCES = tests/unit/test-life.c
tests_unit_test_life_LDADD = $(LIFE_LIBS)
tests_unit_test_make_SOURCES = tests/unit/test-make.c $(fake_engine)
tests_unit_test_make_LDADD = $(LIFE_LIBS)
