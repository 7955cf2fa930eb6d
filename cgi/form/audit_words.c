#include "cgi/form/audit_words.h"

#include <string.h>

#include "cgi/form/choice.h"
#include "cgi/form/thing_caller_list.h"
#include "cgi/form/thing_company.h"
#include "cgi/form/thing_conversion.h"
#include "cgi/form/thing_destination.h"
#include "cgi/form/thing_do.h"
#include "cgi/form/thing_key.h"
#include "cgi/form/thing_location.h"
#include "cgi/form/thing_mail.h"
#include "cgi/form/thing_number.h"
#include "cgi/form/thing_outcome.h"
#include "cgi/form/thing_policy.h"
#include "cgi/form/thing_pool.h"
#include "cgi/form/thing_site.h"
#include "cgi/form/thing_tag.h"
#include "cgi/form/thing_tracker.h"
#include "cgi/form/thing_trunk.h"
#include "cgi/form/thing_user.h"
#include "cgi/form/thing_webhook.h"
#include "lib/db/db_named.h"

static const struct thing *const things[] = { &thing_caller_list,
	&thing_company, &thing_conversion, &thing_destination, &thing_key,
	&thing_location, &thing_mail, &thing_number, &thing_outcome,
	&thing_policy, &thing_pool, &thing_site, &thing_tag, &thing_tracker,
	&thing_trunk, &thing_user, &thing_webhook };

enum err audit_words_of(struct audit_words *w, const char *kind)
{
	const struct thing *t = NULL;

	for (size_t i = 0; i < RT_ARRAY_LEN(things); i++)
		if (strcmp(things[i]->one, kind) == 0)
			t = things[i];
	if (t == w->thing)
		return ERR_OK;
	w->thing = t;
	return t == NULL ? ERR_OK : thing_do_prepare(w->r, t, &w->f);
}

static const struct field *field_of(const struct audit_words *w,
    struct slice name)
{
	for (size_t i = 0; w->thing != NULL && i < w->thing->n_fields; i++)
		if (slice_eq_cstr(name, w->thing->fields[i].name))
			return &w->thing->fields[i];
	return NULL;
}

struct slice audit_words_label(const struct audit_words *w, struct slice name)
{
	const struct field *f = field_of(w, name);
	char *text;

	if (f != NULL)
		return slice_from(f->label);
	text = arena_alloc(w->r->arena, name.n + 1);
	if (text == NULL || name.n == 0)
		return name;
	for (size_t i = 0; i < name.n; i++)
		text[i] = (char)(name.p[i] == '_' ? ' ' : name.p[i]);
	if (text[0] >= 'a' && text[0] <= 'z')
		text[0] = (char)(text[0] - ('a' - 'A'));
	return slice_of(text, name.n);
}

struct slice audit_words_value(const struct audit_words *w, struct slice name,
    struct slice value)
{
	const struct field *f = field_of(w, name);
	char named[DB_NAME_BYTES];
	struct slice out = f == NULL ? SLICE("") : choice_said(&w->f, f, value);

	if (out.n == 0)
		return value;
	/* What was put away since is no choice any more. */
	if (slice_eq(out, value) &&
	    db_named(w->r->db, w->r->company, value, named) == ERR_OK &&
	    !arena_copy(w->r->arena, slice_from(named), &out))
		out = value;
	return out;
}
