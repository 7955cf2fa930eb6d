#include "cgi/page/page_live.h"

#include "cgi/web/sess.h"
#include "lib/db/db_report.h"
#include "lib/text/json_out.h"

enum err page_live(const struct req *r, struct resp *out)
{
	struct db_report_live live;
	struct json_out j;
	uint64_t since = (uint64_t)r->now_us;
	char mem[96];
	struct buf b;
	enum err e;

	e = req_query_u64(r, "since", 0, (uint64_t)r->now_us, &since);
	if (e != ERR_OK && e != ERR_NOTFOUND)
		return e;
	e = db_report_live(r->db, r->company, (int64_t)since, &live);
	if (e != ERR_OK)
		return e;
	buf_over(&b, mem, sizeof(mem));
	json_out_init(&j, &b);
	json_out_object(&j);
	json_out_key(&j, "live");
	json_out_u64(&j, live.live);
	json_out_key(&j, "new");
	json_out_u64(&j, live.since);
	json_out_end(&j);
	return resp_json(out, &j);
}

enum err page_live_company(const struct req *r, struct resp *out)
{
	struct slice next = SLICE("/");
	struct db_report_member member;
	struct company_id wanted;
	enum err e;

	e = req_form(r, "next", &next);
	if (e != ERR_OK && e != ERR_NOTFOUND)
		return e;
	if (!resp_is_local(next))
		return ERR_RANGE;
	if ((e = req_need(req_form_id(r, "company", ID_KIND_company,
		 wanted.v))) != ERR_OK ||
	    (e = db_report_member(r->db, r->user, wanted, &member)) != ERR_OK)
		return e;
	sess_company(r, out, wanted);
	return resp_redirect(out, next);
}
