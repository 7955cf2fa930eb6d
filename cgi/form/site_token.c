#include "cgi/form/site_token.h"

#include <stdio.h>

#include "cgi/form/thing.h"
#include "cgi/web/frame.h"
#include "cgi/web/trail.h"
#include "lib/db/db_config.h"
#include "lib/db/db_site.h"
#include "lib/hash/token.h"

#define PATH_MAX_BYTES 96

static void path_of(struct site_id site, const char *rest,
    char out[PATH_MAX_BYTES])
{
	char key[ID_TEXT_MAX];

	id_text(ID_KIND_site, site.v, key);
	(void)snprintf(out, PATH_MAX_BYTES, "/settings/sites/%s%s", key, rest);
}

enum err site_token_more(const struct req *r, struct site_id site,
    struct view *v)
{
	char to[PATH_MAX_BYTES];
	struct view *x;
	bool has = false;
	enum err e;

	if ((e = db_site_token_has(r->db, r->company, site, &has)) != ERR_OK)
		return e;
	x = thing_extra(v, "token", "The site's own server",
	    has ? "It asks for numbers with a secret, which was shown when it"
		  " was made. A new one ends the one in use."
		: "A server that makes the pages may ask for the visit's number"
		  " itself, with a secret that is made here and shown once.");
	path_of(site, "/token", to);
	thing_extra_button(x, to, has ? "Make a new secret" : "Make a secret");
	if (has) {
		path_of(site, "/token/off", to);
		thing_extra_button(x, to, "Take the secret away");
	}
	return ERR_OK;
}

/* Sets the digest, or none, with its audit row. The secret is in neither. */
static enum err put(const struct req *r, struct site_id site,
    const uint8_t *hash)
{
	bool had = false;
	enum err e;

	if ((e = db_begin(r->db)) != ERR_OK)
		return e;
	if ((e = db_config_lock(r->db)) == ERR_OK &&
	    (e = db_site_token_has(r->db, r->company, site, &had)) == ERR_OK)
		e = db_site_token_set(r->db, r->company, site, hash);
	if (e == ERR_OK)
		e = trail_add(r,
		    &(struct trail){ .action = "site.secret",
			.object_kind = "site",
			.object = site.v,
			.before = had ? SLICE("{\"secret\":\"set\"}")
				      : SLICE("{\"secret\":\"\"}"),
			.after = hash != NULL ? SLICE("{\"secret\":\"new\"}")
					      : SLICE("{\"secret\":\"\"}") });
	return db_end(r->db, e);
}

enum err site_token_make(const struct req *r, struct resp *out)
{
	uint8_t hash[TOKEN_HASH_BYTES];
	char text[TOKEN_TEXT + 1], to[PATH_MAX_BYTES];
	struct site_id site;
	struct view *v;
	enum err e;

	token_make(text);
	if ((e = req_path_id(r, 0, ID_KIND_site, site.v)) != ERR_OK ||
	    (e = token_hash(slice_from(text), hash)) != ERR_OK ||
	    (e = put(r, site, hash)) != ERR_OK)
		return e;
	v = view_new(r->arena, "shown_once.html");
	if ((e = frame_page(r, FRAME_SETTINGS, "Secret", SLICE(""), v)) !=
	    ERR_OK)
		return e;
	path_of(site, "", to);
	view_cstr(v, "once_title", "The secret, shown once");
	view_cstr(v, "once_text",
	    "Keep it where the site's server finds it, and nowhere in its"
	    " pages. The one before works no longer.");
	view_cstr(v, "once", text);
	view_cstr(v, "back", to);
	return resp_view(out, v);
}

enum err site_token_off(const struct req *r, struct resp *out)
{
	char to[PATH_MAX_BYTES];
	struct site_id site;
	enum err e;

	if ((e = req_path_id(r, 0, ID_KIND_site, site.v)) != ERR_OK ||
	    (e = put(r, site, NULL)) != ERR_OK)
		return e;
	path_of(site, "", to);
	return thing_redirect(r, out, slice_from(to), "off");
}
