# SPDX-License-Identifier: GPL-3.0-or-later
# Sessions in which the n-th call of one kind fails: an object that is preloaded, and its user.
check_PROGRAMS += tests/torture/test-torture
TESTS += tests/torture/test-torture
tests_torture_test_torture_SOURCES = tests/torture/test-torture.c \
	tests/torture/torture.c tests/torture/torture.h tests/torture/interposer.h \
	tests/e2e/process.c tests/e2e/process.h \
	tests/screen/terminal.c tests/screen/terminal.h
tests_torture_test_torture_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)/tests/screen
tests_torture_test_torture_LDADD = tests/screen/libemitted.a $(CORE_LIBS) $(VTERM_LIBS) -lutil

# Neither optimised nor fortified: it defines what the headers would replace.
EXTRA_DIST += tests/torture/interposer.c
tests/torture/interposer.so: tests/torture/interposer.c tests/torture/interposer.h
	@$(MKDIR_P) tests/torture
	$(AM_V_CCLD)$(CC) -I. -std=c17 $(WARN_CFLAGS) -O0 -U_FORTIFY_SOURCE -fPIC -shared \
	  -o $@ $(top_srcdir)/tests/torture/interposer.c -ldl
check_DATA += tests/torture/interposer.so
CLEANFILES += tests/torture/interposer.so

# An engine behind a proxy that freezes, goes away, breaks off and lies.
faults_proxy = tests/e2e/process.c tests/e2e/process.h tests/e2e/proxy.c tests/e2e/proxy.h
check_PROGRAMS += tests/e2e/test-faults tests/screen/test-faults
TESTS += tests/e2e/test-faults tests/screen/test-faults
tests_e2e_test_faults_SOURCES = tests/e2e/test-faults.c $(faults_proxy)
tests_e2e_test_faults_LDADD = $(FLEET_LIBS)
tests_screen_test_faults_SOURCES = tests/screen/test-faults.c tests/screen/terminal.c \
	tests/screen/terminal.h $(faults_proxy)
tests_screen_test_faults_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)/tests/screen
tests_screen_test_faults_LDADD = $(SCREEN_LIBS)

# Minutes: not part of `make check`.
EXTRA_DIST += tests/valgrind/check-valgrind
.PHONY: check-valgrind
check-valgrind: all tests/screen/test-console tests/screen/test-apps tests/screen/test-terminal
	@$(top_srcdir)/tests/valgrind/check-valgrind $(top_srcdir)
