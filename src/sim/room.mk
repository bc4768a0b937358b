# SPDX-License-Identifier: GPL-3.0-or-later
# mse-sim: a program of its own. It never links the verifier: sharing code is sharing mistakes.
noinst_LIBRARIES += libsim.a
libsim_a_SOURCES = \
	src/sim/break_rows.h \
	src/sim/breaks.c \
	src/sim/breaks.h \
	src/sim/certificate.c \
	src/sim/certificate.h \
	src/sim/crypto.c \
	src/sim/crypto.h \
	src/sim/directory.c \
	src/sim/directory.h \
	src/sim/evidence.c \
	src/sim/evidence.h \
	src/sim/info.c \
	src/sim/info.h \
	src/sim/name.c \
	src/sim/name.h \
	src/sim/platform.c \
	src/sim/platform.h \
	src/sim/platform_files.c \
	src/sim/platform_files.h \
	src/sim/quote.c \
	src/sim/quote.h \
	src/sim/quoting.c \
	src/sim/quoting.h \
	src/sim/sgx_extension.c \
	src/sim/sgx_extension.h

SIM_LIBS = libsim.a $(FORMAT_LIBS) $(CRYPTO_LIBS)

bin_PROGRAMS += mse-sim
mse_sim_SOURCES = \
	src/sim/main.c \
	src/sim/demo_apps.c \
	src/sim/demo_apps.h \
	src/sim/demo_configure.c \
	src/sim/demo_docker.c \
	src/sim/demo_docker.h \
	src/sim/docker.c \
	src/sim/docker.h \
	src/sim/engine.c \
	src/sim/engine.h \
	src/sim/engine_acts.c \
	src/sim/engine_archive.c \
	src/sim/engine_calls.c \
	src/sim/engine_filter.c \
	src/sim/engine_filter.h \
	src/sim/engine_fleet.c \
	src/sim/engine_fleet.h \
	src/sim/engine_hostile.c \
	src/sim/engine_hostile.h \
	src/sim/engine_json.c \
	src/sim/engine_json.h \
	src/sim/engine_log.c \
	src/sim/engine_log.h \
	src/sim/engine_kept.c \
	src/sim/engine_kept.h \
	src/sim/engine_private.h \
	src/sim/engine_process.c \
	src/sim/engine_process.h \
	src/sim/engine_self.c \
	src/sim/engine_spec.c \
	src/sim/engine_spec.h \
	src/sim/engine_stats.c \
	src/sim/engine_streams.c \
	src/sim/engine_streams.h \
	src/sim/engine_text.c \
	src/sim/engine_text.h \
	src/sim/fault.c \
	src/sim/fault.h \
	src/sim/http.c \
	src/sim/http.h \
	src/sim/http_private.h \
	src/sim/http_server.c \
	src/sim/image.c \
	src/sim/image.h \
	src/sim/image_program.c \
	src/sim/manual.c \
	src/sim/manual.h \
	src/sim/options.c \
	src/sim/options.h \
	src/sim/pccs.c \
	src/sim/pccs.h \
	src/sim/quoting_service.c \
	src/sim/quoting_service.h \
	src/sim/tar.c \
	src/sim/tar.h \
	src/sim/tls_identity.c \
	src/sim/tls_identity.h \
	src/sim/verb_demo.c \
	src/sim/verb_engine.c \
	src/sim/verb_image.c \
	src/sim/verb_pccs.c \
	src/sim/verb_platform.c \
	src/sim/verb_quote.c \
	src/sim/verb_quoting.c \
	src/sim/verb_samples.c
mse_sim_LDADD = libsimenclave.a $(SIM_LIBS) $(OPENSSL_LIBS) $(MICROHTTPD_LIBS) -lm

# mse-sim-enclave: what runs in the images that mse-sim makes. Static, so that nothing else has to
# be in them; with sanitizers, which want their libraries, it is as any other program.
noinst_LIBRARIES += libsimenclave.a
libsimenclave_a_SOURCES = \
	src/sim/base64url.c \
	src/sim/base64url.h \
	src/sim/enclave.h \
	src/sim/enclave_application.c \
	src/sim/enclave_arguments.c \
	src/sim/enclave_arguments.h \
	src/sim/enclave_code.c \
	src/sim/enclave_code.h \
	src/sim/enclave_fault.c \
	src/sim/enclave_fault.h \
	src/sim/enclave_http.c \
	src/sim/enclave_http.h \
	src/sim/enclave_measure.c \
	src/sim/enclave_measure.h \
	src/sim/enclave_result.c \
	src/sim/enclave_run.c \
	src/sim/enclave_say.c \
	src/sim/enclave_say.h \
	src/sim/enclave_secrets.c \
	src/sim/enclave_server.c \
	src/sim/enclave_server.h \
	src/sim/enclave_start.c \
	src/sim/enclave_state.c \
	src/sim/listen.c \
	src/sim/listen.h

pkglibexec_PROGRAMS += mse-sim-enclave
mse_sim_enclave_SOURCES = src/sim/enclave_main.c
if SANITIZERS
mse_sim_enclave_LDADD = libsimenclave.a $(SIM_LIBS) $(ARCHIVE_LIBS) $(OPENSSL_LIBS)
else
mse_sim_enclave_SOURCES += src/sim/enclave_absent.c
# libarchive without what it links for formats that are not read here.
mse_sim_enclave_LDADD = libsimenclave.a libsim.a libformat.a libcore.a -larchive $(ENCLAVE_LIBS)
mse_sim_enclave_LDFLAGS = $(ENCLAVE_LDFLAGS)
endif
