# SPDX-License-Identifier: GPL-3.0-or-later
# The built programs, from outside: mse-console on what mse-sim makes.
e2e_tests = tests/e2e/test-verify tests/e2e/test-bad-input tests/e2e/test-bad-pccs \
	tests/e2e/test-cut tests/e2e/test-seal \
	tests/e2e/test-home tests/e2e/test-home-docker tests/e2e/test-fleet \
	tests/e2e/test-run tests/e2e/test-home-test \
	tests/e2e/test-localtest
check_PROGRAMS += $(e2e_tests)
TESTS += $(e2e_tests) tests/e2e/test-judge.sh tests/e2e/test-lines.sh tests/e2e/test-image.sh
EXTRA_DIST += tests/e2e/test-judge.sh tests/e2e/test-lines.sh tests/e2e/test-image.sh \
	tests/e2e/lines.sh tests/e2e/own.sh
e2e_process = tests/e2e/process.c tests/e2e/process.h tests/e2e/own.c tests/e2e/own.h
tests_e2e_test_verify_SOURCES = tests/e2e/test-verify.c $(e2e_process)
tests_e2e_test_verify_LDADD = $(CORE_LIBS)
tests_e2e_test_bad_input_SOURCES = tests/e2e/test-bad-input.c $(e2e_process) \
	tests/e2e/bad_file.c tests/e2e/bad_file.h \
	tests/e2e/busy_engine.c tests/e2e/busy_engine.h \
	tests/e2e/company.c tests/e2e/company.h
tests_e2e_test_bad_input_LDADD = $(CORE_LIBS)
tests_e2e_test_bad_pccs_SOURCES = tests/e2e/test-bad-pccs.c $(e2e_process)
tests_e2e_test_bad_pccs_LDADD = $(CORE_LIBS)
tests_e2e_test_cut_SOURCES = tests/e2e/test-cut.c $(e2e_process)
tests_e2e_test_cut_LDADD = $(APP_LIBS)
tests_e2e_test_home_SOURCES = tests/e2e/test-home.c $(e2e_process)
tests_e2e_test_home_LDADD = $(CORE_LIBS) -lutil
include $(top_srcdir)/tests/e2e/docker.mk
include $(top_srcdir)/tests/e2e/scaffold.mk
include $(top_srcdir)/tests/e2e/enclave.mk
tests_e2e_test_home_docker_SOURCES = tests/e2e/test-home-docker.c $(e2e_process)
tests_e2e_test_home_docker_LDADD = $(CORE_LIBS)
tests_e2e_test_fleet_SOURCES = tests/e2e/test-fleet.c $(e2e_process)
tests_e2e_test_fleet_LDADD = $(FLEET_LIBS)
tests_e2e_test_run_SOURCES = tests/e2e/test-run.c $(e2e_process) \
	tests/e2e/memory_scan.c tests/e2e/memory_scan.h tests/e2e/nginx.c tests/e2e/nginx.h \
	tests/e2e/sham_enclave.c tests/e2e/sham_enclave.h \
	tests/unit/fake_engine.c tests/unit/fake_engine.h
tests_e2e_test_run_LDADD = $(WIRE_LIBS)
tests_e2e_test_localtest_SOURCES = tests/e2e/test-localtest.c $(e2e_process)
tests_e2e_test_localtest_LDADD = $(CORE_LIBS)
tests_e2e_test_home_test_SOURCES = tests/e2e/test-home-test.c $(e2e_process) \
	tests/e2e/sham_enclave.c tests/e2e/sham_enclave.h \
	tests/unit/fake_engine.c tests/unit/fake_engine.h
tests_e2e_test_home_test_LDADD = $(WIRE_LIBS)
tests_e2e_test_seal_SOURCES = tests/e2e/test-seal.c $(e2e_process)
tests_e2e_test_seal_LDADD = $(CORE_LIBS)

check_PROGRAMS += tests/e2e/test-demo
TESTS += tests/e2e/test-demo
e2e_demos = tests/e2e/demos.c tests/e2e/demos.h $(e2e_process)
tests_e2e_test_demo_SOURCES = tests/e2e/test-demo.c $(e2e_demos)
tests_e2e_test_demo_LDADD = $(CORE_LIBS)
check_PROGRAMS += tests/e2e/test-demo-docker
TESTS += tests/e2e/test-demo-docker
tests_e2e_test_demo_docker_SOURCES = tests/e2e/test-demo-docker.c $(e2e_demos)
tests_e2e_test_demo_docker_LDADD = $(CORE_LIBS)
include $(top_srcdir)/tests/e2e/spawn.mk

check_PROGRAMS += tests/e2e/test-watch
TESTS += tests/e2e/test-watch
tests_e2e_test_watch_SOURCES = tests/e2e/test-watch.c $(e2e_process)
tests_e2e_test_watch_LDADD = $(CORE_LIBS)
