#include "sipworker/engine/challenge.h"

#include "sipworker/sip/sip_auth.h"

static bool is_challenge(const struct sip_msg *m)
{
	return m != NULL && (m->status == 401 || m->status == 407);
}

static bool has_user(struct engine *e, struct leg *l, struct snap_trunk *t)
{
	return l->side == LEG_CALLED && slots_trunk_of(e, l, t) &&
	       t->auth_user.n > 0;
}

bool challenge_take(struct engine *e, struct leg *l, const struct sip_msg *m)
{
	struct snap_trunk t;

	return is_challenge(m) && has_user(e, l, &t) &&
	       sip_auth_choose(&l->auth, m) == ERR_OK;
}

static void say_why(struct engine *e, struct leg *l, const char *why)
{
	slots_copy_text(l->reason, sizeof(l->reason), slice_from(why));
	e->stats.refused_password++;
	e->stats.password_trunk = l->trunk_id;
}

bool challenge_take_invite(struct engine *e, struct leg *l,
    const struct sip_msg *m)
{
	struct snap_trunk t;
	enum err err = ERR_DENIED;

	if (!is_challenge(m) || l->over || l->trunk == SNAP_NO_ROW)
		return false;
	if (!has_user(e, l, &t)) {
		say_why(e, l, "the carrier wants a user name and a password");
		return false;
	}
	if (l->challenges < CHALLENGE_INVITES_MAX)
		err = sip_auth_choose(&l->auth, m);
	if (err == ERR_OK)
		l->challenges++;
	else if (err == ERR_DENIED)
		say_why(e, l, "the carrier refuses the trunk's password");
	else
		say_why(e, l,
		    "the carrier asks for a kind of digest that we "
		    "do not know");
	return err == ERR_OK;
}

void challenge_put(struct engine *e, struct leg *l, struct slice method,
    struct slice uri, struct buf *b)
{
	char cnonce[SIP_TXN_TOKEN_MAX], mem[LEG_HEADERS_MAX];
	struct snap_trunk t;
	struct sip_auth_user user;
	struct buf lines;

	if (l->auth.n == 0 || !has_user(e, l, &t))
		return;
	user.name = t.auth_user;
	user.password = t.auth_password;
	sip_txn_token(e->txn, cnonce);
	buf_over(&lines, mem, sizeof(mem));
	sip_auth_put(&lines, &l->auth, &user, method, uri, slice_from(cnonce));
	if (buf_err(&lines) == ERR_OK)
		buf_put(b, buf_slice(&lines));
	else
		buf_fail(b, buf_err(&lines));
}
