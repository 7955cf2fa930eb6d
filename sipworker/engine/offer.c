#include "sipworker/engine/offer.h"

#include <string.h>

unsigned int offer_allowed(const struct engine *e, const struct leg *l)
{
	const unsigned int both = 1u << SDP_PCMU | 1u << SDP_PCMA;
	struct snap_trunk t;

	if (l->trunk == SNAP_NO_ROW || l->call == NULL)
		return both;
	snap_trunk_at(e->snaps[l->call->snap].snap, l->trunk, &t);
	return (t.codecs & SNAP_CODEC_PCMU ? 1u << SDP_PCMU : 0) |
	       (t.codecs & SNAP_CODEC_PCMA ? 1u << SDP_PCMA : 0);
}

void offer_local(struct engine *e, struct leg *l, unsigned int allowed,
    enum sdp_codec prefer)
{
	const struct port *p = port_find(&e->ports, l->stream);
	const struct addr4 at = { .ip = e->cfg.media_ip,
		.port = p == NULL ? 0 : p->number };
	const enum sdp_codec order[] = { prefer,
		prefer == SDP_PCMU ? SDP_PCMA : SDP_PCMU };

	sdp_local_init(&l->local, at, l->ref >> 32);
	l->local.n_codecs = 0;
	for (size_t i = 0; i < RT_ARRAY_LEN(order); i++)
		if ((allowed & 1u << order[i]) != 0)
			l->local.codecs[l->local.n_codecs++] = order[i];
	l->has_local = true;
	l->said_hash = 0;
}

/* What the media side has to know of a description, in one number. */
static uint64_t fingerprint(const struct sdp_audio *a)
{
	const uint64_t parts[] = { a->rtp.ip, a->rtp.port, a->rtcp.ip,
		a->rtcp.port, a->codec, a->pt[a->codec], a->dtmf_pt, a->dir,
		a->ptime_ms };
	uint64_t h = UINT64_C(14695981039346656037);

	for (size_t i = 0; i < RT_ARRAY_LEN(parts); i++)
		h = (h ^ parts[i]) * UINT64_C(1099511628211);
	return h;
}

/* Our own sockets: our media would come back to us, or speak to our SIP. */
static bool is_ours(const struct engine *e, struct addr4 at)
{
	return (at.ip == e->cfg.media_ip || at.ip == e->cfg.sip.ip) &&
	       ((at.port >= e->cfg.rtp_port_min &&
		    at.port <= e->cfg.rtp_port_max) ||
		   at.port == e->cfg.sip.port);
}

/* An address that one host has: no group, no broadcast, none of "this
 * network", and our own loopback only for who is there himself. */
static bool is_host(const struct engine *e, uint32_t ip)
{
	const uint32_t net = ip >> 24;

	return net != 0 && net < 224 &&
	       (net != 127 || e->cfg.media_ip >> 24 == 127);
}

/* May we send there what we are told to? To 0.0.0.0 nothing is sent, ever: who
 * says so is on hold, or has no description of the third party yet (RFC 3264
 * 8.4, RFC 3725 4.2). */
static bool is_place(const struct engine *e, const struct sdp_audio *a)
{
	return a->rtp.ip == 0 ||
	       (is_host(e, a->rtp.ip) && !is_ours(e, a->rtp) &&
		   !is_ours(e, a->rtcp));
}

/* A description without a line for us: nothing is sent or expected until
 * another one brings it. */
static void close_line(const struct leg *l, struct sdp_audio *a)
{
	const enum sdp_codec codec =
	    l->local.n_codecs > 0 ? l->local.codecs[0] : SDP_PCMU;

	if (!l->has_remote)
		*a = (struct sdp_audio){ .codec = codec,
			.pt = { 0, 8 },
			.dtmf_pt = SDP_NO_PT,
			.ptime_ms = 20 };
	a->line = SDP_MEDIA_MAX;
	a->dir = SDP_INACTIVE;
}

/* Is one without a line for us a description all the same? In mid-call a hold
 * by other words (sdp.h); without any line a call is as long as it never had
 * one, in the hands of a third party that adds it later (RFC 3725 4.4). */
static bool may_be_closed(const struct leg *l, const struct sdp *sdp)
{
	if (sdp->n_media == 0)
		return l->invited && l->local.n_lines == 0;
	return l->has_remote && l->state == LEG_UP && sdp_is_closed(sdp);
}

enum err offer_take(struct engine *e, struct leg *l, struct slice text,
    bool *changed)
{
	const unsigned int allowed = offer_allowed(e, l);
	struct sdp_audio a = l->remote;
	struct sdp sdp;
	enum err err;

	if ((err = sdp_parse(text, &sdp)) != ERR_OK)
		return err;
	/* The codec of before, if they still can: no change in mid-call. */
	err = ERR_UNSUPPORTED;
	if (l->has_remote)
		err = sdp_audio(&sdp, allowed & 1u << l->remote.codec, &a);
	if (err != ERR_OK)
		err = sdp_audio(&sdp, allowed, &a);
	if (err != ERR_OK && !may_be_closed(l, &sdp))
		return err;
	if (err != ERR_OK)
		close_line(l, &a);
	else if (!is_place(e, &a))
		return ERR_UNSUPPORTED;
	*changed = !l->has_remote || fingerprint(&a) != l->media_hash;
	l->remote = a;
	l->has_remote = true;
	l->media_hash = fingerprint(&a);
	return ERR_OK;
}

/* RFC 3264 8: what is not the description we gave last has a higher version, or
 * it may be taken for that one. text: with any version, always the same. */
static uint64_t version_of(struct leg *l, struct slice text)
{
	uint64_t h = UINT64_C(14695981039346656037);

	for (size_t i = 0; i < text.n; i++)
		h = (h ^ (unsigned char)text.p[i]) * UINT64_C(1099511628211);
	h |= 1;
	if (l->said_hash != 0 && l->said_hash != h)
		l->local.version++;
	l->said_hash = h;
	return l->local.version;
}

/* For the offers that we make later in this session. */
static void remember_lines(struct leg *l, const struct sdp *s)
{
	if (s->n_media > l->local.n_lines)
		l->local.n_lines = (uint8_t)s->n_media;
	if (l->remote.line < s->n_media)
		l->local.line = (uint8_t)l->remote.line;
}

enum err offer_answer(struct leg *l, struct slice text, struct buf *out)
{
	struct sdp_local local = l->local;
	char mem[OFFER_SDP_MAX];
	struct buf draft;
	struct sdp sdp;
	enum err err;

	if ((err = sdp_parse(text, &sdp)) != ERR_OK)
		return err;
	buf_over(&draft, mem, sizeof(mem));
	local.dir = sdp_answer_dir(l->remote.dir, SDP_SENDRECV);
	local.version = 0;
	sdp_write_answer(&draft, &local, &sdp, &l->remote);
	if (buf_err(&draft) != ERR_OK)
		return buf_err(&draft);
	local.version = version_of(l, buf_slice(&draft));
	sdp_write_answer(out, &local, &sdp, &l->remote);
	remember_lines(l, &sdp);
	return buf_err(out);
}

void offer_put(struct leg *l, struct buf *out)
{
	struct sdp_local local = l->local;
	char mem[OFFER_SDP_MAX];
	struct buf draft;

	buf_over(&draft, mem, sizeof(mem));
	local.version = 0;
	sdp_write_offer(&draft, &local);
	local.version = version_of(l, buf_slice(&draft));
	sdp_write_offer(out, &local);
	if (l->local.n_lines == 0)
		l->local.n_lines = 1;
}
