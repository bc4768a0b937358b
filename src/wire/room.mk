# SPDX-License-Identifier: GPL-3.0-or-later
noinst_LIBRARIES += libwire.a
libwire_a_SOURCES = \
	src/wire/get.c \
	src/wire/memory.c \
	src/wire/peer.c \
	src/wire/stream.h \
	src/wire/transfer.c \
	src/wire/transfer.h \
	src/wire/url.c \
	src/wire/wire.h
