#include "cgi/web/known.h"

#include <string.h>

#include "lib/base/hex.h"
#include "lib/base/net.h"
#include "lib/hash/token.h"

#define AGE_S (INT64_C(365) * 24 * 3600)

static const char *cookie_name(const struct req *r)
{
	return r->tls ? "__Host-rt_known" : "rt_known";
}

/* name: a token's text. */
static enum err proof_of(const struct user_row *user, struct slice name,
    char out[TOKEN_TEXT + 1])
{
	char purpose[sizeof("known:") + 2 * ID_BYTES + 1 + TOKEN_TEXT];
	struct buf b;

	buf_over(&b, purpose, sizeof(purpose) - 1);
	buf_cstr(&b, "known:");
	buf_hex(&b, user->id.v, ID_BYTES);
	buf_char(&b, ':');
	buf_put(&b, name);
	purpose[b.n] = '\0';
	return token_derive(slice_from(user->password_hash), purpose, out);
}

enum err known_offer(const struct req *r, struct resp *out,
    const struct user_row *user)
{
	char value[2 * TOKEN_TEXT + 1];
	enum err e;

	token_make(value);
	e = proof_of(user, slice_of(value, TOKEN_TEXT), value + TOKEN_TEXT);
	if (e == ERR_OK)
		resp_cookie(out, cookie_name(r), slice_from(value), AGE_S);
	return e;
}

/* *name: "" when it is not. */
static enum err is_known(const struct req *r, const struct user_row *user,
    struct slice *name)
{
	char want[TOKEN_TEXT + 1];
	struct slice sent, first;
	enum err e;

	*name = SLICE("");
	if (user->password_hash[0] == '\0' ||
	    req_cookie(r, cookie_name(r), &sent) != ERR_OK)
		return ERR_OK;
	first = slice_head(sent, TOKEN_TEXT);
	if (!token_is(first))
		return ERR_OK;
	if ((e = proof_of(user, first, want)) != ERR_OK)
		return e;
	if (token_equal(slice_skip(sent, TOKEN_TEXT), slice_from(want)))
		*name = first;
	return ERR_OK;
}

enum err known_count(const struct req *r, const struct user_row *user,
    struct slice email, struct known_count *out)
{
	struct slice name;
	enum err e = is_known(r, user, &name);

	if (e != ERR_OK)
		return e;
	if (name.n > 0) {
		*out = (struct known_count){ LOGIN_BY_BROWSER, name };
		return ERR_OK;
	}
	out->kind = LOGIN_BY_USER;
	return known_fold(r, email, &out->subject);
}

struct slice known_network(const struct req *r, char mem[KNOWN_NETWORK_MAX])
{
	const struct slice address = slice_from(r->address);
	struct net n;
	struct buf b;

	if (net_parse(address, &n) != ERR_OK || !n.v6)
		return address;
	n.bits = 64;
	memset(n.ip + 8, 0, 8);
	buf_over(&b, mem, KNOWN_NETWORK_MAX);
	net_put(&b, &n);
	return buf_slice(&b);
}

enum err known_fold(const struct req *r, struct slice email, struct slice *out)
{
	char *lower = arena_cstr(r->arena, email);

	if (lower == NULL)
		return ERR_NOMEM;
	for (size_t i = 0; i < email.n; i++)
		if (lower[i] >= 'A' && lower[i] <= 'Z')
			lower[i] = (char)(lower[i] + ('a' - 'A'));
	*out = slice_of(lower, email.n);
	return ERR_OK;
}
