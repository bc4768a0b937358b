/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "sim/enclave_http.h"

#include <string.h>

static const struct {
    unsigned status;
    const char *reason;
} reasons[] = {
    {200, "OK"},
    {400, "Bad Request"},
    {401, "Unauthorized"},
    {404, "Not Found"},
    {405, "Method Not Allowed"},
    {413, "Request Entity Too Large"},
    {500, "Internal Server Error"},
    {503, "Service Unavailable"},
};

static const char *reason_of(unsigned status)
{
    for (unsigned i = 0; i < G_N_ELEMENTS(reasons); i++)
        if (reasons[i].status == status)
            return reasons[i].reason;
    return "Unknown";
}

char *enclave_http_head(unsigned status, const char *headers, bool bare, size_t body_size)
{
    if (bare)
        return g_strdup_printf("HTTP/1.0 %u %s\r\n\r\n", status, reason_of(status));
    return g_strdup_printf("HTTP/1.0 %u %s\r\n"
                           "Server: mse-sim-enclave (SIMULATED)\r\n"
                           "Content-Length: %zu\r\n%s\r\n",
                           status, reason_of(status), body_size, headers != NULL ? headers : "");
}

/* A token of the request line: visible ASCII. */
static bool take_word(const char **at, char end, char **out)
{
    size_t n = 0;
    while ((*at)[n] > ' ' && (*at)[n] < 0x7f)
        n++;
    if (n == 0 || (*at)[n] != end)
        return false;
    *out = g_strndup(*at, n);
    *at += n + 1;
    return true;
}

static bool read_request_line(const char *line, char **method, char **path)
{
    const char *at = line;
    if (!take_word(&at, ' ', method) || !take_word(&at, ' ', path) || (*path)[0] != '/' ||
        (strcmp(at, "HTTP/1.0") != 0 && strcmp(at, "HTTP/1.1") != 0))
        return false;
    (*path)[strcspn(*path, "?#")] = '\0';
    return true;
}

/* One header line; `size` gets the body's size when it is the one that says it, -1 before. */
static bool read_header(const char *line, int64_t *size)
{
    const char *colon = strchr(line, ':');
    if (colon == NULL || colon == line || g_ascii_isspace(line[0]))
        return false;
    g_autofree char *name = g_strndup(line, (size_t)(colon - line));
    if (g_ascii_strcasecmp(name, "Transfer-Encoding") == 0)
        return false; /* HTTP/1.0 has none */
    if (g_ascii_strcasecmp(name, "Content-Length") != 0)
        return true;
    g_autofree char *value = g_strstrip(g_strdup(colon + 1));
    guint64 number;
    if (*size >= 0 || !g_ascii_isdigit(value[0]) ||
        !g_ascii_string_to_unsigned(value, 10, 0, G_MAXINT64, &number, NULL))
        return false;
    *size = (int64_t)number;
    return true;
}

static bool read_head(const char *text, EnclaveHttpRequest *out, int64_t *size)
{
    *size = -1;
    g_auto(GStrv) lines = g_strsplit(text, "\r\n", -1);
    /* Of an empty text there is no first line. */
    if (lines[0] == NULL || !read_request_line(lines[0], &out->method, &out->path))
        return false;
    for (unsigned i = 1; lines[i] != NULL; i++)
        if (!read_header(lines[i], size))
            return false;
    return true;
}

EnclaveHttpState enclave_http_parse(Span bytes, size_t body_most, EnclaveHttpRequest *out)
{
    static const char empty_line[] = "\r\n\r\n";
    const uint8_t *end = bytes.size > 0 ? memmem(bytes.data, bytes.size, empty_line, 4) : NULL;
    const size_t head = end != NULL ? (size_t)(end - bytes.data) : bytes.size;
    if (head > ENCLAVE_HTTP_HEAD_MOST)
        return ENCLAVE_HTTP_TOO_LARGE;
    if (end == NULL)
        return ENCLAVE_HTTP_MORE;
    if (memchr(bytes.data, '\0', head) != NULL)
        return ENCLAVE_HTTP_BAD;

    g_autofree char *text = g_strndup((const char *)bytes.data, head);
    EnclaveHttpRequest request = {0};
    int64_t size;
    EnclaveHttpState state = ENCLAVE_HTTP_WHOLE;
    const size_t there = bytes.size - head - 4;
    if (!read_head(text, &request, &size))
        state = ENCLAVE_HTTP_BAD;
    else if (size > 0 && (uint64_t)size > body_most)
        state = ENCLAVE_HTTP_TOO_LARGE;
    else if (size > 0 && (uint64_t)size > there)
        state = ENCLAVE_HTTP_MORE;
    if (state != ENCLAVE_HTTP_WHOLE) {
        enclave_http_clear(&request);
        return state;
    }
    request.body = span_of(end + 4, size > 0 ? (size_t)size : 0);
    *out = request;
    return state;
}

void enclave_http_clear(EnclaveHttpRequest *request)
{
    g_clear_pointer(&request->method, g_free);
    g_clear_pointer(&request->path, g_free);
}
