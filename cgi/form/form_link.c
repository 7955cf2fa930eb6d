#include "cgi/form/form_link.h"

#include <stdio.h>

#include "cgi/web/known.h"
#include "cgi/web/sess.h"
#include "cgi/web/trail.h"
#include "lib/base/rnd.h"
#include "lib/base/settings.h"
#include "lib/db/db_job.h"
#include "lib/db/db_login.h"
#include "lib/db/db_user.h"
#include "lib/hash/password.h"
#include "lib/hash/token.h"
#include "lib/text/json_out.h"

#define EMAIL_MAX     254
#define ASKS_MAX      10 /* of one network address in the window */
#define ASKS_USER     3  /* mails to one person in the window */
#define ASK_WINDOW_US (RT_HOUR_US)
#define PAYLOAD_MAX   4096

static const char stale[] =
    "You signed in or out in another tab since this page was opened, and"
    " nothing was done. Send it again.";

bool form_link_mails(const struct req *r)
{
	return r->settings->smtp_url[0] != '\0';
}

static const char *path_of(enum user_token_kind kind)
{
	return kind == USER_TOKEN_INVITE ? "invite" : "reset";
}

/* Once per token: its hash is in the job's key. */
static enum err mail(const struct req *r, const struct user_row *user,
    enum user_token_kind kind, const char *link,
    const uint8_t hash[DB_USER_TOKEN_HASH])
{
	const bool invite = kind == USER_TOKEN_INVITE;
	char mem[PAYLOAD_MAX], key[96];
	struct json_out j;
	struct buf b, k;
	enum err e;

	buf_over(&k, key, sizeof(key));
	buf_cstr(&k, path_of(kind));
	buf_char(&k, ':');
	buf_hex(&k, hash, DB_USER_TOKEN_HASH);
	buf_over(&b, mem, sizeof(mem));
	json_out_init(&j, &b);
	json_out_object(&j);
	json_out_key(&j, "template");
	json_out_cstr(&j, invite ? "mail_invite" : "mail_reset");
	json_out_key(&j, "to");
	json_out_cstr(&j, user->email);
	json_out_key(&j, "to_name");
	json_out_cstr(&j, user->name);
	json_out_key(&j, "subject");
	json_out_cstr(&j, invite ? "You are invited" : "Set a new password");
	json_out_key(&j, "link");
	json_out_cstr(&j, link);
	json_out_key(&j, invite ? "by_name" : "hours");
	json_out_str(&j, invite ? r->user_name : SLICE("2"));
	if (invite) {
		json_out_key(&j, "company_or_account");
		json_out_str(&j, r->company_name);
	}
	json_out_end(&j);
	if ((e = json_out_done(&j)) != ERR_OK)
		return e;
	return db_job_add(r->db, r->company, "mail", buf_slice(&k),
	    json_out_text(&j), r->now_us, r->now_us);
}

enum err form_link_make(const struct req *r, struct user_id user,
    enum user_token_kind kind, char out[FORM_LINK_MAX])
{
	const int64_t life_us = kind == USER_TOKEN_INVITE ? FORM_LINK_INVITE_US
							  : FORM_LINK_RESET_US;
	uint8_t hash[TOKEN_HASH_BYTES];
	char token[TOKEN_TEXT + 1];
	struct user_row row;
	enum err e;

	token_make(token);
	if ((e = db_user_card(r->db, user, &row)) != ERR_OK ||
	    (e = token_hash(slice_from(token), hash)) != ERR_OK ||
	    (e = db_user_token_add(r->db, user, kind, hash, r->user, r->now_us,
		 r->now_us + life_us)) != ERR_OK)
		return e;
	(void)snprintf(out, FORM_LINK_MAX, "%s/%s/%s", r->settings->public_url,
	    path_of(kind), token);
	return form_link_mails(r) ? mail(r, &row, kind, out, hash) : ERR_OK;
}

/* --- following a link ------------------------------------------------------
 */

static enum err token_of(const struct req *r, enum user_token_kind kind,
    uint8_t hash[TOKEN_HASH_BYTES], struct user_row *user)
{
	const struct slice token = req_path_text(r, 0);
	struct user_id id;
	enum err e;

	if (!token_is(token))
		return ERR_NOTFOUND;
	if ((e = token_hash(token, hash)) != ERR_OK ||
	    (e = db_user_token_get(r->db, kind, hash, r->now_us, &id)) !=
		ERR_OK)
		return e;
	return db_user_get(r->db, id, user);
}

static enum err show(const struct req *r, struct resp *out,
    enum user_token_kind kind, const struct user_row *user, const char *message)
{
	struct view *v = view_new(r->arena, "set_password.html");

	view_cstr(v, "title", "Set your password");
	view_cstr(v, "kind", path_of(kind));
	view_slice(v, "token", req_path_text(r, 0));
	view_cstr(v, "email", user->email);
	view_cstr(v, "person", user->name);
	view_u64(v, "password_min", PASSWORD_MIN);
	view_flag(v, "failed", message != NULL);
	view_cstr(v, "message", message);
	return resp_view(out, v);
}

static enum err gone(struct resp *out)
{
	return resp_problem(out, 404,
	    "This link was used, is too old, or was replaced by a newer one."
	    " Ask for another.");
}

/* message: NULL or why nothing was done. */
static enum err open_link(const struct req *r, struct resp *out,
    enum user_token_kind kind, const char *message)
{
	uint8_t hash[TOKEN_HASH_BYTES];
	struct user_row user;
	const enum err e = token_of(r, kind, hash, &user);

	if (e == ERR_NOTFOUND)
		return gone(out);
	if (message != NULL)
		resp_status(out, 403);
	return e == ERR_OK ? show(r, out, kind, &user, message) : e;
}

/* In a transaction: the link is used up, the password is the new one, every
 * other sign-in is over. */
static enum err set(const struct req *r, enum user_token_kind kind,
    const uint8_t token[TOKEN_HASH_BYTES], const char *password)
{
	struct user_row user;
	struct user_id id;
	enum err e;

	if ((e = db_user_token_use(r->db, kind, token, r->now_us, &id)) !=
		ERR_OK ||
	    (e = db_user_get(r->db, id, &user)) != ERR_OK ||
	    (e = db_user_password(r->db, id, slice_from(password))) != ERR_OK)
		return e;
	return trail_add_user(r, user.account, id,
	    &(struct trail){ .action = kind == USER_TOKEN_INVITE
					   ? "user.invite_taken"
					   : "user.password_reset",
		.object_kind = "user",
		.object = id.v });
}

static enum err follow(const struct req *r, struct resp *out,
    enum user_token_kind kind)
{
	uint8_t token[TOKEN_HASH_BYTES];
	char hash[PASSWORD_HASH_MAX];
	struct slice password, again;
	struct user_row user;
	enum err e = token_of(r, kind, token, &user);

	if (e == ERR_NOTFOUND)
		return gone(out);
	if (e != ERR_OK ||
	    (e = req_need(req_form(r, "password", &password))) != ERR_OK ||
	    (e = req_need(req_form(r, "again", &again))) != ERR_OK)
		return e;
	if (!slice_eq(password, again)) {
		resp_status(out, 422);
		return show(r, out, kind, &user, "The two are not the same.");
	}
	e = password_hash(password, hash);
	if (e == ERR_RANGE) {
		resp_status(out, 422);
		return show(r, out, kind, &user,
		    "A password has at least 10 characters and at most 200"
		    " bytes.");
	}
	if (e != ERR_OK || (e = db_begin(r->db)) != ERR_OK)
		return e;
	e = db_end(r->db, set(r, kind, token, hash));
	if (e == ERR_NOTFOUND)
		return gone(out);
	/* Who reads that person's mail is let to the sign-in, whatever
	 * strangers tried there. */
	(void)snprintf(user.password_hash, sizeof(user.password_hash), "%s",
	    hash);
	if (e == ERR_OK)
		e = known_offer(r, out, &user);
	return e == ERR_OK ? resp_redirect(out, SLICE("/login?done=password"))
			   : e;
}

enum err form_link_invite(const struct req *r, struct resp *out)
{
	return open_link(r, out, USER_TOKEN_INVITE, NULL);
}

enum err form_link_invite_stale(const struct req *r, struct resp *out)
{
	return open_link(r, out, USER_TOKEN_INVITE, stale);
}

enum err form_link_invite_post(const struct req *r, struct resp *out)
{
	return follow(r, out, USER_TOKEN_INVITE);
}

enum err form_link_reset(const struct req *r, struct resp *out)
{
	return open_link(r, out, USER_TOKEN_RESET, NULL);
}

enum err form_link_reset_stale(const struct req *r, struct resp *out)
{
	return open_link(r, out, USER_TOKEN_RESET, stale);
}

enum err form_link_reset_post(const struct req *r, struct resp *out)
{
	return follow(r, out, USER_TOKEN_RESET);
}

/* --- asking for one --------------------------------------------------------
 */

/* email: as it was typed; message: NULL or why nothing was done. */
static enum err ask_again(const struct req *r, struct resp *out, bool asked,
    struct slice email, const char *message)
{
	struct view *v = view_new(r->arena, "reset.html");

	view_cstr(v, "title", "Forgotten password");
	view_flag(v, "mails", form_link_mails(r));
	view_flag(v, "asked", asked);
	view_slice(v, "email", email);
	view_flag(v, "failed", message != NULL);
	view_cstr(v, "message", message);
	return resp_view(out, v);
}

static enum err show_ask(const struct req *r, struct resp *out, bool asked)
{
	return ask_again(r, out, asked, SLICE(""), NULL);
}

enum err form_link_ask(const struct req *r, struct resp *out)
{
	return show_ask(r, out, false);
}

/* Counts one more; ERR_BUSY: too many. */
static enum err count(const struct req *r, enum login_subject kind,
    struct slice what, uint32_t max)
{
	uint32_t n = 0;
	const enum err e =
	    db_login_failed(r->db, kind, what, r->now_us, ASK_WINDOW_US, &n);

	return e == ERR_OK && n > max ? ERR_BUSY : e;
}

/* All of form_link_make()'s work for an address that nobody has: how long the
 * answer takes does not tell. ERR_NOTFOUND: it is to be taken back. */
static enum err make_for_nobody(const struct req *r)
{
	uint8_t hash[TOKEN_HASH_BYTES];
	char token[TOKEN_TEXT + 1], link[FORM_LINK_MAX];
	struct user_row nobody = { .email = "nobody@ringtrace.invalid" }, row;
	enum err e;

	token_make(token);
	rnd_bytes(nobody.id.v, sizeof(nobody.id.v));
	if ((e = db_user_card(r->db, nobody.id, &row)) != ERR_NOTFOUND ||
	    (e = token_hash(slice_from(token), hash)) != ERR_OK)
		return e == ERR_OK ? ERR_NOTFOUND : e;
	/* Refused, as the token would be nobody's. */
	e = db_user_token_add(r->db, nobody.id, USER_TOKEN_RESET, hash, r->user,
	    r->now_us, r->now_us + FORM_LINK_RESET_US);
	if (e != ERR_OK && e != ERR_RANGE)
		return e;
	(void)snprintf(link, sizeof(link), "%s/%s/%s", r->settings->public_url,
	    path_of(USER_TOKEN_RESET), token);
	e = mail(r, &nobody, USER_TOKEN_RESET, link, hash);
	return e == ERR_OK ? ERR_NOTFOUND : e;
}

/* Wrapped: the count is kept, and what was made for nobody is not. */
static enum err make_if_known(const struct req *r, struct slice email)
{
	char link[FORM_LINK_MAX];
	struct user_row user;
	enum err e = db_user_by_email(r->db, email, &user);
	const bool known = e == ERR_OK && user.disabled_us == 0;
	struct slice folded = SLICE("");

	/* A text too long for the column is nobody's address. */
	if (e != ERR_OK && e != ERR_NOTFOUND && e != ERR_RANGE)
		return e;
	if ((e = known_fold(r, email, &folded)) != ERR_OK)
		return e;
	e = count(r, LOGIN_ASK_USER, folded, ASKS_USER);
	if (e == ERR_BUSY || e == ERR_RANGE)
		return ERR_OK;
	if (e != ERR_OK || (e = db_begin(r->db)) != ERR_OK)
		return e;
	e = known ? form_link_make(r, user.id, USER_TOKEN_RESET, link)
		  : make_for_nobody(r);
	e = db_end(r->db, e);
	return e == ERR_NOTFOUND && !known ? ERR_OK : e;
}

enum err form_link_ask_post(const struct req *r, struct resp *out)
{
	char mem[KNOWN_NETWORK_MAX];
	struct slice email;
	enum err e;

	if ((e = req_need(req_form_text(r, "email", 0, EMAIL_MAX, &email))) !=
	    ERR_OK)
		return e;
	if (!form_link_mails(r))
		return show_ask(r, out, false);
	e = count(r, LOGIN_ASK_ADDRESS, known_network(r, mem), ASKS_MAX);
	if (e == ERR_BUSY) {
		resp_header(out, "Retry-After", SLICE("3600"));
		return resp_problem(out, 429,
		    "Too many requests from here. Try again in an hour.");
	}
	if (e == ERR_OK && (e = db_wrap(r->db)) == ERR_OK)
		e = db_wrap_end(r->db, make_if_known(r, email));
	return e == ERR_OK ? show_ask(r, out, true) : e;
}

enum err form_link_ask_stale(const struct req *r, struct resp *out)
{
	struct slice email;
	const enum err e =
	    req_need(req_form_text(r, "email", 0, EMAIL_MAX, &email));

	if (e != ERR_OK)
		return e;
	resp_status(out, 403);
	return ask_again(r, out, false, email, stale);
}
