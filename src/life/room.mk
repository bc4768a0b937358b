# SPDX-License-Identifier: GPL-3.0-or-later
noinst_LIBRARIES += liblife.a
liblife_a_SOURCES = \
	src/life/collect.c \
	src/life/collect.h \
	src/life/context.c \
	src/life/context.h \
	src/life/delivery.c \
	src/life/delivery.h \
	src/life/difference.c \
	src/life/docker_ignore.c \
	src/life/docker_ignore.h \
	src/life/ending.c \
	src/life/ending.h \
	src/life/judge.c \
	src/life/judge.h \
	src/life/life.c \
	src/life/life.h \
	src/life/load.c \
	src/life/localtest.c \
	src/life/localtest.h \
	src/life/make.c \
	src/life/make.h \
	src/life/measure.c \
	src/life/measure.h \
	src/life/pack.c \
	src/life/pack.h \
	src/life/peak.c \
	src/life/peak.h \
	src/life/qcnl.c \
	src/life/spawn.c \
	src/life/spawn.h \
	src/life/spawn_check.c \
	src/life/spawn_private.h \
	src/life/undo.c \
	src/life/undo.h \
	src/life/venv.c \
	src/life/venv.h
