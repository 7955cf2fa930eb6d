#include "sipworker/sip/sip_dlg.h"

#include <string.h>

#include "sipworker/sip/sip_param.h"

static struct slice text_of(const struct sip_dlg *d, struct sip_dlg_text t)
{
	return slice_of(d->text + t.at, t.n);
}

/* Appends a text; fields that begin later end where the buf is now. */
static struct sip_dlg_text keep(struct sip_dlg *d, struct buf *b,
    struct slice s)
{
	const struct sip_dlg_text t = { (uint16_t)b->n, (uint16_t)s.n };

	buf_put(b, s);
	d->used = (uint16_t)b->n;
	return t;
}

/* Finds a part of a kept text again: the tag inside From or To. */
static struct sip_dlg_text inside(struct sip_dlg *d, struct sip_dlg_text whole)
{
	struct sip_addr a;

	if (sip_addr_parse(text_of(d, whole), &a) != ERR_OK || a.tag.n == 0)
		return (struct sip_dlg_text){ 0, 0 };
	return (struct sip_dlg_text){ (uint16_t)(a.tag.p - d->text),
		(uint16_t)a.tag.n };
}

/* The route set: Record-Route in the order met (UAS) or turned round (UAC)
 * (RFC 3261 12.1). URIs keep their parameters; those of the header go. */
static enum err keep_routes(struct sip_dlg *d, struct buf *b,
    const struct sip_msg *m, bool reversed)
{
	struct slice uris[SIP_MSG_ROUTES_MAX], item;
	struct sip_msg_walk w = { .field = 0 };
	size_t n = 0;

	while (sip_msg_walk(m, SIP_HDR_RECORD_ROUTE, &w, &item)) {
		struct sip_addr a;

		if (n == RT_ARRAY_LEN(uris))
			return ERR_TOOBIG;
		if (sip_addr_parse(item, &a) != ERR_OK)
			return ERR_SYNTAX;
		uris[n++] = a.uri_text;
	}
	d->routes.at = (uint16_t)b->n;
	for (size_t i = 0; i < n; i++) {
		buf_cstr(b, i == 0 ? "<" : ",<");
		buf_put(b, uris[reversed ? n - 1 - i : i]);
		buf_char(b, '>');
	}
	d->routes.n = (uint16_t)(b->n - d->routes.at);
	d->used = (uint16_t)b->n;
	return buf_err(b);
}

static enum err set_target(struct sip_dlg *d, const struct sip_msg *m)
{
	struct sip_addr contact;

	if (sip_msg_contact(m, &contact) != ERR_OK)
		return ERR_SYNTAX;
	if (contact.star || contact.uri.host.n == 0)
		return ERR_SYNTAX;
	if (contact.uri_text.n > sizeof(d->target))
		return ERR_TOOBIG;
	memcpy(d->target, contact.uri_text.p, contact.uri_text.n);
	d->target_n = (uint16_t)contact.uri_text.n;
	return ERR_OK;
}

/* Appends a From or To value, with a tag if it has none yet. */
static struct sip_dlg_text keep_party(struct sip_dlg *d, struct buf *b,
    struct slice value, struct slice tag)
{
	const struct sip_dlg_text t = keep(d, b, value);

	if (tag.n == 0)
		return t;
	buf_cstr(b, ";tag=");
	buf_put(b, tag);
	d->used = (uint16_t)b->n;
	return (struct sip_dlg_text){ t.at, (uint16_t)(b->n - t.at) };
}

enum err sip_dlg_uas(struct sip_dlg *d, const struct sip_msg *invite,
    struct slice local_tag, struct addr4 from)
{
	struct buf b;
	enum err e;

	memset(d, 0, sizeof(*d));
	buf_over(&b, d->text, sizeof(d->text));
	d->peer = from;
	d->has_remote_cseq = true;
	d->remote_cseq = invite->cseq.number;
	d->call_id = keep(d, &b, invite->call_id);
	d->remote = keep(d, &b, sip_msg_value(invite, SIP_HDR_FROM));
	d->local = keep_party(d, &b, sip_msg_value(invite, SIP_HDR_TO),
	    invite->to.tag.n == 0 ? local_tag : SLICE(""));
	if ((e = keep_routes(d, &b, invite, false)) != ERR_OK)
		return e;
	if ((e = set_target(d, invite)) != ERR_OK)
		return e;
	d->local_tag = inside(d, d->local);
	d->remote_tag = inside(d, d->remote);
	d->state = SIP_DLG_EARLY;
	return ERR_OK;
}

/* Everything that the response decides is at the end of the text, so that a
 * later response can replace it. */
static enum err take_response(struct sip_dlg *d, const struct sip_msg *response,
    struct addr4 from)
{
	struct buf b;
	enum err e;

	buf_over(&b, d->text, sizeof(d->text));
	b.n = d->remote.at;
	d->peer = from;
	d->remote = keep(d, &b, sip_msg_value(response, SIP_HDR_TO));
	if ((e = keep_routes(d, &b, response, true)) != ERR_OK)
		return e;
	d->remote_tag = inside(d, d->remote);
	if (response->to.tag.n == 0)
		return ERR_SYNTAX;
	/* 18x without Contact are common. A 2xx must have one; who leaves it
	 * out is still where the INVITE went. */
	e = set_target(d, response);
	if (e == ERR_TOOBIG || (e != ERR_OK && d->target_n == 0))
		return e;
	d->state = response->status >= 200 ? SIP_DLG_CONFIRMED : SIP_DLG_EARLY;
	return ERR_OK;
}

enum err sip_dlg_uac(struct sip_dlg *d, const struct sip_write_request *invite,
    const struct sip_msg *response, struct addr4 from)
{
	struct buf b;

	memset(d, 0, sizeof(*d));
	buf_over(&b, d->text, sizeof(d->text));
	d->is_uac = true;
	d->local_cseq = d->invite_cseq = invite->cseq;
	d->call_id = keep(d, &b, invite->call_id);
	d->local = keep(d, &b, invite->from);
	d->remote.at = (uint16_t)b.n;
	if (buf_err(&b) != ERR_OK || invite->uri.n > sizeof(d->target))
		return ERR_TOOBIG;
	memcpy(d->target, invite->uri.p, invite->uri.n);
	d->target_n = (uint16_t)invite->uri.n;
	d->local_tag = inside(d, d->local);
	return take_response(d, response, from);
}

static bool is_inside(const struct sip_dlg *d, struct sip_dlg_text t)
{
	return d->used <= sizeof(d->text) && t.at <= d->used &&
	       t.n <= d->used - t.at;
}

/* A bool may not even be looked at when it is none. */
static bool is_bool(struct slice bytes, size_t at)
{
	return (unsigned char)bytes.p[at] <= 1;
}

enum err sip_dlg_restore(struct sip_dlg *d, struct slice bytes)
{
	if (bytes.n != sizeof(*d) ||
	    !is_bool(bytes, offsetof(struct sip_dlg, is_uac)) ||
	    !is_bool(bytes, offsetof(struct sip_dlg, has_remote_cseq)))
		return ERR_SYNTAX;
	memcpy(d, bytes.p, sizeof(*d));
	if (d->state != SIP_DLG_CONFIRMED && d->state != SIP_DLG_ENDED)
		return ERR_SYNTAX;
	if (d->target_n == 0 || d->target_n > sizeof(d->target) ||
	    !is_inside(d, d->call_id) || !is_inside(d, d->local) ||
	    !is_inside(d, d->remote) || !is_inside(d, d->routes) ||
	    !is_inside(d, d->local_tag) || !is_inside(d, d->remote_tag))
		return ERR_SYNTAX;
	return d->call_id.n == 0 || d->peer.port == 0 ? ERR_SYNTAX : ERR_OK;
}

void sip_dlg_confirm(struct sip_dlg *d)
{
	if (d->state == SIP_DLG_EARLY)
		d->state = SIP_DLG_CONFIRMED;
}

void sip_dlg_end(struct sip_dlg *d)
{
	d->state = SIP_DLG_ENDED;
}

bool sip_dlg_matches(const struct sip_dlg *d, const struct sip_msg *m)
{
	const struct slice mine = m->is_request ? m->to.tag : m->from.tag;
	const struct slice theirs = m->is_request ? m->from.tag : m->to.tag;

	return sip_dlg_is(d, m->call_id, mine, theirs);
}

bool sip_dlg_is(const struct sip_dlg *d, struct slice call_id,
    struct slice local_tag, struct slice remote_tag)
{
	return d->state != SIP_DLG_NONE &&
	       slice_eq(call_id, text_of(d, d->call_id)) &&
	       slice_eq(local_tag, text_of(d, d->local_tag)) &&
	       slice_eq(remote_tag, text_of(d, d->remote_tag));
}

unsigned int sip_dlg_receive(struct sip_dlg *d, const struct sip_msg *request,
    struct addr4 from)
{
	d->peer = from;
	if (request->method == SIP_METHOD_ACK ||
	    request->method == SIP_METHOD_CANCEL)
		return 0;
	/* RFC 3261 12.2.2: lower is out of order, higher by any step is fine.
	 */
	if (d->has_remote_cseq && request->cseq.number < d->remote_cseq)
		return 500;
	d->has_remote_cseq = true;
	d->remote_cseq = request->cseq.number;
	return 0;
}

void sip_dlg_refresh(struct sip_dlg *d, const struct sip_msg *m,
    struct addr4 from)
{
	d->peer = from;
	/* Without a usable Contact the old target stays. */
	if (set_target(d, m) != ERR_OK)
		return;
}

/* A numeric host, or maddr in its place (RFC 3261 19.1.1), that the peer can
 * really have; else where it talks from. */
static struct addr4 next_hop(const struct sip_dlg *d, struct slice uri)
{
	struct addr4 to = { .port = SIP_VIA_PORT };
	struct sip_uri u;
	struct slice at;

	if (sip_uri_parse(uri, &u) != ERR_OK)
		return d->peer;
	if (sip_param_find(u.params, SLICE("maddr"), &at) != ERR_OK)
		at = u.host;
	if (addr4_ip(at, &to.ip) != ERR_OK || to.ip == 0)
		return d->peer;
	if (u.port != 0)
		to.port = u.port;
	/* Behind a NAT: its private address means nothing to us. */
	if (addr4_is_private(to.ip) && !addr4_is_private(d->peer.ip))
		return d->peer;
	return to;
}

static void put_route(struct buf *b, struct slice route)
{
	sip_write_hdr(b, SIP_HDR_ROUTE, route);
}

/* 12.2.1.1. The Request-URI is the target and all routes go out, unless the
 * first route is a strict router: then it is the Request-URI and the target
 * goes to the end. */
static void put_routes(const struct sip_dlg *d, struct buf *scratch,
    struct sip_write_request *r, struct addr4 *to)
{
	const struct slice target = slice_of(d->target, d->target_n);
	struct slice list = text_of(d, d->routes), item;
	const size_t at = scratch->n;
	bool first = true;
	bool strict = false;

	r->uri = target;
	*to = next_hop(d, target);
	while (sip_param_item(&list, &item) == ERR_OK) {
		const struct slice uri =
		    slice_head(slice_skip(item, 1), item.n - 2);
		struct sip_uri u;

		if (first) {
			*to = next_hop(d, uri);
			strict = sip_uri_parse(uri, &u) == ERR_OK &&
				 !sip_uri_has(&u, SLICE("lr"));
			if (strict)
				r->uri = uri;
		}
		if (!first || !strict)
			put_route(scratch, item);
		first = false;
	}
	if (strict) {
		buf_cstr(scratch, "Route: <");
		buf_put(scratch, target);
		buf_cstr(scratch, ">\r\n");
	}
	r->routes = slice_skip(buf_slice(scratch), at);
}

enum err sip_dlg_request(struct sip_dlg *d, enum sip_method method,
    struct buf *scratch, struct sip_write_request *r, struct addr4 *to)
{
	if (d->state == SIP_DLG_NONE || d->target_n == 0)
		return ERR_CLOSED;
	put_routes(d, scratch, r, to);
	if (buf_err(scratch) != ERR_OK)
		return buf_err(scratch);
	if (method != SIP_METHOD_ACK)
		d->local_cseq++;
	if (method == SIP_METHOD_INVITE)
		d->invite_cseq = d->local_cseq;
	r->method = method;
	r->from = text_of(d, d->local);
	r->to = text_of(d, d->remote);
	r->call_id = text_of(d, d->call_id);
	r->cseq = method == SIP_METHOD_ACK ? d->invite_cseq : d->local_cseq;
	return ERR_OK;
}
