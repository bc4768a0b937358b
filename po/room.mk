# SPDX-License-Identifier: GPL-3.0-or-later
# Translations, without gettextize. The compiled catalogue lies in the build tree as it will be
# installed: po/LANGUAGE/LC_MESSAGES/mse-console.mo. The template is made from the sources whenever
# it is wanted, and so is never out of date and not kept.

frlocaledir = $(localedir)/fr/LC_MESSAGES
frlocale_DATA = po/fr/LC_MESSAGES/mse-console.mo

po/fr/LC_MESSAGES/mse-console.mo: po/fr.po
	@$(MKDIR_P) $(@D)
	$(AM_V_GEN)$(MSGFMT) --check -o $@ $(filter %.po,$^)

.PHONY: update-po
update-po:
	@test -n "$(XGETTEXT)" || { echo 'make update-po wants gettext' >&2; exit 1; }
	@$(MKDIR_P) po
	$(top_srcdir)/po/extract $(top_srcdir) >po/mse-console.pot
	$(MSGMERGE) -q --update --backup=none --no-location --sort-output --no-fuzzy-matching \
	  $(top_srcdir)/po/fr.po po/mse-console.pot
	@$(MSGFMT) --check --statistics -o /dev/null $(top_srcdir)/po/fr.po

CLEANFILES += $(frlocale_DATA) po/mse-console.pot
EXTRA_DIST += po/fr.po po/extract
