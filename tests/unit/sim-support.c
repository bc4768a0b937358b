/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "tests/unit/sim-support.h"

#include <sys/wait.h>

void ran_clear(Ran *ran)
{
    g_clear_pointer(&ran->out, g_free);
    g_clear_pointer(&ran->err, g_free);
}

Ran run_words(const char *const *argv)
{
    Ran ran = {0};
    int output, errors;
    GPid child;
    g_autoptr(GError) error = NULL;
    const GSpawnFlags flags = G_SPAWN_SEARCH_PATH | G_SPAWN_DO_NOT_REAP_CHILD;
    if (!g_spawn_async_with_pipes(NULL, (char **)argv, NULL, flags, NULL, NULL, &child, NULL,
                                  &output, &errors, &error))
        g_error("%s: %s", argv[0], error->message);
    g_autoptr(GIOChannel) out_channel = g_io_channel_unix_new(output);
    g_autoptr(GIOChannel) err_channel = g_io_channel_unix_new(errors);
    g_io_channel_set_encoding(out_channel, NULL, NULL);
    g_io_channel_set_encoding(err_channel, NULL, NULL);
    /* What is said on standard error fits a pipe: one after the other does not block. */
    gsize size;
    g_io_channel_read_to_end(out_channel, &ran.out, &ran.out_size, NULL);
    g_io_channel_read_to_end(err_channel, &ran.err, &size, NULL);
    g_io_channel_shutdown(out_channel, FALSE, NULL);
    g_io_channel_shutdown(err_channel, FALSE, NULL);
    int status;
    g_assert_cmpint(waitpid(child, &status, 0), ==, child);
    g_spawn_close_pid(child);
    ran.status = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
    return ran;
}

char *sim_program(void)
{
    return g_build_filename(g_getenv("MSE_TEST_BUILD"), "mse-sim", NULL);
}

static Ran run_sim_line(const char *line)
{
    g_autofree char *program = sim_program();
    g_auto(GStrv) words = g_strsplit(line, " ", -1);
    g_autoptr(GPtrArray) argv = g_ptr_array_new();
    g_ptr_array_add(argv, program);
    for (unsigned i = 0; words[i] != NULL; i++)
        if (words[i][0] != '\0')
            g_ptr_array_add(argv, words[i]);
    g_ptr_array_add(argv, NULL);
    return run_words((const char *const *)argv->pdata);
}

Ran run_sim(const char *format, ...)
{
    va_list list;
    va_start(list, format);
    g_autofree char *line = g_strdup_vprintf(format, list);
    va_end(list);
    return run_sim_line(line);
}

void must_sim(const char *format, ...)
{
    va_list list;
    va_start(list, format);
    g_autofree char *line = g_strdup_vprintf(format, list);
    va_end(list);
    g_auto(Ran) ran = run_sim_line(line);
    if (ran.status != 0)
        g_error("mse-sim %s: status %d: %s", line, ran.status, ran.err);
}

char *place(const char *format, ...)
{
    va_list list;
    va_start(list, format);
    g_autofree char *name = g_strdup_vprintf(format, list);
    va_end(list);
    return g_build_filename(g_getenv("HOME"), name, NULL);
}

const char *platform_at(const char *name, const char *options)
{
    static GHashTable *made;
    if (made == NULL)
        made = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    const char *known = g_hash_table_lookup(made, name);
    if (known != NULL)
        return known;
    char *path = place("platform-%s", name);
    g_autofree char *like = strcmp(name, "plain") == 0 || strcmp(name, "other") == 0
                                ? g_strdup("")
                                : g_strconcat("--like ", plain(), NULL);
    must_sim("platform %s --at %s %s %s", path, SIM_TIME_TEXT, like, options);
    g_hash_table_insert(made, g_strdup(name), path);
    return path;
}

const char *plain(void)
{
    return platform_at("plain", "");
}

char *in(const char *directory, const char *name)
{
    return g_build_filename(directory, name, NULL);
}

void assert_says(const Ran *ran, const char *text)
{
    if (strstr(ran->out, text) == NULL)
        g_error("“%s” is not in: %s%s", text, ran->out, ran->err);
}

Span bytes_span(GBytes *bytes)
{
    size_t size;
    const void *data = g_bytes_get_data(bytes, &size);
    return span_of(data, size);
}

GBytes *contents(const char *path)
{
    char *data;
    gsize size;
    g_autoptr(GError) error = NULL;
    if (!g_file_get_contents(path, &data, &size, &error))
        g_error("%s", error->message);
    return g_bytes_new_take(data, size);
}
