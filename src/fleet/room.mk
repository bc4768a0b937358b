# SPDX-License-Identifier: GPL-3.0-or-later
noinst_LIBRARIES += libfleet.a
libfleet_a_SOURCES = \
	src/fleet/alarm_command.c \
	src/fleet/alarm_command.h \
	src/fleet/app.c \
	src/fleet/app.h \
	src/fleet/app_docker.c \
	src/fleet/app_private.h \
	src/fleet/arguments.c \
	src/fleet/arguments.h \
	src/fleet/backoff.c \
	src/fleet/backoff.h \
	src/fleet/docker_source.c \
	src/fleet/evidence.c \
	src/fleet/evidence.h \
	src/fleet/fleet.c \
	src/fleet/fleet.h \
	src/fleet/fleet_private.h \
	src/fleet/follow.c \
	src/fleet/follow.h \
	src/fleet/health.c \
	src/fleet/judge.c \
	src/fleet/judge.h \
	src/fleet/judge_basis.c \
	src/fleet/judge_private.h \
	src/fleet/judge_work.c \
	src/fleet/lookup.c \
	src/fleet/lookup.h \
	src/fleet/source.c \
	src/fleet/status.c \
	src/fleet/table.c \
	src/fleet/table.h \
	src/fleet/trust.c \
	src/fleet/trust.h \
	src/fleet/usual.c \
	src/fleet/usual.h
