/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "life/docker_ignore.h"

#include <string.h>

typedef struct Pattern {
    char *text; /* cleaned */
    bool exception;
} Pattern;

struct DockerIgnore {
    GArray *patterns; /* of Pattern */
    bool has_exceptions;
};

static void pattern_clear(gpointer data)
{
    Pattern *pattern = data;
    g_free(pattern->text);
}

/* Without empty parts and ".", ".." taking away the part before it. */
static char *clean(const char *text)
{
    g_auto(GStrv) parts = g_strsplit(text, "/", -1);
    g_autoptr(GPtrArray) kept = g_ptr_array_new();
    for (char **part = parts; *part != NULL; part++) {
        if (**part == '\0' || g_str_equal(*part, "."))
            continue;
        if (!g_str_equal(*part, ".."))
            g_ptr_array_add(kept, *part);
        else if (kept->len > 0)
            g_ptr_array_set_size(kept, (gint)kept->len - 1);
    }
    g_ptr_array_add(kept, NULL);
    return g_strjoinv("/", (char **)kept->pdata);
}

static void add_line(DockerIgnore *ignore, char *line)
{
    if (*line == '#')
        return;
    g_strstrip(line);
    bool exception = *line == '!';
    if (exception)
        g_strchug(++line);
    Pattern pattern = {.text = clean(line), .exception = exception};
    if (*pattern.text == '\0') {
        g_free(pattern.text);
        return;
    }
    ignore->has_exceptions |= exception;
    g_array_append_val(ignore->patterns, pattern);
}

DockerIgnore *docker_ignore_parse(Span text)
{
    static const char mark[] = "\xef\xbb\xbf";
    DockerIgnore *ignore = g_new0(DockerIgnore, 1);
    ignore->patterns = g_array_new(FALSE, FALSE, sizeof(Pattern));
    g_array_set_clear_func(ignore->patterns, pattern_clear);
    g_autofree char *whole = g_strndup(text.size > 0 ? (const char *)text.data : "", text.size);
    g_auto(GStrv) lines =
        g_strsplit(g_str_has_prefix(whole, mark) ? whole + strlen(mark) : whole, "\n", -1);
    for (char **line = lines; *line != NULL; line++)
        add_line(ignore, *line);
    return ignore;
}

void docker_ignore_free(DockerIgnore *ignore)
{
    if (ignore == NULL)
        return;
    g_array_unref(ignore->patterns);
    g_free(ignore);
}

bool docker_ignore_has_exceptions(const DockerIgnore *ignore)
{
    return ignore->has_exceptions;
}

/* A class "[a-z]" or "[^a-z]" at *at, which is moved behind it. */
static bool match_class(const char **at, char character, bool *malformed)
{
    const char *p = *at + 1;
    bool negated = *p == '^', matched = false;
    p += negated;
    for (bool first = true; first || *p != ']'; first = false) {
        p += *p == '\\' && p[1] != '\0';
        if (*p == '\0') {
            *malformed = true;
            return false;
        }
        char low = *p++, high = low;
        if (*p == '-' && p[1] != '\0' && p[1] != ']') {
            high = p[1];
            p += 2;
        }
        matched |= (unsigned char)character >= (unsigned char)low &&
                   (unsigned char)character <= (unsigned char)high;
    }
    *at = p + 1;
    return matched != negated;
}

/* Whether the pattern matches the path or a directory above it. The work is bounded by `*steps`. */
static bool match(const char *pattern, const char *path, unsigned *steps)
{
    for (;;) {
        if ((*steps)++ > 100000)
            return false;
        if (*pattern == '\0')
            return *path == '\0' || *path == '/';
        if (g_str_has_prefix(pattern, "**")) {
            pattern += strspn(pattern, "*");
            if (*pattern == '/' && match(pattern + 1, path, steps))
                return true; /* "**" and its slash may stand for nothing */
            for (const char *rest = path;; rest++) {
                if (match(pattern, rest, steps))
                    return true;
                if (*rest == '\0')
                    return false;
            }
        }
        if (*pattern == '*') {
            pattern++;
            for (const char *rest = path;; rest++) {
                if (match(pattern, rest, steps))
                    return true;
                if (*rest == '\0' || *rest == '/')
                    return false;
            }
        }
        if (*path == '\0')
            return false;
        if (*pattern == '?') {
            if (*path == '/')
                return false;
            pattern++;
        } else if (*pattern == '[') {
            bool malformed = false;
            if (*path == '/' || !match_class(&pattern, *path, &malformed) || malformed)
                return false;
        } else {
            pattern += *pattern == '\\' && pattern[1] != '\0';
            if (*pattern++ != *path)
                return false;
        }
        path++;
    }
}

bool docker_ignore_matches(const DockerIgnore *ignore, const char *path)
{
    bool ignored = false;
    for (guint i = 0; i < ignore->patterns->len; i++) {
        const Pattern *pattern = &g_array_index(ignore->patterns, Pattern, i);
        unsigned steps = 0;
        if (pattern->exception == ignored && match(pattern->text, path, &steps))
            ignored = !pattern->exception;
    }
    return ignored;
}
