#include "cgi/api/api_once.h"

#include "cgi/api/api_who.h"
#include "lib/hash/digest.h"

/* The name that the client gave this request; "" none. */
static enum err read_name(const struct req *r, struct slice *name)
{
	*name = slice_trim(req_env(r, "HTTP_IDEMPOTENCY_KEY"));
	if (name->n > DB_ONCE_NAME_MAX)
		return ERR_SYNTAX;
	for (size_t i = 0; i < name->n; i++)
		if (name->p[i] < ' ' || name->p[i] > '~')
			return ERR_SYNTAX;
	return ERR_OK;
}

enum err api_once_begin(const struct req *r, struct api_once *o)
{
	const struct slice parts[] = { r->path, SLICE("\n"), r->body };
	uint8_t hash[DB_ONCE_HASH_BYTES];
	enum err e;

	*o = (struct api_once){ .name = SLICE(""), .before = SLICE("") };
	e = read_name(r, &o->name);
	o->bad = e == ERR_SYNTAX;
	if (e != ERR_OK || o->name.n == 0)
		return e;
	if ((e = digest_sha256(parts, RT_ARRAY_LEN(parts), hash)) != ERR_OK)
		return e;
	e = db_once_begin(r->db, r->company, api_who(r)->key, o->name, hash,
	    r->now_us, r->arena, &o->before);
	o->taken = e == ERR_CONFLICT;
	return e;
}

enum err api_once_end(const struct req *r, const struct api_once *o,
    struct slice answer)
{
	return o->name.n == 0 ? ERR_OK
			      : db_once_end(r->db, r->company, api_who(r)->key,
				    o->name, answer);
}

bool api_once_refused(const struct api_once *o, struct resp *out, enum err *e)
{
	if (o->bad)
		*e = resp_problem(out, 400,
		    "An Idempotency-Key is at most 100 printable characters.");
	else if (o->taken)
		*e = resp_problem(out, 409,
		    "This Idempotency-Key was used for another request.");
	return o->bad || o->taken;
}
