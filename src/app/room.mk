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
	src/app/project_cloud.c \
	src/app/project_cloud.h \
	src/app/project_directory.c \
	src/app/recognise.c \
	src/app/recipient.c \
	src/app/recipient.h \
	src/app/result.c \
	src/app/result_json.c \
	src/app/run.c \
	src/app/secret_files.c \
	src/app/secret_files.h \
	src/app/scaffold.c \
	src/app/scaffold.h \
	src/app/settings.c \
	src/app/settings.h \
	src/app/settings_colour.c \
	src/app/settings_colour.h \
	src/app/settings_file.c \
	src/app/settings_table.c \
	src/app/subject.c \
	src/app/toml_note.c \
	src/app/toml_note.h \
	src/app/tree.c \
	src/app/tree.h \
	src/app/verification.c \
	src/app/verification.h \
	src/app/verification_private.h

# The texts of a new project are files of their own, and strings in the program.
scaffold_texts = Dockerfile README.md.in app.py config.toml.in conftest.py ignore test_app.py
EXTRA_DIST += $(scaffold_texts:%=src/app/scaffold/%)
CLEANFILES += src/app/scaffold_texts.h
src/app/scaffold.$(OBJEXT): src/app/scaffold_texts.h
src/app/scaffold_texts.h: $(scaffold_texts:%=src/app/scaffold/%)
	@$(MKDIR_P) $(@D)
	$(AM_V_GEN)for text in $^; do \
	  echo "static const char scaffold_$$(basename "$$text" | tr .- __)[] ="; \
	  sed -e 's/[\\"]/\\&/g' -e 's/.*/    "&\\n"/' "$$text"; \
	  echo '    "";'; \
	done >$@.new && mv $@.new $@
