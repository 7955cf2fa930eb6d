#include "cgi/form/form_second.h"

#include "cgi/web/kept.h"
#include "cgi/web/known.h"
#include "cgi/web/second.h"
#include "cgi/web/sess.h"
#include "cgi/web/trail.h"
#include "lib/db/db_login.h"
#include "lib/db/db_user.h"

#define CODE_MAX 40

static struct slice next_of(struct slice s)
{
	return resp_is_local(s) ? s : SLICE("/");
}

enum err form_second(const struct req *r, struct resp *out)
{
	const struct kept none = KEPT_NONE;
	struct slice next = SLICE("/");
	struct user_id user;
	enum err e = req_query(r, "next", &next);

	if (e != ERR_OK && e != ERR_NOTFOUND)
		return e;
	e = sess_paused(r, &user);
	if (e == ERR_AUTH)
		return resp_redirect(out, SLICE("/login"));
	return e == ERR_OK ? kept_second(r, out, next_of(next), &none, NULL)
			   : e;
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
	struct slice next = SLICE("/"), code;
	struct user_row user;
	struct user_id id;
	struct kept k;
	struct req as;
	enum err e = sess_paused(r, &id);

	if (e == ERR_AUTH)
		return resp_redirect(out, SLICE("/login"));
	if (e != ERR_OK)
		return e;
	e = req_form(r, "next", &next);
	if (e != ERR_OK && e != ERR_NOTFOUND)
		return e;
	kept_read(r, &k);
	if ((e = req_need(req_form_text(r, "code", 0, CODE_MAX, &code))) !=
		ERR_OK ||
	    (e = db_user_get(r->db, id, &user)) != ERR_OK)
		return e;
	id_text(ID_KIND_user, id.v, subject);
	e = throttled(r, subject);
	if (e == ERR_BUSY) {
		resp_status(out, 429);
		resp_header(out, "Retry-After", SLICE("900"));
		return kept_second(r, out, next_of(next), &k,
		    "Too many wrong codes. Wait 15 minutes, then sign in"
		    " again.");
	}
	if (e == ERR_OK)
		e = second_check(r, id, code);
	if (e == ERR_AUTH) {
		e = note(r, user.account, id, "user.second_failed");
		resp_status(out, 401);
		return e == ERR_OK
			   ? kept_second(r, out, next_of(next), &k,
				 "That code is not right, or was used before."
				 " Wait for the next one.")
			   : e;
	}
	if (e == ERR_OK)
		e = enter(r, out, &user, subject, &as);
	if (e == ERR_AUTH)
		return resp_redirect(out, SLICE("/login"));
	if (e == ERR_OK && k.to.n > 0)
		return kept_show(&as, out, &k);
	return e == ERR_OK ? resp_redirect(out, next_of(next)) : e;
}
