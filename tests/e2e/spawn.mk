# SPDX-License-Identifier: GPL-3.0-or-later
# Spawning on a real engine, and all that can go wrong with it.
spawn_tests = tests/e2e/test-spawn tests/e2e/test-life-faults tests/e2e/test-life-host
check_PROGRAMS += $(spawn_tests)
TESTS += $(spawn_tests)
e2e_spawn = tests/e2e/spawn_stage.c tests/e2e/spawn_stage.h $(e2e_process)
e2e_proxy = tests/e2e/proxy.c tests/e2e/proxy.h
tests_e2e_test_spawn_SOURCES = tests/e2e/test-spawn.c $(e2e_spawn)
tests_e2e_test_spawn_LDADD = $(CORE_LIBS)
tests_e2e_test_life_faults_SOURCES = tests/e2e/test-life-faults.c $(e2e_spawn) $(e2e_proxy)
tests_e2e_test_life_faults_LDADD = $(CORE_LIBS)
tests_e2e_test_life_host_SOURCES = tests/e2e/test-life-host.c $(e2e_spawn) $(e2e_proxy)
tests_e2e_test_life_host_LDADD = $(CORE_LIBS)
# Its clock is shifted by what the screen tests preload.
EXTRA_tests_e2e_test_life_host_DEPENDENCIES = tests/screen/shifted_clock.so
