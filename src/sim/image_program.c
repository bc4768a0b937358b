/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The program that an image is made of.
 */
#include "config.h"

#include "sim/image.h"

#include "core/i18n.h"
#include "core/sanitize.h"
#include "sim/crypto.h"

#include <elf.h>
#include <sys/stat.h>

/* Above it is no program of ours. */
enum { PROGRAM_MOST = 64 * 1024 * 1024 };

/* A program that needs an interpreter, its loader, finds none in an image of its own. */
static bool is_static(const char *data, size_t size)
{
    Elf64_Ehdr head;
    if (size < sizeof head || memcmp(data, ELFMAG, SELFMAG) != 0)
        return false;
    memcpy(&head, data, sizeof head);
    for (unsigned i = 0; i < head.e_phnum; i++) {
        Elf64_Phdr part;
        if (head.e_phoff > size || (size - head.e_phoff) / sizeof part <= i)
            return false;
        memcpy(&part, data + head.e_phoff + i * sizeof part, sizeof part);
        if (part.p_type == PT_INTERP)
            return false;
    }
    return true;
}

/* `sentence` has a %s for the path. */
static bool refuse(const char *path, const char *sentence, GError **error)
{
    g_autofree char *shown = sanitize_string(path);
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
    g_set_error(error, SIM_ERROR, SIM_ERROR_OUTPUT, sentence, shown);
#pragma GCC diagnostic pop
    return false;
}

bool image_read_program(const char *path, char **data, size_t *size, int64_t *time, GError **error)
{
    struct stat status;
    if (stat(path, &status) != 0 || !S_ISREG(status.st_mode) || status.st_size > PROGRAM_MOST)
        return refuse(path, _("%s: no program"), error);
    *time = status.st_mtime;
    if (!g_file_get_contents(path, data, size, error))
        return false;
    return is_static(*data, *size) ||
           refuse(path, _("%s: no static program: nothing else will be in the image"), error);
}
