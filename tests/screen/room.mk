# SPDX-License-Identifier: GPL-3.0-or-later
# The real program in a pseudo-terminal, libvterm as the terminal.
check_LIBRARIES += tests/screen/libemitted.a
tests_screen_libemitted_a_SOURCES = tests/screen/emitted.c tests/screen/emitted.h
SCREEN_LIBS = tests/screen/libemitted.a libui.a $(COMMAND_LIBS) $(READLINE_LIBS) \
	$(NCURSES_LIBS) $(VTERM_LIBS) -lutil

screen_samples = tests/screen/samples.c tests/screen/samples.h tests/screen/terminal.c \
	tests/screen/terminal.h

check_PROGRAMS += tests/screen/test-console
TESTS += tests/screen/test-console
tests_screen_test_console_SOURCES = tests/screen/test-console.c $(screen_samples)
tests_screen_test_console_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)/tests/screen
tests_screen_test_console_LDADD = $(SCREEN_LIBS)

check_PROGRAMS += tests/screen/test-opening
TESTS += tests/screen/test-opening
tests_screen_test_opening_SOURCES = tests/screen/test-opening.c $(screen_samples)
tests_screen_test_opening_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)/tests/screen
tests_screen_test_opening_LDADD = $(SCREEN_LIBS)

check_PROGRAMS += tests/screen/test-terminal
TESTS += tests/screen/test-terminal
tests_screen_test_terminal_SOURCES = tests/screen/test-terminal.c tests/screen/terminal.c \
	tests/screen/terminal.h
tests_screen_test_terminal_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)/tests/screen
tests_screen_test_terminal_LDADD = $(SCREEN_LIBS)

screen_engine = tests/screen/engine.c tests/screen/engine.h tests/screen/terminal.c \
	tests/screen/terminal.h

check_PROGRAMS += tests/screen/test-apps
TESTS += tests/screen/test-apps
tests_screen_test_apps_SOURCES = tests/screen/test-apps.c $(screen_engine)
tests_screen_test_apps_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)/tests/screen
tests_screen_test_apps_LDADD = $(SCREEN_LIBS)

check_PROGRAMS += tests/screen/test-emitted
TESTS += tests/screen/test-emitted
tests_screen_test_emitted_SOURCES = tests/screen/test-emitted.c
tests_screen_test_emitted_LDADD = tests/screen/libemitted.a $(GLIB_LIBS)

check_PROGRAMS += tests/screen/test-logs
TESTS += tests/screen/test-logs
tests_screen_test_logs_SOURCES = tests/screen/test-logs.c $(screen_engine)
tests_screen_test_logs_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)/tests/screen
tests_screen_test_logs_LDADD = $(SCREEN_LIBS)

check_PROGRAMS += tests/screen/test-ways
TESTS += tests/screen/test-ways
tests_screen_test_ways_SOURCES = tests/screen/test-ways.c $(screen_engine)
tests_screen_test_ways_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)/tests/screen
tests_screen_test_ways_LDADD = $(SCREEN_LIBS)

check_PROGRAMS += tests/screen/test-panes
TESTS += tests/screen/test-panes
tests_screen_test_panes_SOURCES = tests/screen/test-panes.c $(screen_engine)
tests_screen_test_panes_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)/tests/screen
tests_screen_test_panes_LDADD = $(SCREEN_LIBS)

check_PROGRAMS += tests/screen/test-figures
TESTS += tests/screen/test-figures
tests_screen_test_figures_SOURCES = tests/screen/test-figures.c $(screen_engine) \
	tests/e2e/process.c tests/e2e/process.h tests/e2e/own.c tests/e2e/own.h
tests_screen_test_figures_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)/tests/screen
tests_screen_test_figures_LDADD = $(SCREEN_LIBS)

check_PROGRAMS += tests/screen/test-source
TESTS += tests/screen/test-source
tests_screen_test_source_SOURCES = tests/screen/test-source.c $(screen_engine)
tests_screen_test_source_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)/tests/screen
tests_screen_test_source_LDADD = $(SCREEN_LIBS)

screen_demo = tests/screen/demo.c tests/screen/demo.h tests/screen/terminal.c \
	tests/screen/terminal.h

check_PROGRAMS += tests/screen/test-tour
TESTS += tests/screen/test-tour
tests_screen_test_tour_SOURCES = tests/screen/test-tour.c $(screen_demo)
tests_screen_test_tour_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)/tests/screen
tests_screen_test_tour_LDADD = $(SCREEN_LIBS)

check_PROGRAMS += tests/screen/test-trust
TESTS += tests/screen/test-trust
tests_screen_test_trust_SOURCES = tests/screen/test-trust.c $(screen_engine)
tests_screen_test_trust_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)/tests/screen
tests_screen_test_trust_LDADD = $(SCREEN_LIBS)

# Another day: an object that is preloaded. Not fortified: it defines what headers would replace.
EXTRA_DIST += tests/screen/shifted_clock.c
tests/screen/shifted_clock.so: tests/screen/shifted_clock.c
	@$(MKDIR_P) tests/screen
	$(AM_V_CCLD)$(CC) -I. -std=c17 $(WARN_CFLAGS) -O0 -U_FORTIFY_SOURCE -fPIC -shared \
	  -o $@ $(top_srcdir)/tests/screen/shifted_clock.c
check_DATA += tests/screen/shifted_clock.so
# Whoever builds this test alone needs it too.
EXTRA_tests_screen_test_trust_DEPENDENCIES = tests/screen/shifted_clock.so
CLEANFILES += tests/screen/shifted_clock.so

# What a session that leaks looks like to a sanitizer: an object that is preloaded too.
EXTRA_DIST += tests/screen/leaking.c
tests/screen/leaking.so: tests/screen/leaking.c
	@$(MKDIR_P) tests/screen
	$(AM_V_CCLD)$(CC) -I. -std=c17 $(WARN_CFLAGS) -O0 -U_FORTIFY_SOURCE -fPIC -shared \
	  -o $@ $(top_srcdir)/tests/screen/leaking.c
check_DATA += tests/screen/leaking.so
CLEANFILES += tests/screen/leaking.so
check_PROGRAMS += tests/screen/test-leaks
TESTS += tests/screen/test-leaks
tests_screen_test_leaks_SOURCES = tests/screen/test-leaks.c tests/screen/terminal.c \
	tests/screen/terminal.h
tests_screen_test_leaks_LDADD = $(SCREEN_LIBS)
EXTRA_tests_screen_test_leaks_DEPENDENCIES = tests/screen/leaking.so

check_PROGRAMS += tests/screen/test-walk
TESTS += tests/screen/test-walk
tests_screen_test_walk_SOURCES = tests/screen/test-walk.c $(screen_demo)
tests_screen_test_walk_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)/tests/screen
tests_screen_test_walk_LDADD = $(SCREEN_LIBS)

# The pictures of the README and doc/panes.md, made by driving the program itself.
EXTRA_PROGRAMS += tests/screen/pictures
tests_screen_pictures_SOURCES = tests/screen/pictures.c tests/screen/terminal.c \
	tests/screen/terminal.h
tests_screen_pictures_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)/tests/screen
tests_screen_pictures_LDADD = $(SCREEN_LIBS) -lm

.PHONY: pictures
pictures: tests/screen/pictures$(EXEEXT) all
	MSE_TEST_BUILD=$(abs_top_builddir) tests/screen/pictures$(EXEEXT) $(abs_top_srcdir)/doc/pictures

check_PROGRAMS += tests/screen/test-secrets
TESTS += tests/screen/test-secrets
tests_screen_test_secrets_SOURCES = tests/screen/test-secrets.c $(screen_demo) \
	tests/screen/engine.c tests/screen/engine.h
tests_screen_test_secrets_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)/tests/screen
tests_screen_test_secrets_LDADD = $(SCREEN_LIBS)

check_PROGRAMS += tests/screen/test-walk-ways tests/screen/test-progress
TESTS += tests/screen/test-walk-ways tests/screen/test-progress
tests_screen_test_walk_ways_SOURCES = tests/screen/test-walk-ways.c $(screen_demo)
tests_screen_test_walk_ways_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)/tests/screen
tests_screen_test_walk_ways_LDADD = $(SCREEN_LIBS)
tests_screen_test_progress_SOURCES = tests/screen/test-progress.c $(screen_demo)
tests_screen_test_progress_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)/tests/screen
tests_screen_test_progress_LDADD = $(SCREEN_LIBS)
