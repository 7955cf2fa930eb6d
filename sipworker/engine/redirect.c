#include "sipworker/engine/redirect.h"

#include <string.h>

#include "sipworker/engine/hop.h"
#include "sipworker/sip/sip_addr.h"

static bool is_next_hop(const struct engine *e, const struct leg *l,
    uint32_t ip)
{
	const struct snap *s = e->snaps[l->call->snap].snap;
	struct snap_trunk t;

	for (uint32_t i = 0; i < s->section[SNAP_TRUNKS].count; i++) {
		snap_trunk_at(s, i, &t);
		if (t.outgoing && t.next_hop_ip == ip &&
		    id_eq(t.account.v, l->call->number.account.v))
			return true;
	}
	return false;
}

static bool is_own_host(const struct leg *l, uint32_t ip)
{
	if (ip == l->hop.ip)
		return true;
	for (uint8_t i = 0; i < l->n_hops; i++)
		if (l->hops[i].ip == ip)
			return true;
	return false;
}

static bool is_permitted(const struct engine *e, const struct leg *l,
    const struct sip_uri *to, uint32_t ip)
{
	struct sip_uri asked;

	if (l->trunk == SNAP_NO_ROW)
		return is_own_host(l, ip);
	/* Whatever number a carrier is given it bills. */
	return (is_own_host(l, ip) || is_next_hop(e, l, ip)) &&
	       sip_uri_parse(slice_from(l->uri), &asked) == ERR_OK &&
	       slice_eq(asked.user, to->user);
}

static bool try_contact(struct engine *e, struct leg *l, struct slice item)
{
	struct sip_addr a;
	struct addr4 hop;

	if (sip_addr_parse(item, &a) != ERR_OK || a.star ||
	    a.uri.scheme != SIP_URI_SIP || a.uri.headers.n > 0 ||
	    addr4_ip(a.uri.host, &hop.ip) != ERR_OK ||
	    !is_permitted(e, l, &a.uri, hop.ip) ||
	    slice_eq(a.uri_text, slice_from(l->uri)) ||
	    a.uri_text.n >= sizeof(l->uri))
		return false;
	hop.port = a.uri.port == 0 ? SIP_VIA_PORT : a.uri.port;
	if (!slice_to_cstr(a.uri_text, l->uri, sizeof(l->uri)))
		return false;
	hop_move(e, l, hop);
	l->n_hops = 0;
	return true;
}

bool redirect_take(struct engine *e, struct leg *l, const struct sip_msg *m)
{
	struct sip_msg_walk w = { 0 };
	struct slice item;

	if (m == NULL || m->status < 300 || m->status > 399 ||
	    l->call == NULL || l->over || l->redirects >= REDIRECT_MAX)
		return false;
	while (sip_msg_walk(m, SIP_HDR_CONTACT, &w, &item))
		if (try_contact(e, l, item)) {
			l->redirects++;
			return true;
		}
	return false;
}
