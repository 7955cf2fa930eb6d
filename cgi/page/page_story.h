/*
 * page_story.h - a call told as one line: the arrival from an ad, the pages,
 * the phone link, the dialling, what the flow did, who answered, how it ended.
 * A visit without its call is told the same way, with all that came of it.
 */
#ifndef RT_CGI_PAGE_PAGE_STORY_H
#define RT_CGI_PAGE_PAGE_STORY_H

#include "cgi/tmpl/view.h"
#include "lib/db/db_report_call.h"
#include "lib/db/db_visit_log.h"
#include "lib/phone/tz.h"

/* All that is known, as read; borrowed. */
struct page_story {
	struct tz *z;
	const char *country;  /* whose national numbers are short */
	const char *currency; /* ISO 4217, of its values */
	const struct db_report_call *call;
	const struct db_report_call_visit *visit; /* NULL: none is credited */
	const struct db_report_call_page *pages;
	size_t n_pages;
	const struct db_report_call_click *clicks;
	size_t n_clicks;
	const struct visit_log_deed *deeds; /* what came of the visit */
	size_t n_deeds;
	const struct db_report_call_leg *legs;
	size_t n_legs;
	const struct db_report_call_event *events;
	size_t n_events;
};

/* The list story, and no_journey with its words. ERR_NOMEM. */
RT_MUST_USE enum err page_story_view(const struct page_story *s,
    struct arena *mem, struct view *v);
/* The list story of a visit; call, legs and events are not looked at. */
RT_MUST_USE enum err page_story_visit(const struct page_story *s,
    struct arena *mem, struct view *v);

/* "Front desk", a number, or "the destination". seq 0 is the caller. */
void page_story_leg_name(const struct page_story *s, uint32_t seq,
    struct buf *out);
/* The path of an address with no query, or all of it when it is no address:
 * "/pricing"; of an application that routes behind "#": "#/pricing". */
struct slice page_story_path(struct slice url);

#endif
