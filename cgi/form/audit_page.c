#include "cgi/form/audit_page.h"

#include "cgi/form/audit_words.h"
#include "cgi/web/frame.h"
#include "cgi/web/route.h"
#include "lib/base/utf8.h"
#include "lib/db/db_audit.h"
#include "lib/json/json_in.h"
#include "lib/phone/tz.h"

#define ACTION_MAX 64
#define JSON_MAX   ((size_t)1 << 20)
#define JSON_DEPTH 8
#define VALUE_MAX  400 /* bytes of a value that is shown */
#define KEYS_MAX   60  /* of one row */

/* "number.record_silent" as "Number: record silent". */
static void action_words(const char *action, struct buf *b)
{
	for (size_t i = 0; action[i] != '\0'; i++) {
		char c = action[i];

		if (i == 0 && c >= 'a' && c <= 'z')
			c = (char)(c - ('a' - 'A'));
		if (c == '.')
			buf_cstr(b, ": ");
		else
			buf_char(b, c == '_' ? ' ' : c);
	}
}

static void value_text(const struct json_node *n, struct buf *b)
{
	struct slice s;
	int64_t i;
	bool on;

	switch (json_in_kind(n)) {
	case JSON_IN_MISSING:
	case JSON_IN_NULL:
		return;
	case JSON_IN_BOOL:
		if (json_in_bool(n, &on) == ERR_OK)
			buf_cstr(b, on ? "yes" : "no");
		return;
	case JSON_IN_INT:
		if (json_in_i64(n, INT64_MIN, INT64_MAX, &i) == ERR_OK)
			buf_i64(b, i);
		return;
	case JSON_IN_TEXT:
		if (json_in_text(n, JSON_MAX, &s) == ERR_OK)
			buf_put(b, utf8_head(s, VALUE_MAX));
		return;
	case JSON_IN_REAL:
	case JSON_IN_ARRAY:
	case JSON_IN_OBJECT:
		break;
	}
	buf_cstr(b, "…");
}

static void show_pair(const struct audit_words *w, struct slice key,
    const struct json_node *before, const struct json_node *after,
    struct view *v)
{
	char was_mem[VALUE_MAX + 8], is_mem[VALUE_MAX + 8];
	struct buf was, is;
	struct view *item;

	buf_over(&was, was_mem, sizeof(was_mem));
	buf_over(&is, is_mem, sizeof(is_mem));
	value_text(before, &was);
	value_text(after, &is);
	if (slice_eq(buf_slice(&was), buf_slice(&is)))
		return;
	item = view_item(v, "pairs");
	view_slice(item, "pair_key", audit_words_label(w, key));
	view_slice(item, "pair_was",
	    audit_words_value(w, key, buf_slice(&was)));
	view_slice(item, "pair_is", audit_words_value(w, key, buf_slice(&is)));
}

/* Keys of a, with their values in b; `only`: those that b has not. */
static void walk(const struct audit_words *w, const struct json_node *a,
    const struct json_node *b, bool a_is_before, bool only, struct view *v)
{
	const struct json_node *value;
	void *iter = NULL;
	struct slice key;
	size_t n = 0;

	while (json_in_next(a, &iter, &key, &value) && n++ < KEYS_MAX) {
		char name[128];
		const struct json_node *other;

		if (!slice_to_cstr(key, name, sizeof(name)))
			continue;
		other = json_in_get(b, name);
		if (only && other != NULL)
			continue;
		show_pair(w, key, a_is_before ? value : other,
		    a_is_before ? other : value, v);
	}
}

/* What another version wrote is shown as it can be: text that is no JSON is
 * left out. */
static enum err parse(struct slice text, struct json_in **out)
{
	enum err e;

	*out = NULL;
	if (text.n == 0)
		return ERR_OK;
	e = json_in_parse(text, JSON_MAX, JSON_DEPTH, out, NULL);
	return e == ERR_NOMEM ? e : ERR_OK;
}

static enum err show_diff(struct audit_words *w, const struct audit_seen *seen,
    struct view *v)
{
	struct json_in *before = NULL, *after = NULL;
	enum err e = audit_words_of(w, seen->object_kind);

	view_list(v, "pairs");
	if (e == ERR_OK)
		e = parse(seen->before, &before);
	if (e == ERR_OK)
		e = parse(seen->after, &after);
	if (e == ERR_OK) {
		const struct json_node *was =
		    before == NULL ? NULL : json_in_root(before);
		const struct json_node *is =
		    after == NULL ? NULL : json_in_root(after);

		walk(w, was, is, true, false, v);
		walk(w, is, was, false, true, v);
	}
	json_in_free(before);
	json_in_free(after);
	return e;
}

static enum err show_row(struct audit_words *w, const struct audit_found *row,
    struct tz *z, struct view *v)
{
	char when[TZ_TEXT_MAX], exact[TZ_TEXT_MAX], id[ID_TEXT_MAX];
	char words[300];
	struct buf b;

	buf_over(&b, words, sizeof(words));
	action_words(row->seen.action, &b);
	tz_text_short(z, row->seen.happened_us, w->r->now_us, when);
	tz_text_long(z, row->seen.happened_us, exact);
	id_text(ID_KIND_user, row->seen.user.v, id);
	view_cstr(v, "when", when);
	view_cstr(v, "exact", exact);
	view_slice(v, "action", buf_slice(&b));
	view_cstr(v, "action_key", row->seen.action);
	view_flag(v, "by_person", !id_is_nil(row->seen.user.v));
	view_cstr(v, "who", row->user_name);
	view_cstr(v, "who_id", id);
	view_cstr(v, "from", row->address);
	return show_diff(w, &row->seen, v);
}

static enum err read_filter(const struct req *r, struct audit_filter *f)
{
	enum err e;

	*f = (struct audit_filter){ .max = AUDIT_PAGE_ROWS + 1,
		.action = SLICE("") };
	e = req_query(r, "action", &f->action);
	if (e == ERR_OK && f->action.n > ACTION_MAX)
		return req_wrong(r, "action", "a word of the column “What”");
	if (e == ERR_OK || e == ERR_NOTFOUND)
		e = req_query_id(r, "user", ID_KIND_user, f->user.v);
	if (e == ERR_OK || e == ERR_NOTFOUND)
		e = req_query_id(r, "before", ID_KIND_audit, f->before);
	return e == ERR_NOTFOUND ? ERR_OK : e;
}

static enum err show(const struct req *r, struct resp *out,
    struct company_id company, bool account)
{
	struct view *v = view_new(r->arena, "audit.html");
	char next[ID_TEXT_MAX] = "", user[ID_TEXT_MAX] = "";
	struct audit_words words = { .r = r };
	struct audit_found *rows;
	struct audit_filter f;
	struct tz *z;
	size_t n;
	enum err e;

	if ((e = read_filter(r, &f)) != ERR_OK ||
	    (e = frame_page(r, FRAME_SETTINGS,
		 account ? "Audit log of the account" : "Audit log", SLICE(""),
		 v)) != ERR_OK ||
	    (e = db_audit_find(r->db, r->account, company, &f, r->arena, &rows,
		 &n)) != ERR_OK ||
	    (e = tz_open(r->company_zone.n > 0 ? r->company_zone : SLICE("UTC"),
		 &z)) != ERR_OK)
		return e;
	if (n > AUDIT_PAGE_ROWS) {
		n = AUDIT_PAGE_ROWS;
		id_text(ID_KIND_audit, rows[n - 1].seen.id, next);
	}
	if (!id_is_nil(f.user.v))
		id_text(ID_KIND_user, f.user.v, user);
	view_flag(v, "of_account", account);
	view_flag(v, "may_account", r->account_role >= ROUTE_ADMIN);
	view_slice(v, "f_action", f.action);
	view_cstr(v, "f_user", user);
	view_flag(v, "filtered", f.action.n > 0 || user[0] != '\0');
	view_flag(v, "has_next", next[0] != '\0');
	view_cstr(v, "next", next);
	view_list(v, "rows");
	for (size_t i = 0; i < n && e == ERR_OK; i++)
		e = show_row(&words, &rows[i], z, view_item(v, "rows"));
	tz_close(z);
	return e == ERR_OK ? resp_view(out, v) : e;
}

enum err audit_page(const struct req *r, struct resp *out)
{
	return show(r, out, r->company, false);
}

enum err audit_page_account(const struct req *r, struct resp *out)
{
	static const struct company_id none;

	return show(r, out, none, true);
}
