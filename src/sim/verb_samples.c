/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * mse-sim samples DIR: inputs of all kinds and outcomes, to look at.
 */
#include "config.h"

#include "core/clock.h"
#include "core/file.h"
#include "core/i18n.h"
#include "core/sanitize.h"
#include "format/pem.h"
#include "sim/breaks.h"
#include "sim/crypto.h"
#include "sim/directory.h"
#include "sim/options.h"
#include "sim/platform_files.h"

#include <stdio.h>

typedef enum { FORM_EVIDENCE, FORM_QUOTE, FORM_CERTIFICATE } SampleForm;

typedef struct Sample {
    const char *file; /* says what is to be seen */
    SampleForm form;
    SimTee tee;
    unsigned version;
    const char *tcb_status; /* NULL: UpToDate */
    bool expired, revoked;
    const char *broken; /* a break, or NULL */
} Sample;

static const Sample samples[] = {
    {.file = "trusted-enclave-evidence.json"},
    {.file = "trusted-hardening-needed-evidence.json", .tcb_status = "SWHardeningNeeded"},
    {.file = "trusted-td-evidence.json", .tee = SIM_TDX, .version = 4},
    {.file = "trusted-quote.bin", .form = FORM_QUOTE},
    {.file = "expired-collateral-evidence.json", .expired = true},
    {.file = "rejected-changed-measurement-evidence.json", .broken = "mrenclave"},
    {.file = "rejected-debug-enclave-evidence.json", .broken = "debug"},
    {.file = "rejected-forged-tcb-info-evidence.json", .broken = "tcb-info-forged"},
    {.file = "rejected-other-key-certificate.pem", .form = FORM_CERTIFICATE, .broken = "binding"},
    {.file = "rejected-out-of-date-evidence.json", .tcb_status = "OutOfDate"},
    {.file = "rejected-revoked-platform-evidence.json", .revoked = true},
};

static const char PLATFORM[] = "platform";
static const char COLLATERAL[] = "collateral.json";
static const char SETTINGS_PLACE[] = "settings"; /* not among the inputs */
static const char CONFIGURATION[] = "config.toml";

/* The root's path is relative to the file's own directory: all of it may be moved. */
static const char SETTINGS[] = "# SIMULATED: for looking at these samples, for nothing else.\n"
                               "[trust]\n"
                               "root = \"../platform/root.pem\"\n";

static const SimOption options[] = {
    {.name = "at",
     .kind = SIM_OPTION_TIME,
     .metavar = "TIME",
     .help = N_("when they are made (default: now)")},
    {.name = "force", .help = N_("replace samples that are there")},
    {.name = NULL},
};

static PlatformSpec sample_spec(const Sample *sample, const PlatformSpec *base)
{
    PlatformSpec spec = *base;
    spec.expired = sample->expired;
    spec.revoked = sample->revoked;
    if (sample->tcb_status != NULL)
        spec.tcb_status = sim_status_find(sim_tcb_statuses, sample->tcb_status);
    return spec;
}

/* Every sample measures differently: they are different applications. */
static void set_measurement(const Sample *sample, QuoteRecipe *quote)
{
    const Span name = span_of(sample->file, strlen(sample->file));
    digest_sha256(name, quote->sgx.mr_enclave);
    digest_sha256(name, quote->td.mr_td);
}

/* The file's bytes. The scenario's platform is a variant of `base` under the same root. */
static GBytes *make_sample(const Sample *sample, const Platform *base)
{
    const PlatformSpec spec = sample_spec(sample, &base->recipe.spec);
    const unsigned version = sample->version ? sample->version : 3;
    g_autoptr(Platform) platform = platform_variant(base, &spec);
    g_autoptr(EVP_PKEY) key = key_new_p256();
    Scenario scenario = {.platform = &platform->recipe, .keys = platform->keys};
    quote_recipe_init(&scenario.quote, platform, sample->tee, version, false);
    set_measurement(sample, &scenario.quote);
    scenario.application = (ApplicationRecipe){.key = key, .san = "localhost"};
    if (sample->broken != NULL) {
        break_find(sample->broken)->apply(&scenario);
        platform_make_documents(platform);
    }
    if (sample->form == FORM_QUOTE)
        return quote_make(&scenario.quote, platform);
    g_autoptr(GBytes) der =
        application_certificate(&scenario.application, &scenario.quote, platform);
    size_t size;
    const void *data = g_bytes_get_data(der, &size);
    char *text = sample->form == FORM_EVIDENCE
                     ? evidence_make(der, "localhost", platform, sample->tee)
                     : pem_encode("CERTIFICATE", span_of(data, size));
    return g_bytes_new_take(text, strlen(text));
}

static bool write_bytes(const char *directory, const char *name, const void *data, size_t size,
                        GError **error)
{
    g_autofree char *path = g_build_filename(directory, name, NULL);
    return file_write(path, span_of(data, size), 0644, error);
}

static bool write_settings(const char *directory, GError **error)
{
    g_autofree char *place = g_build_filename(directory, SETTINGS_PLACE, NULL);
    return file_make_directory(place, error) &&
           write_bytes(place, CONFIGURATION, SETTINGS, strlen(SETTINGS), error);
}

static bool fill(const char *directory, const void *data, GError **error)
{
    const PlatformSpec *spec = data;
    g_autoptr(Platform) platform = platform_new(spec);
    g_autofree char *place = g_build_filename(directory, PLATFORM, NULL);
    if (!platform_write(platform, place, false, error))
        return false;
    for (unsigned i = 0; i < G_N_ELEMENTS(samples); i++) {
        g_autoptr(GBytes) bytes = make_sample(&samples[i], platform);
        size_t size;
        const void *content = g_bytes_get_data(bytes, &size);
        if (!write_bytes(directory, samples[i].file, content, size, error))
            return false;
    }
    g_autofree char *collateral = platform_collateral(platform, SIM_SGX);
    return write_bytes(directory, COLLATERAL, collateral, strlen(collateral), error) &&
           write_settings(directory, error);
}

static bool is_settings(const char *directory, const char *name)
{
    (void)directory;
    return strcmp(name, CONFIGURATION) == 0;
}

static const DirectoryKind settings_kind = {.marker = CONFIGURATION, .is_ours = is_settings};

static bool is_ours(const char *directory, const char *name)
{
    g_autofree char *path = g_build_filename(directory, name, NULL);
    if (strcmp(name, PLATFORM) == 0)
        return platform_may_replace(path, true, NULL);
    if (strcmp(name, SETTINGS_PLACE) == 0)
        return directory_may_replace(path, &settings_kind, true, NULL);
    for (unsigned i = 0; i < G_N_ELEMENTS(samples); i++)
        if (strcmp(name, samples[i].file) == 0)
            return true;
    return strcmp(name, COLLATERAL) == 0;
}

static const DirectoryKind samples_kind = {.marker = COLLATERAL, .is_ours = is_ours};

/* A word as a shell takes it; quoted only where it must be. */
static char *shell_word(const char *text)
{
    static const char plain[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789/._";
    return text[strspn(text, plain)] == '\0' ? g_strdup(text) : g_shell_quote(text);
}

static void report(const char *directory)
{
    g_autofree char *shown = sanitize_string(directory);
    printf(_("SIMULATED samples in %s:\n"), shown);
    for (unsigned i = 0; i < G_N_ELEMENTS(samples); i++)
        printf("  %s\n", samples[i].file);
    g_autofree char *word = shell_word(directory);
    g_autofree char *place = sanitize_string(word);
    printf(_("Look at them: cd %s && MSE_CONSOLE_CONFIG=%s/%s mse-console\n"), place,
           SETTINGS_PLACE, CONFIGURATION);
}

static bool run(const SimArguments *arguments, GError **error)
{
    const char *directory = sim_operand(arguments);
    if (directory == NULL) {
        g_set_error(error, SIM_ERROR, SIM_ERROR_USAGE, "%s",
                    _("no directory: mse-sim samples DIR [OPTION…]"));
        return false;
    }
    PlatformSpec spec;
    platform_spec_init(&spec, sim_time(arguments, "at", clock_now()));
    if (!platform_time_valid(spec.at, error) ||
        !directory_make(directory, &samples_kind, sim_flag(arguments, "force"), fill, &spec, error))
        return false;
    report(directory);
    return true;
}

const SimVerb sim_verb_samples = {
    .name = "samples",
    .operand = "DIR",
    .help = N_("make SIMULATED samples: evidence of all kinds and outcomes"),
    .description = N_(
        "Evidence, a quote and a certificate of enclaves and TDs on one SIMULATED platform:\n"
        "trusted, expired and rejected for different reasons, as their names say; collateral.json\n"
        "for the quote and the certificate; settings/config.toml, which trusts the platform's "
        "root."),
    .options = options,
    .run = run,
};
