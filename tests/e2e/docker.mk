# SPDX-License-Identifier: GPL-3.0-or-later
# The engine's adapter on a real engine. What runs in the containers is linked statically, and
# without sanitizers: it is alone in its image.
check_PROGRAMS += tests/e2e/test-docker tests/e2e/chatter
TESTS += tests/e2e/test-docker
tests_e2e_test_docker_SOURCES = tests/e2e/test-docker.c $(e2e_process) \
	tests/unit/fake_engine.c tests/unit/fake_engine.h \
	tests/unit/tls_server.c tests/unit/tls_server.h
tests_e2e_test_docker_LDADD = $(DOCKER_LIBS)
tests_e2e_chatter_SOURCES = tests/e2e/chatter.c
tests_e2e_chatter_CFLAGS = -std=c17 $(WARN_CFLAGS)
tests_e2e_chatter_LDFLAGS = -static
tests_e2e_chatter_LDADD =
