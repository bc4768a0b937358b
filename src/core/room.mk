# SPDX-License-Identifier: GPL-3.0-or-later
noinst_LIBRARIES += libcore.a
libcore_a_SOURCES = \
	src/core/cancel.h \
	src/core/clock.c \
	src/core/clock.h \
	src/core/file.h \
	src/core/hex.h \
	src/core/i18n.h \
	src/core/journal.h \
	src/core/limits.c \
	src/core/limits.h \
	src/core/reader.h \
	src/core/sanitize.h \
	src/core/secret.h
