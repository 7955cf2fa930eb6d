/*
 * page_rerun.h - a period's calls credited again by other rules: asked for,
 * looked at, written down. The work is jobd's (lib/db/db_attrib_run); a page of
 * one that is under way asks for itself again by a Refresh header.
 */
#ifndef RT_CGI_PAGE_PAGE_RERUN_H
#define RT_CGI_PAGE_PAGE_RERUN_H

#include "cgi/web/req.h"
#include "cgi/web/resp.h"

/* GET /attribution/reruns: the form and the runs so far. ?from=&to=&law=&min=
 * fill the form. */
RT_MUST_USE enum err page_rerun(const struct req *r, struct resp *out);
/* POST /attribution/preview */
RT_MUST_USE enum err page_rerun_add(const struct req *r, struct resp *out);
/* POST /attribution/reruns/{id}/apply: the same for good. Only of a preview
 * that has ended. */
RT_MUST_USE enum err page_rerun_apply(const struct req *r, struct resp *out);
/* POST /attribution/reruns/{id}/stop */
RT_MUST_USE enum err page_rerun_stop(const struct req *r, struct resp *out);

/* GET /attribution/reruns/{id} (page_rerun_show.c) */
RT_MUST_USE enum err page_rerun_show(const struct req *r, struct resp *out);

#endif
