/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "tests/unit/enclave-support.h"

char *enclave_place(const char *name)
{
    return g_build_filename(g_getenv("TMPDIR"), name, NULL);
}

bool enclave_parse(EnclaveRole role, const char *line, EnclaveArguments *out, GError **error)
{
    g_auto(GStrv) words = g_strsplit(line, "|", -1);
    g_auto(GStrv) name = g_strsplit("mse-run", " ", -1);
    char **at = name;
    int n = 1;
    g_assert_true(enclave_role(&n, &at, out));
    out->role = role;
    return enclave_arguments_parse(out, (int)g_strv_length(words), words, error);
}

char *enclave_interop(const char *folder, const char *name)
{
    char *path = g_build_filename(g_getenv("MSE_TEST_SOURCE"), "..", "shared", "data", "interop",
                                  folder, name, NULL);
    if (g_file_test(path, G_FILE_TEST_EXISTS))
        return path;
    g_test_skip("no shared data");
    g_free(path);
    return NULL;
}
