#include "cgi/form/form_second.h"

#include "cgi/web/kept.h"
#include "cgi/web/known.h"
#include "cgi/web/second.h"
#include "cgi/web/sess.h"
#include "cgi/web/trail.h"
#include "lib/db/db_login.h"
#include "lib/db/db_user.h"

#define CODE_MAX 40

static const char over[] =
    "The five minutes of the second step are over. Nothing is lost: sign in,"
    " and what you typed comes back.";

/* What a form of the second step carries. */
struct carried {
	struct slice next; /* local */
	struct kept kept;
};

static enum err read_carried(const struct req *r, struct carried *out)
{
	struct carried c = { .next = SLICE("/") };
	const enum err e = req_form(r, "next", &c.next);

	if (e != ERR_OK && e != ERR_NOTFOUND)
		return e;
	if (!resp_is_local(c.next))
		c.next = SLICE("/");
	kept_read(r, &c.kept);
	*out = c;
	return ERR_OK;
}

static enum err show(const struct req *r, struct resp *out,
    const struct carried *c, const char *message)
{
	return kept_second(r, out, c->next, &c->kept, message);
}

/* The password has to be given anew. */
static enum err too_late(const struct req *r, struct resp *out,
    const struct carried *c)
{
	return c->kept.to.n > 0 ? kept_sign_in(r, out, c->next, &c->kept, over)
				: resp_redirect_next(out, "/login", c->next);
}

enum err form_second(const struct req *r, struct resp *out)
{
	struct carried c = { .next = SLICE("/"), .kept = KEPT_NONE };
	struct user_id user;
	enum err e = req_query(r, "next", &c.next);

	if (e != ERR_OK && e != ERR_NOTFOUND)
		return e;
	if (!resp_is_local(c.next))
		c.next = SLICE("/");
	e = sess_paused(r, &user);
	if (e == ERR_AUTH)
		return too_late(r, out, &c);
	return e == ERR_OK ? show(r, out, &c, NULL) : e;
}

/* Counted before the look, so that tries sent all at once count too. */
static enum err throttled(const struct req *r, const char *subject)
{
	uint32_t failures;
	const enum err e = db_login_failed(r->db, LOGIN_SECOND,
	    slice_from(subject), r->now_us, FORM_SECOND_WINDOW_US, &failures);

	if (e != ERR_OK)
		return e;
	return failures > FORM_SECOND_TRIES ? ERR_BUSY : ERR_OK;
}

static enum err note(const struct req *r, struct account_id account,
    struct user_id user, const char *action)
{
	return trail_add_user(r, account, user,
	    &(struct trail){ .action = action,
		.object_kind = "user",
		.object = user.v });
}

static enum err enter(const struct req *r, struct resp *out,
    const struct user_row *user, const char *subject, struct req *as)
{
	struct known_count count;
	enum err e;

	if ((e = known_count(r, user, slice_from(user->email), &count)) !=
		ERR_OK ||
	    (e = sess_pause_end(r, out)) != ERR_OK ||
	    (e = sess_begin_as(r, out, user->id, as)) != ERR_OK ||
	    (e = db_login_forgive(r->db, LOGIN_SECOND, slice_from(subject))) !=
		ERR_OK ||
	    (e = db_login_forgive(r->db, count.kind, count.subject)) != ERR_OK)
		return e;
	return note(r, user->account, user->id, "user.sign_in");
}

enum err form_second_post(const struct req *r, struct resp *out)
{
	char subject[ID_TEXT_MAX];
	struct user_row user;
	struct carried c;
	struct slice code;
	struct user_id id;
	struct req as;
	enum err e = read_carried(r, &c);

	if (e != ERR_OK)
		return e;
	if ((e = sess_paused(r, &id)) == ERR_AUTH)
		return too_late(r, out, &c);
	if (e != ERR_OK ||
	    (e = req_need(req_form_text(r, "code", 0, CODE_MAX, &code))) !=
		ERR_OK ||
	    (e = db_user_get(r->db, id, &user)) != ERR_OK)
		return e;
	id_text(ID_KIND_user, id.v, subject);
	e = throttled(r, subject);
	if (e == ERR_BUSY) {
		resp_status(out, 429);
		resp_header(out, "Retry-After", SLICE("900"));
		return show(r, out, &c,
		    "Too many wrong codes. Wait 15 minutes, then sign in"
		    " again.");
	}
	if (e == ERR_OK)
		e = second_check(r, id, code);
	if (e == ERR_AUTH) {
		e = note(r, user.account, id, "user.second_failed");
		resp_status(out, 401);
		return e == ERR_OK
			   ? show(r, out, &c,
				 "That code is not right, or was used before."
				 " Wait for the next one.")
			   : e;
	}
	if (e == ERR_OK)
		e = enter(r, out, &user, subject, &as);
	if (e == ERR_AUTH)
		return too_late(r, out, &c);
	if (e == ERR_OK && c.kept.to.n > 0)
		return kept_show(&as, out, &c.kept);
	return e == ERR_OK ? resp_redirect(out, c.next) : e;
}

enum err form_second_stale(const struct req *r, struct resp *out)
{
	struct user_id user;
	struct carried c;
	enum err e = read_carried(r, &c);

	if (e == ERR_OK && r->signed_in)
		return resp_redirect(out, c.next);
	if (e == ERR_OK && (e = sess_paused(r, &user)) == ERR_AUTH)
		return too_late(r, out, &c);
	if (e != ERR_OK)
		return e;
	resp_status(out, 403);
	return show(r, out, &c,
	    "This page was open before another one of the sign-in, and nothing"
	    " was tried. Send the code again.");
}
