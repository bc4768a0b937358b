/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "ui/walk.h"

#include "command/verbs.h"
#include "core/i18n.h"
#include "core/sanitize.h"
#include "ui/edit.h"
#include "ui/shell_word.h"

#include <string.h>

const char *const walk_actor_names[N_WALK_ACTORS] = {N_("Code provider"), N_("Operator")};

static const char *const state_words[N_WALK_STATES] = {"not-yet", "done", "failed"};
static const char *const actor_words[N_WALK_ACTORS] = {"code-provider", "operator"};

const WalkStepRow walk_steps[] = {
    {WALK_CODE_PROVIDER,
     "scaffold",
     N_("Scaffold"),
     N_("Makes the directory of a new project. Whoever has one goes on to the next step."),
     "home scaffold",
     false,
     {{"", WALK_PROJECT, true, NULL, NULL}}},
    {WALK_CODE_PROVIDER,
     "localtest",
     N_("Local test"),
     N_("Tries the project on this machine, without an enclave. Wants Docker."),
     "home localtest",
     false,
     {{"project", WALK_PROJECT, true, NULL, NULL},
      {"secrets", WALK_PLAIN, false, NULL, NULL},
      {"sealed-secrets", WALK_PLAIN, false, NULL, NULL},
      {"no-tests", WALK_PLAIN, false, NULL, NULL}}},
    {WALK_CODE_PROVIDER,
     "package",
     N_("Package"),
     N_("Makes the package that is handed to the operator. Wants Docker."),
     "home package",
     false,
     {{"project", WALK_PROJECT, true, NULL, NULL},
      {"output", WALK_PLAIN, false, NULL, "."},
      {"encrypt", WALK_PLAIN, false, NULL, NULL}}},
    {WALK_CODE_PROVIDER,
     "verify",
     N_("Verify"),
     N_("Judges the evidence that the operator handed back. With an MRENCLAVE that is known no "
        "Docker is needed; with the package it is measured."),
     "verify",
     false,
     {{"evidence", WALK_EVIDENCE, true, NULL, NULL},
      {"mrenclave", WALK_PLAIN, true, "package", NULL},
      {"package", WALK_PACKAGE, false, NULL, NULL},
      {"signer-key", WALK_PLAIN, false, NULL, NULL},
      {"pccs", WALK_PLAIN, false, NULL, NULL},
      {"output", WALK_PLAIN, true, NULL, "."}}},
    {WALK_CODE_PROVIDER,
     "seal",
     N_("Seal"),
     N_("Seals secrets so that the verified enclave alone can open them; the sealed file is handed "
        "to the operator."),
     "home seal",
     false,
     {{"secrets", WALK_SECRETS, true, NULL, NULL},
      {"cert", WALK_CERTIFICATE, true, NULL, NULL},
      {"output", WALK_PLAIN, false, NULL, "."},
      {"unverified", WALK_PLAIN, false, NULL, NULL}}},
    {WALK_CODE_PROVIDER,
     "decrypt",
     N_("Decrypt"),
     N_("Decrypts a result of the application with the key that was sealed for it."),
     "home decrypt",
     false,
     {{"", WALK_PLAIN, true, NULL, NULL},
      {"key", WALK_PLAIN, true, NULL, NULL},
      {"output", WALK_PLAIN, true, NULL, NULL}}},
    {WALK_OPERATOR,
     "spawn",
     N_("Spawn"),
     N_("Starts the package's application in an enclave, up to where it waits for its secrets."),
     "home spawn",
     false,
     {{"", WALK_NAME, true, NULL, NULL},
      {"package", WALK_PACKAGE, true, NULL, NULL},
      {"host", WALK_PLAIN, false, NULL, NULL},
      {"port", WALK_PLAIN, false, NULL, NULL},
      {"size", WALK_PLAIN, false, NULL, NULL},
      {"pccs", WALK_PLAIN, false, NULL, NULL},
      {"signer-key", WALK_PLAIN, false, NULL, NULL},
      {"output", WALK_PLAIN, true, NULL, NULL}}},
    {WALK_OPERATOR,
     "evidence",
     N_("Evidence"),
     N_("Collects the evidence again, when its collateral has expired; it is handed to the code "
        "provider."),
     "home evidence",
     false,
     {{"", WALK_NAME, true, NULL, NULL},
      {"pccs", WALK_PLAIN, false, NULL, NULL},
      {"output", WALK_PLAIN, false, NULL, NULL}}},
    {WALK_OPERATOR,
     "run",
     N_("Run"),
     N_("Sends the application its secrets, after its evidence was verified again, and waits until "
        "it is ready."),
     "home run",
     false,
     {{"", WALK_NAME, true, NULL, NULL},
      {"sealed-secrets", WALK_SEALED, false, NULL, NULL},
      {"secrets", WALK_PLAIN, false, NULL, NULL},
      {"key", WALK_KEY, false, NULL, NULL},
      {"timeout", WALK_PLAIN, false, NULL, NULL}}},
    {WALK_OPERATOR,
     "test",
     N_("Test"),
     N_("Runs the tests of the package against the application."),
     "home test",
     false,
     {{"", WALK_NAME, true, NULL, NULL},
      {"test", WALK_PLAIN, false, NULL, NULL},
      {"config", WALK_PLAIN, false, NULL, NULL}}},
    {WALK_OPERATOR,
     "monitor",
     N_("Monitor"),
     N_("Goes to the application's log."),
     "home logs",
     true,
     {{"", WALK_NAME, true, NULL, NULL}}},
    {0},
};

/* ---- the tables ---- */

unsigned walk_step_by_id(const char *id)
{
    for (unsigned i = 0; walk_steps[i].id != NULL; i++)
        if (g_str_equal(walk_steps[i].id, id))
            return i;
    return WALK_STEPS;
}

const Verb *walk_verb(unsigned step)
{
    for (const Verb *const *verb = verb_table; *verb != NULL; verb++)
        if (g_str_equal((*verb)->words, walk_steps[step].words))
            return *verb;
    return NULL;
}

unsigned walk_n_fields(unsigned step)
{
    unsigned n = 0;

    while (n < WALK_FIELDS && walk_steps[step].fields[n].option != NULL)
        n++;
    return n;
}

static bool is_operand(unsigned step, unsigned field)
{
    return *walk_steps[step].fields[field].option == '\0';
}

const VerbOption *walk_option(unsigned step, unsigned field)
{
    const VerbOption *option = walk_verb(step)->options;

    for (; !is_operand(step, field) && option != NULL && option->name != NULL; option++)
        if (g_str_equal(option->name, walk_steps[step].fields[field].option))
            return option;
    return NULL;
}

ArgumentKind walk_kind(unsigned step, unsigned field)
{
    const VerbOption *option = walk_option(step, field);

    return option == NULL ? walk_verb(step)->operand_kind : option->kind;
}

/* ---- life ---- */

Walk *walk_new(void)
{
    Walk *walk = g_new0(Walk, 1);

    for (unsigned step = 0; walk_steps[step].id != NULL; step++)
        for (unsigned i = 0; i < WALK_FIELDS; i++) {
            const char *initial = walk_steps[step].fields[i].initial;
            walk->values[step][i] = g_strdup(initial == NULL ? "" : initial);
        }
    return walk;
}

void walk_free(Walk *walk)
{
    if (walk == NULL)
        return;
    for (unsigned step = 0; step < WALK_STEPS; step++) {
        g_free(walk->why[step]);
        for (unsigned i = 0; i < WALK_FIELDS; i++)
            g_free(walk->values[step][i]);
    }
    g_free(walk);
}

/* ---- going ---- */

void walk_choose(Walk *walk, WalkActor actor)
{
    unsigned first = WALK_STEPS;

    walk->chosen = true;
    walk->actor = actor;
    for (unsigned i = 0; walk_steps[i].id != NULL; i++) {
        if (walk_steps[i].actor != actor)
            continue;
        first = MIN(first, i);
        if (walk->states[i] != WALK_DONE) {
            walk->step = i;
            return;
        }
    }
    walk->step = first;
}

void walk_go(Walk *walk, int by)
{
    int to = (int)walk->step + by;

    if (to >= 0 && walk_steps[to].id != NULL && walk_steps[to].actor == walk->actor)
        walk->step = (unsigned)to;
}

/* ---- values ---- */

static void put(Walk *walk, unsigned step, unsigned field, const char *text, bool typed)
{
    g_free(walk->values[step][field]);
    walk->values[step][field] = g_strdup(text);
    walk->typed[step][field] = typed;
}

void walk_set(Walk *walk, unsigned step, unsigned field, const char *text)
{
    put(walk, step, field, text, *text != '\0');
}

const char *walk_value(const Walk *walk, unsigned step, const char *option)
{
    for (unsigned i = 0; i < walk_n_fields(step); i++)
        if (g_str_equal(walk_steps[step].fields[i].option, option))
            return walk->values[step][i];
    return "";
}

/* To every field of this role; what a person typed stays, unless a step made something new. */
static void hand_on(Walk *walk, WalkRole role, const char *text, bool over)
{
    for (unsigned step = 0; *text != '\0' && walk_steps[step].id != NULL; step++)
        for (unsigned i = 0; i < walk_n_fields(step); i++)
            if (walk_steps[step].fields[i].role == role && (over || !walk->typed[step][i]))
                put(walk, step, i, text, false);
}

void walk_began(Walk *walk, unsigned step)
{
    for (unsigned i = 0; i < walk_n_fields(step); i++) {
        WalkRole role = walk_steps[step].fields[i].role;
        g_autofree char *value = g_strdup(walk->values[step][i]);
        if (role != WALK_PLAIN && walk->typed[step][i])
            hand_on(walk, role, value, false);
    }
}

static void hand_on_file(Walk *walk, WalkRole role, const char *directory, const char *name)
{
    g_autofree char *path =
        g_str_equal(directory, ".") ? g_strdup(name) : g_build_filename(directory, name, NULL);

    hand_on(walk, role, path, true);
}

static void made_project(Walk *walk, unsigned step)
{
    hand_on_file(walk, WALK_SECRETS, walk_value(walk, step, ""), "secrets_to_seal.json");
}

static void made_certificate(Walk *walk, unsigned step)
{
    hand_on_file(walk, WALK_CERTIFICATE, walk_value(walk, step, "output"), "ratls.pem");
    walk->step = walk_step_by_id("seal");
}

static void made_sealed(Walk *walk, unsigned step)
{
    const char *output = walk_value(walk, step, "output");
    g_autofree char *base = g_path_get_basename(walk_value(walk, step, "secrets"));
    g_autofree char *name = g_strconcat(base, ".sealed", NULL);

    hand_on_file(walk, WALK_SEALED, *output == '\0' ? "." : output, name);
}

static void made_evidence(Walk *walk, unsigned step)
{
    const char *output = walk_value(walk, step, "output");

    if (*output != '\0')
        hand_on_file(walk, WALK_EVIDENCE, output, "evidence.json");
}

static const struct {
    const char *id;
    void (*made)(Walk *walk, unsigned step);
} makers[] = {
    {"scaffold", made_project}, {"verify", made_certificate}, {"seal", made_sealed},
    {"spawn", made_evidence},   {"evidence", made_evidence},
};

void walk_failed(Walk *walk, unsigned step, const char *why)
{
    walk->states[step] = WALK_FAILED;
    g_free(walk->why[step]);
    walk->why[step] = why == NULL ? NULL : sanitize_string(why);
}

void walk_ended(Walk *walk, unsigned step)
{
    walk->states[step] = WALK_DONE;
    g_clear_pointer(&walk->why[step], g_free);
    for (unsigned i = 0; i < G_N_ELEMENTS(makers); i++)
        if (g_str_equal(makers[i].id, walk_steps[step].id))
            makers[i].made(walk, step);
}

void walk_made(Walk *walk, const char *what, const char *path)
{
    if (g_str_equal(what, "package"))
        hand_on(walk, WALK_PACKAGE, path, true);
    if (g_str_equal(what, "key"))
        hand_on(walk, WALK_KEY, path, true);
}

/* ---- checking ---- */

static char *missing(const Walk *walk, unsigned step, unsigned field)
{
    const WalkFieldRow *row = &walk_steps[step].fields[field];

    if (!row->required || (row->instead != NULL && *walk_value(walk, step, row->instead) != '\0'))
        return NULL;
    if (row->instead != NULL)
        return g_strdup_printf(_("needed, or %s instead"), row->instead);
    return g_strdup(_("needed"));
}

static char *problem_of_option(const Verb *verb, const VerbOption *option, const char *value)
{
    g_autofree char *word = g_strdup_printf("--%s=%s", option->name, value);
    g_autoptr(GError) error = NULL;
    g_autoptr(Arguments) arguments = NULL;
    char *words[] = {word, (char *)"x"};

    arguments = arguments_parse(verb, words, verb->min_operands > 0 ? 2 : 1, &error);
    return arguments == NULL ? g_strdup(error->message) : NULL;
}

char *walk_problem(const Walk *walk, unsigned step, unsigned field)
{
    const VerbOption *option = walk_option(step, field);
    const char *value = walk->values[step][field];

    if (*value == '\0')
        return missing(walk, step, field);
    if (option == NULL || option->kind == ARGUMENT_NONE)
        return NULL;
    return problem_of_option(walk_verb(step), option, value);
}

/* ---- the line ---- */

char *walk_path(const char *typed)
{
    if (g_str_has_prefix(typed, "~/"))
        return g_build_filename(g_get_home_dir(), typed + 2, NULL);
    return g_strdup(typed);
}

static bool is_path(ArgumentKind kind)
{
    return kind == ARGUMENT_FILE || kind == ARGUMENT_DIRECTORY || kind == ARGUMENT_OUTPUT;
}

static char *word_of(const Walk *walk, unsigned step, unsigned field)
{
    const char *value = walk->values[step][field];

    return is_path(walk_kind(step, field)) ? walk_path(value) : g_strdup(value);
}

static void append_option(GString *line, const Walk *walk, unsigned step, unsigned field)
{
    const VerbOption *option = walk_option(step, field);
    g_autofree char *word = word_of(walk, step, field);

    if (option == NULL || *word == '\0')
        return;
    g_string_append_printf(line, " --%s", option->name);
    if (option->kind != ARGUMENT_NONE)
        shell_append_word(line, word);
}

static void append_operand(GString *line, const Walk *walk, unsigned step, unsigned field)
{
    g_autofree char *word = word_of(walk, step, field);

    if (!is_operand(step, field) || *word == '\0')
        return;
    if (*word == '-')
        g_string_append(line, " --");
    shell_append_word(line, word);
}

char *walk_line(const Walk *walk, unsigned step)
{
    GString *line = g_string_new(walk_steps[step].words);

    if (walk_steps[step].opens_log)
        g_string_append(line, " -f");
    for (unsigned i = 0; i < walk_n_fields(step); i++)
        append_option(line, walk, step, i);
    for (unsigned i = 0; i < walk_n_fields(step); i++)
        append_operand(line, walk, step, i);
    return g_string_free(line, FALSE);
}

/* ---- keeping ---- */

/* JSON has no empty names to go by at a glance. */
static const char *name_of(unsigned step, unsigned field)
{
    return is_operand(step, field) ? "operand" : walk_steps[step].fields[field].option;
}

static json_t *keep_values(const Walk *walk, unsigned step, bool typed)
{
    json_t *values = json_object();

    for (unsigned i = 0; i < walk_n_fields(step); i++)
        if (walk->typed[step][i] == typed)
            json_object_set_new(values, name_of(step, i), json_string(walk->values[step][i]));
    return values;
}

json_t *walk_keep(const Walk *walk, const char *directory)
{
    json_t *steps = json_object();

    for (unsigned i = 0; walk_steps[i].id != NULL; i++)
        json_object_set_new(steps, walk_steps[i].id,
                            json_pack("{s:s, s:s*, s:o, s:o}", "state",
                                      state_words[walk->states[i]], "why", walk->why[i], "typed",
                                      keep_values(walk, i, true), "suggested",
                                      keep_values(walk, i, false)));
    return json_pack("{s:i, s:s, s:s?, s:s, s:o}", "version", 1, "directory", directory, "actor",
                     walk->chosen ? actor_words[walk->actor] : NULL, "step",
                     walk_steps[walk->step].id, "steps", steps);
}

static unsigned index_of(const char *const *words, unsigned n, const char *word)
{
    unsigned i = 0;

    while (i < n && (word == NULL || !g_str_equal(words[i], word)))
        i++;
    return i;
}

/* Only what could have been typed. */
static bool can_be_typed(const char *text)
{
    if (strlen(text) > EDIT_MAX)
        return false;
    for (; *text != '\0'; text = g_utf8_next_char(text))
        if (!g_unichar_isprint(g_utf8_get_char(text)))
            return false;
    return true;
}

static void resume_values(Walk *walk, unsigned step, const json_t *values, bool typed)
{
    for (unsigned i = 0; i < walk_n_fields(step); i++) {
        const char *text = json_string_value(json_object_get(values, name_of(step, i)));
        if (text != NULL && can_be_typed(text))
            put(walk, step, i, text, typed);
    }
}

static void resume_step(Walk *walk, unsigned step, const json_t *kept)
{
    const char *state = json_string_value(json_object_get(kept, "state"));
    unsigned i = index_of(state_words, N_WALK_STATES, state);

    if (i < N_WALK_STATES)
        walk->states[step] = (WalkState)i;
    if (walk->states[step] == WALK_FAILED)
        walk_failed(walk, step, json_string_value(json_object_get(kept, "why")));
    resume_values(walk, step, json_object_get(kept, "suggested"), false);
    resume_values(walk, step, json_object_get(kept, "typed"), true);
}

bool walk_resume(Walk *walk, const json_t *kept, const char *directory)
{
    const char *of = json_string_value(json_object_get(kept, "directory"));
    const char *actor = json_string_value(json_object_get(kept, "actor"));
    const char *step = json_string_value(json_object_get(kept, "step"));
    unsigned who = index_of(actor_words, N_WALK_ACTORS, actor);
    unsigned where = step == NULL ? WALK_STEPS : walk_step_by_id(step);

    if (of == NULL || !g_str_equal(of, directory) ||
        json_integer_value(json_object_get(kept, "version")) != 1)
        return false;
    for (unsigned i = 0; walk_steps[i].id != NULL; i++)
        resume_step(walk, i, json_object_get(json_object_get(kept, "steps"), walk_steps[i].id));
    if (who == N_WALK_ACTORS)
        return true;
    walk_choose(walk, (WalkActor)who);
    if (where < G_N_ELEMENTS(walk_steps) - 1 && walk_steps[where].actor == walk->actor)
        walk->step = where;
    return true;
}
