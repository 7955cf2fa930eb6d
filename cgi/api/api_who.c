#include "cgi/api/api_who.h"

#include <pthread.h>

#include "cgi/api/api_head.h"
#include "cgi/api/api_once.h"
#include "cgi/api/api_query.h"
#include "lib/base/buf.h"
#include "lib/base/clk.h"
#include "lib/core/scope.h"
#include "lib/db/db_api_key.h"
#include "lib/db/db_company.h"
#include "lib/db/db_user.h"
#include "lib/hash/token.h"

#define KEYS_COUNTED 4096
#define WINDOW_US    RT_MIN_US
#define TOUCH_US     RT_MIN_US

/* --- how often -------------------------------------------------------------
 */

/* A minute's requests of a key. Keys share a place when there are very many:
 * then they share the limit too, which errs on the safe side. */
static struct {
	pthread_mutex_t lock;
	struct {
		uint8_t key[ID_BYTES];
		int64_t since_us;
		uint32_t n;
	} of[KEYS_COUNTED];
} counts = { .lock = PTHREAD_MUTEX_INITIALIZER };

static void count(struct api_who *w)
{
	const int64_t now_us = clk_mono_us();
	const size_t at =
	    ((size_t)w->key.v[ID_BYTES - 2] << 8 | w->key.v[ID_BYTES - 1]) %
	    KEYS_COUNTED;
	int64_t left_us;

	(void)pthread_mutex_lock(&counts.lock);
	if (counts.of[at].since_us == 0 ||
	    now_us - counts.of[at].since_us >= WINDOW_US) {
		counts.of[at].since_us = now_us;
		counts.of[at].n = 0;
	}
	w->over = counts.of[at].n >= API_WHO_PER_MIN;
	if (!w->over)
		counts.of[at].n++;
	w->left = API_WHO_PER_MIN - counts.of[at].n;
	left_us = counts.of[at].since_us + WINDOW_US - now_us;
	(void)pthread_mutex_unlock(&counts.lock);
	w->limit = API_WHO_PER_MIN;
	w->reset_s = (uint32_t)((left_us + RT_SEC_US - 1) / RT_SEC_US);
}

static void put_number(struct resp *out, const char *name, uint32_t v)
{
	char digits[16];
	struct buf b;

	buf_over(&b, digits, sizeof(digits));
	buf_u64(&b, v);
	resp_header(out, name, buf_slice(&b));
}

void api_who_finish(const struct req *r, struct resp *out)
{
	const struct api_who *w = r->who;

	if (out->status == 401)
		resp_header(out, "WWW-Authenticate",
		    SLICE("Bearer realm=\"ringtrace\""));
	if (w == NULL)
		return;
	put_number(out, "RateLimit-Limit", w->limit);
	put_number(out, "RateLimit-Remaining", w->left);
	put_number(out, "RateLimit-Reset", w->reset_s);
	if (w->over)
		put_number(out, "Retry-After", w->reset_s);
}

/* --- who -------------------------------------------------------------------
 */

/* The key in either form; false: none. */
static bool key_of(const struct req *r, struct slice *out)
{
	struct slice s = slice_trim(req_env(r, "HTTP_AUTHORIZATION"));

	if (slice_starts_case(s, SLICE("Bearer "))) {
		s = slice_trim(slice_skip(s, 7));
	} else if (slice_starts_case(s, SLICE("Token token="))) {
		s = slice_trim(slice_skip(s, 12));
		if (s.n >= 2 && s.p[0] == '"' && s.p[s.n - 1] == '"')
			s = slice_of(s.p + 1, s.n - 2);
	} else {
		return false;
	}
	*out = s;
	return slice_starts(s, SLICE(DB_API_KEY_PREFIX)) &&
	       token_is(slice_skip(s, sizeof(DB_API_KEY_PREFIX) - 1));
}

static enum err find_key(const struct req *r, struct api_key_row *row)
{
	uint8_t hash[DB_API_KEY_HASH_BYTES];
	struct slice key;
	enum err e;

	if (r->db == NULL)
		return ERR_UNAVAILABLE;
	if (!key_of(r, &key))
		return ERR_AUTH;
	if ((e = token_hash(key, hash)) != ERR_OK)
		return e;
	e = db_api_key_find(r->db, hash, r->now_us, row);
	if (e != ERR_OK)
		return e == ERR_NOTFOUND ? ERR_AUTH : e;
	if (r->now_us - row->used_us > TOUCH_US)
		return db_api_key_used(r->db, row->company, row->id, r->now_us,
		    slice_from(r->address));
	return ERR_OK;
}

/* What company_id names must be the key's. */
static enum err choose_company(const struct req *r, struct api_who *w)
{
	struct company_row row;
	struct company_id id;
	enum err e;

	e = req_query_id(r, "company_id", ID_KIND_company, id.v);
	if (e == ERR_NOTFOUND)
		return ERR_OK;
	if (e != ERR_OK)
		return api_query_wrong(r, "company_id", e);
	if (!id_is_nil(w->company.v))
		return id_eq(id.v, w->company.v) ? ERR_OK : ERR_NOTFOUND;
	if ((e = db_company_get(r->db, id, &row)) != ERR_OK)
		return e;
	if (!id_eq(row.account.v, w->account.v))
		return ERR_NOTFOUND;
	w->company = id;
	return ERR_OK;
}

static int capped(enum user_role role)
{
	const int rank =
	    (int)role + (ROUTE_READ_ONLY - (int)USER_ROLE_READ_ONLY);

	return role == USER_ROLE_NONE ? 0
	       : rank > ROUTE_ADMIN   ? ROUTE_ADMIN
				      : rank;
}

/* What the key's maker is here today, and the company's zone. */
static enum err take_role(struct req *r, const struct api_who *w)
{
	enum user_role here = USER_ROLE_NONE, wide = USER_ROLE_NONE;
	struct company_row row;
	enum err e;

	if (id_is_nil(w->user.v)) {
		r->role = ROUTE_ADMIN;
		r->account_role = w->wide ? ROUTE_ADMIN : 0;
	} else {
		e = db_user_account_role(r->db, w->user, &wide);
		if (e == ERR_OK && !id_is_nil(w->company.v))
			e = db_user_role(r->db, w->user, w->company, &here);
		if (e != ERR_OK)
			return e;
		r->role = capped(here);
		/* A key of one company is nobody in the others. */
		r->account_role = w->wide ? capped(wide) : 0;
	}
	if (id_is_nil(w->company.v))
		return ERR_OK;
	if ((e = db_company_get(r->db, w->company, &row)) != ERR_OK)
		return e;
	return arena_copy(r->arena, slice_from(row.time_zone), &r->company_zone)
		   ? ERR_OK
		   : ERR_NOMEM;
}

/* As much as the row needs; who is told why when the key does not reach. */
static bool may(const struct req *r, const struct api_who *w,
    const struct api_route *route)
{
	const int need = (int)route->role;

	if (route->wide)
		return !w->wide || r->account_role >= need;
	return r->role >= need || r->account_role >= need;
}

enum err api_who_admit(struct req *r, const struct route *row)
{
	const struct api_route *route = row->data;
	struct api_key_row key;
	struct api_who *w;
	enum err e;

	if (route == NULL || route->scope == 0)
		return ERR_OK;
	if ((e = find_key(r, &key)) != ERR_OK)
		return e;
	if ((w = arena_alloc(r->arena, sizeof(*w))) == NULL ||
	    (w->kept = arena_alloc(r->arena, sizeof(*w->kept))) == NULL ||
	    (w->fault = arena_alloc(r->arena, sizeof(*w->fault))) == NULL)
		return ERR_NOMEM;
	*w->kept = SLICE("");
	*w->fault = (struct api_query_fault){ .name = NULL };
	w->account = key.account;
	w->company = key.company;
	w->wide = id_is_nil(key.company.v);
	w->user = key.created_by;
	w->key = key.id;
	count(w);
	r->who = w;
	if (w->over)
		return ERR_BUSY;
	if ((key.scopes & route->scope) == 0)
		return ERR_DENIED;
	if ((e = choose_company(r, w)) != ERR_OK)
		return e;
	r->account = w->account;
	r->company = w->company;
	r->user = w->user;
	if ((e = take_role(r, w)) != ERR_OK)
		return e;
	return may(r, w, route) ? ERR_OK : ERR_DENIED;
}

enum err api_who_serve(const struct req *r, struct resp *out)
{
	const struct api_route *route = r->data;
	enum err e;

	if (!api_query_known(r, route->query, out, &e) ||
	    !api_head_known(r, out, &e))
		return e;
	if (route->wide && !api_who(r)->wide)
		return resp_problem(out, 403,
		    "It takes a key of all companies of the account.");
	return r->method == REQ_POST ? api_once(r, out, route->serves)
				     : route->serves(r, out);
}

enum err api_who_explain(const struct req *r, struct resp *out, enum err e)
{
	return api_query_explain(r, out, e);
}

const struct api_who *api_who(const struct req *r)
{
	return r->who;
}

bool api_who_company(const struct req *r, struct resp *out, enum err *e)
{
	if (!id_is_nil(api_who(r)->company.v))
		return true;
	*e = resp_problem(out, 400,
	    "This key is for several companies: say which by company_id.");
	return false;
}
