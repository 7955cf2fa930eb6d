/*
 * form_person_priv.h - what the page of a person and what is done there share.
 */
#ifndef RT_CGI_FORM_FORM_PERSON_PRIV_H
#define RT_CGI_FORM_FORM_PERSON_PRIV_H

#include "cgi/form/form_person.h"
#include "lib/db/db_person_show.h"

/* The person of an address. */
struct form_person_who {
	bool is_call;
	uint8_t id[ID_BYTES];
	struct person_about about;
	struct person_key key; /* of the person: what is certain */
	bool known;            /* has a key: not withheld, not erased */
	bool alone;            /* has none, and says something itself */
};

/* By the request's address. ERR_NOTFOUND: no such call or form. */
RT_MUST_USE enum err form_person_find(const struct req *r,
    struct form_person_who *w);

/* What the page says or asks besides; texts are borrowed. */
struct form_person_ask {
	const char *problem; /* nothing was done, and why; or NULL */
	size_t n; /* as many telephones and browsers come along: are they all
		   * meant? Answered by all=1, and name=value once more */
	const char *name;
	struct slice value;
};

/* ask may be NULL. */
RT_MUST_USE enum err form_person_show(const struct req *r, struct resp *out,
    const struct form_person_who *w, const struct form_person_ask *ask);
RT_MUST_USE enum err form_person_wrong(const struct req *r, struct resp *out,
    const struct form_person_who *w, const char *problem);

/* To the page, which says what was done (thing_redirect()). */
RT_MUST_USE enum err form_person_back(const struct req *r, struct resp *out,
    const struct form_person_who *w, const char *word);

#endif
