/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The program: the shell's verbs and the console meet here and nowhere below.
 */
#include "config.h"

int main(void)
{
    return 0;
}
