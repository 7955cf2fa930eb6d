#include "cgi/form/thing_user.h"

#include <stdio.h>
#include <string.h>

#include "cgi/form/choice.h"
#include "cgi/form/form_link.h"
#include "cgi/web/frame.h"
#include "cgi/web/trail.h"
#include "lib/db/db_config.h"
#include "lib/db/db_member.h"
#include "lib/db/db_second.h"
#include "lib/db/db_user_token.h"

static const char *const role_words[] = { "read-only",
	"Read-only: sees calls and reports", "agent",
	"Agent: marks calls as well", "analyst",
	"Analyst: takes data out, brings spend in", "manager",
	"Manager: numbers, sources, sites, flows", "admin",
	"Admin: people, keys, policies", "owner",
	"Owner: also recording without a notice", NULL };

static const char *const scope_words[] = { "company", "This company", "account",
	"All companies of the account", NULL };

static const struct field fields[] = {
	{ "email", "Email", FIELD_EMAIL, .min = 3, .max = 254, .once = true,
	    .help = "They sign in with it." },
	{ "name", "Name", FIELD_TEXT, .min = 1, .max = 100, .once = true },
	{ "role", "Role", .kind = FIELD_CHOICE,
	    .help = "Each includes those before it." },
	{ "scope", "In", .kind = FIELD_CHOICE },
};

static const struct company_id everywhere;

static struct user_id user_of(const uint8_t id[ID_BYTES])
{
	struct user_id user;

	memcpy(user.v, id, ID_BYTES);
	return user;
}

/* Roles of people and of routes are the same ladder, one step apart. */
static int rank(enum user_role role)
{
	return (int)role + (ROUTE_READ_ONLY - (int)USER_ROLE_READ_ONLY);
}

static bool may_wide(const struct req *r)
{
	return r->account_role >= ROUTE_ADMIN;
}

/* May r change what m has here? */
static bool may_change(const struct req *r, const struct member_row *m)
{
	if (id_eq(m->id.v, r->user.v))
		return false;
	if (m->wide != USER_ROLE_NONE &&
	    (!may_wide(r) || rank(m->wide) > r->account_role))
		return false;
	return m->role == USER_ROLE_NONE || rank(m->role) <= r->role;
}

/* Only roles that r may give. */
static enum err choices(const struct req *r, struct fields *f)
{
	const int most = r->role > r->account_role ? r->role : r->account_role;

	for (const char *const *w = role_words; w[0] != NULL; w += 2) {
		enum user_role role;

		if (db_user_role_parse(slice_from(w[0]), &role) &&
		    rank(role) <= most)
			fields_choice(f, "role", slice_from(w[0]),
			    slice_from(w[1]));
	}
	for (const char *const *w = scope_words; w[0] != NULL; w += 2)
		if (may_wide(r) || w == scope_words)
			fields_choice(f, "scope", slice_from(w[0]),
			    slice_from(w[1]));
	return f->e;
}

static const char *badge_of(const struct member_row *m)
{
	return m->disabled_us != 0 ? "switched off"
	       : !m->has_password  ? "invited"
				   : NULL;
}

static enum err show(const struct member_row *m, struct thing_list *l)
{
	struct thing_row *row = thing_row_add(l, m->id.v);
	const bool wide = m->wide >= m->role;

	if (row == NULL)
		return ERR_NOMEM;
	row->badge = badge_of(m);
	row->cell[0] = slice_from(m->name);
	row->cell[1] = slice_from(m->email);
	row->cell[2] = slice_from(db_user_role_name(wide ? m->wide : m->role));
	row->cell[3] = wide ? SLICE("all companies") : SLICE("this company");
	row->cell[4] = m->has_second ? SLICE("yes") : SLICE("no");
	return ERR_OK;
}

static enum err list(const struct req *r, struct thing_list *l)
{
	struct user_id after = { { 0 } };
	struct slice text = SLICE("");
	struct member_row *rows = NULL;
	size_t n = 0;
	enum err e = thing_search(r, ID_KIND_user, after.v, &text);

	if (e == ERR_OK)
		e = db_member_list(r->db, r->company, after, text,
		    THING_PAGE + 1, r->arena, &rows, &n);
	for (size_t i = 0; e == ERR_OK && i < n && i < THING_PAGE; i++)
		e = show(&rows[i], l);
	if (e == ERR_TOOBIG)
		return req_wrong(r, "q", "a text of up to 64 characters");
	return e == ERR_OK && n > THING_PAGE ? thing_more(&thing_user, l) : e;
}

static enum err load(const struct req *r, const uint8_t id[ID_BYTES],
    struct fields *f)
{
	struct member_row m;
	const enum err e = db_member_get(r->db, r->company, user_of(id), &m);
	bool wide;

	if (e != ERR_OK)
		return e;
	wide = m.wide >= m.role;
	fields_set_cstr(f, "email", m.email);
	fields_set_cstr(f, "name", m.name);
	fields_set_cstr(f, "role", db_user_role_name(wide ? m.wide : m.role));
	fields_set_cstr(f, "scope", wide ? "account" : "company");
	return f->e;
}

static void begin(const struct req *r, struct fields *f)
{
	(void)r;
	fields_set_cstr(f, "role", "read-only");
	fields_set_cstr(f, "scope", "company");
}

/* Somebody of the account who has no role here yet gets one; nobody else's
 * people are found. */
static enum err key(const struct req *r, const struct fields *f,
    uint8_t id[ID_BYTES])
{
	struct user_row row;
	const enum err e =
	    db_user_card_by_email(r->db, fields_get(f, "email"), &row);

	if (e == ERR_OK && id_eq(row.account.v, r->account.v))
		memcpy(id, row.id.v, ID_BYTES);
	return e == ERR_NOTFOUND || e == ERR_RANGE ? ERR_OK : e;
}

static enum err add_user(const struct req *r, struct user_id id,
    struct fields *f)
{
	struct user_row row = { .account = r->account,
		.id = id,
		.created_us = r->now_us };
	enum err e;

	if (!fields_copy(f, "email", row.email, sizeof(row.email)) ||
	    !fields_copy(f, "name", row.name, sizeof(row.name)))
		return ERR_SYNTAX;
	e = db_user_add(r->db, &row);
	if (e == ERR_CONFLICT)
		fields_wrong(f, "email",
		    "This address cannot be invited. It may be in use"
		    " elsewhere on this installation.");
	return e;
}

/* What the person has here now; the row is empty for somebody new. */
static enum err present(const struct req *r, struct user_id id,
    struct fields *f, struct member_row *m)
{
	struct user_row user;
	enum err e;

	*m = (struct member_row){ .id = id };
	if (f->fresh) {
		e = db_user_card(r->db, id, &user);
		if (e == ERR_NOTFOUND)
			return add_user(r, id, f);
		if (e != ERR_OK)
			return e;
	}
	e = db_member_get(r->db, r->company, id, m);
	if (e == ERR_NOTFOUND && f->fresh)
		return ERR_OK;
	if (e == ERR_OK && f->fresh)
		fields_wrong(f, "email", "They have access already.");
	return e == ERR_OK && f->fresh ? ERR_CONFLICT : e;
}

static bool is_as_it_was(enum user_role role, bool wide,
    const struct member_row *was)
{
	return wide ? was->wide == role && was->role == USER_ROLE_NONE
		    : was->role == role && was->wide == USER_ROLE_NONE;
}

/* Links that others made before would open what they may not give. */
static enum err put_role(const struct req *r, struct user_id id,
    enum user_role role, bool wide, const struct member_row *was)
{
	enum err e;

	if (is_as_it_was(role, wide, was))
		return ERR_OK;
	e = db_user_grant(r->db, id, r->account, wide ? everywhere : r->company,
	    role, r->now_us);
	if (e == ERR_OK)
		e = db_user_token_end_all(r->db, id);
	if (e != ERR_OK)
		return e;
	if (wide && was->role != USER_ROLE_NONE)
		return db_user_revoke(r->db, id, r->company);
	if (!wide && was->wide != USER_ROLE_NONE)
		return db_user_revoke(r->db, id, everywhere);
	return ERR_OK;
}

/* The account keeps somebody who can do everything. */
static enum err check_last_owner(const struct req *r)
{
	uint64_t owners = 0;
	const enum err e = db_member_owners(r->db, r->account, &owners);

	return e == ERR_OK && owners == 0 ? ERR_CONFLICT : e;
}

static enum err save(const struct req *r, const uint8_t id[ID_BYTES],
    struct fields *f)
{
	const bool wide = slice_eq(fields_get(f, "scope"), SLICE("account"));
	struct member_row was;
	enum user_role role;
	enum err e;

	if (!db_user_role_parse(fields_get(f, "role"), &role))
		return ERR_SYNTAX;
	if (rank(role) > (wide                           ? r->account_role
			     : r->role > r->account_role ? r->role
							 : r->account_role))
		fields_wrong(f, "role", "That is more than you have there.");
	if (wide && !may_wide(r))
		fields_wrong(f, "scope",
		    "Only who has a role in all companies gives one.");
	if (!fields_good(f))
		return ERR_DENIED;
	if ((e = present(r, user_of(id), f, &was)) != ERR_OK)
		return e;
	if (!may_change(r, &was)) {
		f->problem = id_eq(id, r->user.v)
				 ? "Somebody else must change your own role."
				 : "They have more rights than you.";
		return ERR_DENIED;
	}
	if ((e = put_role(r, user_of(id), role, wide, &was)) != ERR_OK)
		return e;
	if (was.wide != USER_ROLE_OWNER)
		return ERR_OK;
	e = check_last_owner(r);
	if (e == ERR_CONFLICT)
		f->problem = "The account would have no owner.";
	return e;
}

static enum err retire(const struct req *r, const uint8_t id[ID_BYTES])
{
	const struct user_id user = user_of(id);
	struct member_row m;
	enum err e = db_member_get(r->db, r->company, user, &m);

	if (e != ERR_OK)
		return e;
	if (!may_change(r, &m))
		return ERR_DENIED;
	if (m.role != USER_ROLE_NONE)
		e = db_user_revoke(r->db, user, r->company);
	if (e == ERR_OK && m.wide != USER_ROLE_NONE)
		e = db_user_revoke(r->db, user, everywhere);
	return e == ERR_OK && m.wide == USER_ROLE_OWNER ? check_last_owner(r)
							: e;
}

/* --- the sign-in of a person ------------------------------------------------
 */

/* May r take over, or switch off, the sign-in of m? It opens every company
 * that m may enter, so it takes as much in all of them. */
static enum err may_sign_in(const struct req *r, const struct member_row *m,
    bool *out)
{
	enum user_role highest = USER_ROLE_NONE;
	bool elsewhere = true;
	enum err e;

	if ((e = db_member_highest(r->db, m->id, &highest)) != ERR_OK ||
	    (e = db_member_elsewhere(r->db, r->company, m->id, &elsewhere)) !=
		ERR_OK)
		return e;
	*out =
	    may_change(r, m) &&
	    ((may_wide(r) && rank(highest) <= r->account_role) ||
		(!m->has_password && !elsewhere && rank(highest) <= r->role));
	return ERR_OK;
}

static enum err allowed_for(const struct req *r, struct user_id user,
    struct member_row *m)
{
	bool may = false;
	enum err e;

	if ((e = db_member_get(r->db, r->company, user, m)) != ERR_OK ||
	    (e = may_sign_in(r, m, &may)) != ERR_OK)
		return e;
	return may ? ERR_OK : ERR_DENIED;
}

static enum err allowed(const struct req *r, struct member_row *m)
{
	struct user_id user;
	const enum err e = req_path_id(r, 0, ID_KIND_user, user.v);

	return e == ERR_OK ? allowed_for(r, user, m) : e;
}

static enum err more(const struct req *r, const uint8_t id[ID_BYTES],
    struct view *v)
{
	char key_text[ID_TEXT_MAX], to[96];
	struct member_row m;
	bool may = false;
	struct view *x;
	enum err e = db_member_get(r->db, r->company, user_of(id), &m);

	if (e == ERR_OK)
		e = may_sign_in(r, &m, &may);
	if (e != ERR_OK || !may)
		return e;
	id_text(ID_KIND_user, id, key_text);
	(void)snprintf(to, sizeof(to), "/settings/users/%s/link", key_text);
	x = thing_extra(v, "link",
	    m.has_password ? "Forgotten password" : "Invitation",
	    m.has_password
		? "A link that sets a new password, good for two hours and"
		  " once. Another link, another password and another role"
		  " end it."
		: "A link that sets their password, good for seven days and"
		  " once. Another link and another role end it.");
	thing_extra_button(x, to, "Make a link");
	if (m.has_second) {
		(void)snprintf(to, sizeof(to), "/settings/users/%s/second",
		    key_text);
		x = thing_extra(v, "second", "Second step",
		    "For who lost both the telephone and the recovery codes.");
		thing_extra_button(x, to, "Take it off");
	}
	(void)snprintf(to, sizeof(to), "/settings/users/%s/%s", key_text,
	    m.disabled_us != 0 ? "enable" : "disable");
	x = thing_extra(v, "off", "Sign-in",
	    m.disabled_us != 0
		? "They cannot sign in."
		: "Switching it off ends every sign-in at once.");
	thing_extra_button(x, to,
	    m.disabled_us != 0 ? "Let them sign in" : "Switch off");
	return ERR_OK;
}

static enum err note(const struct req *r, const char *action,
    const struct member_row *m)
{
	return trail_add(r, &(struct trail){ .action = action,
				.object_kind = "user",
				.object = m->id.v });
}

enum err thing_user_invite(const struct req *r, struct user_id user,
    char link[FORM_LINK_MAX])
{
	struct member_row m;
	enum err e;

	if ((e = allowed_for(r, user, &m)) != ERR_OK)
		return e;
	if (m.has_password)
		return ERR_CONFLICT;
	e = form_link_make(r, user, USER_TOKEN_INVITE, link);
	return e == ERR_OK ? note(r, "user.link", &m) : e;
}

enum err thing_user_link(const struct req *r, struct resp *out)
{
	char link[FORM_LINK_MAX];
	struct member_row m;
	struct view *v;
	enum err e;

	if ((e = allowed(r, &m)) != ERR_OK || (e = db_begin(r->db)) != ERR_OK)
		return e;
	e = form_link_make(r, m.id,
	    m.has_password ? USER_TOKEN_RESET : USER_TOKEN_INVITE, link);
	if (e == ERR_OK)
		e = note(r, "user.link", &m);
	if ((e = db_end(r->db, e)) != ERR_OK)
		return e;
	v = view_new(r->arena, "shown_once.html");
	if ((e = frame_page(r, FRAME_SETTINGS, "Link", SLICE(""), v)) != ERR_OK)
		return e;
	view_cstr(v, "once_title", "The link, shown once");
	view_cstr(v, "once_text",
	    form_link_mails(r)
		? "It is on its way by mail as well. Whoever has it can set"
		  " the password."
		: "Give it to them yourself: this installation sends no mail."
		  " Whoever has it can set the password.");
	view_cstr(v, "once", link);
	view_cstr(v, "back", "/settings/users");
	return resp_view(out, v);
}

static enum err back(const struct req *r, struct resp *out,
    const struct member_row *m, const char *word)
{
	char key_text[ID_TEXT_MAX], to[80];

	id_text(ID_KIND_user, m->id.v, key_text);
	(void)snprintf(to, sizeof(to), "/settings/users/%s", key_text);
	return thing_redirect(r, out, slice_from(to), word);
}

enum err thing_user_switch(const struct req *r, struct user_id user, bool on)
{
	struct member_row m;
	enum err e;

	/* Two owners who switch each other off see each other's. */
	if ((e = db_config_lock(r->db)) != ERR_OK ||
	    (e = allowed_for(r, user, &m)) != ERR_OK)
		return e;
	e = on ? db_member_enable(r->db, m.id)
	       : db_user_disable(r->db, m.id, r->now_us);
	if (e == ERR_OK && !on && m.wide == USER_ROLE_OWNER)
		e = check_last_owner(r);
	return e == ERR_OK ? note(r, on ? "user.enable" : "user.disable", &m)
			   : e;
}

static enum err switch_it(const struct req *r, struct resp *out, bool on)
{
	struct member_row m;
	enum err e;

	if ((e = req_path_id(r, 0, ID_KIND_user, m.id.v)) != ERR_OK ||
	    (e = db_begin(r->db)) != ERR_OK)
		return e;
	e = db_end(r->db, thing_user_switch(r, m.id, on));
	if (e == ERR_CONFLICT)
		return resp_problem(out, 409, thing_user.in_use);
	return e == ERR_OK ? back(r, out, &m, on ? "on" : "off") : e;
}

enum err thing_user_enable(const struct req *r, struct resp *out)
{
	return switch_it(r, out, true);
}

enum err thing_user_disable(const struct req *r, struct resp *out)
{
	return switch_it(r, out, false);
}

enum err thing_user_second_off(const struct req *r, struct resp *out)
{
	struct member_row m;
	enum err e;

	if ((e = allowed(r, &m)) != ERR_OK || (e = db_begin(r->db)) != ERR_OK)
		return e;
	e = db_second_remove(r->db, m.id);
	if (e == ERR_OK)
		e = note(r, "user.second_taken_off", &m);
	e = db_end(r->db, e);
	return e == ERR_OK ? back(r, out, &m, "off") : e;
}

const struct thing thing_user = {
	.path = "/settings/users",
	.one = "user",
	.many = "People",
	.intro =
	    "Who may sign in and see this company, and what they may"
	    " change.",
	.empty = "Invite somebody.",
	.id_kind = ID_KIND_user,
	.searchable = true,
	.search_by = "Name or address",
	.fields = fields,
	.n_fields = RT_ARRAY_LEN(fields),
	.columns = { "Name", "Email", "Role", "In", "Second step" },
	.retire = "Take access away",
	.retire_help =
	    "They lose this role at once, and keep what they have"
	    " in other companies.",
	.open_after = true,
	.list = list,
	.choices = choices,
	.load = load,
	.begin = begin,
	.save = save,
	.key = key,
	.retire_it = retire,
	.in_use = "The account would have no owner.",
	.more = more,
};
