#include "cgi/api/api_site.h"

#include "cgi/api/api_who.h"
#include "lib/feed/feed_site.h"

enum err api_site_health(const struct req *r, struct resp *out)
{
	struct feed_site s;
	struct json_out j;
	struct site_id id;
	struct buf b;
	enum err e;

	if (!api_who_company(r, out, &e) ||
	    (e = req_path_id(r, 0, ID_KIND_site, id.v)) != ERR_OK ||
	    (e = feed_site(r->db, r->company, id, r->now_us, r->arena, &s)) !=
		ERR_OK)
		return e;
	buf_init(&b, RESP_BODY_MAX);
	json_out_init(&j, &b);
	feed_site_write(&s, r->now_us, &j);
	e = resp_json(out, &j);
	buf_fini(&b);
	return e;
}
