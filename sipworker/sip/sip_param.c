#include "sipworker/sip/sip_param.h"

#include "lib/base/scan.h"

/* quoted-string = DQUOTE *(qdtext / quoted-pair) DQUOTE (RFC 3261 25.1). */
enum err sip_param_quoted(struct slice *s, struct slice *out)
{
	size_t i = 1;

	if (s->n == 0 || s->p[0] != '"')
		return ERR_SYNTAX;
	while (i < s->n && s->p[i] != '"')
		i += s->p[i] == '\\' ? 2 : 1;
	if (i >= s->n)
		return ERR_SYNTAX;
	*out = slice_head(*s, i + 1);
	*s = slice_skip(*s, i + 1);
	return ERR_OK;
}

/* gen-value: a quoted string, or everything up to the next separator. Wider
 * than token, since hosts and odd vendors' values stand here too. */
static enum err take_value(struct slice *s, struct slice *out)
{
	size_t i = 0;

	if (s->n != 0 && s->p[0] == '"')
		return sip_param_quoted(s, out);
	while (i < s->n && s->p[i] > ' ' && s->p[i] != ';' && s->p[i] != ',' &&
	       s->p[i] != '"' && s->p[i] != '<' && s->p[i] != '>')
		i++;
	if (i == 0)
		return ERR_SYNTAX;
	*out = slice_head(*s, i);
	*s = slice_skip(*s, i);
	return ERR_OK;
}

enum err sip_param_next(struct slice *s, struct sip_param *out)
{
	struct slice in = *s;
	struct sip_param p = { SLICE_INIT(""), SLICE_INIT("") };
	enum err e;

	scan_skip_blanks(&in);
	if (in.n == 0)
		return ERR_NOTFOUND;
	if ((e = scan_byte(&in, ';')) != ERR_OK)
		return e;
	scan_skip_blanks(&in);
	if ((e = scan_token(&in, &p.name)) != ERR_OK)
		return e;
	scan_skip_blanks(&in);
	if (scan_byte(&in, '=') == ERR_OK) {
		scan_skip_blanks(&in);
		if ((e = take_value(&in, &p.value)) != ERR_OK)
			return e;
	}
	scan_skip_blanks(&in);
	*s = in;
	*out = p;
	return ERR_OK;
}

enum err sip_param_check(struct slice s)
{
	struct sip_param p;
	enum err e;

	do
		e = sip_param_next(&s, &p);
	while (e == ERR_OK);
	return e == ERR_NOTFOUND ? ERR_OK : e;
}

enum err sip_param_find(struct slice params, struct slice name,
    struct slice *value)
{
	struct sip_param p;

	while (sip_param_next(&params, &p) == ERR_OK)
		if (slice_eq_case(p.name, name)) {
			*value = p.value;
			return ERR_OK;
		}
	return ERR_NOTFOUND;
}

enum err sip_param_item(struct slice *list, struct slice *out)
{
	struct slice in = *list, item;
	size_t i = 0;
	bool angle = false;

	for (; i < in.n; i++) {
		const char c = in.p[i];

		if (c == '"' && !angle) {
			struct slice rest = slice_skip(in, i), quoted;

			if (sip_param_quoted(&rest, &quoted) != ERR_OK)
				return ERR_SYNTAX;
			i += quoted.n - 1;
		} else if (c == '<' && !angle) {
			angle = true;
		} else if (c == '>') {
			angle = false;
		} else if (c == ',' && !angle) {
			item = slice_trim(slice_head(in, i));
			if (item.n != 0) {
				*out = item;
				*list = slice_skip(in, i + 1);
				return ERR_OK;
			}
			in = slice_skip(in, i + 1);
			i = SIZE_MAX; /* the loop counts up to 0 */
		}
	}
	if (angle)
		return ERR_SYNTAX;
	item = slice_trim(in);
	*list = slice_skip(in, in.n);
	if (item.n == 0)
		return ERR_NOTFOUND;
	*out = item;
	return ERR_OK;
}

void sip_param_unquote(struct slice s, struct buf *out)
{
	if (s.n < 2 || s.p[0] != '"' || s.p[s.n - 1] != '"') {
		buf_put(out, s);
		return;
	}
	for (size_t i = 1; i + 1 < s.n; i++) {
		if (s.p[i] == '\\' && i + 2 < s.n)
			i++;
		buf_char(out, s.p[i]);
	}
}
