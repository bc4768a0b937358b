/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * home nginx: a configuration that lets browsers reach an application. They cannot judge its
 * certificate; nginx can be told to speak with no other.
 */
#include "config.h"

#include "command/home.h"

#include "core/cause.h"
#include "core/file.h"
#include "core/i18n.h"
#include "core/sanitize.h"
#include "format/pem.h"
#include "life/judge.h"

#include <string.h>

#define DEFAULT_LISTEN "8080"

/* What may stand in a configuration without quotes: of names nothing else is needed. */
static bool is_host(const char *text)
{
    static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
                                  "-._*";
    size_t size = strlen(text);
    return size > 0 && size <= 253 && strspn(text, letters) == size;
}

/* In double quotes, as nginx reads them. NULL when it has what they cannot hold. g_free. */
static char *quoted(const char *path)
{
    GString *text = g_string_new("\"");
    for (; *path; path++) {
        if (g_ascii_iscntrl(*path)) {
            g_string_free(text, TRUE);
            return NULL;
        }
        if (*path == '"' || *path == '\\')
            g_string_append_c(text, '\\');
        g_string_append_c(text, *path);
    }
    g_string_append_c(text, '"');
    return g_string_free(text, FALSE);
}

/* ---- which certificate ---- */

static bool is_certificate(GBytes *file, GBytes *der)
{
    size_t size;
    const void *text = g_bytes_get_data(file, &size);
    g_autoptr(GPtrArray) blocks = pem_decode(span_of(text, size), PEM_TEXT_BETWEEN, 1, NULL);
    const PemBlock *block = blocks ? g_ptr_array_index(blocks, 0) : NULL;
    return block && g_bytes_equal(block->der, der);
}

/* ratls.pem beside the evidence, which must be the certificate that was judged: nginx reads the
 * file, and not the evidence. NULL with an error. g_free. */
static char *certificate_path(const FleetApp *app, const Verdict *verdict, Cancel *cancel,
                              GError **error)
{
    g_autofree char *path = g_build_filename(app->directory, "ratls.pem", NULL);
    g_autofree char *safe = sanitize_string(path), *directory = sanitize_string(app->directory);
    g_autoptr(GBytes) file = file_read(path, LIMIT_CERTIFICATE, cancel, error);
    if (!file) {
        cause_prefix(error, CAUSE_HERE, _("the certificate that nginx shall trust: "));
        return NULL;
    }
    if (is_certificate(file, verdict->certificate))
        return g_steal_pointer(&path);
    g_set_error(error, LIFE_ERROR, LIFE_ERROR_EVIDENCE,
                _("%s is not the certificate of the evidence beside it; \"mse-console verify "
                  "%s/evidence.json --output %s\" writes it"),
                safe, directory, directory);
    return NULL;
}

/* EXIT_OK: it is trusted. The caller unrefs the result. */
static int judge(Job *job, const HomeApp *found, VerificationResult **result)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(Journal) journal = journal_new(NULL);
    g_autoptr(Settings) settings = settings_load(&error);
    g_autofree char *path = settings ? life_evidence_path(found->source, found->app, &error) : NULL;
    if (path)
        *result = life_judge(settings, journal, found->app, INPUT_EVIDENCE, path, NULL,
                             job_cancel(job), &error);
    if (!*result)
        return job_fail(job, error);
    if ((*result)->error)
        return job_fail(job, (*result)->error);
    int status = verification_exit_status(*result, false);
    if (status == EXIT_OK)
        return EXIT_OK;
    /* Nothing of it to standard output: that may be on its way into a configuration. */
    g_autofree char *safe = sanitize_string(path);
    job_warn(
        job,
        _("nothing is printed: the evidence is not trusted; \"mse-console verify %s\" says why"),
        safe);
    return status;
}

/* ---- the configuration ---- */

typedef struct Site {
    const char *server_name; /* NULL: any */
    const char *listen;
    char *upstream, *certificate, *measurement;
    const char *name; /* that the certificate is for */
} Site;

static void print(Job *job, const char *application, const Site *site)
{
    const char *all = site->server_name ? "" : " default_server";
    g_autofree char *safe = sanitize_string(application);
    job_text(job,
             _("# %s, verified: the enclave with measurement\n"
               "# %s\n"
               "# nginx speaks with no other: it trusts this one certificate. Whoever uses "
               "this\n"
               "# site trusts this nginx, which sees all that passes."),
             safe, site->measurement);
    job_text(job,
             "server {\n"
             "    listen       %s%s;\n"
             "    listen       [::]:%s%s;\n"
             "    server_name  %s;\n"
             "\n"
             "    location / {\n"
             "        proxy_pass                     %s;\n"
             "        proxy_ssl_trusted_certificate  %s;\n"
             "        proxy_ssl_verify               on;\n"
             "        proxy_ssl_name                 %s;\n"
             "        proxy_ssl_server_name          on;\n"
             "        proxy_ssl_protocols            TLSv1.2 TLSv1.3;\n"
             "        proxy_ssl_session_reuse        off;\n"
             "    }\n"
             "}",
             site->listen, all, site->listen, all, site->server_name ? site->server_name : "_",
             site->upstream, site->certificate, site->name);
}

static int print_for(Job *job, const Arguments *arguments, const HomeApp *found,
                     const Verdict *verdict)
{
    g_autoptr(GError) error = NULL;
    const char *listen = arguments_value(arguments, "listen");
    g_autofree char *path = certificate_path(found->app, verdict, job_cancel(job), &error);
    if (!path)
        return job_fail(job, error);
    g_autofree char *certificate = quoted(path);
    g_autofree char *upstream = fleet_app_url(found->source, found->app, "");
    g_autofree char *measurement = life_measurement(verdict);
    g_autofree char *name = sanitize_string(found->app->name);
    if (!certificate || !upstream || !found->app->san || !is_host(found->app->san)) {
        g_set_error(&error, LIFE_ERROR, LIFE_ERROR_STATE,
                    _("%s has no port, no certificate for a host's name, or a directory whose name "
                      "no configuration can hold: nginx cannot be led to it"),
                    name);
        return job_fail(job, error);
    }
    if (g_hostname_is_ip_address(found->app->san))
        job_warn(job,
                 _("the certificate of %s is for an address, and nginx can only check names: it "
                   "will refuse; spawn with a name for --san"),
                 name);
    print(job, found->app->name,
          &(Site){
              .server_name = arguments_value(arguments, "server-name"),
              .listen = listen ? listen : DEFAULT_LISTEN,
              .upstream = upstream,
              .certificate = certificate,
              .measurement = measurement,
              .name = found->app->san,
          });
    return EXIT_OK;
}

static int run_nginx(Job *job, const Arguments *arguments)
{
    g_autoptr(GError) error = NULL;
    g_auto(HomeApp) found = {0};
    const char *server_name = arguments_value(arguments, "server-name");
    const char *listen = arguments_value(arguments, "listen");
    if (server_name && !is_host(server_name)) {
        g_autofree char *safe = sanitize_string(server_name);
        return verb_usage(job, _("home nginx: --server-name \"%s\" is no host's name"), safe);
    }
    if (listen && g_str_equal(listen, "0"))
        return verb_usage(job, _("home nginx: --listen wants a port, 1 to 65535"));
    const char *name = g_ptr_array_index(arguments_operands(arguments), 0);
    if (!home_find(job, arguments, name, &found, &error))
        return job_fail(job, error);
    g_autoptr(VerificationResult) result = NULL;
    int status = judge(job, &found, &result);
    return status == EXIT_OK ? print_for(job, arguments, &found, result->verdict) : status;
}

static const VerbOption options[] = {
    {.name = "server-name",
     .kind = ARGUMENT_TEXT,
     .metavar = "HOST",
     .help = N_("the name that browsers ask for (default: any)")},
    {.name = "listen",
     .kind = ARGUMENT_NUMBER,
     .most = 65535,
     .metavar = "PORT",
     .help = N_("the port that nginx listens on (default 8080)")},
    HOME_ENGINE_OPTION,
    {0},
};

const Verb verb_home_nginx = {
    .words = "home nginx",
    .operands = "NAME",
    .min_operands = 1,
    .max_operands = 1,
    .operand_kind = ARGUMENT_TEXT,
    .help = N_("print an nginx configuration that leads browsers to an application"),
    .description =
        N_("Browsers cannot judge an RA-TLS certificate. nginx is told here to speak with the one "
           "certificate of the evidence, which is verified first (exit status 3 when it is not "
           "trusted, and nothing is printed), and with no other. Put what is printed into "
           "conf.d; it names ratls.pem in the application's directory, which must stay there."),
    .options = options,
    .flags = VERB_READ_ONLY | VERB_NO_JSON | VERB_APPLICATION,
    .run = run_nginx,
};
