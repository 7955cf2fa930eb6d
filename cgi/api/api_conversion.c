#include "cgi/api/api_conversion.h"

#include "cgi/api/api_who.h"
#include "lib/feed/feed_conversion.h"

static enum err serve(const struct req *r, struct resp *out, bool adjustments)
{
	struct feed_conversion *f;
	struct conversion_id id;
	enum err e;

	if (!api_who_company(r, out, &e))
		return e;
	if ((f = arena_alloc(r->arena, sizeof(*f))) == NULL)
		return ERR_NOMEM;
	f->db = r->db;
	f->now_us = r->now_us;
	f->adjustments = adjustments;
	if ((e = req_path_id(r, 0, ID_KIND_conversion, id.v)) != ERR_OK ||
	    (e = db_conversion_get(r->db, r->company, id, &f->rule)) != ERR_OK)
		return e;
	return resp_stream(out, "text/csv; charset=utf-8",
	    adjustments ? SLICE("adjustments.csv") : SLICE("conversions.csv"),
	    (struct resp_source){ .next = feed_conversion_next, .state = f });
}

enum err api_conversion_file(const struct req *r, struct resp *out)
{
	return serve(r, out, false);
}

enum err api_conversion_changes(const struct req *r, struct resp *out)
{
	return serve(r, out, true);
}
