# SPDX-License-Identifier: GPL-3.0-or-later
noinst_LIBRARIES += libdocker.a
libdocker_a_SOURCES = \
	src/docker/build.c \
	src/docker/context.c \
	src/docker/context.h \
	src/docker/create.c \
	src/docker/create.h \
	src/docker/endpoint.c \
	src/docker/endpoint.h \
	src/docker/engine.c \
	src/docker/engine.h \
	src/docker/event.c \
	src/docker/exchange.c \
	src/docker/exchange.h \
	src/docker/failure.c \
	src/docker/image.c \
	src/docker/image.h \
	src/docker/inspect.c \
	src/docker/json.c \
	src/docker/json.h \
	src/docker/json_split.c \
	src/docker/list.c \
	src/docker/log_decoder.c \
	src/docker/private.h \
	src/docker/stats.c \
	src/docker/stream.c \
	src/docker/stream.h \
	src/docker/time.c \
	src/docker/told.c \
	src/docker/version.c
