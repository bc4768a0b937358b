# SPDX-License-Identifier: GPL-3.0-or-later
noinst_LIBRARIES += liblife.a
liblife_a_SOURCES = \
	src/life/build_context.c \
	src/life/build_context.h \
	src/life/collect.c \
	src/life/collect.h \
	src/life/delivery.c \
	src/life/delivery.h \
	src/life/judge.c \
	src/life/judge.h \
	src/life/life.c \
	src/life/life.h \
	src/life/localtest.c \
	src/life/localtest.h \
	src/life/peak.c \
	src/life/peak.h \
	src/life/qcnl.c \
	src/life/venv.c \
	src/life/venv.h
