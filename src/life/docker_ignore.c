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

/* A pattern is followed at all places of the path at once, step by step: it takes the time of a
 * product of lengths, whatever the stars, and no stack. */
typedef struct Places {
    const char *path;
    size_t size;
    uint8_t *now, *next; /* size + 1: whether what came before leads there */
} Places;

/* "*": any number, of all but "/". */
static void follow_star(const Places *places)
{
    bool open = false;
    for (size_t i = 0; i <= places->size; i++) {
        open = open || places->now[i] != 0;
        places->next[i] = open;
        open = open && places->path[i] != '/';
    }
}

/* "**": any number of any; with the slash behind it: nothing, or anything that ends in "/". */
static void follow_all(const Places *places, bool slash)
{
    bool open = false;
    for (size_t i = 0; i <= places->size; i++) {
        bool after_slash = open && i > 0 && places->path[i - 1] == '/';
        open = open || places->now[i] != 0;
        places->next[i] = slash ? places->now[i] != 0 || after_slash : open;
    }
}

static void follow_one(const Places *places)
{
    for (size_t i = 0; i < places->size; i++)
        places->next[i + 1] = places->now[i] != 0 && places->path[i] != '/';
}

static void follow_byte(const Places *places, char byte)
{
    for (size_t i = 0; i < places->size; i++)
        places->next[i + 1] = places->now[i] != 0 && places->path[i] == byte;
}

/* The end of the class; NULL when it is malformed or nothing is there to be in it. */
static const char *follow_class(const Places *places, const char *pattern)
{
    const char *end = NULL;
    for (size_t i = 0; i < places->size; i++) {
        bool malformed = false;
        if (places->now[i] == 0 || places->path[i] == '/')
            continue;
        end = pattern;
        places->next[i + 1] = match_class(&end, places->path[i], &malformed);
        if (malformed)
            return NULL;
    }
    return end;
}

/* What of the pattern is left after one step; NULL: it cannot match. */
static const char *follow(const Places *places, const char *pattern)
{
    size_t stars = strspn(pattern, "*");
    bool slash = stars > 1 && pattern[stars] == '/';
    if (stars > 1)
        follow_all(places, slash);
    else if (stars == 1)
        follow_star(places);
    if (stars > 0)
        return pattern + stars + slash;
    if (*pattern == '[')
        return follow_class(places, pattern);
    if (*pattern == '?') {
        follow_one(places);
        return pattern + 1;
    }
    pattern += *pattern == '\\' && pattern[1] != '\0';
    follow_byte(places, *pattern);
    return pattern + 1;
}

/* Whether the pattern matches the path or a directory above it. */
static bool match(const char *pattern, const char *path)
{
    size_t size = strlen(path);
    g_autofree uint8_t *marks = g_malloc0(2 * (size + 1));
    Places places = {.path = path, .size = size, .now = marks, .next = marks + size + 1};
    places.now[0] = 1;
    while (*pattern != '\0') {
        uint8_t *before = places.now;
        memset(places.next, 0, size + 1);
        pattern = follow(&places, pattern);
        if (pattern == NULL || memchr(places.next, 1, size + 1) == NULL)
            return false;
        places.now = places.next;
        places.next = before;
    }
    for (size_t i = 0; i <= size; i++)
        if (places.now[i] != 0 && (path[i] == '\0' || path[i] == '/'))
            return true;
    return false;
}

bool docker_ignore_matches(const DockerIgnore *ignore, const char *path)
{
    bool ignored = false;
    for (guint i = 0; i < ignore->patterns->len; i++) {
        const Pattern *pattern = &g_array_index(ignore->patterns, Pattern, i);
        if (pattern->exception == ignored && match(pattern->text, path))
            ignored = !pattern->exception;
    }
    return ignored;
}
