# SPDX-License-Identifier: GPL-3.0-or-later
check_PROGRAMS += tests/unit/test-attestation-cases
TESTS += tests/unit/test-attestation-cases
tests_unit_test_attestation_cases_SOURCES = tests/unit/test-attestation-cases.c
tests_unit_test_attestation_cases_LDADD = $(ATTEST_LIBS)
