# SPDX-License-Identifier: GPL-3.0-or-later
# The manual pages take their lists from the programs' own tables, so they are made by running them.

man_pages = \
	doc/mse-console.1 \
	doc/mse-console-verify.1 \
	doc/mse-console-config.5 \
	doc/mse-sim.1

man_MANS = $(man_pages)
CLEANFILES += $(man_pages)

EXTRA_DIST += \
	doc/fill-lists \
	doc/mse-console.1.in \
	doc/mse-console-verify.1.in \
	doc/mse-console-config.5.in \
	doc/mse-sim.1.in

$(man_pages): %: $(top_srcdir)/%.in $(top_srcdir)/doc/fill-lists \
		mse-console$(EXEEXT) mse-sim$(EXEEXT)
	$(AM_V_GEN)$(MKDIR_P) doc && \
	$(SHELL) $(top_srcdir)/doc/fill-lists $(PACKAGE_VERSION) $< >$@.tmp && mv $@.tmp $@

dist_doc_DATA += \
	doc/architecture.md \
	doc/dependencies.md \
	doc/panes.md \
	doc/performance.md \
	doc/status.md \
	doc/verification.md

# automake leaves our own directory behind, empty.
uninstall-hook:
	-@rmdir '$(DESTDIR)$(docdir)' '$(DESTDIR)$(pkglibexecdir)' 2>/dev/null || :

# For the README; they are not installed.
EXTRA_DIST += \
	doc/pictures/applications.svg \
	doc/pictures/chain.svg \
	doc/pictures/describe.svg \
	doc/pictures/files.svg \
	doc/pictures/help.svg \
	doc/pictures/history.svg \
	doc/pictures/jobs.svg \
	doc/pictures/logs.svg \
	doc/pictures/metrics.svg \
	doc/pictures/rejected.svg \
	doc/pictures/secrets.svg \
	doc/pictures/sources.svg \
	doc/pictures/tour.svg \
	doc/pictures/walk.svg
