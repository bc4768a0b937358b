# SPDX-License-Identifier: GPL-3.0-or-later
attest_tests = \
	tests/unit/test-attestation-cases \
	tests/unit/test-certificate \
	tests/unit/test-crl \
	tests/unit/test-policy \
	tests/unit/test-quote \
	tests/unit/test-rules \
	tests/unit/test-tcb \
	tests/unit/test-verify
check_PROGRAMS += $(attest_tests)
TESTS += $(attest_tests)

forged_platform = tests/unit/forged_platform.c tests/unit/forged_platform.h \
	tests/unit/forged_documents.c tests/unit/forged_documents.h

tests_unit_test_attestation_cases_SOURCES = tests/unit/test-attestation-cases.c
tests_unit_test_attestation_cases_LDADD = $(ATTEST_LIBS)
tests_unit_test_certificate_SOURCES = tests/unit/test-certificate.c $(forged_platform)
tests_unit_test_certificate_LDADD = $(ATTEST_LIBS)
tests_unit_test_crl_SOURCES = tests/unit/test-crl.c $(forged_platform)
tests_unit_test_crl_LDADD = $(ATTEST_LIBS)
tests_unit_test_policy_SOURCES = tests/unit/test-policy.c
tests_unit_test_policy_LDADD = $(ATTEST_LIBS)
tests_unit_test_quote_SOURCES = tests/unit/test-quote.c $(forged_platform)
tests_unit_test_quote_LDADD = $(ATTEST_LIBS)
tests_unit_test_tcb_SOURCES = tests/unit/test-tcb.c
tests_unit_test_tcb_LDADD = $(ATTEST_LIBS)
tests_unit_test_verify_SOURCES = tests/unit/test-verify.c $(forged_platform)
tests_unit_test_verify_LDADD = $(ATTEST_LIBS)
tests_unit_test_rules_SOURCES = tests/unit/test-rules.c $(forged_platform)
tests_unit_test_rules_LDADD = $(ATTEST_LIBS)
