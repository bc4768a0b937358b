# SPDX-License-Identifier: GPL-3.0-or-later
core_tests = \
	tests/unit/test-hex \
	tests/unit/test-cancel \
	tests/unit/test-cause \
	tests/unit/test-file \
	tests/unit/test-file-stream \
	tests/unit/test-sanitize \
	tests/unit/test-secret \
	tests/unit/test-journal \
	tests/unit/test-exec
check_PROGRAMS += $(core_tests)
TESTS += $(core_tests)
tests_unit_test_exec_SOURCES = tests/unit/test-exec.c
tests_unit_test_exec_LDADD = $(CORE_LIBS)
tests_unit_test_hex_SOURCES = tests/unit/test-hex.c tests/unit/bytes.h
tests_unit_test_hex_LDADD = $(CORE_LIBS)
tests_unit_test_cause_SOURCES = tests/unit/test-cause.c
tests_unit_test_cause_LDADD = $(CORE_LIBS)
tests_unit_test_cancel_SOURCES = tests/unit/test-cancel.c
tests_unit_test_cancel_LDADD = $(CORE_LIBS)
tests_unit_test_file_SOURCES = tests/unit/test-file.c tests/unit/bytes.h \
	tests/unit/nameless.c tests/unit/nameless.h
tests_unit_test_file_LDADD = $(CORE_LIBS)
tests_unit_test_sanitize_SOURCES = tests/unit/test-sanitize.c
tests_unit_test_sanitize_LDADD = $(CORE_LIBS)
tests_unit_test_secret_SOURCES = tests/unit/test-secret.c
tests_unit_test_secret_LDADD = $(CORE_LIBS)
tests_unit_test_journal_SOURCES = tests/unit/test-journal.c
tests_unit_test_journal_LDADD = $(CORE_LIBS)
tests_unit_test_file_stream_SOURCES = tests/unit/test-file-stream.c
tests_unit_test_file_stream_LDADD = $(CORE_LIBS)

check_PROGRAMS += tests/unit/test-command
TESTS += tests/unit/test-command
tests_unit_test_command_SOURCES = tests/unit/test-command.c
tests_unit_test_command_LDADD = $(CORE_LIBS)
