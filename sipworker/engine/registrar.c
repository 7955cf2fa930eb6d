#include "sipworker/engine/registrar.h"

#include <string.h>

#include "lib/base/scan.h"
#include "sipworker/engine/slots.h"
#include "sipworker/sip/sip_param.h"
#include "sipworker/sip/sip_write.h"

/* The lower half of a reference: no leg has so high a number. */
#define REF_BASE   UINT32_C(0xffff0000)
#define TEXT_MAX   512
#define NAME_US    (10 * RT_SEC_US) /* a look-up that is not answered */
#define SPREAD_US  (RT_SEC_US / 4)  /* between the first ones */
#define LONGER_MAX 3                /* times in a row that 423 is believed */

/* --- the table -------------------------------------------------------------*/

static struct registration *by_ref(struct engine *e, uint64_t ref)
{
	const uint32_t i = (uint32_t)(ref & UINT32_MAX) - REF_BASE;

	if (i >= REGISTRAR_MAX || ref == 0 || e->registrar.reg[i].ref != ref)
		return NULL;
	return &e->registrar.reg[i];
}

/* Its place; REGISTRAR_MAX: it has none. */
static size_t by_trunk(const struct engine *e, struct trunk_id id)
{
	size_t i = 0;

	while (i < REGISTRAR_MAX && !id_eq(e->registrar.reg[i].id.v, id.v))
		i++;
	return i;
}

static struct registration *make(struct engine *e, struct trunk_id id)
{
	for (uint32_t i = 0; i < REGISTRAR_MAX; i++) {
		struct registration *r = &e->registrar.reg[i];

		if (r->ref != 0)
			continue;
		*r = (struct registration){ .id = id };
		r->ref = (uint64_t)++e->registrar.made << 32 | (REF_BASE + i);
		r->timer.kind = SLOTS_T_REGISTER;
		r->timer.owner = r;
		sip_txn_token(e->txn, r->call_id);
		sip_txn_token(e->txn, r->tag);
		return r;
	}
	return NULL;
}

static void set_peer(struct engine *e, struct registration *r, uint32_t ip)
{
	if (r->peer == ip)
		return;
	if (ip != 0)
		slots_peer_add(e, ip);
	if (r->peer != 0)
		slots_peer_drop(e, r->peer);
	r->peer = ip;
}

static void set_up(struct engine *e, struct registration *r, bool up)
{
	if (r->up != up && up)
		e->stats.registered++;
	else if (r->up != up)
		e->stats.registered--;
	r->up = up;
}

static void forget(struct engine *e, struct registration *r)
{
	timer_stop(&e->timers, &r->timer);
	set_up(e, r, false);
	set_peer(e, r, 0);
	*r = (struct registration){ .ref = 0 };
}

/* The trunk as it is configured now. */
static bool find_trunk(const struct engine *e, struct trunk_id id,
    struct snap_trunk *out)
{
	const struct snap *s = slots_snap_now(e);

	for (uint32_t i = 0; i < s->section[SNAP_TRUNKS].count; i++) {
		snap_trunk_at(s, i, out);
		if (id_eq(out->id.v, id.v))
			return true;
	}
	return false;
}

/* --- what is sent ----------------------------------------------------------*/

/* "sip:carrier.example": whom we register with. */
static void put_host(const struct snap_trunk *t, struct buf *b)
{
	if (t->uri_host.n > 0)
		buf_put(b, t->uri_host);
	else if (t->next_hop_name.n > 0)
		buf_put(b, t->next_hop_name);
	else
		addr4_put_ip(b, t->next_hop_ip);
}

static void put_person(const struct snap_trunk *t, const char *tag,
    struct buf *b)
{
	buf_cstr(b, "<sip:");
	sip_uri_put_user(b, t->auth_user);
	buf_char(b, '@');
	put_host(t, b);
	buf_char(b, '>');
	if (tag[0] != '\0') {
		buf_cstr(b, ";tag=");
		buf_cstr(b, tag);
	}
}

static void put_auth(struct engine *e, struct registration *r,
    const struct snap_trunk *t, struct slice uri, struct buf *b)
{
	const struct sip_auth_user user = { t->auth_user, t->auth_password };
	char cnonce[SIP_TXN_TOKEN_MAX];

	sip_txn_token(e->txn, cnonce);
	sip_auth_put(b, &r->auth, &user, SLICE("REGISTER"), uri,
	    slice_from(cnonce));
}

static bool send_register(struct engine *e, struct registration *r,
    const struct snap_trunk *t)
{
	char umem[TEXT_MAX], fmem[TEXT_MAX], tmem[TEXT_MAX], imem[TEXT_MAX];
	char hmem[LEG_HEADERS_MAX];
	struct sip_write_request q = { .method = SIP_METHOD_REGISTER };
	struct buf uri, from, to, id, h;

	buf_over(&uri, umem, sizeof(umem));
	buf_cstr(&uri, "sip:");
	put_host(t, &uri);
	buf_over(&from, fmem, sizeof(fmem));
	put_person(t, r->tag, &from);
	buf_over(&to, tmem, sizeof(tmem));
	put_person(t, "", &to);
	buf_over(&id, imem, sizeof(imem));
	buf_cstr(&id, r->call_id);
	buf_char(&id, '@');
	addr4_put_ip(&id, e->cfg.sip.ip);
	buf_over(&h, hmem, sizeof(hmem));
	sip_write_contact(&h, t->auth_user, e->cfg.sip);
	sip_write_hdr_u64(&h, SIP_HDR_EXPIRES, r->leaving ? 0 : r->wanted_s);
	put_auth(e, r, t, buf_slice(&uri), &h);
	q.uri = buf_slice(&uri);
	q.from = buf_slice(&from);
	q.to = buf_slice(&to);
	q.call_id = buf_slice(&id);
	q.cseq = ++r->cseq;
	q.headers = buf_slice(&h);
	set_peer(e, r, r->hop[r->hop_at].ip);
	return buf_err(&uri) == ERR_OK && buf_err(&from) == ERR_OK &&
	       buf_err(&to) == ERR_OK && buf_err(&h) == ERR_OK &&
	       sip_txn_request(e->txn, &q, r->hop[r->hop_at], r->ref,
		   e->now.mono_us, &r->txn) == ERR_OK;
}

/* --- success and failure ---------------------------------------------------*/

static void again_in(struct engine *e, struct registration *r, int64_t us)
{
	timer_arm(&e->timers, &r->timer, e->now.mono_us + us);
}

/* RFC 3261 20.33: not before that; 0: it does not say. */
static int64_t retry_after_s(const struct sip_msg *m)
{
	uint32_t s;

	return m != NULL && sip_msg_number(m, SIP_HDR_RETRY_AFTER, &s) == ERR_OK
		   ? (int64_t)s
		   : 0;
}

/* Twice as long each time, and not all at the same moment. */
static void back_off(struct engine *e, struct registration *r, int64_t least_s)
{
	int64_t s = REGISTRAR_BACKOFF_S;

	for (unsigned int i = 0; i < r->failures && s < REGISTRAR_SLOWEST_S;
	     i++)
		s *= 2;
	if (s < least_s)
		s = least_s;
	if (s > REGISTRAR_SLOWEST_S)
		s = REGISTRAR_SLOWEST_S;
	r->failures++;
	r->longer = 0;
	r->n_hops = 0; /* looked up anew */
	sip_auth_forget(&r->auth);
	again_in(e, r, s * RT_SEC_US + (int64_t)(r->ref % 97) * 50000);
}

/* m: the refusal; NULL: there was none. */
static void failed(struct engine *e, struct registration *r,
    const struct sip_msg *m)
{
	set_up(e, r, false);
	e->stats.register_failed++;
	e->stats.unregistered_trunk = r->id;
	back_off(e, r, retry_after_s(m));
}

static void try_now(struct engine *e, struct registration *r)
{
	struct snap_trunk t;

	if (!find_trunk(e, r->id, &t)) {
		forget(e, r);
		return;
	}
	if (!send_register(e, r, &t))
		failed(e, r, NULL);
}

/* How surely a binding is ours (10.2.4): a registrar behind a NAT may have
 * written another port. */
static unsigned int likeness(const struct engine *e, const struct sip_addr *a)
{
	const uint16_t port = a->uri.port == 0 ? SIP_VIA_PORT : a->uri.port;
	uint32_t ip;

	if (addr4_ip(a->uri.host, &ip) != ERR_OK || ip != e->cfg.sip.ip)
		return 0;
	return port == e->cfg.sip.port ? 2 : 1;
}

/* Several of one likeness: the shortest, or ours might run out. The only one is
 * ours, wherever it says that we are. */
static uint32_t granted_s(const struct engine *e, const struct registration *r,
    const struct sip_msg *m)
{
	uint32_t all_s = r->wanted_s, best_s = 0, own;
	unsigned int best = 0, n = 0;
	struct sip_msg_walk w = { 0 };
	struct slice item, v;
	struct sip_addr a;

	if (sip_msg_number(m, SIP_HDR_EXPIRES, &own) == ERR_OK)
		all_s = own;
	while (sip_msg_walk(m, SIP_HDR_CONTACT, &w, &item)) {
		unsigned int like;

		n++;
		if (sip_addr_parse(item, &a) != ERR_OK || a.star ||
		    sip_param_find(a.params, SLICE("expires"), &v) != ERR_OK ||
		    scan_u32(&v, &own) != ERR_OK || v.n > 0)
			continue;
		like = likeness(e, &a) + 1;
		if (like > best || (like == best && own < best_s))
			best_s = own;
		if (like > best)
			best = like;
	}
	return best > 1 || (best == 1 && n == 1) ? best_s : all_s;
}

static void accepted(struct engine *e, struct registration *r,
    const struct sip_msg *m)
{
	uint32_t s = granted_s(e, r, m);

	if (s < REGISTRAR_LEAST_S)
		s = REGISTRAR_LEAST_S; /* nobody wants us that often */
	if (s > REGISTRAR_MOST_S)
		s = REGISTRAR_MOST_S;
	r->failures = 0;
	r->longer = 0;
	sip_auth_accepted(&r->auth);
	set_up(e, r, true);
	again_in(e, r, s * RT_SEC_US * 3 / 4);
}

/* 423: for longer, but not for ever. */
static bool wants_longer(struct registration *r, const struct sip_msg *m)
{
	uint32_t least;

	if (m->status != 423 || r->longer == LONGER_MAX ||
	    sip_msg_number(m, SIP_HDR_MIN_EXPIRES, &least) != ERR_OK ||
	    least <= r->wanted_s || least > REGISTRAR_MOST_S)
		return false;
	r->wanted_s = least;
	r->longer++;
	/* It has looked at the time: it takes our credentials. */
	sip_auth_accepted(&r->auth);
	return true;
}

static void refused(struct engine *e, struct registration *r,
    const struct sip_msg *m)
{
	const bool asked = m != NULL && (m->status == 401 || m->status == 407);

	if ((asked && sip_auth_choose(&r->auth, m) == ERR_OK) ||
	    (m != NULL && wants_longer(r, m))) {
		try_now(e, r);
		return;
	}
	if ((m == NULL || m->status == 503) && r->hop_at + 1 < r->n_hops) {
		r->hop_at++;
		sip_auth_forget(&r->auth); /* it has nonces of its own */
		try_now(e, r);
		return;
	}
	if (r->leaving)
		forget(e, r);
	else
		failed(e, r, m);
}

bool registrar_event(struct engine *e, const struct sip_txn_event *ev)
{
	struct registration *r = by_ref(e, ev->user);
	const unsigned int status = ev->msg == NULL ? 408 : ev->msg->status;

	if (r == NULL ||
	    (ev->what != SIP_TXN_RESPONSE && ev->what != SIP_TXN_TIMEOUT))
		return r != NULL;
	/* Who was asked before, or elsewhere, does not matter any more. */
	if (status < 200 || ev->id.v != r->txn.v)
		return true;
	if (r->leaving && !(status == 401 || status == 407))
		forget(e, r); /* whatever it says */
	else if (status < 300)
		accepted(e, r, ev->msg);
	else
		refused(e, r, ev->msg);
	return true;
}

/* --- where to --------------------------------------------------------------*/

static void look_up(struct engine *e, struct registration *r,
    const struct snap_trunk *t)
{
	struct engine_resolve *q;

	if (t->next_hop_ip != 0) {
		r->n_hops = 1;
		r->hop_at = 0;
		r->hop[0] = (struct addr4){ t->next_hop_ip,
			t->next_hop_port == 0 ? SIP_VIA_PORT
					      : t->next_hop_port };
		try_now(e, r);
		return;
	}
	q = &out_add(&e->out, ENGINE_RESOLVE)->u.resolve;
	q->ticket = r->ref;
	q->name = out_copy(&e->out, t->next_hop_name);
	q->port = t->next_hop_port;
	again_in(e, r, NAME_US);
	r->n_hops = 0;
}

bool registrar_found(struct engine *e, uint64_t ticket, const struct addr4 *at,
    size_t n)
{
	struct registration *r = by_ref(e, ticket);

	if (r == NULL)
		return false;
	if (r->n_hops > 0)
		return true; /* answered twice */
	timer_stop(&e->timers, &r->timer);
	r->hop_at = 0;
	for (size_t i = 0; i < n && r->n_hops < REGISTRAR_HOPS; i++)
		r->hop[r->n_hops++] = at[i];
	if (r->n_hops == 0)
		failed(e, r, NULL);
	else
		try_now(e, r);
	return true;
}

void registrar_on_timer(struct engine *e, struct registration *r)
{
	struct snap_trunk t;

	if (!find_trunk(e, r->id, &t)) {
		forget(e, r);
		return;
	}
	look_up(e, r, &t);
}

/* --- the configuration -----------------------------------------------------*/

static void leave(struct engine *e, struct registration *r)
{
	struct snap_trunk t;

	timer_stop(&e->timers, &r->timer);
	/* Without its trunk nobody knows the password any more; it expires.
	 * What is under way may be granted yet. */
	if ((!r->up && (r->cseq == 0 || r->failures > 0)) || r->n_hops == 0 ||
	    !find_trunk(e, r->id, &t)) {
		forget(e, r);
		return;
	}
	r->leaving = true;
	set_up(e, r, false);
	if (!send_register(e, r, &t))
		forget(e, r);
}

static uint64_t mix(uint64_t h, const void *p, size_t n)
{
	const unsigned char *c = p;

	for (size_t i = 0; i < n; i++)
		h = (h ^ c[i]) * UINT64_C(0x100000001b3);
	return h;
}

/* Another value when the trunk is to be told something else, or elsewhere: the
 * texts of the configuration before are gone. */
static uint64_t terms_of(const struct snap_trunk *t)
{
	const struct slice text[] = { t->uri_host, t->next_hop_name,
		t->auth_user, t->auth_password };
	uint64_t h = UINT64_C(0xcbf29ce484222325);

	for (size_t i = 0; i < RT_ARRAY_LEN(text); i++) {
		h = mix(h, &text[i].n, sizeof(text[i].n));
		h = mix(h, text[i].p, text[i].n);
	}
	h = mix(h, &t->next_hop_ip, sizeof(t->next_hop_ip));
	h = mix(h, &t->next_hop_port, sizeof(t->next_hop_port));
	return mix(h, &t->register_s, sizeof(t->register_s));
}

/* Who mended a password does not wait for what the wrong one has earned. */
static void set_terms(struct engine *e, struct registration *r,
    const struct snap_trunk *t, unsigned int nth)
{
	const uint64_t terms = terms_of(t);

	r->seen = true;
	if (r->terms == terms)
		return;
	r->terms = terms;
	r->wanted_s = t->register_s;
	r->failures = 0;
	sip_auth_forget(&r->auth);
	r->txn = (struct sip_txn_id){ 0 }; /* it has asked for the old ones */
	again_in(e, r, nth * SPREAD_US);
}

static void want(struct engine *e, const struct snap_trunk *t, unsigned int nth)
{
	const size_t at = by_trunk(e, t->id);
	struct registration *r;

	if (at < REGISTRAR_MAX) {
		r = &e->registrar.reg[at];
		if (!r->leaving) {
			set_terms(e, r, t, nth);
			return;
		}
		forget(e, r);
	}
	if ((r = make(e, t->id)) == NULL) {
		e->stats.register_failed++;
		e->stats.unregistered_trunk = t->id;
		return;
	}
	set_terms(e, r, t, nth);
}

void registrar_sync(struct engine *e)
{
	const struct snap *s = slots_snap_now(e);
	unsigned int nth = 0;

	for (size_t i = 0; i < REGISTRAR_MAX; i++)
		e->registrar.reg[i].seen = false;
	for (uint32_t i = 0;
	     s != NULL && !e->draining && i < s->section[SNAP_TRUNKS].count;
	     i++) {
		struct snap_trunk t;

		snap_trunk_at(s, i, &t);
		if (t.register_s > 0 && t.auth_user.n > 0)
			want(e, &t, nth++);
	}
	for (size_t i = 0; i < REGISTRAR_MAX; i++) {
		struct registration *r = &e->registrar.reg[i];

		if (r->ref != 0 && !r->seen && !r->leaving)
			leave(e, r);
	}
}

void registrar_leave(struct engine *e)
{
	for (size_t i = 0; i < REGISTRAR_MAX; i++) {
		struct registration *r = &e->registrar.reg[i];

		if (r->ref != 0 && !r->leaving)
			leave(e, r);
	}
}
