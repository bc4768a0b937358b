/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What the interposer counts and makes fail: one word for the calls that do the same.
 */
#ifndef MSE_TESTS_TORTURE_INTERPOSER_H
#define MSE_TESTS_TORTURE_INTERPOSER_H

enum {
    TORTURE_CONNECT,
    TORTURE_READ,  /* pread, recv */
    TORTURE_WRITE, /* send */
    TORTURE_POLL,
    TORTURE_RENAME, /* renameat, linkat */
    TORTURE_FSYNC,  /* fdatasync */
    TORTURE_OPENAT, /* open */
    TORTURE_N,
    TORTURE_FAILED = TORTURE_N, /* the counter of failures made */
    TORTURE_COUNTERS,
};

#define TORTURE_KINDS "connect", "read", "write", "poll", "rename", "fsync", "openat"

#endif
