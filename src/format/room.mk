# SPDX-License-Identifier: GPL-3.0-or-later
noinst_LIBRARIES += libformat.a
libformat_a_SOURCES = \
	src/format/date.c \
	src/format/date.h \
	src/format/der.c \
	src/format/der.h \
	src/format/ignore.c \
	src/format/ignore.h \
	src/format/json_pull.c \
	src/format/json_pull.h \
	src/format/json_pull_value.c \
	src/format/json_pull_walk.c \
	src/format/json_words.h \
	src/format/pem.c \
	src/format/pem.h \
	src/format/tar.h \
	src/format/tar_header.h \
	src/format/tar_name.c \
	src/format/tar_pax.c \
	src/format/tar_pax.h \
	src/format/tar_read.c \
	src/format/tar_write.c \
	src/format/tar_file.c \
	src/format/tar_file.h \
	src/format/toml.c \
	src/format/toml.h \
	src/format/toml_parse.c \
	src/format/toml_parser.h \
	src/format/toml_scalar.c \
	src/format/toml_string.c \
	src/format/toml_write.c
