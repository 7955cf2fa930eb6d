#include "cgi/api/api_once.h"

#include "cgi/api/api_who.h"
#include "lib/db/db_once.h"
#include "lib/hash/digest.h"

static const char bad_name[] =
    "An Idempotency-Key is at most 100 printable characters.";
static const char other_request[] =
    "This Idempotency-Key was used for another request.";
static const char at_work[] =
    "A request with this Idempotency-Key is at work. Ask again in a moment.";

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

static enum err begin(const struct req *r, struct slice name,
    struct once_answer *before)
{
	const struct slice parts[] = { r->target, SLICE("\n"), r->body };
	uint8_t hash[DB_ONCE_HASH_BYTES];
	enum err e;

	if ((e = digest_sha256(parts, RT_ARRAY_LEN(parts), hash)) != ERR_OK)
		return e;
	return db_once_begin(r->db, r->company, api_who(r)->key, name, hash,
	    r->now_us, r->arena, before);
}

/* ERR_RANGE: the answer is a refusal; it stays, and nothing else does. */
static enum err keep(const struct req *r, struct slice name,
    const struct resp *out)
{
	const struct slice *other = api_who(r)->kept;
	const struct once_answer answer = { .status = out->status,
		.head = buf_slice(&out->head),
		.body = other->n > 0 ? *other : buf_slice(&out->body) };

	if (out->e != ERR_OK)
		return out->e;
	if (out->status >= 400)
		return ERR_RANGE;
	return db_once_end(r->db, r->company, api_who(r)->key, name, &answer);
}

static enum err again(struct resp *out, const struct once_answer *before)
{
	resp_again(out, before->status, before->head, before->body);
	resp_header(out, "Idempotent-Replayed", SLICE("true"));
	return out->e;
}

/* The work and the name in one transaction. */
static enum err first(const struct req *r, struct resp *out, struct slice name,
    enum err (*serves)(const struct req *r, struct resp *out))
{
	bool refused;
	enum err e = serves(r, out);

	if (e == ERR_OK)
		e = keep(r, name, out);
	refused = e == ERR_RANGE && out->status >= 400;
	e = db_wrap_end(r->db, e);
	return refused ? ERR_OK : e;
}

enum err api_once(const struct req *r, struct resp *out,
    enum err (*serves)(const struct req *r, struct resp *out))
{
	struct once_answer before = { .status = 0 };
	struct slice name;
	enum err e;

	if (read_name(r, &name) != ERR_OK)
		return resp_problem(out, 400, bad_name);
	if (name.n == 0)
		return serves(r, out);
	if ((e = db_wrap(r->db)) != ERR_OK)
		return e;
	e = begin(r, name, &before);
	if (e == ERR_OK && before.status == 0)
		return first(r, out, name, serves);
	e = db_wrap_end(r->db, e); /* nothing was written */
	if (e == ERR_CONFLICT)
		return resp_problem(out, 422, other_request);
	if (e == ERR_BUSY) {
		resp_header(out, "Retry-After", SLICE("1"));
		return resp_problem(out, 409, at_work);
	}
	return e == ERR_OK ? again(out, &before) : e;
}

void api_once_keep(const struct req *r, struct slice body)
{
	*api_who(r)->kept = body;
}
