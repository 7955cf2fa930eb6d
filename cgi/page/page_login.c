#include "cgi/page/page_login.h"

#include "cgi/web/kept.h"
#include "cgi/web/known.h"
#include "cgi/web/sess.h"
#include "cgi/web/trail.h"
#include "lib/base/log.h"
#include "lib/db/db_login.h"
#include "lib/db/db_second.h"
#include "lib/db/db_setup.h"
#include "lib/db/db_user.h"
#include "lib/hash/password.h"

#define EMAIL_MAX 254 /* RFC 5321 4.5.3.1.3 */

static const char wrong[] =
    "That e-mail address and password do not belong "
    "together. Check both and try again.";
static const char later[] =
    "Too many failed tries. Wait 15 minutes, then try "
    "again.";
static const char stale[] =
    "This page was open before another one of the sign-in, and nothing was "
    "tried. Enter your password again.";

static struct slice next_of(struct slice s)
{
	return resp_is_local(s) ? s : SLICE("/");
}

static enum err show(const struct req *r, struct resp *out, struct slice email,
    struct slice next, const struct kept *k, const char *message)
{
	struct view *v = view_new(r->arena, "login.html");
	struct slice done;

	view_cstr(v, "title", "Sign in");
	view_slice(v, "email", email);
	view_slice(v, "next", next_of(next));
	view_flag(v, "failed", message != NULL);
	view_flag(v, "password_set",
	    message == NULL && req_query(r, "done", &done) == ERR_OK &&
		slice_eq(done, SLICE("password")));
	view_cstr(v, "message", message);
	kept_carry(k, v);
	return resp_view(out, v);
}

enum err page_login(const struct req *r, struct resp *out)
{
	const struct kept none = KEPT_NONE;
	struct slice next = SLICE("/");
	bool any = true;
	enum err e = req_query(r, "next", &next);

	if (e != ERR_OK && e != ERR_NOTFOUND)
		return e;
	if (r->signed_in)
		return resp_redirect(out, next_of(next));
	if (r->db != NULL && db_setup_any_user(r->db, &any) == ERR_OK && !any)
		return resp_redirect(out, SLICE("/welcome"));
	return show(r, out, SLICE(""), next, &none, NULL);
}

struct attempt {
	struct slice email;
	struct slice password;
	struct slice next;
	struct kept kept; /* a form that waits for the sign-in */
};

static enum err read_attempt(const struct req *r, struct attempt *out)
{
	struct attempt a = { .next = SLICE("/") };
	enum err e;

	e = req_need(req_form_text(r, "email", 0, EMAIL_MAX, &a.email));
	if (e == ERR_OK)
		e = req_need(req_form(r, "password", &a.password));
	if (e == ERR_OK) {
		e = req_form(r, "next", &a.next);
		if (e == ERR_NOTFOUND)
			e = ERR_OK;
	}
	if (e != ERR_OK)
		return e;
	kept_read(r, &a.kept);
	*out = a;
	return ERR_OK;
}

/* Whose address that is; the row stays empty when nobody's who may sign in. */
static enum err find(const struct req *r, const struct attempt *a,
    struct user_row *out)
{
	struct user_row user;
	const enum err e = db_user_by_email(r->db, a->email, &user);

	if (e == ERR_OK && user.disabled_us == 0)
		*out = user;
	/* A text too long for the column is nobody's address. */
	return e == ERR_NOTFOUND || e == ERR_RANGE ? ERR_OK : e;
}

/* ERR_BUSY: too many tries before. The count is raised first and taken back
 * after a success, so that tries sent all at once count too. */
static enum err throttled(const struct req *r, const struct known_count *c)
{
	char mem[KNOWN_NETWORK_MAX];
	uint32_t failures;
	int64_t last_us;
	enum err e;

	e = db_login_failures(r->db, LOGIN_BY_ADDRESS, known_network(r, mem),
	    r->now_us, PAGE_LOGIN_WINDOW_US, &failures, &last_us);
	if (e != ERR_OK)
		return e;
	/* Others of the same network must not close it to who was here
	 * before. */
	if (failures >= PAGE_LOGIN_MAX_ADDRESS && c->kind != LOGIN_BY_BROWSER)
		return ERR_BUSY;
	e = db_login_failed(r->db, c->kind, c->subject, r->now_us,
	    PAGE_LOGIN_WINDOW_US, &failures);
	if (e != ERR_OK)
		return e;
	return failures > PAGE_LOGIN_MAX_USER ? ERR_BUSY : ERR_OK;
}

static enum err count_failure(const struct req *r)
{
	char mem[KNOWN_NETWORK_MAX];
	uint32_t failures;

	log_info("page_login: refused address=%s", r->address);
	return db_login_failed(r->db, LOGIN_BY_ADDRESS, known_network(r, mem),
	    r->now_us, PAGE_LOGIN_WINDOW_US, &failures);
}

static enum err refuse(const struct req *r, struct resp *out,
    const struct attempt *a, unsigned int status, const char *message)
{
	resp_status(out, status);
	if (status == 429)
		resp_header(out, "Retry-After", SLICE("900"));
	return show(r, out, a->email, a->next, &a->kept, message);
}

static enum err second_asked(const struct req *r, struct user_id user,
    bool *out)
{
	struct second_row row;
	const enum err e = db_second_get(r->db, user, &row);

	*out = e == ERR_OK && row.confirmed;
	return e == ERR_NOTFOUND ? ERR_OK : e;
}

/* The code is asked for by the admin program, which alone reads the key that
 * secrets are sealed with. The count of tries stays until it was right too. */
static enum err pause_for_second(const struct req *r, struct resp *out,
    const struct attempt *a, struct user_id user)
{
	const enum err e = sess_pause(r, out, user);

	if (e != ERR_OK)
		return e;
	if (a->kept.to.n > 0)
		return kept_second(r, out, next_of(a->next), &a->kept, NULL);
	return resp_redirect_next(out, "/account/second", a->next);
}

/* Also for who may not sign in, and nobody: the work must not tell which it is.
 */
static enum err note_failure(const struct req *r, const struct user_row *user)
{
	return trail_add_user(r, user->account, user->id,
	    &(struct trail){ .action = "user.sign_in_failed",
		.object_kind = "user",
		.object = user->id.v });
}

static enum err welcome(const struct req *r, struct resp *out,
    const struct attempt *a, const struct user_row *user,
    const struct known_count *c)
{
	struct req as;
	enum err e;

	if ((e = sess_begin_as(r, out, user->id, &as)) != ERR_OK)
		return e;
	/* The address' count stays: one good sign-in must not pay for tries at
	 * other people's. */
	if ((e = db_login_forgive(r->db, c->kind, c->subject)) != ERR_OK)
		return e;
	e = trail_add_user(r, user->account, user->id,
	    &(struct trail){ .action = "user.sign_in",
		.object_kind = "user",
		.object = user->id.v });
	if (e != ERR_OK)
		return e;
	log_info("page_login: signed in address=%s", r->address);
	return a->kept.to.n > 0 ? kept_show(&as, out, &a->kept)
				: resp_redirect(out, next_of(a->next));
}

enum err page_login_post(const struct req *r, struct resp *out)
{
	struct user_row user = { .created_us = 0 };
	struct known_count count;
	bool second = false;
	struct attempt a;
	enum err e;

	if ((e = read_attempt(r, &a)) != ERR_OK ||
	    (e = find(r, &a, &user)) != ERR_OK ||
	    (e = known_count(r, &user, a.email, &count)) != ERR_OK)
		return e;
	e = throttled(r, &count);
	if (e == ERR_BUSY)
		return refuse(r, out, &a, 429, later);
	/* Of nobody's empty hash, after the same work. */
	if (e == ERR_OK)
		e = password_check(slice_from(user.password_hash), a.password);
	if (e == ERR_AUTH) {
		if ((e = count_failure(r)) != ERR_OK ||
		    (e = note_failure(r, &user)) != ERR_OK)
			return e;
		return refuse(r, out, &a, 401, wrong);
	}
	if (e != ERR_OK || (e = second_asked(r, user.id, &second)) != ERR_OK)
		return e;
	return second ? pause_for_second(r, out, &a, user.id)
		      : welcome(r, out, &a, &user, &count);
}

enum err page_login_stale(const struct req *r, struct resp *out)
{
	struct attempt a;
	const enum err e = read_attempt(r, &a);

	if (e != ERR_OK)
		return e;
	return r->signed_in ? resp_redirect(out, next_of(a.next))
			    : refuse(r, out, &a, 403, stale);
}

enum err page_login_out(const struct req *r, struct resp *out)
{
	enum err e = sess_end(r, out);

	if (e == ERR_OK && r->signed_in)
		e = trail_add_user(r, r->account, r->user,
		    &(struct trail){ .action = "user.sign_out",
			.object_kind = "user",
			.object = r->user.v });
	if (e != ERR_OK)
		return e;
	return resp_redirect(out, SLICE("/login"));
}
