# SPDX-License-Identifier: GPL-3.0-or-later
sim_support = tests/unit/sim-support.c tests/unit/sim-support.h

check_PROGRAMS += tests/unit/test-sim
TESTS += tests/unit/test-sim
tests_unit_test_sim_SOURCES = tests/unit/test-sim.c $(sim_support)
tests_unit_test_sim_LDADD = $(SIM_LIBS)
