/*
 * site_links.h - what to paste into the ad platforms, so that their clicks say
 * campaign, keyword and place.
 */
#ifndef RT_CGI_FORM_SITE_LINKS_H
#define RT_CGI_FORM_SITE_LINKS_H

#include "cgi/tmpl/view.h"

/* The section below a site's form. */
void site_links_more(struct view *v);

#endif
