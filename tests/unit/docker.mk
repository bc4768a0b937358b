# SPDX-License-Identifier: GPL-3.0-or-later
docker_tests = tests/unit/test-docker-format tests/unit/test-docker-engine \
	tests/unit/test-docker-image tests/unit/test-docker-scope \
	tests/unit/test-docker-endpoint
check_PROGRAMS += $(docker_tests)
TESTS += $(docker_tests)
fake_engine = tests/unit/fake_engine.c tests/unit/fake_engine.h
tests_unit_test_docker_format_SOURCES = tests/unit/test-docker-format.c
tests_unit_test_docker_format_LDADD = $(DOCKER_LIBS)
tests_unit_test_docker_engine_SOURCES = tests/unit/test-docker-engine.c $(fake_engine)
tests_unit_test_docker_engine_LDADD = $(DOCKER_LIBS)
tests_unit_test_docker_image_SOURCES = tests/unit/test-docker-image.c $(fake_engine)
tests_unit_test_docker_image_LDADD = $(DOCKER_LIBS)
tests_unit_test_docker_scope_SOURCES = tests/unit/test-docker-scope.c $(fake_engine)
tests_unit_test_docker_scope_LDADD = $(DOCKER_LIBS)
tests_unit_test_docker_endpoint_SOURCES = tests/unit/test-docker-endpoint.c
tests_unit_test_docker_endpoint_LDADD = $(DOCKER_LIBS)
