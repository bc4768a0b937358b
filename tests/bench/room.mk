# SPDX-License-Identifier: GPL-3.0-or-later
# `make bench` measures and prints; never part of `make check`, since a busy machine proves nothing.

EXTRA_PROGRAMS += tests/bench/bench-verify tests/bench/bench-process tests/bench/bench-package \
	tests/bench/bench-image
tests_bench_bench_verify_SOURCES = \
	tests/bench/bench-verify.c tests/bench/bench.c tests/bench/bench.h
tests_bench_bench_verify_LDADD = $(ATTEST_LIBS)
tests_bench_bench_process_SOURCES = \
	tests/bench/bench-process.c tests/bench/bench.c tests/bench/bench.h
tests_bench_bench_process_LDADD = $(GLIB_LIBS)

tests_bench_bench_package_SOURCES = \
	tests/bench/bench-package.c tests/bench/bench.c tests/bench/bench.h
tests_bench_bench_package_LDADD = $(APP_LIBS)
tests_bench_bench_image_SOURCES = \
	tests/bench/bench-image.c tests/bench/bench.c tests/bench/bench.h
tests_bench_bench_image_LDADD = $(LIFE_LIBS)

# Linked with exactly what mse-console was found to need, whether it calls it or not.
tests/bench/empty: tests/bench/empty.c mse-console
	@$(MKDIR_P) tests/bench
	$(AM_V_CCLD)$(CC) $(fuzz_compile) -o $@ $(filter %.c,$^) $(LDFLAGS) $(HARDEN_LDFLAGS) \
	  $(SANITIZE_CFLAGS) -Wl,--no-as-needed \
	  $$(objdump -p mse-console | awk '$$1 == "NEEDED" { print "-l:" $$2 }')

# On the terminal that the screen tests use; it must be there.
bench_terminal = $(wildcard $(top_srcdir)/tests/screen/terminal.c \
	$(top_srcdir)/tests/screen/emitted.c)
bench_console = $(if $(bench_terminal),tests/bench/bench-console)
tests/bench/bench-console: tests/bench/bench-console.c tests/bench/bench.c $(bench_terminal)
	@$(MKDIR_P) tests/bench
	$(AM_V_CCLD)$(CC) $(fuzz_compile) -I$(top_srcdir)/tests/screen -o $@ $(filter %.c,$^) \
	  $(AM_LDFLAGS) $(LDFLAGS) $(GLIB_LIBS) $(VTERM_LIBS) -lutil

# On a real engine, with an image of one static program.
tests/bench/bench-engine: tests/bench/bench-engine.c tests/bench/bench.c $(bench_terminal)
	@$(MKDIR_P) tests/bench
	$(AM_V_CCLD)$(CC) $(fuzz_compile) -I$(top_srcdir)/tests/screen -o $@ $(filter %.c,$^) \
	  $(AM_LDFLAGS) $(LDFLAGS) $(GLIB_LIBS) $(VTERM_LIBS) -lutil
tests/bench/speaker: tests/bench/speaker.c
	@$(MKDIR_P) tests/bench
	$(AM_V_CCLD)$(CC) -std=c17 -I. -O1 -static -o $@ $(top_srcdir)/tests/bench/speaker.c

.PHONY: bench-console
bench-console: all tests/bench/empty tests/bench/bench-engine tests/bench/speaker
	@$(top_srcdir)/tests/bench/run-bench-console

.PHONY: bench
bench: all tests/bench/bench-verify tests/bench/bench-process tests/bench/bench-package \
	tests/bench/empty $(bench_console)
	@$(top_srcdir)/tests/bench/run-bench $(top_srcdir)

# Packages alone: writes 5 GB or so beside the temporary directory, and removes it.
.PHONY: bench-package
bench-package: tests/bench/bench-package
	@tests/bench/bench-package

# An image of 2 GiB in and out of the engine: writes some 30 GB, and removes it.
.PHONY: bench-image
bench-image: tests/bench/bench-image
	@$(top_srcdir)/tests/bench/run-bench-image

CLEANFILES += tests/bench/empty tests/bench/bench-console tests/bench/bench-engine \
	tests/bench/speaker $(EXTRA_PROGRAMS)
EXTRA_DIST += tests/bench/run-bench tests/bench/run-bench-console tests/bench/run-bench-image \
	tests/bench/empty.c tests/bench/bench-console.c tests/bench/bench-engine.c tests/bench/speaker.c
