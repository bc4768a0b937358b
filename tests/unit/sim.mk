# SPDX-License-Identifier: GPL-3.0-or-later
sim_support = tests/unit/sim-support.c tests/unit/sim-support.h

check_PROGRAMS += tests/unit/test-sim
TESTS += tests/unit/test-sim
tests_unit_test_sim_SOURCES = tests/unit/test-sim.c $(sim_support)
tests_unit_test_sim_LDADD = $(SIM_LIBS)

check_PROGRAMS += tests/unit/test-sim-openssl
TESTS += tests/unit/test-sim-openssl
tests_unit_test_sim_openssl_SOURCES = tests/unit/test-sim-openssl.c $(sim_support)
tests_unit_test_sim_openssl_LDADD = $(SIM_LIBS)

# Runs the program, links the verifier: the two meet only here.
check_PROGRAMS += tests/unit/test-sim-verify
TESTS += tests/unit/test-sim-verify
tests_unit_test_sim_verify_SOURCES = tests/unit/test-sim-verify.c $(sim_support)
tests_unit_test_sim_verify_LDADD = $(ATTEST_LIBS)

check_PROGRAMS += tests/unit/test-sim-pccs
TESTS += tests/unit/test-sim-pccs
tests_unit_test_sim_pccs_SOURCES = tests/unit/test-sim-pccs.c $(sim_support)
tests_unit_test_sim_pccs_LDADD = $(CORE_LIBS) $(CURL_LIBS)

check_PROGRAMS += tests/unit/test-sim-samples
TESTS += tests/unit/test-sim-samples
tests_unit_test_sim_samples_SOURCES = tests/unit/test-sim-samples.c $(sim_support)
tests_unit_test_sim_samples_LDADD = $(APP_LIBS)

engine_support = tests/unit/engine-support.c tests/unit/engine-support.h $(sim_support)

check_PROGRAMS += tests/unit/test-sim-engine
TESTS += tests/unit/test-sim-engine
tests_unit_test_sim_engine_SOURCES = tests/unit/test-sim-engine.c $(engine_support)
tests_unit_test_sim_engine_LDADD = $(CORE_LIBS) $(CURL_LIBS)

check_PROGRAMS += tests/unit/test-sim-engine-streams
TESTS += tests/unit/test-sim-engine-streams
tests_unit_test_sim_engine_streams_SOURCES = tests/unit/test-sim-engine-streams.c $(engine_support)
tests_unit_test_sim_engine_streams_LDADD = $(CORE_LIBS) $(CURL_LIBS)
