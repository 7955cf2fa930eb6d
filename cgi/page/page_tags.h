/*
 * page_tags.h - the tags that a tag's field offers while somebody types.
 *
 * The first few by name; any other is typed out.
 */
#ifndef RT_CGI_PAGE_PAGE_TAGS_H
#define RT_CGI_PAGE_PAGE_TAGS_H

#include "cgi/tmpl/view.h"
#include "cgi/web/req.h"

/* The list tag_names, of known_tag. */
RT_MUST_USE enum err page_tags(const struct req *r, struct view *v);

#endif
