/*
 * page_forms_out.h - which forms an address asks for, and these as files,
 * streamed block by block.
 *
 * The filters are those of page_filter.h that a form can have, and no others.
 */
#ifndef RT_CGI_PAGE_PAGE_FORMS_OUT_H
#define RT_CGI_PAGE_PAGE_FORMS_OUT_H

#include "cgi/page/page_filter.h"
#include "cgi/web/resp.h"
#include "lib/db/db_form_log.h"

/* p borrows range. ERR_RANGE also for filters that only calls have. */
RT_MUST_USE enum err page_forms_out_read(const struct req *r, struct tz *z,
    struct page_range *range, struct page_filter *p);

/* GET /forms.csv: a line a form, its own fields as JSON in the last cell. */
RT_MUST_USE enum err page_forms_out_csv(const struct req *r, struct resp *out);
/* GET /forms.jsonl: the same as objects, the fields as an array of pairs. */
RT_MUST_USE enum err page_forms_out_jsonl(const struct req *r,
    struct resp *out);

#endif
