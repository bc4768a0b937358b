/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "format/ignore.h"

#include <string.h>

/* One step of a pattern. A pattern is matched by following all its steps at once, byte by byte:
 * what is matched takes the time of a product of lengths, whatever the stars. */
typedef enum {
    STEP_BYTE,  /* this one */
    STEP_ONE,   /* any but "/" */
    STEP_CLASS, /* any of a set; never "/" */
    STEP_STAR,  /* any number, of all but "/" */
    STEP_ALL,   /* any number of any */
    STEP_ABOVE, /* "**" and a slash: nothing, or anything that ends in "/" */
} StepKind;

typedef struct Step {
    StepKind kind;
    uint8_t byte;
    uint32_t set[8]; /* a bit each byte */
} Step;

typedef struct Pattern {
    GArray *steps;  /* Step; NULL: matches nothing */
    bool negated;   /* what matches is kept */
    bool directory; /* matches directories only */
    bool base;      /* matches the last part of a path: there is no slash in it */
} Pattern;

struct Ignore {
    GPtrArray *patterns; /* Pattern* */
};

static void pattern_free(Pattern *pattern)
{
    if (pattern->steps != NULL)
        g_array_unref(pattern->steps);
    g_free(pattern);
}

void ignore_free(Ignore *ignore)
{
    if (ignore == NULL)
        return;
    g_ptr_array_unref(ignore->patterns);
    g_free(ignore);
}

/* ---- Classes ---- */

static void set_add(uint32_t set[8], unsigned first, unsigned last)
{
    for (unsigned c = first; c <= last; c++)
        set[c / 32] |= (uint32_t)1 << c % 32;
}

static bool set_has(const uint32_t set[8], uint8_t c)
{
    return (set[c / 32] >> c % 32 & 1) != 0;
}

static bool is_blank(gchar c)
{
    return c == ' ' || c == '\t';
}
static bool is_alnum(gchar c)
{
    return g_ascii_isalnum(c);
}
static bool is_alpha(gchar c)
{
    return g_ascii_isalpha(c);
}
static bool is_cntrl(gchar c)
{
    return g_ascii_iscntrl(c);
}
static bool is_digit(gchar c)
{
    return g_ascii_isdigit(c);
}
static bool is_graph(gchar c)
{
    return g_ascii_isgraph(c);
}
static bool is_lower(gchar c)
{
    return g_ascii_islower(c);
}
static bool is_print(gchar c)
{
    return g_ascii_isprint(c);
}
static bool is_punct(gchar c)
{
    return g_ascii_ispunct(c);
}
static bool is_space(gchar c)
{
    return g_ascii_isspace(c);
}
static bool is_upper(gchar c)
{
    return g_ascii_isupper(c);
}
static bool is_xdigit(gchar c)
{
    return g_ascii_isxdigit(c);
}

static const struct {
    const char *name;
    bool (*has)(gchar c);
} classes[] = {
    {"alnum", is_alnum}, {"alpha", is_alpha}, {"blank", is_blank}, {"cntrl", is_cntrl},
    {"digit", is_digit}, {"graph", is_graph}, {"lower", is_lower}, {"print", is_print},
    {"punct", is_punct}, {"space", is_space}, {"upper", is_upper}, {"xdigit", is_xdigit},
};

static bool add_class(uint32_t set[8], const char *name, size_t size)
{
    for (size_t i = 0; i < G_N_ELEMENTS(classes); i++) {
        if (strlen(classes[i].name) != size || memcmp(classes[i].name, name, size) != 0)
            continue;
        for (unsigned c = 0; c < 128; c++)
            if (classes[i].has((gchar)c))
                set_add(set, c, c);
        return true;
    }
    return false;
}

/* "[:name:]" at `*at`, which stands at its "[". False when it is an unknown class; `*at` then, and
 * when it is no class at all, has not moved. */
static bool take_class(uint32_t set[8], const char **at, bool *is_class)
{
    const char *name = *at + 2, *end = strchr(name, ']');
    *is_class = end != NULL && end > name && end[-1] == ':';
    if (!*is_class)
        return true;
    if (!add_class(set, name, (size_t)(end - 1 - name)))
        return false;
    *at = end;
    return true;
}

/* A range "a-b": `*at` stands at the "-", and at "b" afterwards. */
static bool take_range(uint32_t set[8], uint8_t first, const char **at)
{
    (*at)++;
    if (**at == '\\')
        (*at)++;
    if (**at == '\0')
        return false;
    uint8_t last = (uint8_t) * *at;
    if (first <= last)
        set_add(set, first, last);
    return true;
}

/* What stands in brackets; `*at` stands at the "[", and at the "]" afterwards. False when there is
 * no end to it: nothing matches. */
static bool take_set(uint32_t set[8], const char **at)
{
    const char *p = *at + 1;
    bool negated = *p == '!' || *p == '^';
    if (negated)
        p++;
    int before = -1; /* what a "-" would be a range from */
    for (bool first = true; first || *p != ']'; first = false, p++) {
        bool is_class = false;
        if (*p == '\0')
            return false;
        if (*p == '-' && before >= 0 && p[1] != '\0' && p[1] != ']') {
            if (!take_range(set, (uint8_t)before, &p))
                return false;
            before = -1;
            continue;
        }
        if (*p == '[' && p[1] == ':') {
            if (strchr(p + 2, ']') == NULL || !take_class(set, &p, &is_class))
                return false;
            before = is_class ? -1 : '[';
            if (!is_class)
                set_add(set, '[', '[');
            continue;
        }
        if (*p == '\\' && *++p == '\0')
            return false;
        before = (uint8_t)*p;
        set_add(set, (uint8_t)*p, (uint8_t)*p);
    }
    for (unsigned i = 0; negated && i < 8; i++)
        set[i] = ~set[i];
    *at = p;
    return true;
}

/* ---- Patterns ---- */

/* Stars at `*at`, which stands at the first, and at the last byte taken afterwards. `start` is that
 * of the pattern; of one without a slash all stars are alike. As in git, what is literal before
 * the first of them is not looked at: "foo**" and a slash is "**" and a slash behind "foo". */
static StepKind take_stars(const char *start, const char **at, bool base)
{
    const char *first = *at, *after = first + strspn(first, "*");
    *at = after - 1;
    bool several = after - first > 1;
    bool literal_before = strcspn(start, "*?[\\") == (size_t)(first - start);
    if (base || !several || (!literal_before && first[-1] != '/'))
        return STEP_STAR;
    if (*after == '/') {
        *at = after;
        return STEP_ABOVE;
    }
    bool last = *after == '\0' || (after[0] == '\\' && after[1] == '/');
    return last ? STEP_ALL : STEP_STAR;
}

static bool take_step(const char *start, const char **at, bool base, Step *step)
{
    switch (**at) {
    case '?':
        step->kind = STEP_ONE;
        return true;
    case '*':
        step->kind = take_stars(start, at, base);
        return true;
    case '[':
        step->kind = STEP_CLASS;
        return take_set(step->set, at);
    case '\\':
        (*at)++;
        /* fall through */
    default:
        step->kind = STEP_BYTE;
        step->byte = (uint8_t) * *at;
        return **at != '\0';
    }
}

/* NULL for what is malformed. */
static GArray *compile(const char *text, bool base)
{
    g_autoptr(GArray) steps = g_array_new(FALSE, FALSE, sizeof(Step));
    for (const char *at = text; *at != '\0'; at++) {
        Step step = {0};
        if (!take_step(text, &at, base, &step))
            return NULL;
        g_array_append_val(steps, step);
    }
    return g_steal_pointer(&steps);
}

/* Blanks at the end do not count, but one behind a backslash. */
static void trim(char *line)
{
    char *blanks = NULL;
    for (char *p = line; *p != '\0'; p++) {
        if (*p == ' ') {
            if (blanks == NULL)
                blanks = p;
            continue;
        }
        if (*p == '\\' && *++p == '\0')
            return;
        blanks = NULL;
    }
    if (blanks != NULL)
        *blanks = '\0';
}

/* NULL for a line that is no pattern. `line` is changed. */
static Pattern *parse_line(char *line)
{
    if (*line == '#')
        return NULL;
    trim(line);
    bool negated = *line == '!';
    line += negated;
    size_t size = strlen(line);
    bool directory = size > 0 && line[size - 1] == '/';
    if (directory)
        line[size - 1] = '\0';
    if (*line == '\0')
        return NULL;
    Pattern *pattern = g_new0(Pattern, 1);
    pattern->negated = negated;
    pattern->directory = directory;
    pattern->base = strchr(line, '/') == NULL;
    pattern->steps = compile(line + (*line == '/'), pattern->base);
    return pattern;
}

Ignore *ignore_parse(Span text)
{
    Ignore *ignore = g_new0(Ignore, 1);
    ignore->patterns = g_ptr_array_new_with_free_func((GDestroyNotify)pattern_free);
    Reader reader = reader_on(text);
    if (text.size >= 3 && memcmp(text.data, "\xef\xbb\xbf", 3) == 0)
        reader_skip(&reader, 3);
    while (reader_left(&reader) > 0) {
        const uint8_t *end = memchr(reader.at, '\n', reader_left(&reader));
        size_t size = end != NULL ? (size_t)(end - reader.at) : reader_left(&reader);
        g_autofree char *line = g_strndup((const char *)reader.at, size);
        size_t length = strlen(line);
        if (length == size && size > 0 && line[size - 1] == '\r')
            line[size - 1] = '\0';
        Pattern *pattern = parse_line(line);
        if (pattern != NULL)
            g_ptr_array_add(ignore->patterns, pattern);
        reader_skip(&reader, size + (end != NULL));
    }
    return ignore;
}

/* ---- Matching ---- */

/* Marks a step as one to go on from, and those after it that may take nothing. */
static void mark(const GArray *steps, uint8_t *marks, size_t i)
{
    for (; marks[i] != 1; i++) {
        marks[i] = 1;
        if (i == steps->len || g_array_index(steps, Step, i).kind < STEP_STAR)
            return;
    }
}

/* Where one byte leads from step `i`. */
static void advance(const GArray *steps, size_t i, uint8_t c, uint8_t *next)
{
    const Step *step = &g_array_index(steps, Step, i);
    switch (step->kind) {
    case STEP_BYTE:
        if (c == step->byte)
            mark(steps, next, i + 1);
        break;
    case STEP_ONE:
        if (c != '/')
            mark(steps, next, i + 1);
        break;
    case STEP_CLASS:
        if (c != '/' && set_has(step->set, c))
            mark(steps, next, i + 1);
        break;
    case STEP_STAR:
        if (c != '/')
            mark(steps, next, i);
        break;
    case STEP_ALL:
        mark(steps, next, i);
        break;
    case STEP_ABOVE: /* goes on behind a slash only: marked with 2, it may not be left */
        if (c == '/')
            mark(steps, next, i);
        else if (next[i] == 0)
            next[i] = 2;
        break;
    }
}

static bool follow(const GArray *steps, const char *text, uint8_t *now, uint8_t *next)
{
    size_t size = steps->len + 1;
    mark(steps, now, 0);
    for (; *text != '\0'; text++) {
        memset(next, 0, size);
        for (size_t i = 0; i < steps->len; i++)
            if (now[i] != 0)
                advance(steps, i, (uint8_t)*text, next);
        if (memchr(next, 1, size) == NULL && memchr(next, 2, size) == NULL)
            return false;
        uint8_t *other = now;
        now = next;
        next = other;
    }
    return now[steps->len] != 0;
}

static bool steps_match(const GArray *steps, const char *text)
{
    enum { USUAL = 128 };
    uint8_t usual[2 * USUAL] = {0};
    size_t size = steps->len + 1;
    if (size <= USUAL)
        return follow(steps, text, usual, usual + USUAL);
    g_autofree uint8_t *marks = g_malloc0(2 * size);
    return follow(steps, text, marks, marks + size);
}

static bool pattern_matches(const Pattern *pattern, const char *path, const char *base,
                            bool directory)
{
    if (pattern->steps == NULL || (pattern->directory && !directory))
        return false;
    return steps_match(pattern->steps, pattern->base ? base : path);
}

bool ignore_matches(const Ignore *ignore, const char *path, bool directory)
{
    const char *slash = strrchr(path, '/');
    const char *base = slash != NULL ? slash + 1 : path;
    for (unsigned i = ignore->patterns->len; i-- > 0;) {
        const Pattern *pattern = g_ptr_array_index(ignore->patterns, i);
        if (pattern_matches(pattern, path, base, directory))
            return !pattern->negated;
    }
    return false;
}

bool ignore_excludes(const Ignore *ignore, const char *path, bool directory)
{
    g_autofree char *above = g_strdup(path);
    for (char *slash = strchr(above, '/'); slash != NULL; slash = strchr(slash + 1, '/')) {
        *slash = '\0';
        if (ignore_matches(ignore, above, true))
            return true;
        *slash = '/';
    }
    return ignore_matches(ignore, path, directory);
}
