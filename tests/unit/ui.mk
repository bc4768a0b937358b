# SPDX-License-Identifier: GPL-3.0-or-later
UI_TEST_LIBS = libui.a $(COMMAND_LIBS) $(READLINE_LIBS) $(NCURSES_LIBS)

check_PROGRAMS += tests/unit/test-keys tests/unit/test-canvas tests/unit/test-list \
	tests/unit/test-document tests/unit/test-theme
TESTS += tests/unit/test-keys tests/unit/test-canvas tests/unit/test-list \
	tests/unit/test-document tests/unit/test-theme
tests_unit_test_keys_SOURCES = tests/unit/test-keys.c
tests_unit_test_keys_LDADD = $(UI_TEST_LIBS)
tests_unit_test_canvas_SOURCES = tests/unit/test-canvas.c
tests_unit_test_canvas_LDADD = $(UI_TEST_LIBS)
tests_unit_test_list_SOURCES = tests/unit/test-list.c
tests_unit_test_list_LDADD = $(UI_TEST_LIBS)
tests_unit_test_document_SOURCES = tests/unit/test-document.c
tests_unit_test_document_LDADD = $(UI_TEST_LIBS)
tests_unit_test_theme_SOURCES = tests/unit/test-theme.c
tests_unit_test_theme_LDADD = $(UI_TEST_LIBS)

check_PROGRAMS += tests/unit/test-log tests/unit/test-own
TESTS += tests/unit/test-log tests/unit/test-own
tests_unit_test_log_SOURCES = tests/unit/test-log.c
tests_unit_test_log_LDADD = $(UI_TEST_LIBS)
tests_unit_test_own_SOURCES = tests/unit/test-own.c
tests_unit_test_own_LDADD = $(UI_TEST_LIBS)

check_PROGRAMS += tests/unit/test-walk
TESTS += tests/unit/test-walk
tests_unit_test_walk_SOURCES = tests/unit/test-walk.c
tests_unit_test_walk_LDADD = $(UI_TEST_LIBS)

check_PROGRAMS += tests/unit/test-paths
TESTS += tests/unit/test-paths
tests_unit_test_paths_SOURCES = tests/unit/test-paths.c
tests_unit_test_paths_LDADD = $(UI_TEST_LIBS)

check_PROGRAMS += tests/unit/test-jobs
TESTS += tests/unit/test-jobs
tests_unit_test_jobs_SOURCES = tests/unit/test-jobs.c
tests_unit_test_jobs_LDADD = $(UI_TEST_LIBS)
