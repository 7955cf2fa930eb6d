/*
 * audit_words.h - what the forms call the fields that the audit log names.
 */
#ifndef RT_CGI_FORM_AUDIT_WORDS_H
#define RT_CGI_FORM_AUDIT_WORDS_H

#include "cgi/form/fields.h"

struct thing;

/* One kind of thing at a time, as rows of a log often follow each other. */
struct audit_words {
	const struct req *r;
	const struct thing *thing; /* NULL: nobody's form has it */
	struct fields f;
};

/* Makes w that of an object_kind. Errors as db.h. */
RT_MUST_USE enum err audit_words_of(struct audit_words *w, const char *kind);
/* The label of a field; "ring_s" is "Ring s" where no form has it. In the
 * arena; ERR_NOMEM shows as the name itself. */
struct slice audit_words_label(const struct audit_words *w, struct slice name);
/* A value of it: a choice by its words, a key by the name it stands for. */
struct slice audit_words_value(const struct audit_words *w, struct slice name,
    struct slice value);

#endif
