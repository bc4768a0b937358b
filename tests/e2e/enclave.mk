# SPDX-License-Identifier: GPL-3.0-or-later
# The simulated enclave: as a process, its faults, and in containers of a real engine.
enclave_tests = tests/e2e/test-enclave tests/e2e/test-enclave-faults tests/e2e/test-enclave-docker
check_PROGRAMS += $(enclave_tests)
TESTS += $(enclave_tests)
e2e_enclave = tests/e2e/enclave_support.c tests/e2e/enclave_support.h \
	tests/e2e/enclave_running.c $(e2e_process)
e2e_enclave_libs = $(CORE_LIBS) $(CURL_LIBS) $(OPENSSL_LIBS)
tests_e2e_test_enclave_SOURCES = tests/e2e/test-enclave.c $(e2e_enclave)
tests_e2e_test_enclave_LDADD = $(e2e_enclave_libs)
tests_e2e_test_enclave_faults_SOURCES = tests/e2e/test-enclave-faults.c $(e2e_enclave)
tests_e2e_test_enclave_faults_LDADD = $(e2e_enclave_libs)
tests_e2e_test_enclave_docker_SOURCES = tests/e2e/test-enclave-docker.c $(e2e_enclave)
tests_e2e_test_enclave_docker_LDADD = $(e2e_enclave_libs)
