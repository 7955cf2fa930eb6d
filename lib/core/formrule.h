/*
 * formrule.h - which fields of a web form may be kept, and who sent it.
 *
 * The tag leaves out passwords and payment cards already; the server does not
 * trust it. A field is refused by its name (password, card, security code,
 * bank account, social security number) or by a value that is a card's number:
 * 13 to 19 digits with the right check digit (ISO/IEC 7812-1, annex B). A
 * card's number amid other words is kept with its last four digits only.
 *
 * Pure; texts are borrowed.
 */
#ifndef RT_CORE_FORMRULE_H
#define RT_CORE_FORMRULE_H

#include "lib/base/arena.h"
#include "lib/base/err.h"
#include "lib/base/slice.h"

#define FORMRULE_FIELDS_MAX 40
#define FORMRULE_NAME_MAX   100
#define FORMRULE_VALUE_MAX  4000

struct formrule_field {
	struct slice name;
	struct slice value;
};

/* A copy in mem of s, or where it is longer than max bytes, of its first whole
 * characters and "…" as the mark of that. max: at least 3. ERR_NOMEM. */
RT_MUST_USE enum err formrule_cut(struct arena *mem, struct slice s, size_t max,
    struct slice *out);
/* How many bytes of s fit into `left` bytes of our JSON (lib/text/esc.h) with
 * quotes and the mark of formrule_cut(); s.n when all of it fits. */
size_t formrule_room(struct slice s, size_t left);

RT_MUST_USE bool formrule_may_keep(const struct formrule_field *f);

/* s, or where a card's number stands in it a copy in mem with '*' for all its
 * digits but the last four. As cards have it: digits together or in groups of
 * which the first has four or six, up to two blanks, dots or the like between
 * them; a first digit of 2 to 6; no '+' before it. ERR_NOMEM. */
RT_MUST_USE enum err formrule_mask(struct arena *mem, struct slice s,
    struct slice *out);
/* The same for the query and the fragment of an address, as they are decoded;
 * amid letters digits are a piece of an id and stay. The value of a parameter
 * whose name is a secret's becomes '*' whole. As long as before. ERR_NOMEM. */
RT_MUST_USE enum err formrule_mask_url(struct arena *mem, struct slice url,
    struct slice *out);

/* What the fields say of their sender; "" where nothing does. phone is as it
 * was written. */
struct formrule_contact {
	struct slice name;
	struct slice email;
	struct slice phone;
};

void formrule_contact(const struct formrule_field *f, size_t n,
    struct formrule_contact *out);

#endif
