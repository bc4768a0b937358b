/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "ui/ui.h"

#include "core/i18n.h"
#include "ui/key_table.h"
#include "ui/line.h"

void ui_each_key(UiVisit visit, void *data)
{
    KeyTable table;
    key_table_make(&table, NULL, NULL);
    for (int i = COMMAND_NONE + 1; i < N_COMMANDS; i++) {
        g_autofree char *keys = key_table_keys(&table, (CommandId)i);
        if (command_table[i].name == NULL || *keys == '\0')
            continue;
        g_autofree char *help =
            g_strdup_printf("%s (%s%s)", _(command_table[i].help), command_table[i].name,
                            command_table[i].read_only ? "" : _("; not with --read-only"));
        visit(keys, help, data);
    }
}

void ui_each_line(UiVisit visit, void *data)
{
    for (const LineRow *row = line_table; row->name != NULL; row++)
        visit(row->typed, _(row->help), data);
}
