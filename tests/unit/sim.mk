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

# The parts of mse-sim-enclave, linked as any program.
enclave_support = tests/unit/enclave-support.c tests/unit/enclave-support.h
ENCLAVE_TEST_LIBS = libsimenclave.a $(SIM_LIBS) $(ARCHIVE_LIBS) $(OPENSSL_LIBS)

check_PROGRAMS += tests/unit/test-sim-enclave
TESTS += tests/unit/test-sim-enclave
tests_unit_test_sim_enclave_SOURCES = tests/unit/test-sim-enclave.c $(enclave_support) \
	src/sim/docker.c src/sim/image.c src/sim/tar.c
tests_unit_test_sim_enclave_LDADD = $(ENCLAVE_TEST_LIBS)

check_PROGRAMS += tests/unit/test-sim-enclave-code
TESTS += tests/unit/test-sim-enclave-code
tests_unit_test_sim_enclave_code_SOURCES = tests/unit/test-sim-enclave-code.c \
	$(enclave_support) src/sim/tar.c
tests_unit_test_sim_enclave_code_LDADD = $(ENCLAVE_TEST_LIBS)

check_PROGRAMS += tests/unit/test-sim-enclave-secrets
TESTS += tests/unit/test-sim-enclave-secrets
tests_unit_test_sim_enclave_secrets_SOURCES = tests/unit/test-sim-enclave-secrets.c \
	$(enclave_support)
tests_unit_test_sim_enclave_secrets_LDADD = $(ENCLAVE_TEST_LIBS)
