/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * mse-sim quote DIR: makes a quote, an RA-TLS certificate or an evidence file.
 */
#include "config.h"

#include "core/file.h"
#include "core/hex.h"
#include "core/i18n.h"
#include "core/sanitize.h"
#include "format/pem.h"
#include "sim/breaks.h"
#include "sim/crypto.h"
#include "sim/options.h"
#include "sim/platform_files.h"

#include <stdio.h>
#include <unistd.h>

static const char *const tees[] = {"sgx", "tdx", NULL};
static const char *const versions[] = {"3", "4", "5", NULL};
static const char *const td_versions[] = {"1.0", "1.5", NULL};

#define HEX_OPTION(option, bytes, text)                                              \
    {                                                                                \
        .name = (option), .kind = SIM_OPTION_HEX, .size = (bytes), .metavar = "HEX", \
        .help = (text)                                                               \
    }
#define NUMBER_OPTION(option, text)                                                      \
    {                                                                                    \
        .name = (option), .kind = SIM_OPTION_NUMBER, .most = UINT16_MAX, .metavar = "N", \
        .help = (text)                                                                   \
    }
#define FILE_OPTION(option, text)                                                    \
    {                                                                                \
        .name = (option), .kind = SIM_OPTION_FILE, .metavar = "FILE", .help = (text) \
    }

static const SimOption options[] = {
    {.name = "tee",
     .kind = SIM_OPTION_CHOICE,
     .metavar = "TEE",
     .choices = tees,
     .help = N_("of an enclave or a TD")},
    {.name = "version",
     .kind = SIM_OPTION_CHOICE,
     .metavar = "N",
     .choices = versions,
     .help = N_("of the quote")},
    {.name = "td",
     .kind = SIM_OPTION_CHOICE,
     .metavar = "VERSION",
     .choices = td_versions,
     .help = N_("of the TD report")},
    HEX_OPTION("mrenclave", 32, N_("the enclave's measurement")),
    HEX_OPTION("mrsigner", 32, N_("its signer (default: the platform's enclave-signer.key)")),
    NUMBER_OPTION("isv-prod-id", N_("its product")),
    NUMBER_OPTION("isv-svn", N_("its security version")),
    HEX_OPTION("mrtd", 48, N_("the TD's measurement")),
    {.name = "rtmr",
     .kind = SIM_OPTION_RTMR,
     .metavar = "N=HEX",
     .repeatable = true,
     .help = N_("a runtime measurement of the TD")},
    {.name = "report-data",
     .kind = SIM_OPTION_HEX,
     .size = 64,
     .shorter = true,
     .metavar = "HEX",
     .help = N_("what the application says, zeros after it")},
    {.name = "debug", .help = N_("a debug enclave or TD")},
    {.name = "relaunch", .help = N_("a TD 1.5 started before its module was updated")},
    {.name = "certificate", .help = N_("an RA-TLS certificate with the quote in it, in PEM")},
    {.name = "evidence", .help = N_("evidence.json around such a certificate")},
    {.name = "san",
     .kind = SIM_OPTION_TEXT,
     .metavar = "NAME",
     .help = N_("the certificate's name or address (default localhost)")},
    FILE_OPTION("key", N_("the certificate's private key: read, or made when it is not there")),
    HEX_OPTION("enclave-key", 32, N_("an X25519 public key to which secrets can be sealed")),
    {.name = "break",
     .kind = SIM_OPTION_TEXT,
     .metavar = "NAME",
     .help = N_("one thing wrong; `list` prints the table")},
    FILE_OPTION("output", N_("write there instead of standard output")),
    FILE_OPTION("collateral-output", N_("write the collateral that goes with it")),
    {.name = NULL},
};

G_GNUC_PRINTF(2, 3) static bool refuse(GError **error, const char *format, ...)
{
    va_list list;
    va_start(list, format);
    g_autofree char *text = g_strdup_vprintf(format, list);
    va_end(list);
    g_autofree char *shown = sanitize_string(text);
    g_set_error(error, SIM_ERROR, SIM_ERROR_USAGE, "%s", shown);
    return false;
}

static void print_breaks(void)
{
    printf("%-28s %-12s %-12s %-16s %s\n", _("NAME"), _("CHECK"), _("LIES IN"), _("FOR"),
           _("WHAT IS WRONG"));
    for (const Break *row = break_table; row->name != NULL; row++)
        printf("%-28s %-12s %-12s %-16s %s\n", row->name, row->check, break_part_name(row->part),
               break_kind_name(row->kind), _(row->help));
}

/* What is made, from the command line alone. */
typedef struct Wanted {
    SimTee tee;
    unsigned version;
    bool td_1_5;
    bool certificate, evidence; /* evidence: certificate too */
    const Break *broken;        /* or NULL */
    const char *san;
} Wanted;

static bool refuse_other_tee(const SimArguments *arguments, SimTee tee, GError **error)
{
    static const char *const only[N_SIM_TEES][5] = {
        [SIM_SGX] = {"mrenclave", "mrsigner", "isv-prod-id", "isv-svn", NULL},
        [SIM_TDX] = {"mrtd", "rtmr", "td", "relaunch", NULL},
    };
    const char *const *others = only[tee == SIM_SGX ? SIM_TDX : SIM_SGX];
    for (; *others != NULL; others++)
        if (sim_flag(arguments, *others))
            return refuse(error, _("--%s: not with --tee %s"), *others, sim_tee_name(tee));
    return true;
}

static bool wanted_versions(const SimArguments *arguments, Wanted *wanted, GError **error)
{
    wanted->tee = g_strcmp0(sim_value(arguments, "tee"), "tdx") == 0 ? SIM_TDX : SIM_SGX;
    if (!refuse_other_tee(arguments, wanted->tee, error))
        return false;
    const bool relaunch = sim_flag(arguments, "relaunch");
    const char *td = sim_value(arguments, "td");
    wanted->td_1_5 = relaunch || g_strcmp0(td, "1.5") == 0;
    if (relaunch && g_strcmp0(td, "1.0") == 0)
        return refuse(error, _("--relaunch: needs --td 1.5"));
    const unsigned otherwise = wanted->tee == SIM_SGX ? 3 : wanted->td_1_5 ? 5 : 4;
    wanted->version = (unsigned)sim_number(arguments, "version", otherwise);
    if (wanted->tee == SIM_TDX && wanted->version == 3)
        return refuse(error, _("--version 3: TDX quotes begin with version 4"));
    if (wanted->td_1_5 && wanted->version != 5)
        return refuse(error, _("--td 1.5: needs --version 5"));
    return true;
}

/* A name that can stand in a certificate and nothing else: letters, digits, dots, hyphens, colons.
 */
static bool san_valid(const char *san)
{
    static const char allowed[] =
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-";
    return g_hostname_is_ip_address(san) ||
           (strlen(san) <= 64 && san[strspn(san, allowed)] == '\0');
}

static bool wanted_certificate(const SimArguments *arguments, Wanted *wanted, GError **error)
{
    static const char *const of_certificate[] = {"san", "key", "enclave-key", NULL};
    wanted->evidence = sim_flag(arguments, "evidence");
    wanted->certificate = wanted->evidence || sim_flag(arguments, "certificate");
    for (unsigned i = 0; of_certificate[i] != NULL && !wanted->certificate; i++)
        if (sim_flag(arguments, of_certificate[i]))
            return refuse(error, _("--%s: needs --certificate or --evidence"), of_certificate[i]);
    if (wanted->certificate && sim_flag(arguments, "report-data"))
        return refuse(error, _("--report-data: a certificate's quote speaks of its key"));
    const char *san = sim_value(arguments, "san");
    wanted->san = san ? san : "localhost";
    if (!san_valid(wanted->san))
        return refuse(error, _("--san: %s: a DNS name or an address is expected"), wanted->san);
    return true;
}

static bool wanted_break(const SimArguments *arguments, Wanted *wanted, GError **error)
{
    const char *name = sim_value(arguments, "break");
    if (name == NULL)
        return true;
    const Break *row = wanted->broken = break_find(name);
    if (row == NULL)
        return refuse(error, _("--break: %s: no such break: `--break list` prints them"), name);
    if (!break_applies(row, wanted->tee, wanted->version, wanted->td_1_5))
        return refuse(error, _("--break %s: applies to %s only"), name, break_kind_name(row->kind));
    if (row->part == BREAK_APPLICATION && !wanted->certificate)
        return refuse(error, _("--break %s: needs --certificate or --evidence"), name);
    if (row->part == BREAK_COLLATERAL && !wanted->evidence &&
        !sim_flag(arguments, "collateral-output"))
        return refuse(error,
                      _("--break %s: lies in the collateral: needs --evidence or "
                        "--collateral-output"),
                      name);
    return true;
}

static void set_relaunch(TdFields *td)
{
    /* Loaded under an older module of the same major version; the new one is running by now. */
    td->tee_tcb_svn[0] = 3;
    td->tee_tcb_svn[2] = 1;
}

static void set_fields(const SimArguments *arguments, QuoteRecipe *quote)
{
    sim_hex(arguments, "mrenclave", quote->sgx.mr_enclave, 32, NULL);
    sim_hex(arguments, "mrsigner", quote->sgx.mr_signer, 32, NULL);
    sim_hex(arguments, "mrtd", quote->td.mr_td, 48, NULL);
    sim_hex(arguments, "report-data", quote->report_data, 64, NULL);
    quote->sgx.isv_prod_id = (uint16_t)sim_number(arguments, "isv-prod-id", quote->sgx.isv_prod_id);
    quote->sgx.isv_svn = (uint16_t)sim_number(arguments, "isv-svn", quote->sgx.isv_svn);
    const GPtrArray *rtmrs = sim_values(arguments, "rtmr");
    for (unsigned i = 0; rtmrs != NULL && i < rtmrs->len; i++) {
        uint8_t value[48];
        const unsigned n = sim_rtmr(rtmrs->pdata[i], value);
        memcpy(quote->td.rt_mr[n], value, sizeof value);
    }
    if (sim_flag(arguments, "debug"))
        quote_recipe_set_debug(quote, true);
    if (sim_flag(arguments, "relaunch"))
        set_relaunch(&quote->td);
}

/* The certificate's key: --key's, made and written when it is not there; without it, one that
 * nobody keeps. */
static EVP_PKEY *application_key(const char *path, GError **error)
{
    if (path == NULL)
        return key_new_p256();
    if (access(path, F_OK) != 0) {
        g_autoptr(EVP_PKEY) made = key_new_p256();
        g_autofree char *pem = key_private_pem(made);
        return file_write(path, span_of(pem, strlen(pem)), 0600, error) ? g_steal_pointer(&made)
                                                                        : NULL;
    }
    g_autoptr(GBytes) pem = file_read(path, LIMIT_KEY, NULL, error);
    if (pem == NULL)
        return NULL;
    size_t size;
    const void *data = g_bytes_get_data(pem, &size);
    g_autoptr(EVP_PKEY) key = key_read_private(span_of(data, size), path, error);
    if (key != NULL && !key_is_p256(key)) {
        refuse(error, _("%s: a P-256 key is expected"), path);
        return NULL;
    }
    return g_steal_pointer(&key);
}

static GBytes *text_bytes(char *text)
{
    return g_bytes_new_take(text, strlen(text));
}

static GBytes *make(const Wanted *wanted, const Scenario *scenario, const Platform *platform)
{
    if (!wanted->certificate)
        return quote_make(&scenario->quote, platform);
    g_autoptr(GBytes) der =
        application_certificate(&scenario->application, &scenario->quote, platform);
    if (wanted->evidence)
        return text_bytes(evidence_make(der, wanted->san, platform, wanted->tee));
    size_t size;
    const void *data = g_bytes_get_data(der, &size);
    return text_bytes(pem_encode("CERTIFICATE", span_of(data, size)));
}

static bool deliver(const char *path, GBytes *bytes, bool binary, GError **error)
{
    size_t size;
    const void *data = g_bytes_get_data(bytes, &size);
    if (path != NULL)
        return file_write(path, span_of(data, size), 0644, error);
    if (binary && isatty(STDOUT_FILENO))
        return refuse(error, _("a quote is no text for a terminal: name a file with --output"));
    fwrite(data, 1, size, stdout);
    return true;
}

static bool make_and_deliver(const SimArguments *arguments, const Wanted *wanted,
                             Platform *platform, GError **error)
{
    Scenario scenario = {.platform = &platform->recipe, .keys = platform->keys};
    quote_recipe_init(&scenario.quote, platform, wanted->tee, wanted->version, wanted->td_1_5);
    set_fields(arguments, &scenario.quote);
    g_autoptr(EVP_PKEY) key = application_key(sim_value(arguments, "key"), error);
    if (key == NULL)
        return false;
    scenario.application = (ApplicationRecipe){.key = key, .san = wanted->san};
    scenario.application.has_enclave_key =
        sim_hex(arguments, "enclave-key", scenario.application.enclave_key, 32, NULL);

    if (wanted->broken != NULL) {
        wanted->broken->apply(&scenario);
        if (wanted->broken->part == BREAK_CHAIN || wanted->broken->part == BREAK_COLLATERAL)
            platform_make_documents(platform);
    }
    g_autoptr(GBytes) made = make(wanted, &scenario, platform);
    const char *collateral = sim_value(arguments, "collateral-output");
    if (collateral != NULL) {
        g_autofree char *text = platform_collateral(platform, wanted->tee);
        if (!file_write(collateral, span_of(text, strlen(text)), 0644, error))
            return false;
    }
    return deliver(sim_value(arguments, "output"), made, !wanted->certificate, error);
}

static bool run(const SimArguments *arguments, GError **error)
{
    const char *directory = sim_operand(arguments);
    if (g_strcmp0(sim_value(arguments, "break"), "list") == 0) {
        print_breaks();
        return true;
    }
    if (directory == NULL)
        return refuse(error, _("no directory: mse-sim quote DIR [OPTION…]"));
    Wanted wanted = {0};
    if (!wanted_versions(arguments, &wanted, error) ||
        !wanted_certificate(arguments, &wanted, error) || !wanted_break(arguments, &wanted, error))
        return false;
    g_autoptr(Platform) platform = platform_read(directory, error);
    return platform != NULL && make_and_deliver(arguments, &wanted, platform, error);
}

const SimVerb sim_verb_quote = {
    .name = "quote",
    .operand = "DIR",
    .help = N_("make a SIMULATED quote, RA-TLS certificate or evidence file"),
    .description =
        N_("A quote of an enclave or TD on the platform in DIR, sound or wrong in one named way.\n"
           "What is not given gets a value that looks like some. The version is 3 for SGX, 4 for\n"
           "TDX and 5 for TD reports 1.5 unless --version says otherwise."),
    .options = options,
    .run = run,
};
