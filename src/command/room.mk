# SPDX-License-Identifier: GPL-3.0-or-later
noinst_LIBRARIES += libcommand.a
libcommand_a_SOURCES = \
	src/command/arguments.c \
	src/command/colour.c \
	src/command/colour.h \
	src/command/completion.c \
	src/command/completion.h \
	src/command/completion_bash.c \
	src/command/completion_fish.c \
	src/command/completion_shell.h \
	src/command/completion_zsh.c \
	src/command/console.c \
	src/command/demo.c \
	src/command/demo_child.c \
	src/command/demo_child.h \
	src/command/demo_engine.c \
	src/command/demo_engine.h \
	src/command/demo_place.c \
	src/command/demo_place.h \
	src/command/console.h \
	src/command/doctor.c \
	src/command/doctor_program.c \
	src/command/doctor_rows.h \
	src/command/doctor_system.c \
	src/command/help.c \
	src/command/help.h \
	src/command/home.c \
	src/command/home.h \
	src/command/home_act.c \
	src/command/home_cipher.c \
	src/command/home_events.c \
	src/command/home_evidence.c \
	src/command/home_keygen.c \
	src/command/home_life.c \
	src/command/home_life.h \
	src/command/home_list.c \
	src/command/home_localtest.c \
	src/command/home_logs.c \
	src/command/home_nginx.c \
	src/command/home_package.c \
	src/command/home_run.c \
	src/command/home_scaffold.c \
	src/command/home_seal.c \
	src/command/home_spawn.c \
	src/command/home_status.c \
	src/command/home_test.c \
	src/command/home_tests.h \
	src/command/home_top.c \
	src/command/home_unseal.c \
	src/command/home_watch.c \
	src/command/inspect.c \
	src/command/inspect_der.c \
	src/command/inspect_json.c \
	src/command/inspect_node.c \
	src/command/inspect_node.h \
	src/command/inspect_quote.c \
	src/command/job.c \
	src/command/job.h \
	src/command/journal.c \
	src/command/layout.c \
	src/command/layout.h \
	src/command/manual.c \
	src/command/output.c \
	src/command/output.h \
	src/command/progress_line.c \
	src/command/progress_line.h \
	src/command/rows_json.c \
	src/command/rows_json.h \
	src/command/shell.c \
	src/command/shell.h \
	src/command/spelling.c \
	src/command/spelling.h \
	src/command/suggest.c \
	src/command/suggest.h \
	src/command/table.c \
	src/command/table.h \
	src/command/verb.c \
	src/command/verb.h \
	src/command/verbs.h \
	src/command/verify.c \
	src/command/verify_package.c \
	src/command/verify_package.h \
	src/command/verify_request.c \
	src/command/verify_request.h \
	src/command/verify_text.c \
	src/command/verify_text.h

bin_PROGRAMS += mse-console
mse_console_SOURCES = src/main.c
mse_console_LDADD = libui.a $(COMMAND_LIBS) $(READLINE_LIBS) $(NCURSES_LIBS)

# Completion files, printed by the program itself; named as each shell looks for them.
completion_files = \
	src/command/completion/mse-console \
	src/command/completion/_mse-console \
	src/command/completion/mse-console.fish
bashcompletiondir = $(datadir)/bash-completion/completions
zshcompletiondir = $(datadir)/zsh/site-functions
fishcompletiondir = $(datadir)/fish/vendor_completions.d
nodist_bashcompletion_DATA = src/command/completion/mse-console
nodist_zshcompletion_DATA = src/command/completion/_mse-console
nodist_fishcompletion_DATA = src/command/completion/mse-console.fish
CLEANFILES += $(completion_files)

src/command/completion/mse-console: mse-console$(EXEEXT)
	@$(MKDIR_P) $(@D)
	$(AM_V_GEN)LC_ALL=C.UTF-8 ./mse-console completion bash >$@.new && mv $@.new $@

src/command/completion/_mse-console: mse-console$(EXEEXT)
	@$(MKDIR_P) $(@D)
	$(AM_V_GEN)LC_ALL=C.UTF-8 ./mse-console completion zsh >$@.new && mv $@.new $@

src/command/completion/mse-console.fish: mse-console$(EXEEXT)
	@$(MKDIR_P) $(@D)
	$(AM_V_GEN)LC_ALL=C.UTF-8 ./mse-console completion fish >$@.new && mv $@.new $@

# The names that command lines of MSE Home and of Cosmian Enclave begin with. Somebody else's
# program of that name stays.
if MSE_LINK
install-exec-hook:
	@cd '$(DESTDIR)$(bindir)' && for name in mse cenclave; do \
	  { test -e $$name && test ! -L $$name; } || $(LN_S) -f mse-console$(EXEEXT) $$name; \
	done

uninstall-local:
	-@cd '$(DESTDIR)$(bindir)' && for name in mse cenclave; do \
	  test "$$(readlink $$name)" != mse-console$(EXEEXT) || rm -f $$name; \
	done
endif
