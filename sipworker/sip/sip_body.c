#include "sipworker/sip/sip_body.h"

#include "sipworker/sip/sip_param.h"

/* "multipart/mixed;boundary=x": the type before the parameters. */
static struct slice media_type(struct slice value)
{
	return slice_trim(slice_head(value, slice_find(value, ';', 0)));
}

static bool is_sdp(struct slice content_type)
{
	return slice_eq_case(media_type(content_type),
	    SLICE("application/sdp"));
}

static bool read_boundary(struct slice content_type,
    char mem[SIP_BODY_MARK_MAX], struct slice *out)
{
	const size_t at = slice_find(content_type, ';', 0);
	struct slice value;
	struct buf b;

	if (sip_param_find(slice_skip(content_type, at), SLICE("boundary"),
		&value) != ERR_OK)
		return false;
	buf_over(&b, mem, SIP_BODY_MARK_MAX);
	sip_param_unquote(value, &b);
	*out = buf_slice(&b);
	return buf_err(&b) == ERR_OK && b.n > 0;
}

/* Where "--boundary" begins a line at or after `from`; s.n when nowhere. */
static size_t find_mark(struct slice s, size_t from, struct slice boundary)
{
	for (size_t at = from; at < s.n; at++) {
		at = slice_find(s, '-', at);
		if ((at == 0 || (at < s.n && s.p[at - 1] == '\n')) &&
		    slice_starts(slice_skip(s, at), SLICE("--")) &&
		    slice_starts(slice_skip(s, at + 2), boundary))
			return at;
	}
	return s.n;
}

/* The lines of a part up to the empty one; the rest is its body. */
static bool read_part(struct slice part, struct slice *body)
{
	bool sdp = false;
	struct slice line;

	while (part.n > 0) {
		const size_t end = slice_find(part, '\n', 0);

		line = slice_trim(slice_head(part, end));
		part = slice_skip(part, end + 1);
		if (line.n == 0) {
			*body = part;
			return sdp;
		}
		if (slice_starts_case(line, SLICE("Content-Type")) ||
		    slice_starts_case(line, SLICE("c:")))
			sdp = is_sdp(slice_trim(
			    slice_skip(line, slice_find(line, ':', 0) + 1)));
	}
	return false;
}

/* A part ends before the line break that belongs to the next mark. */
static struct slice without_break(struct slice s)
{
	if (s.n > 0 && s.p[s.n - 1] == '\n')
		s.n--;
	if (s.n > 0 && s.p[s.n - 1] == '\r')
		s.n--;
	return s;
}

static struct slice find_part(struct slice all, struct slice boundary)
{
	size_t at = find_mark(all, 0, boundary);

	for (int i = 0; i < SIP_BODY_PARTS_MAX && at < all.n; i++) {
		const size_t begin = slice_find(all, '\n', at) + 1;
		const size_t end = find_mark(all, begin, boundary);
		struct slice body;

		if (end >= all.n)
			break; /* the last mark is missing, or was this one */
		if (read_part(slice_head(slice_skip(all, begin), end - begin),
			&body))
			return without_break(body);
		at = end;
	}
	return SLICE("");
}

struct slice sip_body_sdp(const struct sip_msg *m)
{
	const struct slice type = sip_msg_value(m, SIP_HDR_CONTENT_TYPE);
	const struct slice coding = sip_msg_value(m, SIP_HDR_CONTENT_ENCODING);
	char mem[SIP_BODY_MARK_MAX];
	struct slice boundary;

	if (m->body.n == 0 ||
	    (coding.n > 0 && !slice_eq_case(coding, SLICE("identity"))))
		return SLICE("");
	if (is_sdp(type))
		return m->body;
	if (!slice_starts_case(type, SLICE("multipart/")) ||
	    !read_boundary(type, mem, &boundary))
		return SLICE("");
	return find_part(m->body, boundary);
}
