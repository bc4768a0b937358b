# SPDX-License-Identifier: GPL-3.0-or-later
docker_tests = tests/unit/test-docker-format
check_PROGRAMS += $(docker_tests)
TESTS += $(docker_tests)
tests_unit_test_docker_format_SOURCES = tests/unit/test-docker-format.c
tests_unit_test_docker_format_LDADD = $(DOCKER_LIBS)
