#include "sipworker/engine/redirect.h"

#include <string.h>

#include "lib/base/scan.h"
#include "sipworker/engine/hop.h"
#include "sipworker/engine/ring.h"
#include "sipworker/engine/trace.h"
#include "sipworker/sip/sip_addr.h"
#include "sipworker/sip/sip_param.h"

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

/* A Contact that may be followed. */
struct contact {
	struct addr4 hop;
	struct slice uri;
	unsigned int q; /* thousandths */
};

/* q="0"["." 0*3DIGIT] or "1"["." 0*3("0")] (RFC 3261 25.1); without one, or
 * with another, it is 1. */
static unsigned int read_q(struct slice params)
{
	unsigned int q = 0, unit = 1000;
	struct slice v;

	if (sip_param_find(params, SLICE("q"), &v) != ERR_OK || v.n == 0 ||
	    v.n > 5 || (v.n > 1 && v.p[1] != '.'))
		return 1000;
	for (size_t i = 0; i < v.n; i++) {
		if (i == 1)
			continue;
		if (!scan_is_digit(v.p[i]))
			return 1000;
		q += (unsigned int)(v.p[i] - '0') * unit;
		unit /= 10;
	}
	return q > 1000 ? 1000 : q;
}

/* Not by another transport, and not to another place than its host. */
static bool is_plain(const struct sip_uri *u)
{
	struct slice v;

	return !sip_uri_has(u, SLICE("maddr")) &&
	       (sip_param_find(u->params, SLICE("transport"), &v) != ERR_OK ||
		   slice_eq_case(v, SLICE("udp")));
}

static bool read_contact(const struct engine *e, const struct leg *l,
    struct slice item, struct contact *out)
{
	struct sip_addr a;
	struct addr4 hop;

	if (sip_addr_parse(item, &a) != ERR_OK || a.star ||
	    a.uri.scheme != SIP_URI_SIP || a.uri.headers.n > 0 ||
	    !is_plain(&a.uri) || addr4_ip(a.uri.host, &hop.ip) != ERR_OK ||
	    !is_permitted(e, l, &a.uri, hop.ip) ||
	    slice_eq(a.uri_text, slice_from(l->uri)) ||
	    a.uri_text.n >= sizeof(l->uri))
		return false;
	hop.port = a.uri.port == 0 ? SIP_VIA_PORT : a.uri.port;
	*out = (struct contact){ hop, a.uri_text, read_q(a.params) };
	return true;
}

/* The best first, those alike in the order given; what is worse than all of
 * the first few is left out. Returns how many there are. */
static size_t read_contacts(const struct engine *e, const struct leg *l,
    const struct sip_msg *m, struct contact c[SLOTS_CHOICE_MAX + 1])
{
	struct sip_msg_walk w = { 0 };
	struct contact one;
	struct slice item;
	size_t n = 0;

	while (sip_msg_walk(m, SIP_HDR_CONTACT, &w, &item)) {
		size_t at = n;

		if (!read_contact(e, l, item, &one))
			continue;
		while (at > 0 && c[at - 1].q < one.q)
			at--;
		if (at > SLOTS_CHOICE_MAX)
			continue;
		if (n <= SLOTS_CHOICE_MAX)
			n++;
		memmove(&c[at + 1], &c[at], (n - 1 - at) * sizeof(*c));
		c[at] = one;
	}
	return n;
}

static struct slots_choice *find_choice(struct engine *e, const struct leg *l)
{
	for (size_t i = 0; i < SLOTS_CHOICES; i++)
		if (e->choice[i].leg == l->ref)
			return &e->choice[i];
	return NULL;
}

/* A new redirection takes the place of the leg's old one. */
static void keep(struct engine *e, const struct leg *l, const struct contact *c,
    size_t n)
{
	struct slots_choice *k = find_choice(e, l);

	if (k == NULL && n == 0)
		return;
	if (k == NULL)
		k = &e->choice[e->choice_at++ % SLOTS_CHOICES];
	*k = (struct slots_choice){ .leg = n == 0 ? 0 : l->ref };
	for (size_t i = 0; i < n; i++) {
		if (!slice_to_cstr(c[i].uri, k->uri[k->n], LEG_URI_MAX))
			continue;
		k->hop[k->n++] = c[i].hop;
	}
}

static void go(struct engine *e, struct leg *l, struct addr4 hop,
    uint16_t status)
{
	hop_move(e, l, hop);
	sip_auth_forget(&l->auth); /* as in hop_next() */
	l->n_hops = 0;
	trace_event(e, l->call, CALLREC_EV_DIAL, l->number, status,
	    slice_from(l->uri));
	ring_call(e, l);
}

bool redirect_take(struct engine *e, struct leg *l, const struct sip_msg *m)
{
	struct contact c[SLOTS_CHOICE_MAX + 1];
	size_t n;

	if (m == NULL || m->status < 300 || m->status > 399 ||
	    l->call == NULL || l->over || l->redirects >= REDIRECT_MAX)
		return false;
	n = read_contacts(e, l, m, c);
	if (n == 0 || !slice_to_cstr(c[0].uri, l->uri, sizeof(l->uri)))
		return false;
	keep(e, l, c + 1, n - 1);
	l->redirects++;
	go(e, l, c[0].hop, (uint16_t)m->status);
	return true;
}

bool redirect_next(struct engine *e, struct leg *l, uint16_t status)
{
	struct slots_choice *k = find_choice(e, l);
	enum err err;

	if (k == NULL || k->at == k->n || l->call == NULL || l->over ||
	    status >= 600)
		return false;
	/* Who did not reply may wake up, and must not ring then. */
	err = sip_txn_cancel(e->txn, l->invite, SLICE(""), e->now.mono_us);
	if (err != ERR_NOTFOUND)
		slots_count_unsent(e, err);
	memcpy(l->uri, k->uri[k->at], sizeof(l->uri));
	go(e, l, k->hop[k->at++], status);
	return true;
}
