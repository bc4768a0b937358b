/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "memory_scan.h"

#include <fcntl.h>
#include <glib.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static unsigned count_in(const uint8_t *bytes, size_t size, const char *needle)
{
    unsigned n = 0;
    const uint8_t *at = bytes;
    while ((at = memmem(at, size - (size_t)(at - bytes), needle, strlen(needle))) != NULL) {
        n++;
        at++;
    }
    return n;
}

int memory_scan(pid_t pid, const char *needle)
{
    g_autofree char *maps_path = g_strdup_printf("/proc/%d/maps", (int)pid);
    g_autofree char *mem_path = g_strdup_printf("/proc/%d/mem", (int)pid);
    g_autofree char *maps = NULL;
    int memory = open(mem_path, O_RDONLY | O_CLOEXEC);
    if (memory < 0 || !g_file_get_contents(maps_path, &maps, NULL, NULL)) {
        if (memory >= 0)
            close(memory);
        return -1;
    }
    int n = 0;
    g_auto(GStrv) lines = g_strsplit(maps, "\n", -1);
    for (char **line = lines; *line; line++) {
        uintptr_t start, end;
        char mode[5];
        if (sscanf(*line, "%" SCNxPTR "-%" SCNxPTR " %4s", &start, &end, mode) != 3 ||
            !g_str_has_prefix(mode, "rw"))
            continue;
        g_autofree uint8_t *bytes = g_malloc(end - start);
        ssize_t got = pread(memory, bytes, end - start, (off_t)start);
        n += got > 0 ? (int)count_in(bytes, (size_t)got, needle) : 0;
    }
    close(memory);
    return n;
}
