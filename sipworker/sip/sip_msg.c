#include "sipworker/sip/sip_msg.h"

#include <string.h>

#include "lib/base/scan.h"
#include "sipworker/sip/sip_param.h"

static bool is_blank(char c)
{
	return c == ' ' || c == '\t';
}

static void mark_bad(struct sip_msg *m, unsigned int status, const char *why)
{
	if (m->bad == 0) {
		m->bad = status;
		m->why_bad = why;
	}
}

/* Cuts the header area (with the CRLF of its last line) from the body. A CR or
 * LF that is not part of a CRLF, and any NUL, is refused here, so that no later
 * code meets one (CVE-2020-28361 and its kind). */
static enum err cut_head(struct slice in, struct slice *head,
    struct slice *rest, bool *folded)
{
	*folded = false;
	for (size_t i = 0; i < in.n; i++) {
		const char c = in.p[i];

		if (c == '\0' || c == '\n')
			return ERR_SYNTAX;
		if (c != '\r')
			continue;
		if (i + 1 >= in.n || in.p[i + 1] != '\n')
			return ERR_SYNTAX;
		i++;
		if (i + 2 < in.n && in.p[i + 1] == '\r' &&
		    in.p[i + 2] == '\n') {
			*head = slice_head(in, i + 1);
			*rest = slice_skip(in, i + 3);
			return ERR_OK;
		}
		if (i + 1 < in.n && is_blank(in.p[i + 1]))
			*folded = true;
	}
	return ERR_SYNTAX;
}

/* A CR, a LF or both; i stands behind it then. */
static bool take_end(struct slice in, size_t *i)
{
	if (in.p[*i] != '\r' && in.p[*i] != '\n')
		return false;
	if (in.p[*i] == '\r' && *i + 1 < in.n && in.p[*i + 1] == '\n')
		++*i;
	++*i;
	return true;
}

/* The header area of what cut_head() refused, unfolded, its lines ended as they
 * should be and without a NUL: only to know where the refusal has to go. The
 * end of the datagram ends it, too. */
static enum err mend_head(struct slice in, struct buf *out, struct slice *head)
{
	bool empty = true; /* the line, so far */
	size_t i = 0;

	buf_reset(out);
	while (i < in.n) {
		if (!take_end(in, &i)) {
			buf_char(out, in.p[i] == '\0' ? '?' : in.p[i]);
			i++;
			empty = false;
		} else if (empty && out->n > 0) {
			break;
		} else if (!empty && i < in.n && is_blank(in.p[i])) {
			buf_char(out, ' ');
		} else if (!empty) {
			buf_cstr(out, "\r\n");
			empty = true;
		}
	}
	if (!empty)
		buf_cstr(out, "\r\n");
	*head = buf_slice(out);
	return buf_err(out);
}

/* RFC 3261 7.3.1: a fold and the blanks around it are one space. */
static enum err unfold(struct slice head, struct buf *out, struct slice *flat)
{
	buf_reset(out);
	for (size_t i = 0; i < head.n; i++) {
		if (head.p[i] != '\r' || i + 2 >= head.n ||
		    !is_blank(head.p[i + 2])) {
			buf_char(out, head.p[i]);
			continue;
		}
		i += 2;
		while (i + 1 < head.n && is_blank(head.p[i + 1]))
			i++;
		buf_char(out, ' ');
	}
	*flat = buf_slice(out);
	return buf_err(out);
}

/* The next line without its CRLF. */
static struct slice take_line(struct slice *s)
{
	struct slice line;

	if (!slice_cut(s, '\n', &line))
		return line;
	return slice_head(line, line.n - 1);
}

static enum err parse_version(struct slice s, bool *is_2_0)
{
	uint16_t major, minor;
	enum err e;

	if ((e = scan_lit_case(&s, SLICE("SIP/"))) != ERR_OK)
		return e;
	if (scan_u16(&s, &major) != ERR_OK || scan_byte(&s, '.') != ERR_OK ||
	    scan_u16(&s, &minor) != ERR_OK || s.n != 0)
		return ERR_SYNTAX;
	*is_2_0 = major == 2 && minor == 0;
	return ERR_OK;
}

/* SIP-Version SP Status-Code SP Reason-Phrase */
static enum err parse_status(struct slice line, struct sip_msg *m)
{
	struct slice version;
	uint32_t status;
	bool is_2_0;

	if (!slice_cut(&line, ' ', &version) ||
	    parse_version(version, &is_2_0) != ERR_OK || !is_2_0)
		return ERR_SYNTAX;
	if (line.n < 3 || (line.n > 3 && line.p[3] != ' '))
		return ERR_SYNTAX;
	struct slice digits = slice_head(line, 3);

	if (scan_u32(&digits, &status) != ERR_OK || digits.n != 0)
		return ERR_SYNTAX;
	if (status < 100 || status > 699)
		return ERR_RANGE;
	m->status = status;
	m->reason = slice_skip(line, 4);
	return ERR_OK;
}

/* Method SP Request-URI SP SIP-Version: exactly two spaces. */
static enum err parse_request(struct slice line, struct sip_msg *m)
{
	struct slice version;
	size_t last;
	bool is_2_0;

	if (scan_token(&line, &m->method_name) != ERR_OK ||
	    scan_byte(&line, ' ') != ERR_OK)
		return ERR_SYNTAX;
	if (line.n > 0 && is_blank(line.p[line.n - 1])) {
		mark_bad(m, 400, "Blank After Version");
		line = slice_trim(line);
	}
	last = line.n;
	while (last > 0 && line.p[last - 1] != ' ')
		last--;
	if (last == 0)
		return ERR_SYNTAX;
	version = slice_skip(line, last);
	if (parse_version(version, &is_2_0) != ERR_OK)
		return ERR_SYNTAX;
	m->is_request = true;
	m->method = sip_hdr_method(m->method_name);
	m->uri_text = slice_head(line, last - 1);
	if (!is_2_0)
		mark_bad(m, 505, "Version Not Supported");
	if (sip_uri_parse(m->uri_text, &m->uri) != ERR_OK)
		mark_bad(m, 400, "Bad Request-URI");
	return ERR_OK;
}

static enum err parse_field(struct slice line, struct sip_field *f)
{
	enum err e;

	if ((e = scan_token(&line, &f->name)) != ERR_OK)
		return e;
	scan_skip_blanks(&line);
	if ((e = scan_byte(&line, ':')) != ERR_OK)
		return e;
	f->id = sip_hdr_find(f->name);
	f->value = slice_trim(line);
	return ERR_OK;
}

/* A request of too many fields is refused, and for that its sender's are
 * looked for to the end. */
static enum err parse_beyond(struct slice line, struct sip_msg *m)
{
	static const enum sip_hdr kept[SIP_MSG_FIELDS_KEPT] = { SIP_HDR_VIA,
		SIP_HDR_FROM, SIP_HDR_TO, SIP_HDR_CALL_ID, SIP_HDR_CSEQ };
	struct sip_field f;

	if (!m->is_request)
		return ERR_TOOBIG;
	mark_bad(m, 400, "Too Many Header Fields");
	if (parse_field(line, &f) != ERR_OK)
		return ERR_OK;
	for (size_t i = 0; i < SIP_MSG_FIELDS_KEPT; i++)
		if (f.id == kept[i] && !sip_msg_has(m, f.id))
			m->fields[m->n_fields++] = f;
	return ERR_OK;
}

static enum err parse_fields(struct slice head, struct sip_msg *m)
{
	enum err e;

	while (head.n != 0) {
		const struct slice line = take_line(&head);

		if (m->n_fields >= SIP_MSG_FIELDS_MAX) {
			if ((e = parse_beyond(line, m)) != ERR_OK)
				return e;
			continue;
		}
		if (parse_field(line, &m->fields[m->n_fields]) == ERR_OK)
			m->n_fields++;
		else if (m->is_request)
			mark_bad(m, 400, "Bad Header Line");
		else
			return ERR_SYNTAX;
	}
	return ERR_OK;
}

/* RFC 3261 18.3, for UDP. */
static enum err take_body(struct slice rest, struct sip_msg *m)
{
	uint64_t n = 0, before = 0;
	bool seen = false;

	m->body = rest;
	for (size_t i = 0; i < m->n_fields; i++) {
		if (m->fields[i].id != SIP_HDR_CONTENT_LENGTH)
			continue;
		if (scan_whole_u64(m->fields[i].value, UINT32_MAX, &n) !=
			ERR_OK ||
		    n > rest.n || (seen && n != before)) {
			mark_bad(m, 400, "Bad Content-Length");
			return m->is_request ? ERR_OK : ERR_SYNTAX;
		}
		seen = true;
		before = n;
		m->body = slice_head(rest, n);
	}
	return ERR_OK;
}

/* From or To: one address, and no star. */
static enum err parse_party(const struct sip_msg *m, enum sip_hdr id,
    struct sip_addr *out)
{
	struct sip_addr a;
	enum err e;

	if ((e = sip_addr_parse(sip_msg_value(m, id), &a)) != ERR_OK)
		return e;
	if (a.star)
		return ERR_SYNTAX;
	*out = a;
	return ERR_OK;
}

/* The fields that every message needs. A request without a good one is refused
 * with what it has; without any Via nobody would know the answer for his. */
static enum err parse_needed(struct sip_msg *m)
{
	struct sip_msg_walk w = { .field = 0 };
	struct slice via;

	if (!sip_msg_walk(m, SIP_HDR_VIA, &w, &via))
		return ERR_SYNTAX;
	if (sip_via_parse(via, &m->via) != ERR_OK)
		mark_bad(m, 400, "Bad Via");
	m->call_id = sip_msg_value(m, SIP_HDR_CALL_ID);
	if (m->call_id.n == 0)
		mark_bad(m, 400, "No Call-ID");
	if (parse_party(m, SIP_HDR_FROM, &m->from) != ERR_OK)
		mark_bad(m, 400, "Bad From");
	if (parse_party(m, SIP_HDR_TO, &m->to) != ERR_OK)
		mark_bad(m, 400, "Bad To");
	if (sip_cseq_parse(sip_msg_value(m, SIP_HDR_CSEQ), &m->cseq) != ERR_OK)
		mark_bad(m, 400, "Bad CSeq");
	return m->bad != 0 && !m->is_request ? ERR_SYNTAX : ERR_OK;
}

/* Fields that may stand only once, and limits on the lists. */
static enum err check_counts(struct sip_msg *m)
{
	static const enum sip_hdr once[] = { SIP_HDR_CALL_ID, SIP_HDR_CSEQ,
		SIP_HDR_FROM, SIP_HDR_MAX_FORWARDS, SIP_HDR_TO };
	static const struct {
		enum sip_hdr id;
		size_t max;
		const char *why;
	} lists[] = {
		{ SIP_HDR_VIA, SIP_MSG_VIAS_MAX, "Too Many Via" },
		{ SIP_HDR_ROUTE, SIP_MSG_ROUTES_MAX, "Too Many Route" },
		{ SIP_HDR_RECORD_ROUTE, SIP_MSG_ROUTES_MAX,
		    "Too Many Record-Route" },
	};

	for (size_t i = 0; i < RT_ARRAY_LEN(once); i++) {
		size_t n = 0;

		for (size_t k = 0; k < m->n_fields; k++)
			n += m->fields[k].id == once[i];
		if (n > 1)
			mark_bad(m, 400, "Repeated Header");
	}
	for (size_t i = 0; i < RT_ARRAY_LEN(lists); i++) {
		struct sip_msg_walk w = { .field = 0 };
		struct slice item;
		size_t n = 0;

		while (n <= lists[i].max &&
		       sip_msg_walk(m, lists[i].id, &w, &item))
			n++;
		if (n > lists[i].max && !m->is_request)
			return ERR_TOOBIG;
		if (n > lists[i].max)
			mark_bad(m, 400, lists[i].why);
	}
	return ERR_OK;
}

static void check_request(struct sip_msg *m)
{
	uint32_t hops;
	enum err e;

	if (!slice_eq(m->cseq.name, m->method_name))
		mark_bad(m, 400, "CSeq Method Mismatch");
	if (m->from.tag.n == 0 && sip_via_is_unique(&m->via))
		mark_bad(m, 400, "From Without Tag");
	if (m->uri.scheme == SIP_URI_OTHER)
		mark_bad(m, 416, "Unsupported URI Scheme");
	/* RFC 2543 peers leave Max-Forwards out. */
	e = sip_msg_number(m, SIP_HDR_MAX_FORWARDS, &hops);
	if (e != ERR_NOTFOUND && (e != ERR_OK || hops > 255))
		mark_bad(m, 400, "Bad Max-Forwards");
}

static enum err parse_lines(struct slice head, struct slice body,
    struct sip_msg *m)
{
	const struct slice line = take_line(&head);
	enum err e;

	if (slice_starts_case(line, SLICE("SIP/")))
		e = m->bad == 0 ? parse_status(line, m) : ERR_SYNTAX;
	else
		e = parse_request(line, m);
	if (e != ERR_OK)
		return e;
	if ((e = parse_fields(head, m)) != ERR_OK)
		return e;
	if ((e = parse_needed(m)) != ERR_OK)
		return e;
	if ((e = check_counts(m)) != ERR_OK)
		return e;
	if ((e = take_body(body, m)) != ERR_OK)
		return e;
	if (m->is_request)
		check_request(m);
	return ERR_OK;
}

enum err sip_msg_parse(struct slice datagram, struct buf *unfolded,
    struct sip_msg *out)
{
	struct slice head, rest = SLICE("");
	bool folded;
	enum err e;

	if (datagram.n > SIP_MSG_BYTES_MAX)
		return ERR_TOOBIG;
	/* RFC 3261 7.5: CRLFs before the start line are ignored. */
	while (slice_starts(datagram, SLICE("\r\n")))
		datagram = slice_skip(datagram, 2);
	if (datagram.n == 0)
		return ERR_NOTFOUND;
	memset(out, 0, offsetof(struct sip_msg, fields));
	if (cut_head(datagram, &head, &rest, &folded) != ERR_OK) {
		mark_bad(out, 400, "Bad Line End");
		rest = SLICE("");
		e = mend_head(datagram, unfolded, &head);
	} else {
		e = folded ? unfold(head, unfolded, &head) : ERR_OK;
	}
	return e == ERR_OK ? parse_lines(head, rest, out) : e;
}

static const struct sip_field *find(const struct sip_msg *m, enum sip_hdr id)
{
	for (size_t i = 0; i < m->n_fields; i++)
		if (m->fields[i].id == id)
			return &m->fields[i];
	return NULL;
}

struct slice sip_msg_value(const struct sip_msg *m, enum sip_hdr id)
{
	const struct sip_field *f = find(m, id);

	return f == NULL ? SLICE("") : f->value;
}

bool sip_msg_has(const struct sip_msg *m, enum sip_hdr id)
{
	return find(m, id) != NULL;
}

struct slice sip_msg_named(const struct sip_msg *m, struct slice name)
{
	for (size_t i = 0; i < m->n_fields; i++)
		if (slice_eq_case(m->fields[i].name, name))
			return m->fields[i].value;
	return SLICE("");
}

bool sip_msg_walk(const struct sip_msg *m, enum sip_hdr id,
    struct sip_msg_walk *w, struct slice *item)
{
	for (;;) {
		if (w->rest.n != 0 && sip_param_item(&w->rest, item) == ERR_OK)
			return true;
		w->rest = SLICE("");
		while (w->field < m->n_fields && m->fields[w->field].id != id)
			w->field++;
		if (w->field == m->n_fields)
			return false;
		const struct slice value = m->fields[w->field++].value;

		if (!sip_hdr_is_list(id)) {
			*item = value;
			return true;
		}
		w->rest = value;
	}
}

bool sip_msg_lists(const struct sip_msg *m, enum sip_hdr id, struct slice word)
{
	struct sip_msg_walk w = { .field = 0 };
	struct slice item;

	while (sip_msg_walk(m, id, &w, &item))
		if (slice_eq_case(item, word))
			return true;
	return false;
}

enum err sip_msg_contact(const struct sip_msg *m, struct sip_addr *out)
{
	struct sip_msg_walk w = { .field = 0 };
	struct slice item;

	if (!sip_msg_walk(m, SIP_HDR_CONTACT, &w, &item))
		return ERR_NOTFOUND;
	return sip_addr_parse(item, out);
}

enum err sip_msg_number(const struct sip_msg *m, enum sip_hdr id, uint32_t *out)
{
	const struct sip_field *f = find(m, id);
	struct slice v;
	uint32_t n;
	enum err e;

	if (f == NULL)
		return ERR_NOTFOUND;
	v = f->value;
	if ((e = scan_u32(&v, &n)) != ERR_OK)
		return e;
	/* Retry-After may carry a comment, others parameters. */
	scan_skip_blanks(&v);
	if (v.n != 0 && v.p[0] != ';' && v.p[0] != '(')
		return ERR_SYNTAX;
	*out = n;
	return ERR_OK;
}
