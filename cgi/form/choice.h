/*
 * choice.h - what a field can be: the company's flows, places, pools ... as
 * choices of a form.
 *
 * Each begins with `none`, the words for "" (NULL: there is no such choice).
 * ERR_NOMEM shows in fields.e.
 */
#ifndef RT_CGI_FORM_CHOICE_H
#define RT_CGI_FORM_CHOICE_H

#include "cgi/form/fields.h"

RT_MUST_USE enum err choice_flows(const struct req *r, struct fields *f,
    const char *name, const char *none);
RT_MUST_USE enum err choice_destinations(const struct req *r, struct fields *f,
    const char *name, const char *none);
RT_MUST_USE enum err choice_locations(const struct req *r, struct fields *f,
    const char *name, const char *none);
RT_MUST_USE enum err choice_pools(const struct req *r, struct fields *f,
    const char *name, const char *none);
RT_MUST_USE enum err choice_sites(const struct req *r, struct fields *f,
    const char *name, const char *none);
RT_MUST_USE enum err choice_trunks(const struct req *r, struct fields *f,
    const char *name, const char *none);
/* Notices that callers hear: those that come with the product, and the
 * company's own prompts; by key. */
RT_MUST_USE enum err choice_notices(const struct req *r, struct fields *f,
    const char *name, const char *none);
/* Numbers in use, with their labels; at most CHOICE_NUMBERS_MAX. */
#define CHOICE_NUMBERS_MAX 2000
RT_MUST_USE enum err choice_numbers(const struct req *r, struct fields *f,
    const char *name, const char *none);

/* What a value of a field says to people, in the arena: the choice's label, of
 * several theirs; "" of a field without choices. */
struct slice choice_said(const struct fields *f, const struct field *row,
    struct slice value);

/* Values and words of a constant list, {"a", "An a", "b", "A b", NULL}. */
void choice_words(struct fields *f, const char *name, const char *const *words);

#endif
