/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * keygen, seal, unseal, encrypt, decrypt as a person types them: both spellings, modes of files,
 * what is never overwritten, what is warned about, what the journal keeps; another program's
 * opinion where it is installed; memory that does not grow with the file.
 */
#include "config.h"

#include "process.h"

#include <fcntl.h>
#include <glib/gstdio.h>
#include <stdint.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static const char secrets[] = "{\"login\": \"u\", \"password\": \"correct horse battery\"}\n";

static void put(const char *name, const void *bytes, size_t size)
{
    g_autofree char *path = process_path(name);
    g_assert_true(g_file_set_contents(path, bytes, (gssize)size, NULL));
}

static GBytes *get(const char *name)
{
    g_autofree char *path = process_path(name);
    char *text;
    gsize size;
    g_autoptr(GError) error = NULL;
    g_file_get_contents(path, &text, &size, &error);
    g_assert_no_error(error);
    return g_bytes_new_take(text, size);
}

static void assert_holds(const char *name, const char *text)
{
    g_autoptr(GBytes) bytes = get(name);
    g_autoptr(GBytes) expected = g_bytes_new_static(text, strlen(text));
    g_assert_true(g_bytes_equal(bytes, expected));
}

static void assert_mode(const char *name, mode_t mode)
{
    g_autofree char *path = process_path(name);
    struct stat status;
    g_assert_cmpint(stat(path, &status), ==, 0);
    g_assert_cmpint(status.st_mode & 07777, ==, mode);
}

static bool exists(const char *name)
{
    g_autofree char *path = process_path(name);
    return g_file_test(path, G_FILE_TEST_EXISTS);
}

/* The program on a line, in the test's directory. Nothing of the secrets is ever said. */
static Outcome run(const char *text)
{
    ProcessSetting setting = {.directory = process_directory()};
    g_auto(GStrv) words = g_strsplit(text, " ", -1);
    g_autoptr(GPtrArray) line = g_ptr_array_new();
    for (char **word = words; *word; word++)
        g_ptr_array_add(line, *word);
    Outcome got = console_run_words(&setting, line);
    assert_harmless(got.err, got.err_size);
    g_assert_null(strstr(got.err, "correct horse"));
    return got;
}

static void run_ok(const char *text)
{
    Outcome got = run(text);
    if (got.status != 0)
        g_error("%s: status %d: %s", text, got.status, got.err);
    g_assert_null(strstr(got.out, "correct horse"));
    outcome_clear(&got);
}

/* Ends so, and says this on standard error. */
static void run_refused(const char *text, int status, const char *said)
{
    Outcome got = run(text);
    if (got.status != status || !strstr(got.err, said))
        g_error("%s: status %d: %s", text, got.status, got.err);
    g_assert_cmpstr(got.out, ==, "");
    outcome_clear(&got);
}

/* A platform, an enclave whose key is the pair's, its certificate verified or not. */
static void make_enclave(const char *evidence, const char *pair)
{
    static bool made;
    g_autofree char *platform = process_path("platform");
    g_autofree char *output = process_path(evidence);
    if (!made)
        sim_run("platform", platform, NULL);
    made = true;
    g_autoptr(GBytes) key = get(pair);
    g_autoptr(GString) hex = g_string_new(NULL);
    for (size_t i = 0; i < 32; i++)
        g_string_append_printf(hex, "%02x", ((const uint8_t *)g_bytes_get_data(key, NULL))[i]);
    sim_run("quote", platform, "--evidence", "--enclave-key", hex->str, "--output", output, NULL);
}

static json_t *last_journal_line(void)
{
    Outcome got = run("journal list --json");
    json_t *all = outcome_json(&got);
    outcome_clear(&got);
    json_t *last = json_incref(json_array_get(all, json_array_size(all) - 1));
    json_decref(all);
    return last;
}

static void assert_member(const json_t *object, const char *name, const char *value)
{
    g_assert_cmpstr(json_string_value(json_object_get(object, name)), ==, value);
}

static void test_keygen(void)
{
    static const struct {
        const char *line, *file;
        size_t size;
    } cases[] = {
        {"home keygen --symmetric --output k1", "k1", 32},
        {"home keygen --symmetric --fernet --output k2", "k2", 44},
        {"home keygen --fernet --output k3", "k3", 44},
        {"home keygen --asymmetric --output k4", "k4", 64},
        {"home keygen --symmetric", "symmetric.key", 32},
        {"home keygen --fernet", "fernet.key", 44},
        {"home keygen --asymmetric", "x25519.key", 64},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        run_ok(cases[i].line);
        assert_mode(cases[i].file, 0600);
        g_autoptr(GBytes) first = get(cases[i].file);
        g_assert_cmpuint(g_bytes_get_size(first), ==, cases[i].size);
        run_refused(cases[i].line, 1, "--force");
        g_autoptr(GBytes) same = get(cases[i].file);
        g_assert_true(g_bytes_equal(first, same));
        g_autofree char *forced = g_strconcat(cases[i].line, " --force", NULL);
        run_ok(forced);
        g_autoptr(GBytes) other = get(cases[i].file);
        g_assert_false(g_bytes_equal(first, other));
        assert_mode(cases[i].file, 0600);
    }
    run_refused("home keygen", 2, "--symmetric");
    run_refused("home keygen --symmetric --asymmetric", 2, "--symmetric");
    run_refused("home keygen --asymmetric --fernet", 2, "--symmetric");
}

static void test_seal_as_in_the_manual(void)
{
    put("secrets_to_seal.json", secrets, strlen(secrets));
    run_ok("home keygen --asymmetric --output enclave.pair");
    make_enclave("evidence.json", "enclave.pair");
    run_ok("verify evidence.json --root platform/root.pem --output certificate");
    run_ok("home seal --secrets secrets_to_seal.json --cert certificate/ratls.pem --output "
           "provider/new");
    assert_mode("provider/new/secrets_to_seal.json.sealed", 0644);
    g_autoptr(GBytes) sealed = get("provider/new/secrets_to_seal.json.sealed");
    g_assert_cmpuint(g_bytes_get_size(sealed), ==, strlen(secrets) + 48);
    json_t *line = last_journal_line();
    assert_member(line, "kind", "seal");
    assert_member(line, "input", "secrets_to_seal.json");
    assert_member(line, "last_verdict", "trusted");
    g_assert_cmpuint(strlen(json_string_value(json_object_get(line, "measurement"))), ==, 64);
    g_assert_cmpuint(strlen(json_string_value(json_object_get(line, "output_sha256"))), ==, 64);
    json_decref(line);
    Outcome opened = run("home unseal --input provider/new/secrets_to_seal.json.sealed "
                         "--private-key enclave.pair");
    g_assert_cmpint(opened.status, ==, 0);
    g_assert_cmpstr(opened.out, ==, secrets);
    outcome_clear(&opened);
}

static void test_seal_other_spelling(void)
{
    run_ok("home seal --input secrets_to_seal.json --receiver-enclave certificate/ratls.pem "
           "--output one.sealed");
    run_ok("home seal --input secrets_to_seal.json --receiver-public-key enclave.pair --output "
           "two.sealed");
    g_autoptr(GBytes) pair = get("enclave.pair");
    const uint8_t *halves = g_bytes_get_data(pair, NULL);
    put("enclave.pk", halves, 32);
    put("enclave.sk", halves + 32, 32);
    run_ok("home seal --input secrets_to_seal.json --receiver-public-key enclave.pk --output "
           "three.sealed");
    static const char *const names[] = {"one", "two", "three"};
    for (size_t i = 0; i < G_N_ELEMENTS(names); i++) {
        g_autofree char *line = g_strdup_printf(
            "home unseal --input %s.sealed --private-key enclave.sk --output opened", names[i]);
        run_ok(line);
        assert_holds("opened", secrets);
        assert_mode("opened", 0600);
    }
    run_refused("home seal --input secrets_to_seal.json --receiver-public-key enclave.pk", 2,
                "--output");
    run_refused("home seal --input secrets_to_seal.json --output x", 2, "for whom");
    run_refused("home seal --cert certificate/ratls.pem --output x", 2, "what?");
    run_refused("home seal --secrets a --input b --cert certificate/ratls.pem --output x", 2,
                "what?");
    run_refused("home unseal --input one.sealed --private-key enclave.sk --json", 2, "--output");
}

static void test_seal_unverified(void)
{
    run_ok("home keygen --asymmetric --output stranger.pair");
    make_enclave("stranger.json", "stranger.pair");
    g_autoptr(GError) error = NULL;
    g_autofree char *path = process_path("stranger.json");
    json_t *evidence = json_load_file(path, 0, NULL);
    const char *pem = json_string_value(json_object_get(evidence, "ratls_certificate"));
    put("stranger.pem", pem, strlen(pem));
    json_decref(evidence);
    Outcome got = run("home seal --secrets secrets_to_seal.json --cert stranger.pem --output s1");
    g_assert_cmpint(got.status, ==, 0);
    g_assert_nonnull(strstr(got.err, "never verified on this machine"));
    outcome_clear(&got);
    /* Rejected: its root is not Intel's. */
    Outcome judged = run("verify stranger.json");
    g_assert_cmpint(judged.status, ==, 3);
    outcome_clear(&judged);
    got = run("home seal --secrets secrets_to_seal.json --cert stranger.pem --output s1");
    g_assert_cmpint(got.status, ==, 0);
    g_assert_nonnull(strstr(got.err, "\"rejected\""));
    outcome_clear(&got);
}

static void test_seal_refused(void)
{
    g_autofree char *platform = process_path("platform");
    g_autofree char *keyless = process_path("keyless.pem");
    g_autofree char *unbound = process_path("unbound.pem");
    sim_run("quote", platform, "--certificate", "--output", keyless, NULL);
    sim_run("quote", platform, "--certificate", "--break", "binding", "--output", unbound, NULL);
    run_refused("home seal --secrets secrets_to_seal.json --cert keyless.pem --output s2", 1,
                "no sealed secrets");
    run_refused("home seal --secrets secrets_to_seal.json --cert unbound.pem --output s2", 1,
                "unbound.pem");
    run_refused("home seal --secrets secrets_to_seal.json --cert evidence.json --output s2", 1,
                "no certificate");
    g_assert_false(exists("s2"));
    run_refused("home unseal --input one.sealed --private-key stranger.pair --output s3", 1,
                "not made for this key");
    g_assert_false(exists("s3"));
}

static void test_encrypt_and_decrypt(void)
{
    static const size_t sizes[] = {0, 1, 63, 64, 65, 100000};
    static const char *const keys[] = {"fernet.key", "symmetric.key"};
    g_autofree char *text = g_strnfill(100000, 'x');
    for (size_t i = 0; i < G_N_ELEMENTS(sizes) * G_N_ELEMENTS(keys); i++) {
        put("plain", text, sizes[i / 2]);
        g_autofree char *encrypt =
            g_strdup_printf("home encrypt --key %s --output result.enc plain", keys[i % 2]);
        g_autofree char *decrypt =
            g_strdup_printf("home decrypt --key %s --output result.plain result.enc", keys[i % 2]);
        run_ok(encrypt);
        run_ok(decrypt);
        assert_mode("result.enc", 0644);
        assert_mode("result.plain", 0600);
        g_autoptr(GBytes) back = get("result.plain"), plain = get("plain");
        g_assert_true(g_bytes_equal(back, plain));
    }
    run_ok("home encrypt --key fernet.key --input plain --output result.enc");
    run_ok("home decrypt --key fernet.key --input result.enc --output result.plain");
    run_refused("home decrypt --key fernet.key --output a --input result.enc plain", 2, "INPUT");
    run_refused("home decrypt --key fernet.key --output a", 2, "INPUT");
    run_refused("home decrypt --output a result.enc", 2, "--key");
    run_refused("home decrypt --key fernet.key result.enc", 2, "--output");
}

/* What was there stays when it goes wrong; input and key are never written over. */
static void test_nothing_lost(void)
{
    put("plain", "text", 4);
    put("kept", "before", 6);
    run_ok("home encrypt --key fernet.key --output result.enc plain");
    run_refused("home decrypt --key symmetric.key --output kept result.enc", 1,
                "not made for this key");
    run_refused("home decrypt --key k2 --output kept result.enc", 1, "not made with this key");
    assert_holds("kept", "before");
    run_refused("home encrypt --key fernet.key --output plain plain", 1, "the input itself");
    run_refused("home encrypt --key fernet.key --output fernet.key plain", 1, "the key");
    run_refused("home decrypt --key fernet.key --output no/directory result.enc", 1, "must exist");
    assert_holds("plain", "text");
    run_ok("home decrypt --key fernet.key --output kept result.enc");
    assert_holds("kept", "text");
}

/* Independent programs. Each prints what it reads, or "absent". */
static void assert_python(const char *script, const char *expected)
{
    g_autofree char *python = g_find_program_in_path("python3");
    if (!python) {
        g_test_skip("no python3 here");
        return;
    }
    const char *argv[] = {python, "-c", script, NULL};
    ProcessSetting setting = {.directory = process_directory()};
    Outcome got = process_run(argv, &setting);
    if (got.status != 0)
        g_error("%s", got.err);
    if (strcmp(got.out, "absent") == 0)
        g_test_skip("the Python module is not here");
    else
        g_assert_cmpstr(got.out, ==, expected);
    outcome_clear(&got);
}

static void test_python_fernet(void)
{
    assert_python("import sys\n"
                  "try:\n"
                  "    from cryptography.fernet import Fernet\n"
                  "except ImportError:\n"
                  "    sys.stdout.write('absent'); sys.exit()\n"
                  "f = Fernet(open('fernet.key', 'rb').read())\n"
                  "open('theirs', 'wb').write(f.encrypt(b'x' * 77))\n"
                  "sys.stdout.write(f.decrypt(open('result.enc', 'rb').read()).decode())\n",
                  "text");
    if (!exists("theirs"))
        return;
    run_ok("home decrypt --key fernet.key --output theirs.plain theirs");
    g_autofree char *expected = g_strnfill(77, 'x');
    assert_holds("theirs.plain", expected);
}

static void test_python_sealed(void)
{
    assert_python("import sys\n"
                  "try:\n"
                  "    from nacl.public import PrivateKey, SealedBox\n"
                  "except ImportError:\n"
                  "    sys.stdout.write('absent'); sys.exit()\n"
                  "k = PrivateKey(open('enclave.sk', 'rb').read())\n"
                  "sys.stdout.write(SealedBox(k).decrypt(open('one.sealed', "
                  "'rb').read()).decode())\n",
                  secrets);
}

#ifdef WITH_SANITIZERS
enum { SANITIZED = 1 };
#else
enum { SANITIZED = 0 };
#endif

/* The most that a child of this test ever held, in KiB; files and libraries are in it. */
static long largest_child(void)
{
    struct rusage usage;
    getrusage(RUSAGE_CHILDREN, &usage);
    return usage.ru_maxrss;
}

/* 200 MiB, of which all but the end costs no disk: all memory, of libraries too, stays below. */
static void test_memory(void)
{
    enum { MOST_KIB = 16 * 1024 };
    static const char *const keys[] = {"fernet.key", "symmetric.key"};
    g_autofree char *large = process_path("large");
    put("large", "", 0);
    g_assert_cmpint(truncate(large, (off_t)200 << 20), ==, 0);
    for (size_t i = 0; i < G_N_ELEMENTS(keys); i++) {
        g_autofree char *encrypt =
            g_strdup_printf("home encrypt --key %s --output large.enc large", keys[i]);
        g_autofree char *decrypt =
            g_strdup_printf("home decrypt --key %s --output large.plain large.enc", keys[i]);
        run_ok(encrypt);
        run_ok(decrypt);
        g_autofree char *back = process_path("large.plain");
        struct stat status;
        g_assert_cmpint(stat(back, &status), ==, 0);
        g_assert_cmpint(status.st_size, ==, (off_t)200 << 20);
    }
    if (SANITIZED)
        g_test_skip("a sanitizer's own memory is in the figure");
    else
        g_assert_cmpint(largest_child(), <, MOST_KIB);
    static const char *const made[] = {"large", "large.enc", "large.plain"};
    for (size_t i = 0; i < G_N_ELEMENTS(made); i++) {
        g_autofree char *path = process_path(made[i]);
        g_unlink(path);
    }
}

/* All that would make something, and nothing is made. */
static void test_read_only(void)
{
    static const char *const lines[] = {
        "home keygen --fernet --output read-only",
        "home seal --input secrets_to_seal.json --cert ratls.pem --output read-only",
        "home unseal --input one.sealed --private-key pair --output read-only",
        "home encrypt --key fernet.key --output read-only plain",
        "home decrypt --key fernet.key --output read-only result.enc",
        "home scaffold read-only",
    };
    for (size_t i = 0; i < G_N_ELEMENTS(lines); i++) {
        g_autofree char *line = g_strconcat("--read-only ", lines[i], NULL);
        run_refused(line, 2, "read-only");
        g_assert_false(exists("read-only"));
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/seal/keygen", test_keygen);
    g_test_add_func("/seal/memory", test_memory);
    g_test_add_func("/seal/as-in-the-manual", test_seal_as_in_the_manual);
    g_test_add_func("/seal/other-spelling", test_seal_other_spelling);
    g_test_add_func("/seal/unverified", test_seal_unverified);
    g_test_add_func("/seal/refused", test_seal_refused);
    g_test_add_func("/seal/encrypt-and-decrypt", test_encrypt_and_decrypt);
    g_test_add_func("/seal/nothing-lost", test_nothing_lost);
    g_test_add_func("/seal/read-only", test_read_only);
    g_test_add_func("/seal/python-fernet", test_python_fernet);
    g_test_add_func("/seal/python-sealed", test_python_sealed);
    return g_test_run();
}
