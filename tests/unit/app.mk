# SPDX-License-Identifier: GPL-3.0-or-later
check_PROGRAMS += tests/unit/test-recognise
TESTS += tests/unit/test-recognise
tests_unit_test_recognise_SOURCES = tests/unit/test-recognise.c
tests_unit_test_recognise_LDADD = $(APP_LIBS)
