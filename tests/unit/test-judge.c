/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The judge of applications: where evidence comes from, when it is judged again, what is an alarm,
 * what the journal remembers. Time is a value; what is judged is made by mse-sim.
 */
#include "config.h"

#include "core/hex.h"
#include "fleet/app_private.h"
#include "fleet/judge.h"
#include "tests/unit/fake_engine.h"
#include "tests/unit/sim-support.h"

#include <glib/gstdio.h>
#include <string.h>

enum { DAY = 24 * 60 * 60 };

#define PATIENCE (120 * G_USEC_PER_SEC)

/* ---- what is judged ---- */

/* Its platform is made at noon, so that what ends ends in the middle of a day. */
#define NOON (SIM_TIME + DAY / 2)

static const char *noon(void)
{
    static char *platform;
    if (platform == NULL) {
        platform = place("noon");
        must_sim("platform %s --at 2023-06-01T12:00:00Z", platform);
    }
    return platform;
}

static char *evidence_of(const char *mrenclave, const char *more)
{
    static unsigned made;
    char *path = place("evidence-%u.json", made++);
    must_sim("quote %s --evidence --mrenclave %s --output %s%s", noon(), mrenclave, path, more);
    return path;
}

#define MEASURED_ONE "1111111111111111111111111111111111111111111111111111111111111111"
#define MEASURED_TWO "2222222222222222222222222222222222222222222222222222222222222222"

/* An output directory of an application with a copy of that evidence. */
static char *directory_with(const char *evidence)
{
    static unsigned made;
    char *directory = place("output-%u", made++);
    g_autofree char *path = g_build_filename(directory, "evidence.json", NULL);
    g_assert_cmpint(g_mkdir_with_parents(directory, 0700), ==, 0);
    if (evidence != NULL) {
        g_autoptr(GBytes) bytes = contents(evidence);
        gsize size;
        const char *data = g_bytes_get_data(bytes, &size);
        g_assert_true(g_file_set_contents(path, data, (gssize)size, NULL));
    }
    return directory;
}

static void put_evidence(const char *directory, const char *evidence)
{
    g_autofree char *path = g_build_filename(directory, "evidence.json", NULL);
    g_autoptr(GBytes) bytes = contents(evidence);
    gsize size;
    const char *data = g_bytes_get_data(bytes, &size);
    g_assert_true(g_file_set_contents(path, data, (gssize)size, NULL));
}

static FleetApp *app_in(const char *directory, const char *name, const char *id)
{
    FleetApp *app = fleet_app_new();
    app->id = g_strdup(id);
    app->name = g_strdup(name);
    app->dialect = FLEET_DIALECT_MSE_HOME;
    app->state = FLEET_STATE_RUNNING;
    app->directory = g_strdup(directory);
    return app;
}

/* An engine at that address; nobody is asked unless something has to be. */
static FleetSource *source_at(const char *address)
{
    DockerEnvironment environment = {0};
    g_autoptr(GError) error = NULL;
    FleetSource *source = fleet_source_docker(&environment, address, &error);
    g_assert_no_error(error);
    return source;
}

static FleetSource *nowhere(void)
{
    g_autofree char *socket = place("nobody.sock");
    g_autofree char *address = g_strdup_printf("unix://%s", socket);
    return source_at(address);
}

/* ---- a judge and its news ---- */

typedef struct Bench {
    Judge *judge;
    Journal *journal;
    VerificationRequest request;
    char *root;
    FleetSource *source;
    GMutex mutex;
    GCond rung;
    unsigned rings;
} Bench;

static void ring(void *data)
{
    Bench *bench = data;
    g_mutex_lock(&bench->mutex);
    bench->rings++;
    g_cond_signal(&bench->rung);
    g_mutex_unlock(&bench->mutex);
}

static void bench_open(Bench *bench, const char *journal, FleetSource *source, int64_t now)
{
    JudgeOptions options = {.notify = ring, .data = bench};
    memset(bench, 0, sizeof *bench);
    g_mutex_init(&bench->mutex);
    g_cond_init(&bench->rung);
    bench->root = in(noon(), "root.pem");
    bench->journal = journal_new(journal);
    bench->source = source;
    bench->request = (VerificationRequest){.root_path = bench->root, .journal = bench->journal};
    bench->judge = judge_new(&options, &bench->request, NULL, NULL, now);
}

static void bench_close(Bench *bench)
{
    judge_free(bench->judge);
    fleet_source_unref(bench->source);
    journal_free(bench->journal);
    g_free(bench->root);
    g_mutex_clear(&bench->mutex);
    g_cond_clear(&bench->rung);
}

/* The next news; never NULL. */
static JudgeNews *next_news(Bench *bench)
{
    gint64 until = g_get_monotonic_time() + PATIENCE;
    JudgeNews *news;
    while ((news = judge_take(bench->judge)) == NULL) {
        g_mutex_lock(&bench->mutex);
        if (bench->rings == 0 && !g_cond_wait_until(&bench->rung, &bench->mutex, until))
            g_error("the judge has no news");
        bench->rings = 0;
        g_mutex_unlock(&bench->mutex);
    }
    return news;
}

/* Until nothing is due any more; news are counted and dropped. */
static unsigned settle(Bench *bench)
{
    gint64 until = g_get_monotonic_time() + PATIENCE;
    unsigned n = 0;
    while (!judge_is_done(bench->judge)) {
        JudgeNews *news = judge_take(bench->judge);
        n += news != NULL;
        judge_news_free(news);
        g_assert_cmpint(g_get_monotonic_time(), <, until);
        g_thread_yield();
    }
    return n;
}

static void assert_trust(const JudgeNews *news, const char *verdict, const char *alarm)
{
    if (news->problem != NULL)
        g_test_message("%s", news->problem);
    g_assert_cmpstr(news->trust.judged ? verdict_kind_name(news->trust.verdict) : "unknown", ==,
                    verdict);
    g_assert_cmpstr(news->alarm ? alarm_reason_name(news->alarm->reason) : NULL, ==, alarm);
}

/* Takes the next news, and holds it to what is expected. */
static void expect(Bench *bench, const char *verdict, const char *alarm, bool raised)
{
    g_autoptr(JudgeNews) news = next_news(bench);
    assert_trust(news, verdict, alarm);
    g_assert_cmpint(news->raised, ==, raised);
}

typedef struct Count {
    const char *kind;
    unsigned n;
} Count;

static bool count_kind(uint64_t number, JournalLineState state, const json_t *line, Span raw,
                       void *data)
{
    Count *count = data;
    (void)number;
    (void)raw;
    g_assert_cmpint(state, ==, JOURNAL_LINE_OK);
    count->n += g_str_equal(json_string_value(json_object_get(line, "kind")), count->kind);
    return true;
}

static unsigned lines_of(const Bench *bench, const char *kind)
{
    Count count = {.kind = kind};
    g_autoptr(GError) error = NULL;
    journal_read(bench->journal, count_kind, &count, &error);
    g_assert_no_error(error);
    return count.n;
}

static char *new_journal(void)
{
    static unsigned made;
    return place("journal-%u.jsonl", made++);
}

/* ---- the tests ---- */

static void test_directory(void)
{
    g_autofree char *evidence = evidence_of(MEASURED_ONE, "");
    g_autofree char *directory = directory_with(evidence), *journal = new_journal();
    g_autoptr(FleetApp) app = app_in(directory, "billing", "aa");
    Bench bench;
    bench_open(&bench, journal, nowhere(), NOON);
    judge_take_app(bench.judge, bench.source, app);
    {
        g_autoptr(JudgeNews) news = next_news(&bench);
        assert_trust(news, "trusted", NULL);
        g_assert_cmpint(news->origin, ==, FLEET_EVIDENCE_DIRECTORY);
        g_assert_true(g_str_has_prefix(news->path, directory));
        g_assert_cmpint(news->written, >, 0);
        g_assert_nonnull(news->result);
        g_assert_cmpint(news->trust.ends, >, NOON);
        g_assert_true(news->trust.simulated);
        g_autofree char *hex =
            hex_encode(span_of(news->trust.measurement, news->trust.measurement_size));
        g_assert_cmpstr(hex, ==, MEASURED_ONE);
    }
    g_assert_cmpuint(settle(&bench), ==, 0);
    /* What is no news is no line. */
    judge_again(bench.judge, 0, "aa", false);
    expect(&bench, "trusted", NULL, false);
    g_assert_cmpuint(lines_of(&bench, "verdict"), ==, 1);
    judge_again(bench.judge, 0, "aa", true);
    expect(&bench, "trusted", NULL, false);
    g_assert_cmpuint(lines_of(&bench, "verdict"), ==, 2);
    bench_close(&bench);
}

/* Another file in the directory: another measurement, which is an alarm until it is acknowledged,
 * also in the next run; and not again after that. */
static void test_measurement(void)
{
    g_autofree char *one = evidence_of(MEASURED_ONE, ""), *two = evidence_of(MEASURED_TWO, "");
    g_autofree char *directory = directory_with(one), *journal = new_journal();
    g_autoptr(FleetApp) app = app_in(directory, "billing", "aa");
    Bench bench;
    bench_open(&bench, journal, nowhere(), NOON);
    judge_take_app(bench.judge, bench.source, app);
    expect(&bench, "trusted", NULL, false);
    judge_time(bench.judge, NOON + 60);
    g_assert_cmpuint(settle(&bench), ==, 0); /* nothing changed */
    put_evidence(directory, two);
    judge_time(bench.judge, NOON + 120);
    {
        g_autoptr(JudgeNews) news = next_news(&bench);
        assert_trust(news, "trusted", "measurement");
        g_assert_true(news->raised);
        g_assert_cmpstr(news->alarm->from, ==, MEASURED_ONE);
        g_assert_cmpstr(news->alarm->to, ==, MEASURED_TWO);
        g_assert_cmpstr(news->alarm->application, ==, "billing");
        g_autofree char *text = alarm_text(news->alarm);
        g_assert_cmpstr(text, ==, "its measurement changed from 1111…1111 to 2222…2222");
    }
    bench_close(&bench);

    bench_open(&bench, journal, nowhere(), NOON + 180);
    judge_take_app(bench.judge, bench.source, app);
    expect(&bench, "trusted", "measurement", false);
    g_assert_true(judge_acknowledge(bench.judge, 0, "aa"));
    expect(&bench, "trusted", NULL, false);
    g_assert_false(judge_acknowledge(bench.judge, 0, "aa"));
    bench_close(&bench); /* the journal has it all the same */
    g_assert_true(g_file_test(journal, G_FILE_TEST_EXISTS));

    bench_open(&bench, journal, nowhere(), NOON + 240);
    judge_take_app(bench.judge, bench.source, app);
    expect(&bench, "trusted", NULL, false);
    g_assert_cmpuint(lines_of(&bench, "alarm"), ==, 1);
    g_assert_cmpuint(lines_of(&bench, "acknowledged"), ==, 1);
    g_assert_cmpuint(lines_of(&bench, "verdict"), ==, 2);
    bench_close(&bench);
}

/* While nobody looked: the journal has what was known. Another container of the name has another
 * certificate by nature, the same container has not. */
static void test_between_runs(void)
{
    g_autofree char *one = evidence_of(MEASURED_ONE, ""), *two = evidence_of(MEASURED_ONE, "");
    g_autofree char *other = evidence_of(MEASURED_TWO, "");
    static const struct {
        const char *id;
        unsigned evidence;
        const char *alarm;
    } runs[] = {
        {"aa", 0, NULL},
        {"bb", 1, NULL},
        {"bb", 0, "certificate"},
        {"cc", 2, "measurement"},
    };
    const char *files[] = {one, two, other};
    g_autofree char *journal = new_journal();
    for (size_t i = 0; i < G_N_ELEMENTS(runs); i++) {
        g_autofree char *directory = directory_with(files[runs[i].evidence]);
        g_autoptr(FleetApp) app = app_in(directory, "billing", runs[i].id);
        Bench bench;
        bench_open(&bench, journal, nowhere(), NOON + (int64_t)i);
        judge_take_app(bench.judge, bench.source, app);
        expect(&bench, "trusted", runs[i].alarm, runs[i].alarm != NULL);
        bench_close(&bench);
    }
}

static void test_day(void)
{
    g_autofree char *evidence = evidence_of(MEASURED_ONE, "");
    g_autofree char *directory = directory_with(evidence), *journal = new_journal();
    g_autoptr(FleetApp) app = app_in(directory, "billing", "aa");
    Bench bench;
    bench_open(&bench, journal, nowhere(), NOON + 60);
    judge_take_app(bench.judge, bench.source, app);
    int64_t ends;
    {
        g_autoptr(JudgeNews) news = next_news(&bench);
        assert_trust(news, "trusted", NULL);
        ends = news->trust.ends;
    }
    judge_time(bench.judge, NOON + 120);
    g_assert_cmpuint(settle(&bench), ==, 0);
    judge_time(bench.judge, NOON + DAY + 60); /* another day: judged again */
    expect(&bench, "trusted", NULL, false);
    judge_time(bench.judge, ends - 3600);
    expect(&bench, "trusted", NULL, false);
    judge_time(bench.judge, ends + 1); /* its end is not waited for until the next day */
    expect(&bench, "expired", "verdict", true);
    g_assert_cmpuint(lines_of(&bench, "alarm"), ==, 1);
    judge_time(bench.judge, ends + 2 * DAY);
    expect(&bench, "expired", "verdict", false); /* no worse than it was */
    bench_close(&bench);
}

/* The certificate that it shows is compared with that of its evidence, once for each. */
static void test_shown(void)
{
    g_autofree char *evidence = evidence_of(MEASURED_ONE, "");
    g_autofree char *directory = directory_with(evidence), *journal = new_journal();
    g_autoptr(FleetApp) app = app_in(directory, "billing", "aa");
    g_autoptr(FleetApp) other = fleet_app_copy(app), same = fleet_app_copy(app);
    Bench bench;
    other->certificate = g_bytes_new_static("another", 7);
    bench_open(&bench, journal, nowhere(), NOON);
    judge_take_app(bench.judge, bench.source, app);
    {
        g_autoptr(JudgeNews) news = next_news(&bench);
        assert_trust(news, "trusted", NULL);
        same->certificate = g_bytes_ref(news->result->verdict->certificate);
    }
    judge_take_app(bench.judge, bench.source, same);
    g_assert_cmpuint(settle(&bench), ==, 0);
    judge_take_app(bench.judge, bench.source, other);
    {
        g_autoptr(JudgeNews) news = next_news(&bench);
        assert_trust(news, "trusted", "served_certificate");
        g_assert_true(news->raised && news->other_certificate);
    }
    judge_acknowledge_all(bench.judge);
    expect(&bench, "trusted", NULL, false);
    judge_again(bench.judge, 0, "aa", false);
    expect(&bench, "trusted", NULL, false);         /* known, and still so */
    judge_take_app(bench.judge, bench.source, app); /* it does not answer: nothing is learnt */
    g_assert_cmpuint(settle(&bench), ==, 0);
    judge_take_app(bench.judge, bench.source, same);
    {
        g_autoptr(JudgeNews) news = next_news(&bench);
        g_assert_false(news->other_certificate);
    }
    bench_close(&bench);
}

/* A stricter policy makes verdicts worse, which is nobody's fault. */
static void test_other_request(void)
{
    g_autofree char *evidence = evidence_of(MEASURED_ONE, "");
    g_autofree char *directory = directory_with(evidence), *journal = new_journal();
    g_autoptr(FleetApp) app = app_in(directory, "billing", "aa");
    g_autoptr(GArray) wanted = g_array_new(FALSE, TRUE, sizeof(Measurement));
    Measurement two = {0};
    Bench bench;
    g_assert_true(hex_decode_exact(span_of(MEASURED_TWO, 64), two.bytes, 32));
    g_array_append_val(wanted, two);
    bench_open(&bench, journal, nowhere(), NOON);
    judge_take_app(bench.judge, bench.source, app);
    expect(&bench, "trusted", NULL, false);
    VerificationRequest stricter = bench.request;
    stricter.expectations.mrenclave = wanted;
    judge_set_request(bench.judge, &stricter, NULL, NULL);
    expect(&bench, "rejected", NULL, false);
    bench_close(&bench);
}

static void test_given(void)
{
    g_autofree char *one = evidence_of(MEASURED_ONE, ""), *missing = place("missing.json");
    g_autofree char *directory = directory_with(NULL), *journal = new_journal();
    g_autoptr(FleetApp) app = app_in(directory, "billing", "aa");
    Bench bench;
    bench_open(&bench, journal, nowhere(), NOON);
    judge_take_app(bench.judge, bench.source, app);
    {
        g_autoptr(JudgeNews) news = next_news(&bench);
        assert_trust(news, "unknown", NULL);
        g_assert_nonnull(news->problem); /* the engine is not there */
    }
    judge_give(bench.judge, 0, "aa", one);
    {
        g_autoptr(JudgeNews) news = next_news(&bench);
        assert_trust(news, "trusted", NULL);
        g_assert_cmpint(news->origin, ==, FLEET_EVIDENCE_GIVEN);
    }
    judge_give(bench.judge, 0, "aa", missing);
    {
        g_autoptr(JudgeNews) news = next_news(&bench);
        assert_trust(news, "trusted", NULL); /* as before */
        g_assert_nonnull(strstr(news->problem, "missing.json"));
    }
    bench_close(&bench);
}

/* ---- out of the container ---- */

/* An archive with the file, or with a link in its place: tests/unit/test-tar-file.c has the rest.
 */
static GString *answer_with(char type, const char *text, size_t size)
{
    char head[512] = {0};
    unsigned sum = 0;
    GString *tar = g_string_new(FAKE_HEAD "Content-Type: application/x-tar\r\n");
    g_strlcpy(head, "evidence.json", 100);
    g_snprintf(head + 100, 8, "%07o", 0644u);
    g_snprintf(head + 108, 8, "%07o", 0u);
    g_snprintf(head + 116, 8, "%07o", 0u);
    if (type == '2')
        g_strlcpy(head + 157, "/etc/passwd", 100);
    g_snprintf(head + 124, 12, "%011zo", size);
    g_snprintf(head + 136, 12, "%011o", 1u);
    head[156] = type;
    memcpy(head + 257, "ustar\00000", 8);
    memset(head + 148, ' ', 8);
    for (size_t i = 0; i < sizeof head; i++)
        sum += (unsigned char)head[i];
    g_snprintf(head + 148, 8, "%06o", sum);
    size_t padding = (512 - size % 512) % 512 + 1024;
    g_string_append_printf(tar, "Content-Length: %zu\r\n\r\n", sizeof head + size + padding);
    g_string_append_len(tar, head, sizeof head);
    g_string_append_len(tar, text, (gssize)size);
    for (size_t i = 0; i < padding; i++)
        g_string_append_c(tar, '\0');
    return tar;
}

static void test_archive(gconstpointer data)
{
    char type = *(const char *)data;
    g_autofree char *evidence = evidence_of(MEASURED_ONE, ""), *journal = new_journal();
    g_autoptr(GBytes) bytes = contents(evidence);
    gsize size;
    const char *text = g_bytes_get_data(bytes, &size);
    GString *answer = answer_with(type, text, type == '0' ? size : 0);
    const FakeRoute routes[] = {
        {.match = "/archive?path=", .answer = answer->str, .size = answer->len}, {0}};
    FakeOptions options = {0};
    g_autoptr(FakeEngine) engine = fake_engine_start(routes, &options);
    g_autoptr(FleetApp) app = app_in("/not/on/this/machine", "billing", "aa");
    Bench bench;
    bench_open(&bench, journal, source_at(fake_engine_address(engine)), NOON);
    judge_take_app(bench.judge, bench.source, app);
    {
        g_autoptr(JudgeNews) news = next_news(&bench);
        assert_trust(news, type == '0' ? "trusted" : "unknown", NULL);
        g_assert_cmpint(news->origin, ==,
                        type == '0' ? FLEET_EVIDENCE_CONTAINER : FLEET_EVIDENCE_NONE);
        g_assert_true(type == '0' || strstr(news->problem, "link") != NULL);
    }
    bench_close(&bench);
    g_string_free(answer, TRUE);
}

/* An engine that is away takes nothing away of what is known; evidence that is gone from a
 * container that is there is an alarm, once. */
static void test_gone(void)
{
    g_autofree char *evidence = evidence_of(MEASURED_ONE, ""), *journal = new_journal();
    g_autofree char *directory = directory_with(evidence);
    g_autofree char *path = g_build_filename(directory, "evidence.json", NULL);
    static const char there[] =
        "{\"Id\":\"aa\",\"Name\":\"/billing\",\"State\":{\"Status\":\"running\"},"
        "\"Config\":{\"Labels\":{\"mse-home\":\"1\"}}}";
    g_autofree char *answer =
        g_strdup_printf(FAKE_HEAD "Content-Type: application/json\r\nContent-Length: %zu\r\n\r\n%s",
                        strlen(there), there);
    const FakeRoute routes[] = {{.match = "/containers/aa/json", .answer = answer}, {0}};
    FakeOptions options = {0};
    FakeEngine *engine = fake_engine_start(routes, &options);
    g_autoptr(FleetApp) app = app_in(directory, "billing", "aa");
    Bench bench;
    bench_open(&bench, journal, source_at(fake_engine_address(engine)), NOON);
    judge_take_app(bench.judge, bench.source, app);
    expect(&bench, "trusted", NULL, false);
    g_assert_cmpint(g_unlink(path), ==, 0);
    judge_time(bench.judge, NOON + 60);
    expect(&bench, "unknown", "evidence_gone", true);
    judge_time(bench.judge, NOON + 3600 * 23);
    g_assert_cmpuint(settle(&bench), ==, 0);
    put_evidence(directory, evidence);
    judge_again(bench.judge, 0, "aa", false);
    expect(&bench, "trusted", "evidence_gone", false);
    judge_acknowledge(bench.judge, 0, "aa");
    expect(&bench, "trusted", NULL, false);
    fake_engine_stop(engine);
    g_assert_cmpint(g_unlink(path), ==, 0);
    judge_again(bench.judge, 0, "aa", false);
    g_assert_cmpuint(settle(&bench), ==, 0); /* nobody says that it is gone */
    g_assert_cmpuint(lines_of(&bench, "alarm"), ==, 1);
    bench_close(&bench);
}

static void test_many(void)
{
    enum { MANY = 400 };
    g_autofree char *evidence = evidence_of(MEASURED_ONE, "");
    g_autofree char *directory = directory_with(evidence), *journal = new_journal();
    Bench bench;
    unsigned n = 0;
    bench_open(&bench, journal, nowhere(), NOON);
    for (unsigned i = 0; i < MANY; i++) {
        g_autofree char *id = g_strdup_printf("%04x", i), *name = g_strdup_printf("app-%u", i);
        g_autoptr(FleetApp) app = app_in(directory, name, id);
        judge_take_app(bench.judge, bench.source, app);
    }
    while (n < MANY) {
        g_autoptr(JudgeNews) news = next_news(&bench);
        assert_trust(news, "trusted", NULL);
        n++;
    }
    g_assert_cmpuint(settle(&bench), ==, 0);
    judge_take_gone(bench.judge, 0, "0001");
    g_assert_cmpuint(judge_all_again(bench.judge), ==, MANY - 1);
    g_assert_cmpuint(settle(&bench), ==, MANY - 1);
    bench_close(&bench);
}

/* It ends in the middle of everything. */
static void test_end(void)
{
    g_autofree char *evidence = evidence_of(MEASURED_ONE, "");
    g_autofree char *directory = directory_with(evidence), *journal = new_journal();
    for (unsigned round = 0; round < 20; round++) {
        Bench bench;
        bench_open(&bench, journal, nowhere(), NOON);
        for (unsigned i = 0; i < 100; i++) {
            g_autofree char *id = g_strdup_printf("%04x", i);
            g_autoptr(FleetApp) app = app_in(directory, id, id);
            judge_take_app(bench.judge, bench.source, app);
        }
        bench_close(&bench);
    }
}

/* ---- expiry ---- */

static void test_ending(void)
{
    static const struct {
        int64_t left;
        const char *text;
        TrustEnding ending;
    } cases[] = {
        {-1, "ended", TRUST_ENDED},           {0, "0 min", TRUST_ENDS_SOON},
        {59 * 60, "59 min", TRUST_ENDS_SOON}, {3 * 3600 + 5, "3 h", TRUST_ENDS_SOON},
        {47 * 3600, "47 h", TRUST_ENDS_SOON}, {12 * DAY, "12 d", TRUST_ENDS_SOON},
        {14 * DAY, "14 d", TRUST_LASTS},      {400 * DAY, "400 d", TRUST_LASTS},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *text = trust_ending_text(NOON + cases[i].left, NOON);
        g_assert_cmpstr(text, ==, cases[i].text);
        g_assert_cmpint(trust_ending(NOON + cases[i].left, NOON, 14), ==, cases[i].ending);
    }
    g_assert_null(trust_ending_text(0, NOON));
    g_assert_cmpint(trust_ending(0, NOON, 14), ==, TRUST_LASTS);
    g_autoptr(FleetApp) app = fleet_app_new();
    Trust trust = {.ends = 200};
    g_assert_cmpint(trust_end(&trust, app), ==, 200);
    app->expires = 100;
    g_assert_cmpint(trust_end(&trust, app), ==, 100);
    trust.ends = 0;
    g_assert_cmpint(trust_end(&trust, app), ==, 100);
}

/* Lines that were not written by us, or by a later version. */
static void test_strange_lines(void)
{
    static const char *const lines[] = {
        "{}",
        "{\"kind\":\"verdict\"}",
        "{\"kind\":\"verdict\",\"application\":\"a\"}",
        "{\"kind\":\"verdict\",\"application\":\"a\",\"engine\":\"e\"}",
        "{\"kind\":\"verdict\",\"application\":\"a\",\"engine\":\"e\",\"verdict\":\"splendid\"}",
        "{\"kind\":\"verdict\",\"application\":[],\"engine\":{},\"verdict\":7}",
        "{\"kind\":\"alarm\",\"application\":\"a\",\"engine\":\"e\",\"reason\":\"whim\"}",
        "{\"kind\":\"alarm\",\"application\":\"a\",\"engine\":\"e\",\"reason\":3,\"from\":[]}",
        "{\"kind\":\"acknowledged\",\"application\":\"b\",\"engine\":\"e\"}",
        "{\"kind\":3}",
    };
    g_autoptr(TrustMemory) memory = trust_memory_new();
    for (size_t i = 0; i < G_N_ELEMENTS(lines); i++) {
        json_t *line = json_loads(lines[i], 0, NULL);
        g_assert_nonnull(line);
        trust_memory_take(memory, line);
        json_decref(line);
    }
    const TrustRecord *record = trust_memory_find(memory, "e", "a");
    g_assert_true(record == NULL || (!record->trust.judged && record->alarm == NULL));
    g_assert_null(trust_memory_find(memory, "e", "z"));
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/judge/directory", test_directory);
    g_test_add_func("/judge/measurement", test_measurement);
    g_test_add_func("/judge/between-runs", test_between_runs);
    g_test_add_func("/judge/day", test_day);
    g_test_add_func("/judge/shown", test_shown);
    g_test_add_func("/judge/other-request", test_other_request);
    g_test_add_func("/judge/given", test_given);
    g_test_add_data_func("/judge/archive", "0", test_archive);
    g_test_add_data_func("/judge/archive-link", "2", test_archive);
    g_test_add_func("/judge/gone", test_gone);
    g_test_add_func("/judge/many", test_many);
    g_test_add_func("/judge/end", test_end);
    g_test_add_func("/trust/ending", test_ending);
    g_test_add_func("/trust/strange-lines", test_strange_lines);
    return g_test_run();
}
