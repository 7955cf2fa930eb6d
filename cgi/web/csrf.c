#include "cgi/web/csrf.h"

#include "lib/core/id.h"
#include "lib/hash/token.h"

static const char *cookie_name(const struct req *r)
{
	return r->tls ? "__Host-rt_form" : "rt_form";
}

/* The secret that this client's form tokens are made of. */
static enum err secret_of(const struct req *r, struct slice *out)
{
	struct slice s;
	enum err e;

	if (r->signed_in) {
		*out = r->session;
		return ERR_OK;
	}
	if ((e = req_cookie(r, cookie_name(r), &s)) != ERR_OK)
		return e;
	if (!token_is(s))
		return ERR_NOTFOUND;
	*out = s;
	return ERR_OK;
}

static enum err token_of(const struct req *r, struct slice secret,
    char out[TOKEN_TEXT + 1])
{
	return token_derive(secret, r->signed_in ? "csrf" : "csrf-before", out);
}

/* What stands behind the token: the company of a page. "": none. */
static void company_of(const struct req *r, char out[ID_TEXT_MAX])
{
	out[0] = '\0';
	if (r->signed_in && !id_is_nil(r->company.v))
		id_text(ID_KIND_company, r->company.v, out);
}

enum err csrf_offer(struct req *r, struct resp *out)
{
	char fresh[TOKEN_TEXT + 1], token[TOKEN_TEXT + ID_TEXT_MAX];
	struct slice secret;
	enum err e;

	if (secret_of(r, &secret) != ERR_OK) {
		token_make(fresh);
		secret = slice_from(fresh);
		resp_cookie(out, cookie_name(r), secret, -1);
	}
	if ((e = token_of(r, secret, token)) != ERR_OK)
		return e;
	company_of(r, token + TOKEN_TEXT);
	if (!arena_copy(r->arena, slice_from(token), &r->csrf))
		return ERR_NOMEM;
	return ERR_OK;
}

/* Whether Origin, or else Sec-Fetch-Site, allows the request to change
 * something. Absent headers do: the token decides. */
static bool origin_ok(const struct req *r)
{
	struct slice origin = req_env(r, "HTTP_ORIGIN");
	const struct slice site = req_env(r, "HTTP_SEC_FETCH_SITE");

	if (site.n > 0 && !slice_eq(site, SLICE("same-origin")) &&
	    !slice_eq(site, SLICE("none")))
		return false;
	if (origin.n == 0)
		return true;
	/* scheme://host[:port], as the browser's Host header has it. */
	if (slice_starts(origin, SLICE("https://")))
		origin = slice_skip(origin, 8);
	else if (slice_starts(origin, SLICE("http://")))
		origin = slice_skip(origin, 7);
	else
		return false; /* also "null" */
	return slice_eq_case(origin, r->host);
}

bool csrf_own_page(const struct req *r)
{
	return origin_ok(r) && (req_env(r, "HTTP_ORIGIN").n > 0 ||
				   slice_eq(req_env(r, "HTTP_SEC_FETCH_SITE"),
				       SLICE("same-origin")));
}

static struct slice sent(const struct req *r)
{
	struct slice s;

	return req_form(r, "csrf", &s) == ERR_OK
		   ? s
		   : req_env(r, "HTTP_X_CSRF_TOKEN");
}

bool csrf_stale(const struct req *r)
{
	return csrf_own_page(r) && token_is(slice_head(sent(r), TOKEN_TEXT));
}

enum err csrf_check(const struct req *r)
{
	char want[TOKEN_TEXT + 1];
	struct slice secret;
	enum err e;

	if (!origin_ok(r) || secret_of(r, &secret) != ERR_OK)
		return ERR_DENIED;
	if ((e = token_of(r, secret, want)) != ERR_OK)
		return e;
	return token_equal(slice_head(sent(r), TOKEN_TEXT), slice_from(want))
		   ? ERR_OK
		   : ERR_DENIED;
}

bool csrf_other_company(const struct req *r)
{
	const struct slice of = slice_skip(sent(r), TOKEN_TEXT);
	char now[ID_TEXT_MAX];

	company_of(r, now);
	return of.n > 0 && !slice_eq_cstr(of, now);
}
