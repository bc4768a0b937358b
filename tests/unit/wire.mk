# SPDX-License-Identifier: GPL-3.0-or-later
wire_tests = tests/unit/test-wire tests/unit/test-peer tests/unit/test-wire-memory \
	tests/unit/test-wire-pinned tests/unit/test-wire-stream
check_PROGRAMS += $(wire_tests)
TESTS += $(wire_tests)
tests_unit_test_wire_SOURCES = tests/unit/test-wire.c tests/unit/bytes.h \
	tests/unit/tls_server.c tests/unit/tls_server.h
tests_unit_test_wire_LDADD = $(WIRE_LIBS)
tests_unit_test_peer_SOURCES = tests/unit/test-peer.c tests/unit/bytes.h \
	tests/unit/tls_server.c tests/unit/tls_server.h
tests_unit_test_peer_LDADD = $(WIRE_LIBS)
tests_unit_test_wire_pinned_SOURCES = tests/unit/test-wire-pinned.c tests/unit/bytes.h \
	tests/unit/tls_server.c tests/unit/tls_server.h
tests_unit_test_wire_pinned_LDADD = $(WIRE_LIBS)
tests_unit_test_wire_memory_SOURCES = tests/unit/test-wire-memory.c \
	tests/unit/tls_server.c tests/unit/tls_server.h
tests_unit_test_wire_memory_LDADD = $(WIRE_LIBS)
tests_unit_test_wire_stream_SOURCES = tests/unit/test-wire-stream.c tests/unit/bytes.h \
	tests/unit/fake_engine.c tests/unit/fake_engine.h \
	tests/unit/tls_server.c tests/unit/tls_server.h
tests_unit_test_wire_stream_LDADD = $(WIRE_LIBS)
