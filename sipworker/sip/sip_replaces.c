#include "sipworker/sip/sip_replaces.h"

#include "lib/base/hex.h"
#include "sipworker/sip/sip_param.h"

/* callid = word ["@" word] (RFC 3261 25.1): what is printed and parts nothing.
 */
static bool is_call_id(struct slice s)
{
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] <= ' ' || s.p[i] >= 0x7f || s.p[i] == ',' ||
		    s.p[i] == ';')
			return false;
	return s.n > 0;
}

static enum err put_tag(struct slice *tag, struct slice value)
{
	if (tag->n > 0 || value.n == 0)
		return ERR_SYNTAX;
	*tag = value;
	return ERR_OK;
}

enum err sip_replaces_parse(struct slice value, struct sip_replaces *out)
{
	struct sip_replaces r = { .early_only = false };
	struct slice params = SLICE("");
	struct sip_param p;
	enum err e;
	size_t n = 0;

	while (n < value.n && value.p[n] != ';')
		n++;
	params = slice_skip(value, n);
	r.call_id = slice_trim(slice_head(value, n));
	if (!is_call_id(r.call_id))
		return ERR_SYNTAX;
	while ((e = sip_param_next(&params, &p)) == ERR_OK) {
		if (slice_eq_case(p.name, SLICE("to-tag")))
			e = put_tag(&r.to_tag, p.value);
		else if (slice_eq_case(p.name, SLICE("from-tag")))
			e = put_tag(&r.from_tag, p.value);
		else if (slice_eq_case(p.name, SLICE("early-only")))
			r.early_only = true;
		if (e != ERR_OK)
			return e;
	}
	if (e != ERR_NOTFOUND || r.to_tag.n == 0 || r.from_tag.n == 0)
		return ERR_SYNTAX;
	*out = r;
	return ERR_OK;
}

/* What "%xx" stands for; anything that is not printed is refused. */
static enum err unescape(struct slice s, struct buf *out)
{
	for (size_t i = 0; i < s.n; i++) {
		uint8_t byte = (uint8_t)s.p[i];

		if (s.p[i] == '%') {
			if (s.n - i < 3 || hex_decode(slice_of(s.p + i + 1, 2),
					       &byte, 1) != ERR_OK)
				return ERR_SYNTAX;
			i += 2;
		}
		if (byte < ' ' || byte >= 0x7f)
			return ERR_SYNTAX;
		buf_char(out, (char)byte);
	}
	return buf_err(out);
}

enum err sip_replaces_of_uri(struct slice headers, struct buf *value)
{
	char mem[SIP_REPLACES_MAX];
	struct sip_replaces r;
	struct slice name;
	struct buf b;
	enum err e;

	if (!slice_cut(&headers, '=', &name) ||
	    !slice_eq_case(name, SLICE("Replaces")))
		return ERR_SYNTAX;
	for (size_t i = 0; i < headers.n; i++)
		if (headers.p[i] == '&')
			return ERR_SYNTAX;
	buf_over(&b, mem, sizeof(mem));
	if ((e = unescape(headers, &b)) != ERR_OK ||
	    (e = sip_replaces_parse(buf_slice(&b), &r)) != ERR_OK)
		return e;
	buf_put(value, buf_slice(&b));
	return buf_err(value);
}
