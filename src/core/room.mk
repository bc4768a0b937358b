# SPDX-License-Identifier: GPL-3.0-or-later
noinst_LIBRARIES += libcore.a
libcore_a_SOURCES = \
	src/core/cancel.c \
	src/core/cancel.h \
	src/core/cause.c \
	src/core/cause.h \
	src/core/clock.c \
	src/core/clock.h \
	src/core/command.c \
	src/core/command.h \
	src/core/exec.c \
	src/core/exec.h \
	src/core/file.c \
	src/core/file.h \
	src/core/file_read.c \
	src/core/file_tree.c \
	src/core/hex.c \
	src/core/hex.h \
	src/core/i18n.h \
	src/core/journal.c \
	src/core/journal.h \
	src/core/limits.c \
	src/core/limits.h \
	src/core/progress.c \
	src/core/progress.h \
	src/core/reader.h \
	src/core/sanitize.c \
	src/core/sanitize.h \
	src/core/secret.c \
	src/core/secret.h \
	src/core/secret_file.c \
	src/core/stack.c \
	src/core/stack.h \
	src/core/units.c \
	src/core/units.h
