/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Nothing, linked with the very libraries that mse-console needs: what loading them costs.
 */
#include "config.h"

int main(void)
{
    return 0;
}
