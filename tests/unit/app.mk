# SPDX-License-Identifier: GPL-3.0-or-later
app_tests = tests/unit/test-settings tests/unit/test-evidence tests/unit/test-recognise \
	tests/unit/test-verification tests/unit/test-pccs tests/unit/test-hostile \
	tests/unit/test-project tests/unit/test-project-interop \
	tests/unit/test-package tests/unit/test-package-hostile \
	tests/unit/test-configuration tests/unit/test-secret-files
check_PROGRAMS += $(app_tests)
TESTS += $(app_tests)
tests_unit_test_settings_SOURCES = tests/unit/test-settings.c
tests_unit_test_settings_LDADD = $(APP_LIBS)
tests_unit_test_evidence_SOURCES = tests/unit/test-evidence.c
tests_unit_test_evidence_LDADD = $(APP_LIBS)
tests_unit_test_recognise_SOURCES = tests/unit/test-recognise.c
tests_unit_test_recognise_LDADD = $(APP_LIBS)
tests_unit_test_verification_SOURCES = tests/unit/test-verification.c tests/unit/sim.h
tests_unit_test_verification_LDADD = $(APP_LIBS)
tests_unit_test_pccs_SOURCES = tests/unit/test-pccs.c tests/unit/sim.h \
	tests/unit/collateral_service.c tests/unit/collateral_service.h
tests_unit_test_pccs_LDADD = $(APP_LIBS)
tests_unit_test_configuration_SOURCES = tests/unit/test-configuration.c
tests_unit_test_configuration_LDADD = $(APP_LIBS)
tests_unit_test_hostile_SOURCES = tests/unit/test-hostile.c $(sim_support)
tests_unit_test_hostile_LDADD = $(APP_LIBS)
tests_unit_test_project_SOURCES = tests/unit/test-project.c
tests_unit_test_project_LDADD = $(APP_LIBS)
package_support = tests/unit/package_support.c tests/unit/package_support.h
tests_unit_test_package_SOURCES = tests/unit/test-package.c $(package_support)
tests_unit_test_package_LDADD = $(APP_LIBS)
tests_unit_test_package_hostile_SOURCES = tests/unit/test-package-hostile.c $(package_support)
tests_unit_test_package_hostile_LDADD = $(APP_LIBS)
tests_unit_test_project_interop_SOURCES = tests/unit/test-project-interop.c
tests_unit_test_project_interop_LDADD = $(APP_LIBS)
tests_unit_test_secret_files_SOURCES = tests/unit/test-secret-files.c
tests_unit_test_secret_files_LDADD = $(APP_LIBS)
