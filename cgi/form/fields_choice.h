/*
 * fields_choice.h - the choices of a field.
 *
 * Of some there are more than a list should hold (cgi/web/find.h): then a part
 * is listed, and a value that is not is looked up when it is set or sent.
 */
#ifndef RT_CGI_FORM_FIELDS_CHOICE_H
#define RT_CGI_FORM_FIELDS_CHOICE_H

#include "cgi/form/fields.h"

/* Copied. */
void fields_choice(struct fields *f, const char *name, struct slice value,
    struct slice label);

/* The choices so far are a part of all: others are known by m, which is
 * copied. */
void fields_choice_more(struct fields *f, const char *name,
    const struct field_more *m);
/* The value of a choice by what it is called, whatever the case; the text
 * itself where there is none. */
struct slice fields_choice_called(struct fields *f, const char *name,
    struct slice text);

/* How many choices there are beside ""; last: the last one's value, else "". */
size_t fields_choice_count(const struct fields *f, const char *name,
    struct slice *last);
/* What a choice is called; the value itself where there is no such choice. */
struct slice fields_choice_label(const struct fields *f, const char *name,
    struct slice value);

/* Whether what was sent asks for choices that were not listed: it is to be
 * shown again with them, as it is, and nothing saved. Then nothing is wrong
 * with it yet. */
bool fields_choice_asked(struct fields *f);

/* --- for fields.c ----------------------------------------------------------
 */

/* A value that is not listed becomes a choice when it is one. The list of
 * copies of f stays as it is. */
void fields_choice_know(struct fields *f, size_t i, struct slice value);
bool fields_choice_is(struct fields *f, size_t i, struct slice value);
/* The list choices, and what find_show() sets. */
void fields_choice_show(const struct fields *f, size_t i, struct view *v);
/* Whether any field has a box to find more. */
bool fields_choice_finds(const struct fields *f);

#endif
