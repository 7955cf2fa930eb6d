/*
 * page_site_tag.h - parts of a site's page: each of its numbers, as its tag and
 * the look at its pages found it, and whatever makes paid visits look direct,
 * with what to do about it.
 */
#ifndef RT_CGI_PAGE_PAGE_SITE_TAG_H
#define RT_CGI_PAGE_PAGE_SITE_TAG_H

#include "cgi/tmpl/view.h"
#include "lib/feed/feed_site.h"

/* The list targets: those that stand nowhere first. */
void page_site_tag_numbers(const struct feed_site *s, struct view *v);
/* The list causes. */
void page_site_tag_causes(const struct feed_site *s, struct view *v);

#endif
