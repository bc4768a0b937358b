# SPDX-License-Identifier: GPL-3.0-or-later
# The real program in a pseudo-terminal, libvterm as the terminal.
SCREEN_LIBS = libui.a $(COMMAND_LIBS) $(READLINE_LIBS) $(NCURSES_LIBS) $(VTERM_LIBS) -lutil

check_PROGRAMS += tests/screen/test-console
TESTS += tests/screen/test-console
tests_screen_test_console_SOURCES = tests/screen/test-console.c tests/screen/terminal.c \
	tests/screen/terminal.h
tests_screen_test_console_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)/tests/screen
tests_screen_test_console_LDADD = $(SCREEN_LIBS)

check_PROGRAMS += tests/screen/test-terminal
TESTS += tests/screen/test-terminal
tests_screen_test_terminal_SOURCES = tests/screen/test-terminal.c tests/screen/terminal.c \
	tests/screen/terminal.h
tests_screen_test_terminal_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)/tests/screen
tests_screen_test_terminal_LDADD = $(SCREEN_LIBS)
