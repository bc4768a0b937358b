/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "app/package_output.h"

#define CAPACITY ((size_t)1 << 20)

struct PackageOutput {
    FileWriter *file;
    uint64_t written; /* bytes of the file before those that are held */
    size_t held;
    uint8_t *bytes;
};

PackageOutput *package_output_new(const char *path, GError **error)
{
    FileWriter *file = file_writer_new(path, error);
    if (file == NULL)
        return NULL;
    PackageOutput *output = g_new0(PackageOutput, 1);
    output->file = file;
    output->bytes = g_malloc(CAPACITY);
    return output;
}

void package_output_free(PackageOutput *output)
{
    if (output == NULL)
        return;
    file_writer_free(output->file);
    g_free(output->bytes);
    g_free(output);
}

static bool flush(PackageOutput *output, GError **error)
{
    size_t held = output->held;
    output->held = 0;
    output->written += held;
    return file_writer_put(output->file, span_of(output->bytes, held), error);
}

static bool put(void *data, Span bytes, GError **error)
{
    PackageOutput *output = data;
    if (bytes.size > CAPACITY - output->held && !flush(output, error))
        return false;
    if (bytes.size > CAPACITY) {
        output->written += bytes.size;
        return file_writer_put(output->file, bytes, error);
    }
    memcpy(output->bytes + output->held, bytes.data, bytes.size);
    output->held += bytes.size;
    return true;
}

static bool put_at(void *data, uint64_t offset, Span bytes, GError **error)
{
    PackageOutput *output = data;
    size_t before =
        offset < output->written ? (size_t)MIN(bytes.size, output->written - offset) : 0;
    if (before > 0 && !file_writer_put_at(output->file, offset, span_of(bytes.data, before), error))
        return false;
    size_t rest = bytes.size - before;
    if (rest > 0)
        memcpy(output->bytes + (offset + before - output->written), bytes.data + before, rest);
    return true;
}

TarSink package_output_sink(PackageOutput *output)
{
    return (TarSink){.write = put, .write_at = put_at, .data = output};
}

bool package_output_commit(PackageOutput *output, int mode, FileThere there, GError **error)
{
    return flush(output, error) && file_writer_commit(output->file, mode, there, error);
}
