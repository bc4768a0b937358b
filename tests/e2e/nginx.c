/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "nginx.h"

#include <arpa/inet.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* Without IPv6 on this machine its line would keep nginx from starting. */
static char *without_ipv6(const char *site)
{
    if (g_file_test("/proc/net/if_inet6", G_FILE_TEST_EXISTS))
        return g_strdup(site);
    g_auto(GStrv) lines = g_strsplit(site, "\n", -1);
    GString *left = g_string_new(NULL);
    for (char **line = lines; *line; line++)
        if (!strstr(*line, "[::]"))
            g_string_append_printf(left, "%s\n", *line);
    return g_string_free(left, FALSE);
}

Process nginx_start(const char *program, const char *site)
{
    g_autofree char *usable = without_ipv6(site);
    g_autofree char *text = g_strdup_printf(
        "daemon off;\nmaster_process off;\npid %s/nginx.pid;\nerror_log stderr;\nevents {}\n"
        "http {\naccess_log off;\nclient_body_temp_path %s/n1;\nproxy_temp_path %s/n2;\n"
        "fastcgi_temp_path %s/n3;\nuwsgi_temp_path %s/n4;\nscgi_temp_path %s/n5;\n%s\n}\n",
        process_directory(), process_directory(), process_directory(), process_directory(),
        process_directory(), process_directory(), usable);
    g_autofree char *path = process_path("nginx.conf");
    g_assert_true(g_file_set_contents(path, text, -1, NULL));
    const char *argv[] = {program, "-p", process_directory(), "-c", path, NULL};
    return process_start(argv, NULL);
}

char *nginx_answer(const Process *nginx, unsigned port)
{
    struct sockaddr_in name = {.sin_family = AF_INET,
                               .sin_port = htons((uint16_t)port),
                               .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    gint64 until = g_get_monotonic_time() + PROCESS_DEADLINE * G_GINT64_CONSTANT(1000);
    int descriptor = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    while (connect(descriptor, (struct sockaddr *)&name, sizeof name) != 0) {
        struct pollfd ended = {.fd = nginx->pidfd, .events = POLLIN};
        g_assert_cmpint(poll(&ended, 1, 10), ==, 0);
        g_assert_cmpint(g_get_monotonic_time(), <, until);
    }
    static const char request[] = "GET /health HTTP/1.0\r\n\r\n";
    g_assert_cmpint(send(descriptor, request, strlen(request), MSG_NOSIGNAL), >, 0);
    GString *answer = g_string_new(NULL);
    char bytes[4096];
    for (ssize_t n; (n = recv(descriptor, bytes, sizeof bytes, 0)) > 0;)
        g_string_append_len(answer, bytes, n);
    close(descriptor);
    return g_string_free(answer, FALSE);
}
