/*
 * stale.h - a form that was filled with what is not there any more.
 *
 * A form that changes what is stored carries a stamp of what it showed (the
 * field "stamp"). Who writes compares it under their lock with a stamp of what
 * is there: when somebody else was faster the answer shows both versions and
 * who that was, and nothing is written before a person chose. The forms of
 * fields (cgi/form/thing.h) have a page of their own for it; here is the one
 * for forms of one value.
 */
#ifndef RT_CGI_WEB_STALE_H
#define RT_CGI_WEB_STALE_H

#include "cgi/web/frame.h"
#include "lib/hash/digest.h"

#define STALE_STAMP_MAX DIGEST_SHA256_HEX

RT_MUST_USE enum err stale_stamp(struct slice value, char out[STALE_STAMP_MAX]);
/* Whether the form shows another stamp. One that came without, as programs
 * send it, is about what is there now. */
bool stale_is(const struct req *r, const char *stamp);

/* The key stamp_name, for the form of a name. */
RT_MUST_USE enum err stale_name(struct slice name, struct view *v);
/* Answers a form that names an object, where stale_is() its name now: *shown,
 * with the page. action: of its renaming in the audit log, as "flow.rename". */
RT_MUST_USE enum err stale_named(const struct req *r, struct resp *out,
    enum frame_place place, const char *action, const uint8_t object[ID_BYTES],
    struct slice now, struct slice back, bool *shown);

/* Sets has_who and who: whose change to the object is the newest of this
 * action ("call.note") in the audit log of the
 * company; nil: of the account. Errors as db.h. */
RT_MUST_USE enum err stale_who(const struct req *r, struct company_id company,
    const char *action, const uint8_t object[ID_BYTES], struct view *v);

struct stale {
	enum frame_place place;
	const char *what;   /* "the note"; a literal */
	const char *action; /* as for stale_who() */
	const uint8_t *object;
	struct slice theirs; /* as people read it */
	struct slice mine;
	const char *stamp; /* of theirs */
	struct slice back; /* a local address: leave it as it is */
};
/* 409: both versions; the form that came can be sent again over theirs. */
RT_MUST_USE enum err stale_page(const struct req *r, struct resp *out,
    const struct stale *s);

#endif
