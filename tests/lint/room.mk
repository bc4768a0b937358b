# SPDX-License-Identifier: GPL-3.0-or-later
# Rules of the house that a script can see. Each proves on planted violations that it can fail.

LINT_TESTS = \
	tests/lint/test-layers.sh \
	tests/lint/test-banned.sh \
	tests/lint/test-attest-pure.sh \
	tests/lint/test-hygiene.sh \
	tests/lint/test-configure.sh \
	tests/lint/test-manual.sh \
	tests/lint/test-translation.sh

TESTS += $(LINT_TESTS)
EXTRA_DIST += $(LINT_TESTS) tests/lint/test-bootstrap.sh tests/lint/tap.sh \
	tests/lint/lint

.PHONY: lint
lint:
	@CLANG_FORMAT='$(CLANG_FORMAT)' CPPCHECK='$(CPPCHECK)' SHELLCHECK='$(SHELLCHECK)' \
	  MSE_TEST_BUILD="$$(pwd)" $(top_srcdir)/tests/lint/lint $(top_srcdir) \
	  $(LINT_TESTS)
