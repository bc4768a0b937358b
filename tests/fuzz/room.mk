# SPDX-License-Identifier: GPL-3.0-or-later
# A fuzz target is tests/fuzz/fuzz-NAME.c with its seeds in tests/fuzz/seeds/NAME/; both are found
# by name, nothing is listed. `make check` replays the seeds; `make fuzz` hunts for FUZZ_SECONDS
# each.

FUZZ_NAMES = $(patsubst fuzz-%.c,%,$(notdir $(wildcard $(top_srcdir)/tests/fuzz/fuzz-*.c)))
# configure sets FUZZ_REPLAYS to $(fuzz_replays): automake cannot follow a wildcard in TESTS.
fuzz_replays = $(FUZZ_NAMES:%=tests/fuzz/%.replay)
fuzz_programs = $(FUZZ_NAMES:%=tests/fuzz/%.fuzzer)
FUZZ_SECONDS = 15

FUZZ_LIBS = libui.a libcommand.a libsimenclave.a libsim.a $(ARCHIVE_LIBS) \
	$(APP_LIBS) $(READLINE_LIBS) $(NCURSES_LIBS)
fuzz_archives = $(filter %.a,$(FUZZ_LIBS))
fuzz_compile = $(DEFS) $(AM_CPPFLAGS) $(CPPFLAGS) $(AM_CFLAGS) $(CFLAGS)
fuzz_link = $(AM_LDFLAGS) $(LDFLAGS) -Wl,--start-group $(fuzz_archives) -Wl,--end-group \
	$(filter-out %.a,$(FUZZ_LIBS)) $(LIBS)

TESTS += $(FUZZ_REPLAYS)

# LLVMFuzzerTestOneInput is called by a driver, never declared by the target.
tests/fuzz/%.replay: tests/fuzz/fuzz-%.c tests/fuzz/replay.c $(fuzz_archives)
	@$(MKDIR_P) tests/fuzz
	$(AM_V_CCLD)$(CC) $(fuzz_compile) -Wno-missing-prototypes -DFUZZ_NAME='"$*"' \
	  -o $@ $(filter %.c,$^) $(fuzz_link)

tests/fuzz/%.fuzzer: tests/fuzz/fuzz-%.c $(fuzz_archives)
	@$(MKDIR_P) tests/fuzz
	$(AM_V_CCLD)$(CC) $(fuzz_compile) -Wno-missing-prototypes -fsanitize=fuzzer \
	  -o $@ $(filter %.c,$^) $(fuzz_link)

# libFuzzer is clang's, so the rooms are built again by it, in fuzz/ of the build tree.
fuzz_srcdir = $(if $(filter /%,$(srcdir)),$(srcdir),../$(srcdir))

.PHONY: fuzz fuzz-programs
fuzz-programs: $(fuzz_programs)

fuzz:
	@test -n "$(CLANG)" || { echo 'make fuzz wants clang: apt-get install clang' >&2; exit 1; }
	@$(MKDIR_P) fuzz
	@test -f fuzz/Makefile || { cd fuzz && \
	  '$(fuzz_srcdir)/configure' -q --enable-fuzzing CC='$(CLANG)' CFLAGS='-g -O1'; }
	$(MAKE) -C fuzz fuzz-programs
	@cd fuzz && FUZZ_SECONDS='$(FUZZ_SECONDS)' \
	  '$(fuzz_srcdir)/tests/fuzz/run-fuzz' '$(fuzz_srcdir)/tests/fuzz/seeds' $(FUZZ_NAMES)

CLEANFILES += $(fuzz_replays) $(fuzz_programs)
EXTRA_DIST += tests/fuzz/replay.c tests/fuzz/run-fuzz tests/fuzz/make-seeds \
	$(wildcard $(top_srcdir)/tests/fuzz/fuzz-*.c $(top_srcdir)/tests/fuzz/seeds)

distclean-local:
	rm -rf fuzz
