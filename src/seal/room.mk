# SPDX-License-Identifier: GPL-3.0-or-later
noinst_LIBRARIES += libseal.a
libseal_a_SOURCES = \
	src/seal/box.c \
	src/seal/box.h \
	src/seal/fernet.c \
	src/seal/fernet.h \
	src/seal/fernet_decrypt.c \
	src/seal/key.c \
	src/seal/key.h \
	src/seal/stream.c \
	src/seal/stream.h
