/*
 * thing_differ.h - what two versions of a thing differ in, in the words that
 * its form has for it.
 */
#ifndef RT_CGI_FORM_THING_DIFFER_H
#define RT_CGI_FORM_THING_DIFFER_H

#include "cgi/form/fields.h"
#include "cgi/tmpl/view.h"
#include "cgi/web/req.h"

/* r->data is the thing. Sets the list differ: d_label, d_theirs, d_mine;
 * secrets are left out. ERR_NOMEM, or what reading the choices says. */
RT_MUST_USE enum err thing_differ(const struct req *r,
    const struct fields *theirs, const struct fields *mine, struct view *v);

#endif
