#include "cgi/web/sess.h"

#include "cgi/web/csrf.h"
#include "cgi/web/known.h"
#include "cgi/web/route.h"
#include "lib/base/utf8.h"
#include "lib/db/db_login.h"
#include "lib/db/db_user.h"
#include "lib/db/db_user_token.h"
#include "lib/hash/token.h"

const char *sess_cookie(const struct req *r)
{
	return r->tls ? "__Host-rt_login" : "rt_login";
}

static const char *company_cookie(const struct req *r)
{
	return r->tls ? "__Host-rt_company" : "rt_company";
}

static int role_of(enum user_role role)
{
	switch (role) {
	case USER_ROLE_READ_ONLY:
		return ROUTE_READ_ONLY;
	case USER_ROLE_AGENT:
		return ROUTE_AGENT;
	case USER_ROLE_ANALYST:
		return ROUTE_ANALYST;
	case USER_ROLE_MANAGER:
		return ROUTE_MANAGER;
	case USER_ROLE_ADMIN:
		return ROUTE_ADMIN;
	case USER_ROLE_OWNER:
		return ROUTE_OWNER;
	case USER_ROLE_NONE:
		break;
	}
	return ROUTE_SIGNED_IN;
}

static int64_t expiry(int64_t created_us, int64_t now_us)
{
	const int64_t idle_us = now_us + SESS_IDLE_US;
	const int64_t max_us = created_us + SESS_MAX_US;

	return idle_us < max_us ? idle_us : max_us;
}

/* The company that the cookie asks for, if it is one of theirs, else the
 * first. */
static const struct user_company *choose(const struct req *r,
    const struct user_company *rows, size_t n)
{
	struct company_id wanted;
	struct slice s;

	if (n == 0)
		return NULL;
	if (req_cookie(r, company_cookie(r), &s) == ERR_OK &&
	    id_parse(ID_KIND_company, s, wanted.v) == ERR_OK) {
		for (size_t i = 0; i < n; i++) {
			if (id_eq(rows[i].id.v, wanted.v))
				return &rows[i];
		}
	}
	return &rows[0];
}

static enum err load_company(struct req *r)
{
	const struct user_company *c;
	struct user_company *rows;
	size_t n;
	enum err e;

	e = db_user_companies(r->db, r->user, r->arena, &rows, &n);
	if (e != ERR_OK)
		return e;
	c = choose(r, rows, n);
	r->role = ROUTE_SIGNED_IN;
	if (c == NULL)
		return ERR_OK;
	r->company = c->id;
	r->role = role_of(c->role);
	r->company_name = slice_from(c->name);
	r->company_zone = slice_from(c->time_zone);
	return ERR_OK;
}

static enum err load_user(struct req *r)
{
	enum user_role role;
	struct user_row user;
	enum err e;

	if ((e = db_user_get(r->db, r->user, &user)) != ERR_OK)
		return e;
	if (!arena_copy(r->arena, slice_from(user.name), &r->user_name))
		return ERR_NOMEM;
	r->account = user.account;
	if ((e = db_user_account_role(r->db, r->user, &role)) != ERR_OK)
		return e;
	r->account_role = role_of(role);
	return ERR_OK;
}

static enum err find_login(struct req *r, struct login_row *out)
{
	uint8_t hash[TOKEN_HASH_BYTES];
	struct slice token;
	enum err e;

	if (req_cookie(r, sess_cookie(r), &token) != ERR_OK || !token_is(token))
		return ERR_AUTH;
	if ((e = token_hash(token, hash)) != ERR_OK)
		return e;
	e = db_login_get(r->db, hash, r->now_us, out);
	if (e == ERR_OK)
		r->session = token;
	return e == ERR_NOTFOUND ? ERR_AUTH : e;
}

enum err sess_load(struct req *r)
{
	struct login_row login;
	enum err e;

	if ((e = find_login(r, &login)) != ERR_OK)
		return e;
	r->user = login.user;
	if (r->now_us - login.seen_us > SESS_TOUCH_US) {
		e = db_login_seen(r->db, login.token_hash, r->now_us,
		    expiry(login.created_us, r->now_us));
		if (e != ERR_OK && e != ERR_NOTFOUND)
			return e;
	}
	if ((e = load_user(r)) != ERR_OK)
		return e == ERR_NOTFOUND ? ERR_AUTH : e;
	if ((e = load_company(r)) != ERR_OK)
		return e;
	r->signed_in = true;
	return ERR_OK;
}

static const char *pause_cookie(const struct req *r)
{
	return r->tls ? "__Host-rt_second" : "rt_second";
}

enum err sess_pause(const struct req *r, struct resp *out, struct user_id user)
{
	static const struct user_id own_wish;
	uint8_t hash[TOKEN_HASH_BYTES];
	char token[TOKEN_TEXT + 1];
	enum err e;

	token_make(token);
	if ((e = token_hash(slice_from(token), hash)) != ERR_OK ||
	    (e = db_user_token_add(r->db, user, USER_TOKEN_SECOND, hash,
		 own_wish, r->now_us, r->now_us + SESS_PAUSE_US)) != ERR_OK)
		return e;
	resp_cookie(out, pause_cookie(r), slice_from(token),
	    SESS_PAUSE_US / RT_SEC_US);
	return ERR_OK;
}

static enum err pause_hash(const struct req *r, uint8_t out[TOKEN_HASH_BYTES])
{
	struct slice token;

	if (req_cookie(r, pause_cookie(r), &token) != ERR_OK ||
	    !token_is(token))
		return ERR_AUTH;
	return token_hash(token, out);
}

enum err sess_paused(const struct req *r, struct user_id *user)
{
	uint8_t hash[TOKEN_HASH_BYTES];
	enum err e;

	if ((e = pause_hash(r, hash)) != ERR_OK)
		return e;
	e = db_user_token_get(r->db, USER_TOKEN_SECOND, hash, r->now_us, user);
	return e == ERR_NOTFOUND ? ERR_AUTH : e;
}

enum err sess_pause_end(const struct req *r, struct resp *out)
{
	uint8_t hash[TOKEN_HASH_BYTES];
	struct user_id user;
	enum err e;

	if ((e = pause_hash(r, hash)) != ERR_OK)
		return e;
	e = db_user_token_use(r->db, USER_TOKEN_SECOND, hash, r->now_us, &user);
	if (e == ERR_OK)
		resp_cookie(out, pause_cookie(r), SLICE(""), 0);
	return e == ERR_NOTFOUND ? ERR_AUTH : e;
}

/* The login that the browser came with, whoever's it was, is over. */
static enum err end_old(const struct req *r)
{
	uint8_t hash[TOKEN_HASH_BYTES];
	struct slice token;
	enum err e;

	if (req_cookie(r, sess_cookie(r), &token) != ERR_OK || !token_is(token))
		return ERR_OK;
	if ((e = token_hash(token, hash)) != ERR_OK)
		return e;
	return db_login_end(r->db, hash);
}

static enum err fill_row(const struct req *r, struct slice token,
    struct login_row *row)
{
	struct buf agent;

	*row = (struct login_row){ .created_us = r->now_us,
		.seen_us = r->now_us,
		.expires_us = expiry(r->now_us, r->now_us) };
	if (!slice_to_cstr(slice_from(r->address), row->address,
		sizeof(row->address)))
		return ERR_RANGE;
	/* The client's claim: cut and cleaned, a full buffer is no error. */
	buf_over(&agent, row->agent, 250);
	utf8_clean(utf8_head(req_env(r, "HTTP_USER_AGENT"), 80), &agent);
	return token_hash(token, row->token_hash);
}

/* token: of the new login. */
static enum err begin(const struct req *r, struct resp *out,
    struct user_id user, char token[TOKEN_TEXT + 1])
{
	struct login_row row;
	struct user_row who;
	enum err e;

	token_make(token);
	if ((e = fill_row(r, slice_from(token), &row)) != ERR_OK ||
	    (e = db_user_get(r->db, user, &who)) != ERR_OK ||
	    (e = known_offer(r, out, &who)) != ERR_OK)
		return e;
	row.user = user;
	if ((e = end_old(r)) != ERR_OK)
		return e;
	if ((e = db_login_add(r->db, &row)) != ERR_OK)
		return e;
	resp_cookie(out, sess_cookie(r), slice_from(token),
	    SESS_MAX_US / RT_SEC_US);
	return ERR_OK;
}

enum err sess_begin(const struct req *r, struct resp *out, struct user_id user)
{
	char token[TOKEN_TEXT + 1];

	return begin(r, out, user, token);
}

enum err sess_begin_as(const struct req *r, struct resp *out,
    struct user_id user, struct req *as)
{
	char token[TOKEN_TEXT + 1];
	struct req now = *r;
	enum err e;

	if ((e = begin(r, out, user, token)) != ERR_OK)
		return e;
	if (!arena_copy(r->arena, slice_from(token), &now.session))
		return ERR_NOMEM;
	now.user = user;
	if ((e = load_user(&now)) != ERR_OK ||
	    (e = load_company(&now)) != ERR_OK)
		return e;
	now.signed_in = true;
	if ((e = csrf_offer(&now, out)) != ERR_OK)
		return e;
	*as = now;
	return ERR_OK;
}

enum err sess_end(const struct req *r, struct resp *out)
{
	const enum err e = end_old(r);

	if (e != ERR_OK)
		return e;
	resp_cookie(out, sess_cookie(r), SLICE(""), 0);
	return ERR_OK;
}

void sess_stay(const struct req *r, struct resp *out)
{
	char text[ID_TEXT_MAX];
	struct slice asked;

	if (id_is_nil(r->company.v))
		return;
	id_text(ID_KIND_company, r->company.v, text);
	if (req_cookie(r, company_cookie(r), &asked) != ERR_OK ||
	    !slice_eq_cstr(asked, text))
		sess_company(r, out, r->company);
}

void sess_company(const struct req *r, struct resp *out,
    struct company_id company)
{
	char text[ID_TEXT_MAX];

	id_text(ID_KIND_company, company.v, text);
	resp_cookie(out, company_cookie(r), slice_from(text),
	    SESS_MAX_US / RT_SEC_US);
}
