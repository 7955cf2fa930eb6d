#include "sipworker/sip/sip_auth.h"

#include <stdio.h>
#include <string.h>

#include "lib/base/scan.h"
#include "lib/hash/digest.h"
#include "sipworker/sip/sip_param.h"
#include "sipworker/sip/sip_write.h"

#define TRIES_MAX 2 /* challenges of a realm in a row that are answered */
#define HEX_MAX   DIGEST_SHA256_HEX

struct challenge {
	struct slice realm; /* with their quotes */
	struct slice nonce;
	struct slice opaque;
	struct slice algorithm;
	struct slice qop;
	bool proxy;
	bool stale;
	bool sha256;
	bool sess;
};

/* auth-param = name EQUAL value, separated by commas (RFC 7616 3.3). */
static enum err next_pair(struct slice *s, struct sip_param *p)
{
	struct slice item;
	enum err e;

	if ((e = sip_param_item(s, &item)) != ERR_OK)
		return e;
	if ((e = scan_token(&item, &p->name)) != ERR_OK)
		return e;
	scan_skip_blanks(&item);
	if ((e = scan_byte(&item, '=')) != ERR_OK)
		return e;
	scan_skip_blanks(&item);
	p->value = item;
	return ERR_OK;
}

static struct slice bare(struct slice s)
{
	if (s.n >= 2 && s.p[0] == '"' && s.p[s.n - 1] == '"')
		return slice_head(slice_skip(s, 1), s.n - 2);
	return s;
}

static void take_pair(const struct sip_param *p, struct challenge *c)
{
	static const struct {
		struct slice name;
		size_t at;
	} rows[] = {
		{ SLICE_INIT("algorithm"),
		    offsetof(struct challenge, algorithm) },
		{ SLICE_INIT("nonce"), offsetof(struct challenge, nonce) },
		{ SLICE_INIT("opaque"), offsetof(struct challenge, opaque) },
		{ SLICE_INIT("qop"), offsetof(struct challenge, qop) },
		{ SLICE_INIT("realm"), offsetof(struct challenge, realm) },
	};

	for (size_t i = 0; i < RT_ARRAY_LEN(rows); i++)
		if (slice_eq_case(p->name, rows[i].name))
			memcpy((char *)c + rows[i].at, &p->value,
			    sizeof(p->value));
	if (slice_eq_case(p->name, SLICE("stale")))
		c->stale = slice_eq_case(bare(p->value), SLICE("true"));
}

/* Which of the four algorithms; RFC 7616 3.3: none named means MD5. */
static bool take_algorithm(struct challenge *c)
{
	static const struct {
		struct slice name;
		bool sha256, sess;
	} rows[] = {
		{ SLICE_INIT(""), false, false },
		{ SLICE_INIT("MD5"), false, false },
		{ SLICE_INIT("MD5-sess"), false, true },
		{ SLICE_INIT("SHA-256"), true, false },
		{ SLICE_INIT("SHA-256-sess"), true, true },
	};
	const struct slice name = bare(c->algorithm);

	for (size_t i = 0; i < RT_ARRAY_LEN(rows); i++)
		if (slice_eq_case(name, rows[i].name)) {
			c->sha256 = rows[i].sha256;
			c->sess = rows[i].sess;
			return true;
		}
	return false;
}

/* True when there is no qop, or "auth" is among its words. */
static bool qop_works(struct slice qop)
{
	struct slice list = bare(qop), item;

	if (qop.n == 0)
		return true;
	while (sip_param_item(&list, &item) == ERR_OK)
		if (slice_eq_case(item, SLICE("auth")))
			return true;
	return false;
}

static enum err parse_challenge(struct slice s, struct challenge *out)
{
	struct challenge c = { .stale = false };
	struct sip_param p;
	enum err e;

	if (scan_lit_case(&s, SLICE("Digest")) != ERR_OK ||
	    scan_blanks(&s) != ERR_OK)
		return ERR_UNSUPPORTED;
	while ((e = next_pair(&s, &p)) == ERR_OK)
		take_pair(&p, &c);
	if (e != ERR_NOTFOUND)
		return e;
	c.realm = bare(c.realm);
	c.nonce = bare(c.nonce);
	c.opaque = bare(c.opaque);
	if (c.nonce.n == 0)
		return ERR_SYNTAX;
	if (!take_algorithm(&c) || !qop_works(c.qop))
		return ERR_UNSUPPORTED;
	*out = c;
	return ERR_OK;
}

static struct slice realm_of(const struct sip_auth_realm *r)
{
	return slice_of(r->text, r->realm_n);
}

/* RFC 8760 2.4: of one realm the strongest that we support; on a tie the
 * first. False: there is no room for another realm. */
static bool keep_best(struct challenge *list, size_t *n,
    const struct challenge *c)
{
	for (size_t i = 0; i < *n; i++)
		if (list[i].proxy == c->proxy &&
		    slice_eq(list[i].realm, c->realm)) {
			if (c->sha256 && !list[i].sha256)
				list[i] = *c;
			return true;
		}
	if (*n == SIP_AUTH_REALMS_MAX)
		return false;
	list[(*n)++] = *c;
	return true;
}

/* Of a response that a proxy has made of several (RFC 3261 16.7) both headers
 * count, whatever its status. */
static enum err read_challenges(const struct sip_msg *m,
    struct challenge list[SIP_AUTH_REALMS_MAX], size_t *n)
{
	static const enum sip_hdr ids[] = { SIP_HDR_WWW_AUTHENTICATE,
		SIP_HDR_PROXY_AUTHENTICATE };

	*n = 0;
	for (size_t i = 0; i < RT_ARRAY_LEN(ids); i++) {
		struct sip_msg_walk w = { .field = 0 };
		struct slice value;

		while (sip_msg_walk(m, ids[i], &w, &value)) {
			struct challenge c;

			if (parse_challenge(value, &c) != ERR_OK)
				continue;
			c.proxy = ids[i] == SIP_HDR_PROXY_AUTHENTICATE;
			if (!keep_best(list, n, &c))
				return ERR_DENIED;
		}
	}
	return *n == 0 ? ERR_NOTFOUND : ERR_OK;
}

/* Who asked before, a free place, or that of one who has not asked since a
 * request was accepted; NULL: none. */
static struct sip_auth_realm *place_of(struct sip_auth *a,
    const struct challenge *c)
{
	for (uint8_t i = 0; i < a->n; i++)
		if (a->realm[i].proxy == c->proxy &&
		    slice_eq(realm_of(&a->realm[i]), c->realm))
			return &a->realm[i];
	if (a->n < SIP_AUTH_REALMS_MAX) {
		a->realm[a->n] = (struct sip_auth_realm){ .tries = 0 };
		return &a->realm[a->n++];
	}
	for (uint8_t i = 0; i < a->n; i++)
		if (a->realm[i].tries == 0)
			return &a->realm[i];
	return NULL;
}

static enum err take_challenge(struct sip_auth *a, const struct challenge *c)
{
	struct sip_auth_realm *r = place_of(a, c);
	struct buf b;

	if (r == NULL || r->tries >= TRIES_MAX || (r->tries > 0 && !c->stale))
		return ERR_DENIED;
	buf_over(&b, r->text, sizeof(r->text));
	buf_put(&b, c->realm);
	buf_put(&b, c->nonce);
	buf_put(&b, c->opaque);
	if (buf_err(&b) != ERR_OK)
		return ERR_TOOBIG;
	r->proxy = c->proxy;
	r->sha256 = c->sha256;
	r->sess = c->sess;
	r->qop_auth = c->qop.n != 0;
	r->named = c->algorithm.n != 0;
	r->tries++;
	r->nc = 0;
	r->realm_n = (uint16_t)c->realm.n;
	r->nonce_n = (uint16_t)c->nonce.n;
	r->opaque_n = (uint16_t)c->opaque.n;
	return ERR_OK;
}

enum err sip_auth_choose(struct sip_auth *a, const struct sip_msg *response)
{
	struct challenge list[SIP_AUTH_REALMS_MAX];
	struct sip_auth next = *a; /* all or none */
	size_t n;
	enum err e = read_challenges(response, list, &n);

	for (size_t i = 0; e == ERR_OK && i < n; i++)
		e = take_challenge(&next, &list[i]);
	if (e == ERR_OK)
		*a = next;
	return e;
}

void sip_auth_accepted(struct sip_auth *a)
{
	for (uint8_t i = 0; i < a->n; i++)
		a->realm[i].tries = 0;
}

void sip_auth_forget(struct sip_auth *a)
{
	a->n = 0;
}

static enum err digest(const struct sip_auth_realm *a,
    const struct slice *parts, size_t n, char out[HEX_MAX])
{
	if (a->sha256)
		return digest_sha256_hex(parts, n, out);
	return digest_md5_hex(parts, n, out);
}

/* The response of RFC 7616 3.4.1. */
static enum err respond(const struct sip_auth_realm *a,
    const struct sip_auth_user *user, struct slice method, struct slice uri,
    struct slice cnonce, const char *nc, char out[HEX_MAX])
{
	const struct slice colon = SLICE(":");
	const struct slice realm = realm_of(a);
	const struct slice nonce = slice_of(a->text + a->realm_n, a->nonce_n);
	const struct slice a1[] = { user->name, colon, realm, colon,
		user->password };
	const struct slice a2[] = { method, colon, uri };
	char h1[HEX_MAX], h2[HEX_MAX];
	enum err e;

	if ((e = digest(a, a1, RT_ARRAY_LEN(a1), h1)) != ERR_OK)
		return e;
	if (a->sess) {
		char inner[HEX_MAX];

		memcpy(inner, h1, sizeof(inner));
		const struct slice sess[] = { slice_from(inner), colon, nonce,
			colon, cnonce };

		e = digest(a, sess, RT_ARRAY_LEN(sess), h1);
		if (e != ERR_OK)
			return e;
	}
	if ((e = digest(a, a2, RT_ARRAY_LEN(a2), h2)) != ERR_OK)
		return e;
	const struct slice plain[] = { slice_from(h1), colon, nonce, colon,
		slice_from(h2) };
	const struct slice qop[] = { slice_from(h1), colon, nonce, colon,
		slice_from(nc), colon, cnonce, colon, SLICE("auth"), colon,
		slice_from(h2) };

	if (a->qop_auth)
		return digest(a, qop, RT_ARRAY_LEN(qop), out);
	return digest(a, plain, RT_ARRAY_LEN(plain), out);
}

static void put_quoted(struct buf *b, const char *name, struct slice value)
{
	buf_cstr(b, name);
	buf_cstr(b, "=\"");
	buf_put(b, value);
	buf_char(b, '"');
}

/* A user name may hold what a quoted string may not. */
static void put_name(struct buf *b, struct slice name)
{
	buf_cstr(b, "username=");
	sip_addr_put_quoted(b, name);
}

static void put_values(struct buf *b, const struct sip_auth_realm *a,
    const struct sip_auth_user *user, struct slice uri, const char *response)
{
	const char *algorithm = a->sha256 ? "SHA-256" : "MD5";

	buf_cstr(b, "Digest ");
	put_name(b, user->name);
	put_quoted(b, ", realm", realm_of(a));
	put_quoted(b, ", nonce", slice_of(a->text + a->realm_n, a->nonce_n));
	put_quoted(b, ", uri", uri);
	put_quoted(b, ", response", slice_from(response));
	if (a->named) {
		buf_cstr(b, ", algorithm=");
		buf_cstr(b, algorithm);
		if (a->sess)
			buf_cstr(b, "-sess");
	}
	if (a->opaque_n != 0)
		put_quoted(b, ", opaque",
		    slice_of(a->text + a->realm_n + a->nonce_n, a->opaque_n));
}

/* RFC 7616 3.4.2: a -sess key is made with the first answer's cnonce. Saying
 * that one again suits who keeps the key and who makes it anew each time. */
static struct slice session_cnonce(struct sip_auth_realm *a,
    struct slice cnonce)
{
	if (!a->sess)
		return cnonce;
	if (a->nc == 1 && !slice_to_cstr(cnonce, a->cnonce, sizeof(a->cnonce)))
		a->cnonce[0] = '\0';
	return slice_from(a->cnonce);
}

static void put_line(struct buf *b, struct sip_auth_realm *a,
    const struct sip_auth_user *user, struct slice method, struct slice uri,
    struct slice cnonce)
{
	char response[HEX_MAX], nc[9], value[1600];
	struct buf v;
	enum err e;

	(void)snprintf(nc, sizeof(nc), "%08x", (unsigned int)++a->nc);
	cnonce = session_cnonce(a, cnonce);
	e = respond(a, user, method, uri, cnonce, nc, response);
	if (e != ERR_OK) {
		buf_fail(b, e);
		return;
	}
	buf_over(&v, value, sizeof(value));
	put_values(&v, a, user, uri, response);
	if (a->qop_auth) {
		buf_cstr(&v, ", qop=auth, nc=");
		buf_cstr(&v, nc);
	}
	if (a->qop_auth || a->sess)
		put_quoted(&v, ", cnonce", cnonce);
	if (buf_err(&v) != ERR_OK)
		buf_fail(b, buf_err(&v));
	sip_write_field(b,
	    a->proxy ? sip_hdr_name(SIP_HDR_PROXY_AUTHORIZATION)
		     : sip_hdr_name(SIP_HDR_AUTHORIZATION),
	    buf_slice(&v));
}

void sip_auth_put(struct buf *b, struct sip_auth *a,
    const struct sip_auth_user *user, struct slice method, struct slice uri,
    struct slice cnonce)
{
	for (uint8_t i = 0; i < a->n; i++)
		put_line(b, &a->realm[i], user, method, uri, cnonce);
}
