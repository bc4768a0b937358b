/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "command/progress_line.h"

#include "command/layout.h"

#include <string.h>

static bool can_overwrite(const ProgressLine *line)
{
    const char *terminal = g_getenv("TERM");
    return output_is_terminal(line->output) && terminal != NULL && *terminal != '\0' &&
           strcmp(terminal, "dumb") != 0;
}

/* By spaces: what every terminal does. The last column stays free, for some wrap when it is
 * written. */
static void draw(ProgressLine *line, const char *text)
{
    size_t columns = layout_width(text);
    g_autofree char *rest = g_strnfill(line->shown > columns ? line->shown - columns : 0, ' ');
    g_autofree char *whole = g_strdup_printf("\r%s%s%s", text, rest, *text ? "" : "\r");
    output_part(line->output, whole);
    output_flush(line->output);
    line->shown = (unsigned)columns;
}

void progress_line_show(ProgressLine *line, const Progress *progress)
{
    if (!can_overwrite(line))
        return;
    g_autofree char *text = progress_text(progress);
    g_autofree char *cut = layout_cut(text, MAX(output_width(line->output), 2) - 1);
    draw(line, cut);
}

void progress_line_clear(ProgressLine *line)
{
    if (line->shown > 0)
        draw(line, "");
}
