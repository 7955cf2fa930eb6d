#include "cgi/form/form_account.h"

#include "cgi/form/thing.h"
#include "cgi/web/frame.h"
#include "cgi/web/second.h"
#include "cgi/web/sess.h"
#include "cgi/web/trail.h"
#include "lib/base/hex.h"
#include "lib/core/agent.h"
#include "lib/db/db_login.h"
#include "lib/db/db_second.h"
#include "lib/db/db_user.h"
#include "lib/hash/password.h"
#include "lib/hash/token.h"
#include "lib/phone/tz.h"
#include "lib/qr/qr.h"
#include "lib/text/esc.h"

#define TRIES_MAX    10 /* wrong passwords here in the window */
#define TRIES_US     (15 * RT_MIN_US)
#define HASH_HEX     (2 * DB_TOKEN_HASH_BYTES)
#define SESSION_TEXT (HASH_HEX + 1)

static const char *const wrong_password = "That is not your present password.";

static enum err too_often(struct resp *out)
{
	resp_header(out, "Retry-After", SLICE("900"));
	return resp_problem(out, 429,
	    "Too many wrong passwords. Wait 15 minutes.");
}

/* --- the page --------------------------------------------------------------
 */

/* The hash of this request's own login. */
static enum err own_hash(const struct req *r, uint8_t out[TOKEN_HASH_BYTES])
{
	return token_hash(r->session, out);
}

static void show_session(const struct login_row *row, bool own, struct tz *z,
    int64_t now_us, struct view *item)
{
	char key[SESSION_TEXT], when[TZ_TEXT_MAX] = "", seen[TZ_TEXT_MAX] = "";
	char words[AGENT_WORDS_MAX];
	struct buf b;

	agent_words(slice_from(row->agent), words);
	buf_over(&b, key, sizeof(key));
	buf_hex(&b, row->token_hash, sizeof(row->token_hash));
	if (z != NULL) {
		tz_text_short(z, row->created_us, now_us, when);
		tz_text_short(z, row->seen_us, now_us, seen);
	}
	view_slice(item, "session", buf_slice(&b));
	view_flag(item, "own", own);
	view_cstr(item, "agent",
	    words[0] != '\0' ? words : "A program without a name");
	view_cstr(item, "agent_said", row->agent);
	view_cstr(item, "address", row->address);
	view_cstr(item, "began", when);
	view_cstr(item, "seen", seen);
}

static enum err show_sessions(const struct req *r, struct view *v)
{
	uint8_t own[TOKEN_HASH_BYTES];
	struct login_row *rows;
	struct tz *z = NULL;
	size_t n;
	enum err e;

	if ((e = own_hash(r, own)) != ERR_OK ||
	    (e = db_login_list(r->db, r->user, r->now_us, r->arena, &rows,
		 &n)) != ERR_OK)
		return e;
	e = tz_open(r->company_zone.n > 0 ? r->company_zone : SLICE("UTC"), &z);
	if (e != ERR_OK)
		return e;
	view_list(v, "sessions");
	for (size_t i = 0; i < n; i++)
		show_session(&rows[i],
		    token_equal(slice_of(own, sizeof(own)),
			slice_of(rows[i].token_hash, sizeof(own))),
		    z, r->now_us, view_item(v, "sessions"));
	view_flag(v, "several", n > 1);
	tz_close(z);
	return ERR_OK;
}

/* What an app reads: who it is for, and the secret (the key URI format that
 * authenticator apps share). */
static enum err put_code(const struct req *r, const char *secret,
    struct view *v)
{
	char uri[QR_TEXT_MAX + 1];
	struct user_row user;
	unsigned int side = 0;
	struct slice path = SLICE("");
	struct buf b;
	enum err e;

	if ((e = db_user_get(r->db, r->user, &user)) != ERR_OK)
		return e;
	buf_over(&b, uri, sizeof(uri) - 1);
	buf_cstr(&b, "otpauth://totp/ringtrace:");
	esc_url(slice_from(user.email), &b);
	buf_cstr(&b, "?issuer=ringtrace&secret=");
	buf_cstr(&b, secret);
	if (buf_err(&b) != ERR_OK)
		return ERR_OK; /* a very long address: the key is typed */
	uri[b.n] = '\0';
	buf_init(&b, QR_PATH_MAX);
	e = qr_path(uri, &b, &side);
	if (e == ERR_OK && !arena_copy(r->arena, buf_slice(&b), &path))
		e = ERR_NOMEM;
	buf_fini(&b);
	if (e != ERR_OK)
		return e == ERR_TOOBIG ? ERR_OK : e;
	view_slice(view_item(v, "qr"), "qr_path", path);
	view_u64(v, "qr_side", side);
	return ERR_OK;
}

static enum err show_second(const struct req *r, struct view *v)
{
	char secret[TOTP_BASE32_MAX] = "";
	struct second_row row;
	uint64_t left = 0;
	enum err e = db_second_get(r->db, r->user, &row);
	const bool any = e == ERR_OK;

	if (e != ERR_OK && e != ERR_NOTFOUND)
		return e;
	if (any && row.confirmed)
		e = db_second_codes_left(r->db, r->user, &left);
	else if (any)
		e = second_waiting(r, r->user, secret);
	if (e != ERR_OK && e != ERR_NOTFOUND)
		return e;
	view_list(v, "qr");
	if (any && !row.confirmed && (e = put_code(r, secret, v)) != ERR_OK)
		return e;
	view_flag(v, "second_on", any && row.confirmed);
	view_flag(v, "second_waits", any && !row.confirmed);
	view_flag(v, "second_none", !any);
	view_cstr(v, "secret", secret);
	view_u64(v, "codes_left", left);
	return ERR_OK;
}

/* problem NULL: none; part: which of the forms it belongs to. codes: to show
 * once, NULL none. */
static enum err show(const struct req *r, struct resp *out, const char *part,
    const char *problem, char (*codes)[SECOND_CODE_TEXT + 1])
{
	struct view *v = view_new(r->arena, "account.html");
	struct user_row user;
	enum err e;

	if ((e = frame_page(r, FRAME_PLACE_COUNT, "Your account", SLICE(""),
		 v)) != ERR_OK ||
	    (e = db_user_get(r->db, r->user, &user)) != ERR_OK ||
	    (e = show_sessions(r, v)) != ERR_OK ||
	    (e = show_second(r, v)) != ERR_OK)
		return e;
	thing_done(r, v);
	view_cstr(v, "email", user.email);
	view_u64(v, "password_min", PASSWORD_MIN);
	view_flag(v, "password_bad",
	    problem != NULL && slice_eq_cstr(slice_from(part), "password"));
	view_flag(v, "second_bad",
	    problem != NULL && slice_eq_cstr(slice_from(part), "second"));
	view_cstr(v, "message", problem);
	view_list(v, "codes");
	for (size_t i = 0; codes != NULL && i < SECOND_CODES; i++)
		view_cstr(view_item(v, "codes"), "code", codes[i]);
	return resp_view(out, v);
}

enum err form_account(const struct req *r, struct resp *out)
{
	return show(r, out, "", NULL, NULL);
}

static enum err note(const struct req *r, const char *action)
{
	return trail_add_user(r, r->account, r->user,
	    &(struct trail){ .action = action,
		.object_kind = "user",
		.object = r->user.v });
}

/* --- password --------------------------------------------------------------
 */

/* ERR_AUTH: not the present one; ERR_BUSY: too many wrong ones. */
static enum err check_password(const struct req *r, struct slice typed)
{
	char subject[ID_TEXT_MAX];
	struct user_row user;
	uint32_t failures;
	enum err e;

	id_text(ID_KIND_user, r->user.v, subject);
	e = db_login_failed(r->db, LOGIN_PASSWORD, slice_from(subject),
	    r->now_us, TRIES_US, &failures);
	if (e != ERR_OK)
		return e;
	if (failures > TRIES_MAX)
		return ERR_BUSY;
	if ((e = db_user_get(r->db, r->user, &user)) != ERR_OK ||
	    (e = password_check(slice_from(user.password_hash), typed)) !=
		ERR_OK)
		return e;
	return db_login_forgive(r->db, LOGIN_PASSWORD, slice_from(subject));
}

/* In a transaction. Every sign-in ends, this one begins anew. */
static enum err set_password(const struct req *r, struct resp *out,
    const char *hash)
{
	enum err e;

	if ((e = db_user_password(r->db, r->user, slice_from(hash))) !=
		ERR_OK ||
	    (e = sess_begin(r, out, r->user)) != ERR_OK)
		return e;
	return note(r, "user.password_changed");
}

static enum err refuse(const struct req *r, struct resp *out, const char *part,
    const char *problem)
{
	resp_status(out, 422);
	return show(r, out, part, problem, NULL);
}

enum err form_account_password(const struct req *r, struct resp *out)
{
	struct slice current, password, again;
	char hash[PASSWORD_HASH_MAX];
	enum err e;

	if ((e = req_need(req_form(r, "current", &current))) != ERR_OK ||
	    (e = req_need(req_form(r, "password", &password))) != ERR_OK ||
	    (e = req_need(req_form(r, "again", &again))) != ERR_OK)
		return e;
	if (!slice_eq(password, again))
		return refuse(r, out, "password",
		    "The two new ones are not the same.");
	e = check_password(r, current);
	if (e == ERR_AUTH)
		return refuse(r, out, "password", wrong_password);
	if (e == ERR_BUSY)
		return too_often(out);
	if (e == ERR_OK)
		e = password_hash(password, hash);
	if (e == ERR_RANGE)
		return refuse(r, out, "password",
		    "A password has at least 10 characters and at most 200"
		    " bytes.");
	if (e != ERR_OK || (e = db_begin(r->db)) != ERR_OK)
		return e;
	e = db_end(r->db, set_password(r, out, hash));
	return e == ERR_OK ? thing_redirect(r, out, SLICE("/account"), "saved")
			   : e;
}

/* --- where they are signed in ----------------------------------------------
 */

enum err form_account_session(const struct req *r, struct resp *out)
{
	uint8_t hash[DB_TOKEN_HASH_BYTES], own[TOKEN_HASH_BYTES];
	struct slice which;
	enum err e;

	if ((e = req_need(req_form(r, "session", &which))) != ERR_OK ||
	    (e = own_hash(r, own)) != ERR_OK)
		return e;
	if (slice_eq(which, SLICE("others"))) {
		e = db_login_end_others(r->db, r->user, own);
	} else {
		if (which.n != HASH_HEX ||
		    hex_decode(which, hash, sizeof(hash)) != ERR_OK)
			return ERR_SYNTAX;
		e = db_login_end_one(r->db, r->user, hash);
	}
	if (e == ERR_OK)
		e = note(r, "user.sessions_ended");
	return e == ERR_OK ? thing_redirect(r, out, SLICE("/account"), "ended")
			   : e;
}

/* --- second factor ---------------------------------------------------------
 */

enum err form_account_second_begin(const struct req *r, struct resp *out)
{
	const enum err e = second_begin(r, r->user);

	if (e == ERR_CONFLICT)
		return refuse(r, out, "second", "It is on already.");
	return e == ERR_OK ? resp_redirect(out, SLICE("/account#second")) : e;
}

enum err form_account_second_confirm(const struct req *r, struct resp *out)
{
	char codes[SECOND_CODES][SECOND_CODE_TEXT + 1];
	struct slice typed;
	enum err e;

	if ((e = req_need(req_form_text(r, "code", 0, 40, &typed))) != ERR_OK ||
	    (e = db_begin(r->db)) != ERR_OK)
		return e;
	e = second_confirm(r, r->user, typed, codes);
	if (e == ERR_OK)
		e = note(r, "user.second_on");
	e = db_end(r->db, e);
	if (e == ERR_AUTH)
		return refuse(r, out, "second",
		    "That code is not right. Is the telephone's clock?");
	if (e == ERR_CONFLICT)
		return refuse(r, out, "second", "It is on already.");
	return e == ERR_OK ? show(r, out, "", NULL, codes) : e;
}

enum err form_account_second_off(const struct req *r, struct resp *out)
{
	struct slice password;
	enum err e;

	if ((e = req_need(req_form(r, "password", &password))) != ERR_OK)
		return e;
	e = check_password(r, password);
	if (e == ERR_AUTH)
		return refuse(r, out, "second", wrong_password);
	if (e == ERR_BUSY)
		return too_often(out);
	if (e != ERR_OK || (e = db_begin(r->db)) != ERR_OK)
		return e;
	e = db_second_remove(r->db, r->user);
	if (e == ERR_OK)
		e = note(r, "user.second_off");
	e = db_end(r->db, e);
	return e == ERR_OK ? thing_redirect(r, out, SLICE("/account"), "off")
			   : e;
}
