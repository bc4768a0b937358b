# SPDX-License-Identifier: GPL-3.0-or-later
noinst_LIBRARIES += libapp.a
libapp_a_SOURCES = \
	src/app/evidence.h \
	src/app/nearest.c \
	src/app/nearest.h \
	src/app/settings.h \
	src/app/verification.h
