#include "cgi/form/form_settings.h"

#include "cgi/web/frame.h"
#include "lib/db/db_company.h"

enum err form_settings(const struct req *r, struct resp *out)
{
	struct view *v = view_new(r->arena, "settings.html");
	struct company_row company;
	enum err e;

	if (!frame_company(r, out, &e))
		return e;
	if ((e = frame_page(r, FRAME_SETTINGS, "Settings", SLICE(""), v)) !=
		ERR_OK ||
	    (e = db_company_get(r->db, r->company, &company)) != ERR_OK)
		return e;
	view_cstr(v, "name", company.name);
	view_cstr(v, "time_zone", company.time_zone);
	view_cstr(v, "country", company.country);
	view_cstr(v, "currency", company.currency);
	view_flag(v, "has_billable", company.billable_s != 0);
	view_u64(v, "billable_s", company.billable_s);
	return resp_view(out, v);
}
