# SPDX-License-Identifier: GPL-3.0-or-later
noinst_LIBRARIES += libfleet.a
libfleet_a_SOURCES = \
	src/fleet/app.c \
	src/fleet/app.h \
	src/fleet/app_private.h \
	src/fleet/fleet.h
