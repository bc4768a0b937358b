# SPDX-License-Identifier: GPL-3.0-or-later
noinst_LIBRARIES += libcommand.a
libcommand_a_SOURCES = \
	src/command/job.h \
	src/command/verb.h

bin_PROGRAMS += mse-console
mse_console_SOURCES = src/main.c
mse_console_LDADD = $(UI_LIBS)
