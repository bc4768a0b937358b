# SPDX-License-Identifier: GPL-3.0-or-later
noinst_LIBRARIES += libapp.a
libapp_a_SOURCES = \
	src/app/cipher.c \
	src/app/cipher.h \
	src/app/dialect.c \
	src/app/dialect.h \
	src/app/configuration.c \
	src/app/configuration.h \
	src/app/deed.c \
	src/app/deed.h \
	src/app/evidence.c \
	src/app/evidence.h \
	src/app/nearest.c \
	src/app/nearest.h \
	src/app/package.h \
	src/app/package_extract.c \
	src/app/package_image.c \
	src/app/package_output.c \
	src/app/package_output.h \
	src/app/package_private.h \
	src/app/package_read.c \
	src/app/package_write.c \
	src/app/pccs.c \
	src/app/pccs.h \
	src/app/pccs_answer.c \
	src/app/pccs_answer.h \
	src/app/project.c \
	src/app/project.h \
	src/app/project_directory.c \
	src/app/recognise.c \
	src/app/recipient.c \
	src/app/recipient.h \
	src/app/result.c \
	src/app/result_json.c \
	src/app/run.c \
	src/app/settings.c \
	src/app/settings.h \
	src/app/settings_table.c \
	src/app/subject.c \
	src/app/toml_note.c \
	src/app/toml_note.h \
	src/app/tree.c \
	src/app/tree.h \
	src/app/verification.c \
	src/app/verification.h \
	src/app/verification_private.h
