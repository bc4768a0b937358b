/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "sim/manual.h"

#include "sim/breaks.h"
#include "sim/enclave_fault.h"
#include "sim/options.h"

#include <stdio.h>
#include <string.h>

/* Text of a table with what roff would take for its own made harmless. */
static void print_text(const char *text)
{
    for (const char *at = text; *at != '\0'; at++) {
        const bool begins = at == text || at[-1] == '\n';
        if (begins && (*at == '.' || *at == '\''))
            fputs("\\&", stdout);
        if (*at == '\\')
            fputs("\\e", stdout);
        else if (*at == '-')
            fputs("\\-", stdout);
        else
            putchar(*at);
    }
}

static void print_synopsis(void)
{
    for (unsigned i = 0; sim_verbs[i] != NULL; i++) {
        printf("%s.B mse\\-sim %s\n", i > 0 ? ".br\n" : "", sim_verbs[i]->name);
        if (sim_verbs[i]->operand != NULL)
            printf(".I %s\n", sim_verbs[i]->operand);
        printf(".RI [ OPTION ...]\n");
    }
}

static void print_option(const SimOption *option)
{
    printf(".TP\n\\fB\\-\\-");
    print_text(option->name);
    printf("\\fR");
    if (option->metavar != NULL) {
        printf(" \\fI");
        print_text(option->metavar);
        printf("\\fR");
    }
    putchar('\n');
    print_text(option->help);
    for (unsigned i = 0; option->choices != NULL && option->choices[i] != NULL; i++) {
        fputs(i == 0 ? ":\n" : ", ", stdout);
        print_text(option->choices[i]);
    }
    putchar('\n');
}

static void print_options(void)
{
    for (unsigned i = 0; sim_verbs[i] != NULL; i++) {
        const char *operand = sim_verbs[i]->operand;
        printf(".SS mse\\-sim %s%s%s\n", sim_verbs[i]->name, operand ? " " : "",
               operand ? operand : "");
        print_text(sim_verbs[i]->description);
        putchar('\n');
        for (const SimOption *option = sim_verbs[i]->options; option->name != NULL; option++)
            print_option(option);
    }
}

static void print_breaks(void)
{
    for (const Break *row = break_table; row->name != NULL; row++) {
        printf(".TP\n\\fB");
        print_text(row->name);
        printf("\\fR (");
        print_text(row->check);
        printf(")\n");
        print_text(row->help);
        putchar('\n');
    }
}

/* Of the enclave: what MSE_SIM_FAULT may say. */
static void print_faults(void)
{
    for (unsigned i = 0; i < N_ENCLAVE_FAULTS; i++) {
        const EnclaveFaultRow *row = enclave_fault_row(i);
        printf(".TP\n\\fB");
        print_text(row->name);
        printf(row->most != 0 ? "\\fR=\\fIN\\fR\n" : "\\fR\n");
        print_text(row->what);
        putchar('\n');
    }
}

bool sim_print_manual(const char *part)
{
    static const struct {
        const char *name;
        void (*print)(void);
    } parts[] = {{"synopsis", print_synopsis},
                 {"options", print_options},
                 {"breaks", print_breaks},
                 {"faults", print_faults}};
    for (unsigned i = 0; i < sizeof parts / sizeof parts[0]; i++)
        if (strcmp(parts[i].name, part) == 0) {
            parts[i].print();
            return true;
        }
    return false;
}
