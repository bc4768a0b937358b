# SPDX-License-Identifier: GPL-3.0-or-later
noinst_LIBRARIES += liblife.a
liblife_a_SOURCES = \
	src/life/collect.c \
	src/life/collect.h \
	src/life/delivery.c \
	src/life/delivery.h \
	src/life/judge.c \
	src/life/judge.h \
	src/life/life.c \
	src/life/life.h \
	src/life/qcnl.c
