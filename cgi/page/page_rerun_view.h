/*
 * page_rerun_view.h - what the list of runs and the page of one say alike.
 */
#ifndef RT_CGI_PAGE_PAGE_RERUN_VIEW_H
#define RT_CGI_PAGE_PAGE_RERUN_VIEW_H

#include "cgi/tmpl/view.h"
#include "cgi/web/req.h"
#include "lib/base/buf.h"
#include "lib/db/db_attrib_run.h"
#include "lib/phone/tz.h"

/* run, run_period, run_rules, run_state, run_tone, run_kind, run_when,
 * run_looked, run_moved, run_changed, run_active. */
void page_rerun_view(const struct req *r, struct tz *z,
    const struct attrib_run *run, struct view *v);
/* First and last day of its period in the zone, as the form has them. */
void page_rerun_view_days(struct tz *z, const struct attrib_run *run,
    char from[TZ_TEXT_MAX], char to[TZ_TEXT_MAX]);

#endif
