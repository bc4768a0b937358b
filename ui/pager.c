/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "ui/pager.h"

#include "core/i18n.h"
#include "core/sanitize.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

static void pager_text_free(void *data)
{
    PagerText *ready = data;

    program_request_free(ready->request);
    g_free(ready->problem);
    g_free(ready);
}

/* For our eyes alone, and gone with us. */
static int private_file(void)
{
    g_autofree char *path = g_build_filename(g_get_tmp_dir(), "mse-console-XXXXXX", NULL);
    int descriptor = g_mkstemp_full(path, O_RDWR | O_CLOEXEC, 0600);

    if (descriptor >= 0)
        unlink(path);
    return descriptor;
}

static bool put(const char *bytes, size_t size, void *data)
{
    int descriptor = *(const int *)data;

    while (size > 0) {
        ssize_t n = write(descriptor, bytes, size);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return false;
        bytes += n;
        size -= (size_t)n;
    }
    return true;
}

/* A shell takes $PAGER apart, as those do that define it. */
static ProgramRequest *request_on(int descriptor)
{
    const char *pager = getenv("PAGER");
    const char *argv[] = {"/bin/sh", "-c", pager != NULL && *pager != '\0' ? pager : "less", NULL};
    ProgramRequest *request = g_new0(ProgramRequest, 1);

    request->title = g_strdup("pager");
    request->argv = g_strdupv((char **)argv);
    request->input = descriptor;
    return request;
}

static void run(UiJob *job, void *data)
{
    PagerText *ready = g_new0(PagerText, 1);
    int descriptor = private_file();

    errno = descriptor < 0 ? errno : 0;
    if (descriptor >= 0 && log_text_write(data, true, put, &descriptor, job->cancel) &&
        lseek(descriptor, 0, SEEK_SET) == 0) {
        ready->request = request_on(descriptor);
    } else {
        g_autofree char *directory = sanitize_string(g_get_tmp_dir());
        ready->problem = g_strdup_printf(_("cannot write for the pager in %s: %s"), directory,
                                         g_strerror(errno));
        if (descriptor >= 0)
            close(descriptor);
    }
    mailbox_post(
        job->mailbox,
        (Message){.kind = MESSAGE_PAGER_READY, .data = ready, .free_data = pager_text_free});
}

static void text_free(void *text)
{
    log_text_free(text);
}

void pager_start(Jobs *jobs, LogText *text)
{
    jobs_start(jobs, "pager", JOB_QUIET | JOB_URGENT, run, text, text_free);
}
