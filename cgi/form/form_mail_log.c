#include "cgi/form/form_mail_log.h"

#include "cgi/web/frame.h"
#include "lib/db/db_mail.h"
#include "lib/phone/tz.h"

#define PAGE 50

static enum err show_rows(const struct req *r, uint64_t before, struct view *v)
{
	struct mail_log_row *rows = NULL;
	char when[TZ_TEXT_MAX];
	struct tz *z;
	size_t n = 0;
	enum err e;

	e = db_mail_log_list(r->db, r->company, before, PAGE, r->arena, &rows,
	    &n);
	if (e != ERR_OK || (e = tz_open(r->company_zone, &z)) != ERR_OK)
		return e;
	view_list(v, "rows");
	for (size_t i = 0; i < n; i++) {
		struct view *item = view_item(v, "rows");

		tz_text_short(z, rows[i].tried_us, r->now_us, when);
		view_cstr(item, "when", when);
		view_cstr(item, "mail_to", rows[i].to);
		view_cstr(item, "subject", rows[i].subject);
		view_cstr(item, "state", rows[i].state);
		view_u64(item, "attempts", rows[i].attempts);
		view_cstr(item, "error", rows[i].error);
	}
	tz_close(z);
	view_flag(v, "any", n > 0);
	view_flag(v, "has_older", n == PAGE);
	view_u64(v, "older", n == 0 ? 0 : rows[n - 1].job);
	return ERR_OK;
}

enum err form_mail_log(const struct req *r, struct resp *out)
{
	struct view *v = view_new(r->arena, "sent_mails.html");
	uint64_t before = 0;
	enum err e;

	e = req_query_u64(r, "before", 1, UINT64_MAX, &before);
	if (e != ERR_OK && e != ERR_NOTFOUND)
		return e;
	if ((e = frame_page(r, FRAME_SETTINGS, "Mails sent", SLICE(""), v)) !=
		ERR_OK ||
	    (e = show_rows(r, before, v)) != ERR_OK)
		return e;
	return resp_view(out, v);
}
