/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Many inputs on all cores.
 */
#include "config.h"

#include "app/verification_private.h"
#include "core/stack.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <sys/stat.h>
#include <unistd.h>

/* What one plain input turned out to be before anything is judged. */
typedef struct Peeked {
    GBytes *content; /* read already: it cannot be read twice, or it is collateral; or NULL */
    GError *error;
} Peeked;

typedef struct Run {
    Verification *verification;
    const VerificationInput *inputs;
    Peeked *peeked;
    unsigned n;
    bool idle;
    VerificationDone done;
    void *data;
    Cancel *cancel;
    unsigned next; /* atomic: the next input nobody has taken */
    GMutex lock;   /* one callback at a time */
} Run;

/* Enough to tell evidence from collateral without reading it whole. */
enum { PEEK_SIZE = 4096 };

static ssize_t read_start(const char *path, uint8_t *start, size_t size)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
    if (fd < 0)
        return -1;
    ssize_t n;
    do
        n = read(fd, start, size);
    while (n < 0 && errno == EINTR);
    close(fd);
    return n;
}

/* True when the file's beginning does not rule out collateral. What cannot be opened is left for
 * its own turn to say. */
static bool may_be_collateral(const char *path)
{
    uint8_t start[PEEK_SIZE];
    ssize_t size = read_start(path, start, sizeof start);
    if (size <= 0 || (start[0] != '{' && !g_ascii_isspace((char)start[0])))
        return false;
    InputKind kind = verification_recognise(span_of(start, (size_t)size));
    return kind == INPUT_PLAIN || kind == INPUT_COLLATERAL;
}

/* Finds the collateral among the inputs: it is for all of them, also for those named before it. */
static void take_collateral(Run *run, unsigned i)
{
    const VerificationInput *input = &run->inputs[i];
    Peeked *peeked = &run->peeked[i];
    bool named = input->kind == INPUT_COLLATERAL;
    struct stat status;
    if (!named && (input->kind != INPUT_PLAIN || stat(input->name, &status) != 0))
        return;
    /* A pipe can be read only once: what it holds is kept. */
    bool once = !named && S_ISFIFO(status.st_mode);
    if (!named && !once && (!S_ISREG(status.st_mode) || !may_be_collateral(input->name)))
        return;
    g_autoptr(GBytes) content = verification_read(input, run->cancel, &peeked->error);
    if (content == NULL)
        return;
    bool collateral = named || verification_recognise(span_of_bytes(content)) == INPUT_COLLATERAL;
    if (collateral)
        verification_take_collateral(run->verification, span_of_bytes(content), input->name);
    if (collateral || once)
        peeked->content = g_steal_pointer(&content);
}

static void judge_one(Run *run, unsigned i)
{
    const VerificationInput *input = &run->inputs[i];
    Peeked *peeked = &run->peeked[i];
    GError *error = g_steal_pointer(&peeked->error);
    g_autoptr(GBytes) content = g_steal_pointer(&peeked->content);
    if (content == NULL && error == NULL)
        content = verification_read(input, run->cancel, &error);
    g_autoptr(VerificationResult) result =
        verification_judge_content(run->verification, input, i, content, error, run->cancel);
    if (cancel_is_set(run->cancel, NULL))
        return;
    g_mutex_lock(&run->lock);
    run->done(result, run->data);
    g_mutex_unlock(&run->lock);
}

static void *work(void *data)
{
    Run *run = data;
    stack_guard_thread();
    /* The console's keys come first. Not granted: it works all the same. */
    if (run->idle)
        sched_setscheduler(0, SCHED_IDLE, &(struct sched_param){0});
    while (!cancel_is_set(run->cancel, NULL)) {
        unsigned i = g_atomic_int_add(&run->next, 1);
        if (i >= run->n)
            break;
        judge_one(run, i);
    }
    return NULL;
}

static void work_on_all_cores(Run *run)
{
    unsigned n_threads = MIN(g_get_num_processors(), run->n);
    if (n_threads <= 1 && !run->idle) {
        work(run);
        return;
    }
    g_autofree GThread **threads = g_new0(GThread *, n_threads);
    for (unsigned i = 0; i < n_threads; i++)
        threads[i] = g_thread_try_new("verify", work, run, NULL);
    /* Without a single thread the work is done here. */
    bool any = false;
    for (unsigned i = 0; i < n_threads; i++) {
        if (threads[i] == NULL)
            continue;
        any = true;
        g_thread_join(threads[i]);
    }
    if (!any) {
        run->idle = false;
        work(run);
    }
}

void verification_run(Verification *verification, const VerificationInput *inputs, unsigned n,
                      bool idle, VerificationDone done, void *data, Cancel *cancel)
{
    Run run = {.verification = verification,
               .inputs = inputs,
               .peeked = g_new0(Peeked, n),
               .n = n,
               .idle = idle,
               .done = done,
               .data = data,
               .cancel = cancel};
    g_mutex_init(&run.lock);
    for (unsigned i = 0; i < n && !cancel_is_set(cancel, NULL); i++)
        take_collateral(&run, i);
    work_on_all_cores(&run);
    for (unsigned i = 0; i < n; i++) {
        g_clear_pointer(&run.peeked[i].content, g_bytes_unref);
        g_clear_error(&run.peeked[i].error);
    }
    g_mutex_clear(&run.lock);
    g_free(run.peeked);
}
