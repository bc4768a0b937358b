/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "app/dialect.h"

#include <glib.h>

const Dialect dialect_mse = {
    .program = "mse",
    .group = "home",
    .product = "MSE Home",
    .config_name = "mse.toml",
    .code_name = "mse_src",
    .ignore_name = ".mseignore",
    .label = "mse-home",
    .run_entrypoint = "mse-run",
    .test_entrypoint = "mse-test",
    .code_mount = "/mse-app",
    .secrets_mount = "/root/.cache/mse/secrets.json",
    .sealed_secrets_mount = "/root/.cache/mse/sealed_secrets.json",
    .backtrace_variable = "MSE_BACKTRACE",
};

const Dialect dialect_cenclave = {
    .program = "cenclave",
    .group = "",
    .product = "Cosmian Enclave",
    .config_name = "config.toml",
    .code_name = "src",
    .ignore_name = ".cenclaveignore",
    .label = "cenclave",
    .run_entrypoint = "cenclave-run",
    .test_entrypoint = "cenclave-test",
    .code_mount = "/app",
    .secrets_mount = "/root/.cache/cenclave/secrets.json",
    .sealed_secrets_mount = "/root/.cache/cenclave/sealed_secrets.json",
    .backtrace_variable = "BACKTRACE",
};

const Dialect *const dialects[] = {&dialect_mse, &dialect_cenclave, NULL};

const Dialect *dialect_of_config(const char *path)
{
    g_autofree char *name = g_path_get_basename(path);
    for (unsigned i = 0; dialects[i] != NULL; i++)
        if (g_str_equal(dialects[i]->config_name, name))
            return dialects[i];
    return NULL;
}
