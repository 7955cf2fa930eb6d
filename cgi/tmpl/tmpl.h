/*
 * tmpl.h - HTML templates: compiled once, checked for the place of each value.
 *
 *	{{x}}       text or quoted attribute: & < > " ' escaped
 *	{{x|url}}   one component of a URL, percent-encoded
 *	{{x|href}}  a whole URL in href or src; unknown schemes become "#"
 *	{{x|json}}  in <script type="application/json">, or in data-* attributes
 *	{{#x}}…{{/x}}  once for each item of a list, or when a flag is set
 *	{{^x}}…{{/x}}  when the list is empty or the flag not set
 *	{{> name}}  the template name.html, in element text only
 *	{{! note}}  nothing
 *
 * There is no raw output. The compiler follows the HTML around each value and
 * refuses: a value in a tag, an attribute's name, an unquoted attribute, a
 * comment, a script or a style; plain {{x}} in an attribute that holds a URL;
 * |json elsewhere than above; unquoted attribute values, on* and style
 * attributes, <style>, and scripts with contents that are no JSON, even when
 * constant (our Content-Security-Policy would block them); a section that
 * ends in another place of the HTML than it began; <base>, <object>, <embed>.
 *
 * A key the view did not set fails the rendering. No input or output: the
 * caller brings the texts. A compiled set is constant and thread-safe.
 */
#ifndef RT_CGI_TMPL_TMPL_H
#define RT_CGI_TMPL_TMPL_H

#include "cgi/tmpl/view.h"
#include "lib/base/buf.h"

#define TMPL_SOURCE_MAX  ((size_t)262144) /* bytes of one template */
#define TMPL_FILES_MAX   128
#define TMPL_NAME_MAX    47 /* "calls.html" */
#define TMPL_DEPTH_MAX   16 /* sections in sections */
#define TMPL_PARTIAL_MAX 8  /* partials in partials */

struct tmpl_set;

struct tmpl_error {
	char file[TMPL_NAME_MAX + 1];
	unsigned int line; /* from 1; 0: not of a line */
	char what[160];
};

/* The caller owns *out and ends it with tmpl_set_free(). */
RT_MUST_USE enum err tmpl_set_new(struct tmpl_set **out);
void tmpl_set_free(struct tmpl_set *set);

/* Compiles one template; text is copied. ERR_SYNTAX with *why filled; ERR_RANGE
 * (a bad name), ERR_CONFLICT (name known already), ERR_TOOBIG, ERR_NOMEM. */
RT_MUST_USE enum err tmpl_set_add(struct tmpl_set *set, struct slice name,
    struct slice text, struct tmpl_error *why);

/* After the last tmpl_set_add(): resolves the partials. ERR_NOTFOUND: one is
 * missing; ERR_RANGE: they include each other too deeply. */
RT_MUST_USE enum err tmpl_set_link(struct tmpl_set *set,
    struct tmpl_error *why);

bool tmpl_set_has(const struct tmpl_set *set, struct slice name);

/* Appends the page to out. ERR_NOTFOUND: no such template; ERR_INTERNAL: a key
 * is missing or of the wrong kind, named in *why; else view_err() or
 * buf_err(). On failure out holds a part that must not be sent. */
RT_MUST_USE enum err tmpl_render(const struct tmpl_set *set,
    const struct view *v, struct buf *out, struct tmpl_error *why);

#endif
