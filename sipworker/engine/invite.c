#include "sipworker/engine/invite.h"

#include <string.h>

#include "lib/base/scan.h"
#include "lib/base/utf8.h"
#include "sipworker/engine/leg_in.h"
#include "sipworker/engine/leg_out.h"
#include "sipworker/engine/session.h"
#include "sipworker/sip/sip_body.h"
#include "sipworker/sip/sip_param.h"
#include "sipworker/sip/sip_stir.h"

/* --- what was dialled ------------------------------------------------------*/

/* The URI of the header's first value. */
static bool header_uri(const struct sip_msg *m, enum sip_hdr id,
    struct sip_uri *out)
{
	struct sip_msg_walk w = { 0 };
	struct sip_addr a;
	struct slice item;

	if (!sip_msg_walk(m, id, &w, &item) ||
	    sip_addr_parse(item, &a) != ERR_OK)
		return false;
	*out = a.uri;
	return true;
}

static bool dialled_uri(const struct sip_msg *m, enum snap_dialled where,
    struct sip_uri *out)
{
	switch (where) {
	case SNAP_DIALLED_TO:
		*out = m->to.uri;
		return true;
	case SNAP_DIALLED_CALLED_PARTY:
		return header_uri(m, SIP_HDR_P_CALLED_PARTY_ID, out);
	case SNAP_DIALLED_DIVERSION:
		return header_uri(m, SIP_HDR_DIVERSION, out);
	case SNAP_DIALLED_REQUEST_URI:
	case SNAP_DIALLED_COUNT:
		break;
	}
	*out = m->uri;
	return true;
}

static uint32_t find_number(const struct snap *s, const struct snap_trunk *t,
    const struct sip_msg *m)
{
	struct number_in n;
	struct sip_uri uri;

	if (!dialled_uri(m, t->dialled, &uri))
		return SNAP_NO_ROW;
	number_in_parse(uri.user, t->country, t->tech_prefix, &n);
	return n.kind == NUMBER_IN_E164
		   ? snap_find_number(s, slice_from(n.e164))
		   : SNAP_NO_ROW;
}

/* A carrier brings the calls of its own account, and a number that is tied to
 * one comes by no other. */
static bool may_bring(const struct snap *s, const struct snap_trunk *t,
    uint32_t number)
{
	struct snap_number n;

	snap_number_at(s, number, &n);
	return id_eq(n.account.v, t->account.v) &&
	       (id_is_nil(n.trunk.v) || id_eq(n.trunk.v, t->id.v));
}

/* Accounts may have the same carrier, and so the same networks: the call is
 * the one's whose number was dialled. Sets trunk and number; false: nobody's,
 * or not by this carrier. */
static bool find_dialled(struct engine *e, const struct sip_txn_event *ev,
    struct invite *out)
{
	const struct snap *s = slots_snap_now(e);
	uint32_t at = 0, last = SNAP_NO_ROW;
	bool foreign = false;
	int best_bits = -1;
	struct snap_acl a;

	while (snap_next_source(s, ev->from.ip, &at, &a)) {
		struct snap_trunk t;
		uint32_t number;

		if (a.bits <= best_bits || a.trunk == last)
			continue;
		last = a.trunk;
		snap_trunk_at(s, a.trunk, &t);
		number = find_number(s, &t, ev->msg);
		if (number == SNAP_NO_ROW)
			continue;
		if (!may_bring(s, &t, number)) {
			foreign = true;
			continue;
		}
		best_bits = a.bits;
		out->trunk = a.trunk;
		out->number = number;
	}
	if (best_bits < 0 && foreign) {
		e->stats.refused_foreign_number++;
		e->stats.foreign_source = ev->from.ip;
	} else if (best_bits < 0) {
		e->stats.refused_unknown_number++;
		e->stats.unknown_source = ev->from.ip;
	}
	return best_bits >= 0;
}

/* --- who calls -------------------------------------------------------------*/

static void put_display(const struct sip_addr *a, char out[CALL_NAME_MAX])
{
	char mem[4 * CALL_NAME_MAX];
	struct buf b, clean;
	char fixed[4 * CALL_NAME_MAX];

	buf_over(&b, mem, sizeof(mem));
	sip_addr_put_display(&b, a);
	buf_over(&clean, fixed, sizeof(fixed));
	utf8_clean(utf8_head(buf_slice(&b), CALL_NAME_MAX - 1), &clean);
	if (!slice_to_cstr(utf8_head(buf_slice(&clean), CALL_NAME_MAX - 1), out,
		CALL_NAME_MAX))
		out[0] = '\0';
}

/* PAI before RPID before From; the first two only from trunks we believe. */
static bool identity(const struct sip_msg *m, bool trusted,
    struct sip_addr *out, struct invite *in)
{
	static const enum sip_hdr ids[] = { SIP_HDR_P_ASSERTED_IDENTITY,
		SIP_HDR_REMOTE_PARTY_ID };

	for (size_t i = 0; trusted && i < RT_ARRAY_LEN(ids); i++) {
		struct sip_msg_walk w = { 0 };
		struct slice item;

		if (sip_msg_walk(m, ids[i], &w, &item) &&
		    sip_addr_parse(item, out) == ERR_OK) {
			in->who.asserted = item;
			return true;
		}
	}
	*out = m->from;
	return false;
}

/* "privacy=full" and the like, of who still sends Remote-Party-ID. */
static bool party_is_private(struct slice item)
{
	struct sip_addr a;
	struct slice v;

	return sip_addr_parse(item, &a) == ERR_OK &&
	       sip_param_find(a.params, SLICE("privacy"), &v) == ERR_OK &&
	       v.n > 0 && !slice_eq_case(v, SLICE("off"));
}

/* Whoever asks, and however often: none takes it back from another. */
static bool wants_privacy(const struct sip_msg *m)
{
	struct sip_msg_walk w = { 0 }, party = { 0 };
	struct slice p;

	while (sip_msg_walk(m, SIP_HDR_PRIVACY, &w, &p))
		if (p.n > 0 && !slice_eq_case(p, SLICE("none")))
			return true;
	while (sip_msg_walk(m, SIP_HDR_REMOTE_PARTY_ID, &party, &p))
		if (party_is_private(p))
			return true;
	return false;
}

/* In records and pages a capital letter is the trunk's word, a small one what
 * the caller's carrier claims and nobody has checked. */
static void read_attestation(const struct snap_trunk *t,
    const struct sip_msg *m, struct invite *in)
{
	struct sip_stir s;

	sip_stir_read(m, t->identity_in, &s);
	if (s.level != '\0')
		in->attested[0] =
		    s.verified ? s.level : (char)(s.level - 'A' + 'a');
	in->who.attestation = slice_from(in->attested);
}

static void read_caller(const struct snap_trunk *t, const struct sip_msg *m,
    struct invite *in)
{
	struct number_in from;
	struct sip_addr who;

	(void)identity(m, t->identity_in, &who, in);
	number_in_parse(who.uri.user, t->country, SLICE(""), &in->caller);
	number_in_parse(m->from.uri.user, t->country, SLICE(""), &from);
	in->anonymous =
	    wants_privacy(m) || from.kind == NUMBER_IN_ANONYMOUS ||
	    slice_eq_case(m->from.uri.host, SLICE("anonymous.invalid"));
	put_display(&who, in->display);
	if (in->display[0] == '\0' && !in->anonymous)
		put_display(&m->from, in->display);
	in->who.caller_raw = m->from.uri_text;
	in->who.privacy = sip_msg_value(m, SIP_HDR_PRIVACY);
	in->who.sip_call_id = m->call_id;
	in->who.user_agent = sip_msg_value(m, SIP_HDR_USER_AGENT);
	read_attestation(t, m, in);
}

static uint64_t hash_of(const struct invite *in, struct slice what)
{
	uint64_t h = UINT64_C(14695981039346656037) ^ in->number;

	if (what.n == 0)
		return 0;
	for (const char *p = in->caller.e164; *p != '\0'; p++)
		h = (h ^ (unsigned char)*p) * UINT64_C(1099511628211);
	for (size_t i = 0; i < what.n; i++)
		h = (h ^ (unsigned char)what.p[i]) * UINT64_C(1099511628211);
	return h | 1;
}

/* RFC 7989 5: what the caller's own telephone calls this call, through every
 * switch between. All zeros are nobody's. */
static struct slice session_id(const struct sip_msg *m)
{
	const struct slice v = sip_msg_named(m, SLICE("Session-ID"));
	const struct slice id =
	    slice_trim(slice_head(v, slice_find(v, ';', 0)));

	for (size_t i = 0; i < id.n; i++)
		if (id.p[i] != '0')
			return id;
	return SLICE("");
}

/* RFC 7315 4.6: what the first network calls it, for its bills. */
static struct slice charging_id(const struct sip_msg *m)
{
	struct slice rest = sip_msg_named(m, SLICE("P-Charging-Vector"));
	struct slice one, v;

	while (rest.n > 0) {
		(void)slice_cut(&rest, ';', &one);
		one = slice_trim(one);
		if (!slice_starts_case(one, SLICE("icid-value")))
			continue;
		v = slice_skip(one, slice_find(one, '=', 0));
		return slice_trim(slice_skip(v, v.n == 0 ? 0 : 1));
	}
	return SLICE("");
}

/* A carrier that tries twice sends the same call: its From tag, its description
 * to the byte, or what others call it. Two people behind one number have none
 * of these in common. */
static void read_same(const struct sip_msg *m, struct invite *in)
{
	if (in->caller.kind != NUMBER_IN_E164)
		return;
	in->same.mark[SLOTS_SAME_TAG] = hash_of(in, m->from.tag);
	in->same.mark[SLOTS_SAME_SDP] = hash_of(in, in->sdp);
	in->same.mark[SLOTS_SAME_SESSION] = hash_of(in, session_id(m));
	in->same.mark[SLOTS_SAME_CHARGING] = hash_of(in, charging_id(m));
}

/* A number that rings a number that rings the first one: our Max-Forwards does
 * not come back through a telephone network, the count of diversions may (RFC
 * 5806 9.1; each header without one is one). */
static unsigned int count_diversions(const struct sip_msg *m)
{
	struct sip_msg_walk w = { 0 };
	struct slice item, v;
	struct sip_addr a;
	unsigned int n = 0;

	while (sip_msg_walk(m, SIP_HDR_DIVERSION, &w, &item)) {
		uint32_t count = 1;

		if (sip_addr_parse(item, &a) == ERR_OK &&
		    sip_param_find(a.params, SLICE("counter"), &v) == ERR_OK &&
		    (scan_u32(&v, &count) != ERR_OK || count == 0))
			count = 1;
		if (count > INVITE_DIVERSIONS_MAX)
			return INVITE_DIVERSIONS_MAX;
		n += count;
	}
	return n < INVITE_DIVERSIONS_MAX ? n : INVITE_DIVERSIONS_MAX;
}

/* --- the whole -------------------------------------------------------------*/

/* 100rel without an offer would need ours in the first 18x and their answer in
 * a PRACK; nobody does that. In a dialog we ring nobody. */
static bool is_known(const struct sip_msg *m, struct slice option)
{
	return slice_eq_case(option, SLICE("timer")) ||
	       slice_eq_case(option, SLICE("replaces")) ||
	       (slice_eq_case(option, SLICE("100rel")) &&
		   (sip_body_sdp(m).n > 0 || m->to.tag.n > 0 ||
		       m->method != SIP_METHOD_INVITE));
}

/* What we do not do and the caller insists on (RFC 3261 8.2.2.3). */
bool invite_requires_unknown(const struct sip_msg *m)
{
	struct sip_msg_walk w = { 0 };
	struct slice item;

	while (sip_msg_walk(m, SIP_HDR_REQUIRE, &w, &item))
		if (!is_known(m, item))
			return true;
	return false;
}

/* RFC 3261 20.1: who does not say takes a description; who names others and
 * none of these would not read our answer. */
static bool takes_sdp(const struct sip_msg *m)
{
	static const struct slice ours[] = { SLICE_INIT(SDP_CONTENT_TYPE),
		SLICE_INIT("application/*"), SLICE_INIT("*/*"),
		SLICE_INIT("multipart/mixed") };
	struct sip_msg_walk w = { 0 };
	bool any = false;
	struct slice item;

	while (sip_msg_walk(m, SIP_HDR_ACCEPT, &w, &item)) {
		item = slice_trim(slice_head(item, slice_find(item, ';', 0)));
		for (size_t i = 0; i < RT_ARRAY_LEN(ours); i++)
			if (slice_eq_case(item, ours[i]))
				return true;
		any = true;
	}
	return !any;
}

static unsigned int check(struct engine *e, const struct sip_msg *m,
    struct invite *in)
{
	uint32_t hops = 70;

	if (e->draining)
		return 503;
	if (sip_msg_has(m, SIP_HDR_MAX_FORWARDS) &&
	    (sip_msg_number(m, SIP_HDR_MAX_FORWARDS, &hops) != ERR_OK ||
		hops > 255))
		return 400;
	if (hops == 0)
		return 483;
	/* 0 would mean "the usual" to the writer: the last hop is refused. */
	if (hops == 1)
		return 483;
	in->max_forwards = hops - 1;
	if (invite_requires_unknown(m))
		return 420;
	if (!takes_sdp(m))
		return 406;
	if (sip_body_sdp(m).n > CALL_OFFER_MAX)
		return 413;
	return leg_in_check_body(m);
}

unsigned int invite_read(struct engine *e, const struct sip_txn_event *ev,
    struct invite *out)
{
	struct snap_trunk t;
	unsigned int status;

	memset(out, 0, sizeof(*out));
	out->who.from = ev->from;
	if ((status = check(e, ev->msg, out)) != 0)
		return status;
	out->sdp = sip_body_sdp(ev->msg);
	out->diversions = count_diversions(ev->msg);
	if (out->diversions == INVITE_DIVERSIONS_MAX) {
		e->stats.refused_loop++;
		e->stats.loop_source = ev->from.ip;
		return 482;
	}
	if (!find_dialled(e, ev, out))
		return 404;
	snap_trunk_at(slots_snap_now(e), out->trunk, &t);
	read_caller(&t, ev->msg, out);
	read_same(ev->msg, out);
	return 0;
}

void invite_put_unsupported(const struct sip_msg *m, struct buf *b)
{
	struct sip_msg_walk w = { 0 };
	struct slice item;

	while (sip_msg_walk(m, SIP_HDR_REQUIRE, &w, &item))
		if (!is_known(m, item))
			sip_write_hdr(b, SIP_HDR_UNSUPPORTED, item);
}

void invite_refuse(struct engine *e, const struct sip_txn_event *ev,
    unsigned int status)
{
	char mem[512];
	struct buf b;

	buf_over(&b, mem, sizeof(mem));
	switch (status) {
	case 415:
		leg_in_put_accept(ev->msg, &b);
		break;
	case 420:
		invite_put_unsupported(ev->msg, &b);
		break;
	case 422:
		sip_write_hdr_u64(&b, SIP_HDR_MIN_SE, SESSION_MIN_S);
		break;
	case 503:
		sip_write_hdr_u64(&b, SIP_HDR_RETRY_AFTER, 5);
		break;
	default:
		break;
	}
	/* A list too long for the buffer is left out, not cut. */
	leg_out_reject(e, ev->id, status,
	    buf_err(&b) == ERR_OK ? buf_slice(&b) : SLICE(""));
}
