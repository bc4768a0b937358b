# SPDX-License-Identifier: GPL-3.0-or-later
check_PROGRAMS += tests/unit/test-attestation-cases tests/unit/test-verify
TESTS += tests/unit/test-attestation-cases tests/unit/test-verify
tests_unit_test_attestation_cases_SOURCES = tests/unit/test-attestation-cases.c
tests_unit_test_attestation_cases_LDADD = $(ATTEST_LIBS)
tests_unit_test_verify_SOURCES = tests/unit/test-verify.c \
	tests/unit/forged_platform.c tests/unit/forged_platform.h
tests_unit_test_verify_LDADD = $(ATTEST_LIBS)
