#include "cgi/page/page_feed.h"

#include "lib/feed/feed_conversion.h"

static enum err serve(const struct req *r, struct resp *out, bool adjustments)
{
	struct feed_conversion *f = arena_alloc(r->arena, sizeof(*f));
	enum err e;

	if (f == NULL)
		return ERR_NOMEM;
	f->db = r->db;
	f->now_us = r->now_us;
	f->adjustments = adjustments;
	e = db_conversion_by_secret(r->db, req_path_text(r, 0), &f->rule);
	if (e != ERR_OK)
		return e;
	/* An address that somebody wrote down where robots read is no page. */
	resp_header(out, "X-Robots-Tag", SLICE("noindex"));
	return resp_stream(out, "text/csv; charset=utf-8",
	    adjustments ? SLICE("adjustments.csv") : SLICE("conversions.csv"),
	    (struct resp_source){ .next = feed_conversion_next, .state = f });
}

enum err page_feed(const struct req *r, struct resp *out)
{
	return serve(r, out, false);
}

enum err page_feed_changes(const struct req *r, struct resp *out)
{
	return serve(r, out, true);
}
