#include "sipworker/engine/route.h"

#include "lib/core/nexthop.h"
#include "sipworker/engine/hop.h"

static const struct snap *snap_of(const struct engine *e, const struct call *c)
{
	return e->snaps[c->snap].snap;
}

/* --- where to --------------------------------------------------------------*/

/* A destination's own address and trunk; false: not this company's. */
static bool resolve(struct engine *e, const struct call *c, struct leg *l,
    struct slice *to)
{
	const struct snap *s = snap_of(e, c);
	struct snap_destination d;
	uint32_t row;

	if (!slice_starts(*to, SLICE("dst_")))
		return true;
	if (id_parse(ID_KIND_destination, *to, l->destination.v) != ERR_OK)
		return false;
	row = snap_find_destination(s, l->destination);
	if (row == SNAP_NO_ROW)
		return false;
	snap_destination_at(s, row, &d);
	if (!id_eq(d.company.v, c->company.v))
		return false;
	*to = d.address;
	if (d.trunk != SNAP_NO_ROW) /* else the step may name one */
		l->trunk = d.trunk;
	return true;
}

/* "sip:user@host:port": straight there, without a trunk. */
static bool by_uri(struct leg *l, struct slice to)
{
	struct sip_uri u;

	l->trunk = SNAP_NO_ROW;
	if (!slice_to_cstr(to, l->uri, sizeof(l->uri)) ||
	    sip_uri_parse(slice_from(l->uri), &u) != ERR_OK ||
	    u.scheme != SIP_URI_SIP)
		return false;
	if (addr4_ip(u.host, &l->hop.ip) == ERR_OK) {
		l->hop.port = u.port == 0 ? SIP_VIA_PORT : u.port;
		return l->hop.ip != 0;
	}
	l->hop = (struct addr4){ 0, u.port };
	l->hop_name = u.host;
	return nexthop_is_name(u.host);
}

/* Of the account's trunks that may call out the first that was of use the last
 * time, else the first. */
static uint32_t pick_trunk(const struct engine *e, const struct snap *s,
    struct account_id account)
{
	for (uint32_t i = 0; i < s->section[SNAP_TRUNKS].count; i++) {
		struct snap_trunk t;

		snap_trunk_at(s, i, &t);
		if (t.outgoing && id_eq(t.account.v, account.v) &&
		    !hop_trunk_is_bad(e, t.id))
			return i;
	}
	return snap_find_outgoing(s, account);
}

static bool put_uri(struct leg *l, const struct snap_trunk *t, struct slice to)
{
	struct buf b;

	buf_over(&b, l->uri, sizeof(l->uri) - 1);
	buf_cstr(&b, "sip:");
	sip_uri_put_user(&b, t->tech_prefix);
	sip_uri_put_user(&b, to);
	buf_char(&b, '@');
	if (t->uri_host.n > 0) {
		buf_put(&b, t->uri_host);
	} else if (l->hop.ip == 0) {
		buf_put(&b, l->hop_name);
	} else {
		addr4_put_ip(&b, l->hop.ip);
	}
	return buf_err(&b) == ERR_OK;
}

/* "+15551230000": through the trunk that the destination or the step names,
 * and no other; else through one of the account's that may. What an account
 * pays its carrier for, no other uses. */
static enum route_end by_number(struct engine *e, const struct call *c,
    struct leg *l, struct slice to)
{
	const struct snap *s = snap_of(e, c);
	struct snap_trunk t;

	if (l->trunk == SNAP_TRUNK_OFF)
		return ROUTE_TRUNK_OFF;
	if (l->trunk == SNAP_NO_ROW)
		l->trunk = pick_trunk(e, s, c->number.account);
	if (l->trunk == SNAP_NO_ROW)
		return ROUTE_NO_WAY;
	snap_trunk_at(s, l->trunk, &t);
	if (!id_eq(t.account.v, c->number.account.v) ||
	    (t.next_hop_ip == 0 && t.next_hop_name.n == 0))
		return ROUTE_NO_WAY;
	if (!t.outgoing)
		return ROUTE_TRUNK_IN;
	l->trunk_id = t.id;
	l->hop = (struct addr4){ t.next_hop_ip, t.next_hop_port };
	l->hop_name = t.next_hop_name;
	if (l->hop.ip != 0 && l->hop.port == 0)
		l->hop.port = SIP_VIA_PORT;
	return put_uri(l, &t, to) ? ROUTE_FOUND : ROUTE_NO_WAY;
}

static enum route_end locate(struct engine *e, const struct call *c,
    struct leg *l, struct slice to)
{
	if (!resolve(e, c, l, &to) ||
	    !slice_to_cstr(to, l->target, sizeof(l->target)))
		return ROUTE_NO_WAY;
	if (slice_starts_case(to, SLICE("sip:")))
		return by_uri(l, to) ? ROUTE_FOUND : ROUTE_NO_WAY;
	return by_number(e, c, l, to);
}

/* --- who calls -------------------------------------------------------------*/

static void put_from_user(struct engine *e, const struct call *c,
    const struct leg *l, enum flow_show show, struct buf *b)
{
	struct snap_trunk t = { .from_user = SLICE("") };

	if (l->trunk != SNAP_NO_ROW)
		snap_trunk_at(snap_of(e, c), l->trunk, &t);
	if (t.from_user.n > 0)
		sip_uri_put_user(b, t.from_user);
	else if (show == FLOW_SHOW_TRACKING || c->caller[0] == '\0')
		sip_uri_put_user(b, c->number.e164);
	else
		sip_uri_put_user(b, slice_from(c->caller));
}

/* RFC 3323: withheld stays withheld, unless our own number is shown. */
static void put_from(struct engine *e, const struct call *c,
    const struct leg *l, enum flow_show show, struct buf *b)
{
	if (c->anonymous && show == FLOW_SHOW_CALLER) {
		buf_cstr(b,
		    "\"Anonymous\" <sip:anonymous@anonymous.invalid>;tag=");
		buf_cstr(b, l->tag);
		return;
	}
	if (c->display[0] != '\0' && show == FLOW_SHOW_CALLER) {
		sip_addr_put_quoted(b, slice_from(c->display));
		buf_char(b, ' ');
	}
	buf_cstr(b, "<sip:");
	put_from_user(e, c, l, show, b);
	buf_char(b, '@');
	addr4_put_ip(b, e->cfg.sip.ip);
	buf_cstr(b, ">;tag=");
	buf_cstr(b, l->tag);
}

static bool address(struct engine *e, const struct call *c, struct leg *l,
    enum flow_show show)
{
	char token[SIP_TXN_TOKEN_MAX];
	struct buf from, to, id;

	buf_over(&from, l->from, sizeof(l->from) - 1);
	put_from(e, c, l, show, &from);
	buf_over(&to, l->to, sizeof(l->to) - 1);
	buf_char(&to, '<');
	buf_cstr(&to, l->uri);
	buf_char(&to, '>');
	sip_txn_token(e->txn, token);
	buf_over(&id, l->call_id, sizeof(l->call_id) - 1);
	buf_cstr(&id, token);
	buf_char(&id, '@');
	addr4_put_ip(&id, e->cfg.sip.ip);
	return buf_err(&from) == ERR_OK && buf_err(&to) == ERR_OK &&
	       buf_err(&id) == ERR_OK;
}

/* A way by address has no trunk, and no limits but ours. */
static bool has_room(struct engine *e, const struct call *c, struct leg *l)
{
	struct snap_trunk t;

	if (l->trunk == SNAP_NO_ROW)
		return true;
	snap_trunk_at(snap_of(e, c), l->trunk, &t);
	return slots_trunk_take(e, l, &t);
}

enum route_end route_leg(struct engine *e, const struct call *c, struct leg *l,
    struct slice to, enum flow_show show)
{
	enum route_end end = locate(e, c, l, to);

	if (end == ROUTE_FOUND && !address(e, c, l, show))
		end = ROUTE_NO_WAY;
	if (end != ROUTE_FOUND) {
		l->trunk = SNAP_NO_ROW; /* nothing goes by it */
		return end;
	}
	return has_room(e, c, l) ? ROUTE_FOUND : ROUTE_FULL;
}

uint16_t route_status(enum route_end end)
{
	return end == ROUTE_NO_WAY ? 404 : 503;
}

const char *route_why(enum route_end end)
{
	switch (end) {
	case ROUTE_TRUNK_OFF:
		return "the trunk of this destination is disabled";
	case ROUTE_TRUNK_IN:
		return "the trunk of this destination takes no calls from us";
	case ROUTE_FULL:
		return "the trunk is at its limit";
	case ROUTE_NO_WAY:
	case ROUTE_FOUND:
		break;
	}
	return "no way to this destination";
}
