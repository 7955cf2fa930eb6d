/*
 * ctl_person_who.h - whom the operator's `person` is about: by a telephone, a
 * browser, a call or form of theirs, or a mail address that forms say.
 *
 * A call or form is whose it is on its page (db_person_show_whose()). A mail
 * address is no person's key: each form that says it counts by itself, and
 * there may be several persons, or forms of nobody that is known.
 */
#ifndef RT_CTL_CTL_PERSON_WHO_H
#define RT_CTL_CTL_PERSON_WHO_H

#include "ctl/ctl_scope.h"
#include "lib/db/db_company.h"
#include "lib/db/db_person.h"
#include "lib/phone/phone.h"

/* What was given of these; the others NULL. */
struct ctl_person_opts {
	const char *number, *visitor, *of, *email;
};

struct ctl_person {
	struct person_key key;     /* of a person; or, where it is empty: */
	struct interaction_id one; /* a call or form of nobody known */
	bool is_alone;
};

#define CTL_PERSON_MAX 200 /* of one mail address */

struct ctl_person_who {
	struct company_row company;
	struct account_id account;
	struct ctl_person v[CTL_PERSON_MAX]; /* each person once */
	size_t n;
};

/* Whose company, and who; keys lie in s->mem. What is wrong is said:
 * ERR_SYNTAX: none or two of the options, or no such thing; ERR_NOTFOUND. */
RT_MUST_USE enum err ctl_person_who(struct ctl_scope *s, const char *company,
    const struct ctl_person_opts *o, struct ctl_person_who *out);

#endif
