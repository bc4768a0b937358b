# SPDX-License-Identifier: GPL-3.0-or-later
fleet_tests = tests/unit/test-fleet-table tests/unit/test-fleet-values
check_PROGRAMS += $(fleet_tests)
TESTS += $(fleet_tests)
tests_unit_test_fleet_table_SOURCES = tests/unit/test-fleet-table.c
tests_unit_test_fleet_table_LDADD = $(FLEET_LIBS)
tests_unit_test_fleet_values_SOURCES = tests/unit/test-fleet-values.c
tests_unit_test_fleet_values_LDADD = $(FLEET_LIBS)

check_PROGRAMS += tests/unit/test-judge
TESTS += tests/unit/test-judge
tests_unit_test_judge_SOURCES = tests/unit/test-judge.c $(fake_engine) $(sim_support)
tests_unit_test_judge_LDADD = $(FLEET_LIBS)
