/*
 * dni_hit.h - what the tag says: the JSON body of POST /dni/v1/{visit,beat,
 * event}.
 *
 *   site      public key of the site                         always
 *   url       address of the page                            visit, event view
 *   ref       address that led here, may be ""
 *   title     of the page
 *   consent   "yes", "no"; not sent: nobody said
 *   visitor   vtr_… of the visitor's cookie
 *   visit     vis_… of the visit that goes on                beat, event
 *   hidden    true: prerendered or in a hidden tab
 *   ga        Google Analytics client id
 *   zone      IANA time zone of the browser
 *   targets   numbers to swap, E.164; not sent: all of the site's
 *   engaged_s seconds the page was visible and used          beat
 *   kind      "view", "tel_click", "consent_withdrawn"       event
 *
 * Members of other names are left alone, so that newer tags can say more.
 */
#ifndef RT_CGI_DNI_DNI_HIT_H
#define RT_CGI_DNI_DNI_HIT_H

#include "lib/base/arena.h"
#include "lib/core/id.h"

#define DNI_HIT_MAX         ((size_t)12288) /* bytes of a body */
#define DNI_HIT_TARGETS_MAX 20

enum dni_hit_type {
	DNI_HIT_VISIT,
	DNI_HIT_BEAT,
	DNI_HIT_EVENT
};

enum dni_consent {
	DNI_CONSENT_UNSAID,
	DNI_CONSENT_YES,
	DNI_CONSENT_NO
};

enum dni_event {
	DNI_EVENT_VIEW,
	DNI_EVENT_TEL_CLICK,
	DNI_EVENT_CONSENT_WITHDRAWN,
	DNI_EVENT_COUNT
};

struct dni_hit {
	struct slice site;
	struct slice url;
	struct slice referrer;
	struct slice title;
	struct slice ga;
	struct slice zone;
	enum dni_consent consent;
	struct visitor_id visitor; /* nil: none */
	struct visit_id visit;     /* nil: none */
	bool hidden;
	struct slice targets[DNI_HIT_TARGETS_MAX];
	size_t n_targets;
	uint32_t engaged_s;
	enum dni_event event;
};

/* Texts are copied into mem. ERR_SYNTAX, ERR_RANGE, ERR_TOOBIG: *why is a
 * sentence for the sender, a literal; ERR_NOMEM. */
RT_MUST_USE enum err dni_hit_parse(enum dni_hit_type type, struct slice body,
    struct arena *mem, struct dni_hit *out, const char **why);

#endif
