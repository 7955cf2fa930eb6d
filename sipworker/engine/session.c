#include "sipworker/engine/session.h"

#include "lib/base/scan.h"
#include "sipworker/engine/leg_out.h"
#include "sipworker/sip/sip_param.h"

#define SESSION_MAX_S UINT32_C(86400)
#define AGAIN_US      (10 * RT_SEC_US) /* after a refusal without a reason */

/* Reads Session-Expires. refresher: 'c' uac, 's' uas, 0 not said. */
static bool read_header(const struct sip_msg *m, uint32_t *seconds,
    char *refresher)
{
	struct slice v = sip_msg_value(m, SIP_HDR_SESSION_EXPIRES), who;

	*refresher = 0;
	if (scan_u32(&v, seconds) != ERR_OK)
		return false;
	if (*seconds > SESSION_MAX_S)
		*seconds = SESSION_MAX_S;
	if (sip_param_find(slice_trim(v), SLICE("refresher"), &who) == ERR_OK)
		*refresher = slice_eq_case(who, SLICE("uac"))   ? 'c'
			     : slice_eq_case(who, SLICE("uas")) ? 's'
								: 0;
	return true;
}

static void read_allow(struct leg *l, const struct sip_msg *m)
{
	if (sip_msg_has(m, SIP_HDR_ALLOW))
		l->peer_updates =
		    sip_msg_lists(m, SIP_HDR_ALLOW, SLICE("UPDATE"));
}

unsigned int session_check(const struct sip_msg *m)
{
	uint32_t seconds;
	char refresher;

	return read_header(m, &seconds, &refresher) && seconds < SESSION_MIN_S
		   ? 422
		   : 0;
}

void session_read_request(struct leg *l, const struct sip_msg *m)
{
	uint32_t seconds;
	char refresher;

	read_allow(l, m);
	if (!read_header(m, &seconds, &refresher))
		return;
	l->session_s = seconds;
	if (refresher != 0)
		l->we_refresh = refresher == 's';
	else
		/* RFC 4028 9, table 2: who can, does. */
		l->we_refresh =
		    !sip_msg_lists(m, SIP_HDR_SUPPORTED, SLICE("timer"));
}

void session_read_response(struct leg *l, const struct sip_msg *m)
{
	uint32_t seconds;
	char refresher;

	read_allow(l, m);
	if (l->longer_s != 0) /* what we have asked for is agreed */
		l->session_s = l->longer_s;
	l->longer_s = 0;
	if (!read_header(m, &seconds, &refresher))
		return; /* they know no timers, or leave it as it is */
	l->session_s = seconds < SESSION_MIN_S ? SESSION_MIN_S : seconds;
	l->we_refresh = refresher != 's';
}

static void put(const struct leg *l, uint32_t seconds, bool we_are_uac,
    struct buf *b)
{
	const bool uac = l->we_refresh == we_are_uac;
	char mem[48];
	struct buf v;

	buf_over(&v, mem, sizeof(mem));
	buf_u64(&v, seconds);
	buf_cstr(&v, uac ? ";refresher=uac" : ";refresher=uas");
	sip_write_hdr(b, SIP_HDR_SESSION_EXPIRES, buf_slice(&v));
}

void session_put_answer(const struct leg *l, struct buf *b)
{
	if (l->session_s == 0)
		return;
	put(l, l->session_s, false, b);
	if (!l->we_refresh)
		sip_write_hdr(b, SIP_HDR_REQUIRE, SLICE("timer"));
}

void session_put_refresh(const struct leg *l, struct buf *b)
{
	if (l->session_s != 0)
		put(l, l->longer_s != 0 ? l->longer_s : l->session_s, true, b);
}

/* How long before the end the waiting side gives up (RFC 4028 10). */
static int64_t margin_us(const struct leg *l)
{
	return (l->session_s / 3 < 32 ? l->session_s / 3 : 32) * RT_SEC_US;
}

void session_start(struct engine *e, struct leg *l)
{
	const int64_t all = l->session_s * RT_SEC_US;

	if (l->session_s == 0 || l->over)
		return;
	l->session_end_us = e->now.mono_us + all - margin_us(l);
	timer_arm(&e->timers, &l->session,
	    l->we_refresh ? e->now.mono_us + all / 2 : l->session_end_us);
}

static void again_in(struct engine *e, struct leg *l, int64_t us)
{
	const int64_t at = e->now.mono_us + us;

	timer_arm(&e->timers, &l->session,
	    at < l->session_end_us ? at : l->session_end_us);
}

void session_on_timer(struct engine *e, struct leg *l)
{
	if (l->call == NULL || l->over)
		return;
	if (!l->we_refresh || e->now.mono_us >= l->session_end_us) {
		call_end(e, l->call, CALLREC_BY_SYSTEM, 408, 102,
		    "the session was not refreshed");
		return;
	}
	timer_arm(&e->timers, &l->session, l->session_end_us);
	if (l->re_out.v == 0)
		leg_out_refresh(e, l);
	if (l->re_out.v == 0) /* there was no room for it */
		again_in(e, l, AGAIN_US);
}

/* RFC 3261 14.1: who made the Call-ID waits 2.1 to 4 s, the other up to 2 s, so
 * that the two do not meet again. */
static int64_t glare_us(struct engine *e, const struct leg *l)
{
	char token[SIP_TXN_TOKEN_MAX];
	uint32_t spread = 0;

	sip_txn_token(e->txn, token);
	for (size_t i = 0; i < 4; i++)
		spread = spread << 4 | ((unsigned char)token[i] & 15);
	return !l->invited ? 2100000 + spread % 1900000 : spread % 2000000;
}

/* 422: the interval that they can bear (RFC 4028 7.3). */
static bool lengthen(struct leg *l, const struct sip_msg *m)
{
	uint32_t least;

	if (m == NULL || sip_msg_number(m, SIP_HDR_MIN_SE, &least) != ERR_OK ||
	    least <= l->session_s || least <= l->longer_s ||
	    least > SESSION_MAX_S)
		return false;
	l->longer_s = least;
	return true;
}

/* Refused, but there is another way or another time. */
static void try_again(struct engine *e, struct leg *l, unsigned int status,
    const struct sip_msg *m)
{
	if (status == 491) {
		again_in(e, l, glare_us(e, l));
	} else if (status == 422 && lengthen(l, m)) {
		leg_out_refresh(e, l);
	} else if (l->peer_updates &&
		   (status == 405 || status == 420 || status == 501)) {
		l->peer_updates = false; /* it said otherwise */
		leg_out_refresh(e, l);
	} else {
		again_in(e, l, AGAIN_US);
	}
}

void session_refreshed(struct engine *e, struct leg *l, unsigned int status,
    const struct sip_msg *m)
{
	l->re_out = (struct sip_txn_id){ 0 };
	if (l->call == NULL || l->over)
		return;
	if (status < 300)
		session_start(e, l);
	else if (status == 481 || status == 408)
		/* RFC 3261 12.2.1.2: the dialog is gone. */
		call_end(e, l->call, CALLREC_BY_SYSTEM, 408, 102,
		    "the other side lost the call");
	else
		try_again(e, l, status, m);
}
