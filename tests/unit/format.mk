# SPDX-License-Identifier: GPL-3.0-or-later
format_tests = \
	tests/unit/test-date \
	tests/unit/test-der \
	tests/unit/test-der-differential \
	tests/unit/test-ignore \
	tests/unit/test-json-pull \
	tests/unit/test-json-pull-differential \
	tests/unit/test-pem \
	tests/unit/test-tar \
	tests/unit/test-toml \
	tests/unit/test-toml-suite
check_PROGRAMS += $(format_tests)
TESTS += $(format_tests)

tests_unit_test_date_SOURCES = tests/unit/test-date.c
tests_unit_test_date_LDADD = $(FORMAT_LIBS)

tests_unit_test_der_SOURCES = tests/unit/test-der.c
tests_unit_test_der_LDADD = $(FORMAT_LIBS)

tests_unit_test_pem_SOURCES = tests/unit/test-pem.c
tests_unit_test_pem_LDADD = $(FORMAT_LIBS)

# The certificate reader is where DER is read: held to d2i_X509 there.
tests_unit_test_der_differential_SOURCES = \
	tests/unit/der-rules.c \
	tests/unit/der-rules.h \
	tests/unit/test-der-differential.c
tests_unit_test_der_differential_LDADD = $(ATTEST_LIBS)

tests_unit_test_json_pull_SOURCES = tests/unit/test-json-pull.c
tests_unit_test_json_pull_LDADD = $(FORMAT_LIBS)

tests_unit_test_json_pull_differential_SOURCES = tests/unit/test-json-pull-differential.c
tests_unit_test_json_pull_differential_LDADD = $(FORMAT_LIBS)

tests_unit_test_toml_SOURCES = tests/unit/test-toml.c
tests_unit_test_toml_LDADD = $(FORMAT_LIBS)

tests_unit_test_toml_suite_SOURCES = tests/unit/test-toml-suite.c
tests_unit_test_toml_suite_LDADD = $(FORMAT_LIBS)

tests_unit_test_ignore_SOURCES = tests/unit/test-ignore.c
tests_unit_test_ignore_LDADD = $(FORMAT_LIBS)

# What libarchive reads is compared with what is read here; the program itself does not use it.
tests_unit_test_tar_SOURCES = tests/unit/test-tar.c
tests_unit_test_tar_LDADD = $(FORMAT_LIBS) $(ARCHIVE_LIBS)
check_PROGRAMS += tests/unit/test-tar-file
TESTS += tests/unit/test-tar-file
tests_unit_test_tar_file_SOURCES = tests/unit/test-tar-file.c
tests_unit_test_tar_file_LDADD = $(FORMAT_LIBS)
