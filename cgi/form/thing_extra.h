/*
 * thing_extra.h - sections below the form of a thing: links, buttons, the tag.
 *
 * For thing.more().
 */
#ifndef RT_CGI_FORM_THING_EXTRA_H
#define RT_CGI_FORM_THING_EXTRA_H

#include "cgi/tmpl/view.h"

/* id: a literal of [a-z-]. */
struct view *thing_extra(struct view *v, const char *id, const char *title,
    const char *text);
/* The line that a site's pages carry. */
void thing_extra_tag(struct view *x, const char *public_url, const char *key);
/* A text to paste somewhere else. */
void thing_extra_text(struct view *x, const char *where, const char *text);
void thing_extra_link(struct view *x, const char *to, const char *word);
/* A button that posts to an address of ours. */
void thing_extra_button(struct view *x, const char *to, const char *word);

#endif
