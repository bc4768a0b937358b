/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The header block of ustar, for the reader and the writer of tar alone.
 */
#ifndef MSE_FORMAT_TAR_HEADER_H
#define MSE_FORMAT_TAR_HEADER_H

#include "format/tar.h"

/* All fields are characters; numbers are octal, or base-256 with the first bit set. */
typedef struct TarHeader {
    char name[100];
    char mode[8];
    char uid[8];
    char gid[8];
    char size[12];
    char mtime[12];
    char checksum[8];
    char type;
    char link[100];
    char magic[8]; /* "ustar\0" "00"; GNU: "ustar  \0" */
    char uname[32];
    char gname[32];
    char device_major[8];
    char device_minor[8];
    char prefix[155];
    char padding[12];
} TarHeader;
G_STATIC_ASSERT(sizeof(TarHeader) == TAR_BLOCK);

/* The largest number of a size or mtime field in octal: 8 GiB - 1. */
#define TAR_OCTAL_MOST ((uint64_t)077777777777)

/* The sum of all bytes, those of the checksum's field taken as blanks. */
static inline unsigned tar_header_sum(const TarHeader *header)
{
    const uint8_t *bytes = (const uint8_t *)header;
    size_t start = G_STRUCT_OFFSET(TarHeader, checksum);
    unsigned sum = 0;
    for (size_t i = 0; i < TAR_BLOCK; i++)
        sum += i >= start && i < start + sizeof header->checksum ? ' ' : bytes[i];
    return sum;
}

/* Bytes from the end of a content of `size` bytes to the end of its block. */
static inline size_t tar_padding(uint64_t size)
{
    return (size_t)((TAR_BLOCK - size % TAR_BLOCK) % TAR_BLOCK);
}

#endif
