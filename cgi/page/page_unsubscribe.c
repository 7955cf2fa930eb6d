#include "cgi/page/page_unsubscribe.h"

#include "lib/db/db_mail.h"
#include "lib/hash/token.h"

static enum err show(const struct req *r, struct resp *out, bool done)
{
	struct view *v = view_new(r->arena, "unsubscribe.html");

	view_cstr(v, "title", "Stop these mails");
	view_flag(v, "is_done", done);
	return resp_view(out, v);
}

enum err page_unsubscribe(const struct req *r, struct resp *out)
{
	if (!token_is(req_path_text(r, 0)))
		return ERR_NOTFOUND;
	return show(r, out, false);
}

enum err page_unsubscribe_post(const struct req *r, struct resp *out)
{
	enum err e;

	if (!token_is(req_path_text(r, 0)))
		return ERR_NOTFOUND;
	e = db_mail_unsubscribe(r->db, req_path_text(r, 0), r->now_us);
	if (e != ERR_OK && e != ERR_NOTFOUND)
		return e;
	return show(r, out, true);
}
