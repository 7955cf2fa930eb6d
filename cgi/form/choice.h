/*
 * choice.h - what a field can be: the company's flows, places, pools ... as
 * choices of a form.
 *
 * Each begins with `none`, the words for "" (NULL: there is no such choice).
 * ERR_NOMEM shows in fields.e.
 */
#ifndef RT_CGI_FORM_CHOICE_H
#define RT_CGI_FORM_CHOICE_H

#include "cgi/form/fields_choice.h"
#include "lib/db/db_choice.h"

/* The company's flows, pools, numbers ...: FIND_MAX of them, and a box to find
 * the others (cgi/web/find.h). kind: none that may be put away. */
RT_MUST_USE enum err choice_of(const struct req *r, struct fields *f,
    const char *name, const char *none, enum db_choice kind);
/* Notices that callers hear: those that come with the product, and the
 * company's own prompts; by key. */
RT_MUST_USE enum err choice_notices(const struct req *r, struct fields *f,
    const char *name, const char *none);

/* What a value of a field says to people, in the arena: the choice's label, of
 * several theirs; "" of a field without choices. */
struct slice choice_said(const struct fields *f, const struct field *row,
    struct slice value);

/* The same of a value that need not be one of those listed; of a field without
 * choices yes or no, or the value. It is f's value then. */
struct slice choice_shown(struct fields *f, const struct field *row,
    struct slice value);

/* Values and words of a constant list, {"a", "An a", "b", "A b", NULL}. */
void choice_words(struct fields *f, const char *name, const char *const *words);

#endif
