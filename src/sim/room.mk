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
	src/sim/platform.c \
	src/sim/platform.h \
	src/sim/platform_files.c \
	src/sim/platform_files.h \
	src/sim/quote.c \
	src/sim/quote.h \
	src/sim/sgx_extension.c \
	src/sim/sgx_extension.h

SIM_LIBS = libsim.a $(FORMAT_LIBS) $(CRYPTO_LIBS)

bin_PROGRAMS += mse-sim
mse_sim_SOURCES = \
	src/sim/main.c \
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
	src/sim/engine_private.h \
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
	src/sim/listen.c \
	src/sim/listen.h \
	src/sim/manual.c \
	src/sim/manual.h \
	src/sim/options.c \
	src/sim/options.h \
	src/sim/pccs.c \
	src/sim/pccs.h \
	src/sim/verb_engine.c \
	src/sim/verb_pccs.c \
	src/sim/verb_platform.c \
	src/sim/verb_quote.c \
	src/sim/verb_samples.c
mse_sim_LDADD = $(SIM_LIBS) $(MICROHTTPD_LIBS) -lm
