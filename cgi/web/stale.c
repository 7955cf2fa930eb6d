#include "cgi/web/stale.h"

#include <string.h>

#include "lib/db/db_audit.h"

enum err stale_stamp(struct slice value, char out[STALE_STAMP_MAX])
{
	return digest_sha256_hex(&value, 1, out);
}

bool stale_is(const struct req *r, const char *stamp)
{
	struct slice sent;

	return req_form(r, "stamp", &sent) == ERR_OK &&
	       !slice_eq_cstr(sent, stamp);
}

/* The newest of the action in one audit log, when newer than *at. */
static enum err newest(const struct req *r, struct company_id company,
    const char *action, const uint8_t object[ID_BYTES], struct audit_found *at)
{
	struct audit_filter f = { .action = slice_from(action), .max = 1 };
	struct audit_found *rows = NULL;
	size_t n = 0;
	enum err e;

	memcpy(f.object, object, sizeof(f.object));
	e = db_audit_find(r->db, r->account, company, &f, r->arena, &rows, &n);
	if (e == ERR_OK && n > 0 &&
	    memcmp(rows[0].seen.id, at->seen.id, ID_BYTES) > 0)
		*at = rows[0];
	return e;
}

enum err stale_who(const struct req *r, struct company_id company,
    const char *action, const uint8_t object[ID_BYTES], struct view *v)
{
	static const struct company_id account;
	struct audit_found at = { .user_name = "" };
	struct company_id own;
	enum err e = newest(r, company, action, object, &at);

	/* A company is changed from its own page and from the account's. */
	if (e == ERR_OK &&
	    slice_starts(slice_from(action), SLICE("company."))) {
		memcpy(own.v, object, ID_BYTES);
		e = newest(r, id_is_nil(company.v) ? own : account, action,
		    object, &at);
	}
	if (e != ERR_OK)
		return e;
	view_flag(v, "has_who", at.user_name[0] != '\0');
	view_cstr(v, "who", at.user_name);
	return ERR_OK;
}

enum err stale_page(const struct req *r, struct resp *out,
    const struct stale *s)
{
	struct view *v = view_new(r->arena, "stale.html");
	enum err e;

	if ((e = frame_page(r, s->place, "Changed meanwhile", SLICE(""), v)) !=
		ERR_OK ||
	    (e = stale_who(r, r->company, s->action, s->object, v)) != ERR_OK)
		return e;
	view_cstr(v, "what", s->what);
	view_slice(v, "theirs", s->theirs);
	view_slice(v, "mine", s->mine);
	view_flag(v, "theirs_empty", s->theirs.n == 0);
	view_flag(v, "mine_empty", s->mine.n == 0);
	view_cstr(v, "stamp", s->stamp);
	view_slice(v, "to", r->path);
	view_slice(v, "back", s->back);
	view_list(v, "fields");
	for (const struct req_param *p = r->form; p != NULL; p = p->next) {
		struct view *item;

		if (slice_eq(p->name, SLICE("csrf")) ||
		    slice_eq(p->name, SLICE("stamp")))
			continue;
		item = view_item(v, "fields");
		view_slice(item, "field_name", p->name);
		view_slice(item, "field_value", p->value);
	}
	resp_status(out, 409);
	return resp_view(out, v);
}

enum err stale_name(struct slice name, struct view *v)
{
	char stamp[STALE_STAMP_MAX];
	const enum err e = stale_stamp(name, stamp);

	if (e == ERR_OK)
		view_cstr(v, "stamp_name", stamp);
	return e;
}

enum err stale_named(const struct req *r, struct resp *out,
    enum frame_place place, const char *action, const uint8_t object[ID_BYTES],
    struct slice now, struct slice back, bool *shown)
{
	struct stale s = { .place = place,
		.what = "the name",
		.action = action,
		.object = object,
		.theirs = now,
		.back = back };
	char stamp[STALE_STAMP_MAX];
	enum err e;

	if ((e = stale_stamp(now, stamp)) != ERR_OK ||
	    (e = req_need(req_form(r, "name", &s.mine))) != ERR_OK)
		return e;
	*shown = stale_is(r, stamp) && !slice_eq(slice_trim(s.mine), now);
	s.stamp = stamp;
	return *shown ? stale_page(r, out, &s) : ERR_OK;
}
