# SPDX-License-Identifier: GPL-3.0-or-later
noinst_LIBRARIES += libwire.a
libwire_a_SOURCES = \
	src/wire/answer.c \
	src/wire/body.c \
	src/wire/call.c \
	src/wire/child.c \
	src/wire/child.h \
	src/wire/memory.c \
	src/wire/peer.c \
	src/wire/stream.c \
	src/wire/stream.h \
	src/wire/thread.c \
	src/wire/thread.h \
	src/wire/transfer.c \
	src/wire/transfer.h \
	src/wire/trust.c \
	src/wire/upload.c \
	src/wire/url.c \
	src/wire/wire.h
