# SPDX-License-Identifier: GPL-3.0-or-later
seal_tests = tests/unit/test-box tests/unit/test-fernet tests/unit/test-seal-interop
check_PROGRAMS += $(seal_tests)
TESTS += $(seal_tests)
seal_memory = tests/unit/memory_stream.c tests/unit/memory_stream.h tests/unit/bytes.h
tests_unit_test_box_SOURCES = tests/unit/test-box.c $(seal_memory)
tests_unit_test_box_LDADD = $(SEAL_LIBS)
tests_unit_test_fernet_SOURCES = tests/unit/test-fernet.c $(seal_memory)
tests_unit_test_fernet_LDADD = $(SEAL_LIBS)
tests_unit_test_seal_interop_SOURCES = tests/unit/test-seal-interop.c $(seal_memory)
tests_unit_test_seal_interop_LDADD = $(SEAL_LIBS)
