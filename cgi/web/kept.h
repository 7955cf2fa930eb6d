/*
 * kept.h - what was typed into a form, over a sign-in.
 *
 * A login that ends while somebody types must not cost them the text. Their
 * form is refused, but comes back inside the sign-in page, goes through it and
 * through the second step, also one that took too long, as one hidden field,
 * and stands at the end on a page that says as whom, and for which company,
 * they are signed in now; its button sends the form again with a token of the
 * new login. Nothing is stored here, and nothing is done before a person
 * presses that button (docs/decisions/0194).
 *
 * A form without a person's words, a button, is not kept: out of its place it
 * would say too little of what it does. It is pressed again, on the page it
 * stood on, where the sign-in leads.
 *
 * Only what a page of ours sent is kept (csrf_own_page()): else another site
 * could put words into the mouth of whoever signs in next. Passwords and codes
 * are never kept, nor files, nor more than KEPT_MAX.
 */
#ifndef RT_CGI_WEB_KEPT_H
#define RT_CGI_WEB_KEPT_H

#include "cgi/web/req.h"
#include "cgi/web/resp.h"
#include "cgi/web/route.h"

/* The fields, percent-encoded: a form of REQ_BODY_FORM, written our way. */
#define KEPT_MAX ((size_t)80 * 1024)
/* A sign-in form that carries them, where each of their bytes may take three;
 * nginx has the same limit. */
#define KEPT_BODY_MAX ((size_t)256 * 1024)
/* How the fields are called, in the same form. Without what is more. */
#define KEPT_LABELS_MAX ((size_t)4 * 1024)

struct kept {
	struct slice to;     /* the path they go to; "" nothing is kept */
	struct slice fields; /* application/x-www-form-urlencoded */
	/* The same of name=label, a box's label with KEPT_BOX before it. */
	struct slice labels;
};
#define KEPT_BOX '!'
#define KEPT_NONE                               \
	{                                       \
		SLICE(""), SLICE(""), SLICE("") \
	}

/* Whether a form refused for want of a login or of its token may come back. Of
 * the sign-in's own forms only one that carries another. */
bool kept_may(const struct req *r, const struct route *row);
/* What a sign-in form carries; what is no form of ours is nothing. */
void kept_read(const struct req *r, struct kept *out);
/* Sets the keys for a sign-in form that carries them on: keeps, kept_to, kept
 * and kept_labels. */
void kept_carry(const struct kept *k, struct view *v);

/* 401: the sign-in page with the form inside. */
RT_MUST_USE enum err kept_ask(const struct req *r, struct resp *out,
    const struct req_source *src, const struct route *row);
/* The same with what a sign-in form carried. next: a local address; why: what
 * the page says. */
RT_MUST_USE enum err kept_sign_in(const struct req *r, struct resp *out,
    struct slice next, const struct kept *k, const char *why);
/* The page of the second step, with the form inside when there is one. next: a
 * local address; message: NULL or what was wrong. */
RT_MUST_USE enum err kept_second(const struct req *r, struct resp *out,
    struct slice next, const struct kept *k, const char *message);
/* The page that sends it again. r: as who is signed in now, r->csrf a token of
 * that login. */
RT_MUST_USE enum err kept_show(const struct req *r, struct resp *out,
    const struct kept *k);
/* The same for the form that came itself to row: from before this login. 403.
 */
RT_MUST_USE enum err kept_again(const struct req *r, struct resp *out,
    const struct route *row);

#endif
