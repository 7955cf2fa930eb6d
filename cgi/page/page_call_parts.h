/*
 * page_call_parts.h - the plain parts of a call's page: facts, legs, visit,
 * recording, raw record. They read no database.
 */
#ifndef RT_CGI_PAGE_PAGE_CALL_PARTS_H
#define RT_CGI_PAGE_PAGE_CALL_PARTS_H

#include "cgi/page/page_story.h"

/* The list facts: what a person asks first. */
void page_call_parts_facts(const struct page_story *s, struct view *v);
/* The list legs, with loss and jitter. */
void page_call_parts_legs(const struct page_story *s, struct view *v);
/* The list session: visit, click id, campaign ids; session_visit: the line that
 * holds the visit's id. Looks at s->visit only. */
void page_call_parts_session(const struct page_story *s, struct view *v);
/* recording and its keys; rec NULL: the call was not recorded. */
void page_call_parts_recording(const struct page_story *s,
    const struct db_report_call_recording *rec, struct view *v);
/* The lists events and raw. */
void page_call_parts_raw(const struct page_story *s, struct view *v);

#endif
