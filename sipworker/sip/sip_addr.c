#include "sipworker/sip/sip_addr.h"

#include "lib/base/scan.h"
#include "sipworker/sip/sip_param.h"

/* [ display-name ] LAQUOT addr-spec RAQUOT; stops after ">". */
static enum err take_name_addr(struct slice *s, struct sip_addr *a)
{
	struct slice rest = *s;
	enum err e;

	if (rest.n != 0 && rest.p[0] == '"') {
		if ((e = sip_param_quoted(&rest, &a->display)) != ERR_OK)
			return e;
		scan_skip_blanks(&rest);
	} else {
		if ((e = scan_until(&rest, '<', &a->display)) != ERR_OK)
			return e;
		a->display = slice_trim(a->display);
	}
	if ((e = scan_byte(&rest, '<')) != ERR_OK)
		return e;
	if ((e = scan_until(&rest, '>', &a->uri_text)) != ERR_OK)
		return e;
	*s = slice_skip(rest, 1);
	return ERR_OK;
}

/* A "<" that does not stand inside a quoted display name. */
static bool has_angle(struct slice s)
{
	struct slice quoted;

	if (s.n != 0 && s.p[0] == '"')
		return sip_param_quoted(&s, &quoted) == ERR_OK;
	return slice_find(s, '<', 0) != s.n;
}

enum err sip_addr_parse(struct slice s, struct sip_addr *out)
{
	struct sip_addr a = { .star = false };
	enum err e;

	s = slice_trim(s);
	if (slice_eq(s, SLICE("*"))) {
		a.star = true;
		*out = a;
		return ERR_OK;
	}
	if (has_angle(s)) {
		if ((e = take_name_addr(&s, &a)) != ERR_OK)
			return e;
	} else {
		/* 20.10: "," ";" "?" cannot stand in such an addr-spec. */
		const size_t semi = slice_find(s, ';', 0);

		a.uri_text = slice_trim(slice_head(s, semi));
		s = slice_skip(s, semi);
	}
	if ((e = sip_uri_parse(a.uri_text, &a.uri)) != ERR_OK)
		return e;
	a.params = slice_trim(s);
	if ((e = sip_param_check(a.params)) != ERR_OK)
		return e;
	if (sip_param_find(a.params, SLICE("tag"), &a.tag) == ERR_OK &&
	    a.tag.n == 0)
		return ERR_SYNTAX;
	*out = a;
	return ERR_OK;
}

static bool is_control(char c)
{
	return (unsigned char)c < ' ' || c == 0x7f;
}

void sip_addr_put_display(struct buf *b, const struct sip_addr *a)
{
	const struct slice d = a->display;
	const bool quoted = d.n >= 2 && d.p[0] == '"';
	const size_t end = quoted ? d.n - 1 : d.n;

	for (size_t i = quoted ? 1 : 0; i < end; i++) {
		if (quoted && d.p[i] == '\\' && i + 1 < end)
			i++;
		if (!is_control(d.p[i]))
			buf_char(b, d.p[i]);
	}
}

void sip_addr_put_quoted(struct buf *b, struct slice s)
{
	buf_char(b, '"');
	for (size_t i = 0; i < s.n; i++) {
		if (is_control(s.p[i]))
			continue;
		if (s.p[i] == '"' || s.p[i] == '\\')
			buf_char(b, '\\');
		buf_char(b, s.p[i]);
	}
	buf_char(b, '"');
}
