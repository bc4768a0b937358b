/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "seal/stream.h"

G_DEFINE_QUARK(mse - seal - error - quark, seal_error)
