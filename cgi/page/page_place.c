#include "cgi/page/page_place.h"

#include <stdio.h>
#include <string.h>

#include "lib/base/clk.h"
#include "lib/base/scan.h"

#define LAST_US (INT64_C(253402300799) * RT_SEC_US) /* of the year 9999 */

enum err page_place_parse(enum id_kind kind, struct slice s,
    struct page_place *out)
{
	struct page_place at = { .placed = true };
	enum err e;

	if ((e = scan_i64(&s, &at.at_us)) != ERR_OK ||
	    (e = scan_byte(&s, '-')) != ERR_OK ||
	    (e = id_parse(kind, s, at.id)) != ERR_OK)
		return e;
	if (at.at_us < 0 || at.at_us > LAST_US)
		return ERR_RANGE;
	*out = at;
	return ERR_OK;
}

enum err page_place_read(const struct req *r, enum id_kind kind,
    struct page_place *out)
{
	struct slice s;
	const enum err e = req_query(r, "before", &s);

	memset(out, 0, sizeof(*out));
	if (e == ERR_NOTFOUND)
		return ERR_OK;
	if (e != ERR_OK)
		return e;
	if (page_place_parse(kind, s, out) != ERR_OK)
		return req_wrong(r, "before",
		    "as the link to older rows has it");
	return ERR_OK;
}

void page_place_foot(const struct page_filter *p, const struct page_foot *foot,
    struct view *v)
{
	char mem[80], text[64], id[ID_TEXT_MAX];
	struct buf b;

	view_flag(v, "any", foot->shown > 0);
	view_flag(v, "paged", foot->placed);
	view_flag(v, "older", foot->older);
	(void)snprintf(text, sizeof(text), "%zu %s", foot->shown,
	    foot->shown == 1 ? foot->one : foot->many);
	view_cstr(v, "shown_text", text);
	page_filter_href(p, NULL, SLICE(""), v, "first_href");
	if (foot->shown == 0)
		return;
	id_text(foot->kind, foot->last.id, id);
	buf_over(&b, mem, sizeof(mem));
	buf_printf(&b, "&before=%lld-%s", (long long)foot->last.at_us, id);
	page_filter_href(p, NULL, buf_slice(&b), v, "older_href");
}

void page_place_when(int64_t us, struct tz *z, int64_t now_us,
    struct view *item)
{
	char text[TZ_TEXT_MAX], iso[CLK_RFC3339_MAX];

	tz_text_short(z, us, now_us, text);
	view_cstr(item, "when", text);
	tz_text_long(z, us, text);
	view_cstr(item, "when_long", text);
	clk_rfc3339(us, iso);
	view_cstr(item, "when_iso", iso);
}
