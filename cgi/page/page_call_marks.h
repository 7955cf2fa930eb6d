/*
 * page_call_marks.h - what people and the rules put on a call or form: outcome,
 * value, note, tags, verdict; and the trail of who did so.
 */
#ifndef RT_CGI_PAGE_PAGE_CALL_MARKS_H
#define RT_CGI_PAGE_PAGE_CALL_MARKS_H

#include "cgi/page/page_story.h"
#include "cgi/web/req.h"

/* marks.html of a call or a form (ID_KIND_call, ID_KIND_form): the present
 * values and choices, and whether this person may. */
RT_MUST_USE enum err page_call_marks(const struct req *r, enum id_kind kind,
    const uint8_t of[ID_BYTES], const char *currency, struct view *v);
/* verdict and its reasons and factors in words. */
RT_MUST_USE enum err page_call_marks_verdict(const struct req *r,
    const struct page_story *s, struct view *v);
/* trail.html of a call or a form. */
RT_MUST_USE enum err page_call_marks_trail(const struct req *r,
    const uint8_t of[ID_BYTES], struct tz *z, struct view *v);

#endif
