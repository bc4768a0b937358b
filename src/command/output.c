/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "command/output.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
    HELD_MOST = 64 * 1024,
    /* What a pipe that polls writable takes without blocking. */
    PIPE_PIECE = 4096,
};

struct Output {
    int fd;
    Cancel *cancel;
    bool terminal, regular;
    bool utf8;
    const char *charset;
    char *transliterating; /* "ASCII//TRANSLIT" */
    GString *held;
    int error;
};

Output *output_new(int fd, Cancel *cancel)
{
    Output *output = g_new0(Output, 1);
    struct stat status;
    output->fd = fd;
    output->cancel = cancel;
    output->terminal = isatty(fd) == 1;
    output->regular = fstat(fd, &status) == 0 && S_ISREG(status.st_mode);
    output->utf8 = g_get_charset(&output->charset);
    output->transliterating = g_strconcat(output->charset, "//TRANSLIT", NULL);
    output->held = g_string_new(NULL);
    return output;
}

void output_free(Output *output)
{
    if (!output)
        return;
    g_free(output->transliterating);
    g_string_free(output->held, TRUE);
    g_free(output);
}

bool output_is_terminal(const Output *output)
{
    return output->terminal;
}

size_t output_width(const Output *output)
{
    if (!output->terminal)
        return 0;
    struct winsize size;
    if (ioctl(output->fd, TIOCGWINSZ, &size) == 0 && size.ws_col > 0)
        return size.ws_col;
    return 80;
}

int output_error(const Output *output)
{
    return output->error;
}

/* False when the cancel was set while nothing could be written. */
static bool wait_writable(Output *output)
{
    struct pollfd watched[] = {
        {.fd = output->fd, .events = POLLOUT},
        {.fd = output->cancel ? cancel_descriptor(output->cancel) : -1, .events = POLLIN},
    };
    while (poll(watched, G_N_ELEMENTS(watched), -1) < 0) {
        if (errno != EINTR)
            return true;
    }
    if (watched[0].revents != 0 || watched[1].revents == 0)
        return true;
    errno = ECANCELED;
    return false;
}

static void failed(Output *output)
{
    output->error = errno;
    if (output->cancel)
        cancel_set(output->cancel);
}

bool output_flush(Output *output)
{
    const char *at = output->held->str;
    size_t left = output->error ? 0 : output->held->len;
    while (left > 0) {
        if (!wait_writable(output)) {
            failed(output);
            break;
        }
        ssize_t n = write(output->fd, at, output->regular ? left : MIN(left, PIPE_PIECE));
        if (n < 0 && errno != EINTR && errno != EAGAIN) {
            failed(output);
            break;
        }
        if (n > 0) {
            at += n;
            left -= (size_t)n;
        }
    }
    g_string_truncate(output->held, 0);
    return output->error == 0;
}

void output_bytes(Output *output, const char *bytes, size_t size)
{
    g_string_append_len(output->held, bytes, (gssize)size);
    if (output->held->len >= HELD_MOST)
        output_flush(output);
}

void output_part(Output *output, const char *text)
{
    if (output->utf8) {
        g_string_append(output->held, text);
    } else {
        g_autofree char *converted = g_convert_with_fallback(text, -1, output->transliterating,
                                                             "UTF-8", "?", NULL, NULL, NULL);
        g_string_append(output->held, converted ? converted : "?");
    }
}

void output_line(Output *output, const char *text)
{
    output_part(output, text);
    g_string_append_c(output->held, '\n');
    if (!output->regular || output->held->len >= HELD_MOST)
        output_flush(output);
}
