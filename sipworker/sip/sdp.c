#include "sipworker/sip/sdp.h"

#include <string.h>

#include "lib/base/scan.h"

#define SDP_BYTES_MAX 32768

/* What stands above the first m= line and holds for lines without their own. */
struct session {
	bool has_ip;
	uint32_t ip;
	enum sdp_dir dir;
	unsigned int ptime_ms;
};

struct reader {
	struct sdp *sdp;
	struct session session;
	struct sdp_media *media; /* NULL above the first m= */
};

static struct slice take_word(struct slice *s)
{
	struct slice word;

	scan_skip_blanks(s);
	(void)slice_cut(s, ' ', &word);
	return word;
}

/* o=<user> <sess-id> <sess-version> IN IP4 <address> */
static enum err parse_origin(struct reader *r, struct slice v)
{
	uint64_t n;

	r->sdp->origin = v;
	(void)take_word(&v);
	if (scan_whole_u64(take_word(&v), UINT64_MAX, &n) == ERR_OK)
		r->sdp->sess_id = n;
	if (scan_whole_u64(take_word(&v), UINT64_MAX, &n) == ERR_OK)
		r->sdp->version = n;
	return ERR_OK;
}

/* c=IN IP4 <address>[/ttl]; other kinds leave the line without an address. */
static enum err parse_connection(struct reader *r, struct slice v)
{
	const struct slice net = take_word(&v), type = take_word(&v);
	struct slice text = take_word(&v), host;
	uint32_t ip = 0;

	(void)slice_cut(&text, '/', &host);
	if (net.n == 0 || type.n == 0 || host.n == 0)
		return ERR_SYNTAX;
	const bool known = slice_eq(net, SLICE("IN")) &&
			   slice_eq(type, SLICE("IP4")) &&
			   addr4_ip(host, &ip) == ERR_OK;

	if (r->media == NULL) {
		r->session.has_ip = known;
		r->session.ip = known ? ip : 0;
	} else {
		r->media->has_ip = known;
		r->media->ip = known ? ip : 0;
	}
	return ERR_OK;
}

/* RFC 3551 6: payload types that need no rtpmap. */
static void fill_static(struct sdp_format *f)
{
	static const struct {
		uint8_t pt;
		uint32_t rate_hz;
		struct slice name;
	} rows[] = {
		{ 0, 8000, SLICE_INIT("PCMU") },
		{ 3, 8000, SLICE_INIT("GSM") },
		{ 4, 8000, SLICE_INIT("G723") },
		{ 8, 8000, SLICE_INIT("PCMA") },
		{ 9, 8000, SLICE_INIT("G722") },
		{ 13, 8000, SLICE_INIT("CN") },
		{ 18, 8000, SLICE_INIT("G729") },
	};

	f->channels = 1;
	for (size_t i = 0; i < RT_ARRAY_LEN(rows); i++)
		if (rows[i].pt == f->pt) {
			f->rate_hz = rows[i].rate_hz;
			f->name = rows[i].name;
		}
}

/* RTP lines name payload types; other lines keep their formats as text. */
static enum err parse_formats(struct reader *r, struct slice v)
{
	struct sdp_media *m = r->media;

	m->formats = slice_trim(v);
	m->first = r->sdp->n_formats;
	if (!slice_starts(m->proto, SLICE("RTP/")))
		return ERR_OK;
	while (v.n != 0) {
		const struct slice word = take_word(&v);
		struct sdp_format *f;
		uint64_t pt;

		if (word.n == 0)
			continue;
		if (scan_whole_u64(word, 127, &pt) != ERR_OK)
			return ERR_SYNTAX;
		if (r->sdp->n_formats == SDP_FORMATS_MAX)
			return ERR_TOOBIG;
		f = &r->sdp->formats[r->sdp->n_formats++];
		*f = (struct sdp_format){ .pt = (uint8_t)pt };
		fill_static(f);
		m->n_formats++;
	}
	return m->n_formats == 0 ? ERR_SYNTAX : ERR_OK;
}

/* m=<kind> <port>[/n] <proto> <formats> */
static enum err parse_media(struct reader *r, struct slice v)
{
	struct slice ports, first;
	uint64_t port;

	if (r->sdp->n_media == SDP_MEDIA_MAX)
		return ERR_TOOBIG;
	r->media = &r->sdp->media[r->sdp->n_media++];
	*r->media = (struct sdp_media){
		.has_ip = r->session.has_ip,
		.ip = r->session.ip,
		.dir = r->session.dir,
		.ptime_ms = r->session.ptime_ms,
	};
	r->media->kind = take_word(&v);
	ports = take_word(&v);
	(void)slice_cut(&ports, '/', &first);
	r->media->proto = take_word(&v);
	if (r->media->kind.n == 0 || r->media->proto.n == 0 ||
	    scan_whole_u64(first, UINT16_MAX, &port) != ERR_OK)
		return ERR_SYNTAX;
	r->media->port = (uint16_t)port;
	return parse_formats(r, v);
}

static struct sdp_format *find_format(struct reader *r, uint64_t pt)
{
	if (r->media == NULL)
		return NULL;
	for (size_t i = 0; i < r->media->n_formats; i++) {
		struct sdp_format *f = &r->sdp->formats[r->media->first + i];

		if (f->pt == pt)
			return f;
	}
	return NULL;
}

/* rtpmap:<pt> <name>/<rate>[/<channels>] */
static enum err parse_rtpmap(struct reader *r, struct slice v)
{
	struct sdp_format *f;
	struct slice name, rate;
	uint64_t pt, hz, channels = 1;

	if (scan_u64(&v, &pt) != ERR_OK || scan_blanks(&v) != ERR_OK)
		return ERR_SYNTAX;
	if (!slice_cut(&v, '/', &name))
		return ERR_SYNTAX;
	v = slice_trim(v);
	const bool more = slice_cut(&v, '/', &rate);

	if (name.n == 0 ||
	    scan_whole_u64(slice_trim(rate), 10000000, &hz) != ERR_OK)
		return ERR_SYNTAX;
	if (more && scan_whole_u64(v, 255, &channels) != ERR_OK)
		return ERR_SYNTAX;
	f = find_format(r, pt);
	if (f != NULL) { /* one for a type not on the line is ignored */
		f->name = name;
		f->rate_hz = (uint32_t)hz;
		f->channels = (uint8_t)channels;
	}
	return ERR_OK;
}

static enum err parse_fmtp(struct reader *r, struct slice v)
{
	struct sdp_format *f;
	uint64_t pt;

	if (scan_u64(&v, &pt) != ERR_OK || scan_blanks(&v) != ERR_OK)
		return ERR_OK; /* vendors' own: not for us */
	f = find_format(r, pt);
	if (f != NULL)
		f->fmtp = v;
	return ERR_OK;
}

static enum err parse_ptime(struct reader *r, struct slice v)
{
	uint32_t ms;

	/* "20" or "20.0"; what is not a number says nothing. */
	if (scan_u32(&v, &ms) != ERR_OK || ms == 0 || ms > 1000)
		return ERR_OK;
	if (r->media != NULL)
		r->media->ptime_ms = ms;
	else
		r->session.ptime_ms = ms;
	return ERR_OK;
}

static enum err parse_rtcp(struct reader *r, struct slice v)
{
	uint16_t port;

	if (scan_u16(&v, &port) == ERR_OK && r->media != NULL)
		r->media->rtcp_port = port;
	return ERR_OK;
}

static void set_dir(struct reader *r, enum sdp_dir dir)
{
	if (r->media != NULL)
		r->media->dir = dir;
	else
		r->session.dir = dir;
}

static const char *const dir_names[] = { "sendrecv", "sendonly", "recvonly",
	"inactive" };

static enum err parse_attribute(struct reader *r, struct slice v)
{
	static const struct {
		struct slice name;
		enum err (*parse)(struct reader *, struct slice);
	} rows[] = {
		{ SLICE_INIT("fmtp"), parse_fmtp },
		{ SLICE_INIT("ptime"), parse_ptime },
		{ SLICE_INIT("rtcp"), parse_rtcp },
		{ SLICE_INIT("rtpmap"), parse_rtpmap },
	};
	struct slice name;
	const bool has_value = slice_cut(&v, ':', &name);

	name = slice_trim(name);
	scan_skip_blanks(&v);
	for (size_t i = 0; i < RT_ARRAY_LEN(dir_names); i++)
		if (slice_eq_cstr(name, dir_names[i]))
			set_dir(r, (enum sdp_dir)i);
	if (slice_eq(name, SLICE("rtcp-mux")) && r->media != NULL)
		r->media->rtcp_mux = true;
	for (size_t i = 0; has_value && i < RT_ARRAY_LEN(rows); i++)
		if (slice_eq(name, rows[i].name))
			return rows[i].parse(r, v);
	return ERR_OK;
}

static enum err parse_line(struct reader *r, struct slice line)
{
	const struct slice v = slice_skip(line, 2);

	if (line.n < 2 || line.p[1] != '=' || !scan_is_alpha(line.p[0]))
		return ERR_SYNTAX;
	switch (line.p[0]) {
	case 'o':
		return parse_origin(r, v);
	case 'c':
		return parse_connection(r, v);
	case 'm':
		return parse_media(r, v);
	case 'a':
		return parse_attribute(r, v);
	default:
		return ERR_OK; /* every other letter is no matter of ours */
	}
}

enum err sdp_parse(struct slice s, struct sdp *out)
{
	struct reader r = { .sdp = out };
	enum err e;

	if (s.n > SDP_BYTES_MAX)
		return ERR_TOOBIG;
	if (!slice_starts(s, SLICE("v=0")))
		return ERR_SYNTAX;
	memset(out, 0, offsetof(struct sdp, media));
	while (s.n != 0) {
		struct slice line;

		(void)slice_cut(&s, '\n', &line);
		if (line.n != 0 && line.p[line.n - 1] == '\r')
			line.n--;
		if (line.n == 0)
			continue; /* a blank line at the end is common */
		if (slice_find(line, '\0', 0) != line.n ||
		    slice_find(line, '\r', 0) != line.n)
			return ERR_SYNTAX;
		if ((e = parse_line(&r, line)) != ERR_OK)
			return e;
	}
	return ERR_OK;
}

/* --- what it means to us ----------------------------------------------------
 */

static const struct {
	const char *name;
	uint8_t pt;
} codecs[SDP_CODEC_COUNT] = {
	[SDP_PCMU] = { "PCMU", 0 },
	[SDP_PCMA] = { "PCMA", 8 },
};

static bool is_format(const struct sdp_format *f, const char *name)
{
	return slice_eq_case(f->name, slice_from(name)) && f->rate_hz == 8000 &&
	       f->channels == 1;
}

/* The codecs of one line; false when none is allowed. */
static bool take_codecs(const struct sdp *s, const struct sdp_media *m,
    unsigned int allowed, struct sdp_audio *a)
{
	bool any = false;

	for (size_t i = 0; i < m->n_formats; i++) {
		const struct sdp_format *f = &s->formats[m->first + i];

		if (is_format(f, "telephone-event") && a->dtmf_pt == SDP_NO_PT)
			a->dtmf_pt = f->pt;
		for (size_t c = 0; c < SDP_CODEC_COUNT; c++) {
			if (!is_format(f, codecs[c].name) || a->has[c] ||
			    (allowed & 1u << c) == 0)
				continue;
			if (!any)
				a->codec = (enum sdp_codec)c;
			any = true;
			a->has[c] = true;
			a->pt[c] = f->pt;
		}
	}
	return any;
}

enum err sdp_audio(const struct sdp *s, unsigned int allowed,
    struct sdp_audio *out)
{
	for (size_t i = 0; i < s->n_media; i++) {
		const struct sdp_media *m = &s->media[i];
		struct sdp_audio a = { .line = i, .dtmf_pt = SDP_NO_PT };

		if (!slice_eq_case(m->kind, SLICE("audio")) || m->port == 0 ||
		    !m->has_ip || !slice_eq_case(m->proto, SLICE("RTP/AVP")) ||
		    !take_codecs(s, m, allowed, &a))
			continue;
		a.rtp = (struct addr4){ m->ip, m->port };
		a.rtcp = a.rtp;
		if (m->rtcp_port != 0)
			a.rtcp.port = m->rtcp_port;
		else if (!m->rtcp_mux)
			a.rtcp.port = (uint16_t)(m->port + 1);
		/* RFC 2543's hold: c=0.0.0.0 asks us not to send. */
		a.dir = m->ip != 0               ? m->dir
			: m->dir == SDP_SENDRECV ? SDP_SENDONLY
			: m->dir == SDP_RECVONLY ? SDP_INACTIVE
						 : m->dir;
		a.ptime_ms = m->ptime_ms != 0 ? m->ptime_ms : 20;
		*out = a;
		return ERR_OK;
	}
	return ERR_UNSUPPORTED;
}

bool sdp_is_closed(const struct sdp *s)
{
	bool audio = false;

	for (size_t i = 0; i < s->n_media; i++) {
		const struct sdp_media *m = &s->media[i];
		const bool ours = slice_eq_case(m->kind, SLICE("audio"));

		if (m->port != 0 &&
		    (ours || slice_eq_case(m->kind, SLICE("image"))))
			return false;
		audio = audio || ours;
	}
	return audio;
}

enum sdp_dir sdp_answer_dir(enum sdp_dir theirs, enum sdp_dir ours)
{
	/* Bits: we send, we receive. */
	static const unsigned int mine[] = { 3, 1, 2, 0 };
	static const unsigned int from_theirs[] = { 3, 2, 1, 0 };
	static const enum sdp_dir by_bits[] = { SDP_INACTIVE, SDP_SENDONLY,
		SDP_RECVONLY, SDP_SENDRECV };

	return by_bits[mine[ours] & from_theirs[theirs]];
}

/* --- our own ----------------------------------------------------------------
 */

void sdp_local_init(struct sdp_local *l, struct addr4 rtp, uint64_t sess_id)
{
	*l = (struct sdp_local){
		.sess_id = sess_id,
		.version = sess_id,
		.rtp = rtp,
		.dir = SDP_SENDRECV,
		.n_codecs = 2,
		.codecs = { SDP_PCMU, SDP_PCMA },
		.pt = { 0, 8 },
		.dtmf_pt = 101,
		.ptime_ms = 20,
	};
}

static void put_session(struct buf *b, const struct sdp_local *l)
{
	buf_cstr(b, "v=0\r\no=- ");
	buf_u64(b, l->sess_id);
	buf_char(b, ' ');
	buf_u64(b, l->version);
	buf_cstr(b, " IN IP4 ");
	addr4_put_ip(b, l->rtp.ip);
	buf_cstr(b, "\r\ns=-\r\nc=IN IP4 ");
	addr4_put_ip(b, l->rtp.ip);
	buf_cstr(b, "\r\nt=0 0\r\n");
}

static void put_rtpmap(struct buf *b, uint8_t pt, const char *name)
{
	buf_cstr(b, "a=rtpmap:");
	buf_u64(b, pt);
	buf_char(b, ' ');
	buf_cstr(b, name);
	buf_cstr(b, "/8000\r\n");
}

static void put_audio(struct buf *b, const struct sdp_local *l)
{
	buf_cstr(b, "m=audio ");
	buf_u64(b, l->rtp.port);
	buf_cstr(b, " RTP/AVP");
	for (size_t i = 0; i < l->n_codecs; i++) {
		buf_char(b, ' ');
		buf_u64(b, l->pt[l->codecs[i]]);
	}
	if (l->dtmf_pt != SDP_NO_PT) {
		buf_char(b, ' ');
		buf_u64(b, l->dtmf_pt);
	}
	buf_cstr(b, "\r\n");
	for (size_t i = 0; i < l->n_codecs; i++)
		put_rtpmap(b, l->pt[l->codecs[i]], codecs[l->codecs[i]].name);
	if (l->dtmf_pt != SDP_NO_PT) {
		put_rtpmap(b, l->dtmf_pt, "telephone-event");
		buf_cstr(b, "a=fmtp:");
		buf_u64(b, l->dtmf_pt);
		buf_cstr(b, " 0-15\r\n");
	}
	if (l->ptime_ms != 0) {
		buf_cstr(b, "a=ptime:");
		buf_u64(b, l->ptime_ms);
		buf_cstr(b, "\r\n");
	}
	buf_cstr(b, "a=");
	buf_cstr(b, dir_names[l->dir]);
	buf_cstr(b, "\r\n");
}

void sdp_write_offer(struct buf *b, const struct sdp_local *l)
{
	put_session(b, l);
	for (uint8_t i = 0; i < l->n_lines; i++)
		if (i == l->line)
			put_audio(b, l);
		else /* a closed line may be of another kind than it was */
			buf_cstr(b, "m=audio 0 RTP/AVP 0\r\n");
	if (l->n_lines == 0)
		put_audio(b, l);
}

/* A refused line repeats the offer's kind, transport and formats. */
static void put_refused(struct buf *b, const struct sdp_media *m)
{
	buf_cstr(b, "m=");
	buf_put(b, m->kind);
	buf_cstr(b, " 0 ");
	buf_put(b, m->proto);
	buf_char(b, ' ');
	buf_put(b, m->formats);
	buf_cstr(b, "\r\n");
}

void sdp_write_answer(struct buf *b, const struct sdp_local *l,
    const struct sdp *offer, const struct sdp_audio *a)
{
	struct sdp_local mine = *l;

	mine.n_codecs = 1;
	mine.codecs[0] = a->codec;
	mine.pt[a->codec] = a->pt[a->codec];
	mine.dtmf_pt = a->dtmf_pt;
	put_session(b, &mine);
	for (size_t i = 0; i < offer->n_media; i++) {
		if (i == a->line)
			put_audio(b, &mine);
		else
			put_refused(b, &offer->media[i]);
	}
}
